// SPDX-License-Identifier: GPL-2.0-only
/* The command line: a table of options, which makes the help text as well. */
#include "loftvm.h"

struct option_row;
typedef void (*option_fn)(struct config *cfg, const struct option_row *row, const char *arg);

struct option_row {
	const char *name, *arg, *help; /* @arg: what follows, or NULL */
	option_fn set;
	size_t offset; /* of the member in struct config */
	unsigned long min, max;
};

static void *member(struct config *cfg, const struct option_row *row)
{
	return (char *)cfg + row->offset;
}

__attribute__((noreturn)) static void usage(const char *name, const char *what, const char *arg)
{
	fprintf(stderr, "loftvm: --%s %s%s\nTry 'loftvm --help'.\n", name, what, arg);
	exit(STATUS_USAGE);
}

static void set_flag(struct config *cfg, const struct option_row *row, const char *arg)
{
	*(bool *)member(cfg, row) = row->max;
}

static void set_text(struct config *cfg, const struct option_row *row, const char *arg)
{
	*(const char **)member(cfg, row) = arg;
}

static void set_number(struct config *cfg, const struct option_row *row, const char *arg)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(arg, &end, 0);
	if (errno || end == arg || *end || *arg == '-' || n < row->min || n > row->max) {
		fprintf(stderr, "loftvm: --%s wants a number from %lu to %lu, not '%s'\n",
			row->name, row->min, row->max, arg);
		exit(STATUS_USAGE);
	}
	*(unsigned int *)member(cfg, row) = n;
}

static void set_gic(struct config *cfg, const struct option_row *row, const char *arg)
{
	if (strcmp(arg, "auto"))
		set_number(cfg, row, arg);
}

static void set_size(struct config *cfg, const struct option_row *row, const char *arg)
{
	static const char units[] = "KMGT";
	unsigned long long n;
	const char *unit;
	int shift = 0;
	char *end;

	errno = 0;
	n = strtoull(arg, &end, 0);
	if (errno || end == arg || *arg == '-')
		usage(row->name, "wants a size such as 512M, not ", arg);
	if (*end) {
		unit = strchr(units, *end & ~0x20);
		if (!unit || end[1])
			usage(row->name, "wants K, M or G as the unit, not ", end);
		shift = 10 * (unit - units + 1);
	}
	if (n > RAM_MAX >> shift || (n << shift) % (4 * KIB) || (n << shift) < RAM_MIN)
		usage(row->name, "wants 8M or more, in whole pages of 4K, not ", arg);
	cfg->memory = n << shift;
}

static void set_affinity(struct config *cfg, const struct option_row *row, const char *arg)
{
	char *list = strdup(arg), *save, *item;
	struct option_row one = *row;

	for (item = strtok_r(list, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		if (cfg->n_affinity == MAX_VCPUS)
			usage(row->name, "has too many CPUs: ", arg);
		one.offset = (char *)&cfg->affinity[cfg->n_affinity++] - (char *)cfg;
		set_number(cfg, &one, item);
	}
	free(list);
}

static void add_device(struct config *cfg, const struct option_row *row, const char *arg)
{
	struct device_list *list = member(cfg, row);

	if (list->n == MAX_DEVS)
		usage(row->name, "is given too often: ", arg);
	list->spec[list->n++] = arg;
}

static void set_console(struct config *cfg, const struct option_row *row, const char *arg)
{
	cfg->virtio_console = !strcmp(arg, "virtio");
	if (!cfg->virtio_console && strcmp(arg, "pl011"))
		usage(row->name, "is pl011 or virtio, not ", arg);
}

static void print_help(struct config *cfg, const struct option_row *row, const char *arg);

#define TEXT(member) set_text, offsetof(struct config, member), 0, 0
#define FLAG(member, value) set_flag, offsetof(struct config, member), 0, value
#define NUMBER(member, min, max) set_number, offsetof(struct config, member), min, max
#define LIST(member) add_device, offsetof(struct config, member), 0, 0

static const struct option_row rows[] = {
	{ "kernel", "FILE", "arm64 Image, plain or gzip, or arm zImage", TEXT(kernel) },
	{ "initrd", "FILE", "initial RAM disk", TEXT(initrd) },
	{ "append", "TEXT", "kernel command line", TEXT(append) },
	{ "smp", "N", "number of vCPUs (1)", NUMBER(smp, 1, MAX_VCPUS) },
	{ "memory", "SIZE", "RAM, with K, M or G behind it (256M)", set_size, 0, 0, 0 },
	{ "disk", "FILE[,ro]", "raw image as a virtio disk; may be repeated", LIST(disks) },
	{ "tap", "IFNAME", "virtio network card on a tap; may be repeated", LIST(taps) },
	{ "rng", NULL, "virtio entropy source", FLAG(rng, true) },
	{ "console", "KIND", "pl011 (default) or virtio", set_console, 0, 0, 0 },
	{ "gic", "VERSION", "auto (default), 2 or 3", set_gic, offsetof(struct config, gic), 2, 3 },
	{ "its", NULL, "an ITS beside a GICv3, not in the device tree", FLAG(its, true) },
	{ "ipa-bits", "N", "size of the guest's address space", NUMBER(ipa_bits, 32, 52) },
	{ "affinity", "LIST", "pin vCPU n to the n-th host CPU listed", set_affinity, 0, 0, 4095 },
	{ "hugepages", NULL, "back RAM with hugetlb pages", FLAG(hugepages, true) },
	{ "thp", NULL, "ask for transparent huge pages (default)", FLAG(no_thp, false) },
	{ "no-thp", NULL, "ask for small pages", FLAG(no_thp, true) },
	{ "testdev", NULL, "the test device of Loft's guest payloads", FLAG(testdev, true) },
	{ "nisv", NULL, "end where KVM cannot decode a load or store", FLAG(nisv, true) },
	{ "no-reboot", NULL, "end with status 64 when the guest resets", FLAG(no_reboot, true) },
	{ "timeout", "SECONDS", "end with status 67 then", NUMBER(timeout, 1, 1000000) },
	{ "dump-dtb", "FILE", "write the guest's device tree to FILE", TEXT(dump_dtb) },
	{ "stats", NULL, "print how often vCPUs left the guest, and why", FLAG(stats, true) },
	{ "help", NULL, "this text", print_help, 0, 0, 0 },
};

static void print_help(struct config *cfg, const struct option_row *row, const char *arg)
{
	puts("Usage: loftvm --kernel IMAGE [OPTION]...\n"
	     "Boots an arm64 or arm kernel in a virtual machine on /dev/kvm.\n");
	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		printf("  --%-10s%-10s %s\n", row->name, row->arg ? row->arg : "", row->help);
	puts("\nKeys: Ctrl-A x ends the machine, Ctrl-A a sends a Ctrl-A.\n"
	     "Exit status: 0 guest powered off (or the test device's status), 1 error,\n"
	     "2 usage, 64 reset with --no-reboot, 65 guest or KVM crash, 66 unknown exit,\n"
	     "67 time-out, 68 ended by key, 128+n ended by signal n.");
	exit(STATUS_OK);
}

static const struct option_row *options_find(const char *word, size_t len)
{
	const struct option_row *row;

	for (row = rows; row < rows + ARRAY_SIZE(rows); row++)
		if (strlen(row->name) == len && !memcmp(row->name, word, len))
			return row;
	fprintf(stderr, "loftvm: no option --%.*s\nTry 'loftvm --help'.\n", (int)len, word);
	exit(STATUS_USAGE);
}

/* Takes --name, --name VALUE and --name=VALUE. */
void options_parse(struct config *cfg, int argc, char **argv)
{
	const struct option_row *row;
	const char *word, *value;
	int i;

	cfg->smp = 1;
	cfg->memory = 256 * MIB;
	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2))
			usage("", "is missing before ", argv[i]);
		word = argv[i] + 2;
		value = strchr(word, '=');
		row = options_find(word, value ? (size_t)(value++ - word) : strlen(word));
		if (row->arg && !value)
			value = argv[++i];
		if (!row->arg != !value)
			usage(row->name, row->arg ? "wants " : "takes no ",
			      row->arg ? row->arg : "value");
		row->set(cfg, row, value);
	}
	if (!cfg->kernel)
		usage("kernel", "is missing", "");
	if (cfg->memory % (2 * MIB) && cfg->hugepages)
		usage("hugepages", "wants --memory in multiples of 2M", "");
}
