// SPDX-License-Identifier: GPL-2.0-only
// The guest's own translation: 4 KiB granule, 39-bit VA, identity.
#include "mmu.h"
#include "cpu.h"
#include "layout.h"

#define PTE_BLOCK	1UL
#define PTE_TABLE	3UL
#define PTE_AF		BIT(10)
#define PTE_INNER	(3UL << 8)
#define PTE_XN		(3UL << 53)
#define MAIR_VALUE	0x44ff04UL	/* 0: Device-nGnRE, 1: Normal WB, 2: Normal NC */
#define TCR_VALUE	(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23)	/* WB, inner; no TTBR1 walks */
#define SCTLR_M		BIT(0)
#define SCTLR_C		BIT(2)
#define SCTLR_I		BIT(12)

static u64 mmu_l1[512] __attribute__((aligned(4096)));
static u64 mmu_l2[512] __attribute__((aligned(4096)));

static u64 mmu_attr_bits(enum mmu_attr attr)
{
	return PTE_AF | PTE_INNER | (u64)attr << 2 | (attr == MMU_DEVICE ? PTE_XN : 0);
}

void mmu_flush(void)
{
	asm volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

void mmu_map_block(u64 va, u64 pa, enum mmu_attr attr)
{
	mmu_l2[va / MMU_BLOCK] = 0;
	mmu_flush();
	mmu_l2[va / MMU_BLOCK] = pa | PTE_BLOCK | mmu_attr_bits(attr);
	mmu_flush();
}

void mmu_map_table(u64 va, u64 pa)
{
	mmu_l2[va / MMU_BLOCK] = 0;
	mmu_flush();
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
	mmu_l1[0] = (u64)mmu_l2 | PTE_TABLE;
	for (i = 1; i < 8; i++)
		mmu_l1[i] = i << 30 | PTE_BLOCK | mmu_attr_bits(MMU_NORMAL);
	dsb();
}

void mmu_enable(void)
{
	u64 parange = sysreg_read(id_aa64mmfr0_el1) & 0xf;

	sysreg_write(mair_el1, MAIR_VALUE);
	sysreg_write(tcr_el1, TCR_VALUE | (parange < 5 ? parange : 5) << 32);
	sysreg_write(ttbr0_el1, (u64)mmu_l1);
	/* FP for everybody. */
	sysreg_write(cpacr_el1, 3 << 20);
	isb();
	asm volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}

void mmu_disable(void)
{
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) & ~(SCTLR_M | SCTLR_C));
	isb();
}
