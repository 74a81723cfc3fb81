/* SPDX-License-Identifier: GPL-2.0-only */
/* The way from the entry points to a payload's main(). */
#ifndef BOOT_H
#define BOOT_H

#include "types.h"

extern char image_start[], image_end[], vectors[];
extern char secondary_entry[];

void boot_primary(const void *fdt);
void boot_secondary(u64 cpu);
int main(void);

#endif
