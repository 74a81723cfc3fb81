/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU as payloads see it: the architecture's access to it, numbers of vCPUs, random numbers and code written at run time. */
#ifndef CPU_H
#define CPU_H

#include "arch.h"

/* Affinity levels 0 and 1, as the vCPU's number: VMMs give 16 CPUs to a cluster. */
static inline u32 cpu_self(void)
{
	u64 mpidr = sysreg_read(mpidr_el1);

	return (mpidr & 0xf) | (mpidr >> 8 & 0xff) << 4;
}

static inline u64 cpu_mpidr(u32 cpu)
{
	return (cpu & 0xf) | (u64)(cpu >> 4) << 8;
}

u64 random_next(u64 *state);
/* Instructions that were written to @p are what is fetched there. */
void cache_sync_code(void *p, size_t n);
/* To memory, and out of the caches. */
void cache_flush(void *p, size_t n);
/* One instruction that may read and write the first register, which is returned. */
ulong insn_run(u32 insn, ulong x0);
/* Code that returns @value, two words. */
void code_returning(u32 *code, u16 value);

#endif
