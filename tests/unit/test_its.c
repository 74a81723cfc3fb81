// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs and the ITS: registers, commands, delivery, tables; and guests that mean no good.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c tests/unit/its_fixture.c virt/vgic.c virt/vgic_lr.c virt/vgic_sgi.c virt/vgic_mmio.c
 * Links: virt/vgic_addr.c virt/vgic_init.c virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c
 */
#include <its_fixture.h>

void irqfd_acked(struct loft_vm *vm, u32 intid)
{
	unit_fail(__FILE__, __LINE__, "INTID %u acknowledged", intid);
}

TEST(registers)
{
	u64 val;

	its_guest_start(1);
	CHECK_EQ(its_read(4), 0x4b00043b);
	val = its_read(8);
	CHECK_EQ(val & 1, 1);
	CHECK_EQ(val >> 4 & 0xf, 7);
	CHECK_EQ(val >> 8 & 0x1f, 15);
	CHECK_EQ(val >> 13 & 0x1f, 15);
	CHECK_EQ(its_read(0xffe8) >> 4 & 0xf, 3);
	CHECK_EQ(its_read(0x100), BIT_ULL(63) | 1ull << 56 | 7ull << 48 | 2 << 8 | DEVICES);
	CHECK_EQ(its_read(0x108), BIT_ULL(63) | 4ull << 56 | 7ull << 48 | 2 << 8 | COLLECTIONS);
	CHECK_EQ(its_read(0x110), 0);
	/* While it is enabled its tables and queue stay. */
	its_write(0x80, 0);
	its_write(0x100, 0);
	CHECK_EQ(its_read(0x80), BIT_ULL(63) | QUEUE);
	CHECK_EQ(its_read(0x100) & ~0xffff0000000000ffull, 2 << 8 | DEVICES);
	its_write(0, 0);
	CHECK_EQ(its_read(0), BIT(31));
	its_write(0x100, BIT_ULL(62));
	its_write(0x108, BIT_ULL(62) | BIT_ULL(63));
	CHECK_EQ(its_read(0x100) >> 62, 1);
	CHECK_EQ(its_read(0x108) >> 62, 2);	/* collections have one level */
	/* Not without tables */
	its_write(0, 1);
	CHECK_EQ(its_read(0), BIT(31));
	/* Halves; other sizes and places */
	val = 0x12345000;
	CHECK(vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + 0x80), 4, true, &val));
	val = 0x80000000;
	CHECK(vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + 0x84), 4, true, &val));
	CHECK_EQ(its_read(0x80), 0x8000000012345000ull);
	CHECK(vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + 0x80), 2, false, &val));
	CHECK_EQ(val, 0);
	CHECK(vgic_mmio(fix_vcpu(0), IPA(DOORBELL), 4, true, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + VGIC_ITS_SIZE), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(ITS_BASE - 4), 4, false, &val));
	fix_destroy();
}

TEST(what_the_distributor_says)
{
	static const u16 one[] = { 0 };

	fix_init(one, 1, 128);
	CHECK_EQ(fix_read(0, -1, 4, 4) & (BIT(17) | 0x1f << 19), 9 << 19);
	CHECK_EQ(fix_read(0, 0, 8, 8) & 1, 0);
	fix_write(0, 0, 0, 4, 1);
	CHECK_EQ(fix_read(0, 0, 0, 4), 0);
	fix_write(0, 0, 0x70, 8, ~0ull);
	fix_write(0, 0, 0x78, 8, ~0ull);
	CHECK_EQ(fix_read(0, 0, 0x70, 8), 0);
	CHECK_EQ(fix_read(0, 0, 0x78, 8), 0);
	fix_write(0, 0, 0xa0, 8, LPI);
	fix_write(0, 0, 0xb0, 8, 0);
	fix_destroy();

	its_guest_start(1);
	CHECK_EQ(fix_read(0, -1, 4, 4) & (BIT(17) | 0x1f << 19), BIT(17) | 15 << 19);
	CHECK_EQ(fix_read(0, 0, 8, 8) & 1, 1);
	CHECK_EQ(fix_read(0, 0, 0, 4), 7);
	fix.vm.vgic->revision = 2;
	CHECK_EQ(fix_read(0, 0, 0, 4), 1);
	/* Fixed while LPIs are enabled */
	fix_write(0, 0, 0x70, 8, 0);
	fix_write(0, 0, 0x78, 8, 0);
	CHECK_EQ(fix_read(0, 0, 0x70, 8), PROP | 15);
	CHECK_EQ(fix_read(0, 0, 0x78, 8), PEND(0));
	fix_write(0, 0, 0, 4, 0);
	fix_write(0, 0, 0x78, 8, PEND(0) | BIT_ULL(62));
	CHECK_EQ(fix_read(0, 0, 0x78, 8), PEND(0));
	fix_destroy();
}

TEST(msi_is_delivered_once)
{
	its_guest_map(4);
	CHECK_EQ(its_take(0), 0);
	CHECK_EQ(its_msi(5, 2), 1);
	CHECK_EQ(its_msi(5, 2), 1);
	CHECK(vgic_pending(fix_vcpu(0)));
	CHECK(!vgic_pending(fix_vcpu(1)));
	CHECK_EQ(fix.kicks[0], 1);
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(its_take(0), LPI + 2);
	CHECK_EQ(its_take(0), 0);
	CHECK(!vgic_pending(fix_vcpu(0)));
	CHECK_EQ(fix_vcpu(0)->vgic->cand & BIT(VGIC_CAND_LPIS), 0);
	CHECK_EQ(its_msi(5, 3), 1);
	CHECK_EQ(its_take(1), LPI + 3);
	/* The command does what the message does. */
	INT(5, 1);
	CHECK_EQ(its_take(1), LPI + 1);
	fix_destroy();
}

TEST(msi_that_leads_nowhere)
{
	struct kvm_msi msi = { .address_lo = (u32)DOORBELL, .data = 1, .flags = KVM_MSI_VALID_DEVID, .devid = 5 };
	static const u16 one[] = { 0 };

	fix_init(one, 1, 128);
	CHECK_EQ(vgic_msi(&fix.vm, &msi), -ENODEV);
	fix_destroy();

	its_guest_map(2);
	CHECK_EQ(vgic_msi(&fix.vm, &msi), 1);
	msi.address_lo += 4;
	CHECK_EQ(vgic_msi(&fix.vm, &msi), -EINVAL);
	msi.address_lo = 0x1000;
	CHECK_EQ(vgic_msi(&fix.vm, &msi), -EINVAL);
	msi.address_lo = (u32)DOORBELL;
	msi.flags = 0;
	CHECK_EQ(vgic_msi(&fix.vm, &msi), -EINVAL);
	CHECK_EQ(its_msi(6, 0), 0);
	CHECK_EQ(its_msi(5, 2), 0);
	CHECK_EQ(its_msi(5, ~0u), 0);
	CHECK_EQ(its_msi(~0u, 0), 0);
	UNMAPC(0);
	CHECK_EQ(its_msi(5, 0), 0);
	fix_write(0, 1, 0, 4, 0);
	CHECK_EQ(its_msi(5, 1), -EBUSY);
	its_write(0, 0);
	CHECK_EQ(its_msi(5, 1), -EBUSY);
	fix_destroy();
}

/* Read when it is mapped, and again by INV, INVALL and the redistributor's registers; not before. */
TEST(properties)
{
	its_guest_map(4);
	its_prop(LPI, 0xa0);
	CHECK_EQ(its_msi(5, 0), 1);
	INV(5, 0);
	CHECK_EQ(its_take(0), 0);
	CHECK(!vgic_pending(fix_vcpu(0)));
	its_prop(LPI, ON);
	CHECK_EQ(its_take(0), 0);
	INV(5, 0);
	CHECK_EQ(its_take(0), LPI);

	its_prop(LPI, 0xa0);
	its_prop(LPI + 2, 0xa0);
	INVALL(0);
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_msi(5, 2), 1);
	CHECK_EQ(its_take(0), 0);
	its_prop(LPI, ON);
	its_prop(LPI + 2, ON);
	fix_write(0, 0, 0xa0, 8, LPI + 2);
	CHECK_EQ(its_take(0), LPI + 2);
	CHECK_EQ(its_take(0), 0);
	fix_write(0, 0, 0xb0, 8, 0);
	CHECK_EQ(its_take(0), LPI);
	fix_destroy();
}

TEST(priorities)
{
	static const u8 prio[] = { 0xc1, 0x41, 0xa1, 0x09, 0xf9, 0x81 };
	static const u32 order[] = { 3, 1, 5, 2, 0, 4 };
	u32 i;

	its_guest_start(1);
	loft_caps.nr_lrs = 2;
	MAPC(0, 0);
	MAPD(5, 5, ITT(0));
	for (i = 0; i < 6; i++) {
		its_prop(LPI + i, prio[i]);
		MAPTI(5, i, LPI + i, 0);
	}
	for (i = 0; i < 6; i++)
		CHECK_EQ(its_msi(5, i), 1);
	for (i = 0; i < 6; i++)
		CHECK_EQ(its_take(0), LPI + order[i]);
	/* A change of priority while it waits */
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_msi(5, 1), 1);
	its_prop(LPI, 0x11);
	INV(5, 0);
	CHECK_EQ(its_take(0), LPI);
	CHECK_EQ(its_take(0), LPI + 1);
	CHECK_EQ(its_take(0), 0);
	fix_destroy();
}

/* More than list registers: a maintenance interrupt is asked for, and none is lost. */
TEST(overflow)
{
	u32 i, seen = 0, intid;

	its_guest_map(32);
	for (i = 0; i < 32; i += 2)
		CHECK_EQ(its_msi(5, i), 1);
	fake_irqs_off++;
	vgic_flush(fix_vcpu(0));
	CHECK_EQ(fix_vcpu(0)->lr.used, loft_caps.nr_lrs);
	CHECK(fix_vcpu(0)->lr.hcr & VGIC_HCR_NPIE);
	fix_vcpu(0)->lr.elrsr = 0;
	vgic_sync(fix_vcpu(0));
	fake_irqs_off--;
	for (i = 0; i < 16; i++) {
		intid = its_take(0);
		CHECK(intid >= LPI && intid < LPI + 32 && !(seen & BIT(intid - LPI)));
		seen |= BIT(intid - LPI);
	}
	CHECK_EQ(seen, 0x55555555);
	CHECK_EQ(its_take(0), 0);
	fix_destroy();
}

TEST(groups_and_other_interrupts)
{
	its_guest_map(2);
	fix_write(0, -1, 0, 4, 1);	/* group 0 only */
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_take(0), 0);
	CHECK(!vgic_pending(fix_vcpu(0)));
	fix_write(0, -1, 0, 4, 3);
	CHECK(vgic_pending(fix_vcpu(0)));
	CHECK_EQ(its_take(0), LPI);
	/* SPI 40 at priority 0x20 comes before, at 0xf0 after */
	fix_write(0, -1, 0x104, 4, BIT(8));
	fix_write(0, -1, 0xc08, 4, 2 << 16);
	fix_write(0, -1, 0x428, 1, 0x20);
	CHECK_EQ(its_msi(5, 0), 1);
	vgic_inject(&fix.vm, NULL, 40, true);
	CHECK_EQ(its_take(0), 40);
	fix_write(0, -1, 0x384, 4, ~0u);
	CHECK_EQ(its_take(0), LPI);
	fix_write(0, -1, 0x428, 1, 0xf0);
	vgic_inject(&fix.vm, NULL, 40, true);
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_take(0), LPI);
	fix_destroy();
}

/* In a list register of a vCPU that runs: flush without sync */
static void flush(unsigned int v)
{
	fake_irqs_off++;
	vgic_flush(fix_vcpu(v));
	fake_irqs_off--;
}

static void sync(struct loft_vcpu *vcpu)
{
	fake_irqs_off++;
	vcpu->lr.elrsr = 0;
	vgic_sync(vcpu);
	fake_irqs_off--;
}

TEST(in_flight)
{
	its_guest_map(4);
	fix.kicked = sync;
	/* Taken by the guest, and sent again: kicked, it comes again. */
	CHECK_EQ(its_msi(5, 0), 1);
	flush(0);
	fix_vcpu(0)->lr.lr[0] ^= VGIC_LR_STATE;
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(fix_vcpu(0)->lr.used, 0);
	CHECK_EQ(its_take(0), LPI);
	CHECK_EQ(its_take(0), 0);

	/* Cleared, discarded, or disabled by another vCPU */
	CHECK_EQ(its_msi(5, 1), 1);
	flush(1);
	CLEAR(5, 1);
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(its_msi(5, 1), 1);
	flush(1);
	its_prop(LPI + 1, 0);
	INV(5, 1);
	CHECK_EQ(its_take(1), 0);
	its_prop(LPI + 1, ON);
	INV(5, 1);
	CHECK_EQ(its_take(1), LPI + 1);
	CHECK_EQ(its_msi(5, 3), 1);
	flush(1);
	DISCARD(5, 3);
	CHECK_EQ(its_take(1), 0);
	MAPTI(5, 3, LPI + 3, 1);
	CHECK_EQ(its_take(1), 0);

	/* Moved: not taken there, it comes here. */
	CHECK_EQ(its_msi(5, 1), 1);
	flush(1);
	MOVI(5, 1, 0);
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(its_take(0), LPI + 1);
	CHECK_EQ(its_msi(5, 1), 1);
	CHECK_EQ(its_take(0), LPI + 1);
	fix_destroy();
}

TEST(moves)
{
	its_guest_map(6);
	CHECK_EQ(its_msi(5, 0), 1);
	MOVI(5, 0, 1);
	CHECK_EQ(its_take(0), 0);
	CHECK_EQ(its_take(1), LPI);
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_take(1), LPI);
	/* A collection moves with all it has. */
	CHECK_EQ(its_msi(5, 3), 1);
	MAPC(1, 0);
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(its_take(0), LPI + 3);
	MAPC(1, 1);
	CHECK_EQ(its_msi(5, 5), 1);
	MOVALL(1, 0);
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(its_take(0), LPI + 5);
	/* Interrupts of a collection that is gone wait for it. */
	UNMAPC(1);
	CHECK_EQ(its_msi(5, 3), 0);
	MAPC(1, 1);
	CHECK_EQ(its_msi(5, 3), 1);
	CHECK_EQ(its_take(1), LPI + 3);
	/* Mapped into a collection that is not there yet */
	its_prop(LPI + 9, ON);
	MAPTI(5, 9, LPI + 9, 7);
	CHECK_EQ(its_msi(5, 9), 0);
	MAPC(7, 1);
	CHECK_EQ(its_msi(5, 9), 1);
	CHECK_EQ(its_take(1), LPI + 9);
	fix_destroy();
}

TEST(devices_come_and_go)
{
	its_guest_map(4);
	CHECK_EQ(its_msi(5, 0), 1);
	UNMAPD(5);
	CHECK_EQ(its_take(0), 0);
	CHECK_EQ(its_msi(5, 0), 0);
	CHECK(xa_empty(&fix.vm.lpis->by_intid));
	/* Mapped again it has nothing. */
	MAPD(5, 5, ITT(0));
	CHECK_EQ(its_msi(5, 0), 0);
	MAPTI(5, 0, LPI, 0);
	CHECK_EQ(its_msi(5, 0), 1);
	MAPD(5, 5, ITT(1));
	CHECK_EQ(its_msi(5, 0), 0);
	its_prop(LPI + 17, ON);
	MAPD(7, 16, ITT(2));
	MAPI(7, LPI + 17, 1);
	CHECK_EQ(its_msi(7, LPI + 17), 1);
	CHECK_EQ(its_take(1), LPI + 17);
	fix_destroy();
}

TEST(commands_in_error_are_ignored)
{
	its_guest_map(2);
	MAPD(5, 17, ITT(0));			/* EventIDs too large */
	CHECK_EQ(its_msi(5, 0), 1);
	MAPD(8192, 5, ITT(3));			/* beyond the table's single page */
	MAPTI(8192, 0, LPI + 5, 0);
	MAPTI(5, 32, LPI + 5, 0);		/* event out of range */
	MAPTI(5, 3, 8191, 0);			/* no LPI */
	MAPTI(5, 3, 65536, 0);
	MAPTI(5, 3, ~0u, 0);
	MAPTI(5, 3, LPI + 5, 0xffff);		/* no room for the collection */
	MAPTI(5, 3, LPI, 0);			/* taken */
	MAPTI(9, 0, LPI + 5, 0);		/* no device */
	MAPC(2, 2);				/* no vCPU */
	MAPC(2, ~0u);
	MOVI(5, 0, 2);
	MOVI(5, 9, 1);
	MOVALL(0, 17);
	INT(5, 9);
	INT(9, 0);
	CLEAR(9, 0);
	DISCARD(9, 0);
	INV(9, 9);
	INVALL(9);
	UNMAPD(99);
	UNMAPC(99);
	its_cmd(0xff, ~0ull, ~0ull, ~0ull);
	its_cmd(0x06, ~0ull, ~0ull, ~0ull);
	its_cmd(0, 0, 0, 0);
	CHECK(!xa_load(&fix.vm.lpis->by_intid, LPI + 5));
	CHECK_EQ(its_take(0), LPI);
	/* The queue is not in memory, or CWRITER is beyond it. */
	its_write(0x88, 0x1000);
	CHECK_EQ(its_read(0x88), its_read(0x90));
	its_write(0, 0);
	its_write(0x80, BIT_ULL(63) | 0x10000000);
	its_write(0, 1);
	its_write(0x88, 0x800);
	CHECK_EQ(its_read(0x90), 0x800);
	fix_destroy();
}

/* Memory runs out anywhere: the command has no effect, the next one works. */
TEST(no_memory)
{
	int n;

	its_guest_map(1);
	for (n = 1; n < 5; n++) {
		fake_alloc_fail = n;
		MAPD(6, 5, ITT(1));
		MAPTI(6, 0, LPI + 8, 3);
		MAPC(3, 1);
		fake_alloc_fail = -1;
		UNMAPD(6);
		UNMAPC(3);
	}
	its_prop(LPI + 8, ON);
	MAPD(6, 5, ITT(1));
	MAPC(3, 1);
	MAPTI(6, 0, LPI + 8, 3);
	CHECK_EQ(its_msi(6, 0), 1);
	CHECK_EQ(its_take(1), LPI + 8);
	fix_destroy();
}

TEST(creation)
{
	static const u16 one[] = { 0 };
	unsigned int i;

	fix_create(one, 1);
	fake_alloc_fail = 1;
	CHECK_EQ(PTR_ERR(vgic_its_create(&fix.vm)), -ENOMEM);
	fake_alloc_fail = -1;
	/* Before there is a vGIC, too */
	CHECK(!vgic_has_its(&fix.vm));
	for (i = 0; i < VGIC_ITS_MAX; i++)
		CHECK(!IS_ERR(vgic_its_create(&fix.vm)));
	CHECK(vgic_has_its(&fix.vm));
	CHECK_EQ(PTR_ERR(vgic_its_create(&fix.vm)), -ENOSPC);
	fix.vm.ran = true;
	CHECK_EQ(PTR_ERR(vgic_its_create(&fix.vm)), -EBUSY);
	fix_destroy();
}
