// SPDX-License-Identifier: GPL-2.0-only
/*
 * The A64 decoder against an independent description of the instruction set: binutils'. All bits that say what kind of
 * load or store it is, in all combinations; what the disassembler makes of them has to be what the decoder makes of them.
 *
 * Links: virt/insn_a64.c virt/insn_a64_simd.c virt/insn_a64_atomic.c
 */
#include <unit.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <loft/vcpu.h>
#include "insn.h"

#define OBJDUMP "aarch64-linux-gnu-objdump"

u64 read_sanitised_ftr_reg(u32 id)
{
	return 4;
}

void vcpu_evict(struct loft_vcpu *vcpu)
{
}

/* What the disassembly says */
struct want {
	bool known;
	int kind;
	unsigned int bytes;
	bool fp, sext, sf, wback;
	bool has_offset;
	long offset;
};

static unsigned int register_bytes(char kind)
{
	static const char kinds[] = "bhsdqwx";
	static const u8 bytes[] = { 1, 2, 4, 8, 16, 4, 8 };
	const char *at = strchr(kinds, kind);

	return at ? bytes[at - kinds] : 0;
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool any_begins(const char *s, const char *const *with)
{
	for (; *with; with++)
		if (begins(s, *with))
			return true;
	return false;
}

/* {v2.4s, v3.4s}, [x1], and with [n] one lane of each */
static void want_structure(struct want *w, const char *name, const char *args)
{
	unsigned int registers = name[2] - '0', element, lanes;
	const char *brace = strchr(args, '}'), *dot = strchr(args, '.') + 1;
	const char *dash = strchr(args, '-'), *p;

	w->kind = begins(name, "ld") ? LDST_LOAD : LDST_STORE;
	w->fp = true;
	lanes = strtoul(dot, (char **)&p, 10);
	element = register_bytes(*p);
	if (registers == 1 && brace[1] != '[' && name[3] != 'r') {
		unsigned int commas = 0;

		for (p = args; p < brace; p++)
			commas += *p == ',';
		registers = dash && dash < brace ? 1 + (strtoul(dash + 2, NULL, 10) + 32 - strtoul(args + 2, NULL, 10)) % 32 : 1 + commas;
	}
	w->bytes = registers * element * (brace[1] == '[' || name[3] == 'r' ? 1 : lanes);
}

/* B, H, SB, SH or SW at the end; else the register says it */
static void want_single(struct want *w, const char *name, char reg)
{
	const char *end = name + strlen(name);

	w->bytes = register_bytes(reg);
	w->fp = !strchr("wx", reg);
	w->sf = reg == 'x';
	if (w->fp)
		return;
	if (end[-1] == 'b' || end[-1] == 'h') {
		w->bytes = end[-1] == 'b' ? 1 : 2;
		w->sext = end[-2] == 's';
	} else if (end[-1] == 'w') {
		w->bytes = 4;
		w->sext = true;
	}
}

static void want_address(struct want *w, const char *args)
{
	const char *open = strstr(args, "[x1"), *hash = open ? strchr(open, '#') : NULL;

	w->wback = open && (strstr(open, "]!") || strstr(open, "], "));
	w->has_offset = open && !strstr(open, "], x") && !strstr(open, ", w") && !strstr(open, ", x");
	w->offset = w->has_offset && hash ? strtol(hash + 1, NULL, 0) : 0;
}

static struct want want_of(const char *name, const char *args)
{
	static const char *const never[] = {
		"prf", "ldra", "ld64", "st64", "stg", "st2g", "stz", "ldg", "cpy", "set", ".inst", "udf", NULL
	};
	static const char *const pairs[] = { "ldp", "stp", "ldnp", "stnp", NULL };
	static const char *const exclusive[] = { "ldx", "ldax", "stx", "stlx", NULL };
	static const char *const atomic[] = {
		"ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin", "swp", "cas", NULL
	};
	struct want w = { .known = true };
	bool store = begins(name, "st");
	const char *data = args;

	if (any_begins(name, never) || strstr(args, "undefined")) {
		w.known = false;
		return w;
	}
	want_address(&w, args);
	if (strchr("1234", name[2])) {
		want_structure(&w, name, args);
		return w;
	}
	w.kind = store ? LDST_STORE : LDST_LOAD;
	if (any_begins(name, exclusive)) {
		w.kind = LDST_EXCLUSIVE;
		/* The first one of a store is its status */
		if (store)
			data = strchr(args, ',') + 2;
	}
	if (any_begins(name, atomic))
		w.kind = LDST_ATOMIC;
	want_single(&w, name, *data);
	if (any_begins(name, pairs) || begins(name, "casp") || (w.kind == LDST_EXCLUSIVE && name[strlen(name) - 1] == 'p'))
		w.bytes *= 2;
	return w;
}

static unsigned int checked, accepted;

static bool agree(u32 insn, const char *name, const char *args)
{
	struct want w = want_of(name, args);
	struct ldst_insn op;
	bool known = insn_a64(insn, &op);

	checked++;
	accepted += known;
	/* Fields that should be ones, and are: what they mean otherwise is nobody's business */
	if (!w.known && known && (insn & 0x3f000000) == 0x08000000 && (insn & 0x1f7c00) != 0x1f7c00)
		return true;
	/* LDPSW of one register twice, or of its base: UNPREDICTABLE */
	if (!w.known && known && (insn & 0xfe400000) == 0x68400000)
		return (insn >> 10 & 31) == 1 || (insn >> 10 & 31) == 2;
	if (known != w.known)
		return false;
	if (!known)
		return true;
	return op.kind == w.kind && op.size * op.nr == w.bytes && op.fp == w.fp && op.wback == w.wback &&
	       (op.fp || op.kind != LDST_LOAD || (op.sext == w.sext && op.sf == w.sf)) &&
	       (op.kind != LDST_EXCLUSIVE || op.write == begins(name, "st")) &&
	       (!w.has_offset || op.offset == w.offset);
}

/* Bits [31:21] and [15:10] all; of the register or immediate between them some; base x1, data x2 */
static unsigned int generate(FILE *f)
{
	static const u32 middle[] = { 0, 1, 4, 31 };
	unsigned int n = 0, high, i, low;

	for (high = 0; high < 2048; high++) {
		/* Bit 27 set and 25 clear: loads and stores; the lowest ones are other classes' */
		if ((high << 21 & 0x0a000000) != 0x08000000)
			continue;
		for (i = 0; i < ARRAY_SIZE(middle); i++)
			for (low = 0; low < 64; low++, n++) {
				u32 insn = high << 21 | middle[i] << 16 | low << 10 | 1 << 5 | 2;

				fwrite(&insn, sizeof(insn), 1, f);
			}
	}
	return n;
}

static bool compare_line(char *line, unsigned int *bad)
{
	char *tab = strchr(line, '\t'), *name, *args, *end;
	u32 insn;

	if (!tab)
		return false;
	insn = strtoul(tab + 1, &end, 16);
	name = strchr(end, '\t');
	if (!name)
		return false;
	name++;
	args = strchr(name, '\t');
	if (args)
		*args++ = 0;
	else
		args = "";
	name[strcspn(name, "\n")] = 0;
	if (!agree(insn, name, args) && (*bad)++ < 20)
		printf("# %08x %s %s", insn, name, args);
	return true;
}

TEST(every_kind_of_load_and_store)
{
	char path[] = "/tmp/insn_a64.XXXXXX", command[128], line[256];
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	unsigned int n = generate(f), bad = 0;

	fclose(f);
	if (system("command -v " OBJDUMP " >/dev/null")) {
		unlink(path);
		unit_skip("no " OBJDUMP);
		return;
	}
	snprintf(command, sizeof(command), OBJDUMP " -D -z -b binary -m aarch64 %s", path);
	f = popen(command, "r");
	while (fgets(line, sizeof(line), f))
		if (line[0] == ' ')
			compare_line(line, &bad);
	pclose(f);
	unlink(path);
	CHECK_EQ(bad, 0);
	CHECK_EQ(checked, n);
	CHECK(accepted > n / 8);
	printf("# %u encodings, %u accepted\n", checked, accepted);
}
