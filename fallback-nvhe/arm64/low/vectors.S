/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way into EL2 and out of it: from the boot stub, from the host, from the guest, and from EL2 itself.
 *
 * There are two kinds of vector tables, and VBAR_EL2 says who runs: the host's sees its calls, a guest's its exits. An
 * exception from EL2 is a fault of the lowvisor's own in both. SP_EL2 is the CPU's stack; while a guest runs it
 * points at the frame of low_enter(), so that an exit finds its vCPU without a scratch register.
 */
#include <loft/regs.h>
#include "../../hostcall.h"

#define FRAME_REGS	0
#define FRAME_VCPU	8
#define FRAME_BHB	16
#define FRAME_X18	24
#define FRAME_X19	32
#define FRAME_SIZE	128

#define PSR_A		0x100

/* x2..x17 to or from struct loft_regs at \regs; clobbers nothing else */
	.macro	caller_regs, op, regs
	\op	x2, x3, [\regs, #VCPU_X(2)]
	\op	x4, x5, [\regs, #VCPU_X(4)]
	\op	x6, x7, [\regs, #VCPU_X(6)]
	\op	x8, x9, [\regs, #VCPU_X(8)]
	\op	x10, x11, [\regs, #VCPU_X(10)]
	\op	x12, x13, [\regs, #VCPU_X(12)]
	\op	x14, x15, [\regs, #VCPU_X(14)]
	\op	x16, x17, [\regs, #VCPU_X(16)]
	.endm

/* x19..x29 to or from struct loft_regs at \regs. \one is the single-register form of \op */
	.macro	callee_regs, op, one, regs
	\op	x19, x20, [\regs, #VCPU_X(19)]
	\op	x21, x22, [\regs, #VCPU_X(21)]
	\op	x23, x24, [\regs, #VCPU_X(23)]
	\op	x25, x26, [\regs, #VCPU_X(25)]
	\op	x27, x28, [\regs, #VCPU_X(27)]
	\one	x29, [\regs, #VCPU_X(29)]
	.endm

/* The host's x18..x29, and the way back to low_enter()'s caller, to or from the frame at SP */
	.macro	host_regs, op, one
	\one	x18, [sp, #FRAME_X18]
	\op	x19, x20, [sp, #FRAME_X19]
	\op	x21, x22, [sp, #FRAME_X19 + 16]
	\op	x23, x24, [sp, #FRAME_X19 + 32]
	\op	x25, x26, [sp, #FRAME_X19 + 48]
	\op	x27, x28, [sp, #FRAME_X19 + 64]
	\op	x29, x30, [sp, #FRAME_X19 + 80]
	.endm

/* No instruction after an ERET may run ahead of it */
	.macro	eret_only
	eret
	dsb	nsh
	isb
	.endm

/*
 * From the boot stub's SOFT_RESTART: x0 = this CPU's struct hostcall_cpu, MMU and caches off, the syndrome registers
 * those of the host's HVC. Memory that is read here has been cleaned to the point of coherency; nothing is written
 * before the MMU is on.
 */
	.section .init.text, "ax"
	.global	low_init
low_init:
	mrs	x3, vbar_el2
	mrs	x4, sctlr_el2
	ldp	x5, x6, [x0, #CPU_TTBR0]
	ldp	x7, x8, [x0, #CPU_MAIR]
	msr	ttbr0_el2, x5
	msr	tcr_el2, x6
	msr	mair_el2, x7
	/* The TLB may hold entries of an earlier owner of EL2; they go before translation comes on */
	isb
	tlbi	alle2
	dsb	nsh
	isb
	msr	sctlr_el2, x8
	isb
	stp	x3, x4, [x0, #CPU_STUB]
	msr	tpidr_el2, x0
	mov	sp, x0
	adr	x1, low_vectors_host
	msr	vbar_el2, x1
	stp	x29, x30, [sp, #-16]!
	bl	low_cpu_init
	ldp	x29, x30, [sp], #16
	isb
	mov	x0, #HOSTCALL_SYNC
	eret_only

/*
 * The boot stub's calls: x0 < STUB_NR. All but the last leave EL2 as the stub had it. The code runs where it was
 * linked to by physical address, so it goes on when translation stops.
 */
low_stub:
	cmp	x0, #STUB_RESET_VECTORS
	b.hi	1f
	mrs	x9, tpidr_el2
	ldp	x10, x11, [x9, #CPU_STUB]
	cbnz	x0, 2f
	tst	x1, #0x7ff
	b.ne	1f
	mov	x10, x1
2:	dsb	sy
	msr	sctlr_el2, x11
	isb
	tlbi	alle2
	dsb	nsh
	msr	vbar_el2, x10
	isb
	cmp	x0, #STUB_SOFT_RESTART
	b.ne	3f
	mov	x5, x1
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	br	x5
3:	mov	x0, #0
	eret_only
1:	mov	w0, #(STUB_ERR & 0xffff)
	movk	w0, #(STUB_ERR >> 16), lsl #16
	eret_only

	.text
/* An exception from the host: its x0, x1 pushed. A call, or a fault that the host cannot have with HCR_EL2 as it is */
low_host:
	mrs	x1, esr_el2
	lsr	x1, x1, #26
	cmp	x1, #0x16
	ldp	x0, x1, [sp], #16
	b.ne	low_fault
	cmp	x0, #STUB_NR
	b.lo	low_stub
	stp	x29, x30, [sp, #-16]!
	bl	low_call
	ldp	x29, x30, [sp], #16
	eret_only

/* u64 low_probe(void *page): a fault of its first two instructions, and of no others in EL2, has somewhere to go */
	.global	low_probe
low_probe:
	ldr	x1, [x0]
	str	x1, [x0]
	mov	x0, #1
	ret
low_probe_fault:
	mov	x0, #0
	ret

/* A synchronous exception from EL2 on behalf of the host: of a probe's? Scratch as in low_fault */
low_own_sync:
	msr	cnthp_cval_el2, x0
	mrs	x0, tpidr_el2
	str	x1, [x0, #CPU_PANIC_X(1)]
	mrs	x0, elr_el2
	adr	x1, low_probe
	sub	x0, x0, x1
	cmp	x0, #8
	b.hs	1f
	adr	x0, low_probe_fault
	msr	elr_el2, x0
	eret_only
1:	mrs	x0, tpidr_el2
	ldr	x1, [x0, #CPU_PANIC_X(1)]
	mrs	x0, cnthp_cval_el2

/*
 * A fault of the lowvisor's, or an impossible one of the host's: keep the registers, then let the host panic with them.
 * Nothing is known of the stack. EL2's timer is off: its compare value is a register that nobody misses.
 */
low_fault:
	msr	cnthp_cval_el2, x0
	mrs	x0, tpidr_el2
	str	x1, [x0, #CPU_PANIC_X(1)]
	stp	x2, x3, [x0, #CPU_PANIC_X(2)]
	stp	x4, x5, [x0, #CPU_PANIC_X(4)]
	stp	x6, x7, [x0, #CPU_PANIC_X(6)]
	stp	x8, x9, [x0, #CPU_PANIC_X(8)]
	stp	x10, x11, [x0, #CPU_PANIC_X(10)]
	stp	x12, x13, [x0, #CPU_PANIC_X(12)]
	stp	x14, x15, [x0, #CPU_PANIC_X(14)]
	stp	x16, x17, [x0, #CPU_PANIC_X(16)]
	stp	x18, x19, [x0, #CPU_PANIC_X(18)]
	stp	x20, x21, [x0, #CPU_PANIC_X(20)]
	stp	x22, x23, [x0, #CPU_PANIC_X(22)]
	stp	x24, x25, [x0, #CPU_PANIC_X(24)]
	stp	x26, x27, [x0, #CPU_PANIC_X(26)]
	stp	x28, x29, [x0, #CPU_PANIC_X(28)]
	mrs	x1, cnthp_cval_el2
	mov	x2, sp
	str	x1, [x0, #CPU_PANIC_X(0)]
	stp	x30, x2, [x0, #CPU_PANIC_X(30)]
	add	x1, x0, #CPU_SIZE
	mov	sp, x1
	bl	low_panic
	eret_only

/* u64 low_enter(struct loft_regs *regs, struct hostcall_vcpu *vcpu, u64 bhb): the guest's world is loaded but for x0..x30 */
	.global	low_enter
low_enter:
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #FRAME_REGS]
	str	x2, [sp, #FRAME_BHB]
	host_regs stp, str
	callee_regs ldp, ldr, x0
/* x0 = struct loft_regs, x19..x29 the guest's */
guest_resume:
	ldr	x18, [x0, #VCPU_X(18)]
	ldr	x30, [x0, #VCPU_X(30)]
	caller_regs ldp, x0
	ldp	x0, x1, [x0, #VCPU_X(0)]
	eret_only

/* x0 = struct loft_regs; guest x0, x1 pushed above the frame. After: x0..x18 and x30 in memory. Clobbers x2, x3 */
	.macro	save_guest
	caller_regs stp, x0
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #VCPU_X(0)]
	str	x18, [x0, #VCPU_X(18)]
	str	x30, [x0, #VCPU_X(30)]
	.endm

guest_sync:
	save_guest
	mov	x1, x0
	ldr	x0, [sp, #FRAME_VCPU]
	mrs	x2, esr_el2
	bl	low_fast
	mov	x1, x0
	ldr	x0, [sp, #FRAME_REGS]
	cbnz	x1, guest_resume
	mov	x1, #HOSTCALL_SYNC
	b	guest_full

guest_irq:
	save_guest
	mov	x1, #HOSTCALL_IRQ
	b	guest_full

guest_serror:
	save_guest
	mov	x1, #HOSTCALL_SERROR

/* x0 = struct loft_regs, x1 = HOSTCALL_*, x19..x29 the guest's */
guest_full:
	callee_regs stp, str, x0
	/*
	 * Spectre-BHB: the guest trained the branch history. No indirect branch was taken up to here, and the next
	 * one, the return below, is for the host.
	 */
	ldr	x2, [sp, #FRAME_BHB]
	cbz	x2, 2f
	tbnz	x2, #63, 3f
1:	b	. + 4
	subs	x2, x2, #1
	b.ne	1b
	dsb	nsh
	isb
2:	host_regs ldp, ldr
	add	sp, sp, #FRAME_SIZE
	mov	x0, x1
	ret
3:	hint	#22			// CLEARBHB
	isb
	b	2b

/* An SError that the guest caused arrived while switch_run() held the window open: note it, close the window */
low_late_serror:
	stp	x0, x1, [sp, #-16]!
	mrs	x0, tpidr_el2
	mrs	x1, esr_el2
	str	x1, [x0, #CPU_SERROR]
	mrs	x1, spsr_el2
	orr	x1, x1, #PSR_A
	msr	spsr_el2, x1
	ldp	x0, x1, [sp], #16
	eret_only

	.macro	slot, target
	.align	7
	b	\target
	.endm

/* From the guest. \fw: the CPU needs a firmware call before anything else. The ESB is a NOP without RAS */
	.macro	exit_slot, target, fw
	.align	7
	hint	#16
	stp	x0, x1, [sp, #-16]!
	.if	\fw != 0
	stp	x2, x3, [sp, #-16]!
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_FW]
	smc	#0
	ldp	x2, x3, [sp], #16
	.endif
	ldr	x0, [sp, #16 + FRAME_REGS]
	b	\target
	.endm

/* From EL2 with SP_EL0, from EL2, from a 64-bit guest and, in its user mode too, from AArch32 */
	.macro	guest_table, name, fw=0
	.align	11
	.global	\name
\name:
	.rept	7
	slot	low_fault
	.endr
	slot	low_late_serror
	.rept	2
	exit_slot guest_sync, \fw
	exit_slot guest_irq, \fw
	exit_slot guest_irq, \fw
	exit_slot guest_serror, \fw
	.endr
	.endm

	.section .vectors, "ax"
	.align	11
	.global	low_vectors_host
low_vectors_host:
	.rept	4
	slot	low_fault
	.endr
	slot	low_own_sync
	.rept	3
	slot	low_fault
	.endr
	.align	7
	stp	x0, x1, [sp, #-16]!
	b	low_host
	.rept	7
	slot	low_fault
	.endr

	guest_table low_vectors_guest
	guest_table low_vectors_guest_fw, 1
