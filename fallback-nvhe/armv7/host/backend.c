// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ARMv7 machine offers, and taking it into use. It has one back end, so this is all there is to choose.
 */
#include <linux/kconfig.h>
#include <linux/moduleparam.h>
#include <asm/arch_timer.h>
#include <asm/cputype.h>
#include <loft/armv7.h>
#include "hyp.h"

#ifndef CONFIG_ARM_LPAE
#error Loft needs a kernel with CONFIG_ARM_LPAE: stage-2 tables and HYP mode come with the large physical address extension
#endif

/* ID_PFR1.Virtualization */
#define PFR1_VIRT		GENMASK(15, 12)
/* Addresses of the large physical address extension */
#define LPAE_BITS		40
#define VMID_BITS		8
/* VTCR: RES1; walks write-back cacheable, inner shareable */
#define VTCR_RES1		BIT(31)
#define VTCR_WALKS		(3 << 12 | 1 << 10 | 1 << 8)

struct loft_caps loft_caps;

static int cpu_check(void)
{
	u32 pfr1 = read_cpuid_ext(CPUID_EXT_PFR1);

	if (pfr1 & PFR1_VIRT)
		return 0;
	pr_err("loft: this CPU does not have the virtualization extensions, or firmware hides them\n");
	return -ENODEV;
}

/**
 * backend_init - find out what this machine has, and take the hardware
 *
 * Whether the kernel was entered in HYP mode it does not tell modules; but if not, it keeps time with the virtual timer,
 * and an HVC would be undefined. So the timer comes first.
 *
 * Return: 0, or an errno after one line in the kernel log that says what to do.
 */
int backend_init(void)
{
	int ret = cpu_check();

	if (ret)
		return ret;
	loft_caps.mode = "armv7";
	loft_caps.pa_bits = LPAE_BITS;
	loft_caps.ipa_bits_max = LPAE_BITS;
	loft_caps.vmid_bits = VMID_BITS;
	loft_caps.el1_32bit = true;
	loft_caps.vtcr = VTCR_RES1 | VTCR_WALKS;
	ret = nvhe_timer_probe();
	if (ret)
		return ret;
	ret = gich_probe();
	if (ret)
		goto out_timer;
	ret = hyp_cpus_init();
	if (ret)
		goto out_gic;
	ret = hyp_cpus_start();
	if (ret)
		goto out_cpus;
	return 0;
out_cpus:
	hyp_cpus_free();
out_gic:
	if (loft_caps.gic)
		gich_exit();
out_timer:
	nvhe_timer_exit();
	return ret;
}

/**
 * backend_exit - leave the hardware as it was found
 */
void backend_exit(void)
{
	hyp_cpus_stop();
	hyp_cpus_free();
	if (loft_caps.gic)
		gich_exit();
	nvhe_timer_exit();
}

/**
 * backend_counter - the physical counter
 *
 * Return: ticks; ordered after everything before the call.
 */
u64 backend_counter(void)
{
	return __arch_counter_get_cntpct();
}

u32 backend_fpsid(void)
{
	u32 val;

	asm volatile(".fpu vfpv3\n\tvmrs %0, fpsid" : "=r" (val));
	return val;
}

u32 backend_mvfr0(void)
{
	u32 val;

	asm volatile(".fpu vfpv3\n\tvmrs %0, mvfr0" : "=r" (val));
	return val;
}

u32 backend_mvfr1(void)
{
	u32 val;

	asm volatile(".fpu vfpv3\n\tvmrs %0, mvfr1" : "=r" (val));
	return val;
}
