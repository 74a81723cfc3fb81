// SPDX-License-Identifier: GPL-2.0-only
// The system file descriptor: version, capabilities and whether they are true, VM types, bad input.
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm.h"

static int cap(int fd, long n)
{
	return ioctl(fd, KVM_CHECK_EXTENSION, n);
}

static enum verdict api_version(void)
{
	int kvm = kvm_open();

	EXPECT_EQ(ioctl(kvm, KVM_GET_API_VERSION, 0), 12);
	EXPECT_ERRNO(ioctl(kvm, KVM_GET_API_VERSION, 1), EINVAL);
	return TEST_PASS;
}

static enum verdict mmap_size(void)
{
	int kvm = kvm_open(), size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	EXPECT(size >= (int)sizeof(struct kvm_run) && !(size % getpagesize()), "%d", size);
	EXPECT_ERRNO(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 1), EINVAL);
	return TEST_PASS;
}

static enum verdict must_have(void)
{
	static const struct { int cap; const char *name; } caps[] = {
#define CAP(n) { KVM_CAP_##n, #n }
		CAP(USER_MEMORY), CAP(DESTROY_MEMORY_REGION_WORKS), CAP(JOIN_MEMORY_REGIONS_WORKS), CAP(SYNC_MMU),
		CAP(ONE_REG), CAP(ARM_PSCI), CAP(ARM_PSCI_0_2), CAP(IMMEDIATE_EXIT), CAP(IOEVENTFD), CAP(IRQFD),
		CAP(DEVICE_CTRL), CAP(MP_STATE), CAP(IRQCHIP), CAP(READONLY_MEM), CAP(INTERNAL_ERROR_DATA),
		CAP(NR_VCPUS), CAP(MAX_VCPUS), CAP(MAX_VCPU_ID), CAP(ARM_VM_IPA_SIZE), CAP(IOEVENTFD_ANY_LENGTH),
		CAP(CHECK_EXTENSION_VM), CAP(VCPU_EVENTS),
	};
	struct vm vm;
	unsigned int i;

	vm_create(&vm);
	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		EXPECT(cap(vm.kvm, caps[i].cap) > 0, "KVM_CAP_%s: %d", caps[i].name, cap(vm.kvm, caps[i].cap));
		EXPECT(cap(vm.fd, caps[i].cap) > 0, "KVM_CAP_%s on a VM: %d", caps[i].name, cap(vm.fd, caps[i].cap));
	}
	EXPECT(cap(vm.kvm, KVM_CAP_MAX_VCPUS) >= cap(vm.kvm, KVM_CAP_NR_VCPUS), "MAX_VCPUS below NR_VCPUS");
	EXPECT(cap(vm.kvm, KVM_CAP_ARM_VM_IPA_SIZE) >= 36, "IPA bits %d", cap(vm.kvm, KVM_CAP_ARM_VM_IPA_SIZE));
	return TEST_PASS;
}

static enum verdict unknown_caps(void)
{
	static const long unknown[] = { -1, 100000, 1L << 31, 0x7fffffff, 0 };
	int kvm = kvm_open();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown) - 1; i++)
		EXPECT_EQ(cap(kvm, unknown[i]), 0);
	/* Other architectures' */
	EXPECT_EQ(cap(kvm, KVM_CAP_HYPERV), 0);
	EXPECT_EQ(cap(kvm, KVM_CAP_PPC_OSI), 0);
	return TEST_PASS;
}

/* VCPU_INIT takes a feature if and only if its capability is advertised. */
static enum verdict features_are_true(void)
{
	static const struct { int cap, feature; } pairs[] = { ARCH_FEATURES };
	unsigned int i;
	struct vm vm;
	int ret;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		vm_create(&vm);
		vm_add_vcpu(&vm, false);
		ret = vcpu_init(&vm, 0, 1U << pairs[i].feature);
		EXPECT((ret == 0) == (cap(vm.fd, pairs[i].cap) > 0), "feature %d: capability %d, init returns %d",
		       pairs[i].feature, cap(vm.fd, pairs[i].cap), ret);
		vm_destroy(&vm);
	}
	return TEST_PASS;
}

/* Each of these ioctls must work when its capability says so, and must not be half there when not. */
static enum verdict ioctls_are_true(void)
{
	struct kvm_guest_debug debug = {};
	struct kvm_vcpu_events events = {};
	struct kvm_mp_state mp = {};
	struct {
		struct kvm_irq_routing routing;
		struct kvm_irq_routing_entry entry;
	} table = { .routing.nr = 0 };
	struct vm vm;

	vm_boot(&vm, 1);
#define TRUE(file, name, request, arg)							\
	EXPECT((ioctl(file, request, arg) >= 0) == (cap(vm.fd, KVM_CAP_##name) > 0),	\
	       "KVM_CAP_%s is %d, errno %d", #name, cap(vm.fd, KVM_CAP_##name), errno)
	TRUE(vm.vcpu[0], SET_GUEST_DEBUG, KVM_SET_GUEST_DEBUG, &debug);
	TRUE(vm.vcpu[0], VCPU_EVENTS, KVM_GET_VCPU_EVENTS, &events);
	TRUE(vm.vcpu[0], MP_STATE, KVM_GET_MP_STATE, &mp);
	TRUE(vm.fd, IRQ_ROUTING, KVM_SET_GSI_ROUTING, &table);
	TRUE(vm.fd, BINARY_STATS_FD, KVM_GET_STATS_FD, 0);
	return TEST_PASS;
}

static enum verdict vm_types(void)
{
	static const unsigned long bad[] = { 1, 31, 129, 0x100, 0x128, 1UL << 31, ~0UL };
	int kvm = kvm_open(), bits = cap(kvm, KVM_CAP_ARM_VM_IPA_SIZE), i, fd;

	for (i = 32; i <= bits; i++) {
		fd = ioctl(kvm, KVM_CREATE_VM, (unsigned long)i);
		EXPECT(fd >= 0, "IPA of %d bits: errno %d", i, errno);
		close(fd);
	}
	fd = ioctl(kvm, KVM_CREATE_VM, 0UL);
	EXPECT_OK(fd);
	EXPECT(fcntl(fd, F_GETFD) & FD_CLOEXEC, "not close-on-exec");
	EXPECT_ERRNO(ioctl(kvm, KVM_CREATE_VM, (unsigned long)bits + 1), EINVAL);
	for (i = 0; i < (int)ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(ioctl(kvm, KVM_CREATE_VM, bad[i]), EINVAL);
	return TEST_PASS;
}

static enum verdict unknown_ioctls(void)
{
	struct vm vm;
	int n;

	vm_boot(&vm, 1);
	for (n = 0xe8; n <= 0xff; n++) {
		EXPECT_ERRNO2(ioctl(vm.kvm, _IO(KVMIO, n), 0), EINVAL, ENOTTY);
		EXPECT_ERRNO2(ioctl(vm.fd, _IO(KVMIO, n), 0), EINVAL, ENOTTY);
		EXPECT_ERRNO2(ioctl(vm.vcpu[0], _IO(KVMIO, n), 0), EINVAL, ENOTTY);
	}
	EXPECT_ERRNO2(ioctl(vm.kvm, _IO('x', 1), 0), EINVAL, ENOTTY);
	/* Each ioctl on the wrong file descriptor. */
	EXPECT_ERRNO2(ioctl(vm.kvm, KVM_RUN, 0), EINVAL, ENOTTY);
	EXPECT_ERRNO2(ioctl(vm.fd, KVM_RUN, 0), EINVAL, ENOTTY);
	EXPECT_ERRNO2(ioctl(vm.vcpu[0], KVM_CREATE_VCPU, 0), EINVAL, ENOTTY);
	EXPECT_ERRNO2(ioctl(vm.kvm, KVM_CREATE_VCPU, 1), EINVAL, ENOTTY);
	return TEST_PASS;
}

/* Pointers to nowhere, and to kernel addresses. */
static enum verdict bad_pointers(void)
{
	static void *const bad[] = { NULL, (void *)16, (void *)KERNEL_ADDRESS };
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_ERRNO(ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.fd, KVM_ARM_PREFERRED_TARGET, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_DEVICE, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.fd, KVM_IRQ_LINE, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.fd, KVM_IOEVENTFD, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.fd, KVM_IRQFD, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_ARM_VCPU_INIT, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_ONE_REG, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_SET_ONE_REG, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_MP_STATE, bad[i]), EFAULT);
		EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_SET_MP_STATE, bad[i]), EFAULT);
		EXPECT_ERRNO(vcpu_get(&vm, 0, PC_REG, bad[i]), EFAULT);
		EXPECT_ERRNO(vcpu_set(&vm, 0, PC_REG, bad[i]), EFAULT);
		if (vm.gic >= 0) {
			EXPECT_ERRNO(ioctl(vm.gic, KVM_SET_DEVICE_ATTR, bad[i]), EFAULT);
			EXPECT_ERRNO(ioctl(vm.gic, KVM_HAS_DEVICE_ATTR, bad[i]), EFAULT);
		}
	}
	return TEST_PASS;
}

static enum verdict not_files(void)
{
	struct vm vm;
	char c;

	vm_boot(&vm, 1);
	EXPECT_ERRNO(read(vm.kvm, &c, 1), EINVAL);
	EXPECT_ERRNO(write(vm.fd, &c, 1), EINVAL);
	EXPECT_ERRNO(read(vm.vcpu[0], &c, 1), EINVAL);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, vm.fd, 0) == MAP_FAILED, "a VM can be mapped");
	return TEST_PASS;
}

/* The VM lives as long as any of its file descriptors. */
static enum verdict close_order(void)
{
	struct vm vm;
	int i;

	for (i = 0; i < 20; i++) {
		vm_boot(&vm, 1);
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		close(vm.fd);
		close(vm.kvm);
		if (i & 1 && vm.gic >= 0)
			close(vm.gic);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		close(vm.vcpu[0]);
		munmap(vm.run[0], vm.run_size);
		if (!(i & 1) && vm.gic >= 0)
			close(vm.gic);
		munmap(vm.ram, vm.ram_size);
	}
	return TEST_PASS;
}

static enum verdict many_fds(void)
{
	struct vm vm;
	int i;

	for (i = 0; i < 200; i++) {
		vm_create(&vm);
		vm_add_vcpu(&vm, i & 1);
		vm_destroy(&vm);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "API version", api_version },
	{ "vCPU mapping size", mmap_size },
	{ "capabilities that VMMs insist on", must_have },
	{ "unknown capabilities are 0", unknown_caps },
	{ "vCPU features as advertised", features_are_true },
	{ "ioctls as advertised", ioctls_are_true },
	{ "VM types: every IPA size, and nonsense", vm_types },
	{ "unknown ioctls, and ioctls on the wrong file", unknown_ioctls },
	{ "bad pointers", bad_pointers },
	{ "read, write and mmap where there is none", not_files },
	{ "file descriptors closed in any order", close_order },
	{ "200 VMs made and closed", many_fds },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
