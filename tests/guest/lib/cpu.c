// SPDX-License-Identifier: GPL-2.0-only
// CPU helpers that are too long to be inline: random numbers, one instruction by its number.
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

static u32 insn_buffer[MAX_CPUS][32] __attribute__((aligned(128)));

ulong insn_run(u32 insn, ulong x0)
{
	u32 *code = insn_buffer[cpu_self() % MAX_CPUS];
	ulong (*run)(ulong) = (ulong (*)(ulong))code;

	code_returning(code, 0);
	code[0] = insn;
	cache_sync_code(code, 8);
	return run(x0);
}
