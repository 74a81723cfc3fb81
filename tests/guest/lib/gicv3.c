// SPDX-License-Identifier: GPL-2.0-only
// The GICv3 behind gic.h: distributor, redistributors and the system register interface.
#include "gic.h"
#include "cpu.h"
#include "layout.h"
#include "timer.h"

#define ICC_PMR_EL1	S3_0_C4_C6_0
#define ICC_SGI1R_EL1	S3_0_C12_C11_5
#define ICC_IAR1_EL1	S3_0_C12_C12_0
#define ICC_EOIR1_EL1	S3_0_C12_C12_1
#define ICC_BPR1_EL1	S3_0_C12_C12_3
#define ICC_DIR_EL1	S3_0_C12_C11_1
#define ICC_CTLR_EL1	S3_0_C12_C12_4
#define ICC_SRE_EL1	S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1	S3_0_C12_C12_7

#define GICD_CTLR_ARE_G1	(BIT(4) | BIT(1))
#define GICD_CTLR_RWP		BIT(31)

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

void gic_init_dist(void)
{
	u32 i, end = gic_spi_end();

	mmio_write32(GICD_BASE + GICD_CTLR, 0);
	gic_wait_rwp();
	for (i = 32; i < end; i += 32) {
		mmio_write32(GICD_BASE + GICD_ICENABLER + i / 8, ~0U);
		mmio_write32(GICD_BASE + GICD_ICPENDR + i / 8, ~0U);
		mmio_write32(GICD_BASE + GICD_ICACTIVER + i / 8, ~0U);
		mmio_write32(GICD_BASE + GICD_IGROUPR + i / 8, ~0U);
	}
	for (i = 32; i < end; i += 4)
		mmio_write32(GICD_BASE + GICD_IPRIORITYR + i, GIC_PRIO * 0x01010101U);
	for (i = 32; i < end; i++)
		mmio_write64(GICD_BASE + GICD_IROUTER + i * 8, 0);
	mmio_write32(GICD_BASE + GICD_CTLR, GICD_CTLR_ARE_G1);
	gic_wait_rwp();
}

u64 gic_redist(u32 cpu)
{
	return GICR_BASE + (u64)cpu * GICR_STRIDE;
}

void gic_init_cpu(void)
{
	u64 rd = gic_redist(cpu_self()), sgi = rd + GICR_SGI;
	u64 deadline = timer_deadline();
	u32 i;

	mmio_write32(rd + GICR_WAKER, mmio_read32(rd + GICR_WAKER) & ~2U);
	while (mmio_read32(rd + GICR_WAKER) & 4 && !timer_passed(deadline))
		;
	mmio_write32(sgi + GICD_ICENABLER, ~0U);
	mmio_write32(sgi + GICD_ICPENDR, ~0U);
	mmio_write32(sgi + GICD_ICACTIVER, ~0U);
	mmio_write32(sgi + GICD_IGROUPR, ~0U);
	for (i = 0; i < 32; i += 4)
		mmio_write32(sgi + GICD_IPRIORITYR + i, GIC_PRIO * 0x01010101U);
	mmio_write32(sgi + GICD_ISENABLER, 0xffff);	/* SGIs are always wanted */

	sysreg_write(ICC_SRE_EL1, sysreg_read(ICC_SRE_EL1) | 1);
	isb();
	gic_set_mask(0xff);
	sysreg_write(ICC_BPR1_EL1, 0);
	gic_set_eoimode(0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

u64 gic_frame(u32 intid)
{
	return intid < 32 ? gic_redist(cpu_self()) + GICR_SGI : GICD_BASE;
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
	mmio_write64(GICD_BASE + GICD_IROUTER + spi * 8, cpu_mpidr(cpu));
	dsb();
}

u32 gic_ack(void)
{
	u32 intid = sysreg_read(ICC_IAR1_EL1);

	dsb();
	return intid & 0xffffff;
}

void gic_eoi(u32 intid)
{
	sysreg_write(ICC_EOIR1_EL1, intid);
	isb();
}

void gic_deactivate(u32 intid)
{
	sysreg_write(ICC_DIR_EL1, intid);
	isb();
}

void gic_set_mask(u8 priority)
{
	sysreg_write(ICC_PMR_EL1, priority);
	isb();
}

void gic_set_eoimode(u32 mode)
{
	sysreg_write(ICC_CTLR_EL1, mode << 1);
	isb();
}

void gic_send_sgi(u32 cpu, u32 sgi)
{
	u64 aff1 = cpu >> 4, target = BIT(cpu & 0xf);

	dsb();
	sysreg_write(ICC_SGI1R_EL1, aff1 << 16 | (u64)sgi << 24 | target);
	isb();
}

void gic_send_sgi_others(u32 sgi)
{
	dsb();
	sysreg_write(ICC_SGI1R_EL1, BIT(40) | (u64)sgi << 24);	/* IRM: all but self */
	isb();
}
