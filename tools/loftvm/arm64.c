// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the guest's architecture: its registers and kernel image. */
#include <endian.h>

#include "loftvm.h"

#define CORE_REG(name) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

#define REG_X0 CORE_REG(regs.regs[0])
#define REG_PC CORE_REG(regs.pc)
#define REG_MPIDR ARM64_SYS_REG(3, 0, 0, 0, 5)

static int reg_get(struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

static void reg_set(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		die("KVM_SET_ONE_REG %#llx of vCPU %u: %m", (unsigned long long)id, vcpu->id);
}

/* The boot protocol of arm64 Linux: x0 holds the device tree, x1 to x3 zero. */
void arch_set_entry(struct vcpu *vcpu, uint64_t entry, uint64_t dtb)
{
	reg_set(vcpu, REG_X0, dtb);
	reg_set(vcpu, REG_PC, entry);
}

uint64_t arch_read_mpidr(struct vcpu *vcpu)
{
	uint64_t mpidr;

	if (reg_get(vcpu, REG_MPIDR, &mpidr))
		die("KVM_GET_ONE_REG MPIDR_EL1 of vCPU %u: %m", vcpu->id);
	return mpidr & 0xff00ffffffull;
}

/**
 * arch_parse_image() - read a kernel's header
 * @header: its first IMAGE_HEADER bytes, already decompressed
 * @text_offset: where to put it in RAM
 * @size: how much RAM it takes there
 *
 * Return: NULL, or what is wrong with it (Documentation/arch/arm64/booting.rst
 * of the kernel has the layout).
 */
const char *arch_parse_image(const uint64_t *header, uint64_t *text_offset, uint64_t *size)
{
	const char *bytes = (const char *)header;

	if (!memcmp(bytes + 4, "zimg", 4))
		return "is an EFI zboot image: give the Image inside";
	if (memcmp(bytes + 56, "ARM\x64", 4))
		return "is not an arm64 Image (plain or gzip)";
	if (le64toh(header[3]) & 1)
		return "is a big-endian kernel";
	*size = le64toh(header[2]);
	/* Kernels before 3.17 leave the size 0 and mean 0x80000. */
	*text_offset = *size ? le64toh(header[1]) : 0x80000;
	return NULL;
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
		{ "x0", REG_X0 }, { "x1", REG_X0 + 2 }, { "x2", REG_X0 + 4 }, { "x30", REG_X0 + 60 },
	};
	struct kvm_mp_state mp = { 0 };
	char text[512];
	size_t i, n = 0;
	uint64_t value;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		if (!reg_get(vcpu, regs[i].id, &value))
			n += snprintf(text + n, sizeof(text) - n, " %s %#llx", regs[i].name,
				      (unsigned long long)value);
	ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp);
	say("vCPU %u%s:%s", vcpu->id, mp.mp_state == KVM_MP_STATE_STOPPED ? " (off)" : "",
	    n ? text : "");
}
