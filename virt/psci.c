// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Power State Coordination Interface (DEN0022), versions 0.1 to 1.1: starting and stopping vCPUs and the VM.
 *
 * A vCPU is turned on by another one, through @reset, LOFT_REQ_RESET and @powered_off, all under the target's
 * psci_lock. The request is set before the flag is cleared, so that the target never runs with its old registers.
 * Of two callers, the second finds the flag cleared. No two psci_locks are ever held together.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <asm/cputype.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>
#include <loft/vm.h>

/* Arguments of a 32-bit function have 32 bits (DEN0028, section 3.1). */
static u64 psci_arg(const struct loft_vcpu *vcpu, u32 fn, unsigned int n)
{
	u64 arg = vcpu_get_reg(vcpu, n);

	if (fn - KVM_PSCI_FN_BASE < 4)
		return arg;
	return fn & PSCI_0_2_64BIT ? arg : (u32)arg;
}

/* Is @vcpu one of those that @affinity names, above the levels that @mask leaves out? */
static bool psci_match(const struct loft_vcpu *vcpu, u64 affinity, u64 mask)
{
	u64 mpidr = READ_ONCE(vcpu->regs.sys[LOFT_MPIDR_EL1]);

	return READ_ONCE(vcpu->init) && !((mpidr ^ affinity) & mask);
}

static struct loft_vcpu *psci_target(struct loft_vm *vm, u64 affinity)
{
	struct loft_vcpu *vcpu;
	unsigned long i;

	vm_for_each_vcpu(i, vcpu, vm)
		if (psci_match(vcpu, affinity, MPIDR_HWID_BITMASK))
			return vcpu;
	return NULL;
}

static s64 cpu_on_locked(struct loft_vcpu *target, const struct loft_reset_state *reset)
{
	if (!target->powered_off)
		return test_bit(LOFT_REQ_RESET, &target->requests) ? PSCI_RET_ON_PENDING : PSCI_RET_ALREADY_ON;
	target->reset = *reset;
	set_bit(LOFT_REQ_RESET, &target->requests);
	/* Pairs with the run loop, which looks at powered_off without the lock and then at the requests. */
	smp_store_release(&target->powered_off, false);
	return PSCI_RET_SUCCESS;
}

static bool caller_is_be(const struct loft_vcpu *vcpu)
{
	if (vcpu_is_32bit(vcpu))
		return vcpu->regs.pstate & PSR_AA32_E_BIT;
	return vcpu->regs.sys[LOFT_SCTLR_EL1] & SCTLR_ELx_EE;
}

static noinline s64 cpu_on(struct loft_vcpu *vcpu, u32 fn)
{
	struct loft_vcpu *target = psci_target(vcpu->vm, psci_arg(vcpu, fn, 1));
	struct loft_reset_state reset;
	s64 ret;

	if (!target)
		return PSCI_RET_INVALID_PARAMS;
	/* SCTLR_EL1 is resident. */
	vcpu_evict(vcpu);
	reset = (struct loft_reset_state) {
		.pc = psci_arg(vcpu, fn, 2),
		.x0 = psci_arg(vcpu, fn, 3),
		.be = caller_is_be(vcpu),
	};

	spin_lock(&target->psci_lock);
	ret = cpu_on_locked(target, &reset);
	spin_unlock(&target->psci_lock);
	if (ret == PSCI_RET_SUCCESS)
		vcpu_kick(target);
	/* PSCI 0.1 has no ALREADY_ON and ON_PENDING. */
	if (ret && vcpu->psci_version == PSCI_VERSION(0, 1))
		return PSCI_RET_INVALID_PARAMS;
	return ret;
}

static void cpu_stop(struct loft_vcpu *vcpu)
{
	spin_lock(&vcpu->psci_lock);
	vcpu->powered_off = true;
	clear_bit(LOFT_REQ_RESET, &vcpu->requests);
	spin_unlock(&vcpu->psci_lock);
	vcpu_request(vcpu, LOFT_REQ_SLEEP);
}

/* Bit 0 of the entry point says T32 (DEN0022, section 6.4.3). SCTLR.EE, for exceptions, is the new CPU's own to set. */
static void reset_32bit(struct loft_regs *regs, const struct loft_reset_state *reset)
{
	regs->pc = reset->pc & ~1ULL;
	if (reset->pc & 1)
		regs->pstate |= PSR_AA32_T_BIT;
	if (reset->be)
		regs->pstate |= PSR_AA32_E_BIT;
}

/**
 * psci_take_reset() - consume LOFT_REQ_RESET: come up where CPU_ON said
 * @vcpu: the vCPU; its lock held, IRQs on
 */
void psci_take_reset(struct loft_vcpu *vcpu)
{
	struct loft_reset_state reset;

	spin_lock(&vcpu->psci_lock);
	clear_bit(LOFT_REQ_RESET, &vcpu->requests);
	reset = vcpu->reset;
	spin_unlock(&vcpu->psci_lock);

	vcpu_evict(vcpu);
	vcpu_reset(vcpu);
	vcpu->regs.x[0] = reset.x0;
	if (vcpu_is_32bit(vcpu)) {
		reset_32bit(&vcpu->regs, &reset);
		return;
	}
	vcpu->regs.pc = reset.pc;
	if (reset.be)
		vcpu->regs.sys[LOFT_SCTLR_EL1] |= SCTLR_ELx_EE;
}

/*
 * A vCPU that CPU_ON was called for is on, whether its thread has noticed or not: when it does is userspace's doing, and there
 * is no hardware that is on its way up.
 */
static s64 affinity_of(struct loft_vcpu *vcpu)
{
	return READ_ONCE(vcpu->powered_off) ? PSCI_0_2_AFFINITY_LEVEL_OFF : PSCI_0_2_AFFINITY_LEVEL_ON;
}

/* What level @level and those above it leave of an MPIDR_EL1 */
static u64 affinity_mask(u64 level)
{
	static const u64 mask[] = { 0xff00ffffff, 0xff00ffff00, 0xff00ff0000, 0xff00000000 };

	return mask[level];
}

/* A level is on if one of its vCPUs is, and off if all are. */
static noinline s64 affinity_info(struct loft_vcpu *caller, u32 fn)
{
	u64 affinity = psci_arg(caller, fn, 1), level = psci_arg(caller, fn, 2);
	s64 ret = PSCI_RET_INVALID_PARAMS;
	struct loft_vcpu *vcpu;
	unsigned long i;

	if (level > 3)
		return ret;
	vm_for_each_vcpu(i, vcpu, caller->vm) {
		s64 state;

		if (!psci_match(vcpu, affinity, affinity_mask(level)))
			continue;
		state = affinity_of(vcpu);
		if (state == PSCI_0_2_AFFINITY_LEVEL_ON)
			return state;
		ret = state;
	}
	return ret;
}

static enum loft_verdict psci_return(struct loft_vcpu *vcpu, s64 ret)
{
	vcpu_set_reg(vcpu, 0, ret);
	return LOFT_RESUME;
}

static enum loft_verdict system_event(struct loft_vcpu *vcpu, u32 type, u64 flags)
{
	struct kvm_run *run = vcpu->run;

	memset(&run->system_event, 0, sizeof(run->system_event));
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = type;
	run->system_event.ndata = 1;
	run->system_event.data[0] = flags;
	return LOFT_USER;
}

/* Nothing of the VM runs on until userspace has started it anew; should it resume this vCPU, the call has failed. */
static noinline enum loft_verdict system_stop(struct loft_vcpu *vcpu, u32 type, u64 flags)
{
	struct loft_vcpu *other;
	unsigned long i;

	vm_for_each_vcpu(i, other, vcpu->vm)
		cpu_stop(other);
	vcpu_set_reg(vcpu, 0, PSCI_RET_INTERNAL_FAILURE);
	return system_event(vcpu, type, flags);
}

static enum loft_verdict system_reset2(struct loft_vcpu *vcpu)
{
	u32 type = vcpu_get_reg(vcpu, 1);

	if (type != PSCI_1_1_RESET_TYPE_SYSTEM_WARM_RESET && type < PSCI_1_1_RESET_TYPE_VENDOR_START)
		return psci_return(vcpu, PSCI_RET_INVALID_PARAMS);
	return system_stop(vcpu, KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
}

/* Every power state is a standby state: the vCPU waits and goes on behind the call. */
static enum loft_verdict cpu_suspend(struct loft_vcpu *vcpu)
{
	vcpu_set_reg(vcpu, 0, PSCI_RET_SUCCESS);
	vcpu_block(vcpu);
	return LOFT_RESUME;
}

static enum loft_verdict psci_0_1_call(struct loft_vcpu *vcpu, u32 fn)
{
	if (!psci_is_0_1(vcpu, fn))
		return psci_return(vcpu, PSCI_RET_NOT_SUPPORTED);
	switch (fn) {
	case KVM_PSCI_FN_CPU_OFF:
		cpu_stop(vcpu);
		return LOFT_RESUME;
	case KVM_PSCI_FN_CPU_ON:
		return psci_return(vcpu, cpu_on(vcpu, fn));
	default:
		return psci_return(vcpu, PSCI_RET_NOT_SUPPORTED);
	}
}

/**
 * psci_call() - a PSCI function with an effect
 * @vcpu: the vCPU; its own thread, IRQs on
 * @fn: function identifier
 *
 * PSCI_VERSION and PSCI_FEATURES never come here: smccc_quick() has answered them. What needs a stack frame is not
 * inlined, so that the others need none.
 */
enum loft_verdict psci_call(struct loft_vcpu *vcpu, u32 fn)
{
	if (!psci_has(vcpu, fn))
		return psci_0_1_call(vcpu, fn);

	switch (fn & ~PSCI_0_2_64BIT) {
	case PSCI_0_2_FN_CPU_SUSPEND:
		return cpu_suspend(vcpu);
	case PSCI_0_2_FN_CPU_OFF:
		cpu_stop(vcpu);
		return LOFT_RESUME;
	case PSCI_0_2_FN_CPU_ON:
		return psci_return(vcpu, cpu_on(vcpu, fn));
	case PSCI_0_2_FN_AFFINITY_INFO:
		return psci_return(vcpu, affinity_info(vcpu, fn));
	case PSCI_0_2_FN_MIGRATE_INFO_TYPE:
		return psci_return(vcpu, PSCI_0_2_TOS_MP);
	case PSCI_0_2_FN_SYSTEM_OFF:
		return system_stop(vcpu, KVM_SYSTEM_EVENT_SHUTDOWN, 0);
	case PSCI_0_2_FN_SYSTEM_RESET:
		return system_stop(vcpu, KVM_SYSTEM_EVENT_RESET, 0);
	case PSCI_1_1_FN_SYSTEM_RESET2:
		return system_reset2(vcpu);
	case PSCI_1_0_FN_SYSTEM_SUSPEND:
		/* Userspace denies it through x0, or suspends and restarts the vCPU from x1 and x2. */
		return system_event(vcpu, KVM_SYSTEM_EVENT_SUSPEND, 0);
	default:
		return psci_return(vcpu, PSCI_RET_NOT_SUPPORTED);
	}
}

/**
 * psci_fns_update() - work out which functions a vCPU's PSCI has
 * @vcpu: the vCPU; its version or its VM's capabilities changed
 */
void psci_fns_update(struct loft_vcpu *vcpu)
{
	u32 set = 0;

	if (vcpu->psci_version >= PSCI_VERSION(0, 2))
		set |= PSCI_SET_0_2;
	if (vcpu->psci_version >= PSCI_VERSION(1, 0))
		set |= PSCI_SET_1_0;
	if (vcpu->psci_version >= PSCI_VERSION(1, 0) && vcpu->vm->system_suspend)
		set |= PSCI_BIT(PSCI_1_0_FN_SYSTEM_SUSPEND);
	if (vcpu->psci_version >= PSCI_VERSION(1, 1))
		set |= PSCI_SET_1_1;
	WRITE_ONCE(vcpu->psci_fns, set);
	/* To a caller in AArch32 they are unknown (DEN0028, section 2.7). */
	WRITE_ONCE(vcpu->psci_fns64, vcpu_is_32bit(vcpu) ? 0 : set & PSCI_SET64);
}

/**
 * psci_vcpu_init() - KVM_ARM_VCPU_INIT: the newest PSCI that its features allow
 * @vcpu: the vCPU, vcpu->features set; vcpu->lock held
 *
 * A version that userspace has chosen outlives a second KVM_ARM_VCPU_INIT.
 */
void psci_vcpu_init(struct loft_vcpu *vcpu)
{
	if (!(vcpu->features & BIT(KVM_ARM_VCPU_PSCI_0_2)))
		vcpu->psci_version = PSCI_VERSION(0, 1);
	else if (vcpu->psci_version < PSCI_VERSION(0, 2))
		vcpu->psci_version = PSCI_VERSION(1, 1);
	psci_fns_update(vcpu);
}

/**
 * psci_set_version() - KVM_REG_ARM_PSCI_VERSION
 * @vcpu: the vCPU; vcpu->lock held
 * @version: as PSCI_VERSION returns it
 *
 * Return: 0, or -EINVAL for a version that is not implemented or contradicts KVM_ARM_VCPU_PSCI_0_2.
 */
int psci_set_version(struct loft_vcpu *vcpu, u64 version)
{
	bool since_0_2 = vcpu->features & BIT(KVM_ARM_VCPU_PSCI_0_2);

	switch (version) {
	case PSCI_VERSION(0, 1):
		if (since_0_2)
			return -EINVAL;
		break;
	case PSCI_VERSION(0, 2):
	case PSCI_VERSION(1, 0):
	case PSCI_VERSION(1, 1):
		if (!since_0_2)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	vcpu->psci_version = version;
	psci_fns_update(vcpu);
	return 0;
}

/**
 * psci_set_mp_state() - KVM_SET_MP_STATE
 * @vcpu: the vCPU; vcpu->lock held
 * @mp: the state
 *
 * Return: 0, or -EINVAL for a state that does not exist or was not enabled.
 */
int psci_set_mp_state(struct loft_vcpu *vcpu, const struct kvm_mp_state *mp)
{
	switch (mp->mp_state) {
	case KVM_MP_STATE_STOPPED:
		cpu_stop(vcpu);
		return 0;
	case KVM_MP_STATE_RUNNABLE:
	case KVM_MP_STATE_SUSPENDED:
		break;
	default:
		return -EINVAL;
	}
	if (mp->mp_state == KVM_MP_STATE_SUSPENDED && !vcpu->vm->system_suspend)
		return -EINVAL;

	spin_lock(&vcpu->psci_lock);
	vcpu->suspended = mp->mp_state == KVM_MP_STATE_SUSPENDED;
	smp_store_release(&vcpu->powered_off, false);
	spin_unlock(&vcpu->psci_lock);
	vcpu_request(vcpu, vcpu->suspended ? LOFT_REQ_SUSPEND : LOFT_REQ_EXIT);
	return 0;
}

void psci_get_mp_state(struct loft_vcpu *vcpu, struct kvm_mp_state *mp)
{
	spin_lock(&vcpu->psci_lock);
	if (vcpu->powered_off)
		mp->mp_state = KVM_MP_STATE_STOPPED;
	else
		mp->mp_state = vcpu->suspended ? KVM_MP_STATE_SUSPENDED : KVM_MP_STATE_RUNNABLE;
	spin_unlock(&vcpu->psci_lock);
}
