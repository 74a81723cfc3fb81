// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv2: its registers, targets, and SGIs by sender.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c tests/unit/vgicv2_fixture.c virt/vgic.c virt/vgic_lr.c virt/vgic_sgi.c
 * Links: virt/vgic_mmio.c virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c
 * Links: virt/vgic_v2_device.c virt/vgic_addr.c virt/vgic_init.c virt/vgic_icc.c virt/vgic_device.c
 */
#include <vgicv2_fixture.h>

void irqfd_acked(struct loft_vm *vm, u32 intid)
{
}

static void flush(unsigned int id)
{
	vgic_flush(fix_vcpu(id));
}

/* The exit, with list register @i in state @state */
static void leave(unsigned int id, unsigned int i, u64 state)
{
	struct vgic_lr_state *lr = &fix_vcpu(id)->lr;

	if (lr->used)
		lr->lr[i] = (lr->lr[i] & ~VGIC_LR_STATE) | state;
	lr->elrsr = 0;
	vgic_sync(fix_vcpu(id));
}

static bool in(u32 off, u32 first, u32 last)
{
	return off >= first && off <= last;
}

/* May a read of this word give anything but zero? */
static bool implemented(u32 off)
{
	return off < 12 || in(off, 0x80, 0x7ff) || in(off, 0x800, 0xbfb) || in(off, 0xc00, 0xcff) || in(off, 0xf10, 0xf2f) ||
	       in(off, 0xfe8, 0xfeb);
}

TEST(every_offset_and_width)
{
	u32 off, len;

	v2_start(8);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 1024), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	for (off = 0; off < 0x1000; off++) {
		for (len = 1; len <= 8; len *= 2) {
			bool fits = len == 4 || (len == 1 && (in(off, 0x400, 0xbfb) || in(off, 0xf10, 0xf2f)));
			u64 val;

			fix_write(3, -1, off, len, unit_rand());
			val = fix_read(3, -1, off, len);
			if (off % len || !fits || !implemented(off & ~3u))
				CHECK_EQ(val, 0);
			CHECK(len == 8 || val < BIT_ULL(len * 8));
		}
	}
	for (off = 0; off < 0x1000; off += 4)
		CHECK(!implemented(off) || !v2_has(REGS, off));
	CHECK_EQ(v2_has(REGS, 0x1000), -ENXIO);
	CHECK_EQ(v2_has(REGS, 0xf02), -ENXIO);
	fix_destroy();
}

TEST(identification)
{
	u64 val = 1;

	v2_run(5);
	CHECK_EQ(fix_read(0, -1, 4, 4), 7 | 4 << 5);
	CHECK_EQ(fix_read(0, -1, 8, 4), 0x4b00343b);
	CHECK_EQ(fix_read(0, -1, 0xfe8, 4), 0x2b);
	fix_write(0, -1, 0, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0, 4), 3);
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(FIX_DIST + 0x1000), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(GICC), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(GICC + 0x2000), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(GICC - 4), 4, false, &val));
	CHECK_EQ(val, 1);
	CHECK(vgic_mmio(fix_vcpu(0), IPA(GICC + 0x1000), 4, false, &val));
	CHECK_EQ(val, 0);
	fix_destroy();
}

/* Private registers are the accessing vCPU's, the others everybody's. */
TEST(banked_registers)
{
	v2_run(3);
	fix_write(1, -1, 0x100, 4, BIT(20));
	CHECK_EQ(fix_read(1, -1, 0x100, 4), 0xffff | BIT(20));
	CHECK_EQ(fix_read(0, -1, 0x100, 4), 0xffff);
	fix_write(1, -1, 0x104, 4, BIT(20));
	CHECK_EQ(fix_read(0, -1, 0x104, 4), BIT(20));
	fix_write(2, -1, 0x400 + 31, 1, 0x58);
	CHECK_EQ(fix_read(2, -1, 0x41c, 4), 0x58000000);
	CHECK_EQ(fix_read(1, -1, 0x41c, 4), 0);
	fix_write(2, -1, 0x400 + 32, 1, 0x58);
	CHECK_EQ(fix_read(1, -1, 0x420, 4), 0x58);
	fix_write(0, -1, 0xc00, 4, 0);
	CHECK_EQ(fix_read(0, -1, 0xc00, 4), 0xaaaaaaaa);
	fix_write(0, -1, 0xc04, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0xc04, 4), 0xaaaaaaaa);
	CHECK_EQ(fix_read(1, -1, 0xc04, 4), 0);
	/* Everything starts in group 0 */
	CHECK_EQ(fix_read(0, -1, 0x80, 4), 0);
	CHECK_EQ(fix_read(0, -1, 0x84, 4), 0);
	fix_write(1, -1, 0x80, 4, 0x10);
	CHECK_EQ(fix_read(1, -1, 0x80, 4), 0x10);
	CHECK_EQ(fix_read(0, -1, 0x80, 4), 0);
	fix_destroy();
}

/* What a guest that knows nothing of groups does: bit 0 of GICD_CTLR, and group 0 as IRQ. */
TEST(group_0)
{
	v2_run(1);
	CHECK_EQ(fix_vcpu(0)->lr.vmcr & (VGIC_VMCR_FIQEN | VGIC_VMCR_ENG0 | VGIC_VMCR_ENG1), 0);
	fix_write(0, -1, 0x104, 4, BIT(8));
	CHECK_EQ(vgic_inject(&fix.vm, NULL, 40, true), 0);
	flush(0);
	CHECK_EQ(fix_vcpu(0)->lr.used, 1);
	CHECK_EQ(fix_vcpu(0)->lr.lr[0] & (VGIC_LR_GROUP1 | VGIC_LR_STATE | VGIC_LR_EOI), VGIC_LR_PENDING | VGIC_LR_EOI);
	CHECK_EQ(fix_vcpu(0)->lr.lr[0] & 0xffffffff, 40);
	leave(0, 0, VGIC_LR_PENDING);
	fix_write(0, -1, 0, 4, 0);
	flush(0);
	CHECK_EQ(fix_vcpu(0)->lr.used, 0);
	fix_destroy();
}

/* Targets */

TEST(targets)
{
	struct loft_vcpu *to;
	unsigned int i;
	u32 intid, mask;

	v2_run(5);
	for (i = 0; i < 32; i += 4)
		CHECK_EQ(fix_read(3, -1, 0x800 + i, 4), 0x08080808);
	fix_write(3, -1, 0x800, 4, ~0u);
	CHECK_EQ(fix_read(3, -1, 0x803, 1), 8);
	CHECK_EQ(fix_read(0, -1, 0x803, 1), 1);
	CHECK_EQ(fix_read(0, -1, 0x820, 4), 0x01010101);
	CHECK_EQ(fix_read(0, -1, 0x800 + 256, 4), 0);
	fix_write(0, -1, 0x800 + 256, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0x800 + 256, 4), 0);
	fix_write(0, -1, 0x828, 4, 0x1f101204);
	CHECK_EQ(fix_read(0, -1, 0x828, 4), 0x1f101204);
	CHECK(vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[0], 8) == fix_vcpu(2));
	CHECK(vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[0], 9) == fix_vcpu(1));
	CHECK(vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[0], 10) == fix_vcpu(4));
	CHECK(vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[0], 11) == fix_vcpu(0));
	for (i = 0; i < 5000; i++) {
		intid = 32 + unit_below(224);
		mask = unit_rand() & 0xff;
		fix_write(unit_below(5), -1, 0x800 + intid, 1, mask);
		mask &= 0x1f;
		CHECK_EQ(fix_read(0, -1, 0x800 + intid, 1), mask);
		to = vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[intid / 32 - 1], intid % 32);
		CHECK(to == (mask ? fix_vcpu(__ffs(mask)) : NULL));
	}
	fix_destroy();
	/* A single CPU takes everything. */
	v2_run(1);
	fix_write(0, -1, 0x828, 4, 0);
	CHECK(vgic_spi_dest(fix.vm.vgic, &fix.vm.vgic->spi[0], 8) == fix_vcpu(0));
	fix_destroy();
}

/* A new target gets what is pending, whether or not the old one has it in a list register. */
TEST(new_target_is_told)
{
	v2_run(2);
	fix_write(0, -1, 0x104, 4, BIT(8));
	vgic_inject(&fix.vm, NULL, 40, true);
	fix.kicks[1] = 0;
	fix_write(0, -1, 0x828, 1, 2);
	CHECK_EQ(fix.kicks[1], 1);
	flush(0);
	CHECK_EQ(fix_vcpu(0)->lr.used, 0);
	flush(1);
	CHECK_EQ(fix_vcpu(1)->lr.used, 1);
	fix_write(0, -1, 0x828, 1, 1);
	CHECK_EQ(fix.kicks[1], 2);
	leave(1, 0, VGIC_LR_PENDING);
	flush(0);
	CHECK_EQ(fix_vcpu(0)->lr.used, 1);
	leave(0, 0, VGIC_LR_PENDING);
	fix_destroy();
}

/* SGIs */

TEST(sgi_targets)
{
	unsigned int n, i;

	v2_run(6);
	for (n = 0; n < 5000; n++) {
		u32 self = unit_below(6), intid = unit_below(16), filter = unit_below(4), list = unit_rand() & 0xff;

		fix_write(self, -1, 0xf00, 4, SGIR(filter, list, intid) | (unit_rand() & 0xfc00fff0));
		for (i = 0; i < 6; i++) {
			struct vgic_cpu *vc = fix_vcpu(i)->vgic;
			bool hit = filter == 0 ? list >> i & 1 : filter == 1 ? i != self : filter == 2 && i == self;

			CHECK_EQ(vc->priv.latch, hit ? BIT(intid) : 0);
			CHECK_EQ(vc->sgi_from[intid], hit ? BIT(self) : 0);
			vc->priv.latch = 0;
			vc->sgi_from[intid] = 0;
		}
	}
	CHECK_EQ(fix_read(0, -1, 0xf00, 4), 0);
	/* ICC_SGI1R_EL1 is no register of this machine. */
	vgic_sgi_write(fix_vcpu(0), 3 << 24 | 2, true);
	CHECK_EQ(fix_vcpu(1)->vgic->priv.latch, 0);
	fix_destroy();
}

static u32 sgi_in_lr(unsigned int id)
{
	CHECK_EQ(fix_vcpu(id)->lr.used, 1);
	return fix_vcpu(id)->lr.lr[0] & 0xffffffff;
}

/* Senders of one SGI are served one after another; the end of each but the last has to be seen. */
TEST(sgi_per_source)
{
	struct loft_vcpu *vcpu;
	unsigned int i;

	v2_run(4);
	vcpu = fix_vcpu(0);
	for (i = 1; i < 4; i++)
		fix_write(i, -1, 0xf00, 4, SGIR(0, 1, 5));
	CHECK_EQ(fix.kicks[0], 1);
	CHECK(vgic_pending(vcpu));
	CHECK_EQ(fix_read(0, -1, 0xf14, 4), 0x0e00);
	for (i = 1; i < 4; i++) {
		flush(0);
		CHECK_EQ(sgi_in_lr(0), 5 | i << 10);
		CHECK_EQ(!!(vcpu->lr.lr[0] & VGIC_LR_EOI), i < 3);
		CHECK_EQ(vcpu->lr.lr[0] & VGIC_LR_STATE, VGIC_LR_PENDING);
		/* Not taken yet: the same again */
		leave(0, 0, VGIC_LR_PENDING);
		CHECK(vgic_pending(vcpu));
		flush(0);
		CHECK_EQ(sgi_in_lr(0), 5 | i << 10);
		/* Taken: it keeps its sender while active, and nobody else's comes in between */
		leave(0, 0, VGIC_LR_ACTIVE);
		CHECK_EQ(fix_read(0, -1, 0xf25, 1), 0x0e & ~(BIT(i + 1) - 1));
		CHECK_EQ(fix_read(0, -1, 0x300, 4), BIT(5));
		flush(0);
		CHECK_EQ(sgi_in_lr(0), 5 | i << 10);
		CHECK_EQ(vcpu->lr.lr[0] & VGIC_LR_STATE, VGIC_LR_ACTIVE);
		CHECK_EQ(!!(vcpu->lr.lr[0] & VGIC_LR_EOI), i < 3);
		leave(0, 0, 0);
	}
	CHECK(!vgic_pending(vcpu));
	CHECK_EQ(fix_read(0, -1, 0x200, 4), 0);
	flush(0);
	CHECK_EQ(vcpu->lr.used, 0);
	CHECK_EQ(vcpu->vgic->cand, 0);
	fix_destroy();
}

/* An empty list register is not read back. */
TEST(sgi_folded_by_elrsr)
{
	v2_run(2);
	fix_write(1, -1, 0xf00, 4, SGIR(0, 1, 5));
	flush(0);
	fix_vcpu(0)->lr.elrsr = 1;
	vgic_sync(fix_vcpu(0));
	CHECK_EQ(fix_vcpu(0)->vgic->sgi_from[5], 0);
	CHECK(!vgic_pending(fix_vcpu(0)));
	fix_destroy();
}

/* The same SGI again while it travels: from the same CPU it merges, from another it makes the vCPU look. */
TEST(sgi_sent_again_in_flight)
{
	v2_run(3);
	fix_write(2, -1, 0xf00, 4, SGIR(0, 1, 5));
	flush(0);
	fix.kicks[0] = 0;
	fix_write(2, -1, 0xf00, 4, SGIR(0, 1, 5));
	fix_write(1, -1, 0xf00, 4, SGIR(0, 1, 5));
	CHECK_EQ(fix.kicks[0], 1);
	leave(0, 0, VGIC_LR_PENDING);
	CHECK_EQ(fix_vcpu(0)->vgic->sgi_from[5], 6);
	flush(0);
	CHECK_EQ(sgi_in_lr(0), 5 | 1 << 10);
	CHECK(fix_vcpu(0)->lr.lr[0] & VGIC_LR_EOI);
	leave(0, 0, 0);
	flush(0);
	CHECK_EQ(sgi_in_lr(0), 5 | 2 << 10);
	leave(0, 0, 0);
	CHECK(!vgic_pending(fix_vcpu(0)));
	fix_destroy();
}

/* SGIs of many senders at random: each pair of sender and number arrives, once for each time it was sent unseen. */
TEST(sgi_at_random)
{
	static u8 want[16];
	unsigned int n, i, k;

	v2_run(8);
	memset(want, 0, sizeof(want));
	for (n = 0; n < 20000; n++) {
		struct loft_vcpu *vcpu = fix_vcpu(0);

		for (i = unit_below(3); i; i--) {
			u32 from = unit_below(8), intid = unit_below(6);

			fix_write(from, -1, 0xf00, 4, SGIR(0, 1, intid));
			want[intid] |= BIT(from);
		}
		flush(0);
		for (i = 0; i < vcpu->lr.used; i++) {
			u64 lr = vcpu->lr.lr[i];
			u32 intid = lr & 0x3ff, from = lr >> 10 & 7;

			for (k = 0; k < i; k++)
				CHECK((vcpu->lr.lr[k] & 0x3ff) != intid);
			if (!unit_below(2))
				continue;
			if (lr & VGIC_LR_PENDING) {
				CHECK(want[intid] & BIT(from));
				want[intid] &= ~BIT(from);
				vcpu->lr.lr[i] ^= VGIC_LR_STATE;
			} else {
				vcpu->lr.lr[i] ^= VGIC_LR_ACTIVE;
			}
		}
		vcpu->lr.elrsr = 0;
		vgic_sync(vcpu);
		for (i = 0; i < 16; i++) {
			CHECK_EQ(vcpu->vgic->sgi_from[i], want[i]);
			CHECK_EQ(!!(vcpu->vgic->priv.latch & BIT(i)), !!want[i]);
		}
	}
	fix_destroy();
}

TEST(sgi_pending_registers)
{
	v2_run(3);
	fix_write(1, -1, 0xf24, 4, 0x00060100);
	CHECK_EQ(fix_read(1, -1, 0xf14, 4), 0x00060100);
	CHECK_EQ(fix_read(0, -1, 0xf14, 4), 0);
	CHECK_EQ(fix_read(1, -1, 0x200, 4), BIT(5) | BIT(6));
	/* By number they are read only. */
	fix_write(1, -1, 0x280, 4, ~0u);
	fix_write(1, -1, 0x200, 4, BIT(3));
	CHECK_EQ(fix_read(1, -1, 0x200, 4), BIT(5) | BIT(6));
	fix_write(1, -1, 0xf16, 1, 2);
	CHECK_EQ(fix_read(1, -1, 0x200, 4), BIT(5) | BIT(6));
	fix_write(1, -1, 0xf16, 1, 4);
	CHECK_EQ(fix_read(1, -1, 0x200, 4), BIT(5));
	flush(1);
	CHECK_EQ(sgi_in_lr(1), 5);
	leave(1, 0, 0);
	/* PPIs are as in other banks. */
	fix_write(1, -1, 0x200, 4, BIT(20));
	CHECK_EQ(fix_read(1, -1, 0x200, 4), BIT(20));
	fix_write(1, -1, 0x280, 4, BIT(20));
	CHECK_EQ(fix_read(1, -1, 0x200, 4), 0);
	fix_destroy();
}

/* The page of GICC_DIR */
TEST(deactivation_by_number)
{
	u64 val = 40;

	v2_run(1);
	fix_write(0, -1, 0x104, 4, BIT(8));
	vgic_inject(&fix.vm, NULL, 40, true);
	flush(0);
	leave(0, 0, VGIC_LR_ACTIVE);
	CHECK_EQ(fix_read(0, -1, 0x304, 4), BIT(8));
	CHECK(vgic_mmio(fix_vcpu(0), IPA(GICC + 0x1004), 4, true, &val));
	CHECK(vgic_mmio(fix_vcpu(0), IPA(GICC + 0x1000), 2, true, &val));
	CHECK_EQ(fix_read(0, -1, 0x304, 4), BIT(8));
	CHECK(vgic_mmio(fix_vcpu(0), IPA(GICC + 0x1000), 4, true, &val));
	CHECK_EQ(fix_read(0, -1, 0x304, 4), 0);
	fix_write(0, -1, 0x300, 4, BIT(5));
	val = 5 | 3 << 10;
	CHECK(vgic_mmio(fix_vcpu(0), IPA(GICC + 0x1000), 4, true, &val));
	CHECK_EQ(fix_read(0, -1, 0x300, 4), 0);
	fix_destroy();
}
