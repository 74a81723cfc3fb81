// SPDX-License-Identifier: GPL-2.0-only
// The ITS: creation, attributes, MSIs by ioctl and by irqfd, routes, and its tables saved and restored.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "its.h"

#define ADDR	KVM_DEV_ARM_VGIC_GRP_ADDR
#define REGS	KVM_DEV_ARM_VGIC_GRP_ITS_REGS
#define ITS_CTRL	KVM_DEV_ARM_VGIC_GRP_CTRL
#define INIT	KVM_DEV_ARM_VGIC_CTRL_INIT
#define SAVE	KVM_DEV_ARM_ITS_SAVE_TABLES
#define RESTORE	KVM_DEV_ARM_ITS_RESTORE_TABLES
#define RESET	KVM_DEV_ARM_ITS_CTRL_RESET

#define SKIP_WITHOUT() do { if (!its_have()) return tap_skip("no ITS"); } while (0)

static int create(struct vm *vm, uint32_t flags)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS, .flags = flags };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &device) ? -1 : (int)device.fd;
}

static enum verdict creation(void)
{
	struct vm vm;
	int i;

	SKIP_WITHOUT();
	vm_create(&vm);
	EXPECT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI), 1);
	EXPECT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 0);
	EXPECT_OK(create(&vm, KVM_CREATE_DEVICE_TEST));
	EXPECT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 0);
	/* There may be several. */
	for (i = 0; i < 3; i++)
		EXPECT_OK(create(&vm, 0));
	EXPECT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 1);
	return TEST_PASS;
}

static enum verdict addresses(void)
{
	uint64_t v = 0;
	struct vm vm;
	int its, other;

	SKIP_WITHOUT();
	vm_boot(&vm, 1);
	its = its_create(&vm);
	other = its_create(&vm);
	EXPECT_ERRNO(device_attr(its, KVM_SET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &v), ENODEV);
	EXPECT_ERRNO(device_attr(its, KVM_GET_DEVICE_ATTR, ADDR, 77, &v), ENODEV);
	EXPECT_ERRNO(device_attr(its, KVM_SET_DEVICE_ATTR, ADDR, KVM_VGIC_ITS_ADDR_TYPE, (void *)16), EFAULT);
	EXPECT_ERRNO(its_place(its, ITS_BASE + 0x1000), EINVAL);
	EXPECT_ERRNO(its_place(its, 1UL << 40), E2BIG);
	EXPECT_ERRNO(its_place(its, (1UL << 40) - 0x10000), E2BIG);
	EXPECT_ERRNO2(its_place(its, ~0xffffUL), EINVAL, E2BIG);
	EXPECT_OK(its_place(its, ITS_BASE));
	EXPECT_ERRNO(its_place(its, ITS_BASE), EEXIST);
	EXPECT_ERRNO(its_place(its, ITS_BASE + 0x200000), EEXIST);
	EXPECT_OK(device_attr(its, KVM_GET_DEVICE_ATTR, ADDR, KVM_VGIC_ITS_ADDR_TYPE, &v));
	EXPECT_EQ(v, ITS_BASE);
	EXPECT_ERRNO(device_attr(its, KVM_GET_DEVICE_ATTR, ADDR, KVM_VGIC_ITS_ADDR_TYPE, (void *)16), EFAULT);
	EXPECT_OK(its_place(other, ITS_BASE + 0x100000));
	return TEST_PASS;
}

/* Over the vGIC, or another one: upstream lets it happen. */
static enum verdict overlapping(void)
{
	struct vm vm;
	int its, other;

	SKIP_WITHOUT();
	vm_boot(&vm, 1);
	its = its_create(&vm);
	other = its_create(&vm);
	if (!its_place(its, GICD_BASE))
		return tap_skip("overlap is not checked");
	EXPECT_ERRNO(its_place(its, GICD_BASE), EINVAL);
	EXPECT_ERRNO(its_place(its, GICR_BASE - 0x10000), EINVAL);
	EXPECT_OK(its_place(its, ITS_BASE));
	EXPECT_ERRNO(its_place(other, ITS_BASE + 0x10000), EINVAL);
	EXPECT_ERRNO(its_place(other, ITS_BASE - 0x10000), EINVAL);
	return TEST_PASS;
}

static enum verdict attributes(void)
{
	static const uint16_t there[] = { 0, 4, 8, 0x80, 0x88, 0x90, 0x100, 0x108, 0x138, 0xffe8 };
	static const uint32_t not_there[] = { 0x10, 0x98, 0x140, 0x10040, 0x20000 };
	uint64_t v = 0;
	unsigned int i;
	struct vm vm;
	int its;

	SKIP_WITHOUT();
	vm_boot(&vm, 1);
	its = its_create(&vm);
	for (i = 0; i < ARRAY_SIZE(there); i++)
		EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, REGS, there[i], NULL));
	for (i = 0; i < ARRAY_SIZE(not_there); i++)
		EXPECT(device_attr(its, KVM_HAS_DEVICE_ATTR, REGS, not_there[i], NULL) < 0 && errno == ENXIO, "0x%x: errno %d",
		       not_there[i], errno);
	EXPECT_ERRNO(device_attr(its, KVM_HAS_DEVICE_ATTR, REGS, 0x84, NULL), EINVAL);
	EXPECT_ERRNO(device_attr(its, KVM_HAS_DEVICE_ATTR, REGS, 2, NULL), EINVAL);
	EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, ADDR, KVM_VGIC_ITS_ADDR_TYPE, NULL));
	EXPECT_ERRNO(device_attr(its, KVM_HAS_DEVICE_ATTR, ADDR, 77, NULL), ENXIO);
	EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, ITS_CTRL, INIT, NULL));
	EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, ITS_CTRL, SAVE, NULL));
	EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, ITS_CTRL, RESTORE, NULL));
	EXPECT_OK(device_attr(its, KVM_HAS_DEVICE_ATTR, ITS_CTRL, RESET, NULL));
	EXPECT_ERRNO(device_attr(its, KVM_HAS_DEVICE_ATTR, ITS_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL), ENXIO);
	EXPECT_ERRNO(device_attr(its, KVM_HAS_DEVICE_ATTR, 77, 0, NULL), ENXIO);
	EXPECT_ERRNO(device_attr(its, KVM_SET_DEVICE_ATTR, 77, 0, &v), ENXIO);
	EXPECT_ERRNO(device_attr(its, KVM_GET_DEVICE_ATTR, 77, 0, &v), ENXIO);
	EXPECT_ERRNO(device_attr(its, KVM_GET_DEVICE_ATTR, ITS_CTRL, INIT, &v), ENXIO);
	/* Registers want an address. */
	EXPECT_ERRNO(its_get(its, GITS_TYPER, &v), ENXIO);
	EXPECT_ERRNO(its_set(its, GITS_CTLR, 0), ENXIO);
	EXPECT_OK(its_ctrl(its, RESET));
	EXPECT_OK(its_place(its, ITS_BASE));
	EXPECT_OK(its_ctrl(its, INIT));
	EXPECT_OK(its_get(its, GITS_TYPER, &v));
	EXPECT_EQ(v & 0xf1, 0x71);
	EXPECT_ERRNO(its_get(its, 0x10, &v), ENXIO);
	EXPECT_ERRNO(its_get(its, 0x8c, &v), EINVAL);
	EXPECT_ERRNO(device_attr(its, KVM_GET_DEVICE_ATTR, REGS, GITS_TYPER, (void *)16), EFAULT);
	EXPECT_ERRNO(device_attr(its, KVM_SET_DEVICE_ATTR, REGS, GITS_CTLR, (void *)16), EFAULT);
	return TEST_PASS;
}

static enum verdict registers(void)
{
	uint64_t v, iidr;
	struct vm vm;
	int its;

	SKIP_WITHOUT();
	vm_boot(&vm, 1);
	its = its_boot(&vm);
	EXPECT_OK(its_get(its, GITS_IIDR, &iidr));
	EXPECT_EQ(iidr >> 12 & 0xf, 0);
	EXPECT_OK(its_set(its, GITS_IIDR, iidr));
	EXPECT_ERRNO(its_set(its, GITS_IIDR, iidr | 0x1000), EINVAL);
	EXPECT_OK(its_set(its, GITS_TYPER, ~0UL));	/* read-only: ignored */
	its_map(&vm, its, 2);
	EXPECT_OK(its_get(its, GITS_CREADR, &v));
	EXPECT_EQ(v, 4 * 32);
	/* Enabled: CBASER and CREADR are fixed. Else CREADR may be set, to what is in the queue. */
	EXPECT_OK(its_set(its, GITS_CBASER, 0));
	EXPECT_OK(its_get(its, GITS_CBASER, &v));
	EXPECT_EQ(v >> 63, 1);
	EXPECT_ERRNO(its_set(its, GITS_CREADR, 0x20), EBUSY);
	EXPECT_OK(its_set(its, GITS_CTLR, 0));
	EXPECT_OK(its_set(its, GITS_CREADR, 0x20));
	EXPECT_OK(its_get(its, GITS_CREADR, &v));
	EXPECT_EQ(v, 0x20);
	EXPECT_ERRNO(its_set(its, GITS_CREADR, 0x1000), EINVAL);
	EXPECT_OK(its_set(its, GITS_CBASER, 1UL << 63 | (RAM_BASE + ITS_QUEUE)));
	EXPECT_OK(its_get(its, GITS_CREADR, &v));
	EXPECT_EQ(v, 0);
	EXPECT_OK(its_set(its, GITS_CTLR, 1));
	EXPECT_EQ(its_signal(&vm, 1, 1), 1);
	/* Reset: disabled, nothing mapped, no tables, no queue */
	EXPECT_OK(its_ctrl(its, RESET));
	EXPECT_OK(its_get(its, GITS_CTLR, &v));
	EXPECT_EQ(v & 0x80000001, 0x80000000);
	EXPECT_OK(its_get(its, GITS_CBASER, &v));
	EXPECT_EQ(v, 0);
	EXPECT_OK(its_get(its, GITS_BASER(0), &v));
	EXPECT_EQ(v >> 63, 0);
	EXPECT_OK(its_get(its, GITS_BASER(1), &v));
	EXPECT_EQ(v >> 63, 0);
	EXPECT(its_signal(&vm, 1, 1) <= 0, "delivered after a reset");
	return TEST_PASS;
}

static enum verdict messages(void)
{
	struct kvm_msi msi = { .address_lo = ITS_DOORBELL, .data = 2, .flags = KVM_MSI_VALID_DEVID, .devid = 1 }, bad;
	struct vm vm;
	int its;

	SKIP_WITHOUT();
	vm_create(&vm);
	EXPECT_ERRNO2(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), EINVAL, ENODEV);
	vm_destroy(&vm);
	vm_boot(&vm, 2);
	EXPECT_ERRNO2(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), ENODEV, EINVAL);
	its = its_boot(&vm);
	its_map(&vm, its, 4);
	EXPECT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_SIGNAL_MSI, (void *)16), EFAULT);
	bad = msi, bad.flags = 2;
	EXPECT_ERRNO(ioctl(vm.fd, KVM_SIGNAL_MSI, &bad), EINVAL);
	bad = msi, bad.address_lo = GICD_BASE + 0x40;
	EXPECT_ERRNO2(ioctl(vm.fd, KVM_SIGNAL_MSI, &bad), EINVAL, ENODEV);
	bad = msi, bad.address_hi = 1;
	EXPECT_ERRNO2(ioctl(vm.fd, KVM_SIGNAL_MSI, &bad), EINVAL, ENODEV);
	bad = msi, bad.data = 4;
	EXPECT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &bad), 0);
	bad = msi, bad.devid = 2;
	EXPECT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &bad), 0);
	/* The guest takes each once, where its collection is. */
	EXPECT_EQ(its_signal(&vm, 1, 3), 1);
	EXPECT_EQ(its_signal(&vm, 1, 3), 1);
	vm_start(&vm, 0, guest_ack, 0, 0, 0, MMIO_BASE);
	vm_start(&vm, 1, guest_ack, 0, 0, 0, MMIO_BASE);
	EXPECT_EQ(its_ack(&vm, 0), LPI + 2);
	EXPECT_EQ(its_ack(&vm, 0), 1023);
	EXPECT_EQ(its_ack(&vm, 1), LPI + 3);
	EXPECT_EQ(its_ack(&vm, 1), 1023);
	EXPECT_EQ(its_signal(&vm, 1, 1), 1);
	EXPECT_EQ(its_ack(&vm, 0), 1023);
	EXPECT_EQ(its_ack(&vm, 1), LPI + 1);
	/* While it is between acknowledge and end: once more afterwards */
	EXPECT_EQ(its_signal(&vm, 1, 1), 1);
	EXPECT_EQ(its_ack(&vm, 1), LPI + 1);
	EXPECT_EQ(its_ack(&vm, 1), 1023);
	EXPECT_OK(its_set(its, GITS_CTLR, 0));
	EXPECT(its_signal(&vm, 1, 1) < 0, "delivered by an ITS that is off");
	return TEST_PASS;
}

static int route(struct vm *vm, const struct kvm_irq_routing_entry *entries, uint32_t nr, uint32_t flags)
{
	struct kvm_irq_routing *table = calloc(1, sizeof(*table) + 3 * sizeof(*entries));
	int ret;

	table->nr = nr;
	table->flags = flags;
	memcpy(table->entries, entries, 3 * sizeof(*entries));
	ret = ioctl(vm->fd, KVM_SET_GSI_ROUTING, table);
	free(table);
	return ret;
}

static int irqfd(struct vm *vm, int fd, uint32_t gsi, uint32_t flags)
{
	struct kvm_irqfd args = { .fd = fd, .gsi = gsi, .flags = flags };

	return ioctl(vm->fd, KVM_IRQFD, &args);
}

static enum verdict routes(void)
{
	struct kvm_irq_routing_entry e[3] = {
		{ .gsi = 8, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 8 },
		{ .gsi = 200, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
		  .u.msi = { .address_lo = ITS_DOORBELL, .data = 5, .devid = 1 } },
		{ .gsi = 9, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 9 },
	}, bad[3];
	int its, fd = eventfd(0, 0);
	struct vm vm;

	SKIP_WITHOUT();
	vm_create(&vm);
	EXPECT_OK(route(&vm, e, 3, 0));
	vm_destroy(&vm);
	vm_boot(&vm, 1);
	its = its_boot(&vm);
	its_map(&vm, its, 8);
	EXPECT_OK(route(&vm, e, 3, 0));
	memcpy(bad, e, sizeof(e)), bad[1].flags = 2;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[1].gsi = 8;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[1].gsi = 4096;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[0].flags = 1;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[2].type = 99;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[2].u.irqchip.pin = 988;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	memcpy(bad, e, sizeof(e)), bad[2].u.irqchip.irqchip = 1;
	EXPECT_ERRNO(route(&vm, bad, 3, 0), EINVAL);
	EXPECT_ERRNO(route(&vm, e, 3, 1), EINVAL);
	EXPECT_ERRNO(route(&vm, e, 4097, 0), EINVAL);
	EXPECT_OK(irqfd(&vm, fd, 200, 0));
	vm_start(&vm, 0, guest_ack, 0, 0, 0, MMIO_BASE);
	EXPECT_EQ(its_ack(&vm, 0), 1023);
	EXPECT_OK(eventfd_write(fd, 1));
	EXPECT_EQ(its_ack(&vm, 0), LPI + 5);
	EXPECT_EQ(its_ack(&vm, 0), 1023);
	/* Another message under the same number */
	e[1].u.msi.data = 6;
	EXPECT_OK(route(&vm, e, 3, 0));
	EXPECT_OK(eventfd_write(fd, 1));
	EXPECT_EQ(its_ack(&vm, 0), LPI + 6);
	EXPECT_OK(route(&vm, e, 0, 0));
	EXPECT_OK(eventfd_write(fd, 1));
	EXPECT_EQ(its_ack(&vm, 0), 1023);
	EXPECT_OK(irqfd(&vm, fd, 200, KVM_IRQFD_FLAG_DEASSIGN));
	return TEST_PASS;
}

static volatile bool stop;

static void on_signal(int sig)
{
}

static void *run_until_stop(void *arg)
{
	struct vm *vm = arg;

	while (!stop)
		ioctl(vm->vcpu[0], KVM_RUN, 0);
	return NULL;
}

static enum verdict while_running(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	int its, regs = 0, ctrl = 0, pending = 0, n;
	pthread_t thread;
	struct vm vm;
	uint64_t v;

	SKIP_WITHOUT();
	sigaction(SIGUSR1, &action, NULL);
	vm_boot(&vm, 1);
	its = its_boot(&vm);
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	pthread_create(&thread, NULL, run_until_stop, &vm);
	for (n = 0; n < 2000 && !(regs && ctrl && pending); n++) {
		regs |= its_get(its, GITS_CTLR, &v) && errno == EBUSY;
		ctrl |= its_ctrl(its, SAVE) && errno == EBUSY;
		pending |= device_attr(vm.gic, KVM_SET_DEVICE_ATTR, ITS_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL) &&
			   errno == EBUSY;
		usleep(1000);
	}
	/* Too late for another one */
	EXPECT(regs && ctrl && pending, "EBUSY: registers %d, control %d, pending tables %d", regs, ctrl, pending);
	stop = true;
	while (pthread_tryjoin_np(thread, NULL)) {
		pthread_kill(thread, SIGUSR1);
		usleep(1000);
	}
	EXPECT_OK(its_get(its, GITS_CTLR, &v));
	return TEST_PASS;
}

static uint64_t *entry(struct vm *vm, uint64_t table, uint64_t n)
{
	return (uint64_t *)((char *)vm->ram + table) + n;
}

/* The tables' layout is ABI. */
static enum verdict tables(void)
{
	struct vm vm;
	int its;

	SKIP_WITHOUT();
	vm_boot(&vm, 2);
	its = its_boot(&vm);
	its_map(&vm, its, 2);
	its_command(&vm, its, 1UL << 32 | 0x0a, (uint64_t)(LPI + 20) << 32 | 9, 1);
	its_command(&vm, its, 3UL << 32 | 0x08, 5, 1UL << 63 | (RAM_BASE + ITS_ITT + 0x1000));
	EXPECT_OK(its_ctrl(its, SAVE));
	EXPECT_EQ(*entry(&vm, ITS_DEVICES, 1), 1UL << 63 | 2UL << 49 | (RAM_BASE + ITS_ITT) >> 8 << 5 | 5);
	EXPECT_EQ(*entry(&vm, ITS_DEVICES, 3), 1UL << 63 | (RAM_BASE + ITS_ITT + 0x1000) >> 8 << 5 | 5);
	EXPECT_EQ(*entry(&vm, ITS_ITT, 0), 1UL << 48 | (uint64_t)LPI << 16);
	EXPECT_EQ(*entry(&vm, ITS_ITT, 1), 8UL << 48 | (uint64_t)(LPI + 1) << 16 | 1);
	EXPECT_EQ(*entry(&vm, ITS_ITT, 9), (uint64_t)(LPI + 20) << 16 | 1);
	EXPECT_EQ(*entry(&vm, ITS_COLLECTIONS, 2), 0);
	/* Pending: a bit each, behind the first kilobyte */
	EXPECT_EQ(its_signal(&vm, 1, 9), 1);
	EXPECT_OK(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, ITS_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL));
	EXPECT_EQ(*entry(&vm, ITS_PEND(1) + 1024, 0), 1UL << 20);
	EXPECT_EQ(*entry(&vm, ITS_PEND(0) + 1024, 0), 0);
	/* Contradictions */
	EXPECT_OK(its_ctrl(its, RESET));
	EXPECT_OK(its_set(its, GITS_BASER(0), 1UL << 63 | (RAM_BASE + ITS_DEVICES)));
	EXPECT_OK(its_set(its, GITS_BASER(1), 1UL << 63 | (RAM_BASE + ITS_COLLECTIONS)));
	*entry(&vm, ITS_COLLECTIONS, 0) |= 7 << 16;	/* no such vCPU */
	EXPECT_ERRNO(its_ctrl(its, RESTORE), EINVAL);
	*entry(&vm, ITS_COLLECTIONS, 0) = 1UL << 63;
	EXPECT_OK(its_ctrl(its, RESET));
	EXPECT_OK(its_set(its, GITS_BASER(0), 1UL << 63 | 0x10000000));
	EXPECT_OK(its_set(its, GITS_BASER(1), 1UL << 63 | (RAM_BASE + ITS_COLLECTIONS)));
	EXPECT_ERRNO(its_ctrl(its, RESTORE), EFAULT);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "creation", creation },
	{ "addresses", addresses },
	{ "an ITS over the vGIC", overlapping },
	{ "which attributes there are", attributes },
	{ "registers, and reset", registers },
	{ "KVM_SIGNAL_MSI", messages },
	{ "routes to MSIs, and irqfds on them", routes },
	{ "nothing while a vCPU runs", while_running },
	{ "tables in memory", tables },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
