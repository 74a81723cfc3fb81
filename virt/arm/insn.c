// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: A32 and T32 are not decoded, so userspace may know, or the access fails on the bus.
 */
#include <loft/vcpu.h>
#include "../insn.h"

enum insn_result insn_decode(struct loft_vcpu *vcpu)
{
	return INSN_UNKNOWN;
}

/* For operations that insn_decode() describes */
u64 insn_fp_get(const struct loft_vcpu *vcpu, unsigned int reg, unsigned int half)
{
	return vcpu->regs.fp.d[reg];
}

void insn_fp_set(struct loft_vcpu *vcpu, unsigned int reg, unsigned int half, u64 val)
{
	vcpu->regs.fp.d[reg] = val;
}

u64 insn_base_get(struct loft_vcpu *vcpu, unsigned int reg)
{
	return vcpu_get_reg(vcpu, reg);
}

void insn_base_set(struct loft_vcpu *vcpu, unsigned int reg, u64 val)
{
	vcpu_set_reg(vcpu, reg, val);
}
