// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores without a syndrome, by where they and their bytes lie: on two pages, of devices or one of them memory,
// with pages of 4, 16 and 64 KiB; in code that may only be executed; in code that another vCPU takes away meanwhile.
#include "cpu.h"
#include "decode.h"
#include "exception.h"
#include "layout.h"
#include "mmu.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"

/* pages-asm.S: x1 and x2 from the frame, the code in EL0 until its first exception, and back. */
void decode_user(struct decode_frame *frame, u64 code);

/* Addresses that the library's tables do not map, and what is there: two pages beside each other, code, a device for EL0 */
#define VA_BASE		0x80000000UL
#define MEMORY(n)	(TESTMEM_BASE + 0x100000 + (n) * 0x10000UL)

#define PTE_VALID	3UL
#define PTE_USER	BIT(6)
#define PTE_AF		BIT(10)
#define PTE_INNER	(3UL << 8)
#define PTE_NORMAL	(1UL << 2)
#define PTE_PXN		BIT(53)
#define PTE_UXN		BIT(54)
#define PTE_DATA	(PTE_VALID | PTE_AF | PTE_INNER | PTE_NORMAL | PTE_PXN | PTE_UXN)
#define PTE_CODE	(PTE_VALID | PTE_AF | PTE_INNER | PTE_NORMAL)

static struct regime {
	u32 granule;	/* log2 */
	u32 first;	/* level */
	u64 tcr;
	u64 *root;
	u64 used;	/* tables */
} regime;

static u64 page_size(void)
{
	return 1UL << regime.granule;
}

static u64 page_va(u32 n)
{
	return VA_BASE + n * page_size();
}

static u64 *table_new(void)
{
	u64 *table = (u64 *)(TESTMEM_BASE + regime.used++ * 0x10000);
	u32 i;

	for (i = 0; i < page_size() / 8; i++)
		table[i] = 0;
	return table;
}

static u64 *entry(u64 va, u32 level)
{
	u64 *table = regime.root;
	u32 stride = regime.granule - 3, l, i;

	for (l = regime.first; ; l++) {
		i = va >> (regime.granule + (3 - l) * stride) & ((1 << stride) - 1);
		if (l == level)
			return &table[i];
		if (!(table[i] & 1))
			table[i] = (u64)table_new() | 3;
		table = (u64 *)(table[i] & 0xfffffffff000UL);
	}
}

static void map_page(u32 n, u64 pa, u64 attr)
{
	u64 *at = entry(page_va(n), 3);

	WRITE_ONCE(*at, 0);
	mmu_flush();
	WRITE_ONCE(*at, pa | attr);
	mmu_flush();
}

/* 39 bits of addresses need two or three levels. Identity by blocks of level 2; the payload may be a part of any */
static void regime_make(u32 granule)
{
	static const u32 tg0[] = { [12] = 0, [14] = 2, [16] = 1 };
	u64 block = 1UL << (2 * granule - 3), va;

	regime.granule = granule;
	regime.first = granule == 16 ? 2 : 1;
	regime.used = 0;
	regime.root = table_new();
	regime.tcr = (sysreg_read(tcr_el1) & ~(3UL << 14)) | tg0[granule] << 14;
	for (va = 0; va < RAM_BASE + 0x8000000; va += block) {
		bool memory = va >= RAM_BASE || (va <= TESTMEM_BASE && va + block > TESTMEM_BASE) ||
			      (va >= TESTMEM_BASE && va < TESTMEM_BASE + TESTMEM_SIZE);

		*entry(va, 2) = va | 1 | PTE_AF | PTE_INNER | (memory ? PTE_NORMAL : PTE_PXN | PTE_UXN);
	}
	dsb();
}

/* The MMU is off meanwhile, with no access to memory */
static void regime_enter(u64 tcr, u64 ttbr)
{
	u64 sctlr = sysreg_read(sctlr_el1);

	asm volatile("dsb sy\n\t"
		     "msr sctlr_el1, %0\n\tisb\n\t"
		     "msr tcr_el1, %1\n\t"
		     "msr ttbr0_el1, %2\n\tisb\n\t"
		     "tlbi vmalle1\n\tdsb nsh\n\tisb\n\t"
		     "msr sctlr_el1, %3\n\tisb"
		     : : "r"(sctlr & ~1UL), "r"(tcr), "r"(ttbr), "r"(sctlr) : "memory");
}

static bool granule_is_there(u32 granule)
{
	u64 mmfr0 = sysreg_read(id_aa64mmfr0_el1);

	switch (granule) {
	case 12:
		return (mmfr0 >> 28 & 0xf) != 0xf;
	case 14:
		return mmfr0 >> 20 & 0xf;
	default:
		return !(mmfr0 >> 24 & 0xf);
	}
}

static enum verdict with_granule(u32 granule, enum verdict (*test)(void))
{
	u64 tcr = sysreg_read(tcr_el1), ttbr = sysreg_read(ttbr0_el1);
	enum verdict verdict;

	if (!granule_is_there(granule))
		return tap_skip("the CPU has no such pages");
	regime_make(granule);
	regime_enter(regime.tcr, (u64)regime.root);
	verdict = test();
	regime_enter(tcr, ttbr);
	return verdict;
}

/* --- Two pages -------------------------------------------------------------------------------------- */

static u32 code[4] __attribute__((aligned(64)));

static u64 pattern(int i)
{
	return 0x0123456789abcdefUL * (u64)(i + 77) ^ 0x8000000000000080UL;
}

/* A page of the device whose end is like memory, and one whose beginning is */
static u64 device_page(bool second)
{
	if (second)
		return TESTDEV_BASE + 0x10000;
	return regime.granule == 16 ? TESTDEV_BASE : TESTDEV_BASE + 0x14000;
}

static u64 *at_physical(const u64 *pa, int i)
{
	return (u64 *)(i < 0 ? pa[0] + page_size() : pa[1]) + i;
}

static u32 run(struct decode_frame *frame, u32 insn, int offset)
{
	*frame = (struct decode_frame){
		.v = { 0x1111222233334444, 0x5555666677778888, 0x99990000aaaabbbb, 0xccccddddeeeeffff,
		       0x0123012301230123, 0x4567456745674567, 0x89ab89ab89ab89ab, 0xcdefcdefcdefcdef },
		.x = { page_va(1) + offset, 0xfedcba9876543210, 0x8899aabbccddeeff },
	};
	code[0] = insn;
	code[1] = 0xd65f03c0;	/* RET */
	cache_sync_code(code, sizeof(code));
	trap_arm(TRAP_SKIP);
	decode_run(frame, code);
	return trap_disarm();
}

/* @pa: what the two pages are; @memory: what they are the second time */
static enum verdict across(const u64 *pa, const u64 *memory, u32 insn, int offset)
{
	struct decode_frame in_ram, in_dev;
	const u64 *a = (u64 *)&in_ram, *b = (u64 *)&in_dev;
	u32 n, faults;
	int i;

	for (i = -8; i < 8; i++) {
		*(volatile u64 *)at_physical(pa, i) = pattern(i);
		*at_physical(memory, i) = pattern(i);
	}
	for (n = 0; n < 2; n++)
		map_page(n, pa[n], PTE_DATA);
	faults = run(&in_dev, insn, offset);
	EXPECT(!faults, "%08x at %d: ESR 0x%llx FAR 0x%llx", insn, offset, trap_last()->esr, trap_last()->far);
	for (n = 0; n < 2; n++)
		map_page(n, memory[n], PTE_DATA);
	EXPECT(!run(&in_ram, insn, offset), "%08x in RAM", insn);
	for (n = 0; n < sizeof(in_ram) / 8; n++)
		EXPECT(a[n] == b[n], "%08x at %d: register %u: %llx, in RAM %llx", insn, offset, n, b[n], a[n]);
	for (i = -8; i < 8; i++) {
		u64 is = *(volatile u64 *)at_physical(pa, i), want = *at_physical(memory, i);

		EXPECT(is == want, "%08x at %d: memory at %d: %llx, in RAM %llx", insn, offset, i * 8, is, want);
	}
	return TEST_PASS;
}

static enum verdict two_pages(void)
{
	static const struct {
		u32 insn;
		int offset;
	} cases[] = {
		{ 0xa9400c22, -8 }, { 0xa9000c22, -8 },		/* LDP, STP x2, x3, [x1] */
		{ 0xa8c10c22, -8 }, { 0xa9bf0c22, 8 },		/* LDP [x1], #16; STP [x1, #-16]! */
		{ 0x29400c22, -4 }, { 0x29000c22, -4 },		/* w2, w3 */
		{ 0xa9400c22, -5 }, { 0xa9000c22, -11 },	/* not aligned: a register in two pieces */
		{ 0xad400c22, -16 }, { 0xad000c22, -8 },	/* q2, q3 */
		{ 0x3cc10422, -8 }, { 0x3c810422, -3 },		/* LDR, STR q2, [x1], #16 */
		{ 0x4c402822, -24 }, { 0x4c000022, -40 },	/* LD1 {v2-v5.4s}; ST4 {v2-v5.16b} */
		{ 0x4d608022, -4 },				/* LD2 {v2.s, v3.s}[2] */
	};
	const u64 dev[] = { device_page(false), device_page(true) }, ram[] = { MEMORY(0), MEMORY(1) };
	const u64 first[] = { dev[0], MEMORY(2) }, second[] = { MEMORY(3), dev[1] };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (across(dev, ram, cases[i].insn, cases[i].offset) != TEST_PASS ||
		    across(first, ram, cases[i].insn, cases[i].offset) != TEST_PASS ||
		    across(second, ram, cases[i].insn, cases[i].offset) != TEST_PASS)
			return TEST_FAIL;
	return TEST_PASS;
}

/* What the other page has against it is the guest's business, and not half a load */
static enum verdict other_page_faults(void)
{
	struct decode_frame frame;

	map_page(0, device_page(false), PTE_DATA);
	map_page(1, 0, 0);
	EXPECT_EQ(run(&frame, 0xa9400c22, -8), 1);
	EXPECT(ESR_EC(trap_last()->esr) == EC_DABT && ESR_FSC(trap_last()->esr) == 7, "ESR 0x%llx", trap_last()->esr);
	EXPECT_EQ(trap_last()->far, page_va(1));
	EXPECT_EQ(frame.x[1], 0xfedcba9876543210);
	map_page(1, device_page(true), PTE_DATA | BIT(7));
	EXPECT_EQ(run(&frame, 0xa9000c22, -8), 1);
	EXPECT(ESR_FSC(trap_last()->esr) == 0xf && trap_last()->esr & BIT(6), "ESR 0x%llx", trap_last()->esr);
	EXPECT_EQ(trap_last()->far, page_va(1));
	return TEST_PASS;
}

/* --- Code ------------------------------------------------------------------------------------------- */

#define LDR_POST_8	0xf8408422	/* LDR x2, [x1], #8 */
#define LDR_POST_16	0xf8410422
#define SVC		0xd4000001
#define RET		0xd65f03c0

static u32 *code_page(u32 insn, u32 next)
{
	u32 *at = (u32 *)MEMORY(4);

	at[0] = insn;
	at[1] = next;
	cache_sync_code(at, 8);
	return at;
}

/* EL0 may execute it, and neither read nor write */
static enum verdict execute_only(void)
{
	struct decode_frame frame = { .x = { page_va(6) } };

	code_page(LDR_POST_8, SVC);
	map_page(4, MEMORY(4), PTE_CODE | PTE_PXN);
	map_page(6, device_page(true), PTE_DATA | PTE_USER);
	mmio_write64(device_page(true), 0x1122334455667788);
	decode_user(&frame, page_va(4));
	EXPECT_EQ(frame.x[1], 0x1122334455667788);
	EXPECT_EQ(frame.x[0], page_va(6) + 8);
	EXPECT_EQ(ESR_EC(sysreg_read(esr_el1)), EC_SVC);
	return TEST_PASS;
}

static volatile bool race_over;

/* The other vCPU: takes the code away and gives it back, with another instruction */
static void race_other(u64 arg)
{
	u32 n;

	regime_enter(regime.tcr, (u64)regime.root);
	for (n = 0; !race_over; n++) {
		map_page(4, 0, 0);
		code_page(n & 1 ? LDR_POST_16 : LDR_POST_8, RET);
		map_page(4, MEMORY(4), PTE_CODE);
	}
}

#define RACE_ROUNDS	300

/* Whichever it was, it was one of them, whole */
static enum verdict race(void)
{
	struct decode_frame frame;
	u64 moved;
	u32 i;

	if (smp_count() < 2 || !smp_start(1))
		return tap_skip("one CPU");
	code_page(LDR_POST_8, RET);
	map_page(4, MEMORY(4), PTE_CODE);
	map_page(6, device_page(true), PTE_DATA);
	mmio_write64(device_page(true) + 64, 0x0102030405060708);
	race_over = false;
	smp_call(1, race_other, 0);
	for (i = 0; i < RACE_ROUNDS; i++) {
		frame = (struct decode_frame){ .x = { page_va(6) + 64 } };
		trap_arm(TRAP_RETRY);
		decode_run(&frame, (void *)page_va(4));
		trap_disarm();
		moved = frame.x[0] - page_va(6) - 64;
		if (frame.x[1] != 0x0102030405060708 || (moved != 8 && moved != 16))
			break;
	}
	race_over = true;
	smp_join(1);
	smp_stop(1);
	EXPECT(i == RACE_ROUNDS, "round %u: x1 moved by %llu, x2 0x%llx", i, moved, frame.x[1]);
	return TEST_PASS;
}

#define GRANULE(kib, log2)						\
	static enum verdict two_pages_##kib(void)			\
	{								\
		return with_granule(log2, two_pages);			\
	}								\
	static enum verdict faults_##kib(void)				\
	{								\
		return with_granule(log2, other_page_faults);		\
	}								\
	static enum verdict execute_only_##kib(void)			\
	{								\
		return with_granule(log2, execute_only);		\
	}
GRANULE(4, 12)
GRANULE(16, 14)
GRANULE(64, 16)

static enum verdict race_4(void)
{
	return with_granule(12, race);
}

static const struct test tests[] = {
	{ "two pages of 4 KiB", two_pages_4 },
	{ "two pages of 16 KiB", two_pages_16 },
	{ "two pages of 64 KiB", two_pages_64 },
	{ "faults of the other page, 4 KiB", faults_4 },
	{ "faults of the other page, 16 KiB", faults_16 },
	{ "faults of the other page, 64 KiB", faults_64 },
	{ "execute-only code, 4 KiB", execute_only_4 },
	{ "execute-only code, 16 KiB", execute_only_16 },
	{ "execute-only code, 64 KiB", execute_only_64 },
	{ "code that another vCPU takes away", race_4 },
};

int main(void)
{
	if (!testdev_present())
		tap_bail("no test device");
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
