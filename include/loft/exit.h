/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exit record: the one thing that every back end hands to the policy code.
 */
#ifndef LOFT_EXIT_H
#define LOFT_EXIT_H

#include <linux/types.h>
#include <loft/addr.h>

/**
 * enum loft_exit_kind - why the guest stopped
 * @LOFT_EXIT_SYNC: synchronous exception to the hypervisor; ESR, FAR and IPA are valid
 * @LOFT_EXIT_IRQ: a physical interrupt is pending for the host
 * @LOFT_EXIT_SERROR: a physical SError arrived while the guest ran; ESR holds its syndrome
 */
enum loft_exit_kind {
	LOFT_EXIT_SYNC,
	LOFT_EXIT_IRQ,
	LOFT_EXIT_SERROR,
};

/* The guest's data accesses are big-endian at the exception level that faulted (data aborts only) */
#define LOFT_EXIT_F_BE		BIT(0)
/* The stage-1 walk itself faulted at stage 2 (ESR.S1PTW), IPA is that of the table entry */
#define LOFT_EXIT_F_S1PTW	BIT(1)
/* The exit's IPA could not be found: the guest changed its tables meanwhile; it has to re-execute */
#define LOFT_EXIT_F_NO_IPA	BIT(2)

/* A hypercall that the switch looked at already and declined: smccc_quick() has no answer */
#define LOFT_EXIT_F_TRIED	BIT(3)

/* @insn is valid */
#define LOFT_EXIT_F_INSN	BIT(4)

/**
 * struct loft_exit - one exit from a guest
 * @kind: enum loft_exit_kind
 * @flags: LOFT_EXIT_F_*
 * @esr: syndrome, in the format of ESR_EL2
 * @far: faulting virtual address; valid for aborts
 * @ipa: faulting IPA with the page offset filled in; valid for stage-2 aborts
 * @insn: IPA of the instruction, for data aborts whose syndrome does not describe it (ISV clear), with LOFT_EXIT_F_INSN.
 *	Without the flag the guest's tables have no readable translation for it
 */
struct loft_exit {
	u32 kind;
	u32 flags;
	u64 esr;
	guest_va_t far;
	ipa_t ipa;
	ipa_t insn;
};

/**
 * enum loft_verdict - what the run loop does after an exit was handled
 * @LOFT_RESUME: enter the guest again
 * @LOFT_USER: return to userspace, struct kvm_run is filled in
 *
 * A failure is no verdict: handlers that can fail return the errno beside it, see exit_handle().
 */
enum loft_verdict {
	LOFT_RESUME,
	LOFT_USER,
};

#endif /* LOFT_EXIT_H */
