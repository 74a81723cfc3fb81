/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake back end's strings: what a test hooks and counts of the calls that policy makes into backend.h.
 */
#ifndef LOFT_FAKE_BACKEND_H
#define LOFT_FAKE_BACKEND_H

#include <loft/backend.h>

/**
 * struct fake_backend - hooks (NULL: nothing happens) and counters, reset by fake_backend_reset()
 */
struct fake_backend {
	void (*vcpu_run)(struct loft_vcpu *vcpu);
	void (*vcpu_put)(struct loft_vcpu *vcpu);
	void (*tlb_flush)(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level);
	void (*table_sync)(void);
	void (*cache)(enum loft_cache_op op, void *va, size_t size);
	u64 counter;
	unsigned int flushes;
	unsigned int syncs;
	unsigned int caches;
};

extern struct fake_backend fake_backend;
void fake_backend_reset(void);

#endif /* LOFT_FAKE_BACKEND_H */
