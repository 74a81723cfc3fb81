/* SPDX-License-Identifier: GPL-2.0-only */
/* The 32-bit payload's entry: zImage header, stacks of all modes, exceptions, secondaries' ways in, calls to firmware. */
	.arch	armv8-a
	.arch_extension virt
	.arch_extension sec
	.fpu	neon-fp-armv8
	.syntax	unified
	.arm

#define MODE_FIQ	0x11
#define MODE_IRQ	0x12
#define MODE_SVC	0x13
#define MODE_ABT	0x17
#define MODE_UND	0x1b
#define MODE_SYS	0x1f
#define MASKED		0x1c0
#define STACK		4096

	.section .head, "ax"
	.globl	image_start
image_start:
	b	primary_entry
	.rept	8
	nop
	.endr
	.word	0x016f2818, image_start, image_end, 0x04030201

	.text
	.macro	mode_stack, mode
	cps	#\mode
	add	r6, r6, #STACK
	mov	sp, r6
	.endm

/* r4: CPU number. Leaves SVC mode with interrupts masked; clobbers r5, r6 */
cpu_setup:
	mov	r12, lr
	ldr	r5, =vectors
	mcr	p15, 0, r5, c12, c0, 0		@ VBAR
	isb
	ldr	r6, =stacks
	mov	r5, #STACK * 8
	mla	r6, r4, r5, r6
	mode_stack MODE_FIQ
	mode_stack MODE_IRQ
	mode_stack MODE_ABT
	mode_stack MODE_UND
	mode_stack MODE_SYS
	add	r6, r6, #STACK			@ two for the one that everything runs on
	mode_stack MODE_SVC
	bx	r12

primary_entry:
	mrs	r8, cpsr
	mrc	p15, 0, r9, c1, c0, 0		@ SCTLR
	ldr	r10, =bss_start
	ldr	r11, =bss_end
	mov	r3, #0
1:	cmp	r10, r11
	strlo	r3, [r10], #4
	blo	1b
	mov	r4, #0
	ldr	r5, =boot_state
	stm	r5, {r0, r1, r2, r8, r9}
	bl	cpu_setup
	bl	main
2:	wfi
	b	2b

	.globl	secondary_arm
secondary_arm:
	mrs	r1, cpsr
	b	secondary
	.thumb
	.globl	secondary_thumb
	.thumb_func
secondary_thumb:
	mrs	r1, cpsr
	/* CPSR.T reads as zero: what tells the instruction set is that this, in A32, would be another instruction */
	movs	r2, #1
	blx	secondary_t
	.arm
secondary_t:
	orr	r1, r1, r2, lsl #5
secondary:
	mov	r8, r0
	mov	r9, r1
	mov	r4, #1
	bl	cpu_setup
	mov	r0, r8
	mov	r1, r9
	bl	main_secondary
3:	wfi
	b	3b

/* Exceptions: trap_handle(kind, SPSR, LR, r0..r12) says where to go on. \fix is what LR is ahead of the instruction in A32 */
	.macro	handler, name, kind
\name:	push	{r0-r12, lr}
	mov	r0, #\kind
	mrs	r1, spsr
	mov	r2, lr
	mov	r3, sp
	bl	trap_handle
	str	r0, [sp, #52]
	pop	{r0-r12, lr}
	movs	pc, lr
	.endm

	handler	take_undef, 0
	handler	take_svc, 1
	handler	take_pabt, 2
	handler	take_dabt, 3
	handler	take_irq, 4
	handler	take_fiq, 5

	.balign	32
vectors:
	b	.
	b	take_undef
	b	take_svc
	b	take_pabt
	b	take_dabt
	b	.
	b	take_irq
	b	take_fiq

/* u32 call(u32 fn, u32 a, u32 b, u32 c), by HVC from A32 and T32, by SMC */
	.globl	call_hvc
call_hvc:
	hvc	#0
	bx	lr
	.globl	call_smc
call_smc:
	smc	#0
	bx	lr
	.thumb
	.globl	call_hvc_thumb
	.thumb_func
call_hvc_thumb:
	hvc	#0
	bx	lr
	.arm

/* SMC whose condition fails, in A32 and in an IT block: r0 stays */
	.globl	call_smc_never
call_smc_never:
	cmp	r0, r0
	smcne	#0
	bx	lr

/*
 * Banked registers: those of every mode, from or to 22 words at r0: SP, LR, SPSR of FIQ, IRQ, ABT and UND, LR and SPSR of SVC,
 * r8 to r12 of FIQ, SP and LR of user mode
 */
	.macro	banked_put, mode
	ldm	r0!, {r1, r2, r3}
	msr	sp_\mode, r1
	msr	lr_\mode, r2
	msr	spsr_\mode, r3
	.endm
	.macro	banked_get, mode
	mrs	r1, sp_\mode
	mrs	r2, lr_\mode
	mrs	r3, spsr_\mode
	stm	r0!, {r1, r2, r3}
	.endm

	.globl	banked_put
banked_put:
	banked_put fiq
	banked_put irq
	banked_put abt
	banked_put und
	ldm	r0!, {r1, r2, r3}
	msr	spsr_cxsf, r1
	msr	sp_usr, r2
	msr	lr_usr, r3
	.irp	n, 8, 9, 10, 11, 12
	ldr	r1, [r0], #4
	msr	r\n\()_fiq, r1
	.endr
	bx	lr

	.globl	banked_get
banked_get:
	banked_get fiq
	banked_get irq
	banked_get abt
	banked_get und
	mrs	r1, spsr
	mrs	r2, sp_usr
	mrs	r3, lr_usr
	stm	r0!, {r1, r2, r3}
	.irp	n, 8, 9, 10, 11, 12
	mrs	r1, r\n\()_fiq
	str	r1, [r0], #4
	.endr
	bx	lr

/* d0 to d31 and FPSCR, 65 words at r0 */
	.globl	fp_put
fp_put:
	vldmia	r0!, {d0-d15}
	vldmia	r0!, {d16-d31}
	ldr	r1, [r0]
	vmsr	fpscr, r1
	bx	lr
	.globl	fp_get
fp_get:
	vstmia	r0!, {d0-d15}
	vstmia	r0!, {d16-d31}
	vmrs	r1, fpscr
	str	r1, [r0]
	bx	lr
	.globl	fpexc_write
fpexc_write:
	vmsr	fpexc, r0
	isb
	bx	lr
	.globl	fpexc_read
fpexc_read:
	vmrs	r0, fpexc
	bx	lr
	.globl	mvfr0_read
mvfr0_read:
	vmrs	r0, mvfr0
	bx	lr
	.globl	fp_touch
fp_touch:
	vmov	r0, s0
	bx	lr

/* Loads and stores of each size, at r0; and through LR and SP, which have other numbers in AArch64 */
	.macro	load, insn
	.globl	do_\insn
do_\insn:
	\insn	r0, [r0]
	bx	lr
	.endm
	load	ldr
	load	ldrb
	load	ldrh
	load	ldrsb
	load	ldrsh
	.macro	store, insn
	.globl	do_\insn
do_\insn:
	\insn	r1, [r0]
	bx	lr
	.endm
	store	str
	store	strb
	store	strh
	.globl	do_ldr_lr
do_ldr_lr:
	mov	r1, lr
	ldr	lr, [r0]
	mov	r0, lr
	bx	r1
	.globl	do_str_lr
do_str_lr:
	mov	r2, lr
	mov	lr, r1
	str	lr, [r0]
	bx	r2
	/* 16 bits wide: the next instruction is two bytes on */
	.thumb
	.globl	do_ldr_thumb
	.thumb_func
do_ldr_thumb:
	ldr	r0, [r0]
	adds	r0, #1
	bx	lr
	/* The second of an IT block: what follows must still be the block's */
	.globl	do_ldr_it
	.thumb_func
do_ldr_it:
	cmp	r0, r0
	itte	eq
	ldreq	r0, [r0]
	addeq	r0, #1
	addne	r0, #2
	bx	lr
	.arm
	.globl	do_ldr_be
do_ldr_be:
	setend	be
	ldr	r0, [r0]
	setend	le
	bx	lr
	.globl	do_ldrh_be
do_ldrh_be:
	setend	be
	ldrh	r0, [r0]
	setend	le
	bx	lr
	.globl	do_str_be
do_str_be:
	setend	be
	str	r1, [r0]
	setend	le
	bx	lr
	/* No syndrome describes these */
	.globl	do_ldm
do_ldm:
	ldm	r0, {r1, r2}^			@ user mode's registers: nobody emulates that on a device
	bx	lr
	.globl	do_stm
do_stm:
	stm	r0, {r1, r2}^
	bx	lr
/* r0: six words for r1 to r6, before and after; r1: code, which ends in BX LR */
	.globl	decode_run
decode_run:
	push	{r4-r9, lr}
	mov	r8, r0
	mov	r9, r1
	ldm	r8, {r1-r6}
	blx	r9
	stm	r8, {r1-r6}
	pop	{r4-r9, pc}
	.globl	do_jump
do_jump:
	push	{lr}
	blx	r0
	.globl	do_jump_back
do_jump_back:
	pop	{pc}

/* A trapped read of CTR (TID2) and of PMCR, which is UNDEFINED, with conditions that hold and fail */
	.globl	cond_reads
cond_reads:
	cmp	r0, r0
	mrceq	p15, 0, r0, c0, c0, 1
	mrcne	p15, 0, r1, c0, c0, 1
	mrcne	p15, 0, r1, c9, c12, 0
	mov	r0, r1
	bx	lr
	.thumb
	.globl	cond_reads_thumb
	.thumb_func
cond_reads_thumb:
	cmp	r0, r0
	ittee	ne
	mrcne	p15, 0, r1, c0, c0, 1
	mrcne	p15, 0, r1, c9, c12, 0
	moveq	r0, r1
	addeq	r0, #1
	bx	lr
	.globl	undef_thumb
	.thumb_func
undef_thumb:
	mrc	p15, 0, r0, c9, c12, 0
	bx	lr
	.arm
	.globl	undef_arm
undef_arm:
	mrc	p15, 0, r0, c9, c12, 0
	bx	lr
	.globl	undef_c15
undef_c15:
	mrc	p15, 0, r0, c15, c0, 0
	bx	lr
	/* In user mode, by way of SVC back */
	.globl	undef_user
undef_user:
	push	{r4, lr}
	cps	#0x10
	mrc	p15, 0, r0, c9, c12, 0
	svc	#0
	pop	{r4, pc}

	.bss
	.balign	4096
stacks:	.space	STACK * 8 * 2 + STACK
	.section .note.GNU-stack, "", %progbits
