// SPDX-License-Identifier: GPL-2.0-only
// Interrupts taken: acknowledge, count, hook, EOI.
#include "irq.h"
#include "cpu.h"
#include "gic.h"
#include "layout.h"
#include "timer.h"

static struct irq_log irq_logs[MAX_CPUS];
irq_hook_t irq_hook;

struct irq_log *irq_log(u32 cpu)
{
	return &irq_logs[cpu];
}

static u32 *irq_counter(u32 cpu, u32 intid)
{
	if (intid < IRQ_MAX)
		return &irq_logs[cpu].count[intid];
	return intid - IRQ_LPI < IRQ_LPIS ? &irq_logs[cpu].lpis[intid - IRQ_LPI] : NULL;
}

u32 irq_count(u32 cpu, u32 intid)
{
	return READ_ONCE(*irq_counter(cpu, intid));
}

void irq_handle(struct frame *frame)
{
	struct irq_log *log = irq_log(cpu_self());
	u32 intid = gic_ack();
	u32 *counter = irq_counter(cpu_self(), intid);

	if (!counter) {
		WRITE_ONCE(log->spurious, log->spurious + 1);
		return;
	}
	if (log->total < ARRAY_SIZE(log->order))
		log->order[log->total] = intid;
	log->last = intid;
	if (irq_hook)
		irq_hook(intid);
	gic_eoi(intid);
	WRITE_ONCE(log->total, log->total + 1);
	WRITE_ONCE(*counter, *counter + 1);
}

void irq_reset(void)
{
	irq_hook = NULL;
	memset(irq_logs, 0, sizeof(irq_logs));
	dsb();
}

bool irq_wait(u32 cpu, u32 intid, u32 count)
{
	u64 deadline = timer_deadline();

	while (irq_count(cpu, intid) < count) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}
