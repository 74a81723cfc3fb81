/* SPDX-License-Identifier: GPL-2.0-only */
/* SMCCC calls with every parameter register given and every result register kept. */
.macro	smccc name, insn
	.globl	\name
\name:
	stp	x29, x30, [sp, #-32]!
	stp	x18, x0, [sp, #16]
	mov	x18, x0
	ldp	x0, x1, [x18]
	ldp	x2, x3, [x18, #16]
	ldp	x4, x5, [x18, #32]
	ldp	x6, x7, [x18, #48]
	ldp	x8, x9, [x18, #64]
	ldp	x10, x11, [x18, #80]
	ldp	x12, x13, [x18, #96]
	ldp	x14, x15, [x18, #112]
	ldp	x16, x17, [x18, #128]
	\insn	#0
	ldr	x18, [sp, #24]
	stp	x0, x1, [x18]
	stp	x2, x3, [x18, #16]
	stp	x4, x5, [x18, #32]
	stp	x6, x7, [x18, #48]
	stp	x8, x9, [x18, #64]
	stp	x10, x11, [x18, #80]
	stp	x12, x13, [x18, #96]
	stp	x14, x15, [x18, #112]
	stp	x16, x17, [x18, #128]
	ldr	x18, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
.endm

	.text
	smccc	smccc_hvc, hvc
	smccc	smccc_smc, smc
	.globl	hvc_1234
hvc_1234:
	hvc	#0x1234
	ret
	.section .note.GNU-stack, "", %progbits
