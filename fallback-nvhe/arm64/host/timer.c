// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual timer in split mode: in the hardware only while its guest runs, its PPI tied to the guest's by the HW bit
 * of a list register.
 *
 * The lowvisor switches CNTV off at every exit, so the line drops before the host could take the interrupt; what fired
 * is read from the saved registers. From then until the guest deactivates its interrupt the physical one is made
 * active at each entry, or it would end that entry at once, and inactive again at each exit: nothing of the guest
 * stays in the host's GIC.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <asm/arch_timer.h>
#include "nvhe.h"

/* Position of the virtual timer among the interrupts of the devicetree node */
#define TIMER_DT_VIRT	2

static unsigned int timer_irq;
static DEFINE_PER_CPU(int, timer_dev);

static void timer_set_active(bool active)
{
	irq_set_irqchip_state(timer_irq, IRQCHIP_STATE_ACTIVE, active);
}

/* The GIC was faster than the line: nobody will deactivate it but us, since it is forwarded */
static irqreturn_t timer_handler(int irq, void *dev)
{
	timer_set_active(false);
	return IRQ_HANDLED;
}

/**
 * nvhe_timer_enter - the vCPU's virtual timer is about to go into the hardware
 * @vcpu: the vCPU
 * @hv: what the lowvisor sees of it
 *
 * Context: interrupts off.
 */
void nvhe_timer_enter(struct loft_vcpu *vcpu, const struct hostcall_vcpu *hv)
{
	struct loft_vtimer *timer = &vcpu->timer;

	/* Without a GIC of ours there is nobody to tell, and nobody who would deactivate it */
	if (vcpu->vm->vgic)
		timer->hw_active = vgic_hw_active(vcpu, timer->v_ppi);
	else
		timer->hw_active = nvhe_timer_asserted(hv->cntv_ctl);
	if (timer->hw_active)
		timer_set_active(true);
}

/* The state of the list register that carries the physical PPI; false if none does */
static bool timer_lr_state(const struct loft_vcpu *vcpu, u64 *state)
{
	u64 want = ICH_LR_HW | ((u64)loft_caps.timer_hwirq << ICH_LR_PHYS_ID_SHIFT);
	u32 i;

	for (i = 0; vcpu->lr.hcr && i < vcpu->lr.used; i++) {
		if ((vcpu->lr.lr[i] & (ICH_LR_HW | ICH_LR_PHYS_ID_MASK)) != want)
			continue;
		*state = vcpu->lr.lr[i] & ICH_LR_STATE;
		return true;
	}
	return false;
}

/**
 * nvhe_timer_leave - after an exit: did the timer fire, is the guest still at it?
 * @vcpu: the vCPU; its list registers have been read back
 * @hv: what the lowvisor saw
 *
 * To be called if the physical interrupt was active for the guest, or the timer asserts its line. If the guest has deactivated the interrupt and the line is still up, nothing is done: the next entry ends in the
 * physical interrupt.
 *
 * Context: interrupts off.
 */
void nvhe_timer_leave(struct loft_vcpu *vcpu, const struct hostcall_vcpu *hv)
{
	bool line = nvhe_timer_asserted(hv->cntv_ctl);
	u64 state = ICH_LR_PENDING_BIT;

	if (!vcpu->timer.hw_active) {
		vtimer_fired(vcpu);
		return;
	}
	timer_set_active(false);
	vcpu->timer.hw_active = false;
	if (timer_lr_state(vcpu, &state) && !state)
		return;
	/* The line dropped before the guest took the interrupt: take it back */
	if (!line && state == ICH_LR_PENDING_BIT && vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.v_ppi, false);
}

/**
 * nvhe_timer_probe - find and take the virtual timer's PPI
 *
 * Return: 0 or an errno, after a line in the log.
 */
int nvhe_timer_probe(void)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,armv8-timer");
	int ret;

	if (np) {
		timer_irq = irq_of_parse_and_map(np, TIMER_DT_VIRT);
		of_node_put(np);
	}
	if (!timer_irq) {
		pr_err("loft: no virtual timer interrupt in the device tree\n");
		return -ENODEV;
	}
	ret = request_percpu_irq(timer_irq, timer_handler, "loft-vtimer", &timer_dev);
	if (ret) {
		pr_err("loft: the virtual timer's interrupt is taken (%d): boot with kvm-arm.mode=none\n", ret);
		return ret;
	}
	/* Any pointer but NULL marks the interrupt as forwarded */
	ret = irq_set_vcpu_affinity(timer_irq, &timer_irq);
	if (ret) {
		pr_err("loft: this interrupt controller cannot forward the timer interrupt (%d)\n", ret);
		free_percpu_irq(timer_irq, &timer_dev);
		return ret;
	}
	loft_caps.timer_hwirq = irqd_to_hwirq(irq_get_irq_data(timer_irq));
	loft_caps.timer_hz = arch_timer_get_cntfrq();
	/* Out of the hardware whenever the guest does not run: a blocked vCPU needs a host timer */
	loft_caps.timer_always_on = false;
	return 0;
}

void nvhe_timer_exit(void)
{
	irq_set_vcpu_affinity(timer_irq, NULL);
	free_percpu_irq(timer_irq, &timer_dev);
}

void nvhe_timer_cpu_up(void)
{
	enable_percpu_irq(timer_irq, IRQ_TYPE_NONE);
}

void nvhe_timer_cpu_down(void)
{
	disable_percpu_irq(timer_irq);
}
