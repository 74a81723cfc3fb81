// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to addresses without memory: in-kernel devices first, then userspace. A load or store that the syndrome does not
 * describe is ldst.c's.
 */
#include <linux/swab.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"

/* The register's low bytes in the order in which the guest would have stored them */
static u64 mmio_swap(const struct loft_vcpu *vcpu, u64 val)
{
	if (!vcpu->mmio.be)
		return val;
	switch (vcpu->mmio.len) {
	case 2:
		return swab16(val);
	case 4:
		return swab32(val);
	case 8:
		return swab64(val);
	default:
		return val;
	}
}

static u64 mmio_trim(u64 val, unsigned int len)
{
	return len == 8 ? val : val & (BIT_ULL(len * 8) - 1);
}

/* The load or store as the syndrome has it */
static void mmio_decode(struct loft_vcpu *vcpu)
{
	struct loft_mmio *mmio = &vcpu->mmio;
	u64 esr = vcpu->exit.esr;

	mmio->decoded = false;
	mmio->write = esr & ESR_ELx_WNR;
	mmio->sext = esr & ESR_ELx_SSE;
	mmio->sf = esr & ESR_ELx_SF;
	mmio->be = vcpu->exit.flags & LOFT_EXIT_F_BE;
	mmio->len = 1 << ((esr & ESR_ELx_SAS) >> ESR_ELx_SAS_SHIFT);
	mmio->rt = (esr & ESR_ELx_SRT_MASK) >> ESR_ELx_SRT_SHIFT;
}

static void mmio_load(struct loft_vcpu *vcpu, u64 val)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	val = mmio_trim(mmio_swap(vcpu, val), mmio->len);
	if (mmio->sext && mmio->len < 8)
		val = sign_extend64(val, mmio->len * 8 - 1);
	if (!mmio->sf)
		val = lower_32_bits(val);
	vcpu_set_reg(vcpu, mmio->rt, val);
}

static bool mmio_to_eventfd(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 val)
{
	return write && !list_empty(&vcpu->vm->ioeventfds) && ioeventfd_write(vcpu->vm, ipa, len, val);
}

/**
 * mmio_in_kernel() - is an access one for the devices in the kernel? Then they have it
 * @vcpu: the vCPU
 * @ipa: where
 * @len: bytes, 1, 2, 4 or 8
 * @write: it is a store
 * @val: what is stored, or takes what is loaded; as the bytes lie in memory, read little-endian
 */
bool mmio_in_kernel(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val)
{
	if (vgic_mmio(vcpu, ipa, len, write, val))
		return true;
	return mmio_to_eventfd(vcpu, ipa, len, write, *val);
}

/**
 * mmio_to_user() - KVM_EXIT_MMIO
 * @vcpu: the vCPU
 * @ipa: where
 * @len: bytes, 1 to 8
 * @write: it is a store
 * @val: what is stored, as for mmio_in_kernel(), and no more than that; or 0
 */
void mmio_to_user(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 val)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = ipa.val;
	run->mmio.len = len;
	run->mmio.is_write = write;
	memcpy(run->mmio.data, &val, sizeof(run->mmio.data));
	vcpu->mmio.pending = true;
}

static u64 mmio_store_data(const struct loft_vcpu *vcpu)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	return mmio->write ? mmio_trim(mmio_swap(vcpu, vcpu_get_reg(vcpu, mmio->rt)), mmio->len) : 0;
}

/* What no vGIC has taken */
static enum loft_verdict mmio_outside(struct loft_vcpu *vcpu, u64 val)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	if (mmio_to_eventfd(vcpu, vcpu->exit.ipa, mmio->len, mmio->write, val)) {
		vcpu_skip_insn(vcpu);
		return LOFT_RESUME;
	}
	mmio_to_user(vcpu, vcpu->exit.ipa, mmio->len, mmio->write, val);
	return LOFT_USER;
}

/**
 * mmio_handle - emulate the load or store that faulted on an address without memory
 * @vcpu: the vCPU; its exit is a stage-2 data abort with a valid IPA
 * @err: errno for KVM_RUN, written with LOFT_USER only
 *
 * Return: LOFT_RESUME if in-kernel devices took it, LOFT_USER for KVM_EXIT_MMIO.
 */
enum loft_verdict mmio_handle(struct loft_vcpu *vcpu, int *err)
{
	struct loft_mmio *mmio = &vcpu->mmio;
	u64 val;

	if (!(vcpu->exit.esr & ESR_ELx_ISV))
		return ldst_handle(vcpu, err);
	mmio_decode(vcpu);
	val = mmio_store_data(vcpu);
	if (!vgic_mmio(vcpu, vcpu->exit.ipa, mmio->len, mmio->write, &val)) {
		if (mmio->slots_gen) {
			mmio->hole = vcpu->exit.ipa.val >> LOFT_MMIO_HOLE_SHIFT;
			mmio->hole_gen = mmio->slots_gen;
		}
		return mmio_outside(vcpu, val);
	}
	if (!mmio->write)
		mmio_load(vcpu, val);
	vcpu_skip_insn(vcpu);
	return LOFT_RESUME;
}

/**
 * mmio_hole - the same where the last access found nothing, for what most devices get
 * @vcpu: the vCPU; the syndrome describes the access, and its address is in vcpu->mmio.hole
 *
 * Return: as mmio_handle().
 */
enum loft_verdict mmio_hole(struct loft_vcpu *vcpu)
{
	mmio_decode(vcpu);
	return mmio_outside(vcpu, mmio_store_data(vcpu));
}

/**
 * mmio_complete - go on with the load or store after an access that the last KVM_RUN handed to userspace
 * @vcpu: the vCPU, vcpu->mmio.pending
 * @err: errno for KVM_RUN, written with LOFT_USER only
 *
 * Return: LOFT_USER if userspace has another one to do.
 */
enum loft_verdict mmio_complete(struct loft_vcpu *vcpu, int *err)
{
	struct loft_mmio *mmio = &vcpu->mmio;
	u64 val = 0;

	mmio->pending = false;
	memcpy(&val, vcpu->run->mmio.data, sizeof(val));
	if (mmio->decoded)
		return ldst_complete(vcpu, val, err);
	if (!mmio->write)
		mmio_load(vcpu, val);
	vcpu_skip_insn(vcpu);
	return LOFT_RESUME;
}
