// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's way into the structure that the lowvisor runs, and back.
 *
 * Registers are in struct loft_regs after every exit. What the lowvisor keeps elsewhere - timer, traps, stage 2 - stays there
 * from one entry to the next, and what the host has no use for - the virtual CPU interface, the timer's compare value -
 * in the hardware, until another vCPU runs on this CPU or somebody wants to see it. The protocol is that of residency under VHE: nvhe_cpu.resident changes on its own CPU with interrupts off;
 * vcpu->cpu is cleared with release after the last register is in place, and read with acquire; others evict by IPI.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <loft/smccc.h>
#include "nvhe.h"
#include "../../gich.h"

static_assert(offsetof(struct loft_vcpu, regs) == 0);
static_assert(sizeof(struct loft_regs) <= PAGE_SIZE);

/* Bits of loft_traps.cptr, which is in CPACR_EL1's format */
#define CPACR_TTA	BIT(28)
#define CPACR_TAM	BIT(30)

/* CPTR_EL2 with everything trapped that a guest has no part in */
static u64 cptr(const struct loft_traps *traps)
{
	u64 val = CPTR_NVHE_EL2_RES1 | CPTR_EL2_TFP | CPTR_EL2_TZ | CPTR_EL2_TSM;

	if (traps->cptr & CPACR_TTA)
		val |= CPTR_EL2_TTA;
	if (traps->cptr & CPACR_TAM)
		val |= CPTR_EL2_TAM;
	return val;
}

/* Hypercalls that need no argument and change nothing but x0 */
static void load_answers(const struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	static const u32 fns[] = { ARM_SMCCC_VERSION_FUNC_ID, ARM_SMCCC_ARCH_WORKAROUND_1, ARM_SMCCC_ARCH_WORKAROUND_3 };
	unsigned int i;
	u64 ret;

	BUILD_BUG_ON(ARRAY_SIZE(fns) > HOSTCALL_NR_ANSWERS);
	hv->unknown = SMCCC_NONE;
	hv->psci = vcpu->psci_fns;
	hv->psci64 = vcpu->psci_fns64;
	hv->psci_version = vcpu->psci_version;
	hv->nr_answers = 0;
	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		if (!smccc_quick(vcpu, fns[i], 0, &ret))
			continue;
		hv->answer[hv->nr_answers].fn = fns[i];
		hv->answer[hv->nr_answers++].ret = ret;
	}
}

static void load_gic(const struct vgic_lr_state *lr, struct hostcall_vcpu *hv)
{
	struct hostcall_gic *gic = &hv->gic;

	hv->flags |= HOSTCALL_V_GIC_LOAD;
	gic->vmcr = lr->vmcr;
	memcpy(gic->ap0r, lr->ap0r, sizeof(gic->ap0r));
	memcpy(gic->ap1r, lr->ap1r, sizeof(gic->ap1r));
}

/* The first entry has loaded what only then was in the hardware */
static void save_gic(struct vgic_lr_state *lr, const struct hostcall_vcpu *hv)
{
	const struct hostcall_gic *gic = &hv->gic;

	if (!(hv->flags & HOSTCALL_V_GIC_LOAD))
		nvhe_cpu_call(HOSTCALL_GIC_SAVE, hv->self, 0, 0, 0);
	lr->vmcr = gic->vmcr;
	memcpy(lr->ap0r, gic->ap0r, sizeof(gic->ap0r));
	memcpy(lr->ap1r, gic->ap1r, sizeof(gic->ap1r));
}

/* The first entry flushes what another vCPU of the VM left in this CPU's TLB: see the lowvisor's flush_own() */
static u64 load_flags(struct loft_vcpu *vcpu)
{
	int *last = this_cpu_ptr(vcpu->vm->last_vcpu);
	int before = *last;

	*last = vcpu->id;
	return before >= 0 && before != (int)vcpu->id ? HOSTCALL_V_FLUSH : 0;
}

static void context_save(struct loft_vcpu *vcpu)
{
	struct hostcall_vcpu *hv = vcpu->backend;

	vcpu->timer.v.ctl = hv->cntv_ctl;
	vcpu->timer.v.cval = read_sysreg(cntv_cval_el0);
	if (loft_caps.gic == 2)
		gich_save(&vcpu->lr);
	else if (loft_caps.gic)
		save_gic(&vcpu->lr, hv);
	vtimer_evicted(vcpu);
	/* Pairs with the acquire in nvhe_vcpu_put(): memory is complete before the vCPU looks evicted */
	smp_store_release(&vcpu->cpu, -1);
}

/**
 * nvhe_load - prepare a vCPU for entries on this CPU
 * @cpu: this CPU
 * @vcpu: the vCPU, resident nowhere
 *
 * Context: interrupts off.
 * Return: false on a CPU that is going down: the thread is about to be moved.
 */
bool nvhe_load(struct nvhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	struct hostcall_vcpu *hv = vcpu->backend;
	struct loft_vm *vm = vcpu->vm;

	if (unlikely(!cpu->online))
		return false;
	if (cpu->resident)
		context_save(cpu->resident);
	hv->flags = load_flags(vcpu);
	hv->mdcr = vcpu->traps.mdcr;
	hv->cptr = cptr(&vcpu->traps);
	hv->vtcr = vm->stage2.vtcr;
	hv->vttbr = vm->stage2.root_pa.val | (vmid_load(vm) << VTTBR_VMID_SHIFT);
	hv->cntvoff = vtimer_offset(vm);
	vtimer_loading(vcpu);
	hv->cntv_ctl = vcpu->timer.v.ctl;
	/* The hostcall to come synchronises; without offset or enable it has no effect before that */
	write_sysreg(vcpu->timer.v.cval, cntv_cval_el0);
	if (loft_caps.gic == 2)
		gich_load(&vcpu->lr);
	else if (loft_caps.gic)
		load_gic(&vcpu->lr, hv);
	load_answers(vcpu, hv);
	cpu->resident = vcpu;
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	return true;
}

/**
 * nvhe_evict - bring the resident vCPU's state, if any, to memory
 * @cpu: this CPU
 *
 * Context: interrupts off.
 */
void nvhe_evict(struct nvhe_cpu *cpu)
{
	struct loft_vcpu *vcpu = cpu->resident;

	cpu->resident = NULL;
	if (vcpu)
		context_save(vcpu);
}

static void evict_ipi(void *data)
{
	struct nvhe_cpu *cpu = this_cpu_ptr(&nvhe_cpu);

	if (cpu->resident == data)
		nvhe_evict(cpu);
}

/**
 * nvhe_vcpu_put - bring a vCPU's state to memory
 * @vcpu: the vCPU; it does not run
 *
 * Context: interrupts on, may wait for another CPU.
 */
void nvhe_vcpu_put(struct loft_vcpu *vcpu)
{
	int cpu;

	/* A CPU that goes down evicts by itself; the call then fails and the next look finds -1 */
	while ((cpu = smp_load_acquire(&vcpu->cpu)) >= 0)
		if (smp_call_function_single(cpu, evict_ipi, vcpu, 1))
			cpu_relax();
}

/**
 * nvhe_vcpu_create - what the lowvisor needs of a new vCPU
 * @vcpu: the vCPU; whole pages, of which EL2 sees the first with its registers
 *
 * Return: 0 or -ENOMEM.
 */
int nvhe_vcpu_create(struct loft_vcpu *vcpu)
{
	struct hostcall_vcpu *hv = (struct hostcall_vcpu *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	int ret;

	if (!hv)
		return -ENOMEM;
	hv->self = virt_to_phys(hv);
	/* An address of EL2's, where everything lies at its physical one */
	hv->regs = (struct loft_regs *)virt_to_phys(vcpu);
	ret = el2map_add(hv, PAGE_SIZE, false);
	if (ret)
		goto out_free;
	ret = el2map_add(vcpu, PAGE_SIZE, false);
	if (ret)
		goto out_unmap;
	vcpu->backend = hv;
	return 0;
out_unmap:
	el2map_remove(hv, PAGE_SIZE);
out_free:
	free_page((unsigned long)hv);
	return ret;
}

/**
 * nvhe_vcpu_destroy - EL2 forgets a vCPU
 * @vcpu: the vCPU, evicted
 */
void nvhe_vcpu_destroy(struct loft_vcpu *vcpu)
{
	el2map_remove(vcpu, PAGE_SIZE);
	el2map_remove(vcpu->backend, PAGE_SIZE);
	free_page((unsigned long)vcpu->backend);
}
