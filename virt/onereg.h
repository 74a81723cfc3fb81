/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files behind KVM_GET_ONE_REG and its like share.
 */
#ifndef VIRT_ONEREG_H
#define VIRT_ONEREG_H

#include <linux/kvm.h>
#include <linux/types.h>

struct loft_vcpu;

/**
 * struct onereg_list - where the identifiers go
 * @to: userspace array, NULL to count only
 * @n: how many so far
 */
struct onereg_list {
	u64 __user *to;
	u64 n;
};

/* onereg_common.c. vCPU evicted; 0, -ENOENT, -EINVAL or -EFAULT */
bool onereg_is_timer(u64 id);
u64 onereg_timer_get(struct loft_vcpu *vcpu, u64 id);
int onereg_timer_set(struct loft_vcpu *vcpu, u64 id, u64 val);
int onereg_fw_get(struct loft_vcpu *vcpu, u64 id, u64 *val);
int onereg_fw_set(struct loft_vcpu *vcpu, u64 id, u64 val);
int onereg_demux_get(u64 id, void __user *to);
int onereg_demux_set(u64 id, const void __user *from);
int onereg_add(struct onereg_list *list, u64 id);
int onereg_fill(struct kvm_reg_list __user *list, int (*fill)(struct onereg_list *list));

#endif /* VIRT_ONEREG_H */
