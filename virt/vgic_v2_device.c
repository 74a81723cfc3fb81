// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv2 as a KVM device: its attribute groups (KVM API, devices/arm-vgic), and the older ioctls that do the same.
 */
#include "device.h"
#include "vgic.h"

static int vgic_v2_access_attr(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return vgic_attr_addr(vm, attr, write);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return vgic_attr_nr_irqs(vm, attr, write);
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		return vgic_attr_state(vm, attr, write);
	default:
		return -ENXIO;
	}
}

static int vgic_v2_set_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;

	if (attr->group == KVM_DEV_ARM_VGIC_GRP_CTRL)
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ? vgic_initialise(vm) : -ENXIO;
	return vgic_v2_access_attr(vm, attr, true);
}

static int vgic_v2_get_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;

	return vgic_v2_access_attr(vm, attr, false);
}

static int vgic_v2_has_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;
	struct loft_vcpu *vcpu;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return attr->attr == KVM_VGIC_V2_ADDR_TYPE_DIST ||
		       attr->attr == KVM_VGIC_V2_ADDR_TYPE_CPU ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return 0;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		vcpu = vgic_attr_vcpu(vm, attr);
		if (!vcpu)
			return -EINVAL;
		if (attr->group == KVM_DEV_ARM_VGIC_GRP_CPU_REGS)
			return vgic_v2_gicc_uaccess(vcpu, lower_32_bits(attr->attr), false, NULL);
		return vgic_uaccess(vm, vcpu, lower_32_bits(attr->attr), false, NULL);
	default:
		return -ENXIO;
	}
}

const struct vmdev_ops vgic_v2_ops = {
	.create = vgic_v2_create,
	.set = vgic_v2_set_attr,
	.get = vgic_v2_get_attr,
	.has = vgic_v2_has_attr,
};

/**
 * vgic_v2_create_irqchip() - KVM_CREATE_IRQCHIP
 * @vm: the VM
 *
 * Return: as KVM_CREATE_DEVICE of a GICv2.
 */
int vgic_v2_create_irqchip(struct loft_vm *vm)
{
	int ret;

	mutex_lock(&vm->lock);
	ret = vgic_v2_create(vm);
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * vgic_v2_set_device_addr() - KVM_ARM_SET_DEVICE_ADDR
 * @vm: the VM
 * @addr: device and address type in the halves of the id, address
 *
 * Return: -ENODEV for a device that is not known, -ENXIO without a GICv2; otherwise as KVM_DEV_ARM_VGIC_GRP_ADDR.
 */
int vgic_v2_set_device_addr(struct loft_vm *vm, const struct kvm_arm_device_addr *addr)
{
	u16 device = addr->id >> KVM_ARM_DEVICE_ID_SHIFT;
	u16 type = addr->id >> KVM_ARM_DEVICE_TYPE_SHIFT;
	int ret = -ENXIO;

	if (device != KVM_ARM_DEVICE_VGIC_V2)
		return -ENODEV;
	mutex_lock(&vm->lock);
	if (vm->vgic && vm->vgic->v2)
		ret = vgic_v2_addr_set(vm, type, addr->addr);
	mutex_unlock(&vm->lock);
	return ret;
}
