// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions for the guest: what the hardware would do on taking one to EL1, done to the registers in memory.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include "abi.h"
#include "sysreg.h"

/* Vector offsets for a synchronous exception, by where it comes from (Arm ARM D1.3.1.3) */
#define VECTOR_EL1T		0x000
#define VECTOR_EL1H		0x200
#define VECTOR_EL0_64		0x400
#define VECTOR_EL0_32		0x600

/* Fault status codes of aborts that did not come from the guest's own tables (Arm ARM D17.2.37) */
#define FSC_ADDRSZ_L0		0x00
#define FSC_EXT_WALK_L0		0x14
#define ISS_FNV			BIT_ULL(10)

#define IT_1_0			GENMASK(26, 25)
#define IT_7_2			GENMASK(15, 10)

static bool from_el0(u64 pstate)
{
	return (pstate & PSR_MODE32_BIT) || (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

static unsigned int vector_offset(u64 pstate)
{
	if (pstate & PSR_MODE32_BIT)
		return VECTOR_EL0_32;
	switch (pstate & PSR_MODE_MASK) {
	case PSR_MODE_EL0t:
		return VECTOR_EL0_64;
	case PSR_MODE_EL1t:
		return VECTOR_EL1T;
	default:
		return VECTOR_EL1H;
	}
}

/*
 * AArch64.TakeException(): D, A, I, F set; flags, DIT and, unless SCTLR_EL1.SPAN is clear, PAN kept; SSBS from
 * SCTLR_EL1.DSSBS; SS, IL, UAO and BTYPE cleared. NZCV, DIT and PAN are where they are in an AArch32 SPSR, too.
 */
static u64 exception_pstate(u64 old, u64 sctlr)
{
	u64 keep = PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT | PSR_DIT_BIT | PSR_PAN_BIT;
	u64 new = (old & keep) | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT | PSR_MODE_EL1h;

	if (!(sctlr & SCTLR_EL1_SPAN))
		new |= PSR_PAN_BIT;
	if (sctlr & SCTLR_ELx_DSSBS)
		new |= PSR_SSBS_BIT;
	return new & idreg_pstate_bits();
}

/* The vCPU has been evicted. */
static void take_exception(struct loft_vcpu *vcpu, u64 esr)
{
	struct loft_regs *regs = &vcpu->regs;
	u64 old = regs->pstate;

	regs->sys[LOFT_ESR_EL1] = esr;
	regs->sys[LOFT_ELR_EL1] = regs->pc;
	regs->sys[LOFT_SPSR_EL1] = old;
	regs->pc = regs->sys[LOFT_VBAR_EL1] + vector_offset(old);
	regs->pstate = exception_pstate(old, regs->sys[LOFT_SCTLR_EL1]);
}

/**
 * inject_undef() - the trapped instruction is undefined
 * @vcpu: the vCPU; its own thread, IRQs on
 *
 * The syndrome is "unknown reason", for which IL is always set.
 */
void inject_undef(struct loft_vcpu *vcpu)
{
	vcpu_evict(vcpu);
	if (vcpu_is_32bit(vcpu))
		inject32_undef(vcpu);
	else
		take_exception(vcpu, ESR_ELx_EC_UNKNOWN << ESR_ELx_EC_SHIFT | ESR_ELx_IL);
}

/* IL is set for every instruction abort, and for data aborts that describe no instruction. */
static void inject_abort(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, u64 iss)
{
	u64 ec;

	vcpu_evict(vcpu);
	if (vcpu_is_32bit(vcpu)) {
		inject32_abort(vcpu, iabt, far, iss);
		return;
	}
	if (from_el0(vcpu->regs.pstate))
		ec = iabt ? ESR_ELx_EC_IABT_LOW : ESR_ELx_EC_DABT_LOW;
	else
		ec = iabt ? ESR_ELx_EC_IABT_CUR : ESR_ELx_EC_DABT_CUR;
	vcpu->regs.sys[LOFT_FAR_EL1] = far.val;
	take_exception(vcpu, ec << ESR_ELx_EC_SHIFT | ESR_ELx_IL | iss);
}

void inject_dabt(struct loft_vcpu *vcpu, guest_va_t far)
{
	inject_abort(vcpu, false, far, ESR_ELx_FSC_EXTABT);
}

/**
 * inject_dabt_status() - a data abort of any kind
 * @vcpu: the vCPU
 * @far: address
 * @status: fault status code as in ESR_EL1; with EL1 in AArch32 one that inject32_abort() knows
 * @write: it was a store
 */
void inject_dabt_status(struct loft_vcpu *vcpu, guest_va_t far, u8 status, bool write)
{
	inject_abort(vcpu, false, far, status | (write ? ESR_ELx_WNR : 0));
}

void inject_iabt(struct loft_vcpu *vcpu, guest_va_t far)
{
	inject_abort(vcpu, true, far, ESR_ELx_FSC_EXTABT);
}

/**
 * inject_abt_walk() - the guest's own page-table walk went where nothing is
 * @vcpu: the vCPU
 * @iabt: the walk was for an instruction fetch
 * @far: address translated
 * @level: level of the entry that could not be read, 0..3
 */
void inject_abt_walk(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, unsigned int level)
{
	inject_abort(vcpu, iabt, far, FSC_EXT_WALK_L0 + level);
}

void inject_size_fault(struct loft_vcpu *vcpu, bool iabt, guest_va_t far)
{
	inject_abort(vcpu, iabt, far, FSC_ADDRSZ_L0);
}

/**
 * inject_debug() - a debug exception of the guest's own, taken to EL2 for MDCR_EL2.TDE
 * @vcpu: the vCPU, its EL1 in AArch64
 * @esr: syndrome as EL2 has it
 * @far: address, of a watchpoint
 */
void inject_debug(struct loft_vcpu *vcpu, u64 esr, guest_va_t far)
{
	u64 ec = ESR_ELx_EC(esr);

	vcpu_evict(vcpu);
	if (ec == ESR_ELx_EC_WATCHPT_LOW)
		vcpu->regs.sys[LOFT_FAR_EL1] = far.val;
	/* Breakpoint, step and watchpoint have a class each for exceptions from below and from the same level, one up */
	if (ec != ESR_ELx_EC_BRK64 && !from_el0(vcpu->regs.pstate))
		ec++;
	take_exception(vcpu, ec << ESR_ELx_EC_SHIFT | (esr & (ESR_ELx_IL | ESR_ELx_ISS_MASK)));
}

/**
 * inject_serror() - make a virtual SError pending
 * @vcpu: the vCPU; its lock held, or its own thread
 * @esr: syndrome: ISS and IDS as ESR_EL1 will show them; ignored by a machine without RAS
 *
 * The hardware delivers it when PSTATE.A allows; the back end sets HCR_EL2.VSE for as long as it is pending.
 */
int inject_serror(struct loft_vcpu *vcpu, u64 esr)
{
	vcpu->serror_esr = loft_caps.ras ? esr & ESR_ELx_ISS_MASK : 0;
	vcpu->serror_pending = true;
	return 0;
}

/* KVM_GET_VCPU_EVENTS */
int vcpu_events_get(struct loft_vcpu *vcpu, struct kvm_vcpu_events *ev)
{
	*ev = (struct kvm_vcpu_events) {
		.exception.serror_pending = vcpu->serror_pending,
		.exception.serror_has_esr = loft_caps.ras,
	};
	if (vcpu->serror_pending && loft_caps.ras)
		ev->exception.serror_esr = vcpu->serror_esr;
	return 0;
}

/* An external abort that userspace asks for answers the access that it was last shown. */
static void inject_user_dabt(struct loft_vcpu *vcpu)
{
	bool known = vcpu->exit.kind == LOFT_EXIT_SYNC && ESR_ELx_EC(vcpu->exit.esr) == ESR_ELx_EC_DABT_LOW;

	vcpu->mmio.pending = false;
	if (known)
		inject_dabt(vcpu, vcpu->exit.far);
	else
		inject_abort(vcpu, false, GVA(0), ESR_ELx_FSC_EXTABT | ISS_FNV);
}

/**
 * vcpu_events_set() - KVM_SET_VCPU_EVENTS
 * @vcpu: the vCPU; its lock held
 * @ev: what is to be pending
 *
 * Return: 0, or -EINVAL for a syndrome that the machine cannot deliver or that has bits outside ISS.
 */
int vcpu_events_set(struct loft_vcpu *vcpu, const struct kvm_vcpu_events *ev)
{
	bool has_esr = ev->exception.serror_has_esr;
	u64 esr = ev->exception.serror_esr;

	if (ev->exception.serror_pending && has_esr && (!loft_caps.ras || (esr & ~ESR_ELx_ISS_MASK)))
		return -EINVAL;
	vcpu->serror_pending = false;
	if (ev->exception.serror_pending)
		inject_serror(vcpu, has_esr ? esr : 0);
	if (ev->exception.ext_dabt_pending)
		inject_user_dabt(vcpu);
	return 0;
}

/* ITAdvance() of the Arm ARM: PSTATE.IT lies in two pieces. */
static u64 it_advance(u64 pstate)
{
	u64 it = (pstate & IT_1_0) >> 25 | (pstate & IT_7_2) >> 8;

	it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
	return (pstate & ~(u64)(IT_1_0 | IT_7_2)) | (it & 3) << 25 | (it & 0xfc) << 8;
}

/**
 * vcpu_skip_insn() - past the trapped instruction
 * @vcpu: the vCPU, its exit record that of the instruction
 *
 * As if it had been executed: BTYPE is cleared, and SS, so that a single step ends here.
 */
void vcpu_skip_insn(struct loft_vcpu *vcpu)
{
	struct loft_regs *regs = &vcpu->regs;

	if (regs->pstate & PSR_MODE32_BIT) {
		regs->pc = (u32)(regs->pc + (vcpu->exit.esr & ESR_ELx_IL ? 4 : 2));
		if (regs->pstate & PSR_AA32_T_BIT)
			regs->pstate = it_advance(regs->pstate);
	} else {
		regs->pc += 4;
		regs->pstate &= ~(u64)PSR_BTYPE_MASK;
	}
	regs->pstate &= ~(u64)DBG_SPSR_SS;
}
