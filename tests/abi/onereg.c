// SPDX-License-Identifier: GPL-2.0-only
// ONE_REG and GET_REG_LIST: everything listed can be read and written back, everything else is refused.
#include <stdlib.h>
#include <string.h>

#include "vm.h"

/* The architecture's own, ended by one without a name. */
extern const struct test onereg_arch[];
#define ARCH_TESTS	8

static struct kvm_reg_list *reg_list(struct vm *vm, int vcpu)
{
	struct kvm_reg_list probe = { .n = 0 }, *list;

	if (!ioctl(vm->vcpu[vcpu], KVM_GET_REG_LIST, &probe) || errno != E2BIG)
		tap_die("KVM_GET_REG_LIST with n = 0");
	list = calloc(1, sizeof(*list) + probe.n * sizeof(list->reg[0]));
	list->n = probe.n;
	if (ioctl(vm->vcpu[vcpu], KVM_GET_REG_LIST, list))
		tap_die("KVM_GET_REG_LIST");
	return list;
}

static size_t reg_size(u64 id)
{
	return 1U << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static enum verdict list_sizes(void)
{
	struct kvm_reg_list probe = { .n = 0 }, *list;
	struct vm vm;
	u64 n;

	vm_boot(&vm, 1);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, &probe), E2BIG);
	n = probe.n;
	EXPECT(n > 80 && n < 2000, "%llu registers", n);
	list = calloc(1, sizeof(*list) + (n + 5) * 8);
	list->n = n - 1;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, list), E2BIG);
	EXPECT_EQ(list->n, n);
	list->n = n + 5;
	EXPECT_OK(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, list));
	EXPECT_EQ(list->n, n);
	return TEST_PASS;
}

static enum verdict list_is_well_formed(void)
{
	struct kvm_reg_list *list;
	struct vm vm;
	u64 i, k;

	vm_boot(&vm, 1);
	list = reg_list(&vm, 0);
	for (i = 0; i < list->n; i++) {
		EXPECT((list->reg[i] & KVM_REG_ARCH_MASK) == ARCH_REG, "0x%llx", list->reg[i]);
		for (k = 0; k < i; k++)
			EXPECT(list->reg[k] != list->reg[i], "0x%llx twice", list->reg[i]);
		/* QEMU takes nothing else for a register that is neither core nor vector. */
		if ((list->reg[i] & KVM_REG_ARM_COPROC_MASK) != KVM_REG_ARM_CORE)
			EXPECT(reg_size(list->reg[i]) == 4 || reg_size(list->reg[i]) == 8, "0x%llx", list->reg[i]);
	}
	return TEST_PASS;
}

static bool is_counter(u64 id)
{
	return id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT;
}

/* Each register reads, takes back what it gave, and reads the same. */
static enum verdict round_trip(void)
{
	struct kvm_reg_list *list;
	uint8_t before[256], after[256];
	struct vm vm;
	u64 i, id;
	int bad = 0;

	vm_boot(&vm, 1);
	list = reg_list(&vm, 0);
	for (i = 0; i < list->n; i++) {
		id = list->reg[i];
		memset(before, 0, sizeof(before));
		memset(after, 0, sizeof(after));
		if (vcpu_get(&vm, 0, id, before)) {
			tap_note("0x%llx: read: errno %d", id, errno);
			bad++;
		} else if (vcpu_set(&vm, 0, id, before)) {
			tap_note("0x%llx: write back: errno %d", id, errno);
			bad++;
		} else if (vcpu_get(&vm, 0, id, after) ||
			   (memcmp(before, after, reg_size(id)) && !is_counter(id))) {
			tap_note("0x%llx: reads otherwise after writing back", id);
			bad++;
		}
	}
	EXPECT_EQ(bad, 0);
	return TEST_PASS;
}

static enum verdict unknown_ids(void)
{
	static const u64 ids[] = {
		0, ~0ULL, ARCH_REG, ARCH_REG | KVM_REG_SIZE_U64 | 0x00ff0000,
		ARCH_REG | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | 0xffff, ARCH_REG | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | 0xffff,
		KVM_REG_X86 | KVM_REG_SIZE_U64, ARCH_REG | KVM_REG_SIZE_U64 | KVM_REG_ARM_FW | 0xffff, ARCH_UNKNOWN_REGS
	};
	u64 value[32] = {};
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_ERRNO2(vcpu_get(&vm, 0, ids[i], value), ENOENT, EINVAL);
		EXPECT_ERRNO2(vcpu_set(&vm, 0, ids[i], value), ENOENT, EINVAL);
	}
	return TEST_PASS;
}

static enum verdict wrong_sizes(void)
{
	static const u64 sizes[] = {
		KVM_REG_SIZE_U8, KVM_REG_SIZE_U16, KVM_REG_SIZE_U32, KVM_REG_SIZE_U64, KVM_REG_SIZE_U128, KVM_REG_SIZE_U2048,
	};
	static const u64 ids[] = { PC_REG, TTBR1_REG };
	u64 value[64] = {}, odd = CORE_REG_ODD, id;
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(ids); i++) {
		id = (ids[i % 2] & ~KVM_REG_SIZE_MASK) | sizes[i / 2];
		if (id == ids[i % 2])
			continue;
		EXPECT_ERRNO2(vcpu_get(&vm, 0, id, value), EINVAL, ENOENT);
		EXPECT_ERRNO2(vcpu_set(&vm, 0, id, value), EINVAL, ENOENT);
	}
	/* The second half of a register, or what is behind the last */
	EXPECT_ERRNO2(vcpu_get(&vm, 0, odd, value), EINVAL, ENOENT);
	return TEST_PASS;
}

/* A hypervisor may keep MPIDR to itself, if it says so: what it gives out must be taken back at least. */
static enum verdict mpidr_set(void)
{
	struct kvm_reg_list *list;
	u64 v = 0x80000000 | 0x0105, own;
	struct vm vm;
	u64 i;

	vm_boot(&vm, 2);
	list = reg_list(&vm, 1);
	for (i = 0; i < list->n && list->reg[i] != MPIDR_REG; i++)
		;
	EXPECT(i < list->n, "MPIDR is not listed");
	own = vcpu_reg(&vm, 1, MPIDR_REG);
	EXPECT_OK(vcpu_set(&vm, 1, MPIDR_REG, &own));
	EXPECT_EQ(vcpu_reg(&vm, 1, MPIDR_REG), own);
	if (vcpu_set(&vm, 1, MPIDR_REG, &v)) {
		EXPECT_EQ(errno, EINVAL);
		v = own;
	}
	EXPECT_EQ(vcpu_reg(&vm, 1, MPIDR_REG), v);
	EXPECT_EQ(vcpu_reg(&vm, 0, MPIDR_REG) & 0xffffff, 0);
	return TEST_PASS;
}

static enum verdict counter(void)
{
	u64 before, after, v = 0;
	struct vm vm;

	vm_boot(&vm, 1);
	before = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT_OK(vcpu_set(&vm, 0, KVM_REG_ARM_TIMER_CNT, &v));
	after = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT(after < 10ULL * 1000000000, "0x%llx, 0x%llx before", after, before);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	before = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT(before > after, "0x%llx after 0x%llx", before, after);
	return TEST_PASS;
}

static enum verdict psci_version(void)
{
	u64 id = KVM_REG_ARM_PSCI_VERSION, v, bad = 0x20000, old = 0x10000;
	struct vm vm;

	vm_boot(&vm, 1);
	if (vcpu_get(&vm, 0, id, &v))
		return tap_skip("no PSCI version register");
	EXPECT(v >> 16 == 1, "0x%llx", v);
	EXPECT_ERRNO(vcpu_set(&vm, 0, id, &bad), EINVAL);
	EXPECT_OK(vcpu_set(&vm, 0, id, &old));
	EXPECT_EQ(vcpu_reg(&vm, 0, id), old);
	return TEST_PASS;
}

/* Everything that one vCPU has, given to another: the way of a snapshot. */
static enum verdict snapshot(void)
{
	struct kvm_reg_list *list;
	uint8_t value[256];
	struct vm from, to;
	u64 i, n;
	int round;

	vm_boot(&from, 1);
	vm_start(&from, 0, guest_registers, MMIO_BASE, 0xabcdef, 3, 0);
	EXPECT_EQ(vcpu_run(&from, 0), KVM_EXIT_MMIO);
	/* The write is done when KVM_RUN comes back in. */
	from.run[0]->immediate_exit = 1;
	ioctl(from.vcpu[0], KVM_RUN, 0);
	list = reg_list(&from, 0);
	vm_boot(&to, 1);
	for (i = 0; i < list->n; i++) {
		if (vcpu_get(&from, 0, list->reg[i], value) || vcpu_set(&to, 0, list->reg[i], value))
			EXPECT(0, "0x%llx: errno %d", list->reg[i], errno);
	}
	for (round = 2; round < 50; round++) {
		EXPECT_EQ(vcpu_run(&to, 0), KVM_EXIT_MMIO);
		n = vcpu_mmio(&to, 0);
		EXPECT(n == (u64)round, "report 0x%llx, not 0x%x", n, round);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "GET_REG_LIST with too little room", list_sizes },
	{ "GET_REG_LIST is well-formed", list_is_well_formed },
	{ "every listed register reads and takes its value back", round_trip },
	{ "unknown registers", unknown_ids },
	{ "wrong sizes", wrong_sizes },
	{ "MPIDR can be set, or is refused as a whole", mpidr_set },
	{ "virtual counter", counter },
	{ "PSCI version register", psci_version },
	{ "a running vCPU copied to another VM", snapshot },
};

int main(void)
{
	static struct test all[ARRAY_SIZE(tests) + ARCH_TESTS];
	size_t n = ARRAY_SIZE(tests), i;

	memcpy(all, tests, sizeof(tests));
	for (i = 0; i < ARCH_TESTS && onereg_arch[i].name; i++)
		all[n++] = onereg_arch[i];
	return tap_run(all, n);
}
