/* SPDX-License-Identifier: GPL-2.0-only */
/* What an A64 instruction is, for counting what an exit is made of. */
#ifndef DECODE_H
#define DECODE_H

#include <stdint.h>

/*
 * X(class, name). System registers by what they belong to: general ones (stack pointers, thread pointers, PSTATE, the
 * exception's own), EL1's control and translation, EL2's configuration, GIC, timer, FP, debug and performance monitors.
 * An atomic is an exclusive or an LSE instruction.
 */
#define INSN_CLASSES(X) \
	X(GENERAL, general) X(LOAD, load) X(STORE, store) X(ATOMIC, atomic) \
	X(READ_GP, mrs_gp) X(READ_EL1, mrs_el1) X(READ_EL2, mrs_el2) X(READ_GIC, mrs_gic) \
	X(READ_TIMER, mrs_timer) X(READ_FP, mrs_fp) X(READ_DEBUG, mrs_debug) \
	X(WRITE_GP, msr_gp) X(WRITE_EL1, msr_el1) X(WRITE_EL2, msr_el2) X(WRITE_GIC, msr_gic) \
	X(WRITE_TIMER, msr_timer) X(WRITE_FP, msr_fp) X(WRITE_DEBUG, msr_debug) \
	X(DSB, dsb) X(DMB, dmb) X(ISB, isb) X(ENTRY, entry) X(RETURN, return) \
	X(TLBI, tlbi) X(DC, dc) X(IC, ic) X(AT, at)

#define INSN_ENUM(class, name) INSN_##class,
enum insn_class { INSN_CLASSES(INSN_ENUM) INSN_NR };

extern const char *const insn_class_names[INSN_NR];

enum insn_class decode_class(uint32_t insn);

/* A system register, or an instruction in that space, as op0:op1:CRn:CRm:op2 stands in the instruction. */
#define SYSREG(op0, op1, crn, crm, op2) ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define SYSREG_MASK SYSREG(3, 7, 15, 15, 7)
#define SYSREG_HCR_EL2 SYSREG(3, 4, 1, 1, 0)

/* An MSR of that register. */
int decode_writes(uint32_t insn, uint32_t sysreg);

#define INSN_HINT(n) (0xd503201fU | (n) << 5)

#endif
