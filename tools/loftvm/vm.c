// SPDX-License-Identifier: GPL-2.0-only
/* The virtual machine: its KVM file, its memory slots and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "loftvm.h"

int vm_check(struct vm *vm, int capability)
{
	return ioctl(vm->kvm, KVM_CHECK_EXTENSION, capability);
}

void vm_open(struct vm *vm)
{
	int version, size;

	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0 && errno == ENOENT)
		die("no /dev/kvm: load loft.ko (insmod loft.ko), or boot a kernel with KVM at EL2");
	if (vm->kvm < 0 && errno == EACCES)
		die("/dev/kvm: permission denied: run as root or as a member of its group");
	if (vm->kvm < 0)
		die("/dev/kvm: %m");
	version = ioctl(vm->kvm, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		die("/dev/kvm has API version %d, not %d", version, KVM_API_VERSION);
	if (vm_check(vm, KVM_CAP_USER_MEMORY) <= 0 || vm_check(vm, KVM_CAP_ONE_REG) <= 0 ||
	    vm_check(vm, KVM_CAP_ARM_PSCI_0_2) <= 0)
		die("/dev/kvm lacks USER_MEMORY, ONE_REG or ARM_PSCI_0_2, which loftvm needs");
	size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(struct kvm_run))
		die("KVM_GET_VCPU_MMAP_SIZE says %d bytes", size);
	vm->run_size = size;
}

/* 0, KVM's 40 bits, unless the host has fewer or the guest's RAM wants more. */
static unsigned long vm_choose_ipa_bits(struct vm *vm)
{
	int limit = vm_check(vm, KVM_CAP_ARM_VM_IPA_SIZE);
	unsigned int need = 64 - __builtin_clzll(RAM_BASE + vm->cfg->memory - 1);

	if (vm->cfg->ipa_bits && vm->cfg->ipa_bits < need)
		die("--ipa-bits %u is too small for the RAM, which needs %u", vm->cfg->ipa_bits,
		    need);
	if (limit > 0 && (int)need > limit)
		die("the RAM needs %u IPA bits, this host has %d: give less --memory", need, limit);
	if (vm->cfg->ipa_bits)
		return vm->cfg->ipa_bits;
	if (limit <= 0 || (limit >= 40 && need <= 40))
		return 0;
	return need > 40 ? need : (unsigned int)limit;
}

static void vm_enable_nisv(struct vm *vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_NISV_TO_USER };

	if (ioctl(vm->fd, KVM_ENABLE_CAP, &cap))
		die("--nisv: KVM_CAP_ARM_NISV_TO_USER: %m");
}

static void vm_create_fd(struct vm *vm)
{
	unsigned long type = vm_choose_ipa_bits(vm);

	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, type);
	if (vm->fd < 0 && errno == EINVAL && type)
		die("KVM_CREATE_VM refuses %lu IPA bits: KVM_CAP_ARM_VM_IPA_SIZE is %d", type,
		    vm_check(vm, KVM_CAP_ARM_VM_IPA_SIZE));
	if (vm->fd < 0)
		die("KVM_CREATE_VM: %m");
	if (vm->cfg->nisv)
		vm_enable_nisv(vm);
}

int vm_set_slot(struct vm *vm, enum slot slot, uint64_t ipa, uint64_t size, void *hva,
		uint32_t flags)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = ipa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A 4-byte write to ipa, of @match if that is not negative, signals the fd. */
int vm_bind_ioeventfd(struct vm *vm, int fd, uint64_t ipa, int64_t match)
{
	struct kvm_ioeventfd io = {
		.addr = ipa,
		.len = 4,
		.fd = fd,
		.datamatch = match < 0 ? 0 : match,
		.flags = match < 0 ? 0 : KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	if (vm_check(vm, KVM_CAP_IOEVENTFD) <= 0)
		return -1;
	return ioctl(vm->fd, KVM_IOEVENTFD, &io);
}

static void vm_create_vcpus(struct vm *vm)
{
	int max = vm_check(vm, KVM_CAP_MAX_VCPUS);
	unsigned int i;

	if (max > 0 && vm->cfg->smp > (unsigned int)max)
		die("--smp %u: this host offers up to %d vCPUs", vm->cfg->smp, max);
	if (!vm->vcpus)
		vm->vcpus = calloc(vm->cfg->smp, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		die("vCPUs: %m");
	for (i = 0; i < vm->cfg->smp; i++) {
		vm->vcpus[i].id = i;
		vcpu_create(vm, &vm->vcpus[i]);
	}
}

void vm_create(struct vm *vm)
{
	unsigned int i;

	vm_create_fd(vm);
	if (vm_set_slot(vm, SLOT_RAM, RAM_BASE, vm->cfg->memory, vm->ram, 0))
		die("KVM_SET_USER_MEMORY_REGION for RAM: %m");
	gic_create(vm);
	vm_create_vcpus(vm);
	gic_init(vm);
	pl011_reset();
	for (i = 0; i < vm->n_virtio; i++)
		virtio_reset(vm->virtio[i]);
	virtio_bind(vm);
	if (vm->testdev)
		testdev_bind(vm);
}

void vm_start(struct vm *vm)
{
	unsigned int i;

	__atomic_store_n(&vm->stop, false, __ATOMIC_RELEASE);
	arch_set_entry(&vm->vcpus[0], vm->entry, vm->dtb);
	for (i = 0; i < vm->cfg->smp; i++)
		vcpu_start(&vm->vcpus[i]);
}

void vm_stop(struct vm *vm)
{
	unsigned int i;

	__atomic_store_n(&vm->stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < vm->cfg->smp; i++)
		vcpu_stop(&vm->vcpus[i]);
	if (vm->end_status == STATUS_TIMEOUT)
		for (i = 0; i < vm->cfg->smp; i++)
			arch_dump(&vm->vcpus[i]);
}

void vm_destroy(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->cfg->smp; i++)
		vcpu_destroy(&vm->vcpus[i]);
	close(vm->gic_fd);
	close(vm->fd);
}

/* Any thread may end the VM; the I/O loop, which main() runs, acts on it. */
void vm_end(struct vm *vm, enum end_kind kind, int status)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	if (vm->end == END_NONE) {
		vm->end_status = status;
		__atomic_store_n(&vm->end, kind, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	io_wake();
}
