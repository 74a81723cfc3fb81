// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the host's architecture: a vCPU's registers. On arm64 they may be those of a 32-bit guest. */
#include "loftvm.h"

#define CORE_REG(name) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

#define REG_X(n) (CORE_REG(regs.regs[0]) + 2 * (n))
#define REG_PC CORE_REG(regs.pc)
#define REG_MPIDR ARM64_SYS_REG(3, 0, 0, 0, 5)

/*
 * The boot protocols of Linux. arm64: x0 holds the device tree, x1 to x3 zero. arm: r0 zero, r1 the machine type, which
 * with a device tree is none, r2 the device tree.
 */
void arch_set_entry(struct vcpu *vcpu, uint64_t entry, uint64_t dtb)
{
	if (vcpu->vm->image.aarch32) {
		vcpu_set_reg(vcpu, REG_X(1), 0xffffffff);
		vcpu_set_reg(vcpu, REG_X(2), dtb);
	} else {
		vcpu_set_reg(vcpu, REG_X(0), dtb);
	}
	vcpu_set_reg(vcpu, REG_PC, entry);
}

/* What KVM_ARM_VCPU_INIT must ask for, for the kernel to run. */
uint32_t arch_features(struct vm *vm)
{
	if (!vm->image.aarch32)
		return 0;
	if (!vm_check(vm, KVM_CAP_ARM_EL1_32BIT))
		die("--kernel %s is a 32-bit kernel, and KVM runs none here", vm->cfg->kernel);
	return 1u << KVM_ARM_VCPU_EL1_32BIT;
}

uint64_t arch_read_mpidr(struct vcpu *vcpu)
{
	uint64_t mpidr;

	if (vcpu_get_reg(vcpu, REG_MPIDR, &mpidr))
		die("KVM_GET_ONE_REG MPIDR_EL1 of vCPU %u: %m", vcpu->id);
	return mpidr & 0xff00ffffffull;
}

/* Where a vCPU stands, for whoever has to find out why it stands there. */
void arch_dump(struct vcpu *vcpu)
{
	static const struct {
		const char *name;
		uint64_t id;
	} regs[] = {
		{ "pc", REG_PC }, { "pstate", CORE_REG(regs.pstate) },
		{ "elr_el1", CORE_REG(elr_el1) }, { "sp_el1", CORE_REG(sp_el1) },
		{ "esr_el1", ARM64_SYS_REG(3, 0, 5, 2, 0) },
		{ "far_el1", ARM64_SYS_REG(3, 0, 6, 0, 0) },
		{ "x0", REG_X(0) }, { "x1", REG_X(1) }, { "x2", REG_X(2) }, { "x30", REG_X(30) },
	};
	struct kvm_mp_state mp = { 0 };
	char text[512];
	size_t i, n = 0;
	uint64_t value;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		if (!vcpu_get_reg(vcpu, regs[i].id, &value))
			n += snprintf(text + n, sizeof(text) - n, " %s %#llx", regs[i].name,
				      (unsigned long long)value);
	ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp);
	say("vCPU %u%s:%s", vcpu->id, mp.mp_state == KVM_MP_STATE_STOPPED ? " (off)" : "",
	    n ? text : "");
}
