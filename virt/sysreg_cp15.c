// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coprocessor accesses of AArch32 user code: the generic timer's, by their AArch64 names; everything else is UNDEFINED.
 *
 * At EL0 little is accessible that also traps: what EL1 keeps for itself is UNDEFINED before HCR_EL2 has a say.
 */
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "sysreg.h"

/* Condition flags in a PSTATE, at bit 28 and up */
#define COND_V		1
#define COND_C		2
#define COND_Z		4
#define COND_N		8

/* ConditionHolds() of the Arm ARM */
static bool cond_holds(unsigned int cond, unsigned int flags)
{
	bool n = flags & COND_N, z = flags & COND_Z, c = flags & COND_C, v = flags & COND_V;
	bool result[] = { z, c, n, v, c && !z, n == v, n == v && !z, true };
	bool holds = result[cond >> 1];

	return (cond & 1) && cond != 0xf ? !holds : holds;
}

/*
 * An AArch32 instruction may trap although its condition fails; it is then a NOP. Without a valid ISS.COND the
 * instruction is Thumb, whose condition is in PSTATE.IT.
 */
static bool cond_passed(const struct loft_vcpu *vcpu)
{
	u64 esr = vcpu->exit.esr, pstate = vcpu->regs.pstate;
	unsigned int it = ((pstate >> 8) & 0xfc) | ((pstate >> 25) & 3);
	unsigned int cond;

	if (esr & ESR_ELx_CV)
		cond = (esr & ESR_ELx_COND_MASK) >> ESR_ELx_COND_SHIFT;
	else if (it)
		cond = it >> 4;
	else
		return true;
	return cond_holds(cond, (pstate >> 28) & 0xf);
}

/* MRC and MCR p15: the AArch64 name of what they reach, 0 if user code has no business there */
static u32 cp15_32_enc(u64 esr)
{
	switch (esr & ESR_ELx_CP15_32_ISS_SYS_MASK & ~(u64)ESR_ELx_CP15_32_ISS_DIR_MASK) {
	case ESR_ELx_CP15_32_ISS_SYS_VAL(0, 0, 14, 2):
		return SYS_CNTP_TVAL_EL0;
	case ESR_ELx_CP15_32_ISS_SYS_VAL(0, 1, 14, 2):
		return SYS_CNTP_CTL_EL0;
	default:
		return 0;
	}
}

/* MRRC and MCRR p15 */
static u32 cp15_64_enc(u64 esr)
{
	switch (esr & ESR_ELx_CP15_64_ISS_SYS_MASK & ~(u64)ESR_ELx_CP15_64_ISS_DIR_MASK) {
	case ESR_ELx_CP15_64_ISS_SYS_VAL(0, 14):
		return SYS_CNTPCT_EL0;
	case ESR_ELx_CP15_64_ISS_SYS_VAL(2, 14):
		return SYS_CNTP_CVAL_EL0;
	default:
		return 0;
	}
}

static bool emulate_32(struct loft_vcpu *vcpu, u64 esr)
{
	unsigned int rt = (esr & ESR_ELx_CP15_32_ISS_RT_MASK) >> ESR_ELx_CP15_32_ISS_RT_SHIFT;
	struct sysreg_access access = {
		.val = (u32)vcpu_get_reg(vcpu, rt),
		.write = !(esr & ESR_ELx_CP15_32_ISS_DIR_READ),
	};
	u32 enc = cp15_32_enc(esr);

	if (!enc || !sysreg_emulate(vcpu, enc, &access))
		return false;
	if (!access.write)
		vcpu_set_reg(vcpu, rt, (u32)access.val);
	return true;
}

static bool emulate_64(struct loft_vcpu *vcpu, u64 esr)
{
	unsigned int rt = (esr & ESR_ELx_CP15_64_ISS_RT_MASK) >> ESR_ELx_CP15_64_ISS_RT_SHIFT;
	unsigned int rt2 = (esr & ESR_ELx_CP15_64_ISS_RT2_MASK) >> ESR_ELx_CP15_64_ISS_RT2_SHIFT;
	struct sysreg_access access = {
		.val = (u64)(u32)vcpu_get_reg(vcpu, rt2) << 32 | (u32)vcpu_get_reg(vcpu, rt),
		.write = !(esr & ESR_ELx_CP15_64_ISS_DIR_READ),
	};
	u32 enc = cp15_64_enc(esr);

	if (!enc || !sysreg_emulate(vcpu, enc, &access))
		return false;
	if (!access.write) {
		vcpu_set_reg(vcpu, rt, (u32)access.val);
		vcpu_set_reg(vcpu, rt2, access.val >> 32);
	}
	return true;
}

/**
 * sysreg_trap_cp() - a trapped coprocessor access from AArch32 (exception classes 0x03 to 0x06, 0x08, 0x0c)
 * @vcpu: the vCPU; its own thread, IRQs on
 * @err: unused: nothing here fails
 */
enum loft_verdict sysreg_trap_cp(struct loft_vcpu *vcpu, int *err)
{
	u64 esr = vcpu->exit.esr;
	bool done = !cond_passed(vcpu);

	if (!done && ESR_ELx_EC(esr) == ESR_ELx_EC_CP15_32)
		done = emulate_32(vcpu, esr);
	else if (!done && ESR_ELx_EC(esr) == ESR_ELx_EC_CP15_64)
		done = emulate_64(vcpu, esr);

	if (done)
		vcpu_skip_insn(vcpu);
	else
		inject_undef(vcpu);
	return LOFT_RESUME;
}
