// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of guests on arm64: who answers which exception class.
 */
#include <asm/esr.h>
#include <loft/vcpu.h>
#include "abi.h"

const exit_fn exit_table[] = {
	[0 ... ESR_ELx_EC_MAX]	= exit_undef,
	[ESR_ELx_EC_WFx]	= exit_wfx,
	[ESR_ELx_EC_FP_ASIMD]	= exit_fp,
	[ESR_ELx_EC_CP15_32]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP15_64]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_MR]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_LS]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP14_64]	= sysreg_trap_cp,
	[ESR_ELx_EC_CP10_ID]	= sysreg_trap_cp,
	[ESR_ELx_EC_HVC32]	= smccc_call,
	[ESR_ELx_EC_SMC32]	= smccc_call,
	[ESR_ELx_EC_HVC64]	= smccc_call,
	[ESR_ELx_EC_SMC64]	= smccc_call,
	[ESR_ELx_EC_SYS64]	= sysreg_trap,
	[ESR_ELx_EC_IABT_LOW]	= fault_handle,
	[ESR_ELx_EC_DABT_LOW]	= fault_handle,
	[ESR_ELx_EC_BREAKPT_LOW] = debug_handle,
	[ESR_ELx_EC_SOFTSTP_LOW] = debug_handle,
	[ESR_ELx_EC_WATCHPT_LOW] = debug_handle,
	[ESR_ELx_EC_BKPT32]	= debug_handle,
	[ESR_ELx_EC_BRK64]	= debug_handle,
};
