/* SPDX-License-Identifier: GPL-2.0-only */
/* One stub per kind of exit: load r0 to r12, LR and the flags, exit, store what came back. */
	.arch	armv7ve
	.arch_extension virt
	.syntax	unified
	.arm

/* struct regs_pair */
#define LINK	52
#define FLAGS	56
#define OUT	60

	.macro	stub name, insns
	.globl	\name
\name:
	push	{r0, r4-r11, lr}
	ldr	r1, [r0, #FLAGS]
	msr	cpsr_f, r1
	ldr	lr, [r0, #LINK]
	ldm	r0, {r0-r12}
	\insns
	push	{r0, r1}
	ldr	r0, [sp, #8]
	add	r1, r0, #OUT + 8
	stm	r1, {r2-r12, lr}
	mrs	r2, cpsr
	and	r2, r2, #0xf0000000
	str	r2, [r0, #OUT + FLAGS]
	pop	{r2, r3}
	str	r2, [r0, #OUT]
	str	r3, [r0, #OUT + 4]
	pop	{r0, r4-r11, pc}
	.endm

/* The same value into registers that are saved at different places: r5 has it if all have */
	.macro	idreg_all
	.irp	reg, r0, r8, r12, lr
	mrc	p15, 0, \reg, c0, c1, 0
	.endr
	mov	r5, r0
	.irp	reg, r8, r12, lr
	and	r5, r5, \reg
	.endr
	.endm

	.text
	stub	stub_hvc, "hvc #0"
	stub	stub_load32, "ldr r5, [r6]"
	stub	stub_load, "ldr r5, [r6]"
	stub	stub_load_bytes, "ldrsb lr, [r6]; ldrb r8, [r6]; add r5, lr, r8"
	stub	stub_store32, "str r5, [r6]"
	stub	stub_store, "str r5, [r6]"
	stub	stub_idreg, "mrc p15, 0, r5, c0, c1, 0"
	stub	stub_idreg_all, "idreg_all"
	stub	stub_sgi, "str r5, [r6]"
	stub	stub_wfi, "wfi"
	stub	stub_wfe, "sev; wfe; wfe"
	/* The loop's flags are its own */
	stub	stub_spin, "push {r8}; mrs r8, cpsr; 1: subs r7, r7, #1; bne 1b; msr cpsr_f, r8; pop {r8}"
	.section .note.GNU-stack, "", %progbits
