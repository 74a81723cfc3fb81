// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place that knows which back ends exist: picks one, and passes calls on to it directly.
 */
#include <linux/errno.h>
#include <linux/printk.h>
#include <loft/backend.h>
#include <loft/vhe.h>

struct loft_caps loft_caps;

/**
 * backend_init - find the back end for this machine, and let it take the hardware
 *
 * Return: 0, or an errno after one line in the kernel log that says what to do.
 */
int backend_init(void)
{
	if (vhe_present())
		return vhe_init();
	pr_err("loft: this kernel runs at EL1: Loft needs a CPU with VHE, entered at EL2, with VHE not switched off\n");
	return -ENODEV;
}

void backend_exit(void)
{
	vhe_exit();
}

void backend_vcpu_run(struct loft_vcpu *vcpu)
{
	vhe_vcpu_run(vcpu);
}

void backend_vcpu_put(struct loft_vcpu *vcpu)
{
	vhe_vcpu_put(vcpu);
}

void backend_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	vhe_tlb_flush(vm, scope, ipa, size, level);
}
