// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the vGIC's model and the list registers: flush fills them, sync folds them back.
 *
 * Which state travels: pending and active, with the priority and group of the moment. A
 * level-triggered interrupt is pending in its list register while the line is high. The hardware
 * cannot see a line that stays high over the guest's deactivation, so such a list register asks
 * for a maintenance interrupt (EOI bit) - unless the line has dropped by the next flush, as it
 * does for a device whose registers trap, and the deactivation costs no exit. An interrupt tied
 * to a physical one needs none of this: the guest's deactivation reaches the physical interrupt,
 * which fires again if its line is still high. Its line in the model therefore means "fired, not
 * yet taken".
 */
#include <linux/bitops.h>
#include <loft/backend.h>
#include <loft/irqfd.h>
#include "vgic_its.h"

#define PICK_PENDING	0x100	/* sorts behind everything active */

/*
 * What goes into the list registers, best first. Active ones come first, for an EOI has to find
 * its list register; but the most urgent pending one always gets a place, it may preempt them.
 */
struct vgic_picks {
	unsigned int nr;
	bool more_pending;
	bool more_active;
	u16 top;	/* the most urgent pending interrupt */
	u16 top_key;
	struct {
		u16 intid;
		u16 key;
	} pick[VGIC_MAX_LRS];
};

static void vgic_picks_drop(struct vgic_picks *picks, u16 key)
{
	if (key & PICK_PENDING)
		picks->more_pending = true;
	else
		picks->more_active = true;
}

static void vgic_picks_add(struct vgic_picks *picks, u32 intid, u32 key)
{
	unsigned int i = picks->nr;

	if (key & PICK_PENDING && key < picks->top_key) {
		picks->top = intid;
		picks->top_key = key;
	}
	if (i == loft_caps.nr_lrs) {
		if (key >= picks->pick[i - 1].key) {
			vgic_picks_drop(picks, key);
			return;
		}
		vgic_picks_drop(picks, picks->pick[--i].key);
	} else {
		picks->nr++;
	}
	for (; i && picks->pick[i - 1].key > key; i--)
		picks->pick[i] = picks->pick[i - 1];
	picks->pick[i].intid = intid;
	picks->pick[i].key = key;
}

static void vgic_picks_finish(struct vgic_picks *picks)
{
	unsigned int last = picks->nr - 1;

	if (!picks->more_pending || picks->pick[last].key & PICK_PENDING)
		return;
	/* Active ones took every place. */
	picks->more_active = true;
	picks->pick[last].intid = picks->top;
	picks->pick[last].key = picks->top_key;
}

/* Pick what bank @bank has for @vcpu; the bank's lock is held. */
static void vgic_picks_bank(struct vgic_picks *picks, struct loft_vcpu *vcpu, unsigned int bank)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	const struct vgic_spi_bank *spi = bank ? &dist->spi[bank - 1] : NULL;
	const struct vgic_bank *b = bank ? &spi->b : &vcpu->vgic->priv;
	u32 mask = vgic_bank_wanted(dist, b);
	bool found = false;

	for (; mask; mask &= mask - 1) {
		unsigned int n = __ffs(mask);
		u32 pending = b->active & BIT(n) ? 0 : PICK_PENDING;

		if (bank && vgic_spi_dest(dist, spi, n) != vcpu)
			continue;
		found = true;
		vgic_picks_add(picks, bank * 32 + n, b->prio[n] | pending);
	}
	if (!found)
		clear_bit(bank, &vcpu->vgic->cand);
}

/* Pick the most urgent LPIs of @vcpu, one more than can have a place; vgic_lpis.lock is held. */
static void vgic_picks_lpis(struct vgic_picks *picks, struct loft_vcpu *vcpu)
{
	const struct vgic_lpi_cpu *lc = vcpu->vgic->lpi;
	unsigned int room = loft_caps.nr_lrs + 1;
	unsigned long prios = lc->prios;
	const struct vgic_lpi *lpi;
	unsigned long i;

	if (!prios)
		clear_bit(VGIC_CAND_LPIS, &vcpu->vgic->cand);
	if (!(READ_ONCE(vcpu->vm->vgic->ctlr) & VGIC_CTLR_GRP1))
		return;
	for_each_set_bit(i, &prios, VGIC_LPI_PRIOS) {
		list_for_each_entry(lpi, &lc->queue[i], queue) {
			if (!room--)
				return;
			vgic_picks_add(picks, lpi->intid, lpi->prio | PICK_PENDING);
		}
	}
}

/*
 * The list register for interrupt @n of @b, whose state travels into it. @hw: it is tied to a
 * physical interrupt. @alone: pending must not follow active in it, the deactivation has to be
 * seen in between.
 */
static u64 vgic_lr_make(const struct vgic_dist *dist, struct vgic_bank *b, unsigned int n, bool hw,
			bool alone)
{
	u32 bit = BIT(n);
	bool pend = vgic_bank_pend(b) & vgic_bank_open(dist, b) & bit;
	bool eoi = !(b->edge & bit) && ((pend && b->line & bit) || b->resample & bit);
	u64 lr = (u64)b->prio[n] << VGIC_LR_PRIO_SHIFT;

	if (b->group1 & bit)
		lr |= VGIC_LR_GROUP1;
	if (b->active & bit) {
		lr |= VGIC_LR_ACTIVE;
		eoi |= alone && pend;
		pend &= !alone;
	}
	if (eoi && !hw)
		lr |= VGIC_LR_EOI;
	if (pend) {
		lr |= VGIC_LR_PENDING;
		b->lrpend |= b->latch & bit;
		b->latch &= ~bit;
	}
	b->inlr |= bit;
	return lr;
}

/*
 * A GICv2's SGI is a separate interrupt for each CPU that sends it. They travel one after another: as long as there are
 * more, the end of this one has to be seen.
 */
static u64 vgic_lr_fill_sgi(struct loft_vcpu *vcpu, u32 intid)
{
	struct vgic_cpu *vc = vcpu->vgic;
	u64 lr = vgic_lr_make(vcpu->vm->vgic, &vc->priv, intid, false, true);

	if (lr & VGIC_LR_PENDING) {
		vc->sgi_cpu[intid] = __ffs(vc->sgi_from[intid]);
		vc->sgi_from[intid] &= ~BIT(vc->sgi_cpu[intid]);
	}
	if (vc->sgi_from[intid]) {
		vc->priv.latch |= BIT(intid);
		lr |= VGIC_LR_EOI;
	}
	return lr | (u64)vc->sgi_cpu[intid] << VGIC_LR_SOURCE_SHIFT | intid;
}

/* @alone: as in vgic_lr_make(), for every interrupt. */
static u64 vgic_lr_fill(struct loft_vcpu *vcpu, u32 intid, bool alone)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;
	bool hw;
	u64 lr;

	if (intid >= VGIC_LPI_MIN)
		return vgic_lpi_fill(vcpu, intid);
	if (intid >= VGIC_NR_PRIVATE) {
		struct vgic_spi_bank *spi = &dist->spi[intid / 32 - 1];

		spi->owner[intid % 32] = vcpu->id;
		/*
		 * An irqfd resamples in between; or it was routed away while active, and is to be
		 * pending elsewhere next.
		 */
		alone |= spi->b.resample & BIT(intid % 32) ||
			 vgic_vcpu_by_aff(dist, spi->aff[intid % 32]) != vcpu;
		return vgic_lr_make(dist, &spi->b, intid % 32, false, alone) | intid;
	}
	if (dist->v2 && intid < VGIC_NR_SGIS)
		return vgic_lr_fill_sgi(vcpu, intid);
	/* With the HW bit, pending and active is not a state. */
	hw = vc->hw & BIT(intid);
	lr = vgic_lr_make(dist, &vc->priv, intid, hw, hw || alone);
	if (hw)
		lr |= VGIC_LR_HW | (u64)vc->hwirq[intid - VGIC_NR_SGIS] << VGIC_LR_PINTID_SHIFT;
	return lr | intid;
}

static void vgic_lr_fill_all(struct loft_vcpu *vcpu, const struct vgic_picks *picks)
{
	struct vgic_lr_state *state = &vcpu->lr;
	u64 any = 0;
	unsigned int i;

	/* NPIE: whether pending behind active counts as pending is nothing to rely on. */
	for (i = 0; i < picks->nr; i++) {
		state->lr[i] = vgic_lr_fill(vcpu, picks->pick[i].intid, picks->more_pending);
		any |= state->lr[i];
	}
	state->used = picks->nr;
	state->hcr = 0;
	if (picks->nr)
		state->hcr = VGIC_HCR_EN;
	/* With nothing pending in the list registers it would fire at once. */
	if (picks->more_pending && any & VGIC_LR_PENDING)
		state->hcr |= VGIC_HCR_NPIE;
	/*
	 * EOIs are counted by the hardware (EOImode 0), deactivations by INTID have to be seen
	 * (EOImode 1).
	 */
	if (picks->more_active)
		state->hcr |= VGIC_HCR_LRENPIE | VGIC_HCR_TDIR;
}

static noinline void vgic_flush_cand(struct loft_vcpu *vcpu, unsigned long cand)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_picks picks;
	unsigned long bank;

	picks.nr = 0;
	picks.more_pending = false;
	picks.more_active = false;
	picks.top_key = 0xffff;

	/*
	 * Before the locks: who changes something under them and then finds it clear knows that
	 * flush will see the change.
	 */
	WRITE_ONCE(vc->live, true);
	if (cand & 1)
		raw_spin_lock(&vc->lock);
	if (cand & VGIC_CAND_SPIS)
		raw_spin_lock(&dist->lock);
	if (vgic_cand_lpis(cand))
		raw_spin_lock(&vcpu->vm->lpis->lock);
	for_each_set_bit(bank, &cand, 32)
		vgic_picks_bank(&picks, vcpu, bank);
	if (vgic_cand_lpis(cand))
		vgic_picks_lpis(&picks, vcpu);
	if (picks.nr)
		vgic_picks_finish(&picks);
	vgic_lr_fill_all(vcpu, &picks);
	if (vgic_cand_lpis(cand))
		raw_spin_unlock(&vcpu->vm->lpis->lock);
	if (cand & VGIC_CAND_SPIS)
		raw_spin_unlock(&dist->lock);
	if (cand & 1)
		raw_spin_unlock(&vc->lock);
	if (!picks.nr)
		smp_store_release(&vc->live, false);
}

/**
 * vgic_flush() - fill the list registers with what the vCPU has to see
 * @vcpu: the vCPU, on its own thread, IRQs off, list registers folded
 */
void vgic_flush(struct loft_vcpu *vcpu)
{
	unsigned long cand = READ_ONCE(vcpu->vgic->cand);

	if (cand)
		vgic_flush_cand(vcpu, cand);
}

/*
 * What an EOI that found no list register ended (EOImode 0): the interrupt of the running
 * priority, which is the most urgent active one; those in list registers were found. Private bank
 * and distributor are locked.
 */
static int vgic_find_lost(struct loft_vcpu *vcpu)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	unsigned int bank, lowest = 0x100;
	int found = -1;

	for (bank = 0; bank < dist->nr_irqs / 32; bank++) {
		const struct vgic_bank *b = bank ? &dist->spi[bank - 1].b : &vcpu->vgic->priv;
		u32 mask;

		for (mask = b->active & ~b->inlr; mask; mask &= mask - 1) {
			unsigned int n = __ffs(mask);

			if (b->prio[n] >= lowest)
				continue;
			if (bank && vgic_spi_dest(dist, &dist->spi[bank - 1], n) != vcpu)
				continue;
			lowest = b->prio[n];
			found = bank * 32 + n;
		}
	}
	return found;
}

static void vgic_sync_lost(struct loft_vcpu *vcpu)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	u32 lost = vcpu->lr.eoicount;
	int intid;

	while (lost--) {
		raw_spin_lock(&vcpu->vgic->lock);
		raw_spin_lock(&dist->lock);
		intid = vgic_find_lost(vcpu);
		raw_spin_unlock(&dist->lock);
		raw_spin_unlock(&vcpu->vgic->lock);
		if (intid < 0)
			return;
		vgic_deactivate(vcpu, intid);
	}
}

/* What folding SPIs leaves to do once the locks are dropped. */
struct vgic_fold {
	struct loft_vcpu *kick[VGIC_MAX_LRS];
	u16 acked[VGIC_MAX_LRS];
	unsigned int nr_kicks;
	unsigned int nr_acked;
};

static void vgic_fold_spi(struct loft_vcpu *vcpu, u32 intid, u64 lr, struct vgic_fold *todo)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_spi_bank *spi = &dist->spi[intid / 32 - 1];
	struct loft_vcpu *dest;
	u32 bit = BIT(intid % 32);

	vgic_bank_fold(&spi->b, intid % 32, lr, 0);
	if (spi->b.resample & ~spi->b.edge & bit && !(lr & VGIC_LR_STATE))
		todo->acked[todo->nr_acked++] = intid;

	/* Its route may have changed while it was here. */
	dest = vgic_spi_dest(dist, spi, intid % 32);
	if (dest && dest != vcpu && vgic_bank_wanted(dist, &spi->b) & bit) {
		set_bit(intid / 32, &dest->vgic->cand);
		todo->kick[todo->nr_kicks++] = dest;
	}
}

/* A GICv2's SGI that was not taken was sent by somebody. */
static void vgic_fold_sgi(struct vgic_cpu *vc, u32 intid, u64 lr)
{
	if (lr & VGIC_LR_PENDING && vc->priv.lrpend & BIT(intid))
		vc->sgi_from[intid] |= BIT(vc->sgi_cpu[intid]);
}

static void vgic_fold_private(struct loft_vcpu *vcpu, u64 lr)
{
	struct vgic_cpu *vc = vcpu->vgic;
	u32 intid = vgic_lr_intid(lr);

	if (vcpu->vm->vgic->v2 && intid < VGIC_NR_SGIS)
		vgic_fold_sgi(vc, intid, lr);
	vgic_bank_fold(&vc->priv, intid, lr, vc->hw);
}

/* The state of list register @i after the exit: one that is empty was not necessarily read back. */
static u64 vgic_lr_read(const struct vgic_lr_state *state, unsigned int i)
{
	return state->elrsr & BIT(i) ? state->lr[i] & ~VGIC_LR_STATE : state->lr[i];
}

static void vgic_fold_lpis(struct loft_vcpu *vcpu, u32 lpis, struct vgic_fold *todo)
{
	struct vgic_lr_state *state = &vcpu->lr;
	struct loft_vcpu *kick;
	unsigned int i;

	raw_spin_lock(&vcpu->vm->lpis->lock);
	for (; lpis; lpis &= lpis - 1) {
		i = __ffs(lpis);
		kick = vgic_lpi_fold(vcpu, vgic_lr_intid(state->lr[i]), vgic_lr_read(state, i));
		if (kick)
			todo->kick[todo->nr_kicks++] = kick;
	}
	raw_spin_unlock(&vcpu->vm->lpis->lock);
}

/* SPIs, and among them LPIs */
static void vgic_fold_spis(struct loft_vcpu *vcpu, u32 spis)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_lr_state *state = &vcpu->lr;
	struct vgic_fold todo;
	unsigned int i;
	u32 lpis = 0;

	todo.nr_kicks = 0;
	todo.nr_acked = 0;
	raw_spin_lock(&dist->lock);
	for (; spis; spis &= spis - 1) {
		u32 intid;

		i = __ffs(spis);
		intid = vgic_lr_intid(state->lr[i]);
		if (intid >= VGIC_LPI_MIN)
			lpis |= BIT(i);
		else
			vgic_fold_spi(vcpu, intid, vgic_lr_read(state, i), &todo);
	}
	raw_spin_unlock(&dist->lock);
	if (lpis)
		vgic_fold_lpis(vcpu, lpis, &todo);

	for (i = 0; i < todo.nr_kicks; i++)
		vcpu_kick(todo.kick[i]);
	for (i = 0; i < todo.nr_acked; i++)
		irqfd_acked(vcpu->vm, todo.acked[i]);
}

static noinline void vgic_sync_used(struct loft_vcpu *vcpu)
{
	struct vgic_lr_state *state = &vcpu->lr;
	struct vgic_cpu *vc = vcpu->vgic;
	u32 spis = 0, ppis = 0;
	unsigned int i;

	/*
	 * Before the fold: afterwards those just deactivated could not be told from those without
	 * list register.
	 */
	if (state->hcr & VGIC_HCR_LRENPIE)
		vgic_sync_lost(vcpu);

	for (i = 0; i < state->used; i++) {
		if (vgic_lr_intid(state->lr[i]) < VGIC_NR_PRIVATE)
			ppis |= BIT(i);
		else
			spis |= BIT(i);
	}
	if (ppis) {
		raw_spin_lock(&vc->lock);
		for (; ppis; ppis &= ppis - 1) {
			i = __ffs(ppis);
			vgic_fold_private(vcpu, vgic_lr_read(state, i));
		}
		raw_spin_unlock(&vc->lock);
	}
	if (spis)
		vgic_fold_spis(vcpu, spis);

	state->used = 0;
	state->hcr = 0;
	WRITE_ONCE(vc->folds, vc->folds + 1);
	/* Whoever waits reads the model after this. */
	smp_store_release(&vc->live, false);
}

/**
 * vgic_sync() - fold the list registers back into the model
 * @vcpu: the vCPU, on its own thread, after the exit, IRQs off
 */
void vgic_sync(struct loft_vcpu *vcpu)
{
	if (vcpu->lr.used)
		vgic_sync_used(vcpu);
}
