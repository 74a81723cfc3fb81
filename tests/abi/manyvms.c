// SPDX-License-Identifier: GPL-2.0-only
// More VMs than an 8-bit VMID tells apart, run in turn, each with memory of its own that must stay its own.
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vm.h"

#define VMS		300
#define AREA		0x80000000UL
#define AREA_SIZE	0x10000UL

static struct vm vms[VMS];

/* The area of each VM holds address + seed; the seed is its own. */
static u64 seed(int i)
{
	return 0x100000ULL * (i + 1);
}

static bool start(struct vm *vm, int i)
{
	void *p;

	vm_create(vm);
	vm_create_ram(vm, 0x10000);
	p = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || slot_set(vm->fd, 1, 0, AREA, AREA_SIZE, p))
		return false;
	vm_add_vcpu(vm, true);
	vm_start(vm, 0, guest_pattern, AREA, AREA + AREA_SIZE, seed(i), MMIO_BASE);
	return true;
}

static enum verdict in_turn(void)
{
	struct rlimit files = { 4096, 4096 };
	int i, round;

	setrlimit(RLIMIT_NOFILE, &files);
	for (i = 0; i < VMS; i++)
		EXPECT(start(&vms[i], i), "VM %d: errno %d", i, errno);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < VMS; i++) {
			EXPECT_EQ(vcpu_run(&vms[i], 0), KVM_EXIT_MMIO);
			EXPECT(vcpu_mmio(&vms[i], 0) == seed(i), "VM %d, round %d: reports 0x%llx", i, round,
			       vcpu_mmio(&vms[i], 0));
		}
	}
	return TEST_PASS;
}

/* The same with other VMs made and closed in between: identifiers come back into use. */
static enum verdict reused(void)
{
	struct vm vm;
	int i;

	for (i = 0; i < 4; i++)
		EXPECT(start(&vms[i], i), "VM %d: errno %d", i, errno);
	for (i = 4; i < 600; i++) {
		EXPECT(start(&vm, i), "VM %d: errno %d", i, errno);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vcpu_mmio(&vm, 0), seed(i));
		EXPECT_EQ(vcpu_run(&vms[i % 4], 0), KVM_EXIT_MMIO);
		EXPECT(vcpu_mmio(&vms[i % 4], 0) == seed(i % 4), "VM %d after %d others: 0x%llx", i % 4, i,
		       vcpu_mmio(&vms[i % 4], 0));
		vm_destroy(&vm);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "300 VMs in turn", in_turn, 200 },
	{ "600 VMs one after another, beside 4 that stay", reused, 200 },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
