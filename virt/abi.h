/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of virt/ know of each other beyond the contracts in include/loft: the user ABI's plumbing.
 */
#ifndef LOFT_ABI_H
#define LOFT_ABI_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>

/* vm.c */
int vm_create(unsigned long type);			/* file descriptor or errno */
int vm_first_run(struct loft_vm *vm);
int vm_check_extension(struct loft_vm *vm, long cap);	/* vm may be NULL */

/* vcpu.c */
void vcpu_sigset_activate(struct loft_vcpu *vcpu);
void vcpu_sigset_deactivate(struct loft_vcpu *vcpu);

/* notifier.c */
int notifier_register(struct loft_vm *vm);
void notifier_unregister(struct loft_vm *vm);

/* memslot.c */
int memslot_dirty_log(struct loft_vm *vm, struct kvm_dirty_log *log);

/* device.c, vgic_device.c, irqfd.c, ioeventfd.c */
int vmdev_create(struct loft_vm *vm, struct kvm_create_device *cd);
int vgic_irq_line(struct loft_vm *vm, const struct kvm_irq_level *lvl);
int irqfd_set(struct loft_vm *vm, const struct kvm_irqfd *args);
void irqfd_vm_release(struct loft_vm *vm);
int irqfd_init(void);
void irqfd_exit(void);
int ioeventfd_set(struct loft_vm *vm, const struct kvm_ioeventfd *args);
bool ioeventfd_write(struct loft_vm *vm, ipa_t ipa, unsigned int len, u64 val);
void ioeventfd_vm_release(struct loft_vm *vm);

/* inject.c */
int inject_serror(struct loft_vcpu *vcpu, u64 esr);
int vcpu_events_get(struct loft_vcpu *vcpu, struct kvm_vcpu_events *ev);
int vcpu_events_set(struct loft_vcpu *vcpu, const struct kvm_vcpu_events *ev);

#endif /* LOFT_ABI_H */
