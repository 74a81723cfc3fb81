/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's own translation, walked in software.
 */
#ifndef LOFT_WALK_H
#define LOFT_WALK_H

#include <linux/types.h>
#include <loft/addr.h>

struct loft_vcpu;

/**
 * struct walk - a translation
 * @va: what is translated, with its tag
 * @fetch: for an instruction that has been fetched from there: rights do not matter
 * @write: for a store
 * @unpriv: with the rights of EL0, wherever the guest is
 * @ipa: result with WALK_OK
 * @status: result with WALK_FAULT: fault status code as in ESR_EL1
 */
struct walk {
	u64 va;
	bool fetch;
	bool write;
	bool unpriv;
	ipa_t ipa;
	u8 status;
};

/** enum walk_result - how a walk ended; WALK_UNKNOWN: the translation is of a kind that is not walked */
enum walk_result { WALK_OK, WALK_FAULT, WALK_UNKNOWN };

/* walk.c; on ARMv7 hosts arm/walk.c */
enum walk_result walk_stage1(struct loft_vcpu *vcpu, struct walk *walk);

#endif /* LOFT_WALK_H */
