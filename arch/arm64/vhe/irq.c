// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that arrive for a guest while it runs, answered inside the switch: its virtual timer's PPI, and the
 * rescheduling interrupt by which another vCPU's thread says that it has sent an SGI.
 */
#include <loft/hostirq.h>
#include "vhe.h"

/*
 * The PPI is acknowledged as the host would: active from here on, it is the guest's, whose deactivation is the physical one.
 * vcpu->timer.hw_active says so to whoever takes the timer out of the hardware.
 */
static __always_inline bool irq_fast_timer(struct hostirq_cpu *irqs, struct loft_vcpu *vcpu)
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
	intid = hostirq_ack();
	vgic_quick_end(vcpu, ppi, slot, intid == hostirq_timer);
	if (unlikely(intid != hostirq_timer)) {
		hostirq_put_back(irqs, intid);
		return false;
	}
	hostirq_drop(intid);
	vcpu->timer.hw_active = true;
	gic_add(this_cpu_ptr(&vhe_cpu), &vcpu->lr, BIT(slot));
	return true;
}

static __always_inline bool irq_fast_kick(struct hostirq_cpu *irqs, struct loft_vcpu *vcpu)
{
	u32 slots;
	bool all;

	if (!vcpu->vm->vgic || !hostirq_take_kick(irqs, vcpu))
		return false;
	gic_look(&vcpu->lr, true);
	all = vgic_quick_sgis(vcpu, &slots);
	if (slots)
		gic_add(this_cpu_ptr(&vhe_cpu), &vcpu->lr, slots);
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
	struct hostirq_cpu *irqs = this_cpu_ptr(&hostirq_cpu);
	u32 intid = read_sysreg_s(SYS_ICC_HPPIR1_EL1);

	/* One at a time */
	if (unlikely(irqs->stray))
		return false;
	if (intid == hostirq_timer)
		return irq_fast_timer(irqs, vcpu);
	if (intid == hostirq_kick)
		return irq_fast_kick(irqs, vcpu);
	return false;
}
