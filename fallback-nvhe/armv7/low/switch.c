// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world switch of ARMv7: PL1 has one set of registers, and host and guest both live in it.
 *
 * Everything changes hands at every exit. HYP has a translation regime of its own, and the walker makes no walks for
 * one that is not current (Arm ARM, DDI 0406, B3.5): the order among PL1's registers does not matter, the ERET that
 * makes PL1 current again synchronises them all. HCR, VTTBR and VTCR, which address translation operations in HYP and
 * TLB maintenance look at, are synchronised where those follow.
 */
#include "low.h"

/* What host and guest both live by */
#define BANKED_REGS(op) \
	op(LOFT_X_SP_USR, "sp_usr") op(LOFT_X_SP_IRQ, "sp_irq") op(LOFT_X_LR_SVC, "lr_svc") \
	op(LOFT_X_SP_SVC, "sp_svc") op(LOFT_X_SP_ABT, "sp_abt") op(LOFT_X_SP_UND, "sp_und") \
	op(LOFT_X_R8_FIQ, "r8_fiq") op(LOFT_X_R8_FIQ + 1, "r9_fiq") op(LOFT_X_R8_FIQ + 2, "r10_fiq") \
	op(LOFT_X_R8_FIQ + 3, "r11_fiq") op(LOFT_X_R8_FIQ + 4, "r12_fiq") op(LOFT_X_SP_FIQ, "sp_fiq") \
	op(LOFT_X_LR_FIQ, "lr_fiq")

#define CP15_REGS(op) \
	op(LOFT_SCTLR_EL1, SCTLR) op(LOFT_CPACR_EL1, CPACR) op(LOFT_TCR_EL1, TTBCR) op(LOFT_DACR32_EL2, DACR) \
	op(LOFT_VBAR_EL1, VBAR) op(LOFT_CONTEXTIDR_EL1, CONTEXTIDR) op(LOFT_CNTKCTL_EL1, CNTKCTL) \
	op(LOFT_TPIDR_EL1, TPIDRPRW) op(LOFT_TPIDR_EL0, TPIDRURW) op(LOFT_TPIDRRO_EL0, TPIDRURO)

/* Two registers of 32 bits that are one in AArch64 */
#define CP15_PAIRS(op)		op(LOFT_MAIR_EL1, MAIR0, MAIR1) op(LOFT_AMAIR_EL1, AMAIR0, AMAIR1)

#define CP15_REGS64(op)		op(LOFT_TTBR0_EL1, TTBR0) op(LOFT_TTBR1_EL1, TTBR1)

/*
 * History by the time the kernel calls: what an exception leaves behind is read by its entry code before another may come, and
 * a call is made from SVC mode, with interrupts off. The guest's values stay there.
 */
#define BANKED_GUEST(op) \
	op(LOFT_X_LR_IRQ, "lr_irq") op(LOFT_X_LR_ABT, "lr_abt") op(LOFT_X_LR_UND, "lr_und")

#define SPSRS_BOTH(op)		op(LOFT_SPSR_FIQ, "spsr_fiq")
#define SPSRS_GUEST(op) \
	op(LOFT_SPSR_EL1, "spsr_svc") op(LOFT_SPSR_ABT, "spsr_abt") op(LOFT_SPSR_UND, "spsr_und") \
	op(LOFT_SPSR_IRQ, "spsr_irq")

#define CP15_GUEST(op) \
	op(LOFT_ESR_EL1, DFSR) op(LOFT_IFSR32_EL2, IFSR) op(LOFT_AFSR0_EL1, ADFSR) op(LOFT_AFSR1_EL1, AIFSR)

#define CP15_PAIRS_GUEST(op)	op(LOFT_FAR_EL1, DFAR, IFAR)
#define CP15_GUEST64(op)	op(LOFT_PAR_EL1, PAR)

/* The halves of an entry of sys[], by word */
#define LOW(i)			(2 * (i))
#define HIGH(i)			(2 * (i) + 1)

#define BANKED_SAVE(i, reg)	regs->x[i] = low_read_banked(reg);
#define BANKED_LOAD(i, reg)	low_write_banked(regs->x[i], reg);
#define SPSR_SAVE(i, reg)	word[LOW(i)] = low_read_banked(reg);
#define SPSR_LOAD(i, reg)	low_write_banked(word[LOW(i)], reg);
#define CP15_SAVE(i, ...)	word[LOW(i)] = low_read(__VA_ARGS__);
#define CP15_LOAD(i, ...)	low_write(word[LOW(i)], __VA_ARGS__);
#define CP15_SAVE64(i, ...)	regs->sys[i] = low_read64(__VA_ARGS__);
#define CP15_LOAD64(i, ...)	low_write64(regs->sys[i], __VA_ARGS__);
#define PAIR_SAVE(i, lo, hi)	PAIR_SAVE_AT(i, lo, hi)
#define PAIR_LOAD(i, lo, hi)	PAIR_LOAD_AT(i, lo, hi)
/* By now the names are four arguments each */
#define PAIR_SAVE_AT(i, a, b, c, d, e, f, g, h)		\
	word[LOW(i)] = low_read(a, b, c, d);		\
	word[HIGH(i)] = low_read(e, f, g, h);
#define PAIR_LOAD_AT(i, a, b, c, d, e, f, g, h)		\
	low_write(word[LOW(i)], a, b, c, d);		\
	low_write(word[HIGH(i)], e, f, g, h);

/* What is PL1's and user mode's but r0 to r12 and LR_usr, as far as both worlds live by it */
static __always_inline void world_save(struct loft_regs *regs)
{
	u32 *word = (u32 *)regs->sys;

	BANKED_REGS(BANKED_SAVE)
	SPSRS_BOTH(SPSR_SAVE)
	CP15_REGS(CP15_SAVE)
	CP15_PAIRS(PAIR_SAVE)
	CP15_REGS64(CP15_SAVE64)
}

static __always_inline void world_load(const struct loft_regs *regs)
{
	const u32 *word = (const u32 *)regs->sys;

	BANKED_REGS(BANKED_LOAD)
	SPSRS_BOTH(SPSR_LOAD)
	CP15_REGS(CP15_LOAD)
	CP15_PAIRS(PAIR_LOAD)
	CP15_REGS64(CP15_LOAD64)
}

/* The rest, which only a guest has */
static void guest_save(struct loft_regs *regs)
{
	u32 *word = (u32 *)regs->sys;

	world_save(regs);
	BANKED_GUEST(BANKED_SAVE)
	SPSRS_GUEST(SPSR_SAVE)
	CP15_GUEST(CP15_SAVE)
	CP15_PAIRS_GUEST(PAIR_SAVE)
	CP15_GUEST64(CP15_SAVE64)
}

static void guest_load(const struct loft_regs *regs)
{
	const u32 *word = (const u32 *)regs->sys;

	world_load(regs);
	BANKED_GUEST(BANKED_LOAD)
	SPSRS_GUEST(SPSR_LOAD)
	CP15_GUEST(CP15_LOAD)
	CP15_PAIRS_GUEST(PAIR_LOAD)
	CP15_GUEST64(CP15_LOAD64)
}

/* HYP's own registers, which say what the guest may do and sees */
static __always_inline void traps_enter(const struct hostcall_cpu *cpu, const struct hostcall_vcpu *vcpu, const struct loft_regs *regs)
{
	low_write(regs->sys[LOFT_MIDR_EL1], VPIDR);
	low_write(regs->sys[LOFT_MPIDR_EL1], VMPIDR);
	low_write((cpu->hdcr & HDCR_HPMN) | vcpu->hdcr, HDCR);
	low_write((cpu->cnthctl & ~CNTHCTL_PL1PCEN) | CNTHCTL_PL1PCTEN, CNTHCTL);
	low_write(cpu->hcptr | vcpu->hcptr, HCPTR);
	low_write(vcpu->hstr, HSTR);
	low_vectors_set_guest();
	low_write(vcpu->vtcr, VTCR);
	low_write64(vcpu->vttbr, VTTBR);
	low_write(vcpu->hcr, HCR);
}

static __always_inline void traps_leave(const struct hostcall_cpu *cpu)
{
	low_write(cpu->hcr, HCR);
	low_write64(0, VTTBR);
	low_write(cpu->vtcr, VTCR);
	low_vectors_set_host();
	low_write(cpu->hstr, HSTR);
	low_write(cpu->hcptr, HCPTR);
	low_write(cpu->cnthctl, CNTHCTL);
	low_write(cpu->hdcr, HDCR);
	low_write(cpu->vmpidr, VMPIDR);
	low_write(cpu->vpidr, VPIDR);
}

static void timer_enter(const struct hostcall_vcpu *vcpu)
{
	low_write64(vcpu->cntvoff, CNTVOFF);
	low_write64(vcpu->cntv_cval, CNTV_CVAL);
	/* The enable must not be seen with the offset or the compare value of somebody else */
	low_isb();
	low_write(vcpu->cntv_ctl, CNTV_CTL);
}

/* Host userspace reads the virtual counter: its offset is 0 but for guests */
static void timer_leave(struct hostcall_vcpu *vcpu)
{
	vcpu->cntv_ctl = low_read(CNTV_CTL);
	vcpu->cntv_cval = low_read64(CNTV_CVAL);
	low_write(0, CNTV_CTL);
	low_isb();
	low_write64(0, CNTVOFF);
}

/*
 * Two vCPUs of a VM share a VMID, but not what a guest may assume of its own CPU: TLB entries made with its ASIDs
 * without broadcast, and instruction cache maintenance it did locally.
 */
static void flush_own(const struct hostcall_vcpu *vcpu)
{
	if (!(vcpu->flags & HOSTCALL_V_FLUSH))
		return;
	low_isb();
	low_write(0, TLBIALL);
	low_write(0, ICIALLU);
	low_write(0, BPIALL);
	low_dsb(nsh);
}

/**
 * switch_fp_open - give the VFP registers to the guest
 * @cpu: this CPU
 * @vcpu: the vCPU; its world is loaded, the host's VFP state is saved
 * @regs: its registers
 *
 * HCPTR traps HYP as well, so the loads must see it open; and they need FPEXC.EN.
 */
void switch_fp_open(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	low_write((cpu->hcptr | vcpu->hcptr) & ~HCPTR_VFP, HCPTR);
	low_isb();
	cpu->host.fp.fpexc = low_vfp_fpexc();
	low_vfp_set_fpexc(BIT(30));
	low_isb();
	low_vfp_load(&regs->fp, cpu->d32, regs->fp.fpexc);
	vcpu->fp_loaded = 1;
}

static void fp_close(const struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	regs->fp.fpexc = low_vfp_fpexc();
	low_vfp_set_fpexc(BIT(30));
	low_isb();
	low_vfp_save(&regs->fp, cpu->d32);
	low_vfp_set_fpexc(cpu->host.fp.fpexc);
	vcpu->fp_loaded = 0;
}

static void guest_enter(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	world_save(&cpu->host);
	cpu->vcpu = vcpu;
	guest_load(regs);
	traps_enter(cpu, vcpu, regs);
	flush_own(vcpu);
	timer_enter(vcpu);
	if (vcpu->flags & HOSTCALL_V_FP_LOAD)
		switch_fp_open(cpu, vcpu, regs);
	low_write_banked(regs->pc, "elr_hyp");
	low_write_banked(regs->pstate, "spsr_cxsf");
}

/**
 * switch_to_host - from the guest's world to the host's
 * @cpu: this CPU; nothing is saved of the guest
 */
void switch_to_host(struct hostcall_cpu *cpu)
{
	traps_leave(cpu);
	world_load(&cpu->host);
	cpu->vcpu = NULL;
}

static void guest_leave(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	if (vcpu->fp_loaded)
		fp_close(cpu, vcpu, regs);
	/* Hardware clears VA when the guest takes the virtual abort */
	vcpu->hcr = low_read(HCR);
	timer_leave(vcpu);
	guest_save(regs);
	switch_to_host(cpu);
}

/*
 * HPFAR is architecturally valid for translation and access flag faults, and for faults on a stage-1 walk. For a
 * permission fault ask the MMU, whose context is still the guest's; if the guest changed its tables meanwhile there
 * is no answer, and it has to try again.
 */
static void exit_ipa(struct loft_exit *exit, u32 hsr, u32 far)
{
	bool s1ptw = hsr & HSR_S1PTW;
	u64 par, ipa;

	if (s1ptw || FSC_TYPE(hsr) != FSC_PERM) {
		ipa = (u64)(low_read(HPFAR) & ~0xfU) << 8;
	} else {
		par = low_read64(PAR);
		low_write(far, ATS1CPR);
		low_isb();
		ipa = low_read64(PAR);
		low_write64(par, PAR);
		if (ipa & PAR_F) {
			exit->flags |= LOFT_EXIT_F_NO_IPA;
			return;
		}
		ipa &= GENMASK_ULL(39, 12);
	}
	if (s1ptw)
		exit->flags |= LOFT_EXIT_F_S1PTW;
	exit->ipa = IPA(ipa | (far & 0xfff));
}

/*
 * No syndrome of what the instruction is: whoever wants to emulate it has to read it. Translate its address as the guest
 * would for a load; there are no pages that only execute. A fault is news, and the guest meets it itself.
 */
static void exit_insn(struct loft_exit *exit, const struct loft_regs *regs)
{
	u64 par = low_read64(PAR), insn;

	if (CPSR_IS_USER(regs->pstate))
		low_write(regs->pc, ATS1CUR);
	else
		low_write(regs->pc, ATS1CPR);
	low_isb();
	insn = low_read64(PAR);
	low_write64(par, PAR);
	if (insn & PAR_F) {
		exit->flags |= LOFT_EXIT_F_NO_IPA;
		return;
	}
	exit->insn = IPA((insn & GENMASK_ULL(39, 12)) | (regs->pc & 0xfff));
	exit->flags |= LOFT_EXIT_F_INSN;
}

/* Read the syndrome while the guest's translation is still in place */
static void exit_record(struct loft_exit *exit, struct loft_regs *regs, u32 code)
{
	u32 hsr, far;

	regs->pc = low_read_banked("elr_hyp");
	regs->pstate = low_read_banked("spsr");
	exit->kind = code;
	exit->flags = 0;
	if (code == HOSTCALL_IRQ)
		return;
	hsr = low_read(HSR);
	exit->esr = hsr;
	if (code != HOSTCALL_SYNC || (HSR_EC(hsr) != EC_DABT_LOW && HSR_EC(hsr) != EC_IABT_LOW))
		return;
	if (HSR_EC(hsr) == EC_DABT_LOW && HSR_FSC(hsr) == FSC_ASYNC) {
		exit->kind = HOSTCALL_SERROR;
		return;
	}
	far = HSR_EC(hsr) == EC_DABT_LOW ? low_read(HDFAR) : low_read(HIFAR);
	exit->far = GVA(far);
	exit_ipa(exit, hsr, far);
	if (HSR_EC(hsr) == EC_DABT_LOW && !(hsr & (HSR_ISV | HSR_S1PTW)))
		exit_insn(exit, regs);
}

/*
 * An asynchronous abort that the guest caused must not be left for the host: its accesses have to complete first, and
 * what is then pending is taken in a window of one instruction.
 */
static void exit_serror(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	struct loft_exit *exit = &vcpu->exit;

	low_dsb(sy);
	if (!(low_read(ISR) & ISR_A))
		return;
	cpu->serror = 0;
	cpu->window = 1;
	asm volatile("cpsie a; isb; cpsid a" : : : "memory");
	cpu->window = 0;
	if (!cpu->serror)
		return;
	/* The exit that came with it is not answered: the guest comes again, and an HVC's return address lies behind it */
	if (exit->kind == HOSTCALL_SYNC && HSR_EC((u32)exit->esr) == EC_HVC)
		vcpu->regs->pc -= 4;
	exit->kind = HOSTCALL_SERROR;
	exit->esr = (u32)EC_DABT_LOW << 26 | BIT(25) | FSC_ASYNC;
}

/**
 * switch_run - HOSTCALL_RUN: the guest runs until it exits
 * @cpu: this CPU
 * @vcpu: the vCPU
 */
void switch_run(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	struct loft_regs *regs = vcpu->regs;
	u32 elr = low_read_banked("elr_hyp");
	u32 spsr = low_read_banked("spsr");
	u32 code;

	guest_enter(cpu, vcpu, regs);
	code = low_enter(regs, vcpu);
	exit_record(&vcpu->exit, regs, code);
	exit_serror(cpu, vcpu);
	guest_leave(cpu, vcpu, regs);
	low_write_banked(elr, "elr_hyp");
	low_write_banked(spsr, "spsr_cxsf");
}
