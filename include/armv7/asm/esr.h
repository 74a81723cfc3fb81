/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Syndromes: HSR of ARMv7 under the names of ESR_ELx, of whose format it is the 32-bit part.
 *
 * Arm ARM, DDI 0406, B3.13.6 (HSR), and DDI 0487, D17.2.37. Linux has these names for arm64 only.
 */
#ifndef LOFT_ARMV7_ESR_H
#define LOFT_ARMV7_ESR_H

#include <linux/bits.h>
#include <linux/types.h>

#define ESR_ELx_EC_UNKNOWN	0x00
#define ESR_ELx_EC_WFx		0x01
#define ESR_ELx_EC_CP15_32	0x03
#define ESR_ELx_EC_CP15_64	0x04
#define ESR_ELx_EC_CP14_MR	0x05
#define ESR_ELx_EC_CP14_LS	0x06
#define ESR_ELx_EC_FP_ASIMD	0x07
#define ESR_ELx_EC_CP10_ID	0x08
#define ESR_ELx_EC_CP14_64	0x0c
#define ESR_ELx_EC_HVC32	0x12
#define ESR_ELx_EC_SMC32	0x13
/* Of AArch64 instructions: never seen */
#define ESR_ELx_EC_HVC64	0x16
#define ESR_ELx_EC_SMC64	0x17
#define ESR_ELx_EC_IABT_LOW	0x20
#define ESR_ELx_EC_DABT_LOW	0x24
#define ESR_ELx_EC_MAX		0x3f

#define ESR_ELx_EC_SHIFT	26
#define ESR_ELx_EC(esr)		(((esr) >> ESR_ELx_EC_SHIFT) & ESR_ELx_EC_MAX)
#define ESR_ELx_IL		BIT(25)
#define ESR_ELx_ISS_MASK	GENMASK(24, 0)

/* Coprocessor accesses and other conditional instructions */
#define ESR_ELx_CV		BIT(24)
#define ESR_ELx_COND_SHIFT	20
#define ESR_ELx_COND_MASK	GENMASK(23, 20)
#define ESR_ELx_WFx_ISS_WFE	BIT(0)
#define ESR_ELx_CP15_32_ISS_OP2_MASK	GENMASK(19, 17)
#define ESR_ELx_CP15_32_ISS_OP1_MASK	GENMASK(16, 14)
#define ESR_ELx_CP15_32_ISS_CRN_MASK	GENMASK(13, 10)
#define ESR_ELx_CP15_32_ISS_RT_MASK	GENMASK(8, 5)
#define ESR_ELx_CP15_32_ISS_CRM_MASK	GENMASK(4, 1)
#define ESR_ELx_CP15_32_ISS_DIR_READ	BIT(0)
#define ESR_ELx_CP15_64_ISS_OP1_MASK	GENMASK(19, 16)
#define ESR_ELx_CP15_64_ISS_RT2_MASK	GENMASK(13, 10)
#define ESR_ELx_CP15_64_ISS_RT_MASK	GENMASK(8, 5)
#define ESR_ELx_CP15_64_ISS_CRM_MASK	GENMASK(4, 1)
#define ESR_ELx_CP15_64_ISS_DIR_READ	BIT(0)
/* Coprocessor number, of a trap by HCPTR */
#define ESR_ELx_FP_COPROC	GENMASK(3, 0)
#define ESR_ELx_FP_SIMD		BIT(5)

/* HVC only: the immediate of an SMC is not in the syndrome */
#define ESR_ELx_xVC_IMM_MASK	GENMASK(15, 0)

/* Aborts */
#define ESR_ELx_ISV		BIT(24)
#define ESR_ELx_SAS_SHIFT	22
#define ESR_ELx_SAS		GENMASK(23, 22)
#define ESR_ELx_SSE		BIT(21)
#define ESR_ELx_SRT_SHIFT	16
#define ESR_ELx_SRT_MASK	GENMASK(19, 16)
#define ESR_ELx_CM		BIT(8)
#define ESR_ELx_S1PTW		BIT(7)
#define ESR_ELx_WNR		BIT(6)
#define ESR_ELx_FSC		GENMASK(5, 0)
#define ESR_ELx_FSC_TYPE	GENMASK(5, 2)
#define ESR_ELx_FSC_LEVEL	GENMASK(1, 0)
#define ESR_ELx_FSC_EXTABT	0x10
/* Of an SError with a syndrome: none has, without RAS */
#define ESR_ELx_FSC_SERROR	0x11
#define ESR_ELx_AET		GENMASK(12, 10)
#define ESR_ELx_AET_UC		0
#define ESR_ELx_AET_CE		(6 << 10)
/* Registers have 32 bits: there is no SF */
#define ESR_ELx_SF		0

static inline bool esr_fsc_is_translation_fault(u64 esr)
{
	return (esr & ESR_ELx_FSC_TYPE) == 0x04;
}

static inline bool esr_fsc_is_access_flag_fault(u64 esr)
{
	return (esr & ESR_ELx_FSC_TYPE) == 0x08;
}

static inline bool esr_fsc_is_permission_fault(u64 esr)
{
	return (esr & ESR_ELx_FSC_TYPE) == 0x0c;
}

#endif /* LOFT_ARMV7_ESR_H */
