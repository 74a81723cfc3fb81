/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-2 translation: a VM's map from IPA to host memory.
 */
#ifndef LOFT_STAGE2_H
#define LOFT_STAGE2_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <loft/addr.h>

struct loft_vm;

/* What a mapping permits and which memory type it has */
#define S2_R		BIT(0)
#define S2_W		BIT(1)
#define S2_X		BIT(2)
#define S2_DEVICE	BIT(3)	/* Device-nGnRE; otherwise Normal write-back, or as the guest says */
#define S2_NC		BIT(4)	/* Normal non-cacheable */

/**
 * struct loft_stage2 - one stage-2 table
 * @lock: guards the table and @pages; nests inside mmu notifiers and memslot SRCU, IRQs stay on
 * @root: host kernel address of the (possibly concatenated) start-level table
 * @root_pages: number of concatenated tables at the start level, 1..16
 * @ia_bits: IPA width, 32..48
 * @start_level: 0..2
 * @vtcr: VTCR_EL2 for this table
 * @root_pa: physical address of @root
 * @pages: table pages below the root, for accounting
 */
struct loft_stage2 {
	spinlock_t lock;
	u64 *root;
	unsigned int root_pages;
	unsigned int ia_bits;
	int start_level;
	u64 vtcr;
	host_pa_t root_pa;
	unsigned long pages;
};

#define S2CACHE_MAX	4

/**
 * struct loft_s2cache - table pages allocated ahead, because faults insert under a spinlock
 * @nr: how many
 * @page: zeroed pages
 */
struct loft_s2cache {
	unsigned int nr;
	void *page[S2CACHE_MAX];
};

int stage2_init(struct loft_vm *vm, unsigned int ia_bits);
void stage2_destroy(struct loft_vm *vm);
int stage2_cache_fill(struct loft_s2cache *cache);
void stage2_cache_free(struct loft_s2cache *cache);
bool stage2_size_valid(struct loft_vm *vm, u64 size);

/* All below: caller holds vm->stage2.lock. Sizes are PAGE_SIZE, or a block size with everything aligned to it. */
int stage2_map(struct loft_vm *vm, ipa_t ipa, host_pa_t pa, u64 size, u32 prot, struct loft_s2cache *cache);
bool stage2_unmap(struct loft_vm *vm, ipa_t ipa, u64 size);
bool stage2_wrprotect(struct loft_vm *vm, ipa_t ipa, u64 size);
bool stage2_relax(struct loft_vm *vm, ipa_t ipa, u32 prot);
bool stage2_age(struct loft_vm *vm, ipa_t ipa, u64 size, bool clear);
bool stage2_lookup(struct loft_vm *vm, ipa_t ipa, host_pa_t *pa, u32 *prot, u64 *size);

#endif /* LOFT_STAGE2_H */
