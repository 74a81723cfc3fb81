// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of a guest, as the highvisor sees it: a call of HYP that returns when the guest stops.
 */
#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/irqflags.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <asm/esr.h>
#include <asm/vfp.h>
#include "hyp.h"

/* HCR.VA: a virtual asynchronous abort is pending */
#define HCR_VA		BIT(8)

static_assert(HOSTCALL_SYNC == (u32)LOFT_EXIT_SYNC);
static_assert(HOSTCALL_IRQ == (u32)LOFT_EXIT_IRQ);
static_assert(HOSTCALL_SERROR == (u32)LOFT_EXIT_SERROR);

/*
 * For RCU and lockdep the guest is userspace. A CPU that is not context-tracked reports a quiescent state
 * only after an interrupt: the tick that asks for one is such an exit, and the others stay cheap.
 */
static __always_inline void window_enter(struct loft_vcpu *vcpu)
{
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	if (!context_tracking_guest_enter() && vcpu->exit.kind == LOFT_EXIT_IRQ)
		rcu_virt_note_context_switch();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

static __always_inline void window_exit(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	trace_hardirqs_off_finish();
}

static noinstr u32 run_call(struct loft_vcpu *vcpu, u32 hv)
{
	u32 ret;

	window_enter(vcpu);
	ret = hyp_hvc(HOSTCALL_RUN, hv, 0);
	window_exit();
	return ret;
}

static u32 vfp_fpexc(void)
{
	u32 val;

	asm volatile(".fpu vfpv2\n\tvmrs %0, fpexc" : "=r" (val));
	return val;
}

/*
 * The last use of VFP in this thread's name was exit_fp(), which saved the user's state and unbound what was cached: the
 * guest may have the registers. While no other thread ran here, only this one could have bound its own, and then
 * FPEXC.EN is set.
 */
static u32 run_fp_flags(struct loft_vcpu *vcpu)
{
	bool free = vcpu->fp_cpu == raw_smp_processor_id() &&
		    vcpu->fp_switches == current->nvcsw + current->nivcsw && !(vfp_fpexc() & FPEXC_EN);
	u32 flags = free ? HOSTCALL_V_FP_FREE : 0;

	if (free && vcpu->fp_want) {
		vcpu->fp_want = false;
		flags |= HOSTCALL_V_FP_LOAD;
	}
	return flags;
}

static void run_prepare(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	hv->flags = (hv->flags & HOSTCALL_V_FLUSH) | run_fp_flags(vcpu);
	hv->hcr = vcpu->traps.hcr;
	if (unlikely(vcpu->serror_pending))
		hv->hcr |= HCR_VA;
	if (loft_caps.gic)
		gich_enter(&vcpu->lr);
	nvhe_timer_enter(vcpu, hv->cntv_ctl);
}

static void run_finish(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	vcpu->exit = hv->exit;
	if (hv->exit.kind == LOFT_EXIT_SYNC && ESR_ELx_EC(hv->exit.esr) == ESR_ELx_EC_DABT_LOW &&
	    vcpu->regs.pstate & PSR_E_BIT)
		vcpu->exit.flags |= LOFT_EXIT_F_BE;
	hv->flags &= ~HOSTCALL_V_FLUSH;
	if (unlikely(vcpu->serror_pending))
		vcpu->serror_pending = hv->hcr & HCR_VA;
	if (loft_caps.gic)
		gich_leave(&vcpu->lr);
	if (vcpu->timer.hw_active || nvhe_timer_asserted(hv->cntv_ctl))
		nvhe_timer_leave(vcpu, hv->cntv_ctl);
}

/**
 * backend_vcpu_run - enter the guest once
 * @vcpu: the vCPU; the current thread holds its lock
 *
 * Context: interrupts off.
 */
void backend_vcpu_run(struct loft_vcpu *vcpu)
{
	struct hyp_cpu *cpu = this_cpu_ptr(&hyp_cpu);
	struct hostcall_vcpu *hv = vcpu->backend;
	u32 ret;

	if (unlikely(cpu->resident != vcpu) && !hyp_load(cpu, vcpu)) {
		/* As if interrupted at once: the scheduler is taking the thread off this CPU */
		vcpu->exit.kind = LOFT_EXIT_IRQ;
		return;
	}
	run_prepare(vcpu, hv);
	ret = run_call(vcpu, virt_to_phys(hv));
	/* Refused: a bug of Loft's. An exit for no reason that is known ends in an exception for the guest */
	if (WARN_ON_ONCE(ret != HOSTCALL_OK))
		hv->exit = (struct loft_exit){ .kind = LOFT_EXIT_SYNC };
	run_finish(vcpu, hv);
}
