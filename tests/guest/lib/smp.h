/* SPDX-License-Identifier: GPL-2.0-only */
/* The other CPUs: bring-up, calls on them, and a lock. */
#ifndef SMP_H
#define SMP_H

#include "types.h"

struct spinlock {
	u32 held;
};

void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

typedef void (*smp_fn)(u64 arg);

u32 smp_count(void);
/* What a CPU finds when it starts: nothing to do, and no order to stop. */
void smp_prepare(u32 cpu);
/* Start a CPU, wait until it idles. */
bool smp_start(u32 cpu);
/* Let CPU_OFF end it, wait until AFFINITY_INFO says so. */
bool smp_stop(u32 cpu);
/* Run fn on another CPU, interrupts masked; smp_join() waits for its return. */
void smp_call(u32 cpu, smp_fn fn, u64 arg);
bool smp_join(u32 cpu);

#endif
