// SPDX-License-Identifier: GPL-2.0-only
// What the host has in its registers while guests run: the VMM's own FP state, other processes' and the counter.
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

long hostfp_ioctl(int fd, unsigned long request, u64 in[HOSTFP_WORDS], u64 out[HOSTFP_WORDS]);

static void fill(u64 *fp, u64 seed)
{
	int i;

	for (i = 0; i < HOSTFP_WORDS - 2; i++)
		fp[i] = (seed + i) * 0x9e3779b97f4a7c15;
	fp[HOSTFP_WORDS - 2] = seed & 0x1f;		/* FPSR, FPSCR: the cumulative flags */
	fp[HOSTFP_WORDS - 1] = (seed & 3) << 22;	/* FPCR, FPSCR: rounding */
}

static int first_difference(const u64 *a, const u64 *b)
{
	int i;

	for (i = 0; i < HOSTFP_WORDS; i++) {
		if (a[i] != b[i])
			return i;
	}
	return -1;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The guest checks its registers at every turn, the VMM its own at every exit. */
static enum verdict own_fp(void)
{
	u64 in[HOSTFP_WORDS], out[HOSTFP_WORDS], round;
	struct vm vm;
	int bad;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0x123450000, 2, 0);
	for (round = 1; round <= 1000;) {
		fill(in, round);
		if (hostfp_ioctl(vm.vcpu[0], KVM_RUN, in, out) == 0) {
			EXPECT(vcpu_mmio(&vm, 0) == round, "round %llu: the guest reports 0x%llx", round, vcpu_mmio(&vm, 0));
			round++;
		}
		bad = first_difference(in, out);
		EXPECT(bad < 0, "round %llu: word %d is 0x%llx, not 0x%llx", round, bad, out[bad], in[bad]);
	}
	return TEST_PASS;
}

/* A guest that never touches FP leaves the VMM's alone, too. */
static enum verdict unused_fp(void)
{
	u64 in[HOSTFP_WORDS], out[HOSTFP_WORDS], round;
	struct vm vm;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	for (round = 0; round < 1000; round++) {
		fill(in, round);
		hostfp_ioctl(vm.vcpu[0], KVM_RUN, in, out);
		EXPECT_EQ(first_difference(in, out), -1);
	}
	return TEST_PASS;
}

/* A process on the same CPU whose FP registers must not change, nor the guest's by its doing. */
static void neighbour(volatile u64 *state)
{
	u64 in[HOSTFP_WORDS], out[HOSTFP_WORDS];

	for (;;) {
		fill(in, state[0]);
		/* An ioctl on no file: only to be in the kernel, and often switched away from. */
		hostfp_ioctl(-1, 0, in, out);
		if (first_difference(in, out) >= 0)
			state[1]++;
		state[0]++;
		if (!(state[0] % 64))
			sched_yield();
	}
}

static enum verdict neighbour_fp(void)
{
	volatile u64 *state = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	u64 round, in[HOSTFP_WORDS], out[HOSTFP_WORDS];
	struct vm vm;
	pid_t pid;

	pin(0);
	pid = fork();
	if (!pid)
		neighbour(state);
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0x777000011, 200, 0);
	for (round = 1; round <= 300;) {
		fill(in, round);
		if (hostfp_ioctl(vm.vcpu[0], KVM_RUN, in, out) == 0) {
			EXPECT(vcpu_mmio(&vm, 0) == round, "round %llu: the guest reports 0x%llx", round, vcpu_mmio(&vm, 0));
			round++;
		}
		EXPECT_EQ(first_difference(in, out), -1);
	}
	kill(pid, SIGKILL);
	tap_note("%llu checks by the neighbour", state[0]);
	EXPECT(state[0] > 100, "the neighbour never ran");
	EXPECT_EQ(state[1], 0);
	return TEST_PASS;
}

/* The host's virtual counter is the host's, whatever offset the guest has. */
static enum verdict counter(void)
{
	u64 before, after, zero = 0, freq, i;
	struct vm vm;

	freq = arch_frequency();
	vm_boot(&vm, 1);
	vcpu_set(&vm, 0, KVM_REG_ARM_TIMER_CNT, &zero);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	before = arch_counter();
	for (i = 0; i < 500; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		after = arch_counter();
		EXPECT(after >= before && after - before < 5 * freq, "exit %llu: 0x%llx after 0x%llx", i, after, before);
		before = after;
	}
	return TEST_PASS;
}

/* The thread pointer, under a guest that writes its own. */
static __thread volatile u64 thread_local_mark;

static enum verdict thread_pointer(void)
{
	u64 is, was, round;
	struct vm vm;

	was = arch_thread_pointer();
	thread_local_mark = 0x600d;
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0xdead0000, 2, 0);
	for (round = 0; round < 300; round++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		is = arch_thread_pointer();
		EXPECT_EQ(is, was);
		EXPECT_EQ(thread_local_mark, 0x600d);
	}
	return TEST_PASS;
}

/* Sleeping, timers and signals of the host keep their time beside a busy guest. */
static enum verdict host_timers(void)
{
	struct timespec start, end, nap = { 0, 5000000 };
	struct vm vm;
	double took;
	pid_t pid;
	int i;

	pin(0);
	pid = fork();
	if (!pid) {
		vm_boot(&vm, 1);
		vm_start(&vm, 0, guest_timer_storm, vm_gic_frame(&vm), GICD_BASE, 0, 0);
		for (;;)
			vcpu_run(&vm, 0);
	}
	usleep(100000);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < 100; i++)
		nanosleep(&nap, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	kill(pid, SIGKILL);
	took = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
	tap_note("100 naps of 5 ms took %.0f ms", took * 1000);
	EXPECT(took >= 0.5 && took < 15, "%.3f s", took);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "the VMM's FP registers, beside a guest's", own_fp },
	{ "the VMM's FP registers, with a guest that uses none", unused_fp },
	{ "a neighbour's FP registers on the same CPU", neighbour_fp },
	{ "the thread pointer", thread_pointer },
	{ "the host's counter has no guest's offset", counter },
	{ "the host's timers beside a guest's timer storm", host_timers },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
