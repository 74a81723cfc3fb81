/* SPDX-License-Identifier: GPL-2.0-only */
/* The exception vectors of AArch32: every entry goes to SVC mode, saves a full frame and calls exception_handle(). */
	.arch	armv7ve
	.syntax	unified
	.arm

#define MODE_SVC	0x13

/* \ahead: by how much LR is ahead of the instruction, or of the next one after SVC and interrupts */
	.macro	entry, number, ahead
entry_\number:
	sub	lr, lr, #\ahead
	srsdb	sp!, #MODE_SVC
	cps	#MODE_SVC
	push	{r0-r12, lr}
	mov	r1, #\number
	b	exception_common
	.endm

	.text
	.balign	32
	.globl	vectors
vectors:
	b	.
	b	entry_1
	b	entry_2
	b	entry_3
	b	entry_4
	b	.
	b	entry_6
	b	entry_7

	entry	1, 4			@ undefined; every payload is in A32
	entry	2, 0			@ SVC
	entry	3, 4			@ prefetch abort
	entry	4, 8			@ data abort
	entry	6, 4			@ IRQ
	entry	7, 4			@ FIQ

/* r1: vector; sp: struct frame, which an interrupted function may have left at a word's boundary */
exception_common:
	mov	r0, sp
	mov	r4, sp
	bic	sp, sp, #7
	bl	exception_handle
	mov	sp, r4
	clrex				@ what was interrupted must not store by a monitor that was taken here
	pop	{r0-r12, lr}
	rfeia	sp!
	.section .note.GNU-stack, "", %progbits
