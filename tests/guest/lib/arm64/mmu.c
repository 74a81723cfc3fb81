// SPDX-License-Identifier: GPL-2.0-only
// The MMU's registers in AArch64: 39-bit VA.
#include "mmu.h"
#include "cpu.h"

#define TCR_VALUE	(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23)	/* WB, inner; no TTBR1 walks */
#define SCTLR_M		BIT(0)
#define SCTLR_C		BIT(2)
#define SCTLR_I		BIT(12)

void mmu_flush(void)
{
	asm volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

void mmu_enable(void)
{
	u64 parange = sysreg_read(id_aa64mmfr0_el1) & 0xf;

	sysreg_write(mair_el1, MMU_MAIR);
	sysreg_write(tcr_el1, TCR_VALUE | (parange < 5 ? parange : 5) << 32);
	sysreg_write(ttbr0_el1, (u64)mmu_l1);
	/* FP for everybody. */
	sysreg_write(cpacr_el1, CPACR_FP);
	isb();
	asm volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}

void mmu_disable(void)
{
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) & ~(SCTLR_M | SCTLR_C));
	isb();
}
