// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conditions of trapped AArch32 instructions.
 */
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>

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

/**
 * cond_passed() - may the trapped instruction be executed?
 * @vcpu: the vCPU; its exit class is one whose ISS has CV and COND, and the instruction is not yet skipped
 *
 * An AArch32 instruction may trap although its condition fails; it is then a NOP. Without a valid ISS.COND the
 * instruction is Thumb, whose condition is in PSTATE.IT.
 */
bool cond_passed(const struct loft_vcpu *vcpu)
{
	u64 esr = vcpu->exit.esr, pstate = vcpu->regs.pstate;
	unsigned int it = ((pstate >> 8) & 0xfc) | ((pstate >> 25) & 3);
	unsigned int cond;

	if (!(pstate & PSR_MODE32_BIT))
		return true;
	if (esr & ESR_ELx_CV)
		cond = (esr & ESR_ELx_COND_MASK) >> ESR_ELx_COND_SHIFT;
	else if (it)
		cond = it >> 4;
	else
		return true;
	return cond_holds(cond, (pstate >> 28) & 0xf);
}
