// SPDX-License-Identifier: GPL-2.0-only
/* The decoder against instructions whose encodings come from an assembler. */
#include <stdio.h>

#include "decode.h"

static const struct {
	uint32_t insn;
	enum insn_class class;
	const char *text;
} rows[] = { DECODE_ROWS };	/* given on the command line, as mkrows makes it */

int main(void)
{
	unsigned int i, failed = 0, n = sizeof(rows) / sizeof(rows[0]);

	printf("TAP version 13\n1..%u\n", n + 2);
	for (i = 0; i < n; i++) {
		enum insn_class is = decode_class(rows[i].insn);

		if (is != rows[i].class)
			failed++;
		printf("%sok %u %s is %s\n", is == rows[i].class ? "" : "not ", i + 1, rows[i].text,
		       insn_class_names[rows[i].class]);
		if (is != rows[i].class)
			printf("# 0x%08x: %s\n", rows[i].insn, insn_class_names[is]);
	}
	if (!decode_writes(0xd51c1100, SYSREG_HCR_EL2) || decode_writes(0xd53c1100, SYSREG_HCR_EL2) ||
	    decode_writes(0xd51c1120, SYSREG_HCR_EL2))
		failed++, printf("not ");
	printf("ok %u msr hcr_el2 is known from mrs, and from mdcr_el2\n", n + 1);
	if (INSN_HINT(112) != 0xd5032e1f)
		failed++, printf("not ");
	printf("ok %u hint #112\n", n + 2);
	printf("%u passed, %u failed, 0 skipped\n", n + 2 - failed, failed);
	return !!failed;
}
