// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that arrive for a guest while it runs, answered inside the switch: its virtual timer's PPI, and the
 * rescheduling interrupt by which another vCPU's thread says that it has sent an SGI.
 *
 * Only these two are acknowledged here. The GIC's acknowledge may still return another one that became pending since its
 * number was read: that one is made good in irq_stray(), and nothing of the host's is lost. The host counts neither.
 */
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/interrupt.h>
#include <asm/arch_gicv3.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <loft/work.h>
#include "vhe.h"

/* INTID of what Linux calls a rescheduling interrupt: the first of its inter-processor interrupts, on SGI 0 */
#define SGI_RESCHEDULE		0
#define NR_SGIS			16
/* ICC_SGI1R_EL1.INTID */
#define SGI_ID_SHIFT		24
/* First INTID that names no interrupt */
#define INTID_SPECIAL		1020
#define NR_SPECIAL		4
/* What no INTID is: ICC_HPPIR1_EL1 has 24 bits */
#define INTID_NONE		(~0U)

#define ICC_CTLR_EOIMODE	BIT(1)
#define SGI_TO_SELF(mpidr)	((u64)MPIDR_AFFINITY_LEVEL(mpidr, 3) << 48 |		\
				 (u64)MPIDR_AFFINITY_LEVEL(mpidr, 2) << 32 |		\
				 (u64)MPIDR_AFFINITY_LEVEL(mpidr, 1) << 16 |		\
				 (u64)(MPIDR_AFFINITY_LEVEL(mpidr, 0) >> 4) << 44 |	\
				 BIT(MPIDR_AFFINITY_LEVEL(mpidr, 0) & 0xf))

static u32 irq_timer __ro_after_init = INTID_NONE;
static u32 irq_kick __ro_after_init = INTID_NONE;
static struct irq_domain *irq_domain __ro_after_init;

static __always_inline u32 irq_ack(void)
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
static __always_inline void irq_drop(u32 intid)
{
	write_sysreg_s(intid, SYS_ICC_EOIR1_EL1);
}

static __always_inline void irq_deactivate(u32 intid)
{
	/* The priority drop comes first */
	isb();
	write_sysreg_s(intid, SYS_ICC_DIR_EL1);
	/* The ERET, or an ISB of the full exit, completes it */
}

/*
 * Not the one that was to be acknowledged. An SGI has no state but being pending, and is again after this; any other stays
 * active, so it cannot come twice, until its handler is called from irq_stray().
 */
static noinstr void irq_put_back(struct vhe_cpu *cpu, u32 intid)
{
	if (intid - INTID_SPECIAL < NR_SPECIAL)
		return;
	irq_drop(intid);
	if (intid >= NR_SGIS) {
		cpu->stray = intid;
		return;
	}
	irq_deactivate(intid);
	isb();
	write_sysreg_s(cpu->sgi_self | (u64)intid << SGI_ID_SHIFT, SYS_ICC_SGI1R_EL1);
	isb();
}

/*
 * The PPI is acknowledged as the host would: active from here on, it is the guest's, whose deactivation is the physical one.
 * vcpu->timer.hw_active says so to whoever takes the timer out of the hardware.
 */
static __always_inline bool irq_fast_timer(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	u32 ppi = vcpu->timer.v_ppi;
	u32 intid;
	int slot;

	/* The guest was faster than the GIC: nobody would deactivate it */
	if (!timer_asserted())
		return false;
	gic_look(&vcpu->lr, false);
	slot = vgic_quick_begin(vcpu, ppi);
	if (slot < 0)
		return false;
	intid = irq_ack();
	vgic_quick_end(vcpu, ppi, slot, intid == irq_timer);
	if (unlikely(intid != irq_timer)) {
		irq_put_back(cpu, intid);
		return false;
	}
	irq_drop(intid);
	vcpu->timer.hw_active = true;
	gic_add(cpu, &vcpu->lr, BIT(slot));
	return true;
}

/*
 * The host's own handler would look whether the thread has to be rescheduled, and so do we, before the acknowledge and after
 * it: what the host sets before it sends the interrupt is visible then. If so the interrupt is the host's.
 */
static __always_inline bool irq_fast_kick(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	u32 intid, slots;
	bool all;

	if (work_waits(vcpu) || !vcpu->vm->vgic)
		return false;
	intid = irq_ack();
	if (unlikely(intid != irq_kick || work_waits(vcpu))) {
		irq_put_back(cpu, intid);
		return false;
	}
	irq_drop(intid);
	irq_deactivate(intid);
	gic_look(&vcpu->lr, true);
	all = vgic_quick_sgis(vcpu, &slots);
	if (slots)
		gic_add(cpu, &vcpu->lr, slots);
	return all;
}

/**
 * vhe_fast_irq - try to answer an interrupt without leaving the switch
 * @vcpu: the vCPU; x0..x18, x30 and SP_EL0 are in memory
 *
 * Context: the switch window, from the vector.
 * Return: true if the guest may resume.
 */
asmlinkage noinstr bool vhe_fast_irq(struct loft_vcpu *vcpu)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);
	u32 intid = read_sysreg_s(SYS_ICC_HPPIR1_EL1);

	/* One at a time */
	if (unlikely(cpu->stray))
		return false;
	if (intid == irq_timer)
		return irq_fast_timer(cpu, vcpu);
	if (intid == irq_kick)
		return irq_fast_kick(cpu, vcpu);
	return false;
}

/* In the context of an interrupt, as the interrupt controller's own handler, which acknowledged and dropped it in the same way */
static void irq_stray_work(struct irq_work *work)
{
	struct vhe_cpu *cpu = container_of(work, struct vhe_cpu, stray_work);
	u32 intid = cpu->stray;

	cpu->stray = 0;
	if (generic_handle_domain_irq(irq_domain, intid))
		gic_write_dir(intid);
}

/**
 * irq_stray - after an exit at which another interrupt than expected was acknowledged: let it be handled
 * @cpu: this CPU
 *
 * Context: interrupts off; it is handled when they come on.
 */
void irq_stray(struct vhe_cpu *cpu)
{
	irq_work_queue(&cpu->stray_work);
}

void irq_cpu_up(struct vhe_cpu *cpu)
{
	cpu->stray_work = IRQ_WORK_INIT_HARD(irq_stray_work);
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
 * irq_probe - which interrupts may be answered in the switch?
 * @timer: the Linux number of the virtual timer's
 *
 * None if the kernel masks interrupts by priority, does not split EOI from deactivation, or has an erratum to work around
 * at the acknowledge. No rescheduling interrupts if this kernel's are not numbered as expected.
 */
void irq_probe(unsigned int timer)
{
	struct irq_data *data = irq_get_irq_data(timer);
	unsigned int base;

	if (!loft_caps.gic || system_uses_irq_prio_masking() || !(read_sysreg_s(SYS_ICC_CTLR_EL1) & ICC_CTLR_EOIMODE) ||
	    cpus_have_final_cap(ARM64_WORKAROUND_CAVIUM_23154))
		return;
	irq_domain = data->domain;
	irq_timer = loft_caps.timer_hwirq;
	base = irq_find_mapping(irq_domain, SGI_RESCHEDULE);
	if (base && sgi_is_ipi(SGI_RESCHEDULE, base) && sgi_is_ipi(SGI_RESCHEDULE + 1, base))
		irq_kick = SGI_RESCHEDULE;
}
