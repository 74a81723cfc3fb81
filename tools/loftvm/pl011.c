// SPDX-License-Identifier: GPL-2.0-only
/* The PL011 UART (Arm DDI 0183), with output that never waits. */
#include "loftvm.h"

/* Registers by their index: offset / 4. */
enum uart_reg {
	UARTDR = 0,
	UARTFR = 6,
	UARTILPR = 8,
	UARTIBRD,
	UARTFBRD,
	UARTLCR_H,
	UARTCR,
	UARTIFLS,
	UARTIMSC,
	UARTRIS,
	UARTMIS,
	UARTICR,
	UARTDMACR,
	UART_REGS,
	UARTPERIPHID = 0xfe0 / 4,
};

/* Which bits are plain storage; in the others, and elsewhere, writes do nothing. */
static const uint16_t writable[UART_REGS] = {
	[UARTILPR] = 0xff, [UARTIBRD] = 0xffff, [UARTFBRD] = 0x3f,  [UARTLCR_H] = 0xff,
	[UARTCR] = 0xff87, [UARTIFLS] = 0x3f,	[UARTIMSC] = 0x7ff, [UARTDMACR] = 7,
};

#define FR_RXFE 0x10
#define FR_RXFF 0x40
#define FR_TXFE 0x80
#define LCRH_FEN 0x10
#define INT_RX 0x10
#define INT_TX 0x20
#define INT_RT 0x40

#define FIFO_MAX 32

static struct {
	struct vm *vm;
	pthread_mutex_t lock;
	uint8_t fifo[FIFO_MAX];
	unsigned int head, count;
	uint32_t reg[UART_REGS];
	bool line;
} uart = { .lock = PTHREAD_MUTEX_INITIALIZER };

static unsigned int pl011_depth(void)
{
	return uart.reg[UARTLCR_H] & LCRH_FEN ? FIFO_MAX : 1;
}

static void pl011_update_line(void)
{
	bool line = uart.reg[UARTRIS] & uart.reg[UARTIMSC];

	if (line == uart.line)
		return;
	uart.line = line;
	gic_set_spi(uart.vm, UART_SPI, line);
}

static uint32_t pl011_read_data(void)
{
	uint8_t byte;

	if (!uart.count)
		return 0;
	byte = uart.fifo[uart.head];
	uart.head = (uart.head + 1) % FIFO_MAX;
	uart.count--;
	if (!uart.count)
		uart.reg[UARTRIS] &= ~(INT_RX | INT_RT);
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
static const uint8_t id[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t pl011_read(unsigned int reg)
{
	switch (reg) {
	case UARTDR: return pl011_read_data();
	case UARTFR: return pl011_read_flags();
	case UARTMIS: return uart.reg[UARTRIS] & uart.reg[UARTIMSC];
	}
	if (reg >= UARTPERIPHID)
		return id[reg - UARTPERIPHID];
	return reg < UART_REGS ? uart.reg[reg] : 0;
}

/* The byte leaves at once, so the FIFO drains past its trigger each time. */
static void pl011_write_data(uint32_t value)
{
	uint8_t byte = value;

	term_write(&byte, 1);
	uart.reg[UARTRIS] |= INT_TX;
}

static void pl011_write(unsigned int reg, uint32_t value)
{
	if (reg == UARTDR)
		pl011_write_data(value);
	else if (reg == UARTICR)
		uart.reg[UARTRIS] &= ~value;
	else if (reg < UART_REGS)
		uart.reg[reg] = (uart.reg[reg] & ~writable[reg]) | (value & writable[reg]);
}

static void pl011_access(void *arg, uint64_t offset, void *data, unsigned int len, bool write)
{
	uint32_t value = 0;

	pthread_mutex_lock(&uart.lock);
	if (write) {
		memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
		pl011_write(offset / 4, value);
	} else {
		value = pl011_read(offset / 4);
		memset(data, 0, len);
		memcpy(data, &value, len < sizeof(value) ? len : sizeof(value));
	}
	pl011_update_line();
	pthread_mutex_unlock(&uart.lock);
}

static size_t pl011_room(void *arg)
{
	size_t room;

	pthread_mutex_lock(&uart.lock);
	room = uart.count < pl011_depth() ? pl011_depth() - uart.count : 0;
	pthread_mutex_unlock(&uart.lock);
	return room;
}

static void pl011_input(void *arg, const uint8_t *buf, size_t n)
{
	pthread_mutex_lock(&uart.lock);
	for (; n && uart.count < FIFO_MAX; n--)
		uart.fifo[(uart.head + uart.count++) % FIFO_MAX] = *buf++;
	/* The line's time-out passes at once, so the trigger level never matters. */
	uart.reg[UARTRIS] |= INT_RX | INT_RT;
	pl011_update_line();
	pthread_mutex_unlock(&uart.lock);
}

void pl011_reset(void)
{
	pthread_mutex_lock(&uart.lock);
	uart.head = 0;
	uart.count = 0;
	memset(uart.reg, 0, sizeof(uart.reg));
	uart.reg[UARTCR] = 0x300; /* receive and transmit enabled */
	uart.reg[UARTIFLS] = 0x12; /* both triggers at one half */
	uart.line = false;
	pthread_mutex_unlock(&uart.lock);
}

void pl011_create(struct vm *vm)
{
	uart.vm = vm;
	mmio_add(vm, UART_BASE, 0x1000, pl011_access, NULL);
	term_set_sink((struct sink){ pl011_room, pl011_input, NULL });
}
