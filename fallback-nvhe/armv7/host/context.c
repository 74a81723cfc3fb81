// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's way into the structure that the lowvisor runs, and back.
 *
 * Registers are in struct loft_regs after every exit. What the lowvisor or the GIC keeps elsewhere - timer, virtual CPU
 * interface, traps, stage 2 - stays there from one entry to the next, until another vCPU runs on this CPU or somebody wants
 * to see it. The protocol is that of residency under VHE: hyp_cpu.resident changes on its own CPU with interrupts off;
 * vcpu->cpu is cleared with release after the last register is in place, and read with acquire; others evict by IPI.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <loft/smccc.h>
#include "hyp.h"

static_assert(offsetof(struct loft_vcpu, regs) == 0);
static_assert(sizeof(struct loft_regs) <= PAGE_SIZE);

#define VTTBR_VMID_SHIFT	48
/* HSTR: ThumbEE, which no CPU needs any more, and all of CP15 c15, where each CPU keeps its own */
#define HSTR_TRAPS		(BIT(16) | BIT(15))
/* VTCR.S and T0SZ, a signed number: 64 - n bits says the same, but for the bit above that 32 IPA bits would set */
#define VTCR_BIT5		BIT(5)

/* Hypercalls that need no argument and change nothing but r0 */
static void load_answers(const struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	static const u32 fns[] = { ARM_SMCCC_VERSION_FUNC_ID, PSCI_0_2_FN_PSCI_VERSION };
	unsigned int i;
	u64 ret;

	BUILD_BUG_ON(ARRAY_SIZE(fns) > HOSTCALL_NR_ANSWERS);
	hv->unknown = (u32)SMCCC_NONE;
	hv->psci = vcpu->psci_fns;
	hv->nr_answers = 0;
	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		if (!smccc_quick(vcpu, fns[i], 0, &ret))
			continue;
		hv->answer[hv->nr_answers].fn = fns[i];
		hv->answer[hv->nr_answers++].ret = ret;
	}
}

/* The first entry flushes what another vCPU of the VM left in this CPU's TLB: see the lowvisor's flush_own() */
static u32 load_flags(struct loft_vcpu *vcpu)
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
	vcpu->timer.v.cval = hv->cntv_cval;
	if (loft_caps.gic)
		gich_save(&vcpu->lr);
	vtimer_evicted(vcpu);
	/* Pairs with the acquire in backend_vcpu_put(): memory is complete before the vCPU looks evicted */
	smp_store_release(&vcpu->cpu, -1);
}

/**
 * hyp_load - prepare a vCPU for entries on this CPU
 * @cpu: this CPU
 * @vcpu: the vCPU, resident nowhere
 *
 * Context: interrupts off.
 * Return: false on a CPU that is going down: the thread is about to be moved.
 */
bool hyp_load(struct hyp_cpu *cpu, struct loft_vcpu *vcpu)
{
	struct hostcall_vcpu *hv = vcpu->backend;
	struct loft_vm *vm = vcpu->vm;

	if (unlikely(!cpu->online))
		return false;
	if (cpu->resident)
		context_save(cpu->resident);
	hv->flags = load_flags(vcpu);
	hv->hdcr = vcpu->traps.mdcr;
	hv->hcptr = vcpu->traps.cptr;
	hv->hstr = HSTR_TRAPS;
	hv->vtcr = vm->stage2.vtcr & ~VTCR_BIT5;
	hv->vttbr = vm->stage2.root_pa.val | (vmid_load(vm) << VTTBR_VMID_SHIFT);
	hv->cntvoff = vtimer_offset(vm);
	vtimer_loading(vcpu);
	hv->cntv_ctl = vcpu->timer.v.ctl;
	hv->cntv_cval = vcpu->timer.v.cval;
	if (loft_caps.gic)
		gich_load(&vcpu->lr);
	load_answers(vcpu, hv);
	cpu->resident = vcpu;
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	return true;
}

/**
 * hyp_evict - bring the resident vCPU's state, if any, to memory
 * @cpu: this CPU
 *
 * Context: interrupts off.
 */
void hyp_evict(struct hyp_cpu *cpu)
{
	struct loft_vcpu *vcpu = cpu->resident;

	cpu->resident = NULL;
	if (vcpu)
		context_save(vcpu);
}

static void evict_ipi(void *data)
{
	struct hyp_cpu *cpu = this_cpu_ptr(&hyp_cpu);

	if (cpu->resident == data)
		hyp_evict(cpu);
}

/**
 * backend_vcpu_put - bring a vCPU's state to memory
 * @vcpu: the vCPU; it does not run
 *
 * Context: interrupts on, may wait for another CPU.
 */
void backend_vcpu_put(struct loft_vcpu *vcpu)
{
	int cpu;

	/* A CPU that goes down evicts by itself; the call then fails and the next look finds -1 */
	while ((cpu = smp_load_acquire(&vcpu->cpu)) >= 0)
		if (smp_call_function_single(cpu, evict_ipi, vcpu, 1))
			cpu_relax();
}

/**
 * backend_vcpu_create - what the lowvisor needs of a new vCPU
 * @vcpu: the vCPU; whole pages, of which HYP sees the first with its registers
 *
 * Return: 0 or -ENOMEM.
 */
int backend_vcpu_create(struct loft_vcpu *vcpu)
{
	struct hostcall_vcpu *hv = (struct hostcall_vcpu *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	int ret;

	if (!hv)
		return -ENOMEM;
	hv->magic = HOSTCALL_MAGIC;
	/* An address of HYP's, where everything lies at its physical one */
	hv->regs = (struct loft_regs *)(u32)virt_to_phys(vcpu);
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
 * backend_vcpu_destroy - HYP forgets a vCPU
 * @vcpu: the vCPU, evicted
 */
void backend_vcpu_destroy(struct loft_vcpu *vcpu)
{
	el2map_remove(vcpu, PAGE_SIZE);
	el2map_remove(vcpu->backend, PAGE_SIZE);
	free_page((unsigned long)vcpu->backend);
}
