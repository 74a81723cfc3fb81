// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's (on ARMv7: HYP mode's) own translation table: each page at its physical address, and only what the lowvisor
 * has to see.
 *
 * Pages are writable or executable, never both; SCTLR_EL2.WXN, HSCTLR.WXN says so once more. Tables stay until the end: a page's
 * entry is all that comes and goes. Entries go from invalid to valid without TLB maintenance; EL2 is called only
 * after the DSB here.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <asm/barrier.h>
#include "el2map.h"

#define VA_BITS_EL2	EL2MAP_BITS
#define LEVEL_BITS	(PAGE_SHIFT - 3)
#define LEVELS		DIV_ROUND_UP(VA_BITS_EL2 - PAGE_SHIFT, LEVEL_BITS)
#define ENTRIES		BIT(LEVEL_BITS)

#define DESC_PAGE	3ULL
#define DESC_TABLE	3ULL
#define DESC_AP1	BIT_ULL(6)	/* RES1 in a regime with one exception level */
#define DESC_RO		BIT_ULL(7)
#define DESC_INNER	(3ULL << 8)
#define DESC_AF		BIT_ULL(10)
#define DESC_XN		BIT_ULL(54)
#define DESC_ADDR	GENMASK_ULL(VA_BITS_EL2 - 1, PAGE_SHIFT)

static DEFINE_MUTEX(el2map_lock);	/* guards the tables. Innermost */
static u64 *el2map_table;

/* One store, also where 64 bits are more than a word */
static void desc_write(u64 *desc, u64 val)
{
	atomic64_set((atomic64_t *)desc, val);
}

/* Shift of the address bits that index a table at @level; level 0 is the one with pages */
static unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + level * LEVEL_BITS;
}

static u64 *el2map_entry(u64 pa, bool create)
{
	u64 *table = el2map_table;
	unsigned int level;

	for (level = LEVELS - 1; level; level--) {
		u64 *desc = table + ((pa >> level_shift(level)) & (ENTRIES - 1));

		if (!*desc) {
			unsigned long next = create ? get_zeroed_page(GFP_KERNEL) : 0;

			if (!next)
				return NULL;
			/* The walker must not find a table before its zeroes */
			dma_wmb();
			desc_write(desc, virt_to_phys((void *)next) | DESC_TABLE);
		}
		table = phys_to_virt(*desc & DESC_ADDR);
	}
	return table + ((pa >> PAGE_SHIFT) & (ENTRIES - 1));
}

static void unmap_pages(u64 pa, size_t size)
{
	u64 end = pa + size;
	u64 *desc;

	for (; pa < end; pa += PAGE_SIZE) {
		desc = el2map_entry(pa, false);
		if (!desc || !*desc)
			continue;
		desc_write(desc, 0);
		el2map_forget(pa);
	}
}

static int map_pages(u64 pa, size_t size, u64 attr)
{
	u64 end = pa + size, at;
	u64 *desc;

	for (at = pa; at < end; at += PAGE_SIZE) {
		desc = at >> VA_BITS_EL2 ? NULL : el2map_entry(at, true);
		if (!desc) {
			unmap_pages(pa, at - pa);
			return -ENOMEM;
		}
		desc_write(desc, at | attr | DESC_AP1 | DESC_INNER | DESC_AF | DESC_PAGE);
	}
	/* Visible to walks before EL2 is told of the address */
	dsb(ishst);
	return 0;
}

/**
 * el2map_add - let EL2 see whole pages of the host's memory
 * @va: page aligned address in the linear map
 * @size: bytes
 * @exec: readable and executable, otherwise readable and writable
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int el2map_add(void *va, size_t size, bool exec)
{
	int ret;

	mutex_lock(&el2map_lock);
	ret = map_pages(virt_to_phys(va), PAGE_ALIGN(size), exec ? DESC_RO : DESC_XN);
	mutex_unlock(&el2map_lock);
	return ret;
}

/**
 * el2map_remove - EL2 sees the pages no more
 * @va: as given to el2map_add()
 * @size: bytes
 *
 * Context: may sleep. On return no CPU's EL2 has a translation left.
 */
void el2map_remove(void *va, size_t size)
{
	mutex_lock(&el2map_lock);
	unmap_pages(virt_to_phys(va), PAGE_ALIGN(size));
	mutex_unlock(&el2map_lock);
}

/**
 * el2map_root - TTBR0_EL2, HTTBR
 */
u64 el2map_root(void)
{
	return virt_to_phys(el2map_table);
}

static void free_table(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && i < ENTRIES; i++)
		if (table[i])
			free_table(phys_to_virt(table[i] & DESC_ADDR), level - 1);
	free_page((unsigned long)table);
}

/**
 * el2map_init - an empty table
 *
 * Return: 0 or -ENOMEM.
 */
int el2map_init(void)
{
	el2map_table = (u64 *)get_zeroed_page(GFP_KERNEL);
	return el2map_table ? 0 : -ENOMEM;
}

/**
 * el2map_exit - free the table; no CPU uses it any more
 */
void el2map_exit(void)
{
	free_table(el2map_table, LEVELS - 1);
	el2map_table = NULL;
}
