/* SPDX-License-Identifier: GPL-2.0-only */
/* Where CPU_ON starts a CPU that only writes down the state it was started in. */
	.text
	.globl	probe_entry
probe_entry:
	adrp	x1, probe_result
	add	x1, x1, :lo12:probe_result
	str	x0, [x1]
	mrs	x2, currentel
	str	x2, [x1, #8]
	mrs	x2, daif
	str	x2, [x1, #16]
	mrs	x2, sctlr_el1
	str	x2, [x1, #24]
	mrs	x2, spsel
	str	x2, [x1, #32]
	mrs	x2, mpidr_el1
	str	x2, [x1, #40]
	dsb	sy
	mov	w0, #0x0002		/* PSCI CPU_OFF */
	movk	w0, #0x8400, lsl #16
	hvc	#0
1:	wfi
	b	1b

	.bss
	.balign	64
	.globl	probe_result
probe_result:
	.space	128
	.section .note.GNU-stack, "", %progbits
