// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual CPUs: their life, and their ioctls.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <loft/backend.h>
#include "abi.h"

/**
 * vcpu_evict - bring all register state to memory
 * @vcpu: the vCPU; the caller holds its lock
 *
 * Context: interrupts on.
 */
void vcpu_evict(struct loft_vcpu *vcpu)
{
	backend_vcpu_put(vcpu);
}

/**
 * vcpu_reset - architectural reset of everything a vCPU holds
 * @vcpu: the vCPU; the caller holds its lock
 */
void vcpu_reset(struct loft_vcpu *vcpu)
{
	vcpu_evict(vcpu);
	vcpu->mmio.pending = false;
	vcpu->serror_pending = false;
	debug_withdraw(vcpu);
	sysreg_reset(vcpu);
	debug_reset(vcpu);
	sysreg_traps_update(vcpu);
	vgic_vcpu_reset(vcpu);
	vtimer_vcpu_reset(vcpu);
}

/* The first vCPU of a VM that is initialised chooses for all */
static int vcpu_choose_width(struct loft_vm *vm, u8 width)
{
	int ret;

	mutex_lock(&vm->lock);
	if (!vm->el1_width)
		WRITE_ONCE(vm->el1_width, width);
	ret = vm->el1_width == width ? 0 : -EINVAL;
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * vcpu_set_target - KVM_ARM_VCPU_INIT
 * @vcpu: the vCPU; the caller holds its lock
 * @init: what userspace asks for
 *
 * Return: 0; -EINVAL for another target, for other features than the first time, for AArch32 where the machine does not
 * have it at EL1, or for another width than the VM's; -ENOENT for a feature Loft does not have.
 */
int vcpu_set_target(struct loft_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	unsigned long features = init->features[0];
	unsigned long stable = features & ~BIT(KVM_ARM_VCPU_POWER_OFF);
	bool aarch32 = regs_is_32bit(features);
	unsigned int i;

	if (init->target != sysreg_target())
		return -EINVAL;
	for (i = 1; i < ARRAY_SIZE(init->features); i++)
		if (init->features[i])
			return -ENOENT;
	if (features & ~sysreg_features())
		return -ENOENT;
	if (vcpu->init && stable != vcpu->features)
		return -EINVAL;
	if (aarch32 && !loft_caps.el1_32bit)
		return -EINVAL;
	if (vcpu_choose_width(vcpu->vm, aarch32 ? 32 : 64))
		return -EINVAL;
	vcpu->features = stable;
	vcpu_reset(vcpu);
	spin_lock(&vcpu->psci_lock);
	WRITE_ONCE(vcpu->powered_off, !!(features & BIT(KVM_ARM_VCPU_POWER_OFF)));
	WRITE_ONCE(vcpu->suspended, false);
	clear_bit(LOFT_REQ_RESET, &vcpu->requests);
	spin_unlock(&vcpu->psci_lock);
	vcpu->init = true;
	return 0;
}

static int vcpu_ioctl_init(struct loft_vcpu *vcpu, void __user *argp)
{
	struct kvm_vcpu_init init;

	if (copy_from_user(&init, argp, sizeof(init)))
		return -EFAULT;
	return vcpu_set_target(vcpu, &init);
}

static int vcpu_ioctl_one_reg(struct loft_vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	struct kvm_one_reg reg;

	if (!vcpu->init)
		return -ENOEXEC;
	if (copy_from_user(&reg, argp, sizeof(reg)))
		return -EFAULT;
	/* Another vCPU has switched this one on: what userspace reads, or saves, is how it will begin */
	if (test_bit(LOFT_REQ_RESET, &vcpu->requests))
		psci_take_reset(vcpu);
	return cmd == KVM_SET_ONE_REG ? onereg_set(vcpu, &reg) : onereg_get(vcpu, &reg);
}

static int vcpu_ioctl_mp_state(struct loft_vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	struct kvm_mp_state mp;

	if (cmd == KVM_GET_MP_STATE) {
		psci_get_mp_state(vcpu, &mp);
		return copy_to_user(argp, &mp, sizeof(mp)) ? -EFAULT : 0;
	}
	if (copy_from_user(&mp, argp, sizeof(mp)))
		return -EFAULT;
	return psci_set_mp_state(vcpu, &mp);
}

static int vcpu_ioctl_events(struct loft_vcpu *vcpu, unsigned int cmd, void __user *argp)
{
	struct kvm_vcpu_events ev;
	int ret;

	if (cmd == KVM_GET_VCPU_EVENTS) {
		memset(&ev, 0, sizeof(ev));
		ret = vcpu_events_get(vcpu, &ev);
		if (ret)
			return ret;
		return copy_to_user(argp, &ev, sizeof(ev)) ? -EFAULT : 0;
	}
	if (copy_from_user(&ev, argp, sizeof(ev)))
		return -EFAULT;
	return vcpu_events_set(vcpu, &ev);
}

static int vcpu_ioctl_debug(struct loft_vcpu *vcpu, void __user *argp)
{
	struct kvm_guest_debug dbg;

	if (copy_from_user(&dbg, argp, sizeof(dbg)))
		return -EFAULT;
	return debug_set(vcpu, &dbg);
}

static int vcpu_ioctl_sigmask(struct loft_vcpu *vcpu, struct kvm_signal_mask __user *argp)
{
	struct kvm_signal_mask mask;

	vcpu->sigset_active = false;
	if (!argp)
		return 0;
	if (copy_from_user(&mask, argp, sizeof(mask)))
		return -EFAULT;
	if (mask.len != sizeof(vcpu->sigset))
		return -EINVAL;
	if (copy_from_user(&vcpu->sigset, argp->sigset, sizeof(vcpu->sigset)))
		return -EFAULT;
	/* sigprocmask() in the kernel would block these too, and KVM_RUN could not be ended */
	sigdelsetmask(&vcpu->sigset, sigmask(SIGKILL) | sigmask(SIGSTOP));
	vcpu->sigset_active = true;
	return 0;
}

/**
 * vcpu_sigset_activate - let KVM_RUN be interrupted by what KVM_SET_SIGNAL_MASK says
 * @vcpu: the vCPU
 */
void vcpu_sigset_activate(struct loft_vcpu *vcpu)
{
	if (vcpu->sigset_active)
		sigprocmask(SIG_SETMASK, &vcpu->sigset, &current->real_blocked);
}

/**
 * vcpu_sigset_deactivate - the thread's own signal mask again
 * @vcpu: the vCPU
 */
void vcpu_sigset_deactivate(struct loft_vcpu *vcpu)
{
	if (!vcpu->sigset_active)
		return;
	sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
	sigemptyset(&current->real_blocked);
}

static long vcpu_ioctl_locked(struct loft_vcpu *vcpu, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case KVM_RUN:
		return arg ? -EINVAL : vcpu_run(vcpu);
	case KVM_ARM_VCPU_INIT:
		return vcpu_ioctl_init(vcpu, argp);
	case KVM_GET_ONE_REG:
	case KVM_SET_ONE_REG:
		return vcpu_ioctl_one_reg(vcpu, cmd, argp);
	case KVM_GET_REG_LIST:
		return vcpu->init ? onereg_list(vcpu, argp) : -ENOEXEC;
	case KVM_GET_MP_STATE:
	case KVM_SET_MP_STATE:
		return vcpu_ioctl_mp_state(vcpu, cmd, argp);
	case KVM_GET_VCPU_EVENTS:
	case KVM_SET_VCPU_EVENTS:
		return vcpu_ioctl_events(vcpu, cmd, argp);
	case KVM_SET_GUEST_DEBUG:
		return vcpu_ioctl_debug(vcpu, argp);
	case KVM_SET_SIGNAL_MASK:
		return vcpu_ioctl_sigmask(vcpu, argp);
	default:
		return -EINVAL;
	}
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct loft_vcpu *vcpu = file->private_data;
	long ret;

	if (vcpu->vm->mm != current->mm)
		return -EIO;
	/* Nobody else uses it, as a rule: then this is one compare-and-swap */
	if (!mutex_trylock(&vcpu->lock) && mutex_lock_killable(&vcpu->lock))
		return -EINTR;
	ret = vcpu_ioctl_locked(vcpu, cmd, arg);
	mutex_unlock(&vcpu->lock);
	return ret;
}

static vm_fault_t vcpu_mmap_fault(struct vm_fault *vmf)
{
	struct loft_vcpu *vcpu = vmf->vma->vm_file->private_data;

	if (vmf->pgoff)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(vcpu->run);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = {
	.fault = vcpu_mmap_fault,
};

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct loft_vcpu *vcpu = file->private_data;

	vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner		= THIS_MODULE,
	.release	= vcpu_release,
	.unlocked_ioctl	= vcpu_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= vcpu_mmap,
	.llseek		= noop_llseek,
};

/**
 * vcpu_free - the end of a vCPU, with its VM
 * @vcpu: the vCPU; nobody can reach it any more
 */
void vcpu_free(struct loft_vcpu *vcpu)
{
	vcpu_evict(vcpu);
	vtimer_vcpu_destroy(vcpu);
	vgic_vcpu_destroy(vcpu);
	stage2_cache_free(&vcpu->s2cache);
	put_pid(rcu_access_pointer(vcpu->pid));
	backend_vcpu_destroy(vcpu);
	debug_free(vcpu);
	free_page((unsigned long)vcpu->run);
	free_pages_exact(vcpu, sizeof(*vcpu));
}

static struct loft_vcpu *vcpu_alloc(struct loft_vm *vm, u32 id)
{
	/* Whole pages: in split mode EL2 sees them, and must see nothing else */
	struct loft_vcpu *vcpu = alloc_pages_exact(sizeof(*vcpu), GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (!vcpu)
		return NULL;
	vcpu->run = (struct kvm_run *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->run)
		goto out_free;
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->cpu = -1;
	vcpu->fp_cpu = -1;
	mutex_init(&vcpu->lock);
	spin_lock_init(&vcpu->psci_lock);
	rcuwait_init(&vcpu->wait);
	vtimer_vcpu_init(vcpu);
	if (backend_vcpu_create(vcpu))
		goto out_page;
	if (vgic_vcpu_create(vcpu))
		goto out_backend;
	return vcpu;
out_backend:
	backend_vcpu_destroy(vcpu);
out_page:
	free_page((unsigned long)vcpu->run);
out_free:
	free_pages_exact(vcpu, sizeof(*vcpu));
	return NULL;
}

static int vcpu_publish(struct loft_vm *vm, struct loft_vcpu *vcpu)
{
	char name[16];
	int ret;

	if (xa_load(&vm->vcpus, vcpu->id))
		return -EEXIST;
	/*
	 * Running vCPUs look others up without a lock, and keep what they find: publishing comes last and cannot fail, so
	 * that a vCPU which was found is never taken back.
	 */
	ret = xa_reserve(&vm->vcpus, vcpu->id, GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	vm_get(vm);
	snprintf(name, sizeof(name), "kvm-vcpu:%u", vcpu->id);
	ret = anon_inode_getfd(name, &vcpu_fops, vcpu, O_RDWR | O_CLOEXEC);
	if (ret < 0) {
		xa_release(&vm->vcpus, vcpu->id);
		vm_put(vm);
		return ret;
	}
	xa_store(&vm->vcpus, vcpu->id, vcpu, GFP_KERNEL_ACCOUNT);
	vm->nr_vcpus++;
	return ret;
}

/**
 * vcpu_create - KVM_CREATE_VCPU
 * @vm: the VM
 * @id: index, below vgic_max_vcpus()
 *
 * Return: a file descriptor; -EINVAL for an id out of range; -EEXIST for one in use; -EBUSY once the interrupt
 * controller is initialised; -ENOMEM.
 */
int vcpu_create(struct loft_vm *vm, u32 id)
{
	struct loft_vcpu *vcpu;
	int ret;

	if (id >= vgic_max_vcpus())
		return -EINVAL;
	mutex_lock(&vm->lock);
	ret = -EBUSY;
	if (vgic_initialised(vm))
		goto out;
	ret = -ENOMEM;
	vcpu = vcpu_alloc(vm, id);
	if (!vcpu)
		goto out;
	ret = vcpu_publish(vm, vcpu);
	if (ret < 0)
		vcpu_free(vcpu);
out:
	mutex_unlock(&vm->lock);
	return ret;
}
