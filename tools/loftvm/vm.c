// SPDX-License-Identifier: GPL-2.0-only
/* The virtual machine: its KVM file, its memory slots and how it ends. */
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

static void vm_create_fd(struct vm *vm)
{
	struct kvm_enable_cap nisv = { .cap = KVM_CAP_ARM_NISV_TO_USER };
	unsigned long type = vm_choose_ipa_bits(vm);

	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, type);
	if (vm->fd < 0)
		die("KVM_CREATE_VM with %lu IPA bits (0 is 40): %m", type);
	if (vm->cfg->nisv && ioctl(vm->fd, KVM_ENABLE_CAP, &nisv))
		die("--nisv: KVM_CAP_ARM_NISV_TO_USER: %m");
}

int vm_set_slot(struct vm *vm, enum slot slot, uint64_t ipa, uint64_t size, void *hva,
		uint32_t flags)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .flags = flags, .guest_phys_addr = ipa, .memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A 4-byte write to ipa, of @match if that is not negative, signals the fd. */
int vm_bind_ioeventfd(struct vm *vm, int fd, uint64_t ipa, int64_t match)
{
	struct kvm_ioeventfd io = {
		.addr = ipa, .len = 4, .fd = fd, .datamatch = match < 0 ? 0 : match,
		.flags = match < 0 ? 0 : KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	if (vm_check(vm, KVM_CAP_IOEVENTFD) <= 0)
		return -1;
	return ioctl(vm->fd, KVM_IOEVENTFD, &io);
}

static void vm_create_vcpus(struct vm *vm)
{
	int max = vm_check(vm, KVM_CAP_MAX_VCPUS);
	struct vcpu *vcpu;

	if (max > 0 && vm->cfg->smp > (unsigned int)max)
		die("--smp %u: this host offers up to %d vCPUs", vm->cfg->smp, max);
	if (!vm->vcpus)
		vm->vcpus = calloc(vm->cfg->smp, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		die("vCPUs: %m");
	for_each_vcpu(vm, vcpu) {
		vcpu->id = vcpu - vm->vcpus;
		vcpu_create(vm, vcpu);
	}
}

void vm_create(struct vm *vm)
{
	vm_create_fd(vm);
	if (vm_set_slot(vm, SLOT_RAM, RAM_BASE, vm->cfg->memory, vm->ram, 0))
		die("KVM_SET_USER_MEMORY_REGION for RAM: %m");
	gic_create(vm);
	vm_create_vcpus(vm);
	gic_init(vm);
	pl011_reset();
	virtio_bind(vm);
	if (vm->testdev)
		testdev_bind(vm);
}

void vm_start(struct vm *vm)
{
	struct vcpu *vcpu;

	__atomic_store_n(&vm->stop, false, __ATOMIC_RELEASE);
	arch_set_entry(vm->vcpus, vm->entry, vm->dtb);
	for_each_vcpu(vm, vcpu)
		vcpu_start(vcpu);
}

/* Ends the vCPUs' threads, then the VM. */
void vm_stop(struct vm *vm)
{
	struct vcpu *vcpu;

	__atomic_store_n(&vm->stop, true, __ATOMIC_RELEASE);
	for_each_vcpu(vm, vcpu)
		vcpu_stop(vcpu);
	for_each_vcpu(vm, vcpu) {
		if (vm->end_status == STATUS_TIMEOUT)
			arch_dump(vcpu);
		vcpu_destroy(vcpu);
	}
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
