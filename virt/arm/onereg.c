// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers as userspace numbers them on 32-bit Arm: KVM_GET_ONE_REG, KVM_SET_ONE_REG, KVM_GET_REG_LIST.
 *
 * Documentation/virt/kvm/api.rst of the kernel, 4.68, has the numbering. The caller holds vcpu->lock.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include <asm/cputype.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "../abi.h"
#include "../onereg.h"
#include "cpreg.h"

#define REG_TYPE_MASK		(KVM_REG_ARCH_MASK | KVM_REG_ARM_COPROC_MASK)
#define REG_IS(id, type)	(((id) & REG_TYPE_MASK) == (KVM_REG_ARM | (type)))
#define REG_INDEX(id)		((id) & 0xffff)
#define REG_CP15		(15 << KVM_REG_ARM_COPROC_SHIFT)

#define CORE_WORDS		(sizeof(struct kvm_regs) / sizeof(u32))

/* Where each word of struct kvm_regs is: x[], or one of these */
#define AT_PC			0x40
#define AT_PSTATE		0x41
/* ORIG_r0 is Linux's and not a register: RAZ/WI, so that VMMs can go through all */
#define AT_NOWHERE		0x42
#define AT_SYS(i)		(0x80 | (i))

static const u8 core_place[CORE_WORDS] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, LOFT_X_SP_USR, LOFT_X_LR_USR, AT_PC, AT_PSTATE, AT_NOWHERE,
	LOFT_X_SP_SVC, LOFT_X_LR_SVC, AT_SYS(LOFT_SPSR_EL1),
	LOFT_X_SP_ABT, LOFT_X_LR_ABT, AT_SYS(LOFT_SPSR_ABT),
	LOFT_X_SP_UND, LOFT_X_LR_UND, AT_SYS(LOFT_SPSR_UND),
	LOFT_X_SP_IRQ, LOFT_X_LR_IRQ, AT_SYS(LOFT_SPSR_IRQ),
	LOFT_X_R8_FIQ, LOFT_X_R8_FIQ + 1, LOFT_X_R8_FIQ + 2, LOFT_X_R8_FIQ + 3, LOFT_X_R8_FIQ + 4,
	LOFT_X_SP_FIQ, LOFT_X_LR_FIQ, AT_SYS(LOFT_SPSR_FIQ),
};

static u32 *core_slot(struct loft_regs *regs, u64 off)
{
	u8 place = core_place[off];

	if (place == AT_PC)
		return &regs->pc;
	if (place == AT_PSTATE)
		return &regs->pstate;
	if (place == AT_NOWHERE)
		return NULL;
	return place & 0x80 ? (u32 *)&regs->sys[place & 0x7f] : &regs->x[place];
}

/* A CPSR that the CPU could not return to would be UNPREDICTABLE in the middle of the switch. */
static bool pstate_valid(u32 pstate)
{
	switch (pstate & MODE_MASK) {
	case USR_MODE:
	case FIQ_MODE:
	case IRQ_MODE:
	case SVC_MODE:
	case ABT_MODE:
	case UND_MODE:
	case SYSTEM_MODE:
		/* Jazelle is not there */
		return !(pstate & PSR_J_BIT);
	default:
		return false;
	}
}

static int core_get(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	u32 *slot;

	if (REG_INDEX(id) >= CORE_WORDS)
		return -ENOENT;
	slot = core_slot(&vcpu->regs, REG_INDEX(id));
	*val = slot ? *slot : 0;
	return 0;
}

static int core_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	u32 *slot;

	if (REG_INDEX(id) >= CORE_WORDS)
		return -ENOENT;
	slot = core_slot(&vcpu->regs, REG_INDEX(id));
	if (slot == &vcpu->regs.pstate && !pstate_valid(val))
		return -EINVAL;
	if (slot)
		*slot = val;
	return 0;
}

/**
 * struct cp15_row - a CP15 register
 * @id: as userspace numbers it
 * @index: in regs.sys[]
 * @high: the upper half of it
 */
struct cp15_row {
	u64 id;
	u8 index;
	bool high;
};

#define REG32(crn, crm, op2, at)	{ ARM_CP15_REG32(0, crn, crm, op2), LOFT_##at }
#define REG64(op1, crm, at)		{ ARM_CP15_REG64(op1, crm), LOFT_##at }
#define PAIR(crn, crm, op2, crm_hi, op2_hi, at) \
	{ ARM_CP15_REG32(0, crn, crm, op2), LOFT_##at }, { ARM_CP15_REG32(0, crn, crm_hi, op2_hi), LOFT_##at, true }

static const struct cp15_row cp15_rows[] = {
	REG32(1, 0, 0, SCTLR_EL1),
	REG32(1, 0, 2, CPACR_EL1),
	REG32(2, 0, 2, TCR_EL1),
	REG64(0, 2, TTBR0_EL1),
	REG64(1, 2, TTBR1_EL1),
	REG32(3, 0, 0, DACR32_EL2),
	REG32(5, 0, 0, ESR_EL1),
	REG32(5, 0, 1, IFSR32_EL2),
	REG32(5, 1, 0, AFSR0_EL1),
	REG32(5, 1, 1, AFSR1_EL1),
	PAIR(6, 0, 0, 0, 2, FAR_EL1),
	REG64(0, 7, PAR_EL1),
	PAIR(10, 2, 0, 2, 1, MAIR_EL1),
	PAIR(10, 3, 0, 3, 1, AMAIR_EL1),
	REG32(12, 0, 0, VBAR_EL1),
	REG32(13, 0, 1, CONTEXTIDR_EL1),
	REG32(13, 0, 2, TPIDR_EL0),
	REG32(13, 0, 3, TPIDRRO_EL0),
	REG32(13, 0, 4, TPIDR_EL1),
	REG32(14, 1, 0, CNTKCTL_EL1),
	{ ARM_CP15_REG32(2, 0, 0, 0), LOFT_CSSELR_EL1 },
};

/* Registers of the machine: they read, and may be written with what they read */
static bool cp15_fixed(const struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	unsigned int i;

	for (i = 0; i < CPREG_NR_IDS; i++) {
		if (id != ARM_CP15_REG32(0, 0, 1 + i / 8, i % 8))
			continue;
		*val = cpreg_id(i);
		return true;
	}
	switch (id) {
	case ARM_CP15_REG32(0, 0, 0, 0):
		*val = vcpu->regs.sys[LOFT_MIDR_EL1];
		return true;
	case ARM_CP15_REG32(0, 0, 0, 5):
		*val = vcpu->regs.sys[LOFT_MPIDR_EL1];
		return true;
	case ARM_CP15_REG32(0, 0, 0, 1):
		*val = read_cpuid_cachetype();
		return true;
	case ARM_CP15_REG32(1, 0, 0, 1):
		*val = cpreg_clidr();
		return true;
	default:
		return false;
	}
}

static const struct cp15_row *cp15_find(u64 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cp15_rows); i++)
		if (cp15_rows[i].id == id)
			return &cp15_rows[i];
	return NULL;
}

static int cp15_get(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	const struct cp15_row *row = cp15_find(id);

	if (!row)
		return cp15_fixed(vcpu, id, val) ? 0 : -ENOENT;
	*val = vcpu->regs.sys[row->index] >> (row->high ? 32 : 0);
	return 0;
}

static int cp15_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	const struct cp15_row *row = cp15_find(id);
	u64 old, *sys;

	if (!row)
		return cp15_fixed(vcpu, id, &old) ? (val == old ? 0 : -EINVAL) : -ENOENT;
	sys = &vcpu->regs.sys[row->index];
	if (KVM_REG_SIZE(id) == sizeof(u64))
		*sys = val;
	else if (row->high)
		*sys = lower_32_bits(*sys) | val << 32;
	else
		*sys = (*sys & ~(u64)U32_MAX) | val;
	return 0;
}

static u64 vfp_id(u64 n)
{
	u64 size = n < KVM_REG_ARM_VFP_FPSID ? KVM_REG_SIZE_U64 : KVM_REG_SIZE_U32;

	return KVM_REG_ARM | size | KVM_REG_ARM_VFP | n;
}

static int vfp_get(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	const struct loft_vfp *fp = &vcpu->regs.fp;

	switch (REG_INDEX(id)) {
	case 0 ... 31:
		*val = fp->d[REG_INDEX(id)];
		return 0;
	case KVM_REG_ARM_VFP_FPSCR:
		*val = fp->fpscr;
		return 0;
	case KVM_REG_ARM_VFP_FPEXC:
		*val = fp->fpexc;
		return 0;
	case KVM_REG_ARM_VFP_FPSID:
	case KVM_REG_ARM_VFP_MVFR1:
	case KVM_REG_ARM_VFP_MVFR0:
		*val = cpreg_fp_id(REG_INDEX(id) & 7);
		return 0;
	default:
		return -ENOENT;
	}
}

static int vfp_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	struct loft_vfp *fp = &vcpu->regs.fp;

	switch (REG_INDEX(id)) {
	case 0 ... 31:
		fp->d[REG_INDEX(id)] = val;
		return 0;
	case KVM_REG_ARM_VFP_FPSCR:
		fp->fpscr = val;
		return 0;
	case KVM_REG_ARM_VFP_FPEXC:
		fp->fpexc = val;
		return 0;
	case KVM_REG_ARM_VFP_FPSID:
	case KVM_REG_ARM_VFP_MVFR1:
	case KVM_REG_ARM_VFP_MVFR0:
		return val == cpreg_fp_id(REG_INDEX(id) & 7) ? 0 : -EINVAL;
	default:
		return -ENOENT;
	}
}

/* How many bytes a register of this kind has; the number of a CP15 register holds its size */
static bool size_fits(u64 id)
{
	if (REG_IS(id, KVM_REG_ARM_CORE))
		return KVM_REG_SIZE(id) == sizeof(u32);
	if (REG_IS(id, KVM_REG_ARM_VFP))
		return id == vfp_id(REG_INDEX(id));
	return KVM_REG_SIZE(id) == sizeof(u32) || KVM_REG_SIZE(id) == sizeof(u64);
}

static int onereg_read(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	if (onereg_is_timer(id)) {
		*val = onereg_timer_get(vcpu, id);
		return 0;
	}
	if (REG_IS(id, KVM_REG_ARM_CORE))
		return core_get(vcpu, id, val);
	if (REG_IS(id, KVM_REG_ARM_VFP))
		return vfp_get(vcpu, id, val);
	if (id == KVM_REG_ARM_FW_REG(REG_INDEX(id)))
		return onereg_fw_get(vcpu, id, val);
	return REG_IS(id, REG_CP15) ? cp15_get(vcpu, id, val) : -ENOENT;
}

static int onereg_write(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	if (onereg_is_timer(id))
		return onereg_timer_set(vcpu, id, val);
	if (REG_IS(id, KVM_REG_ARM_CORE))
		return core_set(vcpu, id, val);
	if (REG_IS(id, KVM_REG_ARM_VFP))
		return vfp_set(vcpu, id, val);
	if (id == KVM_REG_ARM_FW_REG(REG_INDEX(id)))
		return onereg_fw_set(vcpu, id, val);
	return REG_IS(id, REG_CP15) ? cp15_set(vcpu, id, val) : -ENOENT;
}

/**
 * onereg_get() - KVM_GET_ONE_REG
 * @vcpu: the vCPU; its lock held
 * @reg: identifier and userspace address
 *
 * Return: 0; -ENOENT: no such register; -EINVAL: the identifier's size is not the register's; -EFAULT.
 */
int onereg_get(struct loft_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	void __user *to = u64_to_user_ptr(reg->addr);
	u64 val;
	int ret;

	vcpu_evict(vcpu);
	if (REG_IS(reg->id, KVM_REG_ARM_DEMUX))
		return onereg_demux_get(reg->id, to);
	ret = onereg_read(vcpu, reg->id, &val);
	if (ret)
		return ret;
	if (!size_fits(reg->id))
		return -EINVAL;
	return copy_to_user(to, &val, KVM_REG_SIZE(reg->id)) ? -EFAULT : 0;
}

/**
 * onereg_set() - KVM_SET_ONE_REG
 * @vcpu: the vCPU; its lock held
 * @reg: identifier and userspace address
 *
 * Return: as onereg_get(), and -EINVAL for a value that the register cannot have.
 */
int onereg_set(struct loft_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	const void __user *from = u64_to_user_ptr(reg->addr);
	u64 val;
	int ret;

	vcpu_evict(vcpu);
	if (REG_IS(reg->id, KVM_REG_ARM_DEMUX))
		return onereg_demux_set(reg->id, from);
	/* Unknown registers say so, whatever the address. */
	ret = onereg_read(vcpu, reg->id, &val);
	if (ret)
		return ret;
	if (!size_fits(reg->id))
		return -EINVAL;
	val = 0;
	if (copy_from_user(&val, from, KVM_REG_SIZE(reg->id)))
		return -EFAULT;
	return onereg_write(vcpu, reg->id, val);
}

/* PTIMER_CNT reads but cannot be set: not in the list, which VMMs write back. */
static const u64 fixed_ids[] = {
	KVM_REG_ARM_TIMER_CTL, KVM_REG_ARM_TIMER_CNT, KVM_REG_ARM_TIMER_CVAL,
	KVM_REG_ARM_PTIMER_CTL, KVM_REG_ARM_PTIMER_CVAL,
	KVM_REG_ARM_PSCI_VERSION, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1,
	KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3,
	ARM_CP15_REG32(0, 0, 0, 0), ARM_CP15_REG32(0, 0, 0, 5), ARM_CP15_REG32(0, 0, 0, 1), ARM_CP15_REG32(1, 0, 0, 1),
	KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_FPSCR,
	KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_FPEXC,
	KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_FPSID,
	KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_MVFR1,
	KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_MVFR0,
};

static int ids_fill(struct onereg_list *list)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < CORE_WORDS && !ret; i++)
		ret = onereg_add(list, KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | i);
	for (i = 0; i < ARRAY_SIZE(fixed_ids) && !ret; i++)
		ret = onereg_add(list, fixed_ids[i]);
	for (i = 0; i < CPREG_NR_IDS && !ret; i++)
		ret = onereg_add(list, ARM_CP15_REG32(0, 0, 1 + i / 8, i % 8));
	for (i = 0; i < ARRAY_SIZE(cp15_rows) && !ret; i++)
		ret = onereg_add(list, cp15_rows[i].id);
	for (i = 0; i < 32 && !ret; i++)
		ret = onereg_add(list, vfp_id(i));
	for (i = 0; !ret && cacheid_valid(i); i++)
		ret = onereg_add(list, KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | KVM_REG_ARM_DEMUX_ID_CCSIDR | i);
	return ret;
}

/**
 * onereg_list() - KVM_GET_REG_LIST
 * @vcpu: the vCPU; its lock held
 * @list: userspace's list, its n the room there is
 *
 * Return: 0; -E2BIG if there is too little room, n then says how much is needed; -EFAULT.
 */
int onereg_list(struct loft_vcpu *vcpu, struct kvm_reg_list __user *list)
{
	return onereg_fill(list, ids_fill);
}
