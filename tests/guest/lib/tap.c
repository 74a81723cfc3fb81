// SPDX-License-Identifier: GPL-2.0-only
// The Test Anything Protocol on the console, and how a payload ends the machine.
#include "tap.h"
#include "cpu.h"
#include "psci.h"
#include "testdev.h"

static unsigned int tap_passed, tap_failed, tap_skipped;
static const char *tap_skip_reason;

void tap_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	console_printf("# ");
	console_vprintf(fmt, ap);
	console_printf("\n");
	va_end(ap);
}

enum verdict tap_skip(const char *reason)
{
	tap_skip_reason = reason;
	return TEST_SKIP;
}

static void tap_report(const char *name, enum verdict verdict)
{
	unsigned int n = tap_passed + tap_failed + tap_skipped + 1;

	switch (verdict) {
	case TEST_PASS:
		console_printf("ok %u %s\n", n, name);
		tap_passed++;
		break;
	case TEST_FAIL:
		console_printf("not ok %u %s\n", n, name);
		tap_failed++;
		break;
	case TEST_SKIP:
		console_printf("ok %u %s # SKIP %s\n", n, name, tap_skip_reason);
		tap_skipped++;
		break;
	}
}

void tap_run(const struct test *tests, size_t count)
{
	console_printf("TAP version 13\n1..%u\n", (u32)count);
	for (; count--; tests++)
		tap_report(tests->name, tests->run());
	tap_finish();
}

void tap_bail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	console_printf("Bail out! ");
	console_vprintf(fmt, ap);
	console_printf("\n");
	va_end(ap);
	tap_failed++;
	tap_finish();
}

void tap_finish(void)
{
	console_printf("%u passed, %u failed, %u skipped\n", tap_passed, tap_failed, tap_skipped);
	payload_exit(!!tap_failed);
}

void payload_exit(u32 status)
{
	if (testdev_present())
		mmio_write32(TESTDEV_EXIT, status);
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}
