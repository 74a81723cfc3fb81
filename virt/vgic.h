/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vGIC's own state: what its files share and nobody else sees.
 */
#ifndef LOFT_VIRT_VGIC_H
#define LOFT_VIRT_VGIC_H

#include <linux/bitmap.h>
#include <linux/spinlock.h>
#include <loft/vcpu.h>
#include <loft/vgic.h>
#include <loft/vm.h>

/* List register, GICv3 format (Arm IHI 0069, ICH_LR<n>_EL2) */
#define VGIC_LR_SOURCE_SHIFT	10		/* [12:10]: which CPU sent a GICv2's SGI */
#define VGIC_LR_SOURCE		GENMASK(12, 10)
#define VGIC_LR_PINTID_SHIFT	32
#define VGIC_LR_EOI		BIT_ULL(41)	/* maintenance interrupt once inactive */
#define VGIC_LR_PRIO_SHIFT	48
#define VGIC_LR_GROUP1		BIT_ULL(60)
#define VGIC_LR_HW		BIT_ULL(61)
#define VGIC_LR_PENDING		BIT_ULL(62)
#define VGIC_LR_ACTIVE		BIT_ULL(63)
#define VGIC_LR_STATE		(VGIC_LR_PENDING | VGIC_LR_ACTIVE)

/* ICH_HCR_EL2 */
#define VGIC_HCR_EN		BIT(0)
#define VGIC_HCR_LRENPIE	BIT(2)		/* an EOI found no list register */
#define VGIC_HCR_NPIE		BIT(3)		/* no list register is pending */
#define VGIC_HCR_TDIR		BIT(14)		/* trap ICC_DIR_EL1 */
#define VGIC_HCR_EOICOUNT_SHIFT	27

/* ICH_VMCR_EL2 */
#define VGIC_VMCR_ENG0		BIT(0)
#define VGIC_VMCR_ENG1		BIT(1)
#define VGIC_VMCR_FIQEN		BIT(3)
#define VGIC_VMCR_CBPR		BIT(4)
#define VGIC_VMCR_EOIM		BIT(9)
#define VGIC_VMCR_BPR1_SHIFT	18
#define VGIC_VMCR_BPR0_SHIFT	21
#define VGIC_VMCR_PMR_SHIFT	24

/* ICC_SGI1R_EL1 */
#define VGIC_SGI_TARGETS	GENMASK_ULL(15, 0)
#define VGIC_SGI_AFF		(GENMASK_ULL(39, 32) | GENMASK_ULL(23, 16))	/* Aff3 has no vCPUs */
#define VGIC_SGI_INTID_SHIFT	24
#define VGIC_SGI_INTID		GENMASK_ULL(27, 24)
#define VGIC_SGI_IRM		BIT_ULL(40)

#define VGIC_CTLR_GRP0		BIT(0)
#define VGIC_CTLR_GRP1		BIT(1)
#define VGIC_CTLR_GRPS		(VGIC_CTLR_GRP0 | VGIC_CTLR_GRP1)

#define VGIC_PRI_MASK		0xf8		/* five priority bits: what every host has */
#define VGIC_NR_IRQS_DEFAULT	256
#define VGIC_ADDR_UNDEF		(~0ULL)
#define VGIC_DIST_SIZE		SZ_64K
#define VGIC_V2_DIST_SIZE	SZ_4K
#define VGIC_V2_CPU_SIZE	SZ_8K
#define VGIC_V2_MAX_CPUS	8
#define VGIC_REDIST_SIZE	SZ_128K
#define VGIC_SGI_FRAME		SZ_64K
#define VGIC_NO_OWNER		0xffff
#define VGIC_LPI_MIN		8192
/* In vgic_cpu.cand, beyond the banks: LPIs. They need a GICv3, thus a 64-bit host */
#define VGIC_CAND_LPIS		(BITS_PER_LONG - 1)
#define VGIC_CAND_SPIS		GENMASK(31, 1)

/**
 * struct vgic_bank - 32 interrupts; bit n of each word belongs to the nth. Guarded by the lock of
 * its owner
 * @enabled: GICx_ISENABLER
 * @group1: GICx_IGROUPR
 * @edge: edge-triggered
 * @line: level of the input line; what an edge-triggered interrupt makes of it is in @latch
 * @latch: pending by itself: edge seen, SGI sent, or written to ISPENDR; not counting @lrpend
 * @active: active, as of the last fold
 * @inlr: in a list register of the vCPU that owns it, since the last flush
 * @lrpend: the latch travelled into that list register
 * @clra: drop the active state when folded: ICACTIVER was written meanwhile
 * @seta: set it: ISACTIVER was written meanwhile
 * @resample: an irqfd wants to hear of the guest's EOI; level-triggered SPIs
 * @prio: GICx_IPRIORITYR
 */
struct vgic_bank {
	u32 enabled;
	u32 group1;
	u32 edge;
	u32 line;
	u32 latch;
	u32 active;
	u32 inlr;
	u32 lrpend;
	u32 clra;
	u32 seta;
	u32 resample;
	u8 prio[32];
};

/**
 * struct vgic_spi_bank - 32 shared interrupts
 * @b: their state
 * @aff: GICD_IROUTER as Aff3:Aff2:Aff1:Aff0
 * @owner: id of the vCPU that has it in a list register or active, or VGIC_NO_OWNER; valid while
 *	either
 */
struct vgic_spi_bank {
	struct vgic_bank b;
	u32 aff[32];
	u16 owner[32];
};

/**
 * struct vgic_cpu - a vCPU's share of the interrupt controller
 * @lock: guards @priv, @hw, @hwirq
 * @cand: bit n set: bank n (0: private, others: SPIs) may have something for this vCPU. Set by
 *	anybody who makes an interrupt deliverable, cleared by flush, both under the bank's lock;
 *	atomic because there are two locks
 * @live: list registers are loaded: between flush and sync. Written by the vCPU's thread, IRQs
 *	off
 * @folds: counts syncs that folded list registers. Same writer
 * @frame: index of its redistributor
 * @asleep: GICR_WAKER.ProcessorSleep, stored only
 * @hw: private interrupts tied to a physical one
 * @hwirq: the physical INTIDs, from PPI 16 on
 * @priv: SGIs and PPIs
 * @lpi: LPIs, NULL until the guest writes to their registers. Set once, release/acquire
 * @sgi_from: GICv2: which CPUs have sent an SGI that did not travel yet: bits; an SGI is in @priv.latch if there are
 * @sgi_cpu: GICv2: which CPU sent the one that did
 */
struct vgic_cpu {
	raw_spinlock_t lock;
	unsigned long cand;
	bool live;
	u32 folds;
	u32 frame;
	bool asleep;
	u32 hw;
	u16 hwirq[VGIC_NR_PRIVATE - VGIC_NR_SGIS];
	struct vgic_bank priv;
	struct vgic_lpi_cpu *lpi;
	u8 sgi_from[VGIC_NR_SGIS];
	u8 sgi_cpu[VGIC_NR_SGIS];
};

/**
 * struct vgic_region - contiguous redistributors
 * @cpu_base: GICv2: guest address of the CPU interface. As @base
 * @base: guest address, 64 KiB aligned
 * @count: how many; 0: as many as there are vCPUs (the only region then)
 */
struct vgic_region {
	u64 base;
	u32 count;
};

/**
 * struct vgic_dist - a VM's distributor
 * @lock: guards @spi, @targets and @ctlr
 * @v2: it is a GICv2; fixed
 * @v2_groups: GICv2: userspace knows that group registers are writable: it wrote GICD_IIDR. Under vm->lock
 * @initialised: KVM_DEV_ARM_VGIC_CTRL_INIT done; what follows is fixed from then on.
 *	Release/acquire
 * @ctlr: GICD_CTLR group enables. Read without the lock where a private bank's lock is held: see
 *	vgic_set_ctlr()
 * @revision: GICD_IIDR.Revision
 * @nr_irqs: INTIDs, SGIs and PPIs included; 0: not chosen yet
 * @cpu_base: GICv2: guest address of the CPU interface. As @base
 * @base: guest address, VGIC_ADDR_UNDEF before it is known. Under vm->lock until the first run,
 *	then fixed
 * @regions: redistributor regions in index order. As @base
 * @nr_regions: how many
 * @nr_ids: size of @by_id
 * @nr_frames: how many vCPUs there are
 * @by_id: vCPUs by id, with holes
 * @by_frame: vCPUs by redistributor
 * @spi: banks 1..nr_irqs / 32 - 1
 * @targets: GICv2: GICD_ITARGETSR by INTID, SPIs only
 */
struct vgic_dist {
	raw_spinlock_t lock;
	bool initialised;
	bool v2;
	bool v2_groups;
	u32 ctlr;
	u32 revision;
	u32 nr_irqs;
	u64 base;
	u64 cpu_base;
	struct vgic_region *regions;
	u32 nr_regions;
	u32 nr_ids;
	u32 nr_frames;
	struct loft_vcpu **by_id;
	struct loft_vcpu **by_frame;
	struct vgic_spi_bank *spi;
	u8 *targets;
};

/**
 * struct vgic_kicks - vCPUs to kick once the locks are dropped
 * @ids: by vCPU id
 */
struct vgic_kicks {
	DECLARE_BITMAP(ids, LOFT_MAX_VCPUS);
};

/* Source CPUs aside, which no LPI has: they stop short of VGIC_LPI_MIN. */
static __always_inline u32 vgic_lr_intid(u64 lr)
{
	return (u32)lr & ~(u32)VGIC_LR_SOURCE;
}

static inline bool vgic_cand_lpis(unsigned long cand)
{
	return BITS_PER_LONG == 64 && cand >> VGIC_CAND_LPIS;
}

static inline u64 vgic_dist_size(const struct vgic_dist *dist)
{
	return dist->v2 ? VGIC_V2_DIST_SIZE : VGIC_DIST_SIZE;
}

/* Pending in the model; what travels in a list register not counted. */
static __always_inline u32 vgic_bank_pend(const struct vgic_bank *b)
{
	return b->latch | (b->line & ~b->edge);
}

/* Interrupts of @b whose pending state may be forwarded to a CPU. */
static __always_inline u32 vgic_bank_open(const struct vgic_dist *dist, const struct vgic_bank *b)
{
	u32 ctlr = READ_ONCE(dist->ctlr);
	u32 open = 0;

	if (ctlr & VGIC_CTLR_GRP1)
		open |= b->group1;
	if (ctlr & VGIC_CTLR_GRP0)
		open |= ~b->group1;
	return open & b->enabled;
}

/* Interrupts of @b that belong in a list register. */
static inline u32 vgic_bank_wanted(const struct vgic_dist *dist, const struct vgic_bank *b)
{
	return (vgic_bank_pend(b) & vgic_bank_open(dist, b)) | b->active;
}

/* Take a list register's state back. @hw: bits of @b tied to physical interrupts. */
static __always_inline void vgic_bank_fold(struct vgic_bank *b, unsigned int n, u64 lr, u32 hw)
{
	u32 bit = BIT(n);

	b->active &= ~bit;
	if (lr & VGIC_LR_ACTIVE)
		b->active |= bit;
	b->active = (b->active & ~(b->clra & bit)) | (b->seta & bit);
	if (lr & VGIC_LR_PENDING)
		b->latch |= b->lrpend & bit;
	else if (hw & bit)
		b->line &= ~bit;
	b->clra &= ~bit;
	b->seta &= ~bit;
	b->lrpend &= ~bit;
	b->inlr &= ~bit;
}

/* The vCPU with these affinities; vCPU n has Aff0 = n[3:0], Aff1 = n[11:4], Aff2 = n[..:12]. */
static inline struct loft_vcpu *vgic_vcpu_by_aff(const struct vgic_dist *dist, u32 aff)
{
	u32 id = (aff & 0xf) | (aff >> 4 & 0xff0) | (aff >> 4 & 0xff000);

	return (aff & 0xff0000f0) || id >= dist->nr_ids ? NULL : dist->by_id[id];
}

/* vgic.c */
struct loft_vcpu *vgic_spi_dest(const struct vgic_dist *dist, const struct vgic_spi_bank *spi,
				unsigned int n);
void vgic_mark(struct vgic_dist *dist, unsigned int bank, u32 mask, struct vgic_kicks *kicks);
void vgic_kick_all(struct vgic_dist *dist, struct loft_vcpu *self, const struct vgic_kicks *kicks,
		   bool wait);
void vgic_set_ctlr(struct vgic_dist *dist, struct loft_vcpu *self, u32 ctlr);
void vgic_deactivate(struct loft_vcpu *vcpu, u32 intid);
int vgic_set_resample(struct loft_vm *vm, u32 intid, bool on);

/*
 * vgic_mmio.c: a register as userspace sees it; -ENXIO where there is none. @rd NULL: the
 * distributor. val NULL: exists?
 */
int vgic_uaccess(struct loft_vm *vm, struct loft_vcpu *rd, u32 offset, bool write, u32 *val);

/* vgic_icc.c */
int vgic_icc_access(struct loft_vcpu *vcpu, u32 sysreg, bool write, u64 *val);

/* vgic_addr.c, under vm->lock */
int vgic_addr_set(struct loft_vm *vm, u64 type, u64 val);
int vgic_addr_get(struct loft_vm *vm, u64 type, u64 *val);
int vgic_addr_check(struct loft_vm *vm);
struct loft_vcpu *vgic_addr_redist(const struct vgic_dist *dist, u64 ipa, u32 *offset);
bool vgic_addr_overlaps(const struct loft_vm *vm, u64 base, u64 size);
bool vgic_addr_is_last(const struct vgic_dist *dist, u32 frame);

/* vgic_init.c */
int vgic_create(struct loft_vm *vm);
int vgic_v2_create(struct loft_vm *vm);
int vgic_init(struct loft_vm *vm);		/* vm->lock held */
int vgic_initialise(struct loft_vm *vm);	/* the same, takes it */

/* vgic_v2.c */
int vgic_v2_addr_set(struct loft_vm *vm, u64 type, u64 val);
int vgic_v2_addr_get(struct loft_vm *vm, u64 type, u64 *val);
int vgic_v2_first_run(struct loft_vm *vm);
void vgic_v2_route(struct vgic_dist *dist, u32 intid, u8 targets);
void vgic_v2_sgi_send(struct loft_vcpu *self, struct loft_vcpu *vcpu, u32 intid, u8 from);
bool vgic_v2_gicc_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val);
int vgic_v2_gicc_uaccess(struct loft_vcpu *vcpu, u32 offset, bool write, u32 *val);

/* vgic_its.c: the address may be an ITS's. There is one: vm->lpis */
bool vgic_its_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val);

/* vgic_device.c: what the devices of all versions have in common */
int vgic_lock_vcpus(struct loft_vm *vm);		/* vm->lock held; 0 or -EBUSY */
void vgic_unlock_vcpus(struct loft_vm *vm);
int vgic_attr_nr_irqs(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write);
int vgic_attr_addr(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write);
int vgic_attr_state(struct loft_vm *vm, const struct kvm_device_attr *attr, bool write);
struct loft_vcpu *vgic_attr_vcpu(struct loft_vm *vm, const struct kvm_device_attr *attr);

#endif /* LOFT_VIRT_VGIC_H */
