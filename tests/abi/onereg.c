// SPDX-License-Identifier: GPL-2.0-only
// ONE_REG and GET_REG_LIST: everything listed can be read and written back, everything else is refused.
#include <stdlib.h>
#include <string.h>

#include "vm.h"

#define SYS(op1, crn, crm, op2)	ARM64_SYS_REG(3, op1, crn, crm, op2)
#define MPIDR_EL1		SYS(0, 0, 0, 5)
#define MIDR_EL1		SYS(0, 0, 0, 0)
#define TTBR0_EL1		SYS(0, 2, 0, 0)

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

static size_t reg_size(uint64_t id)
{
	return 1UL << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static enum verdict list_sizes(void)
{
	struct kvm_reg_list probe = { .n = 0 }, *list;
	struct vm vm;
	uint64_t n;

	vm_boot(&vm, 1);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_GET_REG_LIST, &probe), E2BIG);
	n = probe.n;
	EXPECT(n > 80 && n < 2000, "%lu registers", n);
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
	uint64_t i, k;

	vm_boot(&vm, 1);
	list = reg_list(&vm, 0);
	for (i = 0; i < list->n; i++) {
		EXPECT((list->reg[i] & KVM_REG_ARCH_MASK) == KVM_REG_ARM64, "0x%llx", list->reg[i]);
		for (k = 0; k < i; k++)
			EXPECT(list->reg[k] != list->reg[i], "0x%llx twice", list->reg[i]);
		/* QEMU takes nothing else for a register that is neither core nor vector. */
		if ((list->reg[i] & KVM_REG_ARM_COPROC_MASK) != KVM_REG_ARM_CORE)
			EXPECT(reg_size(list->reg[i]) == 4 || reg_size(list->reg[i]) == 8, "0x%llx", list->reg[i]);
	}
	return TEST_PASS;
}

static bool is_counter(uint64_t id)
{
	return id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT;
}

/* Each register reads, takes back what it gave, and reads the same. */
static enum verdict round_trip(void)
{
	struct kvm_reg_list *list;
	uint8_t before[256], after[256];
	struct vm vm;
	uint64_t i, id;
	int bad = 0;

	vm_boot(&vm, 1);
	list = reg_list(&vm, 0);
	for (i = 0; i < list->n; i++) {
		id = list->reg[i];
		memset(before, 0, sizeof(before));
		memset(after, 0, sizeof(after));
		if (vcpu_get(&vm, 0, id, before)) {
			tap_note("0x%lx: read: errno %d", id, errno);
			bad++;
		} else if (vcpu_set(&vm, 0, id, before)) {
			tap_note("0x%lx: write back: errno %d", id, errno);
			bad++;
		} else if (vcpu_get(&vm, 0, id, after) ||
			   (memcmp(before, after, reg_size(id)) && !is_counter(id))) {
			tap_note("0x%lx: reads otherwise after writing back", id);
			bad++;
		}
	}
	EXPECT_EQ(bad, 0);
	return TEST_PASS;
}

static enum verdict core_values(void)
{
	static const uint64_t ids[] = {
		X_REG(0), X_REG(1), X_REG(17), X_REG(29), X_REG(30), CORE_REG(regs.sp), CORE_REG(regs.pc),
		CORE_REG(sp_el1), CORE_REG(elr_el1),
	};
	uint64_t q[2], q_in[2] = { 0x1111222233334444, 0x5555666677778888 };
	uint64_t vreg = (KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE) +
			offsetof(struct kvm_regs, fp_regs.vregs[5]) / 4;
	uint32_t fpsr = 0x0800009f, is = 0;
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		vcpu_set_reg(&vm, 0, ids[i], 0x1000200030004000 + i * 8);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		EXPECT_EQ(vcpu_reg(&vm, 0, ids[i]), 0x1000200030004000 + i * 8);
	EXPECT_OK(vcpu_set(&vm, 0, vreg, q_in));
	EXPECT_OK(vcpu_get(&vm, 0, vreg, q));
	EXPECT(!memcmp(q, q_in, sizeof(q)), "V5 0x%lx 0x%lx", q[0], q[1]);
	vreg = (KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE) + offsetof(struct kvm_regs, fp_regs.fpsr) / 4;
	EXPECT_OK(vcpu_set(&vm, 0, vreg, &fpsr));
	EXPECT_OK(vcpu_get(&vm, 0, vreg, &is));
	EXPECT_EQ(is, fpsr);
	return TEST_PASS;
}

/* What userspace sets, the guest has; what the guest has, userspace reads. */
static enum verdict values_in_guest(void)
{
	static const struct { uint64_t id, value; } regs[] = {
		{ SYS(3, 13, 0, 2), 0x1111000011110000 },	/* TPIDR_EL0 */
		{ SYS(0, 13, 0, 4), 0x2222000022220000 },	/* TPIDR_EL1 */
		{ SYS(3, 13, 0, 3), 0x3333000033330000 },	/* TPIDRRO_EL0 */
		{ SYS(0, 12, 0, 0), 0x0000000044440800 },	/* VBAR_EL1 */
		{ SYS(0, 13, 0, 1), 0x0000000055550000 },	/* CONTEXTIDR_EL1 */
		{ SYS(0, 10, 2, 0), 0x6666000066660000 },	/* MAIR_EL1 */
		{ TTBR0_EL1, 0x0000000077770000 },
		{ SYS(0, 2, 0, 1), 0x0000000088880000 },	/* TTBR1_EL1 */
		{ SYS(0, 6, 0, 0), 0x9999000099990000 },	/* FAR_EL1 */
		{ KVM_REG_ARM_TIMER_CVAL, 0x0aaa0000aaaa0000 },
		{ CORE_REG(sp_el1), 0x0bbb0000bbbb0000 },
	};
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		vcpu_set_reg(&vm, 0, regs[i].id, regs[i].value);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		EXPECT(vcpu_reg(&vm, 0, regs[i].id) == regs[i].value, "0x%lx: 0x%lx, not 0x%lx", regs[i].id,
		       vcpu_reg(&vm, 0, regs[i].id), regs[i].value);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 1);
	/* From the guest: it fills its registers from the seed. */
	vm_start(&vm, 0, guest_registers, MMIO_BASE, 0x1234567, 1, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 1);
	EXPECT_EQ(vcpu_reg(&vm, 0, SYS(3, 13, 0, 2)), 0x1234567UL * 9);
	EXPECT_EQ(vcpu_reg(&vm, 0, SYS(0, 13, 0, 4)), 0x1234567UL * 10);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(regs.sp)), 0x1234567UL * 12);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(elr_el1)), 0x1234567UL * 13);
	EXPECT_EQ(vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CVAL), 0x1234567UL * 15);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(sp_el1)), 0x1234567UL * 16);
	return TEST_PASS;
}

static enum verdict unknown_ids(void)
{
	static const uint64_t ids[] = {
		0, ~0UL, KVM_REG_ARM64, KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x00ff0000,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | 0xffff,
		SYS(0, 15, 15, 7), SYS(7, 15, 15, 7), SYS(4, 1, 1, 0),
		KVM_REG_ARM | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE, KVM_REG_X86 | KVM_REG_SIZE_U64,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_FW | 0xffff,
	};
	uint64_t value[32] = {};
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
	static const uint64_t sizes[] = {
		KVM_REG_SIZE_U8, KVM_REG_SIZE_U16, KVM_REG_SIZE_U32, KVM_REG_SIZE_U128, KVM_REG_SIZE_U2048,
	};
	uint64_t value[64] = {}, odd = CORE_REG(regs.regs[0]) + 1;
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_ERRNO2(vcpu_get(&vm, 0, (PC_REG & ~KVM_REG_SIZE_MASK) | sizes[i], value), EINVAL, ENOENT);
		EXPECT_ERRNO2(vcpu_set(&vm, 0, (PC_REG & ~KVM_REG_SIZE_MASK) | sizes[i], value), EINVAL, ENOENT);
		EXPECT_ERRNO2(vcpu_get(&vm, 0, (TTBR0_EL1 & ~KVM_REG_SIZE_MASK) | sizes[i], value), ENOENT, EINVAL);
		EXPECT_ERRNO2(vcpu_set(&vm, 0, (TTBR0_EL1 & ~KVM_REG_SIZE_MASK) | sizes[i], value), ENOENT, EINVAL);
	}
	/* The second half of X0 */
	EXPECT_ERRNO2(vcpu_get(&vm, 0, odd, value), EINVAL, ENOENT);
	return TEST_PASS;
}

static enum verdict bad_pstate(void)
{
	static const uint64_t bad[] = { 0x3c9 /* EL2h */, 0x3cd /* EL3h */, 0x3c1, 0x3c2 };
	uint64_t v;
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(vcpu_set(&vm, 0, PSTATE_REG, &bad[i]), EINVAL);
	EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), 0x3c5);
	v = 0;	/* EL0t */
	EXPECT_OK(vcpu_set(&vm, 0, PSTATE_REG, &v));
	/* 32-bit state needs a 32-bit vCPU. */
	v = 0x1d3;
	EXPECT_ERRNO(vcpu_set(&vm, 0, PSTATE_REG, &v), EINVAL);
	return TEST_PASS;
}

/* ID registers hold: a value that is not the vCPU's is refused, or taken where it only hides something. */
static enum verdict id_registers(void)
{
	uint64_t id, value, other;
	struct vm vm;
	int crm, op2;

	vm_boot(&vm, 1);
	for (crm = 1; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++) {
			id = SYS(0, 0, crm, op2);
			EXPECT(!vcpu_get(&vm, 0, id, &value), "S3_0_C0_C%d_%d: errno %d", crm, op2, errno);
			EXPECT(!vcpu_set(&vm, 0, id, &value), "S3_0_C0_C%d_%d: errno %d", crm, op2, errno);
		}
	}
	id = SYS(0, 0, 4, 0);
	value = vcpu_reg(&vm, 0, id);
	other = value ^ 0xff;		/* no EL1, no EL0 */
	EXPECT(vcpu_set(&vm, 0, id, &other) < 0, "PFR0 without EL1 is taken");
	EXPECT_EQ(vcpu_reg(&vm, 0, id), value);
	EXPECT(vcpu_reg(&vm, 0, MIDR_EL1), "MIDR is 0");
	return TEST_PASS;
}

/* A hypervisor may keep MPIDR_EL1 to itself, if it says so: what it gives out must be taken back at least. */
static enum verdict mpidr_set(void)
{
	struct kvm_reg_list *list;
	uint64_t v = 0x80000000 | 0x0105, own;
	struct vm vm;
	uint64_t i;

	vm_boot(&vm, 2);
	list = reg_list(&vm, 1);
	for (i = 0; i < list->n && list->reg[i] != MPIDR_EL1; i++)
		;
	EXPECT(i < list->n, "MPIDR_EL1 is not listed");
	own = vcpu_reg(&vm, 1, MPIDR_EL1);
	EXPECT_OK(vcpu_set(&vm, 1, MPIDR_EL1, &own));
	EXPECT_EQ(vcpu_reg(&vm, 1, MPIDR_EL1), own);
	if (vcpu_set(&vm, 1, MPIDR_EL1, &v)) {
		EXPECT_EQ(errno, EINVAL);
		v = own;
	}
	EXPECT_EQ(vcpu_reg(&vm, 1, MPIDR_EL1), v);
	EXPECT_EQ(vcpu_reg(&vm, 0, MPIDR_EL1) & 0xffffff, 0);
	return TEST_PASS;
}

static enum verdict counter(void)
{
	uint64_t before, after, v = 0;
	struct vm vm;

	vm_boot(&vm, 1);
	before = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT_OK(vcpu_set(&vm, 0, KVM_REG_ARM_TIMER_CNT, &v));
	after = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT(after < 10UL * 1000000000, "0x%lx, 0x%lx before", after, before);
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	before = vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CNT);
	EXPECT(before > after, "0x%lx after 0x%lx", before, after);
	return TEST_PASS;
}

static enum verdict psci_version(void)
{
	uint64_t id = KVM_REG_ARM_PSCI_VERSION, v, bad = 0x20000, old = 0x10000;
	struct vm vm;

	vm_boot(&vm, 1);
	if (vcpu_get(&vm, 0, id, &v))
		return tap_skip("no PSCI version register");
	EXPECT(v >> 16 == 1, "0x%lx", v);
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
	uint64_t i, n;
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
		EXPECT(n == (uint64_t)round, "report 0x%lx, not 0x%x", n, round);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "GET_REG_LIST with too little room", list_sizes },
	{ "GET_REG_LIST is well-formed", list_is_well_formed },
	{ "every listed register reads and takes its value back", round_trip },
	{ "core and FP registers", core_values },
	{ "values go into the guest and come out", values_in_guest },
	{ "unknown registers", unknown_ids },
	{ "wrong sizes", wrong_sizes },
	{ "PSTATE that a guest cannot have", bad_pstate },
	{ "ID registers", id_registers },
	{ "MPIDR_EL1 can be set, or is refused as a whole", mpidr_set },
	{ "virtual counter", counter },
	{ "PSCI version register", psci_version },
	{ "a running vCPU copied to another VM", snapshot },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
