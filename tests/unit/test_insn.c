// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store without a syndrome: where its instruction comes from, and when it is believed.
 *
 * Links: virt/insn.c virt/insn_fetch.c virt/insn_a64.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "insn.h"
#include "memslot.h"

#define PC_IPA		0x40001230ULL
#define BASE		0xffff000012345000ULL

/* LDR x2, [x1], #8; STP x2, x3, [x1, #-16]!; LDP q2, q3, [x1]; LDR b2, [x1]; LDXR x2, [x1]; LDR x2, [sp, #8]! */
#define LDR_POST	0xf8408422
#define STP_PRE		0xa9bf0c22
#define LDP_Q		0xad400c22
#define LDR_B		0x3d400022
#define LDXR		0xc85f7c22
#define LDR_SP_PRE	0xf8408fe2

static struct loft_vm vm;
static struct loft_vcpu *vcpu;
static struct {
	struct loft_memslots slots;
	struct loft_memslot slot;
} memory;
static u8 page[PAGE_SIZE] __aligned(PAGE_SIZE);
static unsigned int evicted;

/* One slot, one page */
struct loft_memslot *memslot_find(struct loft_memslots *slots, u64 gfn)
{
	return gfn == memory.slot.base_gfn ? &memory.slot : NULL;
}

void vcpu_evict(struct loft_vcpu *v)
{
	evicted++;
}

/* The guest faulted at @far on @insn, as a write or not */
static void fault(u32 insn, u64 far, bool write)
{
	static struct loft_vcpu fresh;

	fresh = (struct loft_vcpu){ .vm = &vm, .regs.pstate = PSR_MODE_EL1h };
	vcpu = &fresh;
	evicted = 0;
	memory.slot = (struct loft_memslot){
		.base_gfn = PC_IPA >> PAGE_SHIFT, .npages = 1, .hva = (unsigned long)page,
	};
	rcu_assign_pointer(vm.memslots, &memory.slots);
	memcpy(page + (PC_IPA & (PAGE_SIZE - 1)), &insn, sizeof(insn));
	vcpu->regs.x[1] = BASE;
	vcpu->regs.sys[LOFT_SP_EL1] = BASE + 0x100;
	vcpu->exit.flags = LOFT_EXIT_F_INSN;
	vcpu->exit.insn = IPA(PC_IPA);
	vcpu->exit.far = GVA(far);
	vcpu->exit.esr = (u64)ESR_ELx_EC_DABT_LOW << ESR_ELx_EC_SHIFT | (write ? ESR_ELx_WNR : 0);
}

TEST(post_indexed_load)
{
	fault(LDR_POST, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK(!vcpu->mmio.write && !vcpu->mmio.fp && vcpu->mmio.sf && vcpu->mmio.wback);
	CHECK_EQ(vcpu->mmio.len, 8);
	CHECK_EQ(vcpu->mmio.nr, 1);
	CHECK_EQ(vcpu->mmio.rt[0], 2);
	CHECK_EQ(vcpu->mmio.rn, 1);
	CHECK_EQ(vcpu->mmio.base, BASE + 8);
}

TEST(pre_indexed_pair)
{
	fault(STP_PRE, BASE - 16, true);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK(vcpu->mmio.write && vcpu->mmio.wback);
	CHECK_EQ(vcpu->mmio.nr, 2);
	CHECK_EQ(vcpu->mmio.rt[1], 3);
	CHECK_EQ(vcpu->mmio.base, BASE - 16);
}

TEST(pair_of_128_bit_registers_takes_four_accesses)
{
	fault(LDP_Q, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_OK);
	CHECK(vcpu->mmio.fp && !vcpu->mmio.wback);
	CHECK_EQ(vcpu->mmio.len, 8);
	CHECK_EQ(vcpu->mmio.nr, 4);
	CHECK(vcpu->mmio.wide);
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
	CHECK_EQ(vcpu->mmio.rn, 31);
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

/* The part before the faulting byte went to memory, or the part behind it has an address nobody knows */
TEST(straddling_is_unknown)
{
	fault(LDP_Q, BASE + 16, false);
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
	fault(LDP_Q, BASE - 16, false);
	vcpu->regs.x[1] = BASE - 16;
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
}

TEST(exclusives_are_unknown)
{
	fault(LDXR, BASE, false);
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
}

TEST(execute_only_and_other_instruction_sets_are_unknown)
{
	fault(LDR_POST, BASE, false);
	vcpu->exit.flags = 0;
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
	fault(LDR_POST, BASE, false);
	vcpu->regs.pstate = PSR_MODE32_BIT;
	CHECK_EQ(insn_decode(vcpu), INSN_UNKNOWN);
}

TEST(code_that_went_is_fetched_again_by_the_guest)
{
	fault(LDR_POST, BASE, false);
	vcpu->exit.insn = IPA(PC_IPA + PAGE_SIZE);
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fault(LDR_POST, BASE, false);
	memory.slot.flags = LOFT_SLOT_INVALID;
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fault(LDR_POST, BASE, false);
	fake_user_fault = true;
	CHECK_EQ(insn_decode(vcpu), INSN_AGAIN);
	fake_user_fault = false;
}
