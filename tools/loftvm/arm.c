// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the host's architecture: a vCPU's registers, on 32-bit hosts. */
#include "loftvm.h"

#define CORE_REG(name) \
	(KVM_REG_ARM | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

#define REG_R(n) (CORE_REG(usr_regs.uregs[0]) + (n))
#define REG_PC REG_R(15)
#define REG_CPSR REG_R(16)
#define REG_MPIDR ARM_CP15_REG32(0, 0, 0, 5)

/* arm's boot protocol: r0 zero, r1 the machine type, which with a device tree is none, r2 the device tree */
void arch_set_entry(struct vcpu *vcpu, uint64_t entry, uint64_t dtb)
{
	vcpu_set_reg(vcpu, REG_R(1), 0xffffffff);
	vcpu_set_reg(vcpu, REG_R(2), dtb);
	vcpu_set_reg(vcpu, REG_PC, entry);
}

uint32_t arch_features(struct vm *vm)
{
	if (!vm->image.aarch32)
		die("--kernel %s is a 64-bit kernel, and this host has 32", vm->cfg->kernel);
	return 0;
}

uint64_t arch_read_mpidr(struct vcpu *vcpu)
{
	uint64_t mpidr;

	if (vcpu_get_reg(vcpu, REG_MPIDR, &mpidr))
		die("KVM_GET_ONE_REG MPIDR of vCPU %u: %m", vcpu->id);
	return mpidr & 0xffffff;
}

/* Where a vCPU stands, for whoever has to find out why it stands there. */
void arch_dump(struct vcpu *vcpu)
{
	static const struct {
		const char *name;
		uint64_t id;
	} regs[] = {
		{ "pc", REG_PC }, { "cpsr", REG_CPSR },
		{ "lr_svc", CORE_REG(KVM_ARM_SVC_lr) }, { "sp_svc", CORE_REG(KVM_ARM_SVC_sp) },
		{ "lr_abt", CORE_REG(KVM_ARM_ABT_lr) }, { "lr_und", CORE_REG(KVM_ARM_UND_lr) },
		{ "dfsr", ARM_CP15_REG32(0, 5, 0, 0) }, { "dfar", ARM_CP15_REG32(0, 6, 0, 0) },
		{ "ifsr", ARM_CP15_REG32(0, 5, 0, 1) }, { "ifar", ARM_CP15_REG32(0, 6, 0, 2) },
		{ "r0", REG_R(0) }, { "r1", REG_R(1) }, { "r2", REG_R(2) },
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
