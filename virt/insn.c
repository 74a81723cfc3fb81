// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: fetch the instruction, see that it is the one that faulted, and find the addresses of
 * all its bytes.
 *
 * The back end has translated the program counter while the guest's tables were in the hardware. Between that and the
 * fetch another vCPU may write the code or take its page away; then what is found need not be what faulted. Where it
 * contradicts the syndrome the guest simply executes it again.
 */
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <asm/esr.h>
#include <loft/vm.h>
#include "abi.h"
#include "guestmem.h"
#include "insn.h"
#include "walk.h"

/* Top-byte-ignore: FAR and the base register may differ in the tag. A32 and T32 have 32 bits, and wrap */
#define ADDRESS_A64	GENMASK_ULL(55, 0)
#define ADDRESS_A32	GENMASK_ULL(31, 0)
/* Whatever the guest's page size is, addresses in one of these are contiguous */
#define SMALLEST_PAGE	SZ_4K

/* No second page */
#define NOT_THERE	IPA(0)

static bool is_aarch32(const struct loft_vcpu *vcpu)
{
	return regs_in_aarch32(&vcpu->regs);
}

static u64 base_get(struct loft_vcpu *vcpu, unsigned int reg)
{
	return !is_aarch32(vcpu) && reg == 31 ? *insn_a64_sp(vcpu) : insn_reg_get(vcpu, reg);
}

/**
 * insn_base_set() - write back to a base register
 * @vcpu: the vCPU
 * @reg: number in the instruction; in A64, 31 is SP
 * @val: what
 */
void insn_base_set(struct loft_vcpu *vcpu, unsigned int reg, u64 val)
{
	if (!is_aarch32(vcpu) && reg == 31)
		*insn_a64_sp(vcpu) = val;
	else
		insn_reg_set(vcpu, reg, val);
}

static u64 insn_index(const struct loft_vcpu *vcpu, const struct ldst_insn *op)
{
	u64 val = insn_reg_get(vcpu, op->rm);

	/* Bit 0 of the extend: 64 bits; bit 2: signed */
	if (!(op->extend & 1))
		val = op->extend & 4 ? sign_extend64(val, 31) : (u32)val;
	return val << op->shift;
}

static void address_a64(struct loft_vcpu *vcpu, struct ldst_insn *op)
{
	u64 base;

	if (op->kind == LDST_ZERO) {
		op->address = insn_reg_get(vcpu, op->rt[0]) & ~((u64)op->size * op->nr - 1);
		return;
	}
	base = op->literal ? vcpu->regs.pc : base_get(vcpu, op->rn);
	op->moved = base + op->offset + insn_index(vcpu, op);
	op->address = op->post ? base : op->moved;
}

/* T32: the first five bits say whether there is a second halfword */
static bool is_16bit(u32 insn)
{
	return (insn & 0xf800) < 0xe800;
}

/* IL means something with ISV only, but vcpu_skip_insn() goes by it */
static void note_length(struct loft_vcpu *vcpu, bool is_short)
{
	if (is_short)
		vcpu->exit.esr &= ~(u64)ESR_ELx_IL;
	else
		vcpu->exit.esr |= ESR_ELx_IL;
}

/* Of a T32 instruction the second half may be on another page, whose place nobody asked for */
static bool recognise_aarch32(struct loft_vcpu *vcpu, u32 insn, unsigned int len, struct ldst_insn *op)
{
	bool thumb = vcpu->regs.pstate & PSR_AA32_T_BIT, is_short = thumb && is_16bit(insn);

	if (len < 4 && !is_short)
		return false;
	note_length(vcpu, is_short);
	return thumb ? insn_t32(vcpu, insn, op) : insn_a32(vcpu, insn, op);
}

static bool recognise(struct loft_vcpu *vcpu, u32 insn, unsigned int len, struct ldst_insn *op)
{
	if (is_aarch32(vcpu))
		return recognise_aarch32(vcpu, insn, len, op);
	if (!insn_a64(insn, op))
		return false;
	address_a64(vcpu, op);
	return true;
}

/* Up to four bytes of the instruction, as far as its page goes; 0: the code is not there any more */
static unsigned int fetch(struct loft_vcpu *vcpu, u32 *insn)
{
	u64 ipa = vcpu->exit.insn.val;
	unsigned int len = min_t(u64, sizeof(*insn), SMALLEST_PAGE - ipa % SMALLEST_PAGE);
	__le32 word = 0;

	if (guest_read(vcpu->vm, ipa, &word, len))
		return 0;
	*insn = le32_to_cpu(word);
	return len;
}

/*
 * Pages that only execute have no translation for the back end, which asks as a load would. Another fault than that it has
 * answered itself.
 */
static enum insn_result locate(struct loft_vcpu *vcpu)
{
	struct walk walk = { .va = vcpu->regs.pc, .fetch = true };

	if (vcpu->exit.flags & LOFT_EXIT_F_INSN)
		return INSN_OK;
	switch (walk_stage1(vcpu, &walk)) {
	case WALK_OK:
		vcpu->exit.insn = walk.ipa;
		return INSN_OK;
	case WALK_FAULT:
		return INSN_AGAIN;
	default:
		return INSN_UNKNOWN;
	}
}

static u64 address_mask(const struct loft_vcpu *vcpu)
{
	return is_aarch32(vcpu) ? ADDRESS_A32 : ADDRESS_A64;
}

/*
 * Does the instruction access what the syndrome says? An atomic is reported as a load where the load faults, too, but
 * emulators have been seen (QEMU 10.0) that always say store.
 */
static bool agrees(const struct loft_vcpu *vcpu, const struct ldst_insn *op)
{
	u64 off = (vcpu->exit.far.val - op->address) & address_mask(vcpu);
	bool writes = op->kind == LDST_STORE || op->kind == LDST_ZERO || op->write;

	if (op->kind != LDST_ATOMIC && writes != !!(vcpu->exit.esr & ESR_ELx_WNR))
		return false;
	return off < op->size * op->nr;
}

/* The page of @va, which is not the one that faulted */
static enum insn_result other_page(struct loft_vcpu *vcpu, u64 va, ipa_t *ipa)
{
	const struct ldst_insn *op = &vcpu->ldst.insn;
	struct walk walk = { .va = va, .write = op->kind != LDST_LOAD, .unpriv = op->unpriv };

	switch (walk_stage1(vcpu, &walk)) {
	case WALK_OK:
		*ipa = walk.ipa;
		return INSN_OK;
	case WALK_FAULT:
		inject_dabt_status(vcpu, GVA(va), walk.status, walk.write);
		return INSN_FAULT;
	default:
		return INSN_UNKNOWN;
	}
}

/*
 * The syndrome has the place of the page that faulted. An instruction reaches into the page before, or the next one, but
 * no further; which of the two pages faults first the architecture leaves open.
 */
static enum insn_result place(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	u64 offset = op->address % SMALLEST_PAGE, far_page = vcpu->exit.ipa.val & ~(u64)(SMALLEST_PAGE - 1);
	unsigned int bytes = op->size * op->nr;
	u64 second = op->address - offset + SMALLEST_PAGE;	/* with its tag */
	bool far_first = !((vcpu->exit.far.val ^ op->address) & address_mask(vcpu) & ~(u64)(SMALLEST_PAGE - 1));

	ldst->first = min_t(u64, bytes, SMALLEST_PAGE - offset);
	ldst->memory = ldst->first < bytes || op->kind == LDST_ATOMIC;
	ldst->ipa[0] = IPA(far_page + offset);
	ldst->ipa[1] = NOT_THERE;
	if (ldst->first == bytes)
		return INSN_OK;
	if (far_first)
		return other_page(vcpu, is_aarch32(vcpu) ? (u32)second : second, &ldst->ipa[1]);
	ldst->ipa[1] = IPA(far_page);
	return other_page(vcpu, op->address, &ldst->ipa[0]);
}

/**
 * insn_decode() - what the load or store is that faulted
 * @vcpu: the vCPU, its exit a data abort without ISV; fills in vcpu->ldst on INSN_OK
 *
 * Context: the vCPU's thread; may sleep.
 */
enum insn_result insn_decode(struct loft_vcpu *vcpu)
{
	struct ldst_insn *op = &vcpu->ldst.insn;
	enum insn_result result = locate(vcpu);
	unsigned int len;
	u32 insn;

	if (result != INSN_OK)
		return result;
	len = fetch(vcpu, &insn);
	if (!len)
		return INSN_AGAIN;
	if (!recognise(vcpu, insn, len, op))
		return INSN_UNKNOWN;
	if (!agrees(vcpu, op))
		return INSN_AGAIN;
	if (op->kind == LDST_EXCLUSIVE)
		return INSN_EXCLUSIVE;
	/* No decoder says more; but what it says indexes ldst->data */
	if (WARN_ON_ONCE(op->kind != LDST_ZERO && op->size * op->nr > LDST_MAX_BYTES))
		return INSN_UNKNOWN;
	return place(vcpu);
}
