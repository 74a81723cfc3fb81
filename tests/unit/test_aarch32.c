// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest whose EL1 is in AArch32: exceptions it is given, coprocessor registers that trap, PSCI, ONE_REG.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <fake_guest.h>
#include <loft/smccc.h>
#include <abi.h>
#include <sysreg.h>

#define VBAR	0xc0008020ull
#define PC	0x80123454ull
#define FAR	0xdead0007ull
#define OLD	0xaaaaaaaabbbbbbbbull
#define EAE	BIT_ULL(31)

/* SCTLR */
#define V	BIT_ULL(13)
#define SPAN	BIT_ULL(23)
#define EE	BIT_ULL(25)
#define TE	BIT_ULL(30)
#define DSSBS	BIT_ULL(31)

/* Features of the machine */
#define F_PAN	1
#define F_SSBS	2
#define F_DIT	4
#define F_ALL	7

static struct loft_vcpu *start(unsigned int features, u64 pstate, u64 sctlr, u64 ttbcr)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];
	unsigned int i;

	guest_init();
	guest_make_32bit();
	GUEST_HW(ID_AA64MMFR1_EL1) = features & F_PAN ? 1 << 20 : 0;
	GUEST_HW(ID_AA64PFR1_EL1) = features & F_SSBS ? 0x20 : 0;
	GUEST_HW(ID_AA64PFR0_EL1) = 0x1002222 | (features & F_DIT ? 1ull << 48 : 0);
	for (i = 0; i < 31; i++)
		vcpu->regs.x[i] = 0x1000 + i;
	vcpu->regs.pc = PC;
	vcpu->regs.pstate = pstate;
	vcpu->regs.sys[LOFT_VBAR_EL1] = VBAR;
	vcpu->regs.sys[LOFT_SCTLR_EL1] = sctlr;
	vcpu->regs.sys[LOFT_TCR_EL1] = ttbcr;
	vcpu->regs.sys[LOFT_FAR_EL1] = OLD;
	vcpu->regs.sys[LOFT_ESR_EL1] = OLD;
	vcpu->exit.kind = LOFT_EXIT_IRQ;
	return vcpu;
}

TEST(reset_state)
{
	struct loft_vcpu *vcpu = &guest.vcpu[1];

	guest_init();
	guest_make_32bit();
	CHECK_EQ(vcpu->regs.pstate, 0x1d3);
	/* As the manual of the Cortex-A57 has it */
	CHECK_EQ(vcpu->regs.sys[LOFT_SCTLR_EL1], 0x00c50838);
	CHECK_EQ(vcpu->regs.sys[LOFT_FPEXC32_EL2], 0x700);
	CHECK(!(vcpu->traps.hcr & HCR_RW));
	CHECK(vcpu->traps.hcr & HCR_TIDCP && vcpu->traps.hcr & HCR_TID3 && vcpu->traps.hcr & HCR_TSW);
	guest_exit();
}

/* Worked out by hand from AArch32.EnterMode(); pstate as ESR_EL2's exception saves it, spsr as AArch32 does */
static const struct {
	unsigned int features;
	u64 pstate, sctlr;
	u64 spsr, und, abt;
} entries[] = {
	/* Where from: SVC, USR, FIQ masked in SVC, SYS with T32, ABT */
	{ 0,	   0x00000013, SPAN,	  0x00000013, 0x0000009b, 0x00000197 },
	{ 0,	   0x00000010, SPAN,	  0x00000010, 0x0000009b, 0x00000197 },
	{ 0,	   0x000001d3, SPAN,	  0x000001d3, 0x000001db, 0x000001d7 },
	{ 0,	   0x0000003f, SPAN,	  0x0000003f, 0x0000009b, 0x00000197 },
	{ 0,	   0x00000017, SPAN,	  0x00000017, 0x0000009b, 0x00000197 },
	/* NZCVQ and GE stay; IT (26:25, 15:10), E and T go */
	{ 0,	   0xf80f0013, SPAN,	  0xf80f0013, 0xf80f009b, 0xf80f0197 },
	{ 0,	   0x0600fe30, SPAN,	  0x0600fe30, 0x0000009b, 0x00000197 },
	/* T and E come from TE and EE */
	{ 0,	   0x00000013, SPAN | TE, 0x00000013, 0x000000bb, 0x000001b7 },
	{ 0,	   0x00000013, SPAN | EE, 0x00000013, 0x0000029b, 0x00000397 },
	/* PAN (22): stays with SPAN, is set without, does not exist on v8.0 */
	{ F_PAN,   0x00000013, SPAN,	  0x00000013, 0x0000009b, 0x00000197 },
	{ F_PAN,   0x00400013, SPAN,	  0x00400013, 0x0040009b, 0x00400197 },
	{ F_PAN,   0x00000010, 0,	  0x00000010, 0x0040009b, 0x00400197 },
	{ 0,	   0x00000010, 0,	  0x00000010, 0x0000009b, 0x00000197 },
	/* SSBS (23) comes from DSSBS */
	{ F_SSBS,  0x00800010, SPAN,	  0x00800010, 0x0000009b, 0x00000197 },
	{ F_SSBS,  0x00000010, SPAN | DSSBS, 0x00000010, 0x0080009b, 0x00800197 },
	{ 0,	   0x00000010, SPAN | DSSBS, 0x00000010, 0x0000009b, 0x00000197 },
	/* DIT stays, and is bit 21 in the SPSR; the step bit that the hypervisor sees there is not saved */
	{ F_DIT,   0x01000013, SPAN,	  0x00200013, 0x0100009b, 0x01000197 },
	{ 0,	   0x00200013, SPAN,	  0x00000013, 0x0000009b, 0x00000197 },
};

TEST(exception_entry)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		bool t32 = entries[i].pstate & 0x20;
		struct loft_vcpu *vcpu = start(entries[i].features, entries[i].pstate, entries[i].sctlr, 0);
		u64 *sys = vcpu->regs.sys;

		inject_undef(vcpu);
		if (vcpu->regs.pstate != entries[i].und || sys[LOFT_SPSR_UND] != entries[i].spsr)
			unit_fail(__FILE__, __LINE__, "row %u: %llx, spsr %llx", i, vcpu->regs.pstate, sys[LOFT_SPSR_UND]);
		CHECK_EQ(vcpu->regs.pc, VBAR + 4);
		CHECK_EQ(vcpu->regs.x[22], PC + (t32 ? 2 : 4));
		CHECK_EQ(vcpu->regs.x[20], 0x1014);
		CHECK_EQ(sys[LOFT_ESR_EL1], OLD);
		CHECK(guest.evicts[0] > 0);
		guest_exit();

		vcpu = start(entries[i].features, entries[i].pstate, entries[i].sctlr, 0);
		inject_dabt(vcpu, GVA(FAR));
		CHECK_EQ(vcpu->regs.pstate, entries[i].abt);
		CHECK_EQ(sys[LOFT_SPSR_ABT], entries[i].spsr);
		CHECK_EQ(vcpu->regs.pc, VBAR + 0x10);
		CHECK_EQ(vcpu->regs.x[20], PC + 8);
		CHECK_EQ(vcpu->regs.x[22], 0x1016);
		guest_exit();

		vcpu = start(entries[i].features, entries[i].pstate, entries[i].sctlr, 0);
		inject_iabt(vcpu, GVA(FAR));
		CHECK_EQ(vcpu->regs.pstate, entries[i].abt);
		CHECK_EQ(vcpu->regs.pc, VBAR + 0x0c);
		CHECK_EQ(vcpu->regs.x[20], PC + 4);
		guest_exit();
	}
}

TEST(high_vectors_and_vbar_bits)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN | V, 0);

	inject_undef(vcpu);
	CHECK_EQ(vcpu->regs.pc, 0xffff0004);
	guest_exit();
	vcpu = start(0, 0x13, SPAN, 0);
	vcpu->regs.sys[LOFT_VBAR_EL1] = 0xffffffffc000803full;
	inject_dabt(vcpu, GVA(FAR));
	CHECK_EQ(vcpu->regs.pc, 0xc0008030);
	guest_exit();
}

static void dfsr(u64 ttbcr, void (*inject)(struct loft_vcpu *vcpu), u64 want_d, u64 want_i)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, ttbcr);
	u64 *sys = vcpu->regs.sys;

	sys[LOFT_IFSR32_EL2] = OLD;
	inject(vcpu);
	CHECK_EQ(sys[LOFT_ESR_EL1], want_i ? OLD : want_d);
	CHECK_EQ(sys[LOFT_IFSR32_EL2], want_i ?: OLD);
	CHECK_EQ(sys[LOFT_FAR_EL1], want_i ? FAR << 32 | (u32)OLD : (OLD & ~(u64)U32_MAX) | FAR);
	guest_exit();
}

static unsigned int walk_level;

static void do_dabt(struct loft_vcpu *vcpu) { inject_dabt(vcpu, GVA(FAR)); }
static void do_iabt(struct loft_vcpu *vcpu) { inject_iabt(vcpu, GVA(FAR)); }
static void do_dwalk(struct loft_vcpu *vcpu) { inject_abt_walk(vcpu, false, GVA(FAR), walk_level); }
static void do_iwalk(struct loft_vcpu *vcpu) { inject_abt_walk(vcpu, true, GVA(FAR), walk_level); }
static void do_dsize(struct loft_vcpu *vcpu) { inject_size_fault(vcpu, false, GVA(FAR)); }
static void do_isize(struct loft_vcpu *vcpu) { inject_size_fault(vcpu, true, GVA(FAR)); }

/* Arm ARM G8.2.44, tables for TTBCR.EAE 0 and 1 */
TEST(fault_status_in_both_formats)
{
	static const u64 shorts[] = { 0x0c, 0x0c, 0x0e, 0x0e }, longs[] = { 0x215, 0x215, 0x216, 0x217 };

	dfsr(0, do_dabt, 0x08, 0);
	dfsr(0, do_iabt, 0, 0x08);
	dfsr(0, do_dsize, 0x08, 0);
	dfsr(0, do_isize, 0, 0x08);
	dfsr(EAE, do_dabt, 0x210, 0);
	dfsr(EAE, do_iabt, 0, 0x210);
	dfsr(EAE, do_dsize, 0x200, 0);
	dfsr(EAE, do_isize, 0, 0x200);
	for (walk_level = 0; walk_level < 4; walk_level++) {
		dfsr(0, do_dwalk, shorts[walk_level], 0);
		dfsr(0, do_iwalk, 0, shorts[walk_level]);
		dfsr(EAE, do_dwalk, longs[walk_level], 0);
		dfsr(EAE, do_iwalk, 0, longs[walk_level]);
	}
}

TEST(writes_are_told_from_reads)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);

	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = (u64)ESR_ELx_EC_DABT_LOW << ESR_ELx_EC_SHIFT | ESR_ELx_WNR;
	inject_dabt(vcpu, GVA(FAR));
	CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], 0x808);
	guest_exit();
}

/* --- Coprocessor registers ------------------------------------------------------------------------- */

#define AL	(ESR_ELx_CV | 0xeull << 20)

/* Was it carried out? UNDEFINED is checked to look like it */
static bool cp_trap(struct loft_vcpu *vcpu, unsigned int ec, u64 iss)
{
	u64 mode = vcpu->regs.pstate;

	vcpu->regs.pc = PC;
	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = (u64)ec << ESR_ELx_EC_SHIFT | ESR_ELx_IL | AL | iss;
	CHECK_EQ(sysreg_trap_cp(vcpu, NULL), LOFT_RESUME);
	if (vcpu->regs.pc == PC + 4)
		return true;
	CHECK_EQ(vcpu->regs.pc, VBAR + 4);
	CHECK_EQ(vcpu->regs.pstate & 0x1f, 0x1b);
	vcpu->regs.pstate = mode;
	return false;
}

static bool mrc(struct loft_vcpu *vcpu, unsigned int ec, u32 op1, u32 crn, u32 crm, u32 op2, u64 *val)
{
	bool done;

	vcpu->regs.x[7] = 0x5a5a5a5a5a5a5a5aull;
	done = cp_trap(vcpu, ec, ESR_ELx_CP15_32_ISS_SYS_VAL(op1, op2, crn, crm) | 7 << 5 | 1);
	*val = vcpu->regs.x[7];
	if (done)
		CHECK_EQ(*val >> 32, 0);
	return done;
}

static bool mcr(struct loft_vcpu *vcpu, unsigned int ec, u32 op1, u32 crn, u32 crm, u32 op2, u32 val)
{
	vcpu->regs.x[9] = 0xffffffff00000000ull | val;
	return cp_trap(vcpu, ec, ESR_ELx_CP15_32_ISS_SYS_VAL(op1, op2, crn, crm) | 9 << 5);
}

#define CP15(...)	ESR_ELx_EC_CP15_32, __VA_ARGS__
#define CP14(...)	ESR_ELx_EC_CP14_MR, __VA_ARGS__

TEST(id_registers)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	unsigned int crm, op2;
	u64 val;

	for (crm = 1; crm <= 7; crm++) {
		for (op2 = 0; op2 <= 7; op2++) {
			bool named = crm <= 2 || (crm == 3 && op2 >= 4 && op2 <= 6);

			CHECK(mrc(vcpu, CP15(0, 0, crm, op2), &val));
			CHECK_EQ(val, named ? (u32)idreg_read(&guest.vm, sys_reg(3, 0, 0, crm, op2)) : 0);
			CHECK(!mcr(vcpu, CP15(0, 0, crm, op2), 0));
		}
	}
	/* GIC and generic timer; the model with its modes; no security and virtualisation but for their basics */
	CHECK(mrc(vcpu, CP15(0, 0, 1, 1), &val));
	CHECK_EQ(val, 0x11110001);
	CHECK(mrc(vcpu, ESR_ELx_EC_CP10_ID, 7, 7, 0, 0, &val));
	CHECK_EQ(val, 0x10110222);
	CHECK(!mrc(vcpu, ESR_ELx_EC_CP10_ID, 7, 4, 0, 0, &val));
	/* User mode */
	vcpu->regs.pstate = 0x10;
	CHECK(!mrc(vcpu, CP15(0, 0, 1, 0), &val));
	guest_exit();
}

TEST(id_registers_of_a_64bit_vm_stay)
{
	guest_init();
	GUEST_HW(ID_PFR1_EL1) = 0x10011011;
	CHECK_EQ(idreg_read(&guest.vm, SYS_ID_PFR1_EL1), 0x10010000);
	guest_exit();
}

/* What a kernel reads early; values where they are not those of an AArch64 register */
TEST(cp15_registers)
{
	static const u8 raz[][4] = { { 0, 0, 0, 2 }, { 0, 0, 0, 3 }, { 0, 0, 0, 6 }, { 1, 0, 0, 7 }, { 0, 1, 0, 1 }, { 0, 1, 0, 3 } };
	static const u8 undefined[][4] = {
		{ 0, 9, 12, 0 }, { 0, 9, 13, 0 }, { 0, 9, 14, 0 }, { 0, 14, 8, 0 },	/* PMU */
		{ 0, 15, 0, 0 }, { 1, 15, 0, 0 }, { 0, 9, 0, 2 }, { 0, 11, 0, 0 },	/* implementation-defined */
		{ 0, 12, 11, 1 }, { 1, 0, 0, 2 }, { 6, 0, 0, 0 },
	};
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	unsigned int i;
	u64 val;

	for (i = 0; i < ARRAY_SIZE(raz); i++) {
		CHECK(mrc(vcpu, CP15(raz[i][0], raz[i][1], raz[i][2], raz[i][3]), &val));
		CHECK_EQ(val, 0);
	}
	for (i = 0; i < ARRAY_SIZE(undefined); i++) {
		CHECK(!mrc(vcpu, CP15(undefined[i][0], undefined[i][1], undefined[i][2], undefined[i][3]), &val));
		CHECK(!mcr(vcpu, CP15(undefined[i][0], undefined[i][1], undefined[i][2], undefined[i][3]), 0));
	}
	CHECK(mcr(vcpu, CP15(0, 1, 0, 1), 0xff) && mcr(vcpu, CP15(0, 1, 0, 3), 0xff));
	CHECK(!mcr(vcpu, CP15(0, 0, 0, 2), 0) && !mcr(vcpu, CP15(0, 0, 0, 1), 0));
	CHECK(mrc(vcpu, CP15(0, 0, 0, 1), &val));
	CHECK_EQ(val, guest.ctr);
	CHECK(mrc(vcpu, CP15(1, 0, 0, 1), &val));
	CHECK_EQ(val, cacheid_clidr());
	CHECK(mcr(vcpu, CP15(2, 0, 0, 0), 1) && mrc(vcpu, CP15(2, 0, 0, 0), &val));
	CHECK_EQ(val, 1);
	CHECK(mrc(vcpu, CP15(1, 0, 0, 0), &val));
	CHECK_EQ(val, cacheid_ccsidr(1));
	/* Set/way */
	CHECK(mcr(vcpu, CP15(0, 7, 6, 2), 0) && mcr(vcpu, CP15(0, 7, 10, 2), 0) && mcr(vcpu, CP15(0, 7, 14, 2), 0));
	CHECK_EQ(guest.flushes, 3);
	CHECK(!mrc(vcpu, CP15(0, 7, 14, 2), &val));
	guest_exit();
}

static bool mcrr(struct loft_vcpu *vcpu, unsigned int ec, u32 op1, u32 crm, u64 val)
{
	vcpu->regs.x[2] = (u32)val;
	vcpu->regs.x[3] = val >> 32;
	return cp_trap(vcpu, ec, ESR_ELx_CP15_64_ISS_SYS_VAL(op1, crm) | 3 << 10 | 2 << 5);
}

static bool mrrc(struct loft_vcpu *vcpu, unsigned int ec, u32 op1, u32 crm, u64 *val)
{
	bool done = cp_trap(vcpu, ec, ESR_ELx_CP15_64_ISS_SYS_VAL(op1, crm) | 3 << 10 | 2 << 5 | 1);

	*val = vcpu->regs.x[3] << 32 | vcpu->regs.x[2];
	return done;
}

TEST(timer_and_sgi)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	u64 val;

	CHECK(mcrr(vcpu, ESR_ELx_EC_CP15_64, 2, 14, 0x1234567800000042ull));
	CHECK_EQ(vcpu->timer.p.cval, 0x1234567800000042ull);
	CHECK(mcr(vcpu, CP15(0, 14, 2, 1), 1) && mrc(vcpu, CP15(0, 14, 2, 1), &val));
	CHECK_EQ(val, 1);
	/* Negative: in the past */
	guest.counter_p = 0x100000000ull;
	CHECK(mcr(vcpu, CP15(0, 14, 2, 0), 0xffffffff));
	CHECK_EQ(vcpu->timer.p.cval, 0xffffffff);
	guest.counter_p = 0x1122334455667788ull;
	CHECK(mrrc(vcpu, ESR_ELx_EC_CP15_64, 0, 14, &val));
	CHECK_EQ(val, 0x1122334455667788ull);
	/* ICC_SGI1R, ICC_ASGI1R, ICC_SGI0R, with affinities in the upper half */
	CHECK(mcrr(vcpu, ESR_ELx_EC_CP15_64, 0, 12, 0x0000000205010003ull));
	CHECK_EQ(guest.sgi, 0x0000000205010003ull);
	CHECK(guest.sgi_group1);
	CHECK(mcrr(vcpu, ESR_ELx_EC_CP15_64, 1, 12, 1) && !guest.sgi_group1);
	CHECK(mcrr(vcpu, ESR_ELx_EC_CP15_64, 2, 12, 1) && !guest.sgi_group1);
	CHECK(!mrrc(vcpu, ESR_ELx_EC_CP15_64, 0, 12, &val));
	CHECK(mrc(vcpu, CP15(0, 12, 12, 5), &val));
	CHECK_EQ(val, 7);
	vcpu->regs.pstate = 0x10;
	CHECK(!mcrr(vcpu, ESR_ELx_EC_CP15_64, 0, 12, 1));
	CHECK(mrrc(vcpu, ESR_ELx_EC_CP15_64, 2, 14, &val));
	/* No GIC, no interface */
	vcpu->regs.pstate = 0x13;
	guest.vgic = false;
	CHECK(!mcrr(vcpu, ESR_ELx_EC_CP15_64, 0, 12, 1));
	CHECK(!mrc(vcpu, CP15(0, 12, 12, 5), &val));
	guest_exit();
}

TEST(debug_registers)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	u64 val;

	/* WRPs 3, BRPs 5, CTX_CMPs 1, version 6 */
	CHECK(mrc(vcpu, CP14(0, 0, 0, 0), &val));
	CHECK_EQ(val, 0x35160000);
	CHECK(!mcr(vcpu, CP14(0, 0, 0, 0), 0));
	/* DBGBVR and DBGBXVR are the halves of one register */
	CHECK(mcr(vcpu, CP14(0, 0, 2, 4), 0x11111110) && mcr(vcpu, CP14(0, 1, 2, 1), 0x22222222));
	CHECK_EQ(vcpu->regs.dbg.bvr[2], 0x2222222211111110ull);
	CHECK(mrc(vcpu, CP14(0, 0, 2, 4), &val));
	CHECK_EQ(val, 0x11111110);
	CHECK(mrc(vcpu, CP14(0, 1, 2, 1), &val));
	CHECK_EQ(val, 0x22222222);
	CHECK(mcr(vcpu, CP14(0, 0, 1, 5), 0x1e7) && mcr(vcpu, CP14(0, 0, 3, 6), 0x1000) && mcr(vcpu, CP14(0, 0, 3, 7), 0x1fff));
	CHECK_EQ(vcpu->regs.dbg.bcr[1], 0x1e7);
	CHECK_EQ(vcpu->regs.dbg.wvr[3], 0x1000);
	CHECK_EQ(vcpu->regs.dbg.wcr[3], 0x1fff);
	/* Six breakpoints, four watchpoints */
	CHECK(!mcr(vcpu, CP14(0, 0, 6, 5), 0) && !mcr(vcpu, CP14(0, 1, 6, 1), 0) && !mcr(vcpu, CP14(0, 0, 4, 7), 0));
	/* DBGDSCRext, and what of it DBGDSCRint shows */
	CHECK(mcr(vcpu, CP14(0, 0, 2, 2), 0x9001) && mrc(vcpu, CP14(0, 0, 1, 0), &val));
	CHECK_EQ(val, 0x9000);
	vcpu->regs.sys[LOFT_MDSCR_EL1] = 0x800c;
	CHECK(mrc(vcpu, CP14(0, 0, 1, 0), &val));
	CHECK_EQ(val, 0x800c);
	/* MRC p14, 0, APSR_nzcv, c0, c1, 0 */
	vcpu->regs.pstate = 0xf0000013;
	CHECK(cp_trap(vcpu, ESR_ELx_EC_CP14_MR, ESR_ELx_CP15_32_ISS_SYS_VAL(0, 0, 0, 1) | 31 << 5 | 1));
	CHECK_EQ(vcpu->regs.pstate, 0x13);
	CHECK(mcr(vcpu, CP14(0, 0, 7, 0), 0xffffffff) && mrc(vcpu, CP14(0, 0, 7, 0), &val));
	CHECK_EQ(val, 0xde);
	CHECK_EQ(vcpu->regs.sys[LOFT_DBGVCR32_EL2], 0xde);
	/* The OS lock, by its key; what else reads as zero */
	CHECK(mcr(vcpu, CP14(0, 1, 0, 4), 1) && mrc(vcpu, CP14(0, 1, 1, 4), &val));
	CHECK_EQ(val, 0xa);
	CHECK(mrc(vcpu, CP14(0, 1, 0, 0), &val) && mrc(vcpu, CP14(0, 2, 0, 0), &val) && mrc(vcpu, CP14(0, 7, 2, 7), &val));
	CHECK(mrc(vcpu, CP14(0, 1, 3, 4), &val) && mrc(vcpu, CP14(0, 7, 14, 6), &val) && mrc(vcpu, CP14(0, 0, 5, 0), &val));
	CHECK(mrrc(vcpu, ESR_ELx_EC_CP14_64, 0, 1, &val) && !val);
	CHECK(mrrc(vcpu, ESR_ELx_EC_CP14_64, 0, 2, &val) && !val);
	CHECK(!mcrr(vcpu, ESR_ELx_EC_CP14_64, 0, 2, 0));
	/* Trace, LDC */
	CHECK(!mrc(vcpu, CP14(1, 0, 0, 0), &val));
	CHECK(!cp_trap(vcpu, ESR_ELx_EC_CP14_LS, 1));
	guest_exit();
}

TEST(debug_registers_from_user_mode)
{
	struct loft_vcpu *vcpu = start(0, 0x10, SPAN, 0);
	u64 val;

	CHECK(mrc(vcpu, CP14(0, 0, 0, 0), &val) && mrc(vcpu, CP14(0, 0, 1, 0), &val));
	CHECK(!mrc(vcpu, CP14(0, 0, 2, 2), &val) && !mcr(vcpu, CP14(0, 0, 0, 5), 1));
	vcpu->regs.sys[LOFT_MDSCR_EL1] = BIT(12);
	CHECK(!mrc(vcpu, CP14(0, 0, 0, 0), &val));
	guest_exit();
}

/* --- Hypercalls ------------------------------------------------------------------------------------ */

static u64 hypercall(struct loft_vcpu *vcpu, unsigned int ec, u64 iss, u32 fn, u64 r1, u64 r2, u64 r3)
{
	vcpu->regs.x[0] = fn;
	vcpu->regs.x[1] = r1;
	vcpu->regs.x[2] = r2;
	vcpu->regs.x[3] = r3;
	vcpu->regs.pc = PC;
	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = (u64)ec << ESR_ELx_EC_SHIFT | ESR_ELx_IL | iss;
	smccc_call(vcpu, NULL);
	return (u32)vcpu->regs.x[0];
}

#define HVC(...)	hypercall(vcpu, ESR_ELx_EC_HVC32, 0, __VA_ARGS__)

TEST(psci_cpu_on)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);

	CHECK_EQ(HVC(0x84000003, 1, 0x40200000, 77), 0);
	CHECK_EQ(vcpu->regs.pc, PC);
	psci_take_reset(&guest.vcpu[1]);
	CHECK_EQ(guest.vcpu[1].regs.pc, 0x40200000);
	CHECK_EQ(guest.vcpu[1].regs.x[0], 77);
	CHECK_EQ(guest.vcpu[1].regs.pstate, 0x1d3);
	/* T32, called from a big-endian CPU */
	vcpu->regs.pstate = 0x213;
	CHECK_EQ(HVC(0x84000003, 2, 0x40200001, 77), 0);
	psci_take_reset(&guest.vcpu[2]);
	CHECK_EQ(guest.vcpu[2].regs.pc, 0x40200000);
	CHECK_EQ(guest.vcpu[2].regs.pstate, 0x3f3);
	guest_exit();
}

TEST(psci_64bit_functions_are_unknown)
{
	static const u32 fns[] = { 0xc4000001, 0xc4000003, 0xc4000004, 0xc4000012 };
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		CHECK_EQ(HVC(fns[i], 1, 0x40200000, 0), 0xffffffff);
		CHECK_EQ(HVC(0x8400000a, fns[i], 0, 0), 0xffffffff);
		CHECK_EQ(HVC(0x8400000a, fns[i] & ~BIT(30), 0, 0), 0);
	}
	CHECK(guest.vcpu[1].powered_off);
	CHECK_EQ(HVC(0x84000000, 0, 0, 0), 0x10001);
	guest_exit();
}

TEST(smc_with_a_condition)
{
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);

	/* SMCEQ, Z clear: CCKNOWNPASS is 0, COND is EQ */
	CHECK_EQ(hypercall(vcpu, ESR_ELx_EC_SMC32, ESR_ELx_CV, 0x84000000, 0, 0, 0), 0x84000000);
	CHECK_EQ(vcpu->regs.pc, PC + 4);
	vcpu->regs.pstate |= BIT(30);
	CHECK_EQ(hypercall(vcpu, ESR_ELx_EC_SMC32, ESR_ELx_CV, 0x84000000, 0, 0, 0), 0x10001);
	CHECK_EQ(vcpu->regs.pc, PC + 4);
	guest_exit();
}

/* --- ONE_REG --------------------------------------------------------------------------------------- */

#define CORE64(field)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))

static int reg_set(struct loft_vcpu *vcpu, u64 id, u64 val)
{
	struct kvm_one_reg reg = { .id = id, .addr = (u64)(unsigned long)&val };

	return onereg_set(vcpu, &reg);
}

static u64 reg_get(struct loft_vcpu *vcpu, u64 id)
{
	u64 val = 0;
	struct kvm_one_reg reg = { .id = id, .addr = (u64)(unsigned long)&val };

	CHECK_EQ(onereg_get(vcpu, &reg), 0);
	return val;
}

TEST(core_registers)
{
	static const struct { u64 id; int index; } spsr[] = {
		{ CORE64(spsr[0]), LOFT_SPSR_EL1 }, { CORE64(spsr[1]), LOFT_SPSR_ABT }, { CORE64(spsr[2]), LOFT_SPSR_UND },
		{ CORE64(spsr[3]), LOFT_SPSR_IRQ }, { CORE64(spsr[4]), LOFT_SPSR_FIQ },
	};
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spsr); i++) {
		CHECK_EQ(reg_set(vcpu, spsr[i].id, 0x100 + i), 0);
		CHECK_EQ(vcpu->regs.sys[spsr[i].index], 0x100 + i);
		CHECK_EQ(reg_get(vcpu, spsr[i].id), 0x100 + i);
	}
	guest_exit();
	/* Those of a 64-bit vCPU are RAZ/WI but for the first */
	guest_init();
	for (i = 1; i < ARRAY_SIZE(spsr); i++) {
		CHECK_EQ(reg_set(&guest.vcpu[0], spsr[i].id, 0x100 + i), 0);
		CHECK_EQ(reg_get(&guest.vcpu[0], spsr[i].id), 0);
	}
	guest_exit();
}

TEST(pstate_is_aarch32)
{
	static const u64 good[] = { 0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f, 0x1d3, 0xf80f03d3 };
	static const u64 bad[] = { 0x3c5, 0x3c4, 0, 0x1a, 0x16, 0x14, 0x15, 0x18, 0x19, 0x1c, 0x1d, 0x1e };
	u64 id = CORE64(regs.pstate);
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		CHECK_EQ(reg_set(vcpu, id, good[i]), 0);
		CHECK_EQ(reg_get(vcpu, id), good[i]);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_EQ(reg_set(vcpu, id, bad[i]), -EINVAL);
	/* IL, the upper half, and IT in A32 are dropped */
	CHECK_EQ(reg_set(vcpu, id, 0xffffffff0610fc13ull), 0);
	CHECK_EQ(reg_get(vcpu, id), 0x13);
	guest_exit();
}

#define SYSREG(enc)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | ((enc) >> Op2_shift))

TEST(registers_of_el2s_names)
{
	static const struct { u32 enc; int index; } regs[] = {
		{ sys_reg(3, 4, 3, 0, 0), LOFT_DACR32_EL2 }, { sys_reg(3, 4, 5, 0, 1), LOFT_IFSR32_EL2 },
		{ sys_reg(3, 4, 5, 3, 0), LOFT_FPEXC32_EL2 }, { sys_reg(2, 4, 0, 7, 0), LOFT_DBGVCR32_EL2 },
	};
	struct loft_vcpu *vcpu = start(0, 0x13, SPAN, 0);
	struct sysreg_access access = {};
	unsigned int i, n, found = 0;
	u32 enc;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		CHECK_EQ(reg_set(vcpu, SYSREG(regs[i].enc), 0x40 + i), 0);
		CHECK_EQ(vcpu->regs.sys[regs[i].index], 0x40 + i);
		CHECK_EQ(reg_get(vcpu, SYSREG(regs[i].enc)), 0x40 + i);
		CHECK(!sysreg_emulate(vcpu, regs[i].enc, &access));
		for (n = 0; (enc = sysreg_user_enc(n)); n++)
			found += enc == regs[i].enc;
	}
	CHECK_EQ(found, ARRAY_SIZE(regs));
	/* Not where the machine has no AArch32 at EL1 */
	loft_caps.el1_32bit = false;
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		CHECK_EQ(reg_set(vcpu, SYSREG(regs[i].enc), 0), -ENOENT);
	guest_exit();
}
