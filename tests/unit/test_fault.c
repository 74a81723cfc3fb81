// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 faults on a fake host: what is mapped, with which rights and after which cache maintenance, what goes to the
 * guest as an exception and what to userspace.
 *
 * Links: virt/fault.c virt/memslot.c virt/stage2.c
 * Flags: -include fake_mm.h
 */
#include <unit.h>
#include <asm/esr.h>
#include <fake_backend.h>
#include "hostwalk.h"
#include "memslot.h"

#define HVA		0x7000000000ULL
#define GFN(g)		((u64)(g) << PAGE_SHIFT)
#define PA		(5ULL << 30)

struct fake_host fake_host;
struct page fake_page;
struct vm_area_struct fake_vma;

static struct loft_vm *vm;
static struct loft_vcpu *vcpu;
static int verdict, err;

static struct {
	unsigned int dabt, iabt, walk_d, walk_i, size, mmio, hole, skip;
} seen;

void inject_dabt(struct loft_vcpu *v, guest_va_t far)
{
	seen.dabt++;
}

void inject_iabt(struct loft_vcpu *v, guest_va_t far)
{
	seen.iabt++;
}

void inject_abt_walk(struct loft_vcpu *v, bool iabt, guest_va_t far, unsigned int level)
{
	seen.walk_i += iabt;
	seen.walk_d += !iabt;
}

void inject_size_fault(struct loft_vcpu *v, bool iabt, guest_va_t far)
{
	seen.size++;
}

u64 hostwalk_size(struct mm_struct *mm, unsigned long hva)
{
	return fake_host.size;
}

struct page *hostwalk_get(struct mm_struct *mm, unsigned long hva, bool write)
{
	struct page *page = NULL;

	if (!fake_host.anon || fake_host.size != PAGE_SIZE || (write && !fake_host.fast_writable))
		return NULL;
	fake_host.walks++;
	fake_gup(hva, &page, write ? FOLL_WRITE : 0, 1);
	return page;
}

enum loft_verdict mmio_handle(struct loft_vcpu *v, int *e)
{
	seen.mmio++;
	return LOFT_USER;
}

enum loft_verdict mmio_hole(struct loft_vcpu *v)
{
	seen.hole++;
	return LOFT_USER;
}

void vcpu_skip_insn(struct loft_vcpu *v)
{
	seen.skip++;
}

/* Mapping at a guest frame: rights, or 0 */
static u32 mapped(u64 gfn, u64 *pa, u64 *size)
{
	host_pa_t hpa;
	u32 prot = 0;
	bool found;

	spin_lock(&vm->stage2.lock);
	found = stage2_lookup(vm, IPA(GFN(gfn)), &hpa, &prot, size);
	spin_unlock(&vm->stage2.lock);
	if (found && pa)
		*pa = hpa.val;
	return found ? prot : 0;
}

static u32 prot_at(u64 gfn)
{
	u64 size;

	return mapped(gfn, NULL, &size);
}

static u64 poc_bytes, exec_bytes, poc_first;

static void cache_hook(enum loft_cache_op op, void *va, size_t size)
{
	if (op == LOFT_CACHE_POC) {
		if (!poc_bytes)
			poc_first = virt_to_phys(va);
		poc_bytes += size;
	} else {
		exec_bytes += size;
	}
}

static void slot(u32 id, u32 flags, u64 gfn, u64 npages, u64 hva)
{
	struct kvm_userspace_memory_region mem = {
		.slot = id, .flags = flags, .guest_phys_addr = GFN(gfn), .memory_size = GFN(npages),
		.userspace_addr = hva,
	};

	CHECK_EQ(memslot_set(vm, &mem), 0);
}

static void setup(void)
{
	fake_backend_reset();
	fake_backend.cache = cache_hook;
	fake_host = (struct fake_host){
		.pa = PA + GFN(3), .slow = 1, .size = PAGE_SIZE, .ram = true, .fast_writable = true,
		.anon = true,
	};
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	vm->mm = current->mm;
	CHECK_EQ(memslots_init(vm), 0);
	CHECK_EQ(stage2_init(vm, 40), 0);
	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	vcpu->vm = vm;
	slot(0, 0, 0, 1024, HVA);
	slot(1, KVM_MEM_READONLY, 2048, 16, HVA);
}

static void teardown(void)
{
	CHECK_EQ(fake_host.refs, 0);
	CHECK_EQ(fake_host.mmap_locks, 0);
	stage2_cache_free(&vcpu->s2cache);
	stage2_destroy(vm);
	memslots_destroy(vm);
	CHECK_EQ(fake_pages, 0);
	kfree(vcpu);
	kfree(vm);
}

#define READ	0
#define WRITE	ESR_ELx_WNR
#define EXEC	(1ULL << 40)	/* not a bit of the syndrome */
#define WALK	(1ULL << 41)

static void fault_at(u64 ipa, u64 fsc, u64 how)
{
	u64 ec = how & EXEC ? ESR_ELx_EC_IABT_LOW : ESR_ELx_EC_DABT_LOW;

	memset(&seen, 0, sizeof(seen));
	poc_bytes = 0;
	exec_bytes = 0;
	err = 0;
	vcpu->exit = (struct loft_exit){
		.kind = LOFT_EXIT_SYNC, .ipa = IPA(ipa), .far = GVA(0x1234),
		.esr = ec << ESR_ELx_EC_SHIFT | fsc | (how & ~(EXEC | WALK)),
		.flags = how & WALK ? LOFT_EXIT_F_S1PTW : 0,
	};
	verdict = fault_handle(vcpu, &err);
}

static void fault(u64 gfn, u64 fsc, u64 how)
{
	fault_at(GFN(gfn) + 0x128, fsc, how);
}

static bool nothing_seen(void)
{
	static const typeof(seen) none;

	return !memcmp(&seen, &none, sizeof(seen)) && verdict == LOFT_RESUME && !err;
}

#define TRANS	ESR_ELx_FSC_FAULT_L(3)
#define PERM	ESR_ELx_FSC_PERM_L(3)

TEST(fault_read_of_a_writable_page)
{
	u64 pa = 0, size;

	setup();
	fault(3, TRANS, READ);
	CHECK(nothing_seen());
	CHECK_EQ(fake_host.hva, HVA + GFN(3));
	CHECK_EQ(mapped(3, &pa, &size), S2_R | S2_W);
	CHECK(pa == fake_host.pa && size == PAGE_SIZE);
	CHECK(poc_bytes == PAGE_SIZE && poc_first == fake_host.pa && !exec_bytes);
	CHECK(fake_host.dirty == 1 && fake_host.accessed == 1 && fake_host.walks == 1);
	/* Another kind of memory is the kernel's to find */
	fake_host.anon = false;
	fault(4, TRANS, WRITE);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(4), S2_R | S2_W);
	CHECK(fake_host.hva == HVA + GFN(4) && fake_host.walks == 1);
	/* What is not writable yet is not to be found writable */
	fake_host.anon = true;
	fake_host.fast_writable = false;
	fault(5, TRANS, READ);
	CHECK_EQ(prot_at(5), S2_R);
	CHECK_EQ(fake_host.walks, 1);
	teardown();
}

TEST(fault_rights_come_one_by_one)
{
	setup();
	fake_host.fast_writable = false;
	fault(3, TRANS, READ);
	CHECK(!(fake_host.flags & FOLL_WRITE));
	CHECK_EQ(prot_at(3), S2_R);
	CHECK_EQ(fake_host.dirty, 0);
	fault(3, PERM, WRITE);
	CHECK(fake_host.flags & FOLL_WRITE);
	CHECK_EQ(prot_at(3), S2_R | S2_W);
	/* The guest has the page already: cleaning it again would be for nothing */
	CHECK_EQ(poc_bytes, 0);
	CHECK_EQ(fake_host.dirty, 1);
	fault(3, PERM, EXEC);
	CHECK_EQ(prot_at(3), S2_R | S2_W | S2_X);
	CHECK(exec_bytes == PAGE_SIZE && !poc_bytes);
	/* Somebody else was faster: no need to ask the host */
	fake_host.hva = 0;
	fault(3, PERM, EXEC);
	CHECK(nothing_seen() && !fake_host.hva && !exec_bytes);
	teardown();
}

TEST(fault_exec_first)
{
	setup();
	fake_host.fast_writable = false;
	fault(3, TRANS, EXEC);
	CHECK_EQ(prot_at(3), S2_R | S2_X);
	CHECK(exec_bytes == PAGE_SIZE && poc_bytes == PAGE_SIZE);
	loft_caps.fwb = true;
	fault(4, TRANS, EXEC);
	CHECK(exec_bytes == PAGE_SIZE && !poc_bytes);
	teardown();
}

static void cow_hook(void)
{
	fake_host.pa = PA + GFN(77);
	spin_lock(&vm->stage2.lock);
	stage2_unmap(vm, IPA(GFN(3)), PAGE_SIZE);
	spin_unlock(&vm->stage2.lock);
}

TEST(fault_write_that_copies)
{
	u64 pa = 0, size;

	setup();
	fake_host.fast_writable = false;
	fault(3, TRANS, EXEC);
	fake_host.hook = cow_hook;
	fault(3, PERM, WRITE);
	/* Another page: clean it, and it is not executable because the old one was */
	CHECK_EQ(mapped(3, &pa, &size), S2_R | S2_W);
	CHECK(pa == PA + GFN(77) && poc_bytes == PAGE_SIZE && poc_first == pa);
	teardown();
}

static void seq_hook(void)
{
	vm->mn_seq++;
}

static void active_hook(void)
{
	vm->mn_active = 1;
	vm->mn_start = HVA + GFN(100);
	vm->mn_end = HVA + GFN(101);
}

TEST(fault_races_with_the_host)
{
	setup();
	fake_host.hook = seq_hook;
	fault(3, TRANS, WRITE);
	CHECK(nothing_seen() && !prot_at(3));
	CHECK(!fake_host.dirty && !fake_host.accessed);
	/* Under way, elsewhere: no reason to wait; in the block that would be mapped: one */
	fake_host.hook = active_hook;
	fault(3, TRANS, WRITE);
	CHECK_EQ(prot_at(3), S2_R | S2_W);
	fault(100, TRANS, WRITE);
	CHECK(nothing_seen() && !prot_at(100));
	fake_host.size = PMD_SIZE;
	fault(5, TRANS, WRITE);
	CHECK(nothing_seen() && !prot_at(5));
	fault(PMD_SIZE >> PAGE_SHIFT, TRANS, WRITE);
	CHECK_EQ(prot_at(PMD_SIZE >> PAGE_SHIFT), S2_R | S2_W);
	teardown();
}

TEST(fault_blocks)
{
	u64 pa = 0, size, per = PMD_SIZE >> PAGE_SHIFT;

	setup();
	fake_host.size = PMD_SIZE;
	fault(3, TRANS, READ);
	CHECK_EQ(mapped(0, &pa, &size), S2_R | S2_W);
	CHECK(size == PMD_SIZE && pa == PA && poc_bytes == PMD_SIZE && poc_first == PA);
	/* 1 GiB does not fit into the slot, a block does */
	fake_host.size = PUD_SIZE;
	fake_host.pa = PA + PMD_SIZE + GFN(1);
	fault(per + 1, TRANS, READ);
	CHECK(mapped(per, &pa, &size) && size == PMD_SIZE && pa == PA + PMD_SIZE);
	/* Not at the same place in the block on both sides */
	fake_host.size = PMD_SIZE;
	slot(2, 0, 12 * per, 2 * per, HVA + GFN(1));
	fault(12 * per + 1, TRANS, READ);
	CHECK(mapped(12 * per + 1, &pa, &size) && size == PAGE_SIZE);
	/* The slot ends, or begins, within the block */
	slot(3, 0, 16 * per, per - 1, HVA);
	slot(4, 0, 20 * per + 1, per - 1, HVA + GFN(1));
	fault(16 * per + 1, TRANS, READ);
	CHECK(mapped(16 * per + 1, &pa, &size) && size == PAGE_SIZE);
	fault(20 * per + 1, TRANS, READ);
	CHECK(mapped(20 * per + 1, &pa, &size) && size == PAGE_SIZE);
	/* All of a large slot */
	fake_host.size = PUD_SIZE;
	fake_host.pa = PA + GFN(9);
	slot(5, 0, 4ULL << 18, 1 << 18, HVA & ~(PUD_SIZE - 1));
	fault((4ULL << 18) + 9, TRANS, EXEC);
	CHECK(mapped((4ULL << 18) + 100, &pa, &size) && size == PUD_SIZE && pa == PA + GFN(100));
	CHECK(poc_bytes == PUD_SIZE && exec_bytes == PUD_SIZE);
	teardown();
}

TEST(fault_while_logging)
{
	unsigned long bits[16];
	struct kvm_dirty_log log = { .slot = 2, .dirty_bitmap = bits };
	u64 pa, size;

	setup();
	slot(2, KVM_MEM_LOG_DIRTY_PAGES, 1024, 1024, HVA);
	fake_host.size = PMD_SIZE;
	fake_host.pa = PA + GFN(5);
	fault(1029, TRANS, READ);
	/* Writable in the host, but the first write has to be seen; and a page of it, not a block */
	CHECK(mapped(1029, &pa, &size) == S2_R && size == PAGE_SIZE);
	CHECK_EQ(memslot_dirty_log(vm, &log), 0);
	CHECK(!bits[0]);
	fault(1029, PERM, WRITE);
	CHECK_EQ(prot_at(1029), S2_R | S2_W);
	CHECK_EQ(memslot_dirty_log(vm, &log), 0);
	CHECK_EQ(bits[0], 1UL << 5);
	CHECK_EQ(prot_at(1029), S2_R);
	teardown();
}

TEST(fault_outside_of_memory)
{
	setup();
	fault(1500, TRANS, READ);
	CHECK(seen.mmio == 1 && verdict == LOFT_USER);
	fault(1500, TRANS, WRITE);
	CHECK(seen.mmio == 1);
	fault(1500, TRANS, WRITE | ESR_ELx_CM);
	CHECK(seen.skip == 1 && !seen.mmio && verdict == LOFT_RESUME);
	fault(1500, TRANS, EXEC);
	CHECK(seen.iabt == 1 && !seen.mmio && verdict == LOFT_RESUME);
	fault(1500, TRANS, READ | WALK);
	CHECK(seen.walk_d == 1 && !seen.mmio && verdict == LOFT_RESUME);
	fault(1500, TRANS, EXEC | WALK);
	CHECK(seen.walk_i == 1 && !seen.iabt);
	/* Read-only: reads are memory, writes are not */
	fault(2050, TRANS, READ);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(2050), S2_R);
	fault(2050, PERM, WRITE);
	CHECK(seen.mmio == 1);
	fault(2050, PERM, READ | WALK);
	CHECK(seen.walk_d == 1);
	CHECK_EQ(prot_at(2050), S2_R);
	teardown();
}

/* What mmio.c does once the vGIC, too, knows nothing of the address */
static void note_hole(void)
{
	vcpu->mmio.hole = vcpu->exit.ipa.val >> LOFT_MMIO_HOLE_SHIFT;
	vcpu->mmio.hole_gen = vcpu->mmio.slots_gen;
}

TEST(fault_in_a_known_hole)
{
	setup();
	fault(1500, TRANS, READ | ESR_ELx_ISV);
	CHECK(seen.mmio == 1 && !seen.hole && vcpu->mmio.slots_gen);
	note_hole();
	fault(1500, TRANS, WRITE | ESR_ELx_ISV);
	CHECK(seen.hole == 1 && !seen.mmio && verdict == LOFT_USER);
	/* Without a syndrome, elsewhere, with another reason or by a table walk it is nothing of the kind */
	fault(1500, TRANS, READ);
	CHECK(seen.mmio == 1 && !seen.hole);
	fault(1501, TRANS, READ | ESR_ELx_ISV);
	CHECK(seen.mmio == 1 && !seen.hole);
	fault(1500, ESR_ELx_FSC_EXTABT, READ | ESR_ELx_ISV);
	CHECK(seen.dabt == 1 && !seen.hole);
	fault(1500, TRANS, READ | WALK);
	CHECK(seen.walk_d == 1 && !seen.hole);
	/* Slots come and go */
	slot(2, 0, 1500, 1, HVA);
	fault(1500, TRANS, READ | ESR_ELx_ISV);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(1500), S2_R | S2_W);
	slot(2, 0, 1500, 0, HVA);
	fault(1500, TRANS, READ | ESR_ELx_ISV);
	CHECK(seen.mmio == 1 && !seen.hole);
	/* A read-only slot is none, though writes to it go where those to a hole do */
	fault(2050, PERM, WRITE | ESR_ELx_ISV);
	CHECK(seen.mmio == 1 && !vcpu->mmio.slots_gen);
	teardown();
}

TEST(fault_of_a_table_walk)
{
	setup();
	fake_host.fast_writable = false;
	/* WnR is the instruction's: a store's walk reads, and does not need a writable page */
	fault(3, TRANS, WRITE | WALK);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(3), S2_R);
	/* Readable, and yet too little: the hardware updates the guest's table. A fetch's walk fetches nothing */
	fault(3, PERM, EXEC | WALK);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(3), S2_R | S2_W);
	teardown();
}

TEST(fault_that_the_host_cannot_serve)
{
	setup();
	fake_host.fast_writable = false;
	fake_host.slow = -EFAULT;
	fault(3, TRANS, READ);
	CHECK(verdict == LOFT_USER && err == -EFAULT);
	fake_host.slow = 0;
	fault(3, TRANS, READ);
	CHECK(verdict == LOFT_USER && err == -EFAULT);
	fake_host.slow = -EHWPOISON;
	fault(3, TRANS, READ);
	CHECK(nothing_seen() && fake_host.signals == 1);
	fake_host.slow = -EINTR;
	fault(3, TRANS, READ);
	CHECK(nothing_seen());
	fake_host.slow = -ENOMEM;
	fault(3, TRANS, READ);
	CHECK(verdict == LOFT_USER && err == -ENOMEM);
	fake_host.slow = 1;
	stage2_cache_free(&vcpu->s2cache);
	fake_alloc_fail = 2;
	fault(3, TRANS, READ);
	fake_alloc_fail = -1;
	CHECK(verdict == LOFT_USER && err == -ENOMEM);
	CHECK(!prot_at(3));
	teardown();
}

TEST(fault_memory_without_pages)
{
	setup();
	fake_host.fast_writable = false;
	fake_host.slow = -EFAULT;
	fake_host.vm_flags = VM_PFNMAP | VM_READ;
	fake_host.pfnmap = true;
	fake_host.ram = false;
	fake_host.prot = FAKE_PROT_DEVICE;
	fault(3, TRANS, READ);
	CHECK(nothing_seen());
	CHECK_EQ(prot_at(3), S2_R | S2_DEVICE);
	CHECK_EQ(poc_bytes, 0);
	fault(4, TRANS, EXEC);
	CHECK(seen.iabt == 1 && verdict == LOFT_RESUME && !prot_at(4));
	/* No right to write: not even asked of the host */
	fault(4, TRANS, WRITE);
	CHECK(verdict == LOFT_USER && err == -EFAULT && !fake_host.fixups);
	fake_host.vm_flags |= VM_WRITE;
	/* Not filled in yet, or not for writing: have it done and come again */
	fault(4, TRANS, WRITE);
	CHECK(nothing_seen() && fake_host.fixups == 1 && fake_host.flags & FAULT_FLAG_WRITE);
	CHECK(!prot_at(4));
	fake_host.pfnmap_writable = true;
	fake_host.prot = FAKE_PROT_WC;
	fault(4, TRANS, WRITE);
	CHECK_EQ(prot_at(4), S2_R | S2_W | S2_NC);
	fake_host.prot = FAKE_PROT_NONCACHED;
	fake_host.ram = true;
	fault(5, TRANS, WRITE);
	CHECK_EQ(prot_at(5), S2_R | S2_W | S2_DEVICE);
	/* Cached by the host, but not RAM: not for the guest */
	fake_host.prot = FAKE_PROT_CACHED;
	fake_host.ram = false;
	fault(6, TRANS, WRITE);
	CHECK_EQ(prot_at(6), S2_R | S2_W | S2_DEVICE);
	fake_host.ram = true;
	fault(7, TRANS, WRITE);
	CHECK_EQ(prot_at(7), S2_R | S2_W);
	CHECK_EQ(poc_bytes, PAGE_SIZE);
	/* Reads: writable along with it, but not where writes are not memory */
	fault(9, TRANS, READ);
	CHECK_EQ(prot_at(9), S2_R | S2_W);
	fault(2052, TRANS, READ);
	CHECK_EQ(prot_at(2052), S2_R);
	/* Not that kind of VMA: somebody else's reason to fail */
	fake_host.vm_flags = VM_READ | VM_WRITE;
	fault(10, TRANS, READ);
	CHECK(verdict == LOFT_USER && err == -EFAULT);
	fake_host.vm_flags = VM_IO | VM_READ | VM_WRITE;
	fake_host.pfnmap = false;
	fake_host.fixup = -EFAULT;
	fault(8, TRANS, WRITE);
	CHECK(verdict == LOFT_USER && err == -EFAULT);
	teardown();
}

TEST(fault_codes)
{
	setup();
	vcpu->exit.flags = 0;
	fault(3, ESR_ELx_FSC_EXTABT, READ);
	CHECK(seen.dabt == 1 && verdict == LOFT_RESUME && !prot_at(3));
	fault(3, ESR_ELx_FSC_SEA_TTW(2), EXEC);
	CHECK(seen.iabt == 1 && verdict == LOFT_RESUME);
	fault(3, 0x35, WRITE);
	CHECK(seen.dabt == 1);
	fake_backend.flushes = 0;
	fault(3, 0x30, READ);
	CHECK(nothing_seen() && fake_backend.flushes == 1);
	/* Between the VM's width and the machine's: nobody answers. Beyond that there are no addresses */
	fault_at(1ULL << 40, ESR_ELx_FSC_FAULT_L(0), READ);
	CHECK(seen.dabt == 1 && !seen.size);
	fault_at(1ULL << 40, ESR_ELx_FSC_FAULT_L(0), EXEC);
	CHECK(seen.iabt == 1);
	fault_at(1ULL << 48, ESR_ELx_FSC_FAULT_L(0), READ);
	CHECK(seen.size == 1 && !seen.dabt && verdict == LOFT_RESUME);
	fault(3, TRANS, READ);
	spin_lock(&vm->stage2.lock);
	stage2_age(vm, IPA(GFN(3)), PAGE_SIZE, true);
	CHECK(!stage2_age(vm, IPA(GFN(3)), PAGE_SIZE, false));
	spin_unlock(&vm->stage2.lock);
	fault(3, ESR_ELx_FSC_ACCESS_L(3), READ);
	CHECK(nothing_seen());
	spin_lock(&vm->stage2.lock);
	CHECK(stage2_age(vm, IPA(GFN(3)), PAGE_SIZE, false));
	spin_unlock(&vm->stage2.lock);
	vcpu->exit.flags = LOFT_EXIT_F_NO_IPA;
	fake_host.hva = 0;
	CHECK_EQ(fault_handle(vcpu, &err), LOFT_RESUME);
	CHECK(!fake_host.hva);
	teardown();
}

TEST(fault_in_a_slot_on_its_way_out)
{
	setup();
	vm->memslots->slot[0].flags |= LOFT_SLOT_INVALID;
	fault(3, TRANS, READ);
	CHECK(nothing_seen() && !prot_at(3));
	teardown();
}

TEST(fault_flush_cleans_what_is_mapped)
{
	setup();
	fault(3, TRANS, READ);
	fault(700, TRANS, READ);
	fake_host.slow = -EFAULT;
	fake_host.fast_writable = false;
	fake_host.vm_flags = VM_PFNMAP | VM_READ;
	fake_host.pfnmap = true;
	fake_host.prot = FAKE_PROT_DEVICE;
	fault(9, TRANS, READ);
	CHECK_EQ(prot_at(9), S2_R | S2_DEVICE);
	poc_bytes = 0;
	fault_flush_vm(vm);
	CHECK_EQ(poc_bytes, 2 * PAGE_SIZE);
	teardown();
}
