/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access of the policy code to the guest's memory, through the VMM's mapping of it.
 */
#ifndef LOFT_VIRT_GUESTMEM_H
#define LOFT_VIRT_GUESTMEM_H

#include <linux/types.h>

struct loft_vm;

/* The caller's thread has the VM's mm. May sleep. 0; -ENXIO where no (writable) slot is; -EFAULT */
int guest_read(struct loft_vm *vm, u64 ipa, void *buf, size_t len);
int guest_write(struct loft_vm *vm, u64 ipa, const void *buf, size_t len);
bool guest_is_ram(struct loft_vm *vm, u64 ipa);

#endif /* LOFT_VIRT_GUESTMEM_H */
