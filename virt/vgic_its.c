// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS: its registers as a const table, its life, and the way of a message to the LPI it means.
 *
 * An MSI finds its LPI under RCU in two look-ups, device and event, so that it may come from any context: there is nothing
 * that a translation cache could add.
 */
#include <linux/sizes.h>
#include <linux/slab.h>
#include "vgic_its.h"

#define CTLR_ENABLED		BIT(0)
#define CTLR_QUIESCENT		BIT(31)

/* Product and implementer as VMMs know them from KVM/arm64; [15:12]: revision of the tables' format */
#define IIDR			(0x4b << 24 | 0x43b)
#define IIDR_REV		GENMASK(15, 12)

/* Physical LPIs [0]; ITT_entry_size [7:4], ID_bits [12:8], Devbits [17:13], all minus one; targets by number, PTA [19] 0 */
#define TYPER			(BIT(0) | (ITS_ENTRY - 1) << 4 | (VGIC_ITS_IDBITS - 1) << 8 | (VGIC_ITS_IDBITS - 1) << 13)

/* Valid, cacheabilities, address, shareability, size; attributes are stored, memory is coherent */
#define CBASER_VALID		BIT_ULL(63)
#define CBASER_MASK		(CBASER_VALID | GENMASK_ULL(61, 59) | GENMASK_ULL(55, 53) | GENMASK_ULL(51, 12) | \
				 GENMASK_ULL(11, 10) | GENMASK_ULL(7, 0))
#define CBASER_PAGES		GENMASK_ULL(7, 0)
#define QUEUE_OFFSET		GENMASK(19, 5)

/* The same; the page size [9:8] is 64 KiB */
#define BASER_MASK		(ITS_BASER_VALID | GENMASK_ULL(61, 59) | GENMASK_ULL(55, 53) | GENMASK_ULL(47, 16) | \
				 GENMASK_ULL(11, 10) | GENMASK_ULL(7, 0))
#define BASER_64K		BIT_ULL(9)
#define BASER_TYPE_SHIFT	56
#define BASER_ENTRY_SHIFT	48
#define BASER_DEVICES		1
#define BASER_COLLECTIONS	4

/* Whose access: the vCPU's, which has folded its list registers, or userspace's: NULL, and no vCPU runs */
struct its_access {
	struct vgic_its *its;
	struct loft_vcpu *self;
	u32 off;	/* from the start of the row */
};

static u64 read_ctlr(const struct its_access *a)
{
	/* Commands and interrupts are done with when whoever brings them goes on. */
	return a->its->enabled ? CTLR_ENABLED | CTLR_QUIESCENT : CTLR_QUIESCENT;
}

/* That it is enabled without queue or tables is UNPREDICTABLE: it stays off. */
static void write_ctlr(const struct its_access *a, u64 val)
{
	struct vgic_its *its = a->its;

	if (val & CTLR_ENABLED && !(its->cbaser & its->baser[0] & its->baser[1] & CBASER_VALID))
		return;
	WRITE_ONCE(its->enabled, val & CTLR_ENABLED);
	vgic_its_commands(its, a->self);
}

static u64 read_iidr(const struct its_access *a)
{
	return IIDR;
}

/* Revision 0 of the tables is all there is. */
static int uwrite_iidr(const struct its_access *a, u64 val)
{
	return val & IIDR_REV ? -EINVAL : 0;
}

static u64 read_typer(const struct its_access *a)
{
	return TYPER;
}

static u64 read_cbaser(const struct its_access *a)
{
	return a->its->cbaser;
}

/* CREADR goes to the start with it, and CWRITER, which is UNKNOWN, too: the queue begins empty. */
static void write_cbaser(const struct its_access *a, u64 val)
{
	if (a->its->enabled)
		return;
	a->its->cbaser = val & CBASER_MASK;
	a->its->creadr = 0;
	a->its->cwriter = 0;
}

static bool queue_has(const struct vgic_its *its, u64 val)
{
	return (val & QUEUE_OFFSET) < ((its->cbaser & CBASER_PAGES) + 1) * SZ_4K;
}

static u64 read_cwriter(const struct its_access *a)
{
	return a->its->cwriter;
}

static void write_cwriter(const struct its_access *a, u64 val)
{
	if (!queue_has(a->its, val))
		return;
	a->its->cwriter = val & QUEUE_OFFSET;
	vgic_its_commands(a->its, a->self);
}

static u64 read_creadr(const struct its_access *a)
{
	return a->its->creadr;
}

static int uwrite_creadr(const struct its_access *a, u64 val)
{
	if (a->its->enabled)
		return -EBUSY;
	if (!queue_has(a->its, val))
		return -EINVAL;
	a->its->creadr = val & QUEUE_OFFSET;
	return 0;
}

static u64 read_baser(const struct its_access *a)
{
	u64 fixed = BASER_64K | (u64)(ITS_ENTRY - 1) << BASER_ENTRY_SHIFT;

	switch (a->off / 8) {
	case ITS_BASER_DEVICES:
		return a->its->baser[ITS_BASER_DEVICES] | fixed | (u64)BASER_DEVICES << BASER_TYPE_SHIFT;
	case ITS_BASER_COLLECTIONS:
		return a->its->baser[ITS_BASER_COLLECTIONS] | fixed | (u64)BASER_COLLECTIONS << BASER_TYPE_SHIFT;
	default:
		return 0;
	}
}

/* Collections have no second level. A table that goes takes along what it is about. */
static void write_baser(const struct its_access *a, u64 val)
{
	u32 n = a->off / 8;

	if (a->its->enabled || n >= ITS_NR_BASERS)
		return;
	a->its->baser[n] = val & (n == ITS_BASER_DEVICES ? BASER_MASK | ITS_BASER_INDIRECT : BASER_MASK);
	if (val & ITS_BASER_VALID)
		return;
	if (n == ITS_BASER_DEVICES)
		vgic_its_drop_devices(a->its, a->self);
	else
		vgic_its_drop_collections(a->its);
}

static u64 read_pidr2(const struct its_access *a)
{
	return 0x3b;	/* GICv3 */
}

/**
 * struct its_reg - one row: a register or an array of them
 * @off: where it starts, from GITS_base
 * @size: bytes
 * @wide: 64 bits, by halves too
 * @read: the whole register; NULL: zero
 * @write: the whole register, config held; NULL: ignored
 * @uwrite: the same for userspace, if it differs: 0 or an errno
 */
static const struct its_reg {
	u16 off;
	u16 size;
	bool wide;
	u64 (*read)(const struct its_access *a);
	void (*write)(const struct its_access *a, u64 val);
	int (*uwrite)(const struct its_access *a, u64 val);
} its_regs[] = {
	{ .off = 0x0000, .size = 4, .read = read_ctlr, .write = write_ctlr },
	{ .off = 0x0004, .size = 4, .read = read_iidr, .uwrite = uwrite_iidr },
	{ .off = 0x0008, .size = 8, .wide = true, .read = read_typer },
	{ .off = 0x0080, .size = 8, .wide = true, .read = read_cbaser, .write = write_cbaser },
	{ .off = 0x0088, .size = 8, .wide = true, .read = read_cwriter, .write = write_cwriter },
	{ .off = 0x0090, .size = 8, .wide = true, .read = read_creadr, .uwrite = uwrite_creadr },
	{ .off = 0x0100, .size = 0x40, .wide = true, .read = read_baser, .write = write_baser },
	{ .off = 0xffd0, .size = 0x18 },			/* PIDR4..PIDR1: unused */
	{ .off = 0xffe8, .size = 4, .read = read_pidr2 },
	{ .off = 0xffec, .size = 0x14 },			/* PIDR3, CIDR: as above */
};

static const struct its_reg *its_reg_find(u32 off)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(its_regs); i++) {
		if (off - its_regs[i].off < its_regs[i].size)
			return &its_regs[i];
	}
	return NULL;
}

static u64 its_reg_read(const struct its_access *a, const struct its_reg *reg, u32 shift)
{
	return reg->read ? reg->read(a) >> shift : 0;
}

static void its_reg_write(const struct its_access *a, const struct its_reg *reg, unsigned int len, u32 shift, u64 val)
{
	if (!reg->write)
		return;
	if (reg->wide && len == 4)
		val = (reg->read(a) & ~((u64)U32_MAX << shift)) | (val & U32_MAX) << shift;
	reg->write(a, val);
}

/* Other sizes, and places without a register, read as zero and ignore writes; so does the doorbell: a CPU has no DeviceID. */
static void its_mmio(struct vgic_its *its, struct loft_vcpu *vcpu, u32 off, unsigned int len, bool write, u64 *val)
{
	const struct its_reg *reg = its_reg_find(off);
	struct its_access a = { .its = its, .self = vcpu };
	u32 shift = reg && reg->wide ? off % 8 * 8 : 0;

	if (!write)
		*val = 0;
	if (!reg || off % len || (len != 4 && (len != 8 || !reg->wide)))
		return;
	a.off = off - reg->off;
	/* Interrupted by a signal that kills: nobody will look at the result. */
	if (mutex_lock_killable(&its->vm->lpis->config))
		return;
	if (write)
		its_reg_write(&a, reg, len, shift, *val);
	else
		*val = its_reg_read(&a, reg, shift) & (len == 4 ? U32_MAX : U64_MAX);
	mutex_unlock(&its->vm->lpis->config);
}

static struct vgic_its *its_at(const struct vgic_lpis *lpis, u64 ipa)
{
	u32 i, nr = smp_load_acquire(&lpis->nr_its);

	for (i = 0; i < nr; i++) {
		u64 base = READ_ONCE(lpis->its[i]->base);

		if (base != VGIC_ADDR_UNDEF && ipa - base < VGIC_ITS_SIZE)
			return lpis->its[i];
	}
	return NULL;
}

/**
 * vgic_its_mmio() - a guest's access to an ITS
 * @vcpu: whose access
 * @ipa: address
 * @len: 1, 2, 4 or 8
 * @write: direction
 * @val: what is written, or where what was read goes
 *
 * The vCPU's thread, IRQs on, list registers folded. May sleep. Return: true if the address is an ITS's.
 */
bool vgic_its_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val)
{
	struct vgic_its *its = its_at(vgic_lpis(vcpu->vm), ipa.val);

	if (!its)
		return false;
	its_mmio(its, vcpu, ipa.val - its->base, len, write, val);
	return true;
}

/**
 * vgic_its_uaccess() - userspace's access to a register (KVM_DEV_ARM_VGIC_GRP_ITS_REGS)
 * @its: the ITS, config held and no vCPU runs
 * @offset: from GITS_base
 * @write: direction
 * @val: value; NULL: only ask whether there is such a register, which needs no lock
 *
 * Return: 0; -EINVAL for a misaligned offset, or if the register does not take the value; -EBUSY for GITS_CREADR of an ITS
 * that is enabled; -ENXIO if there is no register.
 */
int vgic_its_uaccess(struct vgic_its *its, u32 offset, bool write, u64 *val)
{
	const struct its_reg *reg = its_reg_find(offset);
	struct its_access a = { .its = its };

	if (offset % 4 || (offset % 8 && (reg ? reg->wide : offset >= 8 && offset < 0xffd0)))
		return -EINVAL;
	if (!reg)
		return -ENXIO;
	if (!val)
		return 0;
	a.off = offset - reg->off;
	if (!write) {
		*val = its_reg_read(&a, reg, 0);
		return 0;
	}
	if (reg->uwrite)
		return reg->uwrite(&a, *val);
	its_reg_write(&a, reg, 8, 0, *val);
	return 0;
}

/**
 * vgic_its_reset() - back to the state after creation (KVM_DEV_ARM_ITS_CTRL_RESET)
 * @its: the ITS, config held and no vCPU runs
 *
 * It keeps its place.
 */
void vgic_its_reset(struct vgic_its *its)
{
	WRITE_ONCE(its->enabled, false);
	vgic_its_drop_devices(its, NULL);
	vgic_its_drop_collections(its);
	its->cbaser = 0;
	its->creadr = 0;
	its->cwriter = 0;
	its->baser[ITS_BASER_DEVICES] &= ~ITS_BASER_VALID;
	its->baser[ITS_BASER_COLLECTIONS] &= ~ITS_BASER_VALID;
}

/**
 * vgic_its_create() - one more ITS for a VM
 * @vm: the VM, vm->lock held
 *
 * Return: the ITS; as ERR_PTR -EBUSY once the VM has run, for its guest knows already what there is; -ENOSPC if it has too
 * many; -ENOMEM.
 */
struct vgic_its *vgic_its_create(struct loft_vm *vm)
{
	struct vgic_its *its;
	int ret;

	if (vm->ran)
		return ERR_PTR(-EBUSY);
	ret = vgic_lpis_create(vm);
	if (ret)
		return ERR_PTR(ret);
	if (vm->lpis->nr_its == VGIC_ITS_MAX)
		return ERR_PTR(-ENOSPC);
	its = kzalloc(sizeof(*its), GFP_KERNEL_ACCOUNT);
	if (!its)
		return ERR_PTR(-ENOMEM);
	its->vm = vm;
	its->base = VGIC_ADDR_UNDEF;
	xa_init(&its->devices);
	xa_init(&its->collections);
	vm->lpis->its[vm->lpis->nr_its] = its;
	smp_store_release(&vm->lpis->nr_its, vm->lpis->nr_its + 1);
	return its;
}

bool vgic_has_its(const struct loft_vm *vm)
{
	return vgic_lpis(vm);
}

/**
 * vgic_msi() - a device writes to an ITS's doorbell
 * @vm: the VM
 * @msi: address, EventID, DeviceID
 *
 * Any context. Return: 1; 0 if the guest has not mapped the interrupt; -ENODEV without an ITS; -EINVAL if the address is no
 * doorbell, or without DeviceID; -EBUSY if the ITS, or LPIs at the target, are off.
 */
int vgic_msi(struct loft_vm *vm, const struct kvm_msi *msi)
{
	struct vgic_lpis *lpis = vgic_lpis(vm);
	u64 doorbell = (u64)msi->address_hi << 32 | msi->address_lo;
	struct its_device *dev;
	struct vgic_lpi *lpi;
	struct vgic_its *its;
	int ret = 0;

	if (!lpis)
		return -ENODEV;
	if (!(msi->flags & KVM_MSI_VALID_DEVID))
		return -EINVAL;
	its = its_at(lpis, doorbell);
	if (!its || doorbell - its->base != VGIC_ITS_DOORBELL)
		return -EINVAL;
	if (!READ_ONCE(its->enabled))
		return -EBUSY;
	rcu_read_lock();
	dev = xa_load(&its->devices, msi->devid);
	lpi = dev ? xa_load(&dev->lpis, msi->data) : NULL;
	if (lpi)
		ret = vgic_lpi_trigger(vm, lpi);
	rcu_read_unlock();
	return ret;
}
