// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lowvisor's coming and going on each CPU: hotplug, power states, suspend, reboot; and the end when HYP fails.
 *
 * The kernel's boot stub owns HYP mode whenever the lowvisor does not. In a running kernel it knows one call,
 * SOFT_RESTART, which runs code at a physical address with HYP's MMU off: so the lowvisor comes. It leaves by a call of
 * its own. SOFT_RESTART is also how kexec leaves this kernel: the lowvisor answers that too.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpu_pm.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/smp.h>
#include <asm/cputype.h>
#include <asm/virt.h>
#include <loft/armv7.h>
#include "hyp.h"

/* HTCR: RES1; walks write-back cacheable, inner shareable; all of 4 GiB */
#define HTCR_LOW	(BIT(31) | BIT(23) | 3 << 12 | 1 << 10 | 1 << 8)
/* Attribute 0: normal memory, write-back */
#define HMAIR0_LOW	0xff
/* HSCTLR: RES1; MMU, caches, nothing writable is executable */
#define HSCTLR_LOW	(0x30c50838 | BIT(0) | BIT(2) | BIT(12) | BIT(19))
/* MVFR0.A_SIMD registers: 2 says 32 */
#define MVFR0_REGS	GENMASK(3, 0)
/* The stack, then struct hostcall_cpu: an overflow runs into what is not mapped, or is another CPU's stack's end */
#define AREA_SIZE	(2 * PAGE_SIZE)

static_assert(STUB_ERR == HVC_STUB_ERR);

DEFINE_PER_CPU(struct hyp_cpu, hyp_cpu);

static enum cpuhp_state cpu_state;
static void *image;	/* the lowvisor, where it runs */

static size_t image_size(void)
{
	return PAGE_ALIGN(nvhe_image_end - nvhe_image);
}

/*
 * HYP failed, or could not make sense of what the host did. The lowvisor has put the host's world back and returned
 * here instead of to its caller.
 */
static asmlinkage __noreturn void cpu_panic(void)
{
	const struct hostcall_cpu *low = this_cpu_ptr(&hyp_cpu)->low;
	const u32 *r = low->panic_r;
	unsigned int i;

	pr_emerg("loft: %s, CPU %d\n", (low->panic_spsr & MODE_MASK) == HYP_MODE ? "exception in the lowvisor" :
		 "an exception of the host's that the lowvisor does not know", smp_processor_id());
	pr_emerg("loft: HSR %08x ELR %08x (image+0x%x) SPSR %08x HDFAR %08x HIFAR %08x HPFAR %08x\n", low->panic_hsr,
		 low->panic_elr, low->panic_elr - (u32)virt_to_phys(image), low->panic_spsr, low->panic_hdfar,
		 low->panic_hifar, low->panic_hpfar);
	for (i = 0; i < 12; i += 4)
		pr_emerg("loft: r%-2u %08x r%-2u %08x r%-2u %08x r%-2u %08x\n", i, r[i], i + 1, r[i + 1],
			 i + 2, r[i + 2], i + 3, r[i + 3]);
	pr_emerg("loft: r12 %08x sp %08x lr %08x\n", r[12], r[13], r[14]);
	panic("loft: the lowvisor failed");
}

/* Interrupts off. False: HYP is not the boot stub's */
static bool cpu_install(struct hyp_cpu *cpu)
{
	if (hyp_hvc(HOSTCALL_END, 0, 0) != STUB_ERR)
		return false;
	/* Read with the MMU off: must be in memory, and no dirty line may come down on it later */
	backend_cache(LOFT_CACHE_POC, cpu->low, sizeof(*cpu->low));
	cpu->installed = hyp_hvc(STUB_SOFT_RESTART, virt_to_phys(image), virt_to_phys(cpu->low)) == HOSTCALL_OK;
	return cpu->installed;
}

static void cpu_remove(struct hyp_cpu *cpu)
{
	if (cpu->installed)
		hyp_hvc(HOSTCALL_LEAVE, 0, 0);
	cpu->installed = false;
}

/**
 * hyp_cpu_call - call the lowvisor
 * @nr: which hostcall
 * @a1: its argument
 *
 * On a CPU that is going down, or is not up yet, the lowvisor comes for this one call: TLB maintenance cannot wait.
 *
 * Context: any.
 * Return: the lowvisor's answer; 0 before it exists.
 */
u32 hyp_cpu_call(enum hostcall nr, u32 a1)
{
	struct hyp_cpu *cpu;
	unsigned long flags;
	bool borrowed;
	u32 ret = 0;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&hyp_cpu);
	borrowed = cpu->low && !cpu->installed && cpu_install(cpu);
	if (cpu->installed)
		ret = hyp_hvc(nr, a1, 0);
	if (borrowed)
		cpu_remove(cpu);
	local_irq_restore(flags);
	return ret;
}

void el2map_forget(u64 pa)
{
	hyp_cpu_call(HOSTCALL_UNMAP, pa);
}

/* A guest must not steer the host's speculation by what it trained the branch predictor with */
static u32 cpu_predictor(void)
{
	switch (read_cpuid_part()) {
	case ARM_CPU_PART_CORTEX_A12:
	case ARM_CPU_PART_CORTEX_A17:
		return HOSTCALL_BP_BPIALL;
	case ARM_CPU_PART_CORTEX_A15:
	case ARM_CPU_PART_BRAHMA_B15:
		return HOSTCALL_BP_ICIALLU;
	default:
		return 0;
	}
}

static int cpu_up_online(unsigned int n)
{
	struct hyp_cpu *cpu = this_cpu_ptr(&hyp_cpu);
	unsigned long flags;

	local_irq_save(flags);
	cpu->low->bp = cpu_predictor();
	cpu->online = cpu_install(cpu);
	if (cpu->online) {
		if (loft_caps.gic)
			gich_cpu_up();
		nvhe_timer_cpu_up();
	}
	local_irq_restore(flags);
	if (cpu->online)
		return 0;
	pr_err("loft: CPU %u cannot be used: HYP mode does not belong to the kernel's boot stub\n", n);
	return -EBUSY;
}

static int cpu_down_prepare(unsigned int n)
{
	struct hyp_cpu *cpu = this_cpu_ptr(&hyp_cpu);
	unsigned long flags;

	local_irq_save(flags);
	/* A vCPU thread may still be running here, and come back before the scheduler has moved it */
	cpu->online = false;
	hyp_evict(cpu);
	nvhe_timer_cpu_down();
	if (loft_caps.gic)
		gich_cpu_down();
	vmid_cpu_down();
	cpu_remove(cpu);
	local_irq_restore(flags);
	return 0;
}

/* A power state may lose HYP mode; the kernel's way back puts its stub there. Firmware must not find anything else */
static int cpu_pm_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct hyp_cpu *cpu = this_cpu_ptr(&hyp_cpu);

	switch (event) {
	case CPU_PM_ENTER:
		hyp_evict(cpu);
		cpu_remove(cpu);
		vtimer_cpu_sleep();
		break;
	case CPU_PM_ENTER_FAILED:
	case CPU_PM_EXIT:
		vtimer_cpu_wake();
		if (!cpu->online)
			break;
		/* It was here when the CPU came up */
		WARN_ON_ONCE(!cpu_install(cpu));
		if (loft_caps.gic)
			gich_cpu_up();
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
		struct hyp_cpu *cpu = per_cpu_ptr(&hyp_cpu, n);
		struct hostcall_cpu *low = cpu->low;

		cpu->low = NULL;
		if (low)
			free_pages_exact((void *)low - PAGE_SIZE, AREA_SIZE);
	}
}

static int area_alloc(struct hyp_cpu *cpu)
{
	void *area = alloc_pages_exact(AREA_SIZE, GFP_KERNEL | __GFP_ZERO);
	struct hostcall_cpu *low = area + PAGE_SIZE;

	if (!area)
		return -ENOMEM;
	if (el2map_add(area, AREA_SIZE, false)) {
		free_pages_exact(area, AREA_SIZE);
		return -ENOMEM;
	}
	low->httbr = el2map_root();
	low->htcr = HTCR_LOW;
	low->hmair0 = HMAIR0_LOW;
	low->hsctlr = HSCTLR_LOW;
	low->vtcr = loft_caps.vtcr;
	low->d32 = (backend_mvfr0() & MVFR0_REGS) == 2;
	low->panic_entry = (u32)cpu_panic;
	cpu->low = low;
	return 0;
}

static int image_load(void)
{
	image = alloc_pages_exact(image_size(), GFP_KERNEL | __GFP_ZERO);
	if (!image)
		return -ENOMEM;
	memcpy(image, nvhe_image, nvhe_image_end - nvhe_image);
	/* Also to the point of coherency: its first instructions are fetched with HYP's caches off */
	backend_cache(LOFT_CACHE_EXEC, image, image_size());
	return el2map_add(image, image_size(), true);
}

/**
 * hyp_cpus_init - everything that CPUs need to take the lowvisor
 *
 * Return: 0 or an errno.
 */
int hyp_cpus_init(void)
{
	int ret, n;

	ret = el2map_init();
	if (ret)
		return ret;
	ret = image_load();
	for_each_possible_cpu(n)
		if (!ret)
			ret = area_alloc(per_cpu_ptr(&hyp_cpu, n));
	if (ret)
		hyp_cpus_free();
	return ret;
}

/**
 * hyp_cpus_start - take every CPU, and follow those that come and go
 *
 * Return: 0 or an errno.
 */
int hyp_cpus_start(void)
{
	int ret;

	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "loft:online", cpu_up_online, cpu_down_prepare);
	if (ret < 0)
		return ret;
	cpu_state = ret;
	cpu_pm_register_notifier(&cpu_pm_nb);
	return 0;
}

void hyp_cpus_stop(void)
{
	cpu_pm_unregister_notifier(&cpu_pm_nb);
	cpuhp_remove_state(cpu_state);
}

/**
 * hyp_cpus_free - HYP mode is the boot stub's again on every CPU: free what the lowvisor lived in
 */
void hyp_cpus_free(void)
{
	areas_free();
	if (image)
		free_pages_exact(image, image_size());
	image = NULL;
	el2map_exit();
}
