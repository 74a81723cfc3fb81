// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers as userspace numbers them: KVM_GET_ONE_REG, KVM_SET_ONE_REG, KVM_GET_REG_LIST.
 *
 * Documentation/virt/kvm/api.rst of the kernel, 4.68, has the numbering. The caller holds vcpu->lock.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include <clocksource/arm_arch_timer.h>
#include <asm/ptrace.h>
#include <loft/backend.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"
#include "onereg.h"
#include "sysreg.h"

#define REG_TYPE_MASK		(KVM_REG_ARCH_MASK | KVM_REG_ARM_COPROC_MASK)
#define REG_IS(id, type)	(((id) & REG_TYPE_MASK) == (KVM_REG_ARM64 | (type)))
#define REG_U64(type, n)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | (type) | (n))
#define REG_INDEX(id)		((id) & 0xffff)

#define CORE(field)		KVM_REG_ARM_CORE_REG(field)
#define CORE_WORDS		(sizeof(struct kvm_regs) / sizeof(u32))

/* The banked SPSRs are those of an EL1 in AArch32. Other vCPUs have them RAZ/WI, so that VMMs can go through all. */
static bool core_is_absent(const struct loft_vcpu *vcpu, u64 off)
{
	return !vcpu_is_32bit(vcpu) && off > CORE(spsr[KVM_SPSR_EL1]) && off < CORE(spsr[KVM_NR_SPSR]);
}

/* Size in bytes of the core register that starts at word @off, 0 if none does */
static unsigned int core_size(u64 off)
{
	if (off < CORE(spsr[KVM_NR_SPSR]))
		return off % 2 ? 0 : sizeof(u64);
	if (off >= CORE(fp_regs.vregs[0]) && off < CORE(fp_regs.fpsr))
		return (off - CORE(fp_regs.vregs[0])) % 4 ? 0 : sizeof(__uint128_t);
	return off == CORE(fp_regs.fpsr) || off == CORE(fp_regs.fpcr) ? sizeof(u32) : 0;
}

static void *core_slot(struct loft_vcpu *vcpu, u64 off)
{
	struct loft_regs *regs = &vcpu->regs;

	if (off < CORE(regs.sp))
		return &regs->x[off / 2];
	if (off >= CORE(fp_regs.vregs[0]) && off < CORE(fp_regs.fpsr))
		return &regs->fp.vregs[(off - CORE(fp_regs.vregs[0])) / 4];
	switch (off) {
	case CORE(regs.sp):
		return &regs->sp_el0;
	case CORE(regs.pc):
		return &regs->pc;
	case CORE(regs.pstate):
		return &regs->pstate;
	case CORE(sp_el1):
		return &regs->sys[LOFT_SP_EL1];
	case CORE(elr_el1):
		return &regs->sys[LOFT_ELR_EL1];
	case CORE(spsr[KVM_SPSR_ABT]):
		return &regs->sys[LOFT_SPSR_ABT];
	case CORE(spsr[KVM_SPSR_UND]):
		return &regs->sys[LOFT_SPSR_UND];
	case CORE(spsr[KVM_SPSR_IRQ]):
		return &regs->sys[LOFT_SPSR_IRQ];
	case CORE(spsr[KVM_SPSR_FIQ]):
		return &regs->sys[LOFT_SPSR_FIQ];
	case CORE(fp_regs.fpsr):
		return &regs->fp.fpsr;
	case CORE(fp_regs.fpcr):
		return &regs->fp.fpcr;
	default:
		return &regs->sys[LOFT_SPSR_EL1];
	}
}

static int core_check(u64 id)
{
	u64 off = REG_INDEX(id);

	if (off >= CORE_WORDS)
		return -ENOENT;
	return core_size(off) == KVM_REG_SIZE(id) ? 0 : -EINVAL;
}

static int core_get(struct loft_vcpu *vcpu, u64 id, void __user *to)
{
	u64 off = REG_INDEX(id), zero = 0, pstate;
	int ret = core_check(id);

	if (ret)
		return ret;
	if (off == CORE(regs.pstate)) {
		pstate = debug_pstate_get(vcpu);
		return copy_to_user(to, &pstate, sizeof(pstate)) ? -EFAULT : 0;
	}
	return copy_to_user(to, core_is_absent(vcpu, off) ? &zero : core_slot(vcpu, off), KVM_REG_SIZE(id)) ?
	       -EFAULT : 0;
}

/*
 * A PSTATE that the CPU could not return to would be an illegal exception return in the middle of the switch. Modes of
 * EL2, EL3 and, unless EL1 is in it, privileged AArch32 are refused; bits of features the machine lacks are dropped.
 */

static void pstate_clean_32bit(u64 *pstate)
{
	*pstate &= ~(u64)PSR_IL_BIT & GENMASK_ULL(31, 0);
	if (!(*pstate & PSR_AA32_T_BIT))
		*pstate &= ~(u64)PSR_AA32_IT_MASK;
}

static int pstate_sanitise_32bit(u64 *pstate)
{
	switch (*pstate & (PSR_MODE32_BIT | PSR_MODE_MASK)) {
	case PSR_AA32_MODE_USR:
	case PSR_AA32_MODE_FIQ:
	case PSR_AA32_MODE_IRQ:
	case PSR_AA32_MODE_SVC:
	case PSR_AA32_MODE_ABT:
	case PSR_AA32_MODE_UND:
	case PSR_AA32_MODE_SYS:
		pstate_clean_32bit(pstate);
		return 0;
	default:
		return -EINVAL;
	}
}

static int pstate_sanitise(u64 *pstate)
{
	u64 mode = *pstate & (PSR_MODE32_BIT | PSR_MODE_MASK);

	switch (mode) {
	case PSR_AA32_MODE_USR:
		pstate_clean_32bit(pstate);
		return idreg_aarch32_el0() ? 0 : -EINVAL;
	case PSR_MODE_EL0t:
	case PSR_MODE_EL1t:
	case PSR_MODE_EL1h:
		*pstate &= idreg_pstate_bits();
		return 0;
	default:
		return -EINVAL;
	}
}

static int core_set(struct loft_vcpu *vcpu, u64 id, const void __user *from)
{
	u64 off = REG_INDEX(id);
	__uint128_t val = 0;
	u64 pstate;
	int ret = core_check(id);

	if (ret)
		return ret;
	if (copy_from_user(&val, from, KVM_REG_SIZE(id)))
		return -EFAULT;
	if (core_is_absent(vcpu, off))
		return 0;
	if (off == CORE(regs.pstate)) {
		pstate = val;
		ret = vcpu_is_32bit(vcpu) ? pstate_sanitise_32bit(&pstate) : pstate_sanitise(&pstate);
		if (!ret)
			debug_pstate_set(vcpu, pstate);
		return ret;
	}
	memcpy(core_slot(vcpu, off), &val, KVM_REG_SIZE(id));
	return 0;
}

/* The other registers all have 64 bits. */
static int onereg_read(struct loft_vcpu *vcpu, u64 id, u64 *val)
{
	if (onereg_is_timer(id)) {
		*val = onereg_timer_get(vcpu, id);
		return 0;
	}
	if (id == REG_U64(KVM_REG_ARM_FW, REG_INDEX(id)))
		return onereg_fw_get(vcpu, id, val);
	if (id == REG_U64(KVM_REG_ARM64_SYSREG, REG_INDEX(id)))
		return sysreg_get(vcpu, REG_INDEX(id) << Op2_shift, val);
	return -ENOENT;
}

static int onereg_write(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	if (onereg_is_timer(id))
		return onereg_timer_set(vcpu, id, val);
	if (id == REG_U64(KVM_REG_ARM_FW, REG_INDEX(id)))
		return onereg_fw_set(vcpu, id, val);
	if (id == REG_U64(KVM_REG_ARM64_SYSREG, REG_INDEX(id)))
		return sysreg_set(vcpu, REG_INDEX(id) << Op2_shift, val);
	return -ENOENT;
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
	if (REG_IS(reg->id, KVM_REG_ARM_CORE))
		return core_get(vcpu, reg->id, to);
	if (REG_IS(reg->id, KVM_REG_ARM_DEMUX))
		return onereg_demux_get(reg->id, to);
	ret = onereg_read(vcpu, reg->id, &val);
	return ret ?: put_user(val, (u64 __user *)to);
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
	void __user *from = u64_to_user_ptr(reg->addr);
	u64 val;
	int ret;

	vcpu_evict(vcpu);
	if (REG_IS(reg->id, KVM_REG_ARM_CORE))
		return core_set(vcpu, reg->id, from);
	if (REG_IS(reg->id, KVM_REG_ARM_DEMUX))
		return onereg_demux_set(reg->id, from);
	/* Unknown registers say so, whatever the address. */
	ret = onereg_read(vcpu, reg->id, &val);
	if (ret)
		return ret;
	if (get_user(val, (u64 __user *)from))
		return -EFAULT;
	return onereg_write(vcpu, reg->id, val);
}

/* PTIMER_CNT reads but cannot be set: not in the list, which VMMs write back. */
static const u64 fixed_ids[] = {
	KVM_REG_ARM_TIMER_CTL, KVM_REG_ARM_TIMER_CNT, KVM_REG_ARM_TIMER_CVAL,
	KVM_REG_ARM_PTIMER_CTL, KVM_REG_ARM_PTIMER_CVAL,
	KVM_REG_ARM_PSCI_VERSION, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1,
	KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3,
};

static u64 core_id(u64 off)
{
	static const u64 sizes[] = { [4] = KVM_REG_SIZE_U32, [8] = KVM_REG_SIZE_U64, [16] = KVM_REG_SIZE_U128 };

	return KVM_REG_ARM64 | KVM_REG_ARM_CORE | sizes[core_size(off)] | off;
}

static int ids_fill(struct onereg_list *list)
{
	unsigned int i;
	u32 enc;
	int ret = 0;

	for (i = 0; i < CORE_WORDS && !ret; i++)
		if (core_size(i))
			ret = onereg_add(list, core_id(i));
	for (i = 0; i < ARRAY_SIZE(fixed_ids) && !ret; i++)
		ret = onereg_add(list, fixed_ids[i]);
	for (i = 0; !ret && (enc = sysreg_user_enc(i)); i++)
		ret = onereg_add(list, REG_U64(KVM_REG_ARM64_SYSREG, enc >> Op2_shift));
	for (i = 0; i <= KVM_REG_ARM_DEMUX_VAL_MASK && !ret; i++)
		if (cacheid_valid(i))
			ret = onereg_add(list, KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX |
					     KVM_REG_ARM_DEMUX_ID_CCSIDR | i);
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
