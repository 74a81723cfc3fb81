// SPDX-License-Identifier: GPL-2.0-only
/*
 * A64 loads and stores (Arm ARM C4.1, "Loads and Stores") of one register or two, general or FP/SIMD, with every kind of
 * address. Structures are in insn_a64_simd.c, what orders or excludes in insn_a64_atomic.c.
 *
 * Every index comes from a field of at most five bits by mask and shift, so there is no bound to speculate past.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include "insn.h"

/* Fields that most classes share */
#define INSN_SIZE	GENMASK(31, 30)
#define INSN_CLASS	GENMASK(29, 27)
#define INSN_FP		BIT(26)
#define INSN_FORM	GENMASK(25, 23)
#define INSN_OPC	GENMASK(23, 22)
#define INSN_RN		GENMASK(9, 5)
#define INSN_RT		GENMASK(4, 0)

/* Of INSN_CLASS; bit 25 is clear in all of them */
#define CLASS_OTHER	1	/* exclusives, and SIMD structures */
#define CLASS_LITERAL	3	/* and with bit 24 acquire and release at an unscaled offset */
#define CLASS_PAIR	5
#define CLASS_SINGLE	7
#define CLASS_NONE	BIT(25)

/* Pairs: FORM without its upper bit is the kind of address */
#define PAIR_LOAD	BIT(22)
#define PAIR_IMM	GENMASK(21, 15)
#define PAIR_RT2	GENMASK(14, 10)

/* Single registers: an unsigned offset, or by bits 21 and [11:10] */
#define SINGLE_UNSIGNED	BIT(24)
#define SINGLE_IMM12	GENMASK(21, 10)
#define SINGLE_REGISTER	BIT(21)
#define SINGLE_KIND	GENMASK(11, 10)
#define SINGLE_IMM9	GENMASK(20, 12)
#define SINGLE_RM	GENMASK(20, 16)
#define SINGLE_EXTEND	GENMASK(15, 13)
#define SINGLE_SCALED	BIT(12)

enum { KIND_UNSCALED, KIND_POST, KIND_UNPRIVILEGED, KIND_PRE };
/* The same field with SINGLE_REGISTER */
enum { KIND_ATOMIC, KIND_AUTHENTICATED, KIND_REGISTER };

#define LITERAL_IMM19	GENMASK(23, 5)
#define LITERAL_ORDERED	BIT(24)

#define DC_ZVA		0xd50b7420

/* @nr FP/SIMD registers of 1 to 16 bytes; those of 16 are two halves on the way */
static void a64_fp(struct ldst_insn *op, unsigned int bytes, unsigned int nr)
{
	op->halves = bytes == 16;
	op->size = bytes >> op->halves;
	op->lanes = 1 << op->halves;
	op->nr = nr << op->halves;
}

/* Two registers: bits [24:23] are 0 no-allocate hint, 1 post-indexed, 2 offset, 3 pre-indexed */
static bool a64_pair(u32 insn, struct ldst_insn *op)
{
	unsigned int opc = FIELD_GET(INSN_SIZE, insn), kind = FIELD_GET(INSN_FORM, insn);
	unsigned int bytes = op->fp ? 4 << opc : opc & 2 ? 8 : 4;

	if (opc == 3)
		return false;
	op->kind = insn & PAIR_LOAD ? LDST_LOAD : LDST_STORE;
	op->size = bytes;
	op->nr = 2;
	if (op->fp)
		a64_fp(op, bytes, 2);
	if (!op->fp && opc == 1) {
		/* LDPSW; as a store, or with the hint, it is another instruction or none */
		if (op->kind == LDST_STORE || !kind)
			return false;
		op->sext = true;
		op->sf = true;
	}
	op->sf |= bytes == 8;
	op->rt[1] = FIELD_GET(PAIR_RT2, insn);
	op->wback = kind & 1;
	op->post = kind == 1;
	op->offset = sign_extend32(FIELD_GET(PAIR_IMM, insn), 6) * (s32)bytes;
	return true;
}

/**
 * insn_a64_single_kind() - what is loaded or stored, by size and opc
 * @insn: the instruction
 * @op: @op->fp is set already
 *
 * Return: false if it is unallocated, or a prefetch: which never faults.
 */
bool insn_a64_single_kind(u32 insn, struct ldst_insn *op)
{
	unsigned int size = FIELD_GET(INSN_SIZE, insn), opc = FIELD_GET(INSN_OPC, insn);

	op->nr = 1;
	op->size = 1 << size;
	if (op->fp) {
		/* opc<1> with the smallest size makes it a Q register */
		if (opc & 2 && size)
			return false;
		a64_fp(op, opc & 2 ? 16 : 1 << size, 1);
		op->kind = opc & 1 ? LDST_LOAD : LDST_STORE;
		return true;
	}
	op->kind = opc ? LDST_LOAD : LDST_STORE;
	op->sext = opc & 2;
	op->sf = opc == 2 || size == 3;
	return !(opc & 2) || size + (opc & 1) < 3;
}

static bool a64_register_offset(u32 insn, struct ldst_insn *op)
{
	if (!insn_a64_single_kind(insn, op))
		return false;
	op->rm = FIELD_GET(SINGLE_RM, insn);
	op->extend = FIELD_GET(SINGLE_EXTEND, insn);
	op->shift = insn & SINGLE_SCALED ? ilog2(op->size) + op->halves : 0;
	/* Extends of bytes and halfwords are unallocated */
	return op->extend & 2;
}

static bool a64_indexed(u32 insn, struct ldst_insn *op)
{
	unsigned int kind = FIELD_GET(SINGLE_KIND, insn);

	if (!insn_a64_single_kind(insn, op) || (kind == KIND_UNPRIVILEGED && op->fp))
		return false;
	op->offset = sign_extend32(FIELD_GET(SINGLE_IMM9, insn), 8);
	op->unpriv = kind == KIND_UNPRIVILEGED;
	op->wback = kind & 1;
	op->post = kind == KIND_POST;
	return true;
}

static bool a64_single(u32 insn, struct ldst_insn *op)
{
	if (insn & SINGLE_UNSIGNED) {
		if (!insn_a64_single_kind(insn, op))
			return false;
		op->offset = FIELD_GET(SINGLE_IMM12, insn) * (op->size << op->halves);
		return true;
	}
	if (!(insn & SINGLE_REGISTER))
		return a64_indexed(insn, op);
	switch (FIELD_GET(SINGLE_KIND, insn)) {
	case KIND_ATOMIC:
		return insn_a64_atomic(insn, op);
	case KIND_REGISTER:
		return a64_register_offset(insn, op);
	default:
		return false;
	}
}

static bool a64_literal(u32 insn, struct ldst_insn *op)
{
	unsigned int opc = FIELD_GET(INSN_SIZE, insn);

	if (opc == 3)
		return false;
	op->kind = LDST_LOAD;
	op->literal = true;
	op->offset = sign_extend32(FIELD_GET(LITERAL_IMM19, insn), 18) * 4;
	if (op->fp) {
		a64_fp(op, 4 << opc, 1);
		return true;
	}
	op->size = opc == 1 ? 8 : 4;
	op->nr = 1;
	op->sext = opc == 2;
	op->sf = opc;
	return true;
}

/* LDAPUR, STLUR and the signed ones: like LDUR and STUR, elsewhere */
static bool a64_ordered_unscaled(u32 insn, struct ldst_insn *op)
{
	return !op->fp && !(insn & SINGLE_REGISTER) && FIELD_GET(SINGLE_KIND, insn) == KIND_UNSCALED && a64_indexed(insn, op);
}

static bool a64_zero(u32 insn, struct ldst_insn *op)
{
	if ((insn & ~INSN_RT) != DC_ZVA)
		return false;
	op->kind = LDST_ZERO;
	op->fp = false;
	op->size = 8;
	op->nr = insn_zva_size() / 8;
	return true;
}

/**
 * insn_a64() - decode an A64 load or store
 * @insn: the instruction
 * @op: what it does; @op->address and @op->moved are left
 *
 * Source: Arm ARM (DDI 0487) C4.1, tables "Loads and Stores".
 * Return: false if it is none that can be emulated on a device.
 */
bool insn_a64(u32 insn, struct ldst_insn *op)
{
	*op = (struct ldst_insn) {
		.fp = insn & INSN_FP,
		.rt = { FIELD_GET(INSN_RT, insn) },
		.rn = FIELD_GET(INSN_RN, insn),
		.rm = 31, .extend = 3,
		.select = 1, .lanes = 1, .copies = 1,
	};
	if (insn & CLASS_NONE)
		return false;
	switch (FIELD_GET(INSN_CLASS, insn)) {
	case CLASS_OTHER:
		return op->fp ? insn_a64_simd(insn, op) : insn_a64_exclusive(insn, op);
	case CLASS_LITERAL:
		return insn & LITERAL_ORDERED ? a64_ordered_unscaled(insn, op) : a64_literal(insn, op);
	case CLASS_PAIR:
		return a64_pair(insn, op);
	case CLASS_SINGLE:
		return a64_single(insn, op);
	default:
		return a64_zero(insn, op);
	}
}

/* Where the stack pointer of the faulting instruction is. SP_EL1 is resident: bring it to memory first. */
u64 *insn_a64_sp(struct loft_vcpu *vcpu)
{
	if ((vcpu->regs.pstate & PSR_MODE_MASK) != PSR_MODE_EL1h)
		return &vcpu->regs.sp_el0;
	vcpu_evict(vcpu);
	return &vcpu->regs.sys[LOFT_SP_EL1];
}
