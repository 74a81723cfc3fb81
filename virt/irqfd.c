// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQFD: an eventfd that raises an SPI of the guest, or sends an MSI to it, from whatever context it is signalled in.
 *
 * An irqfd ends by KVM_IRQFD_FLAG_DEASSIGN, by its eventfd being closed by all others (EPOLLHUP,
 * in atomic context: the rest happens on a workqueue), or with the VM. Whoever takes it off
 * vm->irqfds.items, under vm->irqfds.lock, frees it. Each holds a reference to the VM. That lock
 * nests inside the eventfd's and outside the vGIC's.
 *
 * With a resamplefd the line stays up until the guest has deactivated the interrupt; then it
 * drops and the resamplefd is signalled, for the device behind it to raise it again if it must.
 * Such irqfds of one SPI share its line.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "abi.h"
#include "vgic.h"

static struct workqueue_struct *irqfd_wq;

/**
 * struct irqfd - one KVM_IRQFD
 * @node: in vm->irqfds.items, read under RCU
 * @linked: it is in there; else somebody is freeing it. Under vm->irqfds.lock
 * @vm: the VM, referenced
 * @gsi: which interrupt
 * @eventfd: what raises it
 * @resamplefd: what hears of the deactivation, or NULL
 * @intid: with @resamplefd, the SPI that the GSI led to when this irqfd was made; else 0
 * @wait: in @eventfd's wait queue
 * @poll: how it gets there
 * @shutdown: the end of it
 */
struct irqfd {
	struct list_head node;
	bool linked;
	struct loft_vm *vm;
	u32 gsi;
	struct eventfd_ctx *eventfd;
	struct eventfd_ctx *resamplefd;
	u32 intid;
	wait_queue_entry_t wait;
	poll_table poll;
	struct work_struct shutdown;
};

static void irqfd_inject(struct irqfd *irqfd)
{
	struct loft_vm *vm = irqfd->vm;
	struct kvm_msi msi;
	int intid;

	if (irqfd->intid) {
		vgic_inject(vm, NULL, irqfd->intid, true);
		return;
	}
	intid = irqroute_intid(vm, irqfd->gsi);
	if (intid < 0) {
		/* What the guest does not take is lost, as on a bus. */
		if (irqroute_msi(vm, irqfd->gsi, &msi))
			vgic_msi(vm, &msi);
		return;
	}
	/* An edge; to a level-triggered interrupt this is a pulse. */
	vgic_inject(vm, NULL, intid, true);
	vgic_inject(vm, NULL, intid, false);
}

/*
 * The line is shared by all irqfds with a resamplefd on this SPI; it goes down when the last one
 * leaves.
 */
static void irqfd_leave_line(struct irqfd *irqfd)
{
	struct loft_vm *vm = irqfd->vm;
	struct irqfd *other;
	bool last = true;

	spin_lock_irq(&vm->irqfds.lock);
	list_for_each_entry(other, &vm->irqfds.items, node)
		last &= other->intid != irqfd->intid;
	if (last)
		vgic_set_resample(vm, irqfd->intid, false);
	spin_unlock_irq(&vm->irqfds.lock);
	if (last)
		vgic_inject(vm, NULL, irqfd->intid, false);
}

/* Neither linked nor in the eventfd's queue. */
static void irqfd_discard(struct irqfd *irqfd)
{
	if (irqfd->resamplefd)
		eventfd_ctx_put(irqfd->resamplefd);
	eventfd_ctx_put(irqfd->eventfd);
	vm_put(irqfd->vm);
	kfree(irqfd);
}

/* Unlinked already. May sleep. */
static void irqfd_free(struct irqfd *irqfd)
{
	u64 cnt;

	/* Nobody signals it from here on; it may still be walked by irqfd_acked(). */
	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &cnt);
	synchronize_rcu();
	if (irqfd->intid)
		irqfd_leave_line(irqfd);
	irqfd_discard(irqfd);
}

static void irqfd_shutdown(struct work_struct *work)
{
	irqfd_free(container_of(work, struct irqfd, shutdown));
}

/* Take it off the list, which makes it the workqueue's to free. vm->irqfds.lock held. */
static void irqfd_unlink(struct irqfd *irqfd)
{
	list_del_rcu(&irqfd->node);
	irqfd->linked = false;
	queue_work(irqfd_wq, &irqfd->shutdown);
}

/* The last other holder of the eventfd closed it. Called with the wait queue's lock held. */
static void irqfd_hangup(struct irqfd *irqfd)
{
	struct loft_vm *vm = irqfd->vm;
	unsigned long flags;

	spin_lock_irqsave(&vm->irqfds.lock, flags);
	if (irqfd->linked)
		irqfd_unlink(irqfd);
	spin_unlock_irqrestore(&vm->irqfds.lock, flags);
}

/* The eventfd was signalled: any context, IRQs off. */
static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	__poll_t events = key_to_poll(key);
	int taken = 0;
	u64 cnt;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &cnt);
		irqfd_inject(irqfd);
		taken = 1;
	}
	if (events & EPOLLHUP)
		irqfd_hangup(irqfd);
	return taken;
}

static void irqfd_enqueue(struct file *file, wait_queue_head_t *wqh, poll_table *poll)
{
	add_wait_queue_priority(wqh, &container_of(poll, struct irqfd, poll)->wait);
}

/* Link it in, unless the eventfd raises an interrupt already. vm->lock held. */
static int irqfd_link(struct irqfd *irqfd)
{
	struct loft_vm *vm = irqfd->vm;
	struct irqfd *other;
	int ret = 0;

	spin_lock_irq(&vm->irqfds.lock);
	list_for_each_entry(other, &vm->irqfds.items, node) {
		if (other->eventfd == irqfd->eventfd)
			ret = -EBUSY;
	}
	if (!ret && irqfd->resamplefd) {
		ret = irqroute_intid(vm, irqfd->gsi);
		irqfd->intid = max(ret, 0);
		ret = ret < 0 ? ret : vgic_set_resample(vm, ret, true);
	}
	if (!ret) {
		list_add_tail_rcu(&irqfd->node, &vm->irqfds.items);
		irqfd->linked = true;
	}
	spin_unlock_irq(&vm->irqfds.lock);
	return ret;
}

static int irqfd_get_fds(struct irqfd *irqfd, const struct kvm_irqfd *args, struct file *file)
{
	irqfd->eventfd = eventfd_ctx_fileget(file);
	if (IS_ERR(irqfd->eventfd))
		return PTR_ERR(irqfd->eventfd);
	if (!(args->flags & KVM_IRQFD_FLAG_RESAMPLE))
		return 0;
	irqfd->resamplefd = eventfd_ctx_fdget(args->resamplefd);
	if (!IS_ERR(irqfd->resamplefd))
		return 0;
	eventfd_ctx_put(irqfd->eventfd);
	return PTR_ERR(irqfd->resamplefd);
}

static struct irqfd *irqfd_new(struct loft_vm *vm, const struct kvm_irqfd *args, struct file *file)
{
	struct irqfd *irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->vm = vm;
	irqfd->gsi = args->gsi;
	INIT_WORK(&irqfd->shutdown, irqfd_shutdown);
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wakeup);
	init_poll_funcptr(&irqfd->poll, irqfd_enqueue);
	ret = irqfd_get_fds(irqfd, args, file);
	if (!ret) {
		vm_get(vm);
		return irqfd;
	}
	kfree(irqfd);
	return ERR_PTR(ret);
}

static int irqfd_assign_file(struct loft_vm *vm, const struct kvm_irqfd *args, struct file *file)
{
	struct irqfd *irqfd = irqfd_new(vm, args, file);
	int ret;

	if (IS_ERR(irqfd))
		return PTR_ERR(irqfd);
	ret = irqfd_link(irqfd);
	if (ret) {
		irqfd_discard(irqfd);
		return ret;
	}
	/*
	 * What was signalled before counts. The caller holds the file: no hangup before this
	 * returns.
	 */
	if (vfs_poll(file, &irqfd->poll) & EPOLLIN)
		irqfd_inject(irqfd);
	return 0;
}

static int irqfd_assign(struct loft_vm *vm, const struct kvm_irqfd *args)
{
	struct file *file;
	int ret;

	if (!vgic_initialised(vm))
		return -EAGAIN;
	file = fget(args->fd);
	if (!file)
		return -EBADF;
	/* Serialised: what is found on the lists stays there until it is linked. */
	mutex_lock(&vm->lock);
	ret = irqfd_assign_file(vm, args, file);
	mutex_unlock(&vm->lock);
	fput(file);
	return ret;
}

/* Unlink those that match, or all: the workqueue frees them. vm->lock held. */
static void irqfd_unlink_matching(struct loft_vm *vm, const struct eventfd_ctx *eventfd, u32 gsi)
{
	struct irqfd *irqfd, *next;

	spin_lock_irq(&vm->irqfds.lock);
	list_for_each_entry_safe(irqfd, next, &vm->irqfds.items, node) {
		if (eventfd && (irqfd->eventfd != eventfd || irqfd->gsi != gsi))
			continue;
		irqfd_unlink(irqfd);
	}
	spin_unlock_irq(&vm->irqfds.lock);
}

static int irqfd_deassign(struct loft_vm *vm, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(args->fd);

	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	mutex_lock(&vm->lock);
	irqfd_unlink_matching(vm, eventfd, args->gsi);
	mutex_unlock(&vm->lock);
	eventfd_ctx_put(eventfd);
	/* No interrupt comes from it once the ioctl has returned. */
	flush_workqueue(irqfd_wq);
	return 0;
}

/**
 * irqfd_ioctl() - KVM_IRQFD
 * @vm: the VM
 * @args: as userspace gave them
 *
 * May sleep. Return: 0; -EINVAL for flags or a GSI that leads nowhere (resample); -EAGAIN before
 * the vGIC is initialised; -EBADF; -EBUSY if the eventfd raises an interrupt already; -ENOMEM.
 */
int irqfd_ioctl(struct loft_vm *vm, const struct kvm_irqfd *args)
{
	if (args->flags & ~(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))
		return -EINVAL;
	if (args->flags & KVM_IRQFD_FLAG_DEASSIGN)
		return irqfd_deassign(vm, args);
	return irqfd_assign(vm, args);
}

/**
 * irqfd_acked() - the guest deactivated an SPI that has resamplefds
 * @vm: the VM
 * @intid: the SPI
 *
 * Any context, vGIC locks not held. The line drops first: whoever is told may raise it again at
 * once.
 */
void irqfd_acked(struct loft_vm *vm, u32 intid)
{
	struct irqfd *irqfd;

	vgic_inject(vm, NULL, intid, false);
	rcu_read_lock();
	list_for_each_entry_rcu(irqfd, &vm->irqfds.items, node) {
		if (irqfd->intid == intid)
			eventfd_signal(irqfd->resamplefd);
	}
	rcu_read_unlock();
}

void irqfd_vm_init(struct loft_vm *vm)
{
	spin_lock_init(&vm->irqfds.lock);
	INIT_LIST_HEAD(&vm->irqfds.items);
	RCU_INIT_POINTER(vm->irqfds.routes, NULL);
}

void irqfd_vm_release(struct loft_vm *vm)
{
	mutex_lock(&vm->lock);
	irqfd_unlink_matching(vm, NULL, 0);
	mutex_unlock(&vm->lock);
	flush_workqueue(irqfd_wq);
}

int irqfd_init(void)
{
	irqfd_wq = alloc_workqueue("loft-irqfd", 0, 0);
	return irqfd_wq ? 0 : -ENOMEM;
}

void irqfd_exit(void)
{
	destroy_workqueue(irqfd_wq);
}
