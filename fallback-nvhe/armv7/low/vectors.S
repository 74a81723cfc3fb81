/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way into HYP mode and out of it: from the boot stub, from the host, from the guest, and from HYP itself.
 *
 * There are two vector tables, and HVBAR says who runs: the host's sees its calls, the guest's its exits. An exception
 * from HYP is a fault of the lowvisor's own in both. SP_hyp is the CPU's stack; while a guest runs it points at the
 * frame of low_enter(), so that an exit finds its vCPU without a scratch register. HYP has no LR of its own: r14 is
 * that of user mode, the host's or the guest's, and R8 to R12 are user mode's too, whatever mode was interrupted.
 */
#include <loft/regs.h>
#include "../hostcall.h"

	.syntax unified
	.arm
	.arch_extension virt
	.arch_extension sec
	.fpu	neon-vfpv4

#define FRAME_REGS	0
#define FRAME_VCPU	4

#define MODE_HYP	0x1a
#define CPSR_A		0x100
#define HSR_EC_SHIFT	26
#define EC_HVC		0x12

#define HVBAR(op, r)	op p15, 4, r, c12, c0, 0
#define HSCTLR(op, r)	op p15, 4, r, c1, c0, 0
#define HTPIDR(op, r)	op p15, 4, r, c13, c0, 2
#define HSR(op, r)	op p15, 4, r, c5, c2, 0

/*
 * From the boot stub's SOFT_RESTART: r2 = this CPU's struct hostcall_cpu, MMU and caches off, the syndrome registers
 * those of the host's HVC. Memory that is read here has been cleaned to the point of coherency; nothing is written
 * before the MMU is on.
 */
	.section .init.text, "ax"
	.global	low_init
low_init:
	HVBAR(mrc, r3)
	HSCTLR(mrc, r12)
	ldrd	r0, r1, [r2, #CPU_HTTBR]
	mcrr	p15, 4, r0, r1, c2
	ldr	r0, [r2, #CPU_HTCR]
	mcr	p15, 4, r0, c2, c0, 2
	ldr	r0, [r2, #CPU_HMAIR0]
	mcr	p15, 4, r0, c10, c2, 0
	/* The TLB may hold entries of an earlier owner of HYP; they go before translation comes on: TLBIALLH */
	isb
	mcr	p15, 4, r0, c8, c7, 0
	dsb	nsh
	ldr	r0, [r2, #CPU_HSCTLR]
	isb
	HSCTLR(mcr, r0)
	isb
	str	r3, [r2, #CPU_STUB_HVBAR]
	str	r12, [r2, #CPU_STUB_HSCTLR]
	HTPIDR(mcr, r2)
	mov	sp, r2
	push	{r4, lr}
	bl	low_vectors_set_host
	mov	r0, r2
	bl	low_cpu_init
	pop	{r4, lr}
	isb
	mov	r0, #HOSTCALL_SYNC
	eret

/*
 * HYP becomes the boot stub's again: r0 = STUB_SOFT_RESTART with r1 where to go on in HYP, or HOSTCALL_LEAVE, which
 * returns 0 to the host. The code runs where it was linked to by physical address, so it goes on when translation stops.
 */
low_leave:
	HTPIDR(mrc, r2)
	ldr	r3, [r2, #CPU_STUB_HVBAR]
	ldr	r12, [r2, #CPU_STUB_HSCTLR]
	dsb	sy
	HSCTLR(mcr, r12)
	isb
	mcr	p15, 4, r12, c8, c7, 0
	dsb	nsh
	HVBAR(mcr, r3)
	isb
	cmp	r0, #STUB_SOFT_RESTART
	bxeq	r1
	mov	r0, #0
	eret

	.text
/* An exception from the host. A call, or a fault that the host cannot have with HCR as it is */
low_host:
	push	{r4, lr}
	HSR(mrc, lr)
	lsr	lr, lr, #HSR_EC_SHIFT
	cmp	lr, #EC_HVC
	bne	1f
	cmp	r0, #STUB_SOFT_RESTART
	movwne	lr, #HOSTCALL_LEAVE
	cmpne	r0, lr
	popeq	{r4, lr}
	beq	low_leave
	mov	r4, r0
	bl	low_call
	pop	{r4, lr}
	eret
1:	pop	{r4, lr}

/*
 * A fault of the lowvisor's, or an impossible one of the host's: keep the registers, then let the host panic with them.
 * Nothing is known of the stack. TPIDRURW is the only register that neither side will miss.
 */
low_fault:
	mcr	p15, 0, r0, c13, c0, 2
	HTPIDR(mrc, r0)
	add	r0, r0, #CPU_PANIC_R(1)
	stmia	r0!, {r1-r12}
	str	sp, [r0], #4
	str	lr, [r0]
	mrc	p15, 0, r1, c13, c0, 2
	HTPIDR(mrc, r0)
	str	r1, [r0, #CPU_PANIC_R(0)]
	add	sp, r0, #CPU_SIZE
	bl	low_panic
	eret

/* u32 low_enter(struct loft_regs *regs, struct hostcall_vcpu *vcpu): the guest's world is loaded but for r0..r12, LR_usr */
	.global	low_enter
low_enter:
	push	{r0, r1, r4-r12, lr}
/* r0 = struct loft_regs */
guest_resume:
	ldr	lr, [r0, #VCPU_X(14)]
	add	r1, r0, #VCPU_X(2)
	ldmia	r1, {r2-r12}
	ldm	r0, {r0, r1}
	eret

/*
 * All of the guest's registers to memory; r0 = struct loft_regs after. No branch before the predictor's training by the
 * guest is gone on CPUs that need it (CVE-2017-5715).
 */
	.macro	save_guest
	push	{r0, r1}
	ldr	r0, [sp, #8 + FRAME_REGS]
	str	lr, [r0, #VCPU_X(14)]
	add	r1, r0, #VCPU_X(2)
	stmia	r1, {r2-r12}
	pop	{r2, r3}
	stm	r0, {r2, r3}
	HTPIDR(mrc, r1)
	ldr	r1, [r1, #CPU_BP]
	cmp	r1, #HOSTCALL_BP_BPIALL
	mcreq	p15, 0, r1, c7, c5, 6
	mcrhi	p15, 0, r1, c7, c5, 0
	isb
	.endm

guest_trap:
	save_guest
	mov	r1, r0
	ldr	r0, [sp, #FRAME_VCPU]
	bl	low_fast
	cmp	r0, #0
	ldr	r0, [sp, #FRAME_REGS]
	bne	guest_resume
	mov	r0, #HOSTCALL_SYNC
	b	guest_full

guest_irq:
	save_guest
	mov	r0, #HOSTCALL_IRQ

/* r0 = HOSTCALL_*: return to low_enter()'s caller */
guest_full:
	pop	{r2, r3, r4-r12, lr}
	bx	lr

/*
 * A data abort that does not come by the trap vector: the guest's asynchronous one, taken from the guest, or in the window
 * that switch_run() opens for it; else a fault of the lowvisor's.
 */
guest_abort:
	push	{r0, r1}
	mrs	r0, spsr
	and	r1, r0, #0x1f
	cmp	r1, #MODE_HYP
	bne	1f
	HTPIDR(mrc, r1)
	ldr	r0, [r1, #CPU_WINDOW]
	cmp	r0, #0
	popeq	{r0, r1}
	beq	low_fault
	str	r0, [r1, #CPU_SERROR]
	/* Once is enough: the window closes */
	mrs	r0, spsr
	orr	r0, r0, #CPSR_A
	msr	spsr_cxsf, r0
	pop	{r0, r1}
	eret
1:	pop	{r0, r1}
	save_guest
	mov	r0, #HOSTCALL_SERROR
	b	guest_full

	.global	low_vectors_set_host
low_vectors_set_host:
	adr	r0, low_vectors_host
	HVBAR(mcr, r0)
	bx	lr

	.global	low_vectors_set_guest
low_vectors_set_guest:
	adr	r0, low_vectors_guest
	HVBAR(mcr, r0)
	bx	lr

/* Reset is never taken here; undefined, HVC, prefetch and data abort from HYP; trap from below; IRQ; FIQ */
	.align	5
low_vectors_host:
	.rept	5
	b	low_fault
	.endr
	b	low_host
	b	low_fault
	b	low_fault

	.align	5
low_vectors_guest:
	.rept	4
	b	low_fault
	.endr
	b	guest_abort
	b	guest_trap
	b	guest_irq
	b	guest_irq

/* D0 to D31 or D15 to or from struct loft_vfp at r0, which then points behind all 32; r1 = d32 */
	.macro	vfp_regs, op
	\op	r0!, {d0-d15}
	cmp	r1, #0
	addeq	r0, r0, #16 * 8
	beq	1f
	\op	r0!, {d16-d31}
1:
	.endm

/* void low_vfp_save(struct loft_vfp *fp, u32 d32): VFP enabled */
	.global	low_vfp_save
low_vfp_save:
	vfp_regs vstmia
	vmrs	r1, fpscr
	str	r1, [r0]
	bx	lr

/* void low_vfp_load(const struct loft_vfp *fp, u32 d32, u32 fpexc): VFP enabled; FPEXC last */
	.global	low_vfp_load
low_vfp_load:
	vfp_regs vldmia
	ldr	r1, [r0]
	vmsr	fpscr, r1
	vmsr	fpexc, r2
	bx	lr

/* u32 low_vfp_fpexc(void) */
	.global	low_vfp_fpexc
low_vfp_fpexc:
	vmrs	r0, fpexc
	bx	lr

/* void low_vfp_set_fpexc(u32 fpexc) */
	.global	low_vfp_set_fpexc
low_vfp_set_fpexc:
	vmsr	fpexc, r0
	bx	lr

	.section .note.GNU-stack, "", %progbits
