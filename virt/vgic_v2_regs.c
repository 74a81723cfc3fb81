// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of a GICv2's distributor, as a const table.
 *
 * No security extensions: group 0 is what a guest that knows nothing of groups uses. Registers of
 * private interrupts are those of the vCPU that accesses them, so these are never in flight then.
 */
#include <linux/bitops.h>
#include "vgic_mmio.h"

#define VGIC_PIDR2_GICV2	0x2b

#define SGI_MASK		GENMASK(VGIC_NR_SGIS - 1, 0)

/* GICD_SGIR: TargetListFilter [25:24], CPUTargetList [23:16], INTID [3:0] */
#define SGIR_FILTER(v)		((v) >> 24 & 3)
#define SGIR_TARGETS(v)		((v) >> 16 & 0xff)
#define SGIR_INTID(v)		((v) & 0xf)

enum sgir_filter {
	SGIR_LIST,
	SGIR_OTHERS,
	SGIR_SELF,
};

/* Whether SGIs are pending is changed by sender, in GICD_CPENDSGIR and GICD_SPENDSGIR. */
static u32 apply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	return vgic_apply_pend(a, b, a->rd ? val & ~SGI_MASK : val);
}

static u32 apply_unpend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	return vgic_apply_unpend(a, b, a->rd ? val & ~SGI_MASK : val);
}

/*
 * Userspace restores this before it knows the senders, or without: the vCPU itself is one. Who clears it, clears it for
 * all.
 */
static u32 uapply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 sgis;

	for (sgis = a->rd ? val & SGI_MASK : 0; sgis; sgis &= sgis - 1)
		a->rd->vgic->sgi_from[__ffs(sgis)] |= BIT(a->rd->id);
	return vgic_apply_pend(a, b, val);
}

static u32 uapply_unpend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 sgis;

	for (sgis = a->rd ? val & SGI_MASK : 0; sgis; sgis &= sgis - 1)
		a->rd->vgic->sgi_from[__ffs(sgis)] = 0;
	return vgic_apply_unpend(a, b, val);
}

/* Userspace from before groups were writable restores zeroes there (KVM API, devices/arm-vgic). */
static u32 uapply_group(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	return a->vm->vgic->v2_groups ? vgic_apply_group(a, b, val) : 0;
}

static u64 read_ctlr(const struct vgic_access *a)
{
	return READ_ONCE(a->vm->vgic->ctlr);
}

/* ITLinesNumber [4:0], CPUNumber [7:5]; no security extensions */
static u64 read_typer(const struct vgic_access *a)
{
	return (a->vm->vgic->nr_irqs / 32 - 1) | (a->vm->vgic->nr_frames - 1) << 5;
}

static int uwrite_iidr(const struct vgic_access *a, u64 val)
{
	int ret = vgic_uwrite_iidr(a, val);

	if (!ret)
		a->vm->vgic->v2_groups = true;
	return ret;
}

/* Private interrupts have one target: who asks. */
static u64 read_targets(const struct vgic_access *a)
{
	u64 val = 0;
	u32 i;

	if (a->off >= a->vm->vgic->nr_irqs)
		return 0;
	for (i = 0; i < a->len; i++)
		val |= (a->off < VGIC_NR_PRIVATE ? BIT_ULL(a->rd->id) :
			READ_ONCE(a->vm->vgic->targets[a->off + i])) << i * 8;
	return val;
}

static void write_targets(const struct vgic_access *a, u64 val)
{
	struct vgic_dist *dist = a->vm->vgic;
	struct vgic_kicks kicks = { };
	unsigned long flags;
	struct vgic_bank *b;
	u32 mask, i;

	if (a->off < VGIC_NR_PRIVATE || a->off >= dist->nr_irqs)
		return;
	b = &dist->spi[a->off / 32 - 1].b;
	mask = GENMASK(a->off % 32 + a->len - 1, a->off % 32);
	raw_spin_lock_irqsave(&dist->lock, flags);
	for (i = 0; i < a->len; i++)
		vgic_v2_route(dist, a->off + i, val >> i * 8);
	/* In flight: its vCPU folds it, then it goes to the new one. */
	vgic_mark(dist, a->off / 32, (b->inlr | vgic_bank_wanted(dist, b)) & mask, &kicks);
	raw_spin_unlock_irqrestore(&dist->lock, flags);
	vgic_kick_all(dist, a->self, &kicks, false);
}

static bool sgir_hits(const struct vgic_access *a, u32 val, const struct loft_vcpu *vcpu)
{
	switch (SGIR_FILTER(val)) {
	case SGIR_LIST:
		return SGIR_TARGETS(val) & BIT(vcpu->id);
	case SGIR_OTHERS:
		return vcpu != a->self;
	case SGIR_SELF:
		return vcpu == a->self;
	default:
		return false;
	}
}

/* Userspace sends none: it has no CPU number. */
static void write_sgir(const struct vgic_access *a, u64 val)
{
	struct vgic_dist *dist = a->vm->vgic;
	u32 i;

	if (!a->self)
		return;
	for (i = 0; i < dist->nr_frames; i++) {
		if (sgir_hits(a, val, dist->by_frame[i]))
			vgic_v2_sgi_send(a->self, dist->by_frame[i], SGIR_INTID(val), BIT(a->self->id));
	}
}

/* A byte per SGI, a bit per sender. */
static u64 read_pendsgi(const struct vgic_access *a)
{
	const struct vgic_cpu *vc = a->rd->vgic;
	u64 val = 0;
	u32 i;

	for (i = 0; i < a->len; i++)
		val |= (u64)READ_ONCE(vc->sgi_from[a->off + i]) << i * 8;
	return val;
}

static void write_spendsgi(const struct vgic_access *a, u64 val)
{
	u32 i;

	for (i = 0; i < a->len; i++)
		vgic_v2_sgi_send(a->self, a->rd, a->off + i, val >> i * 8);
}

static void write_cpendsgi(const struct vgic_access *a, u64 val)
{
	struct vgic_cpu *vc = a->rd->vgic;
	unsigned long flags;
	u32 i;

	raw_spin_lock_irqsave(&vc->lock, flags);
	for (i = 0; i < a->len; i++) {
		vc->sgi_from[a->off + i] &= ~(val >> i * 8);
		if (!vc->sgi_from[a->off + i])
			vc->priv.latch &= ~BIT(a->off + i);
	}
	raw_spin_unlock_irqrestore(&vc->lock, flags);
}

static u64 read_pidr2(const struct vgic_access *a)
{
	return VGIC_PIDR2_GICV2;
}

static const struct vgic_reg vgic_v2_dist_regs[] = {
	{ .off = 0x000, .size = 4, .read = read_ctlr, .write = vgic_write_ctlr },
	{ .off = 0x004, .size = 4, .read = read_typer },
	{ .off = 0x008, .size = 4, .read = vgic_read_iidr, .uwrite = uwrite_iidr },
	{ .off = 0x080, .size = 0x80, .shift = 2, VGIC_FIELD(group1), .apply = vgic_apply_group,
	  .uapply = uapply_group },
	{ .off = 0x200, .size = 0x80, .shift = 2, .get = vgic_get_pend, .apply = apply_pend,
	  .uapply = uapply_pend, .flags = VGIC_F_FOLD },
	{ .off = 0x280, .size = 0x80, .shift = 2, .get = vgic_get_pend, .apply = apply_unpend,
	  .uapply = uapply_unpend, .flags = VGIC_F_WAIT | VGIC_F_FOLD },
	VGIC_BANK_REGS(0, 32),
	{ .off = 0x800, .size = VGIC_MAX_SPI + 1, .width = VGIC_W8, .read = read_targets,
	  .write = write_targets },
	{ .off = 0xf00, .size = 4, .write = write_sgir },
	{ .off = 0xf10, .size = 0x10, .width = VGIC_W8, .read = read_pendsgi, .write = write_cpendsgi },
	{ .off = 0xf20, .size = 0x10, .width = VGIC_W8, .read = read_pendsgi, .write = write_spendsgi },
	{ .off = 0xfd0, .size = 0x18 },				/* ICPIDR4..1: unused */
	{ .off = 0xfe8, .size = 4, .read = read_pidr2 },
	{ .off = 0xfec, .size = 0x14 },				/* ICPIDR3, ICCIDR: as above */
};

const struct vgic_frame vgic_v2_dist = {
	.regs = vgic_v2_dist_regs,
	.nr = ARRAY_SIZE(vgic_v2_dist_regs),
	.banked = true,
};
