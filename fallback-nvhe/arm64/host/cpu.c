// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lowvisor's coming and going on each CPU: hotplug, power states, suspend; and the end when EL2 fails.
 *
 * The kernel's boot stub owns EL2 whenever the lowvisor does not. It is borrowed by its own SOFT_RESTART, which runs code
 * at a physical address with EL2's MMU off, and given back by the lowvisor's answer to RESET_VECTORS. SOFT_RESTART is
 * also how kexec and kdump leave this kernel: the lowvisor answers that too.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpu_pm.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <asm/cpufeature.h>
#include <asm/virt.h>
#include <loft/host.h>
#include <loft/hostirq.h>
#include "nvhe.h"

#define SCTLR_EL2_LOW	(SCTLR_EL2_RES1 | SCTLR_ELx_M | SCTLR_ELx_C | SCTLR_ELx_SA | SCTLR_ELx_I | SCTLR_ELx_WXN | \
			 ENDIAN_SET_EL2)
/* The stack, then struct hostcall_cpu: an overflow runs into what is not mapped, or is another CPU's stack's end */
#define AREA_SIZE	(2 * PAGE_SIZE)
/* The image's first part, which works with the MMU off: low.lds asserts it */
#define INIT_SIZE	2048

/* TCR_EL2: RES1; walks write-back cacheable, inner shareable */
#define TCR_RES1	(BIT(31) | BIT(23))
#define TCR_WALKS	(3 << 12 | 1 << 10 | 1 << 8)
#define TCR_TG0		((u64)(PAGE_SHIFT == 12 ? 0 : PAGE_SHIFT == 14 ? 2 : 1) << 14)
#define TCR_PS_SHIFT	16

static_assert(STUB_SET_VECTORS == HVC_SET_VECTORS);
static_assert(STUB_SOFT_RESTART == HVC_SOFT_RESTART);
static_assert(STUB_RESET_VECTORS == HVC_RESET_VECTORS);
static_assert(STUB_NR == HVC_STUB_HCALL_NR);
static_assert(STUB_ERR == HVC_STUB_ERR);
static_assert(HOSTCALL_CLEARBHB == MITIGATION_CLEARBHB);

DEFINE_PER_CPU(struct nvhe_cpu, nvhe_cpu);

static enum cpuhp_state cpu_state;
static void *image;	/* the lowvisor, where it runs */

static size_t image_size(void)
{
	return PAGE_ALIGN(nvhe_image_end - nvhe_image);
}

/*
 * EL2 failed, or could not make sense of what the host did. The lowvisor has put the host's world back and returned
 * here instead of to its caller.
 */
static asmlinkage __noreturn void cpu_panic(void)
{
	const struct hostcall_cpu *low = this_cpu_ptr(&nvhe_cpu)->low;
	u64 pc = low->panic_elr - virt_to_phys(image);
	unsigned int i;

	pr_emerg("loft: %s, CPU %d\n", (low->panic_spsr & PSR_MODE_MASK) >= PSR_MODE_EL2t ?
		 "exception in the lowvisor" : "an exception of the host's that the lowvisor does not know",
		 smp_processor_id());
	pr_emerg("loft: ESR %016llx ELR %016llx (image+0x%llx) SPSR %016llx FAR %016llx HPFAR %016llx\n",
		 low->panic_esr, low->panic_elr, pc, low->panic_spsr, low->panic_far, low->panic_hpfar);
	for (i = 0; i < 30; i += 3)
		pr_emerg("loft: x%-2u %016llx x%-2u %016llx x%-2u %016llx\n", i, low->panic_x[i],
			 i + 1, low->panic_x[i + 1], i + 2, low->panic_x[i + 2]);
	pr_emerg("loft: x30 %016llx sp %016llx\n", low->panic_x[30], low->panic_x[31]);
	panic("loft: the lowvisor failed");
}

/* Interrupts off. False: EL2 is not the boot stub's */
static bool cpu_install(struct nvhe_cpu *cpu)
{
	phys_addr_t low = virt_to_phys(cpu->low);

	if (nvhe_hvc(HOSTCALL_END, 0, 0, 0, 0) != STUB_ERR)
		return false;
	/* Read with the MMU off: must be in memory, and no dirty line may come down on it later */
	backend_cache(LOFT_CACHE_POC, cpu->low, sizeof(*cpu->low));
	/*
	 * So is the code that works with the MMU off. After hibernation the image has come here through the caches, and
	 * the kernel has cleaned it for ordinary fetches, to the point of unification only.
	 */
	backend_cache(LOFT_CACHE_POC, image, INIT_SIZE);
	cpu->installed = nvhe_hvc(STUB_SOFT_RESTART, virt_to_phys(image), low, 0, 0) == HOSTCALL_OK;
	return cpu->installed;
}

static void cpu_remove(struct nvhe_cpu *cpu)
{
	if (cpu->installed)
		nvhe_hvc(STUB_RESET_VECTORS, 0, 0, 0, 0);
	cpu->installed = false;
}

/**
 * nvhe_cpu_call - call the lowvisor
 * @nr: which hostcall
 * @a1: first argument
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 *
 * On a CPU that is going down, or is not up yet, the lowvisor comes for this one call: TLB maintenance cannot wait.
 *
 * Context: any.
 * Return: the lowvisor's answer; 0 before it exists.
 */
u64 nvhe_cpu_call(enum hostcall nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct nvhe_cpu *cpu;
	unsigned long flags;
	bool borrowed;
	u64 ret = 0;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&nvhe_cpu);
	borrowed = cpu->low && !cpu->installed && cpu_install(cpu);
	if (cpu->installed)
		ret = nvhe_hvc(nr, a1, a2, a3, a4);
	if (borrowed)
		cpu_remove(cpu);
	local_irq_restore(flags);
	return ret;
}

void el2map_forget(u64 pa)
{
	nvhe_cpu_call(HOSTCALL_UNMAP, pa, 0, 0, 0);
}

static bool cpu_field(u64 reg, unsigned int shift)
{
	return cpuid_feature_extract_unsigned_field(reg, shift);
}

static u64 cpu_features(void)
{
	u64 features = 0;
	u64 dfr0 = read_cpuid(ID_AA64DFR0_EL1);

	if (loft_caps.gic == 3)
		features |= HOSTCALL_F_GIC;
	if (cpus_have_final_cap(ARM64_HAS_RAS_EXTN))
		features |= HOSTCALL_F_RAS;
	if (cpus_have_final_cap(ARM64_HAS_FGT))
		features |= HOSTCALL_F_FGT;
	if (cpus_have_final_cap(ARM64_HAS_HCX))
		features |= HOSTCALL_F_HCX;
	/* Where firmware keeps the buffer for itself, the registers are not EL2's to touch either */
	if (cpu_field(dfr0, ID_AA64DFR0_EL1_PMSVer_SHIFT) && !(read_sysreg_s(SYS_PMBIDR_EL1) & PMBIDR_EL1_P))
		features |= HOSTCALL_F_SPE;
	if (cpu_field(dfr0, ID_AA64DFR0_EL1_TraceBuffer_SHIFT) && !(read_sysreg_s(SYS_TRBIDR_EL1) & TRBIDR_EL1_P))
		features |= HOSTCALL_F_TRBE;
	return features;
}

/* What the lowvisor cannot find out by itself */
static void cpu_parameters(struct hostcall_cpu *low)
{
	struct loft_mitigation m = mitigate_this_cpu();

	low->features = cpu_features();
	low->nr_brps = loft_caps.nr_brps;
	low->nr_wrps = loft_caps.nr_wrps;
	low->pre_bits = loft_caps.pre_bits;
	low->bhb = m.bhb;
	low->fw = m.fw;
}

static int cpu_up_online(unsigned int n)
{
	struct nvhe_cpu *cpu = this_cpu_ptr(&nvhe_cpu);
	const char *why = NULL;
	unsigned long flags;

	local_irq_save(flags);
	cpu_parameters(cpu->low);
	if (!cpu_install(cpu))
		why = "EL2 belongs to somebody else, the kernel's own KVM: boot with kvm-arm.mode=none";
	else if (!nvhe_gic_cpu_up())
		why = "it has fewer list registers or priority bits than the others";
	cpu->online = !why;
	if (cpu->online) {
		nvhe_timer_cpu_up();
		hostirq_cpu_up();
	} else {
		cpu_remove(cpu);
	}
	local_irq_restore(flags);
	if (!why)
		return 0;
	pr_err("loft: CPU %u cannot be used: %s\n", n, why);
	return -EBUSY;
}

static int cpu_down_prepare(unsigned int n)
{
	struct nvhe_cpu *cpu = this_cpu_ptr(&nvhe_cpu);
	unsigned long flags;

	local_irq_save(flags);
	/* A vCPU thread may still be running here, and come back before the scheduler has moved it */
	cpu->online = false;
	nvhe_evict(cpu);
	nvhe_timer_cpu_down();
	nvhe_gic_cpu_down();
	vmid_cpu_down();
	cpu_remove(cpu);
	local_irq_restore(flags);
	return 0;
}

/*
 * A power state may lose EL2; the kernel's way back puts its stub there. Firmware must not find anything else, nor must
 * the image of a hibernation say that EL2 is Loft's. The machine that wakes from one is fresh: the kernel before has
 * enabled its own interrupts, not Loft's.
 */
static int cpu_pm_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct nvhe_cpu *cpu = this_cpu_ptr(&nvhe_cpu);

	switch (event) {
	case CPU_PM_ENTER:
		nvhe_evict(cpu);
		cpu_remove(cpu);
		vtimer_cpu_sleep();
		break;
	case CPU_PM_ENTER_FAILED:
	case CPU_PM_EXIT:
		vtimer_cpu_wake();
		if (!cpu->online)
			break;
		/*
		 * The way back from hibernation leaves EL2 with a copy of the stub in a page that is nobody's any more: it
		 * answers until the page is used again. The stub proper is where the last installation found it.
		 */
		nvhe_hvc(STUB_SET_VECTORS, cpu->low->stub_vbar, 0, 0, 0);
		/* It was here when the CPU came up, and has the same list registers */
		WARN_ON_ONCE(!cpu_install(cpu) || !nvhe_gic_cpu_up());
		nvhe_timer_cpu_up();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block cpu_pm_nb = {
	.notifier_call = cpu_pm_event,
};

static void areas_free(void)
{
	int n;

	for_each_possible_cpu(n) {
		struct hostcall_cpu *low = per_cpu(nvhe_cpu, n).low;

		per_cpu(nvhe_cpu, n).low = NULL;
		if (low)
			free_pages_exact((void *)low - PAGE_SIZE, AREA_SIZE);
	}
}

static u64 area_tcr(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 range = cpuid_feature_extract_unsigned_field(mmfr0, ID_AA64MMFR0_EL1_PARANGE_SHIFT);

	/* Not more than 48 bits: those take descriptors in another format */
	return TCR_RES1 | min(range, 5ULL) << TCR_PS_SHIFT | TCR_TG0 | TCR_WALKS | (64 - EL2MAP_BITS);
}

static int area_alloc(struct nvhe_cpu *cpu)
{
	void *area = alloc_pages_exact(AREA_SIZE, GFP_KERNEL | __GFP_ZERO);
	struct hostcall_cpu *low = area + PAGE_SIZE;

	if (!area)
		return -ENOMEM;
	if (el2map_add(area, AREA_SIZE, false)) {
		free_pages_exact(area, AREA_SIZE);
		return -ENOMEM;
	}
	low->ttbr0 = el2map_root();
	low->tcr = area_tcr();
	low->mair = MAIR_ATTRIDX(MAIR_ATTR_NORMAL, 0);
	low->sctlr = SCTLR_EL2_LOW;
	low->vtcr = loft_caps.vtcr;
	low->features = loft_caps.gic == 3 ? HOSTCALL_F_GIC : 0;
	low->panic_entry = (u64)cpu_panic;
	cpu->low = low;
	return 0;
}

static int image_load(void)
{
	image = alloc_pages_exact(image_size(), GFP_KERNEL | __GFP_ZERO);
	if (!image)
		return -ENOMEM;
	memcpy(image, nvhe_image, nvhe_image_end - nvhe_image);
	backend_cache(LOFT_CACHE_EXEC, image, image_size());
	/* Its first instructions are fetched with EL2's caches off */
	backend_cache(LOFT_CACHE_POC, image, image_size());
	return el2map_add(image, image_size(), true);
}

/**
 * nvhe_cpus_init - everything that CPUs need to take the lowvisor, and the first look at EL2
 *
 * Return: 0 or an errno.
 */
int nvhe_cpus_init(void)
{
	int ret, n;

	ret = el2map_init();
	if (ret)
		return ret;
	ret = image_load();
	for_each_possible_cpu(n)
		if (!ret)
			ret = area_alloc(per_cpu_ptr(&nvhe_cpu, n));
	if (ret)
		nvhe_cpus_free();
	return ret;
}

/**
 * nvhe_cpus_start - take every CPU, and follow those that come and go
 *
 * Return: 0 or an errno.
 */
int nvhe_cpus_start(void)
{
	int ret;

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "loft:online", cpu_up_online, cpu_down_prepare);
	if (ret < 0)
		return ret;
	cpu_state = ret;
	cpu_pm_register_notifier(&cpu_pm_nb);
	return 0;
}

void nvhe_cpus_stop(void)
{
	cpu_pm_unregister_notifier(&cpu_pm_nb);
	cpuhp_remove_state(cpu_state);
}

/**
 * nvhe_cpus_free - EL2 is the boot stub's again on every CPU: free what the lowvisor lived in
 */
void nvhe_cpus_free(void)
{
	areas_free();
	if (image)
		free_pages_exact(image, image_size());
	image = NULL;
	el2map_exit();
}
