// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a GICv2 has and a GICv3 has not: a CPU interface in the guest's memory map, SGIs that know their sender, SPIs
 * with a list of targets.
 *
 * The guest's CPU interface (GICC) is the hardware's virtual one (GICV), mapped into its address space. Only the first
 * of its two pages: the other one holds nothing but GICC_DIR, and a deactivation by INTID must not pass by the model,
 * where an active interrupt may be that has no list register. Guests at EL1 seldom use it (EOImode 1).
 */
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <loft/backend.h>
#include "vgic.h"

#define GICC_DIR		0x1000
#define GICC_DIR_INTID		GENMASK(9, 0)

/* GICC_CTLR's bits are where those of ICH_VMCR_EL2 are; bit 2: AckCtl */
#define VMCR_CTLR		(VGIC_VMCR_ENG0 | VGIC_VMCR_ENG1 | BIT(2) | VGIC_VMCR_FIQEN | \
				 VGIC_VMCR_CBPR | VGIC_VMCR_EOIM)

static int addr_range(const struct loft_vm *vm, u64 base, u64 size)
{
	u64 end;

	if (base % SZ_4K || check_add_overflow(base, size, &end))
		return -EINVAL;
	return end > BIT_ULL(vm->stage2.ia_bits) ? -E2BIG : 0;
}

/**
 * vgic_v2_addr_set() - KVM_SET_DEVICE_ATTR on KVM_DEV_ARM_VGIC_GRP_ADDR
 * @vm: the VM, vm->lock held
 * @type: KVM_VGIC_V2_ADDR_TYPE_*
 * @val: address
 *
 * Return: 0, -EEXIST if it is set already, -EINVAL misaligned, -E2BIG beyond the guest's addresses, -ENXIO for other
 * types. That the two overlap shows at the first run.
 */
int vgic_v2_addr_set(struct loft_vm *vm, u64 type, u64 val)
{
	bool cpu = type == KVM_VGIC_V2_ADDR_TYPE_CPU;
	u64 *base = cpu ? &vm->vgic->cpu_base : &vm->vgic->base;
	int ret;

	if (!cpu && type != KVM_VGIC_V2_ADDR_TYPE_DIST)
		return -ENXIO;
	if (*base != VGIC_ADDR_UNDEF)
		return -EEXIST;
	ret = addr_range(vm, val, cpu ? VGIC_V2_CPU_SIZE : VGIC_V2_DIST_SIZE);
	if (!ret)
		*base = val;
	return ret;
}

/**
 * vgic_v2_addr_get() - KVM_GET_DEVICE_ATTR on KVM_DEV_ARM_VGIC_GRP_ADDR
 * @vm: the VM, vm->lock held
 * @type: KVM_VGIC_V2_ADDR_TYPE_*
 * @val: where the address goes, VGIC_ADDR_UNDEF if there is none yet
 *
 * Return: 0, -ENXIO for other types.
 */
int vgic_v2_addr_get(struct loft_vm *vm, u64 type, u64 *val)
{
	if (type != KVM_VGIC_V2_ADDR_TYPE_CPU && type != KVM_VGIC_V2_ADDR_TYPE_DIST)
		return -ENXIO;
	*val = type == KVM_VGIC_V2_ADDR_TYPE_CPU ? vm->vgic->cpu_base : vm->vgic->base;
	return 0;
}

/* The first page of GICV at the guest's GICC. No slot, no notifier concerns it: it stays until the VM goes. */
static int gicv_map(struct loft_vm *vm)
{
	struct loft_s2cache cache = { };
	int ret = stage2_cache_fill(&cache);

	if (!ret) {
		spin_lock(&vm->stage2.lock);
		ret = stage2_map(vm, IPA(vm->vgic->cpu_base), HPA(loft_caps.gicv_pa), PAGE_SIZE,
				 S2_R | S2_W | S2_DEVICE, &cache);
		spin_unlock(&vm->stage2.lock);
	}
	stage2_cache_free(&cache);
	return ret;
}

/**
 * vgic_v2_first_run() - finish what userspace left, and give the guest its CPU interface
 * @vm: the VM, vm->lock held
 *
 * Other than a GICv3, a GICv2 need not have been initialised: VMMs are older than KVM_DEV_ARM_VGIC_CTRL_INIT.
 *
 * Return: 0, -ENXIO if an address is missing, -EINVAL if the regions overlap, -ENOMEM.
 */
int vgic_v2_first_run(struct loft_vm *vm)
{
	const struct vgic_dist *dist = vm->vgic;
	int ret;

	if (dist->base == VGIC_ADDR_UNDEF || dist->cpu_base == VGIC_ADDR_UNDEF)
		return -ENXIO;
	if (dist->base < dist->cpu_base + VGIC_V2_CPU_SIZE &&
	    dist->cpu_base < dist->base + VGIC_V2_DIST_SIZE)
		return -EINVAL;
	ret = vgic_init(vm);
	return ret ?: gicv_map(vm);
}

/**
 * vgic_v2_route() - set the targets of an SPI
 * @dist: the distributor, locked or not yet in use
 * @intid: which
 * @targets: bit n: CPU n
 *
 * Of several targets one takes it (IHI 0048, "1-N model"): always the first. A single CPU takes everything, whatever
 * the targets.
 */
void vgic_v2_route(struct vgic_dist *dist, u32 intid, u8 targets)
{
	u32 *aff = &dist->spi[intid / 32 - 1].aff[intid % 32];
	u32 i;

	dist->targets[intid] = 0;
	/* No vCPU's affinities: the interrupt goes nowhere */
	*aff = dist->nr_frames == 1 ? dist->by_frame[0]->id : U32_MAX;
	for (i = 0; i < dist->nr_frames; i++) {
		u32 id = dist->by_frame[i]->id;

		if (!(targets & BIT(id)))
			continue;
		dist->targets[intid] |= BIT(id);
		*aff = min(*aff, id);
	}
}

/**
 * vgic_v2_sgi_send() - an SGI becomes pending at one vCPU
 * @self: the vCPU whose thread this is, or NULL: userspace
 * @vcpu: the target
 * @intid: 0..15
 * @from: the vCPUs that send it, as bits
 */
void vgic_v2_sgi_send(struct loft_vcpu *self, struct loft_vcpu *vcpu, u32 intid, u8 from)
{
	struct vgic_cpu *vc = vcpu->vgic;
	unsigned long flags;
	bool kick = false;

	if (!from)
		return;
	raw_spin_lock_irqsave(&vc->lock, flags);
	vc->sgi_from[intid] |= from;
	if (!(vc->priv.latch & BIT(intid))) {
		vc->priv.latch |= BIT(intid);
		kick = vgic_bank_open(vcpu->vm->vgic, &vc->priv) & BIT(intid);
		if (kick)
			set_bit(0, &vc->cand);
	}
	raw_spin_unlock_irqrestore(&vc->lock, flags);
	if (kick && vcpu != self)
		vcpu_kick(vcpu);
}

/**
 * vgic_v2_gicc_mmio() - a guest's access to the part of the CPU interface that is not mapped
 * @vcpu: whose access, its list registers folded
 * @ipa: address
 * @len: bytes
 * @write: direction
 * @val: what is written, or where what was read goes
 *
 * Return: true if the address is there.
 */
bool vgic_v2_gicc_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val)
{
	u64 off = ipa.val - vcpu->vm->vgic->cpu_base;

	if (off < PAGE_SIZE || off >= VGIC_V2_CPU_SIZE)
		return false;
	if (!write)
		*val = 0;
	else if (off == GICC_DIR && len == 4)
		vgic_deactivate(vcpu, *val & GICC_DIR_INTID);
	return true;
}

/*
 * The CPU interface as userspace saves it: a field of VMCR each. GICC_PMR in the five bits of GICH_VMCR, as the KVM API
 * has it (devices/arm-vgic).
 */
static const struct {
	u32 off;
	u32 mask;
	u32 shift;
} gicc_regs[] = {
	{ 0x00, VMCR_CTLR, 0 },			/* GICC_CTLR */
	{ 0x04, GENMASK(31, 27), 27 },		/* GICC_PMR */
	{ 0x08, GENMASK(23, 21), 21 },		/* GICC_BPR */
	{ 0x1c, GENMASK(20, 18), 18 },		/* GICC_ABPR */
};

/* Five preemption bits: one active priority register, of both groups; three more are RAZ/WI. */
#define GICC_APR0		0xd0
#define GICC_APR3		0xdc
#define GICC_IIDR		0xfc
#define GICC_IIDR_VALUE		(0x4b << 20 | 2 << 16 | 0x43b)

static u32 gicc_read(const struct loft_vcpu *vcpu, u32 offset)
{
	if (offset == GICC_APR0)
		return vcpu->lr.ap0r[0];
	return offset == GICC_IIDR ? GICC_IIDR_VALUE : 0;
}

/**
 * vgic_v2_gicc_uaccess() - one register of the CPU interface (KVM_DEV_ARM_VGIC_GRP_CPU_REGS)
 * @vcpu: the vCPU, locked and evicted
 * @offset: from the start of the CPU interface
 * @write: direction
 * @val: value; NULL: only ask whether there is such a register
 *
 * Return: 0, -ENXIO if there is no such register.
 */
int vgic_v2_gicc_uaccess(struct loft_vcpu *vcpu, u32 offset, bool write, u32 *val)
{
	struct vgic_lr_state *lr = &vcpu->lr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gicc_regs); i++) {
		u32 mask = gicc_regs[i].mask, shift = gicc_regs[i].shift;

		if (gicc_regs[i].off != offset)
			continue;
		if (val && write)
			lr->vmcr = (lr->vmcr & ~mask) | (*val << shift & mask);
		else if (val)
			*val = (lr->vmcr & mask) >> shift;
		return 0;
	}
	if (offset % 4 || !((offset >= GICC_APR0 && offset <= GICC_APR3) || offset == GICC_IIDR))
		return -ENXIO;
	if (val && !write)
		*val = gicc_read(vcpu, offset);
	else if (val && offset == GICC_APR0)
		lr->ap0r[0] = *val;
	return 0;
}
