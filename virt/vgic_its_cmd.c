// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS's commands, and what they change: devices, collections, the interrupts of devices.
 *
 * A command that is in error is ignored, and the next one carried out (IHI 0069, "Command errors"; GITS_TYPER.SEIS is 0).
 * The queue is at most a megabyte. It is worked off by the thread that writes GITS_CWRITER, which may be killed meanwhile;
 * CREADR then says how far it came.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "guestmem.h"
#include "vgic_its.h"

#define CBASER_ADDR		GENMASK_ULL(51, 12)
#define CBASER_PAGES		GENMASK_ULL(7, 0)
#define CMD_SIZE		32

/* Fields of a command's doublewords */
#define CMD_OPCODE(c)		((c)->dw[0] & 0xff)
#define CMD_DEVICE(c)		((c)->dw[0] >> 32)
#define CMD_EVENT(c)		((u32)(c)->dw[1])
#define CMD_INTID(c)		((u32)((c)->dw[1] >> 32))
#define CMD_SIZE_BITS(c)	(((c)->dw[1] & GENMASK(4, 0)) + 1)
#define CMD_ICID(c)		((u16)(c)->dw[2])
#define CMD_VALID(c)		((c)->dw[2] >> 63)
#define CMD_ITT(c)		((c)->dw[2] & GENMASK_ULL(51, 8))
/* RDbase [50:16] or [51:16] is GICR_TYPER.Processor_Number, which is the vCPU's id (GITS_TYPER.PTA is 0) */
#define CMD_RDBASE(c, n)	(((c)->dw[n] & GENMASK_ULL(50, 16)) >> 16)

struct its_cmd {
	struct vgic_its *its;
	struct loft_vcpu *self;
	u64 dw[4];
};

static struct loft_vcpu *its_vcpu(const struct vgic_its *its, u64 id)
{
	const struct vgic_dist *dist = its->vm->vgic;

	return id < dist->nr_ids ? dist->by_id[id] : NULL;
}

/**
 * vgic_its_target() - the vCPU that a collection's interrupts go to
 * @its: the ITS, config held
 * @icid: the collection
 *
 * Return: the vCPU, or NULL if the collection is not mapped.
 */
struct loft_vcpu *vgic_its_target(struct vgic_its *its, u16 icid)
{
	void *entry = xa_load(&its->collections, icid);

	return entry ? its_vcpu(its, xa_to_value(entry)) : NULL;
}

static int its_set_collection(struct vgic_its *its, u16 icid, u32 target)
{
	return xa_err(xa_store(&its->collections, icid, xa_mk_value(target), GFP_KERNEL_ACCOUNT));
}

/**
 * vgic_its_add_device() - map a device
 * @its: the ITS, config held
 * @id: DeviceID, not mapped
 * @bits: size of its EventIDs
 * @itt: where its translation table is
 *
 * Return: the device, or -ENOMEM as ERR_PTR.
 */
struct its_device *vgic_its_add_device(struct vgic_its *its, u32 id, u8 bits, u64 itt)
{
	struct its_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	int err;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->bits = bits;
	dev->itt = itt;
	xa_init(&dev->lpis);
	err = xa_err(xa_store(&its->devices, id, dev, GFP_KERNEL_ACCOUNT));
	if (!err)
		return dev;
	kfree(dev);
	return ERR_PTR(err);
}

/**
 * vgic_its_drop_device() - unmap a device with all its interrupts, if it is mapped
 * @its: the ITS, config held
 * @self: the vCPU whose thread this is, or NULL
 * @id: DeviceID
 */
void vgic_its_drop_device(struct vgic_its *its, struct loft_vcpu *self, u32 id)
{
	struct its_device *dev = xa_erase(&its->devices, id);
	struct vgic_lpi *lpi;
	unsigned long event;

	if (!dev)
		return;
	xa_for_each(&dev->lpis, event, lpi) {
		xa_erase(&dev->lpis, event);
		vgic_lpi_unmap(its->vm, self, lpi);
		cond_resched();
	}
	xa_destroy(&dev->lpis);
	kfree_rcu(dev, rcu);
}

void vgic_its_drop_devices(struct vgic_its *its, struct loft_vcpu *self)
{
	struct its_device *dev;
	unsigned long id;

	xa_for_each(&its->devices, id, dev)
		vgic_its_drop_device(its, self, id);
}

/* Let @fn look at every interrupt of collection @icid. */
static void its_for_collection(struct vgic_its *its, u16 icid,
			       void (*fn)(struct vgic_its *its, struct vgic_lpi *lpi, void *arg), void *arg)
{
	unsigned long id, event;
	struct its_device *dev;
	struct vgic_lpi *lpi;

	xa_for_each(&its->devices, id, dev) {
		xa_for_each(&dev->lpis, event, lpi) {
			if (lpi->icid == icid)
				fn(its, lpi, arg);
		}
		cond_resched();
	}
}

static void its_retarget(struct vgic_its *its, struct vgic_lpi *lpi, void *target)
{
	vgic_lpi_retarget(its->vm, lpi, target);
}

static void its_orphan(struct vgic_its *its, struct vgic_lpi *lpi, void *used)
{
	vgic_lpi_retarget(its->vm, lpi, NULL);
	*(bool *)used = true;
}

static void its_drop_collection(struct vgic_its *its, u16 icid)
{
	bool used = false;

	its_for_collection(its, icid, its_orphan, &used);
	/* In the tables its interrupts still need it; storing in place of what is there takes no memory. */
	if (used)
		its_set_collection(its, icid, VGIC_ITS_NO_TARGET);
	else
		xa_erase(&its->collections, icid);
}

void vgic_its_drop_collections(struct vgic_its *its)
{
	unsigned long icid;
	void *entry;

	xa_for_each(&its->collections, icid, entry) {
		its_for_collection(its, icid, its_retarget, NULL);
		xa_erase(&its->collections, icid);
	}
}

/**
 * vgic_its_add_lpi() - map an interrupt of a device
 * @its: the ITS, config held
 * @dev: the device
 * @event: EventID, not mapped
 * @intid: the LPI. That two events lead to one is UNPREDICTABLE in the architecture; here the second has no effect
 * @icid: collection
 *
 * Return: 0, -EINVAL if the INTID is out of range or taken, -ENOMEM.
 */
int vgic_its_add_lpi(struct vgic_its *its, struct its_device *dev, u32 event, u32 intid, u16 icid)
{
	struct vgic_lpi *lpi;
	int ret = 0;

	if (intid < VGIC_LPI_MIN || intid >= vgic_lpi_limit(its->vm) || xa_load(&its->vm->lpis->by_intid, intid))
		return -EINVAL;
	if (!xa_load(&its->collections, icid))
		ret = its_set_collection(its, icid, VGIC_ITS_NO_TARGET);
	if (ret)
		return ret;
	lpi = vgic_lpi_map(its->vm, intid, event, icid, vgic_its_target(its, icid));
	if (IS_ERR(lpi))
		return PTR_ERR(lpi);
	ret = xa_err(xa_store(&dev->lpis, event, lpi, GFP_KERNEL_ACCOUNT));
	if (ret)
		vgic_lpi_unmap(its->vm, NULL, lpi);
	return ret;
}

/* The interrupt that a command names, and its device. */
static struct vgic_lpi *cmd_lpi(const struct its_cmd *c, struct its_device **dev)
{
	*dev = xa_load(&c->its->devices, CMD_DEVICE(c));
	return *dev ? xa_load(&(*dev)->lpis, CMD_EVENT(c)) : NULL;
}

static const __le64 its_no_entry;

static void cmd_mapd(const struct its_cmd *c)
{
	struct vgic_its *its = c->its;
	u64 entry;
	bool fits = vgic_its_entry(its, ITS_BASER_DEVICES, CMD_DEVICE(c), &entry);

	if (CMD_VALID(c) && (!fits || CMD_SIZE_BITS(c) > VGIC_ITS_IDBITS))
		return;
	/* A device that is mapped again starts anew. */
	vgic_its_drop_device(its, c->self, CMD_DEVICE(c));
	if (CMD_VALID(c))
		vgic_its_add_device(its, CMD_DEVICE(c), CMD_SIZE_BITS(c), CMD_ITT(c));
	else if (fits)
		guest_write(its->vm, entry, &its_no_entry, ITS_ENTRY);
}

static void cmd_mapc(const struct its_cmd *c)
{
	struct loft_vcpu *target = its_vcpu(c->its, CMD_RDBASE(c, 2));
	u64 entry;

	if (!CMD_VALID(c)) {
		its_drop_collection(c->its, CMD_ICID(c));
		return;
	}
	if (!target || !vgic_its_entry(c->its, ITS_BASER_COLLECTIONS, CMD_ICID(c), &entry))
		return;
	if (!its_set_collection(c->its, CMD_ICID(c), target->id))
		its_for_collection(c->its, CMD_ICID(c), its_retarget, target);
}

static void its_map(const struct its_cmd *c, u32 intid)
{
	struct its_device *dev;
	u64 entry;

	if (cmd_lpi(c, &dev) || !dev || CMD_EVENT(c) >= BIT(dev->bits))
		return;
	if (vgic_its_entry(c->its, ITS_BASER_COLLECTIONS, CMD_ICID(c), &entry))
		vgic_its_add_lpi(c->its, dev, CMD_EVENT(c), intid, CMD_ICID(c));
}

static void cmd_mapti(const struct its_cmd *c)
{
	its_map(c, CMD_INTID(c));
}

static void cmd_mapi(const struct its_cmd *c)
{
	its_map(c, CMD_EVENT(c));
}

static void cmd_movi(const struct its_cmd *c)
{
	struct loft_vcpu *target = vgic_its_target(c->its, CMD_ICID(c));
	struct its_device *dev;
	struct vgic_lpi *lpi = cmd_lpi(c, &dev);

	if (!lpi || !target || !lpi->vcpu)
		return;
	lpi->icid = CMD_ICID(c);
	vgic_lpi_retarget(c->its->vm, lpi, target);
}

static void cmd_movall(const struct its_cmd *c)
{
	struct loft_vcpu *from = its_vcpu(c->its, CMD_RDBASE(c, 2));
	struct loft_vcpu *to = its_vcpu(c->its, CMD_RDBASE(c, 3));

	if (from && to && from != to)
		vgic_lpi_move_all(c->its->vm, from, to);
}

static void cmd_discard(const struct its_cmd *c)
{
	struct loft_vm *vm = c->its->vm;
	struct its_device *dev;
	struct vgic_lpi *lpi = cmd_lpi(c, &dev);

	if (!lpi)
		return;
	/* Userspace may have saved both tables since: mapped again, it is not pending; restored, it is not mapped. */
	if (lpi->vcpu)
		vgic_lpi_take_pending(vm, lpi->vcpu, lpi->intid);
	guest_write(vm, dev->itt + (u64)lpi->event * ITS_ENTRY, &its_no_entry, ITS_ENTRY);
	xa_erase(&dev->lpis, lpi->event);
	vgic_lpi_unmap(vm, c->self, lpi);
}

static void cmd_int(const struct its_cmd *c)
{
	struct its_device *dev;
	struct vgic_lpi *lpi = cmd_lpi(c, &dev);

	if (lpi)
		vgic_lpi_trigger(c->its->vm, lpi);
}

static void cmd_clear(const struct its_cmd *c)
{
	struct its_device *dev;
	struct vgic_lpi *lpi = cmd_lpi(c, &dev);

	if (lpi)
		vgic_lpi_clear(c->its->vm, c->self, lpi);
}

static void cmd_inv(const struct its_cmd *c)
{
	struct its_device *dev;
	struct vgic_lpi *lpi = cmd_lpi(c, &dev);

	if (lpi)
		vgic_lpi_reload(c->its->vm, c->self, lpi);
}

static void cmd_invall(const struct its_cmd *c)
{
	struct loft_vcpu *target = vgic_its_target(c->its, CMD_ICID(c));

	if (target)
		vgic_lpi_reload_all(c->its->vm, c->self, target);
}

/* Every command is complete when the next one begins. */
static void cmd_sync(const struct its_cmd *c)
{
}

/* By opcode (IHI 0069, "ITS commands"); those of GICv4 are not there */
static void (*const its_cmds[])(const struct its_cmd *c) = {
	[0x01] = cmd_movi,
	[0x03] = cmd_int,
	[0x04] = cmd_clear,
	[0x05] = cmd_sync,
	[0x08] = cmd_mapd,
	[0x09] = cmd_mapc,
	[0x0a] = cmd_mapti,
	[0x0b] = cmd_mapi,
	[0x0c] = cmd_inv,
	[0x0d] = cmd_invall,
	[0x0e] = cmd_movall,
	[0x0f] = cmd_discard,
};

static void its_command(struct its_cmd *c)
{
	__le64 raw[4];
	unsigned int i;
	u64 ipa = (c->its->cbaser & CBASER_ADDR) + c->its->creadr;

	/* A queue that is not in memory: whatever is there is no command. */
	if (guest_read(c->its->vm, ipa, raw, sizeof(raw)))
		return;
	for (i = 0; i < ARRAY_SIZE(raw); i++)
		c->dw[i] = le64_to_cpu(raw[i]);
	if (CMD_OPCODE(c) < ARRAY_SIZE(its_cmds) && its_cmds[CMD_OPCODE(c)])
		its_cmds[CMD_OPCODE(c)](c);
}

/**
 * vgic_its_commands() - carry out what is in the command queue
 * @its: the ITS, config held
 * @self: the vCPU whose thread this is, or NULL
 *
 * May sleep.
 */
void vgic_its_commands(struct vgic_its *its, struct loft_vcpu *self)
{
	struct its_cmd c = { .its = its, .self = self };
	u32 size = ((its->cbaser & CBASER_PAGES) + 1) * SZ_4K;

	if (!its->enabled)
		return;
	while (its->creadr != its->cwriter && !fatal_signal_pending(current)) {
		its_command(&c);
		its->creadr = (its->creadr + CMD_SIZE) % size;
		cond_resched();
	}
}
