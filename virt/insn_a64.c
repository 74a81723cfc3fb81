// SPDX-License-Identifier: GPL-2.0-only
/*
 * A64 loads and stores (Arm ARM C4.1, "Loads and Stores"), as far as they mean something to a device: of one register or
 * two, general or FP/SIMD, with every kind of address but a literal.
 *
 * Exclusives, atomics and SIMD structures are left out: what they promise no device keeps, and the architecture lets them
 * abort on such an address.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <loft/vcpu.h>
#include "insn.h"

/* Fields that most classes share */
#define INSN_SIZE	GENMASK(31, 30)
#define INSN_CLASS	GENMASK(29, 27)
#define INSN_FP		BIT(26)
#define INSN_FORM	GENMASK(25, 23)
#define INSN_OPC	GENMASK(23, 22)
#define INSN_RN		GENMASK(9, 5)
#define INSN_RT		GENMASK(4, 0)

#define CLASS_PAIR	5
#define CLASS_SINGLE	7

/* Pairs: FORM without its upper bit is the kind of address */
#define PAIR_LOAD	BIT(22)
#define PAIR_IMM	GENMASK(21, 15)
#define PAIR_RT2	GENMASK(14, 10)

/* Single registers: an unsigned offset, or by bits 21 and [11:10] */
#define SINGLE_UNSIGNED	BIT(24)
#define SINGLE_IMM12	GENMASK(21, 10)
#define SINGLE_ATOMIC	BIT(21)
#define SINGLE_KIND	GENMASK(11, 10)
#define SINGLE_IMM9	GENMASK(20, 12)
#define SINGLE_RM	GENMASK(20, 16)
#define SINGLE_EXTEND	GENMASK(15, 13)
#define SINGLE_SCALED	BIT(12)

enum { KIND_UNSCALED, KIND_POST, KIND_UNPRIVILEGED, KIND_PRE };

/* Two registers: bits [24:23] are 0 no-allocate hint, 1 post-indexed, 2 offset, 3 pre-indexed */
static bool a64_pair(u32 insn, struct insn_ldst *op)
{
	unsigned int opc = FIELD_GET(INSN_SIZE, insn), kind = FIELD_GET(INSN_FORM, insn);

	if (opc == 3 || kind > 3)
		return false;
	op->write = !(insn & PAIR_LOAD);
	op->size = op->fp ? 4 << opc : opc & 2 ? 8 : 4;
	if (!op->fp && opc == 1) {
		/* LDPSW; as a store, or with the hint, it is another instruction or none */
		if (op->write || !kind)
			return false;
		op->sext = true;
		op->sf = true;
	}
	op->sf |= op->size == 8;
	op->nr = 2;
	op->rt[1] = FIELD_GET(PAIR_RT2, insn);
	op->wback = kind & 1;
	op->post = kind == 1;
	op->offset = sign_extend32(FIELD_GET(PAIR_IMM, insn), 6) * op->size;
	return true;
}

/* What is loaded or stored, by size and opc. False: unallocated, or a prefetch */
static bool a64_single_kind(u32 insn, struct insn_ldst *op)
{
	unsigned int size = FIELD_GET(INSN_SIZE, insn), opc = FIELD_GET(INSN_OPC, insn);

	op->nr = 1;
	if (op->fp) {
		/* opc<1> with the smallest size makes it a Q register */
		if (opc & 2 && size)
			return false;
		op->size = opc & 2 ? 16 : 1 << size;
		op->write = !(opc & 1);
		return true;
	}
	op->size = 1 << size;
	op->write = !opc;
	op->sext = opc & 2;
	op->sf = opc == 2 || size == 3;
	return !(opc & 2) || size + (opc & 1) < 3;
}

static bool a64_register_offset(u32 insn, struct insn_ldst *op)
{
	op->rm = FIELD_GET(SINGLE_RM, insn);
	op->extend = FIELD_GET(SINGLE_EXTEND, insn);
	op->shift = insn & SINGLE_SCALED ? ilog2(op->size) : 0;
	/* Extends of bytes and halfwords are unallocated */
	return op->extend & 2;
}

static bool a64_single(u32 insn, struct insn_ldst *op)
{
	unsigned int kind = FIELD_GET(SINGLE_KIND, insn);

	if (!a64_single_kind(insn, op))
		return false;
	if (insn & SINGLE_UNSIGNED) {
		op->offset = FIELD_GET(SINGLE_IMM12, insn) * op->size;
		return true;
	}
	if (insn & SINGLE_ATOMIC)
		return kind == KIND_UNPRIVILEGED && a64_register_offset(insn, op);
	if (kind == KIND_UNPRIVILEGED && op->fp)
		return false;
	op->offset = sign_extend32(FIELD_GET(SINGLE_IMM9, insn), 8);
	op->wback = kind & 1;
	op->post = kind == KIND_POST;
	return true;
}

/**
 * insn_a64() - decode an A64 load or store
 * @insn: the instruction
 * @op: what it does
 *
 * Source: Arm ARM (DDI 0487) C4.1, tables "Load/store register pair" to "Load/store register (unsigned immediate)".
 * Return: false if it is none that can be emulated on a device.
 */
bool insn_a64(u32 insn, struct insn_ldst *op)
{
	*op = (struct insn_ldst) {
		.fp = insn & INSN_FP,
		.rt = { FIELD_GET(INSN_RT, insn) },
		.rn = FIELD_GET(INSN_RN, insn),
		.rm = 31,
	};
	switch (FIELD_GET(INSN_CLASS, insn)) {
	case CLASS_PAIR:
		return a64_pair(insn, op);
	case CLASS_SINGLE:
		return !(insn & BIT(25)) && a64_single(insn, op);
	default:
		return false;
	}
}

/* The exit has brought the guest's FP registers to memory. */
u64 insn_fp_get(const struct loft_vcpu *vcpu, unsigned int reg, unsigned int half)
{
	return vcpu->regs.fp.vregs[reg] >> (64 * half);
}

/* A load of 64 bits or less clears the upper half; of 128 bits, the lower half is set first. */
void insn_fp_set(struct loft_vcpu *vcpu, unsigned int reg, unsigned int half, u64 val)
{
	if (half)
		vcpu->regs.fp.vregs[reg] |= (__uint128_t)val << 64;
	else
		vcpu->regs.fp.vregs[reg] = val;
}

/* Where the stack pointer of the faulting instruction is. SP_EL1 is resident: bring it to memory first. */
static u64 *a64_sp(struct loft_vcpu *vcpu)
{
	if ((vcpu->regs.pstate & PSR_MODE_MASK) != PSR_MODE_EL1h)
		return &vcpu->regs.sp_el0;
	vcpu_evict(vcpu);
	return &vcpu->regs.sys[LOFT_SP_EL1];
}

u64 insn_base_get(struct loft_vcpu *vcpu, unsigned int reg)
{
	return reg == 31 ? *a64_sp(vcpu) : vcpu->regs.x[reg];
}

void insn_base_set(struct loft_vcpu *vcpu, unsigned int reg, u64 val)
{
	if (reg == 31)
		*a64_sp(vcpu) = val;
	else
		vcpu->regs.x[reg] = val;
}
