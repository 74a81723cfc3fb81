// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt delivery: the vGIC against a model of the architecture, with random sources and
 * random guests.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c tests/unit/vgic_model.c tests/unit/vgic_model_sgi.c virt/vgic.c virt/vgic_lr.c
 * Links: virt/vgic_sgi.c virt/vgic_mmio.c virt/vgic_addr.c virt/vgic_init.c
 * Links: virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c virt/vgic_quick.c
 */
#include <vgic_model.h>

static void run(unsigned int nr_lrs, bool mode1, int steps)
{
	model_start(nr_lrs, mode1);
	while (steps--) {
		model_step();
		model_check();
	}
	fix_destroy();
}

TEST(against_model_4_list_registers)
{
	run(4, false, 20000);
}

TEST(against_model_16_list_registers)
{
	run(16, false, 40000);
	/* Some were taken up inside the switch */
	CHECK(model_quick.sgis > 10);
	CHECK(model_quick.fired > 10);
	CHECK(model_quick.sent > 10);
}

TEST(against_model_1_list_register)
{
	run(1, false, 20000);
}

TEST(against_model_4_list_registers_eoimode_1)
{
	run(4, true, 20000);
}

TEST(against_model_2_list_registers_eoimode_1)
{
	run(2, true, 20000);
}

/* The drain: everything pending at once, then all taken in order of priority. */
TEST(more_pending_than_list_registers)
{
	u8 last = 0;
	int i, taken = 0;

	model_start(4, false);
	for (i = 32; i < NR_IRQS; i++) {
		guest_enable(0, 0, i);
		ref_spi[i].enabled = true;
		reg_bit(0, 0, i, 0x100);
		ref_spi[i].latch = true;
		reg_bit(1, 0, i, 0x200);
	}
	for (i = 0; i < 1000 && hw_top(&hw[0]) != NONE; i++) {
		guest_ack(0);
		CHECK_EQ(hw[0].depth, 1);
		CHECK(hw[0].stack_prio[0] >= last);
		last = hw[0].stack_prio[0];
		settle(0);
		guest_eoi(0);
		model_check();
		taken++;
	}
	CHECK_EQ(taken, NR_IRQS - 32);
	CHECK(!vgic_pending(fix_vcpu(0)));
	fix_destroy();
}

/* A level-triggered interrupt whose line drops before the EOI costs no maintenance interrupt. */
TEST(level_interrupt_without_maintenance)
{
	unsigned int folds;

	model_start(4, false);
	guest_enable(0, 0, 40);
	ref_spi[40].enabled = true;
	reg_bit(0, 0, 40, 0x100);
	vgic_inject(&fix.vm, NULL, 40, true);
	ref_spi[40].line = true;
	model_check();
	guest_ack(0);
	CHECK_EQ(hw[0].stack[0], 40);
	ref_spi[40].line = false;
	vgic_inject(&fix.vm, NULL, 40, false);
	bounce(fix_vcpu(0));
	folds = fix_vcpu(0)->vgic->folds;
	guest_eoi(0);
	CHECK(!maintenance(&hw[0]));
	model_check();
	CHECK_EQ(fix_vcpu(0)->vgic->folds, folds);
	fix_destroy();
}

/* Made active by a register, it belongs to the vCPU it is routed to, whoever had it before. */
TEST(activated_by_register_goes_by_route)
{
	model_start(4, true);
	ref_spi[40].edge = false;
	ref_spi[40].prio = 0;
	fix_write(0, -1, 0x400 + 40, 1, 0);
	fix_write(0, -1, 0x6000 + 40 * 8, 8, 1);
	reg_bit(0, 0, 40, 0x100);
	reg_bit(0, 0, 40, 0x200);
	bounce(fix_vcpu(1));
	CHECK(hw_find(&hw[1], 40, VGIC_LR_PENDING) != NONE);
	hw[1].lr[hw_find(&hw[1], 40, VGIC_LR_PENDING)] ^= VGIC_LR_STATE;
	bounce(fix_vcpu(1));
	hw[1].lr[hw_find(&hw[1], 40, VGIC_LR_ACTIVE)] ^= VGIC_LR_ACTIVE;
	bounce(fix_vcpu(1));
	fix_write(0, -1, 0x6000 + 40 * 8, 8, 0);
	reg_bit(0, 0, 40, 0x300);
	CHECK(hw_find(&hw[0], 40, VGIC_LR_ACTIVE) != NONE);
	CHECK_EQ(hw_find(&hw[1], 40, VGIC_LR_ACTIVE), NONE);
	fix_destroy();
}

TEST(quiet_vcpu_has_nothing_to_flush)
{
	model_start(4, false);
	leave(1);
	enter(1);
	leave(1);
	enter(1);
	CHECK_EQ(fix_vcpu(1)->vgic->cand, 0);
	CHECK_EQ(hw[1].hcr, 0);
	fix_destroy();
}

/* SGI targets by affinity, against a search through all vCPUs. */
TEST(sgi_targets)
{
	static const u16 ids[] = { 0, 1, 5, 15, 16, 17, 31, 255, 256, 300, 511 };
	unsigned int i, n;

	fix_init(ids, ARRAY_SIZE(ids), 64);
	fix_write(0, -1, 0, 4, 2);
	for (n = 0; n < 20000; n++) {
		struct loft_vcpu *self = fix_vcpu(ids[unit_below(ARRAY_SIZE(ids))]);
		u32 intid = unit_below(16);
		u64 val = unit_rand() & 0xffff;

		val |= (u64)intid << 24;
		val |= (u64)(ids[unit_below(ARRAY_SIZE(ids))] >> 4 & 0xff) << 16;
		if (!unit_below(8))
			val |= BIT_ULL(40);
		if (!unit_below(8))
			val |= BIT_ULL(32 + unit_below(8));
		if (!unit_below(8))
			val |= BIT_ULL(44 + unit_below(4));
		if (!unit_below(8))
			val |= BIT_ULL(48 + unit_below(8));
		vgic_sgi_write(self, val, true);
		for (i = 0; i < ARRAY_SIZE(ids); i++) {
			struct loft_vcpu *vcpu = fix_vcpu(ids[i]);
			u64 aff0 = ids[i] & 0xf, aff1 = ids[i] >> 4 & 0xff, aff2 = ids[i] >> 12;
			bool hit;

			if (val & BIT_ULL(40))
				hit = vcpu != self;
			else
				hit = !(val >> 48 & 0xff) && (val >> 32 & 0xff) == aff2 && (val >> 16 & 0xff) == aff1 &&
				      (val >> 44 & 0xf) == aff0 / 16 && val >> aff0 & 1;
			CHECK_EQ(vcpu->vgic->priv.latch, hit ? BIT(intid) : 0);
			vcpu->vgic->priv.latch = 0;
		}
	}
	fix_destroy();
}

TEST(sgi_group_0_write_spares_group_1)
{
	static const u16 ids[] = { 0, 1 };

	fix_init(ids, 2, 64);
	vgic_sgi_write(fix_vcpu(0), 3 << 24 | 2, false);
	CHECK_EQ(fix_vcpu(1)->vgic->priv.latch, 0);
	fix_write(0, 1, VGIC_SGI_FRAME + 0x80, 4, ~BIT(3));
	vgic_sgi_write(fix_vcpu(0), 3 << 24 | 2, false);
	CHECK_EQ(fix_vcpu(1)->vgic->priv.latch, BIT(3));
	fix_destroy();
}

TEST(sources_that_do_not_exist)
{
	static const u16 ids[] = { 0 };

	fix_create(ids, 1);
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 40, true), -EBUSY);
	fix_destroy();
	fix_init(ids, 1, 1024);
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 16, true), -EINVAL);
	CHECK_EQ(vgic_inject(&fix.vm, fix_vcpu(0), 15, true), -EINVAL);
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 1019, true), 0);
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 1020, true), -EINVAL);
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 70000, true), -EINVAL);
	CHECK_EQ(vgic_map_hw(fix_vcpu(0), 15, 27), -EINVAL);
	CHECK_EQ(vgic_map_hw(fix_vcpu(0), 32, 27), -EINVAL);
	fix_destroy();
}

TEST(state_of_a_small_vm_is_small)
{
	CHECK(sizeof(struct vgic_cpu) + sizeof(struct vgic_dist) + 7 * sizeof(struct vgic_spi_bank) < 3072);
}
