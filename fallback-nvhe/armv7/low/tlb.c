// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance on the highvisor's behalf: only HYP can name a VMID that is not its own.
 *
 * ARMv7 knows no invalidation by IPA: whatever the highvisor wants gone, all of the VMID goes.
 */
#include "low.h"

#define VMID_SHIFT	48
#define VMID_BITS	8

/*
 * TLBIALL from HYP works on VTTBR's VMID, both stages of it (Arm ARM, DDI 0406, B3.10.5). While that is a guest's, stage 1
 * in the hardware is the host's; walks of a regime that is not the current one are not made speculatively.
 */
static void tlb_vm(u32 vmid, bool local)
{
	low_write64((u64)vmid << VMID_SHIFT, VTTBR);
	low_isb();
	/* The new descriptor must be what a walk after the invalidation finds */
	low_dsb(ish);
	if (local)
		low_write(0, TLBIALL);
	else
		low_write(0, TLBIALLIS);
	low_dsb(ish);
	low_write64(0, VTTBR);
	low_isb();
}

static void tlb_all(void)
{
	low_dsb(ishst);
	low_write(0, TLBIALLNSNHIS);
	/* Instruction caches that are not physically tagged are tagged with the VMID */
	low_write(0, ICIALLUIS);
	low_dsb(ish);
	low_isb();
}

/**
 * tlb_call - HOSTCALL_TLB_*
 * @nr: which
 * @vmid: the VMID
 *
 * Return: HOSTCALL_OK or HOSTCALL_BAD_ARGUMENT.
 */
u32 tlb_call(u32 nr, u32 vmid)
{
	if (nr == HOSTCALL_TLB_ALL) {
		tlb_all();
		return HOSTCALL_OK;
	}
	if (!vmid || vmid >> VMID_BITS)
		return HOSTCALL_BAD_ARGUMENT;
	tlb_vm(vmid, nr == HOSTCALL_TLB_VM_LOCAL);
	return HOSTCALL_OK;
}
