// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 translation tables: one walker over VMSAv8-64 descriptors, and the small visitors that change them.
 *
 * Numbers of rules are those of the Arm ARM (DDI 0487). What a change of a live descriptor needs:
 *
 *   invalid -> valid    nothing may be cached of an invalid descriptor (D8.16.1): a store, then a DSB, so that the
 *                       walk made for the instruction that faulted finds it.
 *   permission, AF      no break-before-make (D8.16.1 lists what needs it: neither is in the list), so one atomic
 *                       store in place. When rights are added, only the CPU that faulted must forget the old
 *                       descriptor; another with a stale copy takes one more fault and does the same. When rights
 *                       go, every CPU must, before the caller acts on it.
 *   output address,     break-before-make: store an invalid descriptor, invalidate the TLBs of every CPU, wait for
 *   type, block<->table that, store the new one. Otherwise two translations of one address could be live at once.
 *   valid -> invalid    the store, then the TLBs of every CPU, before the page is anybody else's.
 *   table freed         walk caches hold table addresses: the descriptor that points to the table is cleared and
 *                       the TLBs are invalidated for its whole span before the memory is reused.
 *
 * Stores to descriptors are single-copy atomic (64 bits, aligned). Changes in place use a compare-and-swap, since
 * hardware may set the access flag at any time where VTCR_EL2.HA is on.
 */
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <loft/backend.h>
#include <loft/vm.h>

#define S2_BITS		(PAGE_SHIFT - 3)
#define S2_ENTRIES	(1UL << S2_BITS)
#define S2_LAST		3
#define S2_SHIFT(level)	(PAGE_SHIFT + (S2_LAST - (level)) * S2_BITS)
#define S2_SIZE(level)	(1ULL << S2_SHIFT(level))
/* 1 GiB blocks exist with 4 KiB pages only, and no granule has blocks at level 0 */
#define S2_BLOCK_MIN	(PAGE_SHIFT == 12 ? 1 : 2)
#define S2_MAX_ROOT	16
#define S2_PA_BITS	48

#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)	/* above the last level; there it has to be set in a page */
#define DESC_ATTR	GENMASK_ULL(5, 2)
#define DESC_R		BIT_ULL(6)
#define DESC_W		BIT_ULL(7)
#define DESC_INNER	(3ULL << 8)
#define DESC_AF		BIT_ULL(10)
#define DESC_XN		BIT_ULL(54)
#define DESC_ADDR	GENMASK_ULL(S2_PA_BITS - 1, PAGE_SHIFT)
/* What may change in place */
#define DESC_RIGHTS	(DESC_R | DESC_W | DESC_XN | DESC_AF)

/* MemAttr[3:0]; with FEAT_S2FWB write-back is forced on the guest, the others read the same */
#define ATTR_DEVICE	0x1ULL
#define ATTR_NC		0x5ULL
#define ATTR_WB		0xfULL
#define ATTR_WB_FWB	0x6ULL

/* VTCR_EL2: the two fields that depend on the IPA width */
#define VTCR_T0SZ(bits)	((u64)(64 - (bits)))
#define VTCR_SL0_SHIFT	6
#define VTCR_SL0(start)	((u64)((PAGE_SHIFT == 12 ? 2 : 3) - (start)) << VTCR_SL0_SHIFT)

/* Tables detached by an unmap that share one invalidation */
#define S2_BATCH	32

/**
 * struct s2_walk - one walk over a range of IPAs
 * @vm: whose table
 * @visit: sees every descriptor in range from the top down; a table that is still there afterwards is entered
 * @pa: output address of the mapping under way
 * @rights: descriptor bits of the leaf to make
 * @level: level of the leaf to make
 * @cache: where new tables come from
 * @clear: clear access flags, not only look at them
 * @touched: something in range was what the visitor looked for, or has been changed
 * @lo: first IPA to invalidate
 * @hi: IPA after the last one to invalidate
 * @hint: level of all leaves in [@lo, @hi), -1 if they differ or tables went
 * @detached: tables to free after the invalidation
 * @detached_level: their levels
 * @nr_detached: how many
 */
struct s2_walk {
	struct loft_vm *vm;
	int (*visit)(struct s2_walk *w, u64 *desc, int level, u64 ipa, u64 end);
	u64 pa;
	u64 rights;
	int level;
	struct loft_s2cache *cache;
	bool clear;
	bool touched;
	u64 lo;
	u64 hi;
	int hint;
	u64 *detached[S2_BATCH];
	int detached_level[S2_BATCH];
	unsigned int nr_detached;
};

/* One access of 64 bits, also where that is more than a word: LDRD and STRD on ARMv7 with LPAE */
static u64 desc_read(const u64 *desc)
{
	return atomic64_read((const atomic64_t *)desc);
}

static void desc_write(u64 *desc, u64 val)
{
	atomic64_set((atomic64_t *)desc, val);
}

static bool desc_is_table(u64 desc, int level)
{
	return level < S2_LAST && (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

static bool desc_is_leaf(u64 desc, int level)
{
	return (desc & DESC_VALID) && !desc_is_table(desc, level);
}

static u64 *desc_table(u64 desc)
{
	return phys_to_virt(desc & DESC_ADDR);
}

/*
 * The walker. Recursion ends at the last level: four frames at most. @table has as many entries as [ipa, end) asks
 * for: the start level may be several tables in a row.
 */
static int table_walk(struct s2_walk *w, u64 *table, u64 index, int level, u64 ipa, u64 end)
{
	u64 *desc = table + index;

	for (; ipa < end; desc++) {
		u64 next = min(end, ALIGN_DOWN(ipa, S2_SIZE(level)) + S2_SIZE(level));
		int ret = w->visit(w, desc, level, ipa, next);
		u64 val = desc_read(desc);

		if (!ret && desc_is_table(val, level))
			ret = table_walk(w, desc_table(val), (ipa >> S2_SHIFT(level + 1)) & (S2_ENTRIES - 1),
					 level + 1, ipa, next);
		if (ret)
			return ret;
		ipa = next;
	}
	return 0;
}

static int stage2_walk(struct s2_walk *w, u64 ipa, u64 size)
{
	struct loft_stage2 *s2 = &w->vm->stage2;
	u64 limit = 1ULL << s2->ia_bits;

	lockdep_assert_held(&s2->lock);
	if (ipa >= limit || size > limit - ipa)
		return -ERANGE;
	return table_walk(w, s2->root, ipa >> S2_SHIFT(s2->start_level), s2->start_level, ipa, ipa + size);
}

/*
 * The way to one address, without visitors: every fault goes it. Ends at the descriptor of level @last or at what there is
 * above it, whose level is then in *@level. @ipa is within the table.
 */
static u64 *desc_find(const struct loft_stage2 *s2, u64 ipa, int last, int *level)
{
	unsigned int shift = S2_SHIFT(s2->start_level);
	u64 *desc = s2->root + (ipa >> shift);
	int at = s2->start_level;

	lockdep_assert_held(&s2->lock);
	while (at < last) {
		u64 val = desc_read(desc);

		if (!desc_is_table(val, at))
			break;
		at++;
		shift -= S2_BITS;
		desc = desc_table(val) + ((ipa >> shift) & (S2_ENTRIES - 1));
	}
	*level = at;
	return desc;
}

static bool stage2_covers(const struct loft_stage2 *s2, u64 ipa)
{
	return !(ipa >> s2->ia_bits);
}

/* Free a table and all below it. Nothing can reach it any more: see "table freed" on top. */
static void table_free(struct loft_vm *vm, u64 *table, int level)
{
	unsigned int i;

	for (i = 0; level < S2_LAST && i < S2_ENTRIES; i++)
		if (desc_is_table(table[i], level))
			table_free(vm, desc_table(table[i]), level + 1);
	vm->stage2.pages--;
	free_page((unsigned long)table);
}

/* @desc changed: its whole span joins the range of the next invalidation; an IPA in the middle of a block names it. */
static void walk_touch(struct s2_walk *w, int level, int hint, u64 ipa)
{
	u64 lo = ALIGN_DOWN(ipa, S2_SIZE(level));

	w->hint = w->lo == w->hi || w->hint == hint ? hint : -1;
	if (w->lo == w->hi)
		w->lo = lo;
	/* Walks go upwards */
	w->hi = lo + S2_SIZE(level);
	w->touched = true;
}

/* The invalidation for everything touched; after it the detached tables are nobody's. */
static void walk_flush(struct s2_walk *w)
{
	if (w->lo == w->hi)
		return;
	backend_tlb_flush(w->vm, LOFT_TLB_IPA, IPA(w->lo), w->hi - w->lo, w->hint);
	w->lo = 0;
	w->hi = 0;
	while (w->nr_detached) {
		w->nr_detached--;
		table_free(w->vm, w->detached[w->nr_detached], w->detached_level[w->nr_detached]);
	}
}

/* Take a leaf, or a table and all below it, out of the tree. The caller flushes. */
static void walk_clear(struct s2_walk *w, u64 *desc, int level, u64 ipa)
{
	u64 old = desc_read(desc);
	bool table = desc_is_table(old, level);

	desc_write(desc, 0);
	walk_touch(w, level, table ? -1 : level, ipa);
	if (!table)
		return;
	w->detached[w->nr_detached] = desc_table(old);
	w->detached_level[w->nr_detached] = level + 1;
	if (++w->nr_detached == S2_BATCH)
		walk_flush(w);
}

/* The break of a break-before-make: on return no CPU holds anything that came from @desc or from below it. */
static void desc_break(struct s2_walk *w, u64 *desc, int level, u64 ipa)
{
	walk_clear(w, desc, level, ipa);
	walk_flush(w);
}

/* Change rights in place; true if that made a difference. The hardware may set AF between load and store. */
static bool desc_update(u64 *desc, u64 clear, u64 set)
{
	u64 old = desc_read(desc);

	do {
		if (((old & ~clear) | set) == old)
			return false;
	} while (!atomic64_try_cmpxchg((atomic64_t *)desc, (s64 *)&old, (old & ~clear) | set));
	return true;
}

static u64 desc_rights(u32 prot)
{
	return (prot & S2_R ? DESC_R : 0) | (prot & S2_W ? DESC_W : 0) | (prot & S2_X ? 0 : DESC_XN);
}

static u64 desc_leaf(u32 prot)
{
	u64 attr = loft_caps.fwb ? ATTR_WB_FWB : ATTR_WB;
	u64 share = DESC_INNER;

	if (prot & S2_DEVICE) {
		attr = ATTR_DEVICE;
		share = 0;
	} else if (prot & S2_NC) {
		attr = ATTR_NC;
	}
	return DESC_VALID | FIELD_PREP(DESC_ATTR, attr) | share | DESC_AF | desc_rights(prot);
}

/* A table below @desc, which is invalid. The release orders the zeroes in it before the pointer to it. */
static int table_add(struct s2_walk *w, u64 *desc)
{
	u64 *table;

	if (!w->cache->nr)
		return -ENOMEM;
	table = w->cache->page[--w->cache->nr];
	w->vm->stage2.pages++;
	atomic64_set_release((atomic64_t *)desc, virt_to_phys(table) | DESC_TABLE | DESC_VALID);
	return 0;
}

static u64 leaf_make(int level, u64 pa, u64 rights)
{
	return rights | pa | (level == S2_LAST ? DESC_TABLE : 0);
}

static int map_leaf(struct s2_walk *w, u64 *desc, int level, u64 ipa)
{
	u64 old = desc_read(desc);
	u64 new = leaf_make(level, w->pa, w->rights);

	if (desc_is_leaf(old, level) && !((old ^ new) & ~DESC_RIGHTS)) {
		/*
		 * The same memory: add rights in place. Even if they are there already this CPU may hold the
		 * descriptor from before they were.
		 */
		desc_update(desc, (new & DESC_XN) ? 0 : DESC_XN, new & (DESC_R | DESC_W | DESC_AF));
		backend_tlb_flush(w->vm, LOFT_TLB_IPA_LOCAL, IPA(ipa), S2_SIZE(level), level);
		return 0;
	}
	if (old & DESC_VALID)
		desc_break(w, desc, level, ipa);
	desc_write(desc, new);
	return 0;
}

static int map_visit(struct s2_walk *w, u64 *desc, int level, u64 ipa, u64 end)
{
	u64 old = desc_read(desc);

	if (level == w->level)
		return map_leaf(w, desc, level, ipa);
	if (desc_is_table(old, level))
		return 0;
	/*
	 * A block in the way of something smaller. What else it covered is not carried over: stage 2 only caches what
	 * the host's tables say, the rest faults back in with the size that is right by now.
	 */
	if (old & DESC_VALID)
		desc_break(w, desc, level, ipa);
	return table_add(w, desc);
}

/* Tables are missing on the way, or something is mapped there already */
static noinline int map_walk(struct loft_vm *vm, u64 ipa, u64 pa, int level, u64 rights, struct loft_s2cache *cache)
{
	struct s2_walk w = { .vm = vm, .visit = map_visit, .pa = pa, .rights = rights, .cache = cache, .level = level };

	return stage2_walk(&w, ipa, S2_SIZE(level));
}

static int size_level(const struct loft_stage2 *s2, u64 size)
{
	int level;

	for (level = S2_LAST; level >= max(S2_BLOCK_MIN, s2->start_level); level--)
		if (size == S2_SIZE(level))
			return level;
	return -EINVAL;
}

/**
 * stage2_size_valid - is there a descriptor that maps @size bytes?
 * @vm: the VM
 * @size: bytes
 */
bool stage2_size_valid(struct loft_vm *vm, u64 size)
{
	return size_level(&vm->stage2, size) >= 0;
}

/**
 * stage2_map - map a page or a block
 * @vm: the VM
 * @ipa: first IPA, aligned to @size
 * @pa: first host physical address, aligned to @size
 * @size: PAGE_SIZE or a block size, see stage2_size_valid()
 * @prot: S2_* rights and memory type; where the same memory is mapped already, rights are added to those it has
 * @cache: table pages, filled by stage2_cache_fill()
 *
 * Whatever was mapped in the range is replaced.
 *
 * Context: vm->stage2.lock held.
 * Return: 0, -EINVAL for a bad size, alignment or @pa, -ERANGE for an IPA beyond the table, -ENOMEM if the cache
 * ran out: fill it and call again.
 */
int stage2_map(struct loft_vm *vm, ipa_t ipa, host_pa_t pa, u64 size, u32 prot, struct loft_s2cache *cache)
{
	int ret, level, want = size_level(&vm->stage2, size);
	u64 *desc;

	if (want < 0 || !IS_ALIGNED(ipa.val | pa.val, size) || pa.val & ~DESC_ADDR)
		return -EINVAL;
	if (!stage2_covers(&vm->stage2, ipa.val))
		return -ERANGE;
	desc = desc_find(&vm->stage2, ipa.val, want, &level);
	if (level == want && !(desc_read(desc) & DESC_VALID)) {
		desc_write(desc, leaf_make(level, pa.val, desc_leaf(prot)));
		ret = 0;
	} else {
		ret = map_walk(vm, ipa.val, pa.val, want, desc_leaf(prot), cache);
	}
	backend_table_sync();
	return ret;
}

static int unmap_visit(struct s2_walk *w, u64 *desc, int level, u64 ipa, u64 end)
{
	u64 old = desc_read(desc);

	/* A block goes as a whole even if only a part is asked for: splitting needs memory, and the rest faults back. */
	if (desc_is_leaf(old, level) || (desc_is_table(old, level) && end - ipa == S2_SIZE(level)))
		walk_clear(w, desc, level, ipa);
	return 0;
}

/**
 * stage2_unmap - make a range fault
 * @vm: the VM
 * @ipa: first IPA
 * @size: bytes; a block that is only partly in the range goes as a whole
 *
 * On return no CPU can reach the memory through the old translations. Tables that lie in the range entirely are freed.
 *
 * Context: vm->stage2.lock held. Large ranges should come in pieces: the time is bounded by @size.
 * Return: whether something may have been mapped.
 */
bool stage2_unmap(struct loft_vm *vm, ipa_t ipa, u64 size)
{
	struct s2_walk w = { .vm = vm, .visit = unmap_visit };

	stage2_walk(&w, ipa.val, size);
	walk_flush(&w);
	return w.touched;
}

static int wrprotect_visit(struct s2_walk *w, u64 *desc, int level, u64 ipa, u64 end)
{
	if (desc_is_leaf(desc_read(desc), level) && desc_update(desc, DESC_W, 0))
		walk_touch(w, level, level, ipa);
	return 0;
}

/**
 * stage2_wrprotect - make writes to a range fault
 * @vm: the VM
 * @ipa: first IPA
 * @size: bytes; a block that is only partly in the range is protected as a whole
 *
 * On return no CPU writes through an old translation.
 *
 * Context: vm->stage2.lock held.
 * Return: whether something was writable.
 */
bool stage2_wrprotect(struct loft_vm *vm, ipa_t ipa, u64 size)
{
	struct s2_walk w = { .vm = vm, .visit = wrprotect_visit };

	stage2_walk(&w, ipa.val, size);
	walk_flush(&w);
	return w.touched;
}

/**
 * stage2_relax - add rights to a mapping and set its access flag
 * @vm: the VM
 * @ipa: an IPA in the mapping
 * @prot: S2_R, S2_W, S2_X to add; 0 only sets the access flag
 *
 * Also the answer to a fault whose reason is gone already: this CPU forgets what it may hold.
 *
 * Context: vm->stage2.lock held, on the CPU that faulted or a later one of the vCPU's.
 * Return: false if nothing is mapped there.
 */
bool stage2_relax(struct loft_vm *vm, ipa_t ipa, u32 prot)
{
	u64 rights = desc_rights(prot);
	u64 *desc;
	int level;

	if (!stage2_covers(&vm->stage2, ipa.val))
		return false;
	desc = desc_find(&vm->stage2, ipa.val, S2_LAST, &level);
	if (!desc_is_leaf(desc_read(desc), level))
		return false;
	desc_update(desc, rights & DESC_XN ? 0 : DESC_XN, DESC_AF | (rights & (DESC_R | DESC_W)));
	backend_tlb_flush(vm, LOFT_TLB_IPA_LOCAL, IPA(ALIGN_DOWN(ipa.val, S2_SIZE(level))), S2_SIZE(level), level);
	return true;
}

static int age_visit(struct s2_walk *w, u64 *desc, int level, u64 ipa, u64 end)
{
	u64 val = desc_read(desc);

	if (!desc_is_leaf(val, level) || !(val & DESC_AF))
		return 0;
	w->touched = true;
	if (w->clear)
		desc_update(desc, DESC_AF, 0);
	return 0;
}

/**
 * stage2_age - was a range used?
 * @vm: the VM
 * @ipa: first IPA
 * @size: bytes
 * @clear: start over: clear the access flags
 *
 * No invalidation follows: a descriptor that a TLB still holds makes a page look older than it is for a while, which
 * spoils a hint and nothing else; caching a descriptor whose access flag has been cleared since breaks no rule.
 *
 * Context: vm->stage2.lock held.
 */
bool stage2_age(struct loft_vm *vm, ipa_t ipa, u64 size, bool clear)
{
	struct s2_walk w = { .vm = vm, .visit = age_visit, .clear = clear };

	stage2_walk(&w, ipa.val, size);
	return w.touched;
}

static u32 desc_prot(u64 desc)
{
	u64 attr = FIELD_GET(DESC_ATTR, desc);

	return (desc & DESC_R ? S2_R : 0) | (desc & DESC_W ? S2_W : 0) | (desc & DESC_XN ? 0 : S2_X) |
	       (attr == ATTR_DEVICE ? S2_DEVICE : 0) | (attr == ATTR_NC ? S2_NC : 0);
}

/**
 * stage2_lookup - what is mapped at an IPA
 * @vm: the VM
 * @ipa: the IPA
 * @pa: what it translates to, with the offset into the page or block
 * @prot: S2_* of the mapping
 * @size: PAGE_SIZE or block size; where nothing is mapped, the size of the aligned hole that is known to be there
 *
 * Context: vm->stage2.lock held.
 * Return: false if nothing is mapped there; @pa and @prot are not written then.
 */
bool stage2_lookup(struct loft_vm *vm, ipa_t ipa, host_pa_t *pa, u32 *prot, u64 *size)
{
	int level = S2_LAST;
	u64 desc = 0;

	if (stage2_covers(&vm->stage2, ipa.val))
		desc = desc_read(desc_find(&vm->stage2, ipa.val, S2_LAST, &level));
	*size = S2_SIZE(level);
	if (!desc_is_leaf(desc, level))
		return false;
	*pa = HPA((desc & DESC_ADDR & ~(*size - 1)) | (ipa.val & (*size - 1)));
	*prot = desc_prot(desc);
	return true;
}

/**
 * stage2_init - make an empty table
 * @vm: the VM
 * @ia_bits: IPA width
 *
 * The walk starts as low as up to 16 concatenated tables allow: every level less is a memory access less for each TLB
 * miss of the guest.
 *
 * Return: 0, -EINVAL for a width that the format does not offer, -ENOMEM.
 */
int stage2_init(struct loft_vm *vm, unsigned int ia_bits)
{
	struct loft_stage2 *s2 = &vm->stage2;

	if (ia_bits < 32 || ia_bits > S2_PA_BITS)
		return -EINVAL;
	s2->start_level = S2_LAST + 1 - DIV_ROUND_UP((int)ia_bits - PAGE_SHIFT - ilog2(S2_MAX_ROOT), S2_BITS);
	s2->root_pages = max(1U, (unsigned int)((1ULL << ia_bits) >> S2_SHIFT(s2->start_level - 1)));
	s2->root = alloc_pages_exact(s2->root_pages * PAGE_SIZE, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!s2->root)
		return -ENOMEM;
	spin_lock_init(&s2->lock);
	s2->ia_bits = ia_bits;
	s2->root_pa = HPA(virt_to_phys(s2->root));
	s2->vtcr = loft_caps.vtcr | VTCR_T0SZ(ia_bits) | VTCR_SL0(s2->start_level);
	s2->pages = 0;
	/* The zeroes, before any walk can start at them */
	backend_table_sync();
	return 0;
}

/**
 * stage2_destroy - free the table
 * @vm: the VM; no vCPU of it is resident anywhere, or will be again
 */
void stage2_destroy(struct loft_vm *vm)
{
	struct loft_stage2 *s2 = &vm->stage2;
	unsigned long i;

	if (!s2->root)
		return;
	/* Walk caches may still know the tables under this VM's VMID, which nobody else has before a rollover */
	backend_tlb_flush(vm, LOFT_TLB_VM, IPA(0), 0, -1);
	for (i = 0; i < s2->root_pages * S2_ENTRIES; i++)
		if (desc_is_table(s2->root[i], s2->start_level))
			table_free(vm, desc_table(s2->root[i]), s2->start_level + 1);
	WARN_ON_ONCE(s2->pages);
	free_pages_exact(s2->root, s2->root_pages * PAGE_SIZE);
	s2->root = NULL;
}

/**
 * stage2_cache_fill - have enough table pages at hand for one stage2_map()
 * @cache: the cache
 *
 * Context: sleeps.
 * Return: 0 or -ENOMEM; what was allocated stays in the cache.
 */
int stage2_cache_fill(struct loft_s2cache *cache)
{
	while (cache->nr < S2CACHE_MAX) {
		void *page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);

		if (!page)
			return -ENOMEM;
		cache->page[cache->nr++] = page;
	}
	return 0;
}

/**
 * stage2_cache_free - give the pages back
 * @cache: the cache
 */
void stage2_cache_free(struct loft_s2cache *cache)
{
	while (cache->nr)
		free_page((unsigned long)cache->page[--cache->nr]);
}
