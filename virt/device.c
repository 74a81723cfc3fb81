// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CREATE_DEVICE, and the file that carries a device's attributes.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <loft/backend.h>
#include <loft/vgic.h>
#include <loft/vm.h>
#include "device.h"

struct vmdev {
	struct loft_vm *vm;
	const struct vmdev_ops *ops;
	void *owner;
};

static const struct vmdev_ops *vmdev_find(u32 type)
{
	if (type == KVM_DEV_TYPE_ARM_VGIC_V3 && loft_caps.gic == 3)
		return &vgic_v3_ops;
	if (type == KVM_DEV_TYPE_ARM_VGIC_ITS && loft_caps.gic == 3)
		return &vgic_its_ops;
	return type == KVM_DEV_TYPE_ARM_VGIC_V2 && vgic_v2_possible() ? &vgic_v2_ops : NULL;
}

static long vmdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vmdev *dev = file->private_data;
	struct kvm_device_attr attr;
	int (*access)(void *owner, const struct kvm_device_attr *attr);

	if (dev->vm->mm != current->mm)
		return -EIO;
	switch (cmd) {
	case KVM_SET_DEVICE_ATTR:
		access = dev->ops->set;
		break;
	case KVM_GET_DEVICE_ATTR:
		access = dev->ops->get;
		break;
	case KVM_HAS_DEVICE_ATTR:
		access = dev->ops->has;
		break;
	default:
		return -ENOTTY;
	}
	if (copy_from_user(&attr, (void __user *)arg, sizeof(attr)))
		return -EFAULT;
	if (attr.flags)
		return -EINVAL;
	return access(dev->owner, &attr);
}

static int vmdev_release(struct inode *inode, struct file *file)
{
	struct vmdev *dev = file->private_data;

	vm_put(dev->vm);
	kfree(dev);
	return 0;
}

static const struct file_operations vmdev_fops = {
	.owner = THIS_MODULE,
	.release = vmdev_release,
	.unlocked_ioctl = vmdev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* The device is the VM's from here on and goes with it: its file is only a handle. */
static int vmdev_open(struct loft_vm *vm, const struct vmdev_ops *ops, void *owner)
{
	struct vmdev *dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	int fd;

	if (!dev)
		return -ENOMEM;
	dev->vm = vm;
	dev->ops = ops;
	dev->owner = owner;
	vm_get(vm);
	fd = anon_inode_getfd("loft-device", &vmdev_fops, dev, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		vm_put(vm);
		kfree(dev);
	}
	return fd;
}

static void *vmdev_make(struct loft_vm *vm, const struct vmdev_ops *ops)
{
	int ret;

	if (ops->add)
		return ops->add(vm);
	ret = ops->create(vm);
	return ret ? ERR_PTR(ret) : vm;
}

/**
 * vmdev_create() - KVM_CREATE_DEVICE
 * @vm: the VM
 * @cd: type and flags; @cd->fd is filled in, unless KVM_CREATE_DEVICE_TEST only asks
 *
 * Return: 0, -ENODEV for a type that is not known or that this host cannot offer, -EINVAL for
 * flags, -EEXIST and others as the device has it.
 */
int vmdev_create(struct loft_vm *vm, struct kvm_create_device *cd)
{
	const struct vmdev_ops *ops = vmdev_find(cd->type);
	void *owner;
	int ret;

	if (!ops)
		return -ENODEV;
	if (cd->flags & ~KVM_CREATE_DEVICE_TEST)
		return -EINVAL;
	if (cd->flags & KVM_CREATE_DEVICE_TEST)
		return 0;

	mutex_lock(&vm->lock);
	owner = vmdev_make(vm, ops);
	mutex_unlock(&vm->lock);
	if (IS_ERR(owner))
		return PTR_ERR(owner);
	ret = vmdev_open(vm, ops, owner);
	if (ret < 0)
		return ret;
	cd->fd = ret;
	return 0;
}
