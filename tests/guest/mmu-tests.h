/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory payload's parts in the architecture's own instructions. */
#ifndef MMU_TESTS_H
#define MMU_TESTS_H

#include "tap.h"

/* A test: instructions whose syndrome describes nothing must still fault memory in. */
enum verdict mmu_test_instructions(void);
/* Maintenance by address of what is not there, of a device and of memory. */
void mmu_test_caches(u64 hole, u64 device, u64 memory);
/* Maintenance by set and way. */
void mmu_test_set_way(void);
/* The word at @addr with MMU and caches off. */
u32 mmu_test_uncached(u64 addr);
/* PAR after a translation of @va for a read, or a write. */
u64 mmu_test_translate(u64 va, bool write);

#endif
