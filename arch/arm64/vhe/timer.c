// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual timer while it is in the hardware: loaded with its vCPU, still ticking when host userspace or
 * another task runs, and its PPI tied to the guest's by the HW bit of a list register.
 *
 * The PPI is forwarded: the host's end of interrupt drops the priority but leaves it active, so a timer that
 * stays asserted cannot storm the host. The guest's deactivation ends that, or eviction, or timer_leave() when
 * the line dropped before the guest took the interrupt.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <asm/arch_timer.h>
#include <asm/cpufeature.h>
#include <loft/hostirq.h>
#include "vhe.h"

/* Position of the virtual timer among the interrupts of the devicetree node */
#define TIMER_DT_VIRT	2
/* CNTHCTL_EL2 as laid out with E2H=1: EL1 accesses to the physical counter, to the physical timer */
#define CNTHCTL_E2H_EL1PCTEN	BIT(10)
#define CNTHCTL_E2H_EL1PTEN		BIT(11)

static unsigned int timer_irq;
static DEFINE_PER_CPU(u64, timer_cnthctl);
static DEFINE_PER_CPU(int, timer_dev);

static void timer_set_active(bool active)
{
	irq_set_irqchip_state(timer_irq, IRQCHIP_STATE_ACTIVE, active);
}

static irqreturn_t timer_handler(int irq, void *dev)
{
	struct loft_vcpu *vcpu = this_cpu_ptr(&vhe_cpu)->resident;

	/* Evicted, or reprogrammed, since the GIC signalled it: nobody will deactivate it but us */
	if (!vcpu || !timer_asserted()) {
		timer_set_active(false);
		return IRQ_HANDLED;
	}
	vcpu->timer.hw_active = true;
	vtimer_fired(vcpu);
	return IRQ_HANDLED;
}

/**
 * timer_load - put a vCPU's virtual timer into the hardware
 * @vcpu: the vCPU that becomes resident
 *
 * Context: interrupts off.
 */
void timer_load(struct loft_vcpu *vcpu)
{
	struct loft_vtimer *timer = &vcpu->timer;

	vtimer_loading(vcpu);
	/* In the guest's hands already: it must not fire again before the guest is done with it */
	if (vgic_present(vcpu->vm) && vgic_hw_active(vcpu, timer->v_ppi)) {
		timer_set_active(true);
		timer->hw_active = true;
	}
	write_sysreg(vtimer_offset(vcpu->vm), cntvoff_el2);
	write_sysreg_s(timer->v.cval, SYS_CNTV_CVAL_EL02);
	/* The enable must not be seen with the compare value of somebody else */
	isb();
	write_sysreg_s(timer->v.ctl, SYS_CNTV_CTL_EL02);
}

/**
 * timer_save - take a vCPU's virtual timer out of the hardware
 * @vcpu: the vCPU that was resident
 *
 * Context: interrupts off.
 */
void timer_save(struct loft_vcpu *vcpu)
{
	struct loft_vtimer *timer = &vcpu->timer;

	timer->v.ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);
	timer->v.cval = read_sysreg_s(SYS_CNTV_CVAL_EL02);
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
	/* The line drops before the active state does, or the PPI would be taken for nobody */
	isb();
	if (timer->hw_active) {
		timer_set_active(false);
		timer->hw_active = false;
	}
	vtimer_evicted(vcpu);
}

/**
 * timer_enter - before an entry with the PPI held active: does the guest still have it?
 * @vcpu: the vCPU
 *
 * A guest may deactivate it without a list register, by the distributor or ICC_DIR_EL1: that was emulated, and the
 * physical interrupt has to follow or it never fires again.
 *
 * Context: interrupts off, list registers filled.
 */
void timer_enter(struct loft_vcpu *vcpu)
{
	if (!vgic_present(vcpu->vm) || vgic_hw_active(vcpu, vcpu->timer.v_ppi))
		return;
	timer_set_active(false);
	vcpu->timer.hw_active = false;
}

/* The state of the list register that carries the physical PPI; false if none does */
static bool timer_lr_state(const struct loft_vcpu *vcpu, u64 *state)
{
	u64 want = ICH_LR_HW | ((u64)loft_caps.timer_hwirq << ICH_LR_PHYS_ID_SHIFT);
	u32 i;

	for (i = 0; i < vcpu->lr.used; i++) {
		if ((vcpu->lr.lr[i] & (ICH_LR_HW | ICH_LR_PHYS_ID_MASK)) != want)
			continue;
		*state = vcpu->lr.lr[i] & ICH_LR_STATE;
		return true;
	}
	return false;
}

/**
 * timer_leave - after an exit with the PPI held active: is it still the guest's?
 * @vcpu: the vCPU; its list registers have been read back
 *
 * Context: interrupts off.
 */
void timer_leave(struct loft_vcpu *vcpu)
{
	bool line = timer_asserted();
	u64 state = ICH_LR_PENDING_BIT;

	if (timer_lr_state(vcpu, &state) && !state) {
		/* Deactivated by the guest, and the physical PPI with it: it fires again if the line is still up */
		vcpu->timer.hw_active = false;
		return;
	}
	if (line || state != ICH_LR_PENDING_BIT)
		return;
	/* The line dropped before the guest took the interrupt: take it back */
	timer_set_active(false);
	vcpu->timer.hw_active = false;
	if (vgic_present(vcpu->vm))
		vgic_inject(vcpu->vm, vcpu, vcpu->timer.v_ppi, false);
}

/**
 * timer_probe - find and take the virtual timer's PPI
 *
 * Return: 0 or an errno, after a line in the log.
 */
int timer_probe(void)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,armv8-timer");
	int ret;

	if (np) {
		timer_irq = irq_of_parse_and_map(np, TIMER_DT_VIRT);
		loft_caps.timer_always_on = of_property_read_bool(np, "always-on");
		of_node_put(np);
	}
	if (!timer_irq) {
		pr_err("loft: no virtual timer interrupt in the device tree\n");
		return -ENODEV;
	}
	ret = request_percpu_irq(timer_irq, timer_handler, "loft-vtimer", &timer_dev);
	if (ret)
		return vhe_taken("the virtual timer's interrupt", ret);
	/* Any pointer but NULL marks the interrupt as forwarded */
	ret = irq_set_vcpu_affinity(timer_irq, &timer_irq);
	if (ret) {
		pr_err("loft: this interrupt controller cannot forward the timer interrupt (%d)\n", ret);
		free_percpu_irq(timer_irq, &timer_dev);
		return ret;
	}
	loft_caps.timer_hwirq = irqd_to_hwirq(irq_get_irq_data(timer_irq));
	loft_caps.timer_hz = arch_timer_get_cntfrq();
	hostirq_probe(timer_irq);
	return 0;
}

void timer_exit(void)
{
	irq_set_vcpu_affinity(timer_irq, NULL);
	free_percpu_irq(timer_irq, &timer_dev);
}

/*
 * Guests read the physical counter freely and trap on the physical timer. Both bits concern EL1 only, which a
 * host in EL2 has not: they need no switching. The bits below them are the host's CNTKCTL_EL1.
 */
static void timer_cpu_regs(void)
{
	u64 val = read_sysreg(cnthctl_el2);

	write_sysreg((val | CNTHCTL_E2H_EL1PCTEN) & ~CNTHCTL_E2H_EL1PTEN, cnthctl_el2);
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
	isb();
}

void timer_cpu_wake(void)
{
	timer_cpu_regs();
	enable_percpu_irq(timer_irq, IRQ_TYPE_NONE);
}

void timer_cpu_up(void)
{
	__this_cpu_write(timer_cnthctl, read_sysreg(cnthctl_el2) & (CNTHCTL_E2H_EL1PCTEN | CNTHCTL_E2H_EL1PTEN));
	timer_cpu_wake();
}

void timer_cpu_down(void)
{
	u64 val = read_sysreg(cnthctl_el2) & ~(CNTHCTL_E2H_EL1PCTEN | CNTHCTL_E2H_EL1PTEN);

	disable_percpu_irq(timer_irq);
	write_sysreg(val | __this_cpu_read(timer_cnthctl), cnthctl_el2);
	isb();
}
