// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list-register driver of GICv2 hosts, for split mode on ARMv8 and ARMv7.
 *
 * GICH is memory, so the highvisor moves it: list registers before the call that enters the guest and after it, VMCR and
 * APR, which nobody but the guest changes, only when another vCPU comes to this CPU. GICH_HCR is 0 whenever the host
 * runs. With nothing in flight no register is touched.
 *
 * Barriers: GICH and GICV are Device-nGnRE, which keeps accesses in order within one of them only. What was written to
 * GICH is complete before the guest may read GICV_IAR, and what the guest wrote to GICV before GICH is read (DSB each).
 * An early acknowledgement, which nE would forbid, comes from a point behind which both go one way, to one device.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqchip/arm-gic.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <loft/backend.h>
#include "gich.h"

/* The regions of the devicetree node: distributor, CPU interface, then these two */
#define REG_GICH		2
#define REG_GICV		3

#define GICH_VTR_LISTREGS	GENMASK(5, 0)
#define GICH_HCR_LRENPIE	BIT(2)
#define GICH_HCR_EOICOUNT	GENMASK(31, 27)
/* Of ICH_HCR_EL2 as the vGIC makes it: what GICH_HCR has too. The trap of GICC_DIR is that its page is not mapped */
#define GICH_HCR_USED		(GICH_HCR_EN | GICH_HCR_UIE | GICH_HCR_LRENPIE | GICH_HCR_NPIE)
/* GICv2 has no more and no less in its virtual CPU interface (IHI 0048, GICH_VTR) */
#define GICH_PRIORITY_BITS	5

/* A list register in GICv3's format, and in GICv2's where the kernel's header has no mask */
#define LR_EOI			BIT_ULL(41)
#define LR_PINTID		GENMASK_ULL(41, 32)
#define LR_PRIORITY		GENMASK_ULL(55, 51)
#define LR_GROUP1		BIT_ULL(60)
#define LR_HW			BIT_ULL(61)
#define LR_STATE		GENMASK_ULL(63, 62)
#define GICH_LR_SOURCE		GENMASK(12, 10)
#define GICH_LR_PRIORITY	GENMASK(27, 23)

static_assert(VGIC_MAX_LRS <= 32);	/* one ELRSR */

static void __iomem *gich;
static unsigned int gich_irq;
static DEFINE_PER_CPU(int, gich_dev);
/* How many list registers may hold something, from the first on */
static DEFINE_PER_CPU(u32, gich_left);

static const struct of_device_id gich_match[] = {
	{ .compatible = "arm,gic-400" },
	{ .compatible = "arm,cortex-a15-gic" },
	{ .compatible = "arm,cortex-a7-gic" },
	{ }
};

static u32 lr_pack(u64 lr)
{
	u32 val = (lr & GICH_LR_VIRTUALID) | FIELD_PREP(GICH_LR_PRIORITY, FIELD_GET(LR_PRIORITY, lr)) |
		  FIELD_PREP(GICH_LR_STATE, FIELD_GET(LR_STATE, lr));

	if (lr & LR_GROUP1)
		val |= GICH_LR_GROUP1;
	if (lr & LR_HW)
		return val | GICH_LR_HW | FIELD_PREP(GICH_LR_PHYSID_CPUID, FIELD_GET(LR_PINTID, lr));
	if (lr & LR_EOI)
		val |= GICH_LR_EOI;
	return val | (lr & GICH_LR_SOURCE);
}

static void __iomem *lr_at(u32 i)
{
	return gich + GICH_LR0 + 4 * i;
}

/* Empty the list registers from @first on */
static void lrs_zero(u32 first, u32 end)
{
	for (; first < end; first++)
		writel_relaxed(0, lr_at(first));
}

/**
 * gich_enter - put a vCPU's interrupts into the list registers
 * @lr: the vCPU's, which is loaded
 *
 * Not needed if nothing is in flight now and nothing was at the vCPU's last entry.
 *
 * Context: interrupts off, the guest is entered next.
 */
void gich_enter(const struct vgic_lr_state *lr)
{
	u32 used = lr->hcr ? lr->used : 0;
	u32 i;

	for (i = 0; i < used; i++)
		writel_relaxed(lr_pack(lr->lr[i]), lr_at(i));
	lrs_zero(used, this_cpu_read(gich_left));
	this_cpu_write(gich_left, used);
	if (used)
		writel_relaxed(lr->hcr & GICH_HCR_USED, gich + GICH_HCR);
	/*
	 * DSB: the GIC has it all before the guest's first access to GICV; see above. And the timer's interrupt is active, which
	 * was written before this, when the guest's timer raises its line.
	 */
	wmb();
}

/**
 * gich_leave - what the guest made of them
 * @lr: as given to gich_enter()
 *
 * Not needed if nothing was in flight.
 *
 * Context: interrupts off, right after the exit.
 */
void gich_leave(struct vgic_lr_state *lr)
{
	u32 i, filled;

	if (!lr->hcr)
		return;
	/* DSB: the guest's last EOI has arrived; see above */
	mb();
	lr->elrsr = readl_relaxed(gich + GICH_ELRSR0);
	if (lr->hcr & GICH_HCR_LRENPIE)
		lr->eoicount = FIELD_GET(GICH_HCR_EOICOUNT, readl_relaxed(gich + GICH_HCR));
	/* The maintenance interrupt goes with it; should the host be faster, its handler has nothing to do */
	writel_relaxed(0, gich + GICH_HCR);
	filled = ~lr->elrsr & (BIT(lr->used) - 1);
	this_cpu_write(gich_left, fls(filled));
	for (i = 0; i < lr->used; i++) {
		u32 val = filled & BIT(i) ? readl_relaxed(lr_at(i)) : 0;

		/* The rest is as it was, and has more in it: an SGI's sender stays where the fold looks for it */
		lr->lr[i] = (lr->lr[i] & ~LR_STATE) | FIELD_PREP(LR_STATE, FIELD_GET(GICH_LR_STATE, val));
	}
}

/**
 * gich_load - this CPU's virtual CPU interface becomes a vCPU's
 * @lr: the vCPU's
 *
 * Context: interrupts off.
 */
void gich_load(const struct vgic_lr_state *lr)
{
	/* GICH_HCR is 0, but whether an EOI then finds a list register is nowhere said: not another vCPU's */
	lrs_zero(0, this_cpu_read(gich_left));
	this_cpu_write(gich_left, 0);
	writel_relaxed(lr->vmcr, gich + GICH_VMCR);
	writel_relaxed(lr->ap0r[0], gich + GICH_APR);
	/* The guest may read them though nothing is in flight and gich_enter() is left out */
	wmb();
}

/**
 * gich_save - take the virtual CPU interface's own state back
 * @lr: the vCPU's that was loaded here
 *
 * Context: interrupts off.
 */
void gich_save(struct vgic_lr_state *lr)
{
	/* DSB: what the guest wrote to GICV_PMR and its like has arrived; an exit with nothing in flight has none */
	mb();
	lr->vmcr = readl_relaxed(gich + GICH_VMCR);
	lr->ap0r[0] = readl_relaxed(gich + GICH_APR);
}

/* The exit that the maintenance interrupt forced is all it is for */
static irqreturn_t gich_handler(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static int gich_take(struct device_node *np)
{
	int ret;

	gich_irq = irq_of_parse_and_map(np, 0);
	if (!gich_irq) {
		pr_err("loft: the GICv2's maintenance interrupt is not in the device tree\n");
		return -ENODEV;
	}
	gich = of_iomap(np, REG_GICH);
	if (!gich) {
		pr_err("loft: the GICv2's list registers cannot be mapped\n");
		return -ENOMEM;
	}
	ret = request_percpu_irq(gich_irq, gich_handler, "loft-vgic", &gich_dev);
	if (!ret)
		return 0;
	pr_err("loft: the GIC maintenance interrupt is taken (%d): boot with kvm-arm.mode=none\n", ret);
	iounmap(gich);
	return ret;
}

/* GICV goes into the guest's memory map as it is */
static bool gicv_fits(const struct resource *gicv)
{
	if (PAGE_SIZE != SZ_4K) {
		pr_warn("loft: no vGIC: a GICv2's virtual CPU interface needs a host with 4K pages\n");
		return false;
	}
	if (IS_ALIGNED(gicv->start, PAGE_SIZE) && resource_size(gicv) >= PAGE_SIZE)
		return true;
	pr_warn("loft: no vGIC: the GICv2's virtual CPU interface %pR shares a page with something else\n", gicv);
	return false;
}

static int gich_probe_node(struct device_node *np, const struct resource *gicv)
{
	int ret;

	if (!gicv_fits(gicv))
		return 0;
	ret = gich_take(np);
	if (ret)
		return ret;
	loft_caps.gicv_pa = gicv->start;
	loft_caps.gicv_size = resource_size(gicv);
	loft_caps.nr_lrs = min_t(u32, FIELD_GET(GICH_VTR_LISTREGS, readl_relaxed(gich + GICH_VTR)) + 1, VGIC_MAX_LRS);
	loft_caps.pri_bits = GICH_PRIORITY_BITS;
	loft_caps.pre_bits = GICH_PRIORITY_BITS;
	loft_caps.gic = 2;
	return 0;
}

/**
 * gich_probe - find a GICv2's virtualisation hardware, and take it
 *
 * Context: may sleep.
 * Return: 0 with loft_caps.gic 2; 0 if there is none, or none that guests can use, which is logged; an errno after a
 * line in the log if there is one that cannot be had.
 */
int gich_probe(void)
{
	struct device_node *np;
	struct resource gicv;
	int ret;

	for_each_matching_node(np, gich_match) {
		/* A GIC behind another has no virtual half */
		if (of_address_to_resource(np, REG_GICV, &gicv))
			continue;
		ret = gich_probe_node(np, &gicv);
		of_node_put(np);
		return ret;
	}
	return 0;
}

/**
 * gich_exit - give back what gich_probe() took
 */
void gich_exit(void)
{
	free_percpu_irq(gich_irq, &gich_dev);
	iounmap(gich);
}

/**
 * gich_cpu_up - this CPU may run guests
 *
 * Context: interrupts off.
 */
void gich_cpu_up(void)
{
	writel_relaxed(0, gich + GICH_HCR);
	lrs_zero(0, loft_caps.nr_lrs);
	this_cpu_write(gich_left, 0);
	enable_percpu_irq(gich_irq, IRQ_TYPE_NONE);
}

/**
 * gich_cpu_down - no guest runs on this CPU any more
 *
 * Context: interrupts off.
 */
void gich_cpu_down(void)
{
	disable_percpu_irq(gich_irq);
	lrs_zero(0, this_cpu_read(gich_left));
	this_cpu_write(gich_left, 0);
}
