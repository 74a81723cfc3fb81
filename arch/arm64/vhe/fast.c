// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits answered inside the switch: the guest's world stays loaded, interrupts stay masked.
 *
 * Compares, no table: an indirect branch before the branch history is cleared would be a gadget. Nothing here
 * polls for work either. A host interrupt that is pending is taken right after the ERET, and whoever wants
 * something of this vCPU sends one.
 */
#include <asm/cpufeature.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <loft/hostirq.h>
#include <loft/poll.h>
#include <loft/quick.h>
#include <loft/smccc.h>
#include "vhe.h"

#define CPTR_FPEN	(CPACR_EL1_FPEN_EL0EN | CPACR_EL1_FPEN_EL1EN)

/**
 * vhe_fp_open - give the FP registers to the guest
 * @vcpu: the vCPU; its world is loaded, the host's FP state is saved
 */
noinstr void vhe_fp_open(struct loft_vcpu *vcpu)
{
	write_sysreg(vcpu->traps.cptr | CPTR_FPEN, cpacr_el1);
	/* CPTR_EL2 traps EL2 as well: the loads below must see it open */
	isb();
	vhe_fp_load(&vcpu->regs.fp);
	vcpu->fp_loaded = true;
	vcpu->fp_want = false;
}

static __always_inline bool fast_fp(struct loft_vcpu *vcpu)
{
	if (!vhe_fp_free(vcpu))
		return false;
	vhe_fp_open(vcpu);
	return true;
}

/* Past the instruction, as if it had been executed: BTYPE is cleared, and SS, so that a single step ends here */
static __always_inline void fast_skip(void)
{
	u64 spsr = read_sysreg(spsr_el2);

	write_sysreg(read_sysreg(elr_el2) + 4, elr_el2);
	if (unlikely(spsr & (DBG_SPSR_SS | PSR_BTYPE_MASK)))
		write_sysreg(spsr & ~(u64)(DBG_SPSR_SS | PSR_BTYPE_MASK), spsr_el2);
}

/* A write of ICC_SGI1R_EL1, from any register */
#define FAST_SYS_MASK	(ESR_ELx_SYS64_ISS_SYS_MASK | ESR_ELx_SYS64_ISS_DIR_MASK)
#define FAST_SGI1R	(ESR_ELx_SYS64_ISS_SYS_VAL(3, 0, 5, 12, 11) | ESR_ELx_SYS64_ISS_DIR_WRITE)

/*
 * @to has an SGI pending: interrupt the CPU that it is resident on. If it runs there with list registers that do not have the
 * SGI, it takes it up, see vhe_fast_irq(). Anywhere else it passes vgic_flush() or run_wakeable() first, and the host's
 * interrupt was for nothing.
 *
 * The DSB has the SGI in memory before the two looks, as smp_mb() in vcpu_kick() has, and before the interrupt, which no
 * memory barrier orders. The target, the other way round, is resident or has set vcpu->wait before it looks for interrupts; or
 * becomes resident after it looked, which it says in vcpu->cpu after the CPU that had it before said -1: whoever misses the
 * SGI cannot be seen at the old place.
 */
static __always_inline void fast_kick(struct loft_vcpu *vcpu, struct loft_vcpu *to)
{
	int cpu;

	dsb(ish);
	cpu = READ_ONCE(to->cpu);
	if (unlikely(cpu < 0 || !vcpu_is_awake(to))) {
		/* Rare: it fell asleep, or was evicted, just now. Interrupt ourselves: its thread is kicked from the run loop */
		vcpu->kickee = to;
		arch_set_bit(LOFT_REQ_KICK, &vcpu->requests);
		dsb(ishst);
		cpu = raw_smp_processor_id();
	}
	/* The ERET synchronises */
	write_sysreg_s(per_cpu_ptr(&hostirq_cpu, cpu)->sgi_self | (u64)hostirq_kick << HOSTIRQ_SGI_SHIFT, SYS_ICC_SGI1R_EL1);
}

static __always_inline bool fast_sgi(struct loft_vcpu *vcpu, u64 esr)
{
	struct loft_vcpu *to;

	if ((esr & FAST_SYS_MASK) != FAST_SGI1R || hostirq_kick == HOSTIRQ_NONE ||
	    READ_ONCE(vcpu->requests) & BIT(LOFT_REQ_KICK))
		return false;
	if (!vgic_quick_send(vcpu, vcpu_get_reg(vcpu, ESR_ELx_SYS64_ISS_RT(esr)), &to))
		return false;
	if (to)
		fast_kick(vcpu, to);
	return true;
}

static __always_inline bool fast_sysreg(struct loft_vcpu *vcpu, u64 esr)
{
	if (!quick_idreg(vcpu, esr) && !fast_sgi(vcpu, esr))
		return false;
	fast_skip();
	return true;
}

/* The interrupt that ends the wait is taken right after the ERET */
static __always_inline bool fast_wfx(struct loft_vcpu *vcpu, u64 esr)
{
	if (!poll_is_wfi(vcpu, esr) || !poll_wait(vcpu->poll))
		return false;
	fast_skip();
	return true;
}

/* What of SCTLR_EL1 makes data accesses big-endian, at EL1 and at EL0 */
#define SCTLR_BE	(SCTLR_ELx_EE | SCTLR_EL1_E0E)

/* HPFAR_EL2 is valid: it is a translation fault. What is not AArch64 and little-endian throughout goes the long way */
static __always_inline bool fast_load(struct loft_vcpu *vcpu, u64 esr)
{
	u64 ipa;

	if (!quick_is_load(esr) || read_sysreg(spsr_el2) & PSR_MODE32_BIT ||
	    read_sysreg_s(SYS_SCTLR_EL12) & SCTLR_BE)
		return false;
	ipa = (read_sysreg(hpfar_el2) & HPFAR_MASK) << 8 | (read_sysreg(far_el2) & GENMASK(11, 0));
	if (!vgic_quick_load(vcpu, esr, IPA(ipa)))
		return false;
	fast_skip();
	return true;
}

/**
 * vhe_fast_hvc - try to answer a hypercall without leaving the switch
 * @vcpu: the vCPU; x0..x18, x30 and SP_EL0 are in memory
 *
 * Context: the switch window, from the vector.
 * Return: true if the guest may resume.
 */
asmlinkage noinstr bool vhe_fast_hvc(struct loft_vcpu *vcpu)
{
	u64 ret;

	if (!smccc_quick(vcpu, vcpu->regs.x[0], vcpu->regs.x[1], &ret))
		return false;
	vcpu->regs.x[0] = ret;
	return true;
}

/**
 * vhe_fast_trap - try to answer any other exception to EL2 without leaving the switch
 * @vcpu: the vCPU; all general registers and SP_EL0 are in memory
 * @esr: ESR_EL2
 * @ec: its exception class
 *
 * Context: the switch window, from the vector.
 * Return: true if the guest may resume.
 */
asmlinkage noinstr bool vhe_fast_trap(struct loft_vcpu *vcpu, u64 esr, u64 ec)
{
	if (ec == ESR_ELx_EC_SYS64)
		return fast_sysreg(vcpu, esr);
	if (ec == ESR_ELx_EC_DABT_LOW)
		return fast_load(vcpu, esr);
	if (ec == ESR_ELx_EC_FP_ASIMD)
		return fast_fp(vcpu);
	if (ec == ESR_ELx_EC_WFx)
		return fast_wfx(vcpu, esr);
	return false;
}
