/* SPDX-License-Identifier: GPL-2.0-only */
/* The tiny guests of the ABI tests: position-independent, EL1, MMU off, no stack. */
	.arch	armv8-a+fp+simd
	.section .rodata, "a"
	.balign	2048
	.globl	guest_code, guest_code_end
guest_code:

.macro	guest name
	.balign	16
	.globl	\name
\name:
.endm

/* x0: MMIO address. Write 0, 1, 2, ... there. */
guest guest_mmio_loop
	mov	x1, #0
1:	str	x1, [x0]
	add	x1, x1, #1
	b	1b

/* x0: MMIO address. Read from it, write what came to the address behind. */
guest guest_mmio_read
1:	ldr	x1, [x0]
	str	x1, [x0, #8]
	b	1b

/* x0: address to read, x3: MMIO address to report the value to. Again and again. */
guest guest_peek
1:	ldr	x1, [x0]
	str	x1, [x3]
	b	1b

/* PSCI SYSTEM_OFF and SYSTEM_RESET */
guest guest_off
	mov	w0, #8
	movk	w0, #0x8400, lsl #16
	hvc	#0
	b	.

guest guest_reset
	mov	w0, #9
	movk	w0, #0x8400, lsl #16
	hvc	#0
	b	.

guest guest_spin
	b	.

/* x0: address of a counter in RAM that goes up for ever. */
guest guest_counter
1:	ldr	x1, [x0]
	add	x1, x1, #1
	str	x1, [x0]
	b	1b

guest guest_idle
1:	wfi
	b	1b

/* x0: MMIO address. Sleep, report, sleep ... */
guest guest_wfi
1:	wfi
	str	xzr, [x0]
	b	1b

/* x0: start, x1: end, x2: seed, x3: MMIO address. Write seed + address to each page, read it back, report. */
guest guest_pattern
	mov	x4, x0
1:	add	x5, x4, x2
	str	x5, [x4]
	add	x4, x4, #4096
	cmp	x4, x1
	b.lo	1b
	b	guest_verify
guest guest_verify
	mov	x4, x0
2:	add	x5, x4, x2
	ldr	x6, [x4]
	cmp	x5, x6
	b.ne	3f
	add	x4, x4, #4096
	cmp	x4, x1
	b.lo	2b
	str	x2, [x3]		/* right: the seed */
	b	guest_verify
3:	mvn	x6, x2
	str	x6, [x3]		/* wrong: its inverse */
	b	.

/* x0: vectors where nothing is mapped. One exception, and then no end. */
guest guest_exceptions
	msr	vbar_el1, x0
	isb
	svc	#0
	b	.

/* x0 to x3: a PSCI call, x1 the CPU it is about. Makes it, then exits with AFFINITY_INFO's answer. */
guest guest_cpu_on
	mov	x9, x1
	hvc	#0
	mov	x0, #4
	movk	x0, #0x8400, lsl #16
	mov	x1, x9
	mov	x2, #0
	hvc	#0
	mov	x5, #0x0b000000
	str	x0, [x5]
	b	.

/* For a debugger: x1: an address that exits, x2: memory. One instruction of each kind that a step has to get past. */
guest guest_debug
	add	x0, x0, #1
	str	x0, [x2]
	str	x0, [x1]
	mrs	x3, id_aa64pfr0_el1
	brk	#7
	add	x0, x0, #1
	ldr	x4, [x2]
	b	guest_debug

/* The same for the guest's own: x1: exits with the syndrome of each exception. A breakpoint of its own, then a BRK. */
guest guest_debug_own
	adr	x4, 3f
	msr	vbar_el1, x4
	msr	oslar_el1, xzr
	adr	x5, 1f
	msr	dbgbvr0_el1, x5
	mov	x6, #0x1e3		/* DBGBCR: enabled, EL1, all four bytes */
	msr	dbgbcr0_el1, x6
	mov	x6, #0xa000		/* MDSCR: MDE, KDE */
	msr	mdscr_el1, x6
	msr	daifclr, #8
	isb
1:	nop
	brk	#9
2:	mrs	x7, mdscr_el1
	str	x7, [x1]
	mrs	x7, dbgbvr0_el1
	sub	x7, x7, x5
	str	x7, [x1]
	b	2b
	.balign	2048
3:	.space	0x200
	mrs	x7, esr_el1
	str	x7, [x1]
	mrs	x8, elr_el1
	add	x8, x8, #4
	msr	elr_el1, x8
	eret

/* x0: start, x1: end of an area that the VMM takes away all the time. Touch it for ever. */
guest guest_fault_storm
	mov	x4, x0
1:	str	x4, [x4]
	add	x4, x4, #4096
	cmp	x4, x1
	b.lo	1b
	b	guest_fault_storm

/*
 * x0: redistributor's SGI frame, x1: distributor; the same twice on a GICv2. Leaves GICv2's CPU interface, or 0, in x12.
 * A handler that never acknowledges.
 */
.macro	gic_on ppis
	adr	x4, guest_vectors
	msr	vbar_el1, x4
	mov	x12, #0
	cmp	x0, x1
	b.eq	7f
	mov	w5, #0x12
	str	w5, [x1]		/* GICD_CTLR: ARE, group 1 */
	mov	w5, #-1
	str	w5, [x0, #0x80]		/* IGROUPR0 */
	movz	w5, #\ppis, lsl #16
	movk	w5, #0xffff
	str	w5, [x0, #0x100]	/* ISENABLER0 */
	mov	x5, #1
	msr	S3_0_C12_C12_5, x5	/* ICC_SRE_EL1 */
	isb
	mov	x5, #0xff
	msr	S3_0_C4_C6_0, x5	/* ICC_PMR_EL1 */
	mov	x5, #1
	msr	S3_0_C12_C12_7, x5	/* ICC_IGRPEN1_EL1 */
	isb
	b	8f
7:	gicv2_on \ppis
8:
.endm

.macro	gicv2_on ppis
	add	x12, x1, #16, lsl #12
	mov	w5, #1
	str	w5, [x1]		/* GICD_CTLR */
	movz	w5, #\ppis, lsl #16
	movk	w5, #0xffff
	str	w5, [x1, #0x100]	/* ISENABLER0 */
	mov	w5, #0xff
	str	w5, [x12, #4]		/* GICC_PMR */
	mov	w5, #1
	str	w5, [x12]		/* GICC_CTLR */
.endm

.macro	sgi_to_self
	cbz	x12, 5f
	mov	w11, #1
	movk	w11, #0x200, lsl #16
	str	w11, [x1, #0xf00]	/* GICD_SGIR: SGI 1 */
	b	6f
5:	mov	x11, #1
	movk	x11, #0x100, lsl #16
	msr	S3_0_C12_C11_5, x11	/* ICC_SGI1R_EL1: SGI 1 to CPU 0 */
6:
.endm

guest guest_timer_storm
	gic_on	0x0800		/* PPI 27 */
	msr	cntv_cval_el0, xzr
	mov	x5, #1
	msr	cntv_ctl_el0, x5
	isb
	mov	x9, #0			/* the handler returns at once */
	msr	daifclr, #2
1:	wfi
	b	1b

/* The handler acknowledges, sends itself another SGI, and ends this one. */
guest guest_sgi_storm
	gic_on	0
	mov	x9, #1
	msr	daifclr, #2
	sgi_to_self
1:	wfi
	b	1b

/* x2: ticks, x3: MMIO address. Sleep until the virtual timer fires, report the time, again. */
guest guest_timer_once
	gic_on	0x0800
	msr	daifset, #2
1:	isb
	mrs	x5, cntvct_el0
	add	x5, x5, x2
	msr	cntv_cval_el0, x5
	mov	x6, #1
	msr	cntv_ctl_el0, x6
	isb
2:	wfi
	mrs	x6, cntv_ctl_el0
	tbz	x6, #2, 2b
	msr	cntv_ctl_el0, xzr
	isb
	mrs	x6, cntvct_el0
	sub	x6, x6, x5
	str	x6, [x3]		/* lateness */
	b	1b

/* GICv2. x0: MMIO address, x1: GICC, x2: priority mask. Is the mask what it was set to? Reports rounds, or all ones. */
guest guest_gicc_check
	mov	x3, #0
	str	w2, [x1, #4]		/* GICC_PMR */
1:	mov	x4, #500
2:	ldr	w5, [x1, #4]
	cmp	w5, w2
	b.ne	3f
	subs	x4, x4, #1
	b.ne	2b
	add	x3, x3, #1
	str	x3, [x0]
	b	1b
3:	mov	x5, #-1
	str	x5, [x0]
	b	.

/*
 * GICv2. x0: GICD, x1: the same, x3: MMIO address. An interrupt of each kind, the most urgent one acknowledged; reports
 * IAR, then what is left of it all: PMR, RPR, and IAR of what comes after each EOI.
 */
guest guest_gic_state
	msr	daifset, #2
	gicv2_on 0x0010			/* PPI 20 */
	mov	w5, #0xf0
	str	w5, [x12, #4]		/* GICC_PMR */
	mov	w5, #0x50
	strb	w5, [x1, #0x428]	/* IPRIORITYR: 40 */
	mov	w5, #0x60
	strb	w5, [x1, #0x403]	/* IPRIORITYR: 3 */
	mov	w5, #0x70
	strb	w5, [x1, #0x414]	/* IPRIORITYR: 20 */
	mov	w5, #1
	strb	w5, [x1, #0x828]	/* ITARGETSR: 40 */
	mov	w5, #0x20000
	str	w5, [x1, #0xc08]	/* ICFGR: 40 is an edge */
	mov	w5, #0x100
	str	w5, [x1, #0x104]	/* ISENABLER: 40 */
	str	w5, [x1, #0x204]	/* ISPENDR: 40 */
	mov	w5, #3
	movk	w5, #0x200, lsl #16
	str	w5, [x1, #0xf00]	/* GICD_SGIR: 3 to itself */
	mov	w5, #0x100000
	str	w5, [x1, #0x200]	/* ISPENDR: 20 */
	ldr	w6, [x12, #0xc]		/* GICC_IAR */
	str	x6, [x3]
	ldr	w5, [x12, #4]
	str	x5, [x3]
	ldr	w5, [x12, #0x14]	/* GICC_RPR */
	str	x5, [x3]
1:	str	w6, [x12, #0x10]	/* GICC_EOIR */
	ldr	w6, [x12, #0xc]
	str	x6, [x3]
	b	1b

/*
 * x0: MMIO address, x1: seed. Fills general, FP and system registers, checks them over and over; a report of the
 * round every 65536, of all ones at a mismatch. x2: the number of rounds between reports.
 */
.macro	pattern reg, n
	mov	x\reg, #\n
	madd	x\reg, x\reg, x1, x1
.endm
.macro	check reg, n
	mov	x5, #\n
	madd	x5, x5, x1, x1
	cmp	x5, x\reg
	b.ne	9f
.endm
guest guest_registers
	mov	x5, #3 << 20
	msr	cpacr_el1, x5
	isb
	.irp	r, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	pattern	\r, \r
	.endr
	msr	tpidr_el0, x8
	msr	tpidr_el1, x9
	msr	tpidrro_el0, x10
	msr	sp_el0, x11
	msr	elr_el1, x12
	msr	far_el1, x13
	msr	par_el1, xzr
	msr	cntv_cval_el0, x14
	mov	sp, x15
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	add	x5, x1, #\r
	dup	v\r\().2d, x5
	.endr
	.irp	r, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	add	x5, x1, #\r
	dup	v\r\().2d, x5
	.endr
	mov	x3, #0
1:	mov	x4, x2
2:	.irp	r, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	check	\r, \r
	.endr
	.irp	r, 0, 1, 7, 8, 15, 16, 23, 30, 31
	add	x5, x1, #\r
	mov	x6, v\r\().d[1]
	cmp	x5, x6
	b.ne	9f
	.endr
	mrs	x5, tpidr_el0
	cmp	x5, x8
	b.ne	9f
	mrs	x5, tpidr_el1
	cmp	x5, x9
	b.ne	9f
	mrs	x5, tpidrro_el0
	cmp	x5, x10
	b.ne	9f
	mrs	x5, sp_el0
	cmp	x5, x11
	b.ne	9f
	mrs	x5, elr_el1
	cmp	x5, x12
	b.ne	9f
	mrs	x5, far_el1
	cmp	x5, x13
	b.ne	9f
	mrs	x5, cntv_cval_el0
	cmp	x5, x14
	b.ne	9f
	mov	x5, sp
	cmp	x5, x15
	b.ne	9f
	subs	x4, x4, #1
	b.ne	2b
	add	x3, x3, #1
	str	x3, [x0]
	b	1b
9:	mov	x5, #-1
	str	x5, [x0]
	b	.

/* GICv3. x3: MMIO address. Acknowledge what there is, report it, end it, again; 1023 is reported too. */
guest guest_ack
	msr	daifset, #2
	mov	x5, #1
	msr	S3_0_C12_C12_5, x5	/* ICC_SRE_EL1 */
	isb
	mov	x5, #0xf0
	msr	S3_0_C4_C6_0, x5	/* ICC_PMR_EL1 */
	mov	x5, #1
	msr	S3_0_C12_C12_7, x5	/* ICC_IGRPEN1_EL1 */
	isb
1:	mrs	x6, S3_0_C12_C12_0	/* ICC_IAR1_EL1 */
	dsb	sy
	str	x6, [x3]
	cmp	x6, #1023
	b.eq	1b
	msr	S3_0_C12_C12_1, x6	/* ICC_EOIR1_EL1 */
	isb
	b	1b

	.balign	2048
guest_vectors:
	.rept	5
	b	.
	.balign	128
	.endr
	/* IRQ from EL1, SP_EL1 */
	cbz	x9, 1f
	cbnz	x12, 2f
	mrs	x10, S3_0_C12_C12_0	/* ICC_IAR1_EL1 */
	sgi_to_self
	msr	S3_0_C12_C12_1, x10	/* ICC_EOIR1_EL1 */
1:	eret
2:	ldr	w10, [x12, #0xc]	/* GICC_IAR */
	sgi_to_self
	str	w10, [x12, #0x10]	/* GICC_EOIR */
	eret
	.balign	2048
guest_code_end:
	.section .note.GNU-stack, "", %progbits
