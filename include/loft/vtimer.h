/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's generic timers: the virtual one, which lives in the hardware, and the physical one, emulated.
 */
#ifndef LOFT_VTIMER_H
#define LOFT_VTIMER_H

#include <linux/hrtimer.h>
#include <linux/types.h>

struct loft_vcpu;
struct loft_vm;

/**
 * struct loft_timer_regs - one timer as the guest programs it
 * @ctl: CNTx_CTL: ENABLE, IMASK; ISTATUS is computed
 * @cval: CNTx_CVAL, in counter ticks as the guest sees the counter
 */
struct loft_timer_regs {
	u64 ctl;
	u64 cval;
};

/**
 * struct loft_vtimer - the timers of one vCPU
 * @v: virtual timer; resident: memory is stale while the vCPU is resident
 * @p: physical timer; memory is always the truth
 * @v_ppi: INTID of the virtual timer, 16..31
 * @p_ppi: INTID of the physical timer
 * @v_bg: wakes a vCPU whose virtual timer is not in the hardware
 * @p_bg: the physical timer's expiry
 * @hw_active: the physical PPI is held active on behalf of this vCPU (resident only)
 */
struct loft_vtimer {
	struct loft_timer_regs v;
	struct loft_timer_regs p;
	u32 v_ppi;
	u32 p_ppi;
	struct hrtimer v_bg;
	struct hrtimer p_bg;
	bool hw_active;
};

void vtimer_vcpu_init(struct loft_vcpu *vcpu);
void vtimer_vcpu_reset(struct loft_vcpu *vcpu);
void vtimer_vcpu_destroy(struct loft_vcpu *vcpu);
int vtimer_first_run(struct loft_vcpu *vcpu);

/* The physical PPI fired while @vcpu's virtual timer is in the hardware. IRQs off. */
void vtimer_fired(struct loft_vcpu *vcpu);
/* The virtual timer left the hardware with its state in memory; arm what must wake the vCPU. IRQs off. */
void vtimer_evicted(struct loft_vcpu *vcpu);
/* The virtual timer is about to go into the hardware: stop the background timer. IRQs off. */
void vtimer_loading(struct loft_vcpu *vcpu);

/* CNTP_{CTL,CVAL,TVAL}_EL0 as trapped and as in ONE_REG */
u64 vtimer_p_read_ctl(struct loft_vcpu *vcpu);
void vtimer_p_write(struct loft_vcpu *vcpu, u64 ctl, u64 cval);
/* What virtual counters are offset from, and a VM's offset from the hardware's counter, in ticks */
u64 vtimer_counter(void);
u64 vtimer_offset(const struct loft_vm *vm);
/* Around whatever may set the hardware's counter back. IRQs off, nothing resident on this CPU */
void vtimer_cpu_sleep(void);
void vtimer_cpu_wake(void);
/* The guest's counters now, in ticks */
u64 vtimer_count_v(struct loft_vcpu *vcpu);
u64 vtimer_count_p(struct loft_vcpu *vcpu);

#endif /* LOFT_VTIMER_H */
