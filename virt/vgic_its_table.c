// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS's tables in guest memory: which entry is where, and their contents as userspace saves and restores them.
 *
 * The ITS works on its own copies and needs the tables only for that. Their format is revision 0 of the KVM API's
 * (devices/arm-vgic-its): devices and translations by their IDs, each entry with the distance to the next valid one;
 * collections in any order up to the first invalid one. What is restored comes from the guest and is checked in full; the
 * scan of a table ends with the table.
 */
#include <linux/sched/signal.h>
#include "guestmem.h"
#include "vgic_its.h"

#define BASER_ADDR		GENMASK_ULL(47, 16)
#define BASER_PAGES		GENMASK_ULL(7, 0)
#define L1_VALID		BIT_ULL(63)
#define L1_ADDR			GENMASK_ULL(51, 16)
#define PER_PAGE		(ITS_PAGE / ITS_ENTRY)

/* Device table: valid [63], next [62:49], ITT address [48:5], size - 1 [4:0] */
#define DTE_VALID		BIT_ULL(63)
#define DTE_NEXT_SHIFT		49
#define DTE_NEXT_MAX		GENMASK(13, 0)
#define DTE_ITT(e)		(((e) & GENMASK_ULL(48, 5)) << 3)
#define DTE_BITS(e)		(((e) & GENMASK_ULL(4, 0)) + 1)

/* Collection table: valid [63], target [51:16], collection ID [15:0] */
#define CTE_VALID		BIT_ULL(63)
#define CTE_TARGET(e)		(((e) & GENMASK_ULL(51, 16)) >> 16)
#define CTE_ICID(e)		((e) & GENMASK_ULL(15, 0))

/* Translation table: next [63:48], INTID [47:16], collection ID [15:0] */
#define ITE_NEXT_SHIFT		48
#define ITE_NEXT_MAX		GENMASK(15, 0)
#define ITE_INTID(e)		(((e) & GENMASK_ULL(47, 16)) >> 16)
#define ITE_ICID(e)		((e) & GENMASK_ULL(15, 0))

/* Entries that the table that @baser describes has room for, of the first level if it has two. */
static u32 table_entries(u64 baser)
{
	return ((baser & BASER_PAGES) + 1) * PER_PAGE;
}

/**
 * vgic_its_entry() - where a device's or collection's entry in its table is
 * @its: the ITS, config held
 * @table: ITS_BASER_*
 * @id: DeviceID or collection ID
 * @ipa: where the address goes
 *
 * May sleep. Return: false if the ID is out of range, or the table has no memory there.
 */
bool vgic_its_entry(struct vgic_its *its, unsigned int table, u32 id, u64 *ipa)
{
	u64 baser = its->baser[table];
	u32 index = baser & ITS_BASER_INDIRECT ? id / PER_PAGE : id;
	__le64 l1;

	if (!(baser & ITS_BASER_VALID) || id >= BIT(VGIC_ITS_IDBITS) || index >= table_entries(baser))
		return false;
	*ipa = (baser & BASER_ADDR) + (u64)index * ITS_ENTRY;
	if (!(baser & ITS_BASER_INDIRECT))
		return guest_is_ram(its->vm, *ipa);
	if (guest_read(its->vm, *ipa, &l1, sizeof(l1)) || !(le64_to_cpu(l1) & L1_VALID))
		return false;
	*ipa = (le64_to_cpu(l1) & L1_ADDR) + (u64)(id % PER_PAGE) * ITS_ENTRY;
	return guest_is_ram(its->vm, *ipa);
}

static int table_write(struct vgic_its *its, u64 ipa, u64 entry)
{
	__le64 raw = cpu_to_le64(entry);

	cond_resched();
	return guest_write(its->vm, ipa, &raw, sizeof(raw)) ? -EFAULT : 0;
}

/* How far the next entry of @xa after @id is, as the format has it: 0 if there is none. */
static u64 table_next(struct xarray *xa, unsigned long id, u32 max)
{
	unsigned long next = id + 1;

	return xa_find(xa, &next, ULONG_MAX, XA_PRESENT) ? min_t(u64, next - id, max) : 0;
}

static int save_itt(struct vgic_its *its, struct its_device *dev)
{
	unsigned long event;
	struct vgic_lpi *lpi;

	xa_for_each(&dev->lpis, event, lpi) {
		u64 entry = table_next(&dev->lpis, event, ITE_NEXT_MAX) << ITE_NEXT_SHIFT |
			    (u64)lpi->intid << 16 | lpi->icid;
		int ret = table_write(its, dev->itt + (u64)event * ITS_ENTRY, entry);

		if (ret)
			return ret;
	}
	return 0;
}

static int save_devices(struct vgic_its *its)
{
	struct its_device *dev;
	unsigned long id;
	u64 ipa, entry;
	int ret;

	xa_for_each(&its->devices, id, dev) {
		if (!vgic_its_entry(its, ITS_BASER_DEVICES, id, &ipa))
			return -EINVAL;
		ret = save_itt(its, dev);
		entry = DTE_VALID | table_next(&its->devices, id, DTE_NEXT_MAX) << DTE_NEXT_SHIFT |
			dev->itt >> 3 | (dev->bits - 1);
		ret = ret ?: table_write(its, ipa, entry);
		if (ret)
			return ret;
	}
	return 0;
}

static int save_collections(struct vgic_its *its)
{
	u64 baser = its->baser[ITS_BASER_COLLECTIONS];
	u64 ipa = baser & BASER_ADDR;
	u32 room = table_entries(baser);
	unsigned long icid;
	void *target;
	int ret;

	xa_for_each(&its->collections, icid, target) {
		if (!room--)
			return -EINVAL;
		ret = table_write(its, ipa, CTE_VALID | (u64)xa_to_value(target) << 16 | icid);
		if (ret)
			return ret;
		ipa += ITS_ENTRY;
	}
	return room ? table_write(its, ipa, 0) : 0;
}

/**
 * vgic_its_save() - KVM_DEV_ARM_ITS_SAVE_TABLES
 * @its: the ITS, config and all vCPUs' locks held
 *
 * A table that is not valid holds nothing to save. May sleep.
 *
 * Return: 0; -EINVAL if something does not fit into its table; -EFAULT if a table is not in memory.
 */
int vgic_its_save(struct vgic_its *its)
{
	int ret = 0;

	if (its->baser[ITS_BASER_DEVICES] & ITS_BASER_VALID)
		ret = save_devices(its);
	if (!ret && its->baser[ITS_BASER_COLLECTIONS] & ITS_BASER_VALID)
		ret = save_collections(its);
	return ret;
}

/* An entry of a table: how many entries on the next one is; 0: this was the last one; or an errno. */
typedef int (*its_scan_fn)(struct vgic_its *its, u32 id, u64 entry, void *arg);

#define SCAN_CHUNK	32

/* Some entries at a time. The last ones may lie beyond the end of memory, and never be asked for. */
static int scan_fetch(struct vgic_its *its, u64 ipa, __le64 *buf, u32 nr)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	if (!guest_read(its->vm, ipa, buf, nr * ITS_ENTRY))
		return nr;
	return guest_read(its->vm, ipa, buf, ITS_ENTRY) ? -EFAULT : 1;
}

/* Call @fn for the entries of the table of @nr at @ipa. Returns 1 at the end of the table, 0 after a last entry, or an errno. */
static int table_scan(struct vgic_its *its, u64 ipa, u32 nr, u32 first, its_scan_fn fn, void *arg)
{
	__le64 buf[SCAN_CHUNK];
	u32 start = 0, end = 0;
	u32 i = 0;
	int n;

	while (i < nr) {
		if (i >= end) {
			n = scan_fetch(its, ipa + (u64)i * ITS_ENTRY, buf, min_t(u32, nr - i, SCAN_CHUNK));
			if (n < 0)
				return n;
			start = i;
			end = i + n;
		}
		n = fn(its, first + i, le64_to_cpu(buf[i - start]), arg);
		if (n <= 0)
			return n;
		i += n;
	}
	return 1;
}

static int restore_ite(struct vgic_its *its, u32 event, u64 entry, void *arg)
{
	struct its_device *dev = arg;
	u64 next = entry >> ITE_NEXT_SHIFT;
	int ret;

	if (!ITE_INTID(entry))
		return 1;
	if (event + next >= BIT_ULL(dev->bits) || !xa_load(&its->collections, ITE_ICID(entry)))
		return -EINVAL;
	ret = vgic_its_add_lpi(its, dev, event, ITE_INTID(entry), ITE_ICID(entry));
	return ret ?: next;
}

static int restore_dte(struct vgic_its *its, u32 id, u64 entry, void *arg)
{
	u64 next = (entry & ~DTE_VALID) >> DTE_NEXT_SHIFT;
	struct its_device *dev;
	u64 ipa;
	int ret;

	if (!(entry & DTE_VALID))
		return 1;
	if (DTE_BITS(entry) > VGIC_ITS_IDBITS || !vgic_its_entry(its, ITS_BASER_DEVICES, id, &ipa))
		return -EINVAL;
	dev = vgic_its_add_device(its, id, DTE_BITS(entry), DTE_ITT(entry));
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	ret = table_scan(its, dev->itt, BIT(dev->bits), 0, restore_ite, dev);
	return ret < 0 ? ret : next;
}

static int restore_l1(struct vgic_its *its, u32 index, u64 entry, void *arg)
{
	if (!(entry & L1_VALID))
		return 1;
	return table_scan(its, entry & L1_ADDR, PER_PAGE, index * PER_PAGE, restore_dte, NULL);
}

static int restore_cte(struct vgic_its *its, u32 index, u64 entry, void *arg)
{
	u64 target = CTE_TARGET(entry);
	const struct vgic_dist *dist = its->vm->vgic;
	u64 ipa;

	if (!(entry & CTE_VALID))
		return 0;
	if (target != VGIC_ITS_NO_TARGET && (target >= dist->nr_ids || !dist->by_id[target]))
		return -EINVAL;
	if (!vgic_its_entry(its, ITS_BASER_COLLECTIONS, CTE_ICID(entry), &ipa))
		return -EINVAL;
	if (xa_load(&its->collections, CTE_ICID(entry)))
		return -EEXIST;
	return xa_err(xa_store(&its->collections, CTE_ICID(entry), xa_mk_value(target), GFP_KERNEL_ACCOUNT)) ?: 1;
}

static int restore_collections(struct vgic_its *its)
{
	u64 baser = its->baser[ITS_BASER_COLLECTIONS];

	if (!(baser & ITS_BASER_VALID))
		return 0;
	return table_scan(its, baser & BASER_ADDR, table_entries(baser), 0, restore_cte, NULL);
}

static int restore_devices(struct vgic_its *its)
{
	u64 baser = its->baser[ITS_BASER_DEVICES];
	u64 ipa = baser & BASER_ADDR;

	if (!(baser & ITS_BASER_VALID))
		return 0;
	if (baser & ITS_BASER_INDIRECT)
		return table_scan(its, ipa, min_t(u32, table_entries(baser), BIT(VGIC_ITS_IDBITS) / PER_PAGE), 0,
				  restore_l1, NULL);
	return table_scan(its, ipa, min_t(u32, table_entries(baser), BIT(VGIC_ITS_IDBITS)), 0, restore_dte, NULL);
}

/**
 * vgic_its_restore() - KVM_DEV_ARM_ITS_RESTORE_TABLES
 * @its: the ITS, its registers restored; config and all vCPUs' locks held
 *
 * What was mapped before is not any more; nothing is if this fails. May sleep.
 *
 * Return: 0; -EINVAL for entries that contradict each other, the registers or the VM; -EEXIST for a collection that is there
 * twice; -EFAULT if a table is not in memory; -ENOMEM; -EINTR.
 */
int vgic_its_restore(struct vgic_its *its)
{
	int ret;

	vgic_its_drop_devices(its, NULL);
	vgic_its_drop_collections(its);
	ret = restore_collections(its);
	if (ret >= 0)
		ret = restore_devices(its);
	if (ret >= 0)
		return 0;
	vgic_its_drop_devices(its, NULL);
	vgic_its_drop_collections(its);
	return ret;
}
