// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host asks for: its calls, checked before anything changes, and the end that a fault in HYP comes to.
 */
#include "low.h"

_Static_assert(offsetof(struct hostcall_cpu, httbr) == CPU_HTTBR);
_Static_assert(offsetof(struct hostcall_cpu, htcr) == CPU_HTCR);
_Static_assert(offsetof(struct hostcall_cpu, hmair0) == CPU_HMAIR0);
_Static_assert(offsetof(struct hostcall_cpu, hsctlr) == CPU_HSCTLR);
_Static_assert(offsetof(struct hostcall_cpu, stub_hvbar) == CPU_STUB_HVBAR);
_Static_assert(offsetof(struct hostcall_cpu, stub_hsctlr) == CPU_STUB_HSCTLR);
_Static_assert(offsetof(struct hostcall_cpu, bp) == CPU_BP);
_Static_assert(offsetof(struct hostcall_cpu, window) == CPU_WINDOW);
_Static_assert(offsetof(struct hostcall_cpu, serror) == CPU_SERROR);
_Static_assert(offsetof(struct hostcall_cpu, panic_r) == CPU_PANIC_R(0));
_Static_assert(offsetof(struct loft_vfp, fpscr) == 32 * 8);
_Static_assert(offsetof(struct loft_regs, pc) == VCPU_PC);
/* Half a page is the stack for panics */
_Static_assert(sizeof(struct hostcall_cpu) <= CPU_SIZE / 2);
_Static_assert(sizeof(struct hostcall_vcpu) <= CPU_SIZE);

/* Is the page at @address there for HYP to write? Asks the MMU, and leaves the host's PAR as it was */
static bool call_may_write(u32 address)
{
	u64 par = low_read64(PAR);
	bool fault;

	if (!address || address & (CPU_SIZE - 1))
		return false;
	low_write(address, ATS1HW);
	low_isb();
	fault = low_read64(PAR) & PAR_F;
	low_write64(par, PAR);
	return !fault;
}

static u32 call_run(u32 address)
{
	struct hostcall_vcpu *vcpu = (struct hostcall_vcpu *)address;

	if (!call_may_write(address) || vcpu->magic != HOSTCALL_MAGIC || !call_may_write((u32)vcpu->regs))
		return HOSTCALL_BAD_ADDRESS;
	if (vcpu->nr_answers > HOSTCALL_NR_ANSWERS)
		return HOSTCALL_BAD_ARGUMENT;
	switch_run(low_cpu(), vcpu);
	return HOSTCALL_OK;
}

static u32 call_unmap(u32 page)
{
	if (page & (CPU_SIZE - 1))
		return HOSTCALL_BAD_ADDRESS;
	/* The descriptor's store before the invalidation, which is over on all CPUs when the host goes on */
	low_dsb(ishst);
	low_write(page, TLBIMVAHIS);
	low_dsb(ish);
	low_isb();
	return HOSTCALL_OK;
}

/**
 * low_call - a call of the highvisor's
 * @nr: enum hostcall
 * @a1: argument
 *
 * Return: a result, or HOSTCALL_BAD_*. The boot stub's answer to numbers that are neither's.
 */
u32 low_call(u32 nr, u32 a1)
{
	if (nr == HOSTCALL_RUN)
		return call_run(a1);
	if (nr >= HOSTCALL_TLB_VM && nr <= HOSTCALL_TLB_ALL)
		return tlb_call(nr, a1);
	if (nr == HOSTCALL_UNMAP)
		return call_unmap(a1);
	return HOSTCALL_BAD_NUMBER;
}

/**
 * low_cpu_init - HYP is the lowvisor's now: remember what the host's registers are
 * @cpu: this CPU
 */
void low_cpu_init(struct hostcall_cpu *cpu)
{
	cpu->vcpu = NULL;
	cpu->window = 0;
	cpu->hcr = low_read(HCR);
	cpu->hcptr = low_read(HCPTR);
	cpu->hdcr = low_read(HDCR);
	cpu->hstr = low_read(HSTR);
	cpu->cnthctl = low_read(CNTHCTL);
	cpu->vpidr = low_read(VPIDR);
	cpu->vmpidr = low_read(VMPIDR);
	low_write64(0, VTTBR);
	low_write(cpu->vtcr, VTCR);
	low_write64(0, CNTVOFF);
	low_write(0, CNTV_CTL);
}

/**
 * low_panic - the registers are saved: give the machine back to the host, in its panic
 * @cpu: this CPU
 *
 * A fault in here comes here again, and then leaves out what failed.
 */
void low_panic(struct hostcall_cpu *cpu)
{
	struct hostcall_vcpu *vcpu = cpu->vcpu;

	cpu->vcpu = NULL;
	if (!cpu->panic_spsr) {
		cpu->panic_hsr = low_read(HSR);
		cpu->panic_elr = low_read_banked("elr_hyp");
		cpu->panic_spsr = low_read_banked("spsr");
		cpu->panic_hdfar = low_read(HDFAR);
		cpu->panic_hifar = low_read(HIFAR);
		cpu->panic_hpfar = low_read(HPFAR);
	}
	if (vcpu)
		switch_to_host(cpu);
	low_vectors_set_host();
	low_write_banked(cpu->panic_entry, "elr_hyp");
	low_write_banked(CPSR_SVC_MASKED, "spsr_cxsf");
}
