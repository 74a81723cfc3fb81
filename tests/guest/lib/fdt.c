// SPDX-License-Identifier: GPL-2.0-only
// Reads memory size, number of CPUs and kind of GIC from the flattened device tree.
#include "fdt.h"
#include "cpu.h"
#include "layout.h"

#define FDT_MAGIC	0xd00dfeed
#define FDT_BEGIN	1
#define FDT_END_NODE	2
#define FDT_PROP	3
#define FDT_NOP		4

static struct fdt_machine machine = { .ram_base = RAM_BASE, .ram_size = 64 << 20, .cpus = 1, .gic_version = 3 };

static u32 be32(const u8 *p)
{
	return p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static u64 be64(const u8 *p)
{
	return (u64)be32(p) << 32 | be32(p + 4);
}

static bool starts(const char *s, const char *with)
{
	return !memcmp(s, with, strlen(with));
}

static void fdt_property(const char *node, const char *name, const u8 *data, u32 len)
{
	if (starts(node, "memory") && starts(name, "reg") && len >= 16 && !machine.found) {
		machine.ram_base = be64(data);
		machine.ram_size = be64(data + 8);
		machine.found = true;
	}
	if (starts(node, "cpu@") && starts(name, "reg"))
		machine.cpus++;
	if (starts(name, "compatible") &&
	    (starts((const char *)data, "arm,cortex-a15-gic") || starts((const char *)data, "arm,gic-400")))
		machine.gic_version = 2;
}

void fdt_parse(const void *fdt)
{
	const u8 *p = fdt;
	const char *strings, *node = "";
	u32 token, len;

	if (!p || be32(p) != FDT_MAGIC) {
		/* A VMM that gives none: the CPU says whether it has the GICv3's registers. */
		machine.gic_version = arch_has_gicv3() ? 3 : 2;
		return;
	}
	machine.cpus = 0;
	strings = (const char *)p + be32(p + 12);
	p += be32(p + 8);
	for (;;) {
		token = be32(p);
		p += 4;
		if (token == FDT_BEGIN) {
			node = (const char *)p;
			p += (strlen(node) + 4) & ~3UL;
		} else if (token == FDT_PROP) {
			len = be32(p);
			fdt_property(node, strings + be32(p + 4), p + 8, len);
			p += 8 + ((len + 3) & ~3U);
		} else if (token != FDT_END_NODE && token != FDT_NOP) {
			break;
		}
	}
	if (!machine.cpus)
		machine.cpus = 1;
}

const struct fdt_machine *fdt_machine(void)
{
	return &machine;
}
