// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS as a KVM device: its attribute groups (KVM API, devices/arm-vgic-its).
 *
 * As with the vGIC, access to state takes all vCPUs' locks, without waiting: -EBUSY if one runs.
 */
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include "device.h"
#include "vgic_its.h"

#define ATTR_USER(attr)		((u64 __user *)(unsigned long)(attr)->addr)

static void *its_create(struct loft_vm *vm)
{
	return vgic_its_create(vm);
}

static bool its_overlaps(const struct loft_vm *vm, u64 base)
{
	u32 i;

	for (i = 0; i < vm->lpis->nr_its; i++) {
		u64 other = vm->lpis->its[i]->base;

		if (other != VGIC_ADDR_UNDEF && base < other + VGIC_ITS_SIZE && other < base + VGIC_ITS_SIZE)
			return true;
	}
	return vm->vgic && vgic_addr_overlaps(vm, base, VGIC_ITS_SIZE);
}

static int its_place(struct vgic_its *its, u64 base)
{
	struct loft_vm *vm = its->vm;
	u64 end;

	if (its->base != VGIC_ADDR_UNDEF)
		return -EEXIST;
	if (base % SZ_64K || check_add_overflow(base, (u64)VGIC_ITS_SIZE, &end))
		return -EINVAL;
	if (end > BIT_ULL(vm->stage2.ia_bits))
		return -E2BIG;
	if (its_overlaps(vm, base))
		return -EINVAL;
	WRITE_ONCE(its->base, base);
	return 0;
}

static int its_set_addr(struct vgic_its *its, const struct kvm_device_attr *attr)
{
	u64 base;
	int ret;

	if (attr->attr != KVM_VGIC_ITS_ADDR_TYPE)
		return -ENODEV;
	if (copy_from_user(&base, ATTR_USER(attr), sizeof(base)))
		return -EFAULT;
	mutex_lock(&its->vm->lock);
	ret = its_place(its, base);
	mutex_unlock(&its->vm->lock);
	return ret;
}

static int its_get_addr(struct vgic_its *its, const struct kvm_device_attr *attr)
{
	u64 base = READ_ONCE(its->base);

	if (attr->attr != KVM_VGIC_ITS_ADDR_TYPE)
		return -ENODEV;
	return copy_to_user(ATTR_USER(attr), &base, sizeof(base)) ? -EFAULT : 0;
}

/*
 * vm->lock, all vCPUs, config: nothing changes but what the caller does. The vGIC says what targets there are, so it has to be
 * there, and the ITS has to have its place, but for a reset (@any).
 */
static int its_lock(struct vgic_its *its, bool any)
{
	struct loft_vm *vm = its->vm;
	int ret;

	mutex_lock(&vm->lock);
	any |= vgic_initialised(vm) && its->base != VGIC_ADDR_UNDEF;
	ret = any ? vgic_lock_vcpus(vm) : -ENXIO;
	if (!ret && mutex_lock_killable(&vm->lpis->config)) {
		vgic_unlock_vcpus(vm);
		ret = -EINTR;
	}
	if (ret)
		mutex_unlock(&vm->lock);
	return ret;
}

static void its_unlock(struct vgic_its *its)
{
	mutex_unlock(&its->vm->lpis->config);
	vgic_unlock_vcpus(its->vm);
	mutex_unlock(&its->vm->lock);
}

static int its_regs(struct vgic_its *its, const struct kvm_device_attr *attr, bool write)
{
	u64 val = 0;
	int ret;

	ret = attr->attr > U32_MAX ? -ENXIO : vgic_its_uaccess(its, attr->attr, write, NULL);
	if (ret)
		return ret;
	if (write && copy_from_user(&val, ATTR_USER(attr), sizeof(val)))
		return -EFAULT;
	ret = its_lock(its, false);
	if (ret)
		return ret;
	ret = vgic_its_uaccess(its, attr->attr, write, &val);
	its_unlock(its);
	if (!ret && !write && copy_to_user(ATTR_USER(attr), &val, sizeof(val)))
		return -EFAULT;
	return ret;
}

static int its_ctrl_locked(struct vgic_its *its, u64 what)
{
	switch (what) {
	case KVM_DEV_ARM_ITS_SAVE_TABLES:
		return vgic_its_save(its);
	case KVM_DEV_ARM_ITS_RESTORE_TABLES:
		return vgic_its_restore(its);
	default:
		vgic_its_reset(its);
		return 0;
	}
}

static int its_has_ctrl(u64 what)
{
	switch (what) {
	case KVM_DEV_ARM_VGIC_CTRL_INIT:
	case KVM_DEV_ARM_ITS_SAVE_TABLES:
	case KVM_DEV_ARM_ITS_RESTORE_TABLES:
	case KVM_DEV_ARM_ITS_CTRL_RESET:
		return 0;
	default:
		return -ENXIO;
	}
}

static int its_ctrl(struct vgic_its *its, u64 what)
{
	int ret = its_has_ctrl(what);

	/* An ITS is complete when it is created. */
	if (ret || what == KVM_DEV_ARM_VGIC_CTRL_INIT)
		return ret;
	ret = its_lock(its, what == KVM_DEV_ARM_ITS_CTRL_RESET);
	if (ret)
		return ret;
	ret = its_ctrl_locked(its, what);
	its_unlock(its);
	return ret;
}

static int its_set_attr(void *owner, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return its_set_addr(owner, attr);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return its_ctrl(owner, attr->attr);
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return its_regs(owner, attr, true);
	default:
		return -ENXIO;
	}
}

static int its_get_attr(void *owner, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return its_get_addr(owner, attr);
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return its_regs(owner, attr, false);
	default:
		return -ENXIO;
	}
}

static int its_has_attr(void *owner, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return attr->attr == KVM_VGIC_ITS_ADDR_TYPE ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return its_has_ctrl(attr->attr);
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return attr->attr > U32_MAX ? -ENXIO : vgic_its_uaccess(owner, attr->attr, false, NULL);
	default:
		return -ENXIO;
	}
}

const struct vmdev_ops vgic_its_ops = {
	.add = its_create,
	.set = its_set_attr,
	.get = its_get_attr,
	.has = its_has_attr,
};
