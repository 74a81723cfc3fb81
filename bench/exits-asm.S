/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors that note the time of an interrupt before anything else, and are the payload library's for all else. */
	.macro	stamped offset
	.balign	128
	.if	\offset == 0x280		/* IRQ at EL1 with SP_EL1 */
	stp	x0, x1, [sp, #-16]!
	isb				/* the counter is not read ahead of the exception */
	mrs	x0, cntvct_el0
	adrp	x1, irq_stamp
	str	x0, [x1, :lo12:irq_stamp]
	ldp	x0, x1, [sp], #16
	.endif
	b	vectors + \offset
	.endm

	.text
	.balign	2048
	.globl	stamped_vectors
stamped_vectors:
	.irp	n, 0, 0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
	stamped	\n
	.endr

	.bss
	.balign	64
	.globl	irq_stamp
irq_stamp:
	.quad	0
	.balign	64
	.section .note.GNU-stack, "", %progbits
