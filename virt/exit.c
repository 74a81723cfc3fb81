// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits: from the exception class to the code that answers it.
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include <asm/esr.h>
#include <asm/neon.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"

enum loft_verdict exit_undef(struct loft_vcpu *vcpu, int *err)
{
	inject_undef(vcpu);
	return LOFT_RESUME;
}

/* WFE traps only when it would wait: somebody holds a lock, let them run. */
enum loft_verdict exit_wfx(struct loft_vcpu *vcpu, int *err)
{
	bool nop = !cond_passed(vcpu);

	vcpu_skip_insn(vcpu);
	if (nop)
		return LOFT_RESUME;
	if (vcpu->exit.esr & ESR_ELx_WFx_ISS_WFE)
		cond_resched();
	else
		vcpu_block(vcpu);
	return LOFT_RESUME;
}

/*
 * The guest's first FP instruction since another user had the registers. The kernel's begin saves the thread's
 * own state and unbinds whatever was cached; from then on the guest may have them, as long as no other task runs here.
 */
enum loft_verdict exit_fp(struct loft_vcpu *vcpu, int *err)
{
	preempt_disable();
	kernel_neon_begin();
	kernel_neon_end();
	vcpu->fp_cpu = smp_processor_id();
	vcpu->fp_switches = current->nvcsw + current->nivcsw;
	vcpu->fp_want = true;
	preempt_enable();
	return LOFT_RESUME;
}

/*
 * A physical SError while the guest ran. What the hardware contained is the guest's to handle, as it would be
 * without a hypervisor; what it could not contain may have spread to the host's memory.
 */
static enum loft_verdict exit_serror(struct loft_vcpu *vcpu)
{
	u64 esr = vcpu->exit.esr;

	if (loft_caps.ras && (esr & ESR_ELx_FSC) == ESR_ELx_FSC_SERROR) {
		if ((esr & ESR_ELx_AET) == ESR_ELx_AET_UC)
			panic("loft: uncontainable SError while a guest ran, ESR %llx", esr);
		if ((esr & ESR_ELx_AET) == ESR_ELx_AET_CE)
			return LOFT_RESUME;
	}
	inject_serror(vcpu, esr & ESR_ELx_ISS_MASK);
	return LOFT_RESUME;
}

/**
 * exit_handle - answer an exit
 * @vcpu: the vCPU, its exit record filled in by the back end
 * @err: set to an errno if KVM_RUN has to fail; the verdict is then LOFT_USER
 *
 * Context: the vCPU's thread, interrupts on.
 * Return: whether to enter the guest again.
 */
enum loft_verdict exit_handle(struct loft_vcpu *vcpu, int *err)
{
	switch (vcpu->exit.kind) {
	case LOFT_EXIT_IRQ:
		return LOFT_RESUME;
	case LOFT_EXIT_SERROR:
		return exit_serror(vcpu);
	default:
		return exit_table[ESR_ELx_EC(vcpu->exit.esr)](vcpu, err);
	}
}
