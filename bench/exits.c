// SPDX-License-Identifier: GPL-2.0-only
// What each kind of exit costs, in the guest's own counter: loops of it, less the loop itself.
//
// Meant for an emulated host whose clock counts instructions (-icount shift=0,sleep=off: one instruction is one
// nanosecond). The counter ticks at CNTFRQ_EL0, 16 instructions at 62.5 MHz, so a batch is timed as a whole.
#include "console.h"
#include "cpu.h"
#include "gic.h"
#include "layout.h"
#include "psci.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

#define BATCH	128
#define BATCHES	9

/* The body of one round: everything in x0-x7 that it needs is set up in front of it, as a caller would. */
#define LOOP(setup, body)								\
	static void body##_loop(u64 n, u64 arg) { asm volatile(				\
		"mov x19, %0\n\tmov x20, %1\n\tisb\n"					\
		"1:\n\t" setup "\n\t"							\
		"subs x19, x19, #1\n\tb.ne 1b\n\tisb"					\
		: : "r"(n), "r"(arg) : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x19", "x20", "cc", "memory"); }

LOOP("", empty)
LOOP("movz w0, #0x8000, lsl #16\n\tmov w1, wzr\n\thvc #0", smccc_version)
LOOP("movz w0, #0x8400, lsl #16\n\tmov w1, wzr\n\thvc #0", psci_version)
LOOP("movz w0, #0x8400, lsl #16\n\tmovk w0, #0x1f\n\thvc #0", unknown)
LOOP("movz w0, #0x8400, lsl #16\n\tmovk w0, #6\n\thvc #0", migrate_info_type)
LOOP("movz w0, #0xc400, lsl #16\n\tmovk w0, #4\n\tmov x1, x20\n\tmov x2, xzr\n\thvc #0", affinity_info)
LOOP("mrs x0, id_aa64pfr0_el1", id_register)
LOOP("ldr w0, [x20]", load32)
LOOP("str wzr, [x20]", store32)
LOOP("msr S3_0_C12_C11_5, x20", sgi)
LOOP("dsb sy\n\twfi", wfi)
LOOP("mrs x0, cntp_ctl_el0", cntp)

enum need { NOTHING, TESTDEV, PENDING, GICV2, GICV3 };

static const struct operation {
	const char *name;
	void (*loop)(u64 n, u64 arg);
	u64 arg;
	enum need need;
} operations[] = {
	{ "hypercall-smccc-version", smccc_version_loop },
	{ "hypercall-psci-version", psci_version_loop },
	{ "hypercall-unknown", unknown_loop },
	{ "hypercall-run-loop", migrate_info_type_loop },
	{ "hypercall-affinity-info", affinity_info_loop },
	{ "id-register", id_register_loop },
	{ "physical-timer-read", cntp_loop },
	{ "gicd-typer-read", load32_loop, GICD_BASE + GICD_TYPER },
	{ "sgi-without-target", sgi_loop, 7UL << 24, GICV3 },
	{ "sgi-without-target", store32_loop, GICD_BASE + GICD_SGIR, GICV2 },
	{ "wfi-pending", wfi_loop, 0, PENDING },
	{ "mmio-user-read", load32_loop, TESTDEV_SCRATCH, TESTDEV },
	{ "mmio-user-write", store32_loop, TESTDEV_SCRATCH, TESTDEV },
	{ "ioeventfd-write", store32_loop, TESTDEV_IOEVENTFD, TESTDEV },
};

static u64 time_once(void (*loop)(u64 n, u64 arg), u64 arg)
{
	u64 start, end;

	isb();
	start = sysreg_read(cntvct_el0);
	isb();
	loop(BATCH, arg);
	isb();
	end = sysreg_read(cntvct_el0);
	isb();
	return end - start;
}

static void sort(u64 *v, u32 n)
{
	u32 i, k;
	u64 t;

	for (i = 1; i < n; i++) {
		for (k = i; k && v[k - 1] > v[k]; k--) {
			t = v[k];
			v[k] = v[k - 1];
			v[k - 1] = t;
		}
	}
}

/* Ticks of a batch, sorted over the batches; the first round warms up and is thrown away. */
static void measure(void (*loop)(u64 n, u64 arg), u64 arg, u64 *ticks)
{
	u32 i;

	loop(4, arg);
	for (i = 0; i < BATCHES; i++)
		ticks[i] = time_once(loop, arg);
	sort(ticks, BATCHES);
}

/* Ticks of a batch to nanoseconds of one round, which under icount are instructions. */
static u64 per_round(u64 ticks, u64 empty)
{
	u64 hz = sysreg_read(cntfrq_el0);

	return ticks < empty ? 0 : ((ticks - empty) * 1000000000 / hz + BATCH / 2) / BATCH;
}

static void run(const struct operation *op, u64 empty)
{
	u64 ticks[BATCHES];

	if (op->need == TESTDEV && !testdev_present()) {
		console_printf("# %s: no test device\n", op->name);
		return;
	}
	if (op->need == (gic_version() == 2 ? GICV3 : GICV2))
		return;
	if (op->need == PENDING)
		gic_send_sgi(0, 1);	/* stays pending: interrupts are masked */
	measure(op->loop, op->arg, ticks);
	console_printf("%-26s %8lu %8lu\n", op->name, per_round(ticks[BATCHES / 2], empty),
		       per_round(ticks[0], empty));
	console_printf("BENCH %s ns %lu %lu\n", op->name, per_round(ticks[BATCHES / 2], empty),
		       per_round(ticks[0], empty));
}

int main(void)
{
	u64 empty[BATCHES];
	unsigned int i;

	measure(empty_loop, 0, empty);
	console_printf("%-26s %8s %8s   (ns a round, %u batches of %u; bare loop %lu)\n", "operation", "median", "min",
		       BATCHES, BATCH, per_round(empty[0], 0));
	for (i = 0; i < ARRAY_SIZE(operations); i++)
		run(&operations[i], empty[0]);
	console_printf("# done\n");
	payload_exit(0);
}
