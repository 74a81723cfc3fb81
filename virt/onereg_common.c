// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers that userspace numbers alike on all architectures: timers, firmware, caches.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include <clocksource/arm_arch_timer.h>
#include <loft/backend.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "onereg.h"
#include "sysreg.h"

bool onereg_is_timer(u64 id)
{
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
	case KVM_REG_ARM_TIMER_CVAL:
	case KVM_REG_ARM_TIMER_CNT:
	case KVM_REG_ARM_PTIMER_CTL:
	case KVM_REG_ARM_PTIMER_CVAL:
	case KVM_REG_ARM_PTIMER_CNT:
		return true;
	default:
		return false;
	}
}

static u64 vtimer_read_ctl(struct loft_vcpu *vcpu)
{
	const struct loft_timer_regs *v = &vcpu->timer.v;
	bool fired = (v->ctl & ARCH_TIMER_CTRL_ENABLE) && vtimer_count_v(vcpu) >= v->cval;

	return v->ctl | (fired ? ARCH_TIMER_CTRL_IT_STAT : 0);
}

u64 onereg_timer_get(struct loft_vcpu *vcpu, u64 id)
{
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		return vtimer_read_ctl(vcpu);
	case KVM_REG_ARM_TIMER_CVAL:
		return vcpu->timer.v.cval;
	case KVM_REG_ARM_TIMER_CNT:
		return vtimer_count_v(vcpu);
	case KVM_REG_ARM_PTIMER_CTL:
		return vtimer_p_read_ctl(vcpu);
	case KVM_REG_ARM_PTIMER_CVAL:
		return vcpu->timer.p.cval;
	default:
		return vtimer_count_p(vcpu);
	}
}

/*
 * One offset for the VM. It is resident with each vCPU: whoever is in the hardware is put out, and comes back with
 * the new one.
 */
static void counter_set(struct loft_vm *vm, u64 count)
{
	struct loft_vcpu *vcpu;
	unsigned long i;

	WRITE_ONCE(vm->cntvoff, vtimer_counter() - count);
	vm_for_each_vcpu(i, vcpu, vm)
		backend_vcpu_put(vcpu);
}

int onereg_timer_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		vcpu->timer.v.ctl = val & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK);
		return 0;
	case KVM_REG_ARM_TIMER_CVAL:
		vcpu->timer.v.cval = val;
		return 0;
	case KVM_REG_ARM_TIMER_CNT:
		counter_set(vcpu->vm, val);
		return 0;
	case KVM_REG_ARM_PTIMER_CTL:
		vtimer_p_write(vcpu, val, vcpu->timer.p.cval);
		return 0;
	case KVM_REG_ARM_PTIMER_CVAL:
		vtimer_p_write(vcpu, vcpu->timer.p.ctl, val);
		return 0;
	default:
		/* The physical counter is the host's. */
		return -EINVAL;
	}
}

/* Where nobody is affected the state is "not required", otherwise guests are on their own: see smccc_init(). */
int onereg_fw_get(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	switch (id) {
	case KVM_REG_ARM_PSCI_VERSION:
		*val = vcpu->psci_version;
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1:
		*val = smccc_mitigations.wa1 == SMCCC_NONE ? KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_NOT_AVAIL :
							     KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_NOT_REQUIRED;
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2:
		*val = smccc_mitigations.wa2 == SMCCC_NONE ? KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_AVAIL :
							     KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_REQUIRED;
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3:
		*val = smccc_mitigations.wa3 == SMCCC_NONE ? KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3_NOT_AVAIL :
							     KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3_NOT_REQUIRED;
		return 0;
	default:
		return -ENOENT;
	}
}

/* A guest that comes from a less safe host may stay; one that was promised more than this host has may not come. */
int onereg_fw_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	u64 have;
	int ret = onereg_fw_get(vcpu, id, &have);

	if (ret)
		return ret;
	if (id == KVM_REG_ARM_PSCI_VERSION)
		return psci_set_version(vcpu, val);
	return val <= have ? 0 : -EINVAL;
}

static int demux_check(u64 id)
{
	if ((id & KVM_REG_ARM_DEMUX_ID_MASK) != KVM_REG_ARM_DEMUX_ID_CCSIDR || KVM_REG_SIZE(id) != sizeof(u32))
		return -ENOENT;
	return cacheid_valid(id & KVM_REG_ARM_DEMUX_VAL_MASK) ? 0 : -ENOENT;
}

static u32 demux_get(u64 id)
{
	return cacheid_ccsidr(id & KVM_REG_ARM_DEMUX_VAL_MASK);
}

int onereg_demux_get(u64 id, void __user *to)
{
	int ret = demux_check(id);

	return ret ?: put_user(demux_get(id), (u32 __user *)to);
}

int onereg_demux_set(u64 id, const void __user *from)
{
	int ret = demux_check(id);
	u32 val;

	if (ret)
		return ret;
	if (get_user(val, (const u32 __user *)from))
		return -EFAULT;
	return val == demux_get(id) ? 0 : -EINVAL;
}

int onereg_add(struct onereg_list *list, u64 id)
{
	u64 __user *to = list->to;

	if (to && put_user(id, to + list->n))
		return -EFAULT;
	list->n++;
	return 0;
}

/* Count the identifiers that @fill gives, then, if there is room, write them */
int onereg_fill(struct kvm_reg_list __user *list, int (*fill)(struct onereg_list *list))
{
	struct onereg_list out = {};
	u64 room;

	if (get_user(room, &list->n))
		return -EFAULT;
	fill(&out);
	if (put_user(out.n, &list->n))
		return -EFAULT;
	if (room < out.n)
		return -E2BIG;
	out = (struct onereg_list) { .to = list->reg };
	return fill(&out);
}
