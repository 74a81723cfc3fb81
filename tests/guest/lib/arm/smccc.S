/* SPDX-License-Identifier: GPL-2.0-only */
/* SMCCC calls in AArch32 with every parameter register given and every result register kept. */
	.arch	armv7ve
	.arch_extension virt
	.arch_extension sec
	.syntax	unified
	.arm

	.macro	smccc, name, insn
	.globl	\name
\name:
	push	{r0, r4-r7, lr}
	mov	lr, r0
	ldm	lr, {r0-r7}
	\insn	#0
	ldr	lr, [sp]
	stm	lr, {r0-r7}
	pop	{r0, r4-r7, pc}
	.endm

	.text
	smccc	smccc_hvc, hvc
	smccc	smccc_smc, smc

	.globl	hvc_1234
hvc_1234:
	hvc	#0x1234
	bx	lr
	.section .note.GNU-stack, "", %progbits
