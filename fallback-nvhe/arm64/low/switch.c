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

/* Registers change hands in pairs, which are neighbours in memory too */
#define EL1_PAIRS(op) \
	op(LOFT_TTBR0_EL1, "ttbr0_el1", "ttbr1_el1") op(LOFT_AFSR0_EL1, "afsr0_el1", "afsr1_el1") \
	op(LOFT_FAR_EL1, "far_el1", "mair_el1") op(LOFT_VBAR_EL1, "vbar_el1", "contextidr_el1") \
	op(LOFT_AMAIR_EL1, "amair_el1", "cntkctl_el1") op(LOFT_ELR_EL1, "elr_el1", "spsr_el1") \
	op(LOFT_SP_EL1, "sp_el1", "tpidr_el1") op(LOFT_TPIDR_EL0, "tpidr_el0", "tpidrro_el0")

#define HOST_PAIRS(op) \
	op(HOST_TTBR0, "ttbr0_el1", "ttbr1_el1") op(HOST_CPACR, "cpacr_el1", "cntkctl_el1") \
	op(HOST_VBAR, "vbar_el1", "contextidr_el1") op(HOST_SP_EL1, "sp_el1", "sp_el0") \
	op(HOST_TPIDR_EL0, "tpidr_el0", "tpidrro_el0")

#define PAIR_SAVE(first, a, b)	low_save_pair(to, first, a, b);
#define PAIR_LOAD(first, a, b)	low_load_pair(from, first, a, b);

static void guest_save(struct loft_regs *regs)
{
	u64 *to = regs->sys;

	low_save_pair(to, LOFT_SCTLR_EL1, "sctlr_el1", "cpacr_el1");
	low_save_pair(to, LOFT_TCR_EL1, "tcr_el1", "esr_el1");
	EL1_PAIRS(PAIR_SAVE)
	regs->sp_el0 = low_read("sp_el0");
}

/* All but SCTLR_EL1 and TCR_EL1, whose places in the order are walks_prepare() and walks_on() */
static void guest_load(const struct loft_regs *regs)
{
	const u64 *from = regs->sys;

	low_write(from[LOFT_CPACR_EL1], "cpacr_el1");
	low_write(from[LOFT_ESR_EL1], "esr_el1");
	EL1_PAIRS(PAIR_LOAD)
	low_write(regs->sp_el0, "sp_el0");
	low_write(from[LOFT_PAR_EL1], "par_el1");
}

/*
 * The host called, from its kernel, with interrupts masked. What an exception left for its handler is history there:
 * ESR, FAR, AFSRn, ELR and SPSR of EL1 may have any value. MAIR, AMAIR and TPIDR never change: see low_cpu_init().
 */
static void host_save(u64 *to)
{
	low_save_pair(to, HOST_TCR, "tcr_el1", "sctlr_el1");
	HOST_PAIRS(PAIR_SAVE)
	to[HOST_MDSCR] = low_read("mdscr_el1");
}

static void host_load(const u64 *from)
{
	HOST_PAIRS(PAIR_LOAD)
	low_load_pair(from, HOST_MAIR, "mair_el1", "amair_el1");
	low_write(from[HOST_TPIDR_EL1], "tpidr_el1");
}

/*
 * The regime in the hardware makes no more walks, and those under way are over. @tcr and @sctlr are its own; with its
 * MMU off the bits would not count.
 */
static void walks_off(u64 tcr, u64 sctlr)
{
	low_write(tcr | TCR_EPD, "tcr_el1");
	low_isb();
	if (!(sctlr & SCTLR_M)) {
		low_write(sctlr | SCTLR_M, "sctlr_el1");
		low_isb();
	}
	low_dsb(nsh);
}

/* The new regime's control register, in force before its walks are, and with the MMU on for as long as those are off */
static void walks_prepare(u64 sctlr)
{
	low_write(sctlr | SCTLR_M, "sctlr_el1");
}

/* Stage 2 and the rest of stage 1 are in place. An MMU that is to be off goes off while walks are */
static void walks_on(u64 tcr, u64 sctlr)
{
	low_isb();
	if (!(sctlr & SCTLR_M)) {
		low_write(sctlr, "sctlr_el1");
		low_isb();
	}
	low_write(tcr, "tcr_el1");
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

/* Where each fine-grained trap register is kept */
#define FGT_REGS(op) \
	op(0, HFGRTR_EL2) op(1, HFGWTR_EL2) op(2, HFGITR_EL2) op(3, HDFGRTR_EL2) op(4, HDFGWTR_EL2)

#define FGT_TAKE(n, reg)	cpu->fgt[n] = low_read(reg); low_write(0, reg);
#define FGT_GIVE(n, reg)	low_write(cpu->fgt[n], reg);

/* Fine-grained traps and HCRX bits that firmware or the host opened stay shut for guests: 0 is "trap" for new features */
static void fgt_enter(struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_HCX) {
		cpu->hcrx = low_read(HCRX_EL2);
		low_write(0, HCRX_EL2);
	}
	if (cpu->features & HOSTCALL_F_FGT) {
		FGT_REGS(FGT_TAKE)
	}
}

static void fgt_leave(const struct hostcall_cpu *cpu)
{
	if (cpu->features & HOSTCALL_F_HCX)
		low_write(cpu->hcrx, HCRX_EL2);
	if (cpu->features & HOSTCALL_F_FGT) {
		FGT_REGS(FGT_GIVE)
	}
}

#define MDCR_HPMN		0x1f

/* EL2's own registers, which say what the guest may do and sees */
static void traps_enter(struct hostcall_cpu *cpu, const struct hostcall_vcpu *vcpu, const struct loft_regs *regs)
{
	low_write(regs->sys[LOFT_MIDR_EL1], "vpidr_el2");
	low_write(regs->sys[LOFT_MPIDR_EL1], "vmpidr_el2");
	low_write((cpu->mdcr & MDCR_HPMN) | vcpu->mdcr, "mdcr_el2");
	low_write(cpu->guest_cnthctl, "cnthctl_el2");
	low_write(vcpu->cptr, "cptr_el2");
	low_write(cpu->guest_vbar, "vbar_el2");
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
	/* VTCR_EL2 stays: without a guest only its VS counts, which all guests have alike */
	low_write(0, "vttbr_el2");
	low_write((u64)low_vectors_host, "vbar_el2");
	low_write(cpu->cptr, "cptr_el2");
	low_write(cpu->cnthctl, "cnthctl_el2");
	low_write(cpu->mdcr, "mdcr_el2");
	low_write(cpu->vmpidr, "vmpidr_el2");
	low_write(cpu->vpidr, "vpidr_el2");
	fgt_leave(cpu);
}

/*
 * The timer's enable must not be in force with an offset that is not its own: the ISB of walks_off() or walks_on() is
 * between the two. CNTV_CVAL_EL0 is resident: the host uses no virtual timer, and has the other register to itself
 * while no guest runs. Host userspace reads the virtual counter: its offset is 0 but for guests.
 */
static void timer_stop(struct hostcall_vcpu *vcpu)
{
	vcpu->cntv_ctl = low_read("cntv_ctl_el0");
	low_write(0, "cntv_ctl_el0");
}

/*
 * Two vCPUs of a VM share a VMID, but not what a guest may assume of its own CPU: TLB entries made with its ASIDs
 * without broadcast, and instruction cache maintenance it did locally.
 */
static void flush_own(struct hostcall_vcpu *vcpu)
{
	if (!(vcpu->flags & HOSTCALL_V_FLUSH))
		return;
	vcpu->flags &= ~HOSTCALL_V_FLUSH;
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
	if (low_is_aarch32(vcpu))
		low_write(regs->sys[LOFT_FPEXC32_EL2], "fpexc32_el2");
	vcpu->fp_loaded = true;
}

static void guest_enter(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	const u64 *sys = regs->sys;

	if (cpu->features & (HOSTCALL_F_SPE | HOSTCALL_F_TRBE))
		buffers_drain(cpu);
	host_save(cpu->host);
	cpu->vcpu = vcpu;
	walks_off(cpu->host[HOST_TCR], cpu->host[HOST_SCTLR]);
	if (low_is_aarch32(vcpu))
		aarch32_enter(regs);
	walks_prepare(sys[LOFT_SCTLR_EL1]);
	guest_load(regs);
	if (cpu->features & HOSTCALL_F_RAS)
		low_write(sys[LOFT_DISR_EL1], VDISR_EL2);
	low_write(vcpu->cntvoff, "cntvoff_el2");
	debug_enter(cpu, regs);
	traps_enter(cpu, vcpu, regs);
	flush_own(vcpu);
	walks_on(sys[LOFT_TCR_EL1], sys[LOFT_SCTLR_EL1]);
	if (cpu->features & HOSTCALL_F_GIC)
		gic_enter(cpu, vcpu);
	low_write(vcpu->cntv_ctl, "cntv_ctl_el0");
	if (vcpu->flags & HOSTCALL_V_FP_LOAD)
		switch_fp_open(vcpu, regs);
	low_write(regs->pc, "elr_el2");
	low_write(regs->pstate, "spsr_el2");
	/* No ISB: the ERET to come is a context synchronisation event */
}

static void host_enter(struct hostcall_cpu *cpu, u64 tcr, u64 sctlr)
{
	walks_off(tcr, sctlr);
	traps_leave(cpu);
	walks_prepare(cpu->host[HOST_SCTLR]);
	host_load(cpu->host);
	low_write(0, "cntvoff_el2");
	debug_leave(cpu);
	walks_on(cpu->host[HOST_TCR], cpu->host[HOST_SCTLR]);
	if (cpu->features & (HOSTCALL_F_SPE | HOSTCALL_F_TRBE))
		buffers_resume(cpu);
	cpu->vcpu = NULL;
}

/**
 * switch_to_host - from the guest's world to the host's
 * @cpu: this CPU; nothing is saved of the guest
 */
void switch_to_host(struct hostcall_cpu *cpu)
{
	low_write(0, "cntv_ctl_el0");
	host_enter(cpu, low_read("tcr_el1"), low_read("sctlr_el1"));
}

static void guest_leave(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs)
{
	timer_stop(vcpu);
	if (low_is_aarch32(vcpu))
		aarch32_leave(cpu, vcpu, regs);
	if (vcpu->fp_loaded) {
		fp_save(&regs->fp);
		vcpu->fp_loaded = false;
	}
	/* Hardware clears VSE when the guest takes the virtual SError */
	if (vcpu->hcr & HCR_VSE)
		vcpu->hcr = low_read("hcr_el2");
	if (cpu->features & HOSTCALL_F_GIC)
		gic_leave(cpu, &vcpu->gic);
	guest_save(regs);
	/* What the guest's ESB deferred */
	if (cpu->features & HOSTCALL_F_RAS)
		regs->sys[LOFT_DISR_EL1] = low_read(VDISR_EL2);
	host_enter(cpu, regs->sys[LOFT_TCR_EL1] | (low_is_aarch32(vcpu) ? TCR_PD : 0), regs->sys[LOFT_SCTLR_EL1]);
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

/*
 * No syndrome of what the instruction is: whoever wants to emulate it has to read it. Translate its address as the guest
 * would for a load. Execute-only pages have no answer; another fault than that is news, and the guest meets it itself.
 */
static void exit_insn(struct loft_exit *exit, const struct loft_regs *regs)
{
	u64 par;

	if (regs->pstate & PSR_MODE_EL)
		asm volatile("at s1e1r, %0" : : "r" (regs->pc));
	else
		asm volatile("at s1e0r, %0" : : "r" (regs->pc));
	low_isb();
	par = low_read("par_el1");
	if (par & PAR_F) {
		if (PAR_FST_TYPE(par) != FSC_PERM || par & PAR_S)
			exit->flags |= LOFT_EXIT_F_NO_IPA;
		return;
	}
	exit->insn = IPA((par & GENMASK_ULL(51, 12)) | (regs->pc & GENMASK(11, 0)));
	exit->flags |= LOFT_EXIT_F_INSN;
}

/* Read the syndrome while the guest's translation is still in place */
static void exit_record(struct loft_exit *exit, struct loft_regs *regs, u64 code)
{
	u64 ec;

	regs->pc = low_read("elr_el2");
	regs->pstate = low_read("spsr_el2");
	regs->sys[LOFT_PAR_EL1] = low_read("par_el1");
	exit->kind = code;
	if (code == HOSTCALL_IRQ)
		return;
	exit->esr = low_read("esr_el2");
	ec = ESR_EC(exit->esr);
	if (code != HOSTCALL_SYNC || (ec & ~(u64)EC_KIND) != EC_IABT_LOW)
		return;
	exit->far = GVA(low_read("far_el2"));
	exit_ipa(exit);
	if (ec == EC_DABT_LOW && !(exit->esr & (ESR_ISV | ESR_S1PTW)))
		exit_insn(exit, regs);
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
	if (exit->kind == LOFT_EXIT_SYNC && (ESR_EC(exit->esr) == EC_HVC64 || ESR_EC(exit->esr) == EC_HVC32) &&
	    !vcpu->answered)
		vcpu->regs->pc -= 4;
	exit->kind = LOFT_EXIT_SERROR;
	exit->esr = esr;
}

/**
 * switch_run - HOSTCALL_RUN: the guest runs until it exits
 * @cpu: this CPU
 * @vcpu: the vCPU
 *
 * ELR_EL2 and SPSR_EL2 are lost.
 */
void switch_run(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	struct loft_regs *regs = vcpu->regs;
	u64 code;

	vcpu->answered = false;
	vcpu->exit.flags = 0;
	guest_enter(cpu, vcpu, regs);
	code = low_enter(regs, vcpu, cpu->bhb);
	exit_record(&vcpu->exit, regs, code);
	exit_serror(cpu, vcpu);
	guest_leave(cpu, vcpu, regs);
}
