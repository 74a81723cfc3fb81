// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of distributor and redistributors: const tables, and the accesses of guest and
 * userspace to them.
 *
 * One security state (GICD_CTLR.DS), affinity routing always on (ARE), no LPIs yet. An access
 * that the architecture does not provide for (IHI 0069, "Register access sizes") reads as zero
 * and is ignored, as is one to a reserved address; userspace hears -ENXIO about the latter.
 *
 * Whoever reads pending or active states of interrupts in flight on other vCPUs waits for those
 * to fold: the value is that of some moment within the access. Writes that must have taken effect
 * when they return wait likewise. Changes to interrupts that are in a list register are recorded
 * in the bank and win over what the fold brings.
 */
#include <linux/bitops.h>
#include <linux/sizes.h>
#include "vgic.h"

/*
 * GICx_IIDR: the product and implementer that VMMs know from KVM/arm64, as they compare it when a
 * VM moves between hosts. The revision says what userspace may expect: 2, group registers are
 * writable; 3, GICR_CTLR.CES is valid.
 */
#define VGIC_IIDR_ID		(0x4b << 24 | 0x43b)
#define VGIC_IIDR_REV_SHIFT	12
#define VGIC_IIDR_REV_MASK	GENMASK(15, 12)

#define VGIC_PIDR2_GICV3	0x3b

#define GICD_CTLR_ARE		BIT(4)
#define GICD_CTLR_DS		BIT(6)

#define WAKER_SLEEP		BIT(1)
#define WAKER_CHILDREN		BIT(2)

/* Access sizes that a register has */
enum vgic_width {
	VGIC_W32,	/* words */
	VGIC_W8,	/* bytes and words */
	VGIC_W64,	/* doublewords and their halves */
};

/* Effects of a write beyond the bank */
#define VGIC_F_WAIT	BIT(0)	/* it has happened, for all vCPUs, when the access returns */
#define VGIC_F_FOLD	BIT(1)	/* a read needs other vCPUs' list registers folded */

/**
 * struct vgic_access - one access to a register
 * @vm: the VM
 * @self: the vCPU that makes it; NULL: userspace, and no vCPU runs
 * @rd: whose redistributor; NULL: the distributor
 * @off: offset from the start of the register's row
 * @len: bytes
 */
struct vgic_access {
	struct loft_vm *vm;
	struct loft_vcpu *self;
	struct loft_vcpu *rd;
	u32 off;
	u32 len;
};

/**
 * struct vgic_reg - one row: a register or an array of them
 * @off: where it starts in the distributor, or in RD_base and SGI_base frames together
 * @size: bytes
 * @width: enum vgic_width
 * @shift: per-interrupt arrays: log2 of the bytes for 32 interrupts
 * @flags: VGIC_F_*
 * @field: per-interrupt words: offset in struct vgic_bank of what a read returns, if it has no @get
 * @apply: per-interrupt arrays: a guest's write. Bank locked. Returns the interrupts it touched
 * @uapply: the same for userspace, if it differs
 * @get: per-interrupt arrays: a read. Bank locked
 * @uget: the same for userspace, if it differs
 * @read: registers of their own: a read of the whole register
 * @write: a write of the whole register
 * @uwrite: the same for userspace, if it differs: 0 or an errno
 *
 * A row without handlers reads as zero and ignores writes.
 */
struct vgic_reg {
	u32 off;
	u16 size;
	u8 width;
	u8 shift;
	u8 flags;
	u8 field;
	u32 (*apply)(const struct vgic_access *a, struct vgic_bank *b, u32 val);
	u32 (*uapply)(const struct vgic_access *a, struct vgic_bank *b, u32 val);
	u32 (*get)(const struct vgic_access *a, const struct vgic_bank *b);
	u32 (*uget)(const struct vgic_access *a, const struct vgic_bank *b);
	u64 (*read)(const struct vgic_access *a);
	void (*write)(const struct vgic_access *a, u64 val);
	int (*uwrite)(const struct vgic_access *a, u64 val);
};

/* One bit per interrupt */

static u32 apply_group(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 changed = b->group1 ^ val;

	b->group1 = val;
	return changed;
}

static u32 apply_enable(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->enabled |= val;
	return val;
}

static u32 apply_disable(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->enabled &= ~val;
	return val;
}

static u32 apply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->latch |= val;
	return val;
}

/*
 * The level of a line stays; what travels in a list register is dropped by forgetting that it
 * came from the latch.
 */
static u32 apply_unpend(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->latch &= ~val;
	b->lrpend &= ~val;
	return val;
}

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

static u32 get_pend(const struct vgic_access *a, const struct vgic_bank *b)
{
	return vgic_bank_pend(b) | b->lrpend;
}

static u32 uget_pend(const struct vgic_access *a, const struct vgic_bank *b)
{
	return b->latch | b->lrpend;
}

static u32 uget_zero(const struct vgic_access *a, const struct vgic_bank *b)
{
	return 0;
}

static u32 apply_activate(const struct vgic_access *a, struct vgic_bank *b, u32 val)
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

static u32 apply_deactivate(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	b->active &= ~val;
	b->clra |= val & b->inlr;
	b->seta &= ~val;
	return val;
}

/* One byte per interrupt */

static u32 apply_prio(const struct vgic_access *a, struct vgic_bank *b, u32 val)
{
	u32 first = a->off % 32;
	u32 i;

	for (i = 0; i < a->len; i++)
		b->prio[first + i] = val >> i * 8 & VGIC_PRI_MASK;
	return GENMASK(first + a->len - 1, first);
}

static u32 get_prio(const struct vgic_access *a, const struct vgic_bank *b)
{
	u32 val = 0;
	u32 i;

	for (i = 0; i < a->len; i++)
		val |= (u32)b->prio[a->off % 32 + i] << i * 8;
	return val;
}

/* Two bits per interrupt, the upper one: edge-triggered */

static u32 apply_cfg(const struct vgic_access *a, struct vgic_bank *b, u32 val)
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

static u32 get_cfg(const struct vgic_access *a, const struct vgic_bank *b)
{
	u32 edge = b->edge >> a->off % 8 / 4 * 16;
	u32 val = 0;
	u32 i;

	for (i = 0; i < 16; i++)
		val |= (edge >> i & 1) << (2 * i + 1);
	return val;
}

/* Registers of their own */

static u64 read_ctlr(const struct vgic_access *a)
{
	return READ_ONCE(a->vm->vgic->ctlr) | GICD_CTLR_ARE | GICD_CTLR_DS;
}

static void write_ctlr(const struct vgic_access *a, u64 val)
{
	vgic_set_ctlr(a->vm->vgic, a->self, val);
}

/*
 * ITLinesNumber [4:0], IDbits [23:19] (10 bits), A3V [24], No1N [25]; no extended, message-based
 * or LPI interrupts.
 */
static u64 read_typer(const struct vgic_access *a)
{
	return (a->vm->vgic->nr_irqs / 32 - 1) | 9 << 19 | BIT(24) | BIT(25);
}

static u64 read_iidr(const struct vgic_access *a)
{
	return VGIC_IIDR_ID | a->vm->vgic->revision << VGIC_IIDR_REV_SHIFT;
}

static int uwrite_iidr(const struct vgic_access *a, u64 val)
{
	u32 rev = (val & VGIC_IIDR_REV_MASK) >> VGIC_IIDR_REV_SHIFT;

	if ((val & ~(u64)VGIC_IIDR_REV_MASK) != VGIC_IIDR_ID || rev < 2 || rev > 3)
		return -EINVAL;
	a->vm->vgic->revision = rev;
	return 0;
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

/* Affinity [63:32], Processor_Number [23:8], Last [4]; no LPIs. */
static u64 read_rd_typer(const struct vgic_access *a)
{
	u64 id = a->rd->id;
	u64 aff = (id & 0xf) | (id >> 4 & 0xff) << 8 | (id >> 12) << 16;

	return aff << 32 | id << 8 | (u64)vgic_addr_is_last(a->vm->vgic, a->rd->vgic->frame) << 4;
}

/*
 * Sleep is stored for software that waits for the acknowledgement; interrupts are delivered all
 * the same.
 */
static u64 read_waker(const struct vgic_access *a)
{
	return READ_ONCE(a->rd->vgic->asleep) ? WAKER_SLEEP | WAKER_CHILDREN : 0;
}

static void write_waker(const struct vgic_access *a, u64 val)
{
	WRITE_ONCE(a->rd->vgic->asleep, val & WAKER_SLEEP);
}

#define FIELD_OF(name)	.field = offsetof(struct vgic_bank, name)

/*
 * The per-interrupt registers, at the same offsets in both: @base, then @nr banks of 32
 * interrupts.
 */
#define VGIC_BANK_REGS(base, nr)								\
	{ .off = (base) + 0x080, .size = (nr) * 4, .shift = 2, FIELD_OF(group1),		\
	  .apply = apply_group },								\
	{ .off = (base) + 0x100, .size = (nr) * 4, .shift = 2, FIELD_OF(enabled),		\
	  .apply = apply_enable },								\
	{ .off = (base) + 0x180, .size = (nr) * 4, .shift = 2, FIELD_OF(enabled),		\
	  .apply = apply_disable, .flags = VGIC_F_WAIT },					\
	{ .off = (base) + 0x200, .size = (nr) * 4, .shift = 2, .get = get_pend,			\
	  .uget = uget_pend, .apply = apply_pend, .uapply = uapply_pend,			\
	  .flags = VGIC_F_FOLD },								\
	{ .off = (base) + 0x280, .size = (nr) * 4, .shift = 2, .get = get_pend,			\
	  .uget = uget_zero, .apply = apply_unpend, .uapply = uapply_nothing,			\
	  .flags = VGIC_F_WAIT | VGIC_F_FOLD },							\
	{ .off = (base) + 0x300, .size = (nr) * 4, .shift = 2, FIELD_OF(active),		\
	  .apply = apply_activate, .flags = VGIC_F_WAIT | VGIC_F_FOLD },			\
	{ .off = (base) + 0x380, .size = (nr) * 4, .shift = 2, FIELD_OF(active),		\
	  .apply = apply_deactivate, .flags = VGIC_F_WAIT | VGIC_F_FOLD },			\
	{ .off = (base) + 0x400, .size = (nr) * 32, .shift = 5, .width = VGIC_W8,		\
	  .get = get_prio, .apply = apply_prio },						\
	{ .off = (base) + 0xc00, .size = (nr) * 8, .shift = 3, .get = get_cfg,			\
	  .apply = apply_cfg },									\
	/* IGRPMODR, NSACR: one security state */						\
	{ .off = (base) + 0xd00, .size = (nr) * 4 },						\
	{ .off = (base) + 0xe00, .size = (nr) * 8 }

static const struct vgic_reg vgic_dist_regs[] = {
	{ .off = 0x0000, .size = 4, .read = read_ctlr, .write = write_ctlr },
	{ .off = 0x0004, .size = 4, .read = read_typer },
	{ .off = 0x0008, .size = 4, .read = read_iidr, .uwrite = uwrite_iidr },
	{ .off = 0x000c, .size = 4 },				/* TYPER2: no GICv4.1 */
	{ .off = 0x0010, .size = 4 },				/* STATUSR: optional */
	{ .off = 0x0040, .size = 0x20 },			/* SETSPI, CLRSPI: no MBIs */
	VGIC_BANK_REGS(0, 32),
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
	{ .off = 0x0000, .size = 4 },				/* CTLR: LPI and DPG controls */
	{ .off = 0x0004, .size = 4, .read = read_iidr },
	{ .off = 0x0008, .size = 8, .width = VGIC_W64, .read = read_rd_typer },
	{ .off = 0x0010, .size = 4 },				/* STATUSR: as in the distributor */
	{ .off = 0x0014, .size = 4, .read = read_waker, .write = write_waker },
	{ .off = 0x0040, .size = 0x10, .width = VGIC_W64 },	/* SETLPIR, CLRLPIR: no LPIs */
	{ .off = 0x0070, .size = 0x10, .width = VGIC_W64 },	/* PROPBASER, PENDBASER: as above */
	{ .off = 0x00a0, .size = 0x28, .width = VGIC_W64 },	/* INVLPIR..SYNCR: as above */
	{ .off = 0xffd0, .size = 0x18 },
	{ .off = 0xffe8, .size = 4, .read = read_pidr2 },
	{ .off = 0xffec, .size = 0x14 },
	VGIC_BANK_REGS(VGIC_SGI_FRAME, 1),
};

static const struct vgic_reg *vgic_reg_find(bool redist, u32 off)
{
	const struct vgic_reg *reg = redist ? vgic_redist_regs : vgic_dist_regs;
	unsigned int nr = redist ? ARRAY_SIZE(vgic_redist_regs) : ARRAY_SIZE(vgic_dist_regs);

	for (; nr; nr--, reg++) {
		if (off - reg->off < reg->size)
			return reg;
	}
	return NULL;
}

/*
 * The bank that @a is about, its number in *@nr; NULL: RES0. The distributor has none of the
 * private interrupts.
 */
static struct vgic_bank *access_bank(const struct vgic_access *a, const struct vgic_reg *reg,
				     u32 *nr)
{
	*nr = a->off >> reg->shift;
	if (a->rd)
		return &a->rd->vgic->priv;
	if (!*nr || *nr >= a->vm->vgic->nr_irqs / 32)
		return NULL;
	return &a->vm->vgic->spi[*nr - 1].b;
}

static raw_spinlock_t *access_lock(const struct vgic_access *a)
{
	return a->rd ? &a->rd->vgic->lock : &a->vm->vgic->lock;
}

/* Note who has to hear of a change to @mask, bank locked. */
static void access_mark(const struct vgic_access *a, u32 nr, u32 mask, struct vgic_kicks *kicks)
{
	if (!mask)
		return;
	if (!a->rd) {
		vgic_mark(a->vm->vgic, nr, mask, kicks);
		return;
	}
	set_bit(0, &a->rd->vgic->cand);
	__set_bit(a->rd->id, kicks->ids);
}

/* Only INTIDs that exist: 1020..1023 do not. */
static u32 access_mask(const struct vgic_access *a, const struct vgic_reg *reg, u32 nr)
{
	return nr == 31 && reg->shift == 2 ? GENMASK(VGIC_MAX_SPI % 32, 0) : ~0;
}

static void vgic_bank_write(const struct vgic_access *a, const struct vgic_reg *reg, u32 val)
{
	struct vgic_dist *dist = a->vm->vgic;
	struct vgic_kicks kicks = { };
	u32 nr, was, now, touched;
	struct vgic_bank *b = access_bank(a, reg, &nr);
	unsigned long flags;

	if (!b)
		return;
	val &= access_mask(a, reg, nr);
	raw_spin_lock_irqsave(access_lock(a), flags);
	was = vgic_bank_wanted(dist, b);
	touched = a->self || !reg->uapply ? reg->apply(a, b, val) : reg->uapply(a, b, val);
	now = vgic_bank_wanted(dist, b);
	access_mark(a, nr, (now & ~was) | (touched & (now | b->inlr)), &kicks);
	raw_spin_unlock_irqrestore(access_lock(a), flags);
	vgic_kick_all(dist, a->self, &kicks, reg->flags & VGIC_F_WAIT);
}

/* Have interrupts of this bank folded where other vCPUs have them in flight. */
static void access_fold(const struct vgic_access *a, u32 nr, struct vgic_bank *b)
{
	struct vgic_kicks kicks = { };
	unsigned long flags;

	raw_spin_lock_irqsave(access_lock(a), flags);
	access_mark(a, nr, b->inlr, &kicks);
	raw_spin_unlock_irqrestore(access_lock(a), flags);
	vgic_kick_all(a->vm->vgic, a->self, &kicks, true);
}

static u32 vgic_bank_read(const struct vgic_access *a, const struct vgic_reg *reg)
{
	u32 nr, val;
	struct vgic_bank *b = access_bank(a, reg, &nr);
	unsigned long flags;

	if (!b)
		return 0;
	if (reg->flags & VGIC_F_FOLD && READ_ONCE(b->inlr))
		access_fold(a, nr, b);
	raw_spin_lock_irqsave(access_lock(a), flags);
	if (!a->self && reg->uget)
		val = reg->uget(a, b);
	else if (reg->get)
		val = reg->get(a, b);
	else
		val = *(const u32 *)((const void *)b + reg->field);
	raw_spin_unlock_irqrestore(access_lock(a), flags);
	return val;
}

static u64 vgic_reg_read(const struct vgic_access *a, const struct vgic_reg *reg)
{
	if (reg->apply)
		return vgic_bank_read(a, reg);
	if (!reg->read)
		return 0;
	/* The half of a doubleword, shifted into place; other registers are read whole. */
	return reg->read(a) >> (reg->width == VGIC_W64 ? a->off % 8 * 8 : 0);
}

static int vgic_reg_write(const struct vgic_access *a, const struct vgic_reg *reg, u64 val)
{
	if (reg->apply) {
		vgic_bank_write(a, reg, val);
		return 0;
	}
	if (!a->self && reg->uwrite)
		return reg->uwrite(a, val);
	if (!reg->write)
		return 0;
	if (reg->width == VGIC_W64 && a->len == 4) {
		u32 shift = a->off % 8 * 8;

		val = (reg->read(a) & ~((u64)U32_MAX << shift)) | (val & U32_MAX) << shift;
	}
	reg->write(a, val);
	return 0;
}

static bool vgic_reg_fits(const struct vgic_reg *reg, u32 off, u32 len)
{
	if (off % len)
		return false;
	if (len == 4)
		return true;
	return (len == 1 && reg->width == VGIC_W8) || (len == 8 && reg->width == VGIC_W64);
}

static u64 vgic_mask(u32 len)
{
	return len == 8 ? ~0ULL : BIT_ULL(len * 8) - 1;
}

/**
 * vgic_mmio() - a guest's access to distributor or redistributor
 * @vcpu: whose access
 * @ipa: address
 * @len: 1, 2, 4 or 8
 * @write: direction
 * @val: what is written, or where what was read goes
 *
 * The vCPU's thread, IRQs on, list registers folded. Return: true if the address is the vGIC's.
 */
bool vgic_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_access a = { .vm = vcpu->vm, .self = vcpu, .len = len };
	const struct vgic_reg *reg;
	u32 off;

	if (!dist || !smp_load_acquire(&dist->initialised))
		return false;
	if (ipa.val >= dist->base && ipa.val - dist->base < VGIC_DIST_SIZE) {
		off = ipa.val - dist->base;
	} else {
		a.rd = vgic_addr_redist(dist, ipa.val, &off);
		if (!a.rd)
			return false;
	}

	reg = vgic_reg_find(a.rd, off);
	if (!reg || !vgic_reg_fits(reg, off, len)) {
		if (!write)
			*val = 0;
		return true;
	}
	a.off = off - reg->off;
	if (write)
		vgic_reg_write(&a, reg, *val & vgic_mask(len));
	else
		*val = vgic_reg_read(&a, reg) & vgic_mask(len);
	return true;
}

/**
 * vgic_uaccess() - userspace's access to a 32-bit register
 * (KVM_DEV_ARM_VGIC_GRP_{DIST,REDIST}_REGS)
 * @vm: the VM, its vCPUs all locked; the vGIC initialised
 * @rd: whose redistributor, or NULL for the distributor
 * @offset: from GICD_base or RD_base
 * @write: direction
 * @val: value; NULL: only ask whether there is such a register
 *
 * Return: 0, -ENXIO if there is no such register, -EINVAL if it does not take the value.
 */
int vgic_uaccess(struct loft_vm *vm, struct loft_vcpu *rd, u32 offset, bool write, u32 *val)
{
	const struct vgic_reg *reg = vgic_reg_find(rd, offset);
	struct vgic_access a = { .vm = vm, .rd = rd, .len = 4 };

	if (!reg || offset % 4)
		return -ENXIO;
	if (!val)
		return 0;
	a.off = offset - reg->off;
	if (write)
		return vgic_reg_write(&a, reg, *val);
	*val = vgic_reg_read(&a, reg);
	return 0;
}
