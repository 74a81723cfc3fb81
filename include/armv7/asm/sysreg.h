/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of system registers and their bits that policy code for all architectures uses, on ARMv7 hosts.
 */
#ifndef LOFT_ARMV7_SYSREG_H
#define LOFT_ARMV7_SYSREG_H

#include <linux/bits.h>

/* SCTLR.EE is where SCTLR_EL1.EE is */
#define SCTLR_ELx_EE	BIT(25)

/* Encodings of AArch64's registers: here only where code for both architectures names one */
#define Op2_shift	5
#define sys_reg(op0, op1, crn, crm, op2) ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << Op2_shift)

#endif /* LOFT_ARMV7_SYSREG_H */
