// SPDX-License-Identifier: GPL-2.0-only
// Cache maintenance by address, and code written at run time, in A64.
#include "cpu.h"

void cache_sync_code(void *p, size_t n)
{
	u64 ctr = sysreg_read(ctr_el0);
	u64 dline = 4UL << (ctr >> 16 & 0xf), iline = 4UL << (ctr & 0xf);
	u64 a, end = (u64)p + n;

	for (a = (u64)p & ~(dline - 1); a < end; a += dline)
		asm volatile("dc cvau, %0" : : "r"(a) : "memory");
	asm volatile("dsb ish" : : : "memory");
	for (a = (u64)p & ~(iline - 1); a < end; a += iline)
		asm volatile("ic ivau, %0" : : "r"(a) : "memory");
	asm volatile("dsb ish\n\tisb" : : : "memory");
}

void cache_flush(void *p, size_t n)
{
	u64 line = 4UL << (sysreg_read(ctr_el0) >> 16 & 0xf);
	u64 a, end = (u64)p + n;

	for (a = (u64)p & ~(line - 1); a < end; a += line)
		asm volatile("dc civac, %0" : : "r"(a) : "memory");
	dsb();
}

void code_returning(u32 *code, u16 value)
{
	code[0] = 0xd2800000 | value << 5;	/* mov x0, #value */
	code[1] = 0xd65f03c0;			/* ret */
}
