// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGIC's core: interrupts arrive, and the vCPU that has to take them is found and told.
 *
 * Lock order: vcpu->lock and vm->lock (ioctls only, see vm.c), vgic_lpis.config (a mutex: what ITSs map, see vgic_its.h),
 * then, all raw and taken with IRQs off, vgic_cpu.lock, vgic_dist.lock, vgic_lpis.lock. vCPUs are kicked, and irqfds and
 * eventfds called, with none of the raw ones held. Two vgic_cpu.locks are never held together.
 *
 * An interrupt's state lives in its bank. vgic_flush() copies what a vCPU has to see into list
 * registers, vgic_sync() folds it back, always before the vCPU's thread can run any handler: so a
 * thread that is not inside the guest has nothing in flight, and whoever needs the truth about
 * another vCPU's interrupts kicks it and waits for its fold, which needs nothing but the exit.
 * That wait takes no lock and cannot deadlock: waiters have folded themselves.
 */
#include <loft/irqfd.h>
#include "vgic_its.h"

/**
 * vgic_spi_dest() - the vCPU that an SPI belongs to
 * @dist: the distributor, locked
 * @spi: its bank
 * @n: bit in the bank
 *
 * An SPI in flight or active stays where it is, whatever the routing says meanwhile (IHI 0069,
 * "Changing the affinity of an interrupt"). NULL: routed to nobody.
 */
struct loft_vcpu *vgic_spi_dest(const struct vgic_dist *dist, const struct vgic_spi_bank *spi,
				unsigned int n)
{
	if ((spi->b.active | spi->b.inlr) & BIT(n) && spi->owner[n] < dist->nr_ids)
		return dist->by_id[spi->owner[n]];
	return vgic_vcpu_by_aff(dist, spi->aff[n]);
}

/**
 * vgic_mark() - make SPIs candidates at the vCPUs they belong to
 * @dist: the distributor, locked
 * @bank: bank number, from 1
 * @mask: interrupts of the bank
 * @kicks: where the vCPUs are noted for vgic_kick_all()
 */
void vgic_mark(struct vgic_dist *dist, unsigned int bank, u32 mask, struct vgic_kicks *kicks)
{
	const struct vgic_spi_bank *spi = &dist->spi[bank - 1];

	while (mask) {
		unsigned int n = __ffs(mask);
		struct loft_vcpu *vcpu = vgic_spi_dest(dist, spi, n);

		mask &= mask - 1;
		if (!vcpu)
			continue;
		set_bit(bank, &vcpu->vgic->cand);
		__set_bit(vcpu->id, kicks->ids);
	}
}

/*
 * Wait until @vcpu has left the guest it may be in. It is somewhere between flush and sync with
 * IRQs off, on another CPU, and was kicked: this takes as long as an exit.
 */
static void vgic_wait_fold(struct loft_vcpu *vcpu)
{
	const struct vgic_cpu *vc = vcpu->vgic;
	u32 folds = READ_ONCE(vc->folds);
	unsigned int spins;

	/*
	 * Pairs with the release of the bank's lock in flush: whoever saw our change there does
	 * not concern us.
	 */
	for (spins = 0; smp_load_acquire(&vc->live) && READ_ONCE(vc->folds) == folds; spins++) {
		if (!(spins & 0xffff))
			vcpu_request(vcpu, LOFT_REQ_IRQ);
		cpu_relax();
	}
}

/**
 * vgic_kick_all() - kick the vCPUs noted while the locks were held
 * @dist: the distributor, not locked
 * @self: the vCPU whose thread this is, which needs no kick, or NULL
 * @kicks: whom
 * @wait: also wait until none of them runs on list registers filled before the call
 */
void vgic_kick_all(struct vgic_dist *dist, struct loft_vcpu *self, const struct vgic_kicks *kicks,
		   bool wait)
{
	unsigned long id;

	for_each_set_bit(id, kicks->ids, dist->nr_ids) {
		struct loft_vcpu *vcpu = dist->by_id[id];

		/* A kick alone may be answered inside the switch, by adding to the list registers */
		if (vcpu != self)
			vcpu_request(vcpu, LOFT_REQ_IRQ);
	}
	if (!wait)
		return;
	for_each_set_bit(id, kicks->ids, dist->nr_ids) {
		if (dist->by_id[id] != self)
			vgic_wait_fold(dist->by_id[id]);
	}
}

/**
 * vgic_set_ctlr() - switch the interrupt groups on or off
 * @dist: the distributor
 * @self: the vCPU that does it, or NULL
 * @ctlr: VGIC_CTLR_GRP*
 *
 * Flush reads @ctlr under a private bank's lock alone, so that lock is passed through for each
 * vCPU between the change and the candidate bit: a flush that saw the old value cannot clear the
 * bit set here.
 */
void vgic_set_ctlr(struct vgic_dist *dist, struct loft_vcpu *self, u32 ctlr)
{
	struct vgic_kicks kicks = { };
	unsigned long flags;
	unsigned int i, bank;
	u32 old;

	raw_spin_lock_irqsave(&dist->lock, flags);
	old = dist->ctlr;
	WRITE_ONCE(dist->ctlr, ctlr & VGIC_CTLR_GRPS);
	raw_spin_unlock_irqrestore(&dist->lock, flags);
	if (old == (ctlr & VGIC_CTLR_GRPS))
		return;

	for (i = 0; i < dist->nr_frames; i++) {
		struct loft_vcpu *vcpu = dist->by_frame[i];

		raw_spin_lock_irqsave(&vcpu->vgic->lock, flags);
		for (bank = 0; bank < dist->nr_irqs / 32; bank++)
			set_bit(bank, &vcpu->vgic->cand);
		raw_spin_unlock_irqrestore(&vcpu->vgic->lock, flags);
		__set_bit(vcpu->id, kicks.ids);
	}
	vgic_kick_all(dist, self, &kicks, old & ~ctlr);
}

/*
 * Set the line of bit @bit. True: the vCPU has to be told, because there is something new for it,
 * or because it runs with a pending state that is gone.
 */
static bool vgic_bank_set_line(const struct vgic_dist *dist, struct vgic_bank *b, u32 bit,
			       bool level)
{
	u32 was = vgic_bank_pend(b);

	if (!level) {
		b->line &= ~bit;
		return was & ~vgic_bank_pend(b) & b->inlr & bit;
	}
	b->line |= bit;
	b->latch |= b->edge & bit;
	return ~was & vgic_bank_open(dist, b) & bit;
}

/* What is new, a kick lets the vCPU find; what is gone has to be taken out of its list registers */
static void vgic_tell(struct loft_vcpu *vcpu, bool more)
{
	if (more)
		vcpu_kick(vcpu);
	else
		vcpu_request(vcpu, LOFT_REQ_IRQ);
}

static void vgic_inject_private(struct vgic_dist *dist, struct loft_vcpu *vcpu, u32 intid,
				bool level)
{
	struct vgic_cpu *vc = vcpu->vgic;
	unsigned long flags;
	bool kick;

	raw_spin_lock_irqsave(&vc->lock, flags);
	kick = vgic_bank_set_line(dist, &vc->priv, BIT(intid), level);
	if (kick)
		set_bit(0, &vc->cand);
	raw_spin_unlock_irqrestore(&vc->lock, flags);
	if (kick)
		vgic_tell(vcpu, level);
}

static void vgic_inject_spi(struct vgic_dist *dist, u32 intid, bool level)
{
	struct vgic_spi_bank *spi = &dist->spi[intid / 32 - 1];
	struct loft_vcpu *vcpu = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&dist->lock, flags);
	if (vgic_bank_set_line(dist, &spi->b, BIT(intid % 32), level))
		vcpu = vgic_spi_dest(dist, spi, intid % 32);
	if (vcpu)
		set_bit(intid / 32, &vcpu->vgic->cand);
	raw_spin_unlock_irqrestore(&dist->lock, flags);
	if (vcpu)
		vgic_tell(vcpu, level);
}

/**
 * vgic_inject() - an interrupt line changes
 * @vm: the VM
 * @vcpu: whose PPI, or NULL for an SPI
 * @intid: 16..31 with @vcpu, 32..1019 without
 * @level: new level; for an edge-triggered interrupt true is the edge and false means nothing
 *
 * Any context. Return: 0, -EBUSY before the vGIC is initialised, -EINVAL if there is no such
 * interrupt.
 */
int vgic_inject(struct loft_vm *vm, struct loft_vcpu *vcpu, u32 intid, bool level)
{
	struct vgic_dist *dist = vm->vgic;

	if (!dist || !smp_load_acquire(&dist->initialised))
		return -EBUSY;
	if (intid < VGIC_NR_PRIVATE) {
		if (!vcpu || intid < VGIC_NR_SGIS)
			return -EINVAL;
		vgic_inject_private(dist, vcpu, intid, level);
		return 0;
	}
	if (intid >= dist->nr_irqs || intid > VGIC_MAX_SPI)
		return -EINVAL;
	vgic_inject_spi(dist, intid, level);
	return 0;
}

/**
 * vgic_pending() - would an interrupt wake this vCPU from WFI?
 * @vcpu: the vCPU, not in the guest
 *
 * The CPU interface's mask and group enables are in the hardware and not asked: a vCPU may wake
 * for nothing, which WFI permits.
 */
bool vgic_pending(struct loft_vcpu *vcpu)
{
	struct vgic_dist *dist = vcpu->vm->vgic;
	struct vgic_cpu *vc = vcpu->vgic;
	unsigned long cand = READ_ONCE(vc->cand);
	unsigned long flags, bank;
	bool pending = false;

	if (!cand || !dist)
		return false;
	if (vgic_cand_lpis(cand) && vgic_lpi_pending(vcpu))
		return true;

	raw_spin_lock_irqsave(&vc->lock, flags);
	raw_spin_lock(&dist->lock);
	for_each_set_bit(bank, &cand, 32) {
		const struct vgic_spi_bank *spi = bank ? &dist->spi[bank - 1] : NULL;
		const struct vgic_bank *b = bank ? &spi->b : &vc->priv;
		u32 mask = vgic_bank_pend(b) & vgic_bank_open(dist, b) & ~b->active;

		for (; mask && !pending; mask &= mask - 1)
			pending = !bank || vgic_spi_dest(dist, spi, __ffs(mask)) == vcpu;
	}
	raw_spin_unlock(&dist->lock);
	raw_spin_unlock_irqrestore(&vc->lock, flags);
	return pending;
}

/**
 * vgic_map_hw() - tie a PPI to a physical interrupt
 * @vcpu: the vCPU
 * @intid: 16..31
 * @hwirq: INTID of the physical interrupt, below 1020
 */
int vgic_map_hw(struct loft_vcpu *vcpu, u32 intid, u32 hwirq)
{
	struct vgic_cpu *vc = vcpu->vgic;
	unsigned long flags;

	if (intid < VGIC_NR_SGIS || intid >= VGIC_NR_PRIVATE || hwirq > VGIC_MAX_SPI)
		return -EINVAL;
	raw_spin_lock_irqsave(&vc->lock, flags);
	vc->hw |= BIT(intid);
	vc->hwirq[intid - VGIC_NR_SGIS] = hwirq;
	raw_spin_unlock_irqrestore(&vc->lock, flags);
	return 0;
}

/**
 * vgic_hw_active() - must the physical interrupt behind @intid be kept active for this vCPU?
 * @vcpu: the vCPU, on its own thread or blocked
 * @intid: 16..31
 *
 * Yes from the moment it fires until the guest deactivates it, even while the guest has it
 * disabled: an inactive one would fire again at once.
 */
bool vgic_hw_active(struct loft_vcpu *vcpu, u32 intid)
{
	const struct vgic_bank *b = &vcpu->vgic->priv;
	u32 held = READ_ONCE(b->line) | READ_ONCE(b->latch) | READ_ONCE(b->lrpend) |
		   READ_ONCE(b->active);

	return held & BIT(intid);
}

/**
 * vgic_deactivate() - the guest deactivated an interrupt that is in no list register of its own
 * @vcpu: who did, on its thread, not in the guest
 * @intid: which
 *
 * Another vCPU may have it in flight: then that one drops the active state at its fold, which is
 * waited for.
 */
void vgic_deactivate(struct loft_vcpu *vcpu, u32 intid)
{
	bool private = intid < VGIC_NR_PRIVATE;
	struct vgic_dist *dist = vcpu->vm->vgic;
	raw_spinlock_t *lock = private ? &vcpu->vgic->lock : &dist->lock;
	struct vgic_kicks kicks = { };
	u32 bit = BIT(intid % 32);
	unsigned long flags;
	struct vgic_bank *b;
	bool wait, acked;

	if (intid >= dist->nr_irqs || intid > VGIC_MAX_SPI)
		return;
	b = private ? &vcpu->vgic->priv : &dist->spi[intid / 32 - 1].b;

	raw_spin_lock_irqsave(lock, flags);
	acked = b->active & b->resample & ~b->edge & bit;
	wait = b->inlr & bit;
	b->active &= ~bit;
	b->clra |= b->inlr & bit;
	b->seta &= ~bit;
	/* The routing may have changed while it was active: whoever gets it next has to look. */
	if (!private && (wait || vgic_bank_wanted(dist, b) & bit))
		vgic_mark(dist, intid / 32, bit, &kicks);
	raw_spin_unlock_irqrestore(lock, flags);

	vgic_kick_all(dist, vcpu, &kicks, wait);
	if (acked)
		irqfd_acked(vcpu->vm, intid);
}

/**
 * vgic_dir_write() - ICC_DIR_EL1 written, trapped because an active interrupt had no list register
 * @vcpu: the vCPU, on its thread, IRQs on
 * @val: what was written
 */
void vgic_dir_write(struct loft_vcpu *vcpu, u64 val)
{
	if (vgic_initialised(vcpu->vm))
		vgic_deactivate(vcpu, val & GENMASK(23, 0));
}

/**
 * vgic_set_resample() - tell an irqfd about the guest's deactivation of a level-triggered SPI, or
 * no longer
 * @vm: the VM
 * @intid: the SPI
 * @on: start or stop
 */
int vgic_set_resample(struct loft_vm *vm, u32 intid, bool on)
{
	struct vgic_dist *dist = vm->vgic;
	struct vgic_bank *b;
	unsigned long flags;

	if (!vgic_initialised(vm))
		return -EINVAL;
	if (intid < VGIC_NR_PRIVATE || intid >= dist->nr_irqs || intid > VGIC_MAX_SPI)
		return -EINVAL;
	b = &dist->spi[intid / 32 - 1].b;
	raw_spin_lock_irqsave(&dist->lock, flags);
	if (on)
		b->resample |= BIT(intid % 32);
	else
		b->resample &= ~BIT(intid % 32);
	raw_spin_unlock_irqrestore(&dist->lock, flags);
	return 0;
}

/**
 * vgic_irq_line() - KVM_IRQ_LINE
 * @vm: the VM
 * @lvl: as userspace gave it: type, vCPU, number, level
 *
 * Return: 0; -ENXIO without an in-kernel interrupt controller, or for KVM_ARM_IRQ_TYPE_CPU;
 * -EBUSY before a GICv3 is initialised, while a GICv2 then is, as by its first run; -EINVAL. The
 * timers' PPIs belong to the timers: userspace may set them, to no effect.
 */
int vgic_irq_line(struct loft_vm *vm, const struct kvm_irq_level *lvl)
{
	u32 type = lvl->irq >> KVM_ARM_IRQ_TYPE_SHIFT & KVM_ARM_IRQ_TYPE_MASK;
	u32 id = lvl->irq >> KVM_ARM_IRQ_VCPU_SHIFT & KVM_ARM_IRQ_VCPU_MASK;
	u32 intid = lvl->irq >> KVM_ARM_IRQ_NUM_SHIFT & KVM_ARM_IRQ_NUM_MASK;
	struct loft_vcpu *vcpu;
	int ret;

	id += (lvl->irq >> KVM_ARM_IRQ_VCPU2_SHIFT & KVM_ARM_IRQ_VCPU2_MASK) *
	      (KVM_ARM_IRQ_VCPU_MASK + 1);

	if (type > KVM_ARM_IRQ_TYPE_PPI)
		return -EINVAL;
	if (!vm->vgic || type == KVM_ARM_IRQ_TYPE_CPU)
		return -ENXIO;
	ret = vm->vgic->v2 && !vgic_initialised(vm) ? vgic_initialise(vm) : 0;
	if (ret)
		return ret;
	if (type == KVM_ARM_IRQ_TYPE_SPI)
		return intid < VGIC_NR_PRIVATE ? -EINVAL : vgic_inject(vm, NULL, intid, lvl->level);

	vcpu = vm_vcpu(vm, id);
	if (!vcpu || intid < VGIC_NR_SGIS || intid >= VGIC_NR_PRIVATE)
		return -EINVAL;
	if (vgic_initialised(vm) && (intid == vcpu->timer.v_ppi || intid == vcpu->timer.p_ppi))
		return 0;
	return vgic_inject(vm, vcpu, intid, lvl->level);
}
