// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache maintenance on memory that a guest is about to see, and on tables that walkers read.
 */
#include <linux/bitfield.h>
#include <asm/barrier.h>
#include <asm/cputype.h>
#include <asm/outercache.h>
#include <loft/backend.h>

/* CTR.DminLine: log2 of words */
#define CTR_DMINLINE	GENMASK(19, 16)

/* DCCIMVAC */
static void clean_inval_poc(unsigned long start, unsigned long end)
{
	unsigned long line = 4UL << FIELD_GET(CTR_DMINLINE, read_cpuid_cachetype());

	for (start &= ~(line - 1); start < end; start += line)
		asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r" (start) : "memory");
	/* Complete, for observers that bypass the caches: a guest with its MMU off is one */
	dsb(sy);
}

/*
 * ICIALLUIS and BPIALLIS. All of the instruction caches: those of ARMv7 may be indexed by virtual address, and nothing
 * says under which the guest fetches.
 */
static void inval_icache(void)
{
	asm volatile("mcr p15, 0, %0, c7, c1, 0\n\tmcr p15, 0, %0, c7, c1, 6" : : "r" (0) : "memory");
	dsb(ish);
	isb();
}

/**
 * backend_cache - maintain caches for guest memory
 * @op: enum loft_cache_op
 * @va: kernel address
 * @size: bytes
 *
 * Context: any.
 */
void backend_cache(enum loft_cache_op op, void *va, size_t size)
{
	unsigned long start = (unsigned long)va;

	/* To the point of coherency is further than to that of unification, which instruction fetches need */
	clean_inval_poc(start, start + size);
	if (op == LOFT_CACHE_EXEC)
		inval_icache();
}

/**
 * backend_table_sync - make descriptors written so far visible to table walks
 */
void backend_table_sync(void)
{
	/*
	 * DSB, not DMB: a table walk is no explicit access. The ISB that a walk on this CPU needs as well is the
	 * ERET into the guest.
	 */
	dsb(ishst);
}
