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

#define PSR_EL1H_MASKED		0x3c5
#define CNTHCTL_EL1PCTEN	BIT(0)
#define CNTHCTL_EL1PCEN		BIT(1)

static bool call_is_page(u64 address)
{
	return !(address & (CPU_SIZE - 1));
}

/* A vCPU that the highvisor has made known: EL2 may write it, and the page with its registers */
static struct hostcall_vcpu *call_vcpu(u64 address)
{
	struct hostcall_vcpu *vcpu = (struct hostcall_vcpu *)address;

	if (!call_is_page(address) || !low_probe(vcpu) || vcpu->self != address)
		return NULL;
	return call_is_page((u64)vcpu->regs) && low_probe(vcpu->regs) ? vcpu : NULL;
}

static u64 call_checked(struct hostcall_cpu *cpu, u64 nr, u64 address)
{
	struct hostcall_vcpu *vcpu = call_vcpu(address);

	if (!vcpu)
		return HOSTCALL_BAD_ADDRESS;
	if (vcpu->gic.used > HOSTCALL_NR_LRS || vcpu->nr_answers > HOSTCALL_NR_ANSWERS)
		return HOSTCALL_BAD_ARGUMENT;
	if (nr == HOSTCALL_RUN)
		switch_run(cpu, vcpu);
	else
		gic_save(cpu, &vcpu->gic);
	return HOSTCALL_OK;
}

/* HOSTCALL_RUN and HOSTCALL_GIC_SAVE. A probe that faults, like a guest's exit, overwrites the way back to the host */
static u64 call_of_vcpu(struct hostcall_cpu *cpu, u64 nr, u64 address)
{
	u64 elr = low_read("elr_el2");
	u64 spsr = low_read("spsr_el2");
	u64 ret = call_checked(cpu, nr, address);

	low_write(elr, "elr_el2");
	low_write(spsr, "spsr_el2");
	return ret;
}

static u64 call_unmap(u64 page)
{
	if (!call_is_page(page))
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
	struct hostcall_cpu *cpu = low_cpu();
	bool has_gic = cpu->features & HOSTCALL_F_GIC;

	if (nr == HOSTCALL_RUN || (nr == HOSTCALL_GIC_SAVE && has_gic))
		return call_of_vcpu(cpu, nr, a1);
	if (nr >= HOSTCALL_TLB_IPA && nr <= HOSTCALL_TLB_ALL)
		return tlb_call(nr, a1, a2, a3, a4);
	if (nr == HOSTCALL_UNMAP)
		return call_unmap(a1);
	if (nr == HOSTCALL_ICH_VTR && has_gic)
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
	cpu->guest_cnthctl = (cpu->cnthctl & ~CNTHCTL_EL1PCEN) | CNTHCTL_EL1PCTEN;
	cpu->guest_vbar = (u64)(cpu->fw ? low_vectors_guest_fw : low_vectors_guest);
	cpu->vpidr = low_read("vpidr_el2");
	cpu->vmpidr = low_read("vmpidr_el2");
	cpu->hstr = low_read("hstr_el2");
	cpu->host[HOST_MAIR] = low_read("mair_el1");
	cpu->host[HOST_AMAIR] = low_read("amair_el1");
	cpu->host[HOST_TPIDR_EL1] = low_read("tpidr_el1");
	low_write(0, "vttbr_el2");
	low_write(cpu->vtcr, "vtcr_el2");
	low_write(0, "cntvoff_el2");
	low_write(0, "cntv_ctl_el0");
	/* Off, so that its compare value is low_fault's scratch */
	low_write(0, "cnthp_ctl_el2");
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
