/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's register file on an ARMv7 host, as it lies in memory, shared by C and assembly.
 *
 * Registers have the places and names that the architecture gives them in AArch64 state (Arm ARM DDI 0487, D1.20.1 and
 * D1.20.3): what AArch32 calls two registers may be the halves of one.
 */
#ifndef LOFT_REGS_H
#define LOFT_REGS_H

/* Offsets for assembly; asserted in C */
#define VCPU_X(n)	((n) * 4)
#define VCPU_PC		(31 * 4)
#define VCPU_PSTATE	(32 * 4)

#ifdef __ASSEMBLY__
#include <loft/place.h>
#endif

#ifndef __ASSEMBLY__
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/ptrace.h>

/* AArch32 state under the names that arm64 has for it */
#define PSR_MODE32_BIT		MODE32_BIT
#define PSR_AA32_MODE_MASK	MODE_MASK
#define PSR_AA32_MODE_USR	USR_MODE
#define PSR_AA32_MODE_FIQ	FIQ_MODE
#define PSR_AA32_MODE_IRQ	IRQ_MODE
#define PSR_AA32_MODE_SVC	SVC_MODE
#define PSR_AA32_MODE_ABT	ABT_MODE
#define PSR_AA32_MODE_UND	UND_MODE
#define PSR_AA32_T_BIT		PSR_T_BIT
#define PSR_AA32_F_BIT		PSR_F_BIT
#define PSR_AA32_I_BIT		PSR_I_BIT
#define PSR_AA32_A_BIT		PSR_A_BIT
#define PSR_AA32_E_BIT		PSR_E_BIT
#define PSR_AA32_GE_MASK	0x000f0000
#define PSR_AA32_Q_BIT		PSR_Q_BIT
#define PSR_AA32_V_BIT		PSR_V_BIT
#define PSR_AA32_C_BIT		PSR_C_BIT
#define PSR_AA32_Z_BIT		PSR_Z_BIT
#define PSR_AA32_N_BIT		PSR_N_BIT
/* ARMv8 extensions, which ARMv7 does not have */
#define PSR_AA32_DIT_BIT	0
#define PSR_AA32_PAN_BIT	0
#define PSR_AA32_SSBS_BIT	0
#define PSR_PAN_BIT		0
#define PSR_SSBS_BIT		0

#include <loft/place.h>

/* Guest CP15 registers that live in memory; those up to LOFT_NR_EL1 are the host's too and switched at every exit. */
enum loft_sysreg {
	LOFT_SCTLR_EL1,
	LOFT_CPACR_EL1,
	LOFT_TTBR0_EL1,
	LOFT_TTBR1_EL1,
	LOFT_TCR_EL1,		/* TTBCR */
	LOFT_DACR32_EL2,	/* DACR */
	LOFT_ESR_EL1,		/* DFSR */
	LOFT_IFSR32_EL2,	/* IFSR */
	LOFT_AFSR0_EL1,		/* ADFSR */
	LOFT_AFSR1_EL1,		/* AIFSR */
	LOFT_FAR_EL1,		/* DFAR, IFAR */
	LOFT_MAIR_EL1,		/* PRRR or MAIR0, NMRR or MAIR1 */
	LOFT_AMAIR_EL1,		/* AMAIR0, AMAIR1 */
	LOFT_VBAR_EL1,
	LOFT_CONTEXTIDR_EL1,
	LOFT_CNTKCTL_EL1,
	LOFT_TPIDR_EL1,		/* TPIDRPRW */
	LOFT_TPIDR_EL0,		/* TPIDRURW */
	LOFT_TPIDRRO_EL0,	/* TPIDRURO */
	LOFT_PAR_EL1,
	LOFT_NR_EL1,

	/* Banked, and switched with the other banked registers */
	LOFT_SPSR_EL1 = LOFT_NR_EL1,	/* SPSR_svc */
	LOFT_SPSR_ABT,
	LOFT_SPSR_UND,
	LOFT_SPSR_IRQ,
	LOFT_SPSR_FIQ,

	/* Trapped or written at entry only: memory is always the truth. */
	LOFT_MPIDR_EL1,
	LOFT_MIDR_EL1,
	LOFT_CSSELR_EL1,
	LOFT_OSLSR_EL1,
	LOFT_NR_SYSREGS,
};

/**
 * struct loft_vfp - VFP and Advanced SIMD registers
 * @d: D0 to D31
 * @fpscr: FPSCR
 * @fpexc: FPEXC
 */
struct loft_vfp {
	u64 d[32];
	u32 fpscr;
	u32 fpexc;
};

/**
 * struct loft_regs - everything userspace can see of a vCPU's registers, but GIC and timer
 * @x: general registers of all modes
 * @pc: where the guest resumes (ELR_hyp while it runs)
 * @pstate: the guest's CPSR
 * @fp: VFP; memory is the truth after every exit
 * @sys: indexed by enum loft_sysreg
 */
struct loft_regs {
	u32 x[31];
	u32 pc;
	u32 pstate;
	struct loft_vfp fp;
	u64 sys[LOFT_NR_SYSREGS];
};

/* There is no other state */
static inline bool regs_is_32bit(unsigned long features)
{
	return true;
}

/* In the syndrome of an MRC: the flags */
#define REGS_RT_FLAGS	15

/* A register by its number in an instruction; a load or store of the PC never comes with a syndrome */
static inline u64 regs_read(const struct loft_regs *regs, unsigned int n)
{
	return n > 14 ? 0 : regs->x[regs_place(regs->pstate, n)];
}

static inline void regs_write(struct loft_regs *regs, unsigned int n, u64 val)
{
	if (n <= 14)
		regs->x[regs_place(regs->pstate, n)] = val;
}

/* There is no other state */
static inline bool regs_in_aarch32(const struct loft_regs *regs)
{
	return true;
}

/* An instruction and a syndrome number registers alike */
static inline unsigned int regs_number(const struct loft_regs *regs, unsigned int n)
{
	return n;
}

/* An FP register's place in memory, and its size */
#define REGS_FP_SIZE	8

static inline u8 *regs_fp(struct loft_regs *regs, unsigned int n)
{
	return (u8 *)&regs->fp.d[n];
}
#endif /* !__ASSEMBLY__ */

#endif /* LOFT_REGS_H */
