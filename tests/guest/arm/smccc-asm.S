/* SPDX-License-Identifier: GPL-2.0-only */
/* Where CPU_ON starts a CPU that only writes down the state it was started in. */
	.arch	armv7ve
	.arch_extension virt
	.syntax	unified
	.arm

	.text
	.globl	probe_entry
probe_entry:
	ldr	r1, =probe_result
	str	r0, [r1]
	mrs	r2, cpsr
	and	r3, r2, #0x1f
	str	r3, [r1, #4]
	and	r3, r2, #0x1c0
	str	r3, [r1, #8]
	mrc	p15, 0, r3, c1, c0, 0	@ SCTLR
	str	r3, [r1, #12]
	/* That this is A32 shows in its being executed as such: CPSR.T reads as zero */
	mov	r3, #0
	str	r3, [r1, #16]
	mrc	p15, 0, r3, c0, c0, 5	@ MPIDR
	bic	r3, r3, #0xff000000
	str	r3, [r1, #20]
	dsb	sy
	ldr	r0, =0x84000002		@ PSCI CPU_OFF
	hvc	#0
1:	wfi
	b	1b

	.bss
	.balign	64
	.globl	probe_result
probe_result:
	.space	128
	.section .note.GNU-stack, "", %progbits
