/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back end for a host in EL1 with EL2 below it, as virt/backend.c knows it.
 */
#ifndef LOFT_NVHE_BACKEND_H
#define LOFT_NVHE_BACKEND_H

#include <loft/backend.h>

bool nvhe_present(void);
int nvhe_init(void);
void nvhe_exit(void);
int nvhe_vcpu_create(struct loft_vcpu *vcpu);
void nvhe_vcpu_destroy(struct loft_vcpu *vcpu);
void nvhe_vcpu_run(struct loft_vcpu *vcpu);
void nvhe_vcpu_put(struct loft_vcpu *vcpu);
void nvhe_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level);

#endif /* LOFT_NVHE_BACKEND_H */
