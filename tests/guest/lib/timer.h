/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic timers, and deadlines: no wait of a payload is endless. */
#ifndef TIMER_H
#define TIMER_H

#include "cpu.h"

#define TIMER_PPI_PHYS	30
#define TIMER_PPI_VIRT	27
#define TIMER_ENABLE	BIT(0)
#define TIMER_IMASK	BIT(1)
#define TIMER_ISTATUS	BIT(2)

/* A wait longer than this has failed. The emulated hosts may be very slow. */
#define TIMER_PATIENCE_S	15

static inline u64 timer_now(void)
{
	isb();
	return sysreg_read(cntvct_el0);
}

static inline u64 timer_us(u64 us)
{
	return us * sysreg_read(cntfrq_el0) / 1000000;
}

static inline u64 timer_deadline(void)
{
	return timer_now() + TIMER_PATIENCE_S * sysreg_read(cntfrq_el0);
}

static inline bool timer_passed(u64 deadline)
{
	return (s64)(timer_now() - deadline) >= 0;
}

/* The physical timer has its own counter: a hypervisor may keep the two apart. */
static inline void timer_phys_start(u64 us)
{
	isb();
	sysreg_write(cntp_cval_el0, sysreg_read(cntpct_el0) + timer_us(us));
	sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
	isb();
}

static inline void timer_phys_stop(void)
{
	sysreg_write(cntp_ctl_el0, 0);
	isb();
}

static inline void timer_spin_us(u64 us)
{
	u64 end = timer_now() + timer_us(us);

	while (!timer_passed(end))
		;
}

#endif
