// SPDX-License-Identifier: GPL-2.0-only
// Guests that never rest: another VM and the host still make progress, and the restless VMM can be killed.
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Memory that a thread takes away all the time, under a guest that touches it. */
static void fault_storm(struct vm *vm)
{
	char *p = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (slot_set(vm->fd, 1, 0, 0x80000000, RAM_SIZE, p))
		tap_die("slot");
	if (!fork()) {
		for (;;)
			madvise(p, RAM_SIZE, MADV_REMOVE);
	}
	vm_start(vm, 0, guest_fault_storm, 0x80000000, 0x80000000 + RAM_SIZE, 0, 0);
}

enum storm { EXCEPTIONS, TIMER, SGI, MMIO, FAULTS, SPIN };

static pid_t storm_start(enum storm storm)
{
	pid_t pid = fork();
	struct vm vm;

	if (pid)
		return pid;
	pin(0);
	vm_boot(&vm, 1);
	switch (storm) {
	case EXCEPTIONS:
		vm_start(&vm, 0, guest_exceptions, MMIO_BASE, 0, 0, 0);
		break;
	case TIMER:
		vm_start(&vm, 0, guest_timer_storm, vm_gic_frame(&vm), GICD_BASE, 0, 0);
		break;
	case SGI:
		vm_start(&vm, 0, guest_sgi_storm, vm_gic_frame(&vm), GICD_BASE, 0, 0);
		break;
	case MMIO:
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		break;
	case FAULTS:
		fault_storm(&vm);
		break;
	case SPIN:
		vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
		break;
	}
	for (;;)
		vcpu_run(&vm, 0);
}

/* How many MMIO exits a VM on the same CPU gets in a second. */
static long progress(double time)
{
	double end = seconds() + time;
	struct vm vm;
	long n = 0;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	while (seconds() < end) {
		vcpu_run(&vm, 0);
		n++;
	}
	vm_destroy(&vm);
	return n;
}

static enum verdict beside(enum storm storm)
{
	long alone, with;
	double start;
	pid_t pid;
	int status;

	pin(0);
	alone = progress(1);
	pid = storm_start(storm);
	usleep(200000);
	with = progress(2) / 2;
	EXPECT(waitpid(pid, &status, WNOHANG) == 0, "the storm ended by itself: status 0x%x", status);
	start = seconds();
	kill(pid, SIGKILL);
	EXPECT(waitpid(pid, &status, 0) == pid, "waitpid");
	tap_note("%ld exits a second alone, %ld beside the storm, %.0f ms to kill it", alone, with,
		 (seconds() - start) * 1000);
	EXPECT(seconds() - start < 5, "not killable");
	/* Half would be fair; an emulated host is not, but a twentieth must be there. */
	EXPECT(with * 20 > alone, "starved");
	return TEST_PASS;
}

static enum verdict exceptions(void) { return beside(EXCEPTIONS); }
static enum verdict timer(void) { return beside(TIMER); }
static enum verdict sgi(void) { return beside(SGI); }
static enum verdict mmio(void) { return beside(MMIO); }
static enum verdict faults(void) { return beside(FAULTS); }
static enum verdict spin(void) { return beside(SPIN); }

static const struct test tests[] = {
	{ "beside an endless loop", spin },
	{ "beside an endless chain of exceptions", exceptions },
	{ "beside a timer asserted for ever", timer },
	{ "beside SGIs without end", sgi },
	{ "beside MMIO without end", mmio },
	{ "beside stage-2 faults without end", faults },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
