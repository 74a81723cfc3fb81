/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's own translation: an identity map in 2 MiB and 1 GiB blocks, and holes for tests. */
#ifndef MMU_H
#define MMU_H

#include "types.h"

#define MMU_BLOCK	0x200000ULL

enum mmu_attr { MMU_DEVICE, MMU_NORMAL, MMU_NORMAL_NC };

#define MMU_MAIR	0x44ff04	/* 0: Device-nGnRE, 1: Normal WB, 2: Normal NC */

extern u64 mmu_l1[];

void mmu_init(void);
void mmu_enable(void);
void mmu_disable(void);
/* Map one 2 MiB block below 1 GiB, executable when it is memory. */
void mmu_map_block(u64 va, u64 pa, enum mmu_attr attr);
/* Let the next-level table of the 2 MiB at va (below 1 GiB) stand at pa. */
void mmu_map_table(u64 va, u64 pa);
/* Nothing at the 2 MiB at va (below 1 GiB). */
void mmu_map_nothing(u64 va);
void mmu_flush(void);

#endif
