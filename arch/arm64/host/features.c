// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ID registers and the kernel's capabilities say of this machine.
 */
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <loft/backend.h>
#include <loft/host.h>

static bool narrow_vmids;
module_param(narrow_vmids, bool, 0444);
MODULE_PARM_DESC(narrow_vmids, "use 8-bit VMIDs where the CPU has 16 bits too: makes them run out, for tests");

static u32 field(u64 reg, unsigned int shift)
{
	return cpuid_feature_extract_unsigned_field(reg, shift);
}

static unsigned int pa_bits(u64 mmfr0)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	u32 range = field(mmfr0, ID_AA64MMFR0_EL1_PARANGE_SHIFT);

	/* 52 bits need descriptors in another format: guests get 48 */
	return bits[min_t(u32, range, ARRAY_SIZE(bits) - 1)];
}

/* VTCR_EL2 but for the size of the address space: page size, cacheable shareable walks, PA size, VMID width */
static u64 vtcr(u64 mmfr0)
{
	u32 range = min_t(u32, field(mmfr0, ID_AA64MMFR0_EL1_PARANGE_SHIFT), 5);
	u64 val = VTCR_EL2_RES1 | VTCR_EL2_SH0_INNER | VTCR_EL2_ORGN0_WBWA | VTCR_EL2_IRGN0_WBWA;

	val |= (u64)range << VTCR_EL2_PS_SHIFT;
	if (PAGE_SIZE == SZ_4K)
		val |= VTCR_EL2_TG0_4K;
	else if (PAGE_SIZE == SZ_16K)
		val |= VTCR_EL2_TG0_16K;
	else
		val |= VTCR_EL2_TG0_64K;
	if (loft_caps.vmid_bits == 16)
		val |= VTCR_EL2_VS_16BIT;
	return val;
}

/**
 * features_probe - fill in what of loft_caps does not depend on the back end
 * @mode: the back end's name
 */
void features_probe(const char *mode)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 dfr0 = read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1);
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);

	cache_probe();
	loft_caps.mode = mode;
	loft_caps.pa_bits = pa_bits(mmfr0);
	loft_caps.ipa_bits_max = loft_caps.pa_bits;
	loft_caps.vmid_bits = !narrow_vmids && field(mmfr1, ID_AA64MMFR1_EL1_VMIDBits_SHIFT) ==
			      ID_AA64MMFR1_EL1_VMIDBits_16 ? 16 : 8;
	loft_caps.vtcr = vtcr(mmfr0);
	loft_caps.fwb = cpus_have_final_cap(ARM64_HAS_STAGE2_FWB);
	loft_caps.dic = ctr & CTR_EL0_DIC_MASK;
	loft_caps.ras = cpus_have_final_cap(ARM64_HAS_RAS_EXTN);
	loft_caps.nr_brps = field(dfr0, ID_AA64DFR0_EL1_BRPs_SHIFT) + 1;
	loft_caps.nr_wrps = field(dfr0, ID_AA64DFR0_EL1_WRPs_SHIFT) + 1;
}
