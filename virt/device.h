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
 * @create: make it part of the VM; vm->lock held. Of a kind that a VM has one of: the VM is the @owner of its attributes
 * @add: one more of a kind that a VM may have several of: their @owner, or ERR_PTR; vm->lock held. Instead of @create
 * @set: KVM_SET_DEVICE_ATTR
 * @get: KVM_GET_DEVICE_ATTR
 * @has: KVM_HAS_DEVICE_ATTR: 0 or -ENXIO
 */
struct vmdev_ops {
	int (*create)(struct loft_vm *vm);
	void *(*add)(struct loft_vm *vm);
	int (*set)(void *owner, const struct kvm_device_attr *attr);
	int (*get)(void *owner, const struct kvm_device_attr *attr);
	int (*has)(void *owner, const struct kvm_device_attr *attr);
};

extern const struct vmdev_ops vgic_v2_ops;
extern const struct vmdev_ops vgic_v3_ops;
extern const struct vmdev_ops vgic_its_ops;

#endif /* LOFT_VIRT_DEVICE_H */
