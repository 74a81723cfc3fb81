// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to addresses without memory: in-kernel devices first, then userspace.
 */
#include <linux/srcu.h>
#include <linux/swab.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"

/* The register's low bytes in the order in which the guest would have stored them */
static u64 mmio_swap(const struct loft_vcpu *vcpu, u64 val, unsigned int len)
{
	if (!vcpu->mmio.be)
		return val;
	switch (len) {
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

static void mmio_decode(struct loft_vcpu *vcpu)
{
	u64 esr = vcpu->exit.esr;

	vcpu->mmio.write = esr & ESR_ELx_WNR;
	vcpu->mmio.sext = esr & ESR_ELx_SSE;
	vcpu->mmio.sf = esr & ESR_ELx_SF;
	vcpu->mmio.len = 1 << ((esr & ESR_ELx_SAS) >> ESR_ELx_SAS_SHIFT);
	vcpu->mmio.rt = (esr & ESR_ELx_SRT_MASK) >> ESR_ELx_SRT_SHIFT;
	vcpu->mmio.be = vcpu->exit.flags & LOFT_EXIT_F_BE;
}

/* A load's result, as it came from the device, into the register */
static void mmio_load(struct loft_vcpu *vcpu, u64 val)
{
	unsigned int len = vcpu->mmio.len;

	val = mmio_trim(mmio_swap(vcpu, mmio_trim(val, len), len), len);
	if (vcpu->mmio.sext && len < 8)
		val = sign_extend64(val, len * 8 - 1);
	if (!vcpu->mmio.sf)
		val = lower_32_bits(val);
	vcpu_set_reg(vcpu, vcpu->mmio.rt, val);
}

static bool mmio_in_kernel(struct loft_vcpu *vcpu, u64 *val)
{
	if (vgic_mmio(vcpu, vcpu->exit.ipa, vcpu->mmio.len, vcpu->mmio.write, val))
		return true;
	return vcpu->mmio.write && ioeventfd_write(vcpu->vm, vcpu->exit.ipa, vcpu->mmio.len, *val);
}

static void mmio_to_user(struct loft_vcpu *vcpu, u64 val)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = vcpu->exit.ipa.val;
	run->mmio.len = vcpu->mmio.len;
	run->mmio.is_write = vcpu->mmio.write;
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	if (vcpu->mmio.write)
		memcpy(run->mmio.data, &val, vcpu->mmio.len);
	vcpu->mmio.pending = true;
}

/* The syndrome does not say what the instruction was: userspace may know, else the access failed on the bus */
static enum loft_verdict mmio_undecoded(struct loft_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (!vcpu->vm->nisv_to_user) {
		inject_dabt(vcpu, vcpu->exit.far);
		return LOFT_RESUME;
	}
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.esr_iss = vcpu->exit.esr & ESR_ELx_ISS_MASK & ~(u64)ESR_ELx_S1PTW;
	run->arm_nisv.fault_ipa = vcpu->exit.ipa.val;
	return LOFT_USER;
}

/**
 * mmio_handle - emulate the load or store that faulted on an address without memory
 * @vcpu: the vCPU; its exit is a stage-2 data abort with a valid IPA
 * @err: unused, 0
 *
 * Return: LOFT_RESUME if an in-kernel device took it, LOFT_USER for KVM_EXIT_MMIO.
 */
enum loft_verdict mmio_handle(struct loft_vcpu *vcpu, int *err)
{
	u64 val = 0;

	if (!(vcpu->exit.esr & ESR_ELx_ISV))
		return mmio_undecoded(vcpu);
	mmio_decode(vcpu);
	if (vcpu->mmio.write)
		val = mmio_trim(mmio_swap(vcpu, vcpu_get_reg(vcpu, vcpu->mmio.rt), vcpu->mmio.len),
				vcpu->mmio.len);
	if (!mmio_in_kernel(vcpu, &val)) {
		mmio_to_user(vcpu, val);
		return LOFT_USER;
	}
	if (!vcpu->mmio.write)
		mmio_load(vcpu, val);
	vcpu_skip_insn(vcpu);
	return LOFT_RESUME;
}

/**
 * mmio_complete - finish the access that the last KVM_RUN handed to userspace
 * @vcpu: the vCPU, vcpu->mmio.pending
 */
void mmio_complete(struct loft_vcpu *vcpu)
{
	u64 val = 0;

	vcpu->mmio.pending = false;
	if (!vcpu->mmio.write) {
		memcpy(&val, vcpu->run->mmio.data, vcpu->mmio.len);
		mmio_load(vcpu, val);
	}
	vcpu_skip_insn(vcpu);
}
