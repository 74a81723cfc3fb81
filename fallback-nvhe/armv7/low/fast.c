// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits answered in HYP, the guest's world loaded: hypercalls whose answer the highvisor has prepared, and the guest's
 * first use of VFP.
 */
#include "low.h"

/* Function numbers that the highvisor may know: the architecture's, PSCI's, and KVM's for PSCI 0.1 */
#define FN_64BIT	BIT(30)
#define FN_ARCH		0x80000000
#define FN_PSCI		0x84000000
#define FN_PSCI_0_1	0x95c1ba5e

/* To a 32-bit caller the 64-bit forms are unknown */
static bool fast_is_highvisors(const struct hostcall_vcpu *vcpu, u32 fn)
{
	if (fn - FN_PSCI < 32)
		return vcpu->psci & BIT(fn - FN_PSCI);
	return fn >> 16 == FN_ARCH >> 16 || fn - FN_PSCI_0_1 < 4;
}

static bool fast_hvc(const struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	u32 fn = regs->x[0];
	u32 i;

	for (i = 0; i < vcpu->nr_answers; i++) {
		if (vcpu->answer[i].fn == fn) {
			regs->x[0] = vcpu->answer[i].ret;
			return true;
		}
	}
	if (fast_is_highvisors(vcpu, fn))
		return false;
	regs->x[0] = vcpu->unknown;
	return true;
}

/* An ARMv8 CPU may leave the coprocessor's number 0. Of an ARMv7 CPU that is an access to CP0: the guest traps once more */
static bool fast_is_fp(u32 hsr)
{
	return hsr & HSR_SIMD || HSR_COPROC(hsr) == 10 || HSR_COPROC(hsr) == 11 || !HSR_COPROC(hsr);
}

static bool fast_fp(struct hostcall_vcpu *vcpu, struct loft_regs *regs, u32 hsr)
{
	if (!(vcpu->flags & HOSTCALL_V_FP_FREE) || vcpu->fp_loaded || !fast_is_fp(hsr))
		return false;
	switch_fp_open(low_cpu(), vcpu, regs);
	return true;
}

/**
 * low_fast - try to answer an exit in HYP
 * @vcpu: the vCPU
 * @regs: its registers; the general ones are in memory
 *
 * Return: not 0 if the guest may resume.
 */
u32 low_fast(struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	u32 hsr = low_read(HSR);

	if (HSR_EC(hsr) == EC_HVC)
		return fast_hvc(vcpu, regs);
	if (HSR_EC(hsr) == EC_FP)
		return fast_fp(vcpu, regs, hsr);
	return false;
}
