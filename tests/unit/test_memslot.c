// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory slots, their dirty log and the MMU notifiers that read them, on a real stage-2 table, against a naive model.
 *
 * Links: virt/memslot.c virt/notifier.c virt/stage2.c
 */
#include <unit.h>
#include <fake_backend.h>
#include "memslot.h"

#define HVA		0x7000000000ULL
#define GFN(g)		((u64)(g) << PAGE_SHIFT)
#define MAX_SLOTS	64

static struct loft_vm *vm;
static struct loft_s2cache cache;

static void setup(void)
{
	fake_backend_reset();
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	vm->mm = current->mm;
	CHECK_EQ(memslots_init(vm), 0);
	CHECK_EQ(stage2_init(vm, 40), 0);
	CHECK_EQ(notifier_register(vm), 0);
}

static void teardown(void)
{
	notifier_unregister(vm);
	stage2_cache_free(&cache);
	stage2_destroy(vm);
	memslots_destroy(vm);
	CHECK_EQ(fake_pages, 0);
	kfree(vm);
}

static int set(u32 id, u32 flags, u64 gpa, u64 size, u64 hva)
{
	struct kvm_userspace_memory_region mem = {
		.slot = id, .flags = flags, .guest_phys_addr = gpa, .memory_size = size, .userspace_addr = hva,
	};

	return memslot_set(vm, &mem);
}

static void map_gfn(u64 gfn, u32 prot)
{
	CHECK_EQ(stage2_cache_fill(&cache), 0);
	spin_lock(&vm->stage2.lock);
	CHECK_EQ(stage2_map(vm, IPA(GFN(gfn)), HPA(GFN(gfn)), PAGE_SIZE, prot, &cache), 0);
	spin_unlock(&vm->stage2.lock);
}

/* 0: not mapped */
static u32 mapped(u64 gfn)
{
	host_pa_t pa;
	u32 prot = 0;
	u64 size;

	spin_lock(&vm->stage2.lock);
	if (!stage2_lookup(vm, IPA(GFN(gfn)), &pa, &prot, &size))
		prot = 0;
	spin_unlock(&vm->stage2.lock);
	return prot;
}

static struct loft_memslot *find(u64 gfn)
{
	static unsigned int last;
	struct loft_memslot *slot;
	int idx = srcu_read_lock(&vm->srcu);

	slot = memslot_find(srcu_dereference(vm->memslots, &vm->srcu), gfn);
	/* Wherever the last one was, and whatever came and went since */
	CHECK(memslot_find_near(srcu_dereference(vm->memslots, &vm->srcu), gfn, &last) == slot);
	srcu_read_unlock(&vm->srcu, idx);
	return slot;
}

TEST(memslot_errors)
{
	setup();
	CHECK_EQ(set(0, 0, 0, GFN(16), HVA), 0);
	/* One row a rule of KVM's API document */
	CHECK_EQ(set(1, 4, GFN(16), GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(1, KVM_MEM_GUEST_MEMFD, GFN(16), GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(1, LOFT_SLOT_INVALID, GFN(16), GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(LOFT_MAX_MEMSLOTS, 0, GFN(16), GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(LOFT_MAX_MEMSLOTS - 1, 0, GFN(16), GFN(1), HVA), 0);
	CHECK_EQ(set(1 << 16 | 1, 0, GFN(17), GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17) + 1, GFN(1), HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(1) + 1, HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(1), HVA + 1), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(1), TASK_SIZE), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(2), TASK_SIZE - PAGE_SIZE), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(1), -PAGE_SIZE), -EINVAL);
	CHECK_EQ(set(1, 0, -(u64)PAGE_SIZE, GFN(2), HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), GFN(1ULL << 31), HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), 1ULL << 63, HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(17), 0, HVA), -EINVAL);
	CHECK_EQ(set(1, 0, GFN(15), GFN(1), HVA), -EEXIST);
	CHECK_EQ(set(1, 0, GFN(15), GFN(10), HVA), -EEXIST);
	CHECK_EQ(set(1, 0, 1ULL << 40, GFN(1), HVA), -EFAULT);
	CHECK_EQ(set(1, 0, (1ULL << 40) - GFN(1), GFN(2), HVA), -EFAULT);
	CHECK_EQ(set(1, 0, (1ULL << 40) - GFN(1), GFN(1), HVA), 0);
	/* What may not change of a slot that is there */
	CHECK_EQ(set(0, 0, 0, GFN(15), HVA), -EINVAL);
	CHECK_EQ(set(0, 0, 0, GFN(16), HVA + PAGE_SIZE), -EINVAL);
	CHECK_EQ(set(0, KVM_MEM_READONLY, 0, GFN(16), HVA), -EINVAL);
	CHECK_EQ(set(0, 0, 0, GFN(16), HVA), 0);
	CHECK_EQ(set(0, 0, GFN(4), GFN(16), HVA), -EEXIST);
	/* Moving over itself is not an overlap */
	CHECK_EQ(set(LOFT_MAX_MEMSLOTS - 1, 0, 0, 0, 0), 0);
	CHECK_EQ(set(0, 0, GFN(4), GFN(16), HVA), 0);
	CHECK(!find(3) && find(4) && find(19) && !find(20));
	teardown();
}

TEST(memslot_out_of_memory_changes_nothing)
{
	struct loft_memslots *before;
	int n;

	setup();
	CHECK_EQ(set(0, 0, 0, GFN(16), HVA), 0);
	CHECK_EQ(set(1, KVM_MEM_LOG_DIRTY_PAGES, GFN(32), GFN(16), HVA), 0);
	map_gfn(3, S2_R | S2_W);
	before = vm->memslots;
	for (n = 1; n <= 2; n++) {
		fake_alloc_fail = n;
		CHECK_EQ(set(0, 0, 0, 0, 0), -ENOMEM);
		fake_alloc_fail = n;
		CHECK_EQ(set(0, 0, GFN(64), GFN(16), HVA), -ENOMEM);
		fake_alloc_fail = n;
		CHECK_EQ(set(0, KVM_MEM_LOG_DIRTY_PAGES, 0, GFN(16), HVA), -ENOMEM);
		fake_alloc_fail = n;
		CHECK_EQ(set(2, KVM_MEM_LOG_DIRTY_PAGES, GFN(64), GFN(16), HVA), -ENOMEM);
		fake_alloc_fail = -1;
		CHECK(vm->memslots == before);
	}
	CHECK_EQ(mapped(3), S2_R | S2_W);
	teardown();
}

/* --- Random operations --- */

struct model_slot {
	u32 id, flags;
	u64 gfn, npages, hva, serial;
};

static struct model_slot model[MAX_SLOTS];
static unsigned int nr_model;

static struct model_slot *model_id(u32 id)
{
	unsigned int i;

	for (i = 0; i < nr_model; i++)
		if (model[i].id == id)
			return &model[i];
	return NULL;
}

static struct model_slot *model_gfn(u64 gfn)
{
	unsigned int i;

	for (i = 0; i < nr_model; i++)
		if (gfn >= model[i].gfn && gfn < model[i].gfn + model[i].npages)
			return &model[i];
	return NULL;
}

static int model_set(u32 id, u32 flags, u64 gfn, u64 npages, u64 hva)
{
	static u64 serial;
	struct model_slot *old = model_id(id);
	unsigned int i;

	if (!npages) {
		if (!old)
			return -EINVAL;
		*old = model[--nr_model];
		return 0;
	}
	if (old && (old->npages != npages || old->hva != hva || (old->flags ^ flags) & KVM_MEM_READONLY))
		return -EINVAL;
	for (i = 0; i < nr_model; i++)
		if (&model[i] != old && gfn < model[i].gfn + model[i].npages && model[i].gfn < gfn + npages)
			return -EEXIST;
	if (!old) {
		old = &model[nr_model++];
		old->serial = ++serial;
	} else if (old->gfn != gfn) {
		old->serial = ++serial;
	}
	old->id = id;
	old->flags = flags;
	old->gfn = gfn;
	old->npages = npages;
	old->hva = hva;
	return 0;
}

static void check_slots(void)
{
	struct loft_memslots *slots = vm->memslots;
	unsigned int i;
	u64 gfn;

	CHECK_EQ(slots->nr, nr_model);
	for (i = 0; i < slots->nr; i++) {
		struct loft_memslot *s = &slots->slot[i];
		struct model_slot *m = model_id(s->id);

		CHECK(m && m->gfn == s->base_gfn && m->npages == s->npages && m->hva == s->hva &&
		      m->flags == s->flags);
		CHECK_EQ(!!s->dirty, !!(s->flags & KVM_MEM_LOG_DIRTY_PAGES));
		CHECK(!i || s[-1].base_gfn + s[-1].npages <= s->base_gfn);
	}
	for (gfn = 0; gfn < 140; gfn++) {
		struct model_slot *m = model_gfn(gfn);
		struct loft_memslot *s = find(gfn);

		CHECK(m ? s && s->id == m->id : !s);
	}
}

TEST(memslot_random)
{
	u64 owner[140] = { 0 };		/* serial of the slot that a page was mapped for */
	int n, ret;
	u64 gfn;

	setup();
	nr_model = 0;
	for (n = 0; n < 3000; n++) {
		u32 id = unit_below(20), flags = unit_below(8) ? unit_below(2) : unit_below(4);
		u64 npages = unit_below(4) ? 1 + unit_below(8) : 0, hva;
		struct model_slot *m = model_id(id);

		gfn = unit_below(120);
		hva = HVA + GFN(unit_below(3));
		if (m && npages && unit_below(2)) {
			/* Likely enough to be allowed: a move, or other flags */
			npages = m->npages;
			hva = m->hva;
			flags ^= (flags ^ m->flags) & KVM_MEM_READONLY;
			gfn = unit_below(2) ? m->gfn : gfn;
		}
		ret = model_set(id, flags, gfn, npages, hva);
		CHECK_EQ(set(id, flags, GFN(gfn), GFN(npages), hva), ret);
		check_slots();
		for (gfn = 0; gfn < 140; gfn++) {
			m = model_gfn(gfn);
			/* Mapped for a slot that is gone or elsewhere: the host may give the page to anybody by now */
			if (owner[gfn] && (!m || m->serial != owner[gfn])) {
				CHECK(!mapped(gfn));
				owner[gfn] = 0;
			}
			CHECK_EQ(!!owner[gfn], !!mapped(gfn));
			if (m && !unit_below(8)) {
				map_gfn(gfn, S2_R);
				owner[gfn] = m->serial;
			}
		}
	}
	teardown();
}

/* --- A slot on its way out --- */

static unsigned int hooked;

static void retire_hook(struct loft_vm *v, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	struct loft_memslot *slot;

	if (scope == LOFT_TLB_VM)
		return;
	hooked++;
	/* While its pages go, faults must not map new ones, and notifiers must still find it */
	slot = find(4);
	CHECK(slot && slot->id == 7 && slot->flags & LOFT_SLOT_INVALID);
	CHECK(!find(104));
}

TEST(memslot_retires_before_it_goes)
{
	setup();
	hooked = 0;
	CHECK_EQ(set(7, KVM_MEM_LOG_DIRTY_PAGES, GFN(4), GFN(4), HVA), 0);
	CHECK_EQ(set(8, 0, GFN(20), GFN(4), HVA), 0);
	map_gfn(5, S2_R);
	map_gfn(21, S2_R);
	fake_backend.tlb_flush = retire_hook;
	CHECK_EQ(set(7, KVM_MEM_LOG_DIRTY_PAGES, GFN(104), GFN(4), HVA), 0);
	CHECK_EQ(hooked, 1);
	fake_backend.tlb_flush = NULL;
	CHECK(!mapped(5) && mapped(21));
	CHECK(!find(4) && find(104) && !(find(104)->flags & LOFT_SLOT_INVALID) && find(104)->dirty);
	CHECK_EQ(set(7, KVM_MEM_LOG_DIRTY_PAGES, GFN(4), GFN(4), HVA), 0);
	map_gfn(5, S2_R);
	fake_backend.tlb_flush = retire_hook;
	CHECK_EQ(set(7, 0, 0, 0, 0), 0);
	CHECK_EQ(hooked, 2);
	CHECK(!mapped(5) && !find(4));
	fake_backend.tlb_flush = NULL;
	teardown();
}

/* --- Dirty log --- */

static int get_log(u32 slot, void *to)
{
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = to };

	return memslot_dirty_log(vm, &log);
}

static void guest_writes(u64 gfn)
{
	int idx;

	map_gfn(gfn, S2_R | S2_W);
	idx = srcu_read_lock(&vm->srcu);
	spin_lock(&vm->stage2.lock);
	memslot_mark_dirty(memslot_find(vm->memslots, gfn), gfn);
	spin_unlock(&vm->stage2.lock);
	srcu_read_unlock(&vm->srcu, idx);
}

TEST(memslot_dirty_log_rules)
{
	unsigned long bits[160];

	setup();
	CHECK_EQ(set(0, 0, 0, GFN(100), HVA), 0);
	CHECK_EQ(get_log(0, bits), -ENOENT);
	CHECK_EQ(get_log(1, bits), -ENOENT);
	CHECK_EQ(get_log(1 << 16, bits), -EINVAL);
	CHECK_EQ(get_log(LOFT_MAX_MEMSLOTS, bits), -EINVAL);
	guest_writes(7);
	CHECK_EQ(mapped(7), S2_R | S2_W);
	/* Logging begins: what is writable by now must fault to be seen */
	CHECK_EQ(set(0, KVM_MEM_LOG_DIRTY_PAGES, 0, GFN(100), HVA), 0);
	CHECK_EQ(mapped(7), S2_R);
	guest_writes(0);
	guest_writes(63);
	guest_writes(64);
	guest_writes(99);
	memset(bits, 0xff, sizeof(bits));
	CHECK_EQ(get_log(0, bits), 0);
	CHECK_EQ(bits[0], 1UL << 63 | 1);
	CHECK_EQ(bits[1], 1UL << 35 | 1);
	CHECK_EQ(bits[2], -1UL);
	CHECK(mapped(0) == S2_R && mapped(63) == S2_R && mapped(64) == S2_R && mapped(99) == S2_R);
	CHECK_EQ(get_log(0, bits), 0);
	CHECK(!bits[0] && !bits[1]);
	guest_writes(70);
	fake_user_fault = true;
	CHECK_EQ(get_log(0, bits), -EFAULT);
	fake_user_fault = false;
	/* The log moves with its slot, and ends with the flag */
	guest_writes(71);
	CHECK_EQ(set(0, KVM_MEM_LOG_DIRTY_PAGES, GFN(1000), GFN(100), HVA), 0);
	CHECK_EQ(get_log(0, bits), 0);
	CHECK_EQ(bits[1], 1UL << 7);
	CHECK_EQ(set(0, 0, GFN(1000), GFN(100), HVA), 0);
	CHECK_EQ(get_log(0, bits), -ENOENT);
	teardown();
}

TEST(memslot_dirty_log_random)
{
	static unsigned long bits[160], want[160];
	int i, round;

	setup();
	CHECK_EQ(set(3, KVM_MEM_LOG_DIRTY_PAGES, GFN(17), GFN(10000), HVA), 0);
	for (round = 0; round < 30; round++) {
		memset(want, 0, sizeof(want));
		for (i = unit_below(200); i; i--) {
			u64 page = unit_below(3) ? unit_below(10000) : unit_below(100);

			guest_writes(17 + page);
			__set_bit(page, want);
		}
		fake_backend.flushes = 0;
		CHECK_EQ(get_log(3, bits), 0);
		CHECK(!memcmp(bits, want, BITS_TO_LONGS(10000) * sizeof(long)));
		/* An invalidation a piece, not a page */
		CHECK(fake_backend.flushes <= 3);
		for (i = 0; i < 10000; i++)
			CHECK(!(mapped(17 + i) & S2_W));
	}
	teardown();
}

/* --- MMU notifiers --- */

static void invalidate(u64 start, u64 end, unsigned int flags, bool finish)
{
	struct mmu_notifier_range range = { .start = start, .end = end, .flags = flags };
	unsigned long seq = vm->mn_seq, active = vm->mn_active;

	CHECK_EQ(vm->mn.ops->invalidate_range_start(&vm->mn, &range), 0);
	CHECK_EQ(vm->mn_active, active + 1);
	CHECK(vm->mn_start <= start && vm->mn_end >= end);
	if (!finish)
		return;
	vm->mn.ops->invalidate_range_end(&vm->mn, &range);
	CHECK_EQ(vm->mn_active, active);
	CHECK_EQ(vm->mn_seq, seq + 1);
}

TEST(notifier_unmaps_what_the_host_takes)
{
	int i;

	setup();
	/* The same host memory twice in the guest, and a slot beside it */
	CHECK_EQ(set(0, 0, GFN(0), GFN(10), HVA), 0);
	CHECK_EQ(set(1, 0, GFN(100), GFN(10), HVA + GFN(5)), 0);
	CHECK_EQ(set(2, 0, GFN(200), GFN(10), HVA + GFN(50)), 0);
	for (i = 0; i < 10; i++) {
		map_gfn(i, S2_R);
		map_gfn(100 + i, S2_R);
		map_gfn(200 + i, S2_R);
	}
	invalidate(HVA + GFN(7), HVA + GFN(9), 1, true);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(!mapped(i), i == 7 || i == 8);
		CHECK_EQ(!mapped(100 + i), i == 2 || i == 3);
		CHECK(mapped(200 + i));
	}
	/* Bytes in the middle of a page take the page; the end is exclusive */
	invalidate(HVA + 5, HVA + GFN(1), 1, true);
	CHECK(!mapped(0) && mapped(1));
	/* Where it must not sleep it does not, and does not refuse either */
	preempt_disable();
	invalidate(HVA + GFN(50), HVA + GFN(51), 0, true);
	preempt_enable();
	CHECK(!mapped(200) && mapped(201));
	invalidate(0, HVA, 1, true);
	CHECK(mapped(1));
	vm->mn.ops->release(&vm->mn, vm->mm);
	for (i = 0; i < 300; i++)
		CHECK(!mapped(i));
	teardown();
}

TEST(notifier_nested_ranges)
{
	struct mmu_notifier_range a = { .start = HVA, .end = HVA + GFN(1), .flags = 1 };

	setup();
	invalidate(HVA, HVA + GFN(1), 1, false);
	invalidate(HVA + GFN(8), HVA + GFN(9), 1, false);
	invalidate(HVA + GFN(4), HVA + GFN(5), 1, false);
	vm->mn.ops->invalidate_range_end(&vm->mn, &a);
	CHECK_EQ(vm->mn_active, 2);
	CHECK(vm->mn_start == HVA && vm->mn_end == HVA + GFN(9));
	vm->mn.ops->invalidate_range_end(&vm->mn, &a);
	CHECK_EQ(vm->mn_active, 1);
	CHECK(vm->mn_start <= HVA + GFN(8) && vm->mn_end >= HVA + GFN(9));
	vm->mn.ops->invalidate_range_end(&vm->mn, &a);
	/* A new range does not inherit the old one's bounds */
	invalidate(HVA + GFN(20), HVA + GFN(21), 1, false);
	CHECK(vm->mn_start == HVA + GFN(20) && vm->mn_end == HVA + GFN(21));
	teardown();
}

TEST(notifier_ageing)
{
	const struct mmu_notifier_ops *ops;

	setup();
	ops = vm->mn.ops;
	CHECK_EQ(set(0, 0, GFN(0), GFN(10), HVA), 0);
	CHECK_EQ(set(1, 0, GFN(100), GFN(10), HVA), 0);
	map_gfn(103, S2_R);
	CHECK_EQ(ops->test_young(&vm->mn, vm->mm, HVA + GFN(2)), 0);
	CHECK_EQ(ops->test_young(&vm->mn, vm->mm, HVA + GFN(3)), 1);
	CHECK_EQ(ops->test_young(&vm->mn, vm->mm, HVA + GFN(3)), 1);
	CHECK_EQ(ops->clear_young(&vm->mn, vm->mm, HVA, HVA + GFN(3)), 0);
	CHECK_EQ(ops->clear_young(&vm->mn, vm->mm, HVA, HVA + GFN(4)), 1);
	CHECK_EQ(ops->test_young(&vm->mn, vm->mm, HVA + GFN(3)), 0);
	map_gfn(103, S2_R);
	CHECK_EQ(ops->clear_flush_young(&vm->mn, vm->mm, HVA, HVA + GFN(10)), 1);
	CHECK_EQ(ops->clear_flush_young(&vm->mn, vm->mm, HVA, HVA + GFN(10)), 0);
	CHECK_EQ(mapped(103), S2_R);
	/* Young in one of two slots is young */
	map_gfn(4, S2_R);
	CHECK_EQ(ops->test_young(&vm->mn, vm->mm, HVA + GFN(4)), 1);
	teardown();
}
