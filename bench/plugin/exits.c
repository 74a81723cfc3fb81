// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU TCG plugin that says what exits are made of: for each operation of bench/exits.c and each CPU, the kinds of exit that
 * there were, by number of instructions of each class and phase.
 *
 * The guest is told from the host by its addresses, the measured stretch by hints that the payload executes: NOPs to any
 * CPU. Until the first of them nothing but these hints is instrumented.
 *
 * Phases: out of the guest until the host's world is back, the host, and back into the guest. Under VHE HCR_EL2's writes
 * part them, in split mode the lowvisor's ERET and the next HVC. An exit without them never left the switch.
 *
 *   -plugin exits.so,out=FILE,split=on
 */
#include <stdio.h>
#include <string.h>

#include "../bench.h"
#include "api.h"
#include "decode.h"

#define CPUS		8
#define KINDS		256	/* more of them are counted, but not told apart */
#define GUEST_BASE	0x40000000UL
#define GUEST_END	0x44000000UL

enum phase { OUT, HOST, IN, SWITCH, PHASES };
static const char *const phase_names[PHASES] = { "out", "host", "in", "switch" };

struct counts {
	uint32_t n[INSN_NR];
};

struct kind {
	unsigned long exits;
	struct counts phase[PHASES];
};

struct cpu {
	bool in_guest, counting, boundary;
	unsigned int parts;
	struct counts first, middle, last, now;
	unsigned int kinds;
	unsigned long lost;
	struct kind kind[KINDS];
};

/* What the callback of an instruction needs to know, packed in its argument. */
#define ABOUT_CLASS	0xffUL
#define ABOUT_GUEST	0x100UL
#define ABOUT_BOUNDARY	0x200UL
#define ABOUT_BEGIN	0x400UL
#define ABOUT_END	0x800UL
#define ABOUT_OP	0x1000UL

static struct cpu cpus[CPUS];
static FILE *out;
static bool split, open_window, armed;
static unsigned int op;
int qemu_plugin_version = PLUGIN_API_VERSION;

static void counts_add(struct counts *to, const struct counts *from)
{
	unsigned int i;

	for (i = 0; i < INSN_NR; i++)
		to->n[i] += from->n[i];
}

static bool counts_empty(const struct counts *c)
{
	static const struct counts none;

	return !memcmp(c, &none, sizeof(none));
}

static void cpu_record(struct cpu *cpu, const struct kind *exit)
{
	unsigned int i;

	for (i = 0; i < cpu->kinds; i++) {
		if (!memcmp(cpu->kind[i].phase, exit->phase, sizeof(exit->phase))) {
			cpu->kind[i].exits++;
			return;
		}
	}
	if (cpu->kinds == KINDS) {
		cpu->lost++;
		return;
	}
	cpu->kind[cpu->kinds] = *exit;
	cpu->kind[cpu->kinds++].exits = 1;
}

/* A part ends at a boundary: the first is the way out, the last the way in. */
static void cpu_part(struct cpu *cpu)
{
	if (cpu->parts == 0)
		cpu->first = cpu->now;
	else if (cpu->parts > 1)
		counts_add(&cpu->middle, &cpu->last);
	if (cpu->parts)
		cpu->last = cpu->now;
	memset(&cpu->now, 0, sizeof(cpu->now));
	cpu->parts++;
}

static void cpu_leave_guest(struct cpu *cpu)
{
	cpu->in_guest = false;
	cpu->counting = open_window;
	cpu->boundary = false;
	cpu->parts = 0;
	memset(&cpu->middle, 0, sizeof(cpu->middle));
	memset(&cpu->last, 0, sizeof(cpu->last));
	memset(&cpu->now, 0, sizeof(cpu->now));
	cpu->now.n[INSN_ENTRY] = 1;
}

static void cpu_enter_guest(struct cpu *cpu)
{
	struct kind exit = { 0 };

	cpu->in_guest = true;
	if (!cpu->counting)
		return;
	cpu->counting = false;
	if (!counts_empty(&cpu->now))
		cpu_part(cpu);
	if (cpu->parts == 1) {
		exit.phase[SWITCH] = cpu->first;
	} else {
		exit.phase[OUT] = cpu->first;
		exit.phase[HOST] = cpu->middle;
		exit.phase[IN] = cpu->last;
	}
	if (open_window)
		cpu_record(cpu, &exit);
}

static void print_kind(unsigned int id, const struct cpu *cpu, const struct kind *kind)
{
	unsigned int p, i;

	for (p = 0; p < PHASES; p++) {
		if (counts_empty(&kind->phase[p]))
			continue;
		fprintf(out, "EXIT %u %u %lu %s", op, id, kind->exits, phase_names[p]);
		for (i = 0; i < INSN_NR; i++)
			fprintf(out, " %s=%u", insn_class_names[i], kind->phase[p].n[i]);
		fputc('\n', out);
	}
}

/* The most frequent kind of each CPU: what else there is, is the host's own interrupts. */
static void print_op(void)
{
	unsigned int id, i, most;

	for (id = 0; id < CPUS; id++) {
		struct cpu *cpu = &cpus[id];

		for (i = 1, most = 0; i < cpu->kinds; i++)
			if (cpu->kind[i].exits > cpu->kind[most].exits)
				most = i;
		if (cpu->kinds)
			print_kind(id, cpu, &cpu->kind[most]);
		cpu->kinds = 0;
		cpu->lost = 0;
	}
	fflush(out);
}

static void arm(qemu_plugin_id_t id);
static qemu_plugin_id_t self;

static void on_mark(unsigned long about)
{
	if (about & ABOUT_OP) {
		print_op();
		op++;
	}
	open_window = about & ABOUT_BEGIN;
	if (!armed) {
		armed = true;
		qemu_plugin_reset(self, arm);
	}
}

static void on_insn(unsigned int id, void *data)
{
	unsigned long about = (unsigned long)data;
	struct cpu *cpu = &cpus[id % CPUS];

	if (about & ABOUT_GUEST) {
		if (!cpu->in_guest)
			cpu_enter_guest(cpu);
		if (about & (ABOUT_BEGIN | ABOUT_END | ABOUT_OP))
			on_mark(about);
		return;
	}
	if (cpu->in_guest)
		cpu_leave_guest(cpu);
	if (!cpu->counting)
		return;
	if (cpu->boundary)
		cpu_part(cpu);
	cpu->now.n[about & ABOUT_CLASS]++;
	cpu->boundary = about & ABOUT_BOUNDARY;
}

static bool is_boundary(uint32_t insn, enum insn_class class)
{
	if (!split)
		return decode_writes(insn, SYSREG_HCR_EL2);
	return class == INSN_RETURN || (insn & 0xffe0001fU) == 0xd4000002U;	/* ERET, HVC */
}

static unsigned long insn_about(const struct qemu_plugin_insn *i)
{
	uint64_t vaddr = qemu_plugin_insn_vaddr(i);
	unsigned long about;
	uint32_t insn = 0;

	qemu_plugin_insn_data(i, &insn, sizeof(insn));
	about = decode_class(insn);
	if (is_boundary(insn, about & ABOUT_CLASS))
		about |= ABOUT_BOUNDARY;
	if (vaddr >= GUEST_BASE && vaddr < GUEST_END)
		about |= ABOUT_GUEST;
	if (insn == INSN_HINT(BENCH_HINT_OP))
		about |= ABOUT_OP;
	if (insn == INSN_HINT(BENCH_HINT_BEGIN))
		about |= ABOUT_BEGIN;
	if (insn == INSN_HINT(BENCH_HINT_END))
		about |= ABOUT_END;
	return about;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		unsigned long about = insn_about(insn);

		if (armed || ((about & ABOUT_GUEST) && (about & ABOUT_OP)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, QEMU_PLUGIN_CB_NO_REGS, (void *)about);
	}
}

static void on_end(qemu_plugin_id_t id, void *data)
{
	print_op();
	fclose(out);
}

static void arm(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	int i;

	out = stderr;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "split=on"))
			split = true;
		else if (strcmp(argv[i], "split=off"))
			return -1;
	}
	if (!out)
		return -1;
	self = id;
	arm(id);
	return 0;
}
