// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of emulated system registers, and how each behaves.
 *
 * What is not in the table, nor in the ID space, is UNDEFINED for a guest: PMU, trace, SPE, AMU, LORegions, SVE, SME,
 * MTE, pointer authentication, TCR2 and permission indirection are hidden by the ID registers, and
 * implementation-defined registers belong to another machine.
 */
#include <linux/errno.h>
#include <asm/cpufeature.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "sysreg.h"

static bool access_raz_wi(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	access->val = 0;
	return true;
}

static bool access_raz_ro(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	access->val = 0;
	return !access->write;
}

/* Reads what userspace reads */
static bool access_ro(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	access->val = reg->get ? reg->get(vcpu, reg) : vcpu->regs.sys[reg->index];
	return !access->write;
}

static u64 get_zero(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	return 0;
}

static int set_same(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val)
{
	return val == (reg->get ? reg->get(vcpu, reg) : vcpu->regs.sys[reg->index]) ? 0 : -EINVAL;
}

static bool have_ras(const struct sysreg *reg)
{
	return loft_caps.ras;
}

static bool have_el1_32bit(const struct sysreg *reg)
{
	return loft_caps.el1_32bit;
}

/*
 * Set/way maintenance means "the whole cache" to software that knows no better, and nothing once lines may move
 * between CPUs. Taking the VM's whole memory to the point of coherency is the one reading that is always right.
 */
static bool access_dc_sw(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (!access->write)
		return false;
	if (!loft_caps.fwb)
		fault_flush_vm(vcpu->vm);
	return true;
}

/* Breakpoints and watchpoints: the register number is CRm, the kind is Op2. */

#define DBGCR_E			BIT_ULL(0)
#define DBGCR_PMC		GENMASK_ULL(2, 1)
#define DBGCR_LBN		GENMASK_ULL(19, 16)
#define DBGBCR_BAS		GENMASK_ULL(8, 5)
#define DBGBCR_BT		GENMASK_ULL(22, 20)
#define DBGWCR_LSC		GENMASK_ULL(4, 3)
#define DBGWCR_BAS		GENMASK_ULL(12, 5)
#define DBGWCR_WT		BIT_ULL(20)
#define DBGWCR_MASK		GENMASK_ULL(28, 24)

/*
 * HMC and SSC stay 0, and so does BT's top bit: with them a guest could name EL2, the secure state or a VMID, none
 * of which exist for it.
 */
#define DBGBCR_BITS		(DBGCR_E | DBGCR_PMC | DBGBCR_BAS | DBGCR_LBN | DBGBCR_BT)
#define DBGWCR_BITS		(DBGCR_E | DBGCR_PMC | DBGWCR_LSC | DBGWCR_BAS | DBGCR_LBN | DBGWCR_WT | DBGWCR_MASK)

static u64 *debug_slot(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	struct loft_debug_regs *dbg = &vcpu->regs.dbg;
	unsigned int n = sys_reg_CRm(reg->enc);

	switch (sys_reg_Op2(reg->enc)) {
	case DBG_OP2_BVR:
		return &dbg->bvr[n];
	case DBG_OP2_BCR:
		return &dbg->bcr[n];
	case DBG_OP2_WVR:
		return &dbg->wvr[n];
	default:
		return &dbg->wcr[n];
	}
}

u64 sysreg_debug_bits(unsigned int op2)
{
	switch (op2) {
	case DBG_OP2_BVR:
		return ~0ULL;
	case DBG_OP2_BCR:
		return DBGBCR_BITS;
	case DBG_OP2_WVR:
		return ~3ULL;
	default:
		return DBGWCR_BITS;
	}
}

static bool have_debug(const struct sysreg *reg)
{
	bool watch = sys_reg_Op2(reg->enc) >= DBG_OP2_WVR;

	return sys_reg_CRm(reg->enc) < (watch ? loft_caps.nr_wrps : loft_caps.nr_brps);
}

/* The guest's own, also while userspace's debugger has others in vcpu->regs: see debug.c */
static u64 get_debug(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	u64 val;

	debug_withdraw(vcpu);
	val = *debug_slot(vcpu, reg);
	debug_apply(vcpu);
	return val;
}

static int set_debug(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val)
{
	debug_withdraw(vcpu);
	*debug_slot(vcpu, reg) = val & sysreg_debug_bits(sys_reg_Op2(reg->enc));
	debug_apply(vcpu);
	return 0;
}

static bool access_debug(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (access->write)
		set_debug(vcpu, reg, access->val);
	else
		access->val = get_debug(vcpu, reg);
	return true;
}

#define MDSCR_SS		BIT_ULL(0)
#define MDSCR_TDCC		BIT_ULL(12)
#define MDSCR_KDE		BIT_ULL(13)
#define MDSCR_MDE		BIT_ULL(15)

/* The rest belongs to external debug, which a guest must not reach: these bits go into the hardware as they are. */
#define MDSCR_BITS		(MDSCR_SS | MDSCR_TDCC | MDSCR_KDE | MDSCR_MDE)

/* MDSCR_EL1 and OSLSR_EL1, as get_debug() */
static u64 get_mdscr(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	u64 val;

	debug_withdraw(vcpu);
	val = vcpu->regs.sys[reg->index];
	debug_apply(vcpu);
	return val;
}

static void put_mdscr(struct loft_vcpu *vcpu, enum loft_sysreg index, u64 val)
{
	debug_withdraw(vcpu);
	vcpu->regs.sys[index] = val;
	debug_apply(vcpu);
}

static int set_mdscr(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val)
{
	put_mdscr(vcpu, LOFT_MDSCR_EL1, val & MDSCR_BITS);
	return 0;
}

/* Registers that are plain storage for guest and userspace alike, with RES0 bits where there is a set() */
static bool access_rw(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (!access->write)
		access->val = reg->get ? reg->get(vcpu, reg) : vcpu->regs.sys[reg->index];
	else if (reg->set)
		reg->set(vcpu, reg, access->val);
	else
		vcpu->regs.sys[reg->index] = access->val;
	return true;
}

#define OSLAR_OSLK		BIT_ULL(0)

static bool access_oslar(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (!access->write)
		return false;
	put_mdscr(vcpu, LOFT_OSLSR_EL1,
		  OSLSR_EL1_OSLM_IMPLEMENTED | (access->val & OSLAR_OSLK ? OSLSR_EL1_OSLK : 0));
	return true;
}

static int set_oslsr(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val)
{
	if ((val & ~OSLSR_EL1_OSLK) != OSLSR_EL1_OSLM_IMPLEMENTED)
		return -EINVAL;
	put_mdscr(vcpu, LOFT_OSLSR_EL1, val);
	return 0;
}

static int set_csselr(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val)
{
	vcpu->regs.sys[reg->index] = val & 0xf;
	return 0;
}

static bool access_ccsidr(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	access->val = cacheid_ccsidr(vcpu->regs.sys[LOFT_CSSELR_EL1]);
	return !access->write;
}

static u64 get_clidr(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	return cacheid_clidr();
}

static u64 get_ctr(struct loft_vcpu *vcpu, const struct sysreg *reg)
{
	return read_sanitised_ftr_reg(SYS_CTR_EL0);
}

/* A GICv2's CPU interface is in memory. */
static bool icc_present(struct loft_vcpu *vcpu)
{
	return loft_caps.gic == 3 && vgic_present(vcpu->vm);
}

/* With GICv3 emulated without security states, group 0 is what ICC_ASGI1R_EL1 and ICC_SGI0R_EL1 both reach. */
static bool access_sgi(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (!access->write || !icc_present(vcpu))
		return false;
	vgic_sgi_write(vcpu, access->val, reg->enc == SYS_ICC_SGI1R_EL1);
	return true;
}

/* SRE, DFB, DIB: the system register interface, which cannot be turned off */
#define ICC_SRE_FIXED		7

static bool access_icc_sre(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (!icc_present(vcpu))
		return false;
	access->val = ICC_SRE_FIXED;
	return true;
}

static bool access_cntpct(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	access->val = vtimer_count_p(vcpu);
	return !access->write;
}

/* A timer value is the signed 32-bit distance to the compare value (Arm ARM D11.2.4). */
static bool access_cntp_tval(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	struct loft_timer_regs *p = &vcpu->timer.p;

	if (access->write)
		vtimer_p_write(vcpu, p->ctl, vtimer_count_p(vcpu) + (s64)(s32)access->val);
	else
		access->val = (u32)(p->cval - vtimer_count_p(vcpu));
	return true;
}

static bool access_cntp_ctl(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (access->write)
		vtimer_p_write(vcpu, access->val, vcpu->timer.p.cval);
	else
		access->val = vtimer_p_read_ctl(vcpu);
	return true;
}

static bool access_cntp_cval(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access)
{
	if (access->write)
		vtimer_p_write(vcpu, vcpu->timer.p.ctl, access->val);
	else
		access->val = vcpu->timer.p.cval;
	return true;
}

/* In the hardware while the guest runs: never traps, userspace reads and writes memory */
#define EL1(name)	{ .enc = SYS_##name, .user = true, .index = LOFT_##name }
/* An AArch32 EL1's, under the names that EL2 has for them, which no guest can use; a 64-bit vCPU keeps what it is told */
#define AA32(name)	{ .enc = SYS_##name, .user = true, .index = LOFT_##name, .present = have_el1_32bit }
/* No error records: ERRIDR_EL1.NUM is 0, the rest is RAZ/WI as for a selection that names none. */
#define ERX(name)	{ .enc = SYS_##name##_EL1, .access = access_raz_wi, .present = have_ras }
#define DBG_ONE(e)	{ .enc = (e), .user = true, .access = access_debug, .present = have_debug, \
			  .get = get_debug, .set = set_debug }
#define DBG(n)		DBG_ONE(SYS_DBGBVRn_EL1(n)), DBG_ONE(SYS_DBGBCRn_EL1(n)), \
			DBG_ONE(SYS_DBGWVRn_EL1(n)), DBG_ONE(SYS_DBGWCRn_EL1(n))
/* A register of the machine: the same for everybody, ever */
#define FIXED(name, getter) { .enc = SYS_##name, .user = true, .access = access_ro, .get = getter, .set = set_same }

const struct sysreg sysreg_table[] = {
	{ .enc = SYS_DC_ISW, .access = access_dc_sw },
	{ .enc = SYS_DC_CSW, .access = access_dc_sw },
	{ .enc = SYS_DC_CISW, .access = access_dc_sw },

	/* The debug communications channel and external debug have nobody at the other end: RAZ/WI. */
	{ .enc = SYS_OSDTRRX_EL1, .access = access_raz_wi },
	DBG(0), DBG(1),
	{ .enc = SYS_MDCCINT_EL1, .user = true, .index = LOFT_MDCCINT_EL1, .access = access_rw },
	{ .enc = SYS_MDSCR_EL1, .user = true, .index = LOFT_MDSCR_EL1, .access = access_rw, .get = get_mdscr,
	  .set = set_mdscr },
	DBG(2),
	{ .enc = SYS_OSDTRTX_EL1, .access = access_raz_wi },
	DBG(3), DBG(4), DBG(5),
	{ .enc = SYS_OSECCR_EL1, .access = access_raz_wi },
	DBG(6), DBG(7), DBG(8), DBG(9), DBG(10), DBG(11), DBG(12), DBG(13), DBG(14), DBG(15),
	/* No ROM table to point at. */
	{ .enc = SYS_MDRAR_EL1, .access = access_raz_ro },
	{ .enc = SYS_OSLAR_EL1, .access = access_oslar },
	{ .enc = SYS_OSLSR_EL1, .user = true, .index = LOFT_OSLSR_EL1, .access = access_ro, .get = get_mdscr,
	  .set = set_oslsr },
	{ .enc = SYS_OSDLR_EL1, .access = access_raz_wi },
	{ .enc = SYS_DBGPRCR_EL1, .access = access_raz_wi },
	{ .enc = SYS_DBGCLAIMSET_EL1, .access = access_raz_wi },
	{ .enc = SYS_DBGCLAIMCLR_EL1, .access = access_raz_wi },
	{ .enc = SYS_DBGAUTHSTATUS_EL1, .access = access_raz_ro },
	{ .enc = SYS_MDCCSR_EL0, .access = access_raz_ro },
	{ .enc = SYS_DBGDTR_EL0, .access = access_raz_wi },
	{ .enc = SYS_DBGDTRRX_EL0, .access = access_raz_wi },
	AA32(DBGVCR32_EL2),

	{ .enc = SYS_MIDR_EL1, .user = true, .index = LOFT_MIDR_EL1, .access = access_ro, .set = set_same },
	/* Follows from the vCPU's id: the interrupt controller finds targets by it. */
	{ .enc = SYS_MPIDR_EL1, .user = true, .index = LOFT_MPIDR_EL1, .access = access_ro, .set = set_same },
	/* No revision information: a guest assumes that no erratum of its MIDR_EL1 is fixed. */
	FIXED(REVIDR_EL1, get_zero),
	EL1(SCTLR_EL1),
	{ .enc = SYS_ACTLR_EL1, .user = true, .access = access_raz_wi, .get = get_zero, .set = set_same },
	EL1(CPACR_EL1),
	EL1(TTBR0_EL1),
	EL1(TTBR1_EL1),
	EL1(TCR_EL1),
	EL1(AFSR0_EL1),
	EL1(AFSR1_EL1),
	EL1(ESR_EL1),
	{ .enc = SYS_ERRIDR_EL1, .access = access_raz_ro, .present = have_ras },
	ERX(ERRSELR),
	{ .enc = SYS_ERXFR_EL1, .access = access_raz_ro, .present = have_ras },
	ERX(ERXCTLR),
	ERX(ERXSTATUS),
	ERX(ERXADDR),
	ERX(ERXMISC0),
	ERX(ERXMISC1),
	EL1(FAR_EL1),
	EL1(PAR_EL1),
	EL1(MAIR_EL1),
	EL1(AMAIR_EL1),
	EL1(VBAR_EL1),
	{ .enc = SYS_DISR_EL1, .user = true, .index = LOFT_DISR_EL1, .present = have_ras },
	{ .enc = SYS_ICC_SGI1R_EL1, .access = access_sgi },
	{ .enc = SYS_ICC_ASGI1R_EL1, .access = access_sgi },
	{ .enc = SYS_ICC_SGI0R_EL1, .access = access_sgi },
	{ .enc = SYS_ICC_SRE_EL1, .access = access_icc_sre },
	EL1(CONTEXTIDR_EL1),
	EL1(TPIDR_EL1),
	EL1(CNTKCTL_EL1),

	{ .enc = SYS_CCSIDR_EL1, .access = access_ccsidr },
	FIXED(CLIDR_EL1, get_clidr),
	FIXED(AIDR_EL1, get_zero),
	{ .enc = SYS_CSSELR_EL1, .user = true, .index = LOFT_CSSELR_EL1, .access = access_rw, .set = set_csselr },

	FIXED(CTR_EL0, get_ctr),
	EL1(TPIDR_EL0),
	EL1(TPIDRRO_EL0),
	/* The timers reach userspace under numbers of their own. */
	{ .enc = SYS_CNTPCT_EL0, .access = access_cntpct },
	{ .enc = SYS_CNTPCTSS_EL0, .access = access_cntpct },
	{ .enc = SYS_CNTP_TVAL_EL0, .access = access_cntp_tval },
	{ .enc = SYS_CNTP_CTL_EL0, .access = access_cntp_ctl },
	{ .enc = SYS_CNTP_CVAL_EL0, .access = access_cntp_cval },

	AA32(DACR32_EL2),
	AA32(IFSR32_EL2),
	AA32(FPEXC32_EL2),
};

const unsigned int sysreg_table_size = ARRAY_SIZE(sysreg_table);
