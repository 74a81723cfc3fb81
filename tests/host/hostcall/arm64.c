// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arm64 lowvisor's calls.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include "../../../fallback-nvhe/hostcall.h"
#include "tests.h"

u64 arch_call(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	register u64 x0 asm("x0") = nr;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;
	register u64 x4 asm("x4") = a4;

	asm volatile("hvc #0"
		     : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3), "+r" (x4)
		     : : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
		     "cc", "memory");
	return x0;
}

struct trace arch_trace(void)
{
	return (struct trace){ {
		read_sysreg(ttbr1_el1), read_sysreg(tcr_el1), read_sysreg(sctlr_el1), read_sysreg(vbar_el1),
		read_sysreg(midr_el1), read_sysreg(mpidr_el1), read_sysreg(tpidr_el1), read_sysreg(par_el1),
	} };
}

/* Where there is no GICv3, its calls are none */
static bool has_gicv3(void)
{
	return cpus_have_final_cap(ARM64_HAS_GIC_CPUIF_SYSREGS);
}

static void expect_numbers(void)
{
	hostcall_expect("a number above the last", HOSTCALL_BAD_NUMBER, HOSTCALL_END, 0, 0);
	hostcall_expect("a number below the first", HOSTCALL_BAD_NUMBER, HOSTCALL_RUN - 1, 0, 0);
	hostcall_expect("the first behind the boot stub's", HOSTCALL_BAD_NUMBER, HVC_STUB_HCALL_NR, 0, 0);
	hostcall_expect("all ones", HOSTCALL_BAD_NUMBER, ~0ULL, 0, 0);
	hostcall_expect("a number with upper bits", HOSTCALL_BAD_NUMBER, BIT_ULL(32) | HOSTCALL_RUN, 0, 0);
	hostcall_expect("FINALISE_EL2", HVC_STUB_ERR, HVC_FINALISE_EL2, 0, 0);
	if (!has_gicv3())
		hostcall_expect("ICH_VTR without a GICv3", HOSTCALL_BAD_NUMBER, HOSTCALL_ICH_VTR, 0, 0);
	hostcall_expect("SET_VECTORS, misaligned", HVC_STUB_ERR, HVC_SET_VECTORS, 0x400, 0);
}

static void expect_addresses(u64 page)
{
	hostcall_expect("RUN at 0", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, 0, 0);
	hostcall_expect("RUN of a page that EL2 does not see", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, page, 0);
	hostcall_expect("RUN misaligned", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, page + 8, 0);
	hostcall_expect("RUN at a kernel virtual address", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, (u64)phys_to_virt(page), 0);
	hostcall_expect("RUN beyond EL2's addresses", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, BIT_ULL(50), 0);
	hostcall_expect("GIC_SAVE of a page that EL2 does not see", has_gicv3() ? HOSTCALL_BAD_ADDRESS : HOSTCALL_BAD_NUMBER,
	       HOSTCALL_GIC_SAVE, page, 0);
	hostcall_expect("UNMAP misaligned", HOSTCALL_BAD_ADDRESS, HOSTCALL_UNMAP, page + 1, 0);
}

static void expect_arguments(void)
{
	hostcall_expect("TLB_VM of VMID 0", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM, 0, 0);
	hostcall_expect("TLB_VM of a VMID too wide", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM, BIT(16), 0);
	hostcall_expect("TLB_IPA of too many", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_IPA, 1, HOSTCALL_TLB_MAX + 1);
	hostcall_expect("TLB_IPA_LOCAL of too many", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_IPA_LOCAL, 1, ~0ULL);
	hostcall_expect("TLB_IPA of none is fine", HOSTCALL_OK, HOSTCALL_TLB_IPA, 1, 0);
}

void arch_expect(u64 page)
{
	expect_numbers();
	expect_addresses(page);
	expect_arguments();
}

/* TLBI ALLE1IS, which only HOSTCALL_TLB_ALL executes; 0 is UDF */
#define TLBI_ALLE1IS	0xd50c839f
#define IMAGE_MAX	16384

static unsigned long lookup(const char *symbol)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*find)(const char *name);

	if (register_kprobe(&probe))
		return 0;
	find = (void *)probe.addr;
	unregister_kprobe(&probe);
	return find(symbol);
}

int arch_fault(void)
{
	u32 **image = (u32 **)lookup("loft:image");
	unsigned int i;

	for (i = 0; image && i < IMAGE_MAX / sizeof(u32); i++) {
		if ((*image)[i] != TLBI_ALLE1IS)
			continue;
		(*image)[i] = 0;
		flush_icache_range((unsigned long)&(*image)[i], (unsigned long)&(*image)[i + 1]);
		local_irq_disable();
		arch_call(HOSTCALL_TLB_ALL, 0x1111, 0x2222, 0x3333, 0x4444);
		local_irq_enable();
	}
	return -EIO;
}
