// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ARMv7 lowvisor's calls.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <asm/cacheflush.h>
#include <asm/opcodes-virt.h>
#include <asm/virt.h>
#include "../../../fallback-nvhe/armv7/hostcall.h"
#include "tests.h"

/* Calls of the stub that this kernel no longer has: they are not the lowvisor's either */
#define OLD_STUB_CALL	2
/* VMIDs have eight bits */
#define VMID_TOO_WIDE	BIT(8)
/* TLBIALLNSNHIS, which only HOSTCALL_TLB_ALL executes, whatever register it names; all ones is UDF */
#define TLBIALLNSNHIS		0xee880f93
#define TLBIALLNSNHIS_MASK	0xffff0fff
#define UDF			0xe7f000f0

static bool restart;
module_param(restart, bool, 0);
MODULE_PARM_DESC(restart, "have SOFT_RESTART run code in HYP mode, as kexec does, and leave HYP to the boot stub");

static unsigned int head[4], heads;
module_param_array(head, uint, &heads, 0);
MODULE_PARM_DESC(head, "the first words of the lowvisor's image, by which fault=1 finds where it was put");

u64 arch_call(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	register u32 r0 asm("r0") = nr;
	register u32 r1 asm("r1") = a1;
	register u32 r2 asm("r2") = a2;
	register u32 r3 asm("r3") = a3;

	asm volatile(__HVC(0) : "+r" (r0), "+r" (r1), "+r" (r2), "+r" (r3) : : "r12", "cc", "memory");
	return r0;
}

#define CP15(op1, crn, crm, op2) ({ \
	u32 val_; \
	asm volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r" (val_)); \
	val_; })

/* TTBCR, SCTLR, VBAR, MIDR, MPIDR, TPIDRPRW, DACR, CONTEXTIDR */
struct trace arch_trace(void)
{
	return (struct trace){ {
		CP15(0, c2, c0, 2), CP15(0, c1, c0, 0), CP15(0, c12, c0, 0), CP15(0, c0, c0, 0),
		CP15(0, c0, c0, 5), CP15(0, c13, c0, 4), CP15(0, c3, c0, 0), CP15(0, c13, c0, 1),
	} };
}

static void expect_numbers(void)
{
	hostcall_expect("a number above the last", HOSTCALL_BAD_NUMBER, HOSTCALL_END, 0, 0);
	hostcall_expect("a number below the first", HOSTCALL_BAD_NUMBER, HOSTCALL_LEAVE - 1, 0, 0);
	hostcall_expect("a call that boot stubs had", HOSTCALL_BAD_NUMBER, OLD_STUB_CALL, 0, 0);
	hostcall_expect("zero", HOSTCALL_BAD_NUMBER, 0, 0, 0);
	hostcall_expect("all ones", HOSTCALL_BAD_NUMBER, ~0U, 0, 0);
}

static void expect_addresses(u32 page)
{
	hostcall_expect("RUN at 0", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, 0, 0);
	hostcall_expect("RUN of a page that HYP does not see", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, page, 0);
	hostcall_expect("RUN misaligned", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, page + 8, 0);
	hostcall_expect("RUN at a kernel virtual address", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN,
			(u32)phys_to_virt(page) | BIT(31), 0);
	hostcall_expect("RUN at the last page", HOSTCALL_BAD_ADDRESS, HOSTCALL_RUN, ~0U << 12, 0);
	hostcall_expect("UNMAP misaligned", HOSTCALL_BAD_ADDRESS, HOSTCALL_UNMAP, page + 1, 0);
}

static void expect_arguments(void)
{
	hostcall_expect("TLB_VM of VMID 0", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM, 0, 0);
	hostcall_expect("TLB_VM of a VMID too wide", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM, VMID_TOO_WIDE, 0);
	hostcall_expect("TLB_VM_LOCAL of VMID 0", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM_LOCAL, 0, 0);
	hostcall_expect("TLB_VM_LOCAL of all ones", HOSTCALL_BAD_ARGUMENT, HOSTCALL_TLB_VM_LOCAL, ~0U, 0);
	hostcall_expect("TLB_VM of a VMID is fine", HOSTCALL_OK, HOSTCALL_TLB_VM, VMID_TOO_WIDE - 1, 0);
}

/* HSCTLR, and the CPSR that the code ran with */
static u32 restart_at(u32 entry, u32 *cpsr)
{
	register u32 r0 asm("r0") = STUB_SOFT_RESTART;
	register u32 r1 asm("r1") = entry;

	asm volatile(__HVC(0) : "+r" (r0), "+r" (r1) : : "r2", "r3", "r12", "cc", "memory");
	*cpsr = r1;
	return r0;
}

/* What kexec asks of the boot stub: code that HYP mode runs at its physical address, MMU and caches off; then HYP is the stub's */
static void expect_restart(u32 *code)
{
	u32 hsctlr, cpsr, entry = virt_to_phys(code);
	unsigned long flags;

	code[0] = 0xee910f10;	/* mrc p15, 4, r0, c1, c0, 0: HSCTLR */
	code[1] = 0xe10f1000;	/* mrs r1, cpsr */
	code[2] = 0xe160006e;	/* eret */
	__cpuc_flush_dcache_area(code, PAGE_SIZE);
	local_irq_save(flags);
	hsctlr = restart_at(entry, &cpsr);
	local_irq_restore(flags);
	hostcall_result("SOFT_RESTART runs code in HYP mode", (cpsr & 0x1f) == 0x1a, cpsr);
	hostcall_result("with its MMU and data cache off", !(hsctlr & (BIT(0) | BIT(2))), hsctlr);
	hostcall_expect("and leaves HYP to the boot stub", STUB_ERR, HOSTCALL_TLB_ALL, 0, 0);
}

void arch_expect(u64 page)
{
	if (restart) {
		migrate_disable();
		expect_restart(phys_to_virt(page));
		migrate_enable();
		return;
	}
	expect_numbers();
	expect_addresses(page);
	expect_arguments();
}

/* The image is somewhere in the kernel's linear memory, at the beginning of a page */
static u32 *image_find(void)
{
	u32 *page;

	for (page = (u32 *)PAGE_OFFSET; page < (u32 *)high_memory; page += PAGE_SIZE / sizeof(u32))
		if (pfn_valid(PFN_DOWN(virt_to_phys(page))) && !memcmp(page, head, sizeof(head)))
			return page;
	return NULL;
}

int arch_fault(void)
{
	u32 *image = heads == ARRAY_SIZE(head) ? image_find() : NULL;
	unsigned int i;

	for (i = 0; image && i < 2 * PAGE_SIZE / sizeof(u32); i++) {
		if ((image[i] & TLBIALLNSNHIS_MASK) != TLBIALLNSNHIS)
			continue;
		image[i] = UDF;
		flush_icache_range((unsigned long)&image[i], (unsigned long)&image[i + 1]);
		local_irq_disable();
		arch_call(HOSTCALL_TLB_ALL, 0x1111, 0x2222, 0x3333, 0x4444);
		local_irq_enable();
	}
	return -EIO;
}
