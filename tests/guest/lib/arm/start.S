/* SPDX-License-Identifier: GPL-2.0-only */
/* The entry of a payload in AArch32: zImage header, first stack, and the secondaries' way in. */
#include "layout.h"

	.arch	armv7ve
	.syntax	unified
	.arm

	.section .head, "ax"
	.globl	image_start
image_start:
	b	primary_entry
	.rept	8
	nop
	.endr
	.word	0x016f2818, image_start, image_end, 0x04030201

	.text
primary_entry:
	mov	r4, r2			@ the device tree
	ldr	r1, =bss_start
	ldr	r2, =bss_end
	mov	r3, #0
1:	cmp	r1, r2
	strlo	r3, [r1], #4
	blo	1b

	mov	r0, #0
	bl	stack_select
	mov	r0, r4
	bl	boot_primary
2:	wfi
	b	2b

/* PSCI CPU_ON enters here, MMU off, with the CPU's number as context in r0. boot_secondary() takes it in 64 bits */
	.globl	secondary_entry
secondary_entry:
	mov	r4, r0
	bl	stack_select
	mov	r0, r4
	mov	r1, #0
	bl	boot_secondary
3:	wfi
	b	3b

/* r0: CPU number. All modes' exceptions use SVC mode's stack. Clobbers r0 to r2. */
stack_select:
	ldr	r1, =cpu_stacks
	add	r0, r0, #1
	mov	r2, #STACK_SIZE
	mla	sp, r0, r2, r1
	ldr	r1, =vectors
	mcr	p15, 0, r1, c12, c0, 0	@ VBAR
	isb
	bx	lr

	.bss
	.balign	4096
	.globl	cpu_stacks
cpu_stacks:
	.space	STACK_SIZE * MAX_CPUS
	.section .note.GNU-stack, "", %progbits
