// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of the host that are acknowledged without it: which ones, and what becomes of one that was not meant.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <asm/arch_gicv3.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <loft/backend.h>
#include <loft/hostirq.h>

/* INTID of what Linux calls a rescheduling interrupt: the first of its inter-processor interrupts, on SGI 0 */
#define SGI_RESCHEDULE		0
#define NR_SGIS			16
/* First INTID that names no interrupt */
#define INTID_SPECIAL		1020
#define NR_SPECIAL		4

#define ICC_CTLR_EOIMODE	BIT(1)
#define SGI_TO_SELF(mpidr)	((u64)MPIDR_AFFINITY_LEVEL(mpidr, 3) << 48 |		\
				 (u64)MPIDR_AFFINITY_LEVEL(mpidr, 2) << 32 |		\
				 (u64)MPIDR_AFFINITY_LEVEL(mpidr, 1) << 16 |		\
				 (u64)(MPIDR_AFFINITY_LEVEL(mpidr, 0) >> 4) << 44 |	\
				 BIT(MPIDR_AFFINITY_LEVEL(mpidr, 0) & 0xf))

u32 hostirq_timer __ro_after_init = HOSTIRQ_NONE;
u32 hostirq_kick __ro_after_init = HOSTIRQ_NONE;
DEFINE_PER_CPU(struct hostirq_cpu, hostirq_cpu);
static struct irq_domain *irq_domain __ro_after_init;

/**
 * hostirq_put_back - the acknowledge returned another interrupt
 * @cpu: this CPU
 * @intid: which
 *
 * Not the one that was to be acknowledged. An SGI has no state but being pending, and is again after this; any other stays
 * active, so it cannot come twice, until its handler is called from hostirq_stray().
 *
 * Context: interrupts masked; the switch window.
 */
noinstr void hostirq_put_back(struct hostirq_cpu *cpu, u32 intid)
{
	if (intid - INTID_SPECIAL < NR_SPECIAL)
		return;
	hostirq_drop(intid);
	if (intid >= NR_SGIS) {
		cpu->stray = intid;
		return;
	}
	hostirq_deactivate(intid);
	isb();
	write_sysreg_s(cpu->sgi_self | (u64)intid << HOSTIRQ_SGI_SHIFT, SYS_ICC_SGI1R_EL1);
	isb();
}

/**
 * hostirq_take_kick - the rescheduling interrupt is pending: is it a kick, and for us alone?
 * @cpu: this CPU
 * @vcpu: the vCPU whose thread runs here
 *
 * The host's own handler would look whether the thread has to be rescheduled, and so do we, before the acknowledge and after
 * it: what is set before the interrupt is sent is visible then. If so the interrupt is the host's.
 *
 * Context: interrupts masked; the switch window.
 * Return: true if it is over.
 */
noinstr bool hostirq_take_kick(struct hostirq_cpu *cpu, const struct loft_vcpu *vcpu)
{
	u32 intid;

	if (work_waits(vcpu))
		return false;
	intid = hostirq_ack();
	if (unlikely(intid != hostirq_kick || work_waits(vcpu))) {
		hostirq_put_back(cpu, intid);
		return false;
	}
	hostirq_drop(intid);
	hostirq_deactivate(intid);
	return true;
}

/* In the context of an interrupt, as the interrupt controller's own handler, which acknowledged and dropped it in the same way */
static void stray_work(struct irq_work *work)
{
	struct hostirq_cpu *cpu = container_of(work, struct hostirq_cpu, work);
	u32 intid = cpu->stray;

	cpu->stray = 0;
	if (generic_handle_domain_irq(irq_domain, intid))
		gic_write_dir(intid);
}

/**
 * hostirq_stray - after an exit for an interrupt or SError: if another interrupt than expected was acknowledged, let it be handled
 *
 * Context: interrupts off; it is handled when they come on.
 */
void hostirq_stray(void)
{
	struct hostirq_cpu *cpu = this_cpu_ptr(&hostirq_cpu);

	if (unlikely(cpu->stray))
		irq_work_queue(&cpu->work);
}

/**
 * hostirq_cpu_up - this CPU is about to run guests
 *
 * Context: interrupts off.
 */
void hostirq_cpu_up(void)
{
	struct hostirq_cpu *cpu = this_cpu_ptr(&hostirq_cpu);

	cpu->work = IRQ_WORK_INIT_HARD(stray_work);
	cpu->sgi_self = SGI_TO_SELF(read_cpuid_mpidr());
}

/* Linux numbers its inter-processor interrupts from SGI 0 on, one after another, and takes them by this name */
static bool sgi_is_ipi(u32 sgi, unsigned int base)
{
	unsigned int irq = irq_find_mapping(irq_domain, sgi);
	struct irq_data *data = irq ? irq_get_irq_data(irq) : NULL;
	struct irqaction *action = data ? irq_data_to_desc(data)->action : NULL;

	return irq == base + sgi && action && !strcmp(action->name, "IPI");
}

/**
 * hostirq_probe - which interrupts may be answered without the host?
 * @timer: the Linux number of the virtual timer's
 *
 * None if the kernel masks interrupts by priority, does not split EOI from deactivation, or has an erratum to work around
 * at the acknowledge. No rescheduling interrupts if this kernel's are not numbered as expected.
 */
void hostirq_probe(unsigned int timer)
{
	struct irq_data *data = irq_get_irq_data(timer);
	unsigned int base;

	if (loft_caps.gic != 3 || system_uses_irq_prio_masking() || !(read_sysreg_s(SYS_ICC_CTLR_EL1) & ICC_CTLR_EOIMODE) ||
	    cpus_have_final_cap(ARM64_WORKAROUND_CAVIUM_23154))
		return;
	irq_domain = data->domain;
	hostirq_timer = loft_caps.timer_hwirq;
	base = irq_find_mapping(irq_domain, SGI_RESCHEDULE);
	if (base && sgi_is_ipi(SGI_RESCHEDULE, base) && sgi_is_ipi(SGI_RESCHEDULE + 1, base))
		hostirq_kick = SGI_RESCHEDULE;
}
