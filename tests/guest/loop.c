// SPDX-License-Identifier: GPL-2.0-only
// A guest lost in an endless chain of exceptions, its vectors where nothing is: the VMM must be able to end it.
#include "cpu.h"
#include "layout.h"
#include "mmu.h"
#include "smp.h"
#include "tap.h"

static void get_lost(u64 arg)
{
	console_printf("# CPU %u jumps into nowhere\n", cpu_self());
	sysreg_write(vbar_el1, HOLE_BASE + 0x800000);
	isb();
	asm volatile("svc #0" : : : ARCH_LINK);
}

int main(void)
{
	/* One vCPU faults on its own translation, the other on fetches from unmapped IPA. */
	if (smp_count() > 1 && smp_start(1)) {
		smp_call(1, get_lost, 0);
		smp_join(1);
	}
	mmu_map_block(HOLE_BASE + 0x800000, HOLE_BASE + 0x800000, MMU_NORMAL);
	get_lost(0);
	return 0;
}
