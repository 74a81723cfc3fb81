// SPDX-License-Identifier: GPL-2.0-only
/*
 * Software-generated interrupts: from a write of ICC_SGI*R_EL1 to the targets.
 */
#include "vgic.h"

static void vgic_sgi_send(struct vgic_dist *dist, struct loft_vcpu *self, struct loft_vcpu *vcpu,
			  u32 bit, bool group1)
{
	struct vgic_cpu *vc = vcpu->vgic;
	struct vgic_bank *b = &vc->priv;
	unsigned long flags;
	bool kick = false;

	raw_spin_lock_irqsave(&vc->lock, flags);
	/*
	 * A write for group 0 reaches no group 1 interrupt; with one security state, one for
	 * group 1 reaches both.
	 */
	if (!(b->latch & bit) && (group1 || !(b->group1 & bit))) {
		b->latch |= bit;
		kick = vgic_bank_open(dist, b) & bit;
		if (kick)
			set_bit(0, &vc->cand);
	}
	raw_spin_unlock_irqrestore(&vc->lock, flags);
	if (kick && vcpu != self)
		vcpu_kick(vcpu);
}

/**
 * vgic_sgi_write() - the guest wrote ICC_SGI1R_EL1, ICC_SGI0R_EL1 or ICC_ASGI1R_EL1
 * @vcpu: who, on its own thread
 * @val: the value: Aff3 [55:48], RS [47:44], IRM [40], Aff2 [39:32], INTID [27:24], Aff1 [23:16],
 *	targets [15:0]
 * @group1: it was ICC_SGI1R_EL1
 *
 * A vCPU's id follows from its affinities, so targets are found directly. Aff0 is below 16 here:
 * other ranges (RS) have no vCPUs.
 */
void vgic_sgi_write(struct loft_vcpu *vcpu, u64 val, bool group1)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	u32 bit = BIT(val >> VGIC_SGI_INTID_SHIFT & 0xf);
	unsigned int i, first;
	u32 targets;

	if (!vgic_initialised(vcpu->vm) || dist->v2)
		return;
	if (val & VGIC_SGI_IRM) {
		for (i = 0; i < dist->nr_frames; i++) {
			if (dist->by_frame[i] != vcpu)
				vgic_sgi_send(dist, vcpu, dist->by_frame[i], bit, group1);
		}
		return;
	}

	if (val & (GENMASK_ULL(55, 48) | GENMASK_ULL(47, 44)))
		return;
	first = (val >> 32 & 0xff) << 12 | (val >> 16 & 0xff) << 4;
	for (targets = val & VGIC_SGI_TARGETS; targets; targets &= targets - 1) {
		i = first + __ffs(targets);
		if (i < dist->nr_ids && dist->by_id[i])
			vgic_sgi_send(dist, vcpu, dist->by_id[i], bit, group1);
	}
}
