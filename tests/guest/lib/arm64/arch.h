/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to the CPU in A64: system registers, barriers, interrupt masks, MMIO; and what payloads have to know of AArch64. */
#ifndef ARCH_H
#define ARCH_H

#include "types.h"

#define SYSREG_NAME(reg)	#reg
#define sysreg_read(reg) ({						\
	u64 val_;							\
	asm volatile("mrs %0, " SYSREG_NAME(reg) : "=r"(val_) : : "memory"); \
	val_; })
#define sysreg_write(reg, v)						\
	asm volatile("msr " SYSREG_NAME(reg) ", %x0" : : "rZ"((u64)(v)) : "memory")

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
	asm volatile("msr daifclr, #2\n\tisb" : : : "memory");
}

static inline void irq_disable(void)
{
	asm volatile("msr daifset, #2\n\tisb" : : : "memory");
}

static inline void wfi(void)
{
	asm volatile("dsb sy\n\twfi" : : : "memory");
}

static inline u32 mmio_read32(u64 addr)
{
	u32 v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void mmio_write32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" : : "rZ"(v), "r"(addr) : "memory");
}

static inline u64 mmio_read64(u64 addr)
{
	u64 v;

	asm volatile("ldr %0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void mmio_write64(u64 addr, u64 v)
{
	asm volatile("str %x0, [%1]" : : "rZ"(v), "r"(addr) : "memory");
}

static inline void mmio_write16(u64 addr, u16 v)
{
	asm volatile("strh %w0, [%1]" : : "rZ"((u32)v), "r"(addr) : "memory");
}

static inline u32 mmio_read8(u64 addr)
{
	u32 v;

	asm volatile("ldrb %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void mmio_write8(u64 addr, u8 v)
{
	asm volatile("strb %w0, [%1]" : : "rZ"((u32)v), "r"(addr) : "memory");
}

/* Is GICv3's CPU interface there? */
static inline bool arch_has_gicv3(void)
{
	return sysreg_read(id_aa64pfr0_el1) >> 24 & 0xf;
}

/* The bit of PSCI functions whose arguments are as wide as the caller's registers */
#define PSCI_WIDE		BIT(30)
/* Registers that SMCCC passes or keeps */
#define SMCCC_REGS		18
/* CPACR_EL1 that lets FP be used, the exception where it does not, and how to use it */
#define CPACR_FP		(3 << 20)
#define FP_TRAP_EC		0x07
#define FP_TOUCH		".arch_extension fp\n\tfmov d0, #1.0"
/* 64-bit words of FP registers */
#define FP_WORDS		64

/* The number of general registers that regs has, and its flags' place */
#define REGS_FLAGS		31
/* What stub_idreg_all() changes */
#define REGS_IDREG_ALL		(BIT(0) | BIT(18) | BIT(19) | BIT(28) | BIT(29) | BIT(30))
#define REGS_LOAD_BYTES		(BIT(19) | BIT(30))	/* and stub_load_bytes() */
/* How a CPU starts: CurrentEL, DAIF and SPSel */
#define ARCH_PROBE_LEVEL	4
#define ARCH_PROBE_MASKS	0x3c0
#define ARCH_PROBE_STACK	1
/* Zeros are no instruction */
#define ARCH_EC_ZEROS		0x00
/* Where in RAM neither the payload nor the device tree is */
#define ARCH_SPARE_RAM		(32ULL << 20)
/* Addresses that stage 1 can make and no machine of loftvm's has, ended by 0 */
#define ARCH_BEYOND_IPA		{ BIT(41), BIT(44), BIT(47), 0 }
/* What a call changes, in asm */
#define ARCH_LINK		"x30"
/* The class of SVC's exception */
#define ARCH_EC_SVC		0x15

struct frame {
	u64 x[31];
	u64 elr;
	u64 spsr;
	u64 pad;
};

#endif
