// SPDX-License-Identifier: GPL-2.0-only
// Guests that check their registers, FP and timers on every CPU, while what the command line says happens to the host.
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm.h"

#define MAX_THREADS	MAX_VCPUS
#define TIMER_HZ	100
/* No host of a test's is asleep or starved for as long: a counter that jumped */
#define ABSURD_SECONDS	600

struct worker {
	struct vm *vm;
	int vcpu;
	pthread_t thread;
	volatile u64 reports;
	volatile long value;
	volatile int strange;
};

static struct vm checkers, sleeper, clock_only;
static struct worker worker[MAX_THREADS], timer;
static const char *happens;

static void *work(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		if (vcpu_run(w->vm, w->vcpu) != KVM_EXIT_MMIO) {
			w->strange = 1;
			return NULL;
		}
		w->value = (long)vcpu_mmio(w->vm, w->vcpu);
		/* A mismatch is reported as all ones; the timer's guest reports how late it was */
		if (w->value < 0) {
			w->strange = 2;
			return NULL;
		}
		w->reports++;
	}
}

static void pin(struct worker *w, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(w->thread, sizeof(set), &set))
		tap_die("CPU %d is not there", cpu);
}

static enum verdict go_on(struct worker *w, const char *what, int cpu)
{
	u64 want = w->reports + 3;
	int ms;

	pin(w, cpu);
	for (ms = 0; w->reports < want && !w->strange && ms < 20000; ms += 10)
		usleep(10000);
	EXPECT(!w->strange, "%s on CPU %d: %s after %llu reports", what, cpu,
	       w->strange == 2 ? "wrong value" : "strange exit", w->reports);
	EXPECT(w->reports >= want, "%s on CPU %d: %llu reports, not %llu", what, cpu, w->reports, want);
	return TEST_PASS;
}

/* More vCPUs than CPUs, one that sleeps until its timer fires, and a VM that never runs. */
static void start(int cpus)
{
	int i;

	vm_boot(&clock_only, 1);
	vm_boot(&sleeper, 1);
	vm_start(&sleeper, 0, guest_timer_once, vm_gic_frame(&sleeper), GICD_BASE, arch_frequency() / TIMER_HZ, MMIO_BASE);
	timer = (struct worker){ .vm = &sleeper };
	/* Without a GIC its guest would touch what is not there */
	if (sleeper.gic >= 0)
		pthread_create(&timer.thread, NULL, work, &timer);
	vm_boot(&checkers, cpus + 1);
	for (i = 0; i <= cpus; i++) {
		vm_start(&checkers, i, guest_registers, MMIO_BASE, 0x10001 * (i + 1), 20, 0);
		worker[i] = (struct worker){ .vm = &checkers, .vcpu = i };
		pthread_create(&worker[i].thread, NULL, work, &worker[i]);
	}
}

/*
 * Every vCPU runs on every CPU. The timer's has one for itself, or another vCPU would put its timer out of the hardware,
 * and the host's would stand in.
 */
static enum verdict everywhere(int cpus)
{
	int cpu, i;

	for (cpu = 0; cpu < cpus; cpu++) {
		for (i = 0; i <= cpus; i++)
			if (go_on(&worker[i], "registers", (cpu + i) % cpus) != TEST_PASS)
				return TEST_FAIL;
		for (i = 0; cpus > 1 && i <= cpus; i++)
			pin(&worker[i], (cpu + 1 + i % (cpus - 1)) % cpus);
		if (sleeper.gic >= 0 && go_on(&timer, "timer", cpu) != TEST_PASS)
			return TEST_FAIL;
	}
	return TEST_PASS;
}

static enum verdict across(void)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	u64 host, before, after;

	if (cpus >= MAX_THREADS)
		return tap_skip("%d CPUs", cpus);
	start(cpus);
	if (everywhere(cpus) != TEST_PASS)
		return TEST_FAIL;
	host = arch_counter();
	before = vcpu_reg(&clock_only, 0, KVM_REG_ARM_TIMER_CNT);
	if (happens)
		EXPECT_EQ(system(happens), 0);
	after = vcpu_reg(&clock_only, 0, KVM_REG_ARM_TIMER_CNT);
	tap_note("the host's counter went from %llu to %llu, a guest's from %llu to %llu ms", host * 1000 / arch_frequency(),
		 arch_counter() * 1000 / arch_frequency(), before * 1000 / arch_frequency(), after * 1000 / arch_frequency());
	EXPECT(after >= before && after - before < ABSURD_SECONDS * arch_frequency(), "the counter jumped");
	if (everywhere(cpus) != TEST_PASS)
		return TEST_FAIL;
	EXPECT(timer.value < (int64_t)(ABSURD_SECONDS * arch_frequency()), "the timer was late by %ld ticks", timer.value);
	return TEST_PASS;
}

int main(int argc, char **argv)
{
	struct test test = { "guests go on, on every CPU", across, 400 };

	happens = argv[1];
	return tap_run(&test, 1);
}
