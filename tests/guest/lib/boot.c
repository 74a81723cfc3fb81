// SPDX-License-Identifier: GPL-2.0-only
// The first CPU's way to main(): MMU, device tree, interrupt controller.
#include "boot.h"
#include "fdt.h"
#include "gic.h"
#include "mmu.h"
#include "tap.h"

void boot_primary(const void *fdt)
{
	mmu_init();
	mmu_enable();
	fdt_parse(fdt);
	gic_init_dist();
	gic_init_cpu();
	main();
	tap_finish();
}
