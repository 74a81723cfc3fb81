/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way into a guest and out of it again: exception vectors and general registers.
 *
 * vhe_enter() leaves a frame on the host thread's kernel stack and SP_EL2 pointing at it, so that the
 * vectors find the vCPU without a scratch register. A hypercall first tries vhe_fast_hvc(), which does without
 * the callee-saved registers, other traps vhe_fast_trap(); only if that declines does vhe_enter() return to its caller.
 */
#include <linux/linkage.h>
#include <linux/arm-smccc.h>
#include <asm/alternative.h>
#include <asm/assembler.h>
#include <asm/asm-bug.h>
#include <asm/cpucaps.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include <loft/regs.h>
#include "vhe_asm.h"

/* The vCPU's x2..x17 to or from memory. \vcpu: struct loft_vcpu, not among them; clobbers nothing */
	.macro	caller_regs, op, vcpu
	\op	x2, x3, [\vcpu, #VCPU_X(2)]
	\op	x4, x5, [\vcpu, #VCPU_X(4)]
	\op	x6, x7, [\vcpu, #VCPU_X(6)]
	\op	x8, x9, [\vcpu, #VCPU_X(8)]
	\op	x10, x11, [\vcpu, #VCPU_X(10)]
	\op	x12, x13, [\vcpu, #VCPU_X(12)]
	\op	x14, x15, [\vcpu, #VCPU_X(14)]
	\op	x16, x17, [\vcpu, #VCPU_X(16)]
	.endm

/* The vCPU's x19..x29 to or from memory. \one is the single-register form of \op */
	.macro	callee_regs, op, one, vcpu
	\op	x19, x20, [\vcpu, #VCPU_X(19)]
	\op	x21, x22, [\vcpu, #VCPU_X(21)]
	\op	x23, x24, [\vcpu, #VCPU_X(23)]
	\op	x25, x26, [\vcpu, #VCPU_X(25)]
	\op	x27, x28, [\vcpu, #VCPU_X(27)]
	\one	x29, [\vcpu, #VCPU_X(29)]
	.endm

/* The host's x18..x30 to or from the frame at SP */
	.macro	host_regs, op, one
	\one	x18, [sp, #FRAME_X18]
	\op	x19, x20, [sp, #FRAME_X19]
	\op	x21, x22, [sp, #FRAME_X19 + 16]
	\op	x23, x24, [sp, #FRAME_X19 + 32]
	\op	x25, x26, [sp, #FRAME_X19 + 48]
	\op	x27, x28, [sp, #FRAME_X19 + 64]
	\op	x29, x30, [sp, #FRAME_X19 + 80]
	.endm

/*
 * Live: SP at the frame with guest x0, x1 pushed above it; x0 = vCPU.
 * After: guest x0..x18, x30 and SP_EL0 in memory, SP at the frame, SP_EL0 = current. Clobbers x1..x3.
 */
	.macro	save_guest
	caller_regs stp, x0
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #VCPU_X(0)]
	mrs	x1, sp_el0
	ldr	x2, [sp, #FRAME_CURRENT]
	str	x18, [x0, #VCPU_X(18)]
	stp	x30, x1, [x0, #VCPU_X(30)]
	msr	sp_el0, x2
	/* HCR_EL2.TGE is 0 here, so SCTLR_EL2.SPAN did not set PAN for us */
	alternative_insn nop, SET_PSTATE_PAN(1), ARM64_HAS_PAN
	alternative_insn nop, SET_PSTATE_DIT(1), ARM64_HAS_DIT
	.endm

/* Live: x0 = vCPU, SP at the frame, x19..x29 the guest's. Does not return */
	.macro	resume_guest
	ldp	x30, x1, [x0, #VCPU_X(30)]
	ldr	x18, [x0, #VCPU_X(18)]
	msr	sp_el0, x1
	caller_regs ldp, x0
	ldp	x0, x1, [x0, #VCPU_X(0)]
	eret
	sb
	.endm

/*
 * u64 vhe_enter(struct loft_vcpu *vcpu, u64 bhb)
 *
 * All interrupts masked, the guest's world loaded but for x0..x30 and SP_EL0. Returns VHE_EXIT_*.
 */
	.pushsection ".noinstr.text", "ax"
SYM_FUNC_START(vhe_enter)
	sub	sp, sp, #FRAME_SIZE
	mrs	x2, sp_el0
	stp	x0, x2, [sp, #FRAME_VCPU]
	str	x1, [sp, #FRAME_BHB]
	host_regs stp, str
	callee_regs ldp, ldr, x0
	resume_guest
SYM_FUNC_END(vhe_enter)

SYM_CODE_START_LOCAL(vhe_sync)
	save_guest
	mrs	x1, esr_el2
	lsr	x2, x1, #ESR_ELx_EC_SHIFT
	cmp	x2, #ESR_ELx_EC_HVC64
	b.ne	vhe_trap
	bl	vhe_fast_hvc
	mov	w1, w0
	ldr	x0, [sp, #FRAME_VCPU]
	cbz	w1, vhe_full_sync
vhe_answered:
	/* An SError that the ESB at entry deferred belongs to the guest: do not go back over it. The exit is answered */
alternative_if ARM64_HAS_RAS_EXTN
	mrs_s	x1, SYS_DISR_EL1
	cbnz	x1, vhe_full_irq
alternative_else
	nop
	nop
alternative_endif
	resume_guest
SYM_CODE_END(vhe_sync)

/* Any other exception. Live: as after save_guest, x1 = ESR_EL2, x2 = its class. The instruction may name any register */
SYM_CODE_START_LOCAL(vhe_trap)
	callee_regs stp, str, x0
	bl	vhe_fast_trap
	mov	w2, w0
	ldr	x0, [sp, #FRAME_VCPU]
	mov	x1, #VHE_EXIT_SYNC
	cbz	w2, vhe_full_saved
	callee_regs ldp, ldr, x0
	b	vhe_answered
SYM_CODE_END(vhe_trap)

SYM_CODE_START_LOCAL(vhe_irq)
	save_guest
	bl	vhe_fast_irq
	mov	w1, w0
	ldr	x0, [sp, #FRAME_VCPU]
	cbnz	w1, vhe_answered
vhe_full_irq:
	mov	x1, #VHE_EXIT_IRQ
	b	vhe_full
SYM_CODE_END(vhe_irq)

SYM_CODE_START_LOCAL(vhe_serror)
	save_guest
	mov	x1, #VHE_EXIT_SERROR
	b	vhe_full
SYM_CODE_END(vhe_serror)

/* Live: x0 = vCPU, x1 = VHE_EXIT_*, SP at the frame, x19..x29 the guest's */
SYM_CODE_START_LOCAL(vhe_full_sync)
	mov	x1, #VHE_EXIT_SYNC
vhe_full:
	callee_regs stp, str, x0
vhe_full_saved:
	/*
	 * Spectre-BHB: the guest trained the branch history. Nothing up to here took an indirect branch
	 * that history could steer (a test reads the disassembly), everything from here on may.
	 */
	ldr	x2, [sp, #FRAME_BHB]
	cbz	x2, 2f
	tbnz	x2, #63, 3f
1:	b	. + 4
	subs	x2, x2, #1
	b.ne	1b
	sb
2:	host_regs ldp, ldr
	add	sp, sp, #FRAME_SIZE
	mov	x0, x1
	ret
3:	hint	#22			// CLEARBHB
	isb
	b	2b
SYM_CODE_END(vhe_full_sync)

/*
 * An exception taken from EL2 inside the window: a bug of Loft's or broken hardware. The stack may be the
 * culprit, and the guest's world is loaded; go back to the host's before anything else, and say what happened.
 */
SYM_CODE_START_LOCAL(vhe_bug)
	adr_this_cpu x0, vhe_cpu, x1
	ldr	x1, [x0, #CPU_HOST_VBAR]
	msr	vbar_el2, x1
	ldr	x1, [x0, #CPU_HOST_HCR]
	msr	hcr_el2, x1
	ldr	x1, [x0, #CPU_HOST_CPTR]
	msr	cpacr_el1, x1
	ldr	x1, [x0, #CPU_CURRENT]
	msr	sp_el0, x1
	isb
	mov	x1, sp
	ldr	x2, [x0, #CPU_PANIC_SP]
	mov	sp, x2
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x1
	b	vhe_panic
SYM_CODE_END(vhe_bug)
	.popsection

/*
 * An SError while exit_serror() has opened the mask for it: note it, and go back with the mask shut. There is no other
 * moment in the window at which one can be taken.
 */
	.pushsection ".noinstr.text", "ax"
SYM_CODE_START_LOCAL(vhe_late_serror)
	stp	x0, x1, [sp, #-16]!
	adr_this_cpu x0, vhe_cpu, x1
	mrs	x1, esr_el2
	str	x1, [x0, #CPU_SERROR]
	mrs	x1, spsr_el2
	orr	x1, x1, #PSR_A_BIT
	msr	spsr_el2, x1
	ldp	x0, x1, [sp], #16
	eret
	sb
SYM_CODE_END(vhe_late_serror)
	.popsection

/* One vector slot for an exit from the guest. \fw: firmware call that the CPU needs before anything else, or 0 */
	.macro	exit_vector, target, fw
	.align	7
	alternative_insn nop, esb, ARM64_HAS_RAS_EXTN
	stp	x0, x1, [sp, #-16]!
	.if	\fw != 0
	stp	x2, x3, [sp, #-16]!
	mov	w0, #(\fw & 0xffff)
	movk	w0, #(\fw >> 16), lsl #16
	smc	#0
	ldp	x2, x3, [sp], #16
	.endif
	ldr	x0, [sp, #16 + FRAME_VCPU]
	b	\target
	.endm

	.macro	bug_vector
	.align	7
	b	vhe_bug
	.endm

/* From EL2 with SP_EL0, from EL2 itself, from the guest, from a 32-bit EL1 (which HCR_EL2.RW rules out) */
	.macro	vector_table, name, fw=0
	.align	11
SYM_CODE_START(\name)
	.rept	7
	bug_vector
	.endr
	.align	7
	b	vhe_late_serror
	exit_vector vhe_sync, \fw
	exit_vector vhe_irq, \fw
	exit_vector vhe_irq, \fw
	exit_vector vhe_serror, \fw
	.rept	4
	bug_vector
	.endr
SYM_CODE_END(\name)
	.endm

	.pushsection ".noinstr.text", "ax"
	vector_table vhe_vectors
	vector_table vhe_vectors_wa1, ARM_SMCCC_ARCH_WORKAROUND_1
	vector_table vhe_vectors_wa3, ARM_SMCCC_ARCH_WORKAROUND_3
	.popsection
