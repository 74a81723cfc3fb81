// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU: its thread, and what is done about each exit to userspace. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loftvm.h"

#define KICK_SIGNAL SIGUSR1
#define VCPU_STACK (256 * KIB)

/* Only its arrival matters: it makes KVM_RUN return. */
static void vcpu_take_kick(int signo)
{
	(void)signo;
}

static void vcpu_init(struct vcpu *vcpu)
{
	struct kvm_vcpu_init init;

	if (ioctl(vcpu->vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		die("KVM_ARM_PREFERRED_TARGET: %m");
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (vcpu->id)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		die("KVM_ARM_VCPU_INIT of vCPU %u: %m", vcpu->id);
}

void vcpu_create(struct vm *vm, struct vcpu *vcpu)
{
	vcpu->vm = vm;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)vcpu->id);
	if (vcpu->fd < 0)
		die("KVM_CREATE_VCPU %u: %m", vcpu->id);
	vcpu->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("mmap of vCPU %u: %m", vcpu->id);
	vcpu_init(vcpu);
}

void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->vm->run_size);
	close(vcpu->fd);
}

static void vcpu_pin(struct vcpu *vcpu)
{
	const struct config *cfg = vcpu->vm->cfg;
	unsigned int cpu;
	cpu_set_t set;

	if (!cfg->n_affinity)
		return;
	cpu = cfg->affinity[vcpu->id % cfg->n_affinity];
	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE)
		CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("--affinity: vCPU %u on CPU %u: %m", vcpu->id, cpu);
}

static void vcpu_crash(struct vcpu *vcpu)
{
	arch_dump(vcpu);
	vm_end(vcpu->vm, END_STATUS, STATUS_CRASH);
}

/* KVM_RUN failed; true if that is no reason to end. */
static bool vcpu_handle_error(struct vcpu *vcpu, int err)
{
	if (err == EINTR || err == EAGAIN) {
		vcpu->exits[EXIT_SIGNAL]++;
		return true;
	}
	/* The test device may be taking the page away at this very moment. */
	if (err == EFAULT && vcpu->faults++ < 100000 && testdev_forgives_fault(vcpu->vm))
		return true;
	if (err == ENOSYS)
		say("vCPU %u: load or store outside RAM that KVM cannot decode; --nisv says where",
		    vcpu->id);
	else
		say("vCPU %u: KVM_RUN: %s", vcpu->id, strerror(err));
	vcpu_crash(vcpu);
	return false;
}

static bool vcpu_handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct vm *vm = vcpu->vm;
	uint64_t ipa = run->mmio.phys_addr;

	if (run->mmio.len > sizeof(run->mmio.data)) {
		say("vCPU %u: MMIO exit of %u bytes", vcpu->id, run->mmio.len);
		vm_end(vm, END_STATUS, STATUS_UNKNOWN_EXIT);
		return false;
	}
	mmio_access(vm, ipa, run->mmio.data, run->mmio.len, run->mmio.is_write);
	return true;
}

static bool vcpu_handle_event(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	uint32_t type = vcpu->run->system_event.type;

	switch (type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		vm_end(vm, END_STATUS, STATUS_OK);
		return false;
	case KVM_SYSTEM_EVENT_RESET:
		vm_end(vm, END_RESET, STATUS_OK);
		return false;
	case KVM_SYSTEM_EVENT_CRASH:
		say("vCPU %u: the guest reports a crash", vcpu->id);
		vcpu_crash(vcpu);
		return false;
	}
	say("vCPU %u: unknown system event %u", vcpu->id, type);
	vm_end(vm, END_STATUS, STATUS_UNKNOWN_EXIT);
	return false;
}

static bool vcpu_handle_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_MMIO: return vcpu_handle_mmio(vcpu);
	case KVM_EXIT_INTR: return true;
	case KVM_EXIT_SYSTEM_EVENT: return vcpu_handle_event(vcpu);
	case KVM_EXIT_ARM_NISV:
		say("vCPU %u: cannot decode the load or store at IPA %#llx (ISS %#llx)", vcpu->id,
		    (unsigned long long)run->arm_nisv.fault_ipa,
		    (unsigned long long)run->arm_nisv.esr_iss);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		say("vCPU %u: entry failed, reason %#llx", vcpu->id,
		    (unsigned long long)run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		say("vCPU %u: KVM internal error %u", vcpu->id, run->internal.suberror);
		break;
	default:
		say("vCPU %u: unknown exit reason %u", vcpu->id, run->exit_reason);
		arch_dump(vcpu);
		vm_end(vcpu->vm, END_STATUS, STATUS_UNKNOWN_EXIT);
		return false;
	}
	vcpu_crash(vcpu);
	return false;
}

static bool vcpu_run_once(struct vcpu *vcpu)
{
	uint32_t reason;

	if (ioctl(vcpu->fd, KVM_RUN, 0))
		return vcpu_handle_error(vcpu, errno);
	vcpu->faults = 0;
	reason = vcpu->run->exit_reason;
	vcpu->exits[reason < NR_EXITS ? reason : EXIT_SIGNAL]++;
	return vcpu_handle_exit(vcpu);
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;

	vcpu_pin(vcpu);
	while (!__atomic_load_n(&vcpu->vm->stop, __ATOMIC_ACQUIRE))
		if (!vcpu_run_once(vcpu))
			break;
	return NULL;
}

void vcpu_start(struct vcpu *vcpu)
{
	struct sigaction action = { .sa_handler = vcpu_take_kick };
	pthread_attr_t attr;
	int err;

	sigaction(KICK_SIGNAL, &action, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, VCPU_STACK);
	err = pthread_create(&vcpu->thread, &attr, vcpu_thread, vcpu);
	pthread_attr_destroy(&attr);
	if (err)
		die("no thread for vCPU %u: %s", vcpu->id, strerror(err));
}

void vcpu_kick(struct vcpu *vcpu)
{
	pthread_kill(vcpu->thread, KICK_SIGNAL);
}

/*
 * immediate_exit covers a KVM_RUN that has not begun yet, the signal one that
 * has. The caller has set vm->stop, which covers the time between two.
 */
void vcpu_stop(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	vcpu_kick(vcpu);
	pthread_join(vcpu->thread, NULL);
}

static uint64_t vcpu_sum_exits(struct vm *vm, unsigned int reason)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < vm->cfg->smp; i++)
		sum += vm->vcpus[i].exits[reason];
	return sum;
}

/* Each number is a KVM_EXIT_* one, but for the last. */
void vcpu_print_stats(struct vm *vm)
{
	static const char *const names[NR_EXITS] = {
		[KVM_EXIT_MMIO] = "MMIO",
		[KVM_EXIT_SYSTEM_EVENT] = "SYSTEM_EVENT",
		[EXIT_SIGNAL] = "signal",
	};
	unsigned long long sum;
	unsigned int i;

	fputs("loftvm: exits:", stderr);
	for (i = 0; i < NR_EXITS; i++) {
		sum = vcpu_sum_exits(vm, i);
		if (sum)
			fprintf(stderr, " %s(%u) %llu", names[i] ? names[i] : "", i, sum);
	}
	fputc('\n', stderr);
}
