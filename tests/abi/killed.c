// SPDX-License-Identifier: GPL-2.0-only
// VMMs killed at any moment leave nothing behind: no reference on the module, no memory.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm.h"

#define KILLS 80

static long read_number(const char *path, const char *key)
{
	char line[256];
	long value = -1;
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			value = strtol(line + strlen(key), NULL, 10);
	}
	fclose(f);
	return value;
}

static long module_references(void)
{
	return read_number("/sys/module/loft/refcnt", "");
}

static void *run_for_ever(void *arg)
{
	for (;;)
		vcpu_run(arg, 1);
	return NULL;
}

/* A VMM with two vCPU threads in this or that state. */
static void vmm(int kind)
{
	static const char *const guests[] = {
		guest_mmio_loop, guest_spin, guest_idle, guest_counter, guest_exceptions, guest_timer_storm,
	};
	u64 x0[] = { MMIO_BASE, 0, 0, RAM_BASE + 0x8000, MMIO_BASE, 0 };
	pthread_t thread;
	struct vm vm;

	kind %= ARRAY_SIZE(guests);
	vm_boot(&vm, 2);
	x0[ARRAY_SIZE(x0) - 1] = vm_gic_frame(&vm);
	vm_start(&vm, 0, guests[kind], x0[kind], GICD_BASE, 0, 0);
	vm_start(&vm, 1, guest_counter, RAM_BASE + 0x9000, 0, 0, 0);
	pthread_create(&thread, NULL, run_for_ever, &vm);
	for (;;)
		vcpu_run(&vm, 0);
}

/* Creation and closing without end, so that the kill comes in the middle of either. */
static void vmm_restless(void)
{
	struct vm vm;

	for (;;) {
		vm_boot(&vm, 2);
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		vcpu_run(&vm, 0);
		vm_destroy(&vm);
	}
}

static bool kill_one(int i)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		alarm(0);
		if (i & 1)
			vmm(i / 2);
		vmm_restless();
	}
	usleep(20000 + rand() % 80000);
	if (waitpid(pid, &status, WNOHANG) != 0) {
		tap_note("VMM %d ended by itself: status 0x%x", i, status);
		return false;
	}
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Some of what a VM had is freed after a grace period, so give it time; caches are not the VMs'. */
static long settled_memory(long *slab)
{
	FILE *f = fopen("/proc/sys/vm/drop_caches", "w");

	usleep(1000000);
	if (f) {
		fputs("3\n", f);
		fclose(f);
	}
	*slab = read_number("/proc/meminfo", "SUnreclaim:");
	return read_number("/proc/meminfo", "MemFree:");
}

static enum verdict killed(void)
{
	long references = module_references(), before, after, slab, slab_before;
	int i;

	srand(1);
	/* Caches of the kernel's fill up first. */
	for (i = 0; i < 20; i++)
		EXPECT(kill_one(i), "VMM %d", i);
	before = settled_memory(&slab);
	slab_before = slab;
	for (i = 0; i < KILLS; i++)
		EXPECT(kill_one(i), "VMM %d", i);
	after = settled_memory(&slab);
	tap_note("free memory %ld kB before, %ld kB after %d kills", before, after, KILLS);
	/* A VM is at least 200 kB beside its RAM, 50 of them slab; free memory alone goes up and down by 7 MB. */
	EXPECT(before - after < 150 * KILLS, "%ld kB are gone", before - after);
	EXPECT(slab - slab_before < 30 * KILLS, "%ld kB of slab are gone", slab - slab_before);
	if (references < 0)
		return TEST_PASS;
	for (i = 0; i < 50 && module_references() != references; i++)
		usleep(100000);
	EXPECT(module_references() == references, "module references: %ld, %ld before", module_references(), references);
	return TEST_PASS;
}

/* Memory of VMs closed in order comes back as well. */
static enum verdict closed(void)
{
	long before = 0, after, slab, slab_before = 0;
	struct vm vm;
	int i;

	for (i = 0; i < 450; i++) {
		if (i == 50) {
			before = settled_memory(&slab);
			slab_before = slab;
		}
		vm_boot(&vm, 2);
		vm_start(&vm, 0, guest_pattern, RAM_BASE + 0x10000, RAM_BASE + 0x80000, 1, MMIO_BASE);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		vm_destroy(&vm);
	}
	after = settled_memory(&slab);
	tap_note("free memory %ld kB before, %ld kB after 400 VMs", before, after);
	EXPECT(before - after < 150 * 80, "%ld kB are gone", before - after);
	EXPECT(slab - slab_before < 4096, "%ld kB of slab are gone", slab - slab_before);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "VMMs killed at any moment", killed, 120 },
	{ "400 VMs closed in order", closed, 120 },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
