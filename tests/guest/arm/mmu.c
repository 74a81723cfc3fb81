// SPDX-License-Identifier: GPL-2.0-only
// The memory payload's parts in A32.
#include "mmu-tests.h"
#include "cpu.h"
#include "layout.h"
#include "testdev.h"

#define PAGE		4096U

enum verdict mmu_test_instructions(void)
{
	register u32 r4 asm("r4") = 1, r5 asm("r5") = 2, r6 asm("r6") = 3;
	u32 p = TESTMEM_BASE + 0x10000, a;
	u64 v;

	if (!testdev_present())
		return tap_skip("no test device");
	mmio_write32(TESTDEV_MADV, 1);
	asm volatile("stm %0, {r4-r6}" : : "r"(p), "r"(r4), "r"(r5), "r"(r6) : "memory");
	asm volatile("ldm %3, {r4-r6}" : "=r"(r4), "=r"(r5), "=r"(r6) : "r"(p) : "memory");
	EXPECT(r4 == 1 && r5 == 2 && r6 == 3, "STM, LDM");
	mmio_write64(p + PAGE, 0x8877665544332211);
	EXPECT_EQ(mmio_read64(p + PAGE), 0x8877665544332211);
	EXPECT_EQ(mmio_read64(p + 2 * PAGE), 0);
	a = p + 3 * PAGE;
	asm volatile("str %1, [%0], #8" : "+r"(a) : "r"(3) : "memory");
	EXPECT(a == p + 3 * PAGE + 8 && mmio_read32(a - 8) == 3, "STR with writeback");
	EXPECT_EQ(__atomic_add_fetch((u32 *)(p + 4 * PAGE), 4, __ATOMIC_SEQ_CST), 4);
	v = __atomic_add_fetch((u64 *)(p + 5 * PAGE), 5, __ATOMIC_SEQ_CST);
	EXPECT_EQ(v, 5);
	asm volatile(".fpu neon\n\tvld1.32 {d0, d1}, [%1]\n\tvst1.32 {d0, d1}, [%0]\n\tvstr d0, [%0, #16]"
		     : : "r"(p + 6 * PAGE), "r"(p + PAGE) : "memory");
	EXPECT_EQ(mmio_read64(p + 6 * PAGE), 0x8877665544332211);
	EXPECT_EQ(mmio_read64(p + 6 * PAGE + 16), 0x8877665544332211);
	/* Across two fresh pages. */
	mmio_write32(p + 8 * PAGE - 3, 0x44332211);
	EXPECT_EQ(mmio_read32(p + 8 * PAGE - 3), 0x44332211);
	EXPECT_EQ(mmio_read8(p + 8 * PAGE), 0x44);
	return TEST_PASS;
}

void mmu_test_caches(u64 hole, u64 device, u64 memory)
{
	asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r"((u32)hole) : "memory");		/* DCCIMVAC */
	asm volatile("mcr p15, 0, %0, c7, c10, 1" : : "r"((u32)device) : "memory");		/* DCCMVAC */
	asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r"((u32)memory) : "memory");
	asm volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"((u32)memory + PAGE) : "memory");	/* DCCMVAU */
	asm volatile("mcr p15, 0, %0, c7, c5, 1" : : "r"((u32)memory + 2 * PAGE) : "memory");	/* ICIMVAU */
	asm volatile("mcr p15, 0, %0, c7, c1, 0\n\tdsb ish\n\tisb" : : "r"(0) : "memory");	/* ICIALLUIS */
}

void mmu_test_set_way(void)
{
	/* DCCISW, DCCSW, DCISW */
	asm volatile("mcr p15, 0, %0, c7, c14, 2\n\tmcr p15, 0, %0, c7, c10, 2\n\tmcr p15, 0, %0, c7, c6, 2\n\tdsb sy"
		     : : "r"(0) : "memory");
}

u32 mmu_test_uncached(u64 addr)
{
	u32 sctlr = sysreg_read(sctlr_el1), v;

	/* Nothing but registers while the stack cannot be trusted to be coherent. */
	asm volatile("mcr p15, 0, %1, c1, c0, 0\n\tisb\n\tldr %0, [%3]\n\tmcr p15, 0, %2, c1, c0, 0\n\tisb"
		     : "=&r"(v) : "r"(sctlr & ~5U), "r"(sctlr), "r"((u32)addr) : "memory");
	return v;
}

u64 mmu_test_translate(u64 va, bool write)
{
	/* ATS1CPW, ATS1CPR */
	if (write)
		asm volatile("mcr p15, 0, %0, c7, c8, 1\n\tisb" : : "r"((u32)va) : "memory");
	else
		asm volatile("mcr p15, 0, %0, c7, c8, 0\n\tisb" : : "r"((u32)va) : "memory");
	return sysreg_read(par_el1);
}
