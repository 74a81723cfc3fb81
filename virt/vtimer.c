// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic timers: the policy behind the virtual timer in the hardware, and the physical timer, emulated.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <clocksource/arm_arch_timer.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include <loft/vtimer.h>

/* The PPIs that the KVM ABI promises, until userspace says otherwise */
#define VTIMER_PPI_V	27
#define VTIMER_PPI_P	30

/* Longest time a host timer is set for: far enough, and safe from overflow */
#define VTIMER_MAX_NS	(3600ULL * NSEC_PER_SEC)

/*
 * How far the hardware's counter fell back, over all the times that it began anew under a living kernel: it comes back from
 * hibernation on a machine that was switched on since. Guests are asleep then, and must not see it.
 */
static u64 counter_lost;
static DEFINE_PER_CPU(u64, counter_asleep);

static bool timer_enabled(const struct loft_timer_regs *t)
{
	return (t->ctl & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK)) == ARCH_TIMER_CTRL_ENABLE;
}

/**
 * vtimer_counter - the counter that virtual ones are offset from: the hardware's, but it never falls back
 *
 * Return: ticks.
 */
u64 vtimer_counter(void)
{
	return backend_counter() + counter_lost;
}

/**
 * vtimer_offset - CNTVOFF_EL2 for a VM
 * @vm: the VM
 *
 * Return: ticks.
 */
u64 vtimer_offset(const struct loft_vm *vm)
{
	return READ_ONCE(vm->cntvoff) - counter_lost;
}

/**
 * vtimer_cpu_sleep - this CPU goes to a power state, or into the image of a hibernation
 *
 * Context: interrupts off.
 */
void vtimer_cpu_sleep(void)
{
	__this_cpu_write(counter_asleep, backend_counter());
}

/**
 * vtimer_cpu_wake - and is back: did the counter begin anew?
 *
 * The compare values of guests stay right. The physical counter is another matter: guests read the hardware's, which
 * has no offset, and see it fall back as the host does.
 *
 * Context: interrupts off, no vCPU is resident here. A counter that fell back is seen with no other CPU up.
 */
void vtimer_cpu_wake(void)
{
	u64 asleep = __this_cpu_read(counter_asleep);
	u64 now = backend_counter();

	if (unlikely(now < asleep))
		counter_lost += asleep - now;
}

/**
 * vtimer_count_v - the guest's virtual counter
 * @vcpu: the vCPU
 *
 * Return: ticks.
 */
u64 vtimer_count_v(struct loft_vcpu *vcpu)
{
	return vtimer_counter() - vcpu->vm->cntvoff;
}

/**
 * vtimer_count_p - the guest's physical counter, which is the host's
 * @vcpu: the vCPU
 *
 * Return: ticks.
 */
u64 vtimer_count_p(struct loft_vcpu *vcpu)
{
	return backend_counter();
}

static u64 ticks_to_ns(u64 ticks)
{
	if (ticks >= div_u64(VTIMER_MAX_NS, NSEC_PER_SEC) * loft_caps.timer_hz)
		return VTIMER_MAX_NS;
	return mul_u64_u32_div(ticks, NSEC_PER_SEC, loft_caps.timer_hz);
}

/* Both counters count up from the same hardware; a compare value in the past is an expired timer */
static void timer_arm(struct hrtimer *hrt, u64 count, u64 cval)
{
	hrtimer_start(hrt, ns_to_ktime(ticks_to_ns(cval - count)), HRTIMER_MODE_REL_HARD);
}

static enum hrtimer_restart v_expire(struct hrtimer *hrt)
{
	struct loft_vcpu *vcpu = container_of(hrt, struct loft_vcpu, timer.v_bg);
	u64 count = vtimer_count_v(vcpu);

	if (count < vcpu->timer.v.cval) {
		hrtimer_forward_now(hrt, ns_to_ktime(ticks_to_ns(vcpu->timer.v.cval - count) + 1));
		return HRTIMER_RESTART;
	}
	vtimer_fired(vcpu);
	return HRTIMER_NORESTART;
}

/**
 * vtimer_fired - the virtual timer's line is up
 * @vcpu: the vCPU
 *
 * Context: interrupts off.
 */
void vtimer_fired(struct loft_vcpu *vcpu)
{
	if (vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.v_ppi, true);
}

/**
 * vtimer_evicted - the virtual timer's state has come to memory
 * @vcpu: the vCPU
 *
 * The vCPU may be blocked, or block before it is loaded again.
 *
 * Context: interrupts off.
 */
void vtimer_evicted(struct loft_vcpu *vcpu)
{
	struct loft_timer_regs *v = &vcpu->timer.v;
	u64 count;

	if (!timer_enabled(v) || !vgic_present(vcpu->vm))
		return;
	count = vtimer_count_v(vcpu);
	if (count >= v->cval)
		vtimer_fired(vcpu);
	else
		timer_arm(&vcpu->timer.v_bg, count, v->cval);
}

/**
 * vtimer_loading - the hardware takes over
 * @vcpu: the vCPU
 *
 * Context: interrupts off.
 */
void vtimer_loading(struct loft_vcpu *vcpu)
{
	if (hrtimer_active(&vcpu->timer.v_bg))
		hrtimer_cancel(&vcpu->timer.v_bg);
}

/* The physical timer's line follows its registers */
static void p_update(struct loft_vcpu *vcpu)
{
	struct loft_timer_regs *p = &vcpu->timer.p;
	u64 count = vtimer_count_p(vcpu);
	bool line = timer_enabled(p) && count >= p->cval;

	if (vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.p_ppi, line);
	if (timer_enabled(p) && !line)
		timer_arm(&vcpu->timer.p_bg, count, p->cval);
}

static enum hrtimer_restart p_expire(struct hrtimer *hrt)
{
	struct loft_vcpu *vcpu = container_of(hrt, struct loft_vcpu, timer.p_bg);
	u64 count = vtimer_count_p(vcpu);

	if (count < vcpu->timer.p.cval) {
		hrtimer_forward_now(hrt, ns_to_ktime(ticks_to_ns(vcpu->timer.p.cval - count) + 1));
		return HRTIMER_RESTART;
	}
	if (vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.p_ppi, true);
	return HRTIMER_NORESTART;
}

/**
 * vtimer_p_read_ctl - CNTP_CTL_EL0 as the guest reads it
 * @vcpu: the vCPU
 *
 * Return: ENABLE, IMASK and the computed ISTATUS.
 */
u64 vtimer_p_read_ctl(struct loft_vcpu *vcpu)
{
	struct loft_timer_regs *p = &vcpu->timer.p;
	u64 ctl = p->ctl;

	if ((ctl & ARCH_TIMER_CTRL_ENABLE) && vtimer_count_p(vcpu) >= p->cval)
		ctl |= ARCH_TIMER_CTRL_IT_STAT;
	return ctl;
}

/**
 * vtimer_p_write - program the physical timer
 * @vcpu: the vCPU; its own thread, or its lock held
 * @ctl: CNTP_CTL_EL0
 * @cval: CNTP_CVAL_EL0
 */
void vtimer_p_write(struct loft_vcpu *vcpu, u64 ctl, u64 cval)
{
	hrtimer_cancel(&vcpu->timer.p_bg);
	vcpu->timer.p.ctl = ctl & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK);
	vcpu->timer.p.cval = cval;
	p_update(vcpu);
}

/**
 * vtimer_vcpu_init - timers of a new vCPU
 * @vcpu: the vCPU
 */
void vtimer_vcpu_init(struct loft_vcpu *vcpu)
{
	hrtimer_init(&vcpu->timer.v_bg, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	vcpu->timer.v_bg.function = v_expire;
	hrtimer_init(&vcpu->timer.p_bg, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	vcpu->timer.p_bg.function = p_expire;
	vcpu->timer.v_ppi = VTIMER_PPI_V;
	vcpu->timer.p_ppi = VTIMER_PPI_P;
}

/**
 * vtimer_vcpu_reset - timers off, lines down
 * @vcpu: the vCPU, evicted
 */
void vtimer_vcpu_reset(struct loft_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer.v_bg);
	vcpu->timer.v = (struct loft_timer_regs){};
	if (vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.v_ppi, false);
	vtimer_p_write(vcpu, 0, 0);
}

/**
 * vtimer_vcpu_destroy - nothing of the timers may fire any more
 * @vcpu: the vCPU, evicted
 */
void vtimer_vcpu_destroy(struct loft_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer.v_bg);
	hrtimer_cancel(&vcpu->timer.p_bg);
}

/**
 * vtimer_first_run - tie the virtual timer's interrupt to the physical one
 * @vcpu: the vCPU, about to run for the first time
 *
 * Return: 0 or an errno.
 */
int vtimer_first_run(struct loft_vcpu *vcpu)
{
	if (!vgic_present(vcpu->vm))
		return 0;
	return vgic_map_hw(vcpu, vcpu->timer.v_ppi, loft_caps.timer_hwirq);
}
