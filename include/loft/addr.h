/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of the three spaces a hypervisor juggles, as types that do not mix.
 *
 * The short names hpa_t and gva_t are taken: the kernel's <linux/kvm_types.h>, which comes with the user ABI's
 * header, has them as plain integers.
 */
#ifndef LOFT_ADDR_H
#define LOFT_ADDR_H

#include <linux/types.h>

/** typedef host_pa_t - host physical address: what the memory system sees */
typedef struct { u64 val; } host_pa_t;

/** typedef ipa_t - intermediate physical address: what the guest takes for physical */
typedef struct { u64 val; } ipa_t;

/** typedef guest_va_t - guest virtual address */
typedef struct { u64 val; } guest_va_t;

#define HPA(v)	((host_pa_t){ (v) })
#define IPA(v)	((ipa_t){ (v) })
#define GVA(v)	((guest_va_t){ (v) })

#endif /* LOFT_ADDR_H */
