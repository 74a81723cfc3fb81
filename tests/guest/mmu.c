// SPDX-License-Identifier: GPL-2.0-only
// Memory: stage-2 faults of every kind, memory taken away and given back, and addresses with nothing behind them.
#include "mmu.h"
#include "mmu-tests.h"
#include "cpu.h"
#include "exception.h"
#include "fdt.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

#define PAGE		4096ULL
#define PAGES		(TESTMEM_SIZE / PAGE)
#define SPARSE_SIZE	(48ULL << 20)
#define SPARSE_START	(RAM_BASE + ARCH_SPARE_RAM)
#define SPARE_VA	(HOLE_BASE + 0x400000)	/* a 2 MiB block of addresses to remap as a test likes */

static u64 pattern(u64 addr, u64 seed)
{
	u64 state = addr ^ seed << 48 ^ 0x55;

	return random_next(&state);
}

static void fill(u64 from, u64 to, u64 seed)
{
	for (; from < to; from += PAGE) {
		mmio_write64(from, pattern(from, seed));
		mmio_write64(from + PAGE - 8, pattern(from + 8, seed));
	}
}

static u64 find_wrong(u64 from, u64 to, u64 seed)
{
	for (; from < to; from += PAGE) {
		if (mmio_read64(from) != pattern(from, seed) || mmio_read64(from + PAGE - 8) != pattern(from + 8, seed))
			return from;
	}
	return 0;
}

static u64 find_nonzero(u64 from, u64 to)
{
	for (; from < to; from += 64) {
		if (mmio_read64(from))
			return from;
	}
	return 0;
}

static void jump(ulong to)
{
	((void (*)(void))to)();
}

static enum verdict ram_sparse(void)
{
	u64 from = SPARSE_START, end = from + SPARSE_SIZE, a;
	const struct fdt_machine *machine = fdt_machine();

	if (machine->ram_base + machine->ram_size < end)
		return tap_skip("less than 128 MiB of RAM");
	/* A stride that is no multiple of a block, then all of it. */
	for (a = from; a < end; a += 37 * PAGE)
		mmio_write64(a, pattern(a, 1));
	for (a = from; a < end; a += 37 * PAGE)
		EXPECT(mmio_read64(a) == pattern(a, 1), "0x%llx", a);
	fill(from, end, 2);
	a = find_wrong(from, end, 2);
	EXPECT(!a, "0x%llx", a);
	return TEST_PASS;
}

static enum verdict fresh_is_zero(void)
{
	u64 wrong;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	wrong = find_nonzero(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE);
	EXPECT(!wrong, "0x%llx", wrong);
	return TEST_PASS;
}

static enum verdict taken_away(void)
{
	u64 wrong;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 20; i++) {
		fill(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, i);
		wrong = find_wrong(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, i);
		EXPECT(!wrong, "round %u: pattern at 0x%llx", i, wrong);
		mmio_write32(TESTDEV_MADV, 1);
		wrong = find_nonzero(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE / 8);
		EXPECT(!wrong, "round %u: not zero at 0x%llx", i, wrong);
	}
	return TEST_PASS;
}

static enum verdict slot_recreated(void)
{
	u64 wrong;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 20; i++) {
		fill(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, 100 + i);
		mmio_write32(TESTDEV_REMAP, 1);
		wrong = find_nonzero(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE / 8);
		EXPECT(!wrong, "round %u: not zero at 0x%llx", i, wrong);
		fill(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, 200 + i);
		wrong = find_wrong(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, 200 + i);
		EXPECT(!wrong, "round %u: pattern at 0x%llx", i, wrong);
	}
	return TEST_PASS;
}

static enum verdict hammered(void)
{
	u64 half = TESTMEM_BASE + TESTMEM_SIZE / 2, end = TESTMEM_BASE + TESTMEM_SIZE, a, v, wrong;
	u64 deadline = timer_deadline();
	u32 cycles = 500, base;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	fill(TESTMEM_BASE, half, 7);
	base = mmio_read32(TESTDEV_HAMMERED);
	mmio_write32(TESTDEV_HAMMER, cycles);
	do {
		for (a = half; a < end; a += PAGE) {
			v = mmio_read64(a);
			EXPECT(v == 0 || v == pattern(a, 8), "0x%llx: 0x%llx", a, v);
			mmio_write64(a, pattern(a, 8));
		}
		EXPECT(!timer_passed(deadline), "%u of %u cycles done", mmio_read32(TESTDEV_HAMMERED) - base, cycles);
	} while (mmio_read32(TESTDEV_HAMMERED) - base < cycles);
	wrong = find_wrong(TESTMEM_BASE, half, 7);
	EXPECT(!wrong, "the quiet half changed at 0x%llx", wrong);
	return TEST_PASS;
}

static enum verdict read_only(void)
{
	u32 before;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTMEM_BASE + 0x5000, 0x1234);
	mmio_write32(TESTDEV_ROMODE, 1);
	before = mmio_read32(TESTDEV_ROWRITES);
	EXPECT_EQ(mmio_read32(TESTMEM_BASE + 0x5000), 0x1234);
	mmio_write32(TESTMEM_BASE + 0x5000, 0x5678);
	mmio_write32(TESTMEM_BASE + 0x200000, 1);
	EXPECT_EQ(mmio_read32(TESTMEM_BASE + 0x5000), 0x1234);
	EXPECT_EQ(mmio_read32(TESTDEV_ROWRITES) - before, 2);
	mmio_write32(TESTDEV_ROMODE, 0);
	mmio_write32(TESTMEM_BASE + 0x5000, 0x5678);
	EXPECT_EQ(mmio_read32(TESTMEM_BASE + 0x5000), 0x5678);
	EXPECT_EQ(mmio_read32(TESTDEV_ROWRITES) - before, 2);
	return TEST_PASS;
}

static void add_to_all(u64 arg)
{
	u64 a;

	for (a = TESTMEM_BASE; a < TESTMEM_BASE + TESTMEM_SIZE; a += PAGE)
		__atomic_add_fetch((u64 *)(ulong)a, 1, __ATOMIC_SEQ_CST);
}

static enum verdict faults_together(void)
{
	u32 cpu, n = smp_count(), round;
	u64 a;

	if (n < 2 || !testdev_present())
		return tap_skip("one CPU, or no test device");
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
	for (round = 0; round < 2; round++) {
		mmio_write32(TESTDEV_MADV, 1);
		for (cpu = 1; cpu < n; cpu++)
			smp_call(cpu, add_to_all, 0);
		add_to_all(0);
		for (cpu = 1; cpu < n; cpu++)
			EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		for (a = TESTMEM_BASE; a < TESTMEM_BASE + TESTMEM_SIZE; a += PAGE)
			EXPECT(mmio_read64(a) == n, "round %u: 0x%llx is %llu", round, a, mmio_read64(a));
	}
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	return TEST_PASS;
}

static ulong code_run(u64 at, u16 value)
{
	u32 *code = (u32 *)(ulong)at;

	code_returning(code, value);
	cache_sync_code(code, 8);
	return ((ulong (*)(void))code)();
}

static enum verdict code_fresh(void)
{
	u64 at;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 50; i++) {
		at = TESTMEM_BASE + i * 3 * PAGE;
		EXPECT_EQ(code_run(at, i), i);
		EXPECT_EQ(code_run(at, i + 1000), i + 1000);
		/* Another page comes in at the same address: its instructions, not the old ones. */
		mmio_write32(TESTDEV_MADV, 1);
		EXPECT_EQ(code_run(at, i + 2000), i + 2000);
	}
	return TEST_PASS;
}

/* A page that was only read is made executable, then written: the fetch must see what was written. */
static enum verdict code_after_read(void)
{
	u64 at = TESTMEM_BASE + TESTMEM_SIZE - PAGE;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 20; i++) {
		mmio_write32(TESTDEV_MADV, 1);
		EXPECT_EQ(mmio_read64(at), 0);
		trap_arm(TRAP_RETURN);
		jump(at);
		EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == ARCH_EC_ZEROS, "zeros: ESR 0x%llx", trap_last()->esr);
		EXPECT_EQ(code_run(at, i), i);
	}
	return TEST_PASS;
}

static enum verdict hole_data(void)
{
	u64 v;

	if (!testdev_present())
		return tap_skip("no test device");
	mmu_map_block(SPARE_VA, HOLE_BASE + 0x800000, MMU_NORMAL);
	trap_arm(TRAP_SKIP);
	v = mmio_read64(SPARE_VA + 0x18);
	mmio_write64(SPARE_VA + 0x18, 5);
	EXPECT_EQ(trap_disarm(), 0);
	EXPECT_EQ(v, 0);
	EXPECT_EQ(mmio_read32(SPARE_VA + 0x18), 0);
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static enum verdict hole_fetch(void)
{
	struct trap *trap = trap_last();
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	mmu_map_block(SPARE_VA, HOLE_BASE + 0x800000, MMU_NORMAL);
	for (i = 0; i < 10; i++) {
		trap_arm(TRAP_RETURN);
		jump(SPARE_VA + 0x100 * i);
		EXPECT_EQ(trap_disarm(), 1);
		EXPECT(ESR_EC(trap->esr) == EC_IABT && ESR_FSC(trap->esr) == FSC_SEA, "ESR 0x%llx", trap->esr);
		EXPECT_EQ(trap->far, SPARE_VA + 0x100 * i);
		EXPECT_EQ(trap->elr, SPARE_VA + 0x100 * i);
	}
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static bool is_walk_abort(u64 esr, u32 ec)
{
	return ESR_EC(esr) == ec && (ESR_FSC(esr) == FSC_SEA || (ESR_FSC(esr) & 0x3c) == FSC_SEA_WALK0);
}

static enum verdict hole_walk(void)
{
	struct trap *trap = trap_last();

	if (!testdev_present())
		return tap_skip("no test device");
	mmu_map_table(SPARE_VA, HOLE_BASE + 0x800000);
	trap_arm(TRAP_SKIP);
	mmio_read64(SPARE_VA + 0x2008);
	EXPECT_EQ(trap_disarm(), 1);
	EXPECT(is_walk_abort(trap->esr, EC_DABT), "data: ESR 0x%llx", trap->esr);
	EXPECT_EQ(trap->far, SPARE_VA + 0x2008);
	trap_arm(TRAP_RETURN);
	jump(SPARE_VA + 0x2010);
	EXPECT_EQ(trap_disarm(), 1);
	EXPECT(is_walk_abort(trap->esr, EC_IABT), "fetch: ESR 0x%llx", trap->esr);
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

/* The guest's own tables lie in memory that is taken away: zeros there are translation faults, no more. */
static enum verdict tables_taken_away(void)
{
	u64 table = TESTMEM_BASE + 0x40000, data = TESTMEM_BASE + 0x200000;
	struct trap *trap = trap_last();
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 10; i++) {
		mmio_write32(TESTDEV_MADV, 1);
		mmu_map_table(SPARE_VA, table);
		trap_arm(TRAP_SKIP);
		mmio_read64(SPARE_VA);
		EXPECT_EQ(trap_disarm(), 1);
		EXPECT(ESR_EC(trap->esr) == EC_DABT && ESR_FSC(trap->esr) == 7, "ESR 0x%llx", trap->esr);
		mmio_write64(table, data | 0x707);	/* page, AF, inner shareable, Normal */
		dsb();
		isb();
		mmio_write64(SPARE_VA + 16, 99 + i);
		EXPECT_EQ(mmio_read64(data + 16), 99 + i);
	}
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static enum verdict cache_maintenance(void)
{
	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	trap_arm(TRAP_SKIP);
	mmu_test_caches(HOLE_BASE + 0x1000, TESTDEV_SCRATCH, TESTMEM_BASE);
	EXPECT(trap_disarm() == 0, "ESR 0x%llx", trap_last()->esr);
	return TEST_PASS;
}

/* Set/way operations trap, and the hypervisor answers with its own idea of a flush. */
static enum verdict cache_set_way(void)
{
	u64 a = TESTMEM_BASE;

	if (!testdev_present())
		return tap_skip("no test device");
	fill(a, a + 64 * PAGE, 3);
	mmu_test_set_way();
	EXPECT_EQ(find_wrong(a, a + 64 * PAGE, 3), 0);
	return TEST_PASS;
}

static enum verdict caches_off_and_on(void)
{
	u64 a = TESTMEM_BASE + 0x9000;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 10; i++) {
		mmio_write32(a, i + 77);
		cache_flush((void *)(ulong)a, 4);
		EXPECT_EQ(mmu_test_uncached(a), i + 77);
	}
	return TEST_PASS;
}

static enum verdict beyond_ipa(void)
{
	static const u64 addresses[] = ARCH_BEYOND_IPA;
	struct trap *trap = trap_last();
	unsigned int i;

	if (!testdev_present())
		return tap_skip("no test device");
	if (!addresses[0])
		return tap_skip("no address of stage 1 is beyond it");
	for (i = 0; addresses[i]; i++) {
		mmu_map_block(SPARE_VA, addresses[i], MMU_NORMAL);
		trap_arm(TRAP_SKIP);
		mmio_read64(SPARE_VA);
		EXPECT(trap_disarm() == 1, "PA 0x%llx: no exception", addresses[i]);
		EXPECT(ESR_EC(trap->esr) == EC_DABT && (ESR_FSC(trap->esr) < 4 || ESR_FSC(trap->esr) == FSC_SEA),
		       "PA 0x%llx: ESR 0x%llx", addresses[i], trap->esr);
		trap_arm(TRAP_RETURN);
		jump(SPARE_VA);
		EXPECT(trap_disarm() == 1, "PA 0x%llx: no exception of a fetch", addresses[i]);
		EXPECT(ESR_EC(trap->esr) == EC_IABT && (ESR_FSC(trap->esr) < 4 || ESR_FSC(trap->esr) == FSC_SEA),
		       "PA 0x%llx: ESR 0x%llx", addresses[i], trap->esr);
	}
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static enum verdict address_translation(void)
{
	u64 par = mmu_test_translate(UART_BASE, false);

	EXPECT(!(par & 1) && (par & 0xfffffff000) == UART_BASE, "PAR 0x%llx", par);
	if (!testdev_present())
		return TEST_PASS;
	mmio_write32(TESTDEV_MADV, 1);
	par = mmu_test_translate(TESTMEM_BASE + 0x3000, true);
	EXPECT(!(par & 1) && (par & 0xfffffff000) == TESTMEM_BASE + 0x3000, "PAR 0x%llx", par);
	mmu_map_nothing(SPARE_VA);
	par = mmu_test_translate(SPARE_VA, false);
	EXPECT(par & 1, "PAR 0x%llx", par);
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "48 MiB of RAM, sparse and dense", ram_sparse },
	{ "fresh memory reads zero", fresh_is_zero },
	{ "memory taken away reads zero (MADV_DONTNEED)", taken_away },
	{ "slot deleted and created", slot_recreated },
	{ "memory taken away and protected all the time", hammered },
	{ "read-only slot", read_only },
	{ "instructions without a syndrome fault memory in", mmu_test_instructions },
	{ "every vCPU faults on the same pages", faults_together },
	{ "code in fresh memory", code_fresh },
	{ "code in memory that was read before", code_after_read },
	{ "unmapped IPA: data", hole_data },
	{ "unmapped IPA: instruction fetch", hole_fetch },
	{ "unmapped IPA: translation table walk", hole_walk },
	{ "translation tables in memory that is taken away", tables_taken_away },
	{ "cache maintenance by address", cache_maintenance },
	{ "cache maintenance by set and way", cache_set_way },
	{ "caches off and on", caches_off_and_on },
	{ "beyond the IPA space", beyond_ipa },
	{ "address translation instructions", address_translation },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
