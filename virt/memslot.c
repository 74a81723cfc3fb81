// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory slots: which part of the VMM's address space is which part of the guest's memory, and who wrote to it.
 *
 * Readers (faults, MMU notifiers) hold vm->srcu and see one array, sorted by guest frame. A writer holds
 * vm->slots_lock, publishes a changed copy, waits for the readers of the old one and frees it.
 *
 * A slot that goes, or moves, is first marked LOFT_SLOT_INVALID: faults in it are retried, so that no new mapping is
 * made, while notifiers still find it and unmap what is left of it. Only then is the range unmapped, and only after
 * that does the slot leave the array. The other order would leave mappings that no notifier can find any more.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>
#include "memslot.h"

/* The page counts in KVM's interface are ints */
#define MEMSLOT_MAX_PAGES	((1UL << 31) - 1)
/* Words of the dirty log that are collected at a time */
#define DIRTY_PIECE		64
#define MEMSLOT_FLAGS		(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)

static struct loft_memslots *slots_locked(struct loft_vm *vm)
{
	return rcu_dereference_protected(vm->memslots, lockdep_is_held(&vm->slots_lock));
}

static struct loft_memslots *slots_alloc(unsigned int nr)
{
	struct loft_memslots *slots;

	slots = kvzalloc(struct_size(slots, slot, nr), GFP_KERNEL_ACCOUNT);
	if (slots)
		slots->nr = nr;
	return slots;
}

/* Index of the first slot that ends after @gfn */
static unsigned int slots_search(const struct loft_memslots *slots, u64 gfn)
{
	unsigned int lo = 0, hi = slots->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (slots->slot[mid].base_gfn + slots->slot[mid].npages <= gfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct loft_memslot *slots_by_id(struct loft_memslots *slots, u32 id)
{
	unsigned int i;

	for (i = 0; i < slots->nr; i++)
		if (slots->slot[i].id == id)
			return &slots->slot[i];
	return NULL;
}

/**
 * memslot_find - the slot that a guest frame is in
 * @slots: the slots, dereferenced under vm->srcu
 * @gfn: guest frame number
 *
 * Return: the slot, which may be LOFT_SLOT_INVALID, or NULL.
 */
struct loft_memslot *memslot_find(struct loft_memslots *slots, u64 gfn)
{
	unsigned int i = slots_search(slots, gfn);

	return i < slots->nr && slots->slot[i].base_gfn <= gfn ? &slots->slot[i] : NULL;
}

/**
 * memslot_find_near - the same, for callers that come again
 * @slots: the slots, dereferenced under vm->srcu
 * @gfn: guest frame number
 * @hint: any number; the position where it was found, for the next time
 *
 * Return: as memslot_find().
 */
struct loft_memslot *memslot_find_near(struct loft_memslots *slots, u64 gfn, unsigned int *hint)
{
	struct loft_memslot *slot;

	if (likely(*hint < slots->nr)) {
		slot = &slots->slot[*hint];
		if (likely(gfn - slot->base_gfn < slot->npages))
			return slot;
	}
	slot = memslot_find(slots, gfn);
	if (slot)
		*hint = slot - slots->slot;
	return slot;
}

/* Does [base, base + npages) meet a slot other than @except? */
static bool slots_overlap(struct loft_memslots *slots, u64 base, u64 npages, const struct loft_memslot *except)
{
	unsigned int i;

	for (i = slots_search(slots, base); i < slots->nr && slots->slot[i].base_gfn < base + npages; i++)
		if (&slots->slot[i] != except)
			return true;
	return false;
}

/* A copy of @slots in which @new, if any, stands for @old, if any. */
static struct loft_memslots *slots_replace(struct loft_memslots *slots, const struct loft_memslot *old,
					   const struct loft_memslot *new)
{
	struct loft_memslots *copy = slots_alloc(slots->nr + !!new - !!old);
	unsigned int i, n = 0;

	if (!copy)
		return NULL;
	for (i = 0; i < slots->nr; i++) {
		if (&slots->slot[i] == old)
			continue;
		if (new && new->base_gfn < slots->slot[i].base_gfn) {
			copy->slot[n++] = *new;
			new = NULL;
		}
		copy->slot[n++] = slots->slot[i];
	}
	if (new)
		copy->slot[n] = *new;
	return copy;
}

/* Make @slots current; on return nobody uses the former array, which is freed. */
static void slots_publish(struct loft_vm *vm, struct loft_memslots *slots)
{
	struct loft_memslots *old = slots_locked(vm);

	rcu_assign_pointer(vm->memslots, slots);
	/* After the array: who sees the new number finds the new slots. Before the change is reported: see struct loft_mmio */
	smp_store_release(&vm->slots_gen, vm->slots_gen + 2);
	synchronize_srcu_expedited(&vm->srcu);
	kvfree(old);
}

/**
 * memslot_zap - unmap guest frames, in pieces, so that faults get a turn
 * @vm: the VM
 * @gfn: first guest frame
 * @npages: how many
 * @may_sleep: give up the CPU between pieces when asked to
 */
void memslot_zap(struct loft_vm *vm, u64 gfn, u64 npages, bool may_sleep)
{
	u64 ipa = gfn << PAGE_SHIFT, end = (gfn + npages) << PAGE_SHIFT;

	while (ipa < end) {
		u64 next = min_t(u64, end, ALIGN_DOWN(ipa, MEMSLOT_PIECE) + MEMSLOT_PIECE);

		spin_lock(&vm->stage2.lock);
		stage2_unmap(vm, IPA(ipa), next - ipa);
		spin_unlock(&vm->stage2.lock);
		if (may_sleep)
			cond_resched();
		ipa = next;
	}
}

static void memslot_protect(struct loft_vm *vm, const struct loft_memslot *slot)
{
	u64 ipa = slot->base_gfn << PAGE_SHIFT, end = ipa + (slot->npages << PAGE_SHIFT);

	while (ipa < end) {
		u64 next = min_t(u64, end, ALIGN_DOWN(ipa, MEMSLOT_PIECE) + MEMSLOT_PIECE);

		spin_lock(&vm->stage2.lock);
		stage2_wrprotect(vm, IPA(ipa), next - ipa);
		spin_unlock(&vm->stage2.lock);
		cond_resched();
		ipa = next;
	}
}

/* Take @old out of use: on return none of its memory is mapped, or will be. */
static int memslot_retire(struct loft_vm *vm, struct loft_memslot *old)
{
	struct loft_memslot gone = *old;
	struct loft_memslots *slots;

	gone.flags |= LOFT_SLOT_INVALID;
	slots = slots_replace(slots_locked(vm), old, &gone);
	if (!slots)
		return -ENOMEM;
	slots_publish(vm, slots);
	memslot_zap(vm, gone.base_gfn, gone.npages, true);
	return 0;
}

/*
 * @old (NULL: none) becomes @new (NULL: nothing). The final array is allocated before anything is undone, so that
 * running out of memory leaves all as it was.
 */
static int memslot_change(struct loft_vm *vm, struct loft_memslot *old, const struct loft_memslot *new)
{
	bool retire = old && (!new || new->base_gfn != old->base_gfn);
	struct loft_memslots *slots;
	int ret;

	slots = slots_replace(slots_locked(vm), old, new);
	if (!slots)
		return -ENOMEM;
	ret = retire ? memslot_retire(vm, old) : 0;
	if (ret) {
		kvfree(slots);
		return ret;
	}
	slots_publish(vm, slots);
	return 0;
}

/* The ABI's numbers have 64 bits, and a 32-bit host's addresses have not: what does not fit is nobody's memory. Nor is what has a tag. */
static bool memslot_hva_valid(const struct kvm_userspace_memory_region *mem)
{
	unsigned long hva = untagged_addr(mem->userspace_addr), size = mem->memory_size;

	return hva == mem->userspace_addr && size == mem->memory_size && access_ok((void __user *)hva, size);
}

/* What KVM_SET_USER_MEMORY_REGION demands of its arguments, whatever slots there are. */
static int memslot_check(struct loft_vm *vm, const struct kvm_userspace_memory_region *mem)
{
	u64 npages = mem->memory_size >> PAGE_SHIFT;

	if (mem->flags & ~MEMSLOT_FLAGS)
		return -EINVAL;
	/* Bits 31:16 are an address space, of which Arm has one */
	if (mem->slot >= LOFT_MAX_MEMSLOTS)
		return -EINVAL;
	if (!PAGE_ALIGNED(mem->memory_size) || !PAGE_ALIGNED(mem->guest_phys_addr) ||
	    !PAGE_ALIGNED(mem->userspace_addr) || npages > MEMSLOT_MAX_PAGES)
		return -EINVAL;
	if (!memslot_hva_valid(mem))
		return -EINVAL;
	return mem->guest_phys_addr + mem->memory_size < mem->guest_phys_addr ? -EINVAL : 0;
}

/* The two bitmaps of a logged slot, one behind the other: the log, and where KVM_GET_DIRTY_LOG collects it. */
static size_t dirty_longs(u64 npages)
{
	return BITS_TO_LONGS(npages);
}

static int dirty_start(struct loft_memslot *slot)
{
	slot->dirty = kvcalloc(2 * dirty_longs(slot->npages), sizeof(long), GFP_KERNEL_ACCOUNT);
	return slot->dirty ? 0 : -ENOMEM;
}

static int memslot_delete(struct loft_vm *vm, struct loft_memslot *old)
{
	unsigned long *dirty;
	int ret;

	if (!old)
		return -EINVAL;
	dirty = old->dirty;
	ret = memslot_change(vm, old, NULL);
	if (!ret)
		kvfree(dirty);
	return ret;
}

static int memslot_create(struct loft_vm *vm, struct loft_memslot *new)
{
	int ret = 0;

	if (slots_locked(vm)->nr >= LOFT_MAX_MEMSLOTS)
		return -EINVAL;
	if (new->flags & KVM_MEM_LOG_DIRTY_PAGES)
		ret = dirty_start(new);
	if (!ret)
		ret = memslot_change(vm, NULL, new);
	if (ret)
		kvfree(new->dirty);
	return ret;
}

/* Move a slot, or start or stop logging. */
static int memslot_update(struct loft_vm *vm, struct loft_memslot *old, struct loft_memslot *new)
{
	unsigned long *dirty = old->dirty;
	bool log = new->flags & KVM_MEM_LOG_DIRTY_PAGES;
	int ret = 0;

	new->dirty = log ? dirty : NULL;
	if (log && !dirty)
		ret = dirty_start(new);
	if (!ret)
		ret = memslot_change(vm, old, new);
	if (ret) {
		if (log && !dirty)
			kvfree(new->dirty);
		return ret;
	}
	if (!log)
		kvfree(dirty);
	/* Pages that are writable by now would be written without a fault, hence without a trace in the log */
	if (log && !dirty)
		memslot_protect(vm, new);
	return 0;
}

static int memslot_set_locked(struct loft_vm *vm, const struct kvm_userspace_memory_region *mem)
{
	struct loft_memslots *slots = slots_locked(vm);
	struct loft_memslot *old = slots_by_id(slots, mem->slot);
	struct loft_memslot new = {
		.id = mem->slot, .flags = mem->flags, .hva = mem->userspace_addr,
		.base_gfn = mem->guest_phys_addr >> PAGE_SHIFT, .npages = mem->memory_size >> PAGE_SHIFT,
	};

	if (!new.npages)
		return memslot_delete(vm, old);
	if (old && (new.hva != old->hva || new.npages != old->npages || (new.flags ^ old->flags) & KVM_MEM_READONLY))
		return -EINVAL;
	if (old && new.base_gfn == old->base_gfn && new.flags == old->flags)
		return 0;
	if (slots_overlap(slots, new.base_gfn, new.npages, old))
		return -EEXIST;
	if (new.base_gfn + new.npages > BIT_ULL(vm->stage2.ia_bits) >> PAGE_SHIFT)
		return -EFAULT;
	return old ? memslot_update(vm, old, &new) : memslot_create(vm, &new);
}

/**
 * memslot_set - KVM_SET_USER_MEMORY_REGION
 * @vm: the VM
 * @mem: create, delete (size 0), move, or change the flags of a slot, see KVM's API document
 *
 * Context: sleeps; takes vm->slots_lock.
 * Return: 0; -EINVAL for arguments or changes the document rules out, -EEXIST for an overlap, -EFAULT for addresses
 * beyond the VM's IPA width, -ENOMEM. No state has changed then.
 */
int memslot_set(struct loft_vm *vm, const struct kvm_userspace_memory_region *mem)
{
	int ret = memslot_check(vm, mem);

	if (ret)
		return ret;
	mutex_lock(&vm->slots_lock);
	ret = memslot_set_locked(vm, mem);
	mutex_unlock(&vm->slots_lock);
	return ret;
}

/**
 * memslot_mark_dirty - note that the guest may write to a page from now on
 * @slot: its slot, under vm->srcu
 * @gfn: the page
 *
 * Context: vm->stage2.lock held, which orders it against memslot_dirty_log().
 */
void memslot_mark_dirty(struct loft_memslot *slot, u64 gfn)
{
	if (slot->dirty)
		set_bit(gfn - slot->base_gfn, slot->dirty);
}

/*
 * Move some words of the log to the collecting half and write-protect their pages, in one lock section with respect to
 * the faults that set bits: a page is either in what userspace gets, or faults, and marks itself, at its next write.
 * What is written before the protection is effective userspace will see: it reads the page after this. Pages between
 * the dirty ones are not writable anyway, so one range, with one invalidation, does.
 */
static void dirty_collect(struct loft_vm *vm, struct loft_memslot *slot, size_t word, size_t end)
{
	unsigned long *taken = slot->dirty + dirty_longs(slot->npages);
	size_t first = end, last = word;

	spin_lock(&vm->stage2.lock);
	for (; word < end; word++) {
		taken[word] = READ_ONCE(slot->dirty[word]) ? xchg(&slot->dirty[word], 0) : 0;
		if (!taken[word])
			continue;
		first = min(first, word);
		last = word;
	}
	if (first < end)
		stage2_wrprotect(vm, IPA((slot->base_gfn + first * BITS_PER_LONG) << PAGE_SHIFT),
				 min_t(u64, slot->npages - first * BITS_PER_LONG,
				       (last + 1 - first) * BITS_PER_LONG) << PAGE_SHIFT);
	spin_unlock(&vm->stage2.lock);
}

static int dirty_log_locked(struct loft_vm *vm, const struct kvm_dirty_log *log)
{
	struct loft_memslot *slot = slots_by_id(slots_locked(vm), log->slot);
	size_t word, words;

	if (!slot || !slot->dirty)
		return -ENOENT;
	words = dirty_longs(slot->npages);
	for (word = 0; word < words; word += DIRTY_PIECE) {
		dirty_collect(vm, slot, word, min_t(size_t, words, word + DIRTY_PIECE));
		cond_resched();
	}
	return copy_to_user(log->dirty_bitmap, slot->dirty + words, words * sizeof(long)) ? -EFAULT : 0;
}

/**
 * memslot_dirty_log - KVM_GET_DIRTY_LOG
 * @vm: the VM
 * @log: slot, and where the bitmap goes: a bit a page, rounded up to whole longs
 *
 * The log is empty afterwards, and the pages that were in it are write-protected.
 *
 * Context: sleeps; takes vm->slots_lock.
 * Return: 0, -EINVAL for a bad slot number, -ENOENT for a slot that is not there or not logged, -EFAULT.
 */
int memslot_dirty_log(struct loft_vm *vm, struct kvm_dirty_log *log)
{
	int ret;

	if (log->slot >= LOFT_MAX_MEMSLOTS)
		return -EINVAL;
	mutex_lock(&vm->slots_lock);
	ret = dirty_log_locked(vm, log);
	mutex_unlock(&vm->slots_lock);
	return ret;
}

/**
 * memslots_init - no slots yet; also makes vm->srcu
 * @vm: the VM
 */
int memslots_init(struct loft_vm *vm)
{
	struct loft_memslots *slots;
	int ret;

	ret = init_srcu_struct(&vm->srcu);
	if (ret)
		return ret;
	slots = slots_alloc(0);
	if (!slots) {
		cleanup_srcu_struct(&vm->srcu);
		return -ENOMEM;
	}
	RCU_INIT_POINTER(vm->memslots, slots);
	vm->slots_gen = 1;	/* and odd for ever */
	return 0;
}

/**
 * memslots_destroy - free the slots, and vm->srcu
 * @vm: the VM; no vCPU and no notifier is left
 */
void memslots_destroy(struct loft_vm *vm)
{
	struct loft_memslots *slots = rcu_dereference_protected(vm->memslots, true);
	unsigned int i;

	for (i = 0; i < slots->nr; i++)
		kvfree(slots->slot[i].dirty);
	kvfree(slots);
	RCU_INIT_POINTER(vm->memslots, NULL);
	cleanup_srcu_struct(&vm->srcu);
}
