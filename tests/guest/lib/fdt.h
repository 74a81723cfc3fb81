/* SPDX-License-Identifier: GPL-2.0-only */
/* What a payload wants to know from the device tree. */
#ifndef FDT_H
#define FDT_H

#include "types.h"

struct fdt_machine {
	u64 ram_base, ram_size;
	u32 cpus;
	u32 gic_version;
	bool found;
};

void fdt_parse(const void *fdt);
const struct fdt_machine *fdt_machine(void);

#endif
