// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that took a full exit, and what the host tells guests of its mitigations.
 */
#include <linux/cache.h>
#include <asm/cpufeature.h>
#include <asm/esr.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>

struct smccc_mitigations smccc_mitigations __ro_after_init = {
	.wa1 = SMCCC_NONE,
	.wa2 = SMCCC_NONE,
	.wa3 = SMCCC_NONE,
};

/**
 * smccc_init() - find out which firmware workarounds guests can do without
 *
 * The capabilities say whether any CPU is affected. If none is, a guest that does not recognise its CPU is told so.
 * If one is, Loft does not offer the workaround: it makes no firmware call on a guest's behalf, and a guest that was
 * promised one would believe itself safe. It still has what needs no firmware: CSV2, SSBS, branch-history loops.
 */
void smccc_init(void)
{
	if (!cpus_have_final_cap(ARM64_SPECTRE_V2))
		smccc_mitigations.wa1 = SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
	if (!cpus_have_final_cap(ARM64_SPECTRE_V4))
		smccc_mitigations.wa2 = (u64)SMCCC_RET_NOT_REQUIRED;
	if (!cpus_have_final_cap(ARM64_SPECTRE_BHB))
		smccc_mitigations.wa3 = SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
}

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
