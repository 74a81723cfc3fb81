// SPDX-License-Identifier: GPL-2.0-only
// Delivery by GICv3 or GICv2: SGIs, PPIs, SPIs, priorities, masks, states, levels, routes, and overflow of the list registers.
#include "gic.h"
#include "gic-tests.h"
#include "cpu.h"
#include "irq.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"
#include "timer.h"

/* Long enough for an interrupt that must not come, had it been on its way. */
#define SETTLE_US 3000

/* Clean slate: nothing enabled, pending, active or logged; interrupts masked. */
void gic_test_begin(void)
{
	u32 intid;

	irq_disable();
	gic_set_mask(0xff);
	gic_set_eoimode(0);
	for (intid = 0; intid < 128; intid++) {
		if (intid >= 16)
			gic_disable(intid);
		gic_unpend(intid);
		gic_bit_write(GICD_ICACTIVER, intid);
		gic_set_priority(intid, GIC_PRIO);
		if (intid >= 32)
			gic_set_route(intid, 0);
	}
	irq_reset();
}

/* Let everything come that wants to. */
void gic_test_settle(void)
{
	irq_enable();
	timer_spin_us(SETTLE_US);
	irq_disable();
}

static enum verdict distributor_ids(void)
{
	u32 typer = mmio_read32(GICD_BASE + GICD_TYPER);

	EXPECT((typer & 0x1f) >= 3, "TYPER 0x%x: fewer than 128 interrupts", typer);
	if (gic_version() == 2) {
		EXPECT_EQ(typer >> 5 & 7, smp_count() - 1);
		EXPECT_EQ(mmio_read32(GICD_BASE + GICD_PIDR2_V2) >> 4 & 0xf, 2);
		EXPECT_EQ(mmio_read32(GICD_BASE + GICD_CTLR), 1);
	} else {
		EXPECT((typer >> 19 & 0x1f) >= 9, "TYPER 0x%x: IDbits", typer);
		EXPECT_EQ(mmio_read32(GICD_BASE + GICD_PIDR2) >> 4 & 0xf, 3);
		EXPECT_EQ(mmio_read32(GICD_BASE + GICD_CTLR) & 0x12, 0x12);
	}
	tap_note("GICD_TYPER 0x%x, IIDR 0x%x", typer, mmio_read32(GICD_BASE + GICD_IIDR));
	return TEST_PASS;
}

static enum verdict redistributor_ids(void)
{
	u32 cpu, n = smp_count();
	u64 typer;

	if (gic_version() == 2)
		return tap_skip("GICv2");
	for (cpu = 0; cpu < n; cpu++) {
		typer = mmio_read64(gic_redist(cpu) + GICR_TYPER);
		EXPECT_EQ(typer >> 32, cpu_mpidr(cpu));
		EXPECT_EQ(typer >> 8 & 0xffff, cpu);
		EXPECT_EQ(typer >> 4 & 1, cpu == n - 1);
		EXPECT_EQ(mmio_read32(gic_redist(cpu) + GICR_TYPER + 4), typer >> 32);
		EXPECT_EQ(mmio_read32(gic_redist(cpu) + GICD_PIDR2) >> 4 & 0xf, 3);
	}
	return TEST_PASS;
}

static enum verdict priority_access(void)
{
	u64 reg = GICD_BASE + GICD_IPRIORITYR + 64;

	gic_test_begin();
	mmio_write32(reg, 0x40608090);
	EXPECT_EQ(mmio_read32(reg), 0x40608090);
	EXPECT_EQ(mmio_read8(reg + 1), 0x80);
	mmio_write8(reg + 2, 0x10);
	EXPECT_EQ(mmio_read32(reg), 0x40108090);
	return TEST_PASS;
}

static enum verdict config_access(void)
{
	gic_test_begin();
	gic_set_edge(70, true);
	EXPECT_EQ(mmio_read32(GICD_BASE + GICD_ICFGR + 16) >> 12 & 3, 2);
	gic_set_edge(70, false);
	EXPECT_EQ(mmio_read32(GICD_BASE + GICD_ICFGR + 16) >> 12 & 3, 0);
	EXPECT_EQ(mmio_read32(gic_frame(0) + GICD_ICFGR), 0xaaaaaaaa);
	return TEST_PASS;
}

static enum verdict route_access(void)
{
	u64 reg = GICD_BASE + GICD_IROUTER + 80 * 8;

	if (gic_version() == 2)
		return tap_skip("GICv2");
	gic_test_begin();
	mmio_write64(reg, 1);
	EXPECT_EQ(mmio_read64(reg), 1);
	EXPECT_EQ(mmio_read32(reg), 1);
	EXPECT_EQ(mmio_read32(reg + 4), 0);
	mmio_write32(reg, 0);
	EXPECT_EQ(mmio_read64(reg), 0);
	return TEST_PASS;
}

static enum verdict enable_access(void)
{
	gic_test_begin();
	EXPECT(!gic_bit_read(GICD_ISENABLER, 75), "enabled");
	gic_enable(75);
	EXPECT(gic_bit_read(GICD_ISENABLER, 75) && gic_bit_read(GICD_ICENABLER, 75), "not enabled");
	EXPECT(!gic_bit_read(GICD_ISENABLER, 76), "neighbour enabled");
	gic_disable(75);
	EXPECT(!gic_bit_read(GICD_ISENABLER, 75), "still enabled");
	return TEST_PASS;
}

static enum verdict reserved_reads_zero(void)
{
	EXPECT_EQ(mmio_read32(GICD_BASE + 0x0fc0), 0);
	if (gic_version() == 2)
		return TEST_PASS;
	/* ARE makes ITARGETSR reserved; the rest is no register at all. */
	EXPECT_EQ(mmio_read32(GICD_BASE + GICD_ITARGETSR + 64), 0);
	EXPECT_EQ(mmio_read32(GICD_BASE + 0x5000), 0);
	mmio_write32(GICD_BASE + 0x5000, ~0U);
	EXPECT_EQ(mmio_read32(gic_redist(0) + 0x3000), 0);
	mmio_write32(gic_redist(0) + 0x3000, ~0U);
	return TEST_PASS;
}

static enum verdict spurious(void)
{
	gic_test_begin();
	EXPECT_EQ(gic_ack(), GIC_SPURIOUS);
	return TEST_PASS;
}

static enum verdict sgi_self(void)
{
	u32 sgi;

	gic_test_begin();
	irq_enable();
	for (sgi = 0; sgi < 16; sgi++) {
		gic_send_sgi(0, sgi);
		EXPECT(irq_wait(0, sgi, 1), "SGI %u does not come", sgi);
	}
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, 16);
	return TEST_PASS;
}

static enum verdict sgi_collapse(void)
{
	gic_test_begin();
	gic_send_sgi(0, 3);
	gic_send_sgi(0, 3);
	EXPECT(gic_bit_read(GICD_ISPENDR, 3), "not pending");
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 3), 1);
	return TEST_PASS;
}

static enum verdict ppi_and_spi(void)
{
	static const u32 intids[] = { 20, 23, 32, 33, 63, 64, 100, 127 };
	unsigned int i;

	gic_test_begin();
	irq_enable();
	for (i = 0; i < ARRAY_SIZE(intids); i++) {
		if (intids[i] >= 32)
			gic_set_edge(intids[i], true);
		gic_enable(intids[i]);
		gic_bit_write(GICD_ISPENDR, intids[i]);
		EXPECT(irq_wait(0, intids[i], 1), "INTID %u does not come", intids[i]);
	}
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, ARRAY_SIZE(intids));
	return TEST_PASS;
}

static enum verdict priority_order(void)
{
	static const u8 priorities[] = { 0x80, 0x20, 0xa0, 0x40, 0x60, 0x90 };
	static const u32 order[] = { 1, 3, 4, 0, 5, 2 };
	unsigned int i;

	gic_test_begin();
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		gic_set_priority(i, priorities[i]);
		gic_send_sgi(0, i);
	}
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, ARRAY_SIZE(order));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		EXPECT_EQ(irq_log(0)->order[i], order[i]);
	return TEST_PASS;
}

static enum verdict priority_mask(void)
{
	gic_test_begin();
	gic_set_mask(0xa0);
	gic_send_sgi(0, 4);	/* priority 0xa0: not above the mask */
	gic_set_priority(5, 0x80);
	gic_send_sgi(0, 5);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 4), 0);
	EXPECT_EQ(irq_count(0, 5), 1);
	EXPECT_EQ(gic_mask(), 0xa0);
	gic_set_mask(0xff);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 4), 1);
	return TEST_PASS;
}

static u32 nested_high, nested_same;

static void nest(u32 intid)
{
	if (intid != 1)
		return;
	gic_send_sgi(0, 2);
	gic_send_sgi(0, 3);
	irq_enable();
	timer_spin_us(SETTLE_US);
	irq_disable();
	nested_high = irq_count(0, 2);
	nested_same = irq_count(0, 3);
}

static enum verdict preemption(void)
{
	gic_test_begin();
	gic_set_priority(2, 0x40);
	irq_hook = nest;
	/* The nested exception overwrites nothing: the frame holds ELR and SPSR. */
	gic_send_sgi(0, 1);
	gic_test_settle();
	EXPECT_EQ(nested_high, 1);
	EXPECT_EQ(nested_same, 0);
	EXPECT_EQ(irq_count(0, 3), 1);
	EXPECT_EQ(gic_running(), 0xff);	/* idle */
	return TEST_PASS;
}

#define DEEPEST 8	/* more than most hardware has list registers */

static void nest_deep(u32 intid)
{
	if (intid + 1 >= DEEPEST)
		return;
	gic_send_sgi(0, intid + 1);
	irq_enable();
	irq_wait(0, intid + 1, 1);
	irq_disable();
}

/* Each preempts the one before: all are active, and end without that the hypervisor sees every end. */
static enum verdict preemption_deep(void)
{
	u32 i, round;

	for (round = 0; round < 3; round++) {
		gic_test_begin();
		for (i = 0; i < DEEPEST; i++)
			gic_set_priority(i, 0xa0 - 0x10 * i);
		irq_hook = nest_deep;
		gic_send_sgi(0, 0);
		gic_test_settle();
		for (i = 0; i < DEEPEST; i++) {
			EXPECT(irq_count(0, i) == 1, "SGI %u came %u times", i, irq_count(0, i));
			EXPECT(!gic_bit_read(GICD_ISACTIVER, i), "SGI %u active after its EOI", i);
		}
		EXPECT_EQ(gic_running(), 0xff);
		EXPECT_EQ(irq_log(0)->total, DEEPEST);
	}
	return TEST_PASS;
}

static enum verdict disabled_while_pending(void)
{
	gic_test_begin();
	gic_set_edge(90, true);
	gic_enable(90);
	gic_bit_write(GICD_ISPENDR, 90);
	gic_disable(90);
	EXPECT(gic_bit_read(GICD_ISPENDR, 90), "not pending");
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 90), 0);
	gic_enable(90);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 90), 1);
	return TEST_PASS;
}

static enum verdict pending_cleared(void)
{
	gic_test_begin();
	gic_set_edge(91, true);
	gic_enable(91);
	gic_bit_write(GICD_ISPENDR, 91);
	EXPECT(gic_bit_read(GICD_ICPENDR, 91), "not pending");
	gic_bit_write(GICD_ICPENDR, 91);
	EXPECT(!gic_bit_read(GICD_ISPENDR, 91), "still pending");
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	return TEST_PASS;
}

static bool active_in_hook;

static void look_active(u32 intid)
{
	active_in_hook = gic_bit_read(GICD_ISACTIVER, intid);
}

static enum verdict active_state(void)
{
	static const u32 intids[] = { 6, 22, 92 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(intids); i++) {
		gic_test_begin();
		irq_hook = look_active;
		active_in_hook = false;
		if (intids[i] >= 32)
			gic_set_edge(intids[i], true);
		gic_enable(intids[i]);
		/* A GICv2 wants to know who sends an SGI. */
		if (gic_version() == 2 && intids[i] < 16)
			gic_send_sgi(0, intids[i]);
		else
			gic_bit_write(GICD_ISPENDR, intids[i]);
		gic_test_settle();
		EXPECT_EQ(irq_count(0, intids[i]), 1);
		EXPECT(active_in_hook, "INTID %u not active when acknowledged", intids[i]);
		EXPECT(!gic_bit_read(GICD_ISACTIVER, intids[i]), "INTID %u active after EOI", intids[i]);
	}
	return TEST_PASS;
}

static enum verdict active_written(void)
{
	gic_test_begin();
	gic_set_edge(93, true);
	gic_enable(93);
	gic_bit_write(GICD_ISACTIVER, 93);
	EXPECT(gic_bit_read(GICD_ISACTIVER, 93), "not active");
	gic_bit_write(GICD_ISPENDR, 93);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 93), 0);
	gic_bit_write(GICD_ICACTIVER, 93);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 93), 1);
	return TEST_PASS;
}

/* EOImode 1: priority drop and deactivation are two steps. */
static enum verdict eoimode_split(void)
{
	gic_test_begin();
	gic_set_eoimode(1);
	gic_set_edge(94, true);
	gic_enable(94);
	gic_bit_write(GICD_ISPENDR, 94);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 94), 1);
	EXPECT(gic_bit_read(GICD_ISACTIVER, 94), "not active after the priority drop");
	gic_bit_write(GICD_ISPENDR, 94);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 94), 1);
	gic_deactivate(94);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 94), 2);
	gic_deactivate(94);
	EXPECT(!gic_bit_read(GICD_ISACTIVER, 94), "active after DIR");
	gic_set_eoimode(0);
	return TEST_PASS;
}

/*
 * Many interrupts deactivated late, in another order than they came. How many can be active at once is the
 * hypervisor's affair, but each must come once.
 */
static enum verdict eoimode_split_many(void)
{
	u64 deadline = timer_deadline();
	u32 i, most = 0, pending = 20;

	gic_test_begin();
	gic_set_eoimode(1);
	for (i = 40; i < 60; i++) {
		gic_set_edge(i, true);
		gic_enable(i);
		gic_bit_write(GICD_ISPENDR, i);
	}
	while (pending && !timer_passed(deadline)) {
		gic_test_settle();
		if (irq_log(0)->total - (20 - pending) > most)
			most = irq_log(0)->total - (20 - pending);
		for (i = 59; i >= 40; i--) {
			if (!gic_bit_read(GICD_ISACTIVER, i))
				continue;
			gic_deactivate(i);
			EXPECT(!gic_bit_read(GICD_ISACTIVER, i), "INTID %u active after DIR", i);
			pending--;
		}
	}
	gic_test_settle();
	gic_set_eoimode(0);
	tap_note("%u active at once", most);
	for (i = 40; i < 60; i++)
		EXPECT(irq_count(0, i) == 1, "INTID %u came %u times", i, irq_count(0, i));
	EXPECT_EQ(irq_log(0)->total, 20);
	return TEST_PASS;
}

static enum verdict more_than_list_registers(void)
{
	u32 i, round;

	for (round = 1; round <= 5; round++) {
		gic_test_begin();
		for (i = 64; i < 96; i++) {
			gic_set_edge(i, true);
			gic_enable(i);
		}
		for (i = 0; i < 8; i++)
			gic_send_sgi(0, i);
		mmio_write32(GICD_BASE + GICD_ISPENDR + 8, ~0U);
		gic_test_settle();
		for (i = 64; i < 96; i++)
			EXPECT(irq_count(0, i) == 1, "round %u: INTID %u came %u times", round, i, irq_count(0, i));
		for (i = 0; i < 8; i++)
			EXPECT(irq_count(0, i) == 1, "round %u: SGI %u came %u times", round, i, irq_count(0, i));
		EXPECT_EQ(irq_log(0)->total, 40);
	}
	return TEST_PASS;
}

/* With more pending than list registers the highest priorities still come first. */
static enum verdict overflow_priority(void)
{
	u32 i;

	gic_test_begin();
	for (i = 64; i < 92; i++) {
		gic_set_edge(i, true);
		gic_set_priority(i, (91 - i) * 8);
		gic_enable(i);
	}
	mmio_write32(GICD_BASE + GICD_ISPENDR + 8, 0x0fffffff);
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, 28);
	for (i = 0; i < 28; i++)
		EXPECT_EQ(irq_log(0)->order[i], 91 - i);
	return TEST_PASS;
}

static enum verdict group_off_cpu(void)
{
	gic_test_begin();
	gic_set_group(false);
	gic_send_sgi(0, 9);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 9), 0);
	gic_set_group(true);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 9), 1);
	return TEST_PASS;
}

/* Made pending while the distributor is off, and due when it is on again (upstream KVM 6.12 forgets it). */
static enum verdict group_off_distributor(void)
{
	u32 ctlr = mmio_read32(GICD_BASE + GICD_CTLR);

	gic_test_begin();
	gic_set_edge(95, true);
	gic_enable(95);
	mmio_write32(GICD_BASE + GICD_CTLR, ctlr & ~3U);
	gic_bit_write(GICD_ISPENDR, 95);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 95), 0);
	mmio_write32(GICD_BASE + GICD_CTLR, ctlr);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 95), 1);
	return TEST_PASS;
}

static enum verdict cpu_interface_registers(void)
{
	u64 sre, ctlr;

	if (gic_version() == 3) {
		sre = sysreg_read(icc_sre_el1);
		ctlr = sysreg_read(icc_ctlr_el1);
		EXPECT(sre & 1, "SRE 0x%llx", sre);
		EXPECT((ctlr >> 8 & 7) >= 3 && (ctlr >> 8 & 7) <= 7, "ICC_CTLR_EL1 0x%llx: PRIbits", ctlr);
	}
	gic_test_begin();
	EXPECT_EQ(gic_highest(), GIC_SPURIOUS);
	gic_send_sgi(0, 11);
	EXPECT_EQ(gic_highest(), 11);
	EXPECT(sysreg_read(isr_el1) & BIT(7), "ISR_EL1 0x%x", (u32)sysreg_read(isr_el1));
	gic_test_settle();
	EXPECT_EQ(irq_count(0, 11), 1);
	EXPECT_EQ(sysreg_read(isr_el1), 0);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "GICD_TYPER, CTLR, PIDR2", distributor_ids },
	{ "GICR_TYPER of each vCPU", redistributor_ids },
	{ "IPRIORITYR by byte and word", priority_access },
	{ "ICFGR", config_access },
	{ "IROUTER by 64 and 32 bits", route_access },
	{ "ISENABLER and ICENABLER", enable_access },
	{ "reserved registers read zero", reserved_reads_zero },
	{ "acknowledge is 1023 with nothing pending", spurious },
	{ "CPU interface registers", cpu_interface_registers },
	{ "SGI to self, each of 16", sgi_self },
	{ "an SGI sent twice before it is taken comes once", sgi_collapse },
	{ "PPIs and SPIs made pending", ppi_and_spi },
	{ "priority order", priority_order },
	{ "PMR masks", priority_mask },
	{ "preemption by a higher priority only", preemption },
	{ "preemption, 8 deep", preemption_deep },
	{ "disable while pending", disabled_while_pending },
	{ "ICPENDR takes a pending interrupt back", pending_cleared },
	{ "active between acknowledge and EOI", active_state },
	{ "ISACTIVER holds an interrupt back", active_written },
	{ "EOImode 1", eoimode_split },
	{ "EOImode 1, 20 pending at once", eoimode_split_many },
	{ "40 pending at once, each comes once", more_than_list_registers },
	{ "28 pending at once, in priority order", overflow_priority },
	{ "group off in the CPU interface", group_off_cpu },
	{ "GICD_CTLR group off", group_off_distributor },
	{ "level: comes again while the line is high", level_again },
	{ "level: withdrawn before acknowledge", level_withdrawn },
	{ "level: disabled and enabled while high", level_disabled },
	{ "irqfd: one edge, one interrupt", irqfd_edges },
	{ "SGI to another vCPU, and back", sgi_other },
	{ "SGI to all others (IRM)", sgi_broadcast },
	{ "SGI to a list of vCPUs", sgi_list },
	{ "SPI routed to vCPU 1", spi_routed },
	{ "SPI rerouted while pending", spi_rerouted },
	{ "interrupts of another vCPU's redistributor", ppi_of_other },
	{ "SPIs and SGIs on every vCPU at once", storm_of_all },
	{ "GICv2: ITARGETSR by byte and word", v2_targets },
	{ "GICv2: registers of private interrupts are banked", v2_banked },
	{ "GICv2: an SPI with two targets comes to one", v2_two_targets },
	{ "GICv2: an SGI of each sender, with its sender", v2_senders },
	{ "GICv2: SPENDSGIR and CPENDSGIR by sender", v2_pending_senders },
	{ "GICv2: PMR and BPR have five bits' worth", v2_gicc_widths },
	{ "GICv2: GICC_IIDR, and what lies around GICC_DIR", v2_gicc_ids },
	{ "GICv2: GICC registers are each vCPU's own", v2_gicc_own },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
