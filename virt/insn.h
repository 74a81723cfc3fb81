/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores that the syndrome does not describe: what the instruction itself says of them.
 */
#ifndef LOFT_INSN_H
#define LOFT_INSN_H

#include <linux/types.h>
#include <loft/vcpu.h>

/**
 * enum insn_result - what came of looking at the instruction
 * @INSN_OK: vcpu->ldst describes it
 * @INSN_UNKNOWN: it cannot be emulated
 * @INSN_EXCLUSIVE: nor can this one, a load or store exclusive
 * @INSN_AGAIN: it is not the one that faulted: another vCPU has written there. The guest has to execute it again
 * @INSN_FAULT: it meets a fault of the guest's own translation, which the guest has been given
 */
enum insn_result {
	INSN_OK,
	INSN_UNKNOWN,
	INSN_EXCLUSIVE,
	INSN_AGAIN,
	INSN_FAULT,
};

/* insn.c */
enum insn_result insn_decode(struct loft_vcpu *vcpu);
void insn_base_set(struct loft_vcpu *vcpu, unsigned int reg, u64 val);

/* The decoders: false: it is none that can be emulated on a device. insn_a64.c */
bool insn_a64(u32 insn, struct ldst_insn *op);
u64 *insn_a64_sp(struct loft_vcpu *vcpu);
bool insn_a64_single_kind(u32 insn, struct ldst_insn *op);
/* insn_a64_simd.c */
bool insn_a64_simd(u32 insn, struct ldst_insn *op);
/* insn_a64_atomic.c */
bool insn_a64_exclusive(u32 insn, struct ldst_insn *op);
bool insn_a64_atomic(u32 insn, struct ldst_insn *op);
u32 insn_zva_size(void);
/* insn_a32.c; insn_t32.c, with the first halfword in the lower half. Addresses are made here */
bool insn_a32(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op);
bool insn_t32(const struct loft_vcpu *vcpu, u32 insn, struct ldst_insn *op);
/* insn_a32.c: an access of @op->size at base and @offset; registers of @list from the lowest address up */
void insn_a32_address(const struct loft_vcpu *vcpu, struct ldst_insn *op, u32 offset, bool pre, bool wback);
bool insn_a32_multiple(const struct loft_vcpu *vcpu, struct ldst_insn *op, u32 list, bool up, bool before);

/* Registers by their numbers in an instruction */
static inline u64 insn_reg_get(const struct loft_vcpu *vcpu, unsigned int n)
{
	return vcpu_get_reg(vcpu, regs_number(&vcpu->regs, n));
}

static inline void insn_reg_set(struct loft_vcpu *vcpu, unsigned int n, u64 val)
{
	vcpu_set_reg(vcpu, regs_number(&vcpu->regs, n), val);
}

#endif /* LOFT_INSN_H */
