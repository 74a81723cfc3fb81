// SPDX-License-Identifier: GPL-2.0-only
// Exceptions: those that a test expects are recorded, interrupts acknowledged, the rest ends the payload.
#include "aarch32.h"

#define PSR_T	0x20

volatile struct trap trap = { .kind = TRAP_NONE };
static volatile bool armed;
static volatile u32 resume, back;

void trap_arm_as(u32 cpsr)
{
	trap_arm(0);
	back = cpsr;
}

void trap_arm(u32 to)
{
	u32 cpsr;

	asm volatile("mrs %0, cpsr" : "=r"(cpsr));
	back = cpsr;
	trap.hits = 0;
	trap.kind = TRAP_NONE;
	resume = to;
	armed = true;
}

u32 trap_disarm(void)
{
	armed = false;
	return trap.hits;
}

/* LR is ahead of the instruction that undid itself, and execution goes on behind that */
static u32 behind(u32 kind, u32 spsr, u32 lr)
{
	u32 at = lr - (kind == TRAP_DABT ? 8 : kind == TRAP_UNDEF && spsr & PSR_T ? 2 : 4);

	if (!(spsr & PSR_T))
		return at + 4;
	return at + (*(u16 *)at >> 11 >= 0x1d ? 4 : 2);
}

bool gic_is_v2(void)
{
	return cp_read(p15, 0, c0, c1, 1) >> 28 != 1;	/* ID_PFR1.GIC */
}

static u32 acknowledge(void)
{
	return gic_is_v2() ? mmio_read(GICC_BASE + 0xc) : cp_read(p15, 0, c12, c12, 0);	/* GICC_IAR, ICC_IAR1 */
}

static void end(u32 id)
{
	if (gic_is_v2())
		mmio_write(GICC_BASE + 0x10, id);	/* GICC_EOIR */
	else
		cp_write(id, p15, 0, c12, c12, 1);	/* ICC_EOIR1 */
}

static void take_irq(void)
{
	u32 id = acknowledge();

	if (id == 27)
		cp_write(2, p15, 0, c14, c3, 1);	/* CNTV_CTL.IMASK */
	if (id == 30)
		cp_write(2, p15, 0, c14, c2, 1);	/* CNTP_CTL.IMASK */
	isb();
	end(id);
	trap.irq = id;
	trap.irqs++;
}

u32 trap_handle(u32 kind, u32 spsr, u32 lr, u32 *regs)
{
	u32 cpsr;

	asm volatile("mrs %0, cpsr" : "=r"(cpsr));
	if (kind == TRAP_IRQ) {
		take_irq();
		return lr - 4;
	}
	if (kind == TRAP_SVC) {
		/* undef_user() comes back from user mode */
		asm volatile("msr spsr_cxsf, %0" : : "r"((spsr & ~0x1fU) | 0x13));
		return lr;
	}
	if (!armed)
		tap_bail("unexpected exception: kind, SPSR, LR", kind, spsr, lr);
	trap.kind = kind;
	trap.spsr = spsr;
	trap.lr = lr;
	trap.mode = cpsr & 0x1f;
	trap.hits++;
	/* What the instruction had, whatever SPSR says: see spsr_of_injected() */
	asm volatile("msr spsr_cxsf, %0" : : "r"(back));
	return resume ?: behind(kind, back, lr);
}
