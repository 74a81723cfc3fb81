// SPDX-License-Identifier: GPL-2.0-only
/*
 * A64 loads and stores that order, exclude or modify (Arm ARM C4.1).
 *
 * Order costs nothing here: an access of a device by way of the hypervisor is complete before the next instruction begins.
 *
 * Atomics become a load and a store. What the architecture promises of them it promises of ordinary memory; elsewhere they
 * may fault, or "are performed, but not atomically" (B2.2.6). A device that changes the register by itself, or another vCPU
 * that writes to it, may come between the two. Registers that more than one side writes to are not used that way on
 * hardware either, where buses without atomics answer with an abort.
 *
 * Exclusives are not performed. The return from the load's exit clears the guest's monitor, and a store-exclusive may
 * look at the monitor before it looks at its address (B2.9): it would fail without ever coming here, and the guest would
 * try for good. The abort that says "unsupported exclusive access", as hardware gives it for devices, is the end of it.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "insn.h"

/* Exclusives and their relatives */
#define EXCL_SIZE	GENMASK(31, 30)
#define EXCL_CLASS	GENMASK(25, 24)		/* 0 */
#define EXCL_O2		BIT(23)			/* not exclusive */
#define EXCL_LOAD	BIT(22)
#define EXCL_O1		BIT(21)			/* a pair, or compare and swap */
#define EXCL_RS		GENMASK(20, 16)
#define EXCL_RT2	GENMASK(14, 10)
#define RT2_NONE	31

/* Atomics */
#define ATOMIC_ACQUIRE	BIT(23)
#define ATOMIC_RELEASE	BIT(22)
#define ATOMIC_OP	GENMASK(15, 12)		/* as enum ldst_atomic */
#define ATOMIC_LDAPR	12

static bool atomic_single(u32 insn, struct ldst_insn *op, unsigned int kind)
{
	op->kind = kind;
	op->size = 1 << FIELD_GET(EXCL_SIZE, insn);
	op->sf = op->size == 8;
	op->nr = 1;
	return true;
}

static bool atomic_pair(u32 insn, struct ldst_insn *op, unsigned int kind)
{
	op->kind = kind;
	op->size = insn & BIT(30) ? 8 : 4;
	op->sf = op->size == 8;
	op->nr = 2;
	return true;
}

static bool atomic_compare(u32 insn, struct ldst_insn *op)
{
	if (FIELD_GET(EXCL_RT2, insn) != RT2_NONE)
		return false;
	op->atomic = LDST_CAS;
	op->rs = FIELD_GET(EXCL_RS, insn);
	if (insn & EXCL_O2)
		return atomic_single(insn, op, LDST_ATOMIC);
	/* CASP: of even registers, each with the next one; bit 31 clear sets it apart from exclusives */
	op->rt[1] = op->rt[0] + 1;
	return !((op->rs | op->rt[0]) & 1) && atomic_pair(insn, op, LDST_ATOMIC);
}

/**
 * insn_a64_exclusive() - decode LDXR, STXR and their pairs, LDAR, STLR, CAS and CASP with all their variants
 * @insn: the instruction: bits [29:26] are 0010
 * @op: as insn_a64() has prepared it
 */
bool insn_a64_exclusive(u32 insn, struct ldst_insn *op)
{
	bool load = insn & EXCL_LOAD;

	if (insn & EXCL_CLASS)
		return false;
	if (insn & EXCL_O2 && !(insn & EXCL_O1))
		return atomic_single(insn, op, load ? LDST_LOAD : LDST_STORE);
	if (insn & EXCL_O1 && (insn & EXCL_O2 || !(insn & BIT(31))))
		return atomic_compare(insn, op);
	op->write = !load;
	return insn & EXCL_O1 ? atomic_pair(insn, op, LDST_EXCLUSIVE) : atomic_single(insn, op, LDST_EXCLUSIVE);
}

/**
 * insn_a64_atomic() - decode LDADD and its like, SWP, and LDAPR
 * @insn: the instruction: bits [29:24] are 111000 or 111100, [21] 1 and [11:10] 00
 * @op: as insn_a64() has prepared it
 */
bool insn_a64_atomic(u32 insn, struct ldst_insn *op)
{
	unsigned int code = FIELD_GET(ATOMIC_OP, insn), order = insn & (ATOMIC_ACQUIRE | ATOMIC_RELEASE);

	op->rs = FIELD_GET(EXCL_RS, insn);
	if (op->fp)
		return false;
	if (code <= LDST_SWP) {
		op->atomic = code;
		return atomic_single(insn, op, LDST_ATOMIC);
	}
	return code == ATOMIC_LDAPR && order == ATOMIC_ACQUIRE && op->rs == 31 && atomic_single(insn, op, LDST_LOAD);
}

/**
 * insn_zva_size() - bytes that DC ZVA zeroes: 16 to 2048
 */
u32 insn_zva_size(void)
{
	u64 log2_words = read_sanitised_ftr_reg(SYS_DCZID_EL0) & DCZID_EL0_BS;

	return min_t(u64, 4ULL << log2_words, SZ_2K);
}
