// SPDX-License-Identifier: GPL-2.0-only
// CPU helpers that are too long to be inline: random numbers, code written at run time.
#include "cpu.h"
#include "layout.h"

/* xorshift64*: any state but 0. */
u64 random_next(u64 *state)
{
	u64 x = *state ? *state : 0x9e3779b97f4a7c15;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1d;
}

void cache_sync_code(void *p, size_t n)
{
	u64 ctr = sysreg_read(ctr_el0);
	u64 dline = 4UL << (ctr >> 16 & 0xf), iline = 4UL << (ctr & 0xf);
	u64 a, end = (u64)p + n;

	for (a = (u64)p & ~(dline - 1); a < end; a += dline)
		asm volatile("dc cvau, %0" : : "r"(a) : "memory");
	asm volatile("dsb ish" : : : "memory");
	for (a = (u64)p & ~(iline - 1); a < end; a += iline)
		asm volatile("ic ivau, %0" : : "r"(a) : "memory");
	asm volatile("dsb ish\n\tisb" : : : "memory");
}

static u32 insn_buffer[MAX_CPUS][32] __attribute__((aligned(128)));

/* Execute one instruction that may read and write x0, and return x0. */
u64 insn_run(u32 insn, u64 x0)
{
	u32 *code = insn_buffer[cpu_self() % MAX_CPUS];
	u64 (*run)(u64) = (u64 (*)(u64))code;

	code[0] = insn;
	code[1] = 0xd65f03c0;	/* ret */
	cache_sync_code(code, 8);
	return run(x0);
}
