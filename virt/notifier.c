// SPDX-License-Identifier: GPL-2.0-only
/*
 * MMU notifiers: the host changes its tables, stage 2 follows.
 *
 * Stage 2 maps host pages without holding them. What keeps that sound is the invalidation sequence: the host calls
 * invalidate_range_start() before it touches its tables and invalidate_range_end() after. A fault reads vm->mn_seq,
 * looks the page up in the host's tables, takes stage2.lock and maps the page only if no invalidation of that range
 * is under way and the sequence has not moved. Both counters are written under that lock, so the fault either comes
 * first, and its mapping is there to be removed by the start, or it notices.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include "memslot.h"

/**
 * struct hva_range - host virtual addresses [start, end) and what to do with the guest frames they back
 * @fn: called with a range of guest frames; true: go on with the next slot
 * @vm: the VM
 * @start: first address
 * @end: address after the last
 * @may_sleep: the caller of the notifier may block
 * @young: result of the ageing calls
 * @clear: ageing: clear access flags
 */
struct hva_range {
	void (*fn)(struct hva_range *r, u64 gfn, u64 npages);
	struct loft_vm *vm;
	unsigned long start;
	unsigned long end;
	bool may_sleep;
	bool young;
	bool clear;
};

static void range_slot(struct hva_range *r, const struct loft_memslot *slot)
{
	unsigned long slot_end = slot->hva + (slot->npages << PAGE_SHIFT);
	unsigned long start = max(r->start, slot->hva);
	unsigned long end = min(r->end, slot_end);
	u64 first, last;

	if (start >= end)
		return;
	first = (start - slot->hva) >> PAGE_SHIFT;
	last = (end - 1 - slot->hva) >> PAGE_SHIFT;
	r->fn(r, slot->base_gfn + first, last - first + 1);
}

/* One host page may be in several slots: all of them are looked at. Slots on their way out are among them. */
static void range_walk(struct hva_range *r)
{
	struct loft_memslots *slots;
	unsigned int i;
	int idx;

	idx = srcu_read_lock(&r->vm->srcu);
	slots = srcu_dereference(r->vm->memslots, &r->vm->srcu);
	for (i = 0; i < slots->nr; i++)
		range_slot(r, &slots->slot[i]);
	srcu_read_unlock(&r->vm->srcu, idx);
}

static void range_unmap(struct hva_range *r, u64 gfn, u64 npages)
{
	memslot_zap(r->vm, gfn, npages, r->may_sleep);
}

static void range_age(struct hva_range *r, u64 gfn, u64 npages)
{
	spin_lock(&r->vm->stage2.lock);
	r->young |= stage2_age(r->vm, IPA(gfn << PAGE_SHIFT), npages << PAGE_SHIFT, r->clear);
	spin_unlock(&r->vm->stage2.lock);
}

static struct loft_vm *notifier_vm(struct mmu_notifier *mn)
{
	return container_of(mn, struct loft_vm, mn);
}

/* Never sleeps but where it may, so it never has to refuse. */
static int notifier_start(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct loft_vm *vm = notifier_vm(mn);
	struct hva_range r = {
		.fn = range_unmap, .vm = vm, .start = range->start, .end = range->end,
		.may_sleep = mmu_notifier_range_blockable(range),
	};

	spin_lock(&vm->stage2.lock);
	/* Several at a time: one range that holds them all. It is exact again once none is left. */
	vm->mn_start = vm->mn_active ? min(vm->mn_start, range->start) : range->start;
	vm->mn_end = vm->mn_active ? max(vm->mn_end, range->end) : range->end;
	vm->mn_active++;
	spin_unlock(&vm->stage2.lock);

	range_walk(&r);
	return 0;
}

static void notifier_end(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct loft_vm *vm = notifier_vm(mn);

	spin_lock(&vm->stage2.lock);
	/* Before mn_active drops, though under one lock: a fault that sees it at zero must see the new sequence */
	vm->mn_seq++;
	WARN_ON_ONCE(!vm->mn_active);
	vm->mn_active--;
	spin_unlock(&vm->stage2.lock);
}

static bool notifier_age(struct mmu_notifier *mn, unsigned long start, unsigned long end, bool clear)
{
	struct hva_range r = { .fn = range_age, .vm = notifier_vm(mn), .start = start, .end = end, .clear = clear };

	range_walk(&r);
	return r.young;
}

/*
 * clear_flush_young wants no stale access flag left in a TLB. stage2_age() says why Loft leaves them: the page may
 * look idle for longer than it is, and reclaim unmaps it, with an invalidation, before it takes it.
 */
static int notifier_clear_young(struct mmu_notifier *mn, struct mm_struct *mm, unsigned long start,
				unsigned long end)
{
	return notifier_age(mn, start, end, true);
}

static int notifier_test_young(struct mmu_notifier *mn, struct mm_struct *mm, unsigned long addr)
{
	return notifier_age(mn, addr, addr + PAGE_SIZE, false);
}

/* The address space dies, and with it every page of the guest. vCPUs cannot come back: KVM_RUN checks current->mm. */
static void notifier_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct hva_range r = {
		.fn = range_unmap, .vm = notifier_vm(mn), .start = 0, .end = ULONG_MAX, .may_sleep = true,
	};

	range_walk(&r);
}

static const struct mmu_notifier_ops notifier_ops = {
	.release = notifier_release,
	.clear_flush_young = notifier_clear_young,
	.clear_young = notifier_clear_young,
	.test_young = notifier_test_young,
	.invalidate_range_start = notifier_start,
	.invalidate_range_end = notifier_end,
};

/**
 * notifier_register - follow the changes of vm->mm, which is current->mm
 * @vm: the VM, with memslots and stage 2 initialised
 *
 * Return: 0 or errno.
 */
int notifier_register(struct loft_vm *vm)
{
	vm->mn.ops = &notifier_ops;
	return mmu_notifier_register(&vm->mn, vm->mm);
}

/**
 * notifier_unregister - on return no notifier runs, or will
 * @vm: the VM
 */
void notifier_unregister(struct loft_vm *vm)
{
	mmu_notifier_unregister(&vm->mn, vm->mm);
	/* A start may have been seen whose end no longer came: nobody is left to be misled by the count */
	vm->mn_active = 0;
}
