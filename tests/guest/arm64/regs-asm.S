/* SPDX-License-Identifier: GPL-2.0-only */
/* One stub per kind of exit: load every general register and NZCV, exit, store what came back. */
#define OUT	256

.macro	stub name, insns:req
	.globl	\name
\name:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	x18, x0, [sp, #96]
	ldr	x1, [x0, #248]
	msr	nzcv, x1
	ldp	x30, x1, [x0, #240]
	ldp	x28, x29, [x0, #224]
	ldp	x26, x27, [x0, #208]
	ldp	x24, x25, [x0, #192]
	ldp	x22, x23, [x0, #176]
	ldp	x20, x21, [x0, #160]
	ldp	x18, x19, [x0, #144]
	ldp	x16, x17, [x0, #128]
	ldp	x14, x15, [x0, #112]
	ldp	x12, x13, [x0, #96]
	ldp	x10, x11, [x0, #80]
	ldp	x8, x9, [x0, #64]
	ldp	x6, x7, [x0, #48]
	ldp	x4, x5, [x0, #32]
	ldp	x2, x3, [x0, #16]
	ldp	x0, x1, [x0]
	\insns
	stp	x0, x1, [sp, #-16]!
	ldr	x0, [sp, #120]
	stp	x2, x3, [x0, #OUT + 16]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #OUT]
	stp	x4, x5, [x0, #OUT + 32]
	stp	x6, x7, [x0, #OUT + 48]
	stp	x8, x9, [x0, #OUT + 64]
	stp	x10, x11, [x0, #OUT + 80]
	stp	x12, x13, [x0, #OUT + 96]
	stp	x14, x15, [x0, #OUT + 112]
	stp	x16, x17, [x0, #OUT + 128]
	stp	x18, x19, [x0, #OUT + 144]
	stp	x20, x21, [x0, #OUT + 160]
	stp	x22, x23, [x0, #OUT + 176]
	stp	x24, x25, [x0, #OUT + 192]
	stp	x26, x27, [x0, #OUT + 208]
	stp	x28, x29, [x0, #OUT + 224]
	mrs	x1, nzcv
	stp	x30, x1, [x0, #OUT + 240]
	ldr	x18, [sp, #96]
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
.endm

/* The same value into registers that are saved at different places, and none: x5 has it if all have */
.macro	idreg_all
	.irp	reg, x0, x18, x19, x28, x29, x30, xzr
	mrs	\reg, id_aa64pfr0_el1
	.endr
	mov	x5, x0
	.irp	reg, x18, x19, x28, x29, x30
	and	x5, x5, \reg
	.endr
.endm

	.text
	stub	stub_hvc, "hvc #0"
	stub	stub_load32, "ldr w5, [x6]"
	stub	stub_load, "ldr x5, [x6]"
	stub	stub_load_bytes, "ldrsb x30, [x6]; ldrb w19, [x6]; ldr wzr, [x6]; add x5, x30, x19"
	stub	stub_store32, "str w5, [x6]"
	stub	stub_store, "str x5, [x6]"
	stub	stub_idreg, "mrs x5, id_aa64pfr0_el1"
	stub	stub_idreg_all, "idreg_all"
	stub	stub_sgi, "msr S3_0_C12_C11_5, x5"
	stub	stub_wfi, "wfi"
	stub	stub_wfe, "sevl; wfe; wfe"
	stub	stub_spin, "1: sub x7, x7, #1; cbnz x7, 1b"
	.section .note.GNU-stack, "", %progbits
