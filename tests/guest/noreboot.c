// SPDX-License-Identifier: GPL-2.0-only
// PSCI SYSTEM_RESET as an exit to the VMM: run with --no-reboot, the VMM must end with status 64.
#include "psci.h"
#include "tap.h"

int main(void)
{
	console_printf("# SYSTEM_RESET\n");
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	tap_bail("SYSTEM_RESET returned");
}
