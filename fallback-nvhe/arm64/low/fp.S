/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FP/SIMD registers, to and from struct user_fpsimd_state: V0 to V31, then FPSR and FPCR.
 */
	.arch_extension fp
	.arch_extension simd

	.macro	fp_regs, op
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	fp_pair	\op, \n
	.endr
	.endm
	.altmacro
	.macro	fp_pair, op, n
	fp_pair_of \op, \n, %(\n + 1)
	.endm
	.macro	fp_pair_of, op, n, m
	\op	q\n, q\m, [x0, #16 * \n]
	.endm

	.text
/* void fp_save(struct user_fpsimd_state *fp); FP not trapped */
	.global	fp_save
fp_save:
	fp_regs	stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	add	x0, x0, #16 * 32
	stp	w1, w2, [x0]
	ret

/* void fp_load(const struct user_fpsimd_state *fp); FP not trapped */
	.global	fp_load
fp_load:
	fp_regs	ldp
	add	x0, x0, #16 * 32
	ldp	w1, w2, [x0]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
