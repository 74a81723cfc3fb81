// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of guests on ARMv7: who answers which exception class.
 */
#include <asm/cputype.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include "../abi.h"

/* ID_ISAR5.SEVL: all of ARMv8 has that instruction, and nothing before it */
#define ISAR5_SEVL	GENMASK(3, 0)

/* VFP and Advanced SIMD. ARMv8, which has no other coprocessors, may leave the number out of the syndrome */
static bool exit_is_fp(u32 esr)
{
	u32 coproc = esr & ESR_ELx_FP_COPROC;

	if (esr & ESR_ELx_FP_SIMD || coproc == 10 || coproc == 11)
		return true;
	return !coproc && read_cpuid_ext(CPUID_EXT_ISAR5) & ISAR5_SEVL;
}

/* The other coprocessors that HCPTR names no ARMv7 CPU has */
static enum loft_verdict exit_coproc(struct loft_vcpu *vcpu, int *err)
{
	return exit_is_fp(vcpu->exit.esr) ? exit_fp(vcpu, err) : exit_undef(vcpu, err);
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
