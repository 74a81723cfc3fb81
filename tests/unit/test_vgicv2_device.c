// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv2 device: its errnos, the state userspace sees, and the CPU interface in the guest's map.
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

TEST(create)
{
	v2_host(1);
	loft_caps.gic = 3;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -ENODEV);
	CHECK_EQ(vgic_max_vcpus(), LOFT_MAX_VCPUS);
	loft_caps.gic = 2;
	CHECK_EQ(vgic_v3_ops.create(&fix.vm), -ENODEV);
	CHECK_EQ(vgic_max_vcpus(), 8);
	loft_caps.gicv_pa = GICV + 0x800;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -ENODEV);
	loft_caps.gicv_pa = 0;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -ENODEV);
	loft_caps.gicv_pa = GICV;
	loft_caps.gicv_size = 0x800;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -ENODEV);
	loft_caps.gicv_size = 0x2000;
	fix.vm.ran = true;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -EBUSY);
	fix.vm.ran = false;
	fake_alloc_fail = 1;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -ENOMEM);
	fake_alloc_fail = -1;
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), 0);
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), -EEXIST);
	fix_destroy();
}

TEST(initialise)
{
	int n;

	v2_host(0);
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), 0);
	CHECK_EQ(v2_init(), -ENODEV);
	fix_destroy();
	for (n = 1; n <= 3; n++) {
		v2_start(2);
		fake_alloc_fail = n;
		CHECK_EQ(v2_init(), -ENOMEM);
		fake_alloc_fail = -1;
		CHECK(!vgic_initialised(&fix.vm));
		CHECK_EQ(v2_init(), 0);
		fix_destroy();
	}
	v2_start(2);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, 0), -ENXIO);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 65), -EINVAL);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 96), 0);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, 96), -EBUSY);
	CHECK_EQ(v2_init(), 0);
	CHECK_EQ(v2_init(), 0);
	CHECK_EQ(fix.vm.vgic->nr_irqs, 96);
	fix_destroy();
}

/* VMMs older than CTRL_INIT: access to state, a line, or the first run do it. */
TEST(initialised_when_needed)
{
	struct kvm_irq_level lvl = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | 40, .level = 1 };
	u64 val;

	v2_start(2);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	CHECK(vgic_initialised(&fix.vm));
	fix_destroy();
	v2_start(2);
	CHECK_EQ(v2_get(REGS, 4, &val), 0);
	CHECK(vgic_initialised(&fix.vm));
	fix_destroy();
	v2_start(2);
	CHECK_EQ(vgic_irq_line(&fix.vm, &lvl), 0);
	CHECK_EQ(fix.vm.vgic->spi[0].b.line, BIT(8));
	fix_destroy();
	v2_host(0);
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), 0);
	CHECK_EQ(vgic_irq_line(&fix.vm, &lvl), -ENODEV);
	fix_destroy();
}

TEST(addresses)
{
	u64 val;

	v2_host(1);
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), 0);
	CHECK_EQ(v2_get(ADDR, ADDR_CPU, &val), 0);
	CHECK_EQ(val, ~0ull);
	CHECK_EQ(v2_get(ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &val), -ENXIO);
	CHECK_EQ(v2_set(ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, 0), -ENXIO);
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, 0x800), -EINVAL);
	CHECK_EQ(v2_set(ADDR, ADDR_CPU, ~0xfffull), -EINVAL);
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, BIT_ULL(40)), -E2BIG);
	CHECK_EQ(v2_set(ADDR, ADDR_CPU, BIT_ULL(40) - 0x1000), -E2BIG);
	CHECK_EQ(vgic_first_run(&fix.vm), -ENXIO);
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, BIT_ULL(40) - 0x1000), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), -ENXIO);
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, FIX_DIST), -EEXIST);
	CHECK_EQ(v2_set(ADDR, ADDR_CPU, BIT_ULL(40) - 0x2000), 0);
	CHECK_EQ(v2_set(ADDR, ADDR_CPU, GICC), -EEXIST);
	CHECK_EQ(v2_get(ADDR, ADDR_DIST, &val), 0);
	CHECK_EQ(val, BIT_ULL(40) - 0x1000);
	CHECK_EQ(v2_get(ADDR, ADDR_CPU, &val), 0);
	CHECK_EQ(val, BIT_ULL(40) - 0x2000);
	/* They overlap. */
	CHECK_EQ(vgic_first_run(&fix.vm), -EINVAL);
	CHECK_EQ(fix.maps, 0);
	fake_user_fault = true;
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, 0), -EFAULT);
	fake_user_fault = false;
	fix_destroy();
}

TEST(cpu_interface_is_mapped)
{
	v2_start(1);
	fake_alloc_fail = 4;
	CHECK_EQ(vgic_first_run(&fix.vm), -ENOMEM);
	fake_alloc_fail = -1;
	CHECK_EQ(fix.maps, 0);
	fix.map_error = -ERANGE;
	CHECK_EQ(vgic_first_run(&fix.vm), -ERANGE);
	fix.map_error = 0;
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	CHECK_EQ(fix.maps, 2);
	CHECK_EQ(fix.map_ipa, GICC);
	CHECK_EQ(fix.map_pa, GICV);
	/* The second page, with GICC_DIR, traps. */
	CHECK_EQ(fix.map_size, PAGE_SIZE);
	CHECK_EQ(fix.map_prot, S2_R | S2_W | S2_DEVICE);
	CHECK(!spin_is_locked(&fix.vm.stage2.lock));
	fix_destroy();
}

TEST(older_ioctls)
{
	struct kvm_arm_device_addr addr = { .id = ADDR_DIST, .addr = FIX_DIST };

	v2_host(1);
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), -ENXIO);
	CHECK_EQ(vgic_v2_create_irqchip(&fix.vm), 0);
	CHECK_EQ(vgic_v2_create_irqchip(&fix.vm), -EEXIST);
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), 0);
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), -EEXIST);
	addr.id = ADDR_CPU | 1 << KVM_ARM_DEVICE_ID_SHIFT;
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), -ENODEV);
	addr.id = KVM_VGIC_V3_ADDR_TYPE_REDIST;
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), -ENXIO);
	addr.id = ADDR_CPU;
	addr.addr = GICC;
	CHECK_EQ(vgic_v2_set_device_addr(&fix.vm, &addr), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	CHECK_EQ(fix.maps, 1);
	fix_destroy();
	v2_host(1);
	loft_caps.gic = 3;
	CHECK_EQ(vgic_v2_create_irqchip(&fix.vm), -ENODEV);
	fix_destroy();
}

TEST(has)
{
	v2_start(2);
	CHECK_EQ(v2_has(ADDR, ADDR_DIST), 0);
	CHECK_EQ(v2_has(ADDR, ADDR_CPU), 0);
	CHECK_EQ(v2_has(ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST), -ENXIO);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0), 0);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), -ENXIO);
	CHECK_EQ(v2_has(REGS, CPU(1) | 0x800), 0);
	CHECK_EQ(v2_has(REGS, CPU(1) | 0x1000), -ENXIO);
	CHECK_EQ(v2_has(REGS, CPU(2) | 0x800), -EINVAL);
	CHECK_EQ(v2_has(CPU_REGS, CPU(1) | 0xdc), 0);
	CHECK_EQ(v2_has(CPU_REGS, CPU(1) | 0xe0), -ENXIO);
	CHECK_EQ(v2_has(CPU_REGS, CPU(2) | 0), -EINVAL);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32), -ENXIO);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0), -ENXIO);
	CHECK_EQ(v2_has(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, 0), -ENXIO);
	fix_destroy();
}

/* Userspace */

TEST(state_needs_a_quiet_vm)
{
	u64 val;

	v2_start(2);
	CHECK_EQ(v2_get(REGS, CPU(2) | 0, &val), -EINVAL);
	CHECK_EQ(v2_get(REGS, CPU(0x100) | 0, &val), -EINVAL);
	mutex_lock(&fix_vcpu(1)->lock);
	CHECK_EQ(v2_get(REGS, 0, &val), -EBUSY);
	CHECK_EQ(v2_set(CPU_REGS, 0, 0), -EBUSY);
	mutex_unlock(&fix_vcpu(1)->lock);
	CHECK_EQ(v2_get(REGS, 0x1000, &val), -ENXIO);
	CHECK_EQ(v2_get(REGS, 2, &val), -ENXIO);
	CHECK_EQ(v2_get(CPU_REGS, 0xc, &val), -ENXIO);
	CHECK_EQ(v2_get(KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0, &val), -ENXIO);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, 0, 0), -ENXIO);
	fix_destroy();
}

TEST(userspace_distributor)
{
	u64 val;

	v2_run(2);
	/* Banked by the vCPU in the attribute */
	CHECK_EQ(v2_set(REGS, CPU(1) | 0x100, BIT(20)), 0);
	CHECK_EQ(fix_read(1, -1, 0x100, 4), 0xffff | BIT(20));
	CHECK_EQ(fix_read(0, -1, 0x100, 4), 0xffff);
	CHECK_EQ(v2_get(REGS, CPU(1) | 0x800, &val), 0);
	CHECK_EQ(val, 0x02020202);
	/* Groups only once it has shown that it knows of them */
	CHECK_EQ(v2_set(REGS, 0x84, ~0u), 0);
	CHECK_EQ(fix_read(0, -1, 0x84, 4), 0);
	CHECK_EQ(v2_set(REGS, 8, 0x4b00143b), -EINVAL);
	CHECK_EQ(v2_set(REGS, 0x84, ~0u), 0);
	CHECK_EQ(fix_read(0, -1, 0x84, 4), 0);
	CHECK_EQ(v2_set(REGS, 8, 0x4b00243b), 0);
	CHECK_EQ(v2_set(REGS, 0x84, 0x55), 0);
	CHECK_EQ(fix_read(0, -1, 0x84, 4), 0x55);
	/* SGIs: without a sender it is the vCPU itself, cleared for all */
	CHECK_EQ(v2_set(REGS, CPU(1) | 0x200, BIT(3)), 0);
	CHECK_EQ(v2_get(REGS, CPU(1) | 0xf20, &val), 0);
	CHECK_EQ(val, 0x02000000);
	CHECK_EQ(v2_set(REGS, CPU(1) | 0xf20, 0x01000000), 0);
	CHECK_EQ(v2_get(REGS, CPU(1) | 0xf10, &val), 0);
	CHECK_EQ(val, 0x03000000);
	CHECK_EQ(v2_set(REGS, CPU(1) | 0x280, BIT(3)), 0);
	CHECK_EQ(v2_get(REGS, CPU(1) | 0xf10, &val), 0);
	CHECK_EQ(val, 0);
	CHECK_EQ(fix_read(1, -1, 0x200, 4), 0);
	CHECK_EQ(v2_set(REGS, 0xf00, SGIR(1, 0, 3)), 0);
	CHECK_EQ(fix_read(1, -1, 0x200, 4), 0);
	/* The level of lines is in the pending bits, as VMMs know it of GICv2 */
	vgic_inject(&fix.vm, NULL, 40, true);
	CHECK_EQ(v2_get(REGS, 0x204, &val), 0);
	CHECK_EQ(val, BIT(8));
	CHECK_EQ(v2_get(REGS, 0x284, &val), 0);
	CHECK_EQ(val, BIT(8));
	/* Levels of lines are GICv3's. */
	CHECK_EQ(v2_get(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &val), -ENXIO);
	CHECK_EQ(v2_set(KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, CPU(1) | 0, BIT(20)), -ENXIO);
	fix_destroy();
}

TEST(userspace_cpu_interface)
{
	static const struct { u32 off, val, vmcr; } regs[] = {
		{ 0x00, 0x21f, 0x21f }, { 0x04, 0x1e, 0xf0000000 }, { 0x08, 5, 5 << 21 }, { 0x1c, 3, 3 << 18 },
	};
	struct loft_vcpu *vcpu;
	unsigned int i;
	u64 val;

	v2_run(2);
	vcpu = fix_vcpu(1);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		vcpu->lr.vmcr = 0;
		fix.evicted = 0;
		CHECK_EQ(v2_set(CPU_REGS, CPU(1) | regs[i].off, regs[i].val | (regs[i].off ? 0x100 : 0x5c00)), 0);
		CHECK_EQ(vcpu->lr.vmcr, regs[i].vmcr);
		vcpu->lr.vmcr = ~0;
		CHECK_EQ(v2_set(CPU_REGS, CPU(1) | regs[i].off, 0), 0);
		CHECK_EQ(vcpu->lr.vmcr, ~(regs[i].off == 4 ? 0xf8000000 : regs[i].off == 8 ? 7 << 21 :
					  regs[i].off == 0x1c ? 7 << 18 : 0x21f));
		CHECK_EQ(v2_set(CPU_REGS, CPU(1) | regs[i].off, regs[i].val), 0);
		CHECK_EQ(v2_get(CPU_REGS, CPU(1) | regs[i].off, &val), 0);
		CHECK_EQ(val, regs[i].val);
		CHECK_EQ(fix.evicted, 4);
	}
	CHECK_EQ(v2_set(CPU_REGS, CPU(1) | 0xd0, 0x12345678), 0);
	CHECK_EQ(v2_set(CPU_REGS, CPU(1) | 0xd4, ~0u), 0);
	CHECK_EQ(vcpu->lr.ap0r[0], 0x12345678);
	CHECK_EQ(v2_get(CPU_REGS, CPU(1) | 0xd0, &val), 0);
	CHECK_EQ(val, 0x12345678);
	CHECK_EQ(v2_get(CPU_REGS, CPU(1) | 0xd4, &val), 0);
	CHECK_EQ(val, 0);
	CHECK_EQ(v2_get(CPU_REGS, CPU(1) | 0xfc, &val), 0);
	CHECK_EQ(val, 0x04b2043b);
	CHECK_EQ(v2_set(CPU_REGS, CPU(1) | 0xfc, 0), 0);
	fix_destroy();
}
