// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv3 device: which attribute when, and the errnos that the KVM API document promises.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c virt/vgic.c virt/vgic_lr.c virt/vgic_sgi.c virt/vgic_mmio.c
 * Links: virt/vgic_addr.c virt/vgic_init.c virt/vgic_icc.c virt/vgic_device.c virt/vgic_v2_device.c
 * Links: virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c
 */
#include <vgic_fixture.h>
#include <device.h>

static const u16 two[] = { 0, 1 };

#define REGION(count, base, index)	((u64)(count) << 52 | (base) | (index))
#define ICC(crn, crm, op2)		(3 << 14 | (crn) << 7 | (crm) << 3 | (op2))
#define AFF(id)				((u64)(((id) & 0xf) | ((id) >> 4 & 0xff) << 8) << 32)

void irqfd_acked(struct loft_vm *vm, u32 intid)
{
}

static int set(u32 group, u64 attr, u64 val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (unsigned long)&val };

	return vgic_v3_ops.set(&fix.vm, &a);
}

static int get(u32 group, u64 attr, u64 *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (unsigned long)val };

	return vgic_v3_ops.get(&fix.vm, &a);
}

static int has(u32 group, u64 attr)
{
	struct kvm_device_attr a = { .group = group, .attr = attr };

	return vgic_v3_ops.has(&fix.vm, &a);
}

static int set_addr(u64 type, u64 val)
{
	return set(KVM_DEV_ARM_VGIC_GRP_ADDR, type, val);
}

static int init(void)
{
	return set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

static void start(void)
{
	fix_create(two, 2);
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), 0);
}

TEST(create)
{
	fix_create(two, 2);
	loft_caps.gic = 2;
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), -ENODEV);
	loft_caps.gic = 3;
	fake_alloc_fail = 1;
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), -ENOMEM);
	fake_alloc_fail = -1;
	fix.vm.ran = true;
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), -EBUSY);
	fix.vm.ran = false;
	CHECK(!vgic_present(&fix.vm));
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), 0);
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), -EEXIST);
	fix_destroy();
}

TEST(initialise)
{
	static const u16 none[] = { 0 };

	fix_create(none, 0);
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), 0);
	CHECK_EQ(init(), -ENODEV);
	fix_destroy();

	start();
	fake_alloc_fail = 2;
	CHECK_EQ(init(), -ENOMEM);
	fake_alloc_fail = -1;
	CHECK(!vgic_initialised(&fix.vm));
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0), -ENXIO);
	CHECK_EQ(vgic_first_run(&fix.vm), -EBUSY);
	CHECK_EQ(init(), 0);
	CHECK_EQ(init(), 0);
	CHECK_EQ(vgic_vcpu_create(fix_vcpu(0)), -EBUSY);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CTRL, 77, 0), -ENXIO);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0), 0);
	mutex_lock(&fix_vcpu(1)->lock);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0), -EBUSY);
	mutex_unlock(&fix_vcpu(1)->lock);
	fix_destroy();
}

TEST(number_of_interrupts)
{
	u64 val = 0;

	start();
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 32), -EINVAL);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 1056), -EINVAL);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 65), -EINVAL);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 96), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 96), -EBUSY);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &val), 0);
	CHECK_EQ(val, 96);
	fix_destroy();
	start();
	CHECK_EQ(init(), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 96), -EBUSY);
	CHECK_EQ(fix.vm.vgic->nr_irqs, 256);
	fix_destroy();
}

TEST(distributor_address)
{
	u64 val = 0;

	start();
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &val), 0);
	CHECK_EQ(val, ~0ull);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, 0x1000), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, ~0xffffull), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, BIT_ULL(40)), -E2BIG);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, BIT_ULL(40) - 0x10000), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, 0x10000), -EEXIST);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &val), 0);
	CHECK_EQ(val, BIT_ULL(40) - 0x10000);
	CHECK_EQ(set_addr(KVM_VGIC_V2_ADDR_TYPE_DIST, 0), -ENXIO);
	fake_user_fault = true;
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, 0), -EFAULT);
	fake_user_fault = false;
	fix_destroy();
}

TEST(redistributor_address)
{
	start();
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, 0x8000), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, BIT_ULL(40) - 0x20000), -E2BIG);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_DIST), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_DIST - 0x30000), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_REDIST), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_REDIST), -EEXIST);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(2, 0x10000000, 0)), -EINVAL);
	CHECK_EQ(init(), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	fix_destroy();
}

TEST(addresses_may_come_after_init)
{
	start();
	CHECK_EQ(init(), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), -ENXIO);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_DIST), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), -ENXIO);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, FIX_REDIST, 0)), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), -ENXIO);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10000000, 1)), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	fix.vm.ran = true;
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x11000000, 2)), -EBUSY);
	fix_destroy();
	/* The distributor placed over redistributors shows at the latest when it runs. */
	start();
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_REDIST), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_REDIST + 0x10000), 0);
	CHECK_EQ(init(), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), -EINVAL);
	fix_destroy();
}

TEST(redistributor_regions)
{
	u64 val = 0, ipa;
	u32 off;

	start();
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(0, 0x10000000, 0)), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10000000, 0) | 0x1000), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10000000, 1)), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, BIT_ULL(40) - 0x10000, 0)), -E2BIG);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &val), -ENOENT);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10000000, 0)), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, 0x20000000), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x20000000, 0)), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(2, 0x10010000, 1)), -EINVAL);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(2, 0x20000000, 1)), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_DIST), 0);
	val = 1;
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &val), 0);
	CHECK_EQ(val, REGION(2, 0x20000000, 1));
	CHECK_EQ(init(), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	for (ipa = 0x10000000; ipa < 0x20060000; ipa = ipa == 0x10060000 ? 0x20000000 : ipa + 0x10000) {
		struct loft_vcpu *want = NULL;

		if (ipa < 0x10020000)
			want = fix_vcpu(0);
		else if (ipa >= 0x20000000 && ipa < 0x20020000)
			want = fix_vcpu(1);
		CHECK(vgic_addr_redist(fix.vm.vgic, ipa, &off) == want);
		if (want)
			CHECK_EQ(off, ipa & 0x1ffff);
	}
	CHECK(vgic_addr_is_last(fix.vm.vgic, 0));
	CHECK(vgic_addr_is_last(fix.vm.vgic, 1));
	fix_destroy();
	/* Contiguous regions are one series to the guest. */
	start();
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10000000, 0)), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, REGION(1, 0x10020000, 1)), 0);
	CHECK_EQ(init(), 0);
	CHECK(!vgic_addr_is_last(fix.vm.vgic, 0));
	CHECK(vgic_addr_is_last(fix.vm.vgic, 1));
	fix_destroy();
}

static void ready(void)
{
	start();
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_DIST), 0);
	CHECK_EQ(set_addr(KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_REDIST), 0);
	CHECK_EQ(init(), 0);
}

TEST(state_needs_an_initialised_quiet_vm)
{
	u64 val = 0;

	start();
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &val), -EBUSY);
	CHECK_EQ(init(), 0);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &val), 0);
	CHECK_EQ(val, 0x50);
	mutex_lock(&fix_vcpu(1)->lock);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &val), -EBUSY);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0x10100, 0), -EBUSY);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(4, 6, 0), 0), -EBUSY);
	mutex_unlock(&fix_vcpu(1)->lock);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x44c0, &val), -ENXIO);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(2), &val), -EINVAL);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 1ull << 56, &val), -EINVAL);
	CHECK_EQ(get(99, 0, &val), -ENXIO);
	CHECK_EQ(set(99, 0, 0), -ENXIO);
	fix_destroy();
}

TEST(registers_by_affinity)
{
	u64 val = 0;

	ready();
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(1) | 0x10100, BIT(20)), 0);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(1) | 0x10100, &val), 0);
	CHECK_EQ(val, BIT(20) | 0xffff);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(0) | 0x10100, &val), 0);
	CHECK_EQ(val, 0xffff);
	fix_destroy();
}

TEST(line_levels)
{
	u64 val = 0;

	ready();
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 64, 0x11), 0);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 64, &val), 0);
	CHECK_EQ(val, 0x11);
	CHECK_EQ(fix_read(0, -1, 0x208, 4), 0x11);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, AFF(1) | 0, BIT(20)), 0);
	CHECK_EQ(fix_read(0, 1, 0x10200, 4), BIT(20));
	CHECK_EQ(fix_read(0, 0, 0x10200, 4), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 65, 0), -EINVAL);
	/* Beyond the last one, and SGIs: RAZ/WI */
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 512, ~0u), 0);
	val = 1;
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 512, &val), 0);
	CHECK_EQ(val, 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, AFF(0) | 0, ~0u), 0);
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, AFF(0) | 0, &val), 0);
	CHECK_EQ(val, 0xffff0000);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 1 << 10 | 64, 0), -EINVAL);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 64), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 1 << 10), -ENXIO);
	fix_destroy();
}

TEST(cpu_interface_registers)
{
	static const struct { u32 reg; u64 val; u32 vmcr; } fields[] = {
		{ ICC(4, 6, 0), 0xf0, 0xf0u << 24 }, { ICC(12, 8, 3), 5, 5 << 21 }, { ICC(12, 12, 3), 3, 3 << 18 },
		{ ICC(12, 12, 6), 1, 1 }, { ICC(12, 12, 7), 1, 2 },
	};
	struct loft_vcpu *vcpu;
	unsigned int i;
	u64 val;

	ready();
	vcpu = fix_vcpu(1);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		vcpu->lr.vmcr = 0;
		CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | fields[i].reg, fields[i].val | 0xf00), 0);
		CHECK_EQ(vcpu->lr.vmcr, fields[i].vmcr);
		CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | fields[i].reg, &val), 0);
		CHECK_EQ(val, fields[i].val);
	}
	CHECK_EQ(fix.evicted, 2 * ARRAY_SIZE(fields));

	/* ICC_CTLR_EL1 */
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 12, 4), 4 << 8 | 3), 0);
	CHECK_EQ(vcpu->lr.vmcr & (BIT(4) | BIT(9)), BIT(4) | BIT(9));
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 12, 4), &val), 0);
	CHECK_EQ(val & 0x703, 4 << 8 | 3);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 12, 4), val), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 12, 4), 5 << 8), -EINVAL);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 12, 4), BIT(14)), -EINVAL);

	/* ICC_SRE_EL1 */
	CHECK_EQ(get(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(12, 12, 5), &val), 0);
	CHECK_EQ(val, 7);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(12, 12, 5), 7), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(12, 12, 5), 0), -EINVAL);

	/* Active priorities: one register of each with five bits, four with seven */
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 8, 4), 0x12345678), 0);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 9, 0), 0x87654321), 0);
	CHECK_EQ(vcpu->lr.ap0r[0], 0x12345678);
	CHECK_EQ(vcpu->lr.ap1r[0], 0x87654321);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 9, 1), 1), -EINVAL);
	loft_caps.pri_bits = 7;
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, AFF(1) | ICC(12, 9, 3), 0x1111), 0);
	CHECK_EQ(vcpu->lr.ap1r[3], 0x1111);
	CHECK_EQ(set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(12, 12, 2), 0), -ENXIO);
	fix_destroy();
}

TEST(has)
{
	start();
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE), -ENXIO);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_ITS_SAVE_TABLES), -ENXIO);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x100), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x44c0), -ENXIO);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(1) | 0x10100), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, AFF(5) | 0x10100), -ENXIO);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(4, 6, 0)), 0);
	CHECK_EQ(has(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, ICC(12, 8, 0)), -ENXIO);
	CHECK_EQ(has(99, 0), -ENXIO);
	fix_destroy();
}

/* KVM_IRQ_LINE */

static int line(u32 type, u32 vcpu, u32 intid, bool level)
{
	struct kvm_irq_level lvl = { .level = level };

	lvl.irq = type << KVM_ARM_IRQ_TYPE_SHIFT | (vcpu & 0xff) << KVM_ARM_IRQ_VCPU_SHIFT | intid |
		  (vcpu >> 8) << KVM_ARM_IRQ_VCPU2_SHIFT;
	return vgic_irq_line(&fix.vm, &lvl);
}

TEST(irq_line)
{
	static const u16 ids[] = { 0, 1, 300 };

	fix_create(ids, 3);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 40, true), -ENXIO);
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), 0);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 40, true), -EBUSY);
	CHECK_EQ(init(), 0);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_CPU, 0, 0, true), -ENXIO);
	CHECK_EQ(line(3, 0, 40, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 31, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 256, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 40, true), 0);
	CHECK_EQ(fix.vm.vgic->spi[0].b.line, BIT(8));
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_SPI, 0, 40, false), 0);
	CHECK_EQ(fix.vm.vgic->spi[0].b.line, 0);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 2, 20, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 0, 15, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 0, 32, true), -EINVAL);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 300, 20, true), 0);
	CHECK_EQ(fix_vcpu(300)->vgic->priv.line, BIT(20));
	/* The timers' lines are theirs. */
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 1, 27, true), 0);
	CHECK_EQ(line(KVM_ARM_IRQ_TYPE_PPI, 1, 30, true), 0);
	CHECK_EQ(fix_vcpu(1)->vgic->priv.line, 0);
	fix_destroy();
}
