// SPDX-License-Identifier: GPL-2.0-only
// vCPUs: creation, initialisation, mapping, state, and who may run them.
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sys/resource.h>

#include "vm.h"

static enum verdict creation(void)
{
	struct vm vm;
	long max;
	int fd;

	vm_create(&vm);
	max = ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	vm_add_vcpu(&vm, false);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 0UL), EEXIST);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, (unsigned long)max), EINVAL);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 0xffffffffUL), EINVAL);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, ~0UL), EINVAL);
	fd = ioctl(vm.fd, KVM_CREATE_VCPU, 3UL);
	EXPECT_OK(fd);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 3UL), EEXIST);
	close(fd);
	/* A vCPU stays with its VM when its file is closed. */
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 3UL), EEXIST);
	return TEST_PASS;
}

static enum verdict creation_to_the_limit(void)
{
	struct vm vm;
	long max, i;
	int fd;

	vm_create(&vm);
	max = ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	for (i = 0; i < max && i < 64; i++) {
		fd = ioctl(vm.fd, KVM_CREATE_VCPU, i);
		EXPECT(fd >= 0, "vCPU %ld of %ld: errno %d", i, max, errno);
		close(fd);
	}
	return TEST_PASS;
}

static enum verdict preferred_target(void)
{
	struct kvm_vcpu_init init;
	struct vm vm;
	unsigned int i;

	vm_create(&vm);
	memset(&init, 0xff, sizeof(init));
	EXPECT_OK(ioctl(vm.fd, KVM_ARM_PREFERRED_TARGET, &init));
	EXPECT(init.target < KVM_ARM_NUM_TARGETS, "target %u", init.target);
	for (i = 0; i < ARRAY_SIZE(init.features); i++)
		EXPECT_EQ(init.features[i], 0);
	return TEST_PASS;
}

static enum verdict initialisation(void)
{
	struct kvm_vcpu_init init = {};
	struct vm vm;
	u64 v;

	vm_create(&vm);
	vm_add_vcpu(&vm, false);
	/* Nothing but VCPU_INIT works before VCPU_INIT. */
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), ENOEXEC);
	EXPECT_ERRNO(vcpu_get(&vm, 0, PC_REG, &v), ENOEXEC);
	EXPECT_ERRNO(vcpu_set(&vm, 0, PC_REG, &v), ENOEXEC);

	EXPECT_OK(ioctl(vm.fd, KVM_ARM_PREFERRED_TARGET, &init));
	init.target = 0x7fffffff;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init), EINVAL);
	init.target = ~0U;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init), EINVAL);
	EXPECT_OK(ioctl(vm.fd, KVM_ARM_PREFERRED_TARGET, &init));
	init.features[0] = 1U << 31;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init), ENOENT);
	init.features[0] = 0;
	init.features[6] = 1;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init), ENOENT);
	init.features[6] = 0;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), ENOEXEC);

	init.features[0] = 1U << KVM_ARM_VCPU_PSCI_0_2;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init));
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init));
	/* Other features than the first time. */
	init.features[0] = 0;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, &init), EINVAL);
	return TEST_PASS;
}

/* All vCPUs of a VM have the same features, but POWER_OFF. */
static enum verdict initialisation_mixed(void)
{
	struct vm vm;

	vm_create(&vm);
	vm_add_vcpu(&vm, false);
	vm_add_vcpu(&vm, false);
	EXPECT_OK(vcpu_init(&vm, 0, 1 << KVM_ARM_VCPU_PSCI_0_2));
	EXPECT_OK(vcpu_init(&vm, 1, 1 << KVM_ARM_VCPU_PSCI_0_2 | 1 << KVM_ARM_VCPU_POWER_OFF));
	return TEST_PASS;
}

static enum verdict reset_state(void)
{
	struct vm vm;
	int i;

	vm_boot(&vm, 1);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(vcpu_reg(&vm, 0, PC_REG), 0);
		EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), PSTATE_RESET);
		EXPECT_EQ(vcpu_reg(&vm, 0, X_REG(7)), 0);
		/* Once more, after it ran. */
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 7, 7, 7);
		vcpu_set_reg(&vm, 0, X_REG(7), 7);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_OK(vcpu_init(&vm, 0, 1 << KVM_ARM_VCPU_PSCI_0_2));
	}
	return TEST_PASS;
}

static enum verdict mapping(void)
{
	struct vm vm;
	char *p;

	vm_create(&vm);
	vm_add_vcpu(&vm, true);
	p = mmap(NULL, vm.run_size + 8 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, vm.vcpu[0], 0);
	if (p == MAP_FAILED)
		return TEST_PASS;
	/* It may be mapped, but what is behind the end must not be touched. */
	if (!fork()) {
		signal(SIGBUS, SIG_DFL);
		*(volatile char *)(p + vm.run_size + 4 * getpagesize());
		_exit(0);
	} else {
		int status;

		wait(&status);
		EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "status 0x%x", status);
	}
	return TEST_PASS;
}

static enum verdict mapping_survives_close(void)
{
	struct vm vm;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	close(vm.vcpu[0]);
	close(vm.fd);
	close(vm.gic);
	EXPECT_EQ(vm.run[0]->exit_reason, KVM_EXIT_MMIO);
	vm.run[0]->immediate_exit = 1;
	return TEST_PASS;
}

static enum verdict immediate_exit(void)
{
	struct vm vm;
	int i;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	for (i = 0; i < 3; i++) {
		vm.run[0]->immediate_exit = 1;
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
		EXPECT_EQ(vcpu_reg(&vm, 0, PC_REG), RAM_BASE + (guest_mmio_loop - guest_code));
	}
	vm.run[0]->immediate_exit = 0;
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

/* A pending MMIO read is completed by the next KVM_RUN even if that returns at once. */
static enum verdict immediate_exit_completes(void)
{
	u64 value = 0x1122334455667788;
	struct vm vm;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_read, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	memcpy(vm.run[0]->mmio.data, &value, 8);
	vm.run[0]->immediate_exit = 1;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	EXPECT_EQ(vcpu_reg(&vm, 0, X_REG(1)), (ulong)value);
	vm.run[0]->immediate_exit = 0;
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vm.run[0]->mmio.is_write, 1);
	EXPECT_EQ(vcpu_mmio(&vm, 0), (ulong)value);
	return TEST_PASS;
}

static void on_signal(int sig)
{
}

static enum verdict signal_ends_run(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct vm vm;
	int i;

	sigaction(SIGALRM, &action, NULL);
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	for (i = 0; i < 5; i++) {
		ualarm(20000, 0);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
		EXPECT_EQ(vm.run[0]->exit_reason, KVM_EXIT_INTR);
	}
	return TEST_PASS;
}

static enum verdict signal_ends_wfi(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct vm vm;
	int i;

	sigaction(SIGALRM, &action, NULL);
	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_idle, 0, 0, 0, 0);
	for (i = 0; i < 5; i++) {
		ualarm(20000, 0);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	}
	return TEST_PASS;
}

struct mask {
	struct kvm_signal_mask mask;
	u64 set;
};

static enum verdict signal_mask(void)
{
	struct mask mask = { .mask.len = 8 };
	sigset_t blocked;
	struct vm vm;

	vm_boot(&vm, 1);
	mask.mask.len = 5;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_SET_SIGNAL_MASK, &mask), EINVAL);
	/* Blocked outside, open inside KVM_RUN: it ends the run and stays pending. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	mask.mask.len = 8;
	memcpy(mask.mask.sigset, &(u64){ 0 }, 8);
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_SIGNAL_MASK, &mask));
	raise(SIGUSR1);
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	sigpending(&blocked);
	EXPECT(sigismember(&blocked, SIGUSR1), "signal taken");
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_SIGNAL_MASK, NULL));
	return TEST_PASS;
}

static enum verdict other_process(void)
{
	struct vm vm;
	int status, ret;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	if (!fork()) {
		ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
		if (ret == 0 || errno != EIO)
			_exit(1);
		ret = slot_set(vm.fd, 5, 0, 0x80000000, 4096, vm.ram);
		_exit(ret == 0 || errno != EIO ? 2 : 0);
	}
	wait(&status);
	EXPECT(WIFEXITED(status) && !WEXITSTATUS(status), "status 0x%x", status);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

static void *run_elsewhere(void *arg)
{
	struct vm *vm = arg;

	return (void *)(uintptr_t)vcpu_run(vm, 0);
}

static enum verdict other_threads(void)
{
	pthread_t thread;
	struct vm vm;
	void *ret;
	int i;

	vm_boot(&vm, 1);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	for (i = 0; i < 20; i++) {
		if (pthread_create(&thread, NULL, run_elsewhere, &vm) || pthread_join(thread, &ret))
			tap_die("pthread");
		EXPECT_EQ((uintptr_t)ret, KVM_EXIT_MMIO);
		EXPECT_EQ(vcpu_mmio(&vm, 0), (u64)i);
	}
	return TEST_PASS;
}

static enum verdict mp_state(void)
{
	struct kvm_mp_state state = { .mp_state = 77 };
	struct vm vm;

	vm_boot(&vm, 1);
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_MP_STATE, &state));
	EXPECT_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
	state.mp_state = 77;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_SET_MP_STATE, &state), EINVAL);
	state.mp_state = KVM_MP_STATE_STOPPED;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_MP_STATE, &state));
	state.mp_state = 77;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_MP_STATE, &state));
	EXPECT_EQ(state.mp_state, KVM_MP_STATE_STOPPED);
	state.mp_state = KVM_MP_STATE_RUNNABLE;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_SET_MP_STATE, &state));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

/* A stopped vCPU waits in KVM_RUN, and a signal gets it out. */
static enum verdict powered_off(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct kvm_mp_state state;
	struct vm vm;

	sigaction(SIGALRM, &action, NULL);
	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, false);
	EXPECT_OK(vcpu_init(&vm, 0, 1 << KVM_ARM_VCPU_PSCI_0_2 | 1 << KVM_ARM_VCPU_POWER_OFF));
	vm_add_gic(&vm);
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_MP_STATE, &state));
	EXPECT_EQ(state.mp_state, KVM_MP_STATE_STOPPED);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	ualarm(50000, 0);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	return TEST_PASS;
}

static enum verdict mpidr(void)
{
	u64 id = MPIDR_REG, seen[3];
	struct vm vm;
	int i;

	vm_boot(&vm, 3);
	for (i = 0; i < 3; i++) {
		seen[i] = vcpu_reg(&vm, i, id);
		EXPECT_EQ(seen[i] & 0xff00ffffff, (u64)i);
	}
	return TEST_PASS;
}

/* A vCPU whose file descriptor cannot be had leaves its id free. */
static enum verdict no_descriptor(void)
{
	struct rlimit old, none = { 0 };
	struct vm vm;

	vm_create(&vm);
	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &old));
	none.rlim_max = old.rlim_max;
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 3UL), EMFILE);
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &old));
	EXPECT_OK(ioctl(vm.fd, KVM_CREATE_VCPU, 3UL));
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 3UL), EEXIST);
	return TEST_PASS;
}

/* Saved now, it would have to begin there after it was restored. */
static enum verdict switched_on_not_run(void)
{
	const uint32_t off = 1 << KVM_ARM_VCPU_PSCI_0_2 | 1 << KVM_ARM_VCPU_POWER_OFF;
	struct kvm_mp_state mp;
	struct vm vm;

	vm_boot(&vm, 2);
	EXPECT_EQ(vcpu_init(&vm, 1, off), 0);
	vm_start(&vm, 0, guest_cpu_on, 0x84000003, 1, RAM_BASE + 0x4000, 0x1234);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 0);
	EXPECT_OK(ioctl(vm.vcpu[1], KVM_GET_MP_STATE, &mp));
	EXPECT_EQ(mp.mp_state, KVM_MP_STATE_RUNNABLE);
	EXPECT_EQ(vcpu_reg(&vm, 1, PC_REG), RAM_BASE + 0x4000);
	EXPECT_EQ(vcpu_reg(&vm, 1, X_REG(0)), 0x1234);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "switched on by another vCPU, and not run yet", switched_on_not_run },
	{ "CREATE_VCPU", creation },
	{ "CREATE_VCPU up to 64", creation_to_the_limit },
	{ "ARM_PREFERRED_TARGET", preferred_target },
	{ "ARM_VCPU_INIT", initialisation },
	{ "ARM_VCPU_INIT of several vCPUs", initialisation_mixed },
	{ "reset state, again after a run", reset_state },
	{ "MPIDR of each vCPU", mpidr },
	{ "mapping is as large as told", mapping },
	{ "mapping outlives the file", mapping_survives_close },
	{ "immediate_exit", immediate_exit },
	{ "immediate_exit completes MMIO", immediate_exit_completes },
	{ "a signal ends KVM_RUN", signal_ends_run },
	{ "a signal ends KVM_RUN in WFI", signal_ends_wfi },
	{ "SET_SIGNAL_MASK", signal_mask },
	{ "no file descriptor left", no_descriptor },
	{ "another process gets EIO", other_process },
	{ "another thread may run it", other_threads },
	{ "MP_STATE", mp_state },
	{ "POWER_OFF", powered_off },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
