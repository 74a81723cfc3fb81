/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LPIs and the ITS: what their files share.
 */
#ifndef LOFT_VIRT_VGIC_ITS_H
#define LOFT_VIRT_VGIC_ITS_H

#include <linux/rcupdate.h>
#include <linux/xarray.h>
#include "vgic.h"

#define VGIC_LPI_PRIOS		32	/* five priority bits */
#define VGIC_ITS_SIZE		SZ_128K
#define VGIC_ITS_DOORBELL	0x10040	/* GITS_TRANSLATER */
#define VGIC_ITS_MAX		16	/* ITSs in a VM: every MSI looks for its own */

/* DeviceIDs, EventIDs, INTIDs and collections have as many bits (GITS_TYPER, GICD_TYPER) */
#define VGIC_ITS_IDBITS		16
/* A collection that interrupts are mapped to before it is mapped itself, in the tables' format */
#define VGIC_ITS_NO_TARGET	0xffffffffU

/* GITS_BASER<n> */
#define ITS_BASER_DEVICES	0
#define ITS_BASER_COLLECTIONS	1
#define ITS_NR_BASERS		2
#define ITS_BASER_VALID		BIT_ULL(63)
#define ITS_BASER_INDIRECT	BIT_ULL(62)
#define ITS_PAGE		SZ_64K
#define ITS_ENTRY		8	/* bytes, of every table */

/**
 * struct vgic_lpi - an LPI that an ITS maps
 * @queue: in its vCPU's queue, while @queued
 * @vcpu: whose it is: the target of its collection; NULL: of none. Like all below under vgic_lpis.lock
 * @holder: in whose list register it is, or NULL
 * @intid: which; fixed
 * @event: EventID; fixed
 * @icid: its collection. Under vgic_lpis.config
 * @prio: as the property table had it when last read
 * @enabled: the same
 * @pending: pending; not counting a list register
 * @queued: deliverable, and in no list register
 * @drop: the pending state in @holder's list register is void
 * @dead: unmapped; about to be freed
 * @rcu: to free it
 */
struct vgic_lpi {
	struct list_head queue;
	struct loft_vcpu *vcpu;
	struct loft_vcpu *holder;
	u32 intid;
	u32 event;
	u16 icid;
	u8 prio;
	bool enabled:1;
	bool pending:1;
	bool queued:1;
	bool drop:1;
	bool dead:1;
	struct rcu_head rcu;
};

/**
 * struct vgic_lpi_cpu - a redistributor's part that is about LPIs; there once the guest has written to it
 * @on: GICR_CTLR.EnableLPIs. Under vgic_lpis.lock
 * @pendbaser: GICR_PENDBASER. Under vgic_lpis.config
 * @prios: bit n set: @queue[n] is not empty. This and @queue under vgic_lpis.lock
 * @queue: deliverable LPIs by priority
 */
struct vgic_lpi_cpu {
	bool on;
	u64 pendbaser;
	u32 prios;
	struct list_head queue[VGIC_LPI_PRIOS];
};

/**
 * struct vgic_its - one ITS. All under vgic_lpis.config; @enabled, @devices and below are read under RCU as well
 * @vm: the VM it is part of
 * @base: guest address, VGIC_ADDR_UNDEF before it is known. Set once, under vm->lock
 * @enabled: GITS_CTLR.Enabled
 * @cbaser: GITS_CBASER
 * @creadr: GITS_CREADR
 * @cwriter: GITS_CWRITER
 * @baser: GITS_BASER<n>: devices and collections
 * @devices: struct its_device by DeviceID
 * @collections: targets by collection ID, as xa_mk_value(vCPU id), or VGIC_ITS_NO_TARGET
 */
struct vgic_its {
	struct loft_vm *vm;
	u64 base;
	bool enabled;
	u64 cbaser;
	u32 creadr;
	u32 cwriter;
	u64 baser[ITS_NR_BASERS];
	struct xarray devices;
	struct xarray collections;
};

/**
 * struct its_device - a device that an ITS knows
 * @itt: where the guest put its interrupt translation table
 * @bits: size of an EventID
 * @lpis: struct vgic_lpi by EventID
 * @rcu: to free it
 */
struct its_device {
	u64 itt;
	u8 bits;
	struct xarray lpis;
	struct rcu_head rcu;
};

/**
 * struct vgic_lpis - a VM's LPIs and ITSs; there once userspace has created an ITS
 * @config: mappings, tables, registers. Inside vm->lock and vcpu->lock, outside vm->srcu. May be held for long: killable
 * @lock: what is in flight; innermost of the vGIC's locks
 * @by_intid: struct vgic_lpi by INTID; changed under @config, read under RCU
 * @propbaser: GICR_PROPBASER, of all redistributors. Under @config
 * @its: ITSs; grows under vm->lock
 * @nr_its: how many. Release/acquire
 */
struct vgic_lpis {
	struct mutex config;
	raw_spinlock_t lock;
	struct xarray by_intid;
	u64 propbaser;
	struct vgic_its *its[VGIC_ITS_MAX];
	u32 nr_its;
};

static __always_inline struct vgic_lpis *vgic_lpis(const struct loft_vm *vm)
{
	return smp_load_acquire(&vm->lpis);
}

/* vgic_lpi.c, @config held: @self is the vCPU whose thread this is, or NULL: no vCPU runs */
int vgic_lpis_create(struct loft_vm *vm);		/* vm->lock held */
void vgic_lpis_destroy(struct loft_vm *vm);
struct vgic_lpi *vgic_lpi_map(struct loft_vm *vm, u32 intid, u32 event, u16 icid, struct loft_vcpu *target);
void vgic_lpi_unmap(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi);
int vgic_lpi_trigger(struct loft_vm *vm, struct vgic_lpi *lpi);	/* any context, under RCU */
void vgic_lpi_clear(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi);
void vgic_lpi_retarget(struct loft_vm *vm, struct vgic_lpi *lpi, struct loft_vcpu *target);
void vgic_lpi_move_all(struct loft_vm *vm, struct loft_vcpu *from, struct loft_vcpu *to);
void vgic_lpi_reload(struct loft_vm *vm, struct loft_vcpu *self, struct vgic_lpi *lpi);
void vgic_lpi_reload_all(struct loft_vm *vm, struct loft_vcpu *self, const struct loft_vcpu *target);
u32 vgic_lpi_limit(const struct loft_vm *vm);		/* INTIDs are below */

/* vgic_lpi_table.c: GICR registers about LPIs: 0 or an errno for userspace. Take @config */
u64 vgic_lpi_ctlr(const struct loft_vcpu *rd);
int vgic_lpi_enable(struct loft_vcpu *rd, struct loft_vcpu *self, bool on);
u64 vgic_lpi_propbaser(const struct loft_vcpu *rd);
int vgic_lpi_set_propbaser(struct loft_vcpu *rd, u64 val);
u64 vgic_lpi_pendbaser(const struct loft_vcpu *rd);
int vgic_lpi_set_pendbaser(struct loft_vcpu *rd, u64 val);
int vgic_lpi_invalidate(struct loft_vcpu *rd, struct loft_vcpu *self, u32 intid);
int vgic_lpi_invalidate_all(struct loft_vcpu *rd, struct loft_vcpu *self);
int vgic_lpi_save_pending(struct loft_vm *vm);		/* vCPUs locked */

/* the same, @config held */
int vgic_lpi_read_config(struct loft_vm *vm, u32 intid, u8 *val);
bool vgic_lpi_take_pending(struct loft_vm *vm, const struct loft_vcpu *vcpu, u32 intid);

/* vgic_lpi.c, @lock held */
struct loft_vcpu *vgic_lpi_queue(struct vgic_lpi *lpi);
void vgic_lpi_unqueue(struct vgic_lpi *lpi);
u64 vgic_lpi_fill(struct loft_vcpu *vcpu, u32 intid);
struct loft_vcpu *vgic_lpi_fold(struct loft_vcpu *vcpu, u32 intid, u64 lr);
bool vgic_lpi_pending(struct loft_vcpu *vcpu);		/* takes it */
void vgic_lpi_sync(struct loft_vm *vm, struct loft_vcpu *self, struct loft_vcpu *holder); /* not held */

/* vgic_its.c */
struct vgic_its *vgic_its_create(struct loft_vm *vm);	/* vm->lock held; or ERR_PTR */
int vgic_its_uaccess(struct vgic_its *its, u32 offset, bool write, u64 *val);
void vgic_its_reset(struct vgic_its *its);		/* config held */
struct vgic_lpi *vgic_its_lpi(struct vgic_its *its, u32 device, u32 event);

/* vgic_its_cmd.c, config held */
void vgic_its_commands(struct vgic_its *its, struct loft_vcpu *self);
void vgic_its_drop_devices(struct vgic_its *its, struct loft_vcpu *self);
void vgic_its_drop_collections(struct vgic_its *its);
struct its_device *vgic_its_add_device(struct vgic_its *its, u32 id, u8 bits, u64 itt);
void vgic_its_drop_device(struct vgic_its *its, struct loft_vcpu *self, u32 id);
int vgic_its_add_lpi(struct vgic_its *its, struct its_device *dev, u32 event, u32 intid, u16 icid);
struct loft_vcpu *vgic_its_target(struct vgic_its *its, u16 icid);

/* vgic_its_table.c, config held */
bool vgic_its_entry(struct vgic_its *its, unsigned int table, u32 id, u64 *ipa);
int vgic_its_save(struct vgic_its *its);
int vgic_its_restore(struct vgic_its *its);

#endif /* LOFT_VIRT_VGIC_ITS_H */
