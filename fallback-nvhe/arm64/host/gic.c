// SPDX-License-Identifier: GPL-2.0-only
/*
 * GICv3 virtualisation hardware, seen from EL1: the lowvisor moves it, this says what, and has the maintenance interrupt.
 */
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <asm/cpufeature.h>
#include "nvhe.h"

#define ICH_HCR_EOICOUNT	GENMASK(31, 27)

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

	if (!gic->hcr)
		return;
	lr->elrsr = gic->elrsr;
	lr->misr = gic->misr;
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
 * nvhe_gic_probe - find the GICv3 virtualisation hardware
 *
 * Return: 0 with loft_caps.gic 3, or 0 if there is none; an errno if there is one that cannot be had.
 */
int nvhe_gic_probe(void)
{
	int ret;

	if (!cpus_have_final_cap(ARM64_HAS_GIC_CPUIF_SYSREGS))
		return 0;
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

/**
 * nvhe_gic_features - ask the hardware how much it has: the lowvisor's first call
 *
 * Return: 0, or -EBUSY after a line in the log if EL2 does not answer as Loft's.
 */
int nvhe_gic_features(void)
{
	u64 vtr;

	if (!loft_caps.gic)
		return 0;
	vtr = nvhe_cpu_call(HOSTCALL_ICH_VTR, 0, 0, 0, 0);
	if (!vtr || vtr >> 32) {
		pr_err("loft: EL2 belongs to somebody else, the kernel's own KVM: boot with kvm-arm.mode=none\n");
		return -EBUSY;
	}
	loft_caps.nr_lrs = FIELD_GET(GENMASK(4, 0), vtr) + 1;
	loft_caps.pri_bits = FIELD_GET(GENMASK(31, 29), vtr) + 1;
	loft_caps.pre_bits = FIELD_GET(GENMASK(28, 26), vtr) + 1;
	return 0;
}

void nvhe_gic_exit(void)
{
	if (loft_caps.gic)
		free_percpu_irq(maint_irq, &maint_dev);
}

void nvhe_gic_cpu_up(void)
{
	if (loft_caps.gic)
		enable_percpu_irq(maint_irq, IRQ_TYPE_NONE);
}

void nvhe_gic_cpu_down(void)
{
	if (loft_caps.gic)
		disable_percpu_irq(maint_irq);
}
