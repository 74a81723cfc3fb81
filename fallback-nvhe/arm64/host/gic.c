// SPDX-License-Identifier: GPL-2.0-only
/*
 * GIC virtualisation hardware, seen from EL1. A GICv3's the lowvisor moves: this says what, and has the maintenance
 * interrupt. A GICv2's is memory, which gich.c moves from here.
 */
#include <linux/bitfield.h>
#include <linux/cpu.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include "nvhe.h"
#include "../../gich.h"

#define ICH_HCR_EOICOUNT	GENMASK(31, 27)

/* ICH_VTR_EL2 */
#define VTR_LISTREGS		GENMASK(4, 0)
#define VTR_PREBITS		GENMASK(28, 26)
#define VTR_PRIBITS		GENMASK(31, 29)

static_assert(VGIC_MAX_LRS == HOSTCALL_NR_LRS);

static unsigned int maint_irq;
static DEFINE_PER_CPU(int, maint_dev);

/**
 * nvhe_gic_enter - what the next entry puts into the list registers
 * @lr: the vCPU's interrupts
 * @gic: what the lowvisor sees of them
 */
void nvhe_gic_enter(const struct vgic_lr_state *lr, struct hostcall_gic *gic)
{
	u32 i;

	gic->hcr = lr->hcr;
	if (loft_caps.gic == 2) {
		gich_enter(lr);
		return;
	}
	gic->used = lr->hcr ? lr->used : 0;
	for (i = 0; i < gic->used; i++)
		gic->lr[i] = lr->lr[i];
}

/**
 * nvhe_gic_leave - what the guest made of them
 * @lr: the vCPU's interrupts
 * @gic: as the lowvisor left it
 */
void nvhe_gic_leave(struct vgic_lr_state *lr, const struct hostcall_gic *gic)
{
	u32 i;

	if (loft_caps.gic == 2) {
		gich_leave(lr);
		return;
	}
	lr->elrsr = gic->elrsr;
	lr->eoicount = FIELD_GET(ICH_HCR_EOICOUNT, gic->hcr_exit);
	for (i = 0; i < gic->used; i++)
		lr->lr[i] = gic->lr[i];
}

/* The exit that the maintenance interrupt forced is all it is for */
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

/**
 * nvhe_gic_probe - find the GIC's virtualisation hardware
 *
 * Return: 0 with loft_caps.gic 3 or 2, or 0 if there is none; an errno if there is one that cannot be had.
 */
int nvhe_gic_probe(void)
{
	int ret;

	if (!cpus_have_final_cap(ARM64_HAS_GIC_CPUIF_SYSREGS))
		return gich_probe();
	maint_irq = maint_find();
	if (!maint_irq)
		return 0;
	ret = request_percpu_irq(maint_irq, maint_handler, "loft-vgic", &maint_dev);
	if (ret) {
		pr_err("loft: the GIC maintenance interrupt is taken (%d): boot with kvm-arm.mode=none\n", ret);
		return ret;
	}
	loft_caps.gic = 3;
	return 0;
}

static void vtr_read(void *vtr)
{
	*(u64 *)vtr = nvhe_cpu_call(HOSTCALL_ICH_VTR, 0, 0, 0, 0);
}

/**
 * nvhe_gic_features - ask the hardware how much it has: the lowvisor's first call
 *
 * CPUs may differ: a vCPU uses what all of them have.
 *
 * Return: 0, or -EBUSY after a line in the log if EL2 does not answer as Loft's.
 */
int nvhe_gic_features(void)
{
	unsigned int cpu;
	u64 vtr = 1;

	if (loft_caps.gic != 3)
		return 0;
	loft_caps.nr_lrs = VGIC_MAX_LRS;
	loft_caps.pri_bits = 8;
	loft_caps.pre_bits = 7;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		if (vtr)
			smp_call_function_single(cpu, vtr_read, &vtr, 1);
		loft_caps.nr_lrs = min_t(unsigned int, loft_caps.nr_lrs, FIELD_GET(VTR_LISTREGS, vtr) + 1);
		loft_caps.pri_bits = min_t(unsigned int, loft_caps.pri_bits, FIELD_GET(VTR_PRIBITS, vtr) + 1);
		loft_caps.pre_bits = min_t(unsigned int, loft_caps.pre_bits, FIELD_GET(VTR_PREBITS, vtr) + 1);
	}
	cpus_read_unlock();
	if (vtr)
		return 0;
	pr_err("loft: EL2 belongs to somebody else, the kernel's own KVM: boot with kvm-arm.mode=none\n");
	return -EBUSY;
}

void nvhe_gic_exit(void)
{
	if (loft_caps.gic == 2)
		gich_exit();
	else if (loft_caps.gic)
		free_percpu_irq(maint_irq, &maint_dev);
}

/**
 * nvhe_gic_cpu_up - this CPU may run guests, if it has enough for them
 *
 * Context: interrupts off, EL2 is Loft's.
 * Return: false if it has less than is in use.
 */
bool nvhe_gic_cpu_up(void)
{
	u64 vtr;

	if (loft_caps.gic == 2)
		gich_cpu_up();
	if (loft_caps.gic != 3)
		return true;
	vtr_read(&vtr);
	if (FIELD_GET(VTR_LISTREGS, vtr) + 1 < loft_caps.nr_lrs || FIELD_GET(VTR_PRIBITS, vtr) + 1 < loft_caps.pri_bits ||
	    FIELD_GET(VTR_PREBITS, vtr) + 1 < loft_caps.pre_bits)
		return false;
	enable_percpu_irq(maint_irq, IRQ_TYPE_NONE);
	return true;
}

void nvhe_gic_cpu_down(void)
{
	if (loft_caps.gic == 2)
		gich_cpu_down();
	else if (loft_caps.gic)
		disable_percpu_irq(maint_irq);
}
