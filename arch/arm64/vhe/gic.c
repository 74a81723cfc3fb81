// SPDX-License-Identifier: GPL-2.0-only
/*
 * GICv3 virtualisation hardware: list registers, and the maintenance interrupt.
 */
#include <linux/cpu.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include "vhe.h"

/* ICH_HCR_EL2: the interface is on; EOIs that found no list register */
#define ICH_HCR_ON		BIT(0)
#define ICH_HCR_EOICOUNT	GENMASK(31, 27)

/* ICH_VTR_EL2 */
#define VTR_LISTREGS		GENMASK(4, 0)
#define VTR_PREBITS		GENMASK(28, 26)
#define VTR_PRIBITS		GENMASK(31, 29)

static unsigned int maint_irq;
static DEFINE_PER_CPU(int, maint_dev);

#define LR_CASES(op) \
	op(15) op(14) op(13) op(12) op(11) op(10) op(9) op(8) \
	op(7) op(6) op(5) op(4) op(3) op(2) op(1) op(0)

#define LR_WRITE_CASE(n)						\
	case n + 1:							\
		write_sysreg_s(lr->lr[n], SYS_ICH_LR##n##_EL2);		\
		fallthrough;
#define LR_READ_CASE(n)							\
	case n + 1:							\
		lr->lr[n] = read_sysreg_s(SYS_ICH_LR##n##_EL2);		\
		fallthrough;

#define LR_CLEAR_CASE(n)						\
	case n + 1:							\
		write_sysreg_s(0, SYS_ICH_LR##n##_EL2);			\
		if (n == from)						\
			return;						\
		fallthrough;

/* Empty list registers @from to @to - 1 */
static void lr_clear(u32 from, u32 to)
{
	switch (to) {
	LR_CASES(LR_CLEAR_CASE)
	default:
		break;
	}
}

/**
 * gic_enter - put a vCPU's interrupts into the list registers
 * @cpu: this CPU
 * @lr: what to put there, perhaps nothing
 *
 * What an earlier entry left must not be there any more, even with the interface off: ICC_HPPIR1_EL1 would show it.
 *
 * Context: interrupts off, before the switch.
 */
void gic_enter(struct vhe_cpu *cpu, const struct vgic_lr_state *lr)
{
	switch (lr->used) {
	LR_CASES(LR_WRITE_CASE)
	default:
		break;
	}
	if (unlikely(cpu->lrs_loaded > lr->used))
		lr_clear(lr->used, cpu->lrs_loaded);
	cpu->lrs_loaded = lr->used;
	write_sysreg_s(lr->hcr, SYS_ICH_HCR_EL2);
	/* The ERET synchronises: the CPU interface sees list registers and enable together */
}

/**
 * gic_leave - read the list registers back and switch the virtual interface off
 * @lr: as given to gic_enter()
 *
 * An enabled interface would raise maintenance interrupts in host context.
 *
 * Context: interrupts off, after the switch.
 */
void gic_leave(struct vgic_lr_state *lr)
{
	lr->elrsr = read_sysreg_s(SYS_ICH_ELRSR_EL2);
	if (unlikely(lr->hcr != ICH_HCR_ON))
		lr->eoicount = FIELD_GET(ICH_HCR_EOICOUNT, read_sysreg_s(SYS_ICH_HCR_EL2));
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	switch (lr->used) {
	LR_CASES(LR_READ_CASE)
	default:
		break;
	}
}

#define LR_READ_ONE(n)							\
	if (mask & BIT(n))						\
		lr->lr[n] = read_sysreg_s(SYS_ICH_LR##n##_EL2);
#define LR_WRITE_ONE(n)							\
	if (mask & BIT(n))						\
		write_sysreg_s(lr->lr[n], SYS_ICH_LR##n##_EL2);

/* Most machines have four */
#define LR_SOME(op, mask)						\
	op(0) op(1) op(2) op(3)						\
	if (unlikely((mask) >> 4)) {					\
		op(4) op(5) op(6) op(7) op(8) op(9)			\
		op(10) op(11) op(12) op(13) op(14) op(15)		\
	}

/**
 * gic_look - what has the guest made of its list registers so far?
 * @lr: its interrupts; @lr->elrsr is updated
 * @all: read the list registers that are not empty too
 *
 * Context: the switch window.
 */
noinstr void gic_look(struct vgic_lr_state *lr, bool all)
{
	u32 mask;

	if (!lr->used)
		return;
	lr->elrsr = read_sysreg_s(SYS_ICH_ELRSR_EL2);
	if (!all)
		return;
	mask = (BIT(lr->used) - 1) & ~lr->elrsr;
	LR_SOME(LR_READ_ONE, mask)
}

/**
 * gic_add - more interrupts for a guest that runs
 * @cpu: this CPU
 * @lr: its interrupts
 * @mask: list registers to write, not 0
 *
 * Context: the switch window. The ERET synchronises.
 */
noinstr void gic_add(struct vhe_cpu *cpu, const struct vgic_lr_state *lr, u32 mask)
{
	LR_SOME(LR_WRITE_ONE, mask)
	if (cpu->lrs_loaded < lr->used)
		cpu->lrs_loaded = lr->used;
	write_sysreg_s(ICH_HCR_ON, SYS_ICH_HCR_EL2);
}

/* Active priorities of groups 0 and 1; how many registers exist follows from the preemption bits */
static void apr_load(const struct vgic_lr_state *lr)
{
	write_sysreg_s(lr->ap0r[0], SYS_ICH_AP0R0_EL2);
	write_sysreg_s(lr->ap1r[0], SYS_ICH_AP1R0_EL2);
	if (loft_caps.pre_bits < 6)
		return;
	write_sysreg_s(lr->ap0r[1], SYS_ICH_AP0R1_EL2);
	write_sysreg_s(lr->ap1r[1], SYS_ICH_AP1R1_EL2);
	if (loft_caps.pre_bits < 7)
		return;
	write_sysreg_s(lr->ap0r[2], SYS_ICH_AP0R2_EL2);
	write_sysreg_s(lr->ap0r[3], SYS_ICH_AP0R3_EL2);
	write_sysreg_s(lr->ap1r[2], SYS_ICH_AP1R2_EL2);
	write_sysreg_s(lr->ap1r[3], SYS_ICH_AP1R3_EL2);
}

static void apr_save(struct vgic_lr_state *lr)
{
	lr->ap0r[0] = read_sysreg_s(SYS_ICH_AP0R0_EL2);
	lr->ap1r[0] = read_sysreg_s(SYS_ICH_AP1R0_EL2);
	if (loft_caps.pre_bits < 6)
		return;
	lr->ap0r[1] = read_sysreg_s(SYS_ICH_AP0R1_EL2);
	lr->ap1r[1] = read_sysreg_s(SYS_ICH_AP1R1_EL2);
	if (loft_caps.pre_bits < 7)
		return;
	lr->ap0r[2] = read_sysreg_s(SYS_ICH_AP0R2_EL2);
	lr->ap0r[3] = read_sysreg_s(SYS_ICH_AP0R3_EL2);
	lr->ap1r[2] = read_sysreg_s(SYS_ICH_AP1R2_EL2);
	lr->ap1r[3] = read_sysreg_s(SYS_ICH_AP1R3_EL2);
}

/**
 * gic_load - the resident part of the virtual CPU interface, into the hardware
 * @lr: state to load
 */
void gic_load(const struct vgic_lr_state *lr)
{
	if (!loft_caps.gic)
		return;
	write_sysreg_s(lr->vmcr, SYS_ICH_VMCR_EL2);
	apr_load(lr);
}

/**
 * gic_save - the resident part of the virtual CPU interface, to memory
 * @lr: where to
 */
void gic_save(struct vgic_lr_state *lr)
{
	if (!loft_caps.gic)
		return;
	lr->vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	apr_save(lr);
}

/*
 * The exit that the maintenance interrupt forced is all it is for. By now ICH_HCR_EL2 is 0 and the level gone; the
 * handler runs only if the GIC was faster.
 */
static irqreturn_t maint_handler(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static unsigned int maint_find(void)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	unsigned int irq;

	if (!np)
		return 0;
	irq = irq_of_parse_and_map(np, 0);
	of_node_put(np);
	return irq;
}

static void vtr_read(void *vtr)
{
	*(u64 *)vtr = read_sysreg_s(SYS_ICH_VTR_EL2);
}

/* CPUs may differ: a vCPU uses what all of them have. Returns false if this one has less than is in use. */
static bool vtr_fits(u64 vtr)
{
	return FIELD_GET(VTR_LISTREGS, vtr) + 1 >= loft_caps.nr_lrs &&
	       FIELD_GET(VTR_PRIBITS, vtr) + 1 >= loft_caps.pri_bits &&
	       FIELD_GET(VTR_PREBITS, vtr) + 1 >= loft_caps.pre_bits;
}

static void vtr_probe(void)
{
	unsigned int cpu;
	u64 vtr = 0;

	loft_caps.nr_lrs = VGIC_MAX_LRS;
	loft_caps.pri_bits = 8;
	loft_caps.pre_bits = 7;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, vtr_read, &vtr, 1);
		loft_caps.nr_lrs = min_t(unsigned int, loft_caps.nr_lrs, FIELD_GET(VTR_LISTREGS, vtr) + 1);
		loft_caps.pri_bits = min_t(unsigned int, loft_caps.pri_bits, FIELD_GET(VTR_PRIBITS, vtr) + 1);
		loft_caps.pre_bits = min_t(unsigned int, loft_caps.pre_bits, FIELD_GET(VTR_PREBITS, vtr) + 1);
	}
	cpus_read_unlock();
}

/**
 * gic_probe - find the GICv3 virtualisation hardware
 *
 * Return: 0 with loft_caps.gic 3, or 0 if there is none; an errno if there is one that cannot be had.
 */
int gic_probe(void)
{
	int ret;

	if (!cpus_have_final_cap(ARM64_HAS_GIC_CPUIF_SYSREGS))
		return 0;
	maint_irq = maint_find();
	if (!maint_irq)
		return 0;
	ret = request_percpu_irq(maint_irq, maint_handler, "loft-vgic", &maint_dev);
	if (ret)
		return vhe_taken("the GIC maintenance interrupt", ret);
	vtr_probe();
	loft_caps.gic = 3;
	return 0;
}

void gic_exit(void)
{
	if (loft_caps.gic)
		free_percpu_irq(maint_irq, &maint_dev);
}

/*
 * ICC_SRE_EL1 is one register for host and guest, and some GICs let it switch to the GICv2 interface: guests trap on it.
 * A host in EL2 is not concerned by ICC_SRE_EL2.Enable.
 */
static void sre_trap(bool trap)
{
	u64 sre = read_sysreg_s(SYS_ICC_SRE_EL2);

	write_sysreg_s(trap ? sre & ~ICC_SRE_EL2_ENABLE : sre | ICC_SRE_EL2_ENABLE, SYS_ICC_SRE_EL2);
	isb();
}

static void gic_cpu_regs(void)
{
	sre_trap(true);
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	this_cpu_ptr(&vhe_cpu)->lrs_loaded = loft_caps.nr_lrs;
}

void gic_cpu_wake(void)
{
	if (!loft_caps.gic)
		return;
	gic_cpu_regs();
	enable_percpu_irq(maint_irq, IRQ_TYPE_NONE);
}

bool gic_cpu_up(void)
{
	if (!loft_caps.gic)
		return true;
	if (!vtr_fits(read_sysreg_s(SYS_ICH_VTR_EL2)))
		return false;
	gic_cpu_wake();
	return true;
}

void gic_cpu_down(void)
{
	if (!loft_caps.gic)
		return;
	disable_percpu_irq(maint_irq);
	gic_cpu_regs();
	sre_trap(false);
}
