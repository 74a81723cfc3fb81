// SPDX-License-Identifier: GPL-2.0-only
/* The command line: one table of options, turned into a struct config. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loftvm.h"

static const char help[] =
"Usage: loftvm --kernel IMAGE [OPTION]...\n"
"Boots an arm64 kernel in a virtual machine on /dev/kvm.\n"
"\n"
"  --kernel FILE        arm64 Image, plain or gzip\n"
"  --initrd FILE        initial RAM disk\n"
"  --append TEXT        kernel command line\n"
"  --smp N              number of vCPUs (1)\n"
"  --memory SIZE        RAM, with K, M or G behind it (256M)\n"
"  --disk FILE[,ro]     raw image as a virtio disk; may be given again\n"
"  --tap IFNAME         virtio network card on a tap interface; again likewise\n"
"  --rng                virtio entropy source\n"
"  --console KIND       pl011 (default) or virtio\n"
"  --gic VERSION        auto (default), 2 or 3\n"
"  --ipa-bits N         size of the guest's physical address space\n"
"  --affinity LIST      pin vCPU n to the n-th host CPU of LIST (0,2,...)\n"
"  --hugepages          back RAM with hugetlb pages\n"
"  --thp, --no-thp      ask for transparent huge pages (default) or for none\n"
"  --testdev            the test device and memory of Loft's guest tests\n"
"  --nisv               end with a report at loads and stores KVM cannot decode\n"
"  --no-reboot          end with status 64 when the guest resets\n"
"  --timeout SECONDS    end with status 67 after so long\n"
"  --dump-dtb FILE      also write the guest's device tree to FILE\n"
"  --stats              print how often and why vCPUs left the guest\n"
"  --help               this text\n"
"\n"
"Keys: Ctrl-A x ends the machine, Ctrl-A a sends a Ctrl-A, Ctrl-A h lists keys.\n"
"Exit status: 0 guest powered off (or the test device's status), 1 error,\n"
"2 usage, 64 reset with --no-reboot, 65 guest or KVM crash, 66 unknown exit,\n"
"67 time-out, 68 ended by key, 128+n ended by signal n.\n";

enum option_id {
	OPT_KERNEL = 256, OPT_INITRD, OPT_APPEND, OPT_SMP, OPT_MEMORY, OPT_DISK,
	OPT_TAP, OPT_RNG, OPT_CONSOLE, OPT_GIC, OPT_IPA_BITS, OPT_AFFINITY,
	OPT_HUGEPAGES, OPT_THP, OPT_NO_THP, OPT_TESTDEV, OPT_NISV,
	OPT_NO_REBOOT, OPT_TIMEOUT, OPT_DUMP_DTB, OPT_STATS, OPT_HELP,
};

static const struct option options[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "smp", required_argument, NULL, OPT_SMP },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "disk", required_argument, NULL, OPT_DISK },
	{ "tap", required_argument, NULL, OPT_TAP },
	{ "rng", no_argument, NULL, OPT_RNG },
	{ "console", required_argument, NULL, OPT_CONSOLE },
	{ "gic", required_argument, NULL, OPT_GIC },
	{ "ipa-bits", required_argument, NULL, OPT_IPA_BITS },
	{ "affinity", required_argument, NULL, OPT_AFFINITY },
	{ "hugepages", no_argument, NULL, OPT_HUGEPAGES },
	{ "thp", no_argument, NULL, OPT_THP },
	{ "no-thp", no_argument, NULL, OPT_NO_THP },
	{ "testdev", no_argument, NULL, OPT_TESTDEV },
	{ "nisv", no_argument, NULL, OPT_NISV },
	{ "no-reboot", no_argument, NULL, OPT_NO_REBOOT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "dump-dtb", required_argument, NULL, OPT_DUMP_DTB },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ }
};

__attribute__((noreturn))
static void usage(const char *fmt, const char *what)
{
	fputs("loftvm: ", stderr);
	fprintf(stderr, fmt, what);
	fputs("\nTry 'loftvm --help'.\n", stderr);
	exit(STATUS_USAGE);
}

static unsigned int options_number(const char *name, const char *text,
				   unsigned long min, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || n < min || n > max) {
		fprintf(stderr, "loftvm: --%s wants a number from %lu to %lu, not '%s'\n",
			name, min, max, text);
		exit(STATUS_USAGE);
	}
	return n;
}

static uint64_t options_size(const char *text)
{
	static const char units[] = "KMGT";
	unsigned long long n;
	const char *unit;
	char *end;
	int shift = 0;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *text == '-')
		usage("--memory wants a size such as 512M, not '%s'", text);
	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit || end[1])
			usage("--memory '%s': the unit is K, M or G", text);
		shift = 10 * (unit - units + 1);
	}
	if (n > UINT64_MAX >> shift || (n << shift) % (4 * KIB) ||
	    (n << shift) < 8 * MIB || (n << shift) > 1ull << 46)
		usage("--memory '%s': at least 8M, in whole pages of 4K", text);
	return n << shift;
}

static void options_affinity(struct config *cfg, const char *text)
{
	char *list = strdup(text), *save, *item;

	for (item = strtok_r(list, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		if (cfg->n_affinity == MAX_VCPUS)
			usage("--affinity '%s': too many CPUs", text);
		cfg->affinity[cfg->n_affinity++] =
			options_number("affinity", item, 0, 4095);
	}
	free(list);
}

static void options_append(const char **list, unsigned int *n, const char *text)
{
	if (*n == MAX_DEVS)
		usage("no room for one more device: %s", text);
	list[(*n)++] = text;
}

static void options_console(struct config *cfg, const char *text)
{
	if (!strcmp(text, "virtio"))
		cfg->virtio_console = true;
	else if (strcmp(text, "pl011"))
		usage("--console is pl011 or virtio, not '%s'", text);
}

static void options_set_value(struct config *cfg, int id, char *arg)
{
	switch (id) {
	case OPT_KERNEL: cfg->kernel = arg; break;
	case OPT_INITRD: cfg->initrd = arg; break;
	case OPT_APPEND: cfg->append = arg; break;
	case OPT_DUMP_DTB: cfg->dump_dtb = arg; break;
	case OPT_MEMORY: cfg->memory = options_size(arg); break;
	case OPT_SMP: cfg->smp = options_number("smp", arg, 1, MAX_VCPUS); break;
	case OPT_IPA_BITS:
		cfg->ipa_bits = options_number("ipa-bits", arg, 32, 52);
		break;
	case OPT_TIMEOUT:
		cfg->timeout = options_number("timeout", arg, 1, 1000000);
		break;
	case OPT_GIC:
		if (strcmp(arg, "auto"))
			cfg->gic = options_number("gic", arg, 2, 3);
		break;
	case OPT_CONSOLE: options_console(cfg, arg); break;
	case OPT_AFFINITY: options_affinity(cfg, arg); break;
	case OPT_DISK: options_append(cfg->disks, &cfg->n_disks, arg); break;
	case OPT_TAP: options_append(cfg->taps, &cfg->n_taps, arg); break;
	}
}

static void options_set_flag(struct config *cfg, int id)
{
	switch (id) {
	case OPT_RNG: cfg->rng = true; break;
	case OPT_HUGEPAGES: cfg->hugepages = true; break;
	case OPT_THP: cfg->no_thp = false; break;
	case OPT_NO_THP: cfg->no_thp = true; break;
	case OPT_TESTDEV: cfg->testdev = true; break;
	case OPT_NISV: cfg->nisv = true; break;
	case OPT_NO_REBOOT: cfg->no_reboot = true; break;
	case OPT_STATS: cfg->stats = true; break;
	case OPT_HELP:
		fputs(help, stdout);
		exit(STATUS_OK);
	}
}

void options_parse(struct config *cfg, int argc, char **argv)
{
	int id;

	cfg->smp = 1;
	cfg->memory = 256 * MIB;
	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (id < OPT_KERNEL)
			usage("%s", "bad option");
		if (optarg)
			options_set_value(cfg, id, optarg);
		else
			options_set_flag(cfg, id);
	}
	if (optind < argc)
		usage("'%s' is not an option", argv[optind]);
	if (!cfg->kernel)
		usage("%s", "--kernel is missing");
	if (cfg->memory % (2 * MIB) && cfg->hugepages)
		usage("%s", "--hugepages wants --memory in multiples of 2M");
}
