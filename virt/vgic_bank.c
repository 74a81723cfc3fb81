// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the per-interrupt registers do to a bank of 32 interrupts, in every version of the GIC.
 *
 * All run with the bank locked. Changes to interrupts that are in a list register are recorded in the bank and win over
 * what the fold brings.
 */
#include <linux/bitops.h>
#include "vgic_mmio.h"

/* One bit per interrupt */

u32 vgic_apply_group(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 changed = b->group1 ^ val;

	b->group1 = val;
	return changed;
}

u32 vgic_apply_enable(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->enabled |= val;
	return val;
}

u32 vgic_apply_disable(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->enabled &= ~val;
	return val;
}

u32 vgic_apply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->latch |= val;
	return val;
}

/*
 * The level of a line stays; what travels in a list register is dropped by forgetting that it
 * came from the latch.
 */
u32 vgic_apply_unpend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->latch &= ~val;
	b->lrpend &= ~val;
	return val;
}

u32 vgic_get_pend(const struct vgic_access *a, const struct vgic_bank *b)
{
	return vgic_bank_pend(b) | b->lrpend;
}

u32 vgic_apply_activate(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 fresh = a->rd ? 0 : val & ~(b->active | b->inlr);

	/* These are at nobody's yet: the route decides. */
	for (; fresh; fresh &= fresh - 1)
		container_of(b, struct vgic_spi_bank, b)->owner[__ffs(fresh)] = VGIC_NO_OWNER;
	b->active |= val;
	b->seta |= val & b->inlr;
	b->clra &= ~val;
	return val;
}

u32 vgic_apply_deactivate(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->active &= ~val;
	b->clra |= val & b->inlr;
	b->seta &= ~val;
	return val;
}

/* One byte per interrupt */

u32 vgic_apply_prio(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 first = a->off % 32;
	u32 i;

	for (i = 0; i < a->len; i++)
		b->prio[first + i] = val >> i * 8 & VGIC_PRI_MASK;
	return GENMASK(first + a->len - 1, first);
}

noinstr u32 vgic_get_prio(const struct vgic_access *a, const struct vgic_bank *b)
{
	u32 val = 0;
	u32 i;

	for (i = 0; i < a->len; i++)
		val |= (u32)b->prio[a->off % 32 + i] << i * 8;
	return val;
}

/* Two bits per interrupt, the upper one: edge-triggered */

u32 vgic_apply_cfg(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 first = a->off % 8 / 4 * 16;
	u32 edge = 0;
	u32 i;

	/* SGIs are edge-triggered by nature. */
	if (a->rd && !first)
		return 0;
	for (i = 0; i < 16; i++)
		edge |= (val >> (2 * i + 1) & 1) << (first + i);
	b->edge = (b->edge & ~(0xffffU << first)) | edge;
	return 0xffffU << first;
}

u32 vgic_get_cfg(const struct vgic_access *a, const struct vgic_bank *b)
{
	u32 edge = b->edge >> a->off % 8 / 4 * 16;
	u32 val = 0;
	u32 i;

	for (i = 0; i < 16; i++)
		val |= (edge >> i & 1) << (2 * i + 1);
	return val;
}
