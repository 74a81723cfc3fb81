// SPDX-License-Identifier: GPL-2.0-only
/*
 * Residency: a guest's EL1 world stays in the hardware until somebody needs the place.
 *
 * A host in EL2 uses none of these registers, so they survive KVM_RUN's return, host userspace and other
 * tasks. vhe_cpu.resident says whose they are; it changes on its own CPU with interrupts off only. vcpu->cpu
 * is the way back: cleared with release after the last register is in memory, read with acquire by whoever
 * wants that memory. Others evict by IPI and therefore never with interrupts off.
 */
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/tlbflush.h>
#include "vhe.h"

static void el1_save(u64 *sys)
{
	sys[LOFT_SCTLR_EL1] = read_sysreg_s(SYS_SCTLR_EL12);
	sys[LOFT_CPACR_EL1] = read_sysreg_s(SYS_CPACR_EL12);
	sys[LOFT_TTBR0_EL1] = read_sysreg_s(SYS_TTBR0_EL12);
	sys[LOFT_TTBR1_EL1] = read_sysreg_s(SYS_TTBR1_EL12);
	sys[LOFT_TCR_EL1] = read_sysreg_s(SYS_TCR_EL12);
	sys[LOFT_ESR_EL1] = read_sysreg_s(SYS_ESR_EL12);
	sys[LOFT_AFSR0_EL1] = read_sysreg_s(SYS_AFSR0_EL12);
	sys[LOFT_AFSR1_EL1] = read_sysreg_s(SYS_AFSR1_EL12);
	sys[LOFT_FAR_EL1] = read_sysreg_s(SYS_FAR_EL12);
	sys[LOFT_MAIR_EL1] = read_sysreg_s(SYS_MAIR_EL12);
	sys[LOFT_VBAR_EL1] = read_sysreg_s(SYS_VBAR_EL12);
	sys[LOFT_CONTEXTIDR_EL1] = read_sysreg_s(SYS_CONTEXTIDR_EL12);
	sys[LOFT_AMAIR_EL1] = read_sysreg_s(SYS_AMAIR_EL12);
	sys[LOFT_CNTKCTL_EL1] = read_sysreg_s(SYS_CNTKCTL_EL12);
	sys[LOFT_ELR_EL1] = read_sysreg_s(SYS_ELR_EL12);
	sys[LOFT_SPSR_EL1] = read_sysreg_s(SYS_SPSR_EL12);
	sys[LOFT_SP_EL1] = read_sysreg(sp_el1);
	sys[LOFT_TPIDR_EL1] = read_sysreg(tpidr_el1);
	/* What the guest's ESB deferred: its DISR_EL1, while HCR_EL2.AMO is set */
	if (cpus_have_final_cap(ARM64_HAS_RAS_EXTN))
		sys[LOFT_DISR_EL1] = read_sysreg_s(SYS_VDISR_EL2);
}

static void el1_load(const u64 *sys)
{
	write_sysreg_s(sys[LOFT_SCTLR_EL1], SYS_SCTLR_EL12);
	write_sysreg_s(sys[LOFT_CPACR_EL1], SYS_CPACR_EL12);
	write_sysreg_s(sys[LOFT_TTBR0_EL1], SYS_TTBR0_EL12);
	write_sysreg_s(sys[LOFT_TTBR1_EL1], SYS_TTBR1_EL12);
	write_sysreg_s(sys[LOFT_TCR_EL1], SYS_TCR_EL12);
	write_sysreg_s(sys[LOFT_ESR_EL1], SYS_ESR_EL12);
	write_sysreg_s(sys[LOFT_AFSR0_EL1], SYS_AFSR0_EL12);
	write_sysreg_s(sys[LOFT_AFSR1_EL1], SYS_AFSR1_EL12);
	write_sysreg_s(sys[LOFT_FAR_EL1], SYS_FAR_EL12);
	write_sysreg_s(sys[LOFT_MAIR_EL1], SYS_MAIR_EL12);
	write_sysreg_s(sys[LOFT_VBAR_EL1], SYS_VBAR_EL12);
	write_sysreg_s(sys[LOFT_CONTEXTIDR_EL1], SYS_CONTEXTIDR_EL12);
	write_sysreg_s(sys[LOFT_AMAIR_EL1], SYS_AMAIR_EL12);
	write_sysreg_s(sys[LOFT_CNTKCTL_EL1], SYS_CNTKCTL_EL12);
	write_sysreg_s(sys[LOFT_ELR_EL1], SYS_ELR_EL12);
	write_sysreg_s(sys[LOFT_SPSR_EL1], SYS_SPSR_EL12);
	write_sysreg(sys[LOFT_SP_EL1], sp_el1);
	write_sysreg(sys[LOFT_TPIDR_EL1], tpidr_el1);
	write_sysreg(sys[LOFT_MIDR_EL1], vpidr_el2);
	write_sysreg(sys[LOFT_MPIDR_EL1], vmpidr_el2);
	if (cpus_have_final_cap(ARM64_HAS_RAS_EXTN))
		write_sysreg_s(sys[LOFT_DISR_EL1], SYS_VDISR_EL2);
}

/*
 * Walks that the outgoing guest started, speculative ones included, may still be under way; they must not
 * meet the registers of the next one (Arm ARM, "Synchronization of changes to the translation regime").
 */
static void walks_complete(void)
{
	dsb(nsh);
}

static void context_save(struct loft_vcpu *vcpu)
{
	walks_complete();
	el1_save(vcpu->regs.sys);
	timer_save(vcpu);
	gic_save(&vcpu->lr);
	/* Pairs with the acquire in vhe_vcpu_put(): memory is complete before the vCPU looks evicted */
	smp_store_release(&vcpu->cpu, -1);
}

/*
 * Two vCPUs of a VM share a VMID, but not what a guest may assume of its own CPU: TLB entries made with its
 * ASIDs without broadcast, and instruction cache maintenance it did locally. Arm ARM: a PE's TLB
 * maintenance without IS affects that PE only, and the guest's PE is the vCPU.
 */
static void context_own_tlb(struct loft_vcpu *vcpu)
{
	int *last = this_cpu_ptr(vcpu->vm->last_vcpu);

	if (*last == (int)vcpu->id)
		return;
	if (*last >= 0)
		tlb_flush_local();
	*last = vcpu->id;
}

/**
 * context_load - make a vCPU resident on this CPU
 * @cpu: this CPU
 * @vcpu: the vCPU, resident nowhere
 *
 * Context: interrupts off.
 * Return: false on a CPU that is going down: it takes no new residents, and the thread is about to be moved.
 */
bool context_load(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	struct loft_vm *vm = vcpu->vm;

	if (unlikely(!cpu->online))
		return false;
	if (cpu->resident)
		context_save(cpu->resident);
	el1_load(vcpu->regs.sys);
	write_sysreg(vm->stage2.vtcr, vtcr_el2);
	write_sysreg(vm->stage2.root_pa.val | (vmid_load(vm) << VTTBR_VMID_SHIFT), vttbr_el2);
	/*
	 * Speculative-AT erratum: stage 1 and stage 2 must both be the guest's before HCR_EL2.TGE lets the EL1&0
	 * regime come alive. For the TLB maintenance below it also makes VTTBR's VMID the current one.
	 */
	isb();
	context_own_tlb(vcpu);
	timer_load(vcpu);
	gic_load(&vcpu->lr);
	cpu->resident = vcpu;
	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	return true;
}

/**
 * context_evict - bring the resident vCPU's state, if any, to memory
 * @cpu: this CPU
 *
 * Context: interrupts off.
 */
void context_evict(struct vhe_cpu *cpu)
{
	struct loft_vcpu *vcpu = cpu->resident;

	if (!vcpu)
		return;
	cpu->resident = NULL;
	context_save(vcpu);
	/* VMID 0 is nobody's: the table may be freed from here on */
	write_sysreg(0, vttbr_el2);
	isb();
}

static void context_evict_ipi(void *data)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);

	if (cpu->resident == data)
		context_evict(cpu);
}

/**
 * vhe_vcpu_put - bring a vCPU's state to memory
 * @vcpu: the vCPU; it does not run
 *
 * Context: interrupts on, may wait for another CPU.
 */
void vhe_vcpu_put(struct loft_vcpu *vcpu)
{
	int cpu;

	/* A CPU that goes down evicts by itself; the call then fails and the next look finds -1 */
	while ((cpu = smp_load_acquire(&vcpu->cpu)) >= 0)
		if (smp_call_function_single(cpu, context_evict_ipi, vcpu, 1))
			cpu_relax();
}
