// SPDX-License-Identifier: GPL-2.0-only
/* Sorts A64 instructions into classes, by the top-level encoding tables of the Arm ARM (C4.1). */
#include "decode.h"

#define INSN_NAME(class, name) #name,
const char *const insn_class_names[INSN_NR] = { INSN_CLASSES(INSN_NAME) };

static uint32_t bits(uint32_t insn, int high, int low)
{
	return insn >> low & ((2U << (high - low)) - 1);
}

enum owner { GP, EL1, EL2, GIC, TIMER, FP, DEBUG };

/* ELR, SPSR, SP and PSTATE of any level, and thread pointers, are general. */
static enum owner sysreg_owner_low(uint32_t op1, uint32_t crn, uint32_t crm, uint32_t op2)
{
	if (crn == 4 && crm == 6)
		return GIC;			/* ICC_PMR_EL1 */
	if (crn == 4 && op1 == 3 && crm == 4)
		return FP;			/* FPCR, FPSR */
	if (crn == 4 || (crn == 13 && (crm == 0 && op2 >= 2)))
		return GP;			/* CRn 13: TPIDR*, and CONTEXTIDR is not */
	if (crn == 9 || (crn == 14 && crm >= 8))
		return DEBUG;			/* PMU */
	if (crn == 14)
		return TIMER;
	if (crn == 12 && crm >= 8)
		return GIC;			/* ICC_* by EL1, ICH_* and ICC_SRE_EL2 by EL2 */
	return op1 == 4 || op1 == 6 || op1 == 7 ? EL2 : EL1;
}

static enum owner sysreg_owner(uint32_t insn)
{
	return bits(insn, 20, 19) == 2 ? DEBUG :
		sysreg_owner_low(bits(insn, 18, 16), bits(insn, 15, 12), bits(insn, 11, 8), bits(insn, 7, 5));
}

/* op0 = 1: cache and TLB maintenance, address translation */
static enum insn_class decode_sys(uint32_t insn)
{
	uint32_t crn = bits(insn, 15, 12), crm = bits(insn, 11, 8);

	if (crn == 8 || crn == 9)
		return INSN_TLBI;
	if (crn != 7)
		return INSN_GENERAL;
	if (crm == 8 || crm == 9)
		return INSN_AT;
	if (crm == 4 && bits(insn, 18, 16) == 3)
		return INSN_STORE;		/* DC ZVA and its likes write, and maintain nothing */
	return crm == 1 || crm == 5 ? INSN_IC : INSN_DC;
}

/* op0 = 0: hints, barriers, PSTATE by immediate */
static enum insn_class decode_barrier(uint32_t insn)
{
	static const enum insn_class by_op2[8] = {
		[1] = INSN_DSB /* nXS */, [4] = INSN_DSB, [5] = INSN_DMB, [6] = INSN_ISB,
	};
	uint32_t crn = bits(insn, 15, 12);

	if (crn == 4)
		return INSN_WRITE_GP;
	return crn == 3 ? by_op2[bits(insn, 7, 5)] : INSN_GENERAL;
}

static enum insn_class decode_system(uint32_t insn)
{
	uint32_t op0 = bits(insn, 20, 19), read = bits(insn, 21, 21);

	if (op0 == 0)
		return decode_barrier(insn);
	if (op0 == 1)
		return decode_sys(insn);
	return (read ? INSN_READ_GP : INSN_WRITE_GP) + sysreg_owner(insn);
}

/* Branches, exceptions, system */
static enum insn_class decode_branch(uint32_t insn)
{
	if (bits(insn, 31, 22) == 0x354)
		return decode_system(insn);
	if (bits(insn, 31, 24) == 0xd4)
		return INSN_ENTRY;		/* SVC, HVC, SMC, BRK */
	if ((insn & 0xfffff3e0U) == 0xd69f03e0U)
		return INSN_RETURN;		/* ERET, ERETAA, ERETAB */
	return INSN_GENERAL;
}

/* Load/store register, and what shares its space: LSE atomics, pointer-authenticated loads */
static enum insn_class decode_register(uint32_t insn)
{
	uint32_t opc = bits(insn, 23, 22), vector = bits(insn, 26, 26);

	if (!bits(insn, 24, 24) && bits(insn, 21, 21) && !bits(insn, 11, 10))
		return bits(insn, 15, 12) == 12 ? INSN_LOAD /* LDAPR */ : INSN_ATOMIC;
	if (!bits(insn, 24, 24) && bits(insn, 21, 21) && bits(insn, 10, 10))
		return INSN_LOAD;
	return vector ? (opc & 1 ? INSN_LOAD : INSN_STORE) : (opc ? INSN_LOAD : INSN_STORE);
}

static enum insn_class decode_memory(uint32_t insn)
{
	uint32_t load = bits(insn, 22, 22);

	switch (bits(insn, 29, 27)) {
	case 1:
		if (bits(insn, 26, 26))
			return load ? INSN_LOAD : INSN_STORE;	/* LD1 to ST4 */
		/* Bit 23 tells LDAR and STLR from exclusives; CAS has it with bit 21. */
		if (bits(insn, 23, 23) && !bits(insn, 21, 21))
			return load ? INSN_LOAD : INSN_STORE;
		return INSN_ATOMIC;
	case 3:
		/* Literals; with bit 24 LDAPUR, STLUR and the tag stores */
		return bits(insn, 24, 24) ? (bits(insn, 23, 22) ? INSN_LOAD : INSN_STORE) : INSN_LOAD;
	case 5:
		return load ? INSN_LOAD : INSN_STORE;		/* pairs */
	case 7:
		return decode_register(insn);
	}
	return INSN_GENERAL;
}

enum insn_class decode_class(uint32_t insn)
{
	uint32_t op0 = bits(insn, 28, 25);

	if ((op0 & 5) == 4)
		return decode_memory(insn);
	return (op0 & 14) == 10 ? decode_branch(insn) : INSN_GENERAL;
}

int decode_writes(uint32_t insn, uint32_t sysreg)
{
	return bits(insn, 31, 21) == 0x6a8 && (insn & SYSREG_MASK) == sysreg;
}
