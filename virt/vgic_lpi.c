// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs: message-signalled interrupts, of which a VM may have tens of thousands and few do anything.
 *
 * An object exists for each LPI that an ITS maps. Those that are deliverable stand in their vCPU's queue of their
 * priority, where flush finds the most urgent without a look at the others. An LPI in a list register stands in no queue;
 * fold puts it back where it belongs by then.
 *
 * LPIs have no active state (IHI 0069, "LPIs"). Where a CPU interface shows one it is dropped: an EOI without list register
 * still drops the running priority, and is not counted for LPIs (ICH_HCR_EL2.EOIcount).
 */
#include <linux/slab.h>
#include "vgic_its.h"

/**
 * vgic_lpi_queue() - put an LPI where its vCPU finds it, if it is deliverable
 * @lpi: the LPI, vgic_lpis.lock held
 *
 * Return: the vCPU to kick, or NULL.
 */
struct loft_vcpu *vgic_lpi_queue(struct vgic_lpi *lpi)
{
	struct vgic_lpi_cpu *lc;

	if (!lpi->pending || lpi->dead || lpi->queued)
		return NULL;
	/* Its fold comes here again. The candidate: so that the kick is not answered inside the switch. */
	if (lpi->holder) {
		set_bit(VGIC_CAND_LPIS, &lpi->holder->vgic->cand);
		return lpi->holder;
	}
	lc = lpi->vcpu ? lpi->vcpu->vgic->lpi : NULL;
	if (!lpi->enabled || !lc || !lc->on)
		return NULL;
	list_add_tail(&lpi->queue, &lc->queue[lpi->prio >> 3]);
	lc->prios |= BIT(lpi->prio >> 3);
	lpi->queued = true;
	set_bit(VGIC_CAND_LPIS, &lpi->vcpu->vgic->cand);
	return lpi->vcpu;
}

/**
 * vgic_lpi_unqueue() - take an LPI out of its queue, before anything about it changes
 * @lpi: the LPI, vgic_lpis.lock held
 */
void vgic_lpi_unqueue(struct vgic_lpi *lpi)
{
	struct vgic_lpi_cpu *lc;

	if (!lpi->queued)
		return;
	lc = lpi->vcpu->vgic->lpi;
	list_del(&lpi->queue);
	if (list_empty(&lc->queue[lpi->prio >> 3]))
		lc->prios &= ~BIT(lpi->prio >> 3);
	lpi->queued = false;
}

/**
 * vgic_lpi_sync() - have a vCPU fold its list registers, and wait for it
 * @vm: the VM
 * @self: the vCPU whose thread this is, which has folded, or NULL
 * @holder: the vCPU, or NULL
 */
void vgic_lpi_sync(struct loft_vm *vm, struct loft_vcpu *self, struct loft_vcpu *holder)
{
	struct vgic_kicks kicks = { };

	if (!holder)
		return;
	__set_bit(holder->id, kicks.ids);
	vgic_kick_all(vm->vgic, self, &kicks, true);
}

/**
 * vgic_lpi_trigger() - an LPI becomes pending
 * @vm: the VM
 * @lpi: the LPI, found under RCU which is still held
 *
 * Any context. Return: 1; 0 if its collection has no target; -EBUSY if LPIs are off there.
 */
int vgic_lpi_trigger(struct loft_vm *vm, struct vgic_lpi *lpi)
{
	struct vgic_lpis *lpis = vgic_lpis(vm);
	struct loft_vcpu *kick = NULL;
	unsigned long flags;
	int ret = 1;

	raw_spin_lock_irqsave(&lpis->lock, flags);
	if (!lpi->vcpu || lpi->dead) {
		ret = 0;
	} else if (!lpi->vcpu->vgic->lpi || !lpi->vcpu->vgic->lpi->on) {
		ret = -EBUSY;
	} else if (!lpi->pending) {
		lpi->pending = true;
		kick = vgic_lpi_queue(lpi);
	}
	raw_spin_unlock_irqrestore(&lpis->lock, flags);
	if (kick)
		vcpu_kick(kick);
	return ret;
}

/**
 * vgic_lpi_clear() - an LPI is not pending any more, anywhere, when this returns
 * @vm: the VM, vgic_lpis.config held
 * @self: the vCPU whose thread this is, or NULL
 * @lpi: the LPI
 */
void vgic_lpi_clear(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi)
{
	struct loft_vcpu *holder;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lpis->lock, flags);
	vgic_lpi_unqueue(lpi);
	lpi->pending = false;
	holder = lpi->holder;
	lpi->drop = holder;
	raw_spin_unlock_irqrestore(&vm->lpis->lock, flags);
	vgic_lpi_sync(vm, self, holder);
}

/**
 * vgic_lpi_retarget() - an LPI is another vCPU's from now on, with its pending state
 * @vm: the VM, vgic_lpis.config held
 * @lpi: the LPI
 * @target: the vCPU, or NULL
 */
void vgic_lpi_retarget(struct loft_vm *vm, struct vgic_lpi *lpi, struct loft_vcpu *target)
{
	struct loft_vcpu *holder, *kick;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lpis->lock, flags);
	vgic_lpi_unqueue(lpi);
	lpi->vcpu = target;
	holder = lpi->holder;
	kick = vgic_lpi_queue(lpi);
	raw_spin_unlock_irqrestore(&vm->lpis->lock, flags);
	/* What it holds has to come back before it can go on. */
	if (holder)
		vcpu_request(holder, LOFT_REQ_IRQ);
	else if (kick)
		vcpu_kick(kick);
}

/**
 * vgic_lpi_move_all() - all LPIs of one vCPU become another's
 * @vm: the VM, vgic_lpis.config held
 * @from: whose they were
 * @to: whose they are
 */
void vgic_lpi_move_all(struct loft_vm *vm, struct loft_vcpu *from, struct loft_vcpu *to)
{
	struct vgic_lpi *lpi;
	unsigned long intid;

	xa_for_each(&vm->lpis->by_intid, intid, lpi) {
		if (lpi->vcpu == from)
			vgic_lpi_retarget(vm, lpi, to);
		cond_resched();
	}
}

/* Priority [7:2], as many bits as there are, and enable [0] of a property table's entry. Returns who holds the LPI. */
static struct loft_vcpu *lpi_configure(struct loft_vm *vm, struct vgic_lpi *lpi, u8 val)
{
	struct loft_vcpu *kick, *holder = NULL;
	u8 prio = val & VGIC_PRI_MASK;
	bool enabled = val & BIT(0);
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lpis->lock, flags);
	if (lpi->enabled != enabled || lpi->prio != prio)
		holder = lpi->holder;
	vgic_lpi_unqueue(lpi);
	lpi->prio = prio;
	lpi->enabled = enabled;
	kick = vgic_lpi_queue(lpi);
	raw_spin_unlock_irqrestore(&vm->lpis->lock, flags);
	if (kick)
		vcpu_kick(kick);
	return holder;
}

/**
 * vgic_lpi_reload() - read an LPI's properties again, with effect when this returns
 * @vm: the VM, vgic_lpis.config held
 * @self: the vCPU whose thread this is, or NULL
 * @lpi: the LPI
 *
 * Where the table cannot be read they stay as they are. May sleep.
 */
void vgic_lpi_reload(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi)
{
	u8 val;

	if (!vgic_lpi_read_config(vm, lpi->intid, &val))
		vgic_lpi_sync(vm, self, lpi_configure(vm, lpi, val));
}

/**
 * vgic_lpi_reload_all() - the same for all LPIs of a vCPU
 * @vm: the VM, vgic_lpis.config held
 * @self: the vCPU whose thread this is, or NULL
 * @target: whose
 */
void vgic_lpi_reload_all(struct loft_vm *vm, struct loft_vcpu *self, const struct loft_vcpu *target)
{
	struct vgic_kicks kicks = { };
	struct loft_vcpu *holder;
	struct vgic_lpi *lpi;
	unsigned long intid;
	u8 val;

	xa_for_each(&vm->lpis->by_intid, intid, lpi) {
		cond_resched();
		if (lpi->vcpu != target || vgic_lpi_read_config(vm, intid, &val))
			continue;
		holder = lpi_configure(vm, lpi, val);
		if (holder)
			__set_bit(holder->id, kicks.ids);
	}
	vgic_kick_all(vm->vgic, self, &kicks, true);
}

/**
 * vgic_lpi_map() - an ITS maps an LPI that was not mapped before
 * @vm: the VM, vgic_lpis.config held
 * @intid: which
 * @event: EventID
 * @icid: collection
 * @target: the collection's vCPU, or NULL
 *
 * The pending table may say that it is pending: in the tables of a VM that was restored. May sleep.
 *
 * Return: the LPI, or -ENOMEM as ERR_PTR.
 */
struct vgic_lpi *vgic_lpi_map(struct loft_vm *vm, u32 intid, u32 event, u16 icid, struct loft_vcpu *target)
{
	struct vgic_lpi *lpi = kzalloc(sizeof(*lpi), GFP_KERNEL_ACCOUNT);
	int err;

	if (!lpi)
		return ERR_PTR(-ENOMEM);
	lpi->intid = intid;
	lpi->event = event;
	lpi->icid = icid;
	lpi->vcpu = target;
	err = xa_err(xa_store(&vm->lpis->by_intid, intid, lpi, GFP_KERNEL_ACCOUNT));
	if (err) {
		kfree(lpi);
		return ERR_PTR(err);
	}
	/* Nobody else sees it pending before it is configured. */
	lpi->pending = target && vgic_lpi_take_pending(vm, target, intid);
	vgic_lpi_reload(vm, NULL, lpi);
	return lpi;
}

/**
 * vgic_lpi_unmap() - an LPI is not mapped any more: pending or not, it does not come again
 * @vm: the VM, vgic_lpis.config held
 * @self: the vCPU whose thread this is, or NULL
 * @lpi: the LPI, unlinked from its device; freed here
 */
void vgic_lpi_unmap(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi)
{
	struct loft_vcpu *holder;
	unsigned long flags;

	raw_spin_lock_irqsave(&vm->lpis->lock, flags);
	vgic_lpi_unqueue(lpi);
	lpi->dead = true;
	holder = lpi->holder;
	raw_spin_unlock_irqrestore(&vm->lpis->lock, flags);
	/* Not before: what is queued is found by its INTID. */
	xa_erase(&vm->lpis->by_intid, lpi->intid);
	vgic_lpi_sync(vm, self, holder);
	kfree_rcu(lpi, rcu);
}

/**
 * vgic_lpi_fill() - the list register for an LPI that is queued
 * @vcpu: the vCPU, vgic_lpis.lock held
 * @intid: the LPI
 */
u64 vgic_lpi_fill(struct loft_vcpu *vcpu, u32 intid)
{
	struct vgic_lpi *lpi = xa_load(&vcpu->vm->lpis->by_intid, intid);

	vgic_lpi_unqueue(lpi);
	lpi->pending = false;
	lpi->holder = vcpu;
	return (u64)lpi->prio << VGIC_LR_PRIO_SHIFT | VGIC_LR_GROUP1 | VGIC_LR_PENDING | intid;
}

/**
 * vgic_lpi_fold() - take an LPI's list register back
 * @vcpu: the vCPU, vgic_lpis.lock held
 * @intid: the LPI, which may have been unmapped
 * @lr: the list register
 *
 * Return: another vCPU that has to be kicked for it, or NULL.
 */
struct loft_vcpu *vgic_lpi_fold(struct loft_vcpu *vcpu, u32 intid, u64 lr)
{
	struct vgic_lpi *lpi = xa_load(&vcpu->vm->lpis->by_intid, intid);
	struct loft_vcpu *dest;

	/* Unmapped, and mapped again, it is another one. */
	if (!lpi || lpi->holder != vcpu)
		return NULL;
	lpi->holder = NULL;
	if (lr & VGIC_LR_PENDING && !lpi->drop)
		lpi->pending = true;
	lpi->drop = false;
	dest = vgic_lpi_queue(lpi);
	return dest == vcpu ? NULL : dest;
}

/**
 * vgic_lpi_pending() - has this vCPU an LPI to take?
 * @vcpu: the vCPU, VGIC_CAND_LPIS is or was set
 */
bool vgic_lpi_pending(struct loft_vcpu *vcpu)
{
	return READ_ONCE(vcpu->vm->vgic->ctlr) & VGIC_CTLR_GRP1 && READ_ONCE(vcpu->vgic->lpi->prios);
}

/**
 * vgic_lpis_create() - make room for LPIs in a VM
 * @vm: the VM, vm->lock held
 *
 * Return: 0, also if that was done before; -ENOMEM.
 */
int vgic_lpis_create(struct loft_vm *vm)
{
	struct vgic_lpis *lpis;

	if (vm->lpis)
		return 0;
	lpis = kzalloc(sizeof(*lpis), GFP_KERNEL_ACCOUNT);
	if (!lpis)
		return -ENOMEM;
	mutex_init(&lpis->config);
	raw_spin_lock_init(&lpis->lock);
	xa_init(&lpis->by_intid);
	smp_store_release(&vm->lpis, lpis);
	return 0;
}

/**
 * vgic_lpis_destroy() - free the LPIs and ITSs of a VM that nobody uses any more
 * @vm: the VM
 */
void vgic_lpis_destroy(struct loft_vm *vm)
{
	struct vgic_lpis *lpis = vm->lpis;
	u32 i;

	if (!lpis)
		return;
	mutex_lock(&lpis->config);
	for (i = 0; i < lpis->nr_its; i++) {
		vgic_its_reset(lpis->its[i]);
		kfree(lpis->its[i]);
	}
	mutex_unlock(&lpis->config);
	xa_destroy(&lpis->by_intid);
	kfree(lpis);
	vm->lpis = NULL;
}
