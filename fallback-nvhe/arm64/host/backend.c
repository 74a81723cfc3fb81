// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this machine offers in split mode, and taking it into use.
 */
#include <asm/cpufeature.h>
#include <asm/virt.h>
#include <loft/host.h>
#include <loft/hostirq.h>
#include "nvhe.h"

/**
 * nvhe_present - was the kernel entered at EL2, and stepped down?
 */
bool nvhe_present(void)
{
	return !is_kernel_in_hyp_mode() && bootmode_is_el2();
}

/*
 * How many list registers there are, only EL2 can tell: the lowvisor comes to one CPU for that before it comes to stay,
 * and with it its parameters.
 */
static int cpus_take(void)
{
	int ret = nvhe_cpus_init();

	if (ret)
		return ret;
	ret = nvhe_gic_features();
	if (!ret)
		ret = nvhe_cpus_start();
	if (ret)
		nvhe_cpus_free();
	return ret;
}

/**
 * nvhe_init - find out what this machine has, and take the hardware
 *
 * Return: 0, or an errno after one line in the kernel log that says what to do.
 */
int nvhe_init(void)
{
	int ret;

	features_probe("nvhe");
	loft_caps.el1_32bit = id_aa64pfr0_32bit_el1(read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1)) &&
			      system_supports_fpsimd();
	ret = nvhe_gic_probe();
	if (ret)
		return ret;
	ret = nvhe_timer_probe();
	if (ret)
		goto out_gic;
	hostirq_probe(nvhe_timer_irq());
	ret = cpus_take();
	if (ret)
		goto out_timer;
	return 0;
out_timer:
	nvhe_timer_exit();
out_gic:
	nvhe_gic_exit();
	return ret;
}

/**
 * nvhe_exit - leave the hardware as it was found
 */
void nvhe_exit(void)
{
	nvhe_cpus_stop();
	nvhe_cpus_free();
	nvhe_timer_exit();
	nvhe_gic_exit();
}
