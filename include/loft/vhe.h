/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back end for a host in EL2, as virt/backend.c knows it.
 */
#ifndef LOFT_VHE_BACKEND_H
#define LOFT_VHE_BACKEND_H

#include <loft/backend.h>

bool vhe_present(void);
int vhe_init(void);
void vhe_exit(void);
void vhe_vcpu_run(struct loft_vcpu *vcpu);
void vhe_vcpu_put(struct loft_vcpu *vcpu);
void vhe_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level);

#endif /* LOFT_VHE_BACKEND_H */
