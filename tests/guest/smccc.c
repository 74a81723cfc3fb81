// SPDX-License-Identifier: GPL-2.0-only
// PSCI and SMCCC as a guest sees them: versions, features, errors, register contract, CPU life cycle.
#include "boot.h"
#include "cpu.h"
#include "exception.h"
#include "gic.h"
#include "layout.h"
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "timer.h"

static void regs_fill(struct smccc_regs *regs, ulong function)
{
	u64 seed = function | 1;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs->x); i++)
		regs->x[i] = random_next(&seed);
	regs->x[0] = function;
}

static enum verdict psci_version(void)
{
	s64 v = psci_call(PSCI_VERSION, 0, 0, 0);

	EXPECT(v >> 16 == 1 && (v & 0xffff) <= 3, "version 0x%llx", v);
	return TEST_PASS;
}

static enum verdict smccc_version(void)
{
	s64 v = psci_call(SMCCC_VERSION, 0, 0, 0);

	if (psci_call(PSCI_FEATURES, SMCCC_VERSION, 0, 0))
		return tap_skip("PSCI_FEATURES does not know SMCCC_VERSION");
	EXPECT(v >= 0x10001 && v < 0x20000, "version 0x%llx", v);
	return TEST_PASS;
}

static enum verdict psci_features(void)
{
	static const u32 must[] = {
		PSCI_VERSION, PSCI_CPU_OFF, PSCI_CPU_ON, PSCI_CPU_ON & ~BIT(30), PSCI_AFFINITY_INFO,
		PSCI_AFFINITY_INFO & ~BIT(30), PSCI_CPU_SUSPEND, PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET, PSCI_FEATURES,
	};
	static const u32 never[] = { 0x8400001f, 0x840000ff, 0xc4000002, 0x12345678, 0xffffffff };
	unsigned int i;
	s64 v;

	for (i = 0; i < ARRAY_SIZE(must); i++) {
		v = psci_call(PSCI_FEATURES, must[i], 0, 0);
		EXPECT(v >= 0, "features of 0x%x: %lld", must[i], v);
	}
	for (i = 0; i < ARRAY_SIZE(never); i++) {
		v = psci_call(PSCI_FEATURES, never[i], 0, 0);
		EXPECT(v == PSCI_NOT_SUPPORTED, "features of 0x%x: %lld", never[i], v);
	}
	return TEST_PASS;
}

static enum verdict psci_migrate_info(void)
{
	EXPECT_EQ(psci_call(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
	return TEST_PASS;
}

static enum verdict unknown_functions(void)
{
	static const u32 unknown[] = {
		0x00000000, 0x01000000, 0x80001234, 0x8100ff00, 0x8200ff00, 0x83001234, 0x8400001f, 0x8500ff01,
		0x87000000, 0x8600ffff, 0xb2000000, 0xbf000001, 0xc0000000, 0xc4000000, 0xc400ffff, 0xdeadbeef,
		0xffffffff,
	};
	struct smccc_regs regs, want;
	unsigned int i, r;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		regs_fill(&regs, unknown[i]);
		want = regs;
		smccc_hvc(&regs);
		EXPECT(regs.x[0] == ~0UL, "function 0x%x answers 0x%lx", unknown[i], regs.x[0]);
		for (r = 4; r < ARRAY_SIZE(regs.x); r++)
			EXPECT(regs.x[r] == want.x[r], "function 0x%x: x%u 0x%lx, was 0x%lx", unknown[i], r,
			       regs.x[r], want.x[r]);
	}
	return TEST_PASS;
}

/* SMCCC 1.1: registers from 4 on survive every call that does not say otherwise. */
static enum verdict registers_survive(void)
{
	static const u32 functions[] = {
		PSCI_VERSION, SMCCC_VERSION, PSCI_FEATURES, PSCI_AFFINITY_INFO, SMCCC_ARCH_FEATURES,
		PSCI_MIGRATE_INFO_TYPE, SMCCC_VENDOR_UID,
	};
	struct smccc_regs regs, want;
	unsigned int i, r;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		regs_fill(&regs, functions[i]);
		want = regs;
		smccc_hvc(&regs);
		for (r = 4; r < ARRAY_SIZE(regs.x); r++)
			EXPECT(regs.x[r] == want.x[r], "function 0x%x: x%u 0x%lx, was 0x%lx", functions[i], r,
			       regs.x[r], want.x[r]);
	}
	return TEST_PASS;
}

/* Bits 63:32 of a function identifier are to be ignored. */
static enum verdict function_is_32bit(void)
{
	struct smccc_regs regs;

	if (sizeof(ulong) == 4)
		return tap_skip("registers have 32 bits");
	regs_fill(&regs, (ulong)0xabcdef0000000000 | PSCI_VERSION);
	smccc_hvc(&regs);
	EXPECT_EQ((u32)regs.x[0], (u32)psci_call(PSCI_VERSION, 0, 0, 0));
	return TEST_PASS;
}

static enum verdict hvc_immediate(void)
{
	ulong x0 = hvc_1234(PSCI_VERSION);

	/* DEN0028: a nonzero immediate is reserved; hypervisors say NOT_SUPPORTED or ignore it. */
	EXPECT(x0 == ~0UL || x0 >> 16 == 1, "x0 0x%lx", x0);
	return TEST_PASS;
}

static enum verdict smc_conduit(void)
{
	struct smccc_regs regs;
	u32 undefined;

	regs_fill(&regs, PSCI_VERSION);
	trap_arm(TRAP_SKIP);
	smccc_smc(&regs);
	undefined = trap_disarm();
	tap_note("SMC: %s, x0 0x%lx", undefined ? "UNDEFINED" : "returns", regs.x[0]);
	if (undefined) {
		EXPECT_EQ(ESR_EC(trap_last()->esr), EC_UNKNOWN);
		return TEST_PASS;
	}
	EXPECT(regs.x[0] == (u64)psci_call(PSCI_VERSION, 0, 0, 0) || regs.x[0] == ~0UL, "x0 0x%lx", regs.x[0]);
	return TEST_PASS;
}

static enum verdict affinity_info(void)
{
	EXPECT_EQ(psci_call(PSCI_AFFINITY_INFO, 0, 0, 0), 0);
	if (smp_count() > 1)
		EXPECT_EQ(psci_call(PSCI_AFFINITY_INFO, 1, 0, 0), 1);
	/* Level 1 of the only cluster: on, for CPU 0 is in it. */
	EXPECT_EQ(psci_call(PSCI_AFFINITY_INFO, 0, 1, 0), 0);
	EXPECT(psci_call(PSCI_AFFINITY_INFO, 0x7f00, 0, 0) == PSCI_INVALID_PARAMS, "no such CPU");
	EXPECT(psci_call(PSCI_AFFINITY_INFO, 0, 200, 0) == PSCI_INVALID_PARAMS, "no such level");
	return TEST_PASS;
}

static enum verdict cpu_on_errors(void)
{
	s64 v;

	EXPECT(psci_call(PSCI_CPU_ON, 0, (ulong)secondary_entry, 0) == PSCI_ALREADY_ON, "self");
	EXPECT(psci_call(PSCI_CPU_ON, 0x7f00, (ulong)secondary_entry, 0) == PSCI_INVALID_PARAMS, "no such CPU");
	if (sizeof(ulong) == 8)
		EXPECT(psci_call(PSCI_CPU_ON, 0xff00000001, (ulong)secondary_entry, 0) == PSCI_INVALID_PARAMS, "Aff3");
	if (smp_count() < 2)
		return tap_skip("one CPU");
	EXPECT(smp_start(1), "CPU 1 does not start");
	v = psci_call(PSCI_CPU_ON, 1, (ulong)secondary_entry, 0);
	EXPECT(v == PSCI_ALREADY_ON, "second CPU_ON: %lld", v);
	EXPECT_EQ(psci_call(PSCI_AFFINITY_INFO, 1, 0, 0), 0);
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	return TEST_PASS;
}

/* Two CPU_ON calls at once: the second may find it on, or on its way. */
static enum verdict cpu_on_twice(void)
{
	s64 first, second;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	smp_prepare(1);
	first = psci_call(PSCI_CPU_ON, 1, (ulong)secondary_entry, 1);
	second = psci_call(PSCI_CPU_ON, 1, (ulong)secondary_entry, 1);
	EXPECT_EQ(first, 0);
	EXPECT(second == PSCI_ALREADY_ON || second == PSCI_ON_PENDING, "second CPU_ON: %lld", second);
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	return TEST_PASS;
}

/* Where CPU_ON starts a CPU that writes down the state it was started in, in these words, and goes off. */
enum { PROBE_CONTEXT, PROBE_LEVEL, PROBE_MASKS, PROBE_SCTLR, PROBE_STACK, PROBE_MPIDR };

extern char probe_entry[];
extern ulong probe_result[16];

/* The state that PSCI promises to a CPU that starts: context in x0, EL1, masked, MMU off. */
static enum verdict cpu_on_state(void)
{
	static const ulong contexts[] = { 0, ~0UL, (ulong)0x123456789abcdef0, 0x80000000 };
	u64 deadline;
	unsigned int i;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	for (i = 0; i < ARRAY_SIZE(contexts); i++) {
		memset(probe_result, 0, sizeof(probe_result));
		cache_flush(probe_result, sizeof(probe_result));
		EXPECT_EQ(psci_call(PSCI_CPU_ON, 1, (ulong)probe_entry, contexts[i]), 0);
		deadline = timer_deadline();
		while (psci_call(PSCI_AFFINITY_INFO, 1, 0, 0) != 1)
			EXPECT(!timer_passed(deadline), "CPU 1 does not switch itself off");
		/* Nothing was written to them here since they were flushed, so what this drops is clean. */
		cache_flush(probe_result, sizeof(probe_result));
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_CONTEXT]), contexts[i]);
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_LEVEL]), ARCH_PROBE_LEVEL);
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_MASKS]), ARCH_PROBE_MASKS);
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_SCTLR]) & 0x1005, 0);	/* M, C, I */
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_STACK]), ARCH_PROBE_STACK);
		EXPECT_EQ(READ_ONCE(probe_result[PROBE_MPIDR]) & (ulong)0xff00ffffff, 1);
	}
	return TEST_PASS;
}

static enum verdict cpu_on_32bit_call(void)
{
	u64 deadline = timer_deadline();

	if (smp_count() < 2)
		return tap_skip("one CPU");
	EXPECT_EQ(psci_call(PSCI_CPU_ON & ~BIT(30), 1, (ulong)probe_entry, 0x55), 0);
	while (psci_call(PSCI_AFFINITY_INFO & ~BIT(30), 1, 0, 0) != 1)
		EXPECT(!timer_passed(deadline), "CPU 1 does not switch itself off");
	cache_flush(probe_result, sizeof(probe_result));
	EXPECT_EQ(READ_ONCE(probe_result[PROBE_CONTEXT]), 0x55);
	return TEST_PASS;
}

/* CPU_SUSPEND to a standby state is a WFI: a pending interrupt ends it. */
static enum verdict cpu_suspend(void)
{
	sysreg_write(cntv_cval_el0, timer_now() + timer_us(2000));
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	gic_enable(TIMER_PPI_VIRT);
	isb();
	EXPECT_EQ(psci_call(PSCI_CPU_SUSPEND, 0, 0, 0), 0);
	EXPECT(sysreg_read(cntv_ctl_el0) & TIMER_ISTATUS, "woke before the timer");
	sysreg_write(cntv_ctl_el0, 0);
	gic_disable(TIMER_PPI_VIRT);
	return TEST_PASS;
}

static enum verdict vendor_uid(void)
{
	struct smccc_regs regs;

	regs_fill(&regs, SMCCC_VENDOR_UID);
	smccc_hvc(&regs);
	/* Either nobody's, or the UID that Linux guests look for. */
	if ((u32)regs.x[0] == ~0U)
		return tap_skip("no vendor services");
	EXPECT((u32)regs.x[0] == 0xb66fb428 && (u32)regs.x[1] == 0xe911c52e && (u32)regs.x[2] == 0x564bcaa9 &&
	       (u32)regs.x[3] == 0x743a004d, "unknown UID %x %x %x %x", (u32)regs.x[0], (u32)regs.x[1],
	       (u32)regs.x[2], (u32)regs.x[3]);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "PSCI_VERSION", psci_version },
	{ "SMCCC_VERSION", smccc_version },
	{ "PSCI_FEATURES", psci_features },
	{ "MIGRATE_INFO_TYPE: no migration needed", psci_migrate_info },
	{ "unknown functions answer NOT_SUPPORTED, registers from 4 on kept", unknown_functions },
	{ "registers from 4 on survive known functions", registers_survive },
	{ "upper half of the function identifier is ignored", function_is_32bit },
	{ "HVC with an immediate", hvc_immediate },
	{ "SMC is UNDEFINED or answers as HVC", smc_conduit },
	{ "AFFINITY_INFO", affinity_info },
	{ "CPU_ON errors", cpu_on_errors },
	{ "CPU_ON twice at once", cpu_on_twice },
	{ "CPU_ON: state of the started CPU", cpu_on_state },
	{ "CPU_ON and AFFINITY_INFO, 32-bit functions", cpu_on_32bit_call },
	{ "CPU_SUSPEND ends at an interrupt", cpu_suspend },
	{ "vendor UID", vendor_uid },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
