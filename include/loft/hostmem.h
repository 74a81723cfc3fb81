/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host knows of its physical memory.
 */
#ifndef LOFT_HOSTMEM_H
#define LOFT_HOSTMEM_H

#include <asm/memory.h>

static inline bool hostmem_is_ram(unsigned long pfn)
{
	return pfn_is_map_memory(pfn);
}

#endif /* LOFT_HOSTMEM_H */
