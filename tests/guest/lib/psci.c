// SPDX-License-Identifier: GPL-2.0-only
// PSCI calls by HVC.
#include "psci.h"
#include "types.h"

s64 psci_call(u32 function, u64 a, u64 b, u64 c)
{
	struct smccc_regs regs = { .x = { function, a, b, c } };

	smccc_hvc(&regs);
	/* 32-bit functions answer in 32 bits. */
	return function & BIT(30) ? (long)regs.x[0] : (int)regs.x[0];
}
