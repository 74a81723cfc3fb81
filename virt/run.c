// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run loop: what happens between KVM_RUN and its return.
 *
 * Nobody polls a vCPU's mode. Whoever wants something of it sets a request, then kicks its thread. The loop
 * looks at the requests with interrupts off; a kick that comes later finds the thread running and sends an
 * interrupt, which stays pending until the guest is entered and then ends that entry at once. A thread that is
 * not running passes this way again before it enters, and the scheduler's barriers order the look.
 */
#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/task_work.h>
#include <linux/vtime.h>
#include <asm/barrier.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include <loft/work.h>
#include "abi.h"

static unsigned int halt_poll_ns = 500000;
module_param(halt_poll_ns, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns, "longest time that a vCPU waits for an interrupt before it gives its CPU away, in ns; 0: never");

/* Would a vCPU that executed WFI, or that is switched off, go on? */
static bool run_wakeable(struct loft_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->requests) & ~(BIT(LOFT_REQ_SLEEP) | BIT(LOFT_REQ_SUSPEND)))
		return true;
	if (READ_ONCE(vcpu->powered_off))
		return false;
	return vcpu->serror_pending || vgic_pending(vcpu);
}

/*
 * How long the next WFI may wait inside the switch: twice what this one took, if the wait would have been worth it, and
 * nobody else wants the CPU
 */
static void run_learn(struct loft_vcpu *vcpu, u64 slept)
{
	u64 max = mul_u64_u32_div(READ_ONCE(halt_poll_ns), loft_caps.timer_hz, NSEC_PER_SEC);

	vcpu->poll = slept < max && single_task_running() ? min(2 * slept + 1, max) : 0;
}

/**
 * vcpu_block - WFI: give the CPU away until there is something to do
 * @vcpu: the current thread's vCPU
 *
 * The virtual timer keeps running in the hardware; where it would stop with the CPU's idle state, it is taken
 * out first, and a host timer stands in for it.
 *
 * Context: may sleep.
 */
void vcpu_block(struct loft_vcpu *vcpu)
{
	u64 start = backend_counter();

	if (!loft_caps.timer_always_on)
		backend_vcpu_put(vcpu);
	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (run_wakeable(vcpu) || signal_pending(current) || task_work_pending(current))
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	run_learn(vcpu, backend_counter() - start);
}

/**
 * vcpu_kick - make a vCPU look at its requests and interrupts
 * @vcpu: any vCPU
 *
 * Context: any.
 */
void vcpu_kick(struct loft_vcpu *vcpu)
{
	struct task_struct *task;

	/* What the caller published comes before the look at where the thread is */
	smp_mb();
	if (rcuwait_wake_up(&vcpu->wait))
		return;
	rcu_read_lock();
	task = pid_task(rcu_dereference(vcpu->pid), PIDTYPE_PID);
	if (task && task != current)
		kick_process(task);
	rcu_read_unlock();
}

/**
 * vcpu_request - ask something of a vCPU
 * @vcpu: any vCPU
 * @req: LOFT_REQ_*
 *
 * Context: any.
 */
void vcpu_request(struct loft_vcpu *vcpu, int req)
{
	set_bit(req, &vcpu->requests);
	vcpu_kick(vcpu);
}

/* Switched off by PSCI or by userspace: sleep here, and come back here after a signal */
static void run_sleep(struct loft_vcpu *vcpu)
{
	if (!READ_ONCE(vcpu->powered_off))
		return;
	vcpu_block(vcpu);
	if (READ_ONCE(vcpu->powered_off))
		set_bit(LOFT_REQ_SLEEP, &vcpu->requests);
}

/*
 * Suspended by userspace (KVM_MP_STATE_SUSPENDED): wait as in WFI, then tell userspace, who alone ends the state. True:
 * there is something to tell.
 */
static bool run_suspend(struct loft_vcpu *vcpu)
{
	if (!READ_ONCE(vcpu->suspended))
		return false;
	set_bit(LOFT_REQ_SUSPEND, &vcpu->requests);
	vcpu_block(vcpu);
	if (!vgic_pending(vcpu) && !vcpu->serror_pending)
		return false;
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	vcpu->run->system_event.type = KVM_SYSTEM_EVENT_WAKEUP;
	vcpu->run->system_event.ndata = 0;
	return true;
}

static int run_interrupted(struct loft_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_INTR;
	return -EINTR;
}

/* LOFT_USER: KVM_RUN returns, with *err if that is not 0 */
static enum loft_verdict run_work(struct loft_vcpu *vcpu, int *err)
{
	clear_bit(LOFT_REQ_EXIT, &vcpu->requests);
	clear_bit(LOFT_REQ_IRQ, &vcpu->requests);
	if (test_and_clear_bit(LOFT_REQ_KICK, &vcpu->requests))
		vcpu_kick(vcpu->kickee);
	if (test_and_clear_bit(LOFT_REQ_RESET, &vcpu->requests))
		psci_take_reset(vcpu);
	if (test_and_clear_bit(LOFT_REQ_SLEEP, &vcpu->requests))
		run_sleep(vcpu);
	if (test_and_clear_bit(LOFT_REQ_SUSPEND, &vcpu->requests) && run_suspend(vcpu))
		return LOFT_USER;
	if (task_sigpending(current)) {
		*err = run_interrupted(vcpu);
		return LOFT_USER;
	}
	/*
	 * Work queued for this task runs on its way to userspace, and only there. Userspace does not hear of it: the way leads
	 * past the code that restarts a system call if no signal's handler is to run.
	 */
	if (signal_pending(current) || task_work_pending(current)) {
		set_thread_flag(TIF_NOTIFY_SIGNAL);
		*err = -ERESTARTNOHAND;
		return LOFT_USER;
	}
	cond_resched();
	return LOFT_RESUME;
}

/*
 * Guest time is what passes between here and run_account(). The tick that ended the guest's turn has to find the
 * thread still marked, so that a host which samples charges the guest.
 */
static void run_account(const struct loft_vcpu *vcpu)
{
	if (vcpu->exit.kind == LOFT_EXIT_IRQ) {
		local_irq_enable();
		/* Arm ARM: an interrupt that is pending is taken before the instruction after a context synchronisation */
		isb();
		local_irq_disable();
	}
	vtime_account_guest_exit();
	local_irq_enable();
}

static bool run_elsewhere(const struct loft_vcpu *vcpu)
{
	/* Pairs with the release of the CPU that evicted it: its registers are in memory before this says -1 */
	int cpu = smp_load_acquire(&vcpu->cpu);

	return cpu >= 0 && cpu != raw_smp_processor_id();
}

static int run_loop(struct loft_vcpu *vcpu)
{
	int err = 0;

	for (;;) {
		/* The thread moved to another CPU: its world follows. May wait, so not with interrupts off */
		if (unlikely(run_elsewhere(vcpu)))
			backend_vcpu_put(vcpu);
		local_irq_disable();
		if (unlikely(work_waits(vcpu))) {
			local_irq_enable();
			if (run_work(vcpu, &err) == LOFT_USER)
				return err;
			continue;
		}
		if (unlikely(run_elsewhere(vcpu))) {
			local_irq_enable();
			continue;
		}
		vgic_flush(vcpu);
		vtime_account_guest_enter();
		backend_vcpu_run(vcpu);
		vgic_sync(vcpu);
		run_account(vcpu);
		if (exit_handle(vcpu, &err) == LOFT_USER)
			return err;
	}
}

/* Kicks go to the thread that runs the vCPU. Threads seldom change */
static void run_adopt_thread(struct loft_vcpu *vcpu)
{
	struct pid *old = rcu_access_pointer(vcpu->pid);

	if (likely(old == task_pid(current)))
		return;
	rcu_assign_pointer(vcpu->pid, get_task_pid(current, PIDTYPE_PID));
	if (!old)
		return;
	synchronize_rcu();
	put_pid(old);
}

/* Without interrupt controller there is no CPU interface either: its registers trap, and are UNDEFINED */
static int run_first(struct loft_vcpu *vcpu)
{
	int ret = vm_first_run(vcpu->vm);

	if (ret)
		return ret;
	if (!vgic_present(vcpu->vm))
		vcpu->lr.hcr = VGIC_HCR_TRAP_ALL;
	return vtimer_first_run(vcpu);
}

static int run_prepare(struct loft_vcpu *vcpu)
{
	if (unlikely(!vcpu->init))
		return -ENOEXEC;
	if (unlikely(!vcpu->ran)) {
		int ret = run_first(vcpu);

		if (ret)
			return ret;
		vcpu->ran = true;
	}
	run_adopt_thread(vcpu);
	return 0;
}

/**
 * vcpu_run - KVM_RUN
 * @vcpu: the vCPU; the caller holds its lock
 *
 * Return: 0 with struct kvm_run filled in; -EINTR if a signal or immediate_exit ended it; -ENOEXEC before
 * KVM_ARM_VCPU_INIT; other errnos as documented for KVM_RUN.
 */
int vcpu_run(struct loft_vcpu *vcpu)
{
	int ret = run_prepare(vcpu);

	if (ret)
		return ret;
	if (vcpu->mmio.pending && mmio_complete(vcpu, &ret) == LOFT_USER)
		return ret;
	if (vcpu->run->immediate_exit__unsafe)
		return -EINTR;
	if (READ_ONCE(vcpu->powered_off))
		set_bit(LOFT_REQ_SLEEP, &vcpu->requests);
	if (READ_ONCE(vcpu->suspended))
		set_bit(LOFT_REQ_SUSPEND, &vcpu->requests);
	vcpu_sigset_activate(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	ret = run_loop(vcpu);
	vcpu_sigset_deactivate(vcpu);
	return ret;
}
