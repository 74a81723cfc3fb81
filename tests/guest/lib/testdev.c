// SPDX-License-Identifier: GPL-2.0-only
// Finds out whether the VMM gave the machine a test device.
#include "testdev.h"
#include "exception.h"

bool testdev_present(void)
{
	static int known = -1;
	u32 id;

	if (known < 0) {
		trap_arm(TRAP_SKIP);
		id = mmio_read32(TESTDEV_ID);
		known = !trap_disarm() && id == TESTDEV_MAGIC;
	}
	return known;
}
