/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the VHE back end share.
 */
#ifndef LOFT_VHE_H
#define LOFT_VHE_H

#include <clocksource/arm_arch_timer.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <asm/sysreg.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vhe.h>
#include <loft/vm.h>
#include "vhe_asm.h"

/* In vhe_host_debug.mdscr: the register was changed for the guest. A RES0 bit of it */
#define VHE_MDSCR_DIRTY	BIT(63)
/* What of MDSCR_EL1 makes debug exceptions: MDE, KDE, SS. The rest concerns registers that trap for a guest anyway */
#define VHE_MDSCR_LIVE	(BIT(15) | BIT(13) | BIT(0))

/**
 * struct vhe_host_debug - the host's debug registers while a guest uses its own
 * @mdscr: MDSCR_EL1, and VHE_MDSCR_DIRTY
 * @swapped: @regs holds the breakpoints and watchpoints
 * @regs: the host's
 */
struct vhe_host_debug {
	u64 mdscr;
	bool swapped;
	struct loft_debug_regs regs;
};

/**
 * struct vhe_cpu - what the back end keeps per CPU; touched on its own CPU only, IRQs off
 * @host_vbar: the host's VBAR_EL2 while a guest runs. This and the next five: offsets known to assembly
 * @host_hcr: the host's HCR_EL2
 * @host_cptr: the host's CPTR_EL2
 * @current_task: the host's SP_EL0
 * @panic_sp: top of the stack that an exception inside the window moves to
 * @serror: syndrome of an SError taken while the window was open for it
 * @resident: vCPU whose EL1 state is in the hardware, or NULL
 * @online: set up for guests, and not about to go down
 * @lrs_loaded: list registers, from 0, that may hold something
 * @vectors: the vector table this CPU needs
 * @bhb: branch-history sequence of the full exit: loop count, bit 63 for CLEARBHB, 0 for none
 * @mdcr: the host's MDCR_EL2
 * @mdcr_guest: what of it a guest runs with: the number of event counters
 * @hcrx: the host's HCRX_EL2
 * @hfg: the host's HFGRTR, HFGWTR, HFGITR, HDFGRTR, HDFGWTR
 * @debug: see struct vhe_host_debug
 */
struct vhe_cpu {
	u64 host_vbar;
	u64 host_hcr;
	u64 host_cptr;
	u64 current_task;
	u64 panic_sp;
	u64 serror;
	struct loft_vcpu *resident;
	bool online;
	u32 lrs_loaded;
	unsigned long vectors;
	u64 bhb;
	u64 mdcr;
	u64 mdcr_guest;
	u64 hcrx;
	u64 hfg[5];
	struct vhe_host_debug debug;
};

DECLARE_PER_CPU(struct vhe_cpu, vhe_cpu);

/* HCR_EL2 bits that make EL2 a VHE host: on top of every guest's */
#define VHE_HCR_E2H	BIT(34)

/*
 * FP state of userspace is saved and nothing of any task is bound to this CPU's registers: the guest may have
 * them at once. Another task that ran here since may have bound its own; then the flush has to happen again.
 */
static __always_inline bool vhe_fp_free(struct loft_vcpu *vcpu)
{
	return vcpu->fp_cpu == raw_smp_processor_id() &&
	       vcpu->fp_switches == current->nvcsw + current->nivcsw &&
	       test_thread_flag(TIF_FOREIGN_FPSTATE);
}

/* entry.S */
extern char vhe_vectors[], vhe_vectors_wa1[], vhe_vectors_wa3[];
u64 vhe_enter(struct loft_vcpu *vcpu, u64 bhb);
/* fpsimd.S */
void vhe_fp_save(struct user_fpsimd_state *fp);
void vhe_fp_load(const struct user_fpsimd_state *fp);
/* fast.c */
bool vhe_fast_hvc(struct loft_vcpu *vcpu);
bool vhe_fast_trap(struct loft_vcpu *vcpu, u64 esr, u64 ec);
void vhe_fp_open(struct loft_vcpu *vcpu);
/* irq.c */
bool vhe_fast_irq(struct loft_vcpu *vcpu);
/* debug.c */
void debug_enter(struct vhe_cpu *cpu, struct loft_vcpu *vcpu);
void debug_leave(struct vhe_cpu *cpu);
/* tlb.c */
void tlb_flush_local(void);
/* context.c */
bool context_load(struct vhe_cpu *cpu, struct loft_vcpu *vcpu);
void context_evict(struct vhe_cpu *cpu);
/* backend.c */
int vhe_taken(const char *what, int ret);
/* gic.c */
int gic_probe(void);
void gic_cpu_wake(void);
bool gic_cpu_up(void);
void gic_cpu_down(void);
void gic_exit(void);
void gic_enter(struct vhe_cpu *cpu, const struct vgic_lr_state *lr);
void gic_leave(struct vgic_lr_state *lr);
void gic_look(struct vgic_lr_state *lr, bool all);
void gic_add(struct vhe_cpu *cpu, const struct vgic_lr_state *lr, u32 mask);
void gic_load(const struct vgic_lr_state *lr);
void gic_save(struct vgic_lr_state *lr);
/* timer.c */
static __always_inline bool timer_asserted(void)
{
	u64 ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);

	return (ctl & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK | ARCH_TIMER_CTRL_IT_STAT)) ==
	       (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_STAT);
}

int timer_probe(void);
void timer_cpu_wake(void);
void timer_cpu_up(void);
void timer_cpu_down(void);
void timer_exit(void);
void timer_load(struct loft_vcpu *vcpu);
void timer_save(struct loft_vcpu *vcpu);
void timer_enter(struct loft_vcpu *vcpu);
void timer_leave(struct loft_vcpu *vcpu);
/* cpu.c */
int cpus_init(void);
void cpus_exit(void);
void vhe_panic(u64 sp);

#endif /* LOFT_VHE_H */
