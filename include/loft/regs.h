/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's register file as it lies in memory, shared by C and assembly.
 */
#ifndef LOFT_REGS_H
#define LOFT_REGS_H

/* Offsets for assembly; vcpu.c asserts them against the structure. */
#define VCPU_X(n)	((n) * 8)
#define VCPU_SP_EL0	(31 * 8)
#define VCPU_PC		(32 * 8)
#define VCPU_PSTATE	(33 * 8)
#define VCPU_FP		(34 * 8)

#ifndef __ASSEMBLY__
#include <linux/kvm.h>
#include <linux/types.h>
#include <asm/ptrace.h>
#include <loft/place.h>

/*
 * Guest system registers that live in memory. The first group, up to LOFT_NR_EL1, is resident:
 * while the vCPU is resident on a CPU the hardware holds the truth and memory is stale.
 */
enum loft_sysreg {
	LOFT_SCTLR_EL1,
	LOFT_CPACR_EL1,
	LOFT_TTBR0_EL1,
	LOFT_TTBR1_EL1,
	LOFT_TCR_EL1,
	LOFT_ESR_EL1,
	LOFT_AFSR0_EL1,
	LOFT_AFSR1_EL1,
	LOFT_FAR_EL1,
	LOFT_MAIR_EL1,
	LOFT_VBAR_EL1,
	LOFT_CONTEXTIDR_EL1,
	LOFT_AMAIR_EL1,
	LOFT_CNTKCTL_EL1,
	LOFT_ELR_EL1,
	LOFT_SPSR_EL1,
	LOFT_SP_EL1,
	LOFT_TPIDR_EL1,
	LOFT_NR_EL1,

	/* Switched at every full exit: memory is the truth whenever the vCPU does not run. */
	LOFT_TPIDR_EL0 = LOFT_NR_EL1,
	LOFT_TPIDRRO_EL0,
	LOFT_PAR_EL1,
	LOFT_MDSCR_EL1,

	/* The same, and a guest's only if its EL1 is in AArch32: the rest of it is in the registers above, and in x[] */
	LOFT_SPSR_ABT,
	LOFT_SPSR_UND,
	LOFT_SPSR_IRQ,
	LOFT_SPSR_FIQ,
	LOFT_DACR32_EL2,
	LOFT_IFSR32_EL2,
	LOFT_FPEXC32_EL2,	/* goes with the FP registers */

	/* Trapped or written at entry only: memory is always the truth. */
	LOFT_MPIDR_EL1,
	LOFT_MIDR_EL1,
	LOFT_CSSELR_EL1,
	LOFT_ACTLR_EL1,
	LOFT_MDCCINT_EL1,
	LOFT_OSLSR_EL1,
	LOFT_DISR_EL1,
	LOFT_DBGVCR32_EL2,
	LOFT_NR_SYSREGS,
};

#define LOFT_MAX_DBG	16	/* architectural maximum of breakpoints, and of watchpoints */

/**
 * struct loft_debug_regs - the guest's self-hosted debug registers
 * @bcr: DBGBCRn_EL1
 * @bvr: DBGBVRn_EL1
 * @wcr: DBGWCRn_EL1
 * @wvr: DBGWVRn_EL1
 *
 * All accesses trap; they are in the hardware only while the guest runs with MDSCR_EL1.MDE set.
 */
struct loft_debug_regs {
	u64 bcr[LOFT_MAX_DBG];
	u64 bvr[LOFT_MAX_DBG];
	u64 wcr[LOFT_MAX_DBG];
	u64 wvr[LOFT_MAX_DBG];
};

/**
 * struct loft_regs - everything userspace can see of a vCPU's registers, but GIC and timer
 * @x: general registers
 * @sp_el0: SP_EL0
 * @pc: where the guest resumes (ELR_EL2 while it runs)
 * @pstate: the guest's PSTATE, in SPSR format
 * @fp: FP/SIMD registers, FPSR, FPCR; memory is the truth unless vcpu->fp_loaded
 * @sys: indexed by enum loft_sysreg
 * @dbg: breakpoints and watchpoints
 */
struct loft_regs {
	u64 x[31];
	u64 sp_el0;
	u64 pc;
	u64 pstate;
	struct user_fpsimd_state fp;
	u64 sys[LOFT_NR_SYSREGS];
	struct loft_debug_regs dbg;
};

/* Is EL1 in AArch32, with these KVM_ARM_VCPU_* features? */
static inline bool regs_is_32bit(unsigned long features)
{
	return features & BIT(KVM_ARM_VCPU_EL1_32BIT);
}

/* In the syndrome of an MRC: the flags */
#define REGS_RT_FLAGS	31

/* A register by its number in an instruction: 31 is XZR */
static __always_inline u64 regs_read(const struct loft_regs *regs, unsigned int n)
{
	return n == 31 ? 0 : regs->x[n];
}

static __always_inline void regs_write(struct loft_regs *regs, unsigned int n, u64 val)
{
	if (n != 31)
		regs->x[n] = val;
}

static inline bool regs_in_aarch32(const struct loft_regs *regs)
{
	return regs->pstate & PSR_MODE32_BIT;
}

/* What the register that an instruction calls @n is in a syndrome, and above: AArch32's are banked */
static inline unsigned int regs_number(const struct loft_regs *regs, unsigned int n)
{
	return regs_in_aarch32(regs) ? regs_place(regs->pstate, n) : n;
}

/* An FP/SIMD register's place in memory, and its size */
#define REGS_FP_SIZE	16

static inline u8 *regs_fp(struct loft_regs *regs, unsigned int n)
{
	return (u8 *)&regs->fp.vregs[n];
}
#endif /* !__ASSEMBLY__ */

#endif /* LOFT_REGS_H */
