// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits answered in EL2, the guest's world loaded: hypercalls whose answer the highvisor has prepared, and the guest's
 * first use of FP.
 *
 * No indirect branch: the guest's branch history is still there.
 */
#include "low.h"

/* Function numbers that the highvisor may know: the architecture's, PSCI's, and KVM's for PSCI 0.1 */
#define FN_64BIT		BIT(30)
#define FN_ARCH			0x80000000
#define FN_PSCI			0x84000000
#define FN_PSCI_FEATURES	0x8400000a
#define FN_PSCI_0_1		0x95c1ba5e

static bool fast_answer(struct loft_regs *regs, u64 ret)
{
	regs->x[0] = ret;
	return true;
}

/* A function of PSCI's: most have an effect, and are the highvisor's. It has no quicker answer than here, but to FEATURES */
static bool fast_psci(struct hostcall_vcpu *vcpu, struct loft_regs *regs, u32 fn, u32 nr)
{
	if (!((fn & FN_64BIT ? vcpu->psci64 : vcpu->psci) & BIT(nr)))
		return fast_answer(regs, vcpu->unknown);
	if (fn == FN_PSCI)
		return fast_answer(regs, vcpu->psci_version);
	if (fn != FN_PSCI_FEATURES)
		vcpu->exit.flags = LOFT_EXIT_F_TRIED;
	return false;
}

static bool fast_arch(const struct hostcall_vcpu *vcpu, struct loft_regs *regs, u32 fn)
{
	u32 i;

	for (i = 0; i < vcpu->nr_answers; i++)
		if (vcpu->answer[i].fn == fn)
			return fast_answer(regs, vcpu->answer[i].ret);
	return false;
}

static bool fast_hvc(struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	u32 fn = regs->x[0];
	u32 nr = (fn & ~(u32)FN_64BIT) - FN_PSCI;

	if (nr < 32)
		return fast_psci(vcpu, regs, fn, nr);
	if ((fn & ~(u32)FN_64BIT) >> 16 == FN_ARCH >> 16)
		return fast_arch(vcpu, regs, fn);
	return fn - FN_PSCI_0_1 < 4 ? false : fast_answer(regs, vcpu->unknown);
}

static bool fast_fp(struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	if (!(vcpu->flags & HOSTCALL_V_FP_FREE))
		return false;
	switch_fp_open(vcpu, regs);
	return true;
}

/**
 * low_fast - try to answer an exit in EL2
 * @vcpu: the vCPU
 * @regs: its registers; x0..x18 and x30 are in memory
 * @esr: ESR_EL2
 *
 * Return: not 0 if the guest may resume.
 */
u64 low_fast(struct hostcall_vcpu *vcpu, struct loft_regs *regs, u64 esr)
{
	bool done = false;

	if (ESR_EC(esr) == EC_HVC64 || ESR_EC(esr) == EC_HVC32)
		done = fast_hvc(vcpu, regs);
	else if (ESR_EC(esr) == EC_FP)
		done = fast_fp(vcpu, regs);
	/* An SError that the ESB at entry deferred is the guest's: no way back over it */
	if (done && low_cpu()->features & HOSTCALL_F_RAS && low_read(DISR_EL1) & DISR_A) {
		vcpu->answered = true;
		done = false;
	}
	return done;
}
