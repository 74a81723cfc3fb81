/* SPDX-License-Identifier: GPL-2.0-only */
/* Fills and stores the whole FP/SIMD state of AArch32: d0-d31 and FPSCR, of which the second word has modes, the first the rest. */
	.arch	armv7ve
	.fpu	neon
	.syntax	unified
	.arm

#define FPSCR_MODES	0x07c00000

	.text
	.globl	fp_load, fp_store

/* r0: 32 * 8 bytes, then two words of 64 bits */
fp_load:
	vldmia	r0!, {d0-d15}
	vldmia	r0!, {d16-d31}
	ldr	r1, [r0]
	ldr	r2, [r0, #8]
	orr	r1, r1, r2
	vmsr	fpscr, r1
	bx	lr

fp_store:
	vstmia	r0!, {d0-d15}
	vstmia	r0!, {d16-d31}
	vmrs	r1, fpscr
	and	r2, r1, #FPSCR_MODES
	bic	r1, r1, #FPSCR_MODES
	mov	r3, #0
	stm	r0!, {r1, r3}
	stm	r0, {r2, r3}
	bx	lr
	.section .note.GNU-stack, "", %progbits
