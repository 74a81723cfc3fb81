// SPDX-License-Identifier: GPL-2.0-only
// A driver for the ITS: see its.h.
#include "its.h"
#include "cpu.h"
#include "gic.h"
#include "layout.h"
#include "smp.h"
#include "timer.h"

/* Behind the payload, which is not so large */
#define TABLES		(RAM_BASE + 0x4000000)
#define PROP		(TABLES + 0x000000)
#define QUEUE		(TABLES + 0x010000)
#define DEVICES		(TABLES + 0x020000)
#define COLLECTIONS	(TABLES + 0x030000)
#define ITT(device)	(TABLES + 0x040000 + (device) * 0x1000)
#define PEND(cpu)	(TABLES + 0x100000 + (u64)(cpu) * 0x10000)
#define TABLES_SIZE	0x200000
#define QUEUE_SIZE	0x1000

#define VALID		BIT(63)
#define SHARED_WB	(BIT(10) | 7UL << 59)	/* inner shareable, write-back */
#define SHARED_WB_R	(BIT(10) | 7UL << 7)	/* the same in redistributors */

static u32 its_queued;

bool its_present(void)
{
	return gic_version() == 3 && mmio_read32(GICD_BASE + GICD_TYPER) & BIT(17);
}

void lpi_set_enabled(u32 cpu, bool on)
{
	mmio_write32(gic_redist(cpu) + GICR_CTLR, on);
	dsb();
}

void lpi_set(u32 intid, u8 priority, bool enabled)
{
	WRITE_ONCE(*(u8 *)((u64)PROP + intid - LPI_BASE), (priority & 0xfc) | enabled);
	dsb();
}

bool its_init(void)
{
	u32 cpu;

	memset((void *)TABLES, 0, TABLES_SIZE);
	dsb();
	for (cpu = 0; cpu < smp_count(); cpu++) {
		mmio_write64(gic_redist(cpu) + GICR_PROPBASER, PROP | SHARED_WB_R | 15);
		mmio_write64(gic_redist(cpu) + GICR_PENDBASER, PEND(cpu) | SHARED_WB_R);
		lpi_set_enabled(cpu, true);
	}
	mmio_write64(ITS_BASE + GITS_CBASER, VALID | SHARED_WB | QUEUE);
	mmio_write64(ITS_BASE + GITS_BASER, VALID | SHARED_WB | DEVICES);
	mmio_write64(ITS_BASE + GITS_BASER + 8, VALID | SHARED_WB | COLLECTIONS);
	mmio_write32(ITS_BASE + GITS_CTLR, 1);
	its_queued = 0;
	if (!(mmio_read32(ITS_BASE + GITS_CTLR) & 1))
		return false;
	for (cpu = 0; cpu < smp_count(); cpu++) {
		if (!its_mapc(cpu, cpu))
			return false;
	}
	return true;
}

bool its_command(u64 dw0, u64 dw1, u64 dw2, u64 dw3)
{
	volatile u64 *slot = (u64 *)(QUEUE + (u64)its_queued);
	u64 deadline = timer_deadline();

	slot[0] = dw0;
	slot[1] = dw1;
	slot[2] = dw2;
	slot[3] = dw3;
	dsb();
	its_queued = (its_queued + 32) % QUEUE_SIZE;
	mmio_write64(ITS_BASE + GITS_CWRITER, its_queued);
	while (mmio_read64(ITS_BASE + GITS_CREADR) != its_queued) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

bool its_mapd(u32 device, u32 bits)
{
	return its_command((u64)device << 32 | 0x08, bits - 1, VALID | ITT(device), 0);
}

bool its_unmapd(u32 device)
{
	return its_command((u64)device << 32 | 0x08, 0, 0, 0);
}

bool its_mapc(u32 collection, u32 cpu)
{
	u64 number = mmio_read64(gic_redist(cpu) + GICR_TYPER) >> 8 & 0xffff;

	return its_command(0x09, 0, VALID | number << 16 | collection, 0);
}

bool its_mapti(u32 device, u32 event, u32 intid, u32 collection)
{
	return its_command((u64)device << 32 | 0x0a, (u64)intid << 32 | event, collection, 0);
}

bool its_movi(u32 device, u32 event, u32 collection)
{
	return its_command((u64)device << 32 | 0x01, event, collection, 0);
}

bool its_int(u32 device, u32 event)
{
	return its_command((u64)device << 32 | 0x03, event, 0, 0);
}

bool its_clear(u32 device, u32 event)
{
	return its_command((u64)device << 32 | 0x04, event, 0, 0);
}

bool its_inv(u32 device, u32 event)
{
	return its_command((u64)device << 32 | 0x0c, event, 0, 0);
}

bool its_invall(u32 collection)
{
	return its_command(0x0d, 0, collection, 0);
}

bool its_discard(u32 device, u32 event)
{
	return its_command((u64)device << 32 | 0x0f, event, 0, 0);
}
