// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage-2 walker against a model: a list of what should be mapped, a table walk written from the architecture's
 * description of it, and a TLB that keeps everything it ever saw until it is told not to.
 *
 * Links: virt/stage2.c
 */
#include <sanitizer/asan_interface.h>
#include <unit.h>
#include <fake_backend.h>
#include <loft/vm.h>

/* --- The architecture's walk: VMSAv8-64 stage 2, from VTCR_EL2 and the table's address --- */

#define STRIDE		(PAGE_SHIFT - 3)
#define LSHIFT(level)	(PAGE_SHIFT + STRIDE * (3 - (level)))
#define LSIZE(level)	(1ULL << LSHIFT(level))
#define OA(desc)	((desc) & 0x0000fffffffff000ULL & ~(PAGE_SIZE - 1))

struct entry {
	u64 ipa;
	u64 desc;
	int level;
	bool table;
};

#define MAX_ENTRIES	4096
struct list {
	struct entry e[MAX_ENTRIES];
	unsigned int n;
};

static struct loft_vm *vm;
static struct list live, tlb;

static void list_push(struct list *l, struct entry e)
{
	if (l->n == MAX_ENTRIES)
		abort();
	l->e[l->n++] = e;
}

static void enumerate(const u64 *table, unsigned int entries, int level, u64 ipa)
{
	unsigned int i;

	for (i = 0; i < entries; i++, ipa += LSIZE(level)) {
		struct entry e = { .ipa = ipa, .desc = table[i], .level = level };

		if (!(e.desc & 1))
			continue;
		e.table = level < 3 && (e.desc & 2);
		/* Bit 1 clear is reserved at level 3; blocks start at level 1 (4K) or 2 */
		CHECK(level < 3 || (e.desc & 2));
		CHECK(e.table || level >= (PAGE_SHIFT == 12 ? 1 : 2));
		CHECK(e.table || !(OA(e.desc) & (LSIZE(level) - 1)));
		list_push(&live, e);
		if (e.table)
			enumerate((const u64 *)OA(e.desc), 1U << STRIDE, level + 1, ipa);
	}
}

/* SL0 counts up towards level 0: from level 2 with 4K pages, from level 3 with the others */
static int arch_start(u64 vtcr)
{
	return (PAGE_SHIFT == 12 ? 2 : 3) - (int)((vtcr >> 6) & 3);
}

static void enumerate_vm(void)
{
	u64 vtcr = vm->stage2.vtcr;
	unsigned int ia_bits = 64 - (vtcr & 63);
	int start = arch_start(vtcr);

	live.n = 0;
	enumerate((const u64 *)(unsigned long)vm->stage2.root_pa.val, 1U << (ia_bits - LSHIFT(start)), start, 0);
}

/* --- The TLB: it may cache any valid descriptor, of tables too, whenever it likes --- */

static bool overlap(u64 a, u64 asize, u64 b, u64 bsize)
{
	return a < b + bsize && b < a + asize;
}

/* What may not be cached side by side: two translations of an address that differ in more than rights and AF */
#define RIGHTS	(0x3ULL << 6 | 1ULL << 10 | 1ULL << 54)
static bool conflict(const struct entry *a, const struct entry *b)
{
	if (!overlap(a->ipa, LSIZE(a->level), b->ipa, LSIZE(b->level)))
		return false;
	if (a->table && b->table)
		return a->level == b->level && OA(a->desc) != OA(b->desc);
	if (a->table || b->table) {
		/* A table above a leaf is how it has to be; one at the leaf's level or below is not */
		const struct entry *t = a->table ? a : b, *l = a->table ? b : a;

		return t->level >= l->level;
	}
	return a->level != b->level || a->ipa != b->ipa || ((a->desc ^ b->desc) & ~RIGHTS);
}

static void observe(void)
{
	unsigned int i, j;

	enumerate_vm();
	for (i = 0; i < live.n; i++) {
		bool known = false;

		for (j = 0; j < tlb.n; j++) {
			if (conflict(&live.e[i], &tlb.e[j]))
				unit_fail(__FILE__, __LINE__, "no break before make: %#llx level %d is %#llx, the TLB has %#llx level %d",
					  live.e[i].ipa, live.e[i].level, live.e[i].desc, tlb.e[j].desc, tlb.e[j].level);
			known |= !memcmp(&live.e[i], &tlb.e[j], sizeof(live.e[i]));
		}
		if (!known)
			list_push(&tlb, live.e[i]);
	}
	for (j = 0; j < tlb.n; j++)
		if (tlb.e[j].table && __asan_address_is_poisoned((void *)OA(tlb.e[j].desc)))
			unit_fail(__FILE__, __LINE__, "table of %#llx freed while walks may use it", tlb.e[j].ipa);
}

static u64 local_ipa, local_size;	/* last local invalidation */
static unsigned int local_flushes;

static void tlb_hook(struct loft_vm *v, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	unsigned int i, n = 0;

	CHECK(v == vm);
	observe();
	if (scope == LOFT_TLB_VM) {
		tlb.n = 0;
		return;
	}
	CHECK(!(ipa.val & (PAGE_SIZE - 1)) && !(size & (PAGE_SIZE - 1)) && size);
	/* A hint makes the back end step by the size of that level's leaves */
	CHECK(level < 0 || !((ipa.val | size) & (LSIZE(level) - 1)));
	if (scope == LOFT_TLB_IPA_LOCAL) {
		local_ipa = ipa.val;
		local_size = size;
		local_flushes++;
		return;		/* this models the other CPUs' TLBs */
	}
	CHECK_EQ(scope, LOFT_TLB_IPA);
	for (i = 0; i < tlb.n; i++) {
		struct entry *e = &tlb.e[i];
		bool hit = overlap(ipa.val, size, e->ipa, LSIZE(e->level)) &&
			   (level < 0 || (!e->table && e->level == level));

		/* Cached parts of walks above the range stay valid as long as their table does */
		if (!hit)
			tlb.e[n++] = *e;
	}
	tlb.n = n;
}

/* --- The model --- */

struct mapping {
	u64 ipa, size, pa;
	u32 prot;
	bool af;
};

static struct mapping model[MAX_ENTRIES];
static unsigned int nr_model;
static struct loft_s2cache cache;

static void model_drop(u64 ipa, u64 size)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr_model; i++)
		if (!overlap(model[i].ipa, model[i].size, ipa, size))
			model[n++] = model[i];
	nr_model = n;
}

static struct mapping *model_at(u64 ipa)
{
	unsigned int i;

	for (i = 0; i < nr_model; i++)
		if (overlap(model[i].ipa, model[i].size, ipa, 1))
			return &model[i];
	return NULL;
}

/* The descriptor that the architecture demands for a mapping, spelled out */
static u64 model_desc(const struct mapping *m)
{
	u64 attr = loft_caps.fwb ? 6 : 15, sh = 3;

	if (m->prot & S2_NC)
		attr = 5;
	if (m->prot & S2_DEVICE) {
		attr = 1;
		sh = 0;
	}
	return m->pa | 1 | (m->size == PAGE_SIZE ? 2 : 0) | attr << 2 | sh << 8 |
	       (m->prot & S2_R ? 1ULL << 6 : 0) | (m->prot & S2_W ? 1ULL << 7 : 0) |
	       (m->af ? 1ULL << 10 : 0) | (m->prot & S2_X ? 0 : 1ULL << 54);
}

static void check_lookup(u64 ipa)
{
	struct mapping *m = model_at(ipa);
	host_pa_t pa;
	u64 size;
	u32 prot;
	bool found;

	spin_lock(&vm->stage2.lock);
	found = stage2_lookup(vm, IPA(ipa), &pa, &prot, &size);
	spin_unlock(&vm->stage2.lock);
	CHECK_EQ(found, m != NULL);
	if (!found || !m) {
		/* Nothing at all may be mapped in the hole it reports */
		u64 lo = ALIGN_DOWN(ipa, size);
		unsigned int i;

		for (i = 0; !found && i < nr_model; i++)
			CHECK(!overlap(lo, size, model[i].ipa, model[i].size));
		return;
	}
	CHECK_EQ(pa.val, m->pa + (ipa - m->ipa));
	CHECK_EQ(prot, m->prot);
	CHECK_EQ(size, m->size);
}

/* The whole tree, descriptor by descriptor */
static void check_tree(void)
{
	unsigned int i, leaves = 0, tables = 0;

	observe();
	for (i = 0; i < live.n; i++) {
		struct entry *e = &live.e[i];
		struct mapping *m = model_at(e->ipa);

		if (e->table) {
			tables++;
			continue;
		}
		leaves++;
		if (!m || m->ipa != e->ipa || m->size != LSIZE(e->level)) {
			unit_fail(__FILE__, __LINE__, "leaf at %#llx level %d should not be", e->ipa, e->level);
			continue;
		}
		CHECK_EQ(e->desc, model_desc(m));
	}
	CHECK_EQ(leaves, nr_model);
	CHECK_EQ(tables, vm->stage2.pages);
	/* What is cached has to be true, except for rights: whatever was unmapped must be gone from all TLBs */
	for (i = 0; i < tlb.n; i++) {
		struct entry *e = &tlb.e[i];
		struct mapping *m = model_at(e->ipa);

		if (e->table)
			continue;
		if (!m || m->ipa != e->ipa || m->size != LSIZE(e->level) || OA(e->desc) != m->pa)
			unit_fail(__FILE__, __LINE__, "the TLB still has %#llx level %d", e->ipa, e->level);
		else if ((e->desc >> 7 & 1) && !(m->prot & S2_W))
			unit_fail(__FILE__, __LINE__, "the TLB can still write at %#llx", e->ipa);
	}
	/* A walk that starts from a cached table descriptor must end in the tree */
	for (i = 0; i < tlb.n; i++) {
		unsigned int j;

		if (!tlb.e[i].table)
			continue;
		for (j = 0; j < live.n; j++)
			if (live.e[j].table && OA(live.e[j].desc) == OA(tlb.e[i].desc))
				break;
		CHECK(j < live.n);
	}
}

static void setup(unsigned int ia_bits)
{
	fake_backend_reset();
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	tlb.n = 0;
	nr_model = 0;
	local_flushes = 0;
	CHECK_EQ(stage2_init(vm, ia_bits), 0);
	fake_backend.tlb_flush = tlb_hook;
}

static void teardown(void)
{
	stage2_cache_free(&cache);
	observe();
	stage2_destroy(vm);
	CHECK_EQ(tlb.n, 0);
	CHECK_EQ(fake_pages, 0);
	kfree(vm);
}

static int do_map(u64 ipa, u64 pa, u64 size, u32 prot)
{
	struct mapping *m = model_at(ipa);
	unsigned int flushes;
	int ret;

	spin_lock(&vm->stage2.lock);
	local_flushes = 0;
	flushes = fake_backend.syncs;
	ret = stage2_map(vm, IPA(ipa), HPA(pa), size, prot, &cache);
	spin_unlock(&vm->stage2.lock);
	if (ret == -ENOMEM) {
		/* The block that was in the way may be gone, nothing else */
		enumerate_vm();
		if (m && m->size > size) {
			unsigned int i;

			for (i = 0; i < live.n; i++)
				if (!live.e[i].table && live.e[i].ipa == m->ipa)
					break;
			if (i == live.n)
				model_drop(m->ipa, m->size);
		}
		return ret;
	}
	if (ret)
		return ret;
	if (m && m->ipa == ipa && m->size == size && m->pa == pa && !((m->prot ^ prot) & (S2_DEVICE | S2_NC))) {
		m->prot |= prot;
		m->af = true;
		/* This CPU may hold the old rights */
		CHECK(local_flushes == 1 && local_ipa == ipa && local_size == size);
		return 0;
	}
	CHECK(fake_backend.syncs > flushes);
	model_drop(ipa, size);
	model[nr_model++] = (struct mapping){ ipa, size, pa, prot, true };
	return 0;
}

static void must_map(u64 ipa, u64 pa, u64 size, u32 prot)
{
	CHECK_EQ(stage2_cache_fill(&cache), 0);
	CHECK_EQ(do_map(ipa, pa, size, prot), 0);
}

static void do_unmap(u64 ipa, u64 size)
{
	unsigned int before = nr_model;
	bool ret;

	spin_lock(&vm->stage2.lock);
	ret = stage2_unmap(vm, IPA(ipa), size);
	spin_unlock(&vm->stage2.lock);
	model_drop(ipa, size);
	CHECK(ret || nr_model == before);
}

static void do_wrprotect(u64 ipa, u64 size)
{
	bool any = false, ret;
	unsigned int i;

	spin_lock(&vm->stage2.lock);
	ret = stage2_wrprotect(vm, IPA(ipa), size);
	spin_unlock(&vm->stage2.lock);
	for (i = 0; i < nr_model; i++) {
		if (!overlap(ipa, size, model[i].ipa, model[i].size))
			continue;
		any |= model[i].prot & S2_W;
		model[i].prot &= ~S2_W;
	}
	CHECK_EQ(ret, any);
}

static void do_relax(u64 ipa, u32 prot)
{
	struct mapping *m = model_at(ipa);
	bool ret;

	spin_lock(&vm->stage2.lock);
	local_flushes = 0;
	ret = stage2_relax(vm, IPA(ipa), prot);
	spin_unlock(&vm->stage2.lock);
	CHECK_EQ(ret, m != NULL);
	if (!m)
		return;
	m->prot |= prot;
	m->af = true;
	CHECK(local_flushes == 1 && local_ipa == m->ipa && local_size == m->size);
}

static void do_age(u64 ipa, u64 size, bool clear)
{
	bool any = false, ret;
	unsigned int i;

	spin_lock(&vm->stage2.lock);
	ret = stage2_age(vm, IPA(ipa), size, clear);
	spin_unlock(&vm->stage2.lock);
	for (i = 0; i < nr_model; i++) {
		if (!overlap(ipa, size, model[i].ipa, model[i].size))
			continue;
		any |= model[i].af;
		model[i].af &= !clear;
	}
	CHECK_EQ(ret, any);
}

/* Few places, so that operations meet: the corners of the table, of the large blocks and of the small ones */
static u64 rand_ipa(void)
{
	u64 limit = 1ULL << vm->stage2.ia_bits, n = 1U << STRIDE;
	u64 top[] = { 0, 1, 2, (limit >> LSHIFT(1)) - 1 }, in[] = { 0, 1, 2, n - 1 };
	u64 ipa = 0;

	if (limit > LSIZE(1))
		ipa = top[unit_below(4)] * LSIZE(1);
	return (ipa + in[unit_below(4)] * LSIZE(2) + in[unit_below(3) + unit_below(2)] * PAGE_SIZE) & (limit - 1);
}

static void rand_map(void)
{
	u64 sizes[] = { PAGE_SIZE, PAGE_SIZE, LSIZE(2), LSIZE(2), LSIZE(1) };
	u32 prots[] = { S2_R, S2_R | S2_W, S2_R | S2_X, S2_R | S2_W | S2_X, S2_R | S2_W | S2_DEVICE, S2_R | S2_NC };
	u64 size = sizes[unit_below(5)], ipa, pa;
	u32 prot = prots[unit_below(6)];

	if (!stage2_size_valid(vm, size))
		size = PAGE_SIZE;
	ipa = ALIGN_DOWN(rand_ipa(), size);
	pa = (LSIZE(1) * (1 + unit_below(2)) + (ipa & (LSIZE(1) - 1))) & ((1ULL << 48) - 1);
	pa = ALIGN_DOWN(pa, size);
	if (unit_below(3) == 0)
		while (cache.nr > unit_below(3))
			free_page(cache.page[--cache.nr]);
	if (do_map(ipa, pa, size, prot) == -ENOMEM) {
		CHECK(cache.nr < 3);
		check_tree();
		must_map(ipa, pa, size, prot);
	}
}

static void rand_range(u64 *ipa, u64 *size)
{
	u64 a = rand_ipa(), b = rand_ipa();

	*ipa = min(a, b);
	*size = unit_below(2) ? max(a, b) - *ipa + PAGE_SIZE : PAGE_SIZE << unit_below(STRIDE + 2);
	*size = min(*size, (1ULL << vm->stage2.ia_bits) - *ipa);
}

static void random_ops(unsigned int ia_bits, unsigned int n)
{
	u64 ipa, size;

	setup(ia_bits);
	while (n--) {
		rand_range(&ipa, &size);
		switch (unit_below(16)) {
		case 0 ... 7:
			rand_map();
			break;
		case 8:
		case 9:
			do_unmap(ipa, size);
			break;
		case 10:
		case 11:
			do_wrprotect(ipa, size);
			break;
		case 12:
		case 13:
			do_relax(rand_ipa() + unit_below(PAGE_SIZE), 1 + unit_below(7));
			break;
		default:
			do_age(ipa, size, unit_below(2));
		}
		check_tree();
		check_lookup(rand_ipa() + unit_below(PAGE_SIZE));
	}
	teardown();
}

TEST(stage2_geometry)
{
	unsigned int ia_bits;

	for (ia_bits = 32; ia_bits <= 48; ia_bits++) {
		struct loft_stage2 *s2;
		unsigned int bits;
		int start;

		setup(ia_bits);
		s2 = &vm->stage2;
		CHECK_EQ(s2->vtcr & 63, 64 - ia_bits);
		start = arch_start(s2->vtcr);
		CHECK_EQ(start, s2->start_level);
		CHECK(start >= 0 && start <= 3);
		bits = ia_bits - LSHIFT(start);
		/* At most 16 tables in a row, one level less would need more, and the row is aligned to its size */
		CHECK(bits >= 1 && bits <= STRIDE + 4);
		CHECK(start == 3 || ia_bits - LSHIFT(start + 1) > STRIDE + 4);
		CHECK_EQ(s2->root_pages, bits > STRIDE ? 1U << (bits - STRIDE) : 1);
		CHECK(!(s2->root_pa.val & (s2->root_pages * PAGE_SIZE - 1)));
		teardown();
	}
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	CHECK_EQ(stage2_init(vm, 31), -EINVAL);
	CHECK_EQ(stage2_init(vm, 49), -EINVAL);
	fake_alloc_fail = 1;
	CHECK_EQ(stage2_init(vm, 40), -ENOMEM);
	fake_alloc_fail = -1;
	stage2_destroy(vm);
	kfree(vm);
}

TEST(stage2_bad_arguments)
{
	setup(40);
	CHECK_EQ(stage2_cache_fill(&cache), 0);
	spin_lock(&vm->stage2.lock);
	CHECK_EQ(stage2_map(vm, IPA(0x800), HPA(0), PAGE_SIZE, S2_R, &cache), -EINVAL);
	CHECK_EQ(stage2_map(vm, IPA(0), HPA(0x800), PAGE_SIZE, S2_R, &cache), -EINVAL);
	CHECK_EQ(stage2_map(vm, IPA(0), HPA(0), 2 * PAGE_SIZE, S2_R, &cache), -EINVAL);
	CHECK_EQ(stage2_map(vm, IPA(PAGE_SIZE), HPA(0), LSIZE(2), S2_R, &cache), -EINVAL);
	CHECK_EQ(stage2_map(vm, IPA(0), HPA(1ULL << 48), PAGE_SIZE, S2_R, &cache), -EINVAL);
	CHECK_EQ(stage2_map(vm, IPA(1ULL << 40), HPA(0), PAGE_SIZE, S2_R, &cache), -ERANGE);
	CHECK_EQ(stage2_unmap(vm, IPA(1ULL << 40), PAGE_SIZE), false);
	CHECK_EQ(stage2_unmap(vm, IPA((1ULL << 40) - PAGE_SIZE), 2 * PAGE_SIZE), false);
	spin_unlock(&vm->stage2.lock);
	CHECK_EQ(stage2_size_valid(vm, LSIZE(2)), true);
	CHECK_EQ(stage2_size_valid(vm, LSIZE(1)), PAGE_SHIFT == 12);
	CHECK_EQ(stage2_size_valid(vm, LSIZE(0)), false);
	check_tree();
	CHECK_EQ(vm->stage2.pages, 0);
	teardown();
}

TEST(stage2_cache_failures)
{
	int n;

	setup(48);
	for (n = 1; n <= S2CACHE_MAX; n++) {
		stage2_cache_free(&cache);
		fake_alloc_fail = n;
		CHECK_EQ(stage2_cache_fill(&cache), -ENOMEM);
		CHECK_EQ(cache.nr, n - 1);
		fake_alloc_fail = -1;
	}
	CHECK_EQ(stage2_cache_fill(&cache), 0);
	CHECK_EQ(cache.nr, S2CACHE_MAX);
	teardown();
}

TEST(stage2_block_to_table_and_back)
{
	u64 pa = 4 * LSIZE(2);

	setup(40);
	must_map(0, pa, LSIZE(2), S2_R | S2_W);
	check_tree();
	must_map(5 * PAGE_SIZE, pa + 5 * PAGE_SIZE, PAGE_SIZE, S2_R | S2_W);
	check_tree();
	must_map(6 * PAGE_SIZE, 0x9000ULL << PAGE_SHIFT, PAGE_SIZE, S2_R);
	check_tree();
	must_map(6 * PAGE_SIZE, 0xa000ULL << PAGE_SHIFT, PAGE_SIZE, S2_R);
	check_tree();
	must_map(0, pa, LSIZE(2), S2_R);
	check_tree();
	CHECK_EQ(nr_model, 1);
	do_unmap(LSIZE(2) - PAGE_SIZE, 2 * PAGE_SIZE);
	check_tree();
	CHECK_EQ(nr_model, 0);
	teardown();
}

TEST(stage2_tables_go_with_their_range)
{
	unsigned int i;

	setup(40);
	for (i = 0; i < 70; i++)
		must_map(i * LSIZE(2) + PAGE_SIZE, (1ULL + i) << PAGE_SHIFT, PAGE_SIZE, S2_R);
	check_tree();
	CHECK(vm->stage2.pages >= 70);
	fake_backend.flushes = 0;
	do_unmap(0, 70 * LSIZE(2));
	check_tree();
	CHECK(vm->stage2.pages <= 1);
	/* One invalidation for many tables, not one each */
	CHECK(fake_backend.flushes <= 4);
	teardown();
}

TEST(stage2_random_40_bits)
{
	random_ops(40, 4000);
}

TEST(stage2_random_32_bits)
{
	random_ops(32, 3000);
}

TEST(stage2_random_48_bits)
{
	random_ops(48, 3000);
}

TEST(stage2_random_other_widths)
{
	unsigned int ia_bits;

	for (ia_bits = 33; ia_bits < 48; ia_bits += 2)
		random_ops(ia_bits, 400);
}

TEST(stage2_forced_write_back)
{
	setup(40);
	loft_caps.fwb = true;
	must_map(0, LSIZE(2), PAGE_SIZE, S2_R | S2_W);
	must_map(PAGE_SIZE, LSIZE(2), PAGE_SIZE, S2_R | S2_DEVICE);
	must_map(2 * PAGE_SIZE, LSIZE(2), PAGE_SIZE, S2_R | S2_NC);
	check_tree();
	check_lookup(0);
	check_lookup(PAGE_SIZE);
	check_lookup(2 * PAGE_SIZE);
	teardown();
}
