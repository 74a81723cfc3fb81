// SPDX-License-Identifier: GPL-2.0-only
// irqfd and ioeventfd: what is refused, and that events pass both ways.
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vm.h"

static int irqfd(struct vm *vm, int fd, uint32_t gsi, uint32_t flags)
{
	struct kvm_irqfd arg = { .fd = fd, .gsi = gsi, .flags = flags };

	return ioctl(vm->fd, KVM_IRQFD, &arg);
}

static int ioeventfd(struct vm *vm, int fd, u64 addr, uint32_t len, uint32_t flags, u64 match)
{
	struct kvm_ioeventfd arg = { .fd = fd, .addr = addr, .len = len, .flags = flags, .datamatch = match };

	return ioctl(vm->fd, KVM_IOEVENTFD, &arg);
}

static bool signalled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 n;

	return poll(&p, 1, 0) == 1 && read(fd, &n, 8) == 8;
}

static enum verdict irqfd_refused(void)
{
	struct vm vm;
	int fd, plain[2];

	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return tap_skip("no vGIC");
	fd = eventfd(0, EFD_NONBLOCK);
	EXPECT_ERRNO(irqfd(&vm, -1, 4, 0), EBADF);
	EXPECT_ERRNO(irqfd(&vm, 1000, 4, 0), EBADF);
	if (pipe(plain))
		tap_die("pipe");
	EXPECT_ERRNO(irqfd(&vm, plain[0], 4, 0), EINVAL);
	EXPECT_ERRNO(irqfd(&vm, fd, 4, 0x80000000), EINVAL);
	EXPECT_OK(irqfd(&vm, fd, 4, 0));
	EXPECT_ERRNO(irqfd(&vm, fd, 4, 0), EBUSY);
	EXPECT_OK(irqfd(&vm, fd, 4, KVM_IRQFD_FLAG_DEASSIGN));
	EXPECT_OK(irqfd(&vm, fd, 4, 0));
	EXPECT_OK(irqfd(&vm, fd, 4, KVM_IRQFD_FLAG_DEASSIGN));
	EXPECT_OK(irqfd(&vm, fd, 4, KVM_IRQFD_FLAG_DEASSIGN));
	return TEST_PASS;
}

/* The VM's GIC state shows what an irqfd did: the level of a pending edge. */
static bool pending(struct vm *vm, uint32_t spi)
{
	uint32_t v = 0;

	if (device_attr(vm->gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x200 + (spi + 32) / 32 * 4, &v))
		tap_die("ISPENDR");
	return v >> (spi % 32) & 1;
}

static bool wait_pending(struct vm *vm, uint32_t spi)
{
	int i;

	for (i = 0; i < 200 && !pending(vm, spi); i++)
		usleep(10000);
	return pending(vm, spi);
}

static enum verdict irqfd_injects(void)
{
	uint32_t edge = 0xaaaaaaaa;
	u64 one = 1;
	struct vm vm;
	int fd;

	vm_boot(&vm, 1);
	if (vm.gic < 0 || device_attr(vm.gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 4, NULL))
		return tap_skip("no distributor registers");
	EXPECT_OK(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0xc08, &edge));
	fd = eventfd(0, EFD_NONBLOCK);
	EXPECT_OK(irqfd(&vm, fd, 4, 0));
	EXPECT(!pending(&vm, 4), "pending before");
	if (write(fd, &one, 8) != 8)
		tap_die("write");
	EXPECT(wait_pending(&vm, 4), "not pending");
	EXPECT(!pending(&vm, 5), "its neighbour is pending");
	/* An eventfd that is signalled when it is bound counts. */
	EXPECT_OK(irqfd(&vm, fd, 4, KVM_IRQFD_FLAG_DEASSIGN));
	close(fd);
	fd = eventfd(1, EFD_NONBLOCK);
	EXPECT_OK(irqfd(&vm, fd, 6, 0));
	EXPECT(wait_pending(&vm, 6), "not pending");
	return TEST_PASS;
}

/* The other end closed: the binding goes by itself. */
static enum verdict irqfd_closed(void)
{
	struct vm vm;
	int fd, i;

	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return tap_skip("no vGIC");
	for (i = 0; i < 50; i++) {
		fd = eventfd(0, EFD_NONBLOCK);
		EXPECT_OK(irqfd(&vm, fd, 4, 0));
		close(fd);
	}
	fd = eventfd(0, EFD_NONBLOCK);
	EXPECT_OK(irqfd(&vm, fd, 4, 0));
	vm_destroy(&vm);
	/* The VM gone first: writes go nowhere. */
	EXPECT_EQ(write(fd, &(u64){ 1 }, 8), 8);
	return TEST_PASS;
}

static enum verdict ioeventfd_refused(void)
{
	struct vm vm;
	int fd, plain[2];

	vm_boot(&vm, 1);
	fd = eventfd(0, EFD_NONBLOCK);
	if (pipe(plain))
		tap_die("pipe");
	EXPECT_ERRNO(ioeventfd(&vm, -1, MMIO_BASE, 4, 0, 0), EBADF);
	EXPECT_ERRNO(ioeventfd(&vm, plain[0], MMIO_BASE, 4, 0, 0), EINVAL);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 3, 0, 0), EINVAL);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 16, 0, 0), EINVAL);
	EXPECT_ERRNO(ioeventfd(&vm, fd, ~0ULL, 4, 0, 0), EINVAL);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 4, 0x80000000, 0), EINVAL);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 0, KVM_IOEVENTFD_FLAG_DATAMATCH, 0), EINVAL);
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DATAMATCH, 7));
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DATAMATCH, 7), EEXIST);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 4, 0, 0), EEXIST);
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DATAMATCH, 8));
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE + 8, 4, KVM_IOEVENTFD_FLAG_DEASSIGN, 0), ENOENT);
	EXPECT_ERRNO(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DEASSIGN, 0), ENOENT);
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DEASSIGN | KVM_IOEVENTFD_FLAG_DATAMATCH, 7));
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 4, KVM_IOEVENTFD_FLAG_DEASSIGN | KVM_IOEVENTFD_FLAG_DATAMATCH, 8));
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 4, 0, 0));
	return TEST_PASS;
}

/* guest_mmio_loop writes 0, 1, 2 ... with as many bytes as its registers have. */
static enum verdict ioeventfd_matches(void)
{
	struct vm vm;
	int three, all;

	vm_boot(&vm, 1);
	three = eventfd(0, EFD_NONBLOCK);
	EXPECT_OK(ioeventfd(&vm, three, MMIO_BASE, sizeof(ulong), KVM_IOEVENTFD_FLAG_DATAMATCH, 3));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 2);
	EXPECT(!signalled(three), "event before the match");
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 4);
	EXPECT(signalled(three), "no event at the match");

	/* Another length does not match; any-length does. */
	all = eventfd(0, EFD_NONBLOCK);
	EXPECT_OK(ioeventfd(&vm, all, MMIO_BASE + 0x100, sizeof(ulong) / 2, 0, 0));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE + 0x100, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT(!signalled(all), "event at another length");
	return TEST_PASS;
}

/* A guest whose every write is an event never comes out: only a signal ends it, and the events are there. */
static void *run_until_killed(void *arg)
{
	struct vm *vm = arg;

	ioctl(vm->vcpu[0], KVM_RUN, 0);
	return NULL;
}

static enum verdict ioeventfd_any_length(void)
{
	u64 n = 0;
	pthread_t thread;
	struct vm vm;
	int fd, i;

	vm_boot(&vm, 1);
	fd = eventfd(0, EFD_NONBLOCK);
	EXPECT_OK(ioeventfd(&vm, fd, MMIO_BASE, 0, 0, 0));
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	pthread_create(&thread, NULL, run_until_killed, &vm);
	for (i = 0; i < 200; i++) {
		usleep(10000);
		if (read(fd, &n, 8) == 8 && n > 0)
			return TEST_PASS;
	}
	EXPECT(0, "no event in 2 s");
}

static enum verdict many(void)
{
	struct vm vm;
	int i, fd[64];

	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return tap_skip("no vGIC");
	for (i = 0; i < 64; i++) {
		fd[i] = eventfd(0, EFD_NONBLOCK);
		EXPECT_OK(irqfd(&vm, fd[i], i, 0));
		EXPECT_OK(ioeventfd(&vm, fd[i], MMIO_BASE + i * 16, 4, 0, 0));
	}
	for (i = 0; i < 64; i += 2) {
		EXPECT_OK(ioeventfd(&vm, fd[i], MMIO_BASE + i * 16, 4, KVM_IOEVENTFD_FLAG_DEASSIGN, 0));
		EXPECT_OK(irqfd(&vm, fd[i], i, KVM_IRQFD_FLAG_DEASSIGN));
	}
	return TEST_PASS;
}

/* What KVM_CAP_IRQ_ROUTING says is what there is room for: VMMs size their tables by it, and number MSIs behind the SPIs */
static enum verdict as_many_routes_as_said(void)
{
	struct kvm_irq_routing *table;
	struct vm vm;
	int i, n;

	vm_boot(&vm, 1);
	if (vm.gic < 0)
		return tap_skip("no vGIC");
	n = ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_IRQ_ROUTING);
	EXPECT(n >= 1024, "%d", n);
	table = calloc(1, sizeof(*table) + (n + 1) * sizeof(table->entries[0]));
	for (i = 0; i < n; i++)
		table->entries[i] = (struct kvm_irq_routing_entry) {
			.gsi = i, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = i % 32,
		};
	table->nr = n;
	EXPECT_OK(ioctl(vm.fd, KVM_SET_GSI_ROUTING, table));
	table->nr = n + 1;
	EXPECT_ERRNO(ioctl(vm.fd, KVM_SET_GSI_ROUTING, table), EINVAL);
	free(table);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "as many routes as KVM_CAP_IRQ_ROUTING says", as_many_routes_as_said },
	{ "irqfd: what is refused", irqfd_refused },
	{ "irqfd: injects", irqfd_injects },
	{ "irqfd: closed on either side", irqfd_closed },
	{ "ioeventfd: what is refused", ioeventfd_refused },
	{ "ioeventfd: length and data match", ioeventfd_matches },
	{ "ioeventfd: any length, no exit", ioeventfd_any_length },
	{ "64 of each", many },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
