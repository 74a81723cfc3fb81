// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private interrupts that are sent, and that reach a guest, without leaving the switch: into the model of another vCPU, and
 * into a list register of the one that runs here, between one flush and the next sync. What is written to the model is what flush would have written, so sync folds it like the rest.
 *
 * The rules of the switch window hold: noinstr, and of locks the vGIC's private one alone, tried once. Whatever is not simple -
 * more interrupts than list registers, an active state that somebody changed meanwhile, a GICv2 - is declined, with nothing
 * changed, and the full exit does it.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/nospec.h>
#include <loft/backend.h>
#include "vgic.h"

/* The list registers hold all there is for the guest, and nobody watches them for more */
static __always_inline bool quick_simple(const struct loft_vcpu *vcpu)
{
	return vcpu->vm->vgic && !vcpu->vm->vgic->v2 && !(vcpu->lr.hcr & ~VGIC_HCR_EN);
}

static __always_inline void quick_unlock(struct loft_vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;

	arch_spin_unlock(&vc->lock.raw_lock);
	/* Nothing for sync to fold */
	if (!vcpu->lr.used)
		smp_store_release(&vc->live, false);
}

static __always_inline bool quick_trylock(struct loft_vcpu *vcpu)
{
	struct vgic_cpu *vc = vcpu->vgic;

	/* As in vgic_flush_cand(): who changes something under the lock and then finds it clear knows that we see the change */
	WRITE_ONCE(vc->live, true);
	if (likely(arch_spin_trylock(&vc->lock.raw_lock))) {
		/* Active, and in no list register yet: flush has to find it a place */
		if (likely(!(vc->priv.active & ~vc->priv.inlr)))
			return true;
		quick_unlock(vcpu);
		return false;
	}
	if (!vcpu->lr.used)
		smp_store_release(&vc->live, false);
	return false;
}

static __always_inline bool quick_is_empty(const struct vgic_lr_state *lr, unsigned int slot)
{
	return slot >= lr->used || lr->elrsr & BIT(slot);
}

/*
 * The list register that @intid is in, or else one that is free: emptied by the guest, of a private interrupt, whose lock is
 * held, and not tied to a physical one, which the timer's driver looks for at the exit. -1: none.
 */
static __always_inline int quick_slot(const struct loft_vcpu *vcpu, u32 intid)
{
	const struct vgic_lr_state *lr = &vcpu->lr;
	int slot = lr->used < loft_caps.nr_lrs ? (int)lr->used : -1;
	u32 i;

	for (i = 0; i < lr->used; i++) {
		u32 old = vgic_lr_intid(lr->lr[i]);

		if (old == intid)
			return i;
		if (lr->elrsr & BIT(i) && old < VGIC_NR_PRIVATE && !(vcpu->vgic->hw & BIT(old)))
			slot = i;
	}
	return slot;
}

/* Fill the empty list register @slot; the interrupt that was there has been deactivated by the guest */
static __always_inline void quick_fill(struct loft_vcpu *vcpu, u32 intid, unsigned int slot, u64 flags)
{
	struct vgic_bank *b = &vcpu->vgic->priv;
	struct vgic_lr_state *lr = &vcpu->lr;

	if (slot < lr->used)
		vgic_bank_fold(b, vgic_lr_intid(lr->lr[slot]), 0, vcpu->vgic->hw);
	else
		lr->used = slot + 1;
	if (b->group1 & BIT(intid))
		flags |= VGIC_LR_GROUP1;
	/* Its state comes back at the next sync, and then flush has to find it */
	if (!(READ_ONCE(vcpu->vgic->cand) & 1))
		arch_set_bit(0, &vcpu->vgic->cand);
	b->inlr |= BIT(intid);
	lr->lr[slot] = flags | VGIC_LR_PENDING | (u64)b->prio[intid] << VGIC_LR_PRIO_SHIFT | intid;
	lr->hcr = VGIC_HCR_EN;
}

/**
 * vgic_quick_begin() - a physical interrupt that is tied to a private one wants to be forwarded: may it be?
 * @vcpu: the vCPU; lr.elrsr is current
 * @intid: 16..31
 *
 * Context: the switch window.
 * Return: the list register it goes to, and the vCPU's private interrupts are locked; or -1.
 */
noinstr int vgic_quick_begin(struct loft_vcpu *vcpu, u32 intid)
{
	struct vgic_cpu *vc = vcpu->vgic;
	const struct vgic_bank *b = &vc->priv;
	int slot;

	if (!quick_simple(vcpu) || !quick_trylock(vcpu))
		return -1;
	slot = quick_slot(vcpu, intid);
	if (likely(slot >= 0 && quick_is_empty(&vcpu->lr, slot) && !((b->clra | b->seta) & BIT(intid)) &&
		   vgic_bank_open(vcpu->vm->vgic, b) & vc->hw & BIT(intid)))
		return slot;
	quick_unlock(vcpu);
	return -1;
}

/**
 * vgic_quick_end() - after vgic_quick_begin()
 * @vcpu: the vCPU
 * @intid: as there
 * @slot: what it returned
 * @fired: the physical interrupt has been acknowledged and is the guest's now: its list register is filled
 *
 * Context: the switch window.
 */
noinstr void vgic_quick_end(struct loft_vcpu *vcpu, u32 intid, unsigned int slot, bool fired)
{
	struct vgic_cpu *vc = vcpu->vgic;
	u32 bit = BIT(intid);

	if (likely(fired)) {
		quick_fill(vcpu, intid, slot,
			   VGIC_LR_HW | (u64)vc->hwirq[intid - VGIC_NR_SGIS] << VGIC_LR_PINTID_SHIFT);
		vc->priv.line |= bit;
		vc->priv.lrpend |= vc->priv.edge & bit;
	}
	quick_unlock(vcpu);
}

/* One SGI's pending state, into its list register. An SGI is edge-triggered: it may be pending while it is active */
static __always_inline bool quick_sgi(struct loft_vcpu *vcpu, u32 intid, u32 *slots)
{
	struct vgic_bank *b = &vcpu->vgic->priv;
	int slot = quick_slot(vcpu, intid);

	if (slot < 0 || (b->clra | b->seta) & BIT(intid))
		return false;
	if (quick_is_empty(&vcpu->lr, slot))
		quick_fill(vcpu, intid, slot, 0);
	else
		vcpu->lr.lr[slot] |= VGIC_LR_PENDING;
	b->latch &= ~BIT(intid);
	b->lrpend |= BIT(intid);
	*slots |= BIT(slot);
	return true;
}

/**
 * vgic_quick_sgis() - take up the SGIs that were sent to this vCPU
 * @vcpu: the vCPU; lr.elrsr and the list registers in @vcpu->lr are current
 * @slots: list registers that have to be written to the hardware, whatever is returned
 *
 * Context: the switch window.
 * Return: true if there is nothing else for the vCPU.
 */
noinstr bool vgic_quick_sgis(struct loft_vcpu *vcpu, u32 *slots)
{
	struct vgic_cpu *vc = vcpu->vgic;
	bool all;
	u32 want;

	*slots = 0;
	if (!quick_simple(vcpu) || READ_ONCE(vc->cand) & ~1UL || !quick_trylock(vcpu))
		return false;
	want = vgic_bank_pend(&vc->priv) & vgic_bank_open(vcpu->vm->vgic, &vc->priv);
	/* Of PPIs, the line of one that is tied to a physical interrupt is up as long as its list register says so. No more */
	all = !(want & ~(vc->hw & vc->priv.inlr) & ~GENMASK(VGIC_NR_SGIS - 1, 0));
	for (want &= GENMASK(VGIC_NR_SGIS - 1, 0); want; want &= want - 1)
		all &= quick_sgi(vcpu, __builtin_ctz(want), slots);
	quick_unlock(vcpu);
	return all;
}

/* The only target of ICC_SGI1R_EL1 = @val. NULL: it has none, or several, or the sender itself is one: see @alone */
static __always_inline struct loft_vcpu *quick_target(const struct loft_vcpu *vcpu, u64 val, bool *alone)
{
	const struct vgic_dist *dist = vcpu->vm->vgic;
	unsigned long targets = val & VGIC_SGI_TARGETS;
	struct loft_vcpu *to;
	unsigned long id;

	*alone = false;
	if (!targets || targets & (targets - 1) || val & ~(VGIC_SGI_TARGETS | VGIC_SGI_AFF | VGIC_SGI_INTID))
		return NULL;
	id = (val >> 32 & 0xff) << 12 | (val >> 16 & 0xff) << 4 | __builtin_ctzl(targets);
	if (id >= dist->nr_ids)
		return NULL;
	to = dist->by_id[array_index_nospec(id, dist->nr_ids)];
	*alone = to && to != vcpu;
	return to;
}

/**
 * vgic_quick_send() - the guest wrote ICC_SGI1R_EL1
 * @vcpu: who
 * @val: the value, see vgic_sgi_write()
 * @tell: the target, if it has to hear of a new interrupt, or NULL
 *
 * Declines more than one target, and one that sleeps or is nowhere resident: to wake it up or to find its thread is not for
 * the switch window.
 *
 * Context: the switch window.
 * Return: false if declined; nothing is changed then.
 */
noinstr bool vgic_quick_send(struct loft_vcpu *vcpu, u64 val, struct loft_vcpu **tell)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	u32 bit = BIT(val >> VGIC_SGI_INTID_SHIFT & 0xf);
	struct loft_vcpu *to;
	struct vgic_cpu *vc;
	bool alone;

	*tell = NULL;
	if (!dist || dist->v2)
		return false;
	to = quick_target(vcpu, val, &alone);
	if (!alone || !vcpu_is_awake(to))
		return false;
	vc = to->vgic;
	if (!arch_spin_trylock(&vc->lock.raw_lock))
		return false;
	/* As vgic_sgi_send() */
	if (likely(!(vc->priv.latch & bit))) {
		vc->priv.latch |= bit;
		if (likely(vgic_bank_open(dist, &vc->priv) & bit)) {
			if (!(READ_ONCE(vc->cand) & 1))
				arch_set_bit(0, &vc->cand);
			*tell = to;
		}
	}
	arch_spin_unlock(&vc->lock.raw_lock);
	return true;
}
