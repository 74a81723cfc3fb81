// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions for a guest whose EL1 is in AArch32: AArch32.EnterMode() of the Arm ARM, done to the registers in memory.
 *
 * Those have AArch64's names: DFSR is ESR_EL1, DFAR and IFAR are the halves of FAR_EL1, IFSR is IFSR32_EL2, TTBCR is
 * TCR_EL1, and the banked LRs are where exceptions to AArch64 put them, in x[].
 */
#include <linux/bits.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "abi.h"
#include "sysreg.h"

#define VECTOR_UNDEF		0x04
#define VECTOR_PABT		0x0c
#define VECTOR_DABT		0x10
#define VECTORS_HIGH		0xffff0000ULL
#define VBAR_MASK		GENMASK_ULL(31, 5)

#define SCTLR_V			BIT_ULL(13)
#define SCTLR_SPAN		BIT_ULL(23)
#define SCTLR_EE		BIT_ULL(25)
#define SCTLR_TE		BIT_ULL(30)
#define SCTLR_DSSBS		BIT_ULL(31)
#define TTBCR_LPAE		BIT_ULL(31)

/* DFSR and IFSR; the first two are DFSR's alone */
#define FSR_WNR			BIT_ULL(11)
#define FSR_FNV			BIT_ULL(16)
#define FSR_LPAE		BIT_ULL(9)
#define ISS_FNV			BIT_ULL(10)

/* Fault status codes of short descriptors, and AArch64's code for an external abort on a walk */
#define FS_EXTERNAL		0x08
#define FS_EXTERNAL_WALK_1	0x0c
#define FS_EXTERNAL_WALK_2	0x0e
#define FSC_WALK		0x14

/* DIT has other places in an AArch32 SPSR than in the SPSR of an exception taken to AArch64 */
#define SPSR_DIT		BIT_ULL(21)

/**
 * struct entry - one kind of exception
 * @mode: it is taken to this mode
 * @lr: of that mode, index into x[]
 * @spsr: of that mode, index into sys[]
 * @a32: what A32 adds to the address of the instruction to make LR
 * @t32: what T32 adds
 * @vector: offset
 * @mask: PSTATE bits it sets
 */
struct entry {
	u32 mode;
	u8 lr;
	u8 spsr;
	u8 a32;
	u8 t32;
	u32 vector;
	u32 mask;
};

static const struct entry entry_undef = {
	.mode = PSR_AA32_MODE_UND, .lr = LOFT_X_LR_UND, .spsr = LOFT_SPSR_UND,
	.a32 = 4, .t32 = 2, .vector = VECTOR_UNDEF, .mask = PSR_AA32_I_BIT,
};

static const struct entry entry_pabt = {
	.mode = PSR_AA32_MODE_ABT, .lr = LOFT_X_LR_ABT, .spsr = LOFT_SPSR_ABT,
	.a32 = 4, .t32 = 4, .vector = VECTOR_PABT, .mask = PSR_AA32_A_BIT | PSR_AA32_I_BIT,
};

static const struct entry entry_dabt = {
	.mode = PSR_AA32_MODE_ABT, .lr = LOFT_X_LR_ABT, .spsr = LOFT_SPSR_ABT,
	.a32 = 8, .t32 = 8, .vector = VECTOR_DABT, .mask = PSR_AA32_A_BIT | PSR_AA32_I_BIT,
};

/* Single-step state is not AArch32's to see */
static u64 saved_pstate(u64 pstate)
{
	u64 spsr = pstate & ~(u64)(PSR_AA32_DIT_BIT | SPSR_DIT);

	return pstate & PSR_AA32_DIT_BIT ? spsr | SPSR_DIT : spsr;
}

/* Flags, GE, Q, DIT and the other masks stay; IT, J and IL are cleared; T, E and SSBS come from SCTLR, PAN maybe */
static u64 entry_pstate(const struct entry *entry, u64 old, u64 sctlr)
{
	u64 keep = PSR_AA32_N_BIT | PSR_AA32_Z_BIT | PSR_AA32_C_BIT | PSR_AA32_V_BIT | PSR_AA32_Q_BIT | PSR_AA32_GE_MASK |
		   PSR_AA32_DIT_BIT | PSR_AA32_PAN_BIT | PSR_AA32_A_BIT | PSR_AA32_I_BIT | PSR_AA32_F_BIT;
	u64 has = idreg_pstate_bits(), new = (old & keep) | entry->mask | entry->mode;

	if (sctlr & SCTLR_TE)
		new |= PSR_AA32_T_BIT;
	if (sctlr & SCTLR_EE)
		new |= PSR_AA32_E_BIT;
	if (has & PSR_PAN_BIT && !(sctlr & SCTLR_SPAN))
		new |= PSR_AA32_PAN_BIT;
	if (has & PSR_SSBS_BIT && sctlr & SCTLR_DSSBS)
		new |= PSR_AA32_SSBS_BIT;
	return new;
}

static void take_exception(struct loft_vcpu *vcpu, const struct entry *entry)
{
	struct loft_regs *regs = &vcpu->regs;
	u64 sctlr = regs->sys[LOFT_SCTLR_EL1], old = regs->pstate;

	regs->sys[entry->spsr] = saved_pstate(old);
	regs->x[entry->lr] = (u32)(regs->pc + (old & PSR_AA32_T_BIT ? entry->t32 : entry->a32));
	regs->pc = (sctlr & SCTLR_V ? VECTORS_HIGH : regs->sys[LOFT_VBAR_EL1] & VBAR_MASK) + entry->vector;
	regs->pstate = entry_pstate(entry, old, sctlr);
}

/**
 * inject32_undef() - the trapped instruction is undefined
 * @vcpu: the vCPU, evicted
 */
void inject32_undef(struct loft_vcpu *vcpu)
{
	take_exception(vcpu, &entry_undef);
}

/* Long descriptors: AArch64's codes, but that walks begin at level 1 */
static u64 status_long(u64 fsc)
{
	return FSR_LPAE | (fsc == FSC_WALK ? FSC_WALK + 1 : fsc);
}

/*
 * Short descriptors: two levels of tables, and no status for an address that is too large: the 40 bits which a
 * supersection can name are more than there is memory for, so nothing answers.
 */
static u64 status_short(u64 fsc)
{
	if ((fsc & ~(u64)ESR_ELx_FSC_LEVEL) != FSC_WALK)
		return FS_EXTERNAL;
	return (fsc & ESR_ELx_FSC_LEVEL) < 2 ? FS_EXTERNAL_WALK_1 : FS_EXTERNAL_WALK_2;
}

static bool abort_is_write(const struct loft_vcpu *vcpu)
{
	return vcpu->exit.kind == LOFT_EXIT_SYNC && ESR_ELx_EC(vcpu->exit.esr) == ESR_ELx_EC_DABT_LOW &&
	       vcpu->exit.esr & ESR_ELx_WNR;
}

/**
 * inject32_abort() - a prefetch or data abort
 * @vcpu: the vCPU, evicted
 * @iabt: prefetch abort
 * @far: address
 * @iss: fault status code of ESR_EL1: synchronous external abort, the same on a table walk, or address size fault at
 *	level 0; and FnV
 */
void inject32_abort(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, u64 iss)
{
	u64 *sys = vcpu->regs.sys, fsc = iss & ESR_ELx_FSC;
	u64 fsr = sys[LOFT_TCR_EL1] & TTBCR_LPAE ? status_long(fsc) : status_short(fsc);

	if (iabt) {
		sys[LOFT_IFSR32_EL2] = fsr;
		sys[LOFT_FAR_EL1] = (u32)sys[LOFT_FAR_EL1] | far.val << 32;
		take_exception(vcpu, &entry_pabt);
		return;
	}
	if (abort_is_write(vcpu))
		fsr |= FSR_WNR;
	if (iss & ISS_FNV)
		fsr |= FSR_FNV;
	sys[LOFT_ESR_EL1] = fsr;
	sys[LOFT_FAR_EL1] = (sys[LOFT_FAR_EL1] & ~(u64)U32_MAX) | (u32)far.val;
	take_exception(vcpu, &entry_dabt);
}
