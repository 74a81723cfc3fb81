/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code in EL0, for a moment.
 */
	.text

/*
 * void decode_user(struct decode_frame *frame, u64 code): x1 and x2 from the frame, the code in EL0 until its first
 * exception, and back. x19 to x21 are as EL0 finds them.
 */
	.global	decode_user
	.hidden	decode_user
decode_user:
	stp	x29, x30, [sp, #-48]!
	stp	x19, x20, [sp, #16]
	str	x21, [sp, #32]
	mov	x19, x0
	mrs	x20, vbar_el1
	adr	x21, user_vectors
	msr	vbar_el1, x21
	msr	elr_el1, x1
	mov	x21, #0x3c0			/* EL0t, all masked */
	msr	spsr_el1, x21
	ldp	x1, x2, [x19, #64]
	isb
	eret
user_back:
	msr	vbar_el1, x20
	isb
	stp	x1, x2, [x19, #64]
	ldr	x21, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #48
	ret

/* Synchronous from a lower level is the one that comes */
	.balign	2048
user_vectors:
	.skip	0x400
	b	user_back
	.skip	0x3fc
