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

long hostfp_ioctl(int fd, unsigned long request, uint64_t in[66], uint64_t out[66]);

static void fill(uint64_t *fp, uint64_t seed)
{
	int i;

	for (i = 0; i < 64; i++)
		fp[i] = (seed + i) * 0x9e3779b97f4a7c15;
	fp[64] = seed & 0x1f;		/* FPSR: the cumulative flags */
	fp[65] = (seed & 3) << 22;	/* FPCR: rounding */
}

static int first_difference(const uint64_t *a, const uint64_t *b)
{
	int i;

	for (i = 0; i < 66; i++) {
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
	uint64_t in[66], out[66], round;
	struct vm vm;
	int bad;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0x123450000, 2, 0);
	for (round = 1; round <= 1000;) {
		fill(in, round);
		if (hostfp_ioctl(vm.vcpu[0], KVM_RUN, in, out) == 0) {
			EXPECT(vcpu_mmio(&vm, 0) == round, "round %lu: the guest reports 0x%lx", round, vcpu_mmio(&vm, 0));
			round++;
		}
		bad = first_difference(in, out);
		EXPECT(bad < 0, "round %lu: word %d (v%d) is 0x%lx, not 0x%lx", round, bad, bad / 2, out[bad], in[bad]);
	}
	return TEST_PASS;
}

/* A guest that never touches FP leaves the VMM's alone, too. */
static enum verdict unused_fp(void)
{
	uint64_t in[66], out[66], round;
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
static void neighbour(volatile uint64_t *state)
{
	uint64_t in[66], out[66];

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
	volatile uint64_t *state = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t round, in[66], out[66];
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
			EXPECT(vcpu_mmio(&vm, 0) == round, "round %lu: the guest reports 0x%lx", round, vcpu_mmio(&vm, 0));
			round++;
		}
		EXPECT_EQ(first_difference(in, out), -1);
	}
	kill(pid, SIGKILL);
	tap_note("%lu checks by the neighbour", state[0]);
	EXPECT(state[0] > 100, "the neighbour never ran");
	EXPECT_EQ(state[1], 0);
	return TEST_PASS;
}

/* The host's virtual counter is the host's, whatever offset the guest has. */
static enum verdict counter(void)
{
	uint64_t before, after, zero = 0, freq, i;
	struct vm vm;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(freq));
	vm_boot(&vm, 1);
	vcpu_set(&vm, 0, KVM_REG_ARM_TIMER_CNT, &zero);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(before));
	for (i = 0; i < 500; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(after));
		EXPECT(after >= before && after - before < 5 * freq, "exit %lu: 0x%lx after 0x%lx", i, after, before);
		before = after;
	}
	return TEST_PASS;
}

/* The thread pointer, under a guest that writes its own. */
static __thread volatile uint64_t thread_local_mark;

static enum verdict thread_pointer(void)
{
	uint64_t is, was, round;
	struct vm vm;

	asm volatile("mrs %0, tpidr_el0" : "=r"(was));
	thread_local_mark = 0x600d;
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0xdead0000, 2, 0);
	for (round = 0; round < 300; round++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		asm volatile("mrs %0, tpidr_el0" : "=r"(is));
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
