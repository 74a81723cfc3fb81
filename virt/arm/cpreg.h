/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Coprocessor registers of ARMv7: what the files of this directory share.
 */
#ifndef VIRT_ARM_CPREG_H
#define VIRT_ARM_CPREG_H

#include "../sysreg.h"

/* The ID space: CRn=0 opc1=0, CRm=1 and 2, by CRm and opc2 */
#define CPREG_NR_IDS	16

void cpreg_init(void);
u32 cpreg_id(unsigned int i);
u32 cpreg_clidr(void);
u32 cpreg_fp_id(unsigned int crn);	/* FPSID, MVFR1, MVFR0 */

#endif /* VIRT_ARM_CPREG_H */
