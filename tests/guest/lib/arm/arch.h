/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to the CPU in A32: CP15 registers, barriers, interrupt masks, MMIO; and what payloads have to know of AArch32. */
#ifndef ARCH_H
#define ARCH_H

#include "types.h"

/* Registers go by the names that they have in AArch64, of whose registers they are the lower half. */
#define sysreg_read(reg)	cp15_read_##reg()
#define sysreg_write(reg, v)	cp15_write_##reg(v)

#define CP15_32(name, op1, crn, crm, op2)						\
	static inline u32 cp15_read_##name(void)					\
	{										\
		u32 v;									\
		asm volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r"(v) : : "memory");	\
		return v;								\
	}										\
	static inline void cp15_write_##name(u32 v)					\
	{										\
		asm volatile("mcr p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : : "r"(v) : "memory");	\
	}
#define CP15_64(name, op1, crm)								\
	static inline u64 cp15_read_##name(void)					\
	{										\
		u64 v;									\
		asm volatile("mrrc p15, " #op1 ", %Q0, %R0, " #crm : "=r"(v) : : "memory");	\
		return v;								\
	}										\
	static inline void cp15_write_##name(u64 v)					\
	{										\
		asm volatile("mcrr p15, " #op1 ", %Q0, %R0, " #crm : : "r"(v) : "memory");	\
	}

CP15_32(midr_el1, 0, c0, c0, 0)
CP15_32(ctr_el0, 0, c0, c0, 1)
CP15_32(mpidr_el1, 0, c0, c0, 5)
CP15_32(revidr_el1, 0, c0, c0, 6)
CP15_32(id_pfr0_el1, 0, c0, c1, 0)
CP15_32(id_pfr1_el1, 0, c0, c1, 1)
CP15_32(id_dfr0_el1, 0, c0, c1, 2)
CP15_32(id_mmfr0_el1, 0, c0, c1, 4)
CP15_32(ccsidr_el1, 1, c0, c0, 0)
CP15_32(clidr_el1, 1, c0, c0, 1)
CP15_32(aidr_el1, 1, c0, c0, 7)
CP15_32(csselr_el1, 2, c0, c0, 0)
CP15_32(sctlr_el1, 0, c1, c0, 0)
CP15_32(actlr_el1, 0, c1, c0, 1)
CP15_32(cpacr_el1, 0, c1, c0, 2)
CP15_32(ttbcr, 0, c2, c0, 2)
CP15_32(dacr32_el2, 0, c3, c0, 0)
CP15_32(dfsr, 0, c5, c0, 0)
CP15_32(ifsr32_el2, 0, c5, c0, 1)
CP15_32(afsr0_el1, 0, c5, c1, 0)
CP15_32(afsr1_el1, 0, c5, c1, 1)
CP15_32(dfar, 0, c6, c0, 0)
CP15_32(ifar, 0, c6, c0, 2)
CP15_32(mair0, 0, c10, c2, 0)
CP15_32(mair1, 0, c10, c2, 1)
CP15_32(amair0, 0, c10, c3, 0)
CP15_32(amair1, 0, c10, c3, 1)
CP15_32(vbar_el1, 0, c12, c0, 0)
CP15_32(isr_el1, 0, c12, c1, 0)
CP15_32(contextidr_el1, 0, c13, c0, 1)
CP15_32(tpidr_el0, 0, c13, c0, 2)
CP15_32(tpidrro_el0, 0, c13, c0, 3)
CP15_32(tpidr_el1, 0, c13, c0, 4)
CP15_32(cntfrq_el0, 0, c14, c0, 0)
CP15_32(cntkctl_el1, 0, c14, c1, 0)
CP15_32(cntp_tval_el0, 0, c14, c2, 0)
CP15_32(cntp_ctl_el0, 0, c14, c2, 1)
CP15_32(cntv_tval_el0, 0, c14, c3, 0)
CP15_32(cntv_ctl_el0, 0, c14, c3, 1)
CP15_32(icc_pmr_el1, 0, c4, c6, 0)
CP15_32(icc_dir_el1, 0, c12, c11, 1)
CP15_32(icc_rpr_el1, 0, c12, c11, 3)
CP15_32(icc_iar1_el1, 0, c12, c12, 0)
CP15_32(icc_eoir1_el1, 0, c12, c12, 1)
CP15_32(icc_hppir1_el1, 0, c12, c12, 2)
CP15_32(icc_bpr1_el1, 0, c12, c12, 3)
CP15_32(icc_ctlr_el1, 0, c12, c12, 4)
CP15_32(icc_sre_el1, 0, c12, c12, 5)
CP15_32(icc_igrpen1_el1, 0, c12, c12, 7)
CP15_64(ttbr0_el1, 0, c2)
CP15_64(ttbr1_el1, 1, c2)
CP15_64(par_el1, 0, c7)
CP15_64(icc_sgi1r_el1, 0, c12)
CP15_64(cntpct_el0, 0, c14)
CP15_64(cntvct_el0, 1, c14)
CP15_64(cntp_cval_el0, 2, c14)
CP15_64(cntv_cval_el0, 3, c14)

static inline void isb(void)
{
	asm volatile("isb" : : : "memory");
}

static inline void dsb(void)
{
	asm volatile("dsb sy" : : : "memory");
}

static inline void irq_enable(void)
{
	asm volatile("cpsie i\n\tisb" : : : "memory");
}

static inline void irq_disable(void)
{
	asm volatile("cpsid i\n\tisb" : : : "memory");
}

static inline void wfi(void)
{
	asm volatile("dsb sy\n\twfi" : : : "memory");
}

/* One load or store without writeback each. The register is not LR: see mmio_banked() in aarch32/main.c. */
#define MMIO_ACCESSORS(bits, insn)							\
	static inline u32 mmio_read##bits(u64 addr)					\
	{										\
		register u32 v asm("r1");						\
		asm volatile("ldr" insn " %0, [%1]" : "=r"(v) : "r"((u32)addr) : "memory");	\
		return v;								\
	}										\
	static inline void mmio_write##bits(u64 addr, u##bits v)				\
	{										\
		register u32 r1 asm("r1") = v;						\
		asm volatile("str" insn " %0, [%1]" : : "r"(r1), "r"((u32)addr) : "memory");	\
	}

MMIO_ACCESSORS(8, "b")
MMIO_ACCESSORS(16, "h")
MMIO_ACCESSORS(32, "")

/* What has no syndrome. */
static inline u64 mmio_read64(u64 addr)
{
	u64 v;

	asm volatile("ldrd %Q0, %R0, [%1]" : "=r"(v) : "r"((u32)addr) : "memory");
	return v;
}

static inline void mmio_write64(u64 addr, u64 v)
{
	asm volatile("strd %Q0, %R0, [%1]" : : "r"(v), "r"((u32)addr) : "memory");
}

/* Is GICv3's CPU interface there? */
static inline bool arch_has_gicv3(void)
{
	return sysreg_read(id_pfr1_el1) >> 28;
}

/* The bit of PSCI functions whose arguments are as wide as the caller's registers: 32-bit callers have but one kind */
#define PSCI_WIDE		0
/* Registers that SMCCC passes or keeps */
#define SMCCC_REGS		8
/* CPACR that lets FP be used, the exception where it does not, and how to use it */
#define CPACR_FP		(0xf << 20)
#define FP_TRAP_EC		0x00
#define FP_TOUCH		".fpu neon\n\tvmov.f64 d0, #1.0"
/* 64-bit words of FP registers */
#define FP_WORDS		32
/* The number of general registers that regs has, r0 to r12 and LR, and its flags' place */
#define REGS_FLAGS		14
/* What stub_idreg_all() changes; 13 is LR */
#define REGS_IDREG_ALL		(BIT(0) | BIT(8) | BIT(12) | BIT(13))
#define REGS_LOAD_BYTES		(BIT(8) | BIT(13))	/* and stub_load_bytes() */
/* How a CPU starts: the mode, masks and instruction set of CPSR */
#define ARCH_PROBE_LEVEL	0x13
#define ARCH_PROBE_MASKS	0x1c0
#define ARCH_PROBE_STACK	0
/* Zeros are instructions that do nothing: what ends a page of them is what comes next, and in mmu that is a hole */
#define ARCH_EC_ZEROS		0x21
/* Where in RAM neither the payload nor the device tree is */
#define ARCH_SPARE_RAM		(72ULL << 20)
/* Addresses that stage 1 can make and no machine of loftvm's has, ended by 0 */
#define ARCH_BEYOND_IPA		{ 0 }
/* What a call changes, in asm */
#define ARCH_LINK		"lr"
/* The class of SVC's exception */
#define ARCH_EC_SVC		0x11

struct frame {
	u32 x[13];
	u32 lr;
	u32 elr;
	u32 spsr;
};

#endif
