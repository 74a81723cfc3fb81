// SPDX-License-Identifier: GPL-2.0-only
// What each kind of exit costs, in the guest's own counter: one operation a run, samples of it for the VMM.
//
// The counter ticks at CNTFRQ_EL0 (16 instructions under -icount at 62.5 MHz): what can be repeated is timed in batches,
// less a batch of nothing; what cannot, an interrupt's way, is timed one by one.
#include "bench.h"
#include "console.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "mmu.h"
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "timer.h"

#define BATCH	128
#define BATCHES	101
#define SGI	1
#define TABLE_VA	0x20000000UL	/* nothing else is there */
#define TABLE_PAGES	64

/* The body of one round: everything in x0-x7 that it needs is set up in front of it, as a caller would. */
#define LOOP(name, body)								\
	static void name##_loop(u64 n, u64 arg) { asm volatile(				\
		"mov x19, %0\n\tmov x20, %1\n\tisb\n"					\
		"1:\n\t" body "\n\t"							\
		"subs x19, x19, #1\n\tb.ne 1b\n\tisb"					\
		: : "r"(n), "r"(arg) : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x19", "x20", "cc", "memory"); }

LOOP(empty, "")
LOOP(hypercall_switch, "movz w0, #0x8000, lsl #16\n\tmov w1, wzr\n\thvc #0")
LOOP(hypercall_psci, "movz w0, #0x8400, lsl #16\n\tmov w1, wzr\n\thvc #0")
LOOP(hypercall_unknown, "movz w0, #0x8600, lsl #16\n\tmovk w0, #0xfe01\n\thvc #0")
LOOP(hypercall_runloop, "movz w0, #0x8400, lsl #16\n\tmovk w0, #6\n\thvc #0")
LOOP(idreg, "mrs x0, id_aa64pfr0_el1")
LOOP(load32, "ldr w0, [x20]")
LOOP(store32, "str wzr, [x20]")
LOOP(store_4k, "str xzr, [x20]\n\tadd x20, x20, #1, lsl #12")
LOOP(store_2m, "str xzr, [x20]\n\tadd x20, x20, #512, lsl #12")
LOOP(sgi, "msr S3_0_C12_C11_5, x20")
LOOP(eoi_v2, "ldr w0, [x20, #12]\n\tdsb sy\n\tstr w0, [x20, #16]\n\tisb")
LOOP(eoi, "mrs x0, S3_0_C12_C12_0\n\tdsb sy\n\tmsr S3_0_C12_C12_1, x0\n\tisb")
LOOP(wfi, "dsb sy\n\twfi")
LOOP(cntp, "mrs x0, cntp_ctl_el0")
LOOP(cntv, "msr cntv_cval_el0, x20\n\tmsr cntv_ctl_el0, xzr\n\tisb")
/* x20: an entry of the table that maps TABLE_VA, and the address that it maps behind it */
LOOP(pagetable, "ldp x0, x1, [x20]\n\tldr x2, [x0]\n\tstr xzr, [x0]\n\tdsb ishst\n\tlsr x3, x1, #12\n\ttlbi vaae1is, x3\n\t"
	"dsb ish\n\tstr x2, [x0]\n\tdsb ishst\n\tisb\n\tldr x4, [x1]")
/* x20: two translation tables with an ASID, each with what belongs to its thread */
LOOP(context, "ldp x0, x1, [x20]\n\tmsr contextidr_el1, x1\n\tmsr ttbr0_el1, x0\n\tisb\n\t"
	"mrs x2, tpidr_el0\n\tmsr tpidr_el0, x1\n\tmsr tpidrro_el0, x1\n\tmsr sp_el0, x1\n\teor x20, x20, #16")

static struct bench_result result;
extern u64 irq_stamp;
extern char stamped_vectors[];

#define MUST(cond) do {						\
	if (!(cond)) {						\
		mmio_write32(BENCH_FAIL, __LINE__);		\
		payload_exit(1);				\
	}							\
} while (0)

#define HINT(n) asm volatile("hint %0" : : "i"(n) : "memory")

typedef void (*loop_fn)(u64 n, u64 arg);

static u64 cycles_now(void)
{
	return mmio_read64(BENCH_CYCLES);
}

/* One sample: rounds of the loop. The VMM counts cycles only where it was asked to, and base takes the exits off again. */
static void sample(u64 *ticks, u64 *cycles, loop_fn loop, u64 rounds, u64 arg)
{
	u64 start, end, before = cycles_now();

	isb();
	start = sysreg_read(cntvct_el0);
	HINT(BENCH_HINT_BEGIN);
	isb();
	loop(rounds, arg);
	isb();
	HINT(BENCH_HINT_END);
	end = sysreg_read(cntvct_el0);
	isb();
	*cycles = cycles_now() - before;
	*ticks = end - start;
}

static void sample_next(loop_fn loop, u64 arg)
{
	sample((u64 *)&result.ticks[result.count], (u64 *)&result.cycles[result.count], loop, result.rounds, arg);
	result.count++;
}

/* What the loop takes with nothing in it. */
static void sample_base(void)
{
	u64 ticks, cycles;
	u32 i;

	result.base = result.base_cycles = ~0ULL;
	for (i = 0; i < 9; i++) {
		sample(&ticks, &cycles, empty_loop, result.rounds, 0);
		if (ticks < result.base)
			result.base = ticks;
		if (cycles < result.base_cycles)
			result.base_cycles = cycles;
	}
}

/* The first rounds warm up. */
static void measure(loop_fn loop, u64 arg)
{
	u32 i;

	result.rounds = BATCH;
	sample_base();
	loop(4, arg);
	for (i = 0; i < BATCHES; i++)
		sample_next(loop, arg);
}

/* Memory that nobody has touched yet, step by step. */
static void measure_faults(loop_fn loop, u64 base, u64 size, u64 step, u64 rounds)
{
	u64 at;

	result.rounds = rounds;
	sample_base();
	for (at = base; at < base + size && result.count < BENCH_SAMPLES; at += step * rounds)
		sample_next(loop, at);
}

static void measure_eoi(void)
{
	u32 i, k;

	result.rounds = 4;
	sample_base();
	for (i = 0; i < BATCHES; i++) {
		for (k = 0; k < result.rounds; k++)
			gic_send_sgi(0, k);
		MUST(gic_highest() < 16);
		if (gic_version() == 2)
			sample_next(eoi_v2_loop, GICC_BASE);
		else
			sample_next(eoi_loop, 0);
		MUST(gic_highest() == GIC_SPURIOUS);
	}
}

static void cpu_yield(void)
{
	asm volatile("yield" : : : "memory");
}

static void yield_us(u64 us)
{
	u64 end = timer_now() + timer_us(us);

	while (!timer_passed(end))
		cpu_yield();
}

static u32 ipi_stop;

static void ipi_target(u64 idle)
{
	sysreg_write(vbar_el1, stamped_vectors);
	isb();
	while (!READ_ONCE(ipi_stop)) {
		if (idle)
			wfi();
		irq_enable();
		cpu_yield();
		if (idle)
			irq_disable();
	}
}

/*
 * On one host CPU after the other, as an emulator with one thread has it, what the sender does until it yields counts as
 * well as what the target does: the sum, not what would overlap on hardware.
 */
static void measure_ipi(bool idle)
{
	u64 start, deadline;
	u32 i;

	MUST(smp_start(1));
	smp_call(1, ipi_target, idle);
	result.rounds = 1;
	for (i = 0; i < BATCHES + 4; i++) {
		yield_us(idle ? 2000 : 50);
		deadline = timer_deadline();
		isb();
		start = sysreg_read(cntvct_el0);
		HINT(BENCH_HINT_BEGIN);
		isb();
		gic_send_sgi(1, SGI);
		while (irq_count(1, SGI) <= i && !timer_passed(deadline))
			cpu_yield();
		HINT(BENCH_HINT_END);
		MUST(irq_count(1, SGI) == i + 1);
		if (i >= 4)
			result.ticks[result.count++] = irq_stamp - start;
	}
	WRITE_ONCE(ipi_stop, 1);
	gic_send_sgi(1, SGI);
	MUST(smp_join(1));
}

static void timer_off(u32 intid)
{
	if (intid == TIMER_PPI_VIRT)
		sysreg_write(cntv_ctl_el0, 0);
}

/* Until CPU 0 has taken so many; in the idle case a masked interrupt ends the WFI, so none can come in between. */
static void timer_wait(u32 count, bool idle)
{
	u64 deadline = timer_deadline();

	while (irq_count(0, TIMER_PPI_VIRT) < count && !timer_passed(deadline)) {
		if (!idle)
			continue;
		irq_disable();
		if (irq_count(0, TIMER_PPI_VIRT) < count)
			wfi();
		irq_enable();
	}
	MUST(irq_count(0, TIMER_PPI_VIRT) == count);
}

/* Not in step with the host's own ticks. */
static void measure_timer(bool idle)
{
	u64 at;
	u32 i;

	sysreg_write(vbar_el1, stamped_vectors);
	irq_hook = timer_off;
	gic_enable(TIMER_PPI_VIRT);
	irq_enable();
	result.rounds = 1;
	for (i = 0; i < 64 + 4; i++) {
		at = timer_now() + timer_us(10000 + i % 16 * 231);
		sysreg_write(cntv_cval_el0, at);
		sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
		isb();
		HINT(BENCH_HINT_BEGIN);
		timer_wait(i + 1, idle);
		HINT(BENCH_HINT_END);
		if (i >= 4)
			result.ticks[result.count++] = irq_stamp - at;
	}
	irq_disable();
}

static u64 table[512] __attribute__((aligned(4096)));
static u64 page[512] __attribute__((aligned(4096)));

/* All of TABLE_VA's pages are one and the same; read-write, write-back, inner shareable, its ASID's own. */
static void measure_pagetable(void)
{
	u64 where[2] = { (u64)&table[7], TABLE_VA + 7 * 4096 };
	u32 i;

	for (i = 0; i < TABLE_PAGES; i++)
		table[i] = (u64)page | BIT(11) | BIT(10) | 3UL << 8 | MMU_NORMAL << 2 | 3;
	mmu_map_table(TABLE_VA, (u64)table);
	measure(pagetable_loop, (u64)where);
}

static void measure_context(void)
{
	static u64 contexts[4] __attribute__((aligned(32)));
	u64 ttbr = sysreg_read(ttbr0_el1);
	u32 i;

	for (i = 0; i < 2; i++) {
		contexts[2 * i] = ttbr | (u64)(i + 1) << 48;
		contexts[2 * i + 1] = i + 1;
	}
	measure(context_loop, (u64)contexts);
}

static void measure_wfi_pending(void)
{
	gic_send_sgi(0, SGI);	/* stays pending: interrupts are masked */
	measure(wfi_loop, 0);
}

static void measure_sgi(void)
{
	if (gic_version() == 2)
		measure(store32_loop, GICD_BASE + GICD_SGIR);
	else
		measure(sgi_loop, (u64)SGI << 24);
}

/* A round goes there and back again. */
static void measure_switch(void)
{
	measure(load32_loop, BENCH_YIELD);
	result.rounds *= 2;
}

static void partner(void)
{
	for (;;)
		mmio_read32(BENCH_YIELD);
}

static void run(enum bench_op op)
{
	switch (op) {
	case BENCH_hypercall_switch:	return measure(hypercall_switch_loop, 0);
	case BENCH_hypercall_psci:	return measure(hypercall_psci_loop, 0);
	case BENCH_hypercall_unknown:	return measure(hypercall_unknown_loop, 0);
	case BENCH_hypercall_runloop:	return measure(hypercall_runloop_loop, 0);
	case BENCH_idreg_read:		return measure(idreg_loop, 0);
	case BENCH_vgic_read:		return measure(load32_loop, GICD_BASE + GICD_TYPER);
	case BENCH_sgi_none:		return measure_sgi();
	case BENCH_timer_program:	return measure(cntv_loop, ~0UL);
	case BENCH_ptimer_read:		return measure(cntp_loop, 0);
	case BENCH_mmio_kernel:		return measure(store32_loop, BENCH_IOEVENT);
	case BENCH_mmio_user:		return measure(load32_loop, BENCH_SCRATCH);
	case BENCH_mmio_user_write:	return measure(store32_loop, BENCH_SCRATCH);
	case BENCH_s2_fault_4k:		return measure_faults(store_4k_loop, BENCH_SMALL, BENCH_SMALL_SIZE, 0x1000, 32);
	case BENCH_s2_fault_2m:		return measure_faults(store_2m_loop, BENCH_HUGE, BENCH_HUGE_SIZE, 0x200000, 1);
	case BENCH_eoi:			return measure_eoi();
	case BENCH_ipi:			return measure_ipi(false);
	case BENCH_ipi_idle:		return measure_ipi(true);
	case BENCH_timer:		return measure_timer(false);
	case BENCH_wfi_wake:		return measure_timer(true);
	case BENCH_wfi_pending:		return measure_wfi_pending();
	case BENCH_guest_pagetable:	return measure_pagetable();
	case BENCH_guest_context:	return measure_context();
	case BENCH_vm_switch:		return measure_switch();
	case BENCH_vm_switch_partner:	return partner();
	default:			MUST(false);
	}
}

int main(void)
{
	enum bench_op op = mmio_read32(BENCH_OP);

	if (op != BENCH_vm_switch_partner)
		HINT(BENCH_HINT_OP);
	result.hz = sysreg_read(cntfrq_el0);
	run(op);
	mmio_write64(BENCH_RESULT, (u64)&result);
	payload_exit(0);
}
