// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's thread, as trivial as a VMM can have it: KVM_RUN, and the bench device. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

/* The test device of the payload library, and the console */
#define TESTDEV_ID	0x0b000000
#define TESTDEV_EXIT	0x0b000004
#define TESTDEV_MAGIC	0x4c4f4654
#define UART_DR		0x09000000

static void *guest_memory(struct machine *m, uint64_t address, size_t size)
{
	if (address < RAM_BASE || address + size > RAM_BASE + RAM_SIZE)
		die("the payload's result is nowhere: %#llx", (unsigned long long)address);
	return m->ram + (address - RAM_BASE);
}

static void count_turns(struct machine *m)
{
	m->turns = m->yields - m->turns;
	if (m->partner)
		m->partner_turns = m->partner->yields - m->partner_turns;
}

static bool vcpu_write(struct vcpu *vcpu, uint64_t address, uint64_t value)
{
	switch (address) {
	case BENCH_RESULT:
		vcpu->machine->result = guest_memory(vcpu->machine, value, sizeof(struct bench_result));
		count_turns(vcpu->machine);
		break;
	case BENCH_FAIL:
		die("the payload gives up in line %u", (unsigned int)value);
	case UART_DR:
		fputc(value, stderr);
		break;
	case TESTDEV_EXIT:
		return false;
	}
	return true;
}

static uint64_t vcpu_read(struct vcpu *vcpu, uint64_t address)
{
	switch (address) {
	case BENCH_OP:
		return vcpu->machine->op;
	case BENCH_CYCLES:
		return cycles_read();
	case BENCH_YIELD:
		if (!vcpu->machine->yields++)
			count_turns(vcpu->machine);
		sched_yield();
		return 0;
	case TESTDEV_ID:
		return TESTDEV_MAGIC;
	}
	return 0;
}

static bool vcpu_handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint64_t value = 0;

	if (run->mmio.phys_addr == BENCH_SCRATCH)
		return true;
	if (run->mmio.is_write) {
		memcpy(&value, run->mmio.data, run->mmio.len);
		return vcpu_write(vcpu, run->mmio.phys_addr, value);
	}
	value = vcpu_read(vcpu, run->mmio.phys_addr);
	memcpy(run->mmio.data, &value, run->mmio.len);
	return true;
}

static void vcpu_loop(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno != EINTR && errno != EAGAIN)
				die("KVM_RUN: %m");
		} else if (run->exit_reason == KVM_EXIT_MMIO) {
			if (!vcpu_handle_mmio(vcpu))
				return;
		} else {
			die("KVM exit %u", run->exit_reason);
		}
		if (__atomic_load_n(&vcpu->machine->stop, __ATOMIC_RELAXED))
			return;
	}
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;
	struct sched_param fifo = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(vcpu->id, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("vCPU %u cannot be pinned to CPU %u: %m", vcpu->id, vcpu->id);
	if (vcpu->machine->fifo) {
		if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &fifo))
			die("vm_switch wants SCHED_FIFO, which takes a privileged user");
		pthread_barrier_wait(vcpu->machine->fifo);
	}
	cycles_open();
	vcpu_loop(vcpu);
	return NULL;
}

static void vcpu_take_kick(int signo)
{
}

void vcpu_start(struct vcpu *vcpu)
{
	struct sigaction action = { .sa_handler = vcpu_take_kick };

	sigaction(SIGUSR1, &action, NULL);
	if (pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu))
		die("no thread for vCPU %u", vcpu->id);
}

/* immediate_exit covers a KVM_RUN that has not begun yet, the signal one that has. */
void vcpu_stop(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->machine->stop, true, __ATOMIC_SEQ_CST);
	vcpu->run->immediate_exit = 1;
	pthread_kill(vcpu->thread, SIGUSR1);
	pthread_join(vcpu->thread, NULL);
}
