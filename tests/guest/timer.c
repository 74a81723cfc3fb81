// SPDX-License-Identifier: GPL-2.0-only
// The virtual and the physical timer fire, are masked, are cancelled and wake from WFI; counters only go up.
#include "timer.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"

struct timer {
	const char *name;
	u32 ppi;
	u64 (*count)(void);
	u64 (*ctl)(void);
	void (*set_ctl)(u64 v);
	u64 (*cval)(void);
	void (*set_cval)(u64 v);
	u64 (*tval)(void);
	void (*set_tval)(u64 v);
};

#define TIMER_ACCESSORS(t, reg)							\
	static u64 t##_ctl(void) { return sysreg_read(reg##_ctl_el0); }		\
	static void t##_set_ctl(u64 v) { sysreg_write(reg##_ctl_el0, v); isb(); }	\
	static u64 t##_cval(void) { return sysreg_read(reg##_cval_el0); }		\
	static void t##_set_cval(u64 v) { sysreg_write(reg##_cval_el0, v); isb(); }	\
	static u64 t##_tval(void) { return sysreg_read(reg##_tval_el0); }		\
	static void t##_set_tval(u64 v) { sysreg_write(reg##_tval_el0, v); isb(); }

TIMER_ACCESSORS(virt, cntv)
TIMER_ACCESSORS(phys, cntp)

static u64 virt_count(void) { isb(); return sysreg_read(cntvct_el0); }
static u64 phys_count(void) { isb(); return sysreg_read(cntpct_el0); }

static const struct timer virt = {
	"virtual", TIMER_PPI_VIRT, virt_count, virt_ctl, virt_set_ctl, virt_cval, virt_set_cval, virt_tval, virt_set_tval,
};

static const struct timer phys = {
	"physical", TIMER_PPI_PHYS, phys_count, phys_ctl, phys_set_ctl, phys_cval, phys_set_cval, phys_tval, phys_set_tval,
};

/* The timer under test, and the other one, which watches over it. */
static const struct timer *timer = &virt, *watchdog = &phys;

static void timer_stop(u32 intid)
{
	if (intid == timer->ppi)
		timer->set_ctl(0);
	if (intid == watchdog->ppi)
		watchdog->set_ctl(0);
}

static void timer_begin(void)
{
	irq_disable();
	virt.set_ctl(0);
	phys.set_ctl(0);
	irq_reset();
	irq_hook = timer_stop;
	gic_enable(virt.ppi);
	gic_enable(phys.ppi);
}

static void timer_settle(u64 us)
{
	irq_enable();
	timer_spin_us(us);
	irq_disable();
}

/* An emulated CPU shows the status only once its emulator's own timer has run. */
static bool timer_expired(void)
{
	u64 deadline = timer_deadline();

	while (!(timer->ctl() & TIMER_ISTATUS)) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

static enum verdict frequency(void)
{
	u64 hz = sysreg_read(cntfrq_el0);

	EXPECT(hz >= 1000000 && hz <= 10000000000ULL, "CNTFRQ_EL0 %llu", hz);
	return TEST_PASS;
}

static enum verdict monotonic(void)
{
	u64 last = timer->count(), now, start = last;
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		now = timer->count();
		EXPECT((s64)(now - last) >= 0, "0x%llx after 0x%llx", now, last);
		last = now;
	}
	EXPECT(last != start, "stands still at 0x%llx", last);
	return TEST_PASS;
}

static enum verdict reset_state(void)
{
	/* Whatever a test before this left: both must be off when the vCPU was started. */
	EXPECT_EQ(virt.ctl() & TIMER_ENABLE, 0);
	EXPECT_EQ(phys.ctl() & TIMER_ENABLE, 0);
	return TEST_PASS;
}

static enum verdict registers(void)
{
	u64 now;

	timer_begin();
	timer->set_cval(0x123456789abcdef0);
	EXPECT_EQ(timer->cval(), 0x123456789abcdef0);
	timer->set_ctl(TIMER_IMASK);
	EXPECT_EQ(timer->ctl(), TIMER_IMASK);
	now = timer->count();
	timer->set_tval(timer_us(1000000));
	EXPECT(timer->cval() - now >= timer_us(1000000), "TVAL: CVAL 0x%llx at 0x%llx", timer->cval(), now);
	EXPECT(timer->cval() - now < timer_us(11000000), "TVAL: CVAL 0x%llx at 0x%llx", timer->cval(), now);
	now = timer->tval();
	EXPECT((int)now <= (int)timer_us(1000000) && timer->tval() <= now, "TVAL reads 0x%llx", now);
	timer->set_tval(-1);
	EXPECT((s64)(timer->count() - timer->cval()) > 0, "negative TVAL: CVAL 0x%llx", timer->cval());
	EXPECT((int)timer->tval() < 0, "TVAL of the past 0x%llx", timer->tval());
	timer->set_ctl(TIMER_ENABLE | TIMER_IMASK);
	EXPECT(timer_expired(), "CTL 0x%llx", timer->ctl());
	EXPECT_EQ(timer->ctl(), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
	timer->set_ctl(0);
	return TEST_PASS;
}

static enum verdict fires(void)
{
	u64 at;

	timer_begin();
	irq_enable();
	at = timer->count() + timer_us(1000);
	timer->set_cval(at);
	timer->set_ctl(TIMER_ENABLE);
	EXPECT(irq_wait(0, timer->ppi, 1), "no interrupt, CTL 0x%llx", timer->ctl());
	EXPECT((s64)(timer->count() - at) >= 0, "too early");
	timer_settle(3000);
	EXPECT_EQ(irq_log(0)->total, 1);
	return TEST_PASS;
}

static enum verdict fires_at_once(void)
{
	timer_begin();
	irq_enable();
	timer->set_cval(0);
	timer->set_ctl(TIMER_ENABLE);
	EXPECT(irq_wait(0, timer->ppi, 1), "no interrupt, CTL 0x%llx", timer->ctl());
	timer_settle(1000);
	EXPECT_EQ(irq_log(0)->total, 1);
	return TEST_PASS;
}

static enum verdict masked(void)
{
	timer_begin();
	timer->set_cval(timer->count() + timer_us(500));
	timer->set_ctl(TIMER_ENABLE | TIMER_IMASK);
	timer_settle(3000);
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT(timer_expired(), "CTL 0x%llx", timer->ctl());
	timer->set_ctl(TIMER_ENABLE);
	timer_settle(3000);
	EXPECT_EQ(irq_count(0, timer->ppi), 1);
	return TEST_PASS;
}

static enum verdict disabled_in_gic(void)
{
	timer_begin();
	gic_disable(timer->ppi);
	timer->set_cval(timer->count());
	timer->set_ctl(TIMER_ENABLE);
	timer_settle(3000);
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT(timer_expired(), "CTL 0x%llx", timer->ctl());
	EXPECT(gic_bit_read(GICD_ISPENDR, timer->ppi), "not pending");
	timer->set_ctl(0);
	EXPECT(!gic_bit_read(GICD_ISPENDR, timer->ppi), "still pending");
	gic_enable(timer->ppi);
	timer_settle(1000);
	EXPECT_EQ(irq_log(0)->total, 0);
	return TEST_PASS;
}

static enum verdict cancelled(void)
{
	unsigned int i;

	timer_begin();
	for (i = 0; i < 20; i++) {
		timer->set_cval(timer->count() + timer_us(20000));
		timer->set_ctl(TIMER_ENABLE);
		timer_spin_us(i * 10);
		timer->set_ctl(0);
	}
	timer_settle(40000);
	EXPECT_EQ(irq_log(0)->total, 0);
	/* Postponed instead of disabled. */
	timer->set_cval(timer->count() + timer_us(20000));
	timer->set_ctl(TIMER_ENABLE);
	timer->set_cval(~0ULL);
	timer_settle(40000);
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT_EQ(timer->ctl(), TIMER_ENABLE);
	timer->set_ctl(0);
	return TEST_PASS;
}

static u32 again;

static void leave_asserted(u32 intid)
{
	if (intid == timer->ppi && ++again == 10)
		timer->set_ctl(0);
}

static enum verdict level_semantics(void)
{
	timer_begin();
	again = 0;
	irq_hook = leave_asserted;
	timer->set_cval(timer->count());
	timer->set_ctl(TIMER_ENABLE);
	irq_enable();
	EXPECT(irq_wait(0, timer->ppi, 10), "came %u times", irq_count(0, timer->ppi));
	timer_settle(2000);
	EXPECT_EQ(irq_count(0, timer->ppi), 10);
	return TEST_PASS;
}

static enum verdict many_shots(void)
{
	u64 seed = 42, at;
	u32 i;

	timer_begin();
	irq_enable();
	for (i = 1; i <= 200; i++) {
		at = timer->count() + timer_us(random_next(&seed) % 500);
		timer->set_cval(at);
		timer->set_ctl(TIMER_ENABLE);
		EXPECT(irq_wait(0, timer->ppi, i), "shot %u does not come, CTL 0x%llx", i, timer->ctl());
		EXPECT((s64)(timer->count() - at) >= 0, "shot %u too early", i);
	}
	irq_disable();
	EXPECT_EQ(irq_log(0)->total, 200);
	return TEST_PASS;
}

/* Sleep until the timer; the other timer ends a sleep that would not end. */
static bool sleep_until_fired(u64 us)
{
	u32 was = irq_count(cpu_self(), timer->ppi);

	watchdog->set_cval(watchdog->count() + timer_us(5000000));
	watchdog->set_ctl(TIMER_ENABLE);
	timer->set_cval(timer->count() + timer_us(us));
	timer->set_ctl(TIMER_ENABLE);
	while (irq_count(cpu_self(), timer->ppi) == was && !irq_count(cpu_self(), watchdog->ppi)) {
		wfi();
		irq_enable();
		irq_disable();
	}
	watchdog->set_ctl(0);
	return !irq_count(cpu_self(), watchdog->ppi);
}

static enum verdict wakes(void)
{
	u32 i;

	timer_begin();
	for (i = 0; i < 50; i++)
		EXPECT(sleep_until_fired(i * 100), "WFI %u ended by the watchdog", i);
	EXPECT_EQ(irq_count(0, timer->ppi), 50);
	return TEST_PASS;
}

static enum verdict survives_vmm(void)
{
	u64 at;

	if (!testdev_present())
		return tap_skip("no test device");
	timer_begin();
	at = timer->count() + timer_us(2000);
	timer->set_cval(at);
	timer->set_ctl(TIMER_ENABLE);
	mmio_write32(TESTDEV_SLEEP, 20000);
	EXPECT((s64)(timer->count() - at) >= 0, "20 ms took less than 2");
	EXPECT(timer_expired(), "CTL 0x%llx", timer->ctl());
	EXPECT_EQ(timer->cval(), at);
	irq_enable();
	EXPECT(irq_wait(0, timer->ppi, 1), "no interrupt");
	irq_disable();
	EXPECT_EQ(irq_log(0)->total, 1);
	return TEST_PASS;
}

static enum verdict both_at_once(void)
{
	u64 at;
	u32 i;

	timer_begin();
	irq_enable();
	for (i = 1; i <= 30; i++) {
		at = timer_us(200 + i * 10);
		virt.set_cval(virt.count() + at);
		phys.set_cval(phys.count() + at);
		virt.set_ctl(TIMER_ENABLE);
		phys.set_ctl(TIMER_ENABLE);
		EXPECT(irq_wait(0, virt.ppi, i) && irq_wait(0, phys.ppi, i), "round %u", i);
	}
	irq_disable();
	return TEST_PASS;
}

static enum verdict wfi_pending_masked(void)
{
	u64 start = timer_now();
	u32 i;

	timer_begin();
	watchdog->set_cval(watchdog->count() + timer_us(5000000));
	watchdog->set_ctl(TIMER_ENABLE);
	gic_send_sgi(0, 4);
	for (i = 0; i < 100; i++)
		wfi();	/* PSTATE.I is set: pending is enough */
	watchdog->set_ctl(0);
	EXPECT((timer_now() - start) < timer_us(5000000), "WFI slept");
	irq_enable();
	EXPECT(irq_wait(0, 4, 1), "SGI lost");
	irq_disable();
	EXPECT_EQ(irq_count(0, watchdog->ppi), 0);
	return TEST_PASS;
}

static enum verdict wfe_returns(void)
{
	u64 start = timer_now();
	u32 i;

	timer_begin();
	/* The event stream, as Linux has it: 2^8 ticks. */
	sysreg_write(cntkctl_el1, sysreg_read(cntkctl_el1) | 7 << 4 | BIT(2));
	isb();
	for (i = 0; i < 100; i++)
		asm volatile("wfe" : : : "memory");
	sysreg_write(cntkctl_el1, sysreg_read(cntkctl_el1) & ~BIT(2));
	EXPECT((timer_now() - start) < timer_us(5000000), "WFE slept for %llu us", (timer_now() - start) / timer_us(1));
	return TEST_PASS;
}

static u32 sender_stop;

static void send_slowly(u64 us)
{
	u64 deadline = timer_deadline();

	while (!READ_ONCE(sender_stop) && !timer_passed(deadline)) {
		timer_spin_us(us);
		gic_send_sgi(0, 4);
	}
}

static enum verdict wfi_sgi(void)
{
	u32 i, cpu1_slept;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	timer_begin();
	sender_stop = 0;
	EXPECT(smp_start(1), "CPU 1 does not start");
	smp_call(1, send_slowly, 2000);
	watchdog->set_cval(watchdog->count() + timer_us(10000000));
	watchdog->set_ctl(TIMER_ENABLE);
	for (i = 0; i < 30 && !irq_count(0, watchdog->ppi); i++) {
		wfi();
		irq_enable();
		irq_disable();
	}
	watchdog->set_ctl(0);
	cpu1_slept = irq_count(0, watchdog->ppi);
	WRITE_ONCE(sender_stop, 1);
	EXPECT(smp_join(1), "CPU 1 does not come back");
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	EXPECT_EQ(cpu1_slept, 0);
	EXPECT(irq_count(0, 4) >= 1, "no SGI in 30 WFIs");
	return TEST_PASS;
}

/* The counter is one for all: a stamp passed on is never from the future. */
static u64 stamp, stamp_backwards;
static u32 stamp_turn;

static void stamp_play(u64 rounds)
{
	u64 deadline = timer_deadline(), now;
	u32 n = smp_count(), me = cpu_self();

	while (rounds) {
		if (__atomic_load_n(&stamp_turn, __ATOMIC_ACQUIRE) % n == me) {
			now = timer_now();
			if ((s64)(now - stamp) < 0)
				stamp_backwards++;
			stamp = now;
			rounds--;
			__atomic_add_fetch(&stamp_turn, 1, __ATOMIC_RELEASE);
		} else if (timer_passed(deadline)) {
			return;
		}
	}
}

static enum verdict monotonic_across(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	stamp = 0;
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
		smp_call(cpu, stamp_play, 200);
	}
	stamp_play(200);
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	}
	EXPECT_EQ(stamp_turn, 200 * n);
	EXPECT_EQ(stamp_backwards, 0);
	return TEST_PASS;
}

static u32 slept[MAX_CPUS];

static void sleep_often(u64 rounds)
{
	u64 seed = cpu_self() + 1;

	gic_enable(virt.ppi);
	gic_enable(phys.ppi);
	while (rounds-- && sleep_until_fired(random_next(&seed) % 2000))
		slept[cpu_self()]++;
}

static enum verdict wakes_everywhere(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	timer_begin();
	memset(slept, 0, sizeof(slept));
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
		smp_call(cpu, sleep_often, 100);
	}
	sleep_often(100);
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	}
	for (cpu = 0; cpu < n; cpu++)
		EXPECT(slept[cpu] == 100, "CPU %u woke %u times", cpu, slept[cpu]);
	return TEST_PASS;
}

static void timer_rearm(u32 intid)
{
	if (intid == virt.ppi)
		virt.set_cval(virt.count() + timer_us(100));
}

/*
 * The guest's end of the interrupt lets the physical one come again at once: were that put off until the guest is left for
 * another reason, there would be one in a tick of the host.
 */
static enum verdict fires_often(void)
{
	u32 round, best = 0;

	for (round = 0; round < 5 && best < 60; round++) {
		timer_begin();
		irq_hook = timer_rearm;
		virt.set_cval(virt.count());
		virt.set_ctl(TIMER_ENABLE);
		timer_settle(100000);
		virt.set_ctl(0);
		if (irq_count(0, virt.ppi) > best)
			best = irq_count(0, virt.ppi);
	}
	tap_note("%u times in 100 ms", best);
	EXPECT(best >= 60, "%u times in 100 ms", best);
	return TEST_PASS;
}

/* Each test of one timer exists twice. */
#define BOTH(fn)							\
	static enum verdict virt_##fn(void) { timer = &virt; watchdog = &phys; return fn(); }	\
	static enum verdict phys_##fn(void) { timer = &phys; watchdog = &virt; return fn(); }

BOTH(monotonic)
BOTH(registers)
BOTH(fires)
BOTH(fires_at_once)
BOTH(masked)
BOTH(disabled_in_gic)
BOTH(cancelled)
BOTH(level_semantics)
BOTH(many_shots)
BOTH(wakes)
BOTH(survives_vmm)
BOTH(wakes_everywhere)

#define ROW(name, fn) { "virtual: " name, virt_##fn }, { "physical: " name, phys_##fn }

static const struct test tests[] = {
	{ "CNTFRQ_EL0", frequency },
	{ "both timers are off at reset", reset_state },
	ROW("counter goes up", monotonic),
	ROW("CVAL, TVAL, CTL", registers),
	ROW("fires", fires),
	ROW("fires at once when set in the past", fires_at_once),
	ROW("IMASK", masked),
	ROW("disabled in the GIC", disabled_in_gic),
	ROW("cancelled and postponed", cancelled),
	ROW("comes again while asserted", level_semantics),
	ROW("200 shots", many_shots),
	ROW("wakes from WFI", wakes),
	ROW("fires while the VMM runs", survives_vmm),
	{ "virtual: fires again and again", fires_often },
	{ "both timers at once", both_at_once },
	{ "WFI with a masked interrupt pending", wfi_pending_masked },
	{ "WFE with the event stream", wfe_returns },
	{ "WFI until an SGI", wfi_sgi },
	{ "counter goes up across vCPUs", monotonic_across },
	ROW("wakes every vCPU at once", wakes_everywhere),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
