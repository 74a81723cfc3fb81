// SPDX-License-Identifier: GPL-2.0-only
/*
 * A32 and T32 loads and stores: every encoding class with every combination of its bits, against the Arm ARM's words for it.
 *
 * Links: virt/insn_a32.c virt/insn_t32.c
 */
#include <unit.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "insn.h"

#define USER_32		0x10
#define RN		1
#define RT		2
#define RM		6
#define BASE		0x0b008400U
#define INDEX		0x80000104U

static struct loft_vcpu vcpu = {
	.regs = { .pstate = USER_32, .x = { [RN] = BASE, [RM] = INDEX, [13] = BASE + 0x1000 } },
};
static struct ldst_insn op;

/* What an instruction of one register is, by the words of its description */
static void expect(u32 insn, bool write, unsigned int size, bool sext, unsigned int nr, u32 offset, bool index, bool wback)
{
	CHECK_EQ(op.kind, write ? LDST_STORE : LDST_LOAD);
	CHECK_EQ(op.size, size);
	CHECK_EQ(op.sext, sext);
	CHECK_EQ(op.nr, nr);
	CHECK_EQ(op.rn, RN);
	CHECK_EQ(op.rt[0], RT);
	CHECK_EQ(op.address, index ? BASE + offset : BASE);
	CHECK_EQ(op.wback, wback);
	if (wback)
		CHECK_EQ(op.moved, BASE + offset);
}

/* P, U, W and L by the bits of @puwl where A32 has them */
static u32 a32_bits(unsigned int puwl)
{
	return (puwl & 8) << 21 | (puwl & 4) << 21 | (puwl & 2) << 20 | (puwl & 1) << 20;
}

static void a32_one(u32 insn, unsigned int puwl, u32 offset, unsigned int size, bool sext, bool write, unsigned int nr)
{
	bool index = puwl & 8, wback = !(puwl & 8) || puwl & 2;

	CHECK(insn_a32(&vcpu, insn, &op));
	expect(insn, write, size, sext, nr, puwl & 4 ? offset : -offset, index, wback);
}

TEST(a32_words_and_bytes)
{
	unsigned int puwl, byte;
	u32 insn;

	for (puwl = 0; puwl < 16; puwl++) {
		for (byte = 0; byte < 2; byte++) {
			insn = 0xe4000000 | a32_bits(puwl) | byte << 22 | RN << 16 | RT << 12;
			a32_one(insn | 0xabc, puwl, 0xabc, byte ? 1 : 4, false, !(puwl & 1), 1);
			insn |= BIT(25) | RM;
			/* LSL #3, LSR #4, LSR #32, ASR #8, ASR #32, ROR #12, RRX with C clear */
			a32_one(insn | 3 << 7, puwl, INDEX << 3, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 4 << 7 | 1 << 5, puwl, INDEX >> 4, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 1 << 5, puwl, 0, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 8 << 7 | 2 << 5, puwl, (s32)INDEX >> 8, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 2 << 5, puwl, ~0U, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 12 << 7 | 3 << 5, puwl, INDEX >> 12 | INDEX << 20, byte ? 1 : 4, false, !(puwl & 1), 1);
			a32_one(insn | 3 << 5, puwl, INDEX >> 1, byte ? 1 : 4, false, !(puwl & 1), 1);
			/* Media instructions */
			CHECK(!insn_a32(&vcpu, insn | BIT(4), &op));
		}
	}
	vcpu.regs.pstate |= PSR_C_BIT;
	a32_one(0xe7900062 | RN << 16 | RT << 12 | RM, 13, INDEX >> 1 | BIT(31), 4, false, false, 1);
	vcpu.regs.pstate &= ~PSR_C_BIT;
}

TEST(a32_extra)
{
	/* [6:5] and L: what it is */
	static const struct {
		u32 bits;
		u8 size, nr;
		bool sext, write, load;
	} kinds[] = {
		{ 1 << 5, 2, 1, false, true, false },	/* STRH */
		{ 1 << 5, 2, 1, false, false, true },	/* LDRH */
		{ 2 << 5, 4, 2, false, false, false },	/* LDRD */
		{ 2 << 5, 1, 1, true, false, true },	/* LDRSB */
		{ 3 << 5, 4, 2, false, true, false },	/* STRD */
		{ 3 << 5, 2, 1, true, false, true },	/* LDRSH */
	};
	unsigned int puwl, i;
	u32 insn;

	for (puwl = 0; puwl < 16; puwl++) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++) {
			if (kinds[i].load != (puwl & 1))
				continue;
			insn = 0xe0000090 | a32_bits(puwl) | kinds[i].bits | RN << 16 | RT << 12;
			a32_one(insn | BIT(22) | 0xa05, puwl, 0xa5, kinds[i].size, kinds[i].sext, kinds[i].write, kinds[i].nr);
			if (kinds[i].nr == 2)
				CHECK_EQ(op.rt[1], RT + 1);
			a32_one(insn | RM, puwl, INDEX, kinds[i].size, kinds[i].sext, kinds[i].write, kinds[i].nr);
		}
	}
	/* An odd register, and LR and PC, are no pair; multiplications and SWP are none of these */
	CHECK(!insn_a32(&vcpu, 0xe1c130d0, &op));
	CHECK(!insn_a32(&vcpu, 0xe1c1e0d0, &op));
	CHECK(!insn_a32(&vcpu, 0xe0010293, &op));
	CHECK(!insn_a32(&vcpu, 0xe1012093, &op));
}

/* Addresses from the lowest register up, DDI 0406, A8.8.58 to A8.8.61 and A8.8.199 to A8.8.202 */
static void expect_multiple(u32 list, bool up, bool before, bool wback, bool write)
{
	unsigned int n = hweight16(list), i, at = 0;

	CHECK_EQ(op.nr, n);
	CHECK_EQ(op.kind, write ? LDST_STORE : LDST_LOAD);
	CHECK_EQ(op.size, 4);
	CHECK_EQ(op.address, up ? BASE + 4 * before : BASE - 4 * n + 4 * !before);
	CHECK_EQ(op.wback, wback);
	if (wback)
		CHECK_EQ(op.moved, up ? BASE + 4 * n : BASE - 4 * n);
	for (i = 0; i < 15; i++)
		if (list & BIT(i))
			CHECK_EQ(op.rt[at++], i);
}

TEST(a32_multiples)
{
	static const u32 lists[] = { 0x0004, 0x0005, 0x50fc, 0x7ffd };
	unsigned int puwl, i;
	u32 insn;

	for (puwl = 0; puwl < 16; puwl++) {
		for (i = 0; i < ARRAY_SIZE(lists); i++) {
			insn = 0xe8000000 | a32_bits(puwl) | RN << 16 | lists[i];
			CHECK(insn_a32(&vcpu, insn, &op));
			expect_multiple(lists[i], puwl & 4, puwl & 8, puwl & 2, !(puwl & 1));
			/* User mode's registers */
			CHECK(!insn_a32(&vcpu, insn | BIT(22), &op));
		}
		/* None, and the PC */
		CHECK(!insn_a32(&vcpu, 0xe8000000 | a32_bits(puwl) | RN << 16, &op));
		CHECK(!insn_a32(&vcpu, 0xe8008001 | a32_bits(puwl) | RN << 16, &op));
	}
}

/* T32's second halfword is the upper half here */
static u32 t32(u32 first, u32 second)
{
	return first | second << 16;
}

TEST(t32_singles)
{
	unsigned int puw, size, load;

	for (puw = 1; puw < 8; puw++) {
		bool index = puw & 4, wback = puw & 1;
		u32 offset = puw & 2 ? 0x5a : -0x5a, second = RT << 12 | BIT(11) | puw << 8 | 0x5a;

		/* P and W clear: another class */
		if (!(puw & 5))
			continue;
		for (size = 0; size < 3; size++) {
			for (load = 0; load < 2; load++) {
				CHECK(insn_t32(&vcpu, t32(0xf800 | size << 5 | load << 4 | RN, second), &op));
				expect(second, !load, 1 << size, false, 1, offset, index, wback);
			}
			/* Signed: loads of bytes and halfwords */
			CHECK_EQ(insn_t32(&vcpu, t32(0xf910 | size << 5 | RN, second), &op), size < 2);
			if (size < 2)
				expect(second, false, 1 << size, true, 1, offset, index, wback);
			CHECK(!insn_t32(&vcpu, t32(0xf900 | size << 5 | RN, second), &op));
		}
	}
}

TEST(t32_duals_and_multiples)
{
	unsigned int puw, load, kind, wback;

	for (load = 0; load < 2; load++) {
		for (puw = 0; puw < 8; puw++) {
			u32 first = 0xe840 | (puw & 4) << 6 | (puw & 2) << 6 | (puw & 1) << 5 | load << 4 | RN;
			bool known = puw & 5;

			CHECK_EQ(insn_t32(&vcpu, t32(first, RT << 12 | 4 << 8 | 0x21), &op), known);
			if (known)
				expect(first, !load, 4, false, 2, puw & 2 ? 0x84 : -0x84, puw & 4, puw & 1);
			if (known)
				CHECK_EQ(op.rt[1], 4);
		}
		for (kind = 0; kind < 4; kind++) {
			for (wback = 0; wback < 2; wback++) {
				u32 first = 0xe800 | kind << 7 | wback << 5 | load << 4 | RN;
				bool known = kind == 1 || kind == 2;

				CHECK_EQ(insn_t32(&vcpu, t32(first, 0x503c), &op), known);
				if (known)
					expect_multiple(0x503c, kind == 1, kind == 2, wback, !load);
			}
		}
	}
}

TEST(t16_multiples)
{
	CHECK(insn_t32(&vcpu, 0xc000 | RN << 8 | 0x3c, &op));
	expect_multiple(0x3c, true, false, true, true);
	CHECK(insn_t32(&vcpu, 0xc800 | RN << 8 | 0x3c, &op));
	expect_multiple(0x3c, true, false, true, false);
	/* A base that is loaded is not written back */
	CHECK(insn_t32(&vcpu, 0xc800 | RN << 8 | 0x3e, &op));
	expect_multiple(0x3e, true, false, false, false);
	/* PUSH {r2, LR} and POP {r2}; POP of the PC is a jump */
	CHECK(insn_t32(&vcpu, 0xb504, &op));
	CHECK(op.rn == 13 && op.kind == LDST_STORE && op.wback && op.nr == 2 && op.rt[0] == 2 && op.rt[1] == 14);
	CHECK_EQ(op.address, BASE + 0x1000 - 8);
	CHECK(insn_t32(&vcpu, 0xbc04, &op));
	CHECK(op.rn == 13 && op.kind == LDST_LOAD && op.wback && op.nr == 1 && op.moved == BASE + 0x1004);
	CHECK(!insn_t32(&vcpu, 0xbd04, &op));
}

/* Whatever the bits: what is decoded names registers that there are, and bytes that make sense */
TEST(any_bits)
{
	unsigned int i, k;
	u32 insn;

	for (i = 0; i < 2000000; i++) {
		insn = unit_rand();
		if (!(i & 1 ? insn_a32(&vcpu, insn, &op) : insn_t32(&vcpu, insn, &op)))
			continue;
		CHECK(op.rn < 15 && op.nr >= 1 && op.nr <= 15 && (op.size == 1 || op.size == 2 || op.size == 4));
		for (k = 0; k < op.nr; k++)
			CHECK(op.rt[k] < 15);
	}
}
