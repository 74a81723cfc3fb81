// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trapped system register accesses, and the trap bits that make them trap.
 */
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <loft/backend.h>
#include <loft/smccc.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "sysreg.h"

/* CPTR_EL2 in the CPACR_EL1 format that HCR_EL2.E2H gives it; FPEN, ZEN and SMEN stay 0, which traps. */
#define CPTR_E2H_TTA		BIT_ULL(28)
#define CPTR_E2H_TAM		BIT_ULL(30)

/*
 * SCTLR_EL1 out of reset: MMU and caches off, RES1 bits of v8.0 set (Arm ARM D19.2.118: LSMAOE, nTLSMD, SPAN, EIS, TSCXT,
 * EOS). The rest is UNKNOWN at reset and set to what boots most software: WFE and WFI not trapped, CP15 barriers on, SP
 * alignment checked.
 */
#define SCTLR_RES1		0x30d00800ULL
#define SCTLR_nTWE		BIT_ULL(18)
#define SCTLR_nTWI		BIT_ULL(16)
#define SCTLR_CP15BEN		BIT_ULL(5)
#define SCTLR_SA0		BIT_ULL(4)
#define SCTLR_SA		BIT_ULL(3)
#define SCTLR_RESET		(SCTLR_RES1 | SCTLR_nTWE | SCTLR_nTWI | SCTLR_CP15BEN | SCTLR_SA0 | SCTLR_SA)

/*
 * The same for an EL1 in AArch32 (Arm ARM G8.2.126): RES1 bits of v8.0 (SPAN, 22, 11, LSMAOE, nTLSMD), WFE and WFI not
 * trapped, CP15 barriers on; A32 and little-endian after an exception, vectors at VBAR.
 */
#define SCTLR32_RES1		(BIT_ULL(23) | BIT_ULL(22) | BIT_ULL(11) | BIT_ULL(4) | BIT_ULL(3))
#define SCTLR32_RESET		(SCTLR32_RES1 | SCTLR_nTWE | SCTLR_nTWI | SCTLR_CP15BEN)
/* Off; VECITR is RES1 */
#define FPEXC_RESET		GENMASK_ULL(10, 8)

/* MPIDR_EL1: 16 vCPUs to a cluster, as many as one write to ICC_SGI1R_EL1 can name. */
#define MPIDR_RES1		BIT_ULL(31)

/* Exceptions masked, at the highest privilege that a guest has: supervisor mode in AArch32 */
#define PSTATE_RESET	(PSR_MODE_EL1h | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT | PSR_D_BIT)
#define PSTATE_RESET_32	(PSR_AA32_MODE_SVC | PSR_AA32_A_BIT | PSR_AA32_I_BIT | PSR_AA32_F_BIT)

static u64 mpidr_default(u32 id)
{
	u64 aff0 = id & 0xf, aff1 = (id >> 4) & 0xff, aff2 = (id >> 12) & 0xff;

	return MPIDR_RES1 | aff2 << 16 | aff1 << 8 | aff0;
}

const struct sysreg *sysreg_find(u32 enc)
{
	unsigned int lo = 0, hi = sysreg_table_size;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;
		const struct sysreg *reg = &sysreg_table[mid];

		if (reg->enc == enc)
			return reg->present && !reg->present(reg) ? NULL : reg;
		if (reg->enc < enc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool idreg_access(struct loft_vcpu *vcpu, u32 enc, struct sysreg_access *access)
{
	if (access->write)
		return false;
	access->val = idreg_read(vcpu->vm, enc);
	return true;
}

/**
 * sysreg_emulate() - carry out a guest's access to a system register
 * @vcpu: the vCPU
 * @enc: the register
 * @access: the access
 *
 * Return: false if the access is UNDEFINED.
 */
bool sysreg_emulate(struct loft_vcpu *vcpu, u32 enc, struct sysreg_access *access)
{
	const struct sysreg *reg;

	if (idreg_match(enc))
		return idreg_access(vcpu, enc, access);
	reg = sysreg_find(enc);
	return reg && reg->access && reg->access(vcpu, reg, access);
}

/**
 * sysreg_trap() - a trapped MSR, MRS or system instruction (exception class 0x18)
 * @vcpu: the vCPU; its own thread, IRQs on
 * @err: unused: nothing here fails
 */
enum loft_verdict sysreg_trap(struct loft_vcpu *vcpu, int *err)
{
	u64 esr = vcpu->exit.esr;
	u32 enc = esr_sys64_to_sysreg(esr);
	unsigned int rt = ESR_ELx_SYS64_ISS_RT(esr);
	struct sysreg_access access = {
		.val = vcpu_get_reg(vcpu, rt),
		.write = !(esr & ESR_ELx_SYS64_ISS_DIR_READ),
	};

	if (!sysreg_emulate(vcpu, enc, &access)) {
		inject_undef(vcpu);
		return LOFT_RESUME;
	}
	if (!access.write)
		vcpu_set_reg(vcpu, rt, access.val);
	vcpu_skip_insn(vcpu);
	return LOFT_RESUME;
}

static bool sysreg_visible(const struct sysreg *reg)
{
	return reg->user && (!reg->present || reg->present(reg));
}

int sysreg_get(struct loft_vcpu *vcpu, u32 enc, u64 *val)
{
	const struct sysreg *reg;

	if (idreg_match(enc)) {
		*val = idreg_read(vcpu->vm, enc);
		return 0;
	}
	reg = sysreg_find(enc);
	if (!reg || !reg->user)
		return -ENOENT;
	*val = reg->get ? reg->get(vcpu, reg) : vcpu->regs.sys[reg->index];
	return 0;
}

int sysreg_set(struct loft_vcpu *vcpu, u32 enc, u64 val)
{
	const struct sysreg *reg;

	if (idreg_match(enc))
		return idreg_write(vcpu->vm, enc, val);
	reg = sysreg_find(enc);
	if (!reg || !reg->user)
		return -ENOENT;
	if (reg->set)
		return reg->set(vcpu, reg, val);
	vcpu->regs.sys[reg->index] = val;
	return 0;
}

u32 sysreg_user_enc(unsigned int i)
{
	unsigned int row;

	if (i < IDREG_COUNT)
		return idreg_enc(i);
	i -= IDREG_COUNT;
	for (row = 0; row < sysreg_table_size; row++)
		if (sysreg_visible(&sysreg_table[row]) && !i--)
			return sysreg_table[row].enc;
	return 0;
}

/* Who the vCPU is: set once, kept over later resets, and looked up by other vCPUs at any time */
static bool is_identity(unsigned int index)
{
	return index == LOFT_MIDR_EL1 || index == LOFT_MPIDR_EL1;
}

/**
 * sysreg_reset() - architectural reset values, or zero where the architecture says UNKNOWN
 * @vcpu: the vCPU, evicted
 */
void sysreg_reset(struct loft_vcpu *vcpu)
{
	u64 *sys = vcpu->regs.sys;
	unsigned int i;

	for (i = 0; i < LOFT_NR_SYSREGS; i++)
		if (!is_identity(i))
			sys[i] = 0;
	memset(&vcpu->regs.dbg, 0, sizeof(vcpu->regs.dbg));
	memset(vcpu->regs.x, 0, sizeof(vcpu->regs.x));
	memset(&vcpu->regs.fp, 0, sizeof(vcpu->regs.fp));
	vcpu->regs.sp_el0 = 0;
	vcpu->regs.pc = 0;
	vcpu->regs.pstate = vcpu_is_32bit(vcpu) ? PSTATE_RESET_32 : PSTATE_RESET;
	sys[LOFT_SCTLR_EL1] = vcpu_is_32bit(vcpu) ? SCTLR32_RESET : SCTLR_RESET;
	sys[LOFT_FPEXC32_EL2] = FPEXC_RESET;
	sys[LOFT_OSLSR_EL1] = OSLSR_EL1_OSLM_IMPLEMENTED;
	if (!sys[LOFT_MIDR_EL1])
		sys[LOFT_MIDR_EL1] = read_cpuid_id();
	if (!sys[LOFT_MPIDR_EL1])
		WRITE_ONCE(sys[LOFT_MPIDR_EL1], mpidr_default(vcpu->id));
	psci_vcpu_init(vcpu);
}

/**
 * sysreg_target() - what KVM_ARM_VCPU_INIT has to name
 */
u32 sysreg_target(void)
{
	return KVM_ARM_TARGET_GENERIC_V8;
}

/**
 * sysreg_features() - which features KVM_ARM_VCPU_INIT may ask for, bits of KVM_ARM_VCPU_*
 */
unsigned long sysreg_features(void)
{
	return BIT(KVM_ARM_VCPU_POWER_OFF) | BIT(KVM_ARM_VCPU_EL1_32BIT) | BIT(KVM_ARM_VCPU_PSCI_0_2);
}

/* TID2 traps CTR_EL0 too, which user code reads to maintain caches: TID4 spares it where every CPU has the same one. */
static u64 cache_id_trap(void)
{
	if (cpus_have_final_cap(ARM64_HAS_EVT) && !cpus_have_final_cap(ARM64_MISMATCHED_CACHE_TYPE))
		return HCR_TID4;
	return HCR_TID2;
}

/**
 * sysreg_traps_update() - compute what traps to the hypervisor
 * @vcpu: the vCPU; not running
 *
 * The back end adds E2H, and VSE while an SError is pending. What is not set here, and traps by being 0: API and APK
 * (pointer authentication), ATA (MTE), EnSCXT, FIEN.
 *
 * VM, RW: stage 2, AArch64 EL1 unless the vCPU is a 32-bit one. FMO, IMO, AMO: the guest's masks apply to virtual interrupts. SWIO: invalidation by
 * set/way must not drop dirty lines. PTW: stage-1 walks may not touch devices. BSU, FB: a guest that migrates between
 * CPUs needs its barriers and broadcastable maintenance to reach the inner shareable domain.
 */
void sysreg_traps_update(struct loft_vcpu *vcpu)
{
	struct loft_traps *traps = &vcpu->traps;

	traps->hcr = HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_BSU_IS | HCR_FB |
		     HCR_TWI | HCR_TWE | HCR_TSC | HCR_TSW | HCR_TACR | HCR_TIDCP | HCR_TID1 | HCR_TID3 | HCR_TLOR |
		     cache_id_trap();
	if (!vcpu_is_32bit(vcpu))
		traps->hcr |= HCR_RW;
	if (loft_caps.fwb)
		traps->hcr |= HCR_FWB;
	/* Errors in the guest's accesses are the host's business, and its error records are not the guest's. */
	if (loft_caps.ras)
		traps->hcr |= HCR_TEA | HCR_TERR;
	/* GMID_EL1 */
	if (cpus_have_final_cap(ARM64_MTE))
		traps->hcr |= HCR_TID5;

	traps->mdcr = MDCR_EL2_TPM | MDCR_EL2_TPMCR | MDCR_EL2_TPMS | MDCR_EL2_TTRF | MDCR_EL2_TDRA | MDCR_EL2_TDOSA |
		      MDCR_EL2_TDA | debug_traps(vcpu);

	traps->cptr = CPTR_E2H_TTA;
	if (cpus_have_final_cap(ARM64_HAS_AMU_EXTN))
		traps->cptr |= CPTR_E2H_TAM;
}

/**
 * sysreg_freeze() - take down what guests will read, now that the configuration cannot change any more
 * @vm: the VM, about to run for the first time; vm->lock held
 */
void sysreg_freeze(struct loft_vm *vm)
{
	idreg_freeze(vm);
}

/**
 * sysreg_init() - check the table and find out what the host knows of its own mitigations
 *
 * Return: 0, or -EINVAL if the table is not sorted or has an encoding twice.
 */
int sysreg_init(void)
{
	unsigned int i;

	for (i = 1; i < sysreg_table_size; i++) {
		if (sysreg_table[i - 1].enc >= sysreg_table[i].enc) {
			pr_err("loft: system register table: row %u out of order\n", i);
			return -EINVAL;
		}
	}
	smccc_init();
	return 0;
}
