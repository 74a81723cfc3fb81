// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counter that all timers compare with.
 */
#include <asm/arch_timer.h>
#include <loft/backend.h>

/**
 * backend_counter - the physical counter
 *
 * Return: ticks; ordered after everything before the call.
 */
u64 backend_counter(void)
{
	return __arch_counter_get_cntpct();
}
