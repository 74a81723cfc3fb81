// SPDX-License-Identifier: GPL-2.0-only
// KVM_RUN: MMIO and system event exits, vCPUs that run side by side, and vCPU events.
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

static enum verdict mmio_writes(void)
{
	struct kvm_run *run;
	struct vm vm;
	u64 i;

	vm_boot(&vm, 1);
	run = vm.run[0];
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE + 0x18, 0, 0, 0);
	for (i = 0; i < 2000; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(run->mmio.phys_addr, MMIO_BASE + 0x18);
		EXPECT_EQ(run->mmio.len, sizeof(ulong));
		EXPECT_EQ(run->mmio.is_write, 1);
		EXPECT_EQ(vcpu_mmio(&vm, 0), i);
	}
	return TEST_PASS;
}

static void *run_until_told(void *arg)
{
	struct vm *vm = arg;

	return (void *)(long)(ioctl(vm->vcpu[0], KVM_RUN, 0) < 0 ? errno : 0);
}

static volatile sig_atomic_t told;

static void tell(int sig)
{
	told = 1;
}

/*
 * KVM_RUN returns EINTR for signals, not for what else the host's kernel has to do with the thread: here it looks through the
 * CPUs' use of the address space ten times a second, from work that it queues for the thread.
 */
static enum verdict not_interrupted(void)
{
	struct sigaction act = { .sa_handler = tell };
	pthread_t thread;
	struct vm vm;
	void *ret;

	told = 0;
	sigaction(SIGUSR1, &act, NULL);
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	if (pthread_create(&thread, NULL, run_until_told, &vm))
		tap_die("pthread_create");
	sleep(2);
	EXPECT(pthread_tryjoin_np(thread, &ret), "KVM_RUN returned by itself, %ld", (long)ret);
	while (!told) {
		pthread_kill(thread, SIGUSR1);
		usleep(1000);
	}
	pthread_join(thread, &ret);
	EXPECT_EQ((long)ret, EINTR);
	EXPECT_EQ(vm.run[0]->exit_reason, KVM_EXIT_INTR);
	return TEST_PASS;
}

static enum verdict mmio_reads(void)
{
	struct kvm_run *run;
	struct vm vm;
	u64 i, value;

	vm_boot(&vm, 1);
	run = vm.run[0];
	vm_start(&vm, 0, guest_mmio_read, MMIO_BASE, 0, 0, 0);
	for (i = 0; i < 1000; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT(!run->mmio.is_write && run->mmio.len == sizeof(ulong), "round %llu", i);
		value = i * 0x0123456789abcdef;
		memcpy(run->mmio.data, &value, 8);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT(run->mmio.is_write && run->mmio.phys_addr == MMIO_BASE + 8, "round %llu", i);
		EXPECT_EQ(vcpu_mmio(&vm, 0), (ulong)value);
	}
	return TEST_PASS;
}

static enum verdict system_events(void)
{
	struct vm vm;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_off, 0, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_SYSTEM_EVENT);
	EXPECT_EQ(vm.run[0]->system_event.type, KVM_SYSTEM_EVENT_SHUTDOWN);
	vm_destroy(&vm);
	vm_boot(&vm, 2);
	vm_start(&vm, 1, guest_reset, 0, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 1), KVM_EXIT_SYSTEM_EVENT);
	EXPECT_EQ(vm.run[1]->system_event.type, KVM_SYSTEM_EVENT_RESET);
	/* Initialised again, it runs again. */
	EXPECT_OK(vcpu_init(&vm, 1, 1 << KVM_ARM_VCPU_PSCI_0_2));
	vm_start(&vm, 1, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 1), KVM_EXIT_MMIO);
	return TEST_PASS;
}

struct runner {
	struct vm *vm;
	int vcpu;
	u64 wrong;
};

static void *count_mmio(void *arg)
{
	struct runner *r = arg;
	u64 i;

	for (i = 0; i < 1000; i++) {
		if (vcpu_run(r->vm, r->vcpu) != KVM_EXIT_MMIO || vcpu_mmio(r->vm, r->vcpu) != i)
			r->wrong++;
	}
	return NULL;
}

static enum verdict side_by_side(void)
{
	struct runner runners[4];
	pthread_t threads[4];
	struct vm vm;
	int i;

	vm_boot(&vm, 4);
	for (i = 0; i < 4; i++) {
		vm_start(&vm, i, guest_mmio_loop, MMIO_BASE + i * 0x1000, 0, 0, 0);
		runners[i] = (struct runner){ &vm, i, 0 };
		pthread_create(&threads[i], NULL, count_mmio, &runners[i]);
	}
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(runners[i].wrong, 0);
	}
	return TEST_PASS;
}

/* Two VMs in turn in one thread: each keeps its own registers. */
static enum verdict in_turn(void)
{
	struct vm vms[8];
	u64 i, round;

	for (i = 0; i < 8; i++) {
		vm_boot(&vms[i], 1);
		vm_start(&vms[i], 0, guest_registers, MMIO_BASE, 0x1000000 * (i + 1) + i, 2, 0);
	}
	for (round = 1; round <= 200; round++) {
		for (i = 0; i < 8; i++) {
			EXPECT_EQ(vcpu_run(&vms[i], 0), KVM_EXIT_MMIO);
			EXPECT(vcpu_mmio(&vms[i], 0) == round, "VM %llu, round %llu: 0x%llx", i, round, vcpu_mmio(&vms[i], 0));
		}
	}
	return TEST_PASS;
}

static enum verdict vcpus_in_turn(void)
{
	struct vm vm;
	u64 i, round;

	vm_boot(&vm, 4);
	for (i = 0; i < 4; i++)
		vm_start(&vm, i, guest_registers, MMIO_BASE, 0x7770000 * (i + 1) + i, 2, 0);
	for (round = 1; round <= 200; round++) {
		for (i = 0; i < 4; i++) {
			EXPECT_EQ(vcpu_run(&vm, i), KVM_EXIT_MMIO);
			EXPECT(vcpu_mmio(&vm, i) == round, "vCPU %llu, round %llu: 0x%llx", i, round, vcpu_mmio(&vm, i));
		}
	}
	return TEST_PASS;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* The timer wakes a sleeping vCPU from KVM_RUN; while it sleeps, the thread does not burn the CPU. */
static enum verdict timer_wakes(void)
{
	u64 start, cpu_before, cpu_after, freq;
	struct timespec t;
	struct vm vm;
	int i;

	freq = arch_frequency();
	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return tap_skip("no vGIC");
	vm_start(&vm, 0, guest_timer_once, vm_gic_frame(&vm), GICD_BASE, freq / 20, MMIO_BASE);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	start = now_ns();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	cpu_before = t.tv_sec * 1000000000ULL + t.tv_nsec;
	for (i = 0; i < 10; i++)
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	cpu_after = t.tv_sec * 1000000000ULL + t.tv_nsec;
	EXPECT(now_ns() - start >= 500000000, "ten times 50 ms took %llu us", (now_ns() - start) / 1000);
	EXPECT(now_ns() - start < 5000000000, "ten times 50 ms took %llu us", (now_ns() - start) / 1000);
	EXPECT(cpu_after - cpu_before < 300000000, "%llu us of CPU time to sleep 500 ms", (cpu_after - cpu_before) / 1000);
	return TEST_PASS;
}

static enum verdict vcpu_events(void)
{
	struct kvm_vcpu_events events = {};
	struct vm vm;

	vm_boot(&vm, 1);
	if (ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_VCPU_EVENTS) <= 0)
		return tap_skip("no VCPU_EVENTS");
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_VCPU_EVENTS, &events));
	EXPECT_EQ(events.exception.serror_pending, 0);
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_VCPU_EVENTS, &events));
	return TEST_PASS;
}

/* A pending SError stays pending until the guest unmasks it. */
static enum verdict serror_pending(void)
{
	struct kvm_vcpu_events events = { .exception.serror_pending = 1 };
	struct vm vm;

	vm_boot(&vm, 1);
	if (ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_VCPU_EVENTS) <= 0)
		return tap_skip("no VCPU_EVENTS");
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_VCPU_EVENTS, &events));
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	memset(&events, 0, sizeof(events));
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_VCPU_EVENTS, &events));
	EXPECT_EQ(events.exception.serror_pending, 1);
	return TEST_PASS;
}

/* kvm_run belongs to userspace too: nonsense in it must not matter. */
static enum verdict scribbled_run(void)
{
	struct vm vm;
	int i;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_read, MMIO_BASE, 0, 0, 0);
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		vm.run[0]->mmio.len = i * 0x1000001;
		vm.run[0]->mmio.phys_addr = ~0ULL << i % 64;
		vm.run[0]->mmio.is_write ^= 1;
	}
	memset(vm.run[0], 0xff, vm.run_size);
	vm.run[0]->immediate_exit = 0;
	if (ioctl(vm.vcpu[0], KVM_RUN, 0) < 0)
		EXPECT(errno == EINVAL || errno == EFAULT || errno == EINTR, "errno %d", errno);
	return TEST_PASS;
}

/* KVM_SET_SIGNAL_MASK with every signal in it, and a guest that sleeps for ever: SIGKILL has to end that all the same. */
static void block_everything(void)
{
	struct {
		struct kvm_signal_mask head;
		uint8_t set[8];
	} mask = { .head.len = 8 };
	struct vm vm;

	memset(mask.set, 0xff, sizeof(mask.set));
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_idle, 0, 0, 0, 0);
	if (ioctl(vm.vcpu[0], KVM_SET_SIGNAL_MASK, &mask))
		_exit(1);
	for (;;)
		ioctl(vm.vcpu[0], KVM_RUN, 0);
}

static enum verdict killed_behind_mask(void)
{
	pid_t child = fork();
	int i, status = 0;

	if (!child)
		block_everything();
	usleep(500000);
	kill(child, SIGKILL);
	for (i = 0; i < 100 && !waitpid(child, &status, WNOHANG); i++)
		usleep(100000);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status 0x%x after %d tries", status, i);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "2000 MMIO writes", mmio_writes },
	{ "no EINTR without a reason", not_interrupted },
	{ "1000 MMIO reads", mmio_reads },
	{ "system events", system_events },
	{ "4 vCPUs side by side", side_by_side },
	{ "8 VMs in turn keep their registers", in_turn },
	{ "4 vCPUs of one VM in turn keep their registers", vcpus_in_turn },
	{ "the timer wakes a sleeping vCPU, which costs nothing", timer_wakes },
	{ "VCPU_EVENTS", vcpu_events },
	{ "a pending SError", serror_pending },
	{ "nonsense in kvm_run", scribbled_run },
	{ "SIGKILL ends a VMM whose mask holds every signal", killed_behind_mask },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
