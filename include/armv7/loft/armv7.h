/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the back end of ARMv7 does for policy code beyond <loft/backend.h>.
 */
#ifndef LOFT_ARMV7_H
#define LOFT_ARMV7_H

#include <linux/types.h>

/* FPSID, MVFR0 and MVFR1 of the host, by the number that VMRS has for them */
u32 backend_fpsid(void);
u32 backend_mvfr0(void);
u32 backend_mvfr1(void);

#endif /* LOFT_ARMV7_H */
