// SPDX-License-Identifier: GPL-2.0-only
// The memory payload's parts in A64.
#include "mmu-tests.h"
#include "cpu.h"
#include "layout.h"
#include "testdev.h"

#define PAGE		4096UL
#define ISAR0_ATOMIC	(15UL << 20)	/* FEAT_LSE */

enum verdict mmu_test_instructions(void)
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

void mmu_test_caches(u64 hole, u64 device, u64 memory)
{
	asm volatile("dc civac, %0" : : "r"(hole) : "memory");
	asm volatile("dc cvac, %0" : : "r"(device) : "memory");
	asm volatile("dc civac, %0" : : "r"(memory) : "memory");
	asm volatile("dc cvau, %0" : : "r"(memory + PAGE) : "memory");
	asm volatile("ic ivau, %0" : : "r"(memory + 2 * PAGE) : "memory");
	asm volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}

void mmu_test_set_way(void)
{
	asm volatile("dc cisw, xzr\n\tdc csw, xzr\n\tdc isw, xzr\n\tdsb sy" : : : "memory");
}

u32 mmu_test_uncached(u64 addr)
{
	u64 sctlr = sysreg_read(sctlr_el1);
	u32 v;

	/* Nothing but registers while the stack cannot be trusted to be coherent. */
	asm volatile("msr sctlr_el1, %1\n\tisb\n\tldr %w0, [%3]\n\tmsr sctlr_el1, %2\n\tisb"
		     : "=&r"(v) : "r"(sctlr & ~5UL), "r"(sctlr), "r"(addr) : "memory");
	return v;
}

u64 mmu_test_translate(u64 va, bool write)
{
	if (write)
		asm volatile("at s1e1w, %0\n\tisb" : : "r"(va) : "memory");
	else
		asm volatile("at s1e1r, %0\n\tisb" : : "r"(va) : "memory");
	return sysreg_read(par_el1);
}
