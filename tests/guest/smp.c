// SPDX-License-Identifier: GPL-2.0-only
// vCPUs start, stop and start again, and talk through memory and SGIs.
#include "smp.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "tap.h"
#include "timer.h"

#define ROUNDS 50

static u32 mpidr_seen[MAX_CPUS];
static u64 counter;
static struct spinlock lock;

static void record_mpidr(u64 arg)
{
	mpidr_seen[arg] = sysreg_read(mpidr_el1) & 0xffffff;
}

static enum verdict start_all(void)
{
	u32 cpu, k, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
	record_mpidr(0);
	for (cpu = 1; cpu < n; cpu++) {
		smp_call(cpu, record_mpidr, cpu);
		EXPECT(smp_join(cpu), "CPU %u does not answer", cpu);
	}
	for (cpu = 0; cpu < n; cpu++) {
		for (k = 0; k < cpu; k++)
			EXPECT(mpidr_seen[cpu] != mpidr_seen[k], "CPUs %u and %u are both 0x%x", cpu, k,
			       mpidr_seen[cpu]);
	}
	return TEST_PASS;
}

static void count_locked(u64 rounds)
{
	while (rounds--) {
		spin_lock(&lock);
		counter++;
		spin_unlock(&lock);
	}
}

static enum verdict count_together(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	counter = 0;
	for (cpu = 1; cpu < n; cpu++)
		smp_call(cpu, count_locked, 5000);
	count_locked(5000);
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
	EXPECT_EQ(counter, 5000ULL * n);
	return TEST_PASS;
}

/* Each CPU hands the ball to the next through memory. */
static u32 ball;

static void ball_play(u64 arg)
{
	u32 n = smp_count(), me = cpu_self(), rounds = arg;
	u64 deadline = timer_deadline();

	while (rounds) {
		if (__atomic_load_n(&ball, __ATOMIC_ACQUIRE) % n == me) {
			rounds--;
			__atomic_add_fetch(&ball, 1, __ATOMIC_RELEASE);
		} else if (timer_passed(deadline)) {
			return;
		}
	}
}

static enum verdict ping_pong_memory(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	ball = 0;
	for (cpu = 1; cpu < n; cpu++)
		smp_call(cpu, ball_play, 100);
	ball_play(100);
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
	EXPECT_EQ(ball, 100 * n);
	return TEST_PASS;
}

/* The same by SGI 2, sleeping in WFI between: a lost wake-up shows as a hang. */
static u32 sgi_rounds;

static void sgi_pass_on(u32 intid)
{
	u32 n = smp_count(), me = cpu_self();

	if (intid != 2)
		return;
	if (me == 0 && ++sgi_rounds == 100)
		return;
	gic_send_sgi((me + 1) % n, 2);
}

static void sgi_play(u64 arg)
{
	u64 deadline = timer_deadline();

	gic_enable(TIMER_PPI_PHYS);
	while (READ_ONCE(sgi_rounds) < 100 && !timer_passed(deadline)) {
		/* The physical timer is the safety net, far above the time that a round takes. */
		timer_phys_start(2000000);
		if (READ_ONCE(sgi_rounds) < 100)
			wfi();
		timer_phys_stop();
		irq_enable();
		irq_disable();
	}
	gic_disable(TIMER_PPI_PHYS);
}

static enum verdict ping_pong_sgi(void)
{
	u32 cpu, n = smp_count(), others = 0;
	u64 start = timer_now();

	if (n < 2)
		return tap_skip("one CPU");
	irq_reset();
	sgi_rounds = 0;
	irq_hook = sgi_pass_on;
	for (cpu = 1; cpu < n; cpu++)
		smp_call(cpu, sgi_play, 0);
	gic_send_sgi(1, 2);
	sgi_play(0);
	gic_send_sgi_others(3);		/* let sleepers see the end */
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
	EXPECT_EQ(sgi_rounds, 100);
	for (cpu = 0; cpu < n; cpu++) {
		others += irq_count(cpu, TIMER_PPI_PHYS);
		EXPECT_EQ(irq_count(cpu, 2), 100);
	}
	tap_note("100 rounds in %llu us, %u timer interrupts", (timer_now() - start) / timer_us(1), others);
	return TEST_PASS;
}

static enum verdict stop_all(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	return TEST_PASS;
}

static enum verdict restart(void)
{
	u32 cpu, i, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	for (i = 0; i < ROUNDS; i++) {
		for (cpu = 1; cpu < n; cpu++)
			EXPECT(smp_start(cpu), "round %u: CPU %u does not start", i, cpu);
		counter = 0;
		for (cpu = 1; cpu < n; cpu++)
			smp_call(cpu, count_locked, 10);
		for (cpu = n - 1; cpu; cpu--) {
			EXPECT(smp_join(cpu), "round %u: CPU %u does not come back", i, cpu);
			EXPECT(smp_stop(cpu), "round %u: CPU %u does not stop", i, cpu);
		}
		EXPECT_EQ(counter, 10ULL * (n - 1));
	}
	return TEST_PASS;
}

/* TLB and I-cache maintenance reaches the other vCPUs: code rewritten here must be what runs there. */
static u32 shared_code[32] __attribute__((aligned(128)));
static ulong shared_result;

static void shared_run(u64 arg)
{
	isb();
	shared_result = ((ulong (*)(void))shared_code)();
}

static enum verdict broadcast_icache(void)
{
	u32 i;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	EXPECT(smp_start(1), "CPU 1 does not start");
	for (i = 0; i < 100; i++) {
		code_returning(shared_code, i);
		cache_sync_code(shared_code, 8);
		smp_call(1, shared_run, 0);
		EXPECT(smp_join(1), "CPU 1 does not come back");
		EXPECT_EQ(shared_result, i);
	}
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "every vCPU starts, MPIDR unique", start_all },
	{ "a lock shared by all", count_together },
	{ "ping-pong through memory", ping_pong_memory },
	{ "ping-pong through SGIs and WFI", ping_pong_sgi },
	{ "every vCPU stops", stop_all },
	{ "restart of every vCPU, 50 times", restart },
	{ "code changed by one vCPU runs on another", broadcast_icache },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
