/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's FP/SIMD registers, to and from struct user_fpsimd_state.
 */
#include <linux/linkage.h>

	.macro	fp_regs, op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #16 * 2]
	\op	q4, q5, [x0, #16 * 4]
	\op	q6, q7, [x0, #16 * 6]
	\op	q8, q9, [x0, #16 * 8]
	\op	q10, q11, [x0, #16 * 10]
	\op	q12, q13, [x0, #16 * 12]
	\op	q14, q15, [x0, #16 * 14]
	\op	q16, q17, [x0, #16 * 16]
	\op	q18, q19, [x0, #16 * 18]
	\op	q20, q21, [x0, #16 * 20]
	\op	q22, q23, [x0, #16 * 22]
	\op	q24, q25, [x0, #16 * 24]
	\op	q26, q27, [x0, #16 * 26]
	\op	q28, q29, [x0, #16 * 28]
	\op	q30, q31, [x0, #16 * 30]
	.endm

	.arch_extension fp
	.arch_extension simd
	.pushsection ".noinstr.text", "ax"

/* void vhe_fp_save(struct user_fpsimd_state *fp); interrupts masked, FP not trapped */
SYM_FUNC_START(vhe_fp_save)
	fp_regs	stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	str	w1, [x0, #16 * 32]
	str	w2, [x0, #16 * 32 + 4]
	ret
SYM_FUNC_END(vhe_fp_save)

/* void vhe_fp_load(const struct user_fpsimd_state *fp); interrupts masked, FP not trapped */
SYM_FUNC_START(vhe_fp_load)
	fp_regs	ldp
	ldr	w1, [x0, #16 * 32]
	ldr	w2, [x0, #16 * 32 + 4]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
SYM_FUNC_END(vhe_fp_load)
	.popsection
