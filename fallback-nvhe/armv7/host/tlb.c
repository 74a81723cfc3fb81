// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance for guests from a host in PL1, which has to ask HYP for it.
 */
#include <asm/barrier.h>
#include "hyp.h"

/**
 * backend_tlb_flush - invalidate what the TLBs hold of a VM
 * @vm: the VM; unused with LOFT_TLB_ALL
 * @scope: see enum loft_tlb_scope; ARMv7 has no invalidation by IPA, all of the VM goes
 * @ipa: first IPA
 * @size: bytes
 * @level: of the leaf entries that changed, or -1
 *
 * Table updates made before the call are ordered before the invalidation; on return it is complete on all
 * CPUs in scope.
 *
 * Context: any.
 */
void backend_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	u32 vmid;

	/* The new descriptor must be what a walk after the invalidation finds */
	dsb(ishst);
	if (scope == LOFT_TLB_ALL) {
		hyp_cpu_call(HOSTCALL_TLB_ALL, 0);
		return;
	}
	vmid = atomic64_read(&vm->vmid) & GENMASK(loft_caps.vmid_bits - 1, 0);
	/* A VM that never ran has no VMID and nothing in any TLB */
	if (vmid)
		hyp_cpu_call(scope == LOFT_TLB_IPA_LOCAL ? HOSTCALL_TLB_VM_LOCAL : HOSTCALL_TLB_VM, vmid);
}
