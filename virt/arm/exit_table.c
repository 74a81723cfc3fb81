// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of guests on ARMv7: who answers which exception class.
 */
#include <asm/esr.h>
#include <loft/vcpu.h>
#include "../abi.h"

/* VFP and Advanced SIMD; the other coprocessors that HCPTR names no CPU has */
static enum loft_verdict exit_coproc(struct loft_vcpu *vcpu, int *err)
{
	u64 esr = vcpu->exit.esr;

	if (esr & ESR_ELx_FP_SIMD || (esr & ESR_ELx_FP_COPROC) == 10 || (esr & ESR_ELx_FP_COPROC) == 11)
		return exit_fp(vcpu, err);
	return exit_undef(vcpu, err);
}

const exit_fn exit_table[] = {
	[0 ... ESR_ELx_EC_MAX]	= exit_undef,
	[ESR_ELx_EC_WFx]	= exit_wfx,
	[ESR_ELx_EC_FP_ASIMD]	= exit_coproc,
	[ESR_ELx_EC_CP15_32]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP15_64]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_MR]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_LS]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_64]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP10_ID]	= sysreg_trap_cp,
	[ESR_ELx_EC_HVC32]	= smccc_call,
	[ESR_ELx_EC_SMC32]	= smccc_call,
	[ESR_ELx_EC_IABT_LOW]	= fault_handle,
	[ESR_ELx_EC_DABT_LOW]	= fault_handle,
};
