// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: fetch the instruction, and see that it is the one that faulted. See ../insn.c, which
 * does the same for A64.
 */
#include <linux/sizes.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "../insn.h"
#include "insn.h"

/* T32: the first five bits say whether there is a second halfword */
static bool is_16bit(u32 insn)
{
	return (insn & 0xf800) < 0xe800;
}

/* HSR.IL means something with ISV only, but vcpu_skip_insn() goes by it */
static void note_length(struct loft_vcpu *vcpu, u32 insn)
{
	if (vcpu->regs.pstate & PSR_T_BIT && is_16bit(insn))
		vcpu->exit.esr &= ~(u64)ESR_ELx_IL;
	else
		vcpu->exit.esr |= ESR_ELx_IL;
}

static bool decode(struct loft_vcpu *vcpu, u32 insn, struct insn32 *op)
{
	if (!(vcpu->regs.pstate & PSR_T_BIT))
		return insn_a32(vcpu, insn, op);
	/* The second half may be in another page, whose place nobody asked for */
	if (vcpu->exit.insn.val % SZ_4K > SZ_4K - 4)
		return false;
	return insn_t32(vcpu, insn, op);
}

/* Does the instruction access what the syndrome says? */
static bool agrees(const struct loft_vcpu *vcpu, const struct insn32 *op)
{
	u32 off = (u32)vcpu->exit.far.val - op->address;

	return op->write == !!(vcpu->exit.esr & ESR_ELx_WNR) && off < op->size * op->nr;
}

/* Only what begins with the faulting byte and stays in its page has addresses that are known */
static bool is_whole(const struct loft_vcpu *vcpu, const struct insn32 *op)
{
	return (u32)vcpu->exit.far.val == op->address && op->address % SZ_4K + op->size * op->nr <= SZ_4K;
}

/**
 * insn_decode() - what the load or store is that faulted
 * @vcpu: the vCPU, its exit a data abort without ISV; fills in vcpu->mmio on INSN_OK
 *
 * Context: the vCPU's thread; may sleep.
 */
enum insn_result insn_decode(struct loft_vcpu *vcpu)
{
	struct insn32 op;
	u32 insn;

	if (!(vcpu->exit.flags & LOFT_EXIT_F_INSN))
		return INSN_UNKNOWN;
	if (!insn_fetch(vcpu, &insn))
		return INSN_AGAIN;
	if (!decode(vcpu, insn, &op))
		return INSN_UNKNOWN;
	if (!agrees(vcpu, &op))
		return INSN_AGAIN;
	if (!is_whole(vcpu, &op))
		return INSN_UNKNOWN;
	note_length(vcpu, insn);
	vcpu->mmio = (struct loft_mmio) {
		.write = op.write, .sext = op.sext, .wback = op.wback, .len = op.size, .nr = op.nr,
		.rn = op.rn, .base = op.base,
	};
	memcpy(vcpu->mmio.rt, op.rt, sizeof(op.rt));
	return INSN_OK;
}

/* insn_decode() describes no access of VFP registers */
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
