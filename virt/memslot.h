/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory slots as the files that map and unmap guest memory see them.
 */
#ifndef LOFT_MEMSLOT_H
#define LOFT_MEMSLOT_H

#include <linux/sizes.h>
#include "abi.h"

/* In loft_memslot.flags, beside userspace's: on its way out. Notifiers still serve it, faults in it are retried. */
#define LOFT_SLOT_INVALID	BIT(16)

/* Long operations on stage 2 let go of its lock after so many bytes. */
#define MEMSLOT_PIECE		SZ_1G

void memslot_zap(struct loft_vm *vm, u64 gfn, u64 npages, bool may_sleep);
void memslot_mark_dirty(struct loft_memslot *slot, u64 gfn);

#endif /* LOFT_MEMSLOT_H */
