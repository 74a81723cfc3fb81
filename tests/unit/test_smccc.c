// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: what is answered, what is refused, and that the switch's answers are the slow path's.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c
 * Links: virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <fake_guest.h>
#include <loft/smccc.h>

#define NOT_SUPPORTED	(~0ull)
#define PC		0x40080004ull

/* Functions with an effect: not for the switch */
static bool has_effect(u32 fn)
{
	switch (fn) {
	case 0x84000001: case 0xc4000001: case 0x84000002: case 0x84000003: case 0xc4000003: case 0x84000004:
	case 0xc4000004: case 0x84000006: case 0x84000008: case 0x84000009: case 0x84000012: case 0xc4000012:
		return true;
	default:
		return false;
	}
}

static void args(struct loft_vcpu *vcpu, u64 fn, u64 x1)
{
	unsigned int i;

	for (i = 0; i < 31; i++)
		vcpu->regs.x[i] = 0x1111111111111111ull * (i & 15) + i;
	vcpu->regs.x[0] = fn;
	vcpu->regs.x[1] = x1;
	vcpu->regs.pc = PC;
	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = (u64)ESR_ELx_EC_HVC64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL;
}

static u64 call(struct loft_vcpu *vcpu, u64 fn, u64 x1)
{
	struct loft_regs before;
	unsigned int i;

	args(vcpu, fn, x1);
	before = vcpu->regs;
	CHECK_EQ(smccc_call(vcpu, NULL), LOFT_RESUME);
	for (i = 4; i < 31; i++)
		CHECK_EQ(vcpu->regs.x[i], before.x[i]);
	CHECK_EQ(vcpu->regs.pc, PC);
	return vcpu->regs.x[0];
}

static struct loft_vcpu *start(void)
{
	guest_init();
	smccc_mitigations = (struct smccc_mitigations){ SMCCC_NONE, SMCCC_NONE, SMCCC_NONE };
	smccc_init();
	return &guest.vcpu[0];
}

TEST(versions)
{
	struct loft_vcpu *vcpu = start();

	CHECK_EQ(call(vcpu, 0x80000000, 0), 0x10001);
	CHECK_EQ(call(vcpu, 0x84000000, 0), 0x10001);
	/* Bits 63:32 of a function identifier do not count. */
	CHECK_EQ(call(vcpu, 0xabcdef0084000000ull, 0), 0x10001);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(0, 2)), 0);
	CHECK_EQ(call(vcpu, 0x84000000, 0), 2);
	CHECK_EQ(call(vcpu, 0x8400000a, 0x84000000), NOT_SUPPORTED);
	guest_exit();
}

TEST(psci_features)
{
	static const u32 has[] = {
		0x84000000, 0x84000001, 0xc4000001, 0x84000002, 0x84000003, 0xc4000003, 0x84000004, 0xc4000004,
		0x84000006, 0x84000008, 0x84000009, 0x8400000a, 0x84000012, 0xc4000012, 0x80000000,
	};
	static const u32 lacks[] = {
		0xc4000000, 0xc4000002, 0x84000005, 0xc4000005, 0x84000007, 0xc4000006, 0xc4000008, 0x8400000b,
		0x8400000c, 0x8400000d, 0x8400000e, 0xc400000e, 0x8400000f, 0x84000010, 0x84000011, 0x84000013,
		0x84000014, 0x84000015, 0x8400001f, 0x84000020, 0x840000ff, 0x80000001, 0, 0x12345678, 0xffffffff,
	};
	struct loft_vcpu *vcpu = start();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(has); i++)
		CHECK_EQ(call(vcpu, 0x8400000a, has[i]), 0);
	for (i = 0; i < ARRAY_SIZE(lacks); i++)
		CHECK_EQ(call(vcpu, 0x8400000a, lacks[i]), NOT_SUPPORTED);
	/* The argument has 32 bits. */
	CHECK_EQ(call(vcpu, 0x8400000a, 0xffffffff84000003ull), 0);
	guest.vm.system_suspend = true;
	psci_fns_update(vcpu);
	CHECK_EQ(call(vcpu, 0x8400000a, 0x8400000e), 0);
	CHECK_EQ(call(vcpu, 0x8400000a, 0xc400000e), 0);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(1, 0)), 0);
	CHECK_EQ(call(vcpu, 0x8400000a, 0x84000012), NOT_SUPPORTED);
	guest_exit();
}

TEST(mitigations_tell_the_truth)
{
	static const u32 wa[] = { 0x80008000, 0x80007fff, 0x80003fff };
	struct loft_vcpu *vcpu = start();

	/* Not affected by variant 2; affected by 4 and BHB, and Loft calls no firmware */
	CHECK_EQ(call(vcpu, 0x80000001, wa[0]), 1);
	CHECK_EQ(call(vcpu, 0x80000001, wa[1]), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, 0x80000001, wa[2]), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, wa[0], 0), 0);
	CHECK_EQ(call(vcpu, wa[1], 1), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, wa[2], 0), NOT_SUPPORTED);

	guest.caps[ARM64_SPECTRE_V2] = true;
	guest.caps[ARM64_SPECTRE_V4] = false;
	guest.caps[ARM64_SPECTRE_BHB] = false;
	smccc_mitigations = (struct smccc_mitigations){ SMCCC_NONE, SMCCC_NONE, SMCCC_NONE };
	smccc_init();
	CHECK_EQ(call(vcpu, 0x80000001, wa[0]), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, 0x80000001, wa[1]), (u64)-2ll);
	CHECK_EQ(call(vcpu, 0x80000001, wa[2]), 1);
	CHECK_EQ(call(vcpu, wa[0], 0), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, wa[2], 0), 0);

	CHECK_EQ(call(vcpu, 0x80000001, 0x80000000), 0);
	CHECK_EQ(call(vcpu, 0x80000001, 0x80000001), 0);
	CHECK_EQ(call(vcpu, 0x80000001, 0x80000002), NOT_SUPPORTED);	/* SOC_ID */
	CHECK_EQ(call(vcpu, 0x80000001, 0xc5000020), NOT_SUPPORTED);	/* stolen time */
	guest_exit();
}

TEST(unknown_functions)
{
	static const u32 unknown[] = {
		0, 0x01000000, 0x80007ffe, 0x80000002, 0x8100ff00, 0x8200ff00, 0x83001234, 0x8400001f, 0x84000005,
		0x84000050, 0xc4000000, 0xc5000020, 0xc5000021, 0x8500ff01, 0x8600ff01, 0x86000000, 0x86000001, 0x8600ffff,
		0x87000000, 0xb2000000, 0xbf000001, 0xc0000000, 0xc0008000, 0xc400ffff, 0xdeadbeef, 0x95c1ba5e,
		0x95c1ba60, 0xffffffff,
	};
	struct loft_vcpu *vcpu = start();
	unsigned int i;
	u64 ret;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		CHECK_EQ(call(vcpu, unknown[i], 0), NOT_SUPPORTED);
		CHECK(smccc_quick(vcpu, unknown[i], 0, &ret));
	}
	guest_exit();
}

/* In the switch: everything but calls with an effect, and with the same answer as outside */
TEST(switch_and_slow_path_agree)
{
	static const u32 base[] = { 0x80000000, 0xc0000000, 0x84000000, 0xc4000000, 0x80003f80, 0x80007f80, 0x95c1ba50, 0 };
	struct loft_vcpu *vcpu = start();
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(base); i++) {
		for (n = 0; n < 256; n++) {
			u32 fn = base[i] + n;
			u64 ret = 0x77;

			CHECK_EQ(smccc_quick(vcpu, fn, 0x84000003, &ret), !has_effect(fn));
			if (!has_effect(fn))
				CHECK_EQ(call(vcpu, fn, 0x84000003), ret);
		}
	}
	CHECK_EQ(guest.kicks[1] + guest.blocks, 0);
	guest_exit();
}

TEST(smc_is_skipped_and_answered)
{
	struct loft_vcpu *vcpu = start();

	args(vcpu, 0x84000000, 0);
	vcpu->exit.esr = (u64)ESR_ELx_EC_SMC64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL;
	CHECK_EQ(smccc_call(vcpu, NULL), LOFT_RESUME);
	CHECK_EQ(vcpu->regs.x[0], 0x10001);
	CHECK_EQ(vcpu->regs.pc, PC + 4);

	args(vcpu, 0x84000000, 0);
	vcpu->exit.esr = (u64)ESR_ELx_EC_SMC64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL | 0x1234;
	CHECK_EQ(smccc_call(vcpu, NULL), LOFT_RESUME);
	CHECK_EQ(vcpu->regs.x[0], NOT_SUPPORTED);
	CHECK_EQ(vcpu->regs.pc, PC + 4);

	args(vcpu, 0x84000000, 0);
	vcpu->exit.esr |= 0x1234;
	CHECK_EQ(smccc_call(vcpu, NULL), LOFT_RESUME);
	CHECK_EQ(vcpu->regs.x[0], 0x10001);
	guest_exit();
}

TEST(psci_0_1)
{
	struct loft_vcpu *vcpu = start();
	u64 ret;

	vcpu->features = 0;
	psci_vcpu_init(vcpu);
	CHECK_EQ(vcpu->psci_version, 1);
	CHECK_EQ(call(vcpu, 0x84000000, 0), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, 0x84000003, 1), NOT_SUPPORTED);
	CHECK_EQ(call(vcpu, 0x80000000, 0), 0x10001);
	CHECK(!smccc_quick(vcpu, 0x95c1ba60, 0, &ret));
	CHECK(smccc_quick(vcpu, 0x95c1ba62, 0, &ret));
	CHECK_EQ(call(vcpu, 0x95c1ba5e, 0), NOT_SUPPORTED);	/* CPU_SUSPEND */
	CHECK_EQ(call(vcpu, 0x95c1ba60, 1), 0);
	CHECK_EQ(guest.kicks[1], 1);
	CHECK_EQ(call(vcpu, 0x95c1ba60, 1), (u64)-2ll);		/* there is no ALREADY_ON */
	guest_exit();
}
