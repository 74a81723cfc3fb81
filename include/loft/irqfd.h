/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Eventfds at both ends of a VM's interrupts: irqfds raise them, ioeventfds hear MMIO writes; and
 * routes, which number them.
 */
#ifndef LOFT_IRQFD_H
#define LOFT_IRQFD_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <loft/addr.h>

struct loft_vm;

/* Interrupt numbers that can have a route, and how many routes there may be: KVM_CAP_IRQ_ROUTING */
#define IRQROUTE_MAX	4096

/* irqfd.c */
int irqfd_init(void);				/* module load; 0 or errno */
void irqfd_exit(void);				/* module unload: waits for teardown under way */
void irqfd_vm_init(struct loft_vm *vm);		/* new VM: irqfds, routes */
void irqfd_vm_release(struct loft_vm *vm);	/* the VM's file is closed. May sleep */
int irqfd_ioctl(struct loft_vm *vm, const struct kvm_irqfd *args);	/* KVM_IRQFD. May sleep */
/* The guest deactivated a resampled SPI. Any context */
void irqfd_acked(struct loft_vm *vm, u32 intid);

/* irqroute.c */
/* KVM_SET_GSI_ROUTING. May sleep */
int irqroute_set(struct loft_vm *vm, const struct kvm_irq_routing *args,
		 const struct kvm_irq_routing_entry __user *entries);
/* The SPI behind a GSI, or -EINVAL. Any context */
int irqroute_intid(struct loft_vm *vm, u32 gsi);
/* Is the GSI an MSI? Any context */
bool irqroute_msi(struct loft_vm *vm, u32 gsi, struct kvm_msi *msi);
void irqroute_destroy(struct loft_vm *vm);		/* the VM goes */

/* ioeventfd.c */
void ioeventfd_vm_init(struct loft_vm *vm);
void ioeventfd_vm_release(struct loft_vm *vm);		/* the VM's file is closed. May sleep */
/* KVM_IOEVENTFD. May sleep */
int ioeventfd_ioctl(struct loft_vm *vm, const struct kvm_ioeventfd *args);
/* A guest's write: true if it is consumed. Caller in vm->srcu */
bool ioeventfd_write(struct loft_vm *vm, ipa_t ipa, unsigned int len, u64 val);

#endif /* LOFT_IRQFD_H */
