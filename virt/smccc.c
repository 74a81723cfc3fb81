// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that took a full exit.
 */
#include <asm/esr.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>

/* An HVC returns to the instruction after it, a trapped SMC to itself. */
static bool smc_trapped(const struct loft_vcpu *vcpu)
{
	u64 ec = ESR_ELx_EC(vcpu->exit.esr);

	return ec == ESR_ELx_EC_SMC64 || ec == ESR_ELx_EC_SMC32;
}

/* Not on the way of calls that the switch has declined: those need no frame. */
static noinline enum loft_verdict smccc_untried(struct loft_vcpu *vcpu)
{
	bool smc = smc_trapped(vcpu);
	u32 fn = vcpu_get_reg(vcpu, 0);
	/* Before the instruction is behind: its condition may be in the state that changes */
	bool nop = smc && !cond_passed(vcpu);
	u64 ret;

	if (smc)
		vcpu_skip_insn(vcpu);
	if (nop)
		return LOFT_RESUME;
	if (smc && (vcpu->exit.esr & ESR_ELx_xVC_IMM_MASK))
		ret = SMCCC_NONE;
	else if (!smccc_quick(vcpu, fn, vcpu_get_reg(vcpu, 1), &ret))
		return psci_call(vcpu, fn);
	vcpu_set_reg(vcpu, 0, ret);
	return LOFT_RESUME;
}

/**
 * smccc_call() - an HVC, or an SMC that HCR_EL2.TSC trapped
 * @vcpu: the vCPU; its own thread, IRQs on
 * @err: unused: nothing here fails
 *
 * Firmware calls by SMC and hypercalls by HVC are one and the same to a guest. An SMC with an immediate is reserved
 * (DEN0028, section 2.9); the immediate of an HVC is ignored.
 */
enum loft_verdict smccc_call(struct loft_vcpu *vcpu, int *err)
{
	if (!smc_trapped(vcpu) && (vcpu->exit.flags & LOFT_EXIT_F_TRIED))
		return psci_call(vcpu, vcpu_get_reg(vcpu, 0));
	return smccc_untried(vcpu);
}
