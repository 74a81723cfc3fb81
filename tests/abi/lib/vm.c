// SPDX-License-Identifier: GPL-2.0-only
// Virtual machines for the tests.
#include "vm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int kvm_open(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		tap_die("/dev/kvm");
	return fd;
}

void vm_create(struct vm *vm)
{
	memset(vm, 0, sizeof(*vm));
	vm->kvm = kvm_open();
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		tap_die("KVM_CREATE_VM");
	vm->gic = -1;
	vm->run_size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
}

int slot_set(int vm_fd, uint32_t slot, uint32_t flags, u64 gpa, u64 size, void *hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .flags = flags, .guest_phys_addr = gpa, .memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

void vm_create_ram(struct vm *vm, size_t size)
{
	vm->ram_size = size;
	vm->ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED)
		tap_die("mmap");
	memcpy(vm->ram, guest_code, guest_code_end - guest_code);
	__builtin___clear_cache(vm->ram, (char *)vm->ram + 4096);
	if (slot_set(vm->fd, 0, 0, RAM_BASE, size, vm->ram))
		tap_die("KVM_SET_USER_MEMORY_REGION");
}

int vcpu_init(struct vm *vm, int vcpu, uint32_t features)
{
	struct kvm_vcpu_init init = {};

	if (ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		tap_die("KVM_ARM_PREFERRED_TARGET");
	init.features[0] = features;
	return ioctl(vm->vcpu[vcpu], KVM_ARM_VCPU_INIT, &init);
}

void vm_add_vcpu(struct vm *vm, bool init)
{
	int id = vm->vcpus++;

	vm->vcpu[id] = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (vm->vcpu[id] < 0)
		tap_die("KVM_CREATE_VCPU %d", id);
	vm->run[id] = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu[id], 0);
	if (vm->run[id] == MAP_FAILED)
		tap_die("mmap of vCPU %d", id);
	if (init && vcpu_init(vm, id, 1 << KVM_ARM_VCPU_PSCI_0_2))
		tap_die("KVM_ARM_VCPU_INIT %d", id);
}

int device_attr(int fd, unsigned long request, uint32_t group, u64 attr, void *addr)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)addr };

	return ioctl(fd, request, &a);
}

static int gic_create(struct vm *vm, uint32_t type, uint32_t flags)
{
	struct kvm_create_device device = { .type = type, .flags = flags };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &device) ? -1 : (int)device.fd;
}

static int gic_version_here(struct vm *vm)
{
	if (gic_create(vm, KVM_DEV_TYPE_ARM_VGIC_V3, KVM_CREATE_DEVICE_TEST) >= 0)
		return 3;
	return gic_create(vm, KVM_DEV_TYPE_ARM_VGIC_V2, KVM_CREATE_DEVICE_TEST) >= 0 ? 2 : 0;
}

void vm_add_gic(struct vm *vm)
{
	bool v3 = gic_version_here(vm) == 3;
	u64 dist_type = v3 ? KVM_VGIC_V3_ADDR_TYPE_DIST : KVM_VGIC_V2_ADDR_TYPE_DIST;
	u64 cpu_type = v3 ? KVM_VGIC_V3_ADDR_TYPE_REDIST : KVM_VGIC_V2_ADDR_TYPE_CPU;
	u64 dist = GICD_BASE, cpu = v3 ? GICR_BASE : GICC_BASE;
	uint32_t irqs = 128;

	vm->gic = gic_create(vm, v3 ? KVM_DEV_TYPE_ARM_VGIC_V3 : KVM_DEV_TYPE_ARM_VGIC_V2, 0);
	if (vm->gic < 0)
		tap_die("KVM_CREATE_DEVICE");
	vm->gic_version = v3 ? 3 : 2;
	if (device_attr(vm->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs) ||
	    device_attr(vm->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, dist_type, &dist) ||
	    device_attr(vm->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, cpu_type, &cpu) ||
	    device_attr(vm->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL))
		tap_die("vGIC");
}

u64 vm_gic_frame(const struct vm *vm)
{
	return vm->gic_version == 3 ? GICR_BASE + 0x10000 : GICD_BASE;
}

void vm_boot(struct vm *vm, int vcpus)
{
	vm_create(vm);
	vm_create_ram(vm, RAM_SIZE);
	while (vcpus--)
		vm_add_vcpu(vm, true);
	if (gic_version_here(vm))
		vm_add_gic(vm);
}

void vm_destroy(struct vm *vm)
{
	int i;

	for (i = 0; i < vm->vcpus; i++) {
		munmap(vm->run[i], vm->run_size);
		close(vm->vcpu[i]);
	}
	if (vm->gic >= 0)
		close(vm->gic);
	if (vm->ram)
		munmap(vm->ram, vm->ram_size);
	close(vm->fd);
	close(vm->kvm);
}

int vcpu_get(struct vm *vm, int vcpu, u64 id, void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vm->vcpu[vcpu], KVM_GET_ONE_REG, &reg);
}

int vcpu_set(struct vm *vm, int vcpu, u64 id, const void *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vm->vcpu[vcpu], KVM_SET_ONE_REG, &reg);
}

u64 vcpu_reg(struct vm *vm, int vcpu, u64 id)
{
	u64 value = 0;

	if (vcpu_get(vm, vcpu, id, &value))
		tap_die("KVM_GET_ONE_REG 0x%llx", id);
	return value;
}

void vcpu_set_reg(struct vm *vm, int vcpu, u64 id, u64 value)
{
	if (vcpu_set(vm, vcpu, id, &value))
		tap_die("KVM_SET_ONE_REG 0x%llx", id);
}

void vm_start(struct vm *vm, int vcpu, const char *guest, u64 x0, u64 x1, u64 x2, u64 x3)
{
	/* An MMIO exit is completed, and the PC moved on, by the next KVM_RUN: let that be over first. */
	if (vm->run[vcpu]->exit_reason == KVM_EXIT_MMIO) {
		vm->run[vcpu]->immediate_exit = 1;
		ioctl(vm->vcpu[vcpu], KVM_RUN, 0);
		vm->run[vcpu]->immediate_exit = 0;
	}
	vcpu_set_reg(vm, vcpu, PC_REG, RAM_BASE + (guest - guest_code));
	vcpu_set_reg(vm, vcpu, X_REG(0), x0);
	vcpu_set_reg(vm, vcpu, X_REG(1), x1);
	vcpu_set_reg(vm, vcpu, X_REG(2), x2);
	vcpu_set_reg(vm, vcpu, X_REG(3), x3);
}

uint32_t vcpu_run(struct vm *vm, int vcpu)
{
	int ret;

	do {
		ret = ioctl(vm->vcpu[vcpu], KVM_RUN, 0);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	if (ret < 0)
		tap_die("KVM_RUN of vCPU %d", vcpu);
	return vm->run[vcpu]->exit_reason;
}

u64 vcpu_mmio(struct vm *vm, int vcpu)
{
	u64 value = 0;

	memcpy(&value, vm->run[vcpu]->mmio.data, sizeof(value));
	return value;
}
