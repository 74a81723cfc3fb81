// SPDX-License-Identifier: GPL-2.0-only
// The FP/SIMD registers survive exits, other vCPUs' FP use and the host's.
#include "cpu.h"
#include "exception.h"
#include "gic.h"
#include "irq.h"
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

/* Known to fp-asm.S. AArch32's FPSCR is both of the last. */
struct fp_state {
	u64 q[FP_WORDS];
	u64 fpsr, fpcr;
} __attribute__((aligned(16)));

void fp_load(const struct fp_state *state);
void fp_store(struct fp_state *state);

static struct failure {
	bool failed;
	const char *what;
	int reg;
	u64 is, want;
} failures[MAX_CPUS];

static void fp_random(struct fp_state *state, u64 *seed)
{
	unsigned int i;

	for (i = 0; i < FP_WORDS; i++)
		state->q[i] = random_next(seed);
	state->fpsr = random_next(seed) & 0x0800009f;	/* QC and the cumulative flags */
	state->fpcr = random_next(seed) & 0x07c00000;	/* AHP, DN, FZ, RMode */
}

static void fp_check(const struct fp_state *want, const char *what)
{
	struct failure *f = &failures[cpu_self()];
	struct fp_state is;
	unsigned int i;

	fp_store(&is);
	if (f->failed)
		return;
	for (i = 0; i < FP_WORDS + 2; i++) {
		if ((&is.q[0])[i] != (&want->q[0])[i]) {
			*f = (struct failure){ true, what, i, (&is.q[0])[i], (&want->q[0])[i] };
			return;
		}
	}
}

static enum verdict failure_report(u32 cpu)
{
	struct failure *f = &failures[cpu];

	if (!f->failed)
		return TEST_PASS;
	tap_note("CPU %u, %s: word %d (q%d) is 0x%llx, not 0x%llx", cpu, f->what, f->reg, f->reg / 2, f->is, f->want);
	memset(f, 0, sizeof(*f));
	return TEST_FAIL;
}

static void exit_hypercall(void) { psci_call(PSCI_VERSION, 0, 0, 0); }
static void exit_runloop(void) { psci_call(PSCI_AFFINITY_INFO, 0, 0, 0); }
static void exit_mmio(void) { mmio_read32(testdev_present() ? TESTDEV_SCRATCH : UART_BASE + 0x18); }
static void exit_gicd(void) { mmio_read32(GICD_BASE + GICD_TYPER); }
static void exit_spin(void) { timer_spin_us(6000); }
static void exit_sleep(void)
{
	if (testdev_present())
		mmio_write32(TESTDEV_SLEEP, 3000);
}

static void exit_wfi(void)
{
	gic_enable(TIMER_PPI_PHYS);
	timer_phys_start(500);
	wfi();
	timer_phys_stop();
	gic_disable(TIMER_PPI_PHYS);
}

static const struct {
	const char *name;
	void (*exit)(void);
} exits[] = {
	{ "hypercall", exit_hypercall },
	{ "hypercall to the run loop", exit_runloop },
	{ "MMIO", exit_mmio },
	{ "distributor", exit_gicd },
	{ "WFI", exit_wfi },
	{ "VMM sleeps", exit_sleep },
	{ "host interrupts", exit_spin },
};

static void fp_rounds(u64 seed)
{
	struct fp_state state;
	unsigned int i, n;

	for (i = 0; i < 150; i++) {
		fp_random(&state, &seed);
		fp_load(&state);
		n = random_next(&seed) % ARRAY_SIZE(exits);
		exits[n].exit();
		fp_check(&state, exits[n].name);
	}
}

static enum verdict fp_alone(void)
{
	fp_rounds(1);
	return failure_report(0);
}

static enum verdict fp_smp(void)
{
	u32 cpu, n = smp_count();
	enum verdict verdict;

	if (n < 2)
		return tap_skip("one CPU");
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
		smp_call(cpu, fp_rounds, cpu * 77);
	}
	fp_rounds(1234);
	verdict = failure_report(0);
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		if (failure_report(cpu) == TEST_FAIL)
			verdict = TEST_FAIL;
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	}
	return verdict;
}

/* A guest that never used FP since the exit must still find its registers: check late, after many exits. */
static enum verdict fp_lazy(void)
{
	struct fp_state state;
	u64 seed = 5;
	unsigned int i;

	fp_random(&state, &seed);
	fp_load(&state);
	for (i = 0; i < 60; i++)
		exits[i % ARRAY_SIZE(exits)].exit();
	fp_check(&state, "many exits");
	return failure_report(0);
}

/* CPACR_EL1 is the guest's own: its trap must be the guest's, whatever the hypervisor does with FP. */
static enum verdict fp_own_trap(void)
{
	struct fp_state state;
	u64 seed = 6;
	u32 hits;

	fp_random(&state, &seed);
	fp_load(&state);
	sysreg_write(cpacr_el1, 0);
	isb();
	exit_runloop();
	trap_arm(TRAP_SKIP);
	asm volatile(FP_TOUCH : : : "memory");
	hits = trap_disarm();
	sysreg_write(cpacr_el1, CPACR_FP);
	isb();
	EXPECT(hits == 1 && ESR_EC(trap_last()->esr) == FP_TRAP_EC, "%u traps, ESR 0x%llx", hits, trap_last()->esr);
	fp_check(&state, "CPACR trap");
	return failure_report(0);
}

/* A vCPU that starts must not see another one's registers in its own. */
static struct fp_state cold_state;

static void cold_store(u64 arg)
{
	fp_store(&cold_state);
}

static enum verdict fp_cold(void)
{
	struct fp_state secret;
	u64 seed = 7;
	unsigned int i, k;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	fp_random(&secret, &seed);
	fp_load(&secret);
	EXPECT(smp_start(1), "CPU 1 does not start");
	smp_call(1, cold_store, 0);
	EXPECT(smp_join(1), "CPU 1 does not come back");
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	for (i = 0; i < FP_WORDS; i++) {
		for (k = 0; k < FP_WORDS; k++)
			EXPECT(cold_state.q[i] != secret.q[k], "q%u of CPU 1 is q%u of CPU 0", i / 2, k / 2);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "a started vCPU does not see another's FP registers", fp_cold },
	{ "FP survives each exit", fp_alone },
	{ "FP survives many exits without use", fp_lazy },
	{ "the guest's own FP trap", fp_own_trap },
	{ "FP survives on every vCPU at once", fp_smp },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
