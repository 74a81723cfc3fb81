// SPDX-License-Identifier: GPL-2.0-only
// What GICv2 and GICv3 have in common, and the way to what they have not.
#include "gic.h"
#include "cpu.h"
#include "fdt.h"
#include "layout.h"
#include "timer.h"

#define GICD_CTLR_RWP		BIT(31)	/* reads 0 on GICv2 */

static const struct gic_ops *gic = &gicv3_ops;

u32 gic_version(void)
{
	return gic == &gicv2_ops ? 2 : 3;
}

static void gic_wait_rwp(void)
{
	u64 deadline = timer_deadline();

	while (mmio_read32(GICD_BASE + GICD_CTLR) & GICD_CTLR_RWP && !timer_passed(deadline))
		;
}

static u32 gic_spi_end(void)
{
	u32 n = ((mmio_read32(GICD_BASE + GICD_TYPER) & 0x1f) + 1) * 32;

	return n < 1020 ? n : 1020;
}

/* Registers of 32 interrupts from intid on: off, idle, and in the group that is used. */
static void gic_init_bank(u64 frame, u32 intid)
{
	u32 i;

	mmio_write32(frame + GICD_ICENABLER + intid / 8, ~0U);
	mmio_write32(frame + GICD_ICPENDR + intid / 8, ~0U);
	mmio_write32(frame + GICD_ICACTIVER + intid / 8, ~0U);
	mmio_write32(frame + GICD_IGROUPR + intid / 8, gic->groups);
	for (i = intid; i < intid + 32; i += 4)
		mmio_write32(frame + GICD_IPRIORITYR + i, GIC_PRIO * 0x01010101U);
}

void gic_init_dist(void)
{
	u32 i, end;

	gic = fdt_machine()->gic_version == 2 ? &gicv2_ops : &gicv3_ops;
	end = gic_spi_end();
	mmio_write32(GICD_BASE + GICD_CTLR, 0);
	gic_wait_rwp();
	for (i = 32; i < end; i += 32)
		gic_init_bank(GICD_BASE, i);
	for (i = 32; i < end; i++)
		gic_set_route(i, 0);
	mmio_write32(GICD_BASE + GICD_CTLR, gic->dist_ctlr);
	gic_wait_rwp();
}

void gic_init_cpu(void)
{
	u64 frame = gic_frame(0);
	u32 i;

	gic->init_cpu();
	gic_init_bank(frame, 0);
	for (i = 0; i < 16; i++)
		gic_unpend(i);
	mmio_write32(frame + GICD_ISENABLER, 0xffff);	/* SGIs are always wanted */
	gic_set_mask(0xff);
	gic_set_eoimode(0);
	gic_set_group(true);
}

u64 gic_frame(u32 intid)
{
	return intid < 32 ? gic->private_frame() : GICD_BASE;
}

bool gic_bit_read(u32 reg, u32 intid)
{
	return mmio_read32(gic_frame(intid) + reg + intid / 32 * 4) >> intid % 32 & 1;
}

void gic_bit_write(u32 reg, u32 intid)
{
	mmio_write32(gic_frame(intid) + reg + intid / 32 * 4, 1U << intid % 32);
	dsb();
}

void gic_enable(u32 intid)
{
	gic_bit_write(GICD_ISENABLER, intid);
}

void gic_disable(u32 intid)
{
	gic_bit_write(GICD_ICENABLER, intid);
}

void gic_unpend(u32 intid)
{
	if (intid < 16)
		gic->unpend_sgi(intid);
	else
		gic_bit_write(GICD_ICPENDR, intid);
}

void gic_set_priority(u32 intid, u8 priority)
{
	mmio_write8(gic_frame(intid) + GICD_IPRIORITYR + intid, priority);
	dsb();
}

void gic_set_edge(u32 intid, bool edge)
{
	u64 reg = gic_frame(intid) + GICD_ICFGR + intid / 16 * 4;
	u32 bit = 2U << intid % 16 * 2;
	u32 v = mmio_read32(reg);

	mmio_write32(reg, edge ? v | bit : v & ~bit);
	dsb();
}

void gic_set_route(u32 spi, u32 cpu)
{
	gic->set_route(spi, cpu);
	dsb();
}

u32 gic_ack(void)
{
	return gic->ack();
}

void gic_eoi(u32 intid)
{
	gic->eoi(intid);
}

void gic_deactivate(u32 intid)
{
	gic->deactivate(intid);
}

u32 gic_mask(void)
{
	return gic->mask();
}

void gic_set_mask(u8 priority)
{
	gic->set_mask(priority);
}

void gic_set_eoimode(u32 mode)
{
	gic->set_eoimode(mode);
}

void gic_set_group(bool on)
{
	gic->set_group(on);
}

u32 gic_running(void)
{
	return gic->running();
}

u32 gic_highest(void)
{
	return gic->highest();
}

void gic_send_sgi(u32 cpu, u32 sgi)
{
	gic_send_sgi_list(BIT(cpu), sgi);
}

void gic_send_sgi_list(u32 targets, u32 sgi)
{
	dsb();
	gic->send_sgi(targets, sgi);
}

void gic_send_sgi_others(u32 sgi)
{
	dsb();
	gic->send_sgi_others(sgi);
}
