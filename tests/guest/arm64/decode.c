// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores that the syndrome does not describe: each encoding does to a device what it does to RAM.
//
// Every instruction is assembled here from its fields and executed twice, with the same registers and the same bytes
// around its address: once in RAM, where the CPU itself does it, once in the VMM's test device. Registers and memory must
// be the same afterwards. What is UNDEFINED in RAM is no load or store and left out.
#include "cpu.h"
#include "exception.h"
#include "layout.h"
#include "tap.h"
#include "testdev.h"

#define WINDOW		(TESTDEV_WINDOW + 0x400)
#define SPAN		160	/* bytes on either side of the base that may be touched */

/* x1 base, x2 and x3 data, x4 index; asserted by decode-asm.S's offsets */
struct decode_frame {
	u64 v[4];
	u64 x[4];
} __attribute__((aligned(16)));

void decode_run(struct decode_frame *frame, const void *code);

static u8 ram[0x800] __attribute__((aligned(4096)));
static u32 code[4] __attribute__((aligned(64)));
static u32 executed;

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

	for (i = -SPAN / 8; i < SPAN / 8; i++) {
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

static struct decode_frame frame_make(u64 base, u64 index)
{
	return (struct decode_frame){
		.v = { 0x1111222233334444, 0x5555666677778888, 0x99990000aaaabbbb, 0xccccddddeeeeffff },
		.x = { base, 0xfedcba9876543210, 0x8899aabbccddeeff, index },
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
	EXPECT(frame_same(&in_ram, &in_dev), "%08x: x1 %llx %llx x2 %llx %llx x3 %llx %llx v2 %llx:%llx %llx:%llx", insn,
	       in_ram.x[0], in_dev.x[0], in_ram.x[1], in_dev.x[1], in_ram.x[2], in_dev.x[2],
	       in_ram.v[1], in_ram.v[0], in_dev.v[1], in_dev.v[0]);
	if (!store)
		return TEST_PASS;
	for (i = -SPAN / 8; i < SPAN / 8; i++)
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

/* What a device cannot keep its promise of, and what runs off the page: an external abort, and the guest goes on */
static enum verdict refused(void)
{
	static const struct {
		u32 insn;
		u64 base;
	} bad[] = {
		{ 0xc85f7c22, WINDOW },			/* LDXR x2, [x1] */
		{ 0x4c407822, WINDOW },			/* LD1 {v2.4s}, [x1] */
		{ 0xa9400c22, TESTDEV_BASE + 0xff8 },	/* LDP x2, x3, [x1]: two pages */
	};
	struct decode_frame frame;
	u32 i, faults;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		frame = frame_make(bad[i].base, 0);
		faults = run(&frame, bad[i].insn);
		EXPECT(faults == 1, "%08x: %u exceptions", bad[i].insn, faults);
		EXPECT(ESR_EC(trap_last()->esr) == EC_DABT, "%08x: ESR 0x%llx", bad[i].insn, trap_last()->esr);
		EXPECT_EQ(trap_last()->far, bad[i].base);
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
	{ "what cannot be emulated aborts", refused },
};

int main(void)
{
	if (!testdev_present())
		tap_bail("no test device");
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
