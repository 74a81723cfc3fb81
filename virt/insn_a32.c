// SPDX-License-Identifier: GPL-2.0-only
/*
 * A32 loads and stores (Arm ARM, DDI 0406, A5.2.8, A5.3, A5.5), as far as they mean something to a device: of one general
 * register, two or many, with every kind of address but a literal.
 *
 * Exclusives, swaps, VFP and Advanced SIMD, registers of another mode and loads of the PC are left out.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <asm/ptrace.h>
#include "insn.h"

#define A32_P		BIT(24)
#define A32_U		BIT(23)
#define A32_B		BIT(22)		/* byte; in extra loads and stores: immediate; in multiples: user's registers */
#define A32_W		BIT(21)
#define A32_L		BIT(20)
#define A32_RN		GENMASK(19, 16)
#define A32_RT		GENMASK(15, 12)
#define A32_REGISTER	BIT(25)
#define A32_PC		15

void insn_a32_address(const struct loft_vcpu *vcpu, struct ldst_insn *op, u32 offset, bool pre, bool wback)
{
	u32 base = insn_reg_get(vcpu, op->rn);

	op->moved = (u32)(base + offset);
	op->address = pre ? op->moved : base;
	op->wback = wback;
}

bool insn_a32_multiple(const struct loft_vcpu *vcpu, struct ldst_insn *op, u32 list, bool up, bool before)
{
	u32 base = insn_reg_get(vcpu, op->rn);
	u32 bytes = hweight16(list) * sizeof(u32);
	unsigned int i;

	if (!list || list & BIT(A32_PC) || op->rn == A32_PC)
		return false;
	op->size = sizeof(u32);
	for (i = 0; i < A32_PC; i++)
		if (list & BIT(i))
			op->rt[op->nr++] = i;
	op->moved = (u32)(up ? base + bytes : base - bytes);
	/* Before, going up: each one word higher; going down the lowest is at the new base, after is one word higher */
	op->address = (u32)((up ? base : op->moved) + (before == up ? sizeof(u32) : 0));
	return true;
}

/* A register shifted by an immediate: LSL, LSR, ASR, ROR; RRX */
static u32 a32_shifted(const struct loft_vcpu *vcpu, u32 insn)
{
	u32 val = insn_reg_get(vcpu, insn & 0xf);
	unsigned int amount = FIELD_GET(GENMASK(11, 7), insn);

	switch (FIELD_GET(GENMASK(6, 5), insn)) {
	case 0:
		return val << amount;
	case 1:
		return amount ? val >> amount : 0;
	case 2:
		return (s32)val >> (amount ?: 31);
	default:
		if (amount)
			return ror32(val, amount);
		return val >> 1 | (vcpu->regs.pstate & PSR_AA32_C_BIT ? BIT(31) : 0);
	}
}

static void a32_index(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op, u32 offset)
{
	/* Post-indexed with W: the unprivileged forms */
	op->unpriv = !(insn & A32_P) && insn & A32_W;
	insn_a32_address(vcpu, op, insn & A32_U ? offset : -offset, insn & A32_P, !(insn & A32_P) || insn & A32_W);
}

/* Words and bytes */
static bool a32_single(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	bool reg = insn & A32_REGISTER;

	if (reg && insn & BIT(4))
		return false;	/* media instructions */
	op->size = insn & A32_B ? 1 : 4;
	op->nr = 1;
	a32_index(vcpu, insn, op, reg ? a32_shifted(vcpu, insn) : insn & 0xfff);
	return op->rt[0] != A32_PC;
}

/* Halfwords, signed bytes, and two words: bits [6:5] and L say which */
static bool a32_extra(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	unsigned int kind = FIELD_GET(GENMASK(6, 5), insn);
	bool load = insn & A32_L;
	u32 offset = insn & 0xf;

	op->nr = 1;
	op->size = kind == 2 ? 1 : 2;
	op->sext = load && kind != 1;
	if (!load && kind != 1) {
		if (op->rt[0] & 1 || op->rt[0] == 14)
			return false;
		/* LDRD is the kind below STRD, and both have L clear */
		op->kind = kind == 3 ? LDST_STORE : LDST_LOAD;
		op->nr = 2;
		op->size = 4;
		op->rt[1] = op->rt[0] + 1;
	}
	a32_index(vcpu, insn, op, insn & A32_B ? FIELD_GET(GENMASK(11, 8), insn) << 4 | offset : insn_reg_get(vcpu, offset));
	return op->rt[0] != A32_PC;
}

/**
 * insn_a32() - decode an A32 load or store
 * @vcpu: the vCPU, whose registers make the address
 * @insn: the instruction
 * @op: what it does
 */
bool insn_a32(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	*op = (struct ldst_insn) {
		.kind = insn & A32_L ? LDST_LOAD : LDST_STORE,
		.rn = FIELD_GET(A32_RN, insn),
		.rt = { FIELD_GET(A32_RT, insn) },
	};
	if (insn >> 28 == 0xf || op->rn == A32_PC)
		return false;
	switch (FIELD_GET(GENMASK(27, 25), insn)) {
	case 0:
		return (insn & (BIT(7) | BIT(4))) == (BIT(7) | BIT(4)) && insn & GENMASK(6, 5) && a32_extra(vcpu, insn, op);
	case 2:
	case 3:
		return a32_single(vcpu, insn, op);
	case 4:
		op->wback = insn & A32_W;
		return !(insn & A32_B) && insn_a32_multiple(vcpu, op, insn & 0xffff, insn & A32_U, insn & A32_P);
	default:
		return false;
	}
}
