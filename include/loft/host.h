/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the arm64 back ends share: it does not depend on the level the host runs at.
 */
#ifndef LOFT_HOST_H
#define LOFT_HOST_H

#include <linux/types.h>

/* The branch history is cleared by an instruction, not by a loop */
#define MITIGATION_CLEARBHB	BIT(63)

/**
 * struct loft_mitigation - what an exit from a guest needs on one CPU
 * @bhb: branches that overwrite the branch history, MITIGATION_CLEARBHB, or 0
 * @fw: firmware call that comes before anything else: ARM_SMCCC_ARCH_WORKAROUND_1 or _3, or 0
 */
struct loft_mitigation {
	u64 bhb;
	u32 fw;
};

/* features.c: fill in of loft_caps what ID registers and capabilities say */
void features_probe(const char *mode);
/* cache.c: before the first backend_cache() */
void cache_probe(void);
/* mitigate.c: on the CPU concerned */
struct loft_mitigation mitigate_this_cpu(void);

#endif /* LOFT_HOST_H */
