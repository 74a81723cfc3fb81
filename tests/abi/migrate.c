// SPDX-License-Identifier: GPL-2.0-only
// vCPU threads that change the CPU under way, and CPUs that go off and on, while guests check their registers.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm.h"

#define VCPUS 3

static struct vm vm;
static volatile int stop;
static volatile u64 reports[VCPUS];
static volatile int wrong[VCPUS];

static void *run_checked(void *arg)
{
	u64 last = 0, n;
	int i = (long)arg;

	while (!stop) {
		if (vcpu_run(&vm, i) != KVM_EXIT_MMIO) {
			wrong[i] = 1;
			break;
		}
		n = vcpu_mmio(&vm, i);
		if (n != last + 1) {
			wrong[i] = 2;
			break;
		}
		last = n;
		reports[i] = n;
	}
	return NULL;
}

static void start(pthread_t *threads)
{
	long i;

	vm_boot(&vm, VCPUS);
	for (i = 0; i < VCPUS; i++) {
		vm_start(&vm, i, guest_registers, MMIO_BASE, 0x10001 * (i + 1), 20, 0);
		pthread_create(&threads[i], NULL, run_checked, (void *)i);
	}
}

static enum verdict finish(pthread_t *threads)
{
	int i;

	stop = 1;
	for (i = 0; i < VCPUS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < VCPUS; i++) {
		EXPECT(!wrong[i], "vCPU %d: %s after %llu reports", i, wrong[i] == 2 ? "registers changed" : "strange exit",
		       reports[i]);
		EXPECT(reports[i] > 3, "vCPU %d: %llu reports", i, reports[i]);
	}
	tap_note("%llu, %llu and %llu reports", reports[0], reports[1], reports[2]);
	return TEST_PASS;
}

static enum verdict affinity(void)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), i, k;
	pthread_t threads[VCPUS];
	cpu_set_t set;

	if (cpus < 2)
		return tap_skip("one CPU");
	start(threads);
	for (i = 0; i < 400; i++) {
		for (k = 0; k < VCPUS; k++) {
			CPU_ZERO(&set);
			CPU_SET(rand() % cpus, &set);
			pthread_setaffinity_np(threads[k], sizeof(set), &set);
		}
		usleep(rand() % 20000);
	}
	return finish(threads);
}

static void on_signal(int sig)
{
}

/* Signals without end, which throw vCPUs out of the guest at any instruction. */
static enum verdict signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t threads[VCPUS];
	int i;

	sigaction(SIGUSR1, &action, NULL);
	start(threads);
	for (i = 0; i < 1500; i++) {
		pthread_kill(threads[i % VCPUS], SIGUSR1);
		usleep(rand() % 3000);
	}
	return finish(threads);
}

/* Registers read from another thread while it runs: KVM_GET_ONE_REG waits for the vCPU, or interrupts nothing. */
static enum verdict inspected(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t threads[VCPUS];
	int i, k;

	sigaction(SIGUSR1, &action, NULL);
	start(threads);
	while (!reports[0] || !reports[1] || !reports[2])
		usleep(1000);
	for (i = 0; i < 60; i++) {
		for (k = 0; k < VCPUS; k++) {
			pthread_kill(threads[k], SIGUSR1);
			EXPECT_EQ(vcpu_reg(&vm, k, SPARE_REG), 0x10001ULL * (k + 1) * SPARE_TIMES);
			EXPECT_EQ(vcpu_reg(&vm, k, BANKED_REG), 0x10001ULL * (k + 1) * BANKED_TIMES);
		}
	}
	return finish(threads);
}

static int cpu_switch(int cpu, int on)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "w");
	if (!f)
		return -1;
	fprintf(f, "%d\n", on);
	return fclose(f);
}

static enum verdict hotplug(void)
{
	int cpus = sysconf(_SC_NPROCESSORS_CONF), cpu, round;
	pthread_t threads[VCPUS];

	if (cpus < 2 || access("/sys/devices/system/cpu/cpu1/online", W_OK))
		return tap_skip("no CPU that can be switched off");
	start(threads);
	for (round = 0; round < 5; round++) {
		for (cpu = 1; cpu < cpus; cpu++) {
			if (cpu_switch(cpu, 0))
				return tap_skip("CPU %d cannot be switched off: errno %d", cpu, errno);
			usleep(100000);
			EXPECT(!cpu_switch(cpu, 1), "CPU %d does not come back: errno %d", cpu, errno);
			usleep(100000);
		}
	}
	return finish(threads);
}

/* VMs that are made while a CPU is away must run on it when it is back. */
static enum verdict hotplug_between(void)
{
	int cpus = sysconf(_SC_NPROCESSORS_CONF), cpu;
	cpu_set_t set;

	if (cpus < 2 || access("/sys/devices/system/cpu/cpu1/online", W_OK))
		return tap_skip("no CPU that can be switched off");
	for (cpu = 1; cpu < cpus; cpu++) {
		if (cpu_switch(cpu, 0))
			return tap_skip("CPU %d cannot be switched off: errno %d", cpu, errno);
		vm_boot(&vm, 1);
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT(!cpu_switch(cpu, 1), "CPU %d does not come back: errno %d", cpu, errno);
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		EXPECT_OK(sched_setaffinity(0, sizeof(set), &set));
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vcpu_mmio(&vm, 0), 1);
		CPU_ZERO(&set);
		CPU_SET(0, &set);
		sched_setaffinity(0, sizeof(set), &set);
		vm_destroy(&vm);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "vCPU threads change CPUs", affinity, 90 },
	{ "vCPU threads get signals", signals, 90 },
	{ "registers read while vCPUs run", inspected, 90 },
	{ "CPUs off and on under running vCPUs", hotplug, 90 },
	{ "a CPU that comes back runs VMs", hotplug_between, 90 },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
