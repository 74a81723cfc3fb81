// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host asks for: its calls, checked before anything changes, and the end that a fault in EL2 comes to.
 */
#include "low.h"

_Static_assert(offsetof(struct hostcall_cpu, ttbr0) == CPU_TTBR0);
_Static_assert(offsetof(struct hostcall_cpu, mair) == CPU_MAIR);
_Static_assert(offsetof(struct hostcall_cpu, stub_vbar) == CPU_STUB);
_Static_assert(offsetof(struct hostcall_cpu, serror) == CPU_SERROR);
_Static_assert(offsetof(struct hostcall_cpu, fw) == CPU_FW);
_Static_assert(offsetof(struct hostcall_cpu, panic_x) == CPU_PANIC_X(0));
/* Half a page is the stack for panics */
_Static_assert(sizeof(struct hostcall_cpu) <= CPU_SIZE / 2);
_Static_assert(sizeof(struct hostcall_vcpu) <= CPU_SIZE);

#define PSR_EL1H_MASKED	0x3c5

/* Is the page at @address there for EL2 to write? Asks the MMU, and leaves the host's PAR_EL1 as it was */
static bool call_may_write(u64 address)
{
	u64 par = low_read("par_el1");
	bool fault;

	if (!address || address & (CPU_SIZE - 1))
		return false;
	asm volatile("at s1e2w, %0" : : "r" (address));
	low_isb();
	fault = low_read("par_el1") & PAR_F;
	low_write(par, "par_el1");
	return !fault;
}

static u64 call_run(u64 address)
{
	struct hostcall_vcpu *vcpu = (struct hostcall_vcpu *)address;

	if (!call_may_write(address) || vcpu->magic != HOSTCALL_MAGIC || !call_may_write((u64)vcpu->regs))
		return HOSTCALL_BAD_ADDRESS;
	if (vcpu->gic.used > HOSTCALL_NR_LRS || vcpu->nr_answers > HOSTCALL_NR_ANSWERS)
		return HOSTCALL_BAD_ARGUMENT;
	switch_run(low_cpu(), vcpu);
	return HOSTCALL_OK;
}

static u64 call_unmap(u64 page)
{
	if (page & (CPU_SIZE - 1))
		return HOSTCALL_BAD_ADDRESS;
	low_dsb(ishst);
	low_tlbi_arg(vae2is, page >> 12);
	low_dsb(ish);
	low_isb();
	return HOSTCALL_OK;
}

/**
 * low_call - a call of the highvisor's
 * @nr: enum hostcall
 * @a1: first argument
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 *
 * Return: a result, or HOSTCALL_BAD_*.
 */
u64 low_call(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	if (nr == HOSTCALL_RUN)
		return call_run(a1);
	if (nr >= HOSTCALL_TLB_IPA && nr <= HOSTCALL_TLB_ALL)
		return tlb_call(nr, a1, a2, a3, a4);
	if (nr == HOSTCALL_UNMAP)
		return call_unmap(a1);
	if (nr == HOSTCALL_ICH_VTR && low_cpu()->features & HOSTCALL_F_GIC)
		return low_read("ich_vtr_el2");
	return HOSTCALL_BAD_NUMBER;
}

/**
 * low_cpu_init - EL2 is the lowvisor's now: remember what the host's registers are
 * @cpu: this CPU
 */
void low_cpu_init(struct hostcall_cpu *cpu)
{
	cpu->vcpu = NULL;
	cpu->hcr = low_read("hcr_el2");
	cpu->cptr = low_read("cptr_el2");
	cpu->mdcr = low_read("mdcr_el2");
	cpu->cnthctl = low_read("cnthctl_el2");
	cpu->vpidr = low_read("vpidr_el2");
	cpu->vmpidr = low_read("vmpidr_el2");
	low_write(0, "vttbr_el2");
	low_write(cpu->vtcr, "vtcr_el2");
	low_write(0, "cntvoff_el2");
	low_write(0, "cntv_ctl_el0");
	if (!(cpu->features & HOSTCALL_F_GIC))
		return;
	cpu->sre = low_read("icc_sre_el2");
	low_write(0, "ich_hcr_el2");
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
	if (!cpu->panic_esr) {
		cpu->panic_esr = low_read("esr_el2");
		cpu->panic_elr = low_read("elr_el2");
		cpu->panic_spsr = low_read("spsr_el2");
		cpu->panic_far = low_read("far_el2");
		cpu->panic_hpfar = low_read("hpfar_el2");
	}
	if (vcpu)
		switch_to_host(cpu);
	low_write((u64)low_vectors_host, "vbar_el2");
	low_write(cpu->panic_entry, "elr_el2");
	low_write(PSR_EL1H_MASKED, "spsr_el2");
	/* For the host, SP_EL2 is the CPU's empty stack; the ERET in low_fault uses none */
	asm volatile("" : : : "memory");
}
