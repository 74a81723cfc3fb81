// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of LPIs and the ITS in guest memory: their format, saved and restored; and bad ones.
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

TEST(pending_tables)
{
	its_guest_map(4);
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(its_msi(5, 3), 1);
	CHECK_EQ(vgic_lpi_save_pending(&fix.vm), 0);
	CHECK(its_pending_bit(0, LPI) && its_pending_bit(1, LPI + 3));
	CHECK(!its_pending_bit(1, LPI) && !its_pending_bit(0, LPI + 2));
	CHECK_EQ(its_take(0), LPI);
	CHECK_EQ(vgic_lpi_save_pending(&fix.vm), 0);
	CHECK(!its_pending_bit(0, LPI));
	/* Its bit of an earlier save does not come back with it. */
	DISCARD(5, 3);
	MAPTI(5, 3, LPI + 3, 1);
	CHECK_EQ(its_take(1), 0);

	/* LPIs off: to the table; on: from it. */
	CHECK_EQ(its_msi(5, 1), 1);
	CHECK_EQ(its_msi(5, 2), 1);
	fix_write(0, 1, 0, 4, 0);
	CHECK_EQ(its_take(1), 0);
	CHECK(!vgic_pending(fix_vcpu(1)));
	CHECK(its_pending_bit(1, LPI + 1));
	CHECK_EQ(its_take(0), LPI + 2);
	its_ram(PEND(1))[(LPI + 3) / 64] |= BIT_ULL((LPI + 3) % 64);
	fix_write(0, 1, 0, 4, 1);
	CHECK(!its_pending_bit(1, LPI + 1));
	CHECK_EQ(its_take(1), LPI + 1);
	CHECK_EQ(its_take(1), LPI + 3);
	CHECK_EQ(its_take(1), 0);

	/* A table that is nowhere */
	fix_write(0, 0, 0, 4, 0);
	fix_write(0, 0, 0x78, 8, 0x10000000);
	fix_write(0, 0, 0, 4, 1);
	CHECK_EQ(its_msi(5, 0), 1);
	CHECK_EQ(vgic_lpi_save_pending(&fix.vm), -EFAULT);
	CHECK_EQ(its_take(0), LPI);
	fix_destroy();
}

/* Entries as the KVM API document lays them out */
TEST(tables_saved)
{
	its_guest_map(0);
	MAPD(0x17, 4, ITT(1));
	MAPTI(5, 1, LPI + 1, 1);
	MAPTI(5, 30, LPI + 40, 0);
	MAPTI(5, 3, LPI + 7, 9);
	CHECK_EQ(vgic_its_save(its), 0);
	CHECK_EQ(its_ram(DEVICES)[5], BIT_ULL(63) | 0x12ull << 49 | (ITT(0) >> 8) << 5 | 4);
	CHECK_EQ(its_ram(DEVICES)[0x17], BIT_ULL(63) | (ITT(1) >> 8) << 5 | 3);
	CHECK_EQ(its_ram(ITT(0))[1], 2ull << 48 | (u64)(LPI + 1) << 16 | 1);
	CHECK_EQ(its_ram(ITT(0))[3], 27ull << 48 | (u64)(LPI + 7) << 16 | 9);
	CHECK_EQ(its_ram(ITT(0))[30], (u64)(LPI + 40) << 16);
	CHECK_EQ(its_ram(COLLECTIONS)[0], BIT_ULL(63));
	CHECK_EQ(its_ram(COLLECTIONS)[1], BIT_ULL(63) | 1 << 16 | 1);
	CHECK_EQ(its_ram(COLLECTIONS)[2], BIT_ULL(63) | 0xffffffffull << 16 | 9);
	CHECK_EQ(its_ram(COLLECTIONS)[3], 0);
	/* What is unmapped is not there any more, even without another save. */
	DISCARD(5, 3);
	CHECK_EQ(its_ram(ITT(0))[3], 0);
	UNMAPD(0x17);
	CHECK_EQ(its_ram(DEVICES)[0x17], 0);
	fix_destroy();
}

/* Another ITS in its place, and its registers but CTLR, as a restore finds it */
static void reborn(void)
{
	its_write(0, 0);
	vgic_its_reset(its);
	CHECK_EQ(its_read(0x80), 0);
	CHECK_EQ(its_read(0x100) >> 63, 0);
	its_guest_registers();
}

TEST(tables_restored)
{
	u32 i;

	its_guest_map(8);
	MAPD(0x1234, 5, ITT(1));
	its_prop(LPI + 100, ON);
	MAPTI(0x1234, 31, LPI + 100, 1);
	CHECK_EQ(its_msi(5, 3), 1);
	CHECK_EQ(its_msi(0x1234, 31), 1);
	CHECK_EQ(vgic_its_save(its), 0);
	CHECK_EQ(vgic_lpi_save_pending(&fix.vm), 0);
	reborn();
	CHECK_EQ(its_take(1), 0);
	CHECK_EQ(vgic_its_restore(its), 0);
	its_write(0, 1);
	/* What was pending is, once. */
	CHECK_EQ(its_take(1), LPI + 3);
	CHECK_EQ(its_take(1), LPI + 100);
	CHECK_EQ(its_take(1), 0);
	for (i = 0; i < 8; i++) {
		CHECK_EQ(its_msi(5, i), 1);
		CHECK_EQ(its_take(i % 2), LPI + i);
	}
	CHECK_EQ(its_msi(5, 8), 0);
	/* A second time replaces the first. */
	CHECK_EQ(vgic_its_restore(its), 0);
	CHECK_EQ(its_msi(5, 0), 1);
	fix_destroy();
}

TEST(two_level_table)
{
	u64 l2 = FIX_RAM + 0x200000;
	u32 id = 3 * 8192 + 77;

	its_guest_start(1);
	its_write(0, 0);
	its_write(0x100, BASER(DEVICES) | ITS_BASER_INDIRECT);
	its_write(0, 1);
	MAPC(0, 0);
	its_prop(LPI, ON);
	MAPD(id, 5, ITT(0));			/* no second level yet */
	MAPTI(id, 0, LPI, 0);
	CHECK_EQ(its_msi(id, 0), 0);
	its_ram(DEVICES)[3] = BIT_ULL(63) | l2;
	MAPD(id, 5, ITT(0));
	MAPTI(id, 0, LPI, 0);
	CHECK_EQ(its_msi(id, 0), 1);
	CHECK_EQ(its_take(0), LPI);
	CHECK_EQ(vgic_its_save(its), 0);
	CHECK_EQ(its_ram(l2)[77] >> 63, 1);
	its_write(0, 0);
	CHECK_EQ(vgic_its_restore(its), 0);
	its_write(0, 1);
	CHECK_EQ(its_msi(id, 0), 1);
	CHECK_EQ(its_take(0), LPI);
	fix_destroy();
}

static void check_refused(u64 ipa, u64 entry, int want)
{
	u64 *p = its_ram(ipa), old = *p;

	*p = entry;
	CHECK_EQ(vgic_its_restore(its), want);
	CHECK(xa_empty(&fix.vm.lpis->by_intid) && xa_empty(&its->devices) && xa_empty(&its->collections));
	*p = old;
}

TEST(corrupt_tables_are_refused)
{
	u64 dte, ite, cte;

	its_guest_map(3);
	CHECK_EQ(vgic_its_save(its), 0);
	reborn();
	dte = its_ram(DEVICES)[5];
	ite = its_ram(ITT(0))[0];
	cte = its_ram(COLLECTIONS)[0];
	check_refused(DEVICES + 5 * 8, dte | 31, -EINVAL);			/* EventIDs of 32 bits */
	check_refused(DEVICES + 5 * 8, BIT_ULL(63) | (0x10000000 >> 8) << 5 | 4, -EFAULT);
	check_refused(DEVICES + 4 * 8, dte | BIT_ULL(49), -EINVAL);		/* the same LPIs twice */
	check_refused(ITT(0), (ite & ~(0xffffull << 48)) | 40ull << 48, -EINVAL);	/* next is beyond */
	check_refused(ITT(0), 1ull << 48 | 100 << 16, -EINVAL);			/* no LPI */
	check_refused(ITT(0), 1ull << 48 | 0xffffffffull << 16, -EINVAL);
	check_refused(ITT(0), ite | 77, -EINVAL);				/* no such collection */
	check_refused(COLLECTIONS, cte | 2 << 16, -EINVAL);			/* no such vCPU */
	check_refused(COLLECTIONS, cte | 0xfull << 48, -EINVAL);
	check_refused(COLLECTIONS, cte | 1, -EEXIST);
	check_refused(COLLECTIONS, cte | 0xffff, -EINVAL);
	its_write(0x108, BASER(0x10000000));
	CHECK_EQ(vgic_its_restore(its), -EFAULT);
	its_write(0x108, BASER(COLLECTIONS));
	its_write(0x100, BASER(0x10000000));
	CHECK_EQ(vgic_its_restore(its), -EFAULT);
	its_write(0x100, BASER(DEVICES));
	CHECK_EQ(vgic_its_restore(its), 0);
	its_write(0, 1);
	CHECK_EQ(its_msi(5, 0), 1);
	/* Saving into tables that went */
	its_write(0, 0);
	its->baser[0] = BASER(0x10000000);
	CHECK_EQ(vgic_its_save(its), -EINVAL);
	its->baser[0] = BASER(DEVICES);
	its->baser[1] = BASER(0x10000000);
	CHECK_EQ(vgic_its_save(its), -EFAULT);
	fix_destroy();
}

/* Random bytes for tables and commands: nothing but what an errno says, and no reads beyond what there is. */
TEST(noise)
{
	int round;
	u32 i;

	for (round = 0; round < 30; round++) {
		its_guest_map(4);
		for (i = 0; i < 60; i++)
			its_cmd((unit_rand() & ~0xf000000000ffull & ~(unit_below(2) ? 0xffffff0000000000ull : 0)) | unit_below(17),
				unit_rand() & (unit_below(2) ? 0x3fff0000001full : ~0ull),
				unit_rand() & (unit_below(2) ? 0x800000000001ffffull : ~0ull), unit_rand() & 0x1ffff);
		for (i = 0; i < 64; i++) {
			its_ram(DEVICES)[i] = unit_below(3) ? unit_rand() & ~0x1e : 0;
			its_ram(COLLECTIONS)[i] = unit_below(2) ? BIT_ULL(63) | unit_below(2) << 16 | i : unit_rand();
		}
		its_write(0, 0);
		vgic_its_restore(its);
		its_write(0, 1);
		vgic_its_save(its);
		vgic_lpi_save_pending(&fix.vm);
		its_take(0);
		its_take(1);
		fix_destroy();
	}
}
