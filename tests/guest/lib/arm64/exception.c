// SPDX-License-Identifier: GPL-2.0-only
// Exceptions taken to EL1: interrupts go to irq_handle(), the rest must have been expected.
#include "exception.h"
#include "cpu.h"
#include "irq.h"
#include "tap.h"

static void exception_die(struct frame *frame, unsigned int vector)
{
	tap_bail("CPU %u: unexpected exception, vector %u, ESR 0x%llx, ELR 0x%llx, FAR 0x%llx, SPSR 0x%llx, x30 0x%llx",
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
	else if (trap->mode == TRAP_SKIP && ESR_EC(trap->esr) != EC_SVC)
		frame->elr += 4;
}
