// SPDX-License-Identifier: GPL-2.0-only
// vCPUs whose EL1 is in AArch32: who gets them, and their registers. Where the machine has none, only the refusal.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

#define WIDE		(1 << KVM_ARM_VCPU_PSCI_0_2)
#define NARROW		(WIDE | 1 << KVM_ARM_VCPU_EL1_32BIT)
#define SPSR(n)		(CORE_REG(spsr[0]) + 2 * (n))
#define DACR32		ARM64_SYS_REG(3, 4, 3, 0, 0)
#define IFSR32		ARM64_SYS_REG(3, 4, 5, 0, 1)
#define FPEXC32		ARM64_SYS_REG(3, 4, 5, 3, 0)
#define DBGVCR32	ARM64_SYS_REG(2, 4, 0, 7, 0)

static bool offered(struct vm *vm)
{
	return ioctl(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EL1_32BIT) > 0;
}

static void narrow_vm(struct vm *vm, int vcpus)
{
	vm_create(vm);
	vm_create_ram(vm, RAM_SIZE);
	while (vcpus--) {
		vm_add_vcpu(vm, false);
		if (vcpu_init(vm, vm->vcpus - 1, NARROW))
			tap_die("KVM_ARM_VCPU_INIT");
	}
}

#define NEEDS_AARCH32(vm) do {						\
	vm_create(vm);							\
	if (!offered(vm))						\
		return tap_skip("no AArch32 at EL1");			\
	vm_destroy(vm);							\
} while (0)

/* Cortex-A57 and A72 have it, and there is no other way to ask than to know */
static enum verdict capability(void)
{
	u64 midr = 0;
	struct vm vm;
	FILE *file = fopen("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "r");

	vm_create(&vm);
	if (file && fscanf(file, "%llx", &midr) == 1 && (midr >> 4 & 0xfff) - 0xd07 < 2)
		EXPECT(offered(&vm), "MIDR_EL1 0x%llx", midr);
	if (midr && (midr >> 4 & 0xfff) == 0xd0c)
		EXPECT(!offered(&vm), "MIDR_EL1 0x%llx", midr);
	EXPECT_EQ(ioctl(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EL1_32BIT), offered(&vm));
	return TEST_PASS;
}

static enum verdict refused(void)
{
	struct vm vm;

	vm_create(&vm);
	vm_add_vcpu(&vm, false);
	if (offered(&vm))
		return tap_skip("AArch32 at EL1");
	EXPECT_ERRNO(vcpu_init(&vm, 0, NARROW), EINVAL);
	EXPECT_OK(vcpu_init(&vm, 0, WIDE));
	return TEST_PASS;
}

static enum verdict one_width(void)
{
	struct vm vm;

	NEEDS_AARCH32(&vm);
	narrow_vm(&vm, 1);
	vm_add_vcpu(&vm, false);
	EXPECT_ERRNO(vcpu_init(&vm, 1, WIDE), EINVAL);
	EXPECT_OK(vcpu_init(&vm, 1, NARROW));
	EXPECT_ERRNO(vcpu_init(&vm, 0, WIDE), EINVAL);
	EXPECT_OK(vcpu_init(&vm, 0, NARROW));
	vm_destroy(&vm);
	vm_create(&vm);
	vm_add_vcpu(&vm, true);
	vm_add_vcpu(&vm, false);
	EXPECT_ERRNO(vcpu_init(&vm, 1, NARROW), EINVAL);
	EXPECT_OK(vcpu_init(&vm, 1, WIDE));
	return TEST_PASS;
}

static enum verdict reset_state(void)
{
	struct vm vm;

	NEEDS_AARCH32(&vm);
	narrow_vm(&vm, 1);
	EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), 0x1d3);
	EXPECT_EQ(vcpu_reg(&vm, 0, PC_REG), 0);
	EXPECT_EQ(vcpu_reg(&vm, 0, ARM64_SYS_REG(3, 0, 1, 0, 0)) & 0x2007, 0);
	return TEST_PASS;
}

static enum verdict pstate(void)
{
	static const u64 good[] = { 0x1d0, 0x1d1, 0x1d2, 0x1d3, 0x1d7, 0x1db, 0x1df, 0xf00003f3 };
	static const u64 bad[] = { 0x3c5, 0x3c4, 0x3c0, 0x1da, 0x1d6 };
	struct vm vm;
	unsigned int i;

	NEEDS_AARCH32(&vm);
	narrow_vm(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_OK(vcpu_set(&vm, 0, PSTATE_REG, &good[i]));
		EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), good[i]);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(vcpu_set(&vm, 0, PSTATE_REG, &bad[i]), EINVAL);
	return TEST_PASS;
}

static enum verdict round_trip(void)
{
	static const u64 own[] = { SPSR(1), SPSR(2), SPSR(3), SPSR(4), DACR32, IFSR32, FPEXC32, DBGVCR32 };
	struct kvm_reg_list probe = { .n = 0 }, *list;
	uint8_t before[256], after[256];
	unsigned int i, k, listed = 0;
	struct vm vm;
	size_t size;

	NEEDS_AARCH32(&vm);
	narrow_vm(&vm, 1);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, &probe), E2BIG);
	list = calloc(1, sizeof(*list) + probe.n * 8);
	list->n = probe.n;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, list));
	for (i = 0; i < list->n; i++) {
		size = 1UL << ((list->reg[i] & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
		memset(before, 0, sizeof(before));
		memset(after, 0, sizeof(after));
		EXPECT(!vcpu_get(&vm, 0, list->reg[i], before), "0x%llx: errno %d", list->reg[i], errno);
		EXPECT(!vcpu_set(&vm, 0, list->reg[i], before), "0x%llx: errno %d", list->reg[i], errno);
		EXPECT(!vcpu_get(&vm, 0, list->reg[i], after), "0x%llx: errno %d", list->reg[i], errno);
		EXPECT(list->reg[i] == KVM_REG_ARM_TIMER_CNT || !memcmp(before, after, size), "0x%llx", list->reg[i]);
		for (k = 0; k < ARRAY_SIZE(own); k++)
			listed += list->reg[i] == own[k];
	}
	EXPECT_EQ(listed, ARRAY_SIZE(own));
	for (k = 0; k < ARRAY_SIZE(own); k++)
		vcpu_set_reg(&vm, 0, own[k], 0x10 + k);
	for (k = 0; k < ARRAY_SIZE(own); k++)
		EXPECT_EQ(vcpu_reg(&vm, 0, own[k]), 0x10 + k);
	return TEST_PASS;
}

/* str r1, [r0]; add r1, r1, #1; b back: what the registers are called in either state */
static enum verdict runs(void)
{
	static const uint32_t code[] = { 0xe5801000, 0xe2811001, 0xeafffffc };
	struct vm vm;
	unsigned int i;

	NEEDS_AARCH32(&vm);
	narrow_vm(&vm, 1);
	memcpy(vm.ram, code, sizeof(code));
	__builtin___clear_cache(vm.ram, (char *)vm.ram + sizeof(code));
	vcpu_set_reg(&vm, 0, PC_REG, RAM_BASE);
	vcpu_set_reg(&vm, 0, X_REG(0), MMIO_BASE);
	vcpu_set_reg(&vm, 0, X_REG(1), 0x5555666677778888);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vm.run[0]->mmio.len, 4);
		EXPECT_EQ(vcpu_mmio(&vm, 0), 0x77778888 + i);
	}
	EXPECT_EQ(vcpu_reg(&vm, 0, X_REG(1)), 0x7777888a);
	EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), 0x1d3);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "CAP_ARM_EL1_32BIT", capability },
	{ "refused where the machine has none", refused },
	{ "one width for a VM", one_width },
	{ "reset state", reset_state },
	{ "PSTATE that a guest can have", pstate },
	{ "every listed register takes its value back", round_trip },
	{ "runs, and exits for MMIO", runs },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
