// SPDX-License-Identifier: GPL-2.0-only
/*
 * A64 loads and stores of SIMD structures (Arm ARM C4.1): of whole registers, of one lane each, and of one element for all
 * lanes. Memory is accessed element by element, registers taking turns, as the pseudocode of LD2 and the others has it.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include "insn.h"

#define SIMD_UNALLOCATED BIT(31)
#define SIMD_Q		BIT(30)
#define SIMD_SINGLE	BIT(24)
#define SIMD_POST	BIT(23)
#define SIMD_LOAD	BIT(22)
#define SIMD_R		BIT(21)
#define SIMD_RM		GENMASK(20, 16)
#define SIMD_OPCODE	GENMASK(15, 12)
#define SIMD_SIZE	GENMASK(11, 10)

/* Of a single structure, in place of SIMD_OPCODE */
#define SINGLE_SCALE	GENMASK(15, 14)
#define SINGLE_MORE	BIT(13)
#define SINGLE_S	BIT(12)
#define SCALE_REPLICATE	3

/* Registers by opcode, and how many of them take turns */
static const struct {
	u8 nr;
	u8 select;
} multiples[16] = {
	[0] = { 4, 4 }, [2] = { 4, 1 }, [4] = { 3, 3 }, [6] = { 3, 1 }, [7] = { 1, 1 }, [8] = { 2, 2 }, [10] = { 2, 1 },
};

static void simd_registers(struct ldst_insn *op, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i < nr; i++)
		op->rt[i] = (op->rt[0] + i) % 32;
}

static bool simd_multiple(u32 insn, struct ldst_insn *op)
{
	unsigned int opcode = FIELD_GET(SIMD_OPCODE, insn), size = FIELD_GET(SIMD_SIZE, insn);
	unsigned int nr = multiples[opcode].nr;

	/* Registers of one element have no turns to take */
	if (!nr || insn & SIMD_R || (size == 3 && !(insn & SIMD_Q) && multiples[opcode].select > 1))
		return false;
	op->size = 1 << size;
	op->lanes = (insn & SIMD_Q ? 16 : 8) >> size;
	op->select = multiples[opcode].select;
	op->nr = nr * op->lanes;
	simd_registers(op, nr);
	return true;
}

/* All lanes get the same */
static bool simd_replicate(u32 insn, struct ldst_insn *op)
{
	unsigned int size = FIELD_GET(SIMD_SIZE, insn);

	if (!(insn & SIMD_LOAD) || insn & SINGLE_S)
		return false;
	op->size = 1 << size;
	op->copies = (insn & SIMD_Q ? 16 : 8) >> size;
	return true;
}

/* Q, S and SIZE are one number: the place of a byte; larger elements have zeroes in their low bits, but for the largest */
static bool simd_lane(u32 insn, struct ldst_insn *op)
{
	unsigned int scale = FIELD_GET(SINGLE_SCALE, insn), size = FIELD_GET(SIMD_SIZE, insn);
	unsigned int place = !!(insn & SIMD_Q) << 3 | !!(insn & SINGLE_S) << 2 | size;

	if (scale == 2 && size == 1) {
		scale = 3;
		place &= ~1U;
	}
	if (place & ((1U << scale) - 1))
		return false;
	op->size = 1 << scale;
	op->lane = place >> scale;
	op->keep = true;
	return true;
}

static bool simd_single(u32 insn, struct ldst_insn *op)
{
	op->select = 1 + !!(insn & SIMD_R) + 2 * !!(insn & SINGLE_MORE);
	op->nr = op->select;
	simd_registers(op, op->nr);
	return FIELD_GET(SINGLE_SCALE, insn) == SCALE_REPLICATE ? simd_replicate(insn, op) : simd_lane(insn, op);
}

/**
 * insn_a64_simd() - decode a load or store of SIMD structures
 * @insn: the instruction: bits [29:25] are 00110
 * @op: as insn_a64() has prepared it
 */
bool insn_a64_simd(u32 insn, struct ldst_insn *op)
{
	unsigned int rm = FIELD_GET(SIMD_RM, insn);

	if (insn & SIMD_UNALLOCATED || (!(insn & SIMD_POST) && rm))
		return false;
	op->kind = insn & SIMD_LOAD ? LDST_LOAD : LDST_STORE;
	if (!(insn & SIMD_SINGLE ? simd_single(insn, op) : simd_multiple(insn, op)))
		return false;
	op->post = insn & SIMD_POST;
	op->wback = op->post;
	/* 31 stands for the size of what is accessed */
	if (op->post && rm == 31)
		op->offset = op->size * op->nr;
	else if (op->post)
		op->rm = rm;
	return true;
}
