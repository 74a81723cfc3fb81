// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's registers out of reset on ARMv7, and what of them traps.
 */
#include <linux/kvm.h>
#include <linux/string.h>
#include <asm/cputype.h>
#include <asm/ptrace.h>
#include <loft/backend.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>
#include "cpreg.h"

/* MMU and caches off, A32, vectors at VBAR; what has to be 1, has to (Arm ARM, DDI 0406, B4.1.130); CP15 barriers on */
#define SCTLR_RESET	0x00c50078
#define PSTATE_RESET	(SVC_MODE | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)
/* MPIDR: the format with multiprocessing extensions. One cluster holds the eight CPUs that a GICv2 knows */
#define MPIDR_RES1	BIT(31)

/* HCR */
#define HCR_VM		BIT(0)
#define HCR_SWIO	BIT(1)
#define HCR_PTW		BIT(2)
#define HCR_FMO		BIT(3)
#define HCR_IMO		BIT(4)
#define HCR_AMO		BIT(5)
#define HCR_FB		BIT(9)
#define HCR_BSU_IS	BIT(10)
#define HCR_TWI		BIT(13)
#define HCR_TWE		BIT(14)
#define HCR_TID1	BIT(16)
#define HCR_TID2	BIT(17)
#define HCR_TID3	BIT(18)
#define HCR_TSC		BIT(19)
#define HCR_TIDCP	BIT(20)
#define HCR_TAC		BIT(21)
#define HCR_TSW		BIT(22)
/* HDCR: TPMCR, TPM, TDA, TDOSA, TDRA */
#define HDCR_TRAPS	(BIT(5) | BIT(6) | BIT(9) | BIT(10) | BIT(11))
/* HCPTR: TCP10, TCP11, TTA */
#define HCPTR_TRAPS	(BIT(10) | BIT(11) | BIT(20))

/* Firmware workarounds belong to later CPUs: none of these functions is offered */
struct smccc_mitigations smccc_mitigations = {
	.wa1 = SMCCC_NONE,
	.wa2 = SMCCC_NONE,
	.wa3 = SMCCC_NONE,
};

/**
 * sysreg_reset() - architectural reset values, or zero where the architecture says UNKNOWN
 * @vcpu: the vCPU, evicted
 *
 * Who the vCPU is is set once, kept over later resets, and looked up by other vCPUs at any time.
 */
void sysreg_reset(struct loft_vcpu *vcpu)
{
	struct loft_regs *regs = &vcpu->regs;
	u64 mpidr = MPIDR_RES1 | vcpu->id;

	memset(regs->x, 0, sizeof(regs->x));
	memset(&regs->fp, 0, sizeof(regs->fp));
	memset(regs->sys, 0, LOFT_MPIDR_EL1 * sizeof(regs->sys[0]));
	regs->sys[LOFT_CSSELR_EL1] = 0;
	regs->sys[LOFT_SCTLR_EL1] = SCTLR_RESET;
	regs->sys[LOFT_MIDR_EL1] = read_cpuid_id();
	WRITE_ONCE(regs->sys[LOFT_MPIDR_EL1], mpidr);
	regs->pc = 0;
	regs->pstate = PSTATE_RESET;
	psci_vcpu_init(vcpu);
}

/**
 * sysreg_traps_update() - compute what traps to the hypervisor
 * @vcpu: the vCPU; not running
 *
 * The back end adds VA while an abort is pending. VM: stage 2. FMO, IMO, AMO: the guest's masks apply to virtual
 * interrupts. SWIO: invalidation by set/way must not drop dirty lines. PTW: stage-1 walks may not touch devices. BSU, FB: a
 * guest that migrates between CPUs needs its barriers and maintenance to reach the inner shareable domain.
 */
void sysreg_traps_update(struct loft_vcpu *vcpu)
{
	struct loft_traps *traps = &vcpu->traps;

	traps->hcr = HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TWI | HCR_TWE |
		     HCR_TID1 | HCR_TID2 | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_TAC | HCR_TSW;
	traps->mdcr = HDCR_TRAPS;
	traps->cptr = HCPTR_TRAPS;
}

/**
 * sysreg_features() - which features KVM_ARM_VCPU_INIT may ask for, bits of KVM_ARM_VCPU_*
 */
unsigned long sysreg_features(void)
{
	return BIT(KVM_ARM_VCPU_POWER_OFF) | BIT(KVM_ARM_VCPU_PSCI_0_2);
}

/**
 * sysreg_target() - what KVM_ARM_VCPU_INIT has to name
 *
 * The ABI knows two CPUs. A guest sees the MIDR of its host's; those that came later say A15, of whose class they are.
 */
u32 sysreg_target(void)
{
	return read_cpuid_part() == ARM_CPU_PART_CORTEX_A7 ? KVM_ARM_TARGET_CORTEX_A7 : KVM_ARM_TARGET_CORTEX_A15;
}

/**
 * sysreg_freeze() - nothing that guests read depends on the VM
 * @vm: the VM
 */
void sysreg_freeze(struct loft_vm *vm)
{
}

/**
 * sysreg_init() - read what guests will be told of the host's CPU
 */
int sysreg_init(void)
{
	cpreg_init();
	return 0;
}

/* inject32.c: none of ARMv8's bits */
u64 idreg_pstate_bits(void)
{
	return 0;
}
