// SPDX-License-Identifier: GPL-2.0-only
/*
 * Was this kernel entered at EL2, so that its stub is there to be called? An HVC without one is undefined.
 */
#include <linux/kprobes.h>
#include <asm/virt.h>
#include "nvhe.h"

#ifdef MODULE
/*
 * The kernel does not export what it remembers of its entry, nor kallsyms. A probe on a symbol, which is never armed
 * for longer than it takes to read its address, finds the latter.
 */
static unsigned long lookup(const char *symbol)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*find)(const char *name);

	if (register_kprobe(&probe))
		return 0;
	find = (void *)probe.addr;
	unregister_kprobe(&probe);
	return find(symbol);
}

static const u32 *boot_mode(void)
{
	return (const u32 *)lookup("__boot_cpu_mode");
}
#else
static const u32 *boot_mode(void)
{
	return __boot_cpu_mode;
}
#endif

/**
 * bootmode_is_el2 - were all CPUs entered at EL2?
 */
bool bootmode_is_el2(void)
{
	const u32 *mode = boot_mode();

	return mode && mode[0] == BOOT_CPU_MODE_EL2 && mode[1] == BOOT_CPU_MODE_EL2;
}
