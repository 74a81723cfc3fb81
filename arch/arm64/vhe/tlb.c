// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance for guests, from a host that is itself in EL2.
 */
#include <linux/irqflags.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/tlbflush.h>
#include "vhe.h"

/* Above this many entries one invalidation of the whole VM is cheaper than one each */
#define TLB_MAX_OPS	512

/**
 * struct tlb_window - what the CPU held before maintenance borrowed it
 * @flags: interrupt flags
 * @vttbr: VTTBR_EL2
 * @hcr: HCR_EL2
 * @tcr: TCR_EL1 of the resident guest, with the erratum only
 * @sctlr: SCTLR_EL1 likewise
 */
struct tlb_window {
	unsigned long flags;
	u64 vttbr;
	u64 hcr;
	u64 tcr;
	u64 sctlr;
};

/*
 * Erratum: on some CPUs a speculative AT fills the TLB from whatever stage 1 is in EL1&0 as soon as TGE is
 * clear. Stage 1 may belong to another VM than the VTTBR borrowed below, so no walk must be possible.
 */
static void at_erratum_enter(struct tlb_window *w)
{
	if (!cpus_have_final_cap(ARM64_WORKAROUND_SPECULATIVE_AT))
		return;
	w->tcr = read_sysreg_s(SYS_TCR_EL12);
	w->sctlr = read_sysreg_s(SYS_SCTLR_EL12);
	write_sysreg_s(w->tcr | TCR_EPD0_MASK | TCR_EPD1_MASK, SYS_TCR_EL12);
	/* EPDn counts only with the MMU on */
	write_sysreg_s(w->sctlr | SCTLR_ELx_M, SYS_SCTLR_EL12);
	isb();
}

static void at_erratum_leave(const struct tlb_window *w)
{
	if (!cpus_have_final_cap(ARM64_WORKAROUND_SPECULATIVE_AT))
		return;
	write_sysreg_s(w->tcr, SYS_TCR_EL12);
	write_sysreg_s(w->sctlr, SYS_SCTLR_EL12);
}

/*
 * TLBI by IPA and by VMID work on the current VMID, the one in VTTBR_EL2; with HCR_EL2.TGE set those by VA or
 * for all of stage 1 would mean the host's own regime instead.
 */
static void tlb_enter(struct tlb_window *w, struct loft_vm *vm)
{
	u64 vmid = atomic64_read(&vm->vmid) & GENMASK_ULL(loft_caps.vmid_bits - 1, 0);

	local_irq_save(w->flags);
	at_erratum_enter(w);
	w->vttbr = read_sysreg(vttbr_el2);
	w->hcr = read_sysreg(hcr_el2);
	write_sysreg(vm->stage2.vtcr, vtcr_el2);
	write_sysreg(vm->stage2.root_pa.val | (vmid << VTTBR_VMID_SHIFT), vttbr_el2);
	isb();
	write_sysreg(w->hcr & ~HCR_TGE, hcr_el2);
	isb();
}

static void tlb_leave(const struct tlb_window *w)
{
	struct loft_vcpu *resident = this_cpu_ptr(&vhe_cpu)->resident;

	write_sysreg(w->hcr, hcr_el2);
	isb();
	if (resident)
		write_sysreg(resident->vm->stage2.vtcr, vtcr_el2);
	write_sysreg(w->vttbr, vttbr_el2);
	isb();
	at_erratum_leave(w);
	isb();
	local_irq_restore(w->flags);
}

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

/* Stage 2 first; only when that is complete may the combined entries go, or they could be refilled from it */
static void tlb_ipa(u64 ipa, u64 size, int level)
{
	u64 end = ipa + size;

	for (; ipa < end; ipa += tlb_stride(level))
		__tlbi(ipas2e1is, tlb_operand(ipa, level));
	dsb(ish);
	__tlbi(vmalle1is);
	dsb(ish);
}

static void tlb_ipa_local(u64 ipa, u64 size, int level)
{
	u64 end = ipa + size;

	for (; ipa < end; ipa += tlb_stride(level))
		__tlbi(ipas2e1, tlb_operand(ipa, level));
	dsb(nsh);
	__tlbi(vmalle1);
	dsb(nsh);
}

static void tlb_vm(void)
{
	__tlbi(vmalls12e1is);
	dsb(ish);
}

static void tlb_all(void)
{
	dsb(ishst);
	__tlbi(alle1is);
	/* VIVT and VPIPT instruction caches are tagged with the VMID */
	asm volatile("ic ialluis");
	dsb(ish);
	isb();
}

/**
 * vhe_tlb_flush - invalidate what the TLBs hold of a VM
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
void vhe_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	struct tlb_window w;

	if (scope == LOFT_TLB_ALL) {
		tlb_all();
		return;
	}
	/* The new descriptor must be what a walk after the TLBI finds */
	dsb(ishst);
	/* A VM that never ran has no VMID and nothing in any TLB */
	if (!atomic64_read(&vm->vmid))
		return;
	tlb_enter(&w, vm);
	if (scope == LOFT_TLB_VM || size / tlb_stride(level) > TLB_MAX_OPS)
		tlb_vm();
	else if (scope == LOFT_TLB_IPA)
		tlb_ipa(ipa.val, size, level);
	else
		tlb_ipa_local(ipa.val, size, level);
	tlb_leave(&w);
}

/**
 * tlb_flush_local - forget this CPU's TLB and I-cache contents of the VM in VTTBR_EL2
 *
 * Context: interrupts off.
 */
void tlb_flush_local(void)
{
	u64 hcr = read_sysreg(hcr_el2);

	write_sysreg(hcr & ~HCR_TGE, hcr_el2);
	isb();
	__tlbi(vmalle1);
	asm volatile("ic iallu");
	dsb(nsh);
	isb();
	write_sysreg(hcr, hcr_el2);
	isb();
}
