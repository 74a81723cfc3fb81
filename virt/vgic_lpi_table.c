// SPDX-License-Identifier: GPL-2.0-only
/*
 * The redistributors' tables in guest memory - LPI properties, pending LPIs - and the registers that say where they are.
 *
 * While LPIs are enabled a pending bit belongs to the redistributor, which keeps it here and not in the table. It reads the
 * bit, and takes it out of the table, when LPIs are enabled and when one is mapped; it puts the bits back when LPIs are
 * disabled, and when userspace asks for it.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "guestmem.h"
#include "vgic_its.h"

#define TABLE_IDBITS		GENMASK_ULL(4, 0)
/* IDbits, inner cacheability, shareability, address, outer cacheability: attributes are stored, memory is coherent */
#define PROPBASER_MASK		(TABLE_IDBITS | GENMASK_ULL(11, 7) | GENMASK_ULL(51, 12) | GENMASK_ULL(58, 56))
#define PROPBASER_ADDR		GENMASK_ULL(51, 12)
/* The same; PTZ, bit 62, reads as zero: a table that is zero is read as such */
#define PENDBASER_MASK		(GENMASK_ULL(11, 7) | GENMASK_ULL(51, 16) | GENMASK_ULL(58, 56))
#define PENDBASER_ADDR		GENMASK_ULL(51, 16)

#define CTLR_ENABLE		BIT(0)
#define CTLR_CES		BIT(1)	/* it may be cleared again */
#define CTLR_IR			BIT(2)	/* INVLPIR and INVALLR are there */

/**
 * vgic_lpi_limit() - INTIDs of LPIs are below
 * @vm: the VM, vgic_lpis.config held
 *
 * What the property table has room for, and no more than GICD_TYPER.IDbits.
 */
u32 vgic_lpi_limit(const struct loft_vm *vm)
{
	return BIT(min_t(u32, (vm->lpis->propbaser & TABLE_IDBITS) + 1, VGIC_ITS_IDBITS));
}

/**
 * vgic_lpi_read_config() - an LPI's entry in the property table
 * @vm: the VM, vgic_lpis.config held
 * @intid: the LPI
 * @val: where it goes
 *
 * May sleep. Return: 0 or -EFAULT.
 */
int vgic_lpi_read_config(struct loft_vm *vm, u32 intid, u8 *val)
{
	if (intid >= vgic_lpi_limit(vm))
		return -EFAULT;
	return guest_read(vm, (vm->lpis->propbaser & PROPBASER_ADDR) + intid - VGIC_LPI_MIN, val, 1) ? -EFAULT : 0;
}

/* Make an LPI's bit in the pending table what @pending says. *@was: what it said before. */
static int lpi_pending_bit(struct loft_vm *vm, u64 pendbaser, u32 intid, bool pending, bool *was)
{
	u64 ipa = (pendbaser & PENDBASER_ADDR) + intid / 8;
	u8 bit = BIT(intid % 8);
	u8 val;

	if (guest_read(vm, ipa, &val, 1))
		return -EFAULT;
	*was = val & bit;
	if (*was == pending)
		return 0;
	val ^= bit;
	return guest_write(vm, ipa, &val, 1) ? -EFAULT : 0;
}

/**
 * vgic_lpi_take_pending() - is an LPI pending in the pending table? It is not any more
 * @vm: the VM, vgic_lpis.config held
 * @vcpu: whose LPI it is
 * @intid: the LPI
 *
 * Only while LPIs are enabled. May sleep.
 */
bool vgic_lpi_take_pending(struct loft_vm *vm, const struct loft_vcpu *vcpu, u32 intid)
{
	const struct vgic_lpi_cpu *lc = vcpu->vgic->lpi;
	bool was = false;

	return lc && lc->on && !lpi_pending_bit(vm, lc->pendbaser, intid, false, &was) && was;
}

/* The redistributor's own state, made at the first use. vgic_lpis.config held. */
static struct vgic_lpi_cpu *lpi_cpu_get(struct loft_vcpu *rd)
{
	struct vgic_lpi_cpu *lc = rd->vgic->lpi;
	unsigned int i;

	if (lc)
		return lc;
	lc = kzalloc(sizeof(*lc), GFP_KERNEL_ACCOUNT);
	if (!lc)
		return NULL;
	for (i = 0; i < VGIC_LPI_PRIOS; i++)
		INIT_LIST_HEAD(&lc->queue[i]);
	smp_store_release(&rd->vgic->lpi, lc);
	return lc;
}

/**
 * vgic_lpi_ctlr() - GICR_CTLR
 * @rd: whose
 */
u64 vgic_lpi_ctlr(const struct loft_vcpu *rd)
{
	const struct vgic_lpi_cpu *lc = smp_load_acquire(&rd->vgic->lpi);
	u64 val = rd->vm->vgic->revision >= 3 && vgic_lpis(rd->vm) ? CTLR_CES | CTLR_IR : 0;

	return lc && READ_ONCE(lc->on) ? val | CTLR_ENABLE : val;
}

static void lpi_turn(struct vgic_lpis *lpis, struct vgic_lpi_cpu *lc, bool on)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lpis->lock, flags);
	WRITE_ONCE(lc->on, on);
	raw_spin_unlock_irqrestore(&lpis->lock, flags);
}

/* From the tables into the redistributor. */
static void lpi_load(struct loft_vcpu *rd, struct vgic_lpi *lpi)
{
	if (vgic_lpi_take_pending(rd->vm, rd, lpi->intid))
		vgic_lpi_trigger(rd->vm, lpi);
	vgic_lpi_reload(rd->vm, NULL, lpi);
}

/* And back. The guest's table may be anywhere: then the bit is lost, as the architecture allows for bad tables. */
static void lpi_unload(struct loft_vcpu *rd, struct vgic_lpi *lpi)
{
	bool pending, was;
	unsigned long flags;

	raw_spin_lock_irqsave(&rd->vm->lpis->lock, flags);
	vgic_lpi_unqueue(lpi);
	pending = lpi->pending;
	lpi->pending = false;
	raw_spin_unlock_irqrestore(&rd->vm->lpis->lock, flags);
	lpi_pending_bit(rd->vm, rd->vgic->lpi->pendbaser, lpi->intid, pending, &was);
}

static int lpi_switch(struct loft_vcpu *rd, struct loft_vcpu *self, bool on)
{
	struct vgic_lpis *lpis = rd->vm->lpis;
	struct vgic_lpi_cpu *lc = lpi_cpu_get(rd);
	struct vgic_lpi *lpi;
	unsigned long intid;

	if (!lc)
		return -ENOMEM;
	if (lc->on == on)
		return 0;
	lpi_turn(lpis, lc, on);
	/* What is on its way to the guest comes back first. */
	if (!on)
		vgic_lpi_sync(rd->vm, self, rd);
	xa_for_each(&lpis->by_intid, intid, lpi) {
		cond_resched();
		if (lpi->vcpu != rd)
			continue;
		if (on)
			lpi_load(rd, lpi);
		else
			lpi_unload(rd, lpi);
	}
	return 0;
}

/**
 * vgic_lpi_enable() - GICR_CTLR.EnableLPIs written
 * @rd: whose redistributor
 * @self: the vCPU that writes it, or NULL
 * @on: what was written
 *
 * May sleep. Return: 0, -ENOMEM, -EINTR if the thread is being killed.
 */
int vgic_lpi_enable(struct loft_vcpu *rd, struct loft_vcpu *self, bool on)
{
	struct vgic_lpis *lpis = vgic_lpis(rd->vm);
	int ret;

	if (!lpis || (!on && !smp_load_acquire(&rd->vgic->lpi)))
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	ret = lpi_switch(rd, self, on);
	mutex_unlock(&lpis->config);
	return ret;
}

u64 vgic_lpi_propbaser(const struct loft_vcpu *rd)
{
	const struct vgic_lpis *lpis = vgic_lpis(rd->vm);

	return lpis ? READ_ONCE(lpis->propbaser) : 0;
}

/**
 * vgic_lpi_set_propbaser() - GICR_PROPBASER written
 * @rd: the redistributor; all of a VM have the same table (GICR_TYPER.CommonLPIAff)
 * @val: what was written
 *
 * Without effect while this redistributor has LPIs enabled. May sleep. Return: 0, -EINTR.
 */
int vgic_lpi_set_propbaser(struct loft_vcpu *rd, u64 val)
{
	struct vgic_lpis *lpis = vgic_lpis(rd->vm);

	if (!lpis)
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	if (!rd->vgic->lpi || !rd->vgic->lpi->on)
		WRITE_ONCE(lpis->propbaser, val & PROPBASER_MASK);
	mutex_unlock(&lpis->config);
	return 0;
}

u64 vgic_lpi_pendbaser(const struct loft_vcpu *rd)
{
	const struct vgic_lpi_cpu *lc = smp_load_acquire(&rd->vgic->lpi);

	return lc ? READ_ONCE(lc->pendbaser) : 0;
}

/**
 * vgic_lpi_set_pendbaser() - GICR_PENDBASER written
 * @rd: the redistributor
 * @val: what was written
 *
 * Without effect while LPIs are enabled. May sleep. Return: 0, -ENOMEM, -EINTR.
 */
int vgic_lpi_set_pendbaser(struct loft_vcpu *rd, u64 val)
{
	struct vgic_lpis *lpis = vgic_lpis(rd->vm);
	struct vgic_lpi_cpu *lc;

	if (!lpis)
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	lc = lpi_cpu_get(rd);
	if (lc && !lc->on)
		WRITE_ONCE(lc->pendbaser, val & PENDBASER_MASK);
	mutex_unlock(&lpis->config);
	return lc ? 0 : -ENOMEM;
}

/**
 * vgic_lpi_invalidate() - GICR_INVLPIR written: read an LPI's properties again
 * @rd: the redistributor
 * @self: the vCPU that writes it, or NULL
 * @intid: the LPI
 *
 * May sleep. Return: 0, -EINTR.
 */
int vgic_lpi_invalidate(struct loft_vcpu *rd, struct loft_vcpu *self, u32 intid)
{
	struct vgic_lpis *lpis = vgic_lpis(rd->vm);
	struct vgic_lpi *lpi;

	if (!lpis)
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	lpi = xa_load(&lpis->by_intid, intid);
	if (lpi)
		vgic_lpi_reload(rd->vm, self, lpi);
	mutex_unlock(&lpis->config);
	return 0;
}

/**
 * vgic_lpi_invalidate_all() - GICR_INVALLR written: the same for all of a redistributor's
 * @rd: the redistributor
 * @self: the vCPU that writes it, or NULL
 *
 * May sleep. Return: 0, -EINTR.
 */
int vgic_lpi_invalidate_all(struct loft_vcpu *rd, struct loft_vcpu *self)
{
	struct vgic_lpis *lpis = vgic_lpis(rd->vm);

	if (!lpis)
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	vgic_lpi_reload_all(rd->vm, self, rd);
	mutex_unlock(&lpis->config);
	return 0;
}

/**
 * vgic_lpi_save_pending() - KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES
 * @vm: the VM, vm->lock and all vCPUs' held
 *
 * May sleep. Return: 0, -EFAULT where a table is not in memory, -EINTR.
 */
int vgic_lpi_save_pending(struct loft_vm *vm)
{
	struct vgic_lpis *lpis = vgic_lpis(vm);
	struct vgic_lpi *lpi;
	unsigned long intid;
	int ret = 0;
	bool was;

	if (!lpis)
		return 0;
	if (mutex_lock_killable(&lpis->config))
		return -EINTR;
	xa_for_each(&lpis->by_intid, intid, lpi) {
		const struct vgic_lpi_cpu *lc = lpi->vcpu ? lpi->vcpu->vgic->lpi : NULL;

		cond_resched();
		if (!lc || !lc->on)
			continue;
		ret = lpi_pending_bit(vm, lc->pendbaser, intid, lpi->pending, &was);
		if (ret || fatal_signal_pending(current))
			break;
	}
	mutex_unlock(&lpis->config);
	return ret;
}
