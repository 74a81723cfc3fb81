// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance on the highvisor's behalf: only EL2 can name a VMID that is not its own.
 */
#include "low.h"

#define VMID_SHIFT	48

/*
 * TLBI by IPA and by VMID work on VTTBR_EL2's VMID, and while that is a guest's, stage 1 in the hardware is the host's.
 * A speculative AT (Cortex-A57 1319537 and its like) would fill the TLB with that mixture: no walk may be possible.
 */
static u64 tlb_enter(u64 vmid)
{
	u64 tcr = low_read("tcr_el1");

	low_write(tcr | TCR_EPD, "tcr_el1");
	low_isb();
	/* The new descriptor must be what a walk after the TLBI finds; walks under way have their VMID */
	low_dsb(ish);
	low_write(vmid << VMID_SHIFT, "vttbr_el2");
	low_isb();
	return tcr;
}

static void tlb_leave(u64 tcr)
{
	low_write(0, "vttbr_el2");
	low_isb();
	low_write(tcr, "tcr_el1");
}

/* Stage 2 first; only when that is complete may the combined entries go, or they could be refilled from it */
static void tlb_ipa(u64 operand, u64 count, u64 step)
{
	for (; count; count--, operand += step)
		low_tlbi_arg(ipas2e1is, operand);
	low_dsb(ish);
	low_tlbi(vmalle1is);
	low_dsb(ish);
	low_isb();
}

static void tlb_ipa_local(u64 operand, u64 count, u64 step)
{
	for (; count; count--, operand += step)
		low_tlbi_arg(ipas2e1, operand);
	low_dsb(nsh);
	low_tlbi(vmalle1);
	low_dsb(nsh);
	low_isb();
}

static void tlb_vm(void)
{
	low_tlbi(vmalls12e1is);
	low_dsb(ish);
	low_isb();
}

static void tlb_all(void)
{
	low_dsb(ishst);
	low_tlbi(alle1is);
	/* VIVT and VPIPT instruction caches are tagged with the VMID */
	asm volatile("ic ialluis");
	low_dsb(ish);
	low_isb();
}

/**
 * tlb_call - HOSTCALL_TLB_*
 * @nr: which
 * @vmid: the VMID
 * @operand: of the first TLBI by IPA
 * @count: how many
 * @step: from one operand to the next
 *
 * Return: HOSTCALL_OK or HOSTCALL_BAD_ARGUMENT.
 */
u64 tlb_call(u64 nr, u64 vmid, u64 operand, u64 count, u64 step)
{
	u64 tcr;

	if (nr == HOSTCALL_TLB_ALL) {
		tlb_all();
		return HOSTCALL_OK;
	}
	if (!vmid || vmid >> 16 || (nr != HOSTCALL_TLB_VM && count > HOSTCALL_TLB_MAX))
		return HOSTCALL_BAD_ARGUMENT;
	tcr = tlb_enter(vmid);
	if (nr == HOSTCALL_TLB_VM)
		tlb_vm();
	else if (nr == HOSTCALL_TLB_IPA)
		tlb_ipa(operand, count, step);
	else
		tlb_ipa_local(operand, count, step);
	tlb_leave(tcr);
	return HOSTCALL_OK;
}
