// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-hosted debug registers: the host's and the guest's never meet.
 *
 * Guest accesses trap (MDCR_EL2.TDA), so memory holds the guest's. Without MDSCR_EL1.MDE of the guest, MDSCR_EL1 is all that
 * changes, and only if either side has debug exceptions on in it.
 */
#include "low.h"

/* MDSCR_EL1 MDE, KDE, SS; OSLSR_EL1.OSLK */
#define MDSCR_MDE	BIT(15)
#define MDSCR_LIVE	(MDSCR_MDE | BIT(13) | BIT(0))
#define OSLSR_OSLK	BIT(1)

#define DBG_CASES(op) \
	op(15) op(14) op(13) op(12) op(11) op(10) op(9) op(8) \
	op(7) op(6) op(5) op(4) op(3) op(2) op(1) op(0)

#define DBG_SAVE(n, x)						\
	case n + 1:						\
		to->x##cr[n] = low_read("dbg" #x "cr" #n "_el1");	\
		to->x##vr[n] = low_read("dbg" #x "vr" #n "_el1");	\
		fallthrough;
#define DBG_LOAD(n, x)						\
	case n + 1:						\
		low_write(from->x##cr[n], "dbg" #x "cr" #n "_el1");	\
		low_write(from->x##vr[n], "dbg" #x "vr" #n "_el1");	\
		fallthrough;
#define DBG_SAVE_B(n)	DBG_SAVE(n, b)
#define DBG_SAVE_W(n)	DBG_SAVE(n, w)
#define DBG_LOAD_B(n)	DBG_LOAD(n, b)
#define DBG_LOAD_W(n)	DBG_LOAD(n, w)

static void debug_save(const struct hostcall_cpu *cpu, struct loft_debug_regs *to)
{
	switch (cpu->nr_brps) {
	DBG_CASES(DBG_SAVE_B)
	default:
		break;
	}
	switch (cpu->nr_wrps) {
	DBG_CASES(DBG_SAVE_W)
	default:
		break;
	}
}

static void debug_load(const struct hostcall_cpu *cpu, const struct loft_debug_regs *from)
{
	switch (cpu->nr_brps) {
	DBG_CASES(DBG_LOAD_B)
	default:
		break;
	}
	switch (cpu->nr_wrps) {
	DBG_CASES(DBG_LOAD_W)
	default:
		break;
	}
}

/**
 * debug_enter - put the guest's debug state in place
 * @cpu: this CPU; the host's MDSCR_EL1 is saved
 * @regs: the guest's registers
 */
void debug_enter(struct hostcall_cpu *cpu, const struct loft_regs *regs)
{
	u64 mdscr = regs->sys[LOFT_MDSCR_EL1] & MDSCR_LIVE;

	/* The OS lock suppresses debug exceptions other than breakpoint instructions */
	if (regs->sys[LOFT_OSLSR_EL1] & OSLSR_OSLK)
		mdscr = 0;
	if (!((cpu->host[HOST_MDSCR] | mdscr) & MDSCR_LIVE))
		return;
	/* Off first: nothing may match while the registers are half the one's, half the other's */
	low_write(0, "mdscr_el1");
	cpu->debug_dirty = true;
	if (mdscr & MDSCR_MDE) {
		low_isb();
		debug_save(cpu, &cpu->debug);
		debug_load(cpu, &regs->dbg);
		low_isb();
		cpu->debug_swapped = true;
	}
	low_write(mdscr, "mdscr_el1");
}

/**
 * debug_leave - put the host's debug state back
 * @cpu: this CPU
 */
void debug_leave(struct hostcall_cpu *cpu)
{
	if (!cpu->debug_dirty)
		return;
	low_write(0, "mdscr_el1");
	if (cpu->debug_swapped) {
		low_isb();
		debug_load(cpu, &cpu->debug);
		low_isb();
		cpu->debug_swapped = false;
	}
	low_write(cpu->host[HOST_MDSCR], "mdscr_el1");
	cpu->debug_dirty = false;
}
