// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the host's architecture, on 32-bit hosts: where a vCPU begins, and the counter. */
#include <sys/ioctl.h>

#include "vmm.h"

#define REG_PC	(KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | (KVM_REG_ARM_CORE_REG(usr_regs.uregs[0]) + 15))

void arch_set_entry(struct vcpu *vcpu, uint64_t entry)
{
	uint32_t pc = entry;
	struct kvm_one_reg reg = { .id = REG_PC, .addr = (uintptr_t)&pc };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		die("KVM_SET_ONE_REG PC: %m");
}

uint64_t arch_counter(void)
{
	uint64_t v;

	asm volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14\n\tisb" : "=r"(v) : : "memory");
	return v;
}

uint64_t arch_counter_hz(void)
{
	uint32_t v;

	asm volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(v));
	return v;
}
