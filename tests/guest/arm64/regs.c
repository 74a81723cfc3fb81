// SPDX-License-Identifier: GPL-2.0-only
// AArch64's system registers that survive exits.
#include "regs-tests.h"
#include "cpu.h"

#define SYSREG_ACCESSORS(reg)						\
	static u64 read_##reg(void) { return sysreg_read(reg); }	\
	static void write_##reg(u64 v) { sysreg_write(reg, v); }
#define SYSREG_ROW(reg, bits) { #reg, bits, false, read_##reg, write_##reg }
#define EXCEPTION_ROW(reg, bits) { #reg, bits, true, read_##reg, write_##reg }

SYSREG_ACCESSORS(sp_el0)
SYSREG_ACCESSORS(tpidr_el0)
SYSREG_ACCESSORS(tpidrro_el0)
SYSREG_ACCESSORS(tpidr_el1)
SYSREG_ACCESSORS(elr_el1)
SYSREG_ACCESSORS(spsr_el1)
SYSREG_ACCESSORS(esr_el1)
SYSREG_ACCESSORS(far_el1)
SYSREG_ACCESSORS(afsr0_el1)
SYSREG_ACCESSORS(afsr1_el1)
SYSREG_ACCESSORS(par_el1)
SYSREG_ACCESSORS(contextidr_el1)
SYSREG_ACCESSORS(amair_el1)
SYSREG_ACCESSORS(mair_el1)
SYSREG_ACCESSORS(ttbr0_el1)
SYSREG_ACCESSORS(ttbr1_el1)
SYSREG_ACCESSORS(tcr_el1)
SYSREG_ACCESSORS(sctlr_el1)
SYSREG_ACCESSORS(cpacr_el1)
SYSREG_ACCESSORS(vbar_el1)
SYSREG_ACCESSORS(cntkctl_el1)
SYSREG_ACCESSORS(csselr_el1)
SYSREG_ACCESSORS(mdscr_el1)
SYSREG_ACCESSORS(cntv_cval_el0)

const struct regs_sysreg regs_sysregs[] = {
	SYSREG_ROW(sp_el0, ~0UL),
	SYSREG_ROW(tpidr_el0, ~0UL),
	SYSREG_ROW(tpidrro_el0, ~0UL),
	SYSREG_ROW(tpidr_el1, ~0UL),
	SYSREG_ROW(afsr0_el1, ~0UL),
	SYSREG_ROW(afsr1_el1, ~0UL),
	SYSREG_ROW(par_el1, 0x0000fffffffff000),
	SYSREG_ROW(contextidr_el1, 0xffffffff),
	SYSREG_ROW(amair_el1, ~0UL),
	SYSREG_ROW(mair_el1, 0xffffffffff000000),
	SYSREG_ROW(ttbr0_el1, 0),
	SYSREG_ROW(ttbr1_el1, 0xffff00fffffff000),
	SYSREG_ROW(tcr_el1, 0),
	SYSREG_ROW(sctlr_el1, 0),
	SYSREG_ROW(cpacr_el1, 0),
	SYSREG_ROW(vbar_el1, 0),
	SYSREG_ROW(cntkctl_el1, 0xfb),
	SYSREG_ROW(csselr_el1, 0x3),
	SYSREG_ROW(mdscr_el1, BIT(12)),
	SYSREG_ROW(cntv_cval_el0, ~0UL),
	/* The rest is the CPU's to change when the guest takes an exception. */
	EXCEPTION_ROW(elr_el1, 0x0000fffffffffffc),
	EXCEPTION_ROW(spsr_el1, 0xf0000000),
	EXCEPTION_ROW(esr_el1, 0xffffffff),
	EXCEPTION_ROW(far_el1, ~0UL),
	{ }
};

ulong regs_idreg(void)
{
	return sysreg_read(id_aa64pfr0_el1);
}
