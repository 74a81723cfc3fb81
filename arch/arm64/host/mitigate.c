// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which speculation hardening an exit from a guest needs, on this CPU.
 *
 * The kernel's own choice is not exported to modules; it is made again here from the capability it
 * detected, the ID registers, Arm's published list of CPUs, and what the firmware offers.
 */
#include <linux/arm-smccc.h>
#include <linux/cpu.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <loft/host.h>

/**
 * struct bhb_loop - branches needed to overwrite the history of one CPU model
 * @model: MIDR_EL1 without variant and revision
 * @count: iterations
 */
struct bhb_loop {
	u32 model;
	u32 count;
};

static const struct bhb_loop bhb_loops[] = {
	{ MIDR_CORTEX_A76, 24 },
	{ MIDR_CORTEX_A76AE, 24 },
	{ MIDR_CORTEX_A77, 24 },
	{ MIDR_NEOVERSE_N1, 24 },
	{ MIDR_CORTEX_A78, 32 },
	{ MIDR_CORTEX_A78AE, 32 },
	{ MIDR_CORTEX_A78C, 32 },
	{ MIDR_CORTEX_X1, 32 },
	{ MIDR_CORTEX_X1C, 32 },
	{ MIDR_NEOVERSE_V1, 32 },
	{ MIDR_CORTEX_A710, 32 },
	{ MIDR_CORTEX_X2, 32 },
	{ MIDR_NEOVERSE_N2, 32 },
	{ MIDR_NEOVERSE_V2, 132 },
	{ MIDR_CORTEX_X3, 132 },
};

static bool firmware_offers(u32 fn)
{
	struct arm_smccc_res res;

	if (arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_SMC)
		return false;
	arm_smccc_1_1_smc(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, fn, &res);
	return (s32)res.a0 == SMCCC_RET_SUCCESS;
}

static u64 bhb_loop_count(void)
{
	u32 model = read_cpuid_id() & MIDR_CPU_MODEL_MASK;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bhb_loops); i++)
		if (bhb_loops[i].model == model)
			return bhb_loops[i].count;
	return 0;
}

static void mitigate_bhb(struct loft_mitigation *m)
{
	u64 pfr0 = read_cpuid(ID_AA64PFR0_EL1);
	u64 mmfr1 = read_cpuid(ID_AA64MMFR1_EL1);
	u64 isar2 = read_sysreg_s(SYS_ID_AA64ISAR2_EL1);

	/* The history does not cross exception levels on these */
	if (cpuid_feature_extract_unsigned_field(pfr0, ID_AA64PFR0_EL1_CSV2_SHIFT) >= 3 ||
	    cpuid_feature_extract_unsigned_field(mmfr1, ID_AA64MMFR1_EL1_ECBHB_SHIFT))
		return;
	if (cpuid_feature_extract_unsigned_field(isar2, ID_AA64ISAR2_EL1_CLRBHB_SHIFT)) {
		m->bhb = MITIGATION_CLEARBHB;
		return;
	}
	m->bhb = bhb_loop_count();
	if (!m->bhb && firmware_offers(ARM_SMCCC_ARCH_WORKAROUND_3))
		m->fw = ARM_SMCCC_ARCH_WORKAROUND_3;
}

/**
 * mitigate_this_cpu - choose what an exit from a guest does first
 *
 * Context: on the CPU concerned.
 * Return: branch-history sequence and firmware call.
 */
struct loft_mitigation mitigate_this_cpu(void)
{
	struct loft_mitigation m = {};

	if (cpu_mitigations_off())
		return m;
	if (this_cpu_has_cap(ARM64_SPECTRE_V2) && firmware_offers(ARM_SMCCC_ARCH_WORKAROUND_1))
		m.fw = ARM_SMCCC_ARCH_WORKAROUND_1;
	if (this_cpu_has_cap(ARM64_SPECTRE_BHB))
		mitigate_bhb(&m);
	return m;
}
