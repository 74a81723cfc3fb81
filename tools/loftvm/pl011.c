// SPDX-License-Identifier: GPL-2.0-only
/* The PL011 UART (Arm DDI 0183), with output that never waits. */
#include <string.h>

#include "loftvm.h"

#define UARTDR 0x000
#define UARTRSR 0x004
#define UARTFR 0x018
#define UARTILPR 0x020
#define UARTIBRD 0x024
#define UARTFBRD 0x028
#define UARTLCR_H 0x02c
#define UARTCR 0x030
#define UARTIFLS 0x034
#define UARTIMSC 0x038
#define UARTRIS 0x03c
#define UARTMIS 0x040
#define UARTICR 0x044
#define UARTDMACR 0x048
#define UARTPERIPHID 0xfe0

#define FR_RXFE 0x10
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define LCRH_FEN 0x10
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40

#define FIFO_MAX 32
#define CR_RESET 0x300 /* receive and transmit enabled */
#define IFLS_RESET 0x12 /* both triggers at one half */

static struct {
	struct vm *vm;
	pthread_mutex_t lock;
	uint8_t fifo[FIFO_MAX];
	unsigned int head, count;
	uint32_t ilpr, ibrd, fbrd, lcrh, cr, ifls, imsc, ris, dmacr;
	bool line;
} uart = { .lock = PTHREAD_MUTEX_INITIALIZER };

static unsigned int pl011_depth(void)
{
	return uart.lcrh & LCRH_FEN ? FIFO_MAX : 1;
}

/* How full the FIFO must be for a receive interrupt: 1/8, 1/4, ... 7/8. */
static unsigned int pl011_trigger(void)
{
	static const uint8_t eighths[8] = { 1, 2, 4, 6, 7, 7, 7, 7 };

	return uart.lcrh & LCRH_FEN ?
	       eighths[(uart.ifls >> 3) & 7] * FIFO_MAX / 8 : 1;
}

static void pl011_update_line(void)
{
	bool line = uart.ris & uart.imsc;

	if (line == uart.line)
		return;
	uart.line = line;
	irq_set_line(uart.vm, UART_SPI, line);
}

static uint32_t pl011_read_data(void)
{
	uint8_t byte;

	if (!uart.count)
		return 0;
	byte = uart.fifo[uart.head];
	uart.head = (uart.head + 1) % FIFO_MAX;
	uart.count--;
	if (uart.count < pl011_trigger())
		uart.ris &= ~INT_RX;
	if (!uart.count)
		uart.ris &= ~INT_RT;
	io_wake();
	return byte;
}

static uint32_t pl011_read_flags(void)
{
	uint32_t flags = FR_TXFE;

	if (!uart.count)
		flags |= FR_RXFE;
	if (uart.count >= pl011_depth())
		flags |= FR_RXFF;
	return flags;
}

/* PL011 r1p5 by Arm: what the Linux driver binds to, and sizes the FIFO by. */
static uint32_t pl011_read_id(uint64_t offset)
{
	static const uint8_t id[] = {
		0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1
	};

	return offset >= UARTPERIPHID ? id[(offset - UARTPERIPHID) / 4] : 0;
}

static uint32_t pl011_read(uint64_t offset)
{
	switch (offset) {
	case UARTDR: return pl011_read_data();
	case UARTFR: return pl011_read_flags();
	case UARTILPR: return uart.ilpr;
	case UARTIBRD: return uart.ibrd;
	case UARTFBRD: return uart.fbrd;
	case UARTLCR_H: return uart.lcrh;
	case UARTCR: return uart.cr;
	case UARTIFLS: return uart.ifls;
	case UARTIMSC: return uart.imsc;
	case UARTRIS: return uart.ris;
	case UARTMIS: return uart.ris & uart.imsc;
	case UARTDMACR: return uart.dmacr;
	}
	return pl011_read_id(offset);
}

/* The byte leaves at once, so the FIFO drains past its trigger each time. */
static void pl011_write_data(uint32_t value)
{
	uint8_t byte = value;

	term_write(&byte, 1);
	uart.ris |= INT_TX;
}

static void pl011_write(uint64_t offset, uint32_t value)
{
	switch (offset) {
	case UARTDR: pl011_write_data(value); break;
	case UARTILPR: uart.ilpr = value & 0xff; break;
	case UARTIBRD: uart.ibrd = value & 0xffff; break;
	case UARTFBRD: uart.fbrd = value & 0x3f; break;
	case UARTLCR_H: uart.lcrh = value & 0xff; break;
	case UARTCR: uart.cr = value & 0xff87; break;
	case UARTIFLS: uart.ifls = value & 0x3f; break;
	case UARTIMSC: uart.imsc = value & 0x7ff; break;
	case UARTICR: uart.ris &= ~value; break;
	case UARTDMACR: uart.dmacr = value & 7; break;
	}
}

static void pl011_access(void *arg, uint64_t offset, void *data,
			 unsigned int len, bool write)
{
	uint32_t value = 0;

	(void)arg;
	pthread_mutex_lock(&uart.lock);
	if (write) {
		memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
		pl011_write(offset, value);
	} else {
		value = pl011_read(offset);
		memset(data, 0, len);
		memcpy(data, &value, len < sizeof(value) ? len : sizeof(value));
	}
	pl011_update_line();
	pthread_mutex_unlock(&uart.lock);
}

static size_t pl011_room(void *arg)
{
	size_t room;

	(void)arg;
	pthread_mutex_lock(&uart.lock);
	room = uart.count < pl011_depth() ? pl011_depth() - uart.count : 0;
	pthread_mutex_unlock(&uart.lock);
	return room;
}

static void pl011_input(void *arg, const uint8_t *buf, size_t n)
{
	(void)arg;
	pthread_mutex_lock(&uart.lock);
	for (; n && uart.count < FIFO_MAX; n--)
		uart.fifo[(uart.head + uart.count++) % FIFO_MAX] = *buf++;
	if (uart.count >= pl011_trigger())
		uart.ris |= INT_RX;
	uart.ris |= INT_RT;
	pl011_update_line();
	pthread_mutex_unlock(&uart.lock);
}

void pl011_reset(void)
{
	pthread_mutex_lock(&uart.lock);
	uart.head = 0;
	uart.count = 0;
	uart.lcrh = 0;
	uart.cr = CR_RESET;
	uart.ifls = IFLS_RESET;
	uart.imsc = 0;
	uart.ris = 0;
	uart.dmacr = 0;
	uart.line = false;
	pthread_mutex_unlock(&uart.lock);
}

void pl011_create(struct vm *vm)
{
	uart.vm = vm;
	mmio_add(vm, UART_BASE, 0x1000, pl011_access, NULL);
	term_set_sink(pl011_room, pl011_input, NULL);
}
