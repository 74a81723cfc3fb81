/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of virt/ know of each other beyond the contracts in include/loft: the user ABI's plumbing.
 */
#ifndef LOFT_ABI_H
#define LOFT_ABI_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <loft/backend.h>
#include <loft/irqfd.h>
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

/* mmio.c */
bool mmio_in_kernel(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val);
void mmio_to_user(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 val);

/* ldst.c: the same for a load or store without a syndrome */
enum loft_verdict ldst_handle(struct loft_vcpu *vcpu, int *err);
enum loft_verdict ldst_complete(struct loft_vcpu *vcpu, u64 val, int *err);

/* exit.c, and for each architecture exit_table.c */
typedef enum loft_verdict (*exit_fn)(struct loft_vcpu *vcpu, int *err);
extern const exit_fn exit_table[];			/* by exception class */
enum loft_verdict exit_undef(struct loft_vcpu *vcpu, int *err);
enum loft_verdict exit_wfx(struct loft_vcpu *vcpu, int *err);
enum loft_verdict exit_fp(struct loft_vcpu *vcpu, int *err);

/* inject32.c: the same exceptions for an EL1 in AArch32; @iss as ESR_EL1 would have it. vCPU evicted */
void inject32_undef(struct loft_vcpu *vcpu);
void inject32_abort(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, u64 iss);

/* inject.c */
int inject_serror(struct loft_vcpu *vcpu, u64 esr);
int vcpu_events_get(struct loft_vcpu *vcpu, struct kvm_vcpu_events *ev);
int vcpu_events_set(struct loft_vcpu *vcpu, const struct kvm_vcpu_events *ev);

#endif /* LOFT_ABI_H */
