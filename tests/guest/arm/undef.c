// SPDX-License-Identifier: GPL-2.0-only
// Undefined instructions and coprocessor registers: an exception for the guest at worst, and ID registers that hold.
#include "cpu.h"
#include "exception.h"
#include "gic.h"
#include "layout.h"
#include "smp.h"
#include "tap.h"

#define MRC(cp, op1, crn, crm, op2)						\
	(0xee100010U | (op1) << 21 | (crn) << 16 | (cp) << 8 | (op2) << 5 | (crm))
#define MCR(cp, op1, crn, crm, op2)	(MRC(cp, op1, crn, crm, op2) & ~(1U << 20))
/* The second register is r1, which a call may change */
#define MRRC(cp, op1, crm)		(0xec500000U | 1 << 16 | (cp) << 8 | (op1) << 4 | (crm))
#define MCRR(cp, op1, crm)		(MRRC(cp, op1, crm) & ~(1U << 20))
#define FIELD(v, shift)			((v) >> (shift) & 0xf)

/* Run it, with its trap if it has one. The value read, or 0. */
static bool try_insn(u32 insn, ulong *r0)
{
	trap_arm(TRAP_SKIP);
	*r0 = insn_run(insn, *r0);
	return !trap_disarm();
}

/* At the instruction itself, in the mode of undefined instructions. */
static bool is_undefined(u32 insn)
{
	ulong r0 = 0;

	return !try_insn(insn, &r0) && ESR_EC(trap_last()->esr) == EC_UNKNOWN;
}

static enum verdict unallocated(void)
{
	static const u32 insns[] = {
		0xe7f000f0,		/* UDF */
		0xe7ffffff, 0xe6000010, 0xee000000 | 13 << 8, 0xec000000 | 3 << 8, 0xee800f10,
	};
	unsigned int i, undefined = 0;

	for (i = 0; i < ARRAY_SIZE(insns); i++)
		undefined += is_undefined(insns[i]);
	EXPECT(is_undefined(0xe7f000f0), "UDF executes");
	tap_note("%u of %u undefined", undefined, (u32)ARRAY_SIZE(insns));
	return TEST_PASS;
}

/* SVC, and a jump to where nothing can be fetched, are the guest's own. */
static enum verdict own_exceptions(void)
{
	trap_arm(TRAP_SKIP);
	asm volatile("svc #0x88" : : : ARCH_LINK);
	EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_SVC, "SVC: ESR 0x%llx", trap_last()->esr);
	trap_arm(TRAP_RETURN);
	insn_run(0xe1200077, 0);	/* BKPT */
	EXPECT(trap_disarm() == 1 && ESR_EC(trap_last()->esr) == EC_IABT, "BKPT: ESR 0x%llx", trap_last()->esr);
	return TEST_PASS;
}

/* HYP mode's registers, and Monitor mode's. */
static enum verdict higher_level(void)
{
	static const struct {
		const char *name;
		u32 mrc;
	} regs[] = {
		{ "HCR", MRC(15, 4, 1, 1, 0) }, { "HDCR", MRC(15, 4, 1, 1, 1) }, { "HCPTR", MRC(15, 4, 1, 1, 2) },
		{ "HSTR", MRC(15, 4, 1, 1, 3) }, { "HSCTLR", MRC(15, 4, 1, 0, 0) }, { "HTCR", MRC(15, 4, 2, 0, 2) },
		{ "VTCR", MRC(15, 4, 2, 1, 2) }, { "HSR", MRC(15, 4, 5, 2, 0) }, { "HVBAR", MRC(15, 4, 12, 0, 0) },
		{ "HTPIDR", MRC(15, 4, 13, 0, 2) }, { "CNTHCTL", MRC(15, 4, 14, 1, 0) }, { "VMPIDR", MRC(15, 4, 0, 0, 5) },
		{ "SCR", MRC(15, 0, 1, 1, 0) }, { "MVBAR", MRC(15, 0, 12, 0, 1) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		EXPECT(is_undefined(regs[i].mrc), "%s can be read", regs[i].name);
		EXPECT(is_undefined(regs[i].mrc & ~(1U << 20)), "%s can be written", regs[i].name);
	}
	EXPECT(is_undefined(MRRC(15, 6, 2)), "VTTBR can be read");
	EXPECT(is_undefined(MRRC(15, 4, 2)), "HTTBR can be read");
	EXPECT(is_undefined(MRRC(15, 4, 14)), "CNTVOFF can be read");
	EXPECT(is_undefined(MCR(15, 4, 8, 7, 4)), "TLBIALLNSNH executes");
	EXPECT(is_undefined(MCR(15, 4, 8, 7, 0)), "TLBIALLH executes");
	EXPECT(is_undefined(MCR(15, 4, 7, 8, 0)), "ATS1HR executes");
	return TEST_PASS;
}

static enum verdict read_space(u32 cp, u32 least)
{
	u32 op1, crn, crm, op2, readable = 0, undefined = 0;
	ulong r0;

	for (op1 = 0; op1 < 8; op1++) {
		for (crn = 0; crn < 16; crn++) {
			for (crm = 0; crm < 16; crm++) {
				for (op2 = 0; op2 < 8; op2++) {
					r0 = 0;
					if (try_insn(MRC(cp, op1, crn, crm, op2), &r0)) {
						readable++;
						continue;
					}
					undefined++;
					EXPECT(ESR_EC(trap_last()->esr) == EC_UNKNOWN, "p%u, %u, c%u, c%u, %u: ESR 0x%llx",
					       cp, op1, crn, crm, op2, trap_last()->esr);
				}
			}
		}
	}
	tap_note("p%u: %u readable, %u undefined", cp, readable, undefined);
	EXPECT(readable >= least && undefined > 1000, "that cannot be");
	return TEST_PASS;
}

/* The whole read space of MRC: the values do not matter, coming back does. */
static enum verdict read_cp15(void)
{
	return read_space(15, 40);
}

static enum verdict read_cp14(void)
{
	return read_space(14, 0);
}

static enum verdict read_pairs(void)
{
	u32 cp, op1, crm, readable = 0;
	ulong r0;

	for (cp = 14; cp < 16; cp++) {
		for (op1 = 0; op1 < 16; op1++) {
			for (crm = 0; crm < 16; crm++) {
				r0 = 0;
				if (try_insn(MRRC(cp, op1, crm), &r0))
					readable++;
				else
					EXPECT(ESR_EC(trap_last()->esr) == EC_UNKNOWN, "p%u, %u, c%u: ESR 0x%llx", cp, op1, crm,
					       trap_last()->esr);
			}
		}
	}
	tap_note("%u readable", readable);
	EXPECT(readable >= 5, "that cannot be");
	return TEST_PASS;
}

/* Implementation-defined space, and TCM's and the monitors': written where it cannot be read, too. */
static enum verdict write_unknown(void)
{
	static const u32 crns[] = { 9, 11, 15 };
	u32 op1, i, crm, op2, written = 0;
	ulong r0;

	for (op1 = 0; op1 < 8; op1++) {
		for (i = 0; i < ARRAY_SIZE(crns); i++) {
			for (crm = 0; crm < 16; crm++) {
				for (op2 = 0; op2 < 8; op2++) {
					r0 = 0;
					if (try_insn(MRC(15, op1, crns[i], crm, op2), &r0))
						continue;
					r0 = 0;
					written += try_insn(MCR(15, op1, crns[i], crm, op2), &r0);
				}
			}
		}
	}
	tap_note("%u can only be written", written);
	return TEST_PASS;
}

static enum verdict id_space(void)
{
	u32 crm, op2;
	ulong r0;

	for (crm = 1; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++) {
			r0 = 1;
			EXPECT(try_insn(MRC(15, 0, 0, crm, op2), &r0), "c0, c%u, %u is UNDEFINED", crm, op2);
			EXPECT(is_undefined(MCR(15, 0, 0, crm, op2)), "c0, c%u, %u can be written", crm, op2);
		}
	}
	return TEST_PASS;
}

static u32 id_snapshot[MAX_CPUS][8][8];

static void id_collect(u64 cpu)
{
	u32 crm, op2;
	ulong r0;

	for (crm = 0; crm < 8; crm++) {
		for (op2 = 0; op2 < 8; op2++) {
			r0 = 0;
			try_insn(MRC(15, 0, 0, crm, op2), &r0);
			id_snapshot[cpu][crm][op2] = crm || op2 != 5 ? r0 : 0;		/* MPIDR */
		}
	}
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
	}
	return TEST_PASS;
}

static enum verdict id_sane(void)
{
	u32 pfr0 = sysreg_read(id_pfr0_el1), pfr1 = sysreg_read(id_pfr1_el1), mmfr0 = sysreg_read(id_mmfr0_el1);
	u32 mpidr = sysreg_read(mpidr_el1);

	tap_note("MIDR 0x%x MPIDR 0x%x PFR0 0x%x PFR1 0x%x DFR0 0x%x MMFR0 0x%x", sysreg_read(midr_el1), mpidr, pfr0, pfr1,
		 sysreg_read(id_dfr0_el1), mmfr0);
	EXPECT(FIELD(pfr0, 0) == 1 && FIELD(pfr0, 4) == 3, "PFR0 0x%x: A32, T32", pfr0);
	EXPECT(FIELD(pfr1, 0) == 1 && FIELD(pfr1, 16) == 1, "PFR1 0x%x: modes, timer", pfr1);
	EXPECT(gic_version() == 3 || FIELD(pfr1, 28) == 0, "PFR1 0x%x: GICv3 beside a GICv2", pfr1);
	EXPECT(FIELD(mmfr0, 0) == 5, "MMFR0 0x%x: no LPAE", mmfr0);
	EXPECT_EQ(mpidr & 0xffffff00, 0x80000000);
	return TEST_PASS;
}

static enum verdict auxiliary(void)
{
	u32 v = sysreg_read(actlr_el1);

	/* ACTLR is there, and not the guest's to change the host with. */
	sysreg_write(actlr_el1, ~v);
	isb();
	EXPECT_EQ(sysreg_read(actlr_el1), v);
	sysreg_read(aidr_el1);
	sysreg_read(revidr_el1);
	return TEST_PASS;
}

static enum verdict cache_ids(void)
{
	u32 clidr = sysreg_read(clidr_el1), level, type;

	EXPECT(sysreg_read(ctr_el0) >> 29 == 4, "CTR 0x%x", sysreg_read(ctr_el0));
	EXPECT(clidr & 7, "CLIDR 0x%x: no cache", clidr);
	for (level = 0; level < 7; level++) {
		type = clidr >> level * 3 & 7;
		if (!type)
			break;
		sysreg_write(csselr_el1, level << 1);
		isb();
		EXPECT_EQ(sysreg_read(csselr_el1), level << 1);
		EXPECT(sysreg_read(ccsidr_el1), "CCSIDR of level %u", level + 1);
	}
	sysreg_write(csselr_el1, 0);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "unallocated instructions", unallocated },
	{ "SVC, BKPT", own_exceptions },
	{ "registers and instructions of HYP and Monitor mode", higher_level },
	{ "ID registers are sane", id_sane },
	{ "ID registers are the same on every vCPU", id_same_everywhere },
	{ "the ID space can be read, not written", id_space },
	{ "cache ID registers", cache_ids },
	{ "ACTLR, AIDR, REVIDR", auxiliary },
	{ "MRC of every register of CP15 there can be", read_cp15 },
	{ "MRC of every register of CP14 there can be", read_cp14 },
	{ "MRRC of every register there can be", read_pairs },
	{ "MCR to implementation-defined registers", write_unknown },
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return 0;
}
