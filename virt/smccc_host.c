// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an arm64 host tells guests of its mitigations.
 */
#include <linux/cache.h>
#include <asm/cpufeature.h>
#include <loft/smccc.h>

struct smccc_mitigations smccc_mitigations __ro_after_init = {
	.wa1 = SMCCC_NONE,
	.wa2 = SMCCC_NONE,
	.wa3 = SMCCC_NONE,
};

/**
 * smccc_init() - find out which firmware workarounds guests can do without
 *
 * The capabilities say whether any CPU is affected. If none is, a guest that does not recognise its CPU is told so.
 * If one is, Loft does not offer the workaround: it makes no firmware call on a guest's behalf, and a guest that was
 * promised one would believe itself safe. It still has what needs no firmware: CSV2, SSBS, branch-history loops.
 */
void smccc_init(void)
{
	if (!cpus_have_final_cap(ARM64_SPECTRE_V2))
		smccc_mitigations.wa1 = SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
	if (!cpus_have_final_cap(ARM64_SPECTRE_V4))
		smccc_mitigations.wa2 = (u64)SMCCC_RET_NOT_REQUIRED;
	if (!cpus_have_final_cap(ARM64_SPECTRE_BHB))
		smccc_mitigations.wa3 = SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
}
