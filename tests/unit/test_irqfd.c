// SPDX-License-Identifier: GPL-2.0-only
/*
 * Irqfds, GSI routes and ioeventfds: what signals what, and who frees it when.
 *
 * Links: virt/vgic_lpi.c virt/vgic_lpi_table.c virt/vgic_its.c virt/vgic_its_cmd.c virt/vgic_its_table.c
 * Links: tests/unit/vgic_fixture.c virt/vgic.c virt/vgic_lr.c virt/vgic_sgi.c virt/vgic_mmio.c
 * Links: virt/vgic_addr.c virt/vgic_init.c tests/unit/fake_eventfd.c virt/irqfd.c virt/irqroute.c
 * Links: virt/vgic_bank.c virt/vgic_v3_regs.c virt/vgic_v2.c virt/vgic_v2_regs.c
 * Links: virt/ioeventfd.c tests/unit/its_fixture.c
 */
#include <its_fixture.h>
#include <loft/irqfd.h>

static const u16 one[] = { 0 };
static int vm_refs;

void vm_get(struct loft_vm *vm)
{
	vm_refs++;
}

void vm_put(struct loft_vm *vm)
{
	vm_refs--;
}

static void start(void)
{
	fix_init(one, 1, 128);
	vm_refs = 0;
	CHECK_EQ(irqfd_init(), 0);
	irqfd_vm_init(&fix.vm);
	ioeventfd_vm_init(&fix.vm);
	CHECK_EQ(init_srcu_struct(&fix.vm.srcu), 0);
	fix_write(0, -1, 0, 4, 3);
	fix_write(0, -1, 0x104, 4, ~0u);
}

static void stop(void)
{
	irqfd_vm_release(&fix.vm);
	ioeventfd_vm_release(&fix.vm);
	irqroute_destroy(&fix.vm);
	CHECK_EQ(vm_refs, 0);
	irqfd_exit();
	CHECK_EQ(fake_eventfds(), 0);
	fix_destroy();
}

static int irqfd(int fd, u32 gsi, u32 flags, int resamplefd)
{
	struct kvm_irqfd args = { .fd = fd, .gsi = gsi, .flags = flags, .resamplefd = resamplefd };

	return irqfd_ioctl(&fix.vm, &args);
}

/* Pending, as the guest reads it; and it is gone. */
static u32 take(void)
{
	u32 pend = fix_read(0, -1, 0x204, 4);

	fix_write(0, -1, 0x284, 4, ~0u);
	return pend;
}

static void edge(u32 mask)
{
	u32 lo = 0, hi = 0;
	int i;

	for (i = 0; i < 16; i++) {
		lo |= (mask >> i & 1) << (2 * i + 1);
		hi |= (mask >> (16 + i) & 1) << (2 * i + 1);
	}
	fix_write(0, -1, 0xc08, 4, lo);
	fix_write(0, -1, 0xc0c, 4, hi);
}

TEST(eventfd_raises_an_edge)
{
	int fd = fake_eventfd(0);

	start();
	edge(~0u);
	CHECK_EQ(irqfd(fd, 5, 0, 0), 0);
	CHECK_EQ(vm_refs, 1);
	CHECK_EQ(take(), 0);
	eventfd_signal(fake_eventfd_ctx(fd));
	CHECK_EQ(fake_eventfd_ctx(fd)->count, 0);
	CHECK_EQ(take(), BIT(5));
	CHECK_EQ(irqfd(fd, 5, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(vm_refs, 0);
	eventfd_signal(fake_eventfd_ctx(fd));
	CHECK_EQ(take(), 0);
	fake_close(fd);
	stop();
}

TEST(signalled_before_it_was_assigned)
{
	int fd = fake_eventfd(3);

	start();
	edge(~0u);
	CHECK_EQ(irqfd(fd, 7, 0, 0), 0);
	CHECK_EQ(take(), BIT(7));
	fake_close(fd);
	stop();
}

TEST(hangup_frees)
{
	int fd = fake_eventfd(0);

	start();
	CHECK_EQ(irqfd(fd, 5, 0, 0), 0);
	fake_close(fd);
	CHECK_EQ(fake_eventfds(), 1);
	irqfd_vm_release(&fix.vm);
	CHECK_EQ(fake_eventfds(), 0);
	CHECK_EQ(vm_refs, 0);
	stop();
}

TEST(vm_goes_first)
{
	int fds[10];
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = fake_eventfd(0);
		CHECK_EQ(irqfd(fds[i], i, 0, 0), 0);
	}
	irqfd_vm_release(&fix.vm);
	CHECK_EQ(vm_refs, 0);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		fake_close(fds[i]);
	stop();
}

TEST(irqfd_bad_arguments)
{
	int fd = fake_eventfd(0), not = fake_notfd();
	unsigned int i;

	start();
	CHECK_EQ(irqfd(fd, 5, 4, 0), -EINVAL);
	CHECK_EQ(irqfd(99, 5, 0, 0), -EBADF);
	CHECK_EQ(irqfd(not, 5, 0, 0), -EINVAL);
	CHECK_EQ(irqfd(99, 5, KVM_IRQFD_FLAG_DEASSIGN, 0), -EBADF);
	CHECK_EQ(irqfd(fd, 5, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(fd, 5, KVM_IRQFD_FLAG_RESAMPLE, 99), -EBADF);
	CHECK_EQ(irqfd(fd, 5000, KVM_IRQFD_FLAG_RESAMPLE, fd), -EINVAL);
	CHECK_EQ(irqfd(fd, 5, 0, 0), 0);
	CHECK_EQ(irqfd(fd, 6, 0, 0), -EBUSY);
	CHECK_EQ(vm_refs, 1);
	CHECK_EQ(irqfd(fd, 6, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(vm_refs, 1);
	CHECK_EQ(irqfd(fd, 5, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	for (i = 1; i < 2; i++) {
		fake_alloc_fail = i;
		CHECK_EQ(irqfd(fd, 5, 0, 0), -ENOMEM);
		fake_alloc_fail = -1;
	}
	CHECK_EQ(vm_refs, 0);
	fake_close(fd);
	fake_close(not);
	stop();
	/* Not before there are interrupts. */
	fix_create(one, 1);
	CHECK_EQ(irqfd_init(), 0);
	irqfd_vm_init(&fix.vm);
	CHECK_EQ(irqfd(3, 5, 0, 0), -EAGAIN);
	irqfd_exit();
	fix_destroy();
}

/* The guest takes what is pending and deactivates it. */
static void guest_handles(struct loft_vcpu *vcpu)
{
	u32 i;

	fake_irqs_off = 1;
	vgic_flush(vcpu);
	vcpu->lr.elrsr = 0;
	for (i = 0; i < vcpu->lr.used; i++)
		vcpu->lr.lr[i] &= ~VGIC_LR_STATE;
	vgic_sync(vcpu);
	fake_irqs_off = 0;
}

TEST(resampled_line)
{
	int fd[2] = { fake_eventfd(0), fake_eventfd(0) }, re[2] = { fake_eventfd(0), fake_eventfd(0) };
	struct loft_vcpu *vcpu;
	unsigned int i;

	start();
	vcpu = fix_vcpu(0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(irqfd(fd[i], 9, KVM_IRQFD_FLAG_RESAMPLE, re[i]), 0);
	CHECK_EQ(vm_refs, 2);
	eventfd_signal(fake_eventfd_ctx(fd[0]));
	CHECK_EQ(fix_read(0, -1, 0x204, 4), BIT(9));
	CHECK(vgic_pending(vcpu));
	guest_handles(vcpu);
	CHECK_EQ(fake_eventfd_ctx(re[0])->count, 1);
	CHECK_EQ(fake_eventfd_ctx(re[1])->count, 1);
	CHECK(!vgic_pending(vcpu));
	/* Once more, with one of them gone. */
	CHECK_EQ(irqfd(fd[0], 9, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	eventfd_signal(fake_eventfd_ctx(fd[1]));
	guest_handles(vcpu);
	CHECK_EQ(fake_eventfd_ctx(re[0])->count, 1);
	CHECK_EQ(fake_eventfd_ctx(re[1])->count, 2);
	/* The last one takes the line down with it. */
	eventfd_signal(fake_eventfd_ctx(fd[1]));
	CHECK(vgic_pending(vcpu));
	CHECK_EQ(irqfd(fd[1], 9, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK(!vgic_pending(vcpu));
	CHECK_EQ(fix.vm.vgic->spi[0].b.resample, 0);
	for (i = 0; i < 2; i++) {
		fake_close(fd[i]);
		fake_close(re[i]);
	}
	stop();
}

static int route(struct kvm_irq_routing_entry *entries, u32 nr, u32 flags)
{
	struct kvm_irq_routing args = { .nr = nr, .flags = flags };

	return irqroute_set(&fix.vm, &args, entries);
}

TEST(routes)
{
	struct kvm_irq_routing_entry e[3] = {
		{ .gsi = 5, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 12 },
		{ .gsi = 4095, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 987 },
		{ .gsi = 0, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 12 },
	};
	struct kvm_irq_routing_entry bad;
	int fd = fake_eventfd(0);

	start();
	edge(~0u);
	CHECK_EQ(irqroute_intid(&fix.vm, 0), 32);
	CHECK_EQ(irqroute_intid(&fix.vm, 987), 1019);
	CHECK_EQ(irqroute_intid(&fix.vm, 988), -EINVAL);
	CHECK_EQ(irqfd(fd, 5, 0, 0), 0);
	CHECK_EQ(route(e, 3, 0), 0);
	CHECK_EQ(irqroute_intid(&fix.vm, 5), 44);
	CHECK_EQ(irqroute_intid(&fix.vm, 4095), 1019);
	CHECK_EQ(irqroute_intid(&fix.vm, 0), 44);
	CHECK_EQ(irqroute_intid(&fix.vm, 6), -EINVAL);
	CHECK_EQ(irqroute_intid(&fix.vm, 4096), -EINVAL);
	eventfd_signal(fake_eventfd_ctx(fd));
	CHECK_EQ(take(), BIT(12));

	CHECK_EQ(route(e, 3, 1), -EINVAL);
	CHECK_EQ(route(e, 4097, 0), -EINVAL);
	bad = e[0], bad.type = KVM_IRQ_ROUTING_HV_SINT;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad.type = KVM_IRQ_ROUTING_MSI, bad.flags = 2;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad = e[0], bad.u.irqchip.pin = 988;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad = e[0], bad.u.irqchip.irqchip = 1;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad = e[0], bad.gsi = 4096;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad = e[0], bad.gsi = ~0u;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	bad = e[0], bad.flags = 1;
	CHECK_EQ(route(&bad, 1, 0), -EINVAL);
	e[1].gsi = 5;
	CHECK_EQ(route(e, 2, 0), -EINVAL);
	/* None of these changed anything; no routes at all does. */
	CHECK_EQ(irqroute_intid(&fix.vm, 5), 44);
	CHECK_EQ(route(NULL, 0, 0), 0);
	CHECK_EQ(irqroute_intid(&fix.vm, 5), -EINVAL);
	eventfd_signal(fake_eventfd_ctx(fd));
	CHECK_EQ(take(), 0);
	fake_close(fd);
	stop();
}

/* Between pins and messages, from whatever context the eventfd is signalled in */
TEST(msi_routes)
{
	struct kvm_irq_routing_entry e[3] = {
		{ .gsi = 5, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 12 },
		{ .gsi = 100, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
		  .u.msi = { .address_lo = (u32)DOORBELL, .data = 3, .devid = 9 } },
		{ .gsi = 101, .type = KVM_IRQ_ROUTING_MSI,
		  .u.msi = { .address_lo = (u32)DOORBELL, .address_hi = 1, .data = 4 } },
	};
	int fd = fake_eventfd(0), other = fake_eventfd(0), level = fake_eventfd(0);
	struct kvm_msi msi;

	start();
	its = vgic_its_create(&fix.vm);
	its->base = ITS_BASE;
	its_guest_registers();
	its_guest_enable();
	its_prop(8200, 0xa1);
	MAPC(0, 0);
	MAPD(9, 4, ITT(0));
	MAPTI(9, 3, 8200, 0);
	CHECK_EQ(irqfd(fd, 100, 0, 0), 0);
	CHECK_EQ(irqfd(other, 101, 0, 0), 0);
	CHECK_EQ(route(e, 3, 0), 0);
	CHECK_EQ(irqroute_intid(&fix.vm, 5), 44);
	CHECK_EQ(irqroute_intid(&fix.vm, 100), -EINVAL);
	CHECK(!irqroute_msi(&fix.vm, 5, &msi) && !irqroute_msi(&fix.vm, 6, &msi) && !irqroute_msi(&fix.vm, 4000, &msi));
	CHECK(irqroute_msi(&fix.vm, 101, &msi));
	CHECK_EQ(msi.address_hi, 1);
	CHECK_EQ(msi.data, 4);
	CHECK_EQ(msi.flags, 0);
	eventfd_signal(fake_eventfd_ctx(fd));
	CHECK_EQ(its_take(0), 8200);
	/* Without DeviceID, and to no doorbell: lost */
	eventfd_signal(fake_eventfd_ctx(other));
	CHECK_EQ(its_take(0), 0);
	/* A message is no level to resample. */
	CHECK_EQ(irqfd(level, 100, KVM_IRQFD_FLAG_RESAMPLE, other), -EINVAL);
	e[2].gsi = 100;
	CHECK_EQ(route(e, 3, 0), -EINVAL);
	e[2].gsi = 5;
	CHECK_EQ(route(e, 3, 0), -EINVAL);
	fake_close(fd);
	fake_close(other);
	fake_close(level);
	stop();
}

static int ioeventfd(u64 addr, u32 len, u64 data, u32 flags, int fd)
{
	struct kvm_ioeventfd args = { .addr = addr, .len = len, .datamatch = data, .flags = flags, .fd = fd };

	return ioeventfd_ioctl(&fix.vm, &args);
}

static bool io(u64 addr, u32 len, u64 val)
{
	/* In no read section of the caller's: nobody who has an MMIO access to do is in one */
	return ioeventfd_write(&fix.vm, IPA(addr), len, val);
}

#define MATCH	KVM_IOEVENTFD_FLAG_DATAMATCH
#define GONE	KVM_IOEVENTFD_FLAG_DEASSIGN

TEST(ioeventfd_matching)
{
	int a = fake_eventfd(0), b = fake_eventfd(0), c = fake_eventfd(0);

	start();
	CHECK_EQ(ioeventfd(0x1000, 4, 7, MATCH, a), 0);
	CHECK_EQ(ioeventfd(0x1000, 4, 8, MATCH, b), 0);
	CHECK_EQ(ioeventfd(0x2000, 0, 0, 0, c), 0);
	CHECK(io(0x1000, 4, 7));
	CHECK(io(0x1000, 4, 8));
	CHECK(io(0x1000, 4, 8));
	CHECK(!io(0x1000, 4, 9));
	CHECK(!io(0x1000, 2, 7));
	CHECK(!io(0x1004, 4, 7));
	CHECK(io(0x2000, 1, 1));
	CHECK(io(0x2000, 8, ~0ull));
	CHECK(!io(0x2001, 1, 1));
	CHECK_EQ(fake_eventfd_ctx(a)->count, 1);
	CHECK_EQ(fake_eventfd_ctx(b)->count, 2);
	CHECK_EQ(fake_eventfd_ctx(c)->count, 2);

	CHECK_EQ(ioeventfd(0x1000, 4, 7, MATCH | GONE, b), -ENOENT);
	CHECK_EQ(ioeventfd(0x1000, 4, 7, GONE, a), -ENOENT);
	CHECK_EQ(ioeventfd(0x1000, 4, 7, MATCH | GONE, a), 0);
	CHECK(!io(0x1000, 4, 7));
	CHECK_EQ(ioeventfd(0x1000, 4, 7, MATCH | GONE, a), -ENOENT);
	fake_close(a);
	fake_close(b);
	fake_close(c);
	CHECK(io(0x2000, 4, 0));
	stop();
}

TEST(ioeventfd_bad_arguments)
{
	int fd = fake_eventfd(0), not = fake_notfd();
	u32 i;

	start();
	CHECK_EQ(ioeventfd(0x1000, 3, 0, 0, fd), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 16, 0, 0, fd), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 0, 0, MATCH, fd), -EINVAL);
	CHECK_EQ(ioeventfd(~0ull, 4, 0, 0, fd), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, KVM_IOEVENTFD_FLAG_PIO, fd), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, BIT(8), fd), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, 0, 99), -EBADF);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, 0, not), -EINVAL);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, 0, fd), 0);
	CHECK_EQ(ioeventfd(0x1000, 4, 0, 0, fd), -EEXIST);
	CHECK_EQ(ioeventfd(0x1000, 4, 5, MATCH, fd), -EEXIST);
	CHECK_EQ(ioeventfd(0x1000, 0, 0, 0, fd), -EEXIST);
	CHECK_EQ(ioeventfd(0x1000, 2, 0, 0, fd), 0);
	fake_alloc_fail = 1;
	CHECK_EQ(ioeventfd(0x3000, 2, 0, 0, fd), -ENOMEM);
	fake_alloc_fail = -1;
	for (i = 2; i < 1000; i++)
		CHECK_EQ(ioeventfd(0x10000 + i, 1, 0, 0, fd), 0);
	CHECK_EQ(ioeventfd(0x20000, 1, 0, 0, fd), -ENOSPC);
	fake_close(fd);
	fake_close(not);
	stop();
}
