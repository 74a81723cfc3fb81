// SPDX-License-Identifier: GPL-2.0-only
// Text on the PL011: a printf of %c %d %u %x %s with l, ll and 0-padding, one line at a time from any CPU.
#include "console.h"
#include "cpu.h"
#include "layout.h"
#include "smp.h"

#define UART_DR		0x00
#define UART_FR		0x18
#define UART_FR_TXFF	BIT(5)

static struct spinlock console_lock;

static void console_putc(char c)
{
	int spins = 100000;

	while (mmio_read32(UART_BASE + UART_FR) & UART_FR_TXFF && spins--)
		;
	mmio_write32(UART_BASE + UART_DR, c);
}

static void console_puts(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			console_putc('\r');
		console_putc(*s);
	}
}

static void console_putn(u64 v, unsigned int base, int width, char pad)
{
	char buf[24], *p = buf + sizeof(buf) - 1;

	*p = 0;
	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	for (width -= buf + sizeof(buf) - 1 - p; width > 0; width--)
		console_putc(pad);
	console_puts(p);
}

static void console_pad(const char *s, int width)
{
	console_puts(s);
	for (width -= strlen(s); width > 0; width--)
		console_putc(' ');
}

/* One conversion after the %; returns the character after it. */
static const char *console_convert(const char *f, va_list *ap)
{
	char pad = *f == '0' ? '0' : ' ';
	int width = 0, longs = 0;
	s64 v;

	if (*f == '-')
		f++;
	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + *f - '0';
	for (; *f == 'l' || *f == 'z'; f++)
		longs++;

	switch (*f) {
	case 'c':
		console_putc(va_arg(*ap, int));
		break;
	case 's':
		console_pad(va_arg(*ap, const char *), width);
		break;
	case 'd':
		v = longs > 1 ? va_arg(*ap, s64) : longs ? va_arg(*ap, long) : va_arg(*ap, int);
		if (v < 0)
			console_putc('-');
		console_putn(v < 0 ? -(u64)v : (u64)v, 10, width, pad);
		break;
	case 'u':
	case 'x':
		v = longs > 1 ? va_arg(*ap, u64) : longs ? va_arg(*ap, ulong) : va_arg(*ap, u32);
		console_putn(v, *f == 'u' ? 10 : 16, width, pad);
		break;
	default:
		console_putc(*f);
	}
	return f + 1;
}

void console_vprintf(const char *fmt, va_list ap)
{
	char one[2] = "";
	va_list args;

	va_copy(args, ap);
	spin_lock(&console_lock);
	while (*fmt) {
		if (*fmt == '%') {
			fmt = console_convert(fmt + 1, &args);
			continue;
		}
		one[0] = *fmt++;
		console_puts(one);
	}
	spin_unlock(&console_lock);
	va_end(args);
}

void console_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	console_vprintf(fmt, ap);
	va_end(ap);
}
