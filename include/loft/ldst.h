/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A load or store that the syndrome does not describe: what its instruction says, and how far it has come.
 */
#ifndef LOFT_LDST_H
#define LOFT_LDST_H

#include <linux/types.h>
#include <loft/addr.h>

/* LDM and STM of AArch32 name sixteen registers */
#define LDST_MAX_REGS	16
/* Four registers of 16 bytes, or sixteen of 4 */
#define LDST_MAX_BYTES	64

/**
 * enum ldst_kind - what an instruction does with memory
 * @LDST_LOAD: memory into registers
 * @LDST_STORE: registers into memory
 * @LDST_ATOMIC: a load, then a store of what &enum ldst_atomic makes of it
 * @LDST_ZERO: DC ZVA: zeroes into a block of memory
 * @LDST_EXCLUSIVE: a load or store exclusive, which is not carried out
 */
enum ldst_kind { LDST_LOAD, LDST_STORE, LDST_ATOMIC, LDST_ZERO, LDST_EXCLUSIVE };

/** enum ldst_atomic - what an atomic does; the first nine as in A64: opc, and o3 above it */
enum ldst_atomic {
	LDST_ADD, LDST_CLR, LDST_EOR, LDST_SET, LDST_SMAX, LDST_SMIN, LDST_UMAX, LDST_UMIN, LDST_SWP, LDST_CAS,
};

/**
 * struct ldst_insn - a load or store, decoded: @nr elements of @size bytes, one after the other in memory
 * @kind: enum ldst_kind
 * @atomic: enum ldst_atomic
 * @write: of LDST_EXCLUSIVE: it is a store
 * @fp: @rt are FP/SIMD registers; else element i belongs to the general register rt[i]
 * @sext: what is loaded is sign-extended
 * @sf: to 64 bits
 * @wback: the base register becomes @moved
 * @post: the access is at the base, not at @moved
 * @unpriv: with the rights of EL0
 * @halves: with @fp: two elements are the halves of one value, whose order in memory is the data's endianness
 * @keep: with @fp: what is loaded leaves the rest of the register alone
 * @size: bytes of an element, 1 to 8
 * @nr: elements
 * @select: with @fp: registers that take turns, 1 to 4
 * @lanes: with @fp: elements of each register
 * @lane: with @fp: the first of them
 * @copies: with @fp: a loaded element goes to so many lanes
 * @rt: registers
 * @rs: of an atomic: its operand, or what CAS compares with
 * @rn: base; of A64, 31 is SP
 * @rm: index register, or 31 for none
 * @extend: of @rm, as in the instruction: UXTW 2, LSL 3, SXTW 6, SXTX 7
 * @shift: of @rm
 * @literal: the base is the PC
 * @offset: immediate offset, in bytes
 * @address: of the first element
 * @moved: base with offset and index
 */
struct ldst_insn {
	u8 kind;
	u8 atomic;
	bool write;
	bool fp;
	bool sext;
	bool sf;
	bool wback;
	bool post;
	bool unpriv;
	bool halves;
	bool keep;
	bool literal;
	u8 size;
	u16 nr;
	u8 select;
	u8 lanes;
	u8 lane;
	u8 copies;
	u8 rt[LDST_MAX_REGS];
	u8 rs;
	u8 rn;
	u8 rm;
	u8 extend;
	u8 shift;
	s32 offset;
	u64 address;
	u64 moved;
};

/**
 * struct loft_ldst - a load or store on its way through devices
 * @insn: what it is
 * @be: data in memory is big-endian
 * @storing: what is going on is a store, perhaps the second half of an atomic
 * @memory: there may be memory among what it touches
 * @len: bytes of the access that userspace has
 * @pos: bytes that are over
 * @first: bytes on the first page
 * @ipa: where the bytes on the first page begin, and those on the second
 * @data: memory as the instruction finds or leaves it; of an atomic, found and left one after the other
 */
struct loft_ldst {
	struct ldst_insn insn;
	bool be;
	bool storing;
	bool memory;
	u8 len;
	u16 pos;
	u16 first;
	ipa_t ipa[2];
	u8 data[LDST_MAX_BYTES];
};

#endif /* LOFT_LDST_H */
