/* SPDX-License-Identifier: GPL-2.0-only */
/* void decode_run(struct decode_frame *frame, const void *code): v2 to v5 and x1 to x5 from the frame, the code, and back. */
	.arch_extension fp
	.arch_extension simd

	.text
	.global	decode_run
	.hidden	decode_run
decode_run:
	stp	x29, x30, [sp, #-32]!
	str	x19, [sp, #16]
	mov	x19, x0
	mov	x16, x1
	ldp	q2, q3, [x19]
	ldp	q4, q5, [x19, #32]
	ldp	x1, x2, [x19, #64]
	ldp	x3, x4, [x19, #80]
	ldr	x5, [x19, #96]
	blr	x16
	stp	q2, q3, [x19]
	stp	q4, q5, [x19, #32]
	stp	x1, x2, [x19, #64]
	stp	x3, x4, [x19, #80]
	str	x5, [x19, #96]
	ldr	x19, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
