/* SPDX-License-Identifier: GPL-2.0-only */
/* PSCI and SMCCC calls. */
#ifndef PSCI_H
#define PSCI_H

#include "arch.h"

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_SUSPEND	(0x84000001 | PSCI_WIDE)
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON		(0x84000003 | PSCI_WIDE)
#define PSCI_AFFINITY_INFO	(0x84000004 | PSCI_WIDE)
#define PSCI_MIGRATE_INFO_TYPE	0x84000006
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_FEATURES		0x8400000a
#define PSCI_SYSTEM_RESET2	(0x84000012 | PSCI_WIDE)
#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001
#define SMCCC_ARCH_WORKAROUND_1	0x80008000
#define SMCCC_VENDOR_UID	0x8600ff01

#define PSCI_NOT_SUPPORTED	(-1L)
#define PSCI_INVALID_PARAMS	(-2L)
#define PSCI_DENIED		(-3L)
#define PSCI_ALREADY_ON		(-4L)
#define PSCI_ON_PENDING		(-5L)
#define PSCI_INTERNAL_FAILURE	(-6L)
#define PSCI_INVALID_ADDRESS	(-9L)

struct smccc_regs {
	ulong x[SMCCC_REGS];
};

/* All of them in and out; the conduit is HVC, or SMC. */
void smccc_hvc(struct smccc_regs *regs);
void smccc_smc(struct smccc_regs *regs);

/* HVC #0x1234 with a function, and the answer. */
ulong hvc_1234(ulong function);

s64 psci_call(u32 function, u64 a, u64 b, u64 c);

#endif
