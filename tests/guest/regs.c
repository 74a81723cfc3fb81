// SPDX-License-Identifier: GPL-2.0-only
// General and system registers survive every kind of exit, with random patterns, on one and on two vCPUs.
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "psci.h"
#include "regs-tests.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

#define SYSREGS_MAX	32

static unsigned int sysregs_count;

struct exit_kind {
	const char *name;
	void (*stub)(struct regs_pair *regs);
	void (*prepare)(struct regs_pair *regs);
	void (*finish)(void);
	u32 clobbers;		/* general registers that the exit itself changes */
	bool takes_irq;
	bool needs_testdev;
	bool result;		/* x5 must come back as expect(): the value read */
	ulong (*expect)(void);
};

/* The first mismatch of each CPU. */
static struct failure {
	const char *kind, *name;
	int reg;
	u64 is, want;
} failures[MAX_CPUS];

static u64 window(void)
{
	return TESTDEV_WINDOW + 0x100 * cpu_self();
}

static void prepare_version(struct regs_pair *r) { r->in[0] = SMCCC_VERSION; }
static void prepare_unknown(struct regs_pair *r) { r->in[0] = 0x8400001f; }
static void prepare_affinity(struct regs_pair *r)
{
	r->in[0] = PSCI_AFFINITY_INFO;
	r->in[1] = cpu_mpidr(cpu_self());
	r->in[2] = 0;
}

static void prepare_window(struct regs_pair *r) { r->in[6] = window(); }
static ulong expect_window(void) { return (ulong)0x1122334455667788; }
static void prepare_window_read(struct regs_pair *r)
{
	r->in[6] = window();
	mmio_write64(window(), 0x1122334455667788);
}

static ulong idreg_value;
static ulong expect_idreg(void) { return idreg_value; }
static void prepare_typer(struct regs_pair *r) { r->in[6] = GICD_BASE + GICD_TYPER; }
/* A priority of 0xf8: with its sign, and without it */
static void prepare_prio(struct regs_pair *r) { r->in[6] = GICD_BASE + GICD_IPRIORITYR + 40; }
static ulong expect_prio(void) { return 0xf8 - 8; }
static ulong typer_value;
static ulong expect_typer(void) { return typer_value; }
static void prepare_enable(struct regs_pair *r)
{
	r->in[6] = GICD_BASE + GICD_ISENABLER + 4;
	r->in[5] &= ~(ulong)0xffffffff;
}

/* SGI 7 in the words of a GICv3's system register; of a GICv2's distributor, which exit_stub() writes. */
static void sgi_to(struct regs_pair *r, u64 targets)
{
	r->in[5] = gic_version() == 2 ? targets << 16 | 7 : 7UL << 24 | targets;
	if (gic_version() == 2)
		r->in[6] = GICD_BASE + GICD_SGIR;
}

static void prepare_sgi(struct regs_pair *r) { sgi_to(r, 0); }	/* target list: nobody */
static void prepare_irq(struct regs_pair *r)
{
	sgi_to(r, BIT(cpu_self()));
	irq_enable();
}

static void finish_irq(void)
{
	irq_disable();
}

static void prepare_pending(struct regs_pair *r)
{
	gic_send_sgi(cpu_self(), 7);
}

static void finish_pending(void)
{
	u32 intid = gic_ack();

	if (intid < GIC_SPURIOUS)
		gic_eoi(intid);
}

static void prepare_wakeup(struct regs_pair *r)
{
	gic_enable(TIMER_PPI_PHYS);
	timer_phys_start(300);
}

static void finish_wakeup(void)
{
	timer_phys_stop();
	gic_disable(TIMER_PPI_PHYS);
}

static void prepare_spin(struct regs_pair *r) { r->in[7] = 2000000; }

static u64 fresh_page(void)
{
	static u32 page[MAX_CPUS];
	u32 cpu = cpu_self();

	return TESTMEM_BASE + TESTMEM_SIZE / 4 * (cpu & 3) + (page[cpu]++ & 0xff) * 4096;
}

static void prepare_fresh(struct regs_pair *r)
{
	mmio_write32(TESTDEV_MADV, 1);
	r->in[6] = fresh_page();
}

static ulong expect_zero(void) { return 0; }
static void prepare_hole(struct regs_pair *r) { r->in[6] = HOLE_BASE + 0x1000; }
static void prepare_sleep(struct regs_pair *r)
{
	r->in[6] = TESTDEV_SLEEP;
	r->in[5] = (r->in[5] & ~(ulong)0xffffffff) | 500;
}

static void prepare_kick(struct regs_pair *r)
{
	mmio_write32(TESTDEV_KICK, cpu_self());
	r->in[7] = 400000;
}

static const struct exit_kind kinds[] = {
	{ .name = "hypercall, known", .stub = stub_hvc, .prepare = prepare_version, .clobbers = 0xf },
	{ .name = "hypercall, unknown", .stub = stub_hvc, .prepare = prepare_unknown, .clobbers = 0xf },
	{ .name = "hypercall to the run loop", .stub = stub_hvc, .prepare = prepare_affinity, .clobbers = 0xf },
	{ .name = "ID register", .stub = stub_idreg, .result = true, .expect = expect_idreg },
	{ .name = "ID register into any register", .stub = stub_idreg_all, .result = true, .expect = expect_idreg,
	  .clobbers = REGS_IDREG_ALL },
	{ .name = "distributor read", .stub = stub_load32, .prepare = prepare_typer, .result = true,
	  .expect = expect_typer },
	{ .name = "distributor reads, bytes", .stub = stub_load_bytes, .prepare = prepare_prio, .result = true,
	  .expect = expect_prio, .clobbers = REGS_LOAD_BYTES },
	{ .name = "distributor write", .stub = stub_store32, .prepare = prepare_enable },
	{ .name = "SGI to nobody", .stub = stub_sgi, .prepare = prepare_sgi },
	{ .name = "SGI to self, taken", .stub = stub_sgi, .prepare = prepare_irq, .finish = finish_irq,
	  .takes_irq = true },
	{ .name = "WFI with an interrupt pending", .stub = stub_wfi, .prepare = prepare_pending,
	  .finish = finish_pending },
	{ .name = "WFI until the timer", .stub = stub_wfi, .prepare = prepare_wakeup, .finish = finish_wakeup },
	{ .name = "WFE", .stub = stub_wfe },
	{ .name = "host interrupts", .stub = stub_spin, .prepare = prepare_spin, .clobbers = BIT(7) },
	{ .name = "MMIO to the VMM, read", .stub = stub_load, .prepare = prepare_window_read, .result = true,
	  .expect = expect_window, .needs_testdev = true },
	{ .name = "MMIO to the VMM, write", .stub = stub_store, .prepare = prepare_window,
	  .needs_testdev = true },
	{ .name = "unmapped IPA", .stub = stub_load, .prepare = prepare_hole, .result = true,
	  .expect = expect_zero, .needs_testdev = true },
	{ .name = "stage-2 fault, read", .stub = stub_load, .prepare = prepare_fresh, .result = true,
	  .expect = expect_zero, .needs_testdev = true },
	{ .name = "stage-2 fault, write", .stub = stub_store, .prepare = prepare_fresh,
	  .needs_testdev = true },
	{ .name = "VMM sleeps", .stub = stub_store32, .prepare = prepare_sleep, .needs_testdev = true },
	{ .name = "signal to the vCPU", .stub = stub_spin, .prepare = prepare_kick, .clobbers = BIT(7),
	  .needs_testdev = true },
};

static bool fail(const struct exit_kind *kind, const char *name, int reg, u64 is, u64 want)
{
	struct failure *f = &failures[cpu_self()];

	if (!f->kind)
		*f = (struct failure){ kind->name, name, reg, is, want };
	return false;
}

static bool regs_compare(const struct exit_kind *kind, const struct regs_pair *r)
{
	int i;

	for (i = 0; i < REGS_FLAGS; i++) {
		if (kind->clobbers & BIT(i) || (kind->result && i == 5))
			continue;
		if (r->out[i] != r->in[i])
			return fail(kind, "x", i, r->out[i], r->in[i]);
	}
	if (r->out[REGS_FLAGS] != r->in[REGS_FLAGS])
		return fail(kind, "flags", -1, r->out[REGS_FLAGS], r->in[REGS_FLAGS]);
	if (kind->result && r->out[5] != kind->expect())
		return fail(kind, "the value read", -1, r->out[5], kind->expect());
	return true;
}

static bool sysregs_compare(const struct exit_kind *kind, const u64 *want)
{
	u64 is[SYSREGS_MAX];
	unsigned int i;

	for (i = 0; i < sysregs_count; i++)
		is[i] = regs_sysregs[i].read();
	for (i = 0; i < sysregs_count; i++) {
		if (kind->takes_irq && regs_sysregs[i].by_exception)
			continue;
		if (is[i] != want[i])
			return fail(kind, regs_sysregs[i].name, -1, is[i], want[i]);
	}
	return true;
}

static void (*exit_stub(const struct exit_kind *kind))(struct regs_pair *regs)
{
	return kind->stub == stub_sgi && gic_version() == 2 ? stub_store32 : kind->stub;
}

/* One exit of one kind, with new random values everywhere. */
static bool exit_once(const struct exit_kind *kind, u64 *seed)
{
	u64 want[SYSREGS_MAX], old[SYSREGS_MAX];
	struct regs_pair regs;
	unsigned int i;
	bool ok;

	for (i = 0; i < REGS_FLAGS; i++)
		regs.in[i] = random_next(seed);
	regs.in[REGS_FLAGS] = random_next(seed) & 0xf0000000;
	if (kind->prepare)
		kind->prepare(&regs);

	for (i = 0; i < sysregs_count; i++) {
		old[i] = regs_sysregs[i].read();
		if (regs_sysregs[i].bits)
			regs_sysregs[i].write((random_next(seed) & regs_sysregs[i].bits) | (old[i] & ~regs_sysregs[i].bits));
	}
	isb();
	/* What a register does not implement reads back as it likes, but the same before and after. */
	for (i = 0; i < sysregs_count; i++)
		want[i] = regs_sysregs[i].read();
	exit_stub(kind)(&regs);
	ok = sysregs_compare(kind, want);

	for (i = 0; i < sysregs_count; i++)
		regs_sysregs[i].write(old[i]);
	isb();
	if (kind->finish)
		kind->finish();
	return ok && regs_compare(kind, &regs);
}

static bool kind_run(const struct exit_kind *kind, unsigned int rounds, u64 *seed)
{
	if (kind->needs_testdev && !testdev_present())
		return true;
	while (rounds--) {
		if (!exit_once(kind, seed))
			return false;
	}
	return true;
}

static enum verdict failure_report(u32 cpu)
{
	struct failure *f = &failures[cpu];

	if (!f->kind)
		return TEST_PASS;
	tap_note("CPU %u, %s: %s%d is 0x%llx, not 0x%llx", cpu, f->kind, f->name, f->reg, f->is, f->want);
	memset(f, 0, sizeof(*f));
	return TEST_FAIL;
}

static unsigned int current_kind;

static enum verdict kind_alone(void)
{
	const struct exit_kind *kind = &kinds[current_kind++];
	u64 seed = current_kind;

	if (kind->needs_testdev && !testdev_present())
		return tap_skip("no test device");
	kind_run(kind, 40, &seed);
	return failure_report(0);
}

static void mixture(u64 seed)
{
	unsigned int i, n;

	for (i = 0; i < 300; i++) {
		n = random_next(&seed) % ARRAY_SIZE(kinds);
		if (!kind_run(&kinds[n], 1, &seed))
			return;
	}
}

static enum verdict kinds_mixed(void)
{
	mixture(4711);
	return failure_report(0);
}

static enum verdict kinds_mixed_smp(void)
{
	u32 cpu, n = smp_count();
	enum verdict verdict;

	if (n < 2)
		return tap_skip("one CPU");
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
		smp_call(cpu, mixture, 99 + cpu);
	}
	mixture(99);
	verdict = failure_report(0);
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		if (failure_report(cpu) == TEST_FAIL)
			verdict = TEST_FAIL;
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	}
	return verdict;
}

int main(void)
{
	static struct test tests[ARRAY_SIZE(kinds) + 2];
	unsigned int i;

	while (sysregs_count < SYSREGS_MAX && regs_sysregs[sysregs_count].name)
		sysregs_count++;
	idreg_value = regs_idreg();
	typer_value = mmio_read32(GICD_BASE + GICD_TYPER);
	mmio_write32(GICD_BASE + GICD_IPRIORITYR + 40, 0xf8f8f8f8);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		tests[i] = (struct test){ kinds[i].name, kind_alone };
	tests[i++] = (struct test){ "all kinds mixed", kinds_mixed };
	tests[i++] = (struct test){ "all kinds mixed, on every vCPU at once", kinds_mixed_smp };
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
