/* SPDX-License-Identifier: GPL-2.0-only */
/* The module with bad hostcalls: what its files share. arm64.c and armv7.c know the calls. */
#ifndef HOSTCALL_TESTS_H
#define HOSTCALL_TESTS_H

#include <linux/types.h>

/* What the host would notice: translation, vectors, identity, timer offset */
struct trace {
	u64 reg[8];
};

/* One result: call @nr answers @want, and the host's registers are what they were. */
void hostcall_expect(const char *what, u64 want, u64 nr, u64 a1, u64 a3);

/* One result, and what is shown if it is bad. */
void hostcall_result(const char *what, bool good, u64 is);

u64 arch_call(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4);
struct trace arch_trace(void);
/* @page: the physical address of one that EL2, or HYP, does not see */
void arch_expect(u64 page);
/* Break an instruction in the lowvisor's image and have it executed. Does not return if the lowvisor does what it should */
int arch_fault(void);

#endif
