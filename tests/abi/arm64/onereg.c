// SPDX-License-Identifier: GPL-2.0-only
// ONE_REG: AArch64's registers, and what may be written to them.
#include <string.h>

#include "vm.h"

#define SYS(op1, crn, crm, op2)	ARM64_SYS_REG(3, op1, crn, crm, op2)
#define MIDR_EL1		SYS(0, 0, 0, 0)
#define TTBR0_EL1		TTBR0_REG

static enum verdict core_values(void)
{
	static const u64 ids[] = {
		X_REG(0), X_REG(1), X_REG(17), X_REG(29), X_REG(30), CORE_REG(regs.sp), CORE_REG(regs.pc),
		CORE_REG(sp_el1), CORE_REG(elr_el1),
	};
	u64 q[2], q_in[2] = { 0x1111222233334444, 0x5555666677778888 };
	u64 vreg = (KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE) +
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
	EXPECT(!memcmp(q, q_in, sizeof(q)), "V5 0x%llx 0x%llx", q[0], q[1]);
	vreg = (KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE) + offsetof(struct kvm_regs, fp_regs.fpsr) / 4;
	EXPECT_OK(vcpu_set(&vm, 0, vreg, &fpsr));
	EXPECT_OK(vcpu_get(&vm, 0, vreg, &is));
	EXPECT_EQ(is, fpsr);
	return TEST_PASS;
}

/* What userspace sets, the guest has; what the guest has, userspace reads. */
static enum verdict values_in_guest(void)
{
	static const struct { u64 id, value; } regs[] = {
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
		EXPECT(vcpu_reg(&vm, 0, regs[i].id) == regs[i].value, "0x%llx: 0x%llx, not 0x%llx", regs[i].id,
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

static enum verdict bad_pstate(void)
{
	static const u64 bad[] = { 0x3c9 /* EL2h */, 0x3cd /* EL3h */, 0x3c1, 0x3c2 };
	u64 v;
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
	u64 id, value, other;
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

const struct test onereg_arch[] = {
	{ "core and FP registers", core_values },
	{ "values go into the guest and come out", values_in_guest },
	{ "PSTATE that a guest cannot have", bad_pstate },
	{ "ID registers", id_registers },
	{ }
};
