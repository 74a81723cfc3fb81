// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache maintenance on memory that a guest is about to see.
 */
#include <linux/bitfield.h>
#include <linux/cache.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <loft/backend.h>
#include <loft/host.h>

/* log2 of the smallest data cache line of any CPU; found once, for looking it up costs as much as cleaning a page */
static unsigned int line_shift __ro_after_init;

/**
 * cache_probe - find out how long cache lines are
 */
void cache_probe(void)
{
	line_shift = 2 + FIELD_GET(CTR_EL0_DminLine_MASK, read_sanitised_ftr_reg(SYS_CTR_EL0));
}

/* Four lines at a time: a block of stage 2 has tens of thousands */
static void clean_inval_poc(unsigned long start, unsigned long end)
{
	unsigned long line = 1UL << line_shift;

	for (start &= ~(line - 1); start + 3 * line < end; start += 4 * line)
		asm volatile("dc civac, %0\n\tdc civac, %1\n\tdc civac, %2\n\tdc civac, %3"
			     : : "r" (start), "r" (start + line), "r" (start + 2 * line), "r" (start + 3 * line) : "memory");
	for (; start < end; start += line)
		asm volatile("dc civac, %0" : : "r" (start) : "memory");
	/* Complete, for observers that bypass the caches: a guest with its MMU off is one */
	dsb(sy);
}

/*
 * By address is enough only where the guest's aliases index the same lines: physically indexed caches. The
 * others lose everything.
 */
static void sync_icache(unsigned long start, unsigned long end)
{
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);

	caches_clean_inval_pou(start, end);
	if (FIELD_GET(CTR_EL0_L1Ip_MASK, ctr) == CTR_EL0_L1Ip_PIPT)
		return;
	asm volatile("ic ialluis");
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

	if (op == LOFT_CACHE_POC)
		clean_inval_poc(start, start + size);
	else
		sync_icache(start, start + size);
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
