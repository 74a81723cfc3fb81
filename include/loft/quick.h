/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traps whose answer lies in the VM's own memory: given inside the switch under VHE, and by the highvisor with interrupts
 * still masked in split mode, in both cases without a turn of the run loop.
 *
 * No locks, no calls out of noinstr code, no indirect branches, and what the guest chooses as an index is clamped under
 * speculation too: the rules of the switch window, Documentation/world-switch.rst. A trap that is declined has changed
 * nothing. One that is answered has its result in vcpu->regs.x[], and is still to be stepped over by the caller.
 */
#ifndef LOFT_QUICK_H
#define LOFT_QUICK_H

#include <linux/nospec.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>

/* An MRS of the ID space, Op0=3 Op1=0 CRn=0: all but CRm, Op2 and the destination */
#define QUICK_ID_MASK	(ESR_ELx_SYS64_ISS_OP0_MASK | ESR_ELx_SYS64_ISS_OP1_MASK | ESR_ELx_SYS64_ISS_CRN_MASK | \
			 ESR_ELx_SYS64_ISS_DIR_MASK)
#define QUICK_ID_READ	(3UL << ESR_ELx_SYS64_ISS_OP0_SHIFT | ESR_ELx_SYS64_ISS_DIR_READ)

/**
 * quick_idreg() - answer a trapped read of the ID space (exception class 0x18)
 * @vcpu: the vCPU, which has run: the values are frozen
 * @esr: its syndrome
 */
static __always_inline bool quick_idreg(struct loft_vcpu *vcpu, u64 esr)
{
	unsigned long crm = (esr & ESR_ELx_SYS64_ISS_CRM_MASK) >> ESR_ELx_SYS64_ISS_CRM_SHIFT;
	unsigned long op2 = (esr & ESR_ELx_SYS64_ISS_OP2_MASK) >> ESR_ELx_SYS64_ISS_OP2_SHIFT;
	/* CRm 0 wraps around */
	unsigned long n = crm * 8 + op2 - 8;

	if ((esr & QUICK_ID_MASK) != QUICK_ID_READ || n >= LOFT_NR_IDREGS)
		return false;
	n = array_index_nospec(n, LOFT_NR_IDREGS);
	vcpu_set_reg(vcpu, ESR_ELx_SYS64_ISS_RT(esr), vcpu->vm->idregs[n]);
	return true;
}

/* A load whose syndrome describes it, from an address that stage 2 does not translate: translation fault, not on a walk */
#define QUICK_LOAD_MASK	(ESR_ELx_ISV | ESR_ELx_WNR | ESR_ELx_S1PTW | ESR_ELx_CM | ESR_ELx_FSC_TYPE)
#define QUICK_LOAD	(ESR_ELx_ISV | ESR_ELx_FSC_FAULT)

/* May a data abort be a load for vgic_quick_load()? */
static __always_inline bool quick_is_load(u64 esr)
{
	return (esr & QUICK_LOAD_MASK) == QUICK_LOAD;
}

/* vgic_read.c */
bool vgic_quick_load(struct loft_vcpu *vcpu, u64 esr, ipa_t ipa);

#endif /* LOFT_QUICK_H */
