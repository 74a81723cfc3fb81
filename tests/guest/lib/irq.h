/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts taken: counted per CPU and INTID, with a hook for a test. */
#ifndef IRQ_H
#define IRQ_H

#include "exception.h"

#define IRQ_MAX		1020
#define IRQ_LPI		8192	/* LPIs start there; of these the first 64 */
#define IRQ_LPIS	64

struct irq_log {
	u32 total, spurious;
	u32 last;
	u32 count[IRQ_MAX];
	u32 lpis[IRQ_LPIS];
	u32 order[64];		/* the first 64 INTIDs, in the order of their acknowledge */
};

/* Called between acknowledge and EOI. */
typedef void (*irq_hook_t)(u32 intid);

extern irq_hook_t irq_hook;

void irq_handle(struct frame *frame);
void irq_reset(void);
struct irq_log *irq_log(u32 cpu);
u32 irq_count(u32 cpu, u32 intid);
/* Wait with interrupts enabled, up to the timeout, until CPU has taken INTID so many times. */
bool irq_wait(u32 cpu, u32 intid, u32 count);

#endif
