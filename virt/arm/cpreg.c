// SPDX-License-Identifier: GPL-2.0-only
/*
 * The coprocessor registers of ARMv7 that trap, and how each behaves.
 *
 * What is not in the tables is UNDEFINED for a guest: PMU, trace, and implementation-defined registers but for those by
 * which software counts CPUs.
 */
#include <asm/cputype.h>
#include <asm/ptrace.h>
#include <loft/armv7.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "cpreg.h"

/* ID_PFR0: ThumbEE, whose registers trap */
#define PFR0_THUMBEE		GENMASK(15, 12)
/* ID_PFR1: the security and virtualization extensions are the host's */
#define PFR1_SECURITY		GENMASK(7, 4)
#define PFR1_VIRT		GENMASK(15, 12)
/* ID_DFR0: no debug, no trace, and a performance monitor that is none */
#define DFR0_GUEST		(0xf << 24)
/* CTR */
#define CTR_IMINLINE		GENMASK(3, 0)
#define CTR_DMINLINE_SHIFT	16
/* CLIDR: one level of separate caches: LoUU, LoC, LoUIS, Ctype1 */
#define CLIDR_GUEST		(1 << 27 | 1 << 24 | 1 << 21 | 3)
#define CSSELR_IND		BIT(0)
/* ACTLR of Cortex-A15 and A7: takes part in coherency. No bit of it is the guest's to change */
#define ACTLR_SMP		BIT(6)
#define L2CTLR_CPUS_SHIFT	24

static u32 ids[CPREG_NR_IDS];
static u32 fp_ids[8];

/**
 * struct cpreg - a coprocessor register
 * @cp: encoding, as CPREG() or CPREG64() makes it
 * @user: user mode may access it
 * @access: emulates it; false: the access is UNDEFINED
 */
struct cpreg {
	u32 cp;
	bool user;
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

static bool access_ctr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = read_cpuid_cachetype();
	return !access->write;
}

/*
 * The cache hierarchy a guest is told of is one level of one set of one way: a loop over sets and ways is one trap, which
 * takes all of the VM's memory to the point of coherency. See cacheid.c of arm64.
 */
bool cacheid_valid(u32 csselr)
{
	return csselr <= CSSELR_IND;
}

u64 cacheid_ccsidr(u32 csselr)
{
	u32 ctr = read_cpuid_cachetype();
	u32 words = (csselr & CSSELR_IND ? ctr : ctr >> CTR_DMINLINE_SHIFT) & CTR_IMINLINE;

	return !cacheid_valid(csselr) || words < 2 ? 0 : words - 2;
}

static bool access_ccsidr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = cacheid_ccsidr(vcpu->regs.sys[LOFT_CSSELR_EL1]);
	return !access->write;
}

static bool access_clidr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = CLIDR_GUEST;
	return !access->write;
}

static bool access_csselr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	if (access->write)
		vcpu->regs.sys[LOFT_CSSELR_EL1] = access->val & 0xf;
	else
		access->val = vcpu->regs.sys[LOFT_CSSELR_EL1];
	return true;
}

static bool access_actlr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = ACTLR_SMP;
	return true;
}

/* How many CPUs the cluster has: a field of two bits */
static bool access_l2ctlr(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = (min(vcpu->vm->nr_vcpus, 4U) - 1) << L2CTLR_CPUS_SHIFT;
	return true;
}

static bool access_dc_sw(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	if (!access->write)
		return false;
	fault_flush_vm(vcpu->vm);
	return true;
}

static bool access_cntpct(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	access->val = vtimer_count_p(vcpu);
	return !access->write;
}

/* A timer value is the signed 32-bit distance to the compare value. */
static bool access_cntp_tval(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	struct loft_timer_regs *p = &vcpu->timer.p;

	if (access->write)
		vtimer_p_write(vcpu, p->ctl, vtimer_count_p(vcpu) + (s64)(s32)access->val);
	else
		access->val = (u32)(p->cval - vtimer_count_p(vcpu));
	return true;
}

static bool access_cntp_ctl(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	if (access->write)
		vtimer_p_write(vcpu, access->val, vcpu->timer.p.cval);
	else
		access->val = vtimer_p_read_ctl(vcpu);
	return true;
}

static bool access_cntp_cval(struct loft_vcpu *vcpu, struct sysreg_access *access)
{
	if (access->write)
		vtimer_p_write(vcpu, vcpu->timer.p.ctl, access->val);
	else
		access->val = vcpu->timer.p.cval;
	return true;
}

static const struct cpreg cp15_32[] = {
	{ CPREG(0, 0, 0, 1), .access = access_ctr },
	/* No tightly-coupled memory; one TLB, of which nothing can be locked; no revision to tell. */
	{ CPREG(0, 0, 0, 2), .access = access_raz_ro },			/* TCMTR */
	{ CPREG(0, 0, 0, 3), .access = access_raz_ro },			/* TLBTR */
	{ CPREG(0, 0, 0, 6), .access = access_raz_ro },			/* REVIDR */
	{ CPREG(1, 0, 0, 0), .access = access_ccsidr },
	{ CPREG(1, 0, 0, 1), .access = access_clidr },
	{ CPREG(1, 0, 0, 7), .access = access_raz_ro },			/* AIDR */
	{ CPREG(2, 0, 0, 0), .access = access_csselr },
	{ CPREG(0, 1, 0, 1), .access = access_actlr },
	{ CPREG(0, 7, 6, 2), .access = access_dc_sw },			/* DCISW */
	{ CPREG(0, 7, 10, 2), .access = access_dc_sw },			/* DCCSW */
	{ CPREG(0, 7, 14, 2), .access = access_dc_sw },			/* DCCISW */
	{ CPREG(1, 9, 0, 2), .access = access_l2ctlr },
	/* No error of the L2 cache is pending. */
	{ CPREG(1, 9, 0, 3), .access = access_raz_wi },			/* L2ECTLR */
	{ CPREG(0, 14, 2, 0), .access = access_cntp_tval, .user = true },
	{ CPREG(0, 14, 2, 1), .access = access_cntp_ctl, .user = true },
};

static const struct cpreg cp15_64[] = {
	{ CPREG64(0, 14), .access = access_cntpct, .user = true },
	{ CPREG64(2, 14), .access = access_cntp_cval, .user = true },
};

static const struct {
	const struct cpreg *rows;
	size_t n;
} spaces[] = {
	[CPREG_CP15]	= { cp15_32, ARRAY_SIZE(cp15_32) },
	[CPREG_CP15_64]	= { cp15_64, ARRAY_SIZE(cp15_64) },
	[CPREG_CP10]	= {},
};

static const struct cpreg *cpreg_find(enum cpreg_space space, u32 cp)
{
	size_t i;

	for (i = 0; i < spaces[space].n; i++)
		if (spaces[space].rows[i].cp == cp)
			return &spaces[space].rows[i];
	return NULL;
}

static bool from_user(const struct loft_vcpu *vcpu)
{
	return (vcpu->regs.pstate & MODE_MASK) == USR_MODE;
}

/* The ID space; what came after the instruction set registers reads as zero */
static bool access_id(u32 cp, struct sysreg_access *access)
{
	unsigned int i = cp - CPREG(0, 0, 1, 0);

	access->val = i < CPREG_NR_IDS ? ids[i] : 0;
	return !access->write;
}

/*
 * Debug registers, all of opc1=0: DBGDIDR.Version says that there is no debug architecture; what is not there, RAZ/WI. So are
 * TEECR and TEEHBR, which trap by HSTR.TTEE: an emulated CPU was seen that shows ID_PFR0 to guests although HCR.TID3 is set.
 */
static bool access_cp14(u32 cp, struct sysreg_access *access)
{
	access->val = 0;
	return cp < CPREG(1, 0, 0, 0) || cp == CPREG(6, 0, 0, 0) || cp == CPREG(6, 1, 0, 0);
}

/**
 * cpreg_emulate() - carry out a guest's access to a coprocessor register
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

	if (space == CPREG_CP14 || space == CPREG_CP14_64)
		return access_cp14(cp, access);
	if (space == CPREG_CP15 && cp >= CPREG(0, 0, 1, 0) && cp <= CPREG(0, 0, 7, 7))
		return !from_user(vcpu) && access_id(cp, access);
	/* VMRS: the register is CRn, the rest of the syndrome is fixed */
	if (space == CPREG_CP10) {
		access->val = fp_ids[cp >> 7 & 7];
		return !access->write && !from_user(vcpu);
	}
	reg = cpreg_find(space, cp);
	if (!reg || (from_user(vcpu) && !reg->user))
		return false;
	return reg->access(vcpu, access);
}

u32 cpreg_id(unsigned int i)
{
	return ids[i];
}

u32 cpreg_clidr(void)
{
	return CLIDR_GUEST;
}

u32 cpreg_fp_id(unsigned int crn)
{
	return fp_ids[crn];
}

/**
 * cpreg_init() - read the host's ID registers, without what guests do not have
 */
void cpreg_init(void)
{
	ids[0] = read_cpuid_ext(CPUID_EXT_PFR0) & ~PFR0_THUMBEE;
	ids[1] = read_cpuid_ext(CPUID_EXT_PFR1) & ~(PFR1_SECURITY | PFR1_VIRT);
	ids[2] = DFR0_GUEST;
	ids[3] = 0;	/* ID_AFR0: implementation defined */
	ids[4] = read_cpuid_ext(CPUID_EXT_MMFR0);
	ids[5] = read_cpuid_ext(CPUID_EXT_MMFR1);
	ids[6] = read_cpuid_ext(CPUID_EXT_MMFR2);
	ids[7] = read_cpuid_ext(CPUID_EXT_MMFR3);
	ids[8] = read_cpuid_ext(CPUID_EXT_ISAR0);
	ids[9] = read_cpuid_ext(CPUID_EXT_ISAR1);
	ids[10] = read_cpuid_ext(CPUID_EXT_ISAR2);
	ids[11] = read_cpuid_ext(CPUID_EXT_ISAR3);
	ids[12] = read_cpuid_ext(CPUID_EXT_ISAR4);
	ids[13] = read_cpuid_ext(CPUID_EXT_ISAR5);
	fp_ids[0] = backend_fpsid();
	fp_ids[6] = backend_mvfr1();
	fp_ids[7] = backend_mvfr0();
}
