// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to addresses without memory: in-kernel devices first, then userspace.
 */
#include <linux/swab.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"
#include "insn.h"

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

/* The load or store as the syndrome has it: one general register, no side effect */
static void mmio_decode(struct loft_vcpu *vcpu)
{
	struct loft_mmio *mmio = &vcpu->mmio;
	u64 esr = vcpu->exit.esr;

	mmio->write = esr & ESR_ELx_WNR;
	mmio->fp = false;
	mmio->sext = esr & ESR_ELx_SSE;
	mmio->sf = esr & ESR_ELx_SF;
	mmio->wback = false;
	mmio->len = 1 << ((esr & ESR_ELx_SAS) >> ESR_ELx_SAS_SHIFT);
	mmio->nr = 1;
	mmio->rt[0] = (esr & ESR_ELx_SRT_MASK) >> ESR_ELx_SRT_SHIFT;
}

/* Which half of its FP/SIMD register access @i is: big-endian, the upper one has the lower address */
static unsigned int mmio_half(const struct loft_mmio *mmio, unsigned int i)
{
	return mmio->wide ? (i ^ mmio->be) & 1 : 0;
}

static noinline u64 mmio_store_fp(const struct loft_vcpu *vcpu, unsigned int i)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	return insn_fp_get(vcpu, mmio->rt[i >> mmio->wide], mmio_half(mmio, i));
}

static u64 mmio_store_data(const struct loft_vcpu *vcpu, unsigned int i)
{
	const struct loft_mmio *mmio = &vcpu->mmio;
	u64 val = unlikely(mmio->fp) ? mmio_store_fp(vcpu, i) : vcpu_get_reg(vcpu, mmio->rt[i]);

	return mmio_trim(mmio_swap(vcpu, val), mmio->len);
}

static void mmio_load_general(struct loft_vcpu *vcpu, unsigned int reg, u64 val)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	if (mmio->sext && mmio->len < 8)
		val = sign_extend64(val, mmio->len * 8 - 1);
	if (!mmio->sf)
		val = lower_32_bits(val);
	vcpu_set_reg(vcpu, reg, val);
}

/* Of a 128-bit register the lower half first */
static noinline void mmio_load_fp(struct loft_vcpu *vcpu, unsigned int n, u64 val)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	insn_fp_set(vcpu, mmio->rt[n >> mmio->wide], mmio->wide & n, val);
}

/* What came from devices, into the registers */
static void mmio_load(struct loft_vcpu *vcpu)
{
	const struct loft_mmio *mmio = &vcpu->mmio;
	unsigned int n;

	for (n = 0; n < mmio->nr; n++) {
		u64 data = mmio->data[n ^ (mmio->fp && mmio->wide && mmio->be)];
		u64 val = mmio_trim(mmio_swap(vcpu, data), mmio->len);

		if (unlikely(mmio->fp))
			mmio_load_fp(vcpu, n, val);
		else
			mmio_load_general(vcpu, mmio->rt[n], val);
	}
}

static ipa_t mmio_ipa(const struct loft_vcpu *vcpu)
{
	return IPA(vcpu->exit.ipa.val + vcpu->mmio.done * vcpu->mmio.len);
}

static bool mmio_to_eventfd(struct loft_vcpu *vcpu, u64 val)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	return mmio->write && !list_empty(&vcpu->vm->ioeventfds) &&
	       ioeventfd_write(vcpu->vm, mmio_ipa(vcpu), mmio->len, val);
}

static bool mmio_in_kernel(struct loft_vcpu *vcpu, u64 *val)
{
	struct loft_mmio *mmio = &vcpu->mmio;

	if (vgic_mmio(vcpu, mmio_ipa(vcpu), mmio->len, mmio->write, val))
		return true;
	if (mmio->nr == 1 && mmio->slots_gen) {
		mmio->hole = vcpu->exit.ipa.val >> LOFT_MMIO_HOLE_SHIFT;
		mmio->hole_gen = mmio->slots_gen;
	}
	return mmio_to_eventfd(vcpu, *val);
}

static void mmio_to_user(struct loft_vcpu *vcpu, u64 val)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = mmio_ipa(vcpu).val;
	run->mmio.len = vcpu->mmio.len;
	run->mmio.is_write = vcpu->mmio.write;
	/* Trimmed to its length, or 0 */
	memcpy(run->mmio.data, &val, sizeof(run->mmio.data));
	vcpu->mmio.pending = true;
}

/* All accesses are done. A base register that is loaded too was a mistake of the guest's: the load counts */
static void mmio_finish(struct loft_vcpu *vcpu)
{
	const struct loft_mmio *mmio = &vcpu->mmio;

	if (mmio->wback)
		insn_base_set(vcpu, mmio->rn, mmio->base);
	if (!mmio->write)
		mmio_load(vcpu);
	vcpu_skip_insn(vcpu);
}

static enum loft_verdict mmio_go(struct loft_vcpu *vcpu)
{
	struct loft_mmio *mmio = &vcpu->mmio;

	for (; mmio->done < mmio->nr; mmio->done++) {
		u64 *val = &mmio->data[mmio->done];

		if (!mmio_in_kernel(vcpu, val)) {
			mmio_to_user(vcpu, *val);
			return LOFT_USER;
		}
	}
	mmio_finish(vcpu);
	return LOFT_RESUME;
}

/* Nobody knows what the instruction was: userspace may, else the access failed on the bus */
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
 * Return: LOFT_RESUME if in-kernel devices took it, LOFT_USER for KVM_EXIT_MMIO.
 */
enum loft_verdict mmio_handle(struct loft_vcpu *vcpu, int *err)
{
	struct loft_mmio *mmio = &vcpu->mmio;
	enum insn_result result = INSN_OK;
	unsigned int i;

	if (vcpu->exit.esr & ESR_ELx_ISV)
		mmio_decode(vcpu);
	else
		result = insn_decode(vcpu);
	if (result == INSN_AGAIN)
		return LOFT_RESUME;
	if (result == INSN_UNKNOWN)
		return mmio_undecoded(vcpu);
	mmio->be = vcpu->exit.flags & LOFT_EXIT_F_BE;
	mmio->done = 0;
	for (i = 0; i < mmio->nr; i++)
		mmio->data[i] = mmio->write ? mmio_store_data(vcpu, i) : 0;
	return mmio_go(vcpu);
}

/**
 * mmio_hole - the same where the last access found nothing, for what most devices get
 * @vcpu: the vCPU; the syndrome describes the access, and its address is in vcpu->mmio.hole
 *
 * Return: as mmio_handle().
 */
enum loft_verdict mmio_hole(struct loft_vcpu *vcpu)
{
	struct loft_mmio *mmio = &vcpu->mmio;

	mmio_decode(vcpu);
	mmio->be = vcpu->exit.flags & LOFT_EXIT_F_BE;
	mmio->done = 0;
	mmio->data[0] = mmio->write ? mmio_store_data(vcpu, 0) : 0;
	if (mmio_to_eventfd(vcpu, mmio->data[0])) {
		vcpu_skip_insn(vcpu);
		return LOFT_RESUME;
	}
	mmio_to_user(vcpu, mmio->data[0]);
	return LOFT_USER;
}

/**
 * mmio_complete - go on with the load or store after an access that the last KVM_RUN handed to userspace
 * @vcpu: the vCPU, vcpu->mmio.pending
 *
 * Return: LOFT_USER if userspace has another one to do.
 */
enum loft_verdict mmio_complete(struct loft_vcpu *vcpu)
{
	struct loft_mmio *mmio = &vcpu->mmio;

	mmio->pending = false;
	/* All eight bytes: those that are too many are cut off when it is loaded */
	if (!mmio->write)
		memcpy(&mmio->data[mmio->done], vcpu->run->mmio.data, sizeof(vcpu->run->mmio.data));
	if (++mmio->done < mmio->nr)
		return mmio_go(vcpu);
	mmio_finish(vcpu);
	return LOFT_RESUME;
}
