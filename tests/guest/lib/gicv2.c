// SPDX-License-Identifier: GPL-2.0-only
// What only a GICv2 has: banked registers, target lists, SGIs that know their sender, a CPU interface in memory.
#include "gic.h"
#include "cpu.h"
#include "layout.h"

#define GICC_CTLR_EN	BIT(0)	/* group 0: without security extensions the only one that needs no more */
#define GICC_CTLR_EOIM	BIT(9)
#define SGIR_OTHERS	BIT(24)

/* The sender of the SGI that a CPU acknowledged last: its end has to name it. */
static u8 sources[MAX_CPUS][16];

u32 gicv2_source(u32 sgi)
{
	return sources[cpu_self()][sgi];
}

/* INTID [9:0], CPUID [12:10]: what IAR gave, EOIR and DIR want. */
static u32 gicv2_name(u32 intid)
{
	return intid < 16 ? intid | gicv2_source(intid) << 10 : intid;
}

static u64 gicv2_private_frame(void)
{
	return GICD_BASE;
}

static void gicc_write(u32 reg, u32 val)
{
	mmio_write32(GICC_BASE + reg, val);
	dsb();
}

static u32 gicc_read(u32 reg)
{
	return mmio_read32(GICC_BASE + reg);
}

static void gicv2_init_cpu(void)
{
	gicc_write(GICC_BPR, 0);
}

static void gicv2_unpend_sgi(u32 sgi)
{
	mmio_write8(GICD_BASE + GICD_CPENDSGIR + sgi, 0xff);
	dsb();
}

static void gicv2_set_route(u32 spi, u32 cpu)
{
	mmio_write8(GICD_BASE + GICD_ITARGETSR + spi, 1U << cpu);
}

static u32 gicv2_ack(void)
{
	u32 iar = gicc_read(GICC_IAR);

	dsb();
	if ((iar & 0x3ff) < 16)
		sources[cpu_self()][iar & 0xf] = iar >> 10 & 7;
	return iar & 0x3ff;
}

static void gicv2_eoi(u32 intid)
{
	gicc_write(GICC_EOIR, gicv2_name(intid));
}

static void gicv2_deactivate(u32 intid)
{
	gicc_write(GICC_DIR, gicv2_name(intid));
}

static u32 gicv2_mask(void)
{
	return gicc_read(GICC_PMR);
}

static void gicv2_set_mask(u8 priority)
{
	gicc_write(GICC_PMR, priority);
}

static void gicv2_set_eoimode(u32 mode)
{
	u32 ctlr = gicc_read(GICC_CTLR) & ~GICC_CTLR_EOIM;

	gicc_write(GICC_CTLR, mode ? ctlr | GICC_CTLR_EOIM : ctlr);
}

static void gicv2_set_group(bool on)
{
	u32 ctlr = gicc_read(GICC_CTLR) & ~GICC_CTLR_EN;

	gicc_write(GICC_CTLR, on ? ctlr | GICC_CTLR_EN : ctlr);
}

static u32 gicv2_running(void)
{
	return gicc_read(GICC_RPR);
}

static u32 gicv2_highest(void)
{
	return gicc_read(GICC_HPPIR) & 0x3ff;
}

static void gicv2_send_sgi(u32 targets, u32 sgi)
{
	mmio_write32(GICD_BASE + GICD_SGIR, targets << 16 | sgi);
}

static void gicv2_send_sgi_others(u32 sgi)
{
	mmio_write32(GICD_BASE + GICD_SGIR, SGIR_OTHERS | sgi);
}

const struct gic_ops gicv2_ops = {
	.dist_ctlr = BIT(0),
	.groups = 0,
	.init_cpu = gicv2_init_cpu,
	.private_frame = gicv2_private_frame,
	.unpend_sgi = gicv2_unpend_sgi,
	.set_route = gicv2_set_route,
	.ack = gicv2_ack,
	.eoi = gicv2_eoi,
	.deactivate = gicv2_deactivate,
	.mask = gicv2_mask,
	.set_mask = gicv2_set_mask,
	.set_eoimode = gicv2_set_eoimode,
	.set_group = gicv2_set_group,
	.running = gicv2_running,
	.highest = gicv2_highest,
	.send_sgi = gicv2_send_sgi,
	.send_sgi_others = gicv2_send_sgi_others,
};
