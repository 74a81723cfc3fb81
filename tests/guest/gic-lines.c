// SPDX-License-Identifier: GPL-2.0-only
// Interrupt lines driven by the VMM, and interrupts between vCPUs.
#include "gic-tests.h"
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "smp.h"
#include "testdev.h"
#include "timer.h"

#define LEVEL_SPI	50	/* on the test device's IRQ_SET and IRQ_CLEAR */
#define EDGE_SPI	64	/* on its irqfd */
#define LEVEL_INTID	(32 + LEVEL_SPI)
#define EDGE_INTID	(32 + EDGE_SPI)

static void lower_after_five(u32 intid)
{
	if (intid == LEVEL_INTID && irq_count(0, intid) == 4)
		mmio_write32(TESTDEV_IRQ_CLEAR, LEVEL_SPI);
}

enum verdict level_again(void)
{
	if (!testdev_present())
		return tap_skip("no test device");
	gic_test_begin();
	gic_set_edge(LEVEL_INTID, false);
	gic_enable(LEVEL_INTID);
	irq_hook = lower_after_five;
	mmio_write32(TESTDEV_IRQ_SET, LEVEL_SPI);
	EXPECT(gic_bit_read(GICD_ISPENDR, LEVEL_INTID), "not pending");
	irq_enable();
	EXPECT(irq_wait(0, LEVEL_INTID, 5), "came %u times", irq_count(0, LEVEL_INTID));
	gic_test_settle();
	EXPECT_EQ(irq_count(0, LEVEL_INTID), 5);
	EXPECT(!gic_bit_read(GICD_ISPENDR, LEVEL_INTID), "pending with the line low");
	return TEST_PASS;
}

enum verdict level_withdrawn(void)
{
	if (!testdev_present())
		return tap_skip("no test device");
	gic_test_begin();
	gic_set_edge(LEVEL_INTID, false);
	gic_enable(LEVEL_INTID);
	mmio_write32(TESTDEV_IRQ_SET, LEVEL_SPI);
	mmio_write32(TESTDEV_IRQ_CLEAR, LEVEL_SPI);
	EXPECT(!gic_bit_read(GICD_ISPENDR, LEVEL_INTID), "pending with the line low");
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	return TEST_PASS;
}

static void lower(u32 intid)
{
	if (intid == LEVEL_INTID)
		mmio_write32(TESTDEV_IRQ_CLEAR, LEVEL_SPI);
}

enum verdict level_disabled(void)
{
	if (!testdev_present())
		return tap_skip("no test device");
	gic_test_begin();
	gic_set_edge(LEVEL_INTID, false);
	mmio_write32(TESTDEV_IRQ_SET, LEVEL_SPI);
	gic_test_settle();
	EXPECT_EQ(irq_log(0)->total, 0);
	/* ICPENDR cannot take back what the line holds up. */
	gic_bit_write(GICD_ICPENDR, LEVEL_INTID);
	EXPECT(gic_bit_read(GICD_ISPENDR, LEVEL_INTID), "not pending with the line high");
	irq_hook = lower;
	gic_enable(LEVEL_INTID);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, LEVEL_INTID), 1);
	return TEST_PASS;
}

enum verdict irqfd_edges(void)
{
	u32 i;

	if (!testdev_present())
		return tap_skip("no test device");
	gic_test_begin();
	gic_set_edge(EDGE_INTID, true);
	gic_enable(EDGE_INTID);
	irq_enable();
	for (i = 1; i <= 20; i++) {
		mmio_write32(TESTDEV_IRQFD, EDGE_SPI);
		EXPECT(irq_wait(0, EDGE_INTID, i), "edge %u does not come", i);
	}
	gic_test_settle();
	EXPECT_EQ(irq_count(0, EDGE_INTID), 20);
	/* Two edges before the first is taken are one interrupt. */
	mmio_write32(TESTDEV_IRQFD, EDGE_SPI);
	timer_spin_us(20000);
	mmio_write32(TESTDEV_IRQFD, EDGE_SPI);
	timer_spin_us(20000);
	gic_test_settle();
	EXPECT_EQ(irq_count(0, EDGE_INTID), 21);
	return TEST_PASS;
}

/* The other vCPUs: take interrupts until told otherwise. */
static u32 listening;

static void listen(u64 arg)
{
	u64 deadline = timer_deadline();

	__atomic_add_fetch(&listening, 1, __ATOMIC_RELEASE);
	irq_enable();
	while (__atomic_load_n(&listening, __ATOMIC_ACQUIRE) < 100 && !timer_passed(deadline))
		;
	irq_disable();
}

bool listeners_start(void)
{
	u64 deadline = timer_deadline();
	u32 cpu, n = smp_count();

	listening = 0;
	for (cpu = 1; cpu < n; cpu++) {
		if (!smp_start(cpu))
			return false;
		smp_call(cpu, listen, 0);
	}
	while (__atomic_load_n(&listening, __ATOMIC_ACQUIRE) < n - 1) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

bool listeners_stop(void)
{
	u32 cpu, n = smp_count();

	__atomic_store_n(&listening, 100, __ATOMIC_RELEASE);
	for (cpu = 1; cpu < n; cpu++) {
		if (!smp_join(cpu) || !smp_stop(cpu))
			return false;
	}
	return true;
}

static void reply(u32 intid)
{
	if (intid == 1 && cpu_self() == 1)
		gic_send_sgi(0, 2);
}

enum verdict sgi_other(void)
{
	u32 i;

	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	irq_hook = reply;
	EXPECT(listeners_start(), "the other CPUs do not start");
	irq_enable();
	for (i = 1; i <= 100; i++) {
		gic_send_sgi(1, 1);
		EXPECT(irq_wait(1, 1, i), "SGI %u to CPU 1 does not come", i);
		EXPECT(irq_wait(0, 2, i), "SGI %u from CPU 1 does not come", i);
	}
	irq_disable();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 1), 0);
	EXPECT_EQ(irq_count(1, 1), 100);
	return TEST_PASS;
}

enum verdict sgi_broadcast(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	EXPECT(listeners_start(), "the other CPUs do not start");
	gic_send_sgi_others(12);
	for (cpu = 1; cpu < n; cpu++)
		EXPECT(irq_wait(cpu, 12, 1), "SGI does not come to CPU %u", cpu);
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 12), 0);
	for (cpu = 1; cpu < n; cpu++)
		EXPECT_EQ(irq_count(cpu, 12), 1);
	return TEST_PASS;
}

enum verdict sgi_list(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	EXPECT(listeners_start(), "the other CPUs do not start");
	/* CPUs 0, 1 and two that do not exist; a cluster that does not exist is ignored. */
	gic_send_sgi_list(0xc3, 13);
	if (gic_version() == 3)
		sysreg_write(icc_sgi1r_el1, 14UL << 24 | 0x55UL << 16 | 0xffff);
	isb();
	irq_enable();
	EXPECT(irq_wait(0, 13, 1) && irq_wait(1, 13, 1), "SGI does not come");
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	for (cpu = 0; cpu < n; cpu++) {
		EXPECT_EQ(irq_count(cpu, 13), cpu < 2);
		EXPECT_EQ(irq_count(cpu, 14), 0);
	}
	return TEST_PASS;
}

enum verdict spi_routed(void)
{
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	EXPECT(listeners_start(), "the other CPUs do not start");
	gic_set_edge(110, true);
	gic_set_route(110, 1);
	gic_enable(110);
	gic_bit_write(GICD_ISPENDR, 110);
	EXPECT(irq_wait(1, 110, 1), "SPI does not come to CPU 1");
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 110), 0);
	EXPECT_EQ(irq_count(1, 110), 1);
	return TEST_PASS;
}

enum verdict spi_rerouted(void)
{
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	gic_set_edge(111, true);
	gic_enable(111);
	gic_bit_write(GICD_ISPENDR, 111);	/* pending on CPU 0, which has interrupts masked */
	EXPECT(listeners_start(), "the other CPUs do not start");
	gic_set_route(111, 1);
	EXPECT(irq_wait(1, 111, 1), "SPI does not come to CPU 1");
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 111), 0);
	EXPECT_EQ(irq_count(1, 111), 1);
	return TEST_PASS;
}

/* A PPI of CPU 1, made pending by CPU 0 through CPU 1's redistributor. */
enum verdict ppi_of_other(void)
{
	u64 sgi_frame = gic_redist(1) + GICR_SGI;

	if (gic_version() == 2)
		return tap_skip("GICv2: nobody sees another CPU's");
	if (smp_count() < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	EXPECT(listeners_start(), "the other CPUs do not start");
	mmio_write32(sgi_frame + GICD_ISENABLER, BIT(21));
	mmio_write32(sgi_frame + GICD_ISPENDR, BIT(21));
	EXPECT(irq_wait(1, 21, 1), "PPI does not come to CPU 1");
	mmio_write32(sgi_frame + GICD_ICENABLER, BIT(21));
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	EXPECT_EQ(irq_count(0, 21), 0);
	return TEST_PASS;
}

enum verdict storm_of_all(void)
{
	u32 i, round, cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	gic_test_begin();
	for (i = 64; i < 128; i++) {
		gic_set_edge(i, true);
		gic_set_route(i, i % n);
		gic_enable(i);
	}
	EXPECT(listeners_start(), "the other CPUs do not start");
	irq_enable();
	for (round = 1; round <= 20; round++) {
		mmio_write32(GICD_BASE + GICD_ISPENDR + 8, ~0U);
		gic_send_sgi_others(15);
		mmio_write32(GICD_BASE + GICD_ISPENDR + 12, ~0U);
		for (i = 64; i < 128; i++)
			EXPECT(irq_wait(i % n, i, round), "round %u: INTID %u does not come to CPU %u", round, i,
			       i % n);
		for (cpu = 1; cpu < n; cpu++)
			EXPECT(irq_wait(cpu, 15, round), "round %u: SGI does not come to CPU %u", round, cpu);
	}
	gic_test_settle();
	EXPECT(listeners_stop(), "the other CPUs do not stop");
	for (i = 64; i < 128; i++)
		EXPECT(irq_count(i % n, i) == 20, "INTID %u came %u times", i, irq_count(i % n, i));
	return TEST_PASS;
}
