/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In-kernel devices that userspace configures through a file: what a kind of device provides.
 */
#ifndef LOFT_VIRT_DEVICE_H
#define LOFT_VIRT_DEVICE_H

#include <linux/kvm.h>

struct loft_vm;

/**
 * struct vmdev_ops - one kind of device
 * @create: make it part of the VM; vm->lock held
 * @set: KVM_SET_DEVICE_ATTR
 * @get: KVM_GET_DEVICE_ATTR
 * @has: KVM_HAS_DEVICE_ATTR: 0 or -ENXIO
 */
struct vmdev_ops {
	int (*create)(struct loft_vm *vm);
	int (*set)(struct loft_vm *vm, const struct kvm_device_attr *attr);
	int (*get)(struct loft_vm *vm, const struct kvm_device_attr *attr);
	int (*has)(struct loft_vm *vm, const struct kvm_device_attr *attr);
};

extern const struct vmdev_ops vgic_v2_ops;
extern const struct vmdev_ops vgic_v3_ops;

#endif /* LOFT_VIRT_DEVICE_H */
