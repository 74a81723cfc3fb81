// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU: its thread, and what is done about each exit to userspace. */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "loftvm.h"

#define KICK_SIGNAL SIGUSR1
#define VCPU_STACK (256 * KIB)

/* Only its arrival matters: it makes KVM_RUN return. */
static void vcpu_take_kick(int signo)
{
}

int vcpu_get_reg(struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	/* A register may have fewer bits */
	*value = 0;
	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

void vcpu_set_reg(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		die("KVM_SET_ONE_REG %#llx of vCPU %u: %m", (unsigned long long)id, vcpu->id);
}

static void vcpu_init(struct vcpu *vcpu)
{
	struct kvm_vcpu_init init;

	if (ioctl(vcpu->vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		die("KVM_ARM_PREFERRED_TARGET: %m");
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2 | arch_features(vcpu->vm);
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

static void vcpu_crash(struct vcpu *vcpu, enum status status)
{
	arch_dump(vcpu);
	vm_end(vcpu->vm, END_STATUS, status);
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
	vcpu_crash(vcpu, STATUS_CRASH);
	return false;
}

static bool vcpu_handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (run->mmio.len > sizeof(run->mmio.data))
		die("MMIO exit of %u bytes", run->mmio.len);
	mmio_access(vcpu->vm, run->mmio.phys_addr, run->mmio.data, run->mmio.len,
		    run->mmio.is_write);
	return true;
}

static bool vcpu_handle_event(struct vcpu *vcpu)
{
	uint32_t type = vcpu->run->system_event.type;

	if (type == KVM_SYSTEM_EVENT_SHUTDOWN) {
		vm_end(vcpu->vm, END_STATUS, STATUS_OK);
	} else if (type == KVM_SYSTEM_EVENT_RESET) {
		vm_end(vcpu->vm, END_RESET, STATUS_OK);
	} else {
		say("vCPU %u: the guest crashed: system event %u", vcpu->id, type);
		vcpu_crash(vcpu, STATUS_CRASH);
	}
	return false;
}

/* Exits that end the guest; each tells more in its first two words. */
static const char *const fatal_exits[] = {
	[KVM_EXIT_FAIL_ENTRY] = "KVM could not enter the guest",
	[KVM_EXIT_INTERNAL_ERROR] = "KVM internal error",
	[KVM_EXIT_ARM_NISV] = "load or store KVM cannot decode (ISS, IPA)",
};

static bool vcpu_handle_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint32_t reason = run->exit_reason;
	const char *what = reason < ARRAY_SIZE(fatal_exits) ? fatal_exits[reason] : NULL;
	unsigned long long words[2];

	if (reason == KVM_EXIT_MMIO)
		return vcpu_handle_mmio(vcpu);
	if (reason == KVM_EXIT_SYSTEM_EVENT)
		return vcpu_handle_event(vcpu);
	if (reason == KVM_EXIT_INTR)
		return true;
	memcpy(words, run->padding, sizeof(words));
	say("vCPU %u: %s: exit reason %u, %#llx %#llx", vcpu->id, what ? what : "unknown exit",
	    reason, words[0], words[1]);
	vcpu_crash(vcpu, what ? STATUS_CRASH : STATUS_UNKNOWN_EXIT);
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

void vcpu_print_stats(struct vm *vm)
{
	unsigned long long sum;
	struct vcpu *vcpu;
	unsigned int i;

	fputs("loftvm: exits by reason:", stderr);
	for (i = 0; i < NR_EXITS; i++) {
		sum = 0;
		for_each_vcpu(vm, vcpu)
			sum += vcpu->exits[i];
		if (sum)
			fprintf(stderr, " %s%u %llu", i == KVM_EXIT_MMIO ? "MMIO " :
				i == EXIT_SIGNAL ? "signal " : "", i, sum);
	}
	fputc('\n', stderr);
}
