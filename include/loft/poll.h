/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * WFI answered by waiting in place for a while: a guest that is woken soon is spared the host's scheduler, twice.
 *
 * How long a vCPU may wait is learned by vcpu_block() from how long it slept, and is nothing if other tasks want the CPU.
 * Interrupts are masked meanwhile but end the wait at once, and whoever wants this CPU or this vCPU sends one.
 */
#ifndef LOFT_POLL_H
#define LOFT_POLL_H

#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include <asm/vdso/processor.h>
#include <loft/vcpu.h>

/* May this trapped instruction be answered so? WFE, and those with a time-out, have other rules; AArch32 has conditions */
static __always_inline bool poll_is_wfi(const struct loft_vcpu *vcpu, u64 esr)
{
	return vcpu->poll && !(esr & ESR_ELx_WFx_ISS_TI) && !vcpu_is_32bit(vcpu);
}

/**
 * poll_wait() - wait for a physical interrupt
 * @ticks: how long at most
 *
 * Context: interrupts masked; the switch window.
 * Return: true if there is one.
 */
static __always_inline bool poll_wait(u64 ticks)
{
	/* How exact the counter is read does not matter */
	u64 start = read_sysreg(cntvct_el0);

	do {
		if (read_sysreg(isr_el1))
			return true;
		cpu_relax();
	} while (read_sysreg(cntvct_el0) - start < ticks);
	return false;
}

#endif /* LOFT_POLL_H */
