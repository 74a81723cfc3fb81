// SPDX-License-Identifier: GPL-2.0-only
// Undefined instructions and system registers: an exception for the guest at worst, and ID registers that hold.
#include "cpu.h"
#include "exception.h"
#include "gic.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"

#define MRS(op0, op1, crn, crm, op2)						\
	(0xd5300000U | ((op0) - 2) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define MSR(op0, op1, crn, crm, op2)	(MRS(op0, op1, crn, crm, op2) & ~BIT(21))
#define FIELD(v, shift)			((v) >> (shift) & 0xf)

struct sysreg {
	const char *name;
	u32 mrs;
};

/* Run it, with its trap if it has one. The value read, or 0. */
static bool try_insn(u32 insn, u64 *x0)
{
	trap_arm(TRAP_SKIP);
	*x0 = insn_run(insn, *x0);
	return !trap_disarm();
}

/* UNDEFINED as the architecture knows it: exception class 0, at the instruction itself. */
static bool is_undefined(u32 insn)
{
	u64 x0 = 0;

	return !try_insn(insn, &x0) && ESR_EC(trap_last()->esr) == EC_UNKNOWN;
}

static enum verdict unallocated(void)
{
	static const u32 insns[] = {
		0x00000000, 0x00c0ffee, 0x02000000, 0xffffffff, 0xd503307f & ~0xffU, 0x04000001 & 0x1fffffff,
		0xd4000001 | 0xe0000000,
	};
	unsigned int i, undefined = 0;

	for (i = 0; i < ARRAY_SIZE(insns); i++)
		undefined += is_undefined(insns[i]);
	EXPECT(is_undefined(0), "UDF #0 executes");
	EXPECT(is_undefined(0xffffffff), "all ones executes");
	tap_note("%u of %u undefined", undefined, (u32)ARRAY_SIZE(insns));
	return TEST_PASS;
}

/* HVC is the hypervisor's, these are nobody's at EL1. */
static enum verdict higher_level(void)
{
	static const struct sysreg regs[] = {
		{ "HCR_EL2", MRS(3, 4, 1, 1, 0) }, { "VTTBR_EL2", MRS(3, 4, 2, 1, 0) },
		{ "SCTLR_EL2", MRS(3, 4, 1, 0, 0) }, { "SPSR_EL2", MRS(3, 4, 4, 0, 0) },
		{ "SCTLR_EL12", MRS(3, 5, 1, 0, 0) }, { "CNTV_CTL_EL02", MRS(3, 5, 14, 3, 1) },
		{ "ICH_HCR_EL2", MRS(3, 4, 12, 11, 0) }, { "ICH_LR0_EL2", MRS(3, 4, 12, 12, 0) },
		{ "SCR_EL3", MRS(3, 6, 1, 1, 0) }, { "TPIDR_EL2", MRS(3, 4, 13, 0, 2) },
		{ "CNTHCTL_EL2", MRS(3, 4, 14, 1, 0) }, { "VBAR_EL2", MRS(3, 4, 12, 0, 0) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		EXPECT(is_undefined(regs[i].mrs), "%s can be read", regs[i].name);
		EXPECT(is_undefined(regs[i].mrs & ~BIT(21)), "%s can be written", regs[i].name);
	}
	EXPECT(is_undefined(0xd50c831f), "TLBI ALLE2IS executes");
	EXPECT(is_undefined(0xd50c871f), "TLBI ALLE2 executes");
	EXPECT(is_undefined(0xd50c7800), "AT S1E2R executes");
	return TEST_PASS;
}

/* A guest without SVE or SME may find its own trap of them instead: CPACR_EL1 comes before the hypervisor. */
static bool is_refusal(u64 esr)
{
	return ESR_EC(esr) == EC_UNKNOWN || ESR_EC(esr) == EC_SYSREG || ESR_EC(esr) == EC_SVE || ESR_EC(esr) == EC_SME;
}

/* The whole read space of MRS: the values do not matter, coming back does. */
static enum verdict read_everything(void)
{
	u32 op0, op1, crn, crm, op2, readable = 0, undefined = 0;
	u64 x0;

	for (op0 = 2; op0 < 4; op0++) {
		for (op1 = 0; op1 < 8; op1++) {
			for (crn = 0; crn < 16; crn++) {
				for (crm = 0; crm < 16; crm++) {
					for (op2 = 0; op2 < 8; op2++) {
						x0 = 0;
						if (try_insn(MRS(op0, op1, crn, crm, op2), &x0)) {
							readable++;
							continue;
						}
						undefined++;
						EXPECT(is_refusal(trap_last()->esr),
						       "S%u_%u_C%u_C%u_%u: ESR 0x%llx", op0, op1, crn, crm, op2,
						       trap_last()->esr);
					}
				}
			}
		}
	}
	tap_note("%u readable, %u undefined", readable, undefined);
	EXPECT(readable > 50 && undefined > 10000, "that cannot be");
	return TEST_PASS;
}

/* Where neither read nor write is known to anybody, try the write too: implementation-defined space above all. */
static enum verdict write_unknown(void)
{
	u32 op1, crn, crm, op2, insn, written = 0;
	u64 x0;

	for (op1 = 0; op1 < 8; op1++) {
		for (crn = 11; crn < 16; crn += 4) {
			for (crm = 0; crm < 16; crm++) {
				for (op2 = 0; op2 < 8; op2++) {
					insn = MRS(3, op1, crn, crm, op2);
					x0 = 0;
					if (try_insn(insn, &x0))
						continue;
					x0 = 0;
					written += try_insn(insn & ~BIT(21), &x0);
				}
			}
		}
	}
	tap_note("%u implementation-defined registers can only be written", written);
	return TEST_PASS;
}

static enum verdict id_read_only(void)
{
	u32 crm, op2;

	for (crm = 0; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++)
			EXPECT(is_undefined(MSR(3, 0, 0, crm, op2)), "S3_0_C0_C%u_%u can be written", crm, op2);
	}
	return TEST_PASS;
}

/* The ID space from CRm 1 on is there, as zero where nothing is defined. */
static enum verdict id_space_readable(void)
{
	u32 crm, op2;
	u64 x0;

	for (crm = 1; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++) {
			x0 = 1;
			EXPECT(try_insn(MRS(3, 0, 0, crm, op2), &x0), "S3_0_C0_C%u_%u is UNDEFINED", crm, op2);
		}
	}
	return TEST_PASS;
}

static u64 id_snapshot[MAX_CPUS][8][8];
static u64 other_ids[MAX_CPUS][5];

static void id_collect(u64 cpu)
{
	u32 crm, op2;
	u64 x0;

	for (crm = 1; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++) {
			x0 = 0;
			try_insn(MRS(3, 0, 0, crm, op2), &x0);
			id_snapshot[cpu][crm][op2] = x0;
		}
	}
	other_ids[cpu][0] = sysreg_read(midr_el1);
	other_ids[cpu][1] = sysreg_read(ctr_el0);
	other_ids[cpu][2] = sysreg_read(dczid_el0);
	other_ids[cpu][3] = sysreg_read(clidr_el1);
	other_ids[cpu][4] = sysreg_read(cntfrq_el0);
}

static enum verdict id_same_everywhere(void)
{
	u32 cpu, n = smp_count();

	if (n < 2)
		return tap_skip("one CPU");
	id_collect(0);
	for (cpu = 1; cpu < n; cpu++) {
		EXPECT(smp_start(cpu), "CPU %u does not start", cpu);
		smp_call(cpu, id_collect, cpu);
		EXPECT(smp_join(cpu), "CPU %u does not come back", cpu);
		EXPECT(smp_stop(cpu), "CPU %u does not stop", cpu);
		EXPECT(!memcmp(id_snapshot[cpu], id_snapshot[0], sizeof(id_snapshot[0])), "CPU %u", cpu);
		EXPECT(!memcmp(other_ids[cpu], other_ids[0], sizeof(other_ids[0])), "CPU %u", cpu);
	}
	return TEST_PASS;
}

static enum verdict id_sane(void)
{
	u64 pfr0 = sysreg_read(id_aa64pfr0_el1), mmfr0 = sysreg_read(id_aa64mmfr0_el1);
	u64 dfr0 = sysreg_read(id_aa64dfr0_el1), mpidr = sysreg_read(mpidr_el1);

	tap_note("MIDR 0x%llx MPIDR 0x%llx PFR0 0x%llx DFR0 0x%llx ISAR0 0x%llx MMFR0 0x%llx MMFR1 0x%llx MMFR2 0x%llx",
		 sysreg_read(midr_el1), mpidr, pfr0, dfr0, sysreg_read(id_aa64isar0_el1), mmfr0,
		 sysreg_read(id_aa64mmfr1_el1), sysreg_read(S3_0_C0_C7_2));
	EXPECT(FIELD(pfr0, 0) && FIELD(pfr0, 4), "PFR0 0x%llx: EL0, EL1", pfr0);
	if (gic_version() == 2)
		EXPECT(FIELD(pfr0, 24) == 0, "PFR0 0x%llx: GICv3 beside a GICv2", pfr0);
	else
		EXPECT(FIELD(pfr0, 24) == 1 || FIELD(pfr0, 24) == 3, "PFR0 0x%llx: GIC", pfr0);
	EXPECT(FIELD(pfr0, 16) != 0xf && FIELD(pfr0, 20) != 0xf, "PFR0 0x%llx: no FP", pfr0);
	EXPECT(FIELD(mmfr0, 28) == 0 || FIELD(mmfr0, 28) == 1, "MMFR0 0x%llx: no 4 KiB granule", mmfr0);
	EXPECT(FIELD(dfr0, 0) >= 6, "DFR0 0x%llx: DebugVer", dfr0);
	EXPECT(mpidr & BIT(31), "MPIDR 0x%llx", mpidr);
	EXPECT_EQ(mpidr & 0xff00ffff00, 0);
	return TEST_PASS;
}

/* Each of these must be there when the ID register says so, and UNDEFINED when not. */
static const struct feature {
	const char *name;
	u32 mrs;
	u8 op1_crm_op2[2];	/* the ID register: S3_0_C0_C<0>_<1> */
	u8 shift;
	u8 absent_too;		/* another value that means absent */
} features[] = {
	{ "ICC_CTLR_EL1", MRS(3, 0, 12, 12, 4), { 4, 0 }, 24, 0 },
	{ "PMCR_EL0", MRS(3, 3, 9, 12, 0), { 5, 0 }, 8, 0xf },
	{ "PMCCNTR_EL0", MRS(3, 3, 9, 13, 0), { 5, 0 }, 8, 0xf },
	{ "PMINTENSET_EL1", MRS(3, 0, 9, 14, 1), { 5, 0 }, 8, 0xf },
	{ "PMEVTYPER0_EL0", MRS(3, 3, 14, 12, 0), { 5, 0 }, 8, 0xf },
	{ "PMSCR_EL1 (SPE)", MRS(3, 0, 9, 9, 0), { 5, 0 }, 32, 0 },
	{ "TRFCR_EL1", MRS(3, 0, 1, 2, 1), { 5, 0 }, 40, 0 },
	{ "TRBLIMITR_EL1", MRS(3, 0, 9, 11, 0), { 5, 0 }, 44, 0 },
	{ "ZCR_EL1 (SVE)", MRS(3, 0, 1, 2, 0), { 4, 0 }, 32, 0 },
	{ "AMCR_EL0 (AMU)", MRS(3, 3, 13, 2, 0), { 4, 0 }, 44, 0 },
	{ "MPAM1_EL1", MRS(3, 0, 10, 5, 0), { 4, 0 }, 40, 0 },
	{ "GCR_EL1 (MTE)", MRS(3, 0, 1, 0, 6), { 4, 1 }, 8, 1 },
	{ "TFSR_EL1 (MTE)", MRS(3, 0, 5, 6, 0), { 4, 1 }, 8, 1 },
	{ "SMCR_EL1 (SME)", MRS(3, 0, 1, 2, 6), { 4, 1 }, 24, 0 },
	{ "LORC_EL1", MRS(3, 0, 10, 4, 3), { 7, 1 }, 16, 0 },
	{ "ERRIDR_EL1 (RAS)", MRS(3, 0, 5, 3, 0), { 4, 0 }, 28, 0 },
	{ "DISR_EL1 (RAS)", MRS(3, 0, 12, 1, 1), { 4, 0 }, 28, 0 },
	{ "APIAKEYLO_EL1", MRS(3, 0, 2, 1, 0), { 6, 1 }, 4, 0 },
	{ "RNDR", MRS(3, 3, 2, 4, 0), { 6, 0 }, 60, 0 },
	{ "TCR2_EL1", MRS(3, 0, 2, 0, 3), { 7, 3 }, 0, 0 },
	{ "PIR_EL1", MRS(3, 0, 10, 2, 3), { 7, 3 }, 8, 0 },
	{ "SCXTNUM_EL1", MRS(3, 0, 13, 0, 7), { 4, 0 }, 56, 1 },
};

static enum verdict features_as_told(void)
{
	const struct feature *f;
	bool there, told, ok = true;
	u64 id, x0;

	for (f = features; f < features + ARRAY_SIZE(features); f++) {
		id = 0;
		try_insn(MRS(3, 0, 0, f->op1_crm_op2[0], f->op1_crm_op2[1]), &id);
		told = FIELD(id, f->shift) && FIELD(id, f->shift) != f->absent_too;
		/* Address authentication by an implementation-defined algorithm stands in another field. */
		if (f->shift == 4 && f->op1_crm_op2[0] == 6)
			told = told || FIELD(id, 8);
		/* CSV2 2, or CSV2_frac 2 beside CSV2 1 */
		if (f->shift == 56)
			told = told || (FIELD(id, 56) == 1 && FIELD(sysreg_read(id_aa64pfr1_el1), 32) == 2);
		x0 = 0;
		there = try_insn(f->mrs, &x0);
		if (there != told) {
			tap_note("%s is %s, but its ID field is 0x%llx", f->name, there ? "there" : "UNDEFINED",
				 FIELD(id, f->shift));
			ok = false;
		}
	}
	return ok ? TEST_PASS : TEST_FAIL;
}

static enum verdict auxiliary(void)
{
	u64 v = sysreg_read(actlr_el1);

	/* ACTLR_EL1 is there, and not the guest's to change the host with. */
	sysreg_write(actlr_el1, ~v);
	isb();
	tap_note("ACTLR_EL1 0x%llx, after writing its inverse 0x%llx", v, sysreg_read(actlr_el1));
	sysreg_write(actlr_el1, v);
	isb();
	EXPECT_EQ(sysreg_read(actlr_el1), v);
	sysreg_read(aidr_el1);
	sysreg_read(revidr_el1);
	return TEST_PASS;
}

static enum verdict os_lock(void)
{
	EXPECT((sysreg_read(oslsr_el1) & 9) == 8, "OSLSR 0x%llx: no OS lock", sysreg_read(oslsr_el1));
	sysreg_write(oslar_el1, 1);
	isb();
	EXPECT(sysreg_read(oslsr_el1) & 2, "OSLSR 0x%llx: not locked", sysreg_read(oslsr_el1));
	sysreg_write(oslar_el1, 0);
	isb();
	EXPECT(!(sysreg_read(oslsr_el1) & 2), "OSLSR 0x%llx: still locked", sysreg_read(oslsr_el1));
	sysreg_write(osdlr_el1, 0);
	isb();
	EXPECT_EQ(sysreg_read(osdlr_el1), 0);
	return TEST_PASS;
}

static enum verdict breakpoint_registers(void)
{
	u32 i, n = FIELD(sysreg_read(id_aa64dfr0_el1), 12) + 1;
	u64 x0;

	for (i = 0; i < n; i++) {
		x0 = 0xffff000012345678 + i * 4;
		EXPECT(try_insn(MSR(2, 0, 0, i, 4), &x0), "DBGBVR%u_EL1 is UNDEFINED", i);
		x0 = 0;
		EXPECT(try_insn(MRS(2, 0, 0, i, 4), &x0), "DBGBVR%u_EL1 is UNDEFINED", i);
		EXPECT((x0 & 0xffffffffffff) == (0xffff000012345678 + i * 4) % BIT(48), "DBGBVR%u_EL1 0x%llx", i, x0);
		x0 = 0;
		EXPECT(try_insn(MSR(2, 0, 0, i, 5), &x0), "DBGBCR%u_EL1 is UNDEFINED", i);
	}
	x0 = 0;
	EXPECT(try_insn(MRS(2, 0, 0, 0, 6), &x0) && try_insn(MRS(2, 0, 0, 0, 7), &x0), "DBGWVR0, DBGWCR0");
	return TEST_PASS;
}

static enum verdict cache_ids(void)
{
	u64 clidr = sysreg_read(clidr_el1), ccsidr;
	u32 level, type;

	EXPECT(sysreg_read(ctr_el0) & BIT(31), "CTR 0x%llx", sysreg_read(ctr_el0));
	EXPECT(clidr & 7, "CLIDR 0x%llx: no cache", clidr);
	for (level = 0; level < 7; level++) {
		type = clidr >> level * 3 & 7;
		if (!type)
			break;
		sysreg_write(csselr_el1, level << 1);
		isb();
		EXPECT_EQ(sysreg_read(csselr_el1), level << 1);
		ccsidr = sysreg_read(ccsidr_el1);
		EXPECT(ccsidr, "CCSIDR of level %u", level + 1);
	}
	sysreg_write(csselr_el1, 0);
	return TEST_PASS;
}

/* BRK, SVC and an unaligned PC are the guest's own, too. */
static enum verdict own_exceptions(void)
{
	u64 x0 = 0;

	trap_arm(TRAP_SKIP);
	insn_run(0xd4200000 | 0x77 << 5, x0);
	EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_BRK64 && (trap_last()->esr & 0xffff) == 0x77,
	       "BRK: ESR 0x%llx", trap_last()->esr);
	trap_arm(TRAP_SKIP);
	insn_run(0xd4000001 | 0x88 << 5, x0);
	EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_SVC && (trap_last()->esr & 0xffff) == 0x88,
	       "SVC: ESR 0x%llx", trap_last()->esr);
	trap_arm(TRAP_RETURN);
	((void (*)(void))(TESTMEM_BASE + 2))();
	EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_PC_ALIGN, "PC: ESR 0x%llx", trap_last()->esr);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "unallocated instructions", unallocated },
	{ "BRK, SVC, unaligned PC", own_exceptions },
	{ "registers and instructions of higher levels", higher_level },
	{ "ID registers are sane", id_sane },
	{ "ID registers are the same on every vCPU", id_same_everywhere },
	{ "the ID space can be read", id_space_readable },
	{ "the ID space cannot be written", id_read_only },
	{ "features are there as their ID fields say", features_as_told },
	{ "cache ID registers", cache_ids },
	{ "ACTLR_EL1, AIDR_EL1, REVIDR_EL1", auxiliary },
	{ "OS lock", os_lock },
	{ "breakpoint registers", breakpoint_registers },
	{ "MRS of every register there can be", read_everything },
	{ "MSR to implementation-defined registers", write_unknown },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
