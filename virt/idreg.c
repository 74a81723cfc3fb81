// SPDX-License-Identifier: GPL-2.0-only
/*
 * ID registers as a guest sees them: what every CPU of the host has, less what Loft does not virtualise.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <asm/cpufeature.h>
#include <asm/debug-monitors.h>
#include <asm/ptrace.h>
#include <loft/backend.h>
#include <loft/vm.h>
#include <loft/vgic.h>
#include "sysreg.h"

/**
 * struct idreg - how to make one ID register
 * @keep: fields that pass from the hardware to the guest; the host's value is read only if there are any.
 *	A list of what passes, so that what a future CPU adds stays hidden until somebody has thought about it
 * @limit: narrow values that Loft supports in part, add what the VM brings
 * @aa32: RAZ unless EL0 can run AArch32
 */
struct idreg {
	u64 keep;
	u64 (*limit)(struct loft_vm *vm, u64 val);
	bool aa32;
};

#define FIELD(reg, field)	SYS_FIELD_MASK(ID_##reg##_EL1_##field)
#define SYS_FIELD_MASK(f)	((u64)f##_MASK)
#define ALL32			GENMASK_ULL(31, 0)

/* An unsigned field no larger than @max */
static u64 field_limit(u64 val, u64 mask, u64 max)
{
	u64 limit = max << __ffs(mask);

	return (val & ~mask) | min(val & mask, limit);
}

static u64 field_set(u64 val, u64 mask, u64 field)
{
	return (val & ~mask) | (field << __ffs(mask));
}

/*
 * Until the first run a VM may still get its GICv3: userspace that reads ID registers early, to write
 * them back later, has to see the value that will hold.
 */
static u64 gic_field(struct loft_vm *vm)
{
	if (loft_caps.gic != 3)
		return 0;
	return !vm->ran || vgic_present(vm);
}

static u64 pfr0_limit(struct loft_vm *vm, u64 val)
{
	val = field_set(val, FIELD(AA64PFR0, EL1), 1);	/* AArch64 only */
	val = field_set(val, FIELD(AA64PFR0, GIC), gic_field(vm));
	val = field_limit(val, FIELD(AA64PFR0, CSV2), 1);	/* more would promise SCXTNUM_ELx */
	return field_limit(val, FIELD(AA64PFR0, RAS), loft_caps.ras);
}

static u64 dfr0_limit(struct loft_vm *vm, u64 val)
{
	return field_limit(val, FIELD(AA64DFR0, DebugVer), ID_AA64DFR0_EL1_DebugVer_V8P2);
}

/* PARange: what hardware has, and no more than the VM's IPA space needs */
static u64 mmfr0_limit(struct loft_vm *vm, u64 val)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52, 56 };
	unsigned int range = 0;

	while (range < ARRAY_SIZE(bits) - 1 && bits[range] < vm->stage2.ia_bits)
		range++;
	return field_limit(val, FIELD(AA64MMFR0, PARANGE), range);
}

static u64 mmfr1_limit(struct loft_vm *vm, u64 val)
{
	return field_limit(val, FIELD(AA64MMFR1, HAFDBS), ID_AA64MMFR1_EL1_HAFDBS_DBM);
}

/* IESB is a part of RAS */
static u64 mmfr2_limit(struct loft_vm *vm, u64 val)
{
	return loft_caps.ras ? val : val & ~FIELD(AA64MMFR2, IESB);
}

static u64 aa32_pfr0_limit(struct loft_vm *vm, u64 val)
{
	return field_limit(val, FIELD(PFR0, RAS), loft_caps.ras);
}

/*
 * An EL1 in AArch32 has the programmers' model with its modes (ProgMod). It has no security and virtualisation
 * extensions, but of both what every ARMv8 EL1 has: VBAR and TTBCR.PDn, ERET and the banked forms of MSR and MRS.
 */
static u64 aa32_pfr1_limit(struct loft_vm *vm, u64 val)
{
	if (READ_ONCE(vm->el1_width) == 32) {
		val = field_set(val, FIELD(PFR1, ProgMod), 1);
		val = field_set(val, FIELD(PFR1, Sec_frac), 1);
		val = field_set(val, FIELD(PFR1, Virt_frac), 1);
	}
	return field_set(val, FIELD(PFR1, GIC), gic_field(vm));
}

static u64 aa32_dfr0_limit(struct loft_vm *vm, u64 val)
{
	return field_limit(val, FIELD(DFR0, CopDbg), ID_DFR0_EL1_CopDbg_Debugv8p2);
}

#define IDREG(name)	[(SYS_ID_##name##_EL1 - IDREG_FIRST) >> Op2_shift]
#define MVFR(n)		[(SYS_MVFR##n##_EL1 - IDREG_FIRST) >> Op2_shift]

/* Registers without a row read as zero: unallocated, or describing nothing but features that are hidden. */
static const struct idreg idregs[IDREG_COUNT] = {
	/* The virtualisation and security extensions are not there for a guest, nor PMU, trace and AMU. */
	IDREG(PFR0)	= { FIELD(PFR0, State0) | FIELD(PFR0, State1) | FIELD(PFR0, State2) | FIELD(PFR0, State3) |
			    FIELD(PFR0, CSV2) | FIELD(PFR0, DIT) | FIELD(PFR0, RAS), aa32_pfr0_limit, true },
	IDREG(PFR1)	= { FIELD(PFR1, GenTimer), aa32_pfr1_limit, true },
	IDREG(PFR2)	= { FIELD(PFR2, CSV3) | FIELD(PFR2, SSBS), NULL, true },
	IDREG(DFR0)	= { FIELD(DFR0, CopDbg), aa32_dfr0_limit, true },
	IDREG(MMFR0)	= { ALL32, NULL, true },
	IDREG(MMFR1)	= { ALL32, NULL, true },
	IDREG(MMFR2)	= { ALL32, NULL, true },
	IDREG(MMFR3)	= { ALL32, NULL, true },
	IDREG(MMFR4)	= { FIELD(MMFR4, SpecSEI) | FIELD(MMFR4, AC2) | FIELD(MMFR4, CnP) | FIELD(MMFR4, HPDS) |
			    FIELD(MMFR4, LSM), NULL, true },
	IDREG(MMFR5)	= { FIELD(MMFR5, ETS), NULL, true },
	IDREG(ISAR0)	= { ALL32, NULL, true },
	IDREG(ISAR1)	= { ALL32, NULL, true },
	IDREG(ISAR2)	= { ALL32, NULL, true },
	IDREG(ISAR3)	= { ALL32, NULL, true },
	IDREG(ISAR4)	= { ALL32, NULL, true },
	IDREG(ISAR5)	= { ALL32, NULL, true },
	IDREG(ISAR6)	= { ALL32, NULL, true },
	MVFR(0)		= { ALL32, NULL, true },
	MVFR(1)		= { ALL32, NULL, true },
	MVFR(2)		= { ALL32, NULL, true },

	/* No EL2, EL3, SVE, SME, MTE, AMU, MPAM, GCS, NMI. */
	IDREG(AA64PFR0)	= { FIELD(AA64PFR0, EL0) | FIELD(AA64PFR0, EL1) | FIELD(AA64PFR0, FP) |
			    FIELD(AA64PFR0, AdvSIMD) | FIELD(AA64PFR0, RAS) | FIELD(AA64PFR0, DIT) |
			    FIELD(AA64PFR0, CSV2) | FIELD(AA64PFR0, CSV3), pfr0_limit },
	IDREG(AA64PFR1)	= { FIELD(AA64PFR1, BT) | FIELD(AA64PFR1, SSBS) },
	/* Self-hosted debug. No PMU, SPE, trace, BRBE. */
	IDREG(AA64DFR0)	= { FIELD(AA64DFR0, DebugVer) | FIELD(AA64DFR0, BRPs) | FIELD(AA64DFR0, WRPs) |
			    FIELD(AA64DFR0, CTX_CMPs) | FIELD(AA64DFR0, DoubleLock), dfr0_limit },
	/* Instructions without system state of their own pass; TME, LS64, XS, PAuth, MOPS and WFxT do not. */
	IDREG(AA64ISAR0) = { FIELD(AA64ISAR0, RNDR) | FIELD(AA64ISAR0, TLB) | FIELD(AA64ISAR0, TS) |
			     FIELD(AA64ISAR0, FHM) | FIELD(AA64ISAR0, DP) | FIELD(AA64ISAR0, SM4) |
			     FIELD(AA64ISAR0, SM3) | FIELD(AA64ISAR0, SHA3) | FIELD(AA64ISAR0, RDM) |
			     FIELD(AA64ISAR0, ATOMIC) | FIELD(AA64ISAR0, CRC32) | FIELD(AA64ISAR0, SHA2) |
			     FIELD(AA64ISAR0, SHA1) | FIELD(AA64ISAR0, AES) },
	IDREG(AA64ISAR1) = { FIELD(AA64ISAR1, DPB) | FIELD(AA64ISAR1, JSCVT) | FIELD(AA64ISAR1, FCMA) |
			     FIELD(AA64ISAR1, LRCPC) | FIELD(AA64ISAR1, FRINTTS) | FIELD(AA64ISAR1, SB) |
			     FIELD(AA64ISAR1, SPECRES) | FIELD(AA64ISAR1, BF16) | FIELD(AA64ISAR1, DGH) |
			     FIELD(AA64ISAR1, I8MM) },
	IDREG(AA64ISAR2) = { FIELD(AA64ISAR2, RPRES) | FIELD(AA64ISAR2, BC) | FIELD(AA64ISAR2, CLRBHB) |
			     FIELD(AA64ISAR2, RPRFM) | FIELD(AA64ISAR2, CSSC) | FIELD(AA64ISAR2, LUT) },
	IDREG(AA64ISAR3) = { FIELD(AA64ISAR3, FAMINMAX) },
	/* No ECV, no FGT, and nothing about stage 2. */
	IDREG(AA64MMFR0) = { FIELD(AA64MMFR0, PARANGE) | FIELD(AA64MMFR0, ASIDBITS) | FIELD(AA64MMFR0, BIGEND) |
			     FIELD(AA64MMFR0, SNSMEM) | FIELD(AA64MMFR0, BIGENDEL0) |
			     FIELD(AA64MMFR0, TGRAN16) | FIELD(AA64MMFR0, TGRAN64) | FIELD(AA64MMFR0, TGRAN4) |
			     FIELD(AA64MMFR0, EXS), mmfr0_limit },
	/* No VHE, VMIDs, LORegions, and nothing that HCRX_EL2 would have to enable. */
	IDREG(AA64MMFR1) = { FIELD(AA64MMFR1, HAFDBS) | FIELD(AA64MMFR1, HPDS) | FIELD(AA64MMFR1, PAN) |
			     FIELD(AA64MMFR1, SpecSEI) | FIELD(AA64MMFR1, ETS) | FIELD(AA64MMFR1, AFP) |
			     FIELD(AA64MMFR1, nTLBPA) | FIELD(AA64MMFR1, ECBHB), mmfr1_limit },
	/* No CCIDX: CCSIDR_EL1 is made up in the 32-bit format. */
	IDREG(AA64MMFR2) = { FIELD(AA64MMFR2, CnP) | FIELD(AA64MMFR2, UAO) | FIELD(AA64MMFR2, LSM) |
			     FIELD(AA64MMFR2, IESB) | FIELD(AA64MMFR2, VARange) | FIELD(AA64MMFR2, ST) |
			     FIELD(AA64MMFR2, AT) | FIELD(AA64MMFR2, IDS) | FIELD(AA64MMFR2, TTL) |
			     FIELD(AA64MMFR2, BBM) | FIELD(AA64MMFR2, E0PD), mmfr2_limit },
};

bool idreg_aarch32_el0(void)
{
	u64 el0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1) & FIELD(AA64PFR0, EL0);

	return el0 == (2ULL << __ffs(FIELD(AA64PFR0, EL0)));
}

/**
 * idreg_read() - the guest's value of a register of the ID space
 * @vm: the VM
 * @enc: its encoding, idreg_match() holds
 */
u64 idreg_read(struct loft_vm *vm, u32 enc)
{
	const struct idreg *reg = &idregs[(enc - IDREG_FIRST) >> Op2_shift];
	u64 val;

	if (!reg->keep || (reg->aa32 && !idreg_aarch32_el0()))
		return 0;
	val = read_sanitised_ftr_reg(enc) & reg->keep;
	return reg->limit ? reg->limit(vm, val) : val;
}

/* Where a register tells of the interrupt controller, which is certain only at the first run */
static u64 idreg_gic_field(u32 enc)
{
	if (enc == SYS_ID_AA64PFR0_EL1)
		return FIELD(AA64PFR0, GIC);
	return enc == SYS_ID_PFR1_EL1 ? FIELD(PFR1, GIC) : 0;
}

/**
 * idreg_freeze() - keep the values for reads that are answered without idreg_read()
 * @vm: the VM, about to run for the first time; vm->lock held
 */
void idreg_freeze(struct loft_vm *vm)
{
	unsigned int i;

	for (i = 0; i < IDREG_COUNT; i++) {
		u32 enc = idreg_enc(i);

		vm->idregs[i] = idreg_read(vm, enc);
		if (!vgic_present(vm))
			vm->idregs[i] &= ~idreg_gic_field(enc);
	}
}

/**
 * idreg_write() - userspace restores a register of the ID space
 * @vm: the VM
 * @enc: its encoding, idreg_match() holds
 * @val: the value
 *
 * Return: 0 if it is the value the guest sees anyway, -EINVAL otherwise. GIC fields are not compared: they
 * follow the VM's interrupt controller, which may come or go between save and restore.
 */
int idreg_write(struct loft_vm *vm, u32 enc, u64 val)
{
	return (val ^ idreg_read(vm, enc)) & ~idreg_gic_field(enc) ? -EINVAL : 0;
}

/**
 * idreg_pstate_bits() - PSTATE as far as this machine implements it
 *
 * Return: the bits of an AArch64 SPSR_ELx (Arm ARM C5.2.19) that a guest may have set.
 */
u64 idreg_pstate_bits(void)
{
	u64 bits = PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT | DBG_SPSR_SS | PSR_IL_BIT | PSR_D_BIT | PSR_A_BIT |
		   PSR_I_BIT | PSR_F_BIT | PSR_MODE32_BIT | PSR_MODE_MASK;

	if (read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1) & FIELD(AA64PFR0, DIT))
		bits |= PSR_DIT_BIT;
	if (read_sanitised_ftr_reg(SYS_ID_AA64PFR1_EL1) & FIELD(AA64PFR1, SSBS))
		bits |= PSR_SSBS_BIT;
	if (read_sanitised_ftr_reg(SYS_ID_AA64PFR1_EL1) & FIELD(AA64PFR1, BT))
		bits |= PSR_BTYPE_MASK;
	if (read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1) & FIELD(AA64MMFR1, PAN))
		bits |= PSR_PAN_BIT;
	if (read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1) & FIELD(AA64MMFR2, UAO))
		bits |= PSR_UAO_BIT;
	return bits;
}
