// SPDX-License-Identifier: GPL-2.0-only
/*
 * The coprocessor registers of AArch32 that trap, each by the AArch64 register that it is or is a half of.
 *
 * What is not in these tables, nor in the ID space, is UNDEFINED for a guest, as in sysreg_table.c: PMU, trace, AMU and
 * implementation-defined registers, and the GIC's CPU interface where there is none.
 */
#include <linux/errno.h>
#include <asm/cpufeature.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "sysreg.h"

/* @who: besides privileged modes. DCC: user mode too, unless DBGDSCRext.UDCCdis says no */
enum cpreg_who {
	PRIVILEGED,
	USER,
	USER_DCC,
};

/* @half: of a 64-bit register with other contents in the other half */
enum cpreg_half {
	WHOLE,
	LOW,
	HIGH,
};

/**
 * struct cpreg - a coprocessor register
 * @cp: encoding, as CPREG() or CPREG64() makes it
 * @enc: the AArch64 register; sysreg_table.c has the rest
 * @half: which part of it
 * @who: who may access it
 * @access: emulates it where AArch64 has no such register; false: the access is UNDEFINED
 */
struct cpreg {
	u32 cp;
	u32 enc;
	enum cpreg_half half;
	enum cpreg_who who;
	bool (*access)(struct loft_vcpu *vcpu, struct sysreg_access *access);
};

static bool access_raz_wi(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = 0;
	return true;
}

static bool access_raz_ro(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = 0;
	return !access->write;
}

#define AA64DFR0_DEBUGVER	GENMASK_ULL(3, 0)
#define AA64DFR0_BRPS		GENMASK_ULL(15, 12)
#define AA64DFR0_WRPS		GENMASK_ULL(23, 20)
#define AA64DFR0_CTX_CMPS	GENMASK_ULL(31, 28)

/* DBGDIDR: the counts of ID_AA64DFR0_EL1, and its version, in other places. No EL3 for it to speak of */
static bool access_dbgdidr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	u64 dfr = idreg_read(vcpu->vm, SYS_ID_AA64DFR0_EL1);

	access->val = (dfr & AA64DFR0_WRPS) >> 20 << 28 | (dfr & AA64DFR0_BRPS) >> 12 << 24 |
		      (dfr & AA64DFR0_CTX_CMPS) >> 28 << 20 | (dfr & AA64DFR0_DEBUGVER) << 16;
	return !access->write;
}

#define DSCR_UDCCDIS		BIT_ULL(12)
#define DSCR_VIEW		(BIT_ULL(15) | DSCR_UDCCDIS | GENMASK_ULL(5, 2))

/* DBGDSCRint: MDBGen, UDCCdis and MOE of DBGDSCRext, read-only. The data registers are never full */
static bool access_dbgdscrint(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = vcpu->regs.sys[LOFT_MDSCR_EL1] & DSCR_VIEW;
	return !access->write;
}

/* Vector catch: FIQ, IRQ, data and prefetch abort, SVC and UNDEF of EL1, which are all without EL3 */
#define DBGVCR_BITS		0xdeULL

static bool access_dbgvcr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	if (access->write)
		vcpu->regs.sys[LOFT_DBGVCR32_EL2] = access->val & DBGVCR_BITS;
	else
		access->val = vcpu->regs.sys[LOFT_DBGVCR32_EL2];
	return true;
}

/* CP14 has its debug registers under the numbers that op0=2 op1=0 has in AArch64 */
#define DBG_CP(crn, crm, opc2)	.cp = CPREG(0, crn, crm, opc2)
#define DBG(crn, crm, opc2)	{ DBG_CP(crn, crm, opc2), .enc = sys_reg(2, 0, crn, crm, opc2) }
/* Breakpoint value, control, and the upper half of the value; watchpoint value and control */
#define DBG_PAIR(n)	{ DBG_CP(0, n, 4), .enc = SYS_DBGBVRn_EL1(n), .half = LOW }, \
			{ DBG_CP(0, n, 5), .enc = SYS_DBGBCRn_EL1(n) }, \
			{ DBG_CP(1, n, 1), .enc = SYS_DBGBVRn_EL1(n), .half = HIGH }, \
			{ DBG_CP(0, n, 6), .enc = SYS_DBGWVRn_EL1(n) }, \
			{ DBG_CP(0, n, 7), .enc = SYS_DBGWCRn_EL1(n) }

static const struct cpreg cp14_32[] = {
	{ DBG_CP(0, 0, 0), .access = access_dbgdidr, .who = USER_DCC },
	{ DBG_CP(0, 1, 0), .access = access_dbgdscrint, .who = USER_DCC },
	DBG(0, 2, 0),			/* DBGDCCINT: MDCCINT_EL1 */
	DBG(0, 2, 2),			/* DBGDSCRext: MDSCR_EL1 */
	/* The debug communications channel and external debug have nobody at the other end: RAZ/WI. */
	DBG(0, 0, 2),			/* DBGDTRRXext */
	DBG(0, 3, 2),			/* DBGDTRTXext */
	DBG(0, 6, 2),			/* DBGOSECCR */
	{ DBG_CP(0, 5, 0), .access = access_raz_wi, .who = USER_DCC },	/* DBGDTRRXint, DBGDTRTXint */
	/* Where a watchpoint hit is in DFAR since v7.1. */
	{ DBG_CP(0, 6, 0), .access = access_raz_wi },			/* DBGWFAR */
	{ DBG_CP(0, 7, 0), .access = access_dbgvcr },
	DBG_PAIR(0), DBG_PAIR(1), DBG_PAIR(2), DBG_PAIR(3), DBG_PAIR(4), DBG_PAIR(5), DBG_PAIR(6), DBG_PAIR(7),
	DBG_PAIR(8), DBG_PAIR(9), DBG_PAIR(10), DBG_PAIR(11), DBG_PAIR(12), DBG_PAIR(13), DBG_PAIR(14), DBG_PAIR(15),
	/* No ROM table to point at, and no offset from it to here. */
	{ DBG_CP(1, 0, 0), .access = access_raz_ro, .who = USER_DCC },	/* DBGDRAR */
	{ DBG_CP(2, 0, 0), .access = access_raz_ro, .who = USER_DCC },	/* DBGDSAR */
	DBG(1, 0, 4),			/* DBGOSLAR */
	DBG(1, 1, 4),			/* DBGOSLSR */
	DBG(1, 3, 4),			/* DBGOSDLR */
	DBG(1, 4, 4),			/* DBGPRCR */
	DBG(7, 8, 6),			/* DBGCLAIMSET */
	DBG(7, 9, 6),			/* DBGCLAIMCLR */
	DBG(7, 14, 6),			/* DBGAUTHSTATUS */
	/* No sampling of the PC, no address masks in breakpoints: nothing beyond DBGDIDR. */
	{ DBG_CP(7, 0, 7), .access = access_raz_ro },			/* DBGDEVID2 */
	{ DBG_CP(7, 1, 7), .access = access_raz_ro },			/* DBGDEVID1 */
	{ DBG_CP(7, 2, 7), .access = access_raz_ro },			/* DBGDEVID */
};

static const struct cpreg cp14_64[] = {
	/* As by 32-bit transfers */
	{ CPREG64(0, 1), .access = access_raz_ro, .who = USER_DCC },	/* DBGDRAR */
	{ CPREG64(0, 2), .access = access_raz_ro, .who = USER_DCC },	/* DBGDSAR */
};

static const struct cpreg cp15_32[] = {
	{ CPREG(0, 0, 0, 1), .enc = SYS_CTR_EL0 },
	/* No tightly-coupled memory; one TLB, of which nothing can be locked. */
	{ CPREG(0, 0, 0, 2), .access = access_raz_ro },			/* TCMTR */
	{ CPREG(0, 0, 0, 3), .access = access_raz_ro },			/* TLBTR */
	{ CPREG(0, 0, 0, 6), .enc = SYS_REVIDR_EL1 },
	{ CPREG(1, 0, 0, 0), .enc = SYS_CCSIDR_EL1 },
	{ CPREG(1, 0, 0, 1), .enc = SYS_CLIDR_EL1 },
	{ CPREG(1, 0, 0, 7), .enc = SYS_AIDR_EL1 },
	{ CPREG(2, 0, 0, 0), .enc = SYS_CSSELR_EL1 },
	{ CPREG(0, 1, 0, 1), .enc = SYS_ACTLR_EL1 },
	/* The upper half of ACTLR_EL1, which is RAZ/WI: its bits would be those of another machine. */
	{ CPREG(0, 1, 0, 3), .access = access_raz_wi },			/* ACTLR2 */
	{ CPREG(0, 5, 3, 0), .enc = SYS_ERRIDR_EL1 },
	{ CPREG(0, 5, 3, 1), .enc = SYS_ERRSELR_EL1 },
	{ CPREG(0, 5, 4, 0), .enc = SYS_ERXFR_EL1 },
	{ CPREG(0, 5, 4, 1), .enc = SYS_ERXCTLR_EL1 },
	{ CPREG(0, 5, 4, 2), .enc = SYS_ERXSTATUS_EL1 },
	{ CPREG(0, 5, 4, 3), .enc = SYS_ERXADDR_EL1 },
	{ CPREG(0, 5, 4, 4), .enc = SYS_ERXFR_EL1, .half = HIGH },	/* ERXFR2 */
	{ CPREG(0, 5, 4, 5), .enc = SYS_ERXCTLR_EL1, .half = HIGH },	/* ERXCTLR2 */
	{ CPREG(0, 5, 4, 7), .enc = SYS_ERXADDR_EL1, .half = HIGH },	/* ERXADDR2 */
	{ CPREG(0, 5, 5, 0), .enc = SYS_ERXMISC0_EL1 },
	{ CPREG(0, 5, 5, 1), .enc = SYS_ERXMISC0_EL1, .half = HIGH },	/* ERXMISC1 */
	{ CPREG(0, 5, 5, 4), .enc = SYS_ERXMISC1_EL1 },			/* ERXMISC2 */
	{ CPREG(0, 5, 5, 5), .enc = SYS_ERXMISC1_EL1, .half = HIGH },	/* ERXMISC3 */
	{ CPREG(0, 7, 6, 2), .enc = SYS_DC_ISW },			/* DCISW */
	{ CPREG(0, 7, 10, 2), .enc = SYS_DC_CSW },			/* DCCSW */
	{ CPREG(0, 7, 14, 2), .enc = SYS_DC_CISW },			/* DCCISW */
	{ CPREG(0, 12, 12, 5), .enc = SYS_ICC_SRE_EL1 },
	{ CPREG(0, 14, 2, 0), .enc = SYS_CNTP_TVAL_EL0, .who = USER },
	{ CPREG(0, 14, 2, 1), .enc = SYS_CNTP_CTL_EL0, .who = USER },
};

static const struct cpreg cp15_64[] = {
	{ CPREG64(0, 12), .enc = SYS_ICC_SGI1R_EL1 },
	{ CPREG64(1, 12), .enc = SYS_ICC_ASGI1R_EL1 },
	{ CPREG64(2, 12), .enc = SYS_ICC_SGI0R_EL1 },
	{ CPREG64(0, 14), .enc = SYS_CNTPCT_EL0, .who = USER },
	{ CPREG64(2, 14), .enc = SYS_CNTP_CVAL_EL0, .who = USER },
	{ CPREG64(8, 14), .enc = SYS_CNTPCTSS_EL0, .who = USER },
};

/* VMRS: the register is CRn, the rest of the syndrome is fixed */
static const struct cpreg cp10[] = {
	{ CPREG(7, 5, 0, 0), .enc = SYS_MVFR2_EL1 },
	{ CPREG(7, 6, 0, 0), .enc = SYS_MVFR1_EL1 },
	{ CPREG(7, 7, 0, 0), .enc = SYS_MVFR0_EL1 },
};

static const struct {
	const struct cpreg *rows;
	size_t n;
} spaces[] = {
	[CPREG_CP14]	= { cp14_32, ARRAY_SIZE(cp14_32) },
	[CPREG_CP14_64]	= { cp14_64, ARRAY_SIZE(cp14_64) },
	[CPREG_CP15]	= { cp15_32, ARRAY_SIZE(cp15_32) },
	[CPREG_CP15_64]	= { cp15_64, ARRAY_SIZE(cp15_64) },
	[CPREG_CP10]	= { cp10, ARRAY_SIZE(cp10) },
};

static const struct cpreg *cpreg_find(enum cpreg_space space, u32 cp)
{
	size_t i;

	for (i = 0; i < spaces[space].n; i++)
		if (spaces[space].rows[i].cp == cp)
			return &spaces[space].rows[i];
	return NULL;
}

static bool cpreg_is_id(enum cpreg_space space, u32 cp)
{
	return space == CPREG_CP15 && cp >= CPREG(0, 0, 1, 0) && cp <= CPREG(0, 0, 7, 7);
}

/*
 * The ID space has AArch64's numbers. What came with AArch64 after the instruction set registers, AArch32 has as
 * zero, but for ID_PFR2, ID_DFR1 and ID_MMFR5.
 */
static u64 cpreg_read_id(struct loft_vm *vm, u32 cp)
{
	if (cp > CPREG(0, 0, 3, 6) || (cp >= CPREG(0, 0, 3, 0) && cp < CPREG(0, 0, 3, 4)))
		return 0;
	return (u32)idreg_read(vm, sys_reg(3, 0, 0, cp >> 3 & 0xf, cp & 7));
}

/* The other half keeps what it has: bits [63:32] of the AArch64 register are not those of this one */
static bool cpreg_access_half(struct loft_vcpu *vcpu, const struct cpreg *reg, struct sysreg_access *access)
{
	unsigned int shift = reg->half == HIGH ? 32 : 0;
	struct sysreg_access whole = {};

	if (!sysreg_emulate(vcpu, reg->enc, &whole))
		return false;
	if (!access->write) {
		access->val = (u32)(whole.val >> shift);
		return true;
	}
	whole.write = true;
	whole.val = (whole.val & ~((u64)U32_MAX << shift)) | (access->val & U32_MAX) << shift;
	return sysreg_emulate(vcpu, reg->enc, &whole);
}

static bool cpreg_allowed(const struct loft_vcpu *vcpu, enum cpreg_who who)
{
	if ((vcpu->regs.pstate & (PSR_MODE32_BIT | PSR_MODE_MASK)) != PSR_AA32_MODE_USR)
		return true;
	return who == USER || (who == USER_DCC && !(vcpu->regs.sys[LOFT_MDSCR_EL1] & DSCR_UDCCDIS));
}

/**
 * cpreg_emulate() - carry out an AArch32 guest's access to a coprocessor register
 * @vcpu: the vCPU
 * @space: which registers @cp numbers
 * @cp: encoding, as CPREG() makes it
 * @access: the access
 *
 * Return: false if it is UNDEFINED.
 */
bool cpreg_emulate(struct loft_vcpu *vcpu, enum cpreg_space space, u32 cp, struct sysreg_access *access)
{
	const struct cpreg *reg;

	if (cpreg_is_id(space, cp)) {
		access->val = cpreg_read_id(vcpu->vm, cp);
		return !access->write && cpreg_allowed(vcpu, PRIVILEGED);
	}
	reg = cpreg_find(space, cp);
	if (!reg || !cpreg_allowed(vcpu, reg->who))
		return false;
	if (reg->access)
		return reg->access(vcpu, access);
	if (reg->half != WHOLE)
		return cpreg_access_half(vcpu, reg, access);
	return sysreg_emulate(vcpu, reg->enc, access);
}
