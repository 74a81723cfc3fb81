// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_GET_ONE_REG, KVM_SET_ONE_REG and KVM_GET_REG_LIST.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c
 * Links: virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/ptrace.h>
#include <fake_guest.h>
#include <sysreg.h>

#define MAX_REGS	1000

static struct {
	struct kvm_reg_list head;
	u64 reg[MAX_REGS];
} list;

static int get(u64 id, void *val)
{
	struct kvm_one_reg reg = { .id = id, .addr = (unsigned long)val };

	return onereg_get(&guest.vcpu[0], &reg);
}

static int set(u64 id, void *val)
{
	struct kvm_one_reg reg = { .id = id, .addr = (unsigned long)val };

	return onereg_set(&guest.vcpu[0], &reg);
}

static int set64(u64 id, u64 val)
{
	return set(id, &val);
}

static u64 get64(u64 id)
{
	u64 val = 0xdeadbeef;

	CHECK_EQ(get(id, &val), 0);
	return val;
}

static int sysreg_id_set(u32 enc, u64 val)
{
	return set64(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | enc >> Op2_shift, val);
}

#define CORE64(field)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))

static unsigned int read_list(void)
{
	list.head.n = MAX_REGS;
	CHECK_EQ(onereg_list(&guest.vcpu[0], &list.head), 0);
	return list.head.n;
}

TEST(list_tells_its_size)
{
	unsigned int n;

	guest_init();
	list.head.n = 0;
	CHECK_EQ(onereg_list(&guest.vcpu[0], &list.head), -E2BIG);
	n = list.head.n;
	CHECK(n > 150 && n < MAX_REGS);
	memset(list.reg, 0xa5, sizeof(list.reg));
	list.head.n = n - 1;
	CHECK_EQ(onereg_list(&guest.vcpu[0], &list.head), -E2BIG);
	CHECK_EQ(list.head.n, n);
	CHECK_EQ(list.reg[0], 0xa5a5a5a5a5a5a5a5ull);
	list.head.n = n;
	CHECK_EQ(onereg_list(&guest.vcpu[0], &list.head), 0);
	CHECK(list.reg[n - 1] != 0xa5a5a5a5a5a5a5a5ull);
	CHECK_EQ(list.reg[n], 0xa5a5a5a5a5a5a5a5ull);
	fake_user_fault = true;
	CHECK_EQ(onereg_list(&guest.vcpu[0], &list.head), -EFAULT);
	fake_user_fault = false;
	guest_exit();
}

TEST(every_entry_reads_and_round_trips)
{
	unsigned int n, i, j;
	u64 old[4], again[4];

	guest_init();
	n = read_list();
	for (i = 0; i < n; i++) {
		u64 id = list.reg[i];
		unsigned int size = KVM_REG_SIZE(id);

		for (j = 0; j < i; j++)
			CHECK(list.reg[j] != id);
		memset(old, 0xa5, sizeof(old));
		memset(again, 0x5a, sizeof(again));
		CHECK_EQ(get(id, old), 0);
		CHECK_EQ(old[2], 0xa5a5a5a5a5a5a5a5ull);
		CHECK_EQ(set(id, old), 0);
		CHECK_EQ(get(id, again), 0);
		if (memcmp(old, again, size))
			unit_fail(__FILE__, __LINE__, "register %llx changed", id);
		fake_user_fault = true;
		CHECK_EQ(get(id, again), -EFAULT);
		CHECK_EQ(set(id, old), -EFAULT);
		fake_user_fault = false;
	}
	guest_exit();
}

/* A register of plain storage keeps any value; where it keeps it is another register's business never. */
TEST(storage_registers_are_apart)
{
	static const u32 enc[] = {
		SYS_SCTLR_EL1, SYS_CPACR_EL1, SYS_TTBR0_EL1, SYS_TTBR1_EL1, SYS_TCR_EL1, SYS_AFSR0_EL1, SYS_AFSR1_EL1,
		SYS_ESR_EL1, SYS_FAR_EL1, SYS_PAR_EL1, SYS_MAIR_EL1, SYS_AMAIR_EL1, SYS_VBAR_EL1, SYS_CONTEXTIDR_EL1,
		SYS_TPIDR_EL1, SYS_CNTKCTL_EL1, SYS_TPIDR_EL0, SYS_TPIDRRO_EL0, SYS_MDCCINT_EL1, SYS_DISR_EL1,
		SYS_DBGBVRn_EL1(0), SYS_DBGBVRn_EL1(5),
	};
	u64 base = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG;
	unsigned int i;

	guest_init();
	for (i = 0; i < ARRAY_SIZE(enc); i++)
		CHECK_EQ(sysreg_id_set(enc[i], 0x1000000000000000ull * (i & 7) + i + 1), 0);
	for (i = 0; i < 31; i++)
		CHECK_EQ(set64(CORE64(regs.regs[i]), 0x100 + i), 0);
	CHECK_EQ(set64(CORE64(regs.sp), 0x200), 0);
	CHECK_EQ(set64(CORE64(regs.pc), 0x201), 0);
	CHECK_EQ(set64(CORE64(sp_el1), 0x202), 0);
	CHECK_EQ(set64(CORE64(elr_el1), 0x203), 0);
	CHECK_EQ(set64(CORE64(spsr[0]), 0x204), 0);

	for (i = 0; i < ARRAY_SIZE(enc); i++)
		CHECK_EQ(get64(base | enc[i] >> Op2_shift), 0x1000000000000000ull * (i & 7) + i + 1);
	for (i = 0; i < 31; i++)
		CHECK_EQ(guest.vcpu[0].regs.x[i], 0x100 + i);
	CHECK_EQ(guest.vcpu[0].regs.sp_el0, 0x200);
	CHECK_EQ(guest.vcpu[0].regs.pc, 0x201);
	CHECK_EQ(guest.vcpu[0].regs.sys[LOFT_SP_EL1], 0x202);
	CHECK_EQ(guest.vcpu[0].regs.sys[LOFT_ELR_EL1], 0x203);
	CHECK_EQ(guest.vcpu[0].regs.sys[LOFT_SPSR_EL1], 0x204);
	CHECK_EQ(guest.vcpu[0].regs.sys[LOFT_SCTLR_EL1], 1);
	CHECK_EQ(guest.vcpu[0].regs.sys[LOFT_VBAR_EL1], 0x400000000000000dull);
	guest_exit();
}

TEST(fp_registers)
{
	u64 v[2] = { 0x1111, 0x2222 }, r[2];
	u64 q31 = KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(fp_regs.vregs[31]);
	u64 fpcr = KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(fp_regs.fpcr);
	u64 sizes = KVM_REG_SIZE_MASK;
	u32 c = 0x3000000;

	guest_init();
	CHECK_EQ(set(q31, v), 0);
	CHECK_EQ(get(q31, r), 0);
	CHECK(r[0] == 0x1111 && r[1] == 0x2222);
	CHECK(guest.vcpu[0].regs.fp.vregs[31] == ((unsigned __int128)0x2222 << 64 | 0x1111));
	CHECK_EQ(set(fpcr, &c), 0);
	CHECK_EQ(guest.vcpu[0].regs.fp.fpcr, 0x3000000);
	CHECK_EQ(guest.vcpu[0].regs.fp.fpsr, 0);
	CHECK_EQ(get((q31 & ~sizes) | KVM_REG_SIZE_U64, r), -EINVAL);
	CHECK_EQ(get((fpcr & ~sizes) | KVM_REG_SIZE_U64, r), -EINVAL);
	CHECK_EQ(get(q31 + 1, r), -EINVAL);
	guest_exit();
}

TEST(unknown_registers)
{
	static const u64 none[] = {
		0, ~0ull, KVM_REG_ARM64, KVM_REG_X86 | KVM_REG_SIZE_U64,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | 0xffff,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | sizeof(struct kvm_regs) / 4,
		KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM64_SYSREG | 0xc080,	/* SCTLR_EL1 is no 32-bit register */
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | 1 << 24 | 0xc080,
		ARM64_SYS_REG(3, 3, 9, 12, 0), ARM64_SYS_REG(2, 1, 1, 0, 4), ARM64_SYS_REG(3, 0, 12, 11, 5),
		ARM64_SYS_REG(2, 0, 0, 6, 4), ARM64_SYS_REG(2, 0, 0, 4, 6), ARM64_SYS_REG(3, 3, 14, 2, 0),
		ARM64_SYS_REG(3, 4, 1, 0, 0), ARM64_SYS_REG(1, 0, 7, 14, 2), ARM64_SYS_REG(3, 1, 0, 0, 0),
		KVM_REG_ARM_FW_REG(4), KVM_REG_ARM_FW_REG(0xffff),
		KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | 2,
		KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | 0x100,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_DEMUX | 0,
		KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x15 << 16, KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x16 << 16,
	};
	unsigned int i;
	u64 val[4] = { };

	guest_init();
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		CHECK_EQ(get(none[i], val), -ENOENT);
		CHECK_EQ(set(none[i], val), -ENOENT);
	}
	CHECK_EQ(get(CORE64(regs.pc) + 1, val), -EINVAL);
	guest_exit();
}

TEST(pstate_is_one_the_cpu_returns_to)
{
	u64 id = CORE64(regs.pstate);
	unsigned int mode;

	guest_init();
	for (mode = 0; mode < 32; mode++) {
		bool good = mode == 0 || mode == 4 || mode == 5 || mode == 0x10;
		u64 old = get64(id);

		CHECK_EQ(set64(id, 0xf0000000 | mode), good ? 0 : -EINVAL);
		CHECK_EQ(get64(id), good ? 0xf0000000 | mode : old);
	}
	/* N1: PAN, UAO, SSBS, no BTI, no DIT; ALLINT, TCO and everything above bit 31 do not exist. */
	CHECK_EQ(set64(id, ~0ull << 5 | 5), 0);
	CHECK_EQ(get64(id), 0xf0f013c5);
	/* IT outside Thumb would be UNPREDICTABLE. */
	CHECK_EQ(set64(id, 0x0600fc10), 0);
	CHECK_EQ(get64(id), 0x10);
	CHECK_EQ(set64(id, 0x0600fc30), 0);
	CHECK_EQ(get64(id), 0x0600fc30);
	GUEST_HW(ID_AA64PFR0_EL1) = 0x11;
	CHECK_EQ(set64(id, 0x10), -EINVAL);
	guest_exit();
}

TEST(values_a_register_cannot_have)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];

	guest_init();
	CHECK_EQ(sysreg_id_set(SYS_MIDR_EL1, 0x413fd0c1), 0);
	CHECK_EQ(sysreg_id_set(SYS_MIDR_EL1, 0x411fd073), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_REVIDR_EL1, 1), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_CTR_EL0, guest.ctr ^ 1), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_CLIDR_EL1, 0), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_ACTLR_EL1, 1), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_OSLSR_EL1, 0xa), 0);
	CHECK_EQ(sysreg_id_set(SYS_OSLSR_EL1, 0xb), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_OSLSR_EL1, 0), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_ID_AA64ISAR0_EL1, guest.hw[6 * 8]), 0);
	CHECK_EQ(sysreg_id_set(SYS_ID_AA64ISAR0_EL1, 0), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_ID_AA64ZFR0_EL1, 1), -EINVAL);
	/* The GIC field may differ, nothing beside it. */
	CHECK_EQ(sysreg_id_set(SYS_ID_AA64PFR0_EL1, 0x1100000010110012), 0);
	CHECK_EQ(sysreg_id_set(SYS_ID_AA64PFR0_EL1, 0x1100000110110012), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_MPIDR_EL1, 0x80000000), 0);
	CHECK_EQ(sysreg_id_set(SYS_MPIDR_EL1, 0x80000100), -EINVAL);
	CHECK_EQ(sysreg_id_set(SYS_MPIDR_EL1, 0), -EINVAL);
	CHECK_EQ(vcpu->regs.sys[LOFT_MPIDR_EL1], 0x80000000);
	CHECK_EQ(sysreg_id_set(SYS_MDSCR_EL1, ~0ull), 0);
	CHECK_EQ(vcpu->regs.sys[LOFT_MDSCR_EL1], 0xb001);
	guest_exit();
}

TEST(timer_registers_by_their_quirky_numbers)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];

	guest_init();
	fake_backend.counter = 1000000;
	CHECK_EQ(set64(KVM_REG_ARM_TIMER_CVAL, 0x777), 0);
	CHECK_EQ(vcpu->timer.v.cval, 0x777);
	CHECK_EQ(set64(KVM_REG_ARM_TIMER_CTL, 7), 0);
	CHECK_EQ(vcpu->timer.v.ctl, 3);
	CHECK_EQ(get64(KVM_REG_ARM_TIMER_CTL), 7);	/* expired long ago */
	CHECK_EQ(set64(KVM_REG_ARM_TIMER_CNT, 0x700), 0);
	CHECK_EQ(get64(KVM_REG_ARM_TIMER_CNT), 0x700);
	CHECK_EQ(get64(KVM_REG_ARM_TIMER_CTL), 3);
	CHECK_EQ(guest.vm.cntvoff, 1000000 - 0x700);
	CHECK_EQ(set64(KVM_REG_ARM_PTIMER_CVAL, 0x888), 0);
	CHECK_EQ(set64(KVM_REG_ARM_PTIMER_CTL, 1), 0);
	CHECK(vcpu->timer.p.cval == 0x888 && vcpu->timer.p.ctl == 1);
	guest.counter_p = 4711;
	CHECK_EQ(get64(KVM_REG_ARM_PTIMER_CNT), 4711);
	CHECK_EQ(set64(KVM_REG_ARM_PTIMER_CNT, 4711), -EINVAL);
	guest_exit();
}

TEST(firmware_registers)
{
	guest_init();
	sysreg_init();
	CHECK_EQ(get64(KVM_REG_ARM_PSCI_VERSION), 0x10001);
	CHECK_EQ(set64(KVM_REG_ARM_PSCI_VERSION, 2), 0);
	CHECK_EQ(get64(KVM_REG_ARM_PSCI_VERSION), 2);
	CHECK_EQ(set64(KVM_REG_ARM_PSCI_VERSION, 0x20000), -EINVAL);
	CHECK_EQ(get64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1), 2);
	CHECK_EQ(set64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1, 0), 0);
	CHECK_EQ(set64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1, 3), -EINVAL);
	CHECK_EQ(get64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2), 0);
	CHECK_EQ(set64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2, 3), -EINVAL);
	CHECK_EQ(get64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3), 0);
	CHECK_EQ(set64(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3, 1), -EINVAL);
	guest_exit();
}

TEST(cache_demux)
{
	u64 id = KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX;
	u32 val;

	guest_init();
	CHECK_EQ(get(id, &val), 0);
	CHECK_EQ(val, 2);
	CHECK_EQ(set(id, &val), 0);
	val = 0x701fe00a;
	CHECK_EQ(set(id, &val), -EINVAL);
	CHECK_EQ(get(id | 1, &val), 0);
	guest.ctr |= 1 << 28;
	CHECK_EQ(get(id | 1, &val), -ENOENT);
	guest_exit();
}

/* Registers in the hardware come to memory before they are looked at. */
TEST(evicts_first)
{
	guest_init();
	get64(CORE64(sp_el1));
	CHECK_EQ(guest.evicts[0], 1);
	set64(CORE64(sp_el1), 0);
	CHECK_EQ(guest.evicts[0], 2);
	guest_exit();
}

TEST(debug_and_ras_registers_come_and_go)
{
	unsigned int n;

	guest_init();
	n = read_list();
	loft_caps.nr_brps = 16;
	loft_caps.nr_wrps = 16;
	CHECK_EQ(read_list(), n + 2 * 10 + 2 * 12);
	loft_caps.ras = false;
	CHECK_EQ(read_list(), n + 2 * 10 + 2 * 12 - 1);
	guest_exit();
}
