/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions taken to EL1: traps that a test expects, and the interrupt hook. */
#ifndef EXCEPTION_H
#define EXCEPTION_H

#include "arch.h"

enum trap_mode {
	TRAP_FATAL,	/* an exception ends the payload */
	TRAP_SKIP,	/* go on after the instruction */
	TRAP_RETRY,	/* execute it again: somebody is about to repair it */
	TRAP_RETURN,	/* go on at the link register: for a jump that went wrong */
};

/* The syndrome is in AArch64's words on every architecture. */
struct trap {
	enum trap_mode mode;
	u32 hits;
	u64 esr, far, elr;
};

struct frame;

#define ESR_EC(esr)	((esr) >> 26 & 0x3f)
#define ESR_FSC(esr)	((esr) & 0x3f)
#define EC_UNKNOWN	0x00
#define EC_SVC		ARCH_EC_SVC
#define EC_SYSREG	0x18
#define EC_SVE		0x19
#define EC_SME		0x1d
#define EC_IABT		0x21
#define EC_PC_ALIGN	0x22
#define EC_DABT		0x25
#define EC_BRK64	0x3c
#define FSC_SEA		0x10
#define FSC_SEA_WALK0	0x14	/* + level */

extern struct trap traps[];

void trap_arm(enum trap_mode mode);
/* How many exceptions were taken since trap_arm(); the last one is in traps[cpu_self()]. */
u32 trap_disarm(void);
struct trap *trap_last(void);

void exception_handle(struct frame *frame, unsigned int vector);

#endif
