/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lowvisor's address space, as both split-mode back ends make it.
 */
#ifndef LOFT_EL2MAP_H
#define LOFT_EL2MAP_H

#include <linux/types.h>

/* Address bits of the table: HTTBR spans 4 GiB */
#define EL2MAP_BITS	(BITS_PER_LONG == 64 ? 48 : 32)

int el2map_init(void);
void el2map_exit(void);
u64 el2map_root(void);
int el2map_add(void *va, size_t size, bool exec);
void el2map_remove(void *va, size_t size);

/* The back end's: have the lowvisor, if it is there, invalidate its translation of a page. May be called by any CPU */
void el2map_forget(u64 pa);

#endif /* LOFT_EL2MAP_H */
