// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that calls the lowvisor as the highvisor never would: all of it has to be refused, and to leave no trace.
 *
 * Loads beside loft.ko in split mode, prints TAP to the kernel log, and fails to load when a test failed.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include "tests.h"

static unsigned int count, failed;

static bool fault;
module_param(fault, bool, 0);
MODULE_PARM_DESC(fault, "make the lowvisor fail");

void hostcall_result(const char *what, bool good, u64 is)
{
	failed += !good;
	pr_info("hostcall: %sok %u %s\n", good ? "" : "not ", ++count, what);
	if (!good)
		pr_info("hostcall: # it is %llx\n", is);
}

void hostcall_expect(const char *what, u64 want, u64 nr, u64 a1, u64 a3)
{
	struct trace before, after;
	unsigned long flags;
	bool good;
	u64 ret;

	local_irq_save(flags);
	before = arch_trace();
	ret = arch_call(nr, a1, 0, a3, a3);
	after = arch_trace();
	local_irq_restore(flags);
	good = ret == want && !memcmp(&before, &after, sizeof(before));
	hostcall_result(what, good, ret);
}

static int __init hostcall_init(void)
{
	unsigned long page;

	if (fault)
		return arch_fault();
	page = get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	arch_expect(virt_to_phys((void *)page));
	pr_info("hostcall: 1..%u\n", count);
	free_page(page);
	return failed ? -EIO : 0;
}

static void __exit hostcall_exit(void)
{
}

module_init(hostcall_init);
module_exit(hostcall_exit);

MODULE_DESCRIPTION("Bad input for the lowvisor");
MODULE_LICENSE("GPL");
