// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the benchmarks on whatever /dev/kvm there is, and prints a line for each operation:
 *
 *   BENCH operation unit median p99 min samples rounds: the samples, sorted, with two decimals
 *
 * Each operation has a process and a machine of its own, so that none sees what another left behind.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm.h"

#define BENCH_ROW(op, n, about) { #op, n, about },
static const struct {
	const char *name;
	unsigned int vcpus;
	const char *text;
} ops[] = { BENCH_OPS(BENCH_ROW) };

static const char *unit = "ns";

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("exits: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	_exit(1);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* @values: sorted here */
static void print_line(enum bench_op op, const char *what, double *values, unsigned int n, unsigned long long rounds)
{
	unsigned int i;

	qsort(values, n, sizeof(*values), compare);
	printf("BENCH %s %s %.2f %.2f %.2f %u %llu:", ops[op].name, what, values[n / 2], values[n - 1 - n / 100],
	       values[0], n, rounds);
	for (i = 0; i < n; i++)
		printf(" %.2f", values[i]);
	putchar('\n');
	fflush(stdout);
}

static void print_result(enum bench_op op, const struct bench_result *r)
{
	double values[BENCH_SAMPLES];
	unsigned int i;

	if (!r || !r->count || r->count > BENCH_SAMPLES)
		die("%s: there is no result", ops[op].name);
	for (i = 0; i < r->count; i++)
		values[i] = (double)(long long)(r->ticks[i] - r->base) * 1e9 / r->hz / r->rounds;
	print_line(op, unit, values, r->count, r->rounds);
	for (i = 0; i < r->count; i++)
		values[i] = (double)(long long)(r->cycles[i] - r->base_cycles) / r->rounds;
	/* Where an operation is another thread's as well, or mostly sleep, its cycles are not counted. */
	if (cycles_wanted && r->cycles[0])
		print_line(op, "cycles", values, r->count, r->rounds);
}

/* Measured as the payload measures, in this program: the ground that mmio_user stands on. */
static void run_null_ioctl(enum bench_op op, int kvm)
{
	static struct bench_result r = { .rounds = 128, .base = ~0ULL, .base_cycles = ~0ULL };
	uint64_t start, cycles;
	unsigned int i, k;

	r.hz = arch_counter_hz();
	cycles_open();
	for (i = 0; i < 9; i++) {
		cycles = cycles_read();
		start = arch_counter();
		for (k = 0; k < r.rounds; k++)
			asm volatile("" : : : "memory");
		start = arch_counter() - start;
		cycles = cycles_read() - cycles;
		r.base = start < r.base ? start : r.base;
		r.base_cycles = cycles < r.base_cycles ? cycles : r.base_cycles;
	}
	while (r.count < 101) {
		cycles = cycles_read();
		start = arch_counter();
		for (k = 0; k < r.rounds; k++)
			ioctl(kvm, KVM_GET_API_VERSION, 0);
		r.ticks[r.count] = arch_counter() - start;
		r.cycles[r.count++] = cycles_read() - cycles;
	}
	print_result(op, &r);
}

/* Both at a real-time priority, where sched_yield() lets the other run and nobody else. */
static void start_partner(struct machine *m, struct machine *partner, int kvm, const struct payload *payload)
{
	static pthread_barrier_t both;

	machine_create(partner, kvm, BENCH_vm_switch_partner, 1, payload);
	pthread_barrier_init(&both, NULL, 2);
	m->fifo = partner->fifo = &both;
	m->partner = partner;
	vcpu_start(&partner->vcpu[0]);
}

static void end_partner(struct machine *m, struct machine *partner)
{
	vcpu_stop(&partner->vcpu[0]);
	if (m->partner_turns > m->turns + 4 || m->turns > m->partner_turns + 4)
		die("vm_switch: %llu turns against %llu: the VMs did not take turns",
		    (unsigned long long)m->turns, (unsigned long long)m->partner_turns);
	machine_destroy(partner);
}

static void run_op(enum bench_op op, int kvm, const struct payload *payload)
{
	static struct machine m, partner;
	unsigned int i;

	if (!ops[op].vcpus) {
		run_null_ioctl(op, kvm);
		return;
	}
	machine_create(&m, kvm, op, ops[op].vcpus, payload);
	if (op == BENCH_vm_switch)
		start_partner(&m, &partner, kvm, payload);
	for (i = m.vcpus; i--; )
		vcpu_start(&m.vcpu[i]);
	pthread_join(m.vcpu[0].thread, NULL);
	for (i = 1; i < m.vcpus; i++)
		vcpu_stop(&m.vcpu[i]);
	if (op == BENCH_vm_switch)
		end_partner(&m, &partner);
	print_result(op, m.result);
	machine_destroy(&m);
}

/* vCPU n has CPU n for itself, the null ioctl is where vCPU 0 would be, and who only waits is out of the way. */
static void pin(enum bench_op op)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(ops[op].vcpus ? 1 : 0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("two CPUs are needed: %m");
}

static int run_child(enum bench_op op, const struct payload *payload)
{
	int status, kvm;
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %m");
	if (pid) {
		waitpid(pid, &status, 0);
		return !WIFEXITED(status) || WEXITSTATUS(status);
	}
	pin(op);
	alarm(120);
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		die("/dev/kvm: %m");
	run_op(op, kvm, payload);
	exit(0);
}

static void load_payload(struct payload *payload, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %m", path);
	payload->size = st.st_size;
	payload->image = mmap(NULL, payload->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (payload->image == MAP_FAILED)
		die("%s: %m", path);
	close(fd);
}

static enum bench_op find_op(const char *name)
{
	unsigned int i;

	for (i = 0; i < BENCH_NR; i++)
		if (!strcmp(ops[i].name, name) && *ops[i].text)
			return i;
	die("there is no operation %s; 'exits --help' lists them", name);
}

static void usage(void)
{
	unsigned int i;

	puts("Usage: exits [--unit NAME] [--cycles] PAYLOAD [OPERATION]...\n"
	     "Measures operations of a VM (all of them unless some are named), in nanoseconds of the virtual counter.\n\n"
	     "  --unit NAME  call them so: on an emulator that counts, one nanosecond is one instruction\n"
	     "  --cycles     the PMU's cycles as well\n");
	for (i = 0; i < BENCH_NR; i++)
		if (*ops[i].text)
			printf("  %-18s %s\n", ops[i].name, ops[i].text);
	exit(0);
}

int main(int argc, char **argv)
{
	struct payload payload;
	int i, failed = 0;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--unit") && argv[i + 1])
			unit = argv[++i];
		else if (!strcmp(argv[i], "--cycles"))
			cycles_wanted = true;
		else
			usage();
	}
	if (i == argc)
		usage();
	load_payload(&payload, argv[i++]);
	if (i == argc) {
		for (i = 0; i < BENCH_NR; i++)
			failed |= *ops[i].text && run_child(i, &payload);
		return failed;
	}
	for (; i < argc; i++)
		failed |= run_child(find_op(argv[i]), &payload);
	return failed;
}
