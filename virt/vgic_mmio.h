/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A register of the vGIC as a table row: what the tables of the GIC versions and the accesses to them share.
 */
#ifndef LOFT_VIRT_VGIC_MMIO_H
#define LOFT_VIRT_VGIC_MMIO_H

#include "vgic.h"

/*
 * GICx_IIDR: the product and implementer that VMMs know from KVM/arm64, as they compare it when a
 * VM moves between hosts. The revision says what userspace may expect: 2, group registers are
 * writable; 3, GICR_CTLR.CES is valid.
 */
#define VGIC_IIDR_IMPLEMENTER	0x43b
#define VGIC_IIDR_PRODUCT	0x4b
#define VGIC_IIDR_ID		(VGIC_IIDR_PRODUCT << 24 | VGIC_IIDR_IMPLEMENTER)
#define VGIC_IIDR_REV_SHIFT	12
#define VGIC_IIDR_REV_MASK	GENMASK(15, 12)

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
 * @rd: whose redistributor; NULL: the distributor. GICv2: who accesses it, unless it is about SPIs
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

/**
 * struct vgic_frame - the registers of a region of the guest's address space
 * @regs: its rows
 * @nr: how many
 * @banked: the region is the same for every vCPU, and shows each its own private interrupts (GICv2)
 */
struct vgic_frame {
	const struct vgic_reg *regs;
	unsigned int nr;
	bool banked;
};

/* May @reg be accessed at @off, with @len bytes? */
static __always_inline bool vgic_reg_fits(const struct vgic_reg *reg, u32 off, u32 len)
{
	if (off % len)
		return false;
	if (len == 4)
		return true;
	return (len == 1 && reg->width == VGIC_W8) || (len == 8 && reg->width == VGIC_W64);
}

/* vgic_v3_regs.c, vgic_v2_regs.c */
extern const struct vgic_frame vgic_v3_dist;
extern const struct vgic_frame vgic_v3_redist;
extern const struct vgic_frame vgic_v2_dist;

bool vgic_v3_read(const struct vgic_access *a, const struct vgic_reg *reg, u64 *val);

#define VGIC_FIELD(name)	.field = offsetof(struct vgic_bank, name)

/*
 * Per-interrupt registers that are the same in every version, at the same offsets in distributor and
 * redistributors: @base, then @nr banks of 32 interrupts.
 */
#define VGIC_BANK_REGS(base, nr)								\
	{ .off = (base) + 0x100, .size = (nr) * 4, .shift = 2, VGIC_FIELD(enabled),		\
	  .apply = vgic_apply_enable },								\
	{ .off = (base) + 0x180, .size = (nr) * 4, .shift = 2, VGIC_FIELD(enabled),		\
	  .apply = vgic_apply_disable, .flags = VGIC_F_WAIT },					\
	{ .off = (base) + 0x300, .size = (nr) * 4, .shift = 2, VGIC_FIELD(active),		\
	  .apply = vgic_apply_activate, .flags = VGIC_F_WAIT | VGIC_F_FOLD },			\
	{ .off = (base) + 0x380, .size = (nr) * 4, .shift = 2, VGIC_FIELD(active),		\
	  .apply = vgic_apply_deactivate, .flags = VGIC_F_WAIT | VGIC_F_FOLD },			\
	{ .off = (base) + 0x400, .size = (nr) * 32, .shift = 5, .width = VGIC_W8,		\
	  .get = vgic_get_prio, .apply = vgic_apply_prio },					\
	{ .off = (base) + 0xc00, .size = (nr) * 8, .shift = 3, .get = vgic_get_cfg,		\
	  .apply = vgic_apply_cfg },								\
	/* IGRPMODR, NSACR: one security state; GICv2 may show lines at the former: it need not */	\
	{ .off = (base) + 0xd00, .size = (nr) * 4 },						\
	{ .off = (base) + 0xe00, .size = (nr) * 8 }

/* vgic_bank.c: one bank, locked. As struct vgic_reg's @apply and @get */
u32 vgic_apply_group(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_enable(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_disable(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_pend(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_unpend(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_activate(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_deactivate(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_prio(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_apply_cfg(const struct vgic_access *a, struct vgic_bank *b, u32 val);
u32 vgic_get_pend(const struct vgic_access *a, const struct vgic_bank *b);
u32 vgic_get_prio(const struct vgic_access *a, const struct vgic_bank *b);
u32 vgic_get_cfg(const struct vgic_access *a, const struct vgic_bank *b);

/* vgic_mmio.c: as @write, @read and @uwrite, the same in every version */
void vgic_write_ctlr(const struct vgic_access *a, u64 val);
u64 vgic_read_iidr(const struct vgic_access *a);
int vgic_uwrite_iidr(const struct vgic_access *a, u64 val);

#endif /* LOFT_VIRT_VGIC_MMIO_H */
