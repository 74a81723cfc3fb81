// SPDX-License-Identifier: GPL-2.0-only
// The MMU's registers in AArch32: long descriptors, all of the 4 GiB by TTBR0.
#include "mmu.h"
#include "cpu.h"

#define TTBCR_EAE	BIT(31)
#define TTBCR_WALKS	(1U << 8 | 1U << 10 | 3U << 12)	/* WB, inner shareable */
#define SCTLR_M		BIT(0)
#define SCTLR_C		BIT(2)
#define SCTLR_I		BIT(12)

void mmu_flush(void)
{
	/* TLBIALLIS, BPIALLIS */
	asm volatile("dsb ish\n\tmcr p15, 0, %0, c8, c3, 0\n\tmcr p15, 0, %0, c7, c1, 6\n\tdsb ish\n\tisb" : : "r"(0) : "memory");
}

void mmu_enable(void)
{
	sysreg_write(mair0, MMU_MAIR);
	sysreg_write(mair1, 0);
	sysreg_write(ttbcr, TTBCR_EAE | TTBCR_WALKS);
	sysreg_write(ttbr0_el1, (ulong)mmu_l1);
	/* FP for everybody. */
	sysreg_write(cpacr_el1, CPACR_FP);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1U << 30) : "memory");
	/* TLBIALL */
	asm volatile("mcr p15, 0, %0, c8, c7, 0\n\tdsb nsh\n\tisb" : : "r"(0) : "memory");
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}

void mmu_disable(void)
{
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) & ~(SCTLR_M | SCTLR_C));
	isb();
}
