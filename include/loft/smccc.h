/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls that need nothing but the vCPU: answered the same way inside the switch and outside it.
 */
#ifndef LOFT_SMCCC_H
#define LOFT_SMCCC_H

#include <linux/arm-smccc.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kvm.h>
#include <uapi/linux/psci.h>
#include <loft/vcpu.h>
#include <loft/vm.h>

/**
 * struct smccc_mitigations - what SMCCC_ARCH_FEATURES says of the firmware workarounds
 * @wa1: SMCCC_ARCH_WORKAROUND_1 (branch target injection)
 * @wa2: SMCCC_ARCH_WORKAROUND_2 (speculative store bypass)
 * @wa3: SMCCC_ARCH_WORKAROUND_3 (branch history injection)
 *
 * The same on every CPU; constant once smccc_init() has run.
 */
struct smccc_mitigations {
	u64 wa1;
	u64 wa2;
	u64 wa3;
};

extern struct smccc_mitigations smccc_mitigations;

void smccc_init(void);

#define SMCCC_NONE	((u64)SMCCC_RET_NOT_SUPPORTED)

#define PSCI_BIT(fn)	BIT((fn) - PSCI_0_2_FN_BASE)
#define PSCI_BIT64(fn)	BIT((fn) - PSCI_0_2_FN64_BASE)
#define PSCI_NR_FNS	32

/* Functions by number: since PSCI 0.2, those of them with a 64-bit form, and since 1.0 and 1.1 */
#define PSCI_SET_0_2	(PSCI_BIT(PSCI_0_2_FN_PSCI_VERSION) | PSCI_BIT(PSCI_0_2_FN_CPU_SUSPEND) | \
			 PSCI_BIT(PSCI_0_2_FN_CPU_OFF) | PSCI_BIT(PSCI_0_2_FN_CPU_ON) | \
			 PSCI_BIT(PSCI_0_2_FN_AFFINITY_INFO) | PSCI_BIT(PSCI_0_2_FN_MIGRATE_INFO_TYPE) | \
			 PSCI_BIT(PSCI_0_2_FN_SYSTEM_OFF) | PSCI_BIT(PSCI_0_2_FN_SYSTEM_RESET))
#define PSCI_SET64	(PSCI_BIT64(PSCI_0_2_FN64_CPU_SUSPEND) | PSCI_BIT64(PSCI_0_2_FN64_CPU_ON) | \
			 PSCI_BIT64(PSCI_0_2_FN64_AFFINITY_INFO) | PSCI_BIT64(PSCI_1_0_FN64_SYSTEM_SUSPEND) | \
			 PSCI_BIT64(PSCI_1_1_FN64_SYSTEM_RESET2))
#define PSCI_SET_1_0	PSCI_BIT(PSCI_1_0_FN_PSCI_FEATURES)
#define PSCI_SET_1_1	PSCI_BIT(PSCI_1_1_FN_SYSTEM_RESET2)

/* All inline helpers here run inside the switch window: no calls, no jump tables. */
static __always_inline bool psci_has(const struct loft_vcpu *vcpu, u32 fn)
{
	u32 nr = (fn & ~PSCI_0_2_64BIT) - PSCI_0_2_FN_BASE;
	u32 set = fn & PSCI_0_2_64BIT ? vcpu->psci_fns64 : vcpu->psci_fns;

	return nr < PSCI_NR_FNS && set & BIT(nr);
}

static __always_inline u64 smccc_features(u32 fn)
{
	if (fn == ARM_SMCCC_VERSION_FUNC_ID || fn == ARM_SMCCC_ARCH_FEATURES_FUNC_ID)
		return SMCCC_RET_SUCCESS;
	if (fn == ARM_SMCCC_ARCH_WORKAROUND_1)
		return smccc_mitigations.wa1;
	if (fn == ARM_SMCCC_ARCH_WORKAROUND_2)
		return smccc_mitigations.wa2;
	if (fn == ARM_SMCCC_ARCH_WORKAROUND_3)
		return smccc_mitigations.wa3;
	return SMCCC_NONE;
}

/* A fast 32-bit call to the Arm architecture's own functions */
static __always_inline bool smccc_is_arch(u32 fn)
{
	return fn >> 16 == ARM_SMCCC_VERSION_FUNC_ID >> 16;
}

static __always_inline u64 smccc_arch(u32 fn, u32 arg1)
{
	if (fn == ARM_SMCCC_ARCH_FEATURES_FUNC_ID)
		return smccc_features(arg1);
	/* Not needed is no error: callable without effect where ARCH_FEATURES says so. */
	if (fn == ARM_SMCCC_ARCH_WORKAROUND_1 && smccc_mitigations.wa1 != SMCCC_NONE)
		return SMCCC_RET_SUCCESS;
	if (fn == ARM_SMCCC_ARCH_WORKAROUND_3 && smccc_mitigations.wa3 != SMCCC_NONE)
		return SMCCC_RET_SUCCESS;
	return SMCCC_NONE;
}

/* PSCI 0.1 has no function numbers of its own; these are KVM's. */
static __always_inline bool psci_is_0_1(const struct loft_vcpu *vcpu, u32 fn)
{
	return fn - KVM_PSCI_FN_BASE < 4 && vcpu->psci_version == PSCI_VERSION(0, 1);
}

/**
 * smccc_quick() - answer a hypercall that has no effect but its result
 * @vcpu: the caller
 * @fn: function identifier, w0
 * @arg1: first argument, x1
 * @ret: where the result goes, x0
 *
 * Context: any, the switch window included.
 * Return: false if the call takes a full exit; then @ret means nothing.
 */
static __always_inline bool smccc_quick(const struct loft_vcpu *vcpu, u32 fn, u64 arg1, u64 *ret)
{
	if (fn == ARM_SMCCC_VERSION_FUNC_ID) {
		*ret = ARM_SMCCC_VERSION_1_1;
		return true;
	}
	if (fn == PSCI_0_2_FN_PSCI_VERSION && vcpu->psci_version >= PSCI_VERSION(0, 2)) {
		*ret = vcpu->psci_version;
		return true;
	}
	*ret = SMCCC_NONE;
	if (psci_has(vcpu, fn)) {
		if (fn != PSCI_1_0_FN_PSCI_FEATURES)
			return false;
		if (psci_has(vcpu, arg1) || (u32)arg1 == ARM_SMCCC_VERSION_FUNC_ID)
			*ret = PSCI_RET_SUCCESS;
		return true;
	}
	if (smccc_is_arch(fn))
		*ret = smccc_arch(fn, arg1);
	else if (psci_is_0_1(vcpu, fn))
		return false;
	return true;
}

#endif /* LOFT_SMCCC_H */
