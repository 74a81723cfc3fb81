// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest whose EL1 is in AArch32 (HCR_EL2.RW is 0) has beyond the registers that it shares with AArch64: its
 * banked SPSRs, DACR, IFSR, FPEXC and DBGVCR. The host has no use for any of them, and neither has a 64-bit guest.
 */
#include "low.h"

/* All of CP15's c15 is implementation-defined; HCR_EL2.TIDCP traps the rest of that kind */
#define HSTR_T15	BIT(15)
#define FPEXC_EN	BIT(30)
/* Method of debug entry */
#define MDSCR_MOE	GENMASK(5, 2)

/**
 * aarch32_enter - load them
 * @regs: the guest's registers
 *
 * FPEXC.EN: while FP is trapped it must be on. The guest's own check of it comes before CPTR_EL2's (Arm ARM,
 * AArch32.CheckAdvSIMDOrFPEnabled()), and the guest would find its first use of FP UNDEFINED whatever it has in FPEXC.
 *
 * Errata 852523 (Cortex-A57) and 853709 (Cortex-A72): the CPU takes no notice of a new DACR32_EL2 until SCTLR_EL1,
 * TCR_EL1, TTBR0_EL1, TTBR1_EL1 or CONTEXTIDR_EL1 is written after it. walks_prepare(), guest_load() and walks_on(),
 * which write all of them, come later.
 *
 * The host's TCR_EL1 becomes TTBCR when HCR_EL2.RW goes. With bit 31 (EAE) its EPDn go on keeping walks off; without, on
 * hosts with 16 KiB pages, PDn have to. In AArch64 they are a part of T0SZ, which EPD0 makes void.
 *
 * CPTR_EL2 must be the host's: with FP trapped, FPEXC32_EL2 is, too. The ERET synchronises.
 */
void aarch32_enter(const struct loft_regs *regs)
{
	const u64 *sys = regs->sys;

	low_write(low_read("tcr_el1") | TCR_PD, "tcr_el1");
	low_isb();
	low_write(sys[LOFT_DACR32_EL2], "dacr32_el2");
	low_write(sys[LOFT_IFSR32_EL2], "ifsr32_el2");
	low_write(sys[LOFT_SPSR_ABT], "spsr_abt");
	low_write(sys[LOFT_SPSR_UND], "spsr_und");
	low_write(sys[LOFT_SPSR_IRQ], "spsr_irq");
	low_write(sys[LOFT_SPSR_FIQ], "spsr_fiq");
	low_write(sys[LOFT_DBGVCR32_EL2], "dbgvcr32_el2");
	low_write(FPEXC_EN, "fpexc32_el2");
	low_write(HSTR_T15, "hstr_el2");
}

/* Debug exceptions note what they were in DBGDSCRext, a part of MDSCR_EL1 whose other bits never leave memory */
static void moe_save(u64 *sys)
{
	u64 mdscr = low_read("mdscr_el1");

	if (!(mdscr & MDSCR_MOE))
		return;
	sys[LOFT_MDSCR_EL1] = (sys[LOFT_MDSCR_EL1] & ~MDSCR_MOE) | (mdscr & MDSCR_MOE);
	low_write(mdscr & ~MDSCR_MOE, "mdscr_el1");
}

/**
 * aarch32_leave - save them
 * @cpu: this CPU
 * @vcpu: the vCPU; its FP registers are still there if they were
 * @regs: its registers
 *
 * After an exception from AArch32 the upper halves of the general registers are zero or old (Arm ARM D1.20.2). What
 * comes after here need not care.
 */
void aarch32_leave(const struct hostcall_cpu *cpu, const struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	u64 *sys = regs->sys;
	int i;

	if (vcpu->fp_loaded)
		sys[LOFT_FPEXC32_EL2] = low_read("fpexc32_el2");
	sys[LOFT_DACR32_EL2] = low_read("dacr32_el2");
	sys[LOFT_IFSR32_EL2] = low_read("ifsr32_el2");
	sys[LOFT_SPSR_ABT] = low_read("spsr_abt");
	sys[LOFT_SPSR_UND] = low_read("spsr_und");
	sys[LOFT_SPSR_IRQ] = low_read("spsr_irq");
	sys[LOFT_SPSR_FIQ] = low_read("spsr_fiq");
	moe_save(sys);
	low_write(cpu->hstr, "hstr_el2");
	for (i = 0; i < 31; i++)
		regs->x[i] = (u32)regs->x[i];
}
