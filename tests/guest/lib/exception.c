// SPDX-License-Identifier: GPL-2.0-only
// Exceptions taken to EL1: interrupts go to irq_handle(), the rest must have been expected.
#include "exception.h"
#include "cpu.h"
#include "irq.h"
#include "layout.h"
#include "tap.h"

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

static void exception_die(struct frame *frame, unsigned int vector)
{
	tap_bail("CPU %u: unexpected exception, vector %u, ESR 0x%lx, ELR 0x%lx, FAR 0x%lx, SPSR 0x%lx, x30 0x%lx",
		 cpu_self(), vector, sysreg_read(esr_el1), frame->elr, sysreg_read(far_el1), frame->spsr,
		 frame->x[30]);
}

void exception_handle(struct frame *frame, unsigned int vector)
{
	struct trap *trap = trap_last();

	if (vector == 5) {
		irq_handle(frame);
		return;
	}
	if (vector != 4 || trap->mode == TRAP_FATAL)
		exception_die(frame, vector);

	trap->hits++;
	trap->esr = sysreg_read(esr_el1);
	trap->far = sysreg_read(far_el1);
	trap->elr = frame->elr;
	if (trap->mode == TRAP_RETURN)
		frame->elr = frame->x[30];
	else if (ESR_EC(trap->esr) != EC_SVC64)
		frame->elr += 4;
}
