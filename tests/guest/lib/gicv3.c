// SPDX-License-Identifier: GPL-2.0-only
// What only a GICv3 has: redistributors, affinities and the system register interface.
#include "gic.h"
#include "cpu.h"
#include "layout.h"
#include "timer.h"


#define GICD_CTLR_ARE_G1	(BIT(4) | BIT(1))

u64 gic_redist(u32 cpu)
{
	return GICR_BASE + (u64)cpu * GICR_STRIDE;
}

static u64 gicv3_private_frame(void)
{
	return gic_redist(cpu_self()) + GICR_SGI;
}

static void gicv3_init_cpu(void)
{
	u64 rd = gic_redist(cpu_self());
	u64 deadline = timer_deadline();

	mmio_write32(rd + GICR_WAKER, mmio_read32(rd + GICR_WAKER) & ~2U);
	while (mmio_read32(rd + GICR_WAKER) & 4 && !timer_passed(deadline))
		;
	sysreg_write(icc_sre_el1, sysreg_read(icc_sre_el1) | 1);
	isb();
	sysreg_write(icc_bpr1_el1, 0);
}

static void gicv3_unpend_sgi(u32 sgi)
{
	gic_bit_write(GICD_ICPENDR, sgi);
}

static void gicv3_set_route(u32 spi, u32 cpu)
{
	mmio_write64(GICD_BASE + GICD_IROUTER + spi * 8, cpu_mpidr(cpu));
}

static u32 gicv3_ack(void)
{
	u32 intid = sysreg_read(icc_iar1_el1);

	dsb();
	return intid & 0xffffff;
}

static void gicv3_eoi(u32 intid)
{
	sysreg_write(icc_eoir1_el1, intid);
	isb();
}

static void gicv3_deactivate(u32 intid)
{
	sysreg_write(icc_dir_el1, intid);
	isb();
}

static u32 gicv3_mask(void)
{
	return sysreg_read(icc_pmr_el1);
}

static void gicv3_set_mask(u8 priority)
{
	sysreg_write(icc_pmr_el1, priority);
	isb();
}

static void gicv3_set_eoimode(u32 mode)
{
	sysreg_write(icc_ctlr_el1, mode << 1);
	isb();
}

static void gicv3_set_group(bool on)
{
	sysreg_write(icc_igrpen1_el1, on);
	isb();
}

static u32 gicv3_running(void)
{
	return sysreg_read(icc_rpr_el1);
}

static u32 gicv3_highest(void)
{
	return sysreg_read(icc_hppir1_el1);
}

static void gicv3_send_sgi(u32 targets, u32 sgi)
{
	sysreg_write(icc_sgi1r_el1, (u64)sgi << 24 | targets);
	isb();
}

static void gicv3_send_sgi_others(u32 sgi)
{
	sysreg_write(icc_sgi1r_el1, BIT(40) | (u64)sgi << 24);	/* IRM: all but self */
	isb();
}

const struct gic_ops gicv3_ops = {
	.dist_ctlr = GICD_CTLR_ARE_G1,
	.groups = ~0U,
	.init_cpu = gicv3_init_cpu,
	.private_frame = gicv3_private_frame,
	.unpend_sgi = gicv3_unpend_sgi,
	.set_route = gicv3_set_route,
	.ack = gicv3_ack,
	.eoi = gicv3_eoi,
	.deactivate = gicv3_deactivate,
	.mask = gicv3_mask,
	.set_mask = gicv3_set_mask,
	.set_eoimode = gicv3_set_eoimode,
	.set_group = gicv3_set_group,
	.running = gicv3_running,
	.highest = gicv3_highest,
	.send_sgi = gicv3_send_sgi,
	.send_sgi_others = gicv3_send_sgi_others,
};
