// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a guest's code, where the back end says it is.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "insn.h"
#include "memslot.h"

/**
 * insn_fetch() - read the instruction that faulted
 * @vcpu: the vCPU, LOFT_EXIT_F_INSN in its exit
 * @insn: four bytes of it, in the order of A64 and A32
 *
 * Return: false: the code is not there any more. The guest's own fetch has to find that out.
 */
bool insn_fetch(struct loft_vcpu *vcpu, u32 *insn)
{
	u64 ipa = vcpu->exit.insn.val;
	struct loft_vm *vm = vcpu->vm;
	struct loft_memslot *slot;
	bool found = false;
	__le32 word;
	int idx;

	idx = srcu_read_lock(&vm->srcu);
	slot = memslot_find(srcu_dereference(vm->memslots, &vm->srcu), ipa >> PAGE_SHIFT);
	if (slot && !(slot->flags & LOFT_SLOT_INVALID)) {
		unsigned long hva = slot->hva + (ipa - (slot->base_gfn << PAGE_SHIFT));

		found = !copy_from_user(&word, (void __user *)hva, sizeof(word));
	}
	srcu_read_unlock(&vm->srcu, idx);
	if (found)
		*insn = le32_to_cpu(word);
	return found;
}
