// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host's own interrupts cost, with no guest anywhere: the floor of a virtual IPI and of a virtual timer that
 * a hypervisor leaves to the host's kernel. Measured once, when the module is loaded; the samples, in nanoseconds of the
 * counter (under -icount: instructions), are in /sys/module/bench_floor/parameters.
 */
#define pr_fmt(fmt) "bench-floor: " fmt

#include <linux/cpu.h>
#include <linux/hrtimer.h>
#include <linux/kernel_stat.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <asm/arch_timer.h>

#define SAMPLES		101
#define TIMER_NS	1000000
#define SPREAD_NS	23100	/* due times wander off the host's ticks */

static unsigned int ipi[SAMPLES], timer[SAMPLES];
module_param_array(ipi, uint, NULL, 0444);
MODULE_PARM_DESC(ipi, "from kick_process() to the kicked thread's next instruction but the interrupt's");
module_param_array(timer, uint, NULL, 0444);
MODULE_PARM_DESC(timer, "from the timer's due time to the first instruction of an hrtimer's handler");

static struct task_struct *target;
static unsigned int wanted, armed;
static u64 back;
static bool fired;

static unsigned int floor_ns(u64 ticks)
{
	return mul_u64_u32_div(ticks, NSEC_PER_SEC, arch_timer_get_cntfrq());
}

/* Spins as a guest would. That there was an interrupt is seen by the kernel's count of them, which it raises in any. */
static void floor_target(struct work_struct *work)
{
	unsigned int cpu = get_cpu(), i;
	unsigned long before;

	WRITE_ONCE(target, current);
	for (i = 1; i <= SAMPLES; i++) {
		while (READ_ONCE(wanted) < i)
			cpu_relax();
		before = kstat_cpu_irqs_sum(cpu);
		smp_store_release(&armed, i);
		while (kstat_cpu_irqs_sum(cpu) == before)
			cpu_relax();
		smp_store_release(&back, __arch_counter_get_cntvct());
	}
	put_cpu();
}

/*
 * Where an emulator runs one CPU at a time, cpu_relax() hands over to the other: what the sender does until then counts as
 * well, as in the guest's IPI. An interrupt of another kind that came first shows as a sample of the wrong sign, taken as
 * none: the median stands for the others.
 */
static void floor_send(struct work_struct *work)
{
	unsigned int i;
	s64 ticks;
	u64 start;

	get_cpu();
	for (i = 1; i <= SAMPLES; i++) {
		WRITE_ONCE(back, 0);
		WRITE_ONCE(wanted, i);
		while (smp_load_acquire(&armed) < i)
			cpu_relax();
		start = __arch_counter_get_cntvct();
		kick_process(READ_ONCE(target));
		while (!smp_load_acquire(&back))
			cpu_relax();
		ticks = back - start;
		ipi[i - 1] = ticks < 0 ? 0 : floor_ns(ticks);
	}
	put_cpu();
}

/*
 * A kernel that was entered at EL2 takes the non-secure physical timer, or, where it stayed there, the hypervisor's own, which
 * it reaches by the same name. Of one that was not entered there is nothing to measure: no hypervisor runs on it.
 */
static u64 floor_lateness(void)
{
	return __arch_counter_get_cntpct() - read_sysreg(cntp_cval_el0);
}

static enum hrtimer_restart floor_fire(struct hrtimer *t)
{
	back = floor_lateness();
	WRITE_ONCE(fired, true);
	return HRTIMER_NORESTART;
}

static void floor_time(struct work_struct *work)
{
	struct hrtimer t;
	unsigned int i;

	get_cpu();
	hrtimer_init_on_stack(&t, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	t.function = floor_fire;
	for (i = 0; i < SAMPLES; i++) {
		WRITE_ONCE(fired, false);
		hrtimer_start(&t, ns_to_ktime(TIMER_NS + i % 16 * SPREAD_NS), HRTIMER_MODE_REL_PINNED_HARD);
		while (!READ_ONCE(fired))
			cpu_relax();
		timer[i] = floor_ns(back);
	}
	hrtimer_cancel(&t);
	destroy_hrtimer_on_stack(&t);
	put_cpu();
}

static DECLARE_WORK(send_work, floor_send);
static DECLARE_WORK(target_work, floor_target);
static DECLARE_WORK(time_work, floor_time);

static int __init floor_init(void)
{
	int error = 0;

	cpus_read_lock();
	if (cpu_online(0) && cpu_online(1)) {
		queue_work_on(1, system_highpri_wq, &target_work);
		while (!READ_ONCE(target))
			cond_resched();
		queue_work_on(0, system_highpri_wq, &send_work);
		flush_work(&send_work);
		flush_work(&target_work);
		queue_work_on(1, system_highpri_wq, &time_work);
		flush_work(&time_work);
	} else {
		pr_err("CPUs 0 and 1 are needed\n");
		error = -ENODEV;
	}
	cpus_read_unlock();
	return error;
}

static void __exit floor_exit(void)
{
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_DESCRIPTION("What the host's own interrupts cost");
MODULE_LICENSE("GPL");
