// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage 1 of an AArch64 guest, walked in software (Arm ARM D8.2, D8.3): for pages that only execute, which no address
 * translation instruction finds, and for the other page of an access that lies on two.
 *
 * The tables are read as they are now. Where a TLB still has what they were before, the guest has not waited for its
 * invalidation, and may meet either.
 *
 * Left to the hardware, which does it when the guest executes the instruction again: access flag and dirty state. An access
 * flag that the hardware would set stays clear for now; a page that it would have to mark dirty is a permission fault for
 * the guest, which is how hardware without that feature tells.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "guestmem.h"
#include "walk.h"

/* TCR_EL1; each half of the address space has its own, in the same order */
#define S1_T0SZ		GENMASK_ULL(5, 0)
#define S1_EPD0		BIT_ULL(7)
#define S1_TG0		GENMASK_ULL(15, 14)
#define S1_T1SZ		GENMASK_ULL(21, 16)
#define S1_EPD1		BIT_ULL(23)
#define S1_TG1		GENMASK_ULL(31, 30)
#define S1_TBI0		BIT_ULL(37)
#define S1_TBI1		BIT_ULL(38)
#define S1_HA		BIT_ULL(39)
#define S1_HPD0		BIT_ULL(41)
#define S1_HPD1		BIT_ULL(42)
#define S1_E0PD0	BIT_ULL(55)
#define S1_E0PD1	BIT_ULL(56)

#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)	/* a page, in the last level */
#define DESC_USER	BIT_ULL(6)
#define DESC_READONLY	BIT_ULL(7)
#define DESC_AF		BIT_ULL(10)
#define DESC_UXN	BIT_ULL(54)
#define DESC_NO_USER	BIT_ULL(61)	/* of all below this table */
#define DESC_NO_WRITE	BIT_ULL(62)
#define DESC_ADDRESS	GENMASK_ULL(47, 12)
#define S1_TTBR		GENMASK_ULL(47, 1)

#define LAST_LEVEL	3

/**
 * struct regime - the half of the address space that an address is in
 * @ttbr: its base register
 * @granule: log2 of the page size
 * @bits: of an address
 * @off: walks are disabled
 * @tbi: the upper byte of an address is a tag
 * @flat: tables grant all rights
 * @no_user: EL0 has no access to it
 */
struct regime {
	u64 ttbr;
	unsigned int granule;
	unsigned int bits;
	bool off;
	bool tbi;
	bool flat;
	bool no_user;
};

/* The two fields do not count alike. What is reserved behaves as an implementation likes: as 4 KiB */
static unsigned int granule_lower(u64 tcr)
{
	static const u8 log2[] = { 12, 16, 14, 12 };

	return log2[FIELD_GET(S1_TG0, tcr)];
}

static unsigned int granule_upper(u64 tcr)
{
	static const u8 log2[] = { 12, 14, 12, 16 };

	return log2[FIELD_GET(S1_TG1, tcr)];
}

static struct regime regime_of(const struct loft_vcpu *vcpu, bool upper)
{
	const u64 *sys = vcpu->regs.sys;
	u64 tcr = sys[LOFT_TCR_EL1];

	if (upper)
		return (struct regime) {
			.ttbr = sys[LOFT_TTBR1_EL1], .granule = granule_upper(tcr), .bits = 64 - FIELD_GET(S1_T1SZ, tcr),
			.off = tcr & S1_EPD1, .tbi = tcr & S1_TBI1, .flat = tcr & S1_HPD1, .no_user = tcr & S1_E0PD1,
		};
	return (struct regime) {
		.ttbr = sys[LOFT_TTBR0_EL1], .granule = granule_lower(tcr), .bits = 64 - FIELD_GET(S1_T0SZ, tcr),
		.off = tcr & S1_EPD0, .tbi = tcr & S1_TBI0, .flat = tcr & S1_HPD0, .no_user = tcr & S1_E0PD0,
	};
}

static enum walk_result fault(struct walk *walk, unsigned int status)
{
	walk->status = status;
	return WALK_FAULT;
}

/* All bits above the address are as bit 55 is, but the tag */
static bool within(const struct regime *r, u64 va)
{
	unsigned int top = r->tbi ? 56 : 64;
	u64 above = GENMASK_ULL(top - 1, r->bits), want = va & BIT_ULL(55) ? above : 0;

	return (va & above) == want;
}

static bool is_user(const struct loft_vcpu *vcpu, const struct walk *walk)
{
	u64 pstate = vcpu->regs.pstate;

	if (pstate & PSR_MODE32_BIT || (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return true;
	return walk->unpriv && !(pstate & PSR_UAO_BIT);
}

/* @desc with the restrictions of the tables above it */
static bool may_access(const struct loft_vcpu *vcpu, const struct walk *walk, u64 desc)
{
	u64 sctlr = vcpu->regs.sys[LOFT_SCTLR_EL1];

	if (walk->fetch)
		return true;
	if (walk->write && desc & DESC_READONLY)
		return false;
	if (is_user(vcpu, walk))
		return desc & DESC_USER;
	/* EL1 stays away from what EL0 may read, and with EPAN from what it may execute */
	if (!(vcpu->regs.pstate & PSR_PAN_BIT))
		return true;
	return !(desc & DESC_USER) && !(sctlr & SCTLR_EL1_EPAN && !(desc & DESC_UXN));
}

static bool is_block(const struct regime *r, unsigned int level)
{
	return level == 2 || (level == 1 && r->granule == 12);
}

static enum walk_result walk_leaf(struct loft_vcpu *vcpu, struct walk *walk, u64 desc, unsigned int shift, unsigned int level)
{
	u64 below = BIT_ULL(shift) - 1;
	u64 ipa = (desc & DESC_ADDRESS & ~below) | (walk->va & below);

	if (!(desc & DESC_AF) && !(vcpu->regs.sys[LOFT_TCR_EL1] & S1_HA))
		return fault(walk, ESR_ELx_FSC_ACCESS + level);
	if (!may_access(vcpu, walk, desc))
		return fault(walk, ESR_ELx_FSC_PERM + level);
	if (ipa >= BIT_ULL(vcpu->vm->stage2.ia_bits))
		return fault(walk, ESR_ELx_FSC_EXTABT);
	walk->ipa = IPA(ipa);
	return WALK_OK;
}

static bool read_descriptor(struct loft_vcpu *vcpu, u64 ipa, u64 *desc)
{
	__le64 raw;

	if (guest_read(vcpu->vm, ipa, &raw, sizeof(raw)))
		return false;
	*desc = le64_to_cpu(raw);
	if (vcpu->regs.sys[LOFT_SCTLR_EL1] & SCTLR_ELx_EE)
		*desc = swab64(*desc);
	return true;
}

/* From the first level that the size of the address space needs; the first table may be smaller than the others */
static enum walk_result walk_tables(struct loft_vcpu *vcpu, struct walk *walk, const struct regime *r)
{
	unsigned int stride = r->granule - 3, level = 4 - DIV_ROUND_UP(r->bits - r->granule, stride);
	u64 va = walk->va & GENMASK_ULL(r->bits - 1, 0), limits = 0, desc;
	unsigned int shift = r->granule + (LAST_LEVEL - level) * stride;
	u64 table = r->ttbr & S1_TTBR & ~((8ULL << (r->bits - shift)) - 1);

	for (;; level++, shift -= stride) {
		if (!read_descriptor(vcpu, table + (va >> shift) * 8, &desc))
			return fault(walk, ESR_ELx_FSC_SEA_TTW(level));
		va &= BIT_ULL(shift) - 1;
		if (!(desc & DESC_VALID))
			return fault(walk, ESR_ELx_FSC_FAULT + level);
		if (level == LAST_LEVEL || !(desc & DESC_TABLE))
			break;
		if (!r->flat)
			limits |= desc;
		table = desc & DESC_ADDRESS & ~(BIT_ULL(r->granule) - 1);
	}
	if (level == LAST_LEVEL ? !(desc & DESC_TABLE) : !is_block(r, level))
		return fault(walk, ESR_ELx_FSC_FAULT + level);
	if (limits & DESC_NO_WRITE)
		desc |= DESC_READONLY;
	if (limits & DESC_NO_USER)
		desc &= ~DESC_USER;
	return walk_leaf(vcpu, walk, desc, shift, level);
}

/**
 * walk_stage1() - translate an address as the guest would, where it now is
 * @vcpu: the vCPU; its state is brought to memory
 * @walk: what is asked, and the answer
 *
 * Context: the vCPU's thread; sleeps.
 * Return: WALK_UNKNOWN if EL1 is in AArch32.
 */
enum walk_result walk_stage1(struct loft_vcpu *vcpu, struct walk *walk)
{
	struct regime r;

	if (vcpu_is_32bit(vcpu))
		return WALK_UNKNOWN;
	vcpu_evict(vcpu);
	if (!(vcpu->regs.sys[LOFT_SCTLR_EL1] & SCTLR_ELx_M)) {
		walk->ipa = IPA(walk->va & GENMASK_ULL(55, 0));
		return WALK_OK;
	}
	r = regime_of(vcpu, walk->va & BIT_ULL(55));
	/* Less than a table of the last level, or more than any: no address is in range */
	if (r.bits <= r.granule || r.bits > (r.granule == 16 ? 52 : 48) || r.off || !within(&r, walk->va) ||
	    (r.no_user && is_user(vcpu, walk)))
		return fault(walk, ESR_ELx_FSC_FAULT);
	return walk_tables(vcpu, walk, &r);
}
