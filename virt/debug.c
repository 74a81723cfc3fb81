// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_SET_GUEST_DEBUG: userspace's debugger beside the guest's own.
 *
 * Back ends put into the hardware what is in vcpu->regs. While userspace debugs, that is what userspace wants there, and
 * vcpu->debug keeps what the guest and KVM_GET_ONE_REG see; guest accesses to these registers always trap. So nobody who
 * is not debugged pays for it. MDCR_EL2.TDE sends all debug exceptions to EL2 meanwhile: those that userspace did
 * not ask for are passed on to the guest.
 *
 * PSTATE.SS in vcpu->regs is userspace's then, and survives KVM_RUN: set, the next instruction is still to be executed; clear,
 * it has been, emulated in part by userspace maybe, and the exception follows at the next entry.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "abi.h"
#include "sysreg.h"

#define DEBUG_MDSCR_SS		BIT_ULL(0)
#define DEBUG_MDSCR_KDE		BIT_ULL(13)
#define DEBUG_MDSCR_MDE		BIT_ULL(15)
#define DEBUG_MDSCR_LIVE	(DEBUG_MDSCR_SS | DEBUG_MDSCR_KDE | DEBUG_MDSCR_MDE)

#define DEBUG_CONTROL	(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW)

/**
 * struct loft_guest_debug - a vCPU that userspace debugs
 * @control: KVM_GUESTDBG_*
 * @user: userspace's breakpoints and watchpoints
 * @own: what the guest has of its own: MDSCR_EL1, OSLSR_EL1, with KVM_GUESTDBG_USE_HW @own.regs, with
 *	KVM_GUESTDBG_SINGLESTEP PSTATE.SS
 */
struct loft_guest_debug {
	u32 control;
	struct loft_debug_regs user;
	struct {
		u64 mdscr;
		u64 oslsr;
		u64 ss;
		struct loft_debug_regs regs;
	} own;
};

static bool debug_steps(const struct loft_vcpu *vcpu)
{
	return vcpu->debug && vcpu->debug->control & KVM_GUESTDBG_SINGLESTEP;
}

/**
 * debug_withdraw() - the guest's own debug registers into vcpu->regs, userspace's out
 * @vcpu: the vCPU; its lock held
 */
void debug_withdraw(struct loft_vcpu *vcpu)
{
	struct loft_guest_debug *debug = vcpu->debug;
	u64 *sys = vcpu->regs.sys;

	if (!debug)
		return;
	sys[LOFT_MDSCR_EL1] = debug->own.mdscr;
	sys[LOFT_OSLSR_EL1] = debug->own.oslsr;
	if (debug->control & KVM_GUESTDBG_USE_HW)
		vcpu->regs.dbg = debug->own.regs;
}

/**
 * debug_apply() - userspace's debug registers into vcpu->regs, the guest's own out
 * @vcpu: the vCPU; its lock held, after debug_withdraw()
 *
 * What the guest has is kept going as far as userspace has no use for it; what its OS lock suppresses stays off.
 */
void debug_apply(struct loft_vcpu *vcpu)
{
	struct loft_guest_debug *debug = vcpu->debug;
	u64 *sys = vcpu->regs.sys;

	if (!debug)
		return;
	debug->own.mdscr = sys[LOFT_MDSCR_EL1];
	debug->own.oslsr = sys[LOFT_OSLSR_EL1];
	if (sys[LOFT_OSLSR_EL1] & OSLSR_EL1_OSLK)
		sys[LOFT_MDSCR_EL1] &= ~DEBUG_MDSCR_LIVE;
	/* With TDE it would mean EL2's own exceptions */
	sys[LOFT_MDSCR_EL1] &= ~DEBUG_MDSCR_KDE;
	sys[LOFT_OSLSR_EL1] &= ~OSLSR_EL1_OSLK;
	if (debug->control & KVM_GUESTDBG_SINGLESTEP)
		sys[LOFT_MDSCR_EL1] |= DEBUG_MDSCR_SS;
	if (debug->control & KVM_GUESTDBG_USE_HW) {
		debug->own.regs = vcpu->regs.dbg;
		vcpu->regs.dbg = debug->user;
		sys[LOFT_MDSCR_EL1] |= DEBUG_MDSCR_MDE;
	}
}

/* PSTATE.SS changes hands: the next instruction is the one to step */
static void debug_step_take(struct loft_vcpu *vcpu)
{
	if (!debug_steps(vcpu))
		return;
	vcpu->debug->own.ss = vcpu->regs.pstate & DBG_SPSR_SS;
	vcpu->regs.pstate |= DBG_SPSR_SS;
}

/**
 * debug_pstate_get() - the guest's PSTATE as it is without userspace's debugger
 * @vcpu: the vCPU
 */
u64 debug_pstate_get(const struct loft_vcpu *vcpu)
{
	u64 pstate = vcpu->regs.pstate;

	return debug_steps(vcpu) ? (pstate & ~(u64)DBG_SPSR_SS) | vcpu->debug->own.ss : pstate;
}

/**
 * debug_pstate_set() - userspace writes PSTATE
 * @vcpu: the vCPU
 * @pstate: a valid value
 */
void debug_pstate_set(struct loft_vcpu *vcpu, u64 pstate)
{
	u64 ss = vcpu->regs.pstate & DBG_SPSR_SS;

	if (debug_steps(vcpu)) {
		vcpu->debug->own.ss = pstate & DBG_SPSR_SS;
		pstate = (pstate & ~(u64)DBG_SPSR_SS) | ss;
	}
	vcpu->regs.pstate = pstate;
}

/**
 * debug_traps() - bits of MDCR_EL2 that userspace's debugger needs
 * @vcpu: the vCPU
 */
u64 debug_traps(const struct loft_vcpu *vcpu)
{
	return vcpu->debug ? MDCR_EL2_TDE : 0;
}

/**
 * debug_reset() - a vCPU that is debugged has been reset
 * @vcpu: the vCPU, debug_withdraw() before and the registers reset since
 */
void debug_reset(struct loft_vcpu *vcpu)
{
	debug_apply(vcpu);
	debug_step_take(vcpu);
}

/* Nothing that could match in the host: the guest may not have that either */
static void debug_copy(struct loft_debug_regs *to, const struct kvm_guest_debug_arch *from)
{
	unsigned int i;

	for (i = 0; i < LOFT_MAX_DBG; i++) {
		to->bcr[i] = from->dbg_bcr[i] & sysreg_debug_bits(DBG_OP2_BCR);
		to->bvr[i] = from->dbg_bvr[i] & sysreg_debug_bits(DBG_OP2_BVR);
		to->wcr[i] = from->dbg_wcr[i] & sysreg_debug_bits(DBG_OP2_WCR);
		to->wvr[i] = from->dbg_wvr[i] & sysreg_debug_bits(DBG_OP2_WVR);
	}
}

static void debug_end(struct loft_vcpu *vcpu)
{
	debug_withdraw(vcpu);
	vcpu->regs.pstate = debug_pstate_get(vcpu);
	kfree(vcpu->debug);
	vcpu->debug = NULL;
}

/**
 * debug_free() - a vCPU goes
 * @vcpu: the vCPU
 */
void debug_free(struct loft_vcpu *vcpu)
{
	kfree(vcpu->debug);
}

static int debug_begin(struct loft_vcpu *vcpu)
{
	if (!vcpu->debug)
		vcpu->debug = kzalloc(sizeof(*vcpu->debug), GFP_KERNEL_ACCOUNT);
	return vcpu->debug ? 0 : -ENOMEM;
}

/* A step that has been made, though its exception has not come yet, stays made */
static void debug_change(struct loft_vcpu *vcpu, const struct kvm_guest_debug *dbg)
{
	bool stepped = debug_steps(vcpu);

	if (stepped && !(dbg->control & KVM_GUESTDBG_SINGLESTEP))
		vcpu->regs.pstate = debug_pstate_get(vcpu);
	vcpu->debug->control = dbg->control;
	debug_copy(&vcpu->debug->user, &dbg->arch);
	debug_apply(vcpu);
	if (!stepped)
		debug_step_take(vcpu);
}

/**
 * debug_set() - KVM_SET_GUEST_DEBUG
 * @vcpu: the vCPU; its lock held
 * @dbg: what userspace wants
 *
 * Return: 0, -EINVAL for control bits that there are not, -ENOEXEC before KVM_ARM_VCPU_INIT, -ENOMEM.
 */
int debug_set(struct loft_vcpu *vcpu, const struct kvm_guest_debug *dbg)
{
	bool on = dbg->control & KVM_GUESTDBG_ENABLE;
	int ret;

	if (dbg->control & ~DEBUG_CONTROL)
		return -EINVAL;
	if (!vcpu->init)
		return -ENOEXEC;
	vcpu_evict(vcpu);
	if (!on) {
		debug_end(vcpu);
	} else {
		/* Nothing is there to withdraw the first time */
		debug_withdraw(vcpu);
		ret = debug_begin(vcpu);
		if (ret)
			return ret;
		debug_change(vcpu, dbg);
	}
	sysreg_traps_update(vcpu);
	return 0;
}

/* Did userspace ask for exceptions of this class? */
static bool debug_wanted(const struct loft_vcpu *vcpu, u64 ec)
{
	u32 control = vcpu->debug->control;

	/* Those of an EL1 in AArch32 are all userspace's */
	if (vcpu_is_32bit(vcpu))
		return true;
	switch (ec) {
	case ESR_ELx_EC_SOFTSTP_LOW:
		return control & KVM_GUESTDBG_SINGLESTEP;
	case ESR_ELx_EC_BREAKPT_LOW:
	case ESR_ELx_EC_WATCHPT_LOW:
		return control & KVM_GUESTDBG_USE_HW;
	default:
		return control & KVM_GUESTDBG_USE_SW_BP;
	}
}

/*
 * Would the guest have taken its own breakpoint, watchpoint or step here? With TDE its EL1 has them even where its own
 * KDE and PSTATE.D say no.
 */
static bool debug_deliverable(const struct loft_vcpu *vcpu, u64 ec)
{
	u64 pstate = vcpu->regs.pstate;

	if (ec == ESR_ELx_EC_BRK64)
		return true;
	if (pstate & PSR_MODE32_BIT || (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return true;
	return vcpu->debug->own.mdscr & DEBUG_MDSCR_KDE && !(pstate & PSR_D_BIT);
}

static enum loft_verdict debug_to_user(struct loft_vcpu *vcpu, u64 ec)
{
	struct kvm_debug_exit_arch *arch = &vcpu->run->debug.arch;

	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	arch->hsr = lower_32_bits(vcpu->exit.esr);
	arch->hsr_high = upper_32_bits(vcpu->exit.esr);
	arch->far = ec == ESR_ELx_EC_WATCHPT_LOW ? vcpu->exit.far.val : 0;
	/* The next step begins here */
	if (debug_steps(vcpu))
		vcpu->regs.pstate |= DBG_SPSR_SS;
	return LOFT_USER;
}

/**
 * debug_handle() - a debug exception that MDCR_EL2.TDE brought here
 * @vcpu: the vCPU; its own thread, IRQs on
 * @err: unused: nothing here fails
 */
enum loft_verdict debug_handle(struct loft_vcpu *vcpu, int *err)
{
	u64 ec = ESR_ELx_EC(vcpu->exit.esr);

	if (debug_wanted(vcpu, ec) || !debug_deliverable(vcpu, ec))
		return debug_to_user(vcpu, ec);
	inject_debug(vcpu, vcpu->exit.esr, vcpu->exit.far);
	return LOFT_RESUME;
}
