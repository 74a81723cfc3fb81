// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the host's architecture, on arm64: where a vCPU begins, and the counter. */
#include <sys/ioctl.h>

#include "vmm.h"

#define REG_PC	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.pc))

void arch_set_entry(struct vcpu *vcpu, uint64_t entry)
{
	struct kvm_one_reg reg = { .id = REG_PC, .addr = (uintptr_t)&entry };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		die("KVM_SET_ONE_REG PC: %m");
}

uint64_t arch_counter(void)
{
	uint64_t v;

	asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(v) : : "memory");
	return v;
}

uint64_t arch_counter_hz(void)
{
	uint64_t v;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(v));
	return v;
}
