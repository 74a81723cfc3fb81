// SPDX-License-Identifier: GPL-2.0-only
/*
 * System registers: the table, what ID registers show, what traps and how it is answered.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c
 * Links: virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <fake_guest.h>
#include <loft/quick.h>
#include <sysreg.h>

#define VBAR	0xffff800008010000ull
#define PC	0xffff800008123454ull

static struct loft_vcpu *start(void)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];

	guest_init();
	vcpu->regs.pc = PC;
	vcpu->regs.sys[LOFT_VBAR_EL1] = VBAR;
	return vcpu;
}

static u64 sys64_esr(u32 enc, unsigned int rt, bool read)
{
	return (u64)ESR_ELx_EC_SYS64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL | (u64)sys_reg_Op0(enc) << 20 |
	       (u64)sys_reg_Op2(enc) << 17 | (u64)sys_reg_Op1(enc) << 14 | (u64)sys_reg_CRn(enc) << 10 |
	       (u64)rt << 5 | (u64)sys_reg_CRm(enc) << 1 | read;
}

/* Returns whether the access was carried out; UNDEFINED otherwise, which is checked to look like it */
static bool trap(struct loft_vcpu *vcpu, u32 enc, unsigned int rt, bool read)
{
	vcpu->regs.pc = PC;
	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = sys64_esr(enc, rt, read);
	CHECK_EQ(sysreg_trap(vcpu, NULL), LOFT_RESUME);
	if (vcpu->regs.pc == PC + 4)
		return true;
	CHECK_EQ(vcpu->regs.pc, VBAR + 0x200);
	CHECK_EQ(vcpu->regs.sys[LOFT_ELR_EL1], PC);
	CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], ESR_ELx_IL);
	return false;
}

static bool trap_read(struct loft_vcpu *vcpu, u32 enc, u64 *val)
{
	bool done;

	vcpu->regs.x[7] = 0x5a5a5a5a5a5a5a5aull;
	done = trap(vcpu, enc, 7, true);
	*val = vcpu->regs.x[7];
	return done;
}

static bool trap_write(struct loft_vcpu *vcpu, u32 enc, u64 val)
{
	vcpu->regs.x[9] = val;
	return trap(vcpu, enc, 9, false);
}

TEST(table_is_sorted_and_unique)
{
	unsigned int i;

	guest_init();
	CHECK_EQ(sysreg_init(), 0);
	for (i = 1; i < sysreg_table_size; i++)
		CHECK(sysreg_table[i - 1].enc < sysreg_table[i].enc);
	for (i = 0; i < sysreg_table_size; i++) {
		CHECK(!idreg_match(sysreg_table[i].enc));
		CHECK(sysreg_table[i].index < LOFT_NR_SYSREGS);
		if (!sysreg_table[i].present || sysreg_table[i].present(&sysreg_table[i]))
			CHECK(sysreg_find(sysreg_table[i].enc) == &sysreg_table[i]);
		else
			CHECK(!sysreg_find(sysreg_table[i].enc));
	}
	guest_exit();
}

TEST(id_space_reads_and_never_writes)
{
	struct loft_vcpu *vcpu = start();
	unsigned int crm, op2;
	u64 val;

	for (crm = 1; crm <= 7; crm++) {
		for (op2 = 0; op2 <= 7; op2++) {
			u32 enc = sys_reg(3, 0, 0, crm, op2);

			CHECK(trap_read(vcpu, enc, &val));
			CHECK_EQ(val, idreg_read(&guest.vm, enc));
			CHECK(!trap_write(vcpu, enc, 0));
		}
	}
	guest_exit();
}

/* What is answered without a turn of the run loop is what the table would have answered, in any register, and nothing else is */
TEST(id_space_quick)
{
	struct loft_vcpu *vcpu = start();
	unsigned int round, i;

	for (i = 0; i < ARRAY_SIZE(guest.hw); i++)
		guest.hw[i] = unit_rand();
	sysreg_freeze(&guest.vm);
	guest.vm.ran = true;
	for (round = 0; round < 20000; round++) {
		u32 enc = sys_reg(2 + unit_below(2), unit_below(4) / 3, unit_below(4) / 3, unit_below(16), unit_below(8));
		bool read = unit_below(4), quick;
		unsigned int rt = unit_below(32);
		u64 x[31], answer = 0;

		for (i = 0; i < 31; i++)
			vcpu->regs.x[i] = x[i] = unit_rand();
		vcpu->regs.sp_el0 = round;
		quick = quick_idreg(vcpu, sys64_esr(enc, rt, read));
		CHECK_EQ(quick, read && idreg_match(enc));
		if (quick && rt != 31)
			answer = vcpu->regs.x[rt];
		for (i = 0; i < 31; i++)
			CHECK(vcpu->regs.x[i] == x[i] || (quick && i == rt));
		CHECK_EQ(vcpu->regs.sp_el0, round);
		if (!quick || rt == 31)
			continue;
		CHECK(trap(vcpu, enc, rt, true));
		CHECK_EQ(vcpu->regs.x[rt], answer);
	}
	guest_exit();
}

/* Frozen without an interrupt controller: there is none for good */
TEST(id_space_frozen_without_vgic)
{
	u64 pfr0;

	start();
	guest.vgic = false;
	sysreg_freeze(&guest.vm);
	guest.vm.ran = true;
	pfr0 = guest.vm.idregs[(SYS_ID_AA64PFR0_EL1 - IDREG_FIRST) >> Op2_shift];
	CHECK_EQ(pfr0 & ID_AA64PFR0_EL1_GIC_MASK, 0);
	CHECK_EQ(pfr0, idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1));
	CHECK_EQ(guest.vm.idregs[(SYS_ID_PFR1_EL1 - IDREG_FIRST) >> Op2_shift] >> 28, 0);
	guest_exit();
}

/* Fields whose value does not come from the hardware alone */
static u64 computed_fields(u32 enc)
{
	switch (enc) {
	case SYS_ID_AA64PFR0_EL1:
		return ID_AA64PFR0_EL1_EL1_MASK | ID_AA64PFR0_EL1_GIC_MASK;
	case SYS_ID_PFR1_EL1:
		return ID_PFR1_EL1_GIC_MASK;
	default:
		return 0;
	}
}

TEST(id_fields_never_exceed_hardware)
{
	unsigned int round, i, bit;

	start();
	for (round = 0; round < 500; round++) {
		for (i = 0; i < ARRAY_SIZE(guest.hw); i++)
			guest.hw[i] = unit_rand();
		guest.vm.stage2.ia_bits = 32 + unit_below(17);
		loft_caps.ras = unit_below(2);
		for (i = 0; i < IDREG_COUNT; i++) {
			u32 enc = idreg_enc(i);
			u64 hw = guest.hw[i + 8], val = idreg_read(&guest.vm, enc);

			for (bit = 0; bit < 64; bit += 4) {
				u64 h = (hw >> bit) & 0xf, v = (val >> bit) & 0xf;

				if (!(computed_fields(enc) & (0xfull << bit)))
					CHECK(v <= h);
			}
		}
	}
	guest_exit();
}

static const struct {
	u32 enc;
	u64 fields;
	const char *what;
} hidden[] = {
#define HIDDEN(r, f) { SYS_##r, (u64)r##_##f##_MASK, #r "." #f }
	HIDDEN(ID_AA64PFR0_EL1, EL2), HIDDEN(ID_AA64PFR0_EL1, EL3), HIDDEN(ID_AA64PFR0_EL1, SVE),
	HIDDEN(ID_AA64PFR0_EL1, SEL2), HIDDEN(ID_AA64PFR0_EL1, MPAM), HIDDEN(ID_AA64PFR0_EL1, AMU),
	HIDDEN(ID_AA64PFR0_EL1, RME), HIDDEN(ID_AA64PFR1_EL1, MTE), HIDDEN(ID_AA64PFR1_EL1, SME),
	HIDDEN(ID_AA64PFR1_EL1, MPAM_frac), HIDDEN(ID_AA64PFR1_EL1, CSV2_frac), HIDDEN(ID_AA64PFR1_EL1, NMI),
	HIDDEN(ID_AA64PFR1_EL1, GCS), HIDDEN(ID_AA64PFR1_EL1, THE), HIDDEN(ID_AA64PFR1_EL1, RAS_frac),
	HIDDEN(ID_AA64DFR0_EL1, PMUVer), HIDDEN(ID_AA64DFR0_EL1, PMSVer), HIDDEN(ID_AA64DFR0_EL1, TraceVer),
	HIDDEN(ID_AA64DFR0_EL1, TraceFilt), HIDDEN(ID_AA64DFR0_EL1, TraceBuffer), HIDDEN(ID_AA64DFR0_EL1, BRBE),
	HIDDEN(ID_AA64DFR0_EL1, MTPMU), HIDDEN(ID_AA64ISAR0_EL1, TME), HIDDEN(ID_AA64ISAR1_EL1, APA),
	HIDDEN(ID_AA64ISAR1_EL1, API), HIDDEN(ID_AA64ISAR1_EL1, GPA), HIDDEN(ID_AA64ISAR1_EL1, GPI),
	HIDDEN(ID_AA64ISAR1_EL1, LS64), HIDDEN(ID_AA64ISAR1_EL1, XS), HIDDEN(ID_AA64ISAR2_EL1, APA3),
	HIDDEN(ID_AA64ISAR2_EL1, GPA3), HIDDEN(ID_AA64ISAR2_EL1, MOPS), HIDDEN(ID_AA64ISAR2_EL1, WFxT),
	HIDDEN(ID_AA64MMFR0_EL1, ECV), HIDDEN(ID_AA64MMFR0_EL1, FGT), HIDDEN(ID_AA64MMFR0_EL1, TGRAN4_2),
	HIDDEN(ID_AA64MMFR0_EL1, TGRAN16_2), HIDDEN(ID_AA64MMFR0_EL1, TGRAN64_2), HIDDEN(ID_AA64MMFR1_EL1, VH),
	HIDDEN(ID_AA64MMFR1_EL1, VMIDBits), HIDDEN(ID_AA64MMFR1_EL1, LO), HIDDEN(ID_AA64MMFR1_EL1, XNX),
	HIDDEN(ID_AA64MMFR1_EL1, TWED), HIDDEN(ID_AA64MMFR1_EL1, HCX), HIDDEN(ID_AA64MMFR1_EL1, CMOW),
	HIDDEN(ID_AA64MMFR2_EL1, NV), HIDDEN(ID_AA64MMFR2_EL1, CCIDX), HIDDEN(ID_AA64MMFR2_EL1, FWB),
	HIDDEN(ID_AA64MMFR2_EL1, EVT), HIDDEN(ID_PFR0_EL1, AMU), HIDDEN(ID_DFR0_EL1, PerfMon),
	HIDDEN(ID_DFR0_EL1, CopTrc), HIDDEN(ID_DFR0_EL1, TraceFilt), HIDDEN(ID_PFR1_EL1, Virtualization),
	{ SYS_ID_AA64MMFR3_EL1, ~0ull, "ID_AA64MMFR3_EL1" },
	{ SYS_ID_AA64MMFR4_EL1, ~0ull, "ID_AA64MMFR4_EL1" },
	{ SYS_ID_AA64PFR2_EL1, ~0ull, "ID_AA64PFR2_EL1" },
	{ SYS_ID_AA64ZFR0_EL1, ~0ull, "ID_AA64ZFR0_EL1" },
	{ SYS_ID_AA64SMFR0_EL1, ~0ull, "ID_AA64SMFR0_EL1" },
	{ SYS_ID_AA64FPFR0_EL1, ~0ull, "ID_AA64FPFR0_EL1" },
	{ SYS_ID_AA64DFR1_EL1, ~0ull, "ID_AA64DFR1_EL1" },
};

TEST(hidden_features_are_hidden)
{
	unsigned int i;

	start();
	memset(guest.hw, 0xff, sizeof(guest.hw));
	GUEST_HW(ID_AA64PFR0_EL1) = ~0ull << 4 | 2;
	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		if (idreg_read(&guest.vm, hidden[i].enc) & hidden[i].fields)
			unit_fail(__FILE__, __LINE__, "%s shows", hidden[i].what);
	guest_exit();
}

TEST(id_values_of_a_neoverse_n1)
{
	static const struct {
		u32 enc;
		u64 val;
	} want[] = {
		{ SYS_ID_AA64PFR0_EL1, 0x1100000011110012 },	/* RAS, GIC, AdvSIMD, FP, EL1 = AArch64; EL2, EL3 gone */
		{ SYS_ID_AA64PFR1_EL1, 0x20 },
		{ SYS_ID_AA64DFR0_EL1, 0x10305008 },		/* without PMUVer and PMSVer */
		{ SYS_ID_AA64ISAR0_EL1, 0x100010211120 },
		{ SYS_ID_AA64ISAR1_EL1, 0x100001 },
		{ SYS_ID_AA64MMFR0_EL1, 0x101122 },		/* PARange: 40 bits */
		{ SYS_ID_AA64MMFR1_EL1, 0x202002 },		/* without VMIDBits, VH, LO, XNX */
		{ SYS_ID_AA64MMFR2_EL1, 0x1011 },
		{ SYS_ID_PFR0_EL1, 0x10010131 },
		{ SYS_ID_PFR1_EL1, 0x10010000 },
		{ SYS_ID_DFR0_EL1, 0x8 },
		{ SYS_ID_MMFR0_EL1, 0x10201105 },
		{ SYS_ID_ISAR5_EL1, 0x01011121 },
		{ sys_reg(3, 0, 0, 7, 7), 0 },
	};
	unsigned int i;

	start();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		CHECK_EQ(idreg_read(&guest.vm, want[i].enc), want[i].val);
	guest_exit();
}

TEST(limited_id_fields)
{
	static const struct {
		unsigned int ia_bits, range;
	} range[] = { { 32, 0 }, { 33, 1 }, { 36, 1 }, { 39, 2 }, { 40, 2 }, { 42, 3 }, { 44, 4 }, { 47, 5 }, { 48, 5 } };
	unsigned int i;

	start();
	GUEST_HW(ID_AA64MMFR0_EL1) |= 0xf;
	for (i = 0; i < ARRAY_SIZE(range); i++) {
		guest.vm.stage2.ia_bits = range[i].ia_bits;
		CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64MMFR0_EL1) & 0xf, range[i].range);
	}
	GUEST_HW(ID_AA64MMFR0_EL1) = 2;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64MMFR0_EL1), 2);

	GUEST_HW(ID_AA64PFR0_EL1) |= 0x0300000020000000ull;	/* CSV2_3, RASv1p1 */
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & ID_AA64PFR0_EL1_CSV2_MASK, 1ull << 56);
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & ID_AA64PFR0_EL1_RAS_MASK, 1ull << 28);
	loft_caps.ras = false;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & ID_AA64PFR0_EL1_RAS_MASK, 0);
	GUEST_HW(ID_AA64DFR0_EL1) |= 0xf;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64DFR0_EL1) & 0xf, 8);
	guest_exit();
}

TEST(gic_field_follows_the_vm)
{
	u64 mask = ID_AA64PFR0_EL1_GIC_MASK;

	start();
	guest.vgic = false;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & mask, 1ull << 24);
	guest.vm.ran = true;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & mask, 0);
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_PFR1_EL1) >> 28, 0);
	guest.vgic = true;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & mask, 1ull << 24);
	loft_caps.gic = 2;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_AA64PFR0_EL1) & mask, 0);
	guest_exit();
}

TEST(aarch32_registers_are_zero_without_aarch32)
{
	unsigned int i;

	start();
	CHECK(idreg_aarch32_el0());
	GUEST_HW(ID_AA64PFR0_EL1) = (GUEST_HW(ID_AA64PFR0_EL1) & ~0xfull) | 1;
	CHECK(!idreg_aarch32_el0());
	for (i = 0; i < 24; i++)
		CHECK_EQ(idreg_read(&guest.vm, idreg_enc(i)), 0);
	guest_exit();
}

TEST(undefined_encodings)
{
	static const u32 undef[] = {
		SYS_PMCR_EL0, SYS_PMCCNTR_EL0, SYS_PMUSERENR_EL0, SYS_TRCOSLAR, SYS_APIAKEYLO_EL1, SYS_LORC_EL1,
		SYS_ZCR_EL1, SYS_SMCR_EL1, SYS_TFSR_EL1, SYS_GCR_EL1, SYS_TCR2_EL1, SYS_PIR_EL1, SYS_SCXTNUM_EL1,
		SYS_AMCR_EL0, SYS_PMBPTR_EL1, SYS_TRBPTR_EL1, SYS_ERXPFGF_EL1, SYS_ICC_PMR_EL1, SYS_TPIDR2_EL0,
		sys_reg(3, 1, 15, 0, 0), sys_reg(3, 0, 11, 0, 0), sys_reg(3, 7, 15, 15, 7), sys_reg(1, 0, 11, 0, 0),
		sys_reg(3, 4, 1, 1, 0), sys_reg(0, 0, 0, 0, 0), SYS_SCTLR_EL1,
	};
	struct loft_vcpu *vcpu = start();
	unsigned int i;
	u64 val;

	for (i = 0; i < ARRAY_SIZE(undef); i++) {
		CHECK(!trap_read(vcpu, undef[i], &val));
		CHECK_EQ(val, 0x5a5a5a5a5a5a5a5aull);
		CHECK(!trap_write(vcpu, undef[i], 1));
	}
	guest_exit();
}

/* Any encoding at all, with state that sanitisers would notice being overrun */
TEST(random_accesses_end_in_resume)
{
	struct loft_vcpu *vcpu = start();
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		u64 esr = unit_rand() & ESR_ELx_ISS_MASK;

		vcpu->regs.pc = PC;
		vcpu->regs.pstate = PSR_MODE_EL1h;
		vcpu->exit.esr = (u64)ESR_ELx_EC_SYS64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL | esr;
		CHECK_EQ(sysreg_trap(vcpu, NULL), LOFT_RESUME);
		CHECK(vcpu->regs.pc == PC + 4 || vcpu->regs.pc == vcpu->regs.sys[LOFT_VBAR_EL1] + 0x200);
	}
	guest_exit();
}

TEST(xzr_reads_and_writes)
{
	struct loft_vcpu *vcpu = start();

	vcpu->regs.sp_el0 = 0x1234;
	CHECK(trap(vcpu, SYS_MIDR_EL1, 31, true));
	CHECK_EQ(vcpu->regs.sp_el0, 0x1234);
	vcpu->regs.sys[LOFT_CSSELR_EL1] = 1;
	CHECK(trap(vcpu, SYS_CSSELR_EL1, 31, false));
	CHECK_EQ(vcpu->regs.sys[LOFT_CSSELR_EL1], 0);
	guest_exit();
}

TEST(debug_registers)
{
	struct loft_vcpu *vcpu = start();
	unsigned int n;
	u64 val;

	for (n = 0; n < 16; n++) {
		CHECK_EQ(trap_write(vcpu, SYS_DBGBVRn_EL1(n), 0x1000 * n), n < 6);
		CHECK_EQ(trap_write(vcpu, SYS_DBGBCRn_EL1(n), 1), n < 6);
		CHECK_EQ(trap_write(vcpu, SYS_DBGWVRn_EL1(n), 0x2000 * n), n < 4);
		CHECK_EQ(trap_write(vcpu, SYS_DBGWCRn_EL1(n), 1), n < 4);
		CHECK_EQ(vcpu->regs.dbg.bvr[n], n < 6 ? 0x1000 * n : 0);
		CHECK_EQ(vcpu->regs.dbg.wvr[n], n < 4 ? 0x2000 * n : 0);
	}
	CHECK(trap_write(vcpu, SYS_DBGBCRn_EL1(5), ~0ull));
	CHECK(trap_read(vcpu, SYS_DBGBCRn_EL1(5), &val));
	CHECK_EQ(val, 0x7f01e7);			/* no HMC, no SSC, no VMID or EL2 context types */
	CHECK_EQ(vcpu->regs.dbg.bcr[5], val);
	CHECK(trap_write(vcpu, SYS_DBGWCRn_EL1(3), ~0ull));
	CHECK(trap_read(vcpu, SYS_DBGWCRn_EL1(3), &val));
	CHECK_EQ(val, 0x1f1f1fff);
	CHECK(trap_write(vcpu, SYS_DBGWVRn_EL1(3), 0xffff800012345677ull));
	CHECK_EQ(vcpu->regs.dbg.wvr[3], 0xffff800012345674ull);
	CHECK(trap_write(vcpu, SYS_DBGBVRn_EL1(0), 0xffff800012345678ull));
	CHECK_EQ(vcpu->regs.dbg.bvr[0], 0xffff800012345678ull);
	/* 6 breakpoints, 4 watchpoints */
	CHECK(!trap_read(vcpu, SYS_DBGBCRn_EL1(6), &val));
	CHECK(!trap_write(vcpu, SYS_DBGBVRn_EL1(15), 0));
	CHECK(!trap_write(vcpu, SYS_DBGWCRn_EL1(4), 0));
	CHECK(trap_write(vcpu, SYS_MDSCR_EL1, ~0ull));
	CHECK_EQ(vcpu->regs.sys[LOFT_MDSCR_EL1], 0xb001);
	CHECK(trap_read(vcpu, SYS_MDRAR_EL1, &val) && !val);
	CHECK(!trap_write(vcpu, SYS_MDRAR_EL1, 0));
	CHECK(trap_write(vcpu, SYS_OSDLR_EL1, 1));
	CHECK(trap_read(vcpu, SYS_OSDLR_EL1, &val) && !val);
	CHECK(trap_read(vcpu, SYS_DBGDTRRX_EL0, &val) && !val);
	guest_exit();
}

TEST(os_lock)
{
	struct loft_vcpu *vcpu = start();
	u64 val;

	CHECK(trap_read(vcpu, SYS_OSLSR_EL1, &val));
	CHECK_EQ(val, 8);
	CHECK(trap_write(vcpu, SYS_OSLAR_EL1, 1));
	CHECK(trap_read(vcpu, SYS_OSLSR_EL1, &val));
	CHECK_EQ(val, 0xa);
	CHECK(trap_write(vcpu, SYS_OSLAR_EL1, 0));
	CHECK_EQ(vcpu->regs.sys[LOFT_OSLSR_EL1], 8);
	CHECK(!trap_read(vcpu, SYS_OSLAR_EL1, &val));
	CHECK(!trap_write(vcpu, SYS_OSLSR_EL1, 0xa));
	CHECK_EQ(vcpu->regs.sys[LOFT_OSLSR_EL1], 8);
	guest_exit();
}

TEST(gic_registers)
{
	struct loft_vcpu *vcpu = start();
	u64 val;

	CHECK(trap_write(vcpu, SYS_ICC_SGI1R_EL1, 0x1000002));
	CHECK(guest.sgis == 1 && guest.sgi == 0x1000002 && guest.sgi_group1);
	CHECK(trap_write(vcpu, SYS_ICC_SGI0R_EL1, 3));
	CHECK(guest.sgis == 2 && !guest.sgi_group1);
	CHECK(trap_write(vcpu, SYS_ICC_ASGI1R_EL1, 3));
	CHECK(guest.sgis == 3 && !guest.sgi_group1);
	CHECK(!trap_read(vcpu, SYS_ICC_SGI1R_EL1, &val));
	CHECK(trap_read(vcpu, SYS_ICC_SRE_EL1, &val));
	CHECK_EQ(val, 7);
	guest.vgic = false;
	CHECK(!trap_write(vcpu, SYS_ICC_SGI1R_EL1, 1));
	CHECK(!trap_read(vcpu, SYS_ICC_SRE_EL1, &val));
	CHECK_EQ(guest.sgis, 3);
	guest_exit();
}

TEST(set_way_maintenance_flushes)
{
	struct loft_vcpu *vcpu = start();
	u64 val;

	CHECK(trap_write(vcpu, SYS_DC_ISW, 0));
	CHECK(trap_write(vcpu, SYS_DC_CSW, 0));
	CHECK(trap_write(vcpu, SYS_DC_CISW, 0));
	CHECK_EQ(guest.flushes, 3);
	loft_caps.fwb = true;
	CHECK(trap_write(vcpu, SYS_DC_CISW, 0));
	CHECK_EQ(guest.flushes, 3);
	CHECK(!trap_read(vcpu, SYS_DC_CISW, &val));
	guest_exit();
}

TEST(physical_timer)
{
	struct loft_vcpu *vcpu = start();
	u64 val;

	guest.counter_p = 0x100000000ull;
	CHECK(trap_read(vcpu, SYS_CNTPCT_EL0, &val));
	CHECK_EQ(val, 0x100000000ull);
	CHECK(!trap_write(vcpu, SYS_CNTPCT_EL0, 0));
	CHECK(trap_write(vcpu, SYS_CNTP_TVAL_EL0, 100));
	CHECK_EQ(vcpu->timer.p.cval, 0x100000064ull);
	CHECK(trap_write(vcpu, SYS_CNTP_TVAL_EL0, 0xfffffff0));
	CHECK_EQ(vcpu->timer.p.cval, 0xfffffff0ull);
	CHECK(trap_read(vcpu, SYS_CNTP_TVAL_EL0, &val));
	CHECK_EQ(val, 0xfffffff0);
	CHECK(trap_write(vcpu, SYS_CNTP_CTL_EL0, 7));
	CHECK_EQ(vcpu->timer.p.cval, 0xfffffff0ull);
	CHECK(trap_read(vcpu, SYS_CNTP_CTL_EL0, &val));
	CHECK_EQ(val, 3);
	CHECK(trap_write(vcpu, SYS_CNTP_CVAL_EL0, 0x123456789abcull));
	CHECK(trap_read(vcpu, SYS_CNTP_CVAL_EL0, &val));
	CHECK_EQ(val, 0x123456789abcull);
	CHECK_EQ(vcpu->timer.p.ctl, 3);
	guest_exit();
}

/* CTR_EL0 and CLIDR_EL1 have to tell one story (Arm ARM D19.2.33, IDC). */
TEST(cache_identification)
{
	struct loft_vcpu *vcpu = start();
	u64 clidr, val;

	CHECK(trap_read(vcpu, SYS_CTR_EL0, &val));
	CHECK_EQ(val, guest.ctr);
	CHECK(trap_read(vcpu, SYS_CLIDR_EL1, &clidr));
	CHECK_EQ(clidr, 0x09200003);
	CHECK(trap_read(vcpu, SYS_CCSIDR_EL1, &val));
	CHECK_EQ(val, 2);			/* 64 bytes, one set, one way */
	CHECK(trap_write(vcpu, SYS_CSSELR_EL1, 1));
	CHECK(trap_read(vcpu, SYS_CCSIDR_EL1, &val));
	CHECK_EQ(val, 2);
	CHECK(trap_write(vcpu, SYS_CSSELR_EL1, ~0ull));
	CHECK_EQ(vcpu->regs.sys[LOFT_CSSELR_EL1], 0xf);
	CHECK(trap_read(vcpu, SYS_CCSIDR_EL1, &val) && !val);

	guest.ctr |= 1 << 28;
	CHECK(trap_read(vcpu, SYS_CLIDR_EL1, &clidr));
	CHECK_EQ(clidr, 0x01000004);
	guest_exit();
}

TEST(error_records)
{
	struct loft_vcpu *vcpu = start();
	u64 val;

	CHECK(trap_read(vcpu, SYS_ERRIDR_EL1, &val) && !val);
	CHECK(trap_write(vcpu, SYS_ERRSELR_EL1, 3));
	CHECK(trap_read(vcpu, SYS_ERXSTATUS_EL1, &val) && !val);
	loft_caps.ras = false;
	CHECK(!trap_read(vcpu, SYS_ERRIDR_EL1, &val));
	CHECK(!trap_write(vcpu, SYS_ERRSELR_EL1, 3));
	guest_exit();
}

TEST(trap_bits)
{
	struct loft_vcpu *vcpu = start();
	u64 must = HCR_VM | HCR_RW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TSC | HCR_TWI | HCR_TID1 | HCR_TID3 | HCR_TACR |
		   HCR_TIDCP | HCR_TSW | HCR_SWIO | HCR_TLOR | HCR_BSU_IS | HCR_FB;
	u64 never = HCR_E2H | HCR_TGE | HCR_API | HCR_APK | HCR_ATA | HCR_ENSCXT | HCR_FIEN | HCR_NV | HCR_DC | HCR_ID |
		    HCR_CD | HCR_VSE | HCR_VI | HCR_VF | HCR_HCD | HCR_AMVOFFEN;

	CHECK_EQ(vcpu->traps.hcr & must, must);
	CHECK_EQ(vcpu->traps.hcr & never, 0);
	CHECK_EQ(vcpu->traps.hcr & (HCR_TID2 | HCR_TID4), HCR_TID2);
	CHECK_EQ(vcpu->traps.hcr & (HCR_TEA | HCR_TERR), HCR_TEA | HCR_TERR);
	CHECK(!(vcpu->traps.hcr & (HCR_FWB | HCR_TID5)));
	CHECK_EQ(vcpu->traps.cptr, 1ull << 28);		/* FPEN, ZEN, SMEN closed */
	CHECK_EQ(vcpu->traps.mdcr, MDCR_EL2_TPM | MDCR_EL2_TPMCR | MDCR_EL2_TPMS | MDCR_EL2_TTRF | MDCR_EL2_TDRA |
				   MDCR_EL2_TDOSA | MDCR_EL2_TDA);
	guest.caps[ARM64_HAS_EVT] = true;
	guest.caps[ARM64_MTE] = true;
	guest.caps[ARM64_HAS_AMU_EXTN] = true;
	loft_caps.fwb = true;
	loft_caps.ras = false;
	sysreg_traps_update(vcpu);
	CHECK_EQ(vcpu->traps.hcr & (HCR_TID2 | HCR_TID4 | HCR_TID5 | HCR_FWB | HCR_TEA | HCR_TERR),
		 HCR_TID4 | HCR_TID5 | HCR_FWB);
	CHECK_EQ(vcpu->traps.cptr, 5ull << 28);
	guest.caps[ARM64_MISMATCHED_CACHE_TYPE] = true;
	sysreg_traps_update(vcpu);
	CHECK_EQ(vcpu->traps.hcr & (HCR_TID2 | HCR_TID4), HCR_TID2);
	guest_exit();
}

TEST(reset_values)
{
	struct loft_vcpu *vcpu = start();
	unsigned int i;

	vcpu->regs.sys[LOFT_MPIDR_EL1] = 0x80000203;
	for (i = 0; i < LOFT_NR_SYSREGS; i++)
		if (i != LOFT_MPIDR_EL1 && i != LOFT_MIDR_EL1)
			vcpu->regs.sys[i] = ~0ull;
	vcpu->regs.dbg.bcr[3] = 1;
	sysreg_reset(vcpu);
	CHECK_EQ(vcpu->regs.sys[LOFT_SCTLR_EL1], 0x30d50838);
	CHECK_EQ(vcpu->regs.sys[LOFT_OSLSR_EL1], 8);
	CHECK_EQ(vcpu->regs.sys[LOFT_MPIDR_EL1], 0x80000203);
	CHECK_EQ(vcpu->regs.sys[LOFT_MIDR_EL1], 0x413fd0c1);
	CHECK_EQ(vcpu->regs.dbg.bcr[3], 0);
	CHECK_EQ(vcpu->regs.sys[LOFT_TTBR0_EL1] | vcpu->regs.sys[LOFT_VBAR_EL1] | vcpu->regs.sys[LOFT_MDSCR_EL1], 0);
	for (i = 0; i < GUEST_VCPUS; i++)
		CHECK_EQ(guest.vcpu[i].regs.sys[LOFT_MPIDR_EL1], i ? 0x80000000ull | i : 0x80000203);
	vcpu->id = 0x123;
	vcpu->regs.sys[LOFT_MPIDR_EL1] = 0;
	sysreg_reset(vcpu);
	CHECK_EQ(vcpu->regs.sys[LOFT_MPIDR_EL1], 0x80001203);
	vcpu->id = 0;
	guest_exit();
}

static bool cp_trap(struct loft_vcpu *vcpu, unsigned int ec, u64 iss)
{
	vcpu->regs.pc = 0x8000;
	vcpu->exit.esr = (u64)ec << ESR_ELx_EC_SHIFT | ESR_ELx_IL | iss;
	CHECK_EQ(sysreg_trap_cp(vcpu, NULL), LOFT_RESUME);
	if (vcpu->regs.pc == 0x8004)
		return true;
	CHECK_EQ(vcpu->regs.pc, VBAR + 0x600);
	vcpu->regs.pstate = 0x10;
	return false;
}

#define AL	(ESR_ELx_CV | 0xeull << 20)

TEST(coprocessor_accesses_of_aarch32)
{
	struct loft_vcpu *vcpu = start();

	vcpu->regs.pstate = 0x10;
	guest.counter_p = 0x1234567800000042ull;
	/* MRRC p15, 0, r2, r3, c14 */
	CHECK(cp_trap(vcpu, ESR_ELx_EC_CP15_64, AL | ESR_ELx_CP15_64_ISS_SYS_VAL(0, 14) | 3 << 10 | 2 << 5 | 1));
	CHECK_EQ(vcpu->regs.x[2], 0x42);
	CHECK_EQ(vcpu->regs.x[3], 0x12345678);
	/* MCRR p15, 2, r2, r3, c14 */
	CHECK(cp_trap(vcpu, ESR_ELx_EC_CP15_64, AL | ESR_ELx_CP15_64_ISS_SYS_VAL(2, 14) | 3 << 10 | 2 << 5));
	CHECK_EQ(vcpu->timer.p.cval, 0x1234567800000042ull);
	/* MCR p15, 0, r2, c14, c2, 1 */
	vcpu->regs.x[2] = 0xffffffff00000003ull;
	CHECK(cp_trap(vcpu, ESR_ELx_EC_CP15_32, AL | ESR_ELx_CP15_32_ISS_SYS_VAL(0, 1, 14, 2) | 2 << 5));
	CHECK_EQ(vcpu->timer.p.ctl, 3);
	/* CNTPCT is read-only; PMCCNTR, unknown ones and LDC are UNDEFINED */
	CHECK(!cp_trap(vcpu, ESR_ELx_EC_CP15_64, AL | ESR_ELx_CP15_64_ISS_SYS_VAL(0, 14)));
	CHECK(!cp_trap(vcpu, ESR_ELx_EC_CP15_32, AL | ESR_ELx_CP15_32_ISS_SYS_VAL(0, 0, 9, 13) | 1));
	CHECK(!cp_trap(vcpu, ESR_ELx_EC_CP14_MR, AL | 9 << 10 | 1));
	CHECK(!cp_trap(vcpu, ESR_ELx_EC_CP14_LS, AL | 1));
	guest_exit();
}

/* All conditions against all flags, by the names in the Arm ARM (F1.3.1) */
TEST(failed_condition_is_a_nop)
{
	struct loft_vcpu *vcpu = start();
	unsigned int cond, flags;

	for (cond = 0; cond < 15; cond++) {
		for (flags = 0; flags < 16; flags++) {
			bool n = flags & 8, z = flags & 4, c = flags & 2, v = flags & 1;
			bool want[] = { z, !z, c, !c, n, !n, v, !v, c && !z, !c || z, n == v, n != v,
					!z && n == v, z || n != v, true };

			vcpu->regs.pstate = 0x10 | (u64)flags << 28;
			/* Undefined if executed, skipped if not */
			CHECK_EQ(cp_trap(vcpu, ESR_ELx_EC_CP14_MR, ESR_ELx_CV | (u64)cond << 20 | 9 << 10), !want[cond]);
			/* Thumb in an IT block: the condition comes from PSTATE.IT = cond:1000 */
			vcpu->regs.pstate = 0x30 | (u64)flags << 28 | (u64)(cond << 4 | 8) << 8;
			CHECK_EQ(cp_trap(vcpu, ESR_ELx_EC_CP14_MR, 9 << 10), !want[cond]);
		}
	}
	guest_exit();
}
