// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IOEVENTFD: guest writes to an address that signal an eventfd instead of going to userspace.
 */
#include <linux/eventfd.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <loft/irqfd.h>
#include <loft/vm.h>

#define IOEVENTFD_MAX	1000

/**
 * struct ioeventfd - one KVM_IOEVENTFD
 * @node: in vm->ioeventfds; changed under vm->slots_lock, read under RCU
 * @eventfd: whom to tell
 * @addr: address, matched exactly
 * @len: length of the write; 0: any
 * @any: any value
 * @data: the value otherwise
 */
struct ioeventfd {
	struct list_head node;
	struct eventfd_ctx *eventfd;
	u64 addr;
	u32 len;
	bool any;
	u64 data;
};

static bool ioeventfd_hit(const struct ioeventfd *io, u64 addr, u32 len, u64 val)
{
	if (io->addr != addr)
		return false;
	if (!io->len)
		return true;
	return io->len == len && (io->any || io->data == val);
}

/**
 * ioeventfd_write() - does a guest's write signal an eventfd?
 * @vm: the VM
 * @ipa: address
 * @len: 1, 2, 4 or 8
 * @val: value, zero-extended
 *
 * Context: any. RCU and not vm->srcu: nothing here sleeps, and entering costs no barrier.
 * Return: true if it did: the write is done.
 */
bool ioeventfd_write(struct loft_vm *vm, ipa_t ipa, unsigned int len, u64 val)
{
	struct ioeventfd *io;
	bool hit = false;

	rcu_read_lock();
	list_for_each_entry_rcu(io, &vm->ioeventfds, node) {
		hit = ioeventfd_hit(io, ipa.val, len, val);
		if (hit) {
			eventfd_signal(io->eventfd);
			break;
		}
	}
	rcu_read_unlock();
	return hit;
}

/* Would a write be for both? */
static bool ioeventfd_collides(const struct ioeventfd *a, const struct ioeventfd *b)
{
	if (a->addr != b->addr)
		return false;
	if (!a->len || !b->len)
		return true;
	return a->len == b->len && (a->any || b->any || a->data == b->data);
}

static bool ioeventfd_same(const struct ioeventfd *a, const struct ioeventfd *b)
{
	return a->eventfd == b->eventfd && a->addr == b->addr && a->len == b->len &&
	       a->any == b->any && (a->any || a->data == b->data);
}

/* Links @new. vm->slots_lock held. */
static int ioeventfd_assign(struct loft_vm *vm, struct ioeventfd *new)
{
	struct ioeventfd *io;
	unsigned int nr = 0;

	list_for_each_entry(io, &vm->ioeventfds, node) {
		if (ioeventfd_collides(io, new))
			return -EEXIST;
		nr++;
	}
	if (nr >= IOEVENTFD_MAX)
		return -ENOSPC;
	list_add_tail_rcu(&new->node, &vm->ioeventfds);
	return 0;
}

static void ioeventfd_free(struct ioeventfd *io)
{
	eventfd_ctx_put(io->eventfd);
	kfree(io);
}

/* vm->slots_lock held. */
static int ioeventfd_deassign(struct loft_vm *vm, const struct ioeventfd *which)
{
	struct ioeventfd *io;

	list_for_each_entry(io, &vm->ioeventfds, node) {
		if (!ioeventfd_same(io, which))
			continue;
		list_del_rcu(&io->node);
		synchronize_rcu_expedited();
		ioeventfd_free(io);
		return 0;
	}
	return -ENOENT;
}

static int ioeventfd_check(const struct kvm_ioeventfd *args)
{
	/* There are no I/O ports and no channel subsystem here. */
	if (args->flags & ~(KVM_IOEVENTFD_FLAG_DATAMATCH | KVM_IOEVENTFD_FLAG_DEASSIGN))
		return -EINVAL;
	if (args->len > 8 || (args->len & (args->len - 1)))
		return -EINVAL;
	if (args->addr + args->len < args->addr)
		return -EINVAL;
	return args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH && !args->len ? -EINVAL : 0;
}

/**
 * ioeventfd_ioctl() - KVM_IOEVENTFD
 * @vm: the VM
 * @args: as userspace gave them
 *
 * May sleep. Return: 0; -EINVAL for other flags than DATAMATCH and DEASSIGN, lengths but 0 (any),
 * 1, 2, 4, 8, and an address range that wraps; -EEXIST if a write would be for two; -ENOENT if
 * there is none to deassign; -ENOSPC; -EBADF; -ENOMEM.
 */
int ioeventfd_ioctl(struct loft_vm *vm, const struct kvm_ioeventfd *args)
{
	bool deassign = args->flags & KVM_IOEVENTFD_FLAG_DEASSIGN;
	struct ioeventfd *io;
	int ret = ioeventfd_check(args);

	if (ret)
		return ret;
	io = kzalloc(sizeof(*io), GFP_KERNEL_ACCOUNT);
	if (!io)
		return -ENOMEM;
	io->addr = args->addr;
	io->len = args->len;
	io->any = !(args->flags & KVM_IOEVENTFD_FLAG_DATAMATCH);
	io->data = args->datamatch;
	io->eventfd = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(io->eventfd)) {
		ret = PTR_ERR(io->eventfd);
		kfree(io);
		return ret;
	}

	mutex_lock(&vm->slots_lock);
	ret = deassign ? ioeventfd_deassign(vm, io) : ioeventfd_assign(vm, io);
	mutex_unlock(&vm->slots_lock);
	if (ret || deassign)
		ioeventfd_free(io);
	return ret;
}

void ioeventfd_vm_init(struct loft_vm *vm)
{
	INIT_LIST_HEAD(&vm->ioeventfds);
}

void ioeventfd_vm_release(struct loft_vm *vm)
{
	struct ioeventfd *io, *next;
	LIST_HEAD(gone);

	/* Other files may keep the VM alive, and a vCPU of it running. One grace period for all, none for none */
	mutex_lock(&vm->slots_lock);
	list_splice_init_rcu(&vm->ioeventfds, &gone, synchronize_rcu_expedited);
	mutex_unlock(&vm->slots_lock);
	list_for_each_entry_safe(io, next, &gone, node)
		ioeventfd_free(io);
}
