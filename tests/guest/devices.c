// SPDX-License-Identifier: GPL-2.0-only
// MMIO to the VMM: every size, sign extension and addressing form that the architecture's part tries, many exits, ioeventfd.
#include "cpu.h"
#include "layout.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

#define WINDOW		TESTDEV_WINDOW

/* The architecture's own, ended by one without a name. */
extern const struct test devices_arch[];
#define DEVICES_MAX	16

static bool events_reach(u32 want)
{
	u64 deadline = timer_deadline();

	while (mmio_read32(TESTDEV_IOEVENTS) != want) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

static enum verdict ioeventfd(void)
{
	u32 i, base = mmio_read32(TESTDEV_IOEVENTS);

	for (i = 1; i <= 20; i++) {
		mmio_write32(TESTDEV_IOEVENTFD, i);
		EXPECT(events_reach(base + i), "event %u: count %u", i, mmio_read32(TESTDEV_IOEVENTS) - base);
	}
	for (i = 0; i < 50; i++)
		mmio_write32(TESTDEV_IOEVENTFD, 0);
	EXPECT(events_reach(base + 70), "count %u", mmio_read32(TESTDEV_IOEVENTS) - base);
	/* Another length, and the address beside it, are not this eventfd's. */
	mmio_write16(TESTDEV_WINDOW, 0);
	mmio_write32(TESTDEV_WINDOW + 4, 1);
	timer_spin_us(20000);
	EXPECT_EQ(mmio_read32(TESTDEV_IOEVENTS) - base, 70);
	return TEST_PASS;
}

static enum verdict alternate(void)
{
	u32 i;

	for (i = 0; i < 500; i++) {
		mmio_write64(WINDOW + i * 8, i * 0x0101010101010101ULL);
		EXPECT_EQ(mmio_read64(WINDOW + i * 8), i * 0x0101010101010101ULL);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "1000 exits", alternate },
	{ "ioeventfd", ioeventfd },
};

int main(void)
{
	static struct test all[DEVICES_MAX + ARRAY_SIZE(tests)];
	u32 i, n = 0;

	if (!testdev_present())
		tap_bail("no test device");
	while (devices_arch[n].name && n < DEVICES_MAX) {
		all[n] = devices_arch[n];
		n++;
	}
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		all[n++] = tests[i];
	tap_run(all, n);
	return 0;
}
