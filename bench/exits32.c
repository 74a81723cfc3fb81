// SPDX-License-Identifier: GPL-2.0-only
// What each kind of exit costs a 32-bit guest, in the guest's own counter: exits.c for AArch32.
//
// Meant for an emulated host whose clock counts instructions (-icount shift=0,sleep=off: one instruction is one
// nanosecond). The counter ticks at CNTFRQ, so a batch is timed as a whole.
#include "../tests/guest/aarch32/aarch32.h"

#define BATCH	128
#define BATCHES	9

u32 boot_state[5] = { ~0U };

#define LOOP(setup, body)								\
	static void body##_loop(u32 n, u32 arg) { asm volatile(				\
		"isb\n"									\
		"1:\n\t" setup "\n\t"							\
		"subs %0, %0, #1\n\tbne 1b\n\tisb"					\
		: "+r"(n) : "r"(arg) : "r0", "r1", "r2", "r3", "cc", "memory"); }

LOOP("", empty)
LOOP("movw r0, #0\n\tmovt r0, #0x8000\n\tmov r1, #0\n\thvc #0", smccc_version)
LOOP("movw r0, #0\n\tmovt r0, #0x8400\n\tmov r1, #0\n\thvc #0", psci_version)
LOOP("movw r0, #0x1f\n\tmovt r0, #0x8400\n\thvc #0", unknown)
LOOP("movw r0, #6\n\tmovt r0, #0x8400\n\thvc #0", migrate_info_type)
LOOP("mrc p15, 0, r0, c1, c0, 1", auxiliary)
LOOP("ldr r0, [%1]", load32)
LOOP("mrc p15, 0, r0, c14, c2, 1", cntp)

static const struct {
	const char *name;
	void (*loop)(u32 n, u32 arg);
	u32 arg;
} operations[] = {
	{ "hypercall_switch", smccc_version_loop, 0 },
	{ "hypercall_psci", psci_version_loop, 0 },
	{ "hypercall_unknown", unknown_loop, 0 },
	{ "hypercall_runloop", migrate_info_type_loop, 0 },
	{ "idreg_read", auxiliary_loop, 0 },	/* ACTLR: ID registers need no trap there */
	{ "ptimer_read", cntp_loop, 0 },
	{ "vgic_read", load32_loop, GICD_BASE + 4 },
	{ "mmio_loftvm", load32_loop, TESTDEV_BASE + 8 },
};

static void put(const char *s)
{
	for (; *s; s++)
		mmio_write(UART_BASE, *s);
}

static void put_dec(u32 v)
{
	if (v >= 10)
		put_dec(v / 10);
	mmio_write(UART_BASE, '0' + v % 10);
}

static u32 count(void)
{
	isb();
	return cp_read64(p15, 1, c14);
}

/* The best of some batches, and the median; the first round warms up and is thrown away */
static void measure(void (*loop)(u32 n, u32 arg), u32 arg, u32 *ticks)
{
	u32 i, k, t;

	loop(4, arg);
	for (i = 0; i < BATCHES; i++) {
		t = count();
		loop(BATCH, arg);
		t = count() - t;
		for (k = i; k && ticks[k - 1] > t; k--)
			ticks[k] = ticks[k - 1];
		ticks[k] = t;
	}
}

static u32 per_round(u32 ticks, u32 empty)
{
	u32 ns = 1000000000 / cp_read(p15, 0, c14, c0, 0);

	return ticks < empty ? 0 : ((ticks - empty) * ns + BATCH / 2) / BATCH;
}

int main(void)
{
	u32 empty[BATCHES], ticks[BATCHES], i, k;

	measure(empty_loop, 0, empty);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		measure(operations[i].loop, operations[i].arg, ticks);
		put("BENCH ");
		put(operations[i].name);
		put(" instructions ");
		put_dec(per_round(ticks[BATCHES / 2], empty[0]));
		put(" ");
		put_dec(per_round(ticks[BATCHES - 1], empty[0]));
		put(" ");
		put_dec(per_round(ticks[0], empty[0]));
		put(" ");
		put_dec(BATCHES);
		put(" 128:");
		for (k = 0; k < BATCHES; k++) {
			put(" ");
			put_dec(per_round(ticks[k], empty[0]));
		}
		put("\n");
	}
	mmio_write(TESTDEV_BASE + 4, 0);
	for (;;)
		asm volatile("wfi");
}

void main_secondary(u32 arg, u32 cpsr)
{
}
