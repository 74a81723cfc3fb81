/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host knows of its physical memory.
 */
#ifndef LOFT_HOSTMEM_H
#define LOFT_HOSTMEM_H

#include <linux/mm.h>

/* On 32-bit Arm only RAM has page structures */
static inline bool hostmem_is_ram(unsigned long pfn)
{
	return pfn_valid(pfn);
}

#endif /* LOFT_HOSTMEM_H */
