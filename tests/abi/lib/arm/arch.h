/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests have to know of a 32-bit host and its guests. */
#ifndef ARCH_H
#define ARCH_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

#define CORE_REG(field)	(KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))
#define X_REG(n)	(CORE_REG(usr_regs.uregs[0]) + (n))
#define PC_REG		X_REG(15)
#define PSTATE_REG	X_REG(16)
#define MPIDR_REG	ARM_CP15_REG32(0, 0, 0, 5)
/* Its number with another size is none; that of TTBR0 would be ID_ISAR0 */
#define TTBR1_REG	ARM_CP15_REG64(1, 2)
#define TTBR0_REG	ARM_CP15_REG64(0, 2)
#define ARCH_REG	KVM_REG_ARM
/* Behind the last */
#define CORE_REG_ODD	(CORE_REG(usr_regs.uregs[0]) + sizeof(struct kvm_regs) / 4)
#define ARCH_UNKNOWN_REGS						\
	ARM_CP15_REG32(0, 15, 15, 7), ARM_CP15_REG32(4, 1, 1, 0), ARM_CP15_REG64(7, 15),	\
	KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE
/* CPSR out of reset: SVC mode, A32, everything masked */
#define PSTATE_RESET	0x1d3
/* Features of KVM_ARM_VCPU_INIT, and the capability that says that they are there: arm64's numbers, none of which is here */
#define ARCH_FEATURES						\
	{ KVM_CAP_ARM_EL1_32BIT, 2 },				\
	{ KVM_CAP_ARM_PMU_V3, 3 },				\
	{ KVM_CAP_ARM_SVE, 4 }
/* Two of the registers that guest_registers fills, and how often each has the seed */
#define SPARE_REG	X_REG(12)
#define SPARE_TIMES	13
#define BANKED_REG	CORE_REG(KVM_ARM_IRQ_lr)
#define BANKED_TIMES	13
/* An address of the kernel's */
#define KERNEL_ADDRESS	0xffff0000
/* d0 to d31, FPSCR's flags, FPSCR's modes */
#define HOSTFP_WORDS	34

static inline unsigned long long arch_counter(void)
{
	unsigned long long v;

	asm volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(v));
	return v;
}

static inline unsigned long long arch_frequency(void)
{
	unsigned long v;

	asm volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(v));
	return v;
}

static inline unsigned long arch_thread_pointer(void)
{
	unsigned long v;

	asm volatile("mrc p15, 0, %0, c13, c0, 3" : "=r"(v));
	return v;
}

#endif
