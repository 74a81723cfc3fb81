// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 aborts: from the address a guest touched to a mapping, a device, or an exception of its own.
 *
 * A page is looked up in the host's tables by hostwalk.c or get_user_pages(), with the rights that the access needs, and mapped
 * with those that the host has. The reference is dropped as soon as the page is mapped: from then on the MMU notifier
 * is what keeps stage 2 true, see notifier.c. Nothing here is retried in a loop: where the ground moved, the guest
 * executes the instruction again, with signals and rescheduling served in between.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/srcu.h>
#include <linux/swap.h>
#include <asm/esr.h>
#include <loft/hostmem.h>
#include "hostwalk.h"
#include "memslot.h"

#define FSC_TLB_CONFLICT	0x30
/* Cache maintenance on a range is done in pieces, between which the CPU may be given up */
#define FAULT_CACHE_PIECE	SZ_2M

/**
 * struct fault - one abort on its way to a mapping
 * @vcpu: who
 * @vm: its VM
 * @slot: memory slot of the address, or NULL
 * @gfn: guest frame
 * @hva: host virtual address of the page
 * @write: the access writes
 * @exec: the access is an instruction fetch
 * @may_write: mapping it writable is no mistake: not in a read-only slot, and in a logged one only for a write
 * @mapped: stage 2 mapped something there when the fault was first looked at
 * @mapped_pa: what
 * @mapped_size: and with which size
 * @seq: vm->mn_seq before the host's tables were looked at
 * @page: the host's page, referenced; NULL for memory that has none
 * @pa: its physical address
 * @prot: S2_* to map with
 * @size: of the mapping
 */
struct fault {
	struct loft_vcpu *vcpu;
	struct loft_vm *vm;
	struct loft_memslot *slot;
	u64 gfn;
	unsigned long hva;
	bool write;
	bool exec;
	bool may_write;
	bool mapped;
	host_pa_t mapped_pa;
	u64 mapped_size;
	unsigned long seq;
	struct page *page;
	u64 pa;
	u32 prot;
	u64 size;
};

static unsigned int fault_fsc(const struct loft_vcpu *vcpu)
{
	return vcpu->exit.esr & ESR_ELx_FSC;
}

static bool fault_is_exec(const struct loft_vcpu *vcpu)
{
	return ESR_ELx_EC(vcpu->exit.esr) == ESR_ELx_EC_IABT_LOW;
}

static bool fault_is_walk(const struct loft_vcpu *vcpu)
{
	return vcpu->exit.flags & LOFT_EXIT_F_S1PTW;
}

/*
 * WnR describes the guest's instruction, also when the walk for it is what faulted. A walk reads, unless the hardware
 * updates the guest's tables: that is the one access it makes for which readable memory has too few rights.
 */
static bool fault_is_write(const struct loft_vcpu *vcpu)
{
	if (fault_is_walk(vcpu))
		return esr_fsc_is_permission_fault(vcpu->exit.esr);
	return !fault_is_exec(vcpu) && vcpu->exit.esr & ESR_ELx_WNR;
}

static enum loft_verdict fault_inject(struct loft_vcpu *vcpu)
{
	if (fault_is_exec(vcpu))
		inject_iabt(vcpu, vcpu->exit.far);
	else
		inject_dabt(vcpu, vcpu->exit.far);
	return LOFT_RESUME;
}

/* An address that no slot backs, or a write to one that is read-only: a device's, or nobody's. */
static enum loft_verdict fault_outside(struct loft_vcpu *vcpu, int *err)
{
	if (fault_is_walk(vcpu)) {
		/* Which level of the guest's walk it was the syndrome does not say; software has no use for it */
		inject_abt_walk(vcpu, fault_is_exec(vcpu), vcpu->exit.far, fault_fsc(vcpu) & ESR_ELx_FSC_LEVEL);
		return LOFT_RESUME;
	}
	if (fault_is_exec(vcpu))
		return fault_inject(vcpu);
	/* Cache maintenance where there is no memory has nothing to do */
	if (vcpu->exit.esr & ESR_ELx_CM) {
		vcpu_skip_insn(vcpu);
		return LOFT_RESUME;
	}
	return mmio_handle(vcpu, err);
}

static u32 fault_rights(const struct fault *f)
{
	return S2_R | (f->write ? S2_W : 0) | (f->exec ? S2_X : 0);
}

/*
 * What is mapped there by now? True if nothing is left to do: another vCPU was faster, or this one moved to a CPU with an
 * old descriptor in its TLB.
 */
static bool fault_is_spurious(struct fault *f)
{
	ipa_t ipa = f->vcpu->exit.ipa;
	u32 prot, want = fault_rights(f);
	bool done;

	spin_lock(&f->vm->stage2.lock);
	f->mapped = stage2_lookup(f->vm, ipa, &f->mapped_pa, &prot, &f->mapped_size);
	done = f->mapped && (prot & want) == want;
	if (done)
		stage2_relax(f->vm, ipa, 0);
	spin_unlock(&f->vm->stage2.lock);
	return done;
}

/*
 * Memory type of something the host maps without a struct page. The host's own attributes decide, so that no two
 * mappings of it disagree; what is not known to be RAM is never cacheable.
 */
static u32 host_type(unsigned long pfn, pgprot_t prot)
{
	if (pgprot_val(prot) == pgprot_val(pgprot_writecombine(prot)))
		return S2_NC;
	if (!hostmem_is_ram(pfn) || pgprot_val(prot) == pgprot_val(pgprot_noncached(prot)) ||
	    pgprot_val(prot) == pgprot_val(pgprot_device(prot)))
		return S2_DEVICE;
	return 0;
}

/* A page of a VMA that get_user_pages() does not serve: a device's memory, or a driver's. mmap_lock is held. */
static int host_pfnmap(struct fault *f, struct vm_area_struct *vma)
{
	struct follow_pfnmap_args args = { .vma = vma, .address = f->hva };
	bool unlocked = false;
	int ret;

	if (!follow_pfnmap_start(&args)) {
		bool usable = args.writable || !f->write;

		if (usable) {
			f->pa = (u64)args.pfn << PAGE_SHIFT;
			f->prot = S2_R | (args.writable && f->may_write ? S2_W : 0) | host_type(args.pfn, args.pgprot);
		}
		follow_pfnmap_end(&args);
		if (usable)
			return 0;
	}
	/* Have the host fill in its table, then let the guest come again; unlocked: it dropped and retook mmap_lock */
	ret = fixup_user_fault(f->vm->mm, f->hva, f->write ? FAULT_FLAG_WRITE : 0, &unlocked);
	return ret ?: -EAGAIN;
}

static int host_unpaged(struct fault *f)
{
	struct vm_area_struct *vma;
	int ret = -EFAULT;

	mmap_read_lock(f->vm->mm);
	vma = vma_lookup(f->vm->mm, f->hva);
	if (vma && vma->vm_flags & (VM_PFNMAP | VM_IO) && vma->vm_flags & (f->write ? VM_WRITE : VM_READ))
		ret = host_pfnmap(f, vma);
	mmap_read_unlock(f->vm->mm);
	return ret;
}

/* Find the host's page. A read maps it writable too if it is so in the host already, which saves a second fault. */
static int host_page(struct fault *f)
{
	bool writable = f->may_write;
	unsigned int flags = FOLL_HWPOISON | FOLL_INTERRUPTIBLE | (f->write ? FOLL_WRITE : 0);
	long n;

	f->page = writable ? hostwalk_get(f->vm->mm, f->hva, true) : NULL;
	n = !!f->page;
	if (n != 1 && writable)
		n = get_user_pages_fast_only(f->hva, 1, FOLL_WRITE, &f->page);
	if (n != 1) {
		writable = f->write;
		n = get_user_pages_unlocked(f->hva, 1, &f->page, flags);
	}
	if (n != 1) {
		f->page = NULL;
		return n == -EFAULT ? host_unpaged(f) : n ?: -EFAULT;
	}
	f->pa = page_to_phys(f->page);
	f->prot = S2_R | (writable ? S2_W : 0);
	return 0;
}

/* Can the block of @size around the address be mapped as one: at the same place in it on both sides, all in the slot? */
static bool fault_fits(const struct fault *f, u64 size)
{
	u64 base = f->slot->base_gfn << PAGE_SHIFT;
	u64 start = ALIGN_DOWN(f->gfn << PAGE_SHIFT, size);

	return stage2_size_valid(f->vm, size) && !((base ^ f->slot->hva) & (size - 1)) && start >= base &&
	       start + size <= base + (f->slot->npages << PAGE_SHIFT);
}

/* Dirty logging wants to know which page was written, so it gets pages. */
static u64 fault_size(const struct fault *f)
{
	u64 host;

	if (f->slot->dirty || !f->page || !PageCompound(f->page))
		return PAGE_SIZE;
	host = hostwalk_size(f->vm->mm, f->hva);
	if (host >= PUD_SIZE && fault_fits(f, PUD_SIZE))
		return PUD_SIZE;
	if (host >= PMD_SIZE && fault_fits(f, PMD_SIZE))
		return PMD_SIZE;
	return PAGE_SIZE;
}

/* Memory that the host has no permanent mapping of is mapped page by page */
static void cache_piece(enum loft_cache_op op, u64 pa, u64 size)
{
	u64 end = pa + size;

	if (!PageHighMem(pfn_to_page(pa >> PAGE_SHIFT))) {
		backend_cache(op, phys_to_virt(pa), size);
		return;
	}
	for (; pa < end; pa += PAGE_SIZE) {
		void *va = kmap_local_page(pfn_to_page(pa >> PAGE_SHIFT));

		backend_cache(op, va, PAGE_SIZE);
		kunmap_local(va);
	}
}

static void fault_cache(enum loft_cache_op op, u64 pa, u64 size)
{
	for (; size > FAULT_CACHE_PIECE; size -= FAULT_CACHE_PIECE, pa += FAULT_CACHE_PIECE) {
		cache_piece(op, pa, FAULT_CACHE_PIECE);
		cond_resched();
	}
	cache_piece(op, pa, size);
}

/*
 * Has the guest this memory already, and only lacks rights? Not so where the write fault made the host copy the page. Who
 * takes the mapping away meanwhile moves the sequence, or waits for this reader of the slots. Who adds it has cleaned the
 * page; cleaning it again destroys nothing.
 */
static bool fault_is_mapped(const struct fault *f)
{
	return f->mapped && f->mapped_size >= f->size &&
	       ALIGN_DOWN(f->mapped_pa.val, f->size) == f->pa;
}

/*
 * Before the guest sees memory for the first time it must be clean to the point of coherency: with its MMU off, or by
 * its own attributes, the guest reads past the caches, and would find what was there before the host's zeroes. Before
 * it executes from it, instruction fetches must see the host's writes; its own are its own business, which is why
 * pages are mapped non-executable until they are executed from. Both come before the lock: until the page is mapped,
 * the guest cannot write to it by this mapping, and what it writes by another it has to maintain itself.
 */
static void fault_maintain(const struct fault *f)
{
	if (f->prot & (S2_DEVICE | S2_NC))
		return;
	if (!loft_caps.fwb && !fault_is_mapped(f))
		fault_cache(LOFT_CACHE_POC, f->pa, f->size);
	if (f->exec)
		fault_cache(LOFT_CACHE_EXEC, f->pa, f->size);
}

/* Did the host change, or begin to change, what was looked up? Under stage2.lock. */
static bool fault_raced(const struct fault *f)
{
	const struct loft_vm *vm = f->vm;
	unsigned long start = ALIGN_DOWN(f->hva, f->size);

	if (vm->mn_active && start < vm->mn_end && vm->mn_start < start + f->size)
		return true;
	return vm->mn_seq != f->seq;
}

static int fault_map(struct fault *f)
{
	ipa_t ipa = IPA(ALIGN_DOWN(f->gfn << PAGE_SHIFT, f->size));
	int ret = -EAGAIN;

	spin_lock(&f->vm->stage2.lock);
	if (!fault_raced(f))
		ret = stage2_map(f->vm, ipa, HPA(f->pa), f->size, f->prot, &f->vcpu->s2cache);
	if (!ret && f->prot & S2_W)
		memslot_mark_dirty(f->slot, f->gfn);
	spin_unlock(&f->vm->stage2.lock);
	return ret;
}

/* The page is mapped, or not; the host's bookkeeping of its use, then the reference goes. */
static void fault_release(struct fault *f, bool mapped)
{
	if (!f->page)
		return;
	if (mapped && f->prot & S2_W && !PageReserved(f->page))
		SetPageDirty(f->page);
	if (mapped)
		mark_page_accessed(f->page);
	put_page(f->page);
}

static int fault_install(struct fault *f)
{
	if (f->exec && f->prot & S2_DEVICE)
		return -ENOEXEC;
	if (f->exec)
		f->prot |= S2_X;
	f->size = fault_size(f);
	f->pa = ALIGN_DOWN(f->pa, f->size);
	fault_maintain(f);
	return fault_map(f);
}

/* Memory: 0 or -EAGAIN when the guest can go on, anything else is for the caller. */
static int fault_resolve(struct fault *f)
{
	int ret;

	f->seq = READ_ONCE(f->vm->mn_seq);
	/* The sequence before stage 2 and the host's tables; pairs with stage2.lock in the notifier */
	smp_rmb();
	if (fault_is_spurious(f))
		return 0;
	ret = stage2_cache_fill(&f->vcpu->s2cache);
	if (ret)
		return ret;
	ret = host_page(f);
	if (ret)
		return ret;
	ret = fault_install(f);
	fault_release(f, !ret);
	return ret;
}

/* -ENXIO: not memory. Under vm->srcu */
static int fault_memory(struct fault *f)
{
	if (f->slot->flags & LOFT_SLOT_INVALID)
		return -EAGAIN;
	if (f->write && f->slot->flags & KVM_MEM_READONLY)
		return -ENXIO;
	f->may_write = !(f->slot->flags & KVM_MEM_READONLY) && (f->write || !f->slot->dirty);
	f->hva = f->slot->hva + ((f->gfn - f->slot->base_gfn) << PAGE_SHIFT);
	return fault_resolve(f);
}

static enum loft_verdict fault_slots(struct loft_vcpu *vcpu, int *err)
{
	struct loft_vm *vm = vcpu->vm;
	unsigned long gen = READ_ONCE(vm->slots_gen);
	struct fault f;
	int idx, ret;

	f.gfn = vcpu->exit.ipa.val >> PAGE_SHIFT;
	/* Entering SRCU orders the slots behind their generation */
	idx = srcu_read_lock(&vm->srcu);
	f.slot = memslot_find_near(srcu_dereference(vm->memslots, &vm->srcu), f.gfn, &vcpu->slot_hint);
	vcpu->mmio.slots_gen = f.slot ? 0 : gen;
	if (f.slot) {
		f.vcpu = vcpu;
		f.vm = vm;
		f.write = fault_is_write(vcpu);
		f.exec = fault_is_exec(vcpu) && !fault_is_walk(vcpu);
		f.page = NULL;
		ret = fault_memory(&f);
	} else {
		ret = -ENXIO;
	}
	srcu_read_unlock(&vm->srcu, idx);

	switch (ret) {
	case 0:
	case -EAGAIN:
	case -EINTR:	/* the run loop sees the signal */
		return LOFT_RESUME;
	case -ENXIO:
		return fault_outside(vcpu, err);
	case -ENOEXEC:
		return fault_inject(vcpu);
	case -EHWPOISON:
		send_sig_mceerr(BUS_MCEERR_AR, (void __user *)f.hva, PAGE_SHIFT, current);
		return LOFT_RESUME;
	default:
		*err = ret;
		return LOFT_USER;
	}
}

static enum loft_verdict fault_access_flag(struct loft_vcpu *vcpu)
{
	spin_lock(&vcpu->vm->stage2.lock);
	stage2_relax(vcpu->vm, vcpu->exit.ipa, 0);
	spin_unlock(&vcpu->vm->stage2.lock);
	return LOFT_RESUME;
}

/*
 * A load or store where the last one found no memory either, in slots that have not changed since. No exit but such a one
 * has both a syndrome of the access and a translation fault.
 */
static bool fault_is_hole(const struct loft_vcpu *vcpu)
{
	return vcpu->exit.ipa.val >> LOFT_MMIO_HOLE_SHIFT == vcpu->mmio.hole &&
	       vcpu->mmio.hole_gen == READ_ONCE(vcpu->vm->slots_gen) &&
	       vcpu->exit.esr & ESR_ELx_ISV && esr_fsc_is_translation_fault(vcpu->exit.esr);
}

/**
 * fault_handle - a stage-2 instruction or data abort
 * @vcpu: the vCPU, with vcpu->exit filled in
 * @err: errno for KVM_RUN, written with LOFT_USER only: -EFAULT where the VMM has mapped nothing behind a slot
 *
 * Context: the vCPU's thread, interrupts on; sleeps.
 */
enum loft_verdict fault_handle(struct loft_vcpu *vcpu, int *err)
{
	u64 esr = vcpu->exit.esr, ipa = vcpu->exit.ipa.val;

	if (fault_is_hole(vcpu))
		return mmio_hole(vcpu);
	if (vcpu->exit.flags & LOFT_EXIT_F_NO_IPA)
		return LOFT_RESUME;
	if (fault_fsc(vcpu) == FSC_TLB_CONFLICT) {
		backend_tlb_flush(vcpu->vm, LOFT_TLB_VM, IPA(0), 0, -1);
		return LOFT_RESUME;
	}
	if (!esr_fsc_is_translation_fault(esr) && !esr_fsc_is_permission_fault(esr) &&
	    !esr_fsc_is_access_flag_fault(esr))
		/* External aborts, exclusives on memory that has none, and whatever else: it did not work */
		return fault_inject(vcpu);

	/* Beyond what the guest's ID registers promise: as on a machine with so many address bits */
	if (ipa >= BIT_ULL(loft_caps.ipa_bits_max)) {
		inject_size_fault(vcpu, fault_is_exec(vcpu), vcpu->exit.far);
		return LOFT_RESUME;
	}
	if (ipa >= BIT_ULL(vcpu->vm->stage2.ia_bits))
		return fault_inject(vcpu);
	if (esr_fsc_is_access_flag_fault(esr))
		return fault_access_flag(vcpu);
	return fault_slots(vcpu, err);
}

/* Clean what is mapped at @ipa, at most a piece of it; returns where to go on. */
static u64 flush_piece(struct loft_vm *vm, u64 ipa)
{
	host_pa_t pa;
	u64 size;
	u32 prot;

	spin_lock(&vm->stage2.lock);
	if (stage2_lookup(vm, IPA(ipa), &pa, &prot, &size)) {
		size = min_t(u64, size, FAULT_CACHE_PIECE);
		if (!(prot & (S2_DEVICE | S2_NC)))
			cache_piece(LOFT_CACHE_POC, ALIGN_DOWN(pa.val, size), size);
	}
	spin_unlock(&vm->stage2.lock);
	return ALIGN_DOWN(ipa, size) + size;
}

/**
 * fault_flush_vm - clean all memory that the guest may have written to the point of coherency
 * @vm: the VM
 *
 * What is not mapped the guest has not touched since it was mapped last; unmapped or new pages are cleaned when they
 * are mapped.
 *
 * Context: sleeps.
 */
void fault_flush_vm(struct loft_vm *vm)
{
	struct loft_memslots *slots;
	unsigned int i;
	int idx;

	idx = srcu_read_lock(&vm->srcu);
	slots = srcu_dereference(vm->memslots, &vm->srcu);
	for (i = 0; i < slots->nr; i++) {
		u64 ipa = slots->slot[i].base_gfn << PAGE_SHIFT;
		u64 end = ipa + (slots->slot[i].npages << PAGE_SHIFT);

		while (ipa < end) {
			ipa = flush_piece(vm, ipa);
			cond_resched();
		}
	}
	srcu_read_unlock(&vm->srcu, idx);
}
