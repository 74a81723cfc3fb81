// SPDX-License-Identifier: GPL-2.0-only
// TAP on the PL011, and the end by the test device.
#include "aarch32.h"

#define UART_FR		(UART_BASE + 0x18)
#define UART_FR_TXFF	BIT(5)
#define TESTDEV_EXIT	(TESTDEV_BASE + 4)

static const char *skip_reason;

static void put_char(char c)
{
	while (mmio_read(UART_FR) & UART_FR_TXFF)
		;
	mmio_write(UART_BASE, c);
}

static void put(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			put_char('\r');
		put_char(*s);
	}
}

static void put_hex(u32 v)
{
	int shift;

	put("0x");
	for (shift = 28; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[v >> shift & 0xf]);
}

static void put_dec(u32 v)
{
	if (v >= 10)
		put_dec(v / 10);
	put_char('0' + v % 10);
}

static void __attribute__((noreturn)) finish(bool failed)
{
	mmio_write(TESTDEV_EXIT, failed);
	for (;;)
		asm volatile("wfi");
}

enum verdict tap_skip(const char *reason)
{
	skip_reason = reason;
	return TEST_SKIP;
}

bool tap_check(const char *what, u32 line, bool good)
{
	if (good)
		return true;
	put("# line ");
	put_dec(line);
	put(": ");
	put(what);
	put("\n");
	return false;
}

bool tap_compare(const char *what, u32 line, u32 is, u32 want)
{
	if (is == want)
		return true;
	tap_check(what, line, false);
	put("# is ");
	put_hex(is);
	put(", not ");
	put_hex(want);
	put("\n");
	return false;
}

void tap_run(const struct test *tests, u32 count)
{
	enum verdict verdict;
	bool failed = false;
	u32 i;

	put("TAP version 13\n1..");
	put_dec(count);
	put("\n");
	for (i = 0; i < count; i++) {
		verdict = tests[i].run();
		failed |= verdict == TEST_FAIL;
		put(verdict == TEST_FAIL ? "not ok " : "ok ");
		put_dec(i + 1);
		put_char(' ');
		put(tests[i].name);
		if (verdict == TEST_SKIP) {
			put(" # SKIP ");
			put(skip_reason);
		}
		put("\n");
	}
	finish(failed);
}

void tap_bail(const char *what, u32 a, u32 b, u32 c)
{
	put("Bail out! ");
	put(what);
	put_char(' ');
	put_hex(a);
	put_char(' ');
	put_hex(b);
	put_char(' ');
	put_hex(c);
	put("\n");
	finish(true);
}
