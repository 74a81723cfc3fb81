// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions for guests of ARMv7 hosts: all of them are AArch32's, see inject32.c.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <loft/vcpu.h>
#include "../abi.h"

/* Fault status codes as inject32_abort() wants them */
#define FSC_ADDRSZ_L0		0x00
#define FSC_EXT_WALK_L0		0x14
#define ISS_FNV			BIT(10)

#define IT_1_0			GENMASK(26, 25)
#define IT_7_2			GENMASK(15, 10)

/**
 * inject_undef() - the trapped instruction is undefined
 * @vcpu: the vCPU; its own thread, IRQs on
 */
void inject_undef(struct loft_vcpu *vcpu)
{
	vcpu_evict(vcpu);
	inject32_undef(vcpu);
}

static void inject_abort(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, u64 iss)
{
	vcpu_evict(vcpu);
	inject32_abort(vcpu, iabt, far, iss);
}

void inject_dabt(struct loft_vcpu *vcpu, guest_va_t far)
{
	inject_abort(vcpu, false, far, ESR_ELx_FSC_EXTABT);
}

/**
 * inject_dabt_status() - a data abort of any kind
 * @vcpu: the vCPU
 * @far: address
 * @status: fault status code as in ESR_EL1 that inject32_abort() knows, which finds out about @write itself
 * @write: it was a store
 */
void inject_dabt_status(struct loft_vcpu *vcpu, guest_va_t far, u8 status, bool write)
{
	inject_abort(vcpu, false, far, status);
}

void inject_iabt(struct loft_vcpu *vcpu, guest_va_t far)
{
	inject_abort(vcpu, true, far, ESR_ELx_FSC_EXTABT);
}

/**
 * inject_abt_walk() - the guest's own page-table walk went where nothing is
 * @vcpu: the vCPU
 * @iabt: the walk was for an instruction fetch
 * @far: address translated
 * @level: level of the entry that could not be read, 0..3
 */
void inject_abt_walk(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, unsigned int level)
{
	inject_abort(vcpu, iabt, far, FSC_EXT_WALK_L0 + level);
}

void inject_size_fault(struct loft_vcpu *vcpu, bool iabt, guest_va_t far)
{
	inject_abort(vcpu, iabt, far, FSC_ADDRSZ_L0);
}

/**
 * inject_serror() - make a virtual asynchronous abort pending
 * @vcpu: the vCPU; its lock held, or its own thread
 * @esr: ignored: there is no syndrome
 *
 * The hardware delivers it when CPSR.A allows; the back end sets HCR.VA for as long as it is pending.
 */
int inject_serror(struct loft_vcpu *vcpu, u64 esr)
{
	vcpu->serror_pending = true;
	return 0;
}

/* KVM_GET_VCPU_EVENTS */
int vcpu_events_get(struct loft_vcpu *vcpu, struct kvm_vcpu_events *ev)
{
	*ev = (struct kvm_vcpu_events) { .exception.serror_pending = vcpu->serror_pending };
	return 0;
}

/* An external abort that userspace asks for answers the access that it was last shown. */
static void inject_user_dabt(struct loft_vcpu *vcpu)
{
	bool known = vcpu->exit.kind == LOFT_EXIT_SYNC && ESR_ELx_EC(vcpu->exit.esr) == ESR_ELx_EC_DABT_LOW;

	vcpu->mmio.pending = false;
	if (known)
		inject_dabt(vcpu, vcpu->exit.far);
	else
		inject_abort(vcpu, false, GVA(0), ESR_ELx_FSC_EXTABT | ISS_FNV);
}

/**
 * vcpu_events_set() - KVM_SET_VCPU_EVENTS
 * @vcpu: the vCPU; its lock held
 * @ev: what is to be pending
 *
 * Return: 0, or -EINVAL for a syndrome, which the machine cannot deliver.
 */
int vcpu_events_set(struct loft_vcpu *vcpu, const struct kvm_vcpu_events *ev)
{
	if (ev->exception.serror_pending && ev->exception.serror_has_esr)
		return -EINVAL;
	vcpu->serror_pending = ev->exception.serror_pending;
	if (ev->exception.ext_dabt_pending)
		inject_user_dabt(vcpu);
	return 0;
}

/* ITAdvance() of the Arm ARM: CPSR.IT lies in two pieces. */
static u32 insn_it_advance(u32 pstate)
{
	u32 it = (pstate & IT_1_0) >> 25 | (pstate & IT_7_2) >> 8;

	it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
	return (pstate & ~(u32)(IT_1_0 | IT_7_2)) | (it & 3) << 25 | (it & 0xfc) << 8;
}

/**
 * vcpu_skip_insn() - past the trapped instruction, as if it had been executed
 * @vcpu: the vCPU, its exit record that of the instruction
 */
void vcpu_skip_insn(struct loft_vcpu *vcpu)
{
	struct loft_regs *regs = &vcpu->regs;

	regs->pc += vcpu->exit.esr & ESR_ELx_IL ? 4 : 2;
	if (regs->pstate & PSR_T_BIT)
		regs->pstate = insn_it_advance(regs->pstate);
}
