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
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <asm/arch_timer.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "timer.h"

/* A list register, in GICv3's format */
#define LR_PINTID		GENMASK_ULL(41, 32)
#define LR_HW			BIT_ULL(61)
#define LR_PENDING		BIT_ULL(62)
#define LR_STATE		GENMASK_ULL(63, 62)

/* Position of the virtual timer among the interrupts of the devicetree node */
#define TIMER_DT_VIRT	2

static const struct of_device_id timer_match[] = {
	{ .compatible = "arm,armv8-timer" },
	{ .compatible = "arm,armv7-timer" },
	{ }
};

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
 * @ctl: CNTV_CTL as it is to be
 *
 * Context: interrupts off.
 */
void nvhe_timer_enter(struct loft_vcpu *vcpu, u64 ctl)
{
	struct loft_vtimer *timer = &vcpu->timer;

	/* Without a GIC of ours there is nobody to tell, and nobody who would deactivate it */
	if (vcpu->vm->vgic)
		timer->hw_active = vgic_hw_active(vcpu, timer->v_ppi);
	else
		timer->hw_active = nvhe_timer_asserted(ctl);
	if (timer->hw_active)
		timer_set_active(true);
}

/* The state of the list register that carries the physical PPI; false if none does */
static bool timer_lr_state(const struct loft_vcpu *vcpu, u64 *state)
{
	u64 want = LR_HW | FIELD_PREP(LR_PINTID, loft_caps.timer_hwirq);
	u32 i;

	for (i = 0; vcpu->lr.hcr && i < vcpu->lr.used; i++) {
		if ((vcpu->lr.lr[i] & (LR_HW | LR_PINTID)) != want)
			continue;
		*state = vcpu->lr.lr[i] & LR_STATE;
		return true;
	}
	return false;
}

/**
 * nvhe_timer_leave - after an exit: did the timer fire, is the guest still at it?
 * @vcpu: the vCPU; its list registers have been read back
 * @ctl: CNTV_CTL as the lowvisor saved it, with ISTATUS
 *
 * To be called if the physical interrupt was active for the guest, or the timer asserts its line. If the guest has
 * deactivated the interrupt and the line is still up, nothing is done: the next entry ends in the physical interrupt.
 *
 * Context: interrupts off.
 */
void nvhe_timer_leave(struct loft_vcpu *vcpu, u64 ctl)
{
	bool line = nvhe_timer_asserted(ctl);
	u64 state = LR_PENDING;

	if (!vcpu->timer.hw_active) {
		vtimer_fired(vcpu);
		return;
	}
	timer_set_active(false);
	vcpu->timer.hw_active = false;
	if (timer_lr_state(vcpu, &state) && !state)
		return;
	/* The line dropped before the guest took the interrupt: take it back */
	if (!line && state == LR_PENDING && vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.v_ppi, false);
}

/**
 * nvhe_timer_probe - find and take the virtual timer's PPI
 *
 * Return: 0 or an errno, after a line in the log.
 */
int nvhe_timer_probe(void)
{
	struct device_node *np = of_find_matching_node(NULL, timer_match);
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
		pr_err("loft: the virtual timer's interrupt is taken (%d): %s\n", ret, NVHE_TIMER_TAKEN);
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

/**
 * nvhe_timer_irq - the Linux number of the virtual timer's PPI
 */
unsigned int nvhe_timer_irq(void)
{
	return timer_irq;
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
