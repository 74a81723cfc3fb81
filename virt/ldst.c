// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store that the syndrome does not describe, carried out: element by element, lowest address first, and the
 * registers change when the last one is over.
 */
#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <asm/esr.h>
#include <loft/vm.h>
#include "abi.h"
#include "guestmem.h"
#include "insn.h"

/* What hardware says of an exclusive that the memory does not support */
#define FSC_EXCLUSIVE	0x35

static unsigned int ldst_bytes(const struct ldst_insn *op)
{
	return op->size * op->nr;
}

static u64 ldst_trim(u64 val, unsigned int size)
{
	return size == 8 ? val : val & (BIT_ULL(size * 8) - 1);
}

/* --- Memory, as the instruction finds or leaves it, and registers ----------------------------------- */

/* What an atomic leaves lies behind what it finds */
static u8 *ldst_data(struct loft_ldst *ldst)
{
	return ldst->data + (ldst->storing && ldst->insn.kind == LDST_ATOMIC ? ldst_bytes(&ldst->insn) : 0);
}

static u64 element_get(struct loft_ldst *ldst, unsigned int i)
{
	unsigned int size = ldst->insn.size;
	u64 val = 0;

	memcpy(&val, ldst_data(ldst) + i * size, size);
	return ldst->be ? swab64(val) >> (64 - 8 * size) : val;
}

static void element_put(struct loft_ldst *ldst, unsigned int i, u64 val)
{
	unsigned int size = ldst->insn.size;

	if (ldst->be)
		val = swab64(val << (64 - 8 * size));
	memcpy(ldst_data(ldst) + i * size, &val, size);
}

/*
 * Where in an FP/SIMD register element @i is. Of the halves of one value the upper one comes first in big-endian memory. The
 * exit has brought the registers to memory.
 */
static u8 *ldst_lane(struct loft_vcpu *vcpu, unsigned int i)
{
	const struct ldst_insn *op = &vcpu->ldst.insn;
	unsigned int reg = op->rt[i / (op->select * op->lanes) + i % op->select];
	unsigned int lane = op->lane + i / op->select % op->lanes;

	if (op->halves && vcpu->ldst.be)
		lane ^= 1;
	return regs_fp(&vcpu->regs, reg) + lane * op->size;
}

static void ldst_store_registers(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	unsigned int i;

	for (i = 0; i < op->nr; i++) {
		u64 val = 0;

		if (op->fp)
			memcpy(&val, ldst_lane(vcpu, i), op->size);
		else
			val = insn_reg_get(vcpu, op->rt[i]);
		element_put(ldst, i, val);
	}
}

static void ldst_load_fp(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	unsigned int i, copy;

	for (i = 0; !op->keep && i < op->nr / op->lanes; i++)
		memset(regs_fp(&vcpu->regs, op->rt[i]), 0, REGS_FP_SIZE);
	for (i = 0; i < op->nr; i++) {
		u64 val = element_get(ldst, i);
		u8 *lane = ldst_lane(vcpu, i);

		for (copy = 0; copy < op->copies; copy++)
			memcpy(lane + copy * op->size, &val, op->size);
	}
}

static void ldst_load_general(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	unsigned int i;

	for (i = 0; i < op->nr; i++) {
		u64 val = element_get(ldst, i);

		if (op->sext)
			val = sign_extend64(val, op->size * 8 - 1);
		insn_reg_set(vcpu, op->rt[i], op->sf ? val : lower_32_bits(val));
	}
}

/* --- Atomics ---------------------------------------------------------------------------------------- */

static u64 atomic_result(const struct ldst_insn *op, u64 old, u64 arg)
{
	unsigned int sign = op->size * 8 - 1;
	bool less = old < arg, less_signed = sign_extend64(old, sign) < sign_extend64(arg, sign);

	switch (op->atomic) {
	case LDST_ADD:
		return old + arg;
	case LDST_CLR:
		return old & ~arg;
	case LDST_EOR:
		return old ^ arg;
	case LDST_SET:
		return old | arg;
	case LDST_SMAX:
		return less_signed ? arg : old;
	case LDST_SMIN:
		return less_signed ? old : arg;
	case LDST_UMAX:
		return less ? arg : old;
	case LDST_UMIN:
		return less ? old : arg;
	default:
		return arg;
	}
}

/* Memory is what @op->rs, and for pairs the next one, say */
static bool atomic_equal(struct loft_vcpu *vcpu)
{
	const struct ldst_insn *op = &vcpu->ldst.insn;
	unsigned int i;

	for (i = 0; i < op->nr; i++)
		if (element_get(&vcpu->ldst, i) != ldst_trim(vcpu_get_reg(vcpu, op->rs + i), op->size))
			return false;
	return true;
}

/* From what has been loaded to what is stored. False: nothing is; a failed compare need not write, so it does not */
static bool atomic_modify(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	u64 old = element_get(ldst, 0);

	if (op->atomic == LDST_CAS && !atomic_equal(vcpu))
		return false;
	ldst->storing = true;
	ldst->pos = 0;
	if (op->atomic == LDST_CAS)
		ldst_store_registers(vcpu);
	else
		element_put(ldst, 0, atomic_result(op, old, ldst_trim(vcpu_get_reg(vcpu, op->rs), op->size)));
	return true;
}

/* What memory was before */
static void atomic_finish(struct loft_vcpu *vcpu)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	const struct ldst_insn *op = &ldst->insn;
	unsigned int i;

	ldst->storing = false;
	for (i = 0; i < op->nr; i++)
		vcpu_set_reg(vcpu, op->atomic == LDST_CAS ? op->rs + i : op->rt[i], element_get(ldst, i));
}

/* --- Accesses --------------------------------------------------------------------------------------- */

static ipa_t ldst_ipa(const struct loft_ldst *ldst)
{
	if (ldst->pos < ldst->first)
		return IPA(ldst->ipa[0].val + ldst->pos);
	return IPA(ldst->ipa[1].val + ldst->pos - ldst->first);
}

/* The rest of an element; one that lies on two pages is cut there, and into sizes that a bus has */
static unsigned int ldst_len(const struct loft_ldst *ldst)
{
	unsigned int left = ldst->insn.size - ldst->pos % ldst->insn.size;

	if (ldst->pos < ldst->first)
		left = min_t(unsigned int, left, ldst->first - ldst->pos);
	return 1U << (fls(left) - 1);
}

static void ldst_advance(struct loft_ldst *ldst, unsigned int len, u64 val)
{
	if (!ldst->storing)
		memcpy(ldst_data(ldst) + ldst->pos, &val, len);
	ldst->pos += len;
}

/* -ENXIO: it is not memory */
static int ldst_memory(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, u64 *val)
{
	if (!vcpu->ldst.memory)
		return -ENXIO;
	if (vcpu->ldst.storing)
		return guest_write(vcpu->vm, ipa.val, val, len);
	return guest_read(vcpu->vm, ipa.val, val, len);
}

static enum loft_verdict ldst_access(struct loft_vcpu *vcpu, int *err)
{
	struct loft_ldst *ldst = &vcpu->ldst;
	unsigned int len = ldst_len(ldst);
	ipa_t ipa = ldst_ipa(ldst);
	u64 val = 0;
	int ret;

	if (ldst->storing && ldst->insn.kind != LDST_ZERO)
		memcpy(&val, ldst_data(ldst) + ldst->pos, len);
	ret = ldst_memory(vcpu, ipa, len, &val);
	if (ret && ret != -ENXIO) {
		*err = ret;
		return LOFT_USER;
	}
	if (ret && !mmio_in_kernel(vcpu, ipa, len, ldst->storing, &val)) {
		ldst->len = len;
		mmio_to_user(vcpu, ipa, len, ldst->storing, val);
		return LOFT_USER;
	}
	ldst_advance(ldst, len, val);
	return LOFT_RESUME;
}

/* A base register that is loaded too was a mistake of the guest's: the load counts */
static void ldst_finish(struct loft_vcpu *vcpu)
{
	const struct ldst_insn *op = &vcpu->ldst.insn;

	if (op->wback)
		insn_base_set(vcpu, op->rn, op->moved);
	if (op->kind == LDST_ATOMIC)
		atomic_finish(vcpu);
	else if (op->kind == LDST_LOAD && op->fp)
		ldst_load_fp(vcpu);
	else if (op->kind == LDST_LOAD)
		ldst_load_general(vcpu);
	vcpu_skip_insn(vcpu);
}

static enum loft_verdict ldst_go(struct loft_vcpu *vcpu, int *err)
{
	struct loft_ldst *ldst = &vcpu->ldst;

	do {
		while (ldst->pos < ldst_bytes(&ldst->insn))
			if (ldst_access(vcpu, err) == LOFT_USER)
				return LOFT_USER;
	} while (ldst->insn.kind == LDST_ATOMIC && !ldst->storing && atomic_modify(vcpu));
	ldst_finish(vcpu);
	return LOFT_RESUME;
}

/* Nobody knows what the instruction was, or how to do it: userspace may, else the access failed on the bus */
static enum loft_verdict ldst_undecoded(struct loft_vcpu *vcpu, u8 status)
{
	struct kvm_run *run = vcpu->run;

	if (!vcpu->vm->nisv_to_user) {
		inject_dabt_status(vcpu, vcpu->exit.far, status, vcpu->exit.esr & ESR_ELx_WNR);
		return LOFT_RESUME;
	}
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.esr_iss = vcpu->exit.esr & ESR_ELx_ISS_MASK & ~(u64)ESR_ELx_S1PTW;
	run->arm_nisv.fault_ipa = vcpu->exit.ipa.val;
	return LOFT_USER;
}

/**
 * ldst_handle() - emulate a load or store that faulted on an address without memory, and has no syndrome
 * @vcpu: the vCPU
 * @err: errno for KVM_RUN, written with LOFT_USER only: -EFAULT where a part of the access is to memory that the VMM has
 *	not mapped
 *
 * Return: LOFT_USER for KVM_EXIT_MMIO, or KVM_EXIT_ARM_NISV if userspace has asked for it.
 */
enum loft_verdict ldst_handle(struct loft_vcpu *vcpu, int *err)
{
	struct loft_ldst *ldst = &vcpu->ldst;

	switch (insn_decode(vcpu)) {
	case INSN_AGAIN:
	case INSN_FAULT:
		return LOFT_RESUME;
	case INSN_UNKNOWN:
		return ldst_undecoded(vcpu, ESR_ELx_FSC_EXTABT);
	case INSN_EXCLUSIVE:
		/* AArch32 has no code for it that every version knows, and allows this one */
		return ldst_undecoded(vcpu, vcpu_is_32bit(vcpu) ? ESR_ELx_FSC_EXTABT : FSC_EXCLUSIVE);
	default:
		break;
	}
	vcpu->mmio.decoded = true;
	ldst->be = vcpu->exit.flags & LOFT_EXIT_F_BE;
	ldst->storing = ldst->insn.kind == LDST_STORE || ldst->insn.kind == LDST_ZERO;
	ldst->pos = 0;
	if (ldst->insn.kind == LDST_STORE)
		ldst_store_registers(vcpu);
	return ldst_go(vcpu, err);
}

/**
 * ldst_complete() - userspace is done with an access
 * @vcpu: the vCPU
 * @val: what it has for a load
 * @err: as for ldst_handle()
 */
enum loft_verdict ldst_complete(struct loft_vcpu *vcpu, u64 val, int *err)
{
	ldst_advance(&vcpu->ldst, vcpu->ldst.len, val);
	return ldst_go(vcpu, err);
}
