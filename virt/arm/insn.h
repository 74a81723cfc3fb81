/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores of AArch32, decoded: what the files of this directory share.
 */
#ifndef VIRT_ARM_INSN_H
#define VIRT_ARM_INSN_H

#include <linux/types.h>
#include <loft/vcpu.h>

/**
 * struct insn32 - a load or store
 * @write: it is a store
 * @sext: what is loaded is sign-extended
 * @wback: @rn becomes @base
 * @size: bytes of each register's part in memory
 * @nr: registers
 * @rt: which
 * @rn: base register
 * @address: of the first access
 * @base: see @wback
 */
struct insn32 {
	bool write;
	bool sext;
	bool wback;
	u8 size;
	u8 nr;
	u8 rt[LOFT_MMIO_MAX];
	u8 rn;
	u32 address;
	u32 base;
};

/* False: it cannot be emulated. insn_a32.c; insn_t32.c, with the first halfword in the lower half */
bool insn_a32(const struct loft_vcpu *vcpu, u32 insn, struct insn32 *op);
bool insn_t32(const struct loft_vcpu *vcpu, u32 insn, struct insn32 *op);

/* insn_a32.c: an access of @op->size at base and @offset; registers of @list from the lowest address up */
void insn32_address(const struct loft_vcpu *vcpu, struct insn32 *op, u32 offset, bool pre, bool wback);
bool insn32_multiple(const struct loft_vcpu *vcpu, struct insn32 *op, u32 list, bool up, bool before);

#endif /* VIRT_ARM_INSN_H */
