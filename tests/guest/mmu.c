// SPDX-License-Identifier: GPL-2.0-only
// Memory: stage-2 faults of every kind, memory taken away and given back, and addresses with nothing behind them.
#include "mmu.h"
#include "cpu.h"
#include "exception.h"
#include "fdt.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

#define PAGE		4096UL
#define PAGES		(TESTMEM_SIZE / PAGE)
#define ISAR0_ATOMIC	(15UL << 20)	/* FEAT_LSE */
#define SPARSE_SIZE	(64UL << 20)
#define SPARSE_START	(RAM_BASE + (32UL << 20))
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

static enum verdict ram_sparse(void)
{
	u64 from = SPARSE_START, end = from + SPARSE_SIZE, a;
	const struct fdt_machine *machine = fdt_machine();

	if (machine->ram_base + machine->ram_size < end)
		return tap_skip("less than 96 MiB of RAM");
	/* A stride that is no multiple of a block, then all of it. */
	for (a = from; a < end; a += 37 * PAGE)
		mmio_write64(a, pattern(a, 1));
	for (a = from; a < end; a += 37 * PAGE)
		EXPECT(mmio_read64(a) == pattern(a, 1), "0x%lx", a);
	fill(from, end, 2);
	a = find_wrong(from, end, 2);
	EXPECT(!a, "0x%lx", a);
	return TEST_PASS;
}

static enum verdict fresh_is_zero(void)
{
	u64 wrong;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	wrong = find_nonzero(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE);
	EXPECT(!wrong, "0x%lx", wrong);
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
		EXPECT(!wrong, "round %u: pattern at 0x%lx", i, wrong);
		mmio_write32(TESTDEV_MADV, 1);
		wrong = find_nonzero(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE / 8);
		EXPECT(!wrong, "round %u: not zero at 0x%lx", i, wrong);
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
		EXPECT(!wrong, "round %u: not zero at 0x%lx", i, wrong);
		fill(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, 200 + i);
		wrong = find_wrong(TESTMEM_BASE, TESTMEM_BASE + TESTMEM_SIZE, 200 + i);
		EXPECT(!wrong, "round %u: pattern at 0x%lx", i, wrong);
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
			EXPECT(v == 0 || v == pattern(a, 8), "0x%lx: 0x%lx", a, v);
			mmio_write64(a, pattern(a, 8));
		}
		EXPECT(!timer_passed(deadline), "%u of %u cycles done", mmio_read32(TESTDEV_HAMMERED) - base, cycles);
	} while (mmio_read32(TESTDEV_HAMMERED) - base < cycles);
	wrong = find_wrong(TESTMEM_BASE, half, 7);
	EXPECT(!wrong, "the quiet half changed at 0x%lx", wrong);
	return TEST_PASS;
}

static enum verdict read_only(void)
{
	u32 before;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write64(TESTMEM_BASE + 0x5000, 0x1234);
	mmio_write32(TESTDEV_ROMODE, 1);
	before = mmio_read32(TESTDEV_ROWRITES);
	EXPECT_EQ(mmio_read64(TESTMEM_BASE + 0x5000), 0x1234);
	mmio_write64(TESTMEM_BASE + 0x5000, 0x5678);
	mmio_write32(TESTMEM_BASE + 0x200000, 1);
	EXPECT_EQ(mmio_read64(TESTMEM_BASE + 0x5000), 0x1234);
	EXPECT_EQ(mmio_read32(TESTDEV_ROWRITES) - before, 2);
	mmio_write32(TESTDEV_ROMODE, 0);
	mmio_write64(TESTMEM_BASE + 0x5000, 0x5678);
	EXPECT_EQ(mmio_read64(TESTMEM_BASE + 0x5000), 0x5678);
	EXPECT_EQ(mmio_read32(TESTDEV_ROWRITES) - before, 2);
	return TEST_PASS;
}

/* Instructions whose syndrome describes nothing must still fault memory in. */
static enum verdict odd_instructions(void)
{
	u64 p = TESTMEM_BASE + 0x10000, v, w;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	asm volatile("stp %2, %3, [%4]\n\tldp %0, %1, [%4]"
		     : "=&r"(v), "=&r"(w) : "r"(1UL), "r"(2UL), "r"(p) : "memory");
	EXPECT(v == 1 && w == 2, "STP, LDP");
	asm volatile("ldp %0, %1, [%2]" : "=&r"(v), "=&r"(w) : "r"(p + PAGE) : "memory");
	EXPECT(v == 0 && w == 0, "LDP of a fresh page");
	v = p + 2 * PAGE;
	asm volatile("str %1, [%0], #8" : "+r"(v) : "r"(3UL) : "memory");
	EXPECT(v == p + 2 * PAGE + 8 && mmio_read64(v - 8) == 3, "STR with writeback");
	v = __atomic_add_fetch((u64 *)(p + 3 * PAGE), 4, __ATOMIC_SEQ_CST);
	EXPECT_EQ(v, 4);
	if (sysreg_read(id_aa64isar0_el1) & ISAR0_ATOMIC) {
		asm volatile(".arch_extension lse\n\tldadd %1, %0, [%2]"
			     : "=r"(v) : "r"(5UL), "r"(p + 4 * PAGE) : "memory");
		EXPECT(v == 0 && mmio_read64(p + 4 * PAGE) == 5, "LDADD");
	}
	asm volatile("dc zva, %0" : : "r"(p + 5 * PAGE) : "memory");
	EXPECT_EQ(mmio_read64(p + 5 * PAGE), 0);
	/* Across two fresh pages. */
	mmio_write64(p + 7 * PAGE - 3, 0x8877665544332211);
	EXPECT_EQ(mmio_read64(p + 7 * PAGE - 3), 0x8877665544332211);
	EXPECT_EQ(mmio_read8(p + 7 * PAGE), 0x44);
	return TEST_PASS;
}

static void add_to_all(u64 arg)
{
	u64 a;

	for (a = TESTMEM_BASE; a < TESTMEM_BASE + TESTMEM_SIZE; a += PAGE)
		__atomic_add_fetch((u64 *)a, 1, __ATOMIC_SEQ_CST);
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
			EXPECT(mmio_read64(a) == n, "round %u: 0x%lx is %lu", round, a, mmio_read64(a));
	}
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	return TEST_PASS;
}

static u64 code_run(u64 at, u32 value)
{
	u32 *code = (u32 *)at;

	code[0] = 0xd2800000 | value << 5;	/* mov x0, #value */
	code[1] = 0xd65f03c0;			/* ret */
	cache_sync_code(code, 8);
	return ((u64 (*)(void))code)();
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
	u64 at = TESTMEM_BASE + 0x100000;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 20; i++) {
		mmio_write32(TESTDEV_MADV, 1);
		EXPECT_EQ(mmio_read64(at), 0);
		trap_arm(TRAP_RETURN);
		((void (*)(void))at)();
		EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_UNKNOWN, "zeros are no instruction");
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
		((void (*)(void))(SPARE_VA + 0x100UL * i))();
		EXPECT_EQ(trap_disarm(), 1);
		EXPECT(ESR_EC(trap->esr) == EC_IABT && ESR_FSC(trap->esr) == FSC_SEA, "ESR 0x%lx", trap->esr);
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
	EXPECT(is_walk_abort(trap->esr, EC_DABT), "data: ESR 0x%lx", trap->esr);
	EXPECT_EQ(trap->far, SPARE_VA + 0x2008);
	trap_arm(TRAP_RETURN);
	((void (*)(void))(SPARE_VA + 0x2010))();
	EXPECT_EQ(trap_disarm(), 1);
	EXPECT(is_walk_abort(trap->esr, EC_IABT), "fetch: ESR 0x%lx", trap->esr);
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
		EXPECT(ESR_EC(trap->esr) == EC_DABT && ESR_FSC(trap->esr) == 7, "ESR 0x%lx", trap->esr);
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
	u64 hole = HOLE_BASE + 0x1000;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	trap_arm(TRAP_SKIP);
	asm volatile("dc civac, %0" : : "r"(hole) : "memory");
	asm volatile("dc cvac, %0" : : "r"(TESTDEV_SCRATCH) : "memory");
	asm volatile("dc civac, %0" : : "r"(TESTMEM_BASE) : "memory");
	asm volatile("dc cvau, %0" : : "r"(TESTMEM_BASE + PAGE) : "memory");
	asm volatile("ic ivau, %0" : : "r"(TESTMEM_BASE + 2 * PAGE) : "memory");
	asm volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
	EXPECT(trap_disarm() == 0, "ESR 0x%lx", trap_last()->esr);
	return TEST_PASS;
}

/* Set/way operations trap, and the hypervisor answers with its own idea of a flush. */
static enum verdict cache_set_way(void)
{
	u64 a = TESTMEM_BASE;

	if (!testdev_present())
		return tap_skip("no test device");
	fill(a, a + 64 * PAGE, 3);
	asm volatile("dc cisw, xzr\n\tdc csw, xzr\n\tdc isw, xzr\n\tdsb sy" : : : "memory");
	EXPECT_EQ(find_wrong(a, a + 64 * PAGE, 3), 0);
	return TEST_PASS;
}

static enum verdict caches_off_and_on(void)
{
	u64 a = TESTMEM_BASE, sctlr = sysreg_read(sctlr_el1), v;
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < 10; i++) {
		mmio_write64(a + 0x9000, i + 77);
		asm volatile("dc civac, %0\n\tdsb sy" : : "r"(a + 0x9000) : "memory");
		/* Nothing but registers while the stack cannot be trusted to be coherent. */
		asm volatile("msr sctlr_el1, %1\n\tisb\n\tldr %0, [%3]\n\tmsr sctlr_el1, %2\n\tisb"
			     : "=&r"(v) : "r"(sctlr & ~5UL), "r"(sctlr), "r"(a + 0x9000) : "memory");
		EXPECT_EQ(v, i + 77);
	}
	return TEST_PASS;
}

static enum verdict beyond_ipa(void)
{
	static const u64 addresses[] = { BIT(41), BIT(44), BIT(47) };
	struct trap *trap = trap_last();
	unsigned int i;

	if (!testdev_present())
		return tap_skip("no test device");
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		mmu_map_block(SPARE_VA, addresses[i], MMU_NORMAL);
		trap_arm(TRAP_SKIP);
		mmio_read64(SPARE_VA);
		EXPECT(trap_disarm() == 1, "PA 0x%lx: no exception", addresses[i]);
		EXPECT(ESR_EC(trap->esr) == EC_DABT && (ESR_FSC(trap->esr) < 4 || ESR_FSC(trap->esr) == FSC_SEA),
		       "PA 0x%lx: ESR 0x%lx", addresses[i], trap->esr);
		trap_arm(TRAP_RETURN);
		((void (*)(void))SPARE_VA)();
		EXPECT(trap_disarm() == 1, "PA 0x%lx: no exception of a fetch", addresses[i]);
		EXPECT(ESR_EC(trap->esr) == EC_IABT && (ESR_FSC(trap->esr) < 4 || ESR_FSC(trap->esr) == FSC_SEA),
		       "PA 0x%lx: ESR 0x%lx", addresses[i], trap->esr);
	}
	mmu_map_block(SPARE_VA, SPARE_VA, MMU_DEVICE);
	return TEST_PASS;
}

static enum verdict address_translation(void)
{
	u64 par;

	asm volatile("at s1e1r, %0\n\tisb" : : "r"(UART_BASE) : "memory");
	par = sysreg_read(par_el1);
	EXPECT(!(par & 1) && (par & 0xfffffffff000) == UART_BASE, "PAR 0x%lx", par);
	if (!testdev_present())
		return TEST_PASS;
	mmio_write32(TESTDEV_MADV, 1);
	asm volatile("at s1e1w, %0\n\tisb" : : "r"(TESTMEM_BASE + 0x3000) : "memory");
	par = sysreg_read(par_el1);
	EXPECT(!(par & 1) && (par & 0xfffffffff000) == TESTMEM_BASE + 0x3000, "PAR 0x%lx", par);
	asm volatile("at s1e1r, %0\n\tisb" : : "r"(9UL << 30) : "memory");
	EXPECT(sysreg_read(par_el1) & 1, "PAR 0x%lx", sysreg_read(par_el1));
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "64 MiB of RAM, sparse and dense", ram_sparse },
	{ "fresh memory reads zero", fresh_is_zero },
	{ "memory taken away reads zero (MADV_DONTNEED)", taken_away },
	{ "slot deleted and created", slot_recreated },
	{ "memory taken away and protected all the time", hammered },
	{ "read-only slot", read_only },
	{ "instructions without a syndrome fault memory in", odd_instructions },
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
	{ "AT", address_translation },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
