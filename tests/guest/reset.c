// SPDX-License-Identifier: GPL-2.0-only
// PSCI SYSTEM_RESET: the machine starts again from its reset state. With --no-reboot the VMM ends instead.
#include "cpu.h"
#include "layout.h"
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

static enum verdict came_back(void)
{
	EXPECT_EQ(mmio_read32(TESTDEV_HAMMERED), 1);
	EXPECT_EQ(mmio_read64(TESTDEV_SCRATCH), 0);
	return TEST_PASS;
}

static enum verdict timers_off(void)
{
	EXPECT_EQ(sysreg_read(cntv_ctl_el0) & TIMER_ENABLE, 0);
	EXPECT_EQ(sysreg_read(cntp_ctl_el0) & TIMER_ENABLE, 0);
	return TEST_PASS;
}

static enum verdict secondaries_off(void)
{
	if (smp_count() < 2)
		return tap_skip("one CPU");
	EXPECT_EQ(psci_call(PSCI_AFFINITY_INFO, 1, 0, 0), 1);
	EXPECT(smp_start(1), "CPU 1 does not start");
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "the machine came back", came_back },
	{ "timers are off", timers_off },
	{ "the other vCPUs are off, and start", secondaries_off },
};

int main(void)
{
	u64 deadline = timer_deadline();

	if (!testdev_present())
		tap_bail("no test device");
	/* This count is what the VMM keeps over a reset. */
	if (mmio_read32(TESTDEV_HAMMERED))
		tap_run(tests, ARRAY_SIZE(tests));

	/* Leave things in disorder: a running vCPU, a timer that fires, registers with values. */
	mmio_write64(TESTDEV_SCRATCH, 1);
	mmio_write32(TESTDEV_HAMMER, 1);
	while (!mmio_read32(TESTDEV_HAMMERED) && !timer_passed(deadline))
		;
	if (smp_count() > 1)
		smp_start(1);
	timer_phys_start(0);
	sysreg_write(cntv_cval_el0, 0);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	tap_bail("SYSTEM_RESET returned");
}
