// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vGIC's life: created, initialised once all vCPUs exist, checked at the first run, freed with
 * the VM.
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <loft/backend.h>
#include "vgic_its.h"

#define VGIC_IIDR_REV	3

static void vgic_bank_init(struct vgic_bank *b)
{
	b->group1 = ~0;
}

/**
 * vgic_vcpu_create() - the interrupt controller's part of a new vCPU
 * @vcpu: the vCPU; vm->lock is held
 *
 * Return: 0, -EBUSY if the vGIC is initialised already, -ENOMEM.
 */
int vgic_vcpu_create(struct loft_vcpu *vcpu)
{
	struct vgic_cpu *vc;

	if (vgic_initialised(vcpu->vm))
		return -EBUSY;
	vc = kzalloc(sizeof(*vc), GFP_KERNEL_ACCOUNT);
	if (!vc)
		return -ENOMEM;
	raw_spin_lock_init(&vc->lock);
	vgic_bank_init(&vc->priv);
	/* SGIs: edge-triggered always, enabled at reset as every host has it. */
	vc->priv.edge = GENMASK(VGIC_NR_SGIS - 1, 0);
	vc->priv.enabled = GENMASK(VGIC_NR_SGIS - 1, 0);
	vcpu->vgic = vc;
	return 0;
}

void vgic_vcpu_destroy(struct loft_vcpu *vcpu)
{
	kfree(vcpu->vgic->lpi);
	kfree(vcpu->vgic);
	vcpu->vgic = NULL;
}

/**
 * vgic_vcpu_reset() - reset values of the CPU interface
 * @vcpu: the vCPU, evicted
 *
 * Binary points start at the smallest value that the implemented preemption bits allow. The
 * redistributor keeps its state, it is not reset with the CPU (IHI 0069, "Reset").
 */
void vgic_vcpu_reset(struct loft_vcpu *vcpu)
{
	u32 bpr = 7 - loft_caps.pre_bits;

	vcpu->lr.vmcr = bpr << VGIC_VMCR_BPR0_SHIFT | (bpr + 1) << VGIC_VMCR_BPR1_SHIFT;
	/* Group 0 as FIQ: with system registers that cannot be otherwise, in a GICv2 it starts as IRQ. */
	if (loft_caps.gic != 2)
		vcpu->lr.vmcr |= VGIC_VMCR_FIQEN;
	memset(vcpu->lr.ap0r, 0, sizeof(vcpu->lr.ap0r));
	memset(vcpu->lr.ap1r, 0, sizeof(vcpu->lr.ap1r));
}

bool vgic_present(struct loft_vm *vm)
{
	return vm->vgic;
}

bool vgic_initialised(struct loft_vm *vm)
{
	return vm->vgic && smp_load_acquire(&vm->vgic->initialised);
}

/**
 * vgic_max_vcpus() - how many vCPUs VMs have on this host; their ids are below
 *
 * A GICv2 knows CPUs by three bits.
 */
unsigned int vgic_max_vcpus(void)
{
	return loft_caps.gic == 2 ? VGIC_V2_MAX_CPUS : LOFT_MAX_VCPUS;
}

/**
 * vgic_v2_possible() - has this host what the guest of a GICv2 needs?
 *
 * The first page of its virtual CPU interface is mapped into the guest. With larger pages than GICv2's own, more than
 * that would be.
 */
bool vgic_v2_possible(void)
{
	return loft_caps.gic == 2 && PAGE_SIZE == SZ_4K && loft_caps.gicv_pa &&
	       IS_ALIGNED(loft_caps.gicv_pa, PAGE_SIZE) && loft_caps.gicv_size >= PAGE_SIZE;
}

static int vgic_create_dist(struct loft_vm *vm, bool v2)
{
	struct vgic_dist *dist;

	if (vm->vgic)
		return -EEXIST;
	if (vm->ran)
		return -EBUSY;
	dist = kzalloc(sizeof(*dist), GFP_KERNEL_ACCOUNT);
	if (!dist)
		return -ENOMEM;
	raw_spin_lock_init(&dist->lock);
	dist->base = VGIC_ADDR_UNDEF;
	dist->cpu_base = VGIC_ADDR_UNDEF;
	dist->revision = VGIC_IIDR_REV;
	dist->v2 = v2;
	vm->vgic = dist;
	return 0;
}

/**
 * vgic_create() - KVM_CREATE_DEVICE of a vGICv3
 * @vm: the VM, vm->lock held
 *
 * Return: 0, -ENODEV if the host cannot do it, -EEXIST if there is one, -EBUSY if a vCPU has run,
 * -ENOMEM.
 */
int vgic_create(struct loft_vm *vm)
{
	return loft_caps.gic == 3 ? vgic_create_dist(vm, false) : -ENODEV;
}

/**
 * vgic_v2_create() - KVM_CREATE_DEVICE of a vGICv2
 * @vm: the VM, vm->lock held
 *
 * Return: as vgic_create().
 */
int vgic_v2_create(struct loft_vm *vm)
{
	return vgic_v2_possible() ? vgic_create_dist(vm, true) : -ENODEV;
}

static void vgic_init_vcpus(struct loft_vm *vm)
{
	struct vgic_dist *dist = vm->vgic;
	struct loft_vcpu *vcpu;
	unsigned long id;

	vm_for_each_vcpu(id, vcpu, vm) {
		vcpu->vgic->frame = dist->nr_frames;
		dist->by_id[id] = vcpu;
		dist->by_frame[dist->nr_frames++] = vcpu;
	}
}

/* Without security extensions everything starts in group 0, and targets the first CPU. */
static void vgic_init_v2(struct vgic_dist *dist)
{
	u32 i;

	for (i = 0; i < dist->nr_frames; i++)
		dist->by_frame[i]->vgic->priv.group1 = 0;
	for (i = VGIC_NR_PRIVATE; i < dist->nr_irqs; i++) {
		dist->spi[i / 32 - 1].b.group1 = 0;
		vgic_v2_route(dist, i, BIT(dist->by_frame[0]->id));
	}
}

static void vgic_free(struct vgic_dist *dist)
{
	kvfree(dist->spi);
	kfree(dist->by_id);
	kfree(dist->targets);
	dist->spi = NULL;
	dist->by_id = NULL;
	dist->targets = NULL;
}

static int vgic_init_alloc(struct vgic_dist *dist, u32 nr_vcpus, u32 nr_ids)
{
	u32 banks = dist->nr_irqs / 32 - 1;
	u32 i;

	dist->spi = kvcalloc(banks, sizeof(*dist->spi), GFP_KERNEL_ACCOUNT);
	dist->by_id = kcalloc(nr_ids + nr_vcpus, sizeof(*dist->by_id), GFP_KERNEL_ACCOUNT);
	if (dist->v2)
		dist->targets = kzalloc(dist->nr_irqs, GFP_KERNEL_ACCOUNT);
	if (!dist->spi || !dist->by_id || (dist->v2 && !dist->targets)) {
		vgic_free(dist);
		return -ENOMEM;
	}
	dist->by_frame = dist->by_id + nr_ids;
	dist->nr_ids = nr_ids;
	for (i = 0; i < banks; i++) {
		vgic_bank_init(&dist->spi[i].b);
		memset(dist->spi[i].owner, 0xff, sizeof(dist->spi[i].owner));
	}
	return 0;
}

/**
 * vgic_init() - KVM_DEV_ARM_VGIC_CTRL_INIT
 * @vm: the VM, vm->lock held; all its vCPUs exist
 *
 * Return: 0, also if it is done already; -ENODEV without vCPUs; -ENOMEM.
 */
int vgic_init(struct loft_vm *vm)
{
	struct vgic_dist *dist = vm->vgic;
	struct loft_vcpu *vcpu;
	unsigned long id;
	u32 nr_ids = 0;
	u32 nr = 0;
	int ret;

	if (dist->initialised)
		return 0;
	vm_for_each_vcpu(id, vcpu, vm) {
		nr_ids = id + 1;
		nr++;
	}
	if (!nr)
		return -ENODEV;
	if (!dist->nr_irqs)
		dist->nr_irqs = VGIC_NR_IRQS_DEFAULT;
	ret = vgic_init_alloc(dist, nr, nr_ids);
	if (ret)
		return ret;
	vgic_init_vcpus(vm);
	if (dist->v2)
		vgic_init_v2(dist);
	smp_store_release(&dist->initialised, true);
	return 0;
}

int vgic_initialise(struct loft_vm *vm)
{
	int ret;

	mutex_lock(&vm->lock);
	ret = vgic_init(vm);
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * vgic_first_run() - may the VM run with what userspace has set up?
 * @vm: the VM, vm->lock held
 *
 * Return: 0, also without a vGIC; -EBUSY if a GICv3 is not initialised; -ENXIO or -EINVAL if addresses
 * are missing or overlap.
 */
int vgic_first_run(struct loft_vm *vm)
{
	if (!vm->vgic)
		return 0;
	if (vm->vgic->v2)
		return vgic_v2_first_run(vm);
	if (!vm->vgic->initialised)
		return -EBUSY;
	return vgic_addr_check(vm);
}

void vgic_vm_destroy(struct loft_vm *vm)
{
	struct vgic_dist *dist = vm->vgic;

	if (!dist)
		return;
	vgic_free(dist);
	kfree(dist->regions);
	kfree(dist);
	vm->vgic = NULL;
}
