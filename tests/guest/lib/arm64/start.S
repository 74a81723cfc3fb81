/* SPDX-License-Identifier: GPL-2.0-only */
/* The entry of a payload: arm64 Image header, self-relocation, first stack, and the secondaries' way in. */
#include "layout.h"

	.section .head, "ax"
	.globl	image_start
image_start:
	b	primary_entry
	.long	0
	.quad	0			/* text_offset */
	.quad	image_end - image_start	/* image_size */
	.quad	0xa			/* little endian, 4 KiB pages, any 2 MiB aligned base */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text
primary_entry:
	mov	x19, x0			/* the device tree */

	/* R_AARCH64_RELATIVE is the only type that the linker leaves in a static PIE. */
	adrp	x1, image_start
	add	x1, x1, :lo12:image_start
	adrp	x2, rela_start
	add	x2, x2, :lo12:rela_start
	adrp	x3, rela_end
	add	x3, x3, :lo12:rela_end
1:	cmp	x2, x3
	b.hs	2f
	ldp	x4, x5, [x2], #16	/* place, type */
	ldr	x6, [x2], #8		/* addend */
	cmp	w5, #1027
	b.ne	1b
	add	x6, x6, x1
	str	x6, [x1, x4]
	b	1b

2:	adrp	x2, bss_start
	add	x2, x2, :lo12:bss_start
	adrp	x3, bss_end
	add	x3, x3, :lo12:bss_end
3:	cmp	x2, x3
	b.hs	4f
	stp	xzr, xzr, [x2], #16
	b	3b

4:	mov	x0, #0
	bl	stack_select
	mov	x0, x19
	bl	boot_primary
5:	wfi
	b	5b

/* PSCI CPU_ON enters here, MMU off, with the CPU's number as context in x0. */
	.globl	secondary_entry
secondary_entry:
	mov	x19, x0
	bl	stack_select
	mov	x0, x19
	bl	boot_secondary
6:	wfi
	b	6b

/* x0: CPU number. Clobbers x1, x2. */
stack_select:
	adrp	x1, cpu_stacks
	add	x1, x1, :lo12:cpu_stacks
	add	x0, x0, #1
	mov	x2, #STACK_SIZE
	madd	x1, x0, x2, x1
	msr	spsel, #1
	mov	sp, x1
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	ret

	.bss
	.balign	4096
	.globl	cpu_stacks
cpu_stacks:
	.space	STACK_SIZE * MAX_CPUS
	.section .note.GNU-stack, "", %progbits
