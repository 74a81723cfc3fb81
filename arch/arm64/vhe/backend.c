// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this machine offers under VHE, and taking it into use.
 */
#include <asm/virt.h>
#include <loft/host.h>
#include "vhe.h"

/**
 * vhe_taken - say that somebody else has what a hypervisor needs, which is the kernel's own KVM
 * @what: the resource
 * @ret: errno of the attempt
 *
 * Return: @ret.
 */
int vhe_taken(const char *what, int ret)
{
	pr_err("loft: %s is taken (%d), the kernel's own KVM has it: boot with kvm-arm.mode=none\n", what, ret);
	return ret;
}

/**
 * vhe_present - does the host kernel run in EL2?
 */
bool vhe_present(void)
{
	return is_kernel_in_hyp_mode();
}

/**
 * vhe_init - find out what this machine has, and take the hardware
 *
 * Return: 0, or an errno after one line in the kernel log that says what to do.
 */
int vhe_init(void)
{
	int ret;

	features_probe("vhe");
	ret = gic_probe();
	if (ret)
		return ret;
	ret = timer_probe();
	if (ret)
		goto out_gic;
	ret = cpus_init();
	if (ret)
		goto out_timer;
	return 0;
out_timer:
	timer_exit();
out_gic:
	gic_exit();
	return ret;
}

/**
 * vhe_exit - leave the hardware as it was found
 */
void vhe_exit(void)
{
	cpus_exit();
	timer_exit();
	gic_exit();
}
