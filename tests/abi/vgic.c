// SPDX-License-Identifier: GPL-2.0-only
// Devices and the vGICv3: creation, addresses, initialisation, attributes, and KVM_IRQ_LINE.
#include <unistd.h>

#include "vm.h"

#define ADDR	KVM_DEV_ARM_VGIC_GRP_ADDR
#define NR	KVM_DEV_ARM_VGIC_GRP_NR_IRQS
#define GIC_CTRL	KVM_DEV_ARM_VGIC_GRP_CTRL
#define DIST	KVM_VGIC_V3_ADDR_TYPE_DIST
#define REDIST	KVM_VGIC_V3_ADDR_TYPE_REDIST
#define INIT	KVM_DEV_ARM_VGIC_CTRL_INIT

static int create(struct vm *vm, uint32_t type, uint32_t flags)
{
	struct kvm_create_device device = { .type = type, .flags = flags };
	int ret = ioctl(vm->fd, KVM_CREATE_DEVICE, &device);

	return ret < 0 ? ret : (int)device.fd;
}

static int set(int gic, uint32_t group, u64 attr, u64 value)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, group, attr, &value);
}

static int irq_line(struct vm *vm, uint32_t type, uint32_t vcpu, uint32_t num, uint32_t level)
{
	struct kvm_irq_level irq = { .irq = type << 24 | vcpu << 16 | num, .level = level };

	return ioctl(vm->fd, KVM_IRQ_LINE, &irq);
}

static bool have_v3(void)
{
	struct vm vm;
	bool have;

	vm_create(&vm);
	have = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, KVM_CREATE_DEVICE_TEST) >= 0;
	vm_destroy(&vm);
	return have;
}

static enum verdict device_types(void)
{
	struct vm vm;
	int type, test, real;

	vm_create(&vm);
	EXPECT_ERRNO(create(&vm, 0x7fffffff, 0), ENODEV);
	EXPECT_ERRNO(create(&vm, 0x7fffffff, KVM_CREATE_DEVICE_TEST), ENODEV);
	EXPECT_ERRNO(create(&vm, 0, 0), ENODEV);
	EXPECT_ERRNO(create(&vm, KVM_DEV_TYPE_XICS, 0), ENODEV);
	/* TEST tells the truth, and creates nothing. */
	for (type = KVM_DEV_TYPE_ARM_VGIC_V2; type <= KVM_DEV_TYPE_ARM_VGIC_ITS; type++) {
		test = create(&vm, type, KVM_CREATE_DEVICE_TEST);
		EXPECT_EQ(create(&vm, type, KVM_CREATE_DEVICE_TEST) < 0, test < 0);
		if (type == KVM_DEV_TYPE_FLIC)
			continue;
		real = create(&vm, type, 0);
		EXPECT((real >= 0) == (test >= 0), "type %d: TEST %d, creation %d, errno %d", type, test, real, errno);
		vm_destroy(&vm);
		vm_create(&vm);
	}
	return TEST_PASS;
}

static enum verdict created_once(void)
{
	struct vm vm;
	int gic;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	EXPECT_OK(gic);
	EXPECT_ERRNO(create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0), EEXIST);
	close(gic);
	EXPECT_ERRNO(create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0), EEXIST);
	return TEST_PASS;
}

static enum verdict created_late(void)
{
	struct vm vm;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_ERRNO(create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0), EBUSY);
	return TEST_PASS;
}

static enum verdict attributes(void)
{
	struct vm vm;
	u64 v = 0;
	int gic;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	EXPECT_OK(device_attr(gic, KVM_HAS_DEVICE_ATTR, ADDR, DIST, NULL));
	EXPECT_OK(device_attr(gic, KVM_HAS_DEVICE_ATTR, ADDR, REDIST, NULL));
	EXPECT_OK(device_attr(gic, KVM_HAS_DEVICE_ATTR, NR, 0, NULL));
	EXPECT_OK(device_attr(gic, KVM_HAS_DEVICE_ATTR, GIC_CTRL, INIT, NULL));
	EXPECT_ERRNO(device_attr(gic, KVM_HAS_DEVICE_ATTR, 77, 0, NULL), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_HAS_DEVICE_ATTR, ADDR, 77, NULL), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_HAS_DEVICE_ATTR, GIC_CTRL, 77, NULL), ENXIO);
	/* GICv2's addresses are not GICv3's. */
	EXPECT_ERRNO(device_attr(gic, KVM_HAS_DEVICE_ATTR, ADDR, KVM_VGIC_V2_ADDR_TYPE_CPU, NULL), ENXIO);
	EXPECT_ERRNO(set(gic, 77, 0, 0), ENXIO);
	EXPECT_ERRNO2(set(gic, ADDR, 77, 0), ENODEV, ENXIO);
	EXPECT_ERRNO(set(gic, GIC_CTRL, 77, 0), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_GET_DEVICE_ATTR, 77, 0, &v), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_SET_DEVICE_ATTR, ADDR, DIST, (void *)16), EFAULT);
	return TEST_PASS;
}

static enum verdict addresses(void)
{
	u64 v = 0;
	struct vm vm;
	int gic;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	EXPECT_ERRNO(set(gic, ADDR, DIST, GICD_BASE + 0x1000), EINVAL);
	EXPECT_ERRNO(set(gic, ADDR, REDIST, GICR_BASE + 0x1000), EINVAL);
	EXPECT_ERRNO2(set(gic, ADDR, DIST, 1ULL << 40), E2BIG, EINVAL);
	EXPECT_ERRNO2(set(gic, ADDR, DIST, ~0xffffULL), E2BIG, EINVAL);
	EXPECT_OK(set(gic, ADDR, DIST, GICD_BASE));
	EXPECT_OK(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR, DIST, &v));
	EXPECT_EQ(v, GICD_BASE);
	EXPECT_ERRNO(set(gic, ADDR, DIST, GICD_BASE), EEXIST);
	EXPECT_ERRNO(set(gic, ADDR, DIST, GICD_BASE + 0x100000), EEXIST);
	EXPECT_OK(set(gic, ADDR, REDIST, GICR_BASE));
	EXPECT_ERRNO2(set(gic, ADDR, REDIST, GICR_BASE), EEXIST, EINVAL);
	return TEST_PASS;
}

/* Overlap shows at once or at the first run, but it shows. */
static enum verdict overlapping(void)
{
	struct vm vm;
	int gic, ret;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	EXPECT_OK(set(gic, ADDR, DIST, GICD_BASE));
	if (set(gic, ADDR, REDIST, GICD_BASE))
		return TEST_PASS;
	ret = set(gic, GIC_CTRL, INIT, 0);
	if (!ret) {
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
	}
	EXPECT(ret < 0 && errno == EINVAL, "returns %d, errno %d", ret, errno);
	return TEST_PASS;
}

static enum verdict number_of_irqs(void)
{
	static const uint32_t bad[] = { 0, 31, 32, 63, 65, 1025, 1056, 0x7fffffff, 0xffffffe0 };
	uint32_t v = 0;
	struct vm vm;
	unsigned int i;
	int gic;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(device_attr(gic, KVM_SET_DEVICE_ATTR, NR, 0, (void *)&bad[i]) < 0 && errno == EINVAL, "%u: errno %d",
		       bad[i], errno);
	EXPECT_OK(set(gic, NR, 0, 96));
	EXPECT_OK(device_attr(gic, KVM_GET_DEVICE_ATTR, NR, 0, &v));
	EXPECT_EQ(v, 96);
	EXPECT_ERRNO(set(gic, NR, 0, 128), EBUSY);
	return TEST_PASS;
}

static enum verdict initialised(void)
{
	struct vm vm;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_boot(&vm, 2);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 2UL), EBUSY);
	EXPECT_ERRNO(set(vm.gic, NR, 0, 128), EBUSY);
	EXPECT_OK(set(vm.gic, GIC_CTRL, INIT, 0));
	return TEST_PASS;
}

/* Without addresses the guest must not run as if there were a GIC. */
static enum verdict not_placed(void)
{
	struct vm vm;
	int gic, ret;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	EXPECT_OK(create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
	EXPECT(ret < 0 && (errno == ENXIO || errno == EBUSY || errno == ENODEV || errno == EINVAL),
	       "uninitialised: %d, errno %d", ret, errno);
	vm_destroy(&vm);

	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	gic = create(&vm, KVM_DEV_TYPE_ARM_VGIC_V3, 0);
	EXPECT_OK(set(gic, GIC_CTRL, INIT, 0));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
	EXPECT(ret < 0 && (errno == ENXIO || errno == EINVAL), "no addresses: %d, errno %d", ret, errno);
	return TEST_PASS;
}

static enum verdict lines(void)
{
	struct vm vm;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_create(&vm);
	vm_add_vcpu(&vm, true);
	EXPECT_ERRNO2(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), ENXIO, EINVAL);
	vm_destroy(&vm);

	vm_boot(&vm, 2);
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1));
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1));
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 0));
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 127, 1));
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 128, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 31, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 0xffff, 1), EINVAL);
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 1, 20, 1));
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 1, 15, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 1, 32, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 2, 20, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 255, 20, 1), EINVAL);
	EXPECT_ERRNO2(irq_line(&vm, KVM_ARM_IRQ_TYPE_CPU, 0, 0, 1), ENXIO, EINVAL);
	EXPECT_ERRNO(irq_line(&vm, 3, 0, 40, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, 15, 0, 40, 1), EINVAL);
	return TEST_PASS;
}

/* The distributor's state as a snapshot reads it, where that is offered. */
static enum verdict dist_registers(void)
{
	uint32_t v = 0, typer;
	struct vm vm;

	if (!have_v3())
		return tap_skip("no GICv3");
	vm_boot(&vm, 1);
	if (device_attr(vm.gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 4, NULL))
		return tap_skip("no distributor registers");
	EXPECT_OK(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 4, &typer));
	EXPECT_EQ(typer & 0x1f, 3);
	v = 0x12345678;
	EXPECT_OK(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x104, &v));
	v = 0;
	EXPECT_OK(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x104, &v));
	EXPECT_EQ(v, 0x12345678);
	return TEST_PASS;
}

/* The timers' interrupt numbers are vCPU attributes. */
static enum verdict timer_attributes(void)
{
	uint32_t irq = 0, bad[] = { 5, 33, 1000, 0xffffffff };
	struct vm vm;
	unsigned int i;

	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	if (device_attr(vm.vcpu[0], KVM_HAS_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, NULL))
		return tap_skip("no timer attributes");
	EXPECT_OK(device_attr(vm.vcpu[0], KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER,
			      &irq));
	EXPECT_EQ(irq, 27);
	EXPECT_OK(device_attr(vm.vcpu[0], KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_PTIMER,
			      &irq));
	EXPECT_EQ(irq, 30);
	EXPECT_ERRNO(device_attr(vm.vcpu[0], KVM_HAS_DEVICE_ATTR, 77, 0, NULL), ENXIO);
	EXPECT_ERRNO(device_attr(vm.vcpu[0], KVM_HAS_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, 77, NULL), ENXIO);
	vm_destroy(&vm);
	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return TEST_PASS;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(device_attr(vm.vcpu[0], KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL,
				   KVM_ARM_VCPU_TIMER_IRQ_VTIMER, &bad[i]) < 0 && errno == EINVAL, "%u: errno %d", bad[i],
		       errno);
	irq = 27;
	EXPECT_OK(device_attr(vm.vcpu[0], KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER,
			      &irq));
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "device types, and TEST", device_types },
	{ "one vGIC a VM", created_once },
	{ "no vGIC after the first run", created_late },
	{ "which attributes there are", attributes },
	{ "addresses", addresses },
	{ "distributor and redistributor overlap", overlapping },
	{ "number of interrupts", number_of_irqs },
	{ "what is too late after initialisation", initialised },
	{ "a vGIC without an address", not_placed },
	{ "KVM_IRQ_LINE", lines },
	{ "distributor registers", dist_registers },
	{ "timer attributes of a vCPU", timer_attributes },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
