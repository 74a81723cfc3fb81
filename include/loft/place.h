/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where AArch32's banked registers are among the general registers (Arm ARM DDI 0487, D1.20.1), on ARMv7 hosts, too.
 */
#ifndef LOFT_PLACE_H
#define LOFT_PLACE_H

#include <linux/types.h>

#define LOFT_X_SP_USR	13
#define LOFT_X_LR_USR	14
#define LOFT_X_LR_IRQ	16
#define LOFT_X_SP_IRQ	17
#define LOFT_X_LR_SVC	18
#define LOFT_X_SP_SVC	19
#define LOFT_X_LR_ABT	20
#define LOFT_X_SP_ABT	21
#define LOFT_X_LR_UND	22
#define LOFT_X_SP_UND	23
#define LOFT_X_R8_FIQ	24
#define LOFT_X_SP_FIQ	29
#define LOFT_X_LR_FIQ	30

#ifndef __ASSEMBLY__
/* Place of what the mode that @pstate names calls R0 to R14 */
static inline unsigned int regs_place(u32 pstate, unsigned int n)
{
	unsigned int mode = pstate & PSR_AA32_MODE_MASK;

	if (mode == PSR_AA32_MODE_FIQ && n >= 8)
		return n - 8 + LOFT_X_R8_FIQ;
	if (n < 13)
		return n;
	switch (mode) {
	case PSR_AA32_MODE_IRQ:
		return n == 13 ? LOFT_X_SP_IRQ : LOFT_X_LR_IRQ;
	case PSR_AA32_MODE_SVC:
		return n == 13 ? LOFT_X_SP_SVC : LOFT_X_LR_SVC;
	case PSR_AA32_MODE_ABT:
		return n == 13 ? LOFT_X_SP_ABT : LOFT_X_LR_ABT;
	case PSR_AA32_MODE_UND:
		return n == 13 ? LOFT_X_SP_UND : LOFT_X_LR_UND;
	default:
		return n;
	}
}
#endif /* !__ASSEMBLY__ */

#endif /* LOFT_PLACE_H */
