// SPDX-License-Identifier: GPL-2.0-only
// The ITS, programmed by its guest: commands, LPIs at each vCPU, priorities, more than list registers, and errors.
#include "its.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"
#include "timer.h"

#define SETTLE_US	3000
#define DEV		3
#define EVENTS		64

static u32 lpi(u32 event)
{
	return LPI_BASE + event;
}

/* Device DEV anew, event n LPI n at CPU 0; interrupts masked, nothing logged. */
static bool begin(u32 events)
{
	bool ok = its_unmapd(DEV) && its_mapd(DEV, 6);
	u32 i;

	irq_disable();
	gic_set_mask(0xff);
	for (i = 0; i < events; i++) {
		lpi_set(lpi(i), GIC_PRIO, true);
		ok &= its_mapti(DEV, i, lpi(i), 0);
	}
	irq_reset();
	return ok;
}

static void settle(void)
{
	irq_enable();
	timer_spin_us(SETTLE_US);
	irq_disable();
}

static enum verdict ids(void)
{
	u64 typer;

	if (!its_present())
		return tap_skip("no ITS");
	typer = mmio_read64(ITS_BASE + GITS_TYPER);
	EXPECT(typer & 1, "GITS_TYPER 0x%llx: no physical LPIs", typer);
	EXPECT((typer >> 4 & 0xf) == 7, "GITS_TYPER 0x%llx: size of a translation", typer);
	EXPECT_EQ(mmio_read32(ITS_BASE + GITS_PIDR2) >> 4 & 0xf, 3);
	EXPECT(mmio_read64(gic_redist(0) + GICR_TYPER) & 1, "GICR_TYPER: no LPIs");
	EXPECT((mmio_read32(GICD_BASE + GICD_TYPER) >> 19 & 0x1f) >= 13, "GICD_TYPER: IDbits");
	tap_note("GITS_IIDR 0x%x", mmio_read32(ITS_BASE + GITS_IIDR));
	EXPECT(its_init(), "the ITS does not start");
	return TEST_PASS;
}

static enum verdict each_once(void)
{
	u32 i;

	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(EVENTS), "commands");
	irq_enable();
	for (i = 0; i < EVENTS; i++) {
		EXPECT(its_int(DEV, i), "INT");
		EXPECT(irq_wait(0, lpi(i), 1), "LPI %u does not come", lpi(i));
	}
	settle();
	EXPECT_EQ(irq_log(0)->total, EVENTS);
	EXPECT_EQ(gic_running(), 0xff);
	return TEST_PASS;
}

static enum verdict all_at_once(void)
{
	u32 i;

	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(EVENTS), "commands");
	for (i = 0; i < EVENTS; i++) {
		lpi_set(lpi(i), 0xf0 - i % 16 * 8, true);	/* 0xf8 would be masked by PMR */
		EXPECT(its_inv(DEV, i) && its_int(DEV, i) && its_int(DEV, i), "commands");
	}
	settle();
	EXPECT_EQ(irq_log(0)->total, EVENTS);
	/* The most urgent first */
	for (i = 0; i < EVENTS; i++) {
		EXPECT(irq_count(0, lpi(i)) == 1, "LPI %u came %u times", lpi(i), irq_count(0, lpi(i)));
		EXPECT_EQ((irq_log(0)->order[i] - LPI_BASE) % 16, 15 - i / 4);
	}
	return TEST_PASS;
}

static enum verdict enables(void)
{
	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(2), "commands");
	lpi_set(lpi(0), GIC_PRIO, false);
	EXPECT(its_inv(DEV, 0) && its_int(DEV, 0), "commands");
	settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	lpi_set(lpi(0), GIC_PRIO, true);
	EXPECT(its_invall(0), "INVALL");
	settle();
	EXPECT_EQ(irq_count(0, lpi(0)), 1);
	/* Pending, and cleared */
	EXPECT(its_int(DEV, 1) && its_clear(DEV, 1), "commands");
	settle();
	EXPECT_EQ(irq_log(0)->total, 1);
	/* Masked by priority */
	gic_set_mask(0x40);
	EXPECT(its_int(DEV, 1), "INT");
	settle();
	EXPECT_EQ(irq_log(0)->total, 1);
	gic_set_mask(0xff);
	settle();
	EXPECT_EQ(irq_count(0, lpi(1)), 1);
	return TEST_PASS;
}

static void again(u32 intid)
{
	if (irq_log(0)->total == 0)
		its_int(DEV, 0);
}

/* Between acknowledge and end: it has no active state, and comes once more. */
static enum verdict during_handler(void)
{
	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(1), "commands");
	irq_hook = again;
	EXPECT(its_int(DEV, 0), "INT");
	settle();
	EXPECT_EQ(irq_count(0, lpi(0)), 2);
	EXPECT_EQ(gic_running(), 0xff);
	return TEST_PASS;
}

static void take(u64 lpis)
{
	u32 n = 0;

	gic_init_cpu();
	irq_enable();
	while (n < lpis && irq_wait(1, lpi(n), 1))
		n++;
	irq_disable();
}

static enum verdict other_cpu(void)
{
	u32 i;

	if (!its_present() || smp_count() < 2)
		return tap_skip("no ITS, or one CPU");
	EXPECT(begin(4), "commands");
	EXPECT(smp_start(1), "CPU 1 does not start");
	/* One moves before, one while it is pending; one is mapped there; one comes by itself, while the other CPU waits. */
	EXPECT(its_movi(DEV, 0, 1) && its_int(DEV, 0), "commands");
	EXPECT(its_int(DEV, 1) && its_movi(DEV, 1, 1), "commands");
	EXPECT(its_discard(DEV, 2) && its_mapti(DEV, 2, lpi(2), 1) && its_int(DEV, 2), "commands");
	smp_call(1, take, 4);
	EXPECT(its_movi(DEV, 3, 1), "MOVI");
	timer_spin_us(SETTLE_US);
	EXPECT(its_int(DEV, 3), "INT");
	EXPECT(smp_join(1), "CPU 1 does not come back");
	for (i = 0; i < 4; i++)
		EXPECT(irq_count(1, lpi(i)) == 1, "LPI %u came %u times", lpi(i), irq_count(1, lpi(i)));
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT(smp_stop(1), "CPU 1 does not stop");
	return TEST_PASS;
}

static enum verdict unmapped(void)
{
	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(3), "commands");
	EXPECT(its_int(DEV, 0) && its_discard(DEV, 0) && its_int(DEV, 0), "commands");
	settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT(its_mapti(DEV, 0, lpi(0), 0), "MAPTI");
	settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	EXPECT(its_int(DEV, 1) && its_unmapd(DEV) && its_int(DEV, 2), "commands");
	settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	return TEST_PASS;
}

static enum verdict lpis_off(void)
{
	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(1), "commands");
	if (!(mmio_read32(gic_redist(0) + GICR_CTLR) & 2))
		return tap_skip("GICR_CTLR.CES is 0");
	EXPECT(its_int(DEV, 0), "INT");
	lpi_set_enabled(0, false);
	settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	lpi_set_enabled(0, true);
	settle();
	EXPECT_EQ(irq_count(0, lpi(0)), 1);
	return TEST_PASS;
}

/* What makes no sense is ignored, and the next command is carried out; the queue wraps. */
static enum verdict nonsense(void)
{
	u32 i;

	if (!its_present())
		return tap_skip("no ITS");
	EXPECT(begin(1), "commands");
	for (i = 0; i < 256; i++)
		EXPECT(its_command(i | ~0UL << 8, ~0UL, ~0UL, ~0UL), "command 0x%x", i);
	for (i = 0; i < 256; i++)
		EXPECT(its_command((u64)DEV << 32 | (i == 8 || i == 15 ? 0 : i), 0x10000UL << 32 | 77, 0xffff, 0), "command 0x%x", i);
	mmio_write32(ITS_BASE + GITS_TRANSLATER, 0);
	mmio_write64(ITS_BASE + GITS_CBASER, 0);
	mmio_write64(ITS_BASE + GITS_CWRITER, 0xfffe0);
	EXPECT_EQ(mmio_read32(ITS_BASE + 0x3000), 0);
	EXPECT(its_int(DEV, 0), "INT");
	settle();
	EXPECT_EQ(irq_log(0)->total, 1);
	EXPECT_EQ(irq_count(0, lpi(0)), 1);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "what the registers say", ids },
	{ "64 LPIs, one after the other", each_once },
	{ "64 LPIs at once, by priority", all_at_once },
	{ "enabled, disabled, cleared, masked", enables },
	{ "an LPI sent again while it is handled", during_handler },
	{ "LPIs that move to another CPU", other_cpu },
	{ "LPIs that are not mapped any more", unmapped },
	{ "pending while LPIs are off", lpis_off },
	{ "commands that make no sense", nonsense },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
