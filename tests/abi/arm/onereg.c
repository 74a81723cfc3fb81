// SPDX-License-Identifier: GPL-2.0-only
// ONE_REG: AArch32's registers, and what may be written to them.
#include <string.h>

#include "vm.h"

#define CP15(op1, crn, crm, op2)	ARM_CP15_REG32(op1, crn, crm, op2)
#define VFP_D(n)	(KVM_REG_ARM | KVM_REG_SIZE_U64 | KVM_REG_ARM_VFP | (KVM_REG_ARM_VFP_BASE_REG + (n)))
#define VFP_FPSCR	(KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_VFP | KVM_REG_ARM_VFP_FPSCR)

static enum verdict core_values(void)
{
	static const u64 ids[] = {
		X_REG(0), X_REG(1), X_REG(12), X_REG(13), X_REG(14), PC_REG, CORE_REG(KVM_ARM_SVC_sp), CORE_REG(KVM_ARM_SVC_lr),
		CORE_REG(KVM_ARM_ABT_sp), CORE_REG(KVM_ARM_UND_lr), CORE_REG(KVM_ARM_IRQ_sp), CORE_REG(KVM_ARM_FIQ_r8),
		CORE_REG(KVM_ARM_FIQ_ip), CORE_REG(KVM_ARM_FIQ_lr),
	};
	u64 d, d_in = 0x1111222233334444;
	uint32_t fpscr = 0x0800009f, is = 0;
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		vcpu_set_reg(&vm, 0, ids[i], 0x10002000 + i * 8);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		EXPECT_EQ(vcpu_reg(&vm, 0, ids[i]), 0x10002000 + i * 8);
	for (i = 0; i < 32; i++) {
		d_in += i;
		EXPECT_OK(vcpu_set(&vm, 0, VFP_D(i), &d_in));
		EXPECT_OK(vcpu_get(&vm, 0, VFP_D(i), &d));
		EXPECT_EQ(d, d_in);
	}
	EXPECT_OK(vcpu_set(&vm, 0, VFP_FPSCR, &fpscr));
	EXPECT_OK(vcpu_get(&vm, 0, VFP_FPSCR, &is));
	EXPECT_EQ(is, fpscr);
	return TEST_PASS;
}

/* What userspace sets, the guest has; what the guest has, userspace reads. */
static enum verdict values_in_guest(void)
{
	static const struct { u64 id, value; } regs[] = {
		{ CP15(0, 13, 0, 2), 0x11110000 },	/* TPIDRURW */
		{ CP15(0, 13, 0, 3), 0x22220000 },	/* TPIDRURO */
		{ CP15(0, 13, 0, 4), 0x33330000 },	/* TPIDRPRW */
		{ CP15(0, 12, 0, 0), 0x44440800 },	/* VBAR */
		{ CP15(0, 13, 0, 1), 0x55550000 },	/* CONTEXTIDR */
		{ CP15(0, 3, 0, 0), 0x55555555 },	/* DACR */
		{ CP15(0, 6, 0, 0), 0x66660000 },	/* DFAR */
		{ CP15(0, 6, 0, 2), 0x77770000 },	/* IFAR */
		{ TTBR0_REG, 0x0000000088880000 },
		{ KVM_REG_ARM_TIMER_CVAL, 0x0aaa0000aaaa0000 },
		{ CORE_REG(KVM_ARM_SVC_sp), 0x99990000 },
	};
	const u64 seed = 0x123456;
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
	vm_start(&vm, 0, guest_registers, MMIO_BASE, seed, 1, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 1);
	EXPECT_EQ(vcpu_reg(&vm, 0, CP15(0, 13, 0, 2)), seed * 9);
	EXPECT_EQ(vcpu_reg(&vm, 0, CP15(0, 13, 0, 4)), seed * 10);
	EXPECT_EQ(vcpu_reg(&vm, 0, CP15(0, 13, 0, 3)), seed * 11);
	EXPECT_EQ(vcpu_reg(&vm, 0, X_REG(13)), seed * 12);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(KVM_ARM_IRQ_lr)), seed * 13);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(KVM_ARM_SVC_sp)), seed * 14);
	EXPECT_EQ(vcpu_reg(&vm, 0, CORE_REG(KVM_ARM_SVC_lr)), seed * 15);
	EXPECT_EQ(vcpu_reg(&vm, 0, KVM_REG_ARM_TIMER_CVAL), seed * 10 << 32 | seed * 9);
	EXPECT_EQ(vcpu_reg(&vm, 0, VFP_D(17)), (seed + 17) << 32 | (seed + 17));
	return TEST_PASS;
}

static enum verdict bad_pstate(void)
{
	/* HYP mode, Monitor mode, no mode, Jazelle */
	static const uint32_t bad[] = { 0x1da, 0x1d6, 0x1c0, 0x1d5, 0x010001d3 };
	static const uint32_t good[] = { 0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f, 0x1f3 };
	struct vm vm;
	unsigned int i;

	vm_boot(&vm, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(vcpu_set(&vm, 0, PSTATE_REG, &bad[i]), EINVAL);
	EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), PSTATE_RESET);
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_OK(vcpu_set(&vm, 0, PSTATE_REG, &good[i]));
		EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG), good[i]);
	}
	return TEST_PASS;
}

/* Those that are listed hold: another value is refused. */
static enum verdict id_registers(void)
{
	uint32_t value, other;
	unsigned int op2, read = 0;
	struct vm vm;
	u64 id;

	vm_boot(&vm, 1);
	for (op2 = 0; op2 < 8; op2++) {
		id = CP15(0, 0, 1, op2);
		if (vcpu_get(&vm, 0, id, &value))
			continue;
		read++;
		EXPECT(!vcpu_set(&vm, 0, id, &value), "c0, c1, %u: errno %d", op2, errno);
		other = value ^ 0x1;
		EXPECT(vcpu_set(&vm, 0, id, &other) < 0, "c0, c1, %u takes another value", op2);
		EXPECT_EQ(vcpu_reg(&vm, 0, id), value);
	}
	EXPECT(read == 8, "%u of 8 can be read", read);
	EXPECT(vcpu_reg(&vm, 0, CP15(0, 0, 0, 0)), "MIDR is 0");
	return TEST_PASS;
}

const struct test onereg_arch[] = {
	{ "core and VFP registers", core_values },
	{ "values go into the guest and come out", values_in_guest },
	{ "CPSR that a guest cannot have", bad_pstate },
	{ "ID registers", id_registers },
	{ }
};
