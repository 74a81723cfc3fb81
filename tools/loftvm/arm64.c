// SPDX-License-Identifier: GPL-2.0-only
/* What depends on the guest's architecture: its registers and kernel image. */
#include <endian.h>

#include "loftvm.h"

#define CORE_REG(name) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

#define REG_X(n) (CORE_REG(regs.regs[0]) + 2 * (n))
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

/*
 * The boot protocols of Linux. arm64: x0 holds the device tree, x1 to x3 zero. arm: r0 zero, r1 the machine type, which
 * with a device tree is none, r2 the device tree.
 */
void arch_set_entry(struct vcpu *vcpu, uint64_t entry, uint64_t dtb)
{
	if (vcpu->vm->image.aarch32) {
		reg_set(vcpu, REG_X(1), 0xffffffff);
		reg_set(vcpu, REG_X(2), dtb);
	} else {
		reg_set(vcpu, REG_X(0), dtb);
	}
	reg_set(vcpu, REG_PC, entry);
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

	if (reg_get(vcpu, REG_MPIDR, &mpidr))
		die("KVM_GET_ONE_REG MPIDR_EL1 of vCPU %u: %m", vcpu->id);
	return mpidr & 0xff00ffffffull;
}

/* arm: Documentation/arch/arm/booting.rst of the kernel, and the zImage's own header */
#define ZIMAGE_MAGIC 0x016f2818
/* Above where the kernel unpacks itself to, with room for its bss, stack and heap while it does */
#define ZIMAGE_OFFSET (64 * MIB)
#define ZIMAGE_ROOM MIB

static const char *arch_parse_zimage(const uint32_t *words, struct image *image)
{
	if (le32toh(words[12]) != 0x04030201)
		return "is a big-endian kernel";
	image->aarch32 = true;
	image->text_offset = ZIMAGE_OFFSET;
	image->size = le32toh(words[11]) - le32toh(words[10]) + ZIMAGE_ROOM;
	return NULL;
}

/**
 * arch_parse_image() - read a kernel's header
 * @header: its first IMAGE_HEADER bytes, already decompressed
 * @image: is filled in
 *
 * Return: NULL, or what is wrong with it (Documentation/arch/arm64/booting.rst
 * of the kernel has the layout).
 */
const char *arch_parse_image(const uint64_t *header, struct image *image)
{
	const char *bytes = (const char *)header;
	const uint32_t *words = (const uint32_t *)header;

	*image = (struct image){ 0 };
	if (le32toh(words[9]) == ZIMAGE_MAGIC)
		return arch_parse_zimage(words, image);
	if (!memcmp(bytes + 4, "zimg", 4))
		return "is an EFI zboot image: give the Image inside";
	if (memcmp(bytes + 56, "ARM\x64", 4))
		return "is neither an arm64 Image (plain or gzip) nor an arm zImage";
	if (le64toh(header[3]) & 1)
		return "is a big-endian kernel";
	image->size = le64toh(header[2]);
	/* Kernels before 3.17 leave the size 0 and mean 0x80000. */
	image->text_offset = image->size ? le64toh(header[1]) : 0x80000;
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
		{ "x0", REG_X(0) }, { "x1", REG_X(1) }, { "x2", REG_X(2) }, { "x30", REG_X(30) },
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
