/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lockless looks at the host's page tables.
 */
#ifndef LOFT_HOSTWALK_H
#define LOFT_HOSTWALK_H

#include <linux/types.h>

struct mm_struct;
struct page;

u64 hostwalk_size(struct mm_struct *mm, unsigned long hva);
struct page *hostwalk_get(struct mm_struct *mm, unsigned long hva, bool write);

#endif /* LOFT_HOSTWALK_H */
