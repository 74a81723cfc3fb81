// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores that the syndrome does not describe: each encoding does to a device what it does to RAM.
//
// Every instruction is assembled here from its fields and executed twice, with the same registers and the same bytes
// around its address: once in RAM, where the CPU itself does it, once in the VMM's test device. Registers and memory must
// be the same afterwards. What is UNDEFINED in RAM is no load or store and left out.
#include "cpu.h"
#include "decode.h"
#include "exception.h"
#include "layout.h"
#include "mmu.h"
#include "tap.h"
#include "testdev.h"

#define WINDOW		(TESTDEV_WINDOW + 0x400)
#define SPAN		160	/* bytes on either side of the base that may be touched */

/* x1 is the base, x2 and x3 data, x4 an index, and with x5 the operands of atomics */
static u8 ram[0x800] __attribute__((aligned(4096)));
static u32 code[4] __attribute__((aligned(64)));
static u32 executed;
static int span = SPAN;	/* what of it is looked at */

static u64 *ram_base(void)
{
	return (u64 *)(ram + 0x400);
}

static u64 pattern(int i)
{
	return 0x0123456789abcdefUL * (u64)(i + 77) ^ 0x8000000000000080UL;
}

static void memory_fill(bool device)
{
	int i;

	for (i = -span / 8; i < span / 8; i++) {
		ram_base()[i] = pattern(i);
		if (device)
			mmio_write64(WINDOW + i * 8, pattern(i));
	}
}

static bool frame_same(const struct decode_frame *a, const struct decode_frame *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;
	u32 i;

	for (i = 0; i < sizeof(*a) / 8; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static u64 pair_index;

static struct decode_frame frame_make(u64 base, u64 index)
{
	return (struct decode_frame){
		.v = { 0x1111222233334444, 0x5555666677778888, 0x99990000aaaabbbb, 0xccccddddeeeeffff,
		       0x0123012301230123, 0x4567456745674567, 0x89ab89ab89ab89ab, 0xcdefcdefcdefcdef },
		.x = { base, 0xfedcba9876543210, 0x8899aabbccddeeff, index, pair_index },
	};
}

static u32 run(struct decode_frame *frame, u32 insn)
{
	code[0] = insn;
	code[1] = 0xd65f03c0;	/* RET */
	cache_sync_code(code, sizeof(code));
	trap_arm(TRAP_SKIP);
	decode_run(frame, code);
	return trap_disarm();
}

/* @store: memory may differ afterwards, so it is filled anew before the next and compared */
static enum verdict compare(u32 insn, u64 index, bool store)
{
	struct decode_frame in_ram = frame_make((u64)ram_base(), index), in_dev = frame_make(WINDOW, index);
	u32 faults;
	int i;

	if (run(&in_ram, insn))
		return TEST_PASS;
	executed++;
	faults = run(&in_dev, insn);
	EXPECT(!faults, "%08x: ESR 0x%llx on the device", insn, trap_last()->esr);
	in_ram.x[0] -= (u64)ram_base();
	in_dev.x[0] -= WINDOW;
	EXPECT(frame_same(&in_ram, &in_dev), "%08x: x1 %llx %llx x2 %llx %llx x3 %llx %llx x4 %llx %llx v2 %llx:%llx %llx:%llx", insn,
	       in_ram.x[0], in_dev.x[0], in_ram.x[1], in_dev.x[1], in_ram.x[2], in_dev.x[2], in_ram.x[3], in_dev.x[3],
	       in_ram.v[1], in_ram.v[0], in_dev.v[1], in_dev.v[0]);
	if (!store)
		return TEST_PASS;
	for (i = -span / 8; i < span / 8; i++)
		EXPECT(mmio_read64(WINDOW + i * 8) == ram_base()[i], "%08x: at %d: %llx, in RAM %llx", insn, i * 8,
		       mmio_read64(WINDOW + i * 8), ram_base()[i]);
	memory_fill(true);
	return TEST_PASS;
}

/* Two registers: opc, V, kind of address, L, offset */
static enum verdict pairs(void)
{
	static const u32 offsets[] = { 0, 1, 3, 0x7f, 0x7d };
	u32 opc, v, kind, load, i;

	memory_fill(true);
	for (opc = 0; opc < 4; opc++)
		for (v = 0; v < 2; v++)
			for (kind = 0; kind < 4; kind++)
				for (load = 0; load < 2; load++)
					for (i = 0; i < ARRAY_SIZE(offsets); i++) {
						/* Without L, opc 1 stores tags: no data, and no RAM that has them */
						if (opc == 1 && !v && !load)
							continue;
						if (compare(opc << 30 | 5 << 27 | v << 26 | kind << 23 | load << 22 |
							    offsets[i] << 15 | 3 << 10 | 1 << 5 | 2, 0, !load) != TEST_PASS)
							return TEST_FAIL;
					}
	EXPECT(executed >= 200, "only %u instructions", executed);
	return TEST_PASS;
}

/* One register, as a function of the bits that say how it is addressed */
static enum verdict singles(u32 how, u64 index)
{
	u32 size, v, opc;

	for (size = 0; size < 4; size++)
		for (v = 0; v < 2; v++)
			for (opc = 0; opc < 4; opc++)
				if (compare(size << 30 | 7 << 27 | v << 26 | opc << 22 | how | 1 << 5 | 2, index,
					    v ? !(opc & 1) : !opc) != TEST_PASS)
					return TEST_FAIL;
	return TEST_PASS;
}

/* Unscaled, post-indexed, unprivileged, pre-indexed */
static enum verdict immediate9(void)
{
	static const u32 offsets[] = { 0, 16, 112, 0x1f0, 0x180 };
	u32 kind, i;

	memory_fill(true);
	executed = 0;
	for (kind = 0; kind < 4; kind++)
		for (i = 0; i < ARRAY_SIZE(offsets); i++)
			if (singles(offsets[i] << 12 | kind << 10, 0) != TEST_PASS)
				return TEST_FAIL;
	EXPECT(executed >= 300, "only %u instructions", executed);
	return TEST_PASS;
}

static enum verdict immediate12(void)
{
	static const u32 offsets[] = { 0, 1, 7 };
	u32 i;

	memory_fill(true);
	executed = 0;
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		if (singles(BIT(24) | offsets[i] << 10, 0) != TEST_PASS)
			return TEST_FAIL;
	EXPECT(executed >= 60, "only %u instructions", executed);
	return TEST_PASS;
}

/* Every extend, scaled and not; the index has garbage above where an extend cuts it off */
static enum verdict register_offset(void)
{
	u32 extend, scaled;

	memory_fill(true);
	executed = 0;
	for (extend = 0; extend < 8; extend++)
		for (scaled = 0; scaled < 2; scaled++) {
			u64 index = scaled ? 2 : 32;

			if (extend & 4)
				index = -index;
			if (!(extend & 1))
				index = (index & 0xffffffff) | 0x5a5a5a5a00000000;
			if (singles(BIT(21) | 4 << 16 | extend << 13 | scaled << 12 | 2 << 10, index) != TEST_PASS)
				return TEST_FAIL;
		}
	EXPECT(executed >= 100, "only %u instructions", executed);
	return TEST_PASS;
}

/* The base is the stack pointer, which lies elsewhere than the other registers */
static enum verdict stack_pointer(void)
{
	u64 sp, v;

	mmio_write64(WINDOW + 16, 0x1122334455667788);
	asm volatile("mov x9, sp\n\tmov sp, %2\n\t"
		     "ldr %0, [sp, #16]!\n\t"
		     "stp %0, xzr, [sp], #-32\n\t"
		     "mov %1, sp\n\tmov sp, x9"
		     : "=&r"(v), "=&r"(sp) : "r"(WINDOW) : "x9", "memory");
	EXPECT_EQ(v, 0x1122334455667788);
	EXPECT_EQ(sp, WINDOW - 16);
	EXPECT_EQ(mmio_read64(WINDOW + 16), v);
	EXPECT_EQ(mmio_read64(WINDOW + 24), 0);
	return TEST_PASS;
}

/* With SCTLR_EL1.EE, and the MMU off, for its tables are not: bytes of each register in the other order */
static enum verdict big_endian(void)
{
	u64 sctlr = sysreg_read(sctlr_el1), off = sctlr & ~5UL, x, y, p = WINDOW;

	mmio_write64(WINDOW, 0x0102030405060708);
	mmio_write64(WINDOW + 8, 0x1112131415161718);
	asm volatile(".arch_extension simd\n\t"
		     "msr sctlr_el1, %[off]\n\tisb\n\t"
		     "msr sctlr_el1, %[be]\n\tisb\n\t"
		     "ldp %[x], %[y], [%[p]], #32\n\t"
		     "ldr q2, [%[p], #-32]\n\t"
		     "str q2, [%[p]]\n\t"
		     "msr sctlr_el1, %[off]\n\tisb\n\t"
		     "msr sctlr_el1, %[on]\n\tisb"
		     : [x] "=&r"(x), [y] "=&r"(y), [p] "+r"(p)
		     : [off] "r"(off), [be] "r"(off | BIT(25)), [on] "r"(sctlr) : "memory");
	EXPECT_EQ(x, 0x0807060504030201);
	EXPECT_EQ(y, 0x1817161514131211);
	EXPECT_EQ(p, WINDOW + 32);
	EXPECT_EQ(mmio_read64(WINDOW + 32), 0x0102030405060708);
	EXPECT_EQ(mmio_read64(WINDOW + 40), 0x1112131415161718);
	asm volatile(".arch_extension simd\n\tmov %0, v2.d[0]\n\tmov %1, v2.d[1]" : "=r"(x), "=r"(y));
	EXPECT_EQ(x, 0x1817161514131211);
	EXPECT_EQ(y, 0x0807060504030201);
	return TEST_PASS;
}

/* SIMD structures without offset, and post-indexed by their size or x4; @opcodes: bit 6 is R */
static enum verdict structures(u32 fixed, u32 opcodes)
{
	static const u32 post[] = { 0, BIT(23) | 31 << 16, BIT(23) | 4 << 16 };
	u32 q, i, load, code;

	for (q = 0; q < 2; q++)
		for (i = 0; i < ARRAY_SIZE(post); i++)
			for (load = 0; load < 2; load++)
				for (code = 0; code < opcodes; code++)
					if (compare(0x0c000022 | fixed | q << 30 | post[i] | load << 22 |
						    (code & 0x3f) << 10 | (code >> 6) << 21, 24, !load) != TEST_PASS)
						return TEST_FAIL;
	return TEST_PASS;
}

/* Opcode and size: six bits */
static enum verdict structures_multiple(void)
{
	span = 64;
	memory_fill(true);
	executed = 0;
	if (structures(0, 64) != TEST_PASS)
		return TEST_FAIL;
	EXPECT(executed >= 280, "only %u instructions", executed);
	return TEST_PASS;
}

/* R above opcode, S and size */
static enum verdict structures_single(void)
{
	span = 32;
	memory_fill(true);
	executed = 0;
	if (structures(BIT(24), 128) != TEST_PASS)
		return TEST_FAIL;
	EXPECT(executed >= 500, "only %u instructions", executed);
	return TEST_PASS;
}

/* What orders: LDAR and STLR, LDLAR and STLLR, LDAPR, LDAPUR and STLUR with the signed ones */
static enum verdict ordered(void)
{
	static const u32 offsets[] = { 0, 16, 0x1f0 };
	u32 size, load, o0, opc, i;

	span = 32;
	memory_fill(true);
	executed = 0;
	for (size = 0; size < 4; size++) {
		for (load = 0; load < 2; load++)
			for (o0 = 0; o0 < 2; o0++)
				if (compare(size << 30 | 0x089f7c22 | load << 22 | o0 << 15, 0, !load) != TEST_PASS)
					return TEST_FAIL;
		if (compare(size << 30 | 0x38bfc022, 0, false) != TEST_PASS)
			return TEST_FAIL;
		for (opc = 0; opc < 4; opc++)
			for (i = 0; i < ARRAY_SIZE(offsets); i++)
				if (compare(size << 30 | 0x19000022 | opc << 22 | offsets[i] << 12, 0, !opc) != TEST_PASS)
					return TEST_FAIL;
	}
	EXPECT(executed >= 8, "only %u instructions", executed);
	return TEST_PASS;
}

static bool has_lse(void)
{
	return sysreg_read(id_aa64isar0_el1) >> 20 & 0xf;
}

/* Every operation, size and order, on operands that are less and greater, with and without sign */
static enum verdict atomics(void)
{
	static const u64 operands[] = { 0x8000000080008080, 0x0123456789abcdef, 0x7fffffff7fff7f7f };
	u32 size, order, op, i;

	if (!has_lse())
		return tap_skip("no FEAT_LSE");
	span = 16;
	memory_fill(true);
	executed = 0;
	for (size = 0; size < 4; size++)
		for (order = 0; order < 4; order++)
			for (op = 0; op < 9; op++)
				for (i = 0; i < ARRAY_SIZE(operands); i++)
					if (compare(size << 30 | 0x38200022 | order << 22 | 4 << 16 | op << 12,
						    operands[i], true) != TEST_PASS)
						return TEST_FAIL;
	EXPECT(executed == 4 * 4 * 9 * 3, "only %u instructions", executed);
	return TEST_PASS;
}

/* CAS and CASP that hit and miss; a pair may miss by its second half alone */
static enum verdict compare_and_swap(void)
{
	u32 size, order;

	if (!has_lse())
		return tap_skip("no FEAT_LSE");
	executed = 0;
	for (order = 0; order < 4; order++) {
		u32 bits = (order & 1) << 22 | (order & 2) << 14;

		for (size = 0; size < 4; size++)
			if (compare(size << 30 | 0x08a47c22 | bits, pattern(0), true) != TEST_PASS ||
			    compare(size << 30 | 0x08a47c22 | bits, pattern(0) ^ 1, true) != TEST_PASS)
				return TEST_FAIL;
		for (size = 0; size < 2; size++) {
			pair_index = size ? pattern(1) : pattern(0) >> 32;
			if (compare(size << 30 | 0x08247c22 | bits, pattern(0), true) != TEST_PASS ||
			    compare(size << 30 | 0x08247c22 | bits, pattern(0) ^ 1, true) != TEST_PASS)
				return TEST_FAIL;
			pair_index ^= 1;
			if (compare(size << 30 | 0x08247c22 | bits, pattern(0), true) != TEST_PASS)
				return TEST_FAIL;
		}
	}
	EXPECT(executed == 4 * (4 * 2 + 2 * 3), "only %u instructions", executed);
	return TEST_PASS;
}

/*
 * A block of addresses behind the test memory shows the device as ordinary memory: near enough to code for literals, and
 * good for what device memory would have aborted in stage 1: DC ZVA, and what is not aligned.
 */
#define ALIAS		(TESTMEM_BASE + TESTMEM_SIZE)
#define ALIAS_WINDOW	(ALIAS + (WINDOW - TESTDEV_BASE))

static enum verdict literals(void)
{
	u32 *near = (u32 *)(TESTMEM_BASE + TESTMEM_SIZE - 0x1000), opc, v;
	struct decode_frame in_ram, in_dev;

	mmu_map_block(ALIAS, TESTDEV_BASE, MMU_DEVICE);
	for (v = 0; v < 2; v++)
		for (opc = 0; opc < 3; opc++) {
			u32 insn = opc << 30 | 3 << 27 | v << 26 | 2;

			in_ram = frame_make(0, 0);
			in_dev = in_ram;
			near[0] = insn | 16 << 5;
			near[1] = 0xd65f03c0;
			((u64 *)near)[8] = pattern(0);
			((u64 *)near)[9] = pattern(1);
			cache_sync_code(near, 128);
			decode_run(&in_ram, near);
			mmio_write64(WINDOW, pattern(0));
			mmio_write64(WINDOW + 8, pattern(1));
			near[0] = insn | (ALIAS_WINDOW - (u64)near) / 4 << 5;
			cache_sync_code(near, 128);
			trap_arm(TRAP_SKIP);
			decode_run(&in_dev, near);
			EXPECT(!trap_disarm(), "%08x: ESR 0x%llx", near[0], trap_last()->esr);
			EXPECT(frame_same(&in_ram, &in_dev), "%08x: x2 %llx %llx v2 %llx %llx", near[0], in_ram.x[1],
			       in_dev.x[1], in_ram.v[0], in_dev.v[0]);
		}
	return TEST_PASS;
}

static enum verdict zero_block(void)
{
	u64 dczid = sysreg_read(dczid_el0), size = 4ULL << (dczid & 0xf), i;

	if (dczid & BIT(4) || size > 512)
		return tap_skip("DC ZVA is not there, or larger than the test's memory");
	mmu_map_block(ALIAS, TESTDEV_BASE, MMU_NORMAL);
	for (i = 0; i < size + 16; i += 8)
		mmio_write64(WINDOW - 8 + i, ~0ULL);
	trap_arm(TRAP_SKIP);
	asm volatile("dc zva, %0" : : "r"(ALIAS_WINDOW + size / 2 + 3) : "memory");
	EXPECT(!trap_disarm(), "ESR 0x%llx", trap_last()->esr);
	for (i = 0; i < size; i += 8)
		EXPECT_EQ(mmio_read64(WINDOW + i), 0);
	EXPECT_EQ(mmio_read64(WINDOW - 8), ~0ULL);
	EXPECT_EQ(mmio_read64(WINDOW + size), ~0ULL);
	return TEST_PASS;
}

/* Exclusives: the fault that hardware has for memory which does not support them, and the guest goes on */
static enum verdict exclusives(void)
{
	struct decode_frame frame;
	u32 size, load, pair, faults;

	for (size = 0; size < 4; size++)
		for (load = 0; load < 2; load++)
			for (pair = 0; pair < 2; pair++) {
				u32 insn = size << 30 | 0x08040c22 | load << 22 | pair << 21;

				/* A store-exclusive without a load before it need not come so far as to fault */
				if (!load || (pair && size < 2))
					continue;
				frame = frame_make(WINDOW, 0);
				faults = run(&frame, insn | 0x1f0000 | (pair ? 0 : 0x7c00));
				EXPECT(faults == 1, "%08x: %u exceptions", insn, faults);
				EXPECT(ESR_EC(trap_last()->esr) == EC_DABT && ESR_FSC(trap_last()->esr) == 0x35,
				       "%08x: ESR 0x%llx", insn, trap_last()->esr);
				EXPECT_EQ(trap_last()->far, WINDOW);
				EXPECT_EQ(frame.x[1], 0xfedcba9876543210);
			}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "pairs", pairs },
	{ "one register, 9-bit offset", immediate9 },
	{ "one register, unsigned offset", immediate12 },
	{ "one register, register offset", register_offset },
	{ "based on SP", stack_pointer },
	{ "big-endian", big_endian },
	{ "SIMD structures of whole registers", structures_multiple },
	{ "SIMD structures of lanes", structures_single },
	{ "acquire and release", ordered },
	{ "atomics", atomics },
	{ "compare and swap", compare_and_swap },
	{ "literals", literals },
	{ "DC ZVA", zero_block },
	{ "exclusives abort", exclusives },
};

int main(void)
{
	if (!testdev_present())
		tap_bail("no test device");
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
