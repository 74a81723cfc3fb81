// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module, and /dev/kvm.
 */
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <loft/backend.h>
#include "abi.h"

static long main_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case KVM_GET_API_VERSION:
		return arg ? -EINVAL : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return vm_create(arg);
	case KVM_CHECK_EXTENSION:
		return vm_check_extension(NULL, arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return arg ? -EINVAL : PAGE_SIZE;
	default:
		return -EINVAL;
	}
}

static const struct file_operations main_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= main_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice main_dev = {
	.minor	= KVM_MINOR,
	.name	= "kvm",
	.fops	= &main_fops,
};

static void main_say(void)
{
	char gic[32] = "none";

	if (loft_caps.gic)
		snprintf(gic, sizeof(gic), "GICv%u with %u list registers", loft_caps.gic, loft_caps.nr_lrs);
	pr_info("loft: mode %s, vGIC %s, IPA %u bits, VMID %u bits\n", loft_caps.mode, gic,
		loft_caps.ipa_bits_max, loft_caps.vmid_bits);
}

static int __init main_init(void)
{
	int ret;

	ret = backend_init();
	if (ret)
		return ret;
	ret = vmid_init(loft_caps.vmid_bits);
	if (ret)
		goto out_backend;
	ret = sysreg_init();
	if (ret)
		goto out_vmid;
	ret = irqfd_init();
	if (ret)
		goto out_vmid;
	/* Last: from here on userspace comes in */
	ret = misc_register(&main_dev);
	if (ret) {
		pr_err("loft: /dev/kvm is taken, the kernel's own KVM has it: boot with kvm-arm.mode=none\n");
		goto out_irqfd;
	}
	main_say();
	return 0;
out_irqfd:
	irqfd_exit();
out_vmid:
	vmid_exit();
out_backend:
	backend_exit();
	return ret;
}

static void __exit main_exit(void)
{
	misc_deregister(&main_dev);
	irqfd_exit();
	vmid_exit();
	backend_exit();
}

module_init(main_init);
module_exit(main_exit);

MODULE_DESCRIPTION("Loft: a hosted hypervisor for Arm, behind the KVM user ABI");
MODULE_LICENSE("GPL");
MODULE_ALIAS_MISCDEV(KVM_MINOR);
MODULE_ALIAS("devname:kvm");
