// SPDX-License-Identifier: GPL-2.0-only
// AArch32's CP15 registers that survive exits.
#include "regs-tests.h"
#include "cpu.h"

#define ALL	0xffffffffU

#define ROW_ACCESSORS(reg)						\
	static u64 read_##reg(void) { return sysreg_read(reg); }	\
	static void write_##reg(u64 v) { sysreg_write(reg, v); }
#define ROW(reg, bits) { #reg, bits, false, read_##reg, write_##reg }

ROW_ACCESSORS(tpidr_el0)
ROW_ACCESSORS(tpidrro_el0)
ROW_ACCESSORS(tpidr_el1)
ROW_ACCESSORS(afsr0_el1)
ROW_ACCESSORS(afsr1_el1)
ROW_ACCESSORS(par_el1)
ROW_ACCESSORS(contextidr_el1)
ROW_ACCESSORS(amair0)
ROW_ACCESSORS(amair1)
ROW_ACCESSORS(mair0)
ROW_ACCESSORS(mair1)
ROW_ACCESSORS(ttbr0_el1)
ROW_ACCESSORS(ttbr1_el1)
ROW_ACCESSORS(ttbcr)
ROW_ACCESSORS(sctlr_el1)
ROW_ACCESSORS(cpacr_el1)
ROW_ACCESSORS(vbar_el1)
ROW_ACCESSORS(dacr32_el2)
ROW_ACCESSORS(cntkctl_el1)
ROW_ACCESSORS(csselr_el1)
ROW_ACCESSORS(cntv_cval_el0)
ROW_ACCESSORS(dfsr)
ROW_ACCESSORS(ifsr32_el2)
ROW_ACCESSORS(dfar)
ROW_ACCESSORS(ifar)

const struct regs_sysreg regs_sysregs[] = {
	ROW(tpidr_el0, ALL),
	ROW(tpidrro_el0, ALL),
	ROW(tpidr_el1, ALL),
	ROW(afsr0_el1, ALL),
	ROW(afsr1_el1, ALL),
	ROW(par_el1, 0x000000fffffff000),
	ROW(contextidr_el1, ALL),
	ROW(amair0, ALL),
	ROW(amair1, ALL),
	ROW(mair0, 0xff000000),
	ROW(mair1, ALL),
	ROW(ttbr0_el1, 0),
	ROW(ttbr1_el1, 0x00ff00fffffff000),
	ROW(ttbcr, 0),
	ROW(sctlr_el1, 0),
	ROW(cpacr_el1, 0),
	ROW(vbar_el1, 0),
	ROW(dacr32_el2, ALL),
	ROW(cntkctl_el1, 0xfb),
	ROW(csselr_el1, 0x1),
	ROW(cntv_cval_el0, ~0ULL),
	/* Interrupts do not change these, aborts do */
	ROW(dfsr, 0x3f),
	ROW(ifsr32_el2, 0x3f),
	ROW(dfar, ALL),
	ROW(ifar, ALL),
	{ }
};

ulong regs_idreg(void)
{
	return sysreg_read(id_pfr0_el1);
}
