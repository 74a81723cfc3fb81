/* SPDX-License-Identifier: GPL-2.0-only */
/* The tiny guests of the ABI tests in A32: position-independent, SVC mode, MMU off, no stack. What each does: ../arm64. */
	.arch	armv7ve
	.arch_extension virt
	.fpu	neon
	.syntax	unified
	.arm
	.section .rodata, "a"
	.balign	2048
	.globl	guest_code, guest_code_end
guest_code:

	.macro	guest name
	.balign	16
	.globl	\name
\name:
	.endm

	guest	guest_mmio_loop
	mov	r1, #0
1:	str	r1, [r0]
	add	r1, r1, #1
	b	1b

	guest	guest_mmio_read
1:	ldr	r1, [r0]
	str	r1, [r0, #8]
	b	1b

	guest	guest_peek
1:	ldr	r1, [r0]
	str	r1, [r3]
	b	1b

	guest	guest_off
	movw	r0, #8
	movt	r0, #0x8400
	hvc	#0
	b	.

	guest	guest_reset
	movw	r0, #9
	movt	r0, #0x8400
	hvc	#0
	b	.

	guest	guest_cpu_on
	mov	r9, r1
	hvc	#0
	movw	r0, #4
	movt	r0, #0x8400
	mov	r1, r9
	mov	r2, #0
	hvc	#0
	mov	r5, #0x0b000000
	str	r0, [r5]
	b	.

	guest	guest_spin
	b	.

	guest	guest_counter
1:	ldr	r1, [r0]
	add	r1, r1, #1
	str	r1, [r0]
	b	1b

	guest	guest_idle
1:	wfi
	b	1b

	guest	guest_wfi
	mov	r1, #0
1:	wfi
	str	r1, [r0]
	b	1b

	guest	guest_pattern
	mov	r4, r0
1:	add	r5, r4, r2
	str	r5, [r4]
	add	r4, r4, #4096
	cmp	r4, r1
	blo	1b
	b	guest_verify
	guest	guest_verify
	mov	r4, r0
2:	add	r5, r4, r2
	ldr	r6, [r4]
	cmp	r5, r6
	bne	3f
	add	r4, r4, #4096
	cmp	r4, r1
	blo	2b
	str	r2, [r3]		@ right: the seed
	b	guest_verify
3:	mvn	r6, r2
	str	r6, [r3]		@ wrong: its inverse
	b	.

	guest	guest_exceptions
	mcr	p15, 0, r0, c12, c0, 0	@ VBAR
	isb
	svc	#0
	b	.

	guest	guest_fault_storm
	mov	r4, r0
1:	str	r4, [r4]
	add	r4, r4, #4096
	cmp	r4, r1
	blo	1b
	b	guest_fault_storm

/* r1: distributor of the GICv2, the only one that 32-bit hosts have. Leaves its CPU interface in r12. Clobbers r4, r5 */
	.macro	gic_on ppis
	adrl	r4, guest_vectors
	mcr	p15, 0, r4, c12, c0, 0	@ VBAR
	gicv2_on \ppis
	.endm

	.macro	gicv2_on ppis
	add	r12, r1, #0x10000
	mov	r5, #1
	str	r5, [r1]		@ GICD_CTLR
	movw	r5, #0xffff
	movt	r5, #\ppis
	str	r5, [r1, #0x100]	@ ISENABLER0
	mov	r5, #0xff
	str	r5, [r12, #4]		@ GICC_PMR
	mov	r5, #1
	str	r5, [r12]		@ GICC_CTLR
	.endm

	.macro	sgi_to_self
	movw	r11, #1
	movt	r11, #0x200
	str	r11, [r1, #0xf00]	@ GICD_SGIR: SGI 1
	.endm

	guest	guest_timer_storm
	gic_on	0x0800			@ PPI 27
	mov	r4, #0
	mov	r5, #0
	mcrr	p15, 3, r4, r5, c14	@ CNTV_CVAL
	mov	r5, #1
	mcr	p15, 0, r5, c14, c3, 1	@ CNTV_CTL
	isb
	mov	r9, #0			@ the handler returns at once
	cpsie	i
1:	wfi
	b	1b

	guest	guest_sgi_storm
	gic_on	0
	mov	r9, #1
	cpsie	i
	sgi_to_self
1:	wfi
	b	1b

	guest	guest_timer_once
	gic_on	0x0800
	cpsid	i
1:	isb
	mrrc	p15, 1, r4, r5, c14	@ CNTVCT
	adds	r4, r4, r2
	adc	r5, r5, #0
	mcrr	p15, 3, r4, r5, c14
	mov	r6, #1
	mcr	p15, 0, r6, c14, c3, 1
	isb
2:	wfi
	mrc	p15, 0, r6, c14, c3, 1
	tst	r6, #4
	beq	2b
	mov	r6, #0
	mcr	p15, 0, r6, c14, c3, 1
	isb
	mrrc	p15, 1, r6, r7, c14
	sub	r6, r6, r4
	str	r6, [r3]		@ lateness
	b	1b

	guest	guest_gicc_check
	mov	r3, #0
	str	r2, [r1, #4]		@ GICC_PMR
1:	mov	r4, #500
2:	ldr	r5, [r1, #4]
	cmp	r5, r2
	bne	3f
	subs	r4, r4, #1
	bne	2b
	add	r3, r3, #1
	str	r3, [r0]
	b	1b
3:	mvn	r5, #0
	str	r5, [r0]
	b	.

	guest	guest_gic_state
	cpsid	i
	gicv2_on 0x0010			@ PPI 20
	mov	r5, #0xf0
	str	r5, [r12, #4]		@ GICC_PMR
	mov	r5, #0x50
	strb	r5, [r1, #0x428]	@ IPRIORITYR: 40
	mov	r5, #0x60
	strb	r5, [r1, #0x403]	@ IPRIORITYR: 3
	mov	r5, #0x70
	strb	r5, [r1, #0x414]	@ IPRIORITYR: 20
	mov	r5, #1
	strb	r5, [r1, #0x828]	@ ITARGETSR: 40
	mov	r5, #0x20000
	str	r5, [r1, #0xc08]	@ ICFGR: 40 is an edge
	mov	r5, #0x100
	str	r5, [r1, #0x104]	@ ISENABLER: 40
	str	r5, [r1, #0x204]	@ ISPENDR: 40
	movw	r5, #3
	movt	r5, #0x200
	str	r5, [r1, #0xf00]	@ GICD_SGIR: 3 to itself
	mov	r5, #0x100000
	str	r5, [r1, #0x200]	@ ISPENDR: 20
	ldr	r6, [r12, #0xc]		@ GICC_IAR
	str	r6, [r3]
	ldr	r5, [r12, #4]
	str	r5, [r3]
	ldr	r5, [r12, #0x14]	@ GICC_RPR
	str	r5, [r3]
1:	str	r6, [r12, #0x10]	@ GICC_EOIR
	ldr	r6, [r12, #0xc]
	str	r6, [r3]
	b	1b

/* r0: MMIO address, r1: seed, r2: rounds between reports. Register n has seed * (n + 1), d n the seed + n twice. */
	.macro	pattern reg, n
	mov	r4, #\n
	mla	\reg, r4, r1, r1
	.endm
	.macro	check reg
	cmp	r5, \reg
	bne	9f
	.endm
	.macro	check_pattern reg, n
	mov	r4, #\n
	mla	r5, r4, r1, r1
	check	\reg
	.endm
	guest	guest_registers
	mov	r5, #0xf << 20
	mcr	p15, 0, r5, c1, c0, 2	@ CPACR
	isb
	mov	r5, #1 << 30
	vmsr	fpexc, r5
	.irp	r, 6, 7, 8, 9, 10, 11, 12
	pattern	r\r, \r
	.endr
	pattern	sp, 13
	pattern	lr, 14
	mcr	p15, 0, r8, c13, c0, 2	@ TPIDRURW
	mcr	p15, 0, r9, c13, c0, 4	@ TPIDRPRW
	mcr	p15, 0, r10, c13, c0, 3	@ TPIDRURO
	msr	sp_usr, r11
	msr	lr_irq, r12
	mcr	p15, 0, r6, c6, c0, 0	@ DFAR
	mcr	p15, 0, r7, c6, c0, 2	@ IFAR
	mcrr	p15, 3, r8, r9, c14	@ CNTV_CVAL
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	add	r5, r1, #\r
	vdup.32	d\r, r5
	.endr
	.irp	r, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	add	r5, r1, #\r
	vdup.32	d\r, r5
	.endr
	mov	r3, #0
	mov	r2, r2, lsl #16		@ lower half: what is left of the rounds, upper: how many there are
1:	orr	r2, r2, r2, lsr #16
2:	.irp	r, 6, 7, 8, 9, 10, 11, 12
	check_pattern r\r, \r
	.endr
	check_pattern sp, 13
	check_pattern lr, 14
	.irp	r, 0, 1, 7, 8, 15, 16, 23, 30, 31
	add	r4, r1, #\r
	vmov.32	r5, d\r[1]
	check	r4
	vmov.32	r5, d\r[0]
	check	r4
	.endr
	mrc	p15, 0, r5, c13, c0, 2
	check	r8
	mrc	p15, 0, r5, c13, c0, 4
	check	r9
	mrc	p15, 0, r5, c13, c0, 3
	check	r10
	mrs	r5, sp_usr
	check	r11
	mrs	r5, lr_irq
	check	r12
	mrc	p15, 0, r5, c6, c0, 0
	check	r6
	mrc	p15, 0, r5, c6, c0, 2
	check	r7
	mrrc	p15, 3, r5, r4, c14
	check	r8
	cmp	r4, r9
	bne	9f
	sub	r2, r2, #1
	uxth	r5, r2
	cmp	r5, #0
	bne	2b
	add	r3, r3, #1
	str	r3, [r0]
	b	1b
9:	mvn	r5, #0
	str	r5, [r0]
	b	.

	.balign	32
guest_vectors:
	b	.
	b	.
	b	.
	b	.
	b	.
	b	.
	/* IRQ */
	cmp	r9, #0
	subseq	pc, lr, #4
	ldr	r10, [r12, #0xc]	@ GICC_IAR
	sgi_to_self
	str	r10, [r12, #0x10]	@ GICC_EOIR
	subs	pc, lr, #4
	.balign	2048
guest_code_end:
	.section .note.GNU-stack, "", %progbits
