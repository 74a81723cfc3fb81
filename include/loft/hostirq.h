/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's interrupts that a back end answers itself, interrupts masked, with no help of the host's own code for them: the
 * virtual timer's PPI, and the rescheduling interrupt by which a vCPU is kicked.
 *
 * Only these two are acknowledged. The GIC may still return another one that became pending since its number was read: that
 * one is made good in hostirq_put_back() and hostirq_stray(), and nothing of the host's is lost. The host counts neither.
 */
#ifndef LOFT_HOSTIRQ_H
#define LOFT_HOSTIRQ_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <loft/work.h>

/* INTIDs of the two, or HOSTIRQ_NONE, which ICC_HPPIR1_EL1 with its 24 bits never is */
#define HOSTIRQ_NONE	(~0U)
extern u32 hostirq_timer, hostirq_kick;

/* ICC_SGI1R_EL1.INTID */
#define HOSTIRQ_SGI_SHIFT	24

/**
 * struct hostirq_cpu - per CPU, touched on its own, interrupts off
 * @sgi_self: ICC_SGI1R_EL1 for an SGI to this CPU, but for its number; fixed since it came up, read by others
 * @stray: INTID of an interrupt that was acknowledged by mistake and waits for its handler, or 0
 * @work: calls it
 */
struct hostirq_cpu {
	u64 sgi_self;
	u32 stray;
	struct irq_work work;
};

DECLARE_PER_CPU(struct hostirq_cpu, hostirq_cpu);

static __always_inline u32 hostirq_ack(void)
{
	u32 intid = read_sysreg_s(SYS_ICC_IAR1_EL1);

	/*
	 * IHI 0069, "Observability of the effects of accesses to the GIC registers": the acknowledge is complete, and whatever
	 * is sent from here on arrives as another interrupt, before anything is read of what it is about
	 */
	dsb(sy);
	return intid;
}

/* With ICC_CTLR_EL1.EOImode set this drops the priority and leaves the interrupt active */
static __always_inline void hostirq_drop(u32 intid)
{
	write_sysreg_s(intid, SYS_ICC_EOIR1_EL1);
}

static __always_inline void hostirq_deactivate(u32 intid)
{
	/* The priority drop comes first */
	isb();
	write_sysreg_s(intid, SYS_ICC_DIR_EL1);
	/* The ERET, or an ISB of the full exit, completes it */
}

void hostirq_put_back(struct hostirq_cpu *cpu, u32 intid);
bool hostirq_take_kick(struct hostirq_cpu *cpu, const struct loft_vcpu *vcpu);
void hostirq_stray(void);
void hostirq_cpu_up(void);
void hostirq_probe(unsigned int timer);

#endif /* LOFT_HOSTIRQ_H */
