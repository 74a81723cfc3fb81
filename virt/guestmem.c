// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing the guest's memory.
 *
 * Data goes through the VMM's own mapping: it faults pages in, honours its protection, and is coherent with the guest's
 * cacheable accesses. A slot that is on its way out is still there: the ioctl that removes or moves it has not returned.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>
#include "guestmem.h"
#include "memslot.h"

static struct loft_memslot *guest_slot(struct loft_vm *vm, u64 ipa)
{
	return memslot_find(srcu_dereference(vm->memslots, &vm->srcu), ipa >> PAGE_SHIFT);
}

/* After the write: whoever collects the log in between finds the page in the next round. */
static void guest_dirty(struct loft_vm *vm, struct loft_memslot *slot, u64 ipa, size_t len)
{
	u64 gfn;

	spin_lock(&vm->stage2.lock);
	for (gfn = ipa >> PAGE_SHIFT; gfn <= (ipa + len - 1) >> PAGE_SHIFT; gfn++)
		memslot_mark_dirty(slot, gfn);
	spin_unlock(&vm->stage2.lock);
}

/* As much of [@ipa, @ipa + @len) as lies in one slot: how much that was, or an errno as for guest_read() and guest_write(). */
static ssize_t guest_copy(struct loft_vm *vm, u64 ipa, void *buf, size_t len, bool write)
{
	struct loft_memslot *slot = guest_slot(vm, ipa);
	unsigned long hva;
	u64 off;

	if (!slot || (write && slot->flags & KVM_MEM_READONLY))
		return -ENXIO;
	off = ipa - (slot->base_gfn << PAGE_SHIFT);
	len = min_t(u64, len, (slot->npages << PAGE_SHIFT) - off);
	hva = slot->hva + off;
	if (write ? copy_to_user((void __user *)hva, buf, len) : copy_from_user(buf, (void __user *)hva, len))
		return -EFAULT;
	if (write)
		guest_dirty(vm, slot, ipa, len);
	return len;
}

static int guest_access(struct loft_vm *vm, u64 ipa, void *buf, size_t len, bool write)
{
	ssize_t n = 0;
	int idx;

	idx = srcu_read_lock(&vm->srcu);
	for (; len && n >= 0; len -= n, ipa += n, buf += n) {
		n = guest_copy(vm, ipa, buf, len, write);
		if (n < 0)
			break;
	}
	srcu_read_unlock(&vm->srcu, idx);
	return n < 0 ? n : 0;
}

/**
 * guest_read() - read the guest's memory
 * @vm: the VM; the current thread has its mm
 * @ipa: guest address
 * @buf: where it goes
 * @len: bytes
 *
 * Context: may sleep; vm->srcu is taken.
 * Return: 0; -ENXIO if a part of it is in no slot; -EFAULT if the VMM has mapped nothing behind a slot.
 */
int guest_read(struct loft_vm *vm, u64 ipa, void *buf, size_t len)
{
	return guest_access(vm, ipa, buf, len, false);
}

/**
 * guest_write() - write to the guest's memory, and to its dirty log
 * @vm: the VM; the current thread has its mm
 * @ipa: guest address
 * @buf: what to write
 * @len: bytes
 *
 * Context: may sleep; vm->srcu and stage2.lock are taken.
 * Return: 0; -ENXIO if a part of it is in no slot that the guest may write to; -EFAULT if the VMM has mapped nothing there.
 */
int guest_write(struct loft_vm *vm, u64 ipa, const void *buf, size_t len)
{
	return guest_access(vm, ipa, (void *)buf, len, true);
}

/**
 * guest_is_ram() - is there memory at an address, at this moment?
 * @vm: the VM
 * @ipa: guest address
 */
bool guest_is_ram(struct loft_vm *vm, u64 ipa)
{
	int idx = srcu_read_lock(&vm->srcu);
	bool ram = guest_slot(vm, ipa);

	srcu_read_unlock(&vm->srcu, idx);
	return ram;
}
