// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions for the guest, against what the Arm ARM's AArch64.TakeException() does.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c
 * Links: virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <fake_guest.h>
#include <abi.h>

#define VBAR	0xffff800008010000ull
#define PC	0xffff800008123454ull
#define FAR	0xffff0000dead0007ull
#define OLD_SYS	0x1234567890abcdefull

#define SPAN	BIT_ULL(23)
#define DSSBS	BIT_ULL(44)

/* Features of the machine, beyond v8.0 */
#define F_PAN	1
#define F_UAO	2
#define F_SSBS	4
#define F_DIT	8
#define F_BTI	16
#define F_ALL	31

static struct loft_vcpu *start(unsigned int features, u64 pstate, u64 sctlr)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];

	guest_init();
	GUEST_HW(ID_AA64MMFR1_EL1) = features & F_PAN ? 1 << 20 : 0;
	GUEST_HW(ID_AA64MMFR2_EL1) = features & F_UAO ? 1 << 4 : 0;
	GUEST_HW(ID_AA64PFR0_EL1) = 0x12 | (features & F_DIT ? 1ull << 48 : 0);
	GUEST_HW(ID_AA64PFR1_EL1) = (features & F_SSBS ? 0x20 : 0) | (features & F_BTI ? 1 : 0);
	vcpu->regs.pc = PC;
	vcpu->regs.pstate = pstate;
	vcpu->regs.sys[LOFT_VBAR_EL1] = VBAR;
	vcpu->regs.sys[LOFT_SCTLR_EL1] = sctlr;
	vcpu->regs.sys[LOFT_FAR_EL1] = OLD_SYS;
	vcpu->regs.sys[LOFT_ESR_EL1] = OLD_SYS;
	vcpu->regs.sys[LOFT_ELR_EL1] = OLD_SYS;
	vcpu->regs.sys[LOFT_SPSR_EL1] = OLD_SYS;
	return vcpu;
}

/* Worked out by hand from the pseudo-code; pstate in SPSR format */
static const struct {
	unsigned int features;
	u64 pstate;
	u64 sctlr;
	u64 offset;
	u64 new;
} taken[] = {
	/* Where from: EL1h, EL1t, EL0 in AArch64 and AArch32 (user, Thumb with IT, GE, Q, E set) */
	{ 0,		0x00000005, SPAN,	  0x200, 0x000003c5 },
	{ 0,		0x00000004, SPAN,	  0x000, 0x000003c5 },
	{ 0,		0x00000000, SPAN,	  0x400, 0x000003c5 },
	{ 0,		0x00000010, SPAN,	  0x600, 0x000003c5 },
	{ F_ALL,	0x0e0ffe30, SPAN,	  0x600, 0x000003c5 },
	/* Flags stay, one by one and all */
	{ 0,		0x80000005, SPAN,	  0x200, 0x800003c5 },
	{ 0,		0x40000000, SPAN,	  0x400, 0x400003c5 },
	{ 0,		0x20000010, SPAN,	  0x600, 0x200003c5 },
	{ 0,		0x10000004, SPAN,	  0x000, 0x100003c5 },
	{ F_ALL,	0xf00003c5, SPAN,	  0x200, 0xf00003c5 },
	/* SS (21), IL (20), UAO (23), BTYPE (11:10) go */
	{ F_ALL,	0x00300005, SPAN,	  0x200, 0x000003c5 },
	{ F_ALL,	0x00800c05, SPAN,	  0x200, 0x000003c5 },
	/* DIT (24) stays */
	{ F_ALL,	0x01000000, SPAN,	  0x400, 0x010003c5 },
	{ F_DIT,	0x01000010, SPAN,	  0x600, 0x010003c5 },
	/* PAN (22): stays with SPAN set, is set with SPAN clear, does not exist before v8.1 */
	{ F_PAN,	0x00000005, SPAN,	  0x200, 0x000003c5 },
	{ F_PAN,	0x00400005, SPAN,	  0x200, 0x004003c5 },
	{ F_PAN,	0x00000000, 0,		  0x400, 0x004003c5 },
	{ F_PAN,	0x00400010, 0,		  0x600, 0x004003c5 },
	{ 0,		0x00000005, 0,		  0x200, 0x000003c5 },
	/* SSBS (12) comes from DSSBS, whatever it was */
	{ F_SSBS,	0x00001005, SPAN,	  0x200, 0x000003c5 },
	{ F_SSBS,	0x00000005, SPAN | DSSBS, 0x200, 0x000013c5 },
	{ F_SSBS,	0x00000010, SPAN | DSSBS, 0x600, 0x000013c5 },
	{ 0,		0x00000005, SPAN | DSSBS, 0x200, 0x000003c5 },
	/* Everything at once */
	{ F_ALL,	0xf1f01fc4, DSSBS,	  0x000, 0xf14013c5 },
};

TEST(exception_entry)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		struct loft_vcpu *vcpu = start(taken[i].features, taken[i].pstate, taken[i].sctlr);

		inject_undef(vcpu);
		if (vcpu->regs.pstate != taken[i].new || vcpu->regs.pc != VBAR + taken[i].offset)
			unit_fail(__FILE__, __LINE__, "row %u: pstate %llx, offset %llx", i, vcpu->regs.pstate,
				  vcpu->regs.pc - VBAR);
		CHECK_EQ(vcpu->regs.sys[LOFT_ELR_EL1], PC);
		CHECK_EQ(vcpu->regs.sys[LOFT_SPSR_EL1], taken[i].pstate);
		CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], 0x02000000);
		CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], OLD_SYS);
		CHECK(guest.evicts[0] > 0);
		guest_exit();
	}
}

/* Syndromes: EC by where it came from, IL, fault status */
TEST(abort_syndromes)
{
	static const u64 from[] = { 0x5, 0x4, 0x0, 0x10 };
	unsigned int i, level;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		bool lower = i >= 2;
		u64 dabt = lower ? 0x92000000 : 0x96000000, iabt = lower ? 0x82000000 : 0x86000000;
		struct loft_vcpu *vcpu = start(0, from[i], SPAN);

		inject_dabt(vcpu, GVA(FAR));
		CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], dabt | 0x10);
		CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], FAR);
		guest_exit();
		vcpu = start(0, from[i], SPAN);
		inject_iabt(vcpu, GVA(FAR));
		CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], iabt | 0x10);
		CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], FAR);
		guest_exit();
		for (level = 0; level < 4; level++) {
			vcpu = start(0, from[i], SPAN);
			inject_abt_walk(vcpu, false, GVA(FAR), level);
			CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], dabt | 0x14 | level);
			guest_exit();
			vcpu = start(0, from[i], SPAN);
			inject_abt_walk(vcpu, true, GVA(FAR), level);
			CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], iabt | 0x14 | level);
			guest_exit();
		}
		vcpu = start(0, from[i], SPAN);
		inject_size_fault(vcpu, false, GVA(FAR));
		CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], dabt);
		guest_exit();
		vcpu = start(0, from[i], SPAN);
		inject_size_fault(vcpu, true, GVA(FAR));
		CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], iabt);
		CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], FAR);
		guest_exit();
	}
}

TEST(nested_injection)
{
	struct loft_vcpu *vcpu = start(0, 0x0, SPAN);

	inject_undef(vcpu);
	inject_dabt(vcpu, GVA(FAR));
	CHECK_EQ(vcpu->regs.pc, VBAR + 0x200);
	CHECK_EQ(vcpu->regs.sys[LOFT_ELR_EL1], VBAR + 0x400);
	CHECK_EQ(vcpu->regs.sys[LOFT_SPSR_EL1], 0x3c5);
	CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], 0x96000010);
	guest_exit();
}

static void skip(u64 pstate, u64 pc, bool il, u64 want_pstate, u64 want_pc)
{
	struct loft_vcpu *vcpu = start(F_ALL, pstate, SPAN);

	vcpu->regs.pc = pc;
	vcpu->exit.esr = il ? ESR_ELx_IL : 0;
	vcpu_skip_insn(vcpu);
	CHECK_EQ(vcpu->regs.pstate, want_pstate);
	CHECK_EQ(vcpu->regs.pc, want_pc);
	guest_exit();
}

#define IT(it)	((u64)((it) & 0xfc) << 8 | (u64)((it) & 3) << 25)

TEST(skip_instruction)
{
	skip(0x5, PC, true, 0x5, PC + 4);
	skip(0x5, PC, false, 0x5, PC + 4);
	/* BTYPE and SS are done with */
	skip(0xf1200c05, PC, true, 0xf1000005, PC + 4);
	/* A32, T32 wide and narrow; the PC has 32 bits */
	skip(0x10, 0xfffffffc, true, 0x10, 0);
	skip(0x30, 0x8000, true, 0x30, 0x8004);
	skip(0x30, 0x8000, false, 0x30, 0x8002);
	/*
	 * IT blocks: IT[7:5] is the base condition, IT[4:0] shifts left; the block ends when IT[2:0] is 0. IT[7:2] is
	 * in bits 15:10, IT[1:0] in 26:25.
	 */
	skip(0x30 | IT(0x0f), 0x8000, false, 0x30 | IT(0x1e), 0x8002);
	skip(0x30 | IT(0x1e), 0x8000, false, 0x30 | IT(0x1c), 0x8002);
	skip(0x30 | IT(0x1c), 0x8000, false, 0x30 | IT(0x18), 0x8002);
	skip(0x30 | IT(0x18), 0x8000, false, 0x30, 0x8002);
	skip(0x30 | IT(0xb4), 0x8000, true, 0x30 | IT(0xa8), 0x8004);
	/* Single step ends in AArch32, too */
	skip(0x00200030, 0x8000, false, 0x30, 0x8002);
}

TEST(serror_events)
{
	struct loft_vcpu *vcpu = start(0, 5, SPAN);
	struct kvm_vcpu_events ev = {};

	CHECK_EQ(vcpu_events_get(vcpu, &ev), 0);
	CHECK(!ev.exception.serror_pending && ev.exception.serror_has_esr);
	ev.exception.serror_pending = 1;
	ev.exception.serror_esr = 0x1abcdef;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), 0);
	CHECK(vcpu->serror_pending);
	CHECK_EQ(vcpu->serror_esr, 0x1abcdef);
	memset(&ev, 0xff, sizeof(ev));
	CHECK_EQ(vcpu_events_get(vcpu, &ev), 0);
	CHECK_EQ(ev.exception.serror_esr, 0x1abcdef);
	CHECK_EQ(ev.exception.ext_dabt_pending, 0);
	CHECK_EQ(ev.reserved[11], 0);

	/* Bits that are not a syndrome's */
	ev.exception.serror_esr = 0x2000000;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), -EINVAL);
	CHECK_EQ(vcpu->serror_esr, 0x1abcdef);
	/* Taken back */
	ev.exception.serror_pending = 0;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), 0);
	CHECK(!vcpu->serror_pending);

	loft_caps.ras = false;
	ev.exception.serror_pending = 1;
	ev.exception.serror_esr = 0x42;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), -EINVAL);
	CHECK(!vcpu->serror_pending);
	ev.exception.serror_has_esr = 0;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), 0);
	CHECK(vcpu->serror_pending);
	CHECK_EQ(vcpu->serror_esr, 0);
	CHECK_EQ(vcpu_events_get(vcpu, &ev), 0);
	CHECK(ev.exception.serror_pending && !ev.exception.serror_has_esr);
	guest_exit();
}

/* Userspace answers the access it was shown with an abort; without one, the address is marked invalid. */
TEST(external_abort_from_userspace)
{
	struct kvm_vcpu_events ev = { .exception.ext_dabt_pending = 1 };
	struct loft_vcpu *vcpu = start(0, 5, SPAN);

	vcpu->exit = (struct loft_exit){ .kind = LOFT_EXIT_SYNC, .esr = 0x93800007, .far = GVA(FAR) };
	vcpu->mmio.pending = true;
	CHECK_EQ(vcpu_events_set(vcpu, &ev), 0);
	CHECK(!vcpu->mmio.pending);
	CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], 0x96000010);
	CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], FAR);
	CHECK_EQ(vcpu->regs.sys[LOFT_ELR_EL1], PC);
	guest_exit();

	vcpu = start(0, 5, SPAN);
	vcpu->exit = (struct loft_exit){ .kind = LOFT_EXIT_IRQ, .esr = 0x93800007, .far = GVA(FAR) };
	CHECK_EQ(vcpu_events_set(vcpu, &ev), 0);
	CHECK_EQ(vcpu->regs.sys[LOFT_ESR_EL1], 0x96000410);
	CHECK_EQ(vcpu->regs.sys[LOFT_FAR_EL1], 0);
	guest_exit();
}
