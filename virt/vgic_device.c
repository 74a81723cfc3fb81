// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv3 as a KVM device: its attribute groups (KVM API, devices/arm-vgic-v3).
 *
 * Everything happens under vm->lock. Access to state takes all vCPUs' locks, without waiting:
 * -EBUSY if one runs.
 */
#include <linux/uaccess.h>
#include "device.h"
#include "vgic_its.h"

#define ATTR_OFFSET(attr)	lower_32_bits((attr)->attr)
#define ATTR_INFO(attr)		(((attr)->attr & KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_MASK) >> \
				 KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT)
#define ATTR_SYSREG(attr)	((attr)->attr & KVM_DEV_ARM_VGIC_SYSREG_INSTR_MASK)
#define ATTR_USER(type, attr)	((type __user *)(unsigned long)(attr)->addr)
#define ATTR_INTID(attr)	((attr)->attr & KVM_DEV_ARM_VGIC_LINE_LEVEL_INTID_MASK)

static void unlock_vcpus(struct loft_vm *vm, const struct loft_vcpu *stop)
{
	struct loft_vcpu *vcpu;
	unsigned long id;

	vm_for_each_vcpu(id, vcpu, vm) {
		if (vcpu == stop)
			return;
		mutex_unlock(&vcpu->lock);
	}
}

void vgic_unlock_vcpus(struct loft_vm *vm)
{
	unlock_vcpus(vm, NULL);
}

/**
 * vgic_lock_vcpus() - keep all vCPUs from running
 * @vm: the VM, vm->lock held
 *
 * Return: 0, or -EBUSY if one runs.
 */
int vgic_lock_vcpus(struct loft_vm *vm)
{
	struct loft_vcpu *vcpu;
	unsigned long id;

	vm_for_each_vcpu(id, vcpu, vm) {
		if (mutex_trylock(&vcpu->lock))
			continue;
		unlock_vcpus(vm, vcpu);
		return -EBUSY;
	}
	return 0;
}

/*
 * The vCPU in the upper half of an attribute: Aff3 [63:56], Aff2, Aff1, Aff0 [39:32]. For a GICv2 that is its number in
 * [39:32], the rest reserved.
 */
struct loft_vcpu *vgic_attr_vcpu(struct loft_vm *vm, const struct kvm_device_attr *attr)
{
	u32 aff = upper_32_bits(attr->attr);

	if (aff & 0xff0000f0)
		return NULL;
	return vm_vcpu(vm, (aff & 0xf) | (aff >> 4 & 0xff0) | (aff >> 4 & 0xff000));
}

/* KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO: is it the one kind of level there is? */
static bool vgic_attr_level(const struct kvm_device_attr *attr)
{
	return ATTR_INFO(attr) == VGIC_LEVEL_INFO_LINE_LEVEL;
}

static int vgic_level_access(struct loft_vm *vm, struct loft_vcpu *vcpu,
			     const struct kvm_device_attr *attr, bool write, u32 *val)
{
	struct vgic_dist *dist = vm->vgic;
	u32 bank = ATTR_INTID(attr) / 32;
	struct vgic_kicks kicks = { };
	struct vgic_bank *b;
	unsigned long flags;
	u32 lines = bank ? ~0 : GENMASK(31, VGIC_NR_SGIS);	/* SGIs have none */

	if (ATTR_INTID(attr) % 32 || !vgic_attr_level(attr))
		return -EINVAL;
	if (bank >= dist->nr_irqs / 32) {
		*val = 0;
		return 0;
	}
	b = bank ? &dist->spi[bank - 1].b : &vcpu->vgic->priv;
	if (!write) {
		*val = READ_ONCE(b->line) & lines;
		return 0;
	}
	raw_spin_lock_irqsave(&vcpu->vgic->lock, flags);
	raw_spin_lock(&dist->lock);
	b->line = *val & lines;
	if (bank)
		vgic_mark(dist, bank, vgic_bank_wanted(dist, b), &kicks);
	else
		set_bit(0, &vcpu->vgic->cand);
	raw_spin_unlock(&dist->lock);
	raw_spin_unlock_irqrestore(&vcpu->vgic->lock, flags);
	return 0;
}

/* vCPUs locked: none runs, everything is folded. */
static int vgic_state_access(struct loft_vm *vm, struct loft_vcpu *vcpu,
			     const struct kvm_device_attr *attr, bool write, u64 *val)
{
	u32 word = *val;
	int ret;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
		vcpu_evict(vcpu);
		return vgic_icc_access(vcpu, ATTR_SYSREG(attr), write, val);
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		vcpu_evict(vcpu);
		ret = vgic_v2_gicc_uaccess(vcpu, ATTR_OFFSET(attr), write, &word);
		break;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
		ret = vgic_uaccess(vm, vm->vgic->v2 ? vcpu : NULL, ATTR_OFFSET(attr), write, &word);
		break;
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
		ret = vgic_uaccess(vm, vcpu, ATTR_OFFSET(attr), write, &word);
		break;
	default:
		ret = vgic_level_access(vm, vcpu, attr, write, &word);
		break;
	}
	*val = word;
	return ret;
}

static int vgic_state_lock(struct loft_vm *vm)
{
	int ret = vm->vgic->v2 ? vgic_init(vm) : 0;

	if (ret)
		return ret;
	return vgic_initialised(vm) ? vgic_lock_vcpus(vm) : -EBUSY;
}

/* One register or line state, userspace's value in a word, or a doubleword for system registers. */
int vgic_attr_state(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	size_t size = attr->group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS ? sizeof(u64) : sizeof(u32);
	void __user *uaddr = ATTR_USER(void, attr);
	struct loft_vcpu *vcpu;
	u64 val = 0;
	int ret;

	/*
	 * Little-endian, as every arm64 kernel that loads modules built for one is: the low half
	 * comes first.
	 */
	if (write && copy_from_user(&val, uaddr, size))
		return -EFAULT;
	mutex_lock(&vm->lock);
	vcpu = vgic_attr_vcpu(vm, attr);
	if (!vcpu)
		ret = -EINVAL;
	else
		ret = vgic_state_lock(vm);
	if (!ret) {
		ret = vgic_state_access(vm, vcpu, attr, write, &val);
		vgic_unlock_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	if (!ret && !write && copy_to_user(uaddr, &val, size))
		return -EFAULT;
	return ret;
}

static int vgic_set_nr_irqs(struct loft_vm *vm, u32 nr)
{
	int ret = -EBUSY;

	if (nr < 64 || nr > 1024 || nr % 32)
		return -EINVAL;
	mutex_lock(&vm->lock);
	if (!vm->vgic->nr_irqs) {
		vm->vgic->nr_irqs = nr;
		ret = 0;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

int vgic_attr_nr_irqs(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	u32 nr;

	if (!write)
		return put_user(READ_ONCE(vm->vgic->nr_irqs), ATTR_USER(u32, attr));
	return get_user(nr, ATTR_USER(u32, attr)) ? -EFAULT : vgic_set_nr_irqs(vm, nr);
}

static int vgic_save_tables(struct loft_vm *vm)
{
	int ret;

	mutex_lock(&vm->lock);
	ret = vgic_initialised(vm) ? vgic_lock_vcpus(vm) : -ENXIO;
	if (!ret) {
		ret = vgic_lpi_save_pending(vm);
		vgic_unlock_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static int vgic_ctrl(struct loft_vm *vm, u64 what)
{
	switch (what) {
	case KVM_DEV_ARM_VGIC_CTRL_INIT:
		return vgic_initialise(vm);
	case KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES:
		return vgic_save_tables(vm);
	default:
		return -ENXIO;
	}
}

int vgic_attr_addr(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	u64 __user *uaddr = ATTR_USER(u64, attr);
	u64 val;
	int ret;

	/* Reading takes a region's index along. */
	if (copy_from_user(&val, uaddr, sizeof(val)))
		return -EFAULT;
	mutex_lock(&vm->lock);
	if (vm->vgic->v2)
		ret = write ? vgic_v2_addr_set(vm, attr->attr, val) : vgic_v2_addr_get(vm, attr->attr, &val);
	else
		ret = write ? vgic_addr_set(vm, attr->attr, val) : vgic_addr_get(vm, attr->attr, &val);
	mutex_unlock(&vm->lock);
	if (!ret && !write && copy_to_user(uaddr, &val, sizeof(val)))
		return -EFAULT;
	return ret;
}

static int vgic_set_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return vgic_attr_addr(vm, attr, true);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return vgic_attr_nr_irqs(vm, attr, true);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return vgic_ctrl(vm, attr->attr);
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return vgic_attr_state(vm, attr, true);
	default:
		return -ENXIO;
	}
}

static int vgic_get_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return vgic_attr_addr(vm, attr, false);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return vgic_attr_nr_irqs(vm, attr, false);
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return vgic_attr_state(vm, attr, false);
	default:
		return -ENXIO;
	}
}

static int vgic_has_attr(void *owner, const struct kvm_device_attr *attr)
{
	struct loft_vm *vm = owner;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		switch (attr->attr) {
		case KVM_VGIC_V3_ADDR_TYPE_DIST:
		case KVM_VGIC_V3_ADDR_TYPE_REDIST:
		case KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION:
			return 0;
		}
		return -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return 0;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ||
		       attr->attr == KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
		return vgic_uaccess(vm, NULL, ATTR_OFFSET(attr), false, NULL);
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS: {
		struct loft_vcpu *vcpu = vgic_attr_vcpu(vm, attr);

		return vcpu ? vgic_uaccess(vm, vcpu, ATTR_OFFSET(attr), false, NULL) : -ENXIO;
	}
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
		return vgic_icc_access(NULL, ATTR_SYSREG(attr), false, NULL);
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return vgic_attr_level(attr) ? 0 : -ENXIO;
	default:
		return -ENXIO;
	}
}

const struct vmdev_ops vgic_v3_ops = {
	.create = vgic_create,
	.set = vgic_set_attr,
	.get = vgic_get_attr,
	.has = vgic_has_attr,
};
