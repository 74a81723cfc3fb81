// SPDX-License-Identifier: GPL-2.0-only
/* A machine for one operation: memory that the host has touched, the vGIC of the host, an ioeventfd, the payload. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define HUGE		0x200000UL
#define GICD_BASE	0x08000000UL
#define GICC_BASE	0x08010000UL
#define GICR_BASE	0x080a0000UL

/* Touched throughout: what the guest pays for is its own fault, not the host's. */
static char *machine_memory(struct machine *m, unsigned int slot, uint64_t gpa, size_t size, int advice)
{
	struct kvm_userspace_memory_region region = { .slot = slot, .guest_phys_addr = gpa, .memory_size = size };
	char *map = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *mem = (char *)(((uintptr_t)map + HUGE - 1) & -HUGE);
	size_t at;

	if (map == MAP_FAILED)
		die("no memory for a machine: %m");
	madvise(mem, size, advice);
	for (at = 0; at < size; at += 4096)
		mem[at] = 1;
	mem[0] = 0;
	region.userspace_addr = (uintptr_t)mem;
	if (ioctl(m->fd, KVM_SET_USER_MEMORY_REGION, &region))
		die("KVM_SET_USER_MEMORY_REGION: %m");
	return mem;
}

static int gic_set(int gic, uint32_t group, uint64_t attr, uint64_t value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)&value };

	return ioctl(gic, KVM_SET_DEVICE_ATTR, &a);
}

/* GICv3 where the host has it, else GICv2. */
static void machine_add_gic(struct machine *m)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	bool v3 = !ioctl(m->fd, KVM_CREATE_DEVICE, &device);

	if (!v3) {
		device.type = KVM_DEV_TYPE_ARM_VGIC_V2;
		if (ioctl(m->fd, KVM_CREATE_DEVICE, &device))
			die("no vGIC: %m");
	}
	m->gic = device.fd;
	if (gic_set(m->gic, KVM_DEV_ARM_VGIC_GRP_ADDR, v3 ? KVM_VGIC_V3_ADDR_TYPE_DIST : KVM_VGIC_V2_ADDR_TYPE_DIST,
		    GICD_BASE) ||
	    gic_set(m->gic, KVM_DEV_ARM_VGIC_GRP_ADDR, v3 ? KVM_VGIC_V3_ADDR_TYPE_REDIST : KVM_VGIC_V2_ADDR_TYPE_CPU,
		    v3 ? GICR_BASE : GICC_BASE) ||
	    gic_set(m->gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0))
		die("the vGIC cannot be set up: %m");
}

static void machine_add_vcpu(struct machine *m, unsigned int id)
{
	struct vcpu *vcpu = &m->vcpu[id];
	struct kvm_vcpu_init init;

	vcpu->machine = m;
	vcpu->id = id;
	vcpu->fd = ioctl(m->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (vcpu->fd < 0)
		die("KVM_CREATE_VCPU %u: %m", id);
	vcpu->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("mmap of vCPU %u: %m", id);
	if (ioctl(m->fd, KVM_ARM_PREFERRED_TARGET, &init))
		die("KVM_ARM_PREFERRED_TARGET: %m");
	init.features[0] |= 1U << KVM_ARM_VCPU_PSCI_0_2 | !!id << KVM_ARM_VCPU_POWER_OFF;
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		die("KVM_ARM_VCPU_INIT %u: %m", id);
}

static void machine_add_ioevent(struct machine *m)
{
	struct kvm_ioeventfd event = { .addr = BENCH_IOEVENT, .len = 4 };

	m->ioevent = eventfd(0, EFD_NONBLOCK);
	event.fd = m->ioevent;
	if (ioctl(m->fd, KVM_IOEVENTFD, &event))
		die("KVM_IOEVENTFD: %m");
}

void machine_create(struct machine *m, int kvm, enum bench_op op, unsigned int vcpus, const struct payload *payload)
{
	unsigned int i;

	memset(m, 0, sizeof(*m));
	m->op = op;
	m->vcpus = vcpus;
	m->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	m->fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (m->fd < 0)
		die("KVM_CREATE_VM: %m");
	if (payload->size > RAM_SIZE / 2)
		die("the payload is too large");
	m->ram = machine_memory(m, 0, RAM_BASE, RAM_SIZE, MADV_NOHUGEPAGE);
	memcpy(m->ram, payload->image, payload->size);
	__builtin___clear_cache(m->ram, m->ram + payload->size);
	if (op == BENCH_s2_fault_4k)
		machine_memory(m, 1, BENCH_SMALL, BENCH_SMALL_SIZE, MADV_NOHUGEPAGE);
	if (op == BENCH_s2_fault_2m)
		machine_memory(m, 1, BENCH_HUGE, BENCH_HUGE_SIZE, MADV_HUGEPAGE);
	for (i = 0; i < vcpus; i++)
		machine_add_vcpu(m, i);
	machine_add_gic(m);
	machine_add_ioevent(m);
	arch_set_entry(&m->vcpu[0], RAM_BASE);
}

/* Its memory goes with the process: the result is there. */
void machine_destroy(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->vcpus; i++) {
		munmap(m->vcpu[i].run, m->run_size);
		close(m->vcpu[i].fd);
	}
	close(m->ioevent);
	close(m->gic);
	close(m->fd);
}
