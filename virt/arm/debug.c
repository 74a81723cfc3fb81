// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_SET_GUEST_DEBUG on 32-bit hosts: there is none.
 */
#include <linux/errno.h>
#include <loft/vcpu.h>

int debug_set(struct loft_vcpu *vcpu, const struct kvm_guest_debug *dbg)
{
	return -EINVAL;
}

void debug_withdraw(struct loft_vcpu *vcpu)
{
}

void debug_reset(struct loft_vcpu *vcpu)
{
}

void debug_free(struct loft_vcpu *vcpu)
{
}
