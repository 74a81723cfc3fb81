// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses of guest and userspace to the vGIC's registers.
 *
 * An access that the architecture does not provide for (IHI 0069, "Register access sizes") reads as
 * zero and is ignored, as is one to a reserved address; userspace hears -ENXIO about the latter.
 *
 * Whoever reads pending or active states of interrupts in flight on other vCPUs waits for those
 * to fold: the value is that of some moment within the access. Writes that must have taken effect
 * when they return wait likewise.
 */
#include <linux/bitops.h>
#include <linux/sizes.h>
#include "vgic_mmio.h"

void vgic_write_ctlr(const struct vgic_access *a, u64 val)
{
	vgic_set_ctlr(a->vm->vgic, a->self, val);
}

u64 vgic_read_iidr(const struct vgic_access *a)
{
	return VGIC_IIDR_ID | a->vm->vgic->revision << VGIC_IIDR_REV_SHIFT;
}

int vgic_uwrite_iidr(const struct vgic_access *a, u64 val)
{
	u32 rev = (val & VGIC_IIDR_REV_MASK) >> VGIC_IIDR_REV_SHIFT;

	if ((val & ~(u64)VGIC_IIDR_REV_MASK) != VGIC_IIDR_ID || rev < 2 || rev > 3)
		return -EINVAL;
	a->vm->vgic->revision = rev;
	return 0;
}

static const struct vgic_reg *vgic_reg_find(const struct vgic_frame *frame, u32 off)
{
	const struct vgic_reg *reg = frame->regs;
	unsigned int nr;

	for (nr = frame->nr; nr; nr--, reg++) {
		if (off - reg->off < reg->size)
			return reg;
	}
	return NULL;
}

/*
 * Where in @reg the access is. In a banked frame everything but an SPI's bit in an array is about the vCPU that
 * @a->rd says.
 */
static void access_locate(struct vgic_access *a, const struct vgic_frame *frame,
			  const struct vgic_reg *reg, u32 off)
{
	a->off = off - reg->off;
	if (frame->banked && reg->shift && a->off >> reg->shift)
		a->rd = NULL;
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

static u64 vgic_mask(u32 len)
{
	return len == 8 ? ~0ULL : BIT_ULL(len * 8) - 1;
}

/* The frame at an address, its owner and the offset there; NULL: none. */
static const struct vgic_frame *vgic_frame_find(struct vgic_dist *dist, u64 ipa,
						struct vgic_access *a, u32 *off)
{
	if (ipa >= dist->base && ipa - dist->base < vgic_dist_size(dist)) {
		*off = ipa - dist->base;
		if (!dist->v2)
			return &vgic_v3_dist;
		a->rd = a->self;
		return &vgic_v2_dist;
	}
	a->rd = vgic_addr_redist(dist, ipa, off);
	return a->rd ? &vgic_v3_redist : NULL;
}

/**
 * vgic_mmio() - a guest's access to distributor, redistributor or a GICv2's CPU interface
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
	const struct vgic_frame *frame;
	const struct vgic_reg *reg;
	u32 off;

	if (!dist || !smp_load_acquire(&dist->initialised))
		return false;
	frame = vgic_frame_find(dist, ipa.val, &a, &off);
	if (!frame && dist->v2)
		return vgic_v2_gicc_mmio(vcpu, ipa, len, write, val);
	if (!frame)
		return vcpu->vm->lpis && vgic_its_mmio(vcpu, ipa, len, write, val);

	reg = vgic_reg_find(frame, off);
	if (!reg || !vgic_reg_fits(reg, off, len)) {
		if (!write)
			*val = 0;
		return true;
	}
	access_locate(&a, frame, reg, off);
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
 * @rd: whose redistributor, or NULL for the distributor; GICv2: as whom to access the distributor
 * @offset: from GICD_base or RD_base
 * @write: direction
 * @val: value; NULL: only ask whether there is such a register
 *
 * Return: 0, -ENXIO if there is no such register, -EINVAL if it does not take the value.
 */
int vgic_uaccess(struct loft_vm *vm, struct loft_vcpu *rd, u32 offset, bool write, u32 *val)
{
	const struct vgic_frame *frame = rd ? &vgic_v3_redist : &vgic_v3_dist;
	struct vgic_access a = { .vm = vm, .rd = rd, .len = 4 };
	const struct vgic_reg *reg;

	if (vm->vgic->v2)
		frame = &vgic_v2_dist;
	reg = vgic_reg_find(frame, offset);
	if (!reg || offset % 4)
		return -ENXIO;
	if (!val)
		return 0;
	access_locate(&a, frame, reg, offset);
	if (write)
		return vgic_reg_write(&a, reg, *val);
	*val = vgic_reg_read(&a, reg);
	return 0;
}
