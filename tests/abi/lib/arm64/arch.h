/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests have to know of a 64-bit host and its guests. */
#ifndef ARCH_H
#define ARCH_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

#define CORE_REG(field)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |	\
			 offsetof(struct kvm_regs, field) / sizeof(uint32_t))
#define X_REG(n)	(CORE_REG(regs.regs[0]) + 2 * (n))
#define PC_REG		CORE_REG(regs.pc)
#define PSTATE_REG	CORE_REG(regs.pstate)
#define MPIDR_REG	ARM64_SYS_REG(3, 0, 0, 0, 5)
#define TTBR1_REG	ARM64_SYS_REG(3, 0, 2, 0, 1)
#define TTBR0_REG	ARM64_SYS_REG(3, 0, 2, 0, 0)
#define ARCH_REG	KVM_REG_ARM64
/* The second half of X0 */
#define CORE_REG_ODD	(CORE_REG(regs.regs[0]) + 1)
#define ARCH_UNKNOWN_REGS						\
	ARM64_SYS_REG(3, 0, 15, 15, 7), ARM64_SYS_REG(3, 7, 15, 15, 7), ARM64_SYS_REG(3, 4, 1, 1, 0),	\
	KVM_REG_ARM | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE
/* PSTATE out of reset: EL1h, everything masked */
#define PSTATE_RESET	0x3c5
/* Features of KVM_ARM_VCPU_INIT, and the capability that says that they are there */
#define ARCH_FEATURES						\
	{ KVM_CAP_ARM_EL1_32BIT, KVM_ARM_VCPU_EL1_32BIT },	\
	{ KVM_CAP_ARM_PMU_V3, KVM_ARM_VCPU_PMU_V3 },		\
	{ KVM_CAP_ARM_SVE, KVM_ARM_VCPU_SVE }
/* Two of the registers that guest_registers fills, and how often each has the seed */
#define SPARE_REG	X_REG(30)
#define SPARE_TIMES	31
#define BANKED_REG	CORE_REG(elr_el1)
#define BANKED_TIMES	13
/* An address of the kernel's */
#define KERNEL_ADDRESS	0xffff800000000000
/* v0 to v31, FPSR, FPCR */
#define HOSTFP_WORDS	66

static inline unsigned long long arch_counter(void)
{
	unsigned long long v;

	asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v));
	return v;
}

static inline unsigned long long arch_frequency(void)
{
	unsigned long long v;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(v));
	return v;
}

static inline unsigned long arch_thread_pointer(void)
{
	unsigned long v;

	asm volatile("mrs %0, tpidr_el0" : "=r"(v));
	return v;
}

#endif
