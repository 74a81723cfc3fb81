// SPDX-License-Identifier: GPL-2.0-only
// Exceptions that a test expects; the architecture's exception_handle() counts them.
#include "exception.h"
#include "cpu.h"
#include "layout.h"

struct trap traps[MAX_CPUS];

struct trap *trap_last(void)
{
	return &traps[cpu_self() % MAX_CPUS];
}

void trap_arm(enum trap_mode mode)
{
	struct trap *trap = trap_last();

	trap->hits = 0;
	WRITE_ONCE(trap->mode, mode);
	asm volatile("" : : : "memory");
}

u32 trap_disarm(void)
{
	struct trap *trap = trap_last();

	/* Instruction errors are precise; the ISB lets an asynchronous one show up where it belongs. */
	isb();
	WRITE_ONCE(trap->mode, TRAP_FATAL);
	return READ_ONCE(trap->hits);
}
