// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trapped coprocessor accesses of AArch32 code: what the syndrome says, and the registers they move.
 *
 * At EL0 below an AArch64 EL1 little is accessible that also traps: what EL1 keeps for itself is UNDEFINED before
 * HCR_EL2 has a say.
 */
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "sysreg.h"

#define PSTATE_NZCV	GENMASK_ULL(31, 28)

static u32 iss_field(u64 esr, u64 mask)
{
	return (esr & mask) >> __ffs(mask);
}

/* MRC and MCR; also VMRS, whose syndrome is that of a p10 MRC */
static u32 cp_32(u64 esr)
{
	return CPREG(iss_field(esr, ESR_ELx_CP15_32_ISS_OP1_MASK), iss_field(esr, ESR_ELx_CP15_32_ISS_CRN_MASK),
		     iss_field(esr, ESR_ELx_CP15_32_ISS_CRM_MASK), iss_field(esr, ESR_ELx_CP15_32_ISS_OP2_MASK));
}

/* MRRC and MCRR */
static u32 cp_64(u64 esr)
{
	return CPREG64(iss_field(esr, ESR_ELx_CP15_64_ISS_OP1_MASK), iss_field(esr, ESR_ELx_CP15_64_ISS_CRM_MASK));
}

/* REGS_RT_FLAGS stands for APSR_nzcv, the one destination of an MRC that is no general register */
static void set_rt(struct loft_vcpu *vcpu, unsigned int rt, u32 val)
{
	if (rt == REGS_RT_FLAGS)
		vcpu->regs.pstate = (vcpu->regs.pstate & ~PSTATE_NZCV) | (val & PSTATE_NZCV);
	else
		vcpu_set_reg(vcpu, rt, val);
}

static bool emulate_32(struct loft_vcpu *vcpu, u64 esr, enum cpreg_space space)
{
	unsigned int rt = iss_field(esr, ESR_ELx_CP15_32_ISS_RT_MASK);
	struct sysreg_access access = {
		.val = (u32)vcpu_get_reg(vcpu, rt),
		.write = !(esr & ESR_ELx_CP15_32_ISS_DIR_READ),
	};

	if (!cpreg_emulate(vcpu, space, cp_32(esr), &access))
		return false;
	if (!access.write)
		set_rt(vcpu, rt, access.val);
	return true;
}

static bool emulate_64(struct loft_vcpu *vcpu, u64 esr, enum cpreg_space space)
{
	unsigned int rt = iss_field(esr, ESR_ELx_CP15_64_ISS_RT_MASK);
	unsigned int rt2 = iss_field(esr, ESR_ELx_CP15_64_ISS_RT2_MASK);
	struct sysreg_access access = {
		.val = (u64)(u32)vcpu_get_reg(vcpu, rt2) << 32 | (u32)vcpu_get_reg(vcpu, rt),
		.write = !(esr & ESR_ELx_CP15_64_ISS_DIR_READ),
	};

	if (!cpreg_emulate(vcpu, space, cp_64(esr), &access))
		return false;
	if (!access.write) {
		vcpu_set_reg(vcpu, rt, (u32)access.val);
		vcpu_set_reg(vcpu, rt2, access.val >> 32);
	}
	return true;
}

/* LDC and STC reach the debug communications channel only, by way of memory: not worth a walk of the guest's tables */
static bool emulate(struct loft_vcpu *vcpu, u64 esr)
{
	switch (ESR_ELx_EC(esr)) {
	case ESR_ELx_EC_CP15_32:
		return emulate_32(vcpu, esr, CPREG_CP15);
	case ESR_ELx_EC_CP15_64:
		return emulate_64(vcpu, esr, CPREG_CP15_64);
	case ESR_ELx_EC_CP14_MR:
		return emulate_32(vcpu, esr, CPREG_CP14);
	case ESR_ELx_EC_CP14_64:
		return emulate_64(vcpu, esr, CPREG_CP14_64);
	case ESR_ELx_EC_CP10_ID:
		return emulate_32(vcpu, esr, CPREG_CP10);
	default:
		return false;
	}
}

/**
 * sysreg_trap_cp() - a trapped coprocessor access from AArch32 (exception classes 0x03 to 0x06, 0x08, 0x0c)
 * @vcpu: the vCPU; its own thread, IRQs on
 * @err: unused: nothing here fails
 */
enum loft_verdict sysreg_trap_cp(struct loft_vcpu *vcpu, int *err)
{
	if (!cond_passed(vcpu) || emulate(vcpu, vcpu->exit.esr))
		vcpu_skip_insn(vcpu);
	else
		inject_undef(vcpu);
	return LOFT_RESUME;
}
