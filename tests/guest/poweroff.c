// SPDX-License-Identifier: GPL-2.0-only
// PSCI SYSTEM_OFF from a secondary vCPU while the first one spins: the VMM must end with status 0.
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "timer.h"

static void switch_off(u64 arg)
{
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

int main(void)
{
	u64 deadline = timer_deadline();

	console_printf("# SYSTEM_OFF\n");
	if (smp_count() < 2 || !smp_start(1))
		tap_bail("CPU 1 does not start");
	smp_call(1, switch_off, 0);
	while (!timer_passed(deadline))
		;
	tap_bail("SYSTEM_OFF did not stop CPU 0");
}
