/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores that a test makes up: executed with registers of its choice. */
#ifndef DECODE_H
#define DECODE_H

#include "types.h"

/* v2 to v5; x1 to x5. decode.S knows the offsets */
struct decode_frame {
	u64 v[8];
	u64 x[6];
} __attribute__((aligned(16)));

/* Registers from the frame, the code, which ends in RET, and back. */
void decode_run(struct decode_frame *frame, const void *code);

#endif
