// SPDX-License-Identifier: GPL-2.0-only
// Exceptions taken to SVC mode: interrupts go to irq_handle(), the rest must have been expected.
#include "exception.h"
#include "cpu.h"
#include "irq.h"
#include "tap.h"

enum { VECTOR_UNDEF = 1, VECTOR_SVC = 2, VECTOR_PABT = 3, VECTOR_DABT = 4, VECTOR_IRQ = 6 };

#define FSR_STATUS	0x3f	/* of the long format, the same as AArch64's */
#define EC_SHIFT	26

/* What ESR_EL1 would say. */
static u64 exception_syndrome(unsigned int vector)
{
	switch (vector) {
	case VECTOR_SVC:
		return (u64)EC_SVC << EC_SHIFT;
	case VECTOR_PABT:
		return (u64)EC_IABT << EC_SHIFT | (sysreg_read(ifsr32_el2) & FSR_STATUS);
	case VECTOR_DABT:
		return (u64)EC_DABT << EC_SHIFT | (sysreg_read(dfsr) & FSR_STATUS);
	default:
		return (u64)EC_UNKNOWN << EC_SHIFT;
	}
}

static void exception_die(struct frame *frame, unsigned int vector)
{
	tap_bail("CPU %u: unexpected exception, vector %u, DFSR 0x%x, DFAR 0x%x, IFSR 0x%x, IFAR 0x%x, PC 0x%x, CPSR 0x%x, LR 0x%x",
		 cpu_self(), vector, sysreg_read(dfsr), sysreg_read(dfar), sysreg_read(ifsr32_el2), sysreg_read(ifar),
		 frame->elr, frame->spsr, frame->lr);
}

void exception_handle(struct frame *frame, unsigned int vector)
{
	struct trap *trap = trap_last();

	if (vector == VECTOR_IRQ) {
		irq_handle(frame);
		return;
	}
	if (vector > VECTOR_DABT || trap->mode == TRAP_FATAL)
		exception_die(frame, vector);

	trap->hits++;
	trap->esr = exception_syndrome(vector);
	trap->far = vector == VECTOR_PABT ? sysreg_read(ifar) : sysreg_read(dfar);
	trap->elr = frame->elr;
	if (trap->mode == TRAP_RETURN)
		frame->elr = frame->lr;
	else if (trap->mode == TRAP_SKIP && vector != VECTOR_SVC)
		frame->elr += 4;
}
