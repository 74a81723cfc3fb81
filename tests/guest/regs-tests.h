/* SPDX-License-Identifier: GPL-2.0-only */
/* The register payload's parts in the architecture's own instructions. */
#ifndef REGS_TESTS_H
#define REGS_TESTS_H

#include "arch.h"

/* General registers but SP, then the flags in the places they have in CPSR; regs-asm.S knows the offsets. */
struct regs_pair {
	ulong in[REGS_FLAGS + 1];
	ulong out[REGS_FLAGS + 1];
};

/* A system register, and the bits that get random values; the others keep what they have. */
struct regs_sysreg {
	const char *name;
	u64 bits;
	bool by_exception;	/* the CPU's to change when the guest takes an exception */
	u64 (*read)(void);
	void (*write)(u64 v);
};

/* Ended by one without a name. */
extern const struct regs_sysreg regs_sysregs[];

/* What stub_idreg() reads. */
ulong regs_idreg(void);

/* Load the registers, leave the guest in one way, store the registers. 32: that many bits; a register's width otherwise. */
void stub_hvc(struct regs_pair *regs);
void stub_load32(struct regs_pair *regs);
void stub_load_bytes(struct regs_pair *regs);
void stub_load(struct regs_pair *regs);
void stub_store32(struct regs_pair *regs);
void stub_store(struct regs_pair *regs);
void stub_idreg(struct regs_pair *regs);
void stub_idreg_all(struct regs_pair *regs);
void stub_sgi(struct regs_pair *regs);
void stub_wfi(struct regs_pair *regs);
void stub_wfe(struct regs_pair *regs);
void stub_spin(struct regs_pair *regs);

#endif
