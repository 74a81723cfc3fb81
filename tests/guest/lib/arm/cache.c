// SPDX-License-Identifier: GPL-2.0-only
// Cache maintenance by address, and code written at run time, in A32; and what the compiler's library wants.
#include "cpu.h"
#include "tap.h"

/* DCIMVAC's and DCCIMVAC's line, and ICIMVAU's: words in CTR */
#define CTR_DLINE_SHIFT	16
#define CTR_LINE	0xf

void cache_sync_code(void *p, size_t n)
{
	u32 ctr = sysreg_read(ctr_el0), end = (u32)p + n, a;
	u32 dline = 4U << (ctr >> CTR_DLINE_SHIFT & CTR_LINE), iline = 4U << (ctr & CTR_LINE);

	for (a = (u32)p & ~(dline - 1); a < end; a += dline)
		asm volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"(a) : "memory");	/* DCCMVAU */
	asm volatile("dsb ish" : : : "memory");
	for (a = (u32)p & ~(iline - 1); a < end; a += iline)
		asm volatile("mcr p15, 0, %0, c7, c5, 1" : : "r"(a) : "memory");	/* ICIMVAU */
	asm volatile("mcr p15, 0, %0, c7, c1, 6\n\tdsb ish\n\tisb" : : "r"(0) : "memory");	/* BPIALLIS */
}

void cache_flush(void *p, size_t n)
{
	u32 line = 4U << (sysreg_read(ctr_el0) >> CTR_DLINE_SHIFT & CTR_LINE), end = (u32)p + n, a;

	for (a = (u32)p & ~(line - 1); a < end; a += line)
		asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r"(a) : "memory");	/* DCCIMVAC */
	dsb();
}

void code_returning(u32 *code, u16 value)
{
	code[0] = 0xe3000000 | (value & 0xf000U) << 4 | (value & 0xfff);	/* movw r0, #value */
	code[1] = 0xe12fff1e;							/* bx lr */
}

/* What libgcc's division calls when the divisor is 0. */
int raise(int signal);
int raise(int signal)
{
	tap_bail("division by zero");
}
