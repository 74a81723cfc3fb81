// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: where its instruction comes from, when it is believed, where its bytes are, and how
 * it is carried out.
 *
 * Links: virt/insn.c virt/ldst.c virt/guestmem.c virt/walk.c virt/insn_a64.c virt/insn_a64_simd.c virt/insn_a64_atomic.c virt/insn_a32.c virt/insn_t32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "abi.h"
#include "insn.h"
#include "memslot.h"

#define PC_IPA		0x40001230ULL
#define BASE		0xffff000012345000ULL
#define DEVICE_IPA	0x0a000000ULL

/* LDR x2, [x1], #8; STP x2, x3, [x1, #-16]!; LDP q2, q3, [x1]; LDR b2, [x1]; LDR x2, [sp, #8]!; the others as named */
#define LDR_POST	0xf8408422
#define STP_PRE		0xa9bf0c22
#define LDP_Q		0xad400c22
#define LDR_B		0x3d400022
#define LDXR		0xc85f7c22
#define LDR_SP_PRE	0xf8408fe2
#define LDP		0xa9400c22	/* x2, x3, [x1] */
#define STP		0xa9000c22
#define LDADD		0xf8240022	/* x4, x2, [x1] */
#define CAS		0xc8a47c22	/* x4, x2, [x1] */
#define DC_ZVA		0xd50b7421	/* x1 */

static struct loft_vm vm;
static struct loft_vcpu *vcpu;
static struct {
	struct loft_memslots slots;
	struct loft_memslot slot;
} memory;
/* Code, four tables, data */
static u8 page[6 * PAGE_SIZE] __aligned(PAGE_SIZE);
static unsigned int evicted;
static struct kvm_run run;

/* One slot */
struct loft_memslot *memslot_find(struct loft_memslots *slots, u64 gfn)
{
	return gfn - memory.slot.base_gfn < memory.slot.npages ? &memory.slot : NULL;
}

void memslot_mark_dirty(struct loft_memslot *slot, u64 gfn)
{
	if (slot->dirty)
		set_bit(gfn - slot->base_gfn, slot->dirty);
}

void vcpu_evict(struct loft_vcpu *v)
{
	evicted++;
}

/* What was injected */
static struct {
	u64 far;
	u8 status;
	bool write;
} injected;

void inject_dabt_status(struct loft_vcpu *v, guest_va_t far, u8 status, bool write)
{
	injected.far = far.val;
	injected.status = status;
	injected.write = write;
}

static unsigned int skipped;

void vcpu_skip_insn(struct loft_vcpu *v)
{
	skipped++;
}

u64 read_sanitised_ftr_reg(u32 id)
{
	return id == SYS_DCZID_EL0 ? 4 : 0;
}

/* A device of 64 bytes, and the accesses that it has seen */
static u8 device[128];
static struct {
	u64 ipa;
	u8 len;
	bool write;
} seen[300];
static unsigned int nr_seen;

bool mmio_in_kernel(struct loft_vcpu *v, ipa_t ipa, unsigned int len, bool write, u64 *val)
{
	u8 *at = device + ipa.val % sizeof(device);

	if (nr_seen < ARRAY_SIZE(seen)) {
		seen[nr_seen].ipa = ipa.val;
		seen[nr_seen].len = len;
		seen[nr_seen].write = write;
	}
	nr_seen++;
	memcpy(write ? (void *)at : val, write ? (void *)val : at, len);
	return true;
}

void mmio_to_user(struct loft_vcpu *v, ipa_t ipa, unsigned int len, bool write, u64 val)
{
}

/* The guest faulted at @far on @insn, as a write or not */
static void fault(u32 insn, u64 far, bool write)
{
	static struct loft_vcpu fresh;

	fresh = (struct loft_vcpu){ .vm = &vm, .regs.pstate = PSR_MODE_EL1h };
	vcpu = &fresh;
	vcpu->run = &run;
	evicted = skipped = nr_seen = 0;
	memset(page, 0, sizeof(page));
	vm.stage2.ia_bits = 40;
	memset(&injected, 0, sizeof(injected));
	memory.slot = (struct loft_memslot){
		.base_gfn = PC_IPA >> PAGE_SHIFT, .npages = 6, .hva = (unsigned long)page,
	};
	rcu_assign_pointer(vm.memslots, &memory.slots);
	memcpy(page + (PC_IPA & (PAGE_SIZE - 1)), &insn, sizeof(insn));
	vcpu->regs.x[1] = BASE;
	vcpu->regs.sys[LOFT_SP_EL1] = BASE + 0x100;
	vcpu->exit.flags = LOFT_EXIT_F_INSN;
	vcpu->exit.insn = IPA(PC_IPA);
	vcpu->exit.far = GVA(far);
	vcpu->exit.ipa = IPA(DEVICE_IPA | (far & 0xfff));
	vcpu->exit.esr = (u64)ESR_ELx_EC_DABT_LOW << ESR_ELx_EC_SHIFT | (write ? ESR_ELx_WNR : 0);
}

TEST(post_indexed_load)
{
	const struct ldst_insn *op;

	fault(LDR_POST, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	op = &vcpu->ldst.insn;
	CHECK(op->kind == LDST_LOAD && !op->fp && op->sf && op->wback);
	CHECK_EQ(op->size, 8);
	CHECK_EQ(op->nr, 1);
	CHECK_EQ(op->rt[0], 2);
	CHECK_EQ(op->rn, 1);
	CHECK_EQ(op->moved, BASE + 8);
	CHECK_EQ(vcpu->ldst.ipa[0].val, DEVICE_IPA);
	CHECK_EQ(vcpu->ldst.first, 8);
}

TEST(pre_indexed_pair)
{
	const struct ldst_insn *op;

	fault(STP_PRE, BASE + 0x10, true);
	vcpu->regs.x[1] = BASE + 0x20;
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	op = &vcpu->ldst.insn;
	CHECK(op->kind == LDST_STORE && op->wback);
	CHECK_EQ(op->nr, 2);
	CHECK_EQ(op->rt[1], 3);
	CHECK_EQ(op->moved, BASE + 0x10);
}

TEST(pair_of_128_bit_registers_takes_four_accesses)
{
	fault(LDP_Q, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK(vcpu->ldst.insn.fp && !vcpu->ldst.insn.wback);
	CHECK_EQ(vcpu->ldst.insn.size, 8);
	CHECK_EQ(vcpu->ldst.insn.nr, 4);
	CHECK(vcpu->ldst.insn.halves);
}

TEST(tags_do_not_count)
{
	fault(LDR_B, BASE, false);
	vcpu->regs.x[1] ^= 0x5aULL << 56;
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
}

TEST(stack_pointer_is_brought_to_memory)
{
	fault(LDR_SP_PRE, BASE + 0x108, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK_EQ(evicted, 1);
	CHECK_EQ(vcpu->ldst.insn.rn, 31);
	insn_base_set(vcpu, 31, 5);
	CHECK_EQ(vcpu->regs.sys[LOFT_SP_EL1], 5);
	CHECK_EQ(vcpu->regs.sp_el0, 0);
}

TEST(user_code_has_its_own)
{
	fault(LDR_SP_PRE, BASE + 0x208, false);
	vcpu->regs.pstate = PSR_MODE_EL0t;
	vcpu->regs.sp_el0 = BASE + 0x200;
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK_EQ(evicted, 0);
}

/* Somebody has written another instruction there */
TEST(contradiction_is_executed_again)
{
	fault(LDR_POST, BASE, true);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fault(LDR_POST, BASE + 8, false);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fault(LDR_POST, BASE - 1, false);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
}

/* Hardware need not report the first byte; where the others are is known all the same */
TEST(fault_amid_an_access)
{
	fault(LDP_Q, BASE + 16, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK_EQ(vcpu->ldst.ipa[0].val, DEVICE_IPA);
	CHECK_EQ(vcpu->ldst.first, 32);
}

TEST(exclusives_are_an_abort_that_says_so)
{
	int err = 0;

	fault(LDXR, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_EXCLUSIVE);
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(injected.status, 0x35);
	CHECK_EQ(injected.far, BASE);
	CHECK_EQ(skipped, 0);
	fault(LDXR, BASE, true);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
}

TEST(atomics_load_and_store)
{
	int err = 0;
	u64 val = 100;

	fault(LDADD, BASE, true);
	memcpy(device, &val, sizeof(val));
	vcpu->regs.x[4] = 23;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	memcpy(&val, device, sizeof(val));
	CHECK_EQ(val, 123);
	CHECK_EQ(vcpu->regs.x[2], 100);
	CHECK_EQ(nr_seen, 2);
	/* The compare fails: nothing is stored */
	fault(CAS, BASE, false);
	vcpu->regs.x[4] = 5;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(nr_seen, 1);
	CHECK_EQ(vcpu->regs.x[4], 123);
}

TEST(zeroing_a_block_begins_where_it_does)
{
	int err = 0;

	fault(DC_ZVA, BASE + 0x67, true);
	vcpu->regs.x[1] = BASE + 0x67;
	memset(device, 0xff, sizeof(device));
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(nr_seen, 8);
	CHECK_EQ(seen[0].ipa, DEVICE_IPA + 0x40);
	CHECK_EQ(device[0x40], 0);
	CHECK_EQ(device[0x3f], 0xff);
	CHECK_EQ(device[0x7f], 0);
}

/* --- Two pages, and pages that only execute --------------------------------------------------------- */

#define PAGE_IPA(n)	((PC_IPA & ~(u64)(PAGE_SIZE - 1)) + (n) * PAGE_SIZE)
#define DESC(ipa, more)	((ipa) | 3 | BIT_ULL(10) | (more))
#define READONLY	BIT_ULL(7)
#define EL0		BIT_ULL(6)
#define NEXT		(BASE + PAGE_SIZE)

/* 4 KiB granule, 48 bits, all in one table per level. @va is what @desc says */
static void map(u64 va, u64 desc)
{
	u64 *table = (u64 *)(page + PAGE_SIZE);
	unsigned int level;

	for (level = 0; level < 3; level++)
		table[level * 512 + (va >> (39 - 9 * level) & 511)] = PAGE_IPA(level + 2) | 3;
	table[3 * 512 + (va >> 12 & 511)] = desc;
	vcpu->regs.sys[LOFT_TTBR1_EL1] = PAGE_IPA(1);
	vcpu->regs.sys[LOFT_TCR_EL1] = 16ULL << 16 | 2ULL << 30;
	vcpu->regs.sys[LOFT_SCTLR_EL1] = 1;
}

/* The instruction is at BASE + 0xff8, two registers wide; @far is what faulted */
static void fault_across(u32 insn, u64 far, bool write)
{
	fault(insn, far, write);
	vcpu->regs.x[1] = BASE + 0xff8;
}

TEST(device_then_memory)
{
	u64 *data = (u64 *)(page + 5 * PAGE_SIZE);
	u64 val = 0x1111;
	int err = 0;

	fault_across(LDP, BASE + 0xff8, false);
	map(NEXT, DESC(PAGE_IPA(5), 0));
	memcpy(device + 0x78, &val, sizeof(val));
	data[0] = 0x2222;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(vcpu->regs.x[2], 0x1111);
	CHECK_EQ(vcpu->regs.x[3], 0x2222);
	CHECK_EQ(nr_seen, 1);
	CHECK_EQ(skipped, 1);
}

TEST(memory_then_device)
{
	u64 *data = (u64 *)(page + 5 * PAGE_SIZE);
	unsigned long dirty[1] = { 0 };
	int err = 0;

	fault_across(STP, NEXT, true);
	map(BASE, DESC(PAGE_IPA(5), 0));
	memory.slot.dirty = dirty;
	vcpu->regs.x[2] = 0x3333;
	vcpu->regs.x[3] = 0x4444;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(data[511], 0x3333);
	CHECK_EQ(dirty[0], 1 << 5);
	CHECK_EQ(nr_seen, 1);
	CHECK_EQ(seen[0].ipa, DEVICE_IPA);
	CHECK(seen[0].write);
}

TEST(two_pages_of_devices_need_not_be_neighbours)
{
	int err = 0;

	fault_across(LDP, BASE + 0xff8, false);
	map(NEXT, DESC(0x12345000, 0));
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(nr_seen, 2);
	CHECK_EQ(seen[0].ipa, DEVICE_IPA + 0xff8);
	CHECK_EQ(seen[1].ipa, 0x12345000);
}

/* Bytes of one register on both sides: in sizes that a bus has */
TEST(element_on_two_pages)
{
	int err = 0;

	fault_across(LDP, BASE + 0xff5, false);
	vcpu->regs.x[1] = BASE + 0xff5;
	map(NEXT, DESC(0x12345000, 0));
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(nr_seen, 5);
	CHECK_EQ(seen[0].len, 8);
	CHECK_EQ(seen[1].len, 2);
	CHECK_EQ(seen[2].len, 1);
	CHECK_EQ(seen[2].ipa, DEVICE_IPA + 0xfff);
	CHECK_EQ(seen[3].len, 4);
	CHECK_EQ(seen[3].ipa, 0x12345000);
	CHECK_EQ(seen[4].len, 1);
}

static void second_page_faults(u64 desc, u64 pstate, u32 insn, unsigned int status)
{
	bool write = insn == STP;
	int err = 0;

	fault_across(insn, BASE + 0xff8, write);
	map(NEXT, desc);
	vcpu->regs.pstate = pstate;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(injected.far, status ? NEXT : 0);
	CHECK_EQ(injected.status, status);
	CHECK_EQ(injected.write, status && write);
	CHECK_EQ(nr_seen, status ? 0 : 2);
}

TEST(other_page_has_faults_of_its_own)
{
	u64 at = 0x12345000, el1 = PSR_MODE_EL1h;

	second_page_faults(0, el1, LDP, 0x07);
	second_page_faults(at | 3, el1, LDP, 0x0b);
	second_page_faults(DESC(at, READONLY), el1, STP, 0x0f);
	second_page_faults(DESC(at, READONLY), el1, LDP, 0);
	second_page_faults(DESC(at, 0), PSR_MODE_EL0t, LDP, 0x0f);
	second_page_faults(DESC(at, EL0), PSR_MODE_EL0t, STP, 0);
	second_page_faults(DESC(at, EL0), el1 | PSR_PAN_BIT, LDP, 0x0f);
	second_page_faults(DESC(at, 0), el1 | PSR_PAN_BIT, LDP, 0);
	second_page_faults(DESC(at, 0) & ~2ULL, el1, LDP, 0x07);
	/* Beyond the VM's addresses */
	second_page_faults(DESC(1ULL << 41, 0), el1, LDP, 0x10);
}

/* A part of the tables is not in memory */
TEST(table_that_is_not_there)
{
	int err = 0;

	fault_across(LDP, BASE + 0xff8, false);
	map(NEXT, DESC(0x12345000, 0));
	vcpu->regs.sys[LOFT_TTBR1_EL1] = 0x77770000;
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(injected.status, 0x14);
}

TEST(tables_say_no_for_what_is_below)
{
	u64 *table = (u64 *)(page + PAGE_SIZE);
	int err = 0;

	fault_across(STP, BASE + 0xff8, true);
	map(NEXT, DESC(0x12345000, 0));
	table[NEXT >> 39 & 511] |= BIT_ULL(62);
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(injected.status, 0x0f);
	/* ...unless they are not asked */
	fault_across(STP, BASE + 0xff8, true);
	map(NEXT, DESC(0x12345000, 0));
	table[NEXT >> 39 & 511] |= BIT_ULL(62);
	vcpu->regs.sys[LOFT_TCR_EL1] |= BIT_ULL(42);
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(injected.status, 0);
}

TEST(memory_that_the_vmm_has_taken_away)
{
	int err = 0;

	fault_across(LDP, BASE + 0xff8, false);
	map(NEXT, DESC(PAGE_IPA(5), 0));
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	fake_user_fault = true;
	vcpu->ldst.pos = 8;
	vcpu->ldst.storing = false;
	CHECK_EQ(ldst_complete(vcpu, 0, &err), LOFT_USER);
	CHECK_EQ(err, -EFAULT);
	fake_user_fault = false;
}

/* The back end had no translation for a load; the walk does not ask for rights */
TEST(execute_only_code)
{
	fault(LDR_POST, BASE, false);
	vcpu->exit.flags = 0;
	vcpu->regs.pc = BASE + 0x230;
	map(BASE, DESC(PAGE_IPA(0), READONLY));
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK_EQ(vcpu->exit.insn.val, PC_IPA);
	map(BASE, 0);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
}

/* Its tables are not walked */
TEST(nothing_is_asked_of_aarch32)
{
	fault(0xe8b10ffc, BASE + 0xff8, false);			/* LDM r1!, {r2-r11} */
	vcpu->regs.pstate = PSR_MODE32_BIT | PSR_AA32_MODE_SVC;
	vcpu->features = BIT(KVM_ARM_VCPU_EL1_32BIT);
	vcpu->regs.x[1] = (u32)BASE + 0xff8;
	vcpu->exit.far = GVA((u32)BASE + 0xff8);
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
	vcpu->regs.x[1] = (u32)BASE;
	vcpu->exit.far = GVA((u32)BASE);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK_EQ(vcpu->ldst.insn.nr, 10);
}

/* LDR sp, [r1], #4 in the mode that has a banked one */
TEST(registers_of_aarch32_are_banked)
{
	int err = 0;
	u32 val = 0x12345678;

	fault(0xe491d004, BASE, false);
	vcpu->regs.pstate = PSR_MODE32_BIT | PSR_AA32_MODE_SVC;
	vcpu->regs.x[1] = (u32)BASE;
	vcpu->exit.far = GVA((u32)BASE);
	memcpy(device, &val, sizeof(val));
	CHECK_EQ(ldst_handle(vcpu, &err), LOFT_RESUME);
	CHECK_EQ(vcpu->regs.x[LOFT_X_SP_SVC], val);
	CHECK_EQ(vcpu->regs.x[1], (u32)BASE + 4);
}

TEST(code_that_went_is_fetched_again_by_the_guest)
{
	fault(LDR_POST, BASE, false);
	vcpu->exit.insn = IPA(PAGE_IPA(6));
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fault(LDR_POST, BASE, false);
	fake_user_fault = true;
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fake_user_fault = false;
}
