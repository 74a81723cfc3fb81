/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the benchmarks' VMM share: a machine, its vCPUs, and the counter of cycles. */
#ifndef VMM_H
#define VMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bench.h"

#define MAX_VCPUS	2
#define RAM_BASE	0x40000000UL
#define RAM_SIZE	0x00800000UL

struct payload {
	const void *image;
	size_t size;
};

struct machine;

struct vcpu {
	struct machine *machine;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
};

struct machine {
	enum bench_op op;
	int fd, gic, ioevent;
	pthread_barrier_t *fifo;	/* its vCPU runs at a real-time priority, from when the partner's does as well */
	bool stop;
	unsigned int vcpus, run_size;
	struct machine *partner;	/* of vm_switch */
	uint64_t yields;
	uint64_t turns, partner_turns;	/* between the first yield and the result */
	char *ram;
	struct vcpu vcpu[MAX_VCPUS];
	struct bench_result *result;
};

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* machine.c */
void machine_create(struct machine *m, int kvm, enum bench_op op, unsigned int vcpus, const struct payload *payload);
void machine_destroy(struct machine *m);

/* vcpu.c: run until the payload has ended; the others are called away then. */
void vcpu_start(struct vcpu *vcpu);
void vcpu_stop(struct vcpu *vcpu);

/* arch-*.c */
void arch_set_entry(struct vcpu *vcpu, uint64_t entry);
uint64_t arch_counter(void);
uint64_t arch_counter_hz(void);

/* cycles.c */
extern bool cycles_wanted;
void cycles_open(void);
uint64_t cycles_read(void);

#endif
