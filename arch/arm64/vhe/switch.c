// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world switch: the host, in EL2, steps aside for a guest and takes over again.
 *
 * Between window_enter() and window_exit() the guest's world is loaded. Code there is noinstr, takes no
 * indirect branch and calls nothing but its like: Documentation/world-switch.rst has the rules and says for
 * each register who owns it when.
 */
#include <linux/context_tracking.h>
#include <linux/irqflags.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/esr.h>
#include <asm/exception.h>
#include <asm/kvm_arm.h>
#include <loft/hostirq.h>
#include "vhe.h"

static_assert(offsetof(struct loft_vcpu, regs) == 0);
static_assert(offsetof(struct loft_regs, sp_el0) == VCPU_SP_EL0);
static_assert(offsetof(struct loft_regs, pc) == VCPU_PC);
static_assert(offsetof(struct loft_regs, pstate) == VCPU_PSTATE);
static_assert(offsetof(struct loft_regs, fp) == VCPU_FP);
static_assert(VCPU_FP % 16 == 0);

/* PSTATE.TCO, as MRS and MSR see it */
#define SYS_TCO		sys_reg(3, 3, 4, 2, 7)

/* DISR_EL1.A: the ESB deferred an SError */
#define DISR_A		BIT(31)

/* ISR_EL1.A: an SError is pending */
#define ISR_A		BIT(8)

/* What distinguishes ESR_ELx_EC_IABT_LOW, _DABT_LOW, _BREAKPT_LOW and _WATCHPT_LOW, all of which come with an address */
#define EXIT_EC_KIND	((ESR_ELx_EC_IABT_LOW ^ ESR_ELx_EC_DABT_LOW) | (ESR_ELx_EC_IABT_LOW ^ ESR_ELx_EC_BREAKPT_LOW))

/* Page offset bits of an address that HPFAR_EL2 leaves out */
#define IPA_OFFSET	GENMASK(11, 0)

static __always_inline u64 *sys(struct loft_vcpu *vcpu)
{
	return vcpu->regs.sys;
}

/*
 * For RCU and lockdep the guest is userspace. A CPU that is not context-tracked reports a quiescent state
 * only after an interrupt: the tick that asks for one is such an exit, and the others stay cheap.
 */
static __always_inline void window_enter(struct loft_vcpu *vcpu)
{
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	if (!context_tracking_guest_enter() && vcpu->exit.kind == LOFT_EXIT_IRQ)
		rcu_virt_note_context_switch();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

static __always_inline void window_exit(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	trace_hardirqs_off_finish();
}

/* The fine-grained traps that the host opened for itself stay shut for guests: all nXXX bits are 0 = trap */
static __always_inline void fgt_enter(struct vhe_cpu *cpu)
{
	cpu->hfg[0] = read_sysreg_s(SYS_HFGRTR_EL2);
	cpu->hfg[1] = read_sysreg_s(SYS_HFGWTR_EL2);
	cpu->hfg[2] = read_sysreg_s(SYS_HFGITR_EL2);
	cpu->hfg[3] = read_sysreg_s(SYS_HDFGRTR_EL2);
	cpu->hfg[4] = read_sysreg_s(SYS_HDFGWTR_EL2);
	write_sysreg_s(0, SYS_HFGRTR_EL2);
	write_sysreg_s(0, SYS_HFGWTR_EL2);
	write_sysreg_s(0, SYS_HFGITR_EL2);
	write_sysreg_s(0, SYS_HDFGRTR_EL2);
	write_sysreg_s(0, SYS_HDFGWTR_EL2);
}

static __always_inline void fgt_leave(struct vhe_cpu *cpu)
{
	write_sysreg_s(cpu->hfg[0], SYS_HFGRTR_EL2);
	write_sysreg_s(cpu->hfg[1], SYS_HFGWTR_EL2);
	write_sysreg_s(cpu->hfg[2], SYS_HFGITR_EL2);
	write_sysreg_s(cpu->hfg[3], SYS_HDFGRTR_EL2);
	write_sysreg_s(cpu->hfg[4], SYS_HDFGWTR_EL2);
}

/* A virtual SError is delivered by HCR_EL2.VSE; hardware clears the bit when the guest takes it */
static __always_inline u64 guest_hcr(struct loft_vcpu *vcpu)
{
	u64 hcr = vcpu->traps.hcr | VHE_HCR_E2H;

	if (unlikely(vcpu->serror_pending)) {
		if (alternative_has_cap_likely(ARM64_HAS_RAS_EXTN))
			write_sysreg_s(vcpu->serror_esr, SYS_VSESR_EL2);
		hcr |= HCR_VSE;
	}
	return hcr;
}

/* Registers that the host uses as well: out with the host's, in with the guest's. VBAR and HCR come last */
static __always_inline void world_enter(struct vhe_cpu *cpu, struct loft_vcpu *vcpu, u64 *tpidr)
{
	cpu->current_task = (u64)current;
	cpu->host_cptr = read_sysreg(cpacr_el1);
	cpu->host_vbar = read_sysreg(vbar_el1);
	tpidr[0] = read_sysreg(tpidr_el0);
	tpidr[1] = read_sysreg(tpidrro_el0);

	write_sysreg(sys(vcpu)[LOFT_TPIDR_EL0], tpidr_el0);
	write_sysreg(sys(vcpu)[LOFT_TPIDRRO_EL0], tpidrro_el0);
	write_sysreg(sys(vcpu)[LOFT_PAR_EL1], par_el1);
	write_sysreg(cpu->mdcr_guest | vcpu->traps.mdcr, mdcr_el2);
	if (alternative_has_cap_unlikely(ARM64_HAS_HCX)) {
		cpu->hcrx = read_sysreg_s(SYS_HCRX_EL2);
		write_sysreg_s(0, SYS_HCRX_EL2);
	}
	if (alternative_has_cap_unlikely(ARM64_HAS_FGT))
		fgt_enter(cpu);
	cpu->debug.mdscr = read_sysreg(mdscr_el1);
	if (unlikely((cpu->debug.mdscr | sys(vcpu)[LOFT_MDSCR_EL1]) & VHE_MDSCR_LIVE))
		debug_enter(cpu, vcpu);

	write_sysreg(vcpu->traps.cptr, cpacr_el1);
	write_sysreg(cpu->vectors, vbar_el1);
	write_sysreg(guest_hcr(vcpu), hcr_el2);
	write_sysreg(vcpu->regs.pc, elr_el2);
	write_sysreg(vcpu->regs.pstate, spsr_el2);
	/* No ISB: the ERET to come is a context synchronisation event, and nothing before it depends on these */
	if (vcpu->fp_want && vhe_fp_free(vcpu))
		vhe_fp_open(vcpu);
}

static __always_inline void world_leave(struct vhe_cpu *cpu, struct loft_vcpu *vcpu, const u64 *tpidr)
{
	if (vcpu->fp_loaded) {
		vhe_fp_save(&vcpu->regs.fp);
		vcpu->fp_loaded = false;
	}
	if (unlikely(vcpu->serror_pending))
		vcpu->serror_pending = read_sysreg(hcr_el2) & HCR_VSE;
	write_sysreg(cpu->host_hcr, hcr_el2);
	write_sysreg(cpu->host_vbar, vbar_el1);
	write_sysreg(cpu->host_cptr, cpacr_el1);
	write_sysreg(cpu->mdcr, mdcr_el2);
	if (alternative_has_cap_unlikely(ARM64_HAS_HCX))
		write_sysreg_s(cpu->hcrx, SYS_HCRX_EL2);
	if (alternative_has_cap_unlikely(ARM64_HAS_FGT))
		fgt_leave(cpu);
	if (unlikely(cpu->debug.mdscr & VHE_MDSCR_DIRTY))
		debug_leave(cpu);

	sys(vcpu)[LOFT_TPIDR_EL0] = read_sysreg(tpidr_el0);
	sys(vcpu)[LOFT_TPIDRRO_EL0] = read_sysreg(tpidrro_el0);
	write_sysreg(tpidr[0], tpidr_el0);
	write_sysreg(tpidr[1], tpidrro_el0);
	/*
	 * HCR_EL2.TGE, CPTR and VBAR must be the host's before the first instruction that depends on them: an
	 * unprivileged access of the uaccess routines is the earliest.
	 */
	isb();
}

/*
 * HPFAR_EL2 is architecturally valid for translation, access flag and address size faults, and for faults on
 * a stage-1 walk. For a permission fault ask the MMU, whose context is still the guest's; if the guest
 * changed its tables meanwhile there is no answer, and it has to try again.
 */
static __always_inline void exit_ipa(struct loft_vcpu *vcpu)
{
	struct loft_exit *exit = &vcpu->exit;
	bool s1ptw = exit->esr & ESR_ELx_S1PTW;
	u64 par, ipa;

	if (s1ptw || !esr_fsc_is_permission_fault(exit->esr)) {
		ipa = (read_sysreg(hpfar_el2) & HPFAR_MASK) << 8;
	} else {
		asm volatile("at s1e1r, %0" : : "r" (exit->far.val));
		isb();
		par = read_sysreg_par();
		if (par & SYS_PAR_EL1_F) {
			exit->flags |= LOFT_EXIT_F_NO_IPA;
			return;
		}
		ipa = par & GENMASK_ULL(51, 12);
	}
	if (s1ptw)
		exit->flags |= LOFT_EXIT_F_S1PTW;
	exit->ipa = IPA(ipa | (exit->far.val & IPA_OFFSET));
}

/*
 * No syndrome of what the instruction is: whoever wants to emulate it has to read it. Translate its address as the guest
 * would for a load. Execute-only pages have no answer; another fault than that is news, and the guest meets it itself.
 */
static __always_inline void exit_insn(struct loft_vcpu *vcpu)
{
	struct loft_exit *exit = &vcpu->exit;
	u64 pc = vcpu->regs.pc;
	u64 par;

	/* M[3:0] is 0 for user code, in both states */
	if (vcpu->regs.pstate & (PSR_MODE_MASK & ~PSR_MODE32_BIT))
		asm volatile("at s1e1r, %0" : : "r" (pc));
	else
		asm volatile("at s1e0r, %0" : : "r" (pc));
	isb();
	par = read_sysreg_par();
	if (par & SYS_PAR_EL1_F) {
		if (!esr_fsc_is_permission_fault(FIELD_GET(SYS_PAR_EL1_FST, par)) || par & SYS_PAR_EL1_S)
			exit->flags |= LOFT_EXIT_F_NO_IPA;
		return;
	}
	exit->insn = IPA((par & GENMASK_ULL(51, 12)) | (pc & IPA_OFFSET));
	exit->flags |= LOFT_EXIT_F_INSN;
}

/* The endianness of data accesses at the exception level that faulted */
static __always_inline bool exit_big_endian(u64 pstate)
{
	u64 bit = SCTLR_ELx_EE;

	if (pstate & PSR_MODE32_BIT)
		return pstate & PSR_AA32_E_BIT;
	if ((pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		bit = SCTLR_EL1_E0E;
	return read_sysreg_s(SYS_SCTLR_EL12) & bit;
}

/* Read the syndrome while the guest's translation is still in place */
static __always_inline void exit_record(struct loft_vcpu *vcpu, u64 code)
{
	struct loft_exit *exit = &vcpu->exit;
	u64 ec;

	vcpu->regs.pc = read_sysreg(elr_el2);
	vcpu->regs.pstate = read_sysreg(spsr_el2);
	sys(vcpu)[LOFT_PAR_EL1] = read_sysreg_par();
	exit->kind = code;
	if (code == VHE_EXIT_IRQ)
		return;
	exit->esr = read_sysreg(esr_el2);
	exit->flags = LOFT_EXIT_F_TRIED;
	ec = ESR_ELx_EC(exit->esr);
	/* One test for aborts, breakpoints and watchpoints: two bits tell them apart. The last two have no IPA: a stale one */
	if (code != VHE_EXIT_SYNC || (ec & ~EXIT_EC_KIND) != ESR_ELx_EC_IABT_LOW)
		return;
	exit->far = GVA(read_sysreg(far_el2));
	exit_ipa(vcpu);
	if (ec != ESR_ELx_EC_DABT_LOW)
		return;
	if (exit_big_endian(vcpu->regs.pstate))
		exit->flags |= LOFT_EXIT_F_BE;
	if (!(exit->esr & (ESR_ELx_ISV | ESR_ELx_S1PTW)))
		exit_insn(vcpu);
}

/*
 * Without RAS there is no ESB: let the guest's accesses complete, and take what is then pending here, in a window of one
 * instruction, rather than later in the host's name.
 */
static __always_inline u64 late_serror(struct vhe_cpu *cpu)
{
	dsb(sy);
	if (likely(!(read_sysreg(isr_el1) & ISR_A)))
		return 0;
	cpu->serror = 0;
	asm volatile("msr daifclr, #4; isb; msr daifset, #4" : : : "memory");
	return cpu->serror;
}

/* An SError that the guest caused is the guest's, whatever else the exit was. With RAS the ESB at the vector caught it */
static __always_inline void exit_serror(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	u64 esr = 0;

	if (alternative_has_cap_likely(ARM64_HAS_RAS_EXTN)) {
		u64 disr = read_sysreg_s(SYS_DISR_EL1);

		if (likely(!(disr & DISR_A)))
			return;
		write_sysreg_s(0, SYS_DISR_EL1);
		esr = disr_to_esr(disr);
	} else {
		esr = late_serror(cpu);
	}
	if (!esr)
		return;
	/* The exit that came with it is not answered: the guest comes again, and an HVC's return address lies behind it */
	if (vcpu->exit.kind == LOFT_EXIT_SYNC && ESR_ELx_EC(vcpu->exit.esr) == ESR_ELx_EC_HVC64)
		vcpu->regs.pc -= 4;
	vcpu->exit.kind = LOFT_EXIT_SERROR;
	vcpu->exit.esr = esr;
}

static_assert(VHE_EXIT_SYNC == (u32)LOFT_EXIT_SYNC);
static_assert(VHE_EXIT_IRQ == (u32)LOFT_EXIT_IRQ);
static_assert(VHE_EXIT_SERROR == (u32)LOFT_EXIT_SERROR);

static noinstr void switch_run(struct vhe_cpu *cpu, struct loft_vcpu *vcpu)
{
	u64 tpidr[2];
	u64 tco = 0;
	u64 code;

	if (alternative_has_cap_unlikely(ARM64_MTE))
		tco = read_sysreg_s(SYS_TCO);

	window_enter(vcpu);
	world_enter(cpu, vcpu, tpidr);
	code = vhe_enter(vcpu, cpu->bhb);
	exit_record(vcpu, code);
	exit_serror(cpu, vcpu);
	world_leave(cpu, vcpu, tpidr);
	window_exit();

	if (alternative_has_cap_unlikely(ARM64_MTE))
		write_sysreg_s(tco, SYS_TCO);
}

/**
 * vhe_vcpu_run - enter the guest once
 * @vcpu: the vCPU; the current thread holds its lock
 *
 * Context: interrupts off.
 */
void vhe_vcpu_run(struct loft_vcpu *vcpu)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);

	if (unlikely(cpu->resident != vcpu) && !context_load(cpu, vcpu)) {
		/* As if interrupted at once: the scheduler is taking the thread off this CPU */
		vcpu->exit.kind = LOFT_EXIT_IRQ;
		return;
	}
	if (vcpu->timer.hw_active)
		timer_enter(vcpu);
	if (vcpu->lr.hcr | cpu->lrs_loaded)
		gic_enter(cpu, &vcpu->lr);

	/* With pseudo-NMIs the priority mask is opened here, or the GIC would not signal what should stop the guest */
	local_daif_mask();
	switch_run(cpu, vcpu);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);

	if (vcpu->exit.kind != LOFT_EXIT_SYNC)
		hostirq_stray();
	if (vcpu->lr.hcr)
		gic_leave(&vcpu->lr);
	if (vcpu->timer.hw_active)
		timer_leave(vcpu);
}
