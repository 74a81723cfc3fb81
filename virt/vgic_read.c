// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads from a GICv3's registers, answered inside the switch window: those that need neither lock nor list registers.
 *
 * A register here is one aligned word of memory or follows from one, which writers store whole: without the lock a reader
 * sees the value before a change or after it, and never misses one that the architecture orders before its access. A
 * change that another vCPU made was stored before that vCPU's guest went on; if this guest learnt of it and ordered its
 * load, with a barrier or an acquire, then the load here, which is later in program order, is ordered too.
 *
 * Pending and active states are partly in the list registers of this vCPU or another one: not answered here. Neither are
 * registers that are read at boot only.
 */
#include <linux/nospec.h>
#include <loft/quick.h>
#include "vgic_mmio.h"

/* Beyond the last row, under speculation, there is none that says where in a bank to read */
static __always_inline const struct vgic_reg *read_find(const struct vgic_frame *frame, u32 off)
{
	unsigned long i;

	for (i = 0; i < frame->nr; i++)
		if (off - frame->regs[i].off < frame->regs[i].size)
			return &frame->regs[array_index_nospec(i, frame->nr)];
	return NULL;
}

static __always_inline bool read_bank(const struct vgic_access *a, const struct vgic_reg *reg, u64 *val)
{
	const struct vgic_dist *dist = a->vm->vgic;
	unsigned long nr = (a->off >> reg->shift) - 1UL, banks = dist->nr_irqs / 32 - 1;
	const struct vgic_bank *b;

	if (reg->flags & VGIC_F_FOLD)
		return false;
	if (a->rd) {
		b = &a->rd->vgic->priv;
	} else if (nr < banks) {
		b = &dist->spi[array_index_nospec(nr, banks)].b;
	} else {
		*val = 0;
		return true;
	}
	if (!reg->get)
		*val = READ_ONCE(*(const u32 *)((const void *)b + reg->field));
	else if (reg->get == vgic_get_prio)
		*val = vgic_get_prio(a, b);
	else
		return false;
	return true;
}

/* The frame at @ipa and the offset there */
static __always_inline const struct vgic_frame *read_frame(struct vgic_access *a, u64 ipa, u32 *off)
{
	const struct vgic_dist *dist = a->vm->vgic;

	if (ipa - dist->base < VGIC_DIST_SIZE) {
		*off = ipa - dist->base;
		return &vgic_v3_dist;
	}
	a->rd = vgic_addr_redist(dist, ipa, off);
	return a->rd ? &vgic_v3_redist : NULL;
}

static __always_inline bool read_value(struct loft_vcpu *vcpu, u64 ipa, u32 len, u64 *val)
{
	struct vgic_access a = { .vm = vcpu->vm, .self = vcpu, .len = len };
	const struct vgic_frame *frame;
	const struct vgic_reg *reg;
	u32 off;

	/* Initialised it is, and nothing of its layout changes: the VM has run */
	if (!a.vm->vgic || a.vm->vgic->v2)
		return false;
	frame = read_frame(&a, ipa, &off);
	if (!frame)
		return false;
	reg = read_find(frame, off);
	*val = 0;
	if (!reg || !vgic_reg_fits(reg, off, len))
		return true;
	a.off = off - reg->off;
	if (reg->apply)
		return read_bank(&a, reg, val);
	return !reg->read || vgic_v3_read(&a, reg, val);
}

/**
 * vgic_quick_load() - answer a load from distributor or redistributor
 * @vcpu: the vCPU, in AArch64 state and little-endian
 * @esr: its syndrome, quick_is_load() holds
 * @ipa: the address
 *
 * Context: the switch window.
 * Return: false if the access takes the long way.
 */
noinstr bool vgic_quick_load(struct loft_vcpu *vcpu, u64 esr, ipa_t ipa)
{
	u32 bits = 8 << ((esr & ESR_ELx_SAS) >> ESR_ELx_SAS_SHIFT);
	u64 val;

	if (!read_value(vcpu, ipa.val, bits / 8, &val))
		return false;
	if (esr & ESR_ELx_SSE)
		val = (s64)(val << (64 - bits)) >> (64 - bits);
	else
		val = val << (64 - bits) >> (64 - bits);
	if (!(esr & ESR_ELx_SF))
		val = (u32)val;
	vcpu_set_reg(vcpu, (esr & ESR_ELx_SRT_MASK) >> ESR_ELx_SRT_SHIFT, val);
	return true;
}
