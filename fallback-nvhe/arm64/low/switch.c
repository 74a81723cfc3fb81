// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world switch of split mode: EL1 has one set of registers, and host and guest both live in it.
 *
 * Everything changes hands at every exit. The order is that of the speculative-AT errata (Cortex-A57 1319537, A72
 * 1319367 and their like), on every CPU since it costs little: stage-1 walks are off (TCR_EL1.EPDn, which count only
 * with the MMU on) from before the first register of the outgoing regime changes until stages 1 and 2 both
 * belong to the incoming one, with an ISB between each step.
 */
#include "low.h"

#define EL1_REGS(op) \
	op(CPACR, "cpacr_el1") op(TTBR0, "ttbr0_el1") op(TTBR1, "ttbr1_el1") op(ESR, "esr_el1") \
	op(AFSR0, "afsr0_el1") op(AFSR1, "afsr1_el1") op(FAR, "far_el1") op(MAIR, "mair_el1") \
	op(VBAR, "vbar_el1") op(CONTEXTIDR, "contextidr_el1") op(AMAIR, "amair_el1") \
	op(CNTKCTL, "cntkctl_el1") op(ELR, "elr_el1") op(SPSR, "spsr_el1") op(SP, "sp_el1") \
	op(TPIDR, "tpidr_el1")

#define EL1_SAVE(name, reg)	sys[LOFT_##name##_EL1] = low_read(reg);
#define EL1_LOAD(name, reg)	low_write(sys[LOFT_##name##_EL1], reg);

static void el1_save(u64 *sys)
{
	EL1_REGS(EL1_SAVE)
	sys[LOFT_SCTLR_EL1] = low_read("sctlr_el1");
	sys[LOFT_TCR_EL1] = low_read("tcr_el1");
}

/* All but SCTLR_EL1 and TCR_EL1, whose place in the order is el1_walks_on() */
static void el1_load(const u64 *sys)
{
	EL1_REGS(EL1_LOAD)
}

/* The regime in the hardware makes no more walks, and those under way are over */
static void el1_walks_off(void)
{
	low_write(low_read("tcr_el1") | TCR_EPD, "tcr_el1");
	low_isb();
	low_write(low_read("sctlr_el1") | SCTLR_M, "sctlr_el1");
	low_isb();
	low_dsb(nsh);
}

/* Stage 2 and the rest of stage 1 are in place */
static void el1_walks_on(const u64 *sys)
{
	low_isb();
	low_write(sys[LOFT_SCTLR_EL1], "sctlr_el1");
	low_isb();
	low_write(sys[LOFT_TCR_EL1], "tcr_el1");
}

static void host_save(struct hostcall_world *host)
{
	el1_save(host->sys);
	host->sp_el0 = low_read("sp_el0");
	host->tpidr_el0 = low_read("tpidr_el0");
	host->tpidrro_el0 = low_read("tpidrro_el0");
	host->mdscr = low_read("mdscr_el1");
}

static void guest_save(struct loft_regs *regs)
{
	el1_save(regs->sys);
	regs->sp_el0 = low_read("sp_el0");
	regs->sys[LOFT_TPIDR_EL0] = low_read("tpidr_el0");
	regs->sys[LOFT_TPIDRRO_EL0] = low_read("tpidrro_el0");
}

/*
 * Profiling and tracing of the host write memory through the EL1&0 regime, whose stage 1 is about to be another's: no
 * new records, and those under way written out.
 */
static void buffers_drain(struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_SPE) {
		cpu->pmscr = low_read(PMSCR_EL1);
		low_write(0, PMSCR_EL1);
		low_isb();
		asm volatile("hint #17" : : : "memory");	/* PSB CSYNC */
	}
	if (cpu->features & HOSTCALL_F_TRBE) {
		cpu->trfcr = low_read(TRFCR_EL1);
		low_write(0, TRFCR_EL1);
		low_isb();
		asm volatile("hint #18" : : : "memory");	/* TSB CSYNC */
	}
	low_dsb(nsh);
}

static void buffers_resume(const struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_SPE)
		low_write(cpu->pmscr, PMSCR_EL1);
	if (cpu->features & HOSTCALL_F_TRBE)
		low_write(cpu->trfcr, TRFCR_EL1);
}

/* Fine-grained traps and HCRX bits that firmware or the host opened stay shut for guests: 0 is "trap" for new features */
static void fgt_enter(struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_HCX) {
		cpu->hcrx = low_read(HCRX_EL2);
		low_write(0, HCRX_EL2);
	}
	if (!(cpu->features & HOSTCALL_F_FGT))
		return;
	cpu->fgt[0] = low_read(HFGRTR_EL2);
	cpu->fgt[1] = low_read(HFGWTR_EL2);
	cpu->fgt[2] = low_read(HFGITR_EL2);
	cpu->fgt[3] = low_read(HDFGRTR_EL2);
	cpu->fgt[4] = low_read(HDFGWTR_EL2);
	low_write(0, HFGRTR_EL2);
	low_write(0, HFGWTR_EL2);
	low_write(0, HFGITR_EL2);
	low_write(0, HDFGRTR_EL2);
	low_write(0, HDFGWTR_EL2);
}

static void fgt_leave(const struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_HCX)
		low_write(cpu->hcrx, HCRX_EL2);
	if (!(cpu->features & HOSTCALL_F_FGT))
		return;
	low_write(cpu->fgt[0], HFGRTR_EL2);
	low_write(cpu->fgt[1], HFGWTR_EL2);
	low_write(cpu->fgt[2], HFGITR_EL2);
	low_write(cpu->fgt[3], HDFGRTR_EL2);
	low_write(cpu->fgt[4], HDFGWTR_EL2);
}

#define CNTHCTL_EL1PCTEN	BIT(0)
#define CNTHCTL_EL1PCEN		BIT(1)
#define MDCR_HPMN		0x1f

/* EL2's own registers, which say what the guest may do and sees */
static void traps_enter(struct hostcall_cpu *cpu, const struct hostcall_vcpu *vcpu, const struct loft_regs *regs)
{
	low_write(regs->sys[LOFT_MIDR_EL1], "vpidr_el2");
	low_write(regs->sys[LOFT_MPIDR_EL1], "vmpidr_el2");
	low_write((cpu->mdcr & MDCR_HPMN) | vcpu->mdcr, "mdcr_el2");
	low_write((cpu->cnthctl & ~CNTHCTL_EL1PCEN) | CNTHCTL_EL1PCTEN, "cnthctl_el2");
	low_write(vcpu->cptr, "cptr_el2");
	low_write((u64)(cpu->fw ? low_vectors_guest_fw : low_vectors_guest), "vbar_el2");
	low_write(vcpu->vtcr, "vtcr_el2");
	low_write(vcpu->vttbr, "vttbr_el2");
	if (vcpu->hcr & HCR_VSE && cpu->features & HOSTCALL_F_RAS)
		low_write(vcpu->vsesr, VSESR_EL2);
	low_write(vcpu->hcr, "hcr_el2");
	fgt_enter(cpu);
}

static void traps_leave(const struct hostcall_cpu *cpu)
{
	low_write(cpu->hcr, "hcr_el2");
	low_write(0, "vttbr_el2");
	low_write(cpu->vtcr, "vtcr_el2");
	low_write((u64)low_vectors_host, "vbar_el2");
	low_write(cpu->cptr, "cptr_el2");
	low_write(cpu->cnthctl, "cnthctl_el2");
	low_write(cpu->mdcr, "mdcr_el2");
	low_write(cpu->vmpidr, "vmpidr_el2");
	low_write(cpu->vpidr, "vpidr_el2");
	fgt_leave(cpu);
}

static void timer_enter(const struct hostcall_vcpu *vcpu)
{
	low_write(vcpu->cntvoff, "cntvoff_el2");
	low_write(vcpu->cntv_cval, "cntv_cval_el0");
	/* The enable must not be seen with the offset or the compare value of somebody else */
	low_isb();
	low_write(vcpu->cntv_ctl, "cntv_ctl_el0");
}

/* Host userspace reads the virtual counter: its offset is 0 but for guests */
static void timer_leave(struct hostcall_vcpu *vcpu)
{
	vcpu->cntv_ctl = low_read("cntv_ctl_el0");
	vcpu->cntv_cval = low_read("cntv_cval_el0");
	low_write(0, "cntv_ctl_el0");
	low_isb();
	low_write(0, "cntvoff_el2");
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
	low_tlbi(vmalle1);
	asm volatile("ic iallu");
	low_dsb(nsh);
}

/**
 * switch_fp_open - give the FP registers to the guest
 * @vcpu: the vCPU; its world is loaded, the host's FP state is saved
 * @regs: its registers
 */
void switch_fp_open(struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	/* TFP; CPTR_EL2 traps EL2 as well, so the loads must see it open */
	low_write(vcpu->cptr & ~BIT(10), "cptr_el2");
	low_isb();
	fp_load(&regs->fp);
	vcpu->fp_loaded = true;
}

static void guest_enter(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	u64 *sys = regs->sys;

	if (cpu->features & (HOSTCALL_F_SPE | HOSTCALL_F_TRBE))
		buffers_drain(cpu);
	host_save(&cpu->host);
	cpu->vcpu = vcpu;
	el1_walks_off();
	el1_load(sys);
	low_write(regs->sp_el0, "sp_el0");
	low_write(sys[LOFT_TPIDR_EL0], "tpidr_el0");
	low_write(sys[LOFT_TPIDRRO_EL0], "tpidrro_el0");
	low_write(sys[LOFT_PAR_EL1], "par_el1");
	if (cpu->features & HOSTCALL_F_RAS)
		low_write(sys[LOFT_DISR_EL1], VDISR_EL2);
	debug_enter(cpu, regs);
	traps_enter(cpu, vcpu, regs);
	flush_own(vcpu);
	el1_walks_on(sys);
	if (cpu->features & HOSTCALL_F_GIC)
		gic_enter(cpu, &vcpu->gic);
	timer_enter(vcpu);
	if (vcpu->flags & HOSTCALL_V_FP_LOAD)
		switch_fp_open(vcpu, regs);
	low_write(regs->pc, "elr_el2");
	low_write(regs->pstate, "spsr_el2");
	/* No ISB: the ERET to come is a context synchronisation event */
}

/**
 * switch_to_host - from the guest's world to the host's
 * @cpu: this CPU; nothing is saved of the guest
 */
void switch_to_host(struct hostcall_cpu *cpu)
{
	el1_walks_off();
	traps_leave(cpu);
	el1_load(cpu->host.sys);
	low_write(cpu->host.sp_el0, "sp_el0");
	low_write(cpu->host.tpidr_el0, "tpidr_el0");
	low_write(cpu->host.tpidrro_el0, "tpidrro_el0");
	debug_leave(cpu);
	el1_walks_on(cpu->host.sys);
	if (cpu->features & (HOSTCALL_F_SPE | HOSTCALL_F_TRBE))
		buffers_resume(cpu);
	cpu->vcpu = NULL;
}

static void guest_leave(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	if (vcpu->fp_loaded) {
		fp_save(&regs->fp);
		vcpu->fp_loaded = false;
	}
	/* Hardware clears VSE when the guest takes the virtual SError */
	vcpu->hcr = low_read("hcr_el2");
	timer_leave(vcpu);
	if (cpu->features & HOSTCALL_F_GIC)
		gic_leave(cpu, &vcpu->gic);
	guest_save(regs);
	/* What the guest's ESB deferred */
	if (cpu->features & HOSTCALL_F_RAS)
		regs->sys[LOFT_DISR_EL1] = low_read(VDISR_EL2);
	switch_to_host(cpu);
}

/*
 * HPFAR_EL2 is architecturally valid for translation, access flag and address size faults, and for faults on a
 * stage-1 walk. For a permission fault ask the MMU, whose context is still the guest's; if the guest changed its
 * tables meanwhile there is no answer, and it has to try again.
 */
static void exit_ipa(struct loft_exit *exit)
{
	bool s1ptw = exit->esr & ESR_S1PTW;
	u64 ipa;

	if (s1ptw || FSC_TYPE(exit->esr) != FSC_PERM) {
		ipa = (low_read("hpfar_el2") & GENMASK_ULL(43, 4)) << 8;
	} else {
		asm volatile("at s1e1r, %0" : : "r" (exit->far.val));
		low_isb();
		ipa = low_read("par_el1");
		if (ipa & PAR_F) {
			exit->flags |= LOFT_EXIT_F_NO_IPA;
			return;
		}
		ipa &= GENMASK_ULL(51, 12);
	}
	if (s1ptw)
		exit->flags |= LOFT_EXIT_F_S1PTW;
	exit->ipa = IPA(ipa | (exit->far.val & GENMASK(11, 0)));
}

/* Read the syndrome while the guest's translation is still in place */
static void exit_record(struct loft_exit *exit, struct loft_regs *regs, u64 code)
{
	u64 ec;

	regs->pc = low_read("elr_el2");
	regs->pstate = low_read("spsr_el2");
	regs->sys[LOFT_PAR_EL1] = low_read("par_el1");
	exit->kind = code;
	exit->flags = 0;
	if (code == HOSTCALL_IRQ)
		return;
	exit->esr = low_read("esr_el2");
	ec = ESR_EC(exit->esr);
	if (code != HOSTCALL_SYNC || (ec != EC_DABT_LOW && ec != EC_IABT_LOW))
		return;
	exit->far = GVA(low_read("far_el2"));
	exit_ipa(exit);
}

/*
 * An SError that the guest caused must not be left for the host. With RAS, the ESB at the vector has caught it;
 * without, its accesses have to complete first, and what is then pending is taken in a window of one instruction.
 */
static u64 late_serror(struct hostcall_cpu *cpu)
{
	low_dsb(sy);
	if (!(low_read("isr_el1") & ISR_A))
		return 0;
	cpu->serror = 0;
	asm volatile("msr daifclr, #4; isb; msr daifset, #4" : : : "memory");
	return cpu->serror;
}

/* DISR_EL1 has IDS, AET, EA and DFSC where a syndrome has them */
static u64 deferred_serror(void)
{
	u64 disr = low_read(DISR_EL1);

	if (!(disr & DISR_A))
		return 0;
	low_write(0, DISR_EL1);
	return 0x2fULL << 26 | BIT(25) | (disr & (BIT(24) | GENMASK(12, 9) | GENMASK(5, 0)));
}

static void exit_serror(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	struct loft_exit *exit = &vcpu->exit;
	u64 esr = cpu->features & HOSTCALL_F_RAS ? deferred_serror() : late_serror(cpu);

	if (!esr)
		return;
	/* The exit that came with it is not answered: the guest comes again, and an HVC's return address lies behind it */
	if (exit->kind == LOFT_EXIT_SYNC && ESR_EC(exit->esr) == EC_HVC64 && !vcpu->answered)
		vcpu->regs->pc -= 4;
	exit->kind = LOFT_EXIT_SERROR;
	exit->esr = esr;
}

/**
 * switch_run - HOSTCALL_RUN: the guest runs until it exits
 * @cpu: this CPU
 * @vcpu: the vCPU
 */
void switch_run(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	struct loft_regs *regs = vcpu->regs;
	u64 elr = low_read("elr_el2");
	u64 spsr = low_read("spsr_el2");
	u64 code;

	vcpu->answered = false;
	guest_enter(cpu, vcpu, regs);
	code = low_enter(regs, vcpu, cpu->bhb);
	exit_record(&vcpu->exit, regs, code);
	exit_serror(cpu, vcpu);
	guest_leave(cpu, vcpu, regs);
	low_write(elr, "elr_el2");
	low_write(spsr, "spsr_el2");
}
