// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: fetch the instruction, and see that it is the one that faulted.
 *
 * The back end has translated the program counter while the guest's tables were in the hardware. Between that and the
 * fetch another vCPU may write the code or take its page away; then what is found need not be what faulted. Where it
 * contradicts the syndrome the guest simply executes it again.
 */
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include "insn.h"

/* Top-byte-ignore: FAR and the base register may differ in the tag */
#define ADDRESS_BITS	GENMASK_ULL(55, 0)
/* Whatever the guest's page size is, addresses in one of these are contiguous */
#define SMALLEST_PAGE	SZ_4K

static u64 insn_index(const struct loft_vcpu *vcpu, const struct insn_ldst *op)
{
	u64 val = vcpu_get_reg(vcpu, op->rm);

	/* Bit 0 of the extend: 64 bits; bit 2: signed */
	if (!(op->extend & 1))
		val = op->extend & 4 ? sign_extend64(val, 31) : (u32)val;
	return val << op->shift;
}

/* Does the instruction access what the syndrome says? */
static bool insn_agrees(const struct loft_vcpu *vcpu, const struct insn_ldst *op, u64 address)
{
	u64 off = (vcpu->exit.far.val - address) & ADDRESS_BITS;

	return op->write == !!(vcpu->exit.esr & ESR_ELx_WNR) && off < op->size * op->nr;
}

/* Only what begins with the faulting byte and stays in its page has addresses that are known */
static bool insn_is_whole(const struct loft_vcpu *vcpu, const struct insn_ldst *op, u64 address)
{
	return !((vcpu->exit.far.val ^ address) & ADDRESS_BITS) &&
	       address % SMALLEST_PAGE + op->size * op->nr <= SMALLEST_PAGE;
}

static void insn_describe(struct loft_vcpu *vcpu, const struct insn_ldst *op, u64 base)
{
	struct loft_mmio *mmio = &vcpu->mmio;

	mmio->write = op->write;
	mmio->fp = op->fp;
	mmio->sext = op->sext;
	mmio->sf = op->sf;
	mmio->wide = op->size > 8;
	mmio->len = op->size >> mmio->wide;
	mmio->nr = op->nr << mmio->wide;
	mmio->rt[0] = op->rt[0];
	mmio->rt[1] = op->rt[1];
	mmio->wback = op->wback;
	mmio->rn = op->rn;
	mmio->base = base + op->offset;
}

/**
 * insn_decode() - what the load or store is that faulted
 * @vcpu: the vCPU, its exit a data abort without ISV; fills in vcpu->mmio on INSN_OK
 *
 * Context: the vCPU's thread; may sleep.
 */
enum insn_result insn_decode(struct loft_vcpu *vcpu)
{
	struct insn_ldst op;
	u64 base, address;
	u32 insn;

	/* A32 and T32 are not known here */
	if (!(vcpu->exit.flags & LOFT_EXIT_F_INSN) || vcpu->regs.pstate & PSR_MODE32_BIT)
		return INSN_UNKNOWN;
	if (!insn_fetch(vcpu, &insn))
		return INSN_AGAIN;
	if (!insn_a64(insn, &op))
		return INSN_UNKNOWN;
	base = insn_base_get(vcpu, op.rn);
	address = op.post ? base : base + op.offset + insn_index(vcpu, &op);
	if (!insn_agrees(vcpu, &op, address))
		return INSN_AGAIN;
	if (!insn_is_whole(vcpu, &op, address))
		return INSN_UNKNOWN;
	insn_describe(vcpu, &op, base);
	return INSN_OK;
}
