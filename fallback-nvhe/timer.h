/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual timer, as both split-mode back ends handle it.
 */
#ifndef LOFT_TIMER_H
#define LOFT_TIMER_H

#include <linux/types.h>
#include <clocksource/arm_arch_timer.h>

struct loft_vcpu;

/* Who has the virtual timer's interrupt already, and what to do: on arm64 the kernel's own KVM; on ARMv7 the kernel itself
 * keeps time with it, unless it was entered in HYP mode */
#define NVHE_TIMER_TAKEN	(IS_ENABLED(CONFIG_64BIT) ? "boot with kvm-arm.mode=none" : \
				 "this kernel was entered in SVC mode: Loft needs a machine that starts it in HYP mode")

int nvhe_timer_probe(void);
unsigned int nvhe_timer_irq(void);
void nvhe_timer_exit(void);
void nvhe_timer_cpu_up(void);
void nvhe_timer_cpu_down(void);
void nvhe_timer_enter(struct loft_vcpu *vcpu, u64 ctl);
void nvhe_timer_leave(struct loft_vcpu *vcpu, u64 ctl);

static __always_inline bool nvhe_timer_asserted(u64 ctl)
{
	return (ctl & (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_MASK | ARCH_TIMER_CTRL_IT_STAT)) ==
	       (ARCH_TIMER_CTRL_ENABLE | ARCH_TIMER_CTRL_IT_STAT);
}

#endif /* LOFT_TIMER_H */
