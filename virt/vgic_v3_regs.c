// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of a GICv3's distributor and redistributors, as const tables.
 *
 * One security state (GICD_CTLR.DS), affinity routing always on (ARE), LPIs where userspace has created an ITS.
 */
#include <linux/bitops.h>
#include "vgic_its.h"
#include "vgic_mmio.h"

#define VGIC_PIDR2_GICV3	0x3b

#define GICD_CTLR_ARE		BIT(4)
#define GICD_CTLR_DS		BIT(6)

#define WAKER_SLEEP		BIT(1)
#define WAKER_CHILDREN		BIT(2)

/* Userspace restores the latch: exactly, whatever the line does (KVM API, devices/arm-vgic-v3). */
static u32 uapply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->latch = val;
	return ~0;
}

static u32 uapply_nothing(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	return 0;
}

static u32 uget_pend(const struct vgic_access *a, const struct vgic_bank *b)
{
	return b->latch | b->lrpend;
}

static u32 uget_zero(const struct vgic_access *a, const struct vgic_bank *b)
{
	return 0;
}

/* Registers of their own */

static noinstr u64 read_ctlr(const struct vgic_access *a)
{
	return READ_ONCE(a->vm->vgic->ctlr) | GICD_CTLR_ARE | GICD_CTLR_DS;
}

/*
 * ITLinesNumber [4:0], LPIS [17], IDbits [23:19] (10 bits, or those of LPIs), A3V [24], No1N [25]; no extended or
 * message-based interrupts.
 */
static noinstr u64 read_typer(const struct vgic_access *a)
{
	u64 val = (a->vm->vgic->nr_irqs / 32 - 1) | BIT(24) | BIT(25);

	return vgic_lpis(a->vm) ? val | BIT(17) | (VGIC_ITS_IDBITS - 1) << 19 : val | 9 << 19;
}

static u64 read_pidr2(const struct vgic_access *a)
{
	return VGIC_PIDR2_GICV3;
}

static struct vgic_spi_bank *access_spi(const struct vgic_access *a, u32 intid)
{
	if (intid < VGIC_NR_PRIVATE || intid >= a->vm->vgic->nr_irqs || intid > VGIC_MAX_SPI)
		return NULL;
	return &a->vm->vgic->spi[intid / 32 - 1];
}

static u64 read_irouter(const struct vgic_access *a)
{
	const struct vgic_spi_bank *spi = access_spi(a, a->off / 8);
	u32 aff = spi ? READ_ONCE(spi->aff[a->off / 8 % 32]) : 0;

	return (aff & GENMASK(23, 0)) | (u64)(aff >> 24) << 32;
}

/* Interrupt_Routing_Mode is RES0: No1N. */
static void write_irouter(const struct vgic_access *a, u64 val)
{
	struct vgic_dist *dist = a->vm->vgic;
	struct vgic_spi_bank *spi = access_spi(a, a->off / 8);
	u32 bit = BIT(a->off / 8 % 32);
	struct vgic_kicks kicks = { };
	unsigned long flags;

	if (!spi)
		return;
	raw_spin_lock_irqsave(&dist->lock, flags);
	spi->aff[a->off / 8 % 32] = (val & GENMASK(23, 0)) | (val >> 32 & 0xff) << 24;
	/* In flight: its vCPU folds it, then it goes to the new one. */
	if ((spi->b.inlr | vgic_bank_wanted(dist, &spi->b)) & bit)
		vgic_mark(dist, a->off / 8 / 32, bit, &kicks);
	raw_spin_unlock_irqrestore(&dist->lock, flags);
	vgic_kick_all(dist, a->self, &kicks, false);
}

/* Affinity [63:32], Processor_Number [23:8], Last [4], PLPIS [0]; all redistributors share the property table. */
static u64 read_rd_typer(const struct vgic_access *a)
{
	u64 id = a->rd->id;
	u64 aff = (id & 0xf) | (id >> 4 & 0xff) << 8 | (id >> 12) << 16;

	return aff << 32 | id << 8 | (u64)vgic_addr_is_last(a->vm->vgic, a->rd->vgic->frame) << 4 | vgic_has_its(a->vm);
}

/* LPIs: a guest whose write fails for want of memory finds it undone, userspace hears an errno. */

static u64 read_rd_ctlr(const struct vgic_access *a)
{
	return vgic_lpi_ctlr(a->rd);
}

static int uwrite_rd_ctlr(const struct vgic_access *a, u64 val)
{
	return vgic_lpi_enable(a->rd, a->self, val & BIT(0));
}

static void write_rd_ctlr(const struct vgic_access *a, u64 val)
{
	uwrite_rd_ctlr(a, val);
}

static u64 read_propbaser(const struct vgic_access *a)
{
	return vgic_lpi_propbaser(a->rd);
}

static void write_propbaser(const struct vgic_access *a, u64 val)
{
	vgic_lpi_set_propbaser(a->rd, val);
}

static u64 read_pendbaser(const struct vgic_access *a)
{
	return vgic_lpi_pendbaser(a->rd);
}

static void write_pendbaser(const struct vgic_access *a, u64 val)
{
	vgic_lpi_set_pendbaser(a->rd, val);
}

/* Write-only; done when the write is, so SYNCR is never busy. */
static u64 read_write_only(const struct vgic_access *a)
{
	return 0;
}

static void write_invlpir(const struct vgic_access *a, u64 val)
{
	vgic_lpi_invalidate(a->rd, a->self, lower_32_bits(val));
}

static void write_invallr(const struct vgic_access *a, u64 val)
{
	vgic_lpi_invalidate_all(a->rd, a->self);
}

/*
 * Sleep is stored for software that waits for the acknowledgement; interrupts are delivered all
 * the same.
 */
static noinstr u64 read_waker(const struct vgic_access *a)
{
	return READ_ONCE(a->rd->vgic->asleep) ? WAKER_SLEEP | WAKER_CHILDREN : 0;
}

static void write_waker(const struct vgic_access *a, u64 val)
{
	WRITE_ONCE(a->rd->vgic->asleep, val & WAKER_SLEEP);
}

/**
 * vgic_v3_read() - call @reg->read directly, inside the switch window, where no indirect call may be
 * @a: the access
 * @reg: its row
 * @val: where the register's value goes, at the place that the access has in it
 *
 * Return: false for those that are not worth the comparison: a guest polls the others, or reads them often.
 */
noinstr bool vgic_v3_read(const struct vgic_access *a, const struct vgic_reg *reg, u64 *val)
{
	if (reg->read == read_ctlr)
		*val = read_ctlr(a);
	else if (reg->read == read_typer)
		*val = read_typer(a);
	else if (reg->read == read_waker)
		*val = read_waker(a);
	else
		return false;
	return true;
}

/* What GICv3 adds: userspace saves the latch, and the level of the lines apart from it. */
#define VGIC_V3_BANK_REGS(base, nr)								\
	{ .off = (base) + 0x080, .size = (nr) * 4, .shift = 2, VGIC_FIELD(group1),		\
	  .apply = vgic_apply_group },								\
	{ .off = (base) + 0x200, .size = (nr) * 4, .shift = 2, .get = vgic_get_pend,			\
	  .uget = uget_pend, .apply = vgic_apply_pend, .uapply = uapply_pend,			\
	  .flags = VGIC_F_FOLD },								\
	{ .off = (base) + 0x280, .size = (nr) * 4, .shift = 2, .get = vgic_get_pend,			\
	  .uget = uget_zero, .apply = vgic_apply_unpend, .uapply = uapply_nothing,			\
	  .flags = VGIC_F_WAIT | VGIC_F_FOLD },							\
	VGIC_BANK_REGS(base, nr)

static const struct vgic_reg vgic_dist_regs[] = {
	{ .off = 0x0000, .size = 4, .read = read_ctlr, .write = vgic_write_ctlr },
	{ .off = 0x0004, .size = 4, .read = read_typer },
	{ .off = 0x0008, .size = 4, .read = vgic_read_iidr, .uwrite = vgic_uwrite_iidr },
	{ .off = 0x000c, .size = 4 },				/* TYPER2: no GICv4.1 */
	{ .off = 0x0010, .size = 4 },				/* STATUSR: optional */
	{ .off = 0x0040, .size = 0x20 },			/* SETSPI, CLRSPI: no MBIs */
	VGIC_V3_BANK_REGS(0, 32),
	{ .off = 0x0800, .size = 0x400, .width = VGIC_W8 },	/* ITARGETSR: RES0 with ARE */
	{ .off = 0x0f00, .size = 4 },				/* SGIR: as above */
	{ .off = 0x0f10, .size = 0x20, .width = VGIC_W8 },	/* CPENDSGIR, SPENDSGIR: as above */
	{ .off = 0x6000, .size = 0x1fe0, .width = VGIC_W64, .read = read_irouter,
	  .write = write_irouter },
	{ .off = 0xffd0, .size = 0x18 },			/* PIDR4..PIDR1: unused */
	{ .off = 0xffe8, .size = 4, .read = read_pidr2 },
	{ .off = 0xffec, .size = 0x14 },			/* PIDR3, CIDR: as above */
};

static const struct vgic_reg vgic_redist_regs[] = {
	{ .off = 0x0000, .size = 4, .read = read_rd_ctlr, .write = write_rd_ctlr, .uwrite = uwrite_rd_ctlr },
	{ .off = 0x0004, .size = 4, .read = vgic_read_iidr },
	{ .off = 0x0008, .size = 8, .width = VGIC_W64, .read = read_rd_typer },
	{ .off = 0x0010, .size = 4 },				/* STATUSR: as in the distributor */
	{ .off = 0x0014, .size = 4, .read = read_waker, .write = write_waker },
	{ .off = 0x0040, .size = 0x10, .width = VGIC_W64 },	/* SETLPIR, CLRLPIR: LPIs come through an ITS */
	{ .off = 0x0070, .size = 8, .width = VGIC_W64, .read = read_propbaser, .write = write_propbaser },
	{ .off = 0x0078, .size = 8, .width = VGIC_W64, .read = read_pendbaser, .write = write_pendbaser },
	{ .off = 0x00a0, .size = 8, .width = VGIC_W64, .read = read_write_only, .write = write_invlpir },
	{ .off = 0x00b0, .size = 8, .width = VGIC_W64, .read = read_write_only, .write = write_invallr },
	{ .off = 0x00c0, .size = 8, .width = VGIC_W64 },	/* SYNCR */
	{ .off = 0xffd0, .size = 0x18 },
	{ .off = 0xffe8, .size = 4, .read = read_pidr2 },
	{ .off = 0xffec, .size = 0x14 },
	VGIC_V3_BANK_REGS(VGIC_SGI_FRAME, 1),
};

const struct vgic_frame vgic_v3_dist = {
	.regs = vgic_dist_regs,
	.nr = ARRAY_SIZE(vgic_dist_regs),
};

const struct vgic_frame vgic_v3_redist = {
	.regs = vgic_redist_regs,
	.nr = ARRAY_SIZE(vgic_redist_regs),
};
