// SPDX-License-Identifier: GPL-2.0-only
/*
 * T32 loads and stores that come without a syndrome (Arm ARM, DDI 0406, A6.2, A6.3): with writeback, of two registers, and of
 * many. What insn_a32.c leaves out is left out here, too.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include "insn.h"

#define T32_SP		13
#define T32_LR		14
#define T32_PC		15

/* Fields of the second halfword, which is the upper one here */
#define T32_RT		GENMASK(31, 28)
#define T32_RT2		GENMASK(27, 24)
#define T32_IMM8	GENMASK(23, 16)

/* 16 bits: LDM, STM, PUSH, POP */
static bool t16_multiple(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	u32 list = insn & 0xff;
	bool store = !(insn & BIT(11));

	op->kind = store ? LDST_STORE : LDST_LOAD;
	op->wback = true;
	if ((insn & 0xf000) == 0xc000) {
		op->rn = FIELD_GET(GENMASK(10, 8), insn);
		/* A base that is loaded is not written back */
		op->wback = store || !(list & BIT(op->rn));
		return insn_a32_multiple(vcpu, op, list, true, false);
	}
	if ((insn & 0xf600) != 0xb400)
		return false;
	op->rn = T32_SP;
	if (insn & BIT(8))
		list |= store ? BIT(T32_LR) : BIT(T32_PC);
	return insn_a32_multiple(vcpu, op, list, !store, store);
}

static bool t32_multiple(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	unsigned int kind = FIELD_GET(GENMASK(8, 7), insn);

	op->wback = insn & BIT(5);
	/* 1: increment after, 2: decrement before; the others are no loads and stores of registers */
	return (kind == 1 || kind == 2) && !(insn & BIT(T32_SP + 16)) &&
	       insn_a32_multiple(vcpu, op, insn >> 16, kind == 1, kind == 2);
}

static bool t32_dual(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	bool pre = insn & BIT(8), wback = insn & BIT(5);
	u32 offset = FIELD_GET(T32_IMM8, insn) * sizeof(u32);

	/* Neither: exclusives and table branches */
	if (!pre && !wback)
		return false;
	op->size = sizeof(u32);
	op->nr = 2;
	op->rt[1] = FIELD_GET(T32_RT2, insn);
	insn_a32_address(vcpu, op, insn & BIT(7) ? offset : -offset, pre, wback);
	return op->rt[0] != T32_PC && op->rt[1] != T32_PC;
}

/* One register, an offset of eight bits: the only form with writeback */
static bool t32_single(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	unsigned int size = FIELD_GET(GENMASK(6, 5), insn);
	u32 offset = FIELD_GET(T32_IMM8, insn);
	bool sign = insn & BIT(8);

	/* Bit 7: twelve bits of offset; bit 11 of the second halfword clear: a register's */
	if (size == 3 || insn & BIT(7) || !(insn & BIT(27)) || (sign && (op->kind == LDST_STORE || size == 2)))
		return false;
	op->size = 1 << size;
	op->nr = 1;
	op->sext = sign;
	insn_a32_address(vcpu, op, insn & BIT(25) ? offset : -offset, insn & BIT(26), insn & BIT(24));
	return op->rt[0] != T32_PC;
}

/**
 * insn_t32() - decode a T32 load or store
 * @vcpu: the vCPU, whose registers make the address
 * @insn: the instruction, its first halfword in the lower half
 * @op: what it does
 */
bool insn_t32(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op)
{
	*op = (struct ldst_insn) {};
	if ((insn & 0xe000) != 0xe000 || !(insn & 0x1800))
		return t16_multiple(vcpu, insn, op);
	op->kind = insn & BIT(4) ? LDST_LOAD : LDST_STORE;
	op->rn = insn & 0xf;
	op->rt[0] = FIELD_GET(T32_RT, insn);
	if (op->rn == T32_PC)
		return false;
	if ((insn & 0xfe00) == 0xf800)
		return t32_single(vcpu, insn, op);
	if ((insn & 0xfe00) != 0xe800)
		return false;
	return insn & BIT(6) ? t32_dual(vcpu, insn, op) : t32_multiple(vcpu, insn, op);
}
