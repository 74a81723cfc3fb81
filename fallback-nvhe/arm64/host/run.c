// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of a guest, as the highvisor sees it: a call of EL2 that returns when the guest stops.
 */
#include <linux/context_tracking.h>
#include <linux/irqflags.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <asm/daifflags.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <loft/hostirq.h>
#include <loft/poll.h>
#include <loft/quick.h>
#include "nvhe.h"

/* Low bits of ESR_EL1.AET, and DFSR.ExT; AET's place in DFSR is four bits higher */
#define VSESR32_AET	GENMASK_ULL(11, 10)
#define VSESR32_EXT	BIT_ULL(12)

/* ICH_HCR_EL2.En */
#define RUN_HCR_EN	BIT(0)

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

/* The endianness of data accesses at the exception level that faulted */
static __always_inline bool exit_big_endian(const struct loft_regs *regs)
{
	u64 bit = SCTLR_ELx_EE;

	if (regs->pstate & PSR_MODE32_BIT)
		return regs->pstate & PSR_AA32_E_BIT;
	if ((regs->pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		bit = SCTLR_EL1_E0E;
	return regs->sys[LOFT_SCTLR_EL1] & bit;
}

/* Past the instruction, as if it had been executed: BTYPE is cleared, and SS, so that a single step ends here */
static __always_inline void run_skip(struct loft_vcpu *vcpu)
{
	vcpu->regs.pc += 4;
	vcpu->regs.pstate &= ~(u64)(DBG_SPSR_SS | PSR_BTYPE_MASK);
}

/*
 * Is everything that the next entry takes from struct hostcall_vcpu there as the lowvisor left it? Not if the timer has
 * fired, which only the highvisor can tell the vGIC, or has its interrupt active for the guest; nor with list registers
 * of which an exit leaves more than their contents (EOIcount).
 */
static __always_inline bool run_may_repeat(const struct loft_vcpu *vcpu, const struct hostcall_vcpu *hv)
{
	return !(hv->gic.hcr & ~RUN_HCR_EN) && !vcpu->timer.hw_active && !nvhe_timer_asserted(hv->cntv_ctl);
}

/* WFI waits in place for a while. The virtual timer is out of the hardware meanwhile: it fires when it is back */
static __always_inline bool run_wfi(const struct loft_vcpu *vcpu, const struct hostcall_vcpu *hv)
{
	u64 left, wait = vcpu->poll;

	if (!poll_is_wfi(vcpu, hv->exit.esr))
		return false;
	if ((hv->cntv_ctl & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK)) == ARCH_TIMER_CTRL_ENABLE) {
		left = read_sysreg(cntv_cval_el0) - (read_sysreg(cntvct_el0) - hv->cntvoff);
		if ((s64)left <= 0)
			return true;
		if (left <= wait) {
			poll_wait(left);
			return true;
		}
	}
	return poll_wait(wait);
}

static __always_inline bool run_load(struct loft_vcpu *vcpu, const struct loft_exit *exit)
{
	return quick_is_load(exit->esr) && !(vcpu->regs.pstate & PSR_MODE32_BIT) &&
	       vgic_quick_load(vcpu, exit->esr, exit->ipa);
}

static __always_inline bool run_answer(struct loft_vcpu *vcpu, const struct hostcall_vcpu *hv)
{
	if (ESR_ELx_EC(hv->exit.esr) == ESR_ELx_EC_WFx)
		return run_wfi(vcpu, hv);
	if (ESR_ELx_EC(hv->exit.esr) == ESR_ELx_EC_DABT_LOW)
		return run_load(vcpu, &hv->exit);
	return ESR_ELx_EC(hv->exit.esr) == ESR_ELx_EC_SYS64 && quick_idreg(vcpu, hv->exit.esr);
}

/*
 * What needs nothing but memory is answered here, before the world around the guest hears of the exit. Nothing is polled:
 * interrupts have been masked since the run loop looked for work, and one that is pending ends the next entry at once.
 */
static noinstr bool run_quick(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	struct loft_exit *exit = &hv->exit;

	if (ESR_ELx_EC(exit->esr) == ESR_ELx_EC_DABT_LOW && exit_big_endian(&vcpu->regs)) {
		exit->flags |= LOFT_EXIT_F_BE;
		return false;
	}
	if (exit->kind != LOFT_EXIT_SYNC || !run_may_repeat(vcpu, hv) || !run_answer(vcpu, hv))
		return false;
	run_skip(vcpu);
	/* FP was saved at the exit */
	hv->flags &= ~HOSTCALL_V_FP_LOAD;
	return true;
}

/* Show the vGIC what the exit left of the list registers, one by one: no call of memcpy() */
static __always_inline void run_gic_look(struct loft_vcpu *vcpu, struct hostcall_gic *gic)
{
	u32 i;

	if (!gic->hcr) {
		gic->elrsr = ~0U;
		gic->hcr_exit = 0;
		return;
	}
	vcpu->lr.elrsr = gic->elrsr;
	for (i = 0; i < gic->used; i++)
		WRITE_ONCE(vcpu->lr.lr[i], gic->lr[i]);
}

static __always_inline void run_gic_add(const struct loft_vcpu *vcpu, struct hostcall_gic *gic, u32 slots)
{
	u32 i;

	for (i = 0; i < vcpu->lr.used; i++)
		if (slots & BIT(i))
			gic->lr[i] = vcpu->lr.lr[i];
	gic->used = vcpu->lr.used;
	gic->hcr = vcpu->lr.hcr;
	gic->elrsr &= ~slots;
}

/*
 * An interrupt of the host's ended the guest's turn. If it is a kick and means SGIs, they are taken up and the guest goes on;
 * the host would have taken the interrupt only to find nothing to do.
 */
static noinstr bool run_kick(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	struct hostirq_cpu *irqs = this_cpu_ptr(&hostirq_cpu);
	u32 slots;
	bool all;

	if (!run_may_repeat(vcpu, hv) || !vcpu->vm->vgic || irqs->stray || !hostirq_take_kick(irqs, vcpu))
		return false;
	run_gic_look(vcpu, &hv->gic);
	all = vgic_quick_sgis(vcpu, &slots);
	if (slots)
		run_gic_add(vcpu, &hv->gic, slots);
	hv->flags &= ~HOSTCALL_V_FP_LOAD;
	return all;
}

static __always_inline bool run_is_kick(void)
{
	return hostirq_kick != HOSTIRQ_NONE && read_sysreg_s(SYS_ICC_HPPIR1_EL1) == hostirq_kick;
}

/* Hypercalls, which the lowvisor left for the run loop, are to lose no time here */
static __always_inline bool run_again(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	if (hv->exit.kind == LOFT_EXIT_IRQ)
		return run_is_kick() && run_kick(vcpu, hv);
	return ESR_ELx_EC(hv->exit.esr) != ESR_ELx_EC_HVC64 && run_quick(vcpu, hv);
}

static noinstr u64 run_call(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	u64 ret;

	window_enter(vcpu);
	do {
		ret = nvhe_hvc(HOSTCALL_RUN, hv->self, 0, 0, 0);
	} while (ret == HOSTCALL_OK && run_again(vcpu, hv));
	window_exit();
	return ret;
}

/*
 * FP state of userspace is saved and nothing of any task is bound to this CPU's registers: the guest may have
 * them. Another task that ran here since may have bound its own; then the flush has to happen again.
 */
static u64 run_fp_flags(struct loft_vcpu *vcpu)
{
	bool free = vcpu->fp_cpu == raw_smp_processor_id() &&
		    vcpu->fp_switches == current->nvcsw + current->nivcsw && test_thread_flag(TIF_FOREIGN_FPSTATE);
	u64 flags = free ? HOSTCALL_V_FP_FREE : 0;

	if (free && vcpu->fp_want) {
		vcpu->fp_want = false;
		flags |= HOSTCALL_V_FP_LOAD;
	}
	return flags;
}

/* VSESR_EL2 is in the format that the guest will see: AArch32's DFSR has two bits of AET, and ExT for EA */
static u64 run_vsesr(const struct loft_vcpu *vcpu)
{
	u64 esr = vcpu->serror_esr;

	if (!vcpu_is_32bit(vcpu))
		return esr;
	return (esr & VSESR32_AET) << 4 | (esr & ESR_ELx_EA ? VSESR32_EXT : 0);
}

static void run_prepare(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	hv->flags = (hv->flags & (HOSTCALL_V_FLUSH | HOSTCALL_V_GIC_LOAD)) | run_fp_flags(vcpu);
	hv->hcr = vcpu->traps.hcr;
	if (unlikely(vcpu->serror_pending)) {
		hv->hcr |= HCR_VSE;
		hv->vsesr = run_vsesr(vcpu);
	}
	nvhe_timer_enter(vcpu, hv->cntv_ctl);
	if (vcpu->lr.hcr | hv->gic.hcr)
		nvhe_gic_enter(&vcpu->lr, &hv->gic);
}

static void run_finish(struct loft_vcpu *vcpu, struct hostcall_vcpu *hv)
{
	vcpu->exit = hv->exit;
	if (unlikely(vcpu->serror_pending))
		vcpu->serror_pending = hv->hcr & HCR_VSE;
	if (hv->gic.hcr)
		nvhe_gic_leave(&vcpu->lr, &hv->gic);
	if (vcpu->timer.hw_active || nvhe_timer_asserted(hv->cntv_ctl))
		nvhe_timer_leave(vcpu, hv->cntv_ctl);
}

/**
 * nvhe_vcpu_run - enter the guest once
 * @vcpu: the vCPU; the current thread holds its lock
 *
 * Context: interrupts off.
 */
void nvhe_vcpu_run(struct loft_vcpu *vcpu)
{
	struct nvhe_cpu *cpu = this_cpu_ptr(&nvhe_cpu);
	struct hostcall_vcpu *hv = vcpu->backend;
	u64 ret;

	if (unlikely(cpu->resident != vcpu) && !nvhe_load(cpu, vcpu)) {
		/* As if interrupted at once: the scheduler is taking the thread off this CPU */
		vcpu->exit.kind = LOFT_EXIT_IRQ;
		return;
	}
	run_prepare(vcpu, hv);
	/* With pseudo-NMIs the priority mask is opened here, or the GIC would not signal what should stop the guest */
	local_daif_mask();
	ret = run_call(vcpu, hv);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	if (hv->exit.kind != LOFT_EXIT_SYNC)
		hostirq_stray();
	/* Refused: a bug of Loft's. An exit for no reason that is known ends in an exception for the guest */
	if (WARN_ON_ONCE(ret != HOSTCALL_OK))
		hv->exit = (struct loft_exit){ .kind = LOFT_EXIT_SYNC };
	run_finish(vcpu, hv);
}
