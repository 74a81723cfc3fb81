// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU interface's registers as userspace saves and restores them:
 * KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS.
 */
#include <linux/bitops.h>
#include <loft/backend.h>
#include "vgic.h"

/* An instruction in KVM's 16 bits: Op0 [15:14], Op1 [13:11], CRn [10:7], CRm [6:3], Op2 [2:0] */
#define ICC(crn, crm, op2)	(3 << 14 | (crn) << 7 | (crm) << 3 | (op2))

#define CTLR_CBPR		BIT(0)
#define CTLR_EOIMODE		BIT(1)
#define CTLR_PRIBITS		GENMASK(10, 8)
#define CTLR_IDBITS		GENMASK(13, 11)
#define CTLR_SEIS		BIT(14)
#define CTLR_A3V		BIT(15)

#define SRE_ALL			7	/* SRE, DFB, DIB: no other interface than this one */

static u32 vmcr_get(const struct loft_vcpu *vcpu, u32 mask)
{
	return (vcpu->lr.vmcr & mask) >> __ffs(mask);
}

static void vmcr_set(struct loft_vcpu *vcpu, u32 mask, u32 val)
{
	vcpu->lr.vmcr = (vcpu->lr.vmcr & ~mask) | (val << __ffs(mask) & mask);
}

static u64 ctlr_get(struct loft_vcpu *vcpu)
{
	u64 val = (loft_caps.pri_bits - 1) << 8 | CTLR_A3V;

	if (vcpu->lr.vmcr & VGIC_VMCR_CBPR)
		val |= CTLR_CBPR;
	if (vcpu->lr.vmcr & VGIC_VMCR_EOIM)
		val |= CTLR_EOIMODE;
	return val;
}

/*
 * A guest from a host with fewer priority bits is served, one with more is not; INTIDs have 16 or
 * 24 bits everywhere.
 */
static int ctlr_set(struct loft_vcpu *vcpu, u64 val)
{
	if ((val & CTLR_PRIBITS) >> 8 > loft_caps.pri_bits - 1)
		return -EINVAL;
	if ((val & CTLR_IDBITS) >> 11 > 1 || val & CTLR_SEIS)
		return -EINVAL;
	vmcr_set(vcpu, VGIC_VMCR_CBPR, !!(val & CTLR_CBPR));
	vmcr_set(vcpu, VGIC_VMCR_EOIM, !!(val & CTLR_EOIMODE));
	return 0;
}

static u64 sre_get(struct loft_vcpu *vcpu)
{
	return SRE_ALL;
}

static int sre_set(struct loft_vcpu *vcpu, u64 val)
{
	return val & 1 ? 0 : -EINVAL;
}

/*
 * One row per register: a field of VMCR, an active priority register, or one with functions of
 * its own.
 */
static const struct icc_reg {
	u16 enc;
	u32 vmcr;
	s8 apr;		/* 1 + index, negative for group 0 */
	u64 (*get)(struct loft_vcpu *vcpu);
	int (*set)(struct loft_vcpu *vcpu, u64 val);
} icc_regs[] = {
	{ .enc = ICC(4, 6, 0), .vmcr = GENMASK(31, 24) },		/* ICC_PMR_EL1 */
	{ .enc = ICC(12, 8, 3), .vmcr = GENMASK(23, 21) },		/* ICC_BPR0_EL1 */
	{ .enc = ICC(12, 8, 4), .apr = -1 },				/* ICC_AP0R0_EL1 */
	{ .enc = ICC(12, 8, 5), .apr = -2 },
	{ .enc = ICC(12, 8, 6), .apr = -3 },
	{ .enc = ICC(12, 8, 7), .apr = -4 },
	{ .enc = ICC(12, 9, 0), .apr = 1 },				/* ICC_AP1R0_EL1 */
	{ .enc = ICC(12, 9, 1), .apr = 2 },
	{ .enc = ICC(12, 9, 2), .apr = 3 },
	{ .enc = ICC(12, 9, 3), .apr = 4 },
	{ .enc = ICC(12, 12, 3), .vmcr = GENMASK(20, 18) },		/* ICC_BPR1_EL1 */
	{ .enc = ICC(12, 12, 4), .get = ctlr_get, .set = ctlr_set },	/* ICC_CTLR_EL1 */
	{ .enc = ICC(12, 12, 5), .get = sre_get, .set = sre_set },	/* ICC_SRE_EL1 */
	{ .enc = ICC(12, 12, 6), .vmcr = VGIC_VMCR_ENG0 },		/* ICC_IGRPEN0_EL1 */
	{ .enc = ICC(12, 12, 7), .vmcr = VGIC_VMCR_ENG1 },		/* ICC_IGRPEN1_EL1 */
};

static const struct icc_reg *icc_find(u32 enc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icc_regs); i++) {
		if (icc_regs[i].enc == enc)
			return &icc_regs[i];
	}
	return NULL;
}

/*
 * VMMs count active priority registers by ICC_CTLR_EL1.PRIbits. Fewer preemption bits than that,
 * and the last of them are only storage.
 */
static u32 *icc_apr(struct loft_vcpu *vcpu, s8 apr)
{
	unsigned int nr = loft_caps.pri_bits < 6 ? 1 : loft_caps.pri_bits < 7 ? 2 : 4;
	unsigned int n = abs(apr) - 1;

	if (n >= nr)
		return NULL;
	return apr < 0 ? &vcpu->lr.ap0r[n] : &vcpu->lr.ap1r[n];
}

static int icc_apr_access(struct loft_vcpu *vcpu, s8 apr, bool write, u64 *val)
{
	u32 *reg = icc_apr(vcpu, apr);

	if (!reg)
		return -EINVAL;
	if (write)
		*reg = *val;
	else
		*val = *reg;
	return 0;
}

/**
 * vgic_icc_access() - one register of the CPU interface
 * @vcpu: the vCPU, locked and evicted
 * @sysreg: encoding
 * @write: direction
 * @val: value; NULL: only ask whether there is such a register
 *
 * Return: 0, -ENXIO if there is no such register, -EINVAL if the value is refused or the host
 * lacks this one.
 */
int vgic_icc_access(struct loft_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	const struct icc_reg *reg = icc_find(sysreg);

	if (!reg)
		return -ENXIO;
	if (!val)
		return 0;
	if (reg->apr)
		return icc_apr_access(vcpu, reg->apr, write, val);
	if (reg->vmcr && write)
		vmcr_set(vcpu, reg->vmcr, *val);
	else if (reg->vmcr)
		*val = vmcr_get(vcpu, reg->vmcr);
	else if (write)
		return reg->set(vcpu, *val);
	else
		*val = reg->get(vcpu);
	return 0;
}
