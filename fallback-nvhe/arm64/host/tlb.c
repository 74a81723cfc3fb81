// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance for guests from a host in EL1, which has to ask EL2 for it.
 */
#include <linux/bitfield.h>
#include <asm/cpufeature.h>
#include <asm/tlbflush.h>
#include "nvhe.h"

/* The IPA operand: bits [47:12] of the address, and the level as a hint where the CPU knows the field */
static u64 tlb_operand(u64 ipa, int level)
{
	u64 arg = (ipa >> 12) & GENMASK_ULL(35, 0);

	if (level >= 1 && alternative_has_cap_unlikely(ARM64_HAS_ARMv8_4_TTL))
		arg |= FIELD_PREP(TLBI_TTL_MASK, (get_trans_granule() << 2) | level);
	return arg;
}

static u64 tlb_stride(int level)
{
	return level < 1 ? PAGE_SIZE : BIT((PAGE_SHIFT - 3) * (3 - level) + PAGE_SHIFT);
}

/**
 * nvhe_tlb_flush - invalidate what the TLBs hold of a VM
 * @vm: the VM; unused with LOFT_TLB_ALL
 * @scope: see enum loft_tlb_scope
 * @ipa: first IPA
 * @size: bytes
 * @level: of the leaf entries that changed, or -1
 *
 * Table updates made before the call are ordered before the invalidation; on return it is complete on all
 * CPUs in scope.
 *
 * Context: any.
 */
void nvhe_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	u64 count = DIV_ROUND_UP_ULL(size, tlb_stride(level));
	u64 vmid;

	/* The new descriptor must be what a walk after the TLBI finds */
	dsb(ishst);
	if (scope == LOFT_TLB_ALL) {
		nvhe_cpu_call(HOSTCALL_TLB_ALL, 0, 0, 0, 0);
		return;
	}
	vmid = atomic64_read(&vm->vmid) & GENMASK_ULL(loft_caps.vmid_bits - 1, 0);
	/* A VM that never ran has no VMID and nothing in any TLB */
	if (!vmid)
		return;
	if (scope == LOFT_TLB_VM || count > HOSTCALL_TLB_MAX)
		nvhe_cpu_call(HOSTCALL_TLB_VM, vmid, 0, 0, 0);
	else
		nvhe_cpu_call(scope == LOFT_TLB_IPA ? HOSTCALL_TLB_IPA : HOSTCALL_TLB_IPA_LOCAL, vmid,
			      tlb_operand(ipa.val, level), count, tlb_stride(level) >> 12);
}
