// SPDX-License-Identifier: GPL-2.0-only
// What only a GICv2 has: target lists, banked registers, SGIs by sender, and a CPU interface in memory.
#include "gic-tests.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "smp.h"
#include "timer.h"

#define SKIP_V3() do { if (gic_version() != 2) return tap_skip("GICv3"); } while (0)

enum verdict v2_targets(void)
{
	u64 reg = GICD_BASE + GICD_ITARGETSR;
	u32 all = (1U << smp_count()) - 1;

	SKIP_V3();
	gic_test_begin();
	mmio_write32(reg + 80, 0x00ff0100);
	/* Only CPUs that are there can be targets. */
	EXPECT_EQ(mmio_read32(reg + 80), all << 16 | 0x100);
	mmio_write8(reg + 81, 0);
	EXPECT_EQ(mmio_read32(reg + 80), all << 16);
	EXPECT_EQ(mmio_read8(reg + 82), all);
	/* A private interrupt's target is who reads it; that cannot be changed. */
	mmio_write32(reg + 16, 0);
	EXPECT_EQ(mmio_read32(reg + 16), 0x01010101);
	return TEST_PASS;
}

static u32 seen_enable, seen_targets, seen_priority;

static void look_banked(u64 arg)
{
	gic_set_priority(21, 0x30);
	seen_enable = gic_bit_read(GICD_ISENABLER, 21);
	seen_targets = mmio_read8(GICD_BASE + GICD_ITARGETSR + 21);
	seen_priority = mmio_read8(GICD_BASE + GICD_IPRIORITYR + 21);
}

enum verdict v2_banked(void)
{
	SKIP_V3();
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	gic_enable(21);
	EXPECT(smp_start(1), "CPU 1 does not start");
	smp_call(1, look_banked, 0);
	EXPECT(smp_join(1) && smp_stop(1), "CPU 1 does not come back");
	EXPECT_EQ(seen_enable, 0);
	EXPECT_EQ(seen_targets, 2);
	EXPECT_EQ(seen_priority, 0x30);
	EXPECT_EQ(mmio_read8(GICD_BASE + GICD_IPRIORITYR + 21), GIC_PRIO);
	return TEST_PASS;
}

enum verdict v2_two_targets(void)
{
	u32 i;

	SKIP_V3();
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	gic_set_edge(112, true);
	mmio_write8(GICD_BASE + GICD_ITARGETSR + 112, 3);
	gic_enable(112);
	EXPECT(listeners_start(), "the other CPUs do not start");
	irq_enable();
	for (i = 1; i <= 20; i++) {
		u64 deadline = timer_deadline();

		gic_bit_write(GICD_ISPENDR, 112);
		while (irq_count(0, 112) + irq_count(1, 112) < i && !timer_passed(deadline))
			;
	}
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 112) + irq_count(1, 112), 20);
	return TEST_PASS;
}

static u32 from[8];

static void note_sender(u32 intid)
{
	if (intid == 5 && cpu_self() == 0)
		from[gicv2_source(5)]++;
}

static void send_five(u64 arg)
{
	gic_send_sgi(0, 5);
}

/* Pending from everybody at once: an interrupt for each. One that sends twice is one. */
enum verdict v2_senders(void)
{
	u32 cpu, round, n = smp_count();

	SKIP_V3();
	if (n < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	memset(from, 0, sizeof(from));
	irq_hook = note_sender;
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
	for (round = 1; round <= 10; round++) {
		send_five(0);
		send_five(0);
		for (cpu = 1; cpu < n; cpu++) {
			smp_call(cpu, send_five, 0);
			EXPECT(smp_join(cpu), "CPU %u does not send", cpu);
		}
		gic_test_settle();
		for (cpu = 0; cpu < n; cpu++)
			EXPECT(from[cpu] == round, "round %u: %u from CPU %u", round, from[cpu], cpu);
	}
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
	EXPECT_EQ(irq_count(0, 5), 10 * n);
	return TEST_PASS;
}

enum verdict v2_pending_senders(void)
{
	u64 set = GICD_BASE + GICD_SPENDSGIR + 5, clear = GICD_BASE + GICD_CPENDSGIR + 5;

	SKIP_V3();
	gic_test_begin();
	memset(from, 0, sizeof(from));
	irq_hook = note_sender;
	mmio_write8(set, 3);
	EXPECT_EQ(mmio_read8(set), 3);
	EXPECT_EQ(mmio_read8(clear), 3);
	EXPECT(gic_bit_read(GICD_ISPENDR, 5), "not pending");
	/* ICPENDR is not for SGIs. */
	gic_bit_write(GICD_ICPENDR, 5);
	EXPECT_EQ(mmio_read8(set), 3);
	mmio_write8(clear, 1);
	EXPECT_EQ(mmio_read8(set), 2);
	gic_test_settle();
	EXPECT_EQ(from[0], 0);
	EXPECT_EQ(from[1], 1);
	EXPECT_EQ(mmio_read8(set), 0);
	EXPECT(!gic_bit_read(GICD_ISPENDR, 5), "pending");
	return TEST_PASS;
}

enum verdict v2_gicc_widths(void)
{
	SKIP_V3();
	gic_test_begin();
	EXPECT_EQ(mmio_read32(GICC_BASE + GICC_BPR), 2);
	gic_set_mask(0xff);
	EXPECT_EQ(gic_mask(), 0xf8);
	gic_set_mask(0x0f);
	EXPECT_EQ(gic_mask(), 0x08);
	mmio_write32(GICC_BASE + GICC_BPR, 5);
	EXPECT_EQ(mmio_read32(GICC_BASE + GICC_BPR), 5);
	mmio_write32(GICC_BASE + GICC_BPR, 0);
	gic_test_begin();
	return TEST_PASS;
}

enum verdict v2_gicc_ids(void)
{
	u32 iidr;

	SKIP_V3();
	iidr = mmio_read32(GICC_BASE + GICC_IIDR);
	tap_note("GICC_IIDR 0x%x", iidr);
	EXPECT_EQ(iidr >> 16 & 0xf, 2);
	EXPECT_EQ(mmio_read32(GICC_BASE + GICC_DIR), 0);
	EXPECT_EQ(mmio_read32(GICC_BASE + GICC_DIR + 0xffc), 0);
	mmio_write32(GICC_BASE + GICC_DIR + 0xffc, ~0U);
	/* Of an interrupt that is not active, and of none at all */
	mmio_write32(GICC_BASE + GICC_DIR, 40);
	mmio_write32(GICC_BASE + GICC_DIR, ~0U);
	return TEST_PASS;
}

static u32 other_mask;

static void change_mask(u64 arg)
{
	u32 round;

	for (round = 0; round < 50; round++) {
		gic_set_mask(0x50);
		timer_spin_us(100);
		other_mask = gic_mask();
		if (other_mask != 0x50)
			break;
	}
}

/* What the CPU interface holds goes with its vCPU, wherever and beside whomever that runs. */
enum verdict v2_gicc_own(void)
{
	u32 round, mask = 0x70;

	SKIP_V3();
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	EXPECT(smp_start(1), "CPU 1 does not start");
	gic_set_mask(0x70);
	smp_call(1, change_mask, 0);
	for (round = 0; round < 50 && mask == 0x70; round++) {
		timer_spin_us(100);
		mask = gic_mask();
	}
	EXPECT(smp_join(1) && smp_stop(1), "CPU 1 does not come back");
	EXPECT_EQ(mask, 0x70);
	EXPECT_EQ(other_mask, 0x50);
	gic_test_begin();
	return TEST_PASS;
}
