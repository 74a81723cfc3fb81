// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place that knows which back ends exist: picks one, and passes calls on to it directly.
 */
#include <linux/errno.h>
#include <linux/jump_label.h>
#include <linux/printk.h>
#include <loft/backend.h>
#include <loft/nvhe.h>
#include <loft/vhe.h>

struct loft_caps loft_caps;

static DEFINE_STATIC_KEY_FALSE(backend_split);

/**
 * backend_init - find the back end for this machine, and let it take the hardware
 *
 * Return: 0, or an errno after one line in the kernel log that says what to do.
 */
int backend_init(void)
{
	if (vhe_present())
		return vhe_init();
	if (nvhe_present()) {
		static_branch_enable(&backend_split);
		return nvhe_init();
	}
	pr_err("loft: this kernel was entered at EL1: Loft needs a machine that starts it at EL2\n");
	return -ENODEV;
}

void backend_exit(void)
{
	if (static_branch_unlikely(&backend_split))
		nvhe_exit();
	else
		vhe_exit();
}

int backend_vcpu_create(struct loft_vcpu *vcpu)
{
	return static_branch_unlikely(&backend_split) ? nvhe_vcpu_create(vcpu) : 0;
}

void backend_vcpu_destroy(struct loft_vcpu *vcpu)
{
	if (static_branch_unlikely(&backend_split))
		nvhe_vcpu_destroy(vcpu);
}

void backend_vcpu_run(struct loft_vcpu *vcpu)
{
	if (static_branch_unlikely(&backend_split))
		nvhe_vcpu_run(vcpu);
	else
		vhe_vcpu_run(vcpu);
}

void backend_vcpu_put(struct loft_vcpu *vcpu)
{
	if (static_branch_unlikely(&backend_split))
		nvhe_vcpu_put(vcpu);
	else
		vhe_vcpu_put(vcpu);
}

void backend_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	if (static_branch_unlikely(&backend_split))
		nvhe_tlb_flush(vm, scope, ipa, size, level);
	else
		vhe_tlb_flush(vm, scope, ipa, size, level);
}
