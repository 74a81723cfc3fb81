// SPDX-License-Identifier: GPL-2.0-only
// The guest's own translation: long descriptors, 4 KiB granule, from level 1, identity.
#include "mmu.h"
#include "cpu.h"
#include "layout.h"

#define PTE_BLOCK	1ULL
#define PTE_TABLE	3ULL
#define PTE_AF		BIT(10)
#define PTE_INNER	(3ULL << 8)
#define PTE_XN		(3ULL << 53)

u64 mmu_l1[512] __attribute__((aligned(4096)));
static u64 mmu_l2[512] __attribute__((aligned(4096)));

static u64 mmu_attr_bits(enum mmu_attr attr)
{
	return PTE_AF | PTE_INNER | (u64)attr << 2 | (attr == MMU_DEVICE ? PTE_XN : 0);
}

void mmu_map_nothing(u64 va)
{
	mmu_l2[va / MMU_BLOCK] = 0;
	mmu_flush();
}

void mmu_map_block(u64 va, u64 pa, enum mmu_attr attr)
{
	mmu_map_nothing(va);
	mmu_l2[va / MMU_BLOCK] = pa | PTE_BLOCK | mmu_attr_bits(attr);
	mmu_flush();
}

void mmu_map_table(u64 va, u64 pa)
{
	mmu_map_nothing(va);
	mmu_l2[va / MMU_BLOCK] = pa | PTE_TABLE;
	mmu_flush();
}

void mmu_init(void)
{
	enum mmu_attr attr;
	u64 i, va;

	for (i = 0; i < 512; i++) {
		va = i * MMU_BLOCK;
		attr = va >= TESTMEM_BASE && va < TESTMEM_BASE + TESTMEM_SIZE ? MMU_NORMAL : MMU_DEVICE;
		mmu_l2[i] = va | PTE_BLOCK | mmu_attr_bits(attr);
	}
	mmu_l1[0] = (ulong)mmu_l2 | PTE_TABLE;
	/* AArch32 sees the first four */
	for (i = 1; i < 8; i++)
		mmu_l1[i] = i << 30 | PTE_BLOCK | mmu_attr_bits(MMU_NORMAL);
	dsb();
}
