// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-hosted debug registers: the host's and the guest's never meet.
 *
 * Guest accesses trap (MDCR_EL2.TDA), so memory holds the guest's. Debug exceptions need MDSCR_EL1.MDE or SS:
 * while the guest has neither, switching that one register is enough, and it is written only if the host uses it.
 */
#include <asm/debug-monitors.h>
#include <asm/hw_breakpoint.h>
#include "vhe.h"

#define DBG_CASES(op) \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
	op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)

#define DBG_READ_CASE(n)						\
	case n:								\
		to->bcr[n] = read_sysreg(dbgbcr##n##_el1);		\
		to->bvr[n] = read_sysreg(dbgbvr##n##_el1);		\
		break;
#define DBG_WRITE_CASE(n)						\
	case n:								\
		write_sysreg(from->bcr[n], dbgbcr##n##_el1);		\
		write_sysreg(from->bvr[n], dbgbvr##n##_el1);		\
		break;
#define DBG_READ_WCASE(n)						\
	case n:								\
		to->wcr[n] = read_sysreg(dbgwcr##n##_el1);		\
		to->wvr[n] = read_sysreg(dbgwvr##n##_el1);		\
		break;
#define DBG_WRITE_WCASE(n)						\
	case n:								\
		write_sysreg(from->wcr[n], dbgwcr##n##_el1);		\
		write_sysreg(from->wvr[n], dbgwvr##n##_el1);		\
		break;

static noinstr void debug_read(struct loft_debug_regs *to, unsigned int brps, unsigned int wrps)
{
	unsigned int i;

	for (i = 0; i < brps; i++)
		switch (i) { DBG_CASES(DBG_READ_CASE) }
	for (i = 0; i < wrps; i++)
		switch (i) { DBG_CASES(DBG_READ_WCASE) }
}

static noinstr void debug_write(const struct loft_debug_regs *from, unsigned int brps, unsigned int wrps)
{
	unsigned int i;

	for (i = 0; i < brps; i++)
		switch (i) { DBG_CASES(DBG_WRITE_CASE) }
	for (i = 0; i < wrps; i++)
		switch (i) { DBG_CASES(DBG_WRITE_WCASE) }
}

/**
 * debug_enter - put the guest's debug state in place
 * @cpu: this CPU; debug.mdscr has been read, and it or the guest's has an effect
 * @vcpu: the vCPU
 *
 * Context: the switch window. The ERET that follows synchronises.
 */
noinstr void debug_enter(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	struct vhe_host_debug *host = &cpu->debug;
	u64 mdscr = vcpu->regs.sys[LOFT_MDSCR_EL1] & VHE_MDSCR_LIVE;

	/* The OS lock suppresses debug exceptions other than breakpoint instructions */
	if (vcpu->regs.sys[LOFT_OSLSR_EL1] & OSLSR_EL1_OSLK)
		mdscr = 0;
	/* Off first: nothing may match while the registers are half the one's, half the other's */
	write_sysreg(0, mdscr_el1);
	host->swapped = mdscr & DBG_MDSCR_MDE;
	if (host->swapped) {
		isb();
		debug_read(&host->regs, loft_caps.nr_brps, loft_caps.nr_wrps);
		debug_write(&vcpu->regs.dbg, loft_caps.nr_brps, loft_caps.nr_wrps);
		isb();
	}
	write_sysreg(mdscr, mdscr_el1);
	host->mdscr |= VHE_MDSCR_DIRTY;
}

/**
 * debug_leave - put the host's debug state back
 * @cpu: this CPU; debug_enter() changed something
 *
 * Context: the switch window; the caller's ISB synchronises.
 */
noinstr void debug_leave(struct vhe_cpu *cpu)
{
	struct vhe_host_debug *host = &cpu->debug;

	write_sysreg(0, mdscr_el1);
	if (host->swapped) {
		isb();
		debug_write(&host->regs, loft_caps.nr_brps, loft_caps.nr_wrps);
		host->swapped = false;
		isb();
	}
	write_sysreg(host->mdscr & ~VHE_MDSCR_DIRTY, mdscr_el1);
}
