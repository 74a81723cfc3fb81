// SPDX-License-Identifier: GPL-2.0-only
// Loads and stores that the syndrome does not describe: each encoding does to a device what it does to RAM.
//
// As ../decode.c does for A64: every instruction is assembled here from its fields and executed twice, with the same
// registers and the same bytes around its address. Registers and memory must be the same afterwards.
#include "aarch32.h"

#define WINDOW		(TESTDEV_BASE + 0x8400)
#define SPAN		64	/* words on either side of the base */
#define BX_LR_A32	0xe12fff1e
#define BX_LR_T32	0x4770

static u32 ram[2 * SPAN] __attribute__((aligned(1024)));
static u32 code[4] __attribute__((aligned(64)));
static u32 executed;

static u32 pattern(u32 i)
{
	return (i + 77) * 0x9e3779b1;
}

static u32 device_at(u32 i)
{
	return WINDOW + (i - SPAN) * 4;
}

/* r1 base, r2 to r5 data, r6 index. @where: RAM or the device */
static void execute(u32 *regs, u32 base, bool thumb)
{
	u32 i;

	regs[0] = base;
	for (i = 1; i < 5; i++)
		regs[i] = pattern(1000 + i);
	regs[5] = 12;
	decode_run(regs, (u32)code + thumb);
	regs[0] -= base;
}

static bool same(u32 insn, bool thumb)
{
	u32 in_ram[6], in_device[6], i;

	for (i = 0; i < 2 * SPAN; i++) {
		ram[i] = pattern(i);
		mmio_write(device_at(i), pattern(i));
	}
	execute(in_ram, (u32)(ram + SPAN), thumb);
	execute(in_device, WINDOW, thumb);
	executed++;
	for (i = 0; i < 6; i++)
		if (!tap_compare("register", insn, in_device[i], in_ram[i]))
			return false;
	for (i = SPAN - 16; i < SPAN + 16; i++)
		if (!tap_compare("memory", insn, mmio_read(device_at(i)), ram[i]))
			return false;
	return true;
}

static void code_ready(void)
{
	dsb();
	cp_write(0, p15, 0, c7, c5, 0);		/* ICIALLU */
	dsb();
	isb();
}

static bool a32(u32 insn)
{
	code[0] = insn;
	code[1] = BX_LR_A32;
	code_ready();
	return same(insn, false);
}

/* @insn as it is written: the first halfword in the upper half; 16 bits if that is 0 */
static bool t32(u32 insn)
{
	u16 *half = (u16 *)code;

	if (insn >> 16)
		*half++ = insn >> 16;
	*half++ = insn;
	*half = BX_LR_T32;
	code_ready();
	return same(insn, true);
}

#define BASE_R1		(1 << 16)
#define DATA_R2		(2 << 12)
#define LIST		0x3c	/* r2 to r5 */

/* P, U and W by the bits of @puw; without P, writeback is implied */
static u32 a32_puw(u32 puw)
{
	return (puw & 4) << 22 | (puw & 2) << 22 | (puw & 1) << 21;
}

static bool a32_all(void)
{
	static const u32 extra[] = { 0xb0, 0xb0 | 1 << 20, 0xd0, 0xd0 | 1 << 20, 0xf0, 0xf0 | 1 << 20 };
	u32 puw, load, i;

	for (puw = 0; puw < 8; puw++) {
		u32 word = 0xe0000000 | BASE_R1 | DATA_R2 | a32_puw(puw);

		for (load = 0; load < 2; load++) {
			if (!a32(0xe8000000 | BASE_R1 | LIST | a32_puw(puw) | load << 20))
				return false;
			if (!a32(word | 1 << 26 | load << 20 | 20) || !a32(word | 1 << 26 | 1 << 22 | load << 20 | 5))
				return false;
			/* [r1, r6, LSL #2], and LSR #1 */
			if (!a32(word | 3 << 25 | load << 20 | 0x106) || !a32(word | 3 << 25 | load << 20 | 0x0a6))
				return false;
		}
		/* P clear and W set are the unprivileged forms, which LDRD and STRD do not have */
		for (i = 0; i < ARRAY_SIZE(extra); i++) {
			if ((puw & 5) == 1 && !(extra[i] & 1 << 20) && (extra[i] & 0x40))
				continue;
			if (!a32(word | extra[i] | 1 << 22 | 8))
				return false;
			if ((puw & 5) != 1 && !a32(word | extra[i] | 6))
				return false;
		}
	}
	return true;
}

static bool t32_all(void)
{
	u32 puw, size, load, i;

	for (load = 0; load < 2; load++) {
		if (!t32(0xc000 | load << 11 | 1 << 8 | LIST))
			return false;
		for (i = 1; i < 3; i++)
			if (!t32(0xe8000000 | i << 23 | load << 20 | BASE_R1 | LIST) ||
			    !t32(0xe8000000 | i << 23 | 1 << 21 | load << 20 | BASE_R1 | LIST))
				return false;
		for (puw = 1; puw < 8; puw++) {
			/* LDRD, STRD: P or W; r2, r4 */
			if (puw & 5 && !t32(0xe8400000 | (puw & 4) << 22 | (puw & 2) << 22 | (puw & 1) << 21 | load << 20 |
					    BASE_R1 | DATA_R2 | 4 << 8 | 3))
				return false;
			/* One register: P with U clear, or W */
			if ((puw & 5) == 0 || puw == 6)
				continue;
			for (size = 0; size < 3; size++)
				if (!t32(0xf8000800 | size << 21 | load << 20 | BASE_R1 | DATA_R2 | puw << 8 | 8))
					return false;
			for (size = 0; load && size < 2; size++)
				if (!t32(0xf9100800 | size << 21 | BASE_R1 | DATA_R2 | puw << 8 | 8))
					return false;
		}
	}
	return true;
}

static enum verdict decode(bool (*all)(void))
{
	executed = 0;
	EXPECT(all());
	EXPECT(executed > 40);
	return TEST_PASS;
}

enum verdict decode_a32(void)
{
	return decode(a32_all);
}

enum verdict decode_t32(void)
{
	return decode(t32_all);
}
