/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to the CPU: system registers, barriers, interrupt masks, MMIO and the random numbers of tests. */
#ifndef CPU_H
#define CPU_H

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

/* Affinity levels 0 and 1, as the vCPU's number: VMMs give 16 CPUs to a cluster. */
static inline u32 cpu_self(void)
{
	u64 mpidr = sysreg_read(mpidr_el1);

	return (mpidr & 0xf) | (mpidr >> 8 & 0xff) << 4;
}

static inline u64 cpu_mpidr(u32 cpu)
{
	return (cpu & 0xf) | (u64)(cpu >> 4) << 8;
}

u64 random_next(u64 *state);
void cache_sync_code(void *p, size_t n);
u64 insn_run(u32 insn, u64 x0);

#endif
