/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores that the syndrome does not describe: what the instruction itself says of them.
 */
#ifndef LOFT_INSN_H
#define LOFT_INSN_H

#include <linux/types.h>

struct loft_vcpu;

/**
 * struct insn_ldst - a load or store, decoded
 * @write: it is a store
 * @fp: @rt are FP/SIMD registers
 * @sext: what is loaded is sign-extended
 * @sf: to 64 bits
 * @wback: the base register is updated
 * @post: the access is at the base, before @offset is added
 * @size: bytes of a register's part in memory, 1 to 16
 * @nr: registers, 1 or 2
 * @rt: which
 * @rn: base; 31 is SP
 * @rm: index register, or 31 for none
 * @extend: of @rm, as in the instruction: UXTW 2, LSL 3, SXTW 6, SXTX 7
 * @shift: of @rm
 * @offset: immediate offset, in bytes
 */
struct insn_ldst {
	bool write;
	bool fp;
	bool sext;
	bool sf;
	bool wback;
	bool post;
	u8 size;
	u8 nr;
	u8 rt[2];
	u8 rn;
	u8 rm;
	u8 extend;
	u8 shift;
	s32 offset;
};

/**
 * enum insn_result - what came of looking at the instruction
 * @INSN_OK: vcpu->mmio describes it
 * @INSN_UNKNOWN: it cannot be emulated
 * @INSN_AGAIN: it is not the one that faulted: another vCPU has written there. The guest has to execute it again
 */
enum insn_result {
	INSN_OK,
	INSN_UNKNOWN,
	INSN_AGAIN,
};

/* insn_fetch.c */
bool insn_fetch(struct loft_vcpu *vcpu, u32 *insn);
/* insn.c; of ARMv7 hosts arm/insn.c */
enum insn_result insn_decode(struct loft_vcpu *vcpu);
/* insn_a64.c */
bool insn_a64(u32 insn, struct insn_ldst *op);
u64 insn_fp_get(const struct loft_vcpu *vcpu, unsigned int reg, unsigned int half);
void insn_fp_set(struct loft_vcpu *vcpu, unsigned int reg, unsigned int half, u64 val);
u64 insn_base_get(struct loft_vcpu *vcpu, unsigned int reg);
void insn_base_set(struct loft_vcpu *vcpu, unsigned int reg, u64 val);

#endif /* LOFT_INSN_H */
