// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache hierarchy a guest is told of: one level, with the smallest lines of any CPU of the host.
 *
 * Real geometry would differ between the CPUs of one host and between hosts, and a guest that uses it does
 * so for maintenance by set and way, which Loft turns into maintenance of the whole VM anyway. One set of one
 * way makes such a loop a single trap. CLIDR_EL1 has to agree with CTR_EL0, which guests read directly.
 */
#include <linux/bits.h>
#include <asm/cache.h>
#include <asm/cpufeature.h>
#include "sysreg.h"

#define CTYPE1_SEPARATE		3ULL
#define CTYPE1_UNIFIED		4ULL
#define LEVEL_1(field)		(1ULL << CLIDR_##field##_SHIFT)

#define CTR_DMINLINE		CTR_EL0_DminLine_SHIFT
#define CTR_LINE_MASK		0xfULL

#define CSSELR_IND		BIT(0)

static bool unified(void)
{
	return read_sanitised_ftr_reg(SYS_CTR_EL0) & CTR_EL0_IDC_MASK;
}

/* CTR_EL0.IDC: no clean to the point of unification is needed, so nothing may claim to lie before it. */
u64 cacheid_clidr(void)
{
	if (unified())
		return CTYPE1_UNIFIED | LEVEL_1(LOC);
	return CTYPE1_SEPARATE | LEVEL_1(LOC) | LEVEL_1(LOUU) | LEVEL_1(LOUIS);
}

bool cacheid_valid(u32 csselr)
{
	return csselr == 0 || (csselr == CSSELR_IND && !unified());
}

/* NumSets and Associativity are 0, one of each; LineSize is log2(bytes) - 4, CTR_EL0's are log2(words). */
u64 cacheid_ccsidr(u32 csselr)
{
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);
	u64 words = (csselr & CSSELR_IND ? ctr : ctr >> CTR_DMINLINE) & CTR_LINE_MASK;

	if (!cacheid_valid(csselr))
		return 0;
	return words < 2 ? 0 : words - 2;
}
