// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual machines: their life, and their ioctls.
 *
 * Lock order, outermost first: vcpu->lock, vm->lock, vm->slots_lock, vm->srcu (read), mmap_lock, the MMU
 * notifier's own, stage2.lock, vgic locks (see vgic.c). Who needs all of a VM's vcpu->locks under vm->lock tries them,
 * and gives up. irqfds.lock is innermost, inside eventfd's.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "abi.h"

/* KVM_CREATE_VM's machine type: the low byte is the IPA width */
#define VM_IPA_DEFAULT	40
#define VM_IPA_MIN	32

void vm_get(struct loft_vm *vm)
{
	kref_get(&vm->refs);
}

static void vm_free(struct kref *ref)
{
	struct loft_vm *vm = container_of(ref, struct loft_vm, refs);
	struct loft_vcpu *vcpu;
	unsigned long i;

	notifier_unregister(vm);
	vgic_lpis_destroy(vm);
	vm_for_each_vcpu(i, vcpu, vm)
		vcpu_free(vcpu);
	xa_destroy(&vm->vcpus);
	vgic_vm_destroy(vm);
	irqroute_destroy(vm);
	stage2_destroy(vm);
	memslots_destroy(vm);
	free_percpu(vm->last_vcpu);
	mmdrop(vm->mm);
	kfree(vm);
}

void vm_put(struct loft_vm *vm)
{
	kref_put(&vm->refs, vm_free);
}

/**
 * vm_vcpu - a VM's vCPU by index
 * @vm: the VM
 * @id: KVM's vCPU id
 *
 * Return: the vCPU, or NULL. It lives as long as the VM.
 */
struct loft_vcpu *vm_vcpu(struct loft_vm *vm, unsigned int id)
{
	return xa_load(&vm->vcpus, id);
}

/**
 * vm_first_run - freeze the configuration
 * @vm: the VM, one of whose vCPUs is about to run, with its lock held
 *
 * Return: 0 or an errno.
 */
int vm_first_run(struct loft_vm *vm)
{
	int ret;

	if (smp_load_acquire(&vm->ran))
		return 0;
	if (mutex_lock_interruptible(&vm->lock))
		return -EINTR;
	ret = vm->ran ? 0 : vgic_first_run(vm);
	if (!ret && !vm->ran) {
		sysreg_freeze(vm);
		smp_store_release(&vm->ran, true);
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static int always_one(struct loft_vm *vm)
{
	return 1;
}

static int cap_irqchip(struct loft_vm *vm)
{
	return loft_caps.gic == 3 || vgic_v2_possible();
}

static int cap_routes(struct loft_vm *vm)
{
	return cap_irqchip(vm) ? IRQROUTE_MAX : 0;
}

static int cap_gicv3(struct loft_vm *vm)
{
	return loft_caps.gic == 3;
}

/* Messages need a DeviceID: an ITS has to know whose they are. A VM's affair */
static int cap_msi_devid(struct loft_vm *vm)
{
	return vm && vgic_has_its(vm);
}

static int cap_gicv2(struct loft_vm *vm)
{
	return vgic_v2_possible();
}

static int cap_max_vcpus(struct loft_vm *vm)
{
	return vgic_max_vcpus();
}

static int cap_nr_vcpus(struct loft_vm *vm)
{
	return min(num_online_cpus(), vgic_max_vcpus());
}

static int cap_memslots(struct loft_vm *vm)
{
	return LOFT_MAX_MEMSLOTS;
}

static int cap_ipa_size(struct loft_vm *vm)
{
	return loft_caps.ipa_bits_max;
}

static int cap_el1_32bit(struct loft_vm *vm)
{
	/* To choose: where there is nothing else it is no feature to ask for */
	return loft_caps.el1_32bit && IS_ENABLED(CONFIG_64BIT);
}

static int cap_guest_debug(struct loft_vm *vm)
{
	return IS_ENABLED(CONFIG_ARM64);
}

static int cap_breakpoints(struct loft_vm *vm)
{
	return loft_caps.nr_brps;
}

static int cap_watchpoints(struct loft_vm *vm)
{
	return loft_caps.nr_wrps;
}

static int cap_ras(struct loft_vm *vm)
{
	return loft_caps.ras;
}

/* What is there and tested: Documentation/uabi.rst has a row for each */
static const struct {
	long cap;
	int (*value)(struct loft_vm *vm);
} vm_caps[] = {
	{ KVM_CAP_USER_MEMORY, always_one },
	{ KVM_CAP_USER_MEMORY2, always_one },
	{ KVM_CAP_DESTROY_MEMORY_REGION_WORKS, always_one },
	{ KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, always_one },
	{ KVM_CAP_SYNC_MMU, always_one },
	{ KVM_CAP_READONLY_MEM, always_one },
	{ KVM_CAP_NR_MEMSLOTS, cap_memslots },
	{ KVM_CAP_ONE_REG, always_one },
	{ KVM_CAP_ARM_PSCI, always_one },
	{ KVM_CAP_ARM_PSCI_0_2, always_one },
	{ KVM_CAP_MP_STATE, always_one },
	{ KVM_CAP_VCPU_EVENTS, always_one },
	{ KVM_CAP_ARM_INJECT_SERROR_ESR, cap_ras },
	{ KVM_CAP_ARM_INJECT_EXT_DABT, always_one },
	{ KVM_CAP_ARM_NISV_TO_USER, always_one },
	{ KVM_CAP_ARM_EL1_32BIT, cap_el1_32bit },
	{ KVM_CAP_IMMEDIATE_EXIT, always_one },
	{ KVM_CAP_IRQCHIP, cap_irqchip },
	{ KVM_CAP_DEVICE_CTRL, always_one },
	{ KVM_CAP_ARM_SET_DEVICE_ADDR, cap_gicv2 },
	{ KVM_CAP_ARM_IRQ_LINE_LAYOUT_2, cap_irqchip },
	{ KVM_CAP_IRQFD, cap_irqchip },
	{ KVM_CAP_IRQFD_RESAMPLE, cap_irqchip },
	{ KVM_CAP_IRQ_ROUTING, cap_routes },
	{ KVM_CAP_SIGNAL_MSI, cap_gicv3 },
	{ KVM_CAP_MSI_DEVID, cap_msi_devid },
	{ KVM_CAP_IOEVENTFD, always_one },
	{ KVM_CAP_IOEVENTFD_ANY_LENGTH, always_one },
	{ KVM_CAP_INTERNAL_ERROR_DATA, always_one },
	{ KVM_CAP_CHECK_EXTENSION_VM, always_one },
	{ KVM_CAP_ENABLE_CAP_VM, always_one },
	{ KVM_CAP_ARM_VM_IPA_SIZE, cap_ipa_size },
	{ KVM_CAP_ARM_SYSTEM_SUSPEND, always_one },
	{ KVM_CAP_SET_GUEST_DEBUG, cap_guest_debug },
	{ KVM_CAP_GUEST_DEBUG_HW_BPS, cap_breakpoints },
	{ KVM_CAP_GUEST_DEBUG_HW_WPS, cap_watchpoints },
	{ KVM_CAP_NR_VCPUS, cap_nr_vcpus },
	{ KVM_CAP_MAX_VCPUS, cap_max_vcpus },
	{ KVM_CAP_MAX_VCPU_ID, cap_max_vcpus },
};

/**
 * vm_check_extension - KVM_CHECK_EXTENSION
 * @vm: the VM asked, or NULL for /dev/kvm
 * @cap: KVM_CAP_*
 *
 * Return: 0 for what Loft does not have.
 */
int vm_check_extension(struct loft_vm *vm, long cap)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vm_caps); i++)
		if (vm_caps[i].cap == cap)
			return vm_caps[i].value(vm);
	return 0;
}

static int vm_enable_cap(struct loft_vm *vm, const struct kvm_enable_cap *cap)
{
	struct loft_vcpu *vcpu;
	unsigned long i;
	bool *flag;

	if (cap->flags)
		return -EINVAL;
	switch (cap->cap) {
	case KVM_CAP_ARM_NISV_TO_USER:
		flag = &vm->nisv_to_user;
		break;
	case KVM_CAP_ARM_SYSTEM_SUSPEND:
		flag = &vm->system_suspend;
		break;
	default:
		return -EINVAL;
	}
	if (cap->args[0])
		return -EINVAL;
	mutex_lock(&vm->lock);
	WRITE_ONCE(*flag, true);
	vm_for_each_vcpu(i, vcpu, vm) {
		psci_fns_update(vcpu);
		/* A back end may have its own idea of it, made when the vCPU was loaded */
		backend_vcpu_put(vcpu);
	}
	mutex_unlock(&vm->lock);
	return 0;
}

static int vm_preferred_target(struct kvm_vcpu_init __user *argp)
{
	struct kvm_vcpu_init init = { .target = sysreg_target() };

	return copy_to_user(argp, &init, sizeof(init)) ? -EFAULT : 0;
}

static int vm_set_memory(struct loft_vm *vm, void __user *argp)
{
	struct kvm_userspace_memory_region mem;

	if (copy_from_user(&mem, argp, sizeof(mem)))
		return -EFAULT;
	return memslot_set(vm, &mem);
}

/* The first members are the older call's. Memory that only the guest can reach is not there: its flag is refused */
static int vm_set_memory2(struct loft_vm *vm, void __user *argp)
{
	struct kvm_userspace_memory_region2 mem;

	if (copy_from_user(&mem, argp, sizeof(mem)))
		return -EFAULT;
	return memslot_set(vm, &(struct kvm_userspace_memory_region) {
		.slot = mem.slot, .flags = mem.flags, .guest_phys_addr = mem.guest_phys_addr,
		.memory_size = mem.memory_size, .userspace_addr = mem.userspace_addr,
	});
}

static int vm_dirty_log(struct loft_vm *vm, void __user *argp)
{
	struct kvm_dirty_log log;

	if (copy_from_user(&log, argp, sizeof(log)))
		return -EFAULT;
	return memslot_dirty_log(vm, &log);
}

static int vm_irq_line(struct loft_vm *vm, void __user *argp)
{
	struct kvm_irq_level lvl;

	if (copy_from_user(&lvl, argp, sizeof(lvl)))
		return -EFAULT;
	return vgic_irq_line(vm, &lvl);
}

static int vm_create_device(struct loft_vm *vm, void __user *argp)
{
	struct kvm_create_device cd;
	int ret;

	if (copy_from_user(&cd, argp, sizeof(cd)))
		return -EFAULT;
	ret = vmdev_create(vm, &cd);
	if (ret)
		return ret;
	return copy_to_user(argp, &cd, sizeof(cd)) ? -EFAULT : 0;
}

static int vm_device_addr(struct loft_vm *vm, void __user *argp)
{
	struct kvm_arm_device_addr addr;

	if (copy_from_user(&addr, argp, sizeof(addr)))
		return -EFAULT;
	return vgic_v2_set_device_addr(vm, &addr);
}

static int vm_irqfd(struct loft_vm *vm, void __user *argp)
{
	struct kvm_irqfd args;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	return irqfd_ioctl(vm, &args);
}

static int vm_ioeventfd(struct loft_vm *vm, void __user *argp)
{
	struct kvm_ioeventfd args;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	return ioeventfd_ioctl(vm, &args);
}

static int vm_routing(struct loft_vm *vm, void __user *argp)
{
	struct kvm_irq_routing args;

	if (copy_from_user(&args, argp, sizeof(args)))
		return -EFAULT;
	return irqroute_set(vm, &args, ((struct kvm_irq_routing __user *)argp)->entries);
}

static int vm_signal_msi(struct loft_vm *vm, void __user *argp)
{
	struct kvm_msi msi;

	if (copy_from_user(&msi, argp, sizeof(msi)))
		return -EFAULT;
	if (!vgic_present(vm) || msi.flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	return vgic_msi(vm, &msi);
}

static int vm_cap(struct loft_vm *vm, void __user *argp)
{
	struct kvm_enable_cap cap;

	if (copy_from_user(&cap, argp, sizeof(cap)))
		return -EFAULT;
	return vm_enable_cap(vm, &cap);
}

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct loft_vm *vm = file->private_data;
	void __user *argp = (void __user *)arg;

	if (vm->mm != current->mm)
		return -EIO;
	switch (cmd) {
	case KVM_CREATE_VCPU:
		return vcpu_create(vm, arg);
	case KVM_SET_USER_MEMORY_REGION:
		return vm_set_memory(vm, argp);
	case KVM_SET_USER_MEMORY_REGION2:
		return vm_set_memory2(vm, argp);
	case KVM_GET_DIRTY_LOG:
		return vm_dirty_log(vm, argp);
	case KVM_ARM_PREFERRED_TARGET:
		return vm_preferred_target(argp);
	case KVM_CHECK_EXTENSION:
		return vm_check_extension(vm, arg);
	case KVM_ENABLE_CAP:
		return vm_cap(vm, argp);
	case KVM_CREATE_DEVICE:
		return vm_create_device(vm, argp);
	case KVM_CREATE_IRQCHIP:
		return vgic_v2_create_irqchip(vm);
	case KVM_ARM_SET_DEVICE_ADDR:
		return vm_device_addr(vm, argp);
	case KVM_IRQ_LINE:
		return vm_irq_line(vm, argp);
	case KVM_IRQFD:
		return vm_irqfd(vm, argp);
	case KVM_SIGNAL_MSI:
		return vm_signal_msi(vm, argp);
	case KVM_SET_GSI_ROUTING:
		return vm_routing(vm, argp);
	case KVM_IOEVENTFD:
		return vm_ioeventfd(vm, argp);
	default:
		return -EINVAL;
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	struct loft_vm *vm = file->private_data;

	irqfd_vm_release(vm);
	ioeventfd_vm_release(vm);
	vm_put(vm);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner		= THIS_MODULE,
	.release	= vm_release,
	.unlocked_ioctl	= vm_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static int vm_init_percpu(struct loft_vm *vm)
{
	int cpu;

	vm->last_vcpu = alloc_percpu_gfp(int, GFP_KERNEL_ACCOUNT);
	if (!vm->last_vcpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(vm->last_vcpu, cpu) = -1;
	return 0;
}

static int vm_init(struct loft_vm *vm, unsigned int ipa_bits)
{
	int ret;

	kref_init(&vm->refs);
	mutex_init(&vm->lock);
	mutex_init(&vm->slots_lock);
	xa_init(&vm->vcpus);
	irqfd_vm_init(vm);
	ioeventfd_vm_init(vm);
	vm->cntvoff = vtimer_counter();
	vm->mm = current->mm;

	ret = vm_init_percpu(vm);
	if (ret)
		return ret;
	ret = memslots_init(vm);
	if (ret)
		goto out_percpu;
	ret = stage2_init(vm, ipa_bits);
	if (ret)
		goto out_slots;
	ret = notifier_register(vm);
	if (ret)
		goto out_stage2;
	mmgrab(vm->mm);
	return 0;
out_stage2:
	stage2_destroy(vm);
out_slots:
	memslots_destroy(vm);
out_percpu:
	free_percpu(vm->last_vcpu);
	return ret;
}

static int vm_ipa_bits(unsigned long type)
{
	if (type & ~(unsigned long)KVM_VM_TYPE_ARM_IPA_SIZE_MASK)
		return -EINVAL;
	if (!type)
		type = VM_IPA_DEFAULT;
	if (type < VM_IPA_MIN || type > loft_caps.ipa_bits_max)
		return -EINVAL;
	return type;
}

/**
 * vm_create - KVM_CREATE_VM
 * @type: IPA width in bits, 0 for 40
 *
 * Return: a file descriptor; -EINVAL for a width the machine does not have; -ENOMEM.
 */
int vm_create(unsigned long type)
{
	int bits = vm_ipa_bits(type);
	struct loft_vm *vm;
	int fd;

	if (bits < 0)
		return bits;
	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return -ENOMEM;
	fd = vm_init(vm, bits);
	if (fd) {
		kfree(vm);
		return fd;
	}
	fd = anon_inode_getfd("kvm-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		vm_put(vm);
	return fd;
}
