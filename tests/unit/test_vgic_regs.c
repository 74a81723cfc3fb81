// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGIC's registers: every offset in every width, what the architecture says of each, and
 * userspace's view of them.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c virt/vgic.c virt/vgic_lr.c virt/vgic_sgi.c virt/vgic_mmio.c
 * Links: virt/vgic_addr.c virt/vgic_init.c virt/vgic_read.c
 * Links: virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c
 */
#include <asm/esr.h>
#include <loft/quick.h>
#include <vgic_fixture.h>

static const u16 two[] = { 0, 1 };

void irqfd_acked(struct loft_vm *vm, u32 intid)
{
}

/* Per-interrupt registers: offset, bytes for 32 interrupts, bits that keep what is written. */
static const struct {
	u32 off;
	u32 stride;
	u32 keep;
} arrays[] = {
	{ 0x080, 4, 0xffffffff },
	{ 0x400, 32, 0xf8f8f8f8 },
	{ 0xc00, 8, 0xaaaaaaaa },
};

static bool in(u32 off, u32 first, u32 last)
{
	return off >= first && off <= last;
}

/* May a read of this word in the distributor give anything but zero? 1,024 INTIDs. */
static bool dist_implemented(u32 off)
{
	return in(off, 0x0, 0xb) || in(off, 0x84, 0x3ff) || in(off, 0x420, 0x7ff) || in(off, 0xc08, 0xcff) ||
	       in(off, 0x6100, 0x7fdf) || in(off, 0xffe8, 0xffeb);
}

static bool redist_implemented(u32 off)
{
	if (in(off, 0x4, 0xf) || in(off, 0x14, 0x17) || in(off, 0xffe8, 0xffeb))
		return true;
	off -= 0x10000;
	return off == 0x80 || off == 0x100 || off == 0x180 || off == 0x200 || off == 0x280 || off == 0x300 || off == 0x380 ||
	       in(off, 0x400, 0x41f) || in(off, 0xc00, 0xc07);
}

static bool width_fits(bool redist, u32 off, u32 len)
{
	u32 o = redist ? off - 0x10000 : off;

	if (off % len)
		return false;
	if (len == 1)
		return in(o, 0x400, redist ? 0x41f : 0x7ff);
	if (len == 8)
		return redist ? off == 8 : in(off, 0x6000, 0x7fdf);
	return len == 4;
}

static void sweep(int frame, u32 size, bool (*implemented)(u32 off))
{
	u32 off, len;

	for (off = 0; off < size; off++) {
		for (len = 1; len <= 8; len *= 2) {
			u64 val;

			fix_write(0, frame, off, len, unit_rand());
			val = fix_read(0, frame, off, len);
			if (!implemented(off & ~3u) || !width_fits(frame >= 0, off, len))
				CHECK_EQ(val, 0);
			CHECK(len == 8 || val < BIT_ULL(len * 8));
		}
	}
}

/* A load of vCPU 0's into a random register, sign-extended or not, answered in the switch, or not: then nothing changes */
static bool quick_load(u64 ipa, u32 size, bool *same, u64 want)
{
	struct loft_vcpu *vcpu = fix_vcpu(0);
	unsigned int rt = unit_below(32), i;
	bool sext = unit_below(2), sf = unit_below(2);
	u64 esr = ESR_ELx_ISV | ESR_ELx_FSC_FAULT | (u64)size << ESR_ELx_SAS_SHIFT | (u64)rt << ESR_ELx_SRT_SHIFT;
	u64 x[31];
	bool done;

	if (sext)
		esr |= ESR_ELx_SSE;
	if (sf)
		esr |= ESR_ELx_SF;
	CHECK(quick_is_load(esr));
	for (i = 0; i < 31; i++)
		vcpu->regs.x[i] = x[i] = unit_rand();
	done = vgic_quick_load(vcpu, esr, IPA(ipa));
	if (done && rt != 31) {
		if (sext)
			want = sign_extend64(want, (8 << size) - 1);
		x[rt] = sf ? want : (u32)want;
	}
	*same = !memcmp(vcpu->regs.x, x, sizeof(x));
	return done;
}

static u64 frame_base(int frame)
{
	return frame < 0 ? FIX_DIST : FIX_REDIST + 0x20000 * frame;
}

/* Registers that a guest polls, or reads to change a part of them */
static bool quick_expected(int frame, u32 off)
{
	if (frame < 0)
		return in(off, 0, 7) || in(off, 0x80, 0x1ff) || in(off, 0x400, 0x7ff);
	return in(off, 0x14, 0x17) || off == 0x10080 || off == 0x10100 || off == 0x10180 ||
	       in(off, 0x10400, 0x1041f);
}

/* What the switch answers is what the run loop would have */
static void quick_compare(u32 nr_irqs)
{
	int frame;
	u32 off, size;
	bool same;

	fix_init(two, 2, nr_irqs);
	for (frame = -1; frame < 2; frame++) {
		for (off = 0; off < (frame < 0 ? 0x10000 : 0x20000); off += 4)
			if (!in(off, 0x10000 + 0x200, 0x10000 + 0x3ff) && !in(off, 0x200, 0x3ff))
				fix_write(0, frame, off, 4, unit_rand());
	}
	for (frame = -1; frame < 2; frame++) {
		for (off = 0; off < (frame < 0 ? 0x10000 : 0x20000); off++) {
			for (size = 0; size < 4; size++) {
				u64 want = fix_read(0, frame, off, 1 << size);
				bool done = quick_load(frame_base(frame) + off, size, &same, want);

				CHECK(same);
				if (size == 2 && !(off % 4) && quick_expected(frame, off))
					CHECK(done);
			}
		}
	}
	/* Pending and active states are in list registers; beyond the frames it is not the vGIC's */
	CHECK(!quick_load(FIX_DIST + 0x204, 2, &same, 0) && same);
	CHECK(!quick_load(FIX_DIST + 0x304, 2, &same, 0) && same);
	CHECK(!quick_load(FIX_REDIST + 0x10200, 2, &same, 0) && same);
	CHECK(!quick_load(FIX_DIST - 4, 2, &same, 0) && same);
	CHECK(!quick_load(FIX_DIST + 0x10000, 2, &same, 0) && same);
	CHECK(!quick_load(FIX_REDIST + 2 * 0x20000, 2, &same, 0) && same);
	fix_destroy();
}

TEST(quick_loads_are_the_slow_ones)
{
	quick_compare(1024);
	quick_compare(64);
}

TEST(quick_loads_only_of_loads)
{
	u64 good = ESR_ELx_ISV | ESR_ELx_FSC_FAULT | 3;

	CHECK(quick_is_load(good));
	CHECK(!quick_is_load(good & ~(u64)ESR_ELx_ISV));
	CHECK(!quick_is_load(good | ESR_ELx_WNR));
	CHECK(!quick_is_load(good | ESR_ELx_S1PTW));
	CHECK(!quick_is_load(good | ESR_ELx_CM));
	CHECK(!quick_is_load(ESR_ELx_ISV | ESR_ELx_FSC_PERM | 3));
	CHECK(!quick_is_load(ESR_ELx_ISV | ESR_ELx_FSC_EXTABT));
}

TEST(every_distributor_offset_and_width)
{
	fix_init(two, 2, 1024);
	sweep(-1, VGIC_DIST_SIZE, dist_implemented);
	fix_destroy();
}

TEST(every_redistributor_offset_and_width)
{
	fix_init(two, 2, 1024);
	sweep(0, VGIC_REDIST_SIZE, redist_implemented);
	sweep(1, VGIC_REDIST_SIZE, redist_implemented);
	fix_destroy();
}

TEST(offsets_with_few_interrupts)
{
	u32 off;

	fix_init(two, 2, 64);
	for (off = 0x88; off < 0x400; off += off % 0x80 == 4 ? 0x7c : 4) {
		if (off % 0x80 < 8)
			continue;
		fix_write(0, -1, off, 4, ~0u);
		CHECK_EQ(fix_read(0, -1, off, 4), 0);
	}
	fix_write(0, -1, 0x6000 + 64 * 8, 8, ~0ull);
	CHECK_EQ(fix_read(0, -1, 0x6000 + 64 * 8, 8), 0);
	CHECK_EQ(fix_read(0, -1, 4, 4) & 0x1f, 1);
	fix_destroy();
}

TEST(written_bits_stay)
{
	unsigned int i, n;

	fix_init(two, 2, 1024);
	for (n = 0; n < 20000; n++) {
		u32 bank = 1 + unit_below(30), val = unit_rand(), off;

		i = unit_below(ARRAY_SIZE(arrays));
		off = arrays[i].off + bank * arrays[i].stride + unit_below(arrays[i].stride / 4) * 4;
		fix_write(0, -1, off, 4, val);
		CHECK_EQ(fix_read(1, -1, off, 4), val & arrays[i].keep);
		if (arrays[i].stride == 32)
			CHECK_EQ(fix_read(0, -1, off + 2, 1), val >> 16 & 0xf8);
	}
	fix_destroy();
}

TEST(interrupts_1020_to_1023_do_not_exist)
{
	fix_init(two, 2, 1024);
	fix_write(0, -1, 0x100 + 31 * 4, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0x100 + 31 * 4, 4), 0x0fffffff);
	fix_write(0, -1, 0x200 + 31 * 4, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0x200 + 31 * 4, 4), 0x0fffffff);
	fix_destroy();
}

TEST(set_and_clear_registers)
{
	static const u32 pairs[] = { 0x100, 0x200, 0x300 };
	unsigned int i;
	int frame;

	fix_init(two, 2, 96);
	for (frame = -1; frame < 2; frame++) {
		for (i = 0; i < ARRAY_SIZE(pairs); i++) {
			u32 off = frame < 0 ? pairs[i] + 4 : VGIC_SGI_FRAME + pairs[i];

			fix_write(0, frame, off + 0x80, 4, ~0u);
			CHECK_EQ(fix_read(0, frame, off, 4), 0);
			fix_write(0, frame, off, 4, 0x80000101);
			fix_write(0, frame, off, 4, 0);
			CHECK_EQ(fix_read(0, frame, off, 4), 0x80000101);
			CHECK_EQ(fix_read(0, frame, off + 0x80, 4), 0x80000101);
			fix_write(0, frame, off + 0x80, 4, 0x100);
			CHECK_EQ(fix_read(0, frame, off, 4), 0x80000001);
		}
	}
	fix_destroy();
}

TEST(private_registers_are_private)
{
	fix_init(two, 2, 96);
	fix_write(0, 1, VGIC_SGI_FRAME + 0x100, 4, BIT(20));
	CHECK_EQ(fix_read(0, 0, VGIC_SGI_FRAME + 0x100, 4), 0xffff);
	CHECK_EQ(fix_read(0, 1, VGIC_SGI_FRAME + 0x100, 4), 0xffff | BIT(20));
	/* SGIs are edge-triggered, whoever writes what. */
	fix_write(0, 0, VGIC_SGI_FRAME + 0xc00, 4, 0);
	CHECK_EQ(fix_read(0, 0, VGIC_SGI_FRAME + 0xc00, 4), 0xaaaaaaaa);
	fix_write(0, 0, VGIC_SGI_FRAME + 0xc04, 4, ~0u);
	CHECK_EQ(fix_read(0, 0, VGIC_SGI_FRAME + 0xc04, 4), 0xaaaaaaaa);
	CHECK_EQ(fix_read(0, 1, VGIC_SGI_FRAME + 0xc04, 4), 0);
	fix_destroy();
}

TEST(routing_register_halves)
{
	fix_init(two, 2, 96);
	fix_write(0, -1, 0x6000 + 40 * 8, 8, ~0ull);
	CHECK_EQ(fix_read(0, -1, 0x6000 + 40 * 8, 8), 0xff00ffffffull);
	CHECK_EQ(fix_read(0, -1, 0x6000 + 40 * 8, 4), 0xffffff);
	CHECK_EQ(fix_read(0, -1, 0x6004 + 40 * 8, 4), 0xff);
	fix_write(0, -1, 0x6004 + 40 * 8, 4, 0x12);
	fix_write(0, -1, 0x6000 + 40 * 8, 4, 0x345678);
	CHECK_EQ(fix_read(0, -1, 0x6000 + 40 * 8, 8), 0x1200345678ull);
	fix_destroy();
}

TEST(identification)
{
	static const u16 ids[] = { 0, 1, 17, 300 };

	fix_init(ids, 4, 256);
	CHECK_EQ(fix_read(0, -1, 4, 4) & 0x1f, 7);
	CHECK_EQ(fix_read(0, -1, 4, 4) & (BIT(16) | BIT(17)), 0);	/* no MBIs, no LPIs */
	CHECK_EQ(fix_read(0, -1, 4, 4) >> 19 & 0x1f, 9);
	CHECK_EQ(fix_read(0, -1, 8, 4) & 0xff000fff, 0x4b00043b);
	CHECK_EQ(fix_read(0, -1, 0xffe8, 4), 0x3b);
	CHECK_EQ(fix_read(0, 0, 0xffe8, 4), 0x3b);
	CHECK_EQ(fix_read(0, -1, 0, 4), 0x50);
	fix_write(0, -1, 0, 4, ~0u);
	CHECK_EQ(fix_read(0, -1, 0, 4), 0x53);
	CHECK_EQ(fix_read(0, 0, 8, 8), 0);
	CHECK_EQ(fix_read(0, 2, 8, 8), 0x0000010100001100ull);
	CHECK_EQ(fix_read(0, 3, 8, 8), 0x0000120c00012c10ull);
	CHECK_EQ(fix_read(0, 3, 0xc, 4), 0x0000120c);
	CHECK_EQ(fix_read(0, 3, 0x8, 4), 0x00012c10);
	fix_destroy();
}

TEST(waker_acknowledges)
{
	fix_init(two, 2, 64);
	CHECK_EQ(fix_read(0, 1, 0x14, 4), 0);
	fix_write(0, 1, 0x14, 4, 2);
	CHECK_EQ(fix_read(0, 1, 0x14, 4), 6);
	CHECK_EQ(fix_read(0, 0, 0x14, 4), 0);
	fix_write(0, 1, 0x14, 4, 0);
	CHECK_EQ(fix_read(0, 1, 0x14, 4), 0);
	fix_destroy();
}

TEST(addresses_outside)
{
	u64 val = 1;

	fix_init(two, 2, 64);
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(FIX_DIST - 4), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(FIX_DIST + VGIC_DIST_SIZE), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(FIX_REDIST - 4), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(FIX_REDIST + 2 * VGIC_REDIST_SIZE), 4, false, &val));
	CHECK(!vgic_mmio(fix_vcpu(0), IPA(~0ull), 4, false, &val));
	CHECK_EQ(val, 1);
	fix_destroy();
}

/* Userspace */

static u32 uread(struct loft_vcpu *rd, u32 off)
{
	u32 val = 0;

	CHECK_EQ(vgic_uaccess(&fix.vm, rd, off, false, &val), 0);
	return val;
}

static int uwrite(struct loft_vcpu *rd, u32 off, u32 val)
{
	return vgic_uaccess(&fix.vm, rd, off, true, &val);
}

TEST(userspace_sees_the_latch)
{
	fix_init(two, 2, 64);
	vgic_inject(&fix.vm, NULL, 40, true);
	CHECK_EQ(fix_read(0, -1, 0x204, 4), BIT(8));
	CHECK_EQ(uread(NULL, 0x204), 0);
	/* Exactly what is written, and the clear register does nothing. */
	CHECK_EQ(uwrite(NULL, 0x204, 0xff), 0);
	CHECK_EQ(uwrite(NULL, 0x204, 0x0f), 0);
	CHECK_EQ(uwrite(NULL, 0x284, 0x0f), 0);
	CHECK_EQ(uread(NULL, 0x204), 0x0f);
	CHECK_EQ(uread(NULL, 0x284), 0);
	CHECK_EQ(fix_read(0, -1, 0x204, 4), BIT(8) | 0x0f);
	fix_destroy();
}

TEST(userspace_revision)
{
	fix_init(two, 2, 64);
	CHECK_EQ(uwrite(NULL, 8, 0x4b00243b), 0);
	CHECK_EQ(uread(NULL, 8), 0x4b00243b);
	CHECK_EQ(uwrite(NULL, 8, 0x4b00343b), 0);
	CHECK_EQ(uwrite(NULL, 8, 0x4b00143b), -EINVAL);
	CHECK_EQ(uwrite(NULL, 8, 0x4b00443b), -EINVAL);
	CHECK_EQ(uwrite(NULL, 8, 0x4c00343b), -EINVAL);
	CHECK_EQ(uread(NULL, 8), 0x4b00343b);
	fix_write(0, -1, 8, 4, 0x4b00243b);
	CHECK_EQ(fix_read(0, -1, 8, 4), 0x4b00343b);
	fix_destroy();
}

TEST(userspace_unknown_registers)
{
	struct loft_vcpu *rd;
	u32 off, hits = 0;

	fix_init(two, 2, 1024);
	rd = fix_vcpu(0);
	CHECK_EQ(uwrite(NULL, 0x44c0, 0), -ENXIO);
	CHECK_EQ(uwrite(NULL, 0x5, 0), -ENXIO);
	CHECK_EQ(uwrite(rd, 0x10500, 0), -ENXIO);
	CHECK_EQ(uwrite(rd, 0x20000, 0), -ENXIO);
	for (off = 0; off < 0x30000; off += 4) {
		hits += !vgic_uaccess(&fix.vm, NULL, off, false, NULL);
		if (off < VGIC_DIST_SIZE && dist_implemented(off))
			CHECK_EQ(vgic_uaccess(&fix.vm, NULL, off, false, NULL), 0);
		if (off < VGIC_REDIST_SIZE && redist_implemented(off))
			CHECK_EQ(vgic_uaccess(&fix.vm, rd, off, false, NULL), 0);
	}
	CHECK(hits < 0x4000);
	/* What VMMs save although it is empty here. */
	CHECK_EQ(uread(rd, 0x0), 0);
	CHECK_EQ(uread(rd, 0x10), 0);
	CHECK_EQ(uread(rd, 0x70) | uread(rd, 0x74) | uread(rd, 0x78) | uread(rd, 0x7c), 0);
	fix_destroy();
}

/* Save everything, restore it into a fresh VM as VMMs do, and find the guest's view unchanged. */
TEST(save_and_restore)
{
	static u32 dist[0x8000 / 4], redist[VGIC_REDIST_SIZE / 4];
	static const struct { u32 first, last; } ranges[] = {
		{ 0x84, 0xff }, { 0x104, 0x17f }, { 0x204, 0x27f }, { 0x304, 0x37f }, { 0x420, 0x7ff }, { 0xc08, 0xcff },
		{ 0x6100, 0x7fdf },
	};
	struct loft_vcpu *rd;
	u32 i, off;

	fix_init(two, 2, 1024);
	rd = fix_vcpu(1);
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		for (off = ranges[i].first; off < ranges[i].last; off += 4)
			fix_write(0, -1, off, 4, unit_rand());
	for (off = 0x10080; off < 0x10400; off += 0x80)
		fix_write(0, 1, off, 4, unit_rand() & unit_rand());
	for (off = 0; off < 0x8000; off += 4)
		if (dist_implemented(off))
			dist[off / 4] = uread(NULL, off);
	for (off = 0x10080; off < VGIC_REDIST_SIZE; off += 4)
		if (redist_implemented(off))
			redist[off / 4] = uread(rd, off);
	fix_destroy();

	fix_init(two, 2, 1024);
	rd = fix_vcpu(1);
	for (off = 0x104; off < 0x180; off += 4)
		CHECK_EQ(uwrite(NULL, off + 0x80, ~0), 0);
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		for (off = ranges[i].first; off < ranges[i].last; off += 4)
			CHECK_EQ(uwrite(NULL, off, dist[off / 4]), 0);
	CHECK_EQ(uwrite(rd, 0x10180, ~0), 0);
	for (off = 0x10080; off < VGIC_REDIST_SIZE; off += 4)
		if (redist_implemented(off) && off != 0x10180 && off != 0x10280 && off != 0x10380)
			CHECK_EQ(uwrite(rd, off, redist[off / 4]), 0);
	for (off = 0xc; off < 0x8000; off += 4)
		if (dist_implemented(off) && !in(off, 0x280, 0x2ff))
			CHECK_EQ(fix_read(0, -1, off, 4), dist[off / 4]);
	for (off = 0x10080; off < VGIC_REDIST_SIZE; off += 4)
		if (redist_implemented(off) && off != 0x10280)
			CHECK_EQ(fix_read(0, 1, off, 4), redist[off / 4]);
	fix_destroy();
}
