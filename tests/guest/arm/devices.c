// SPDX-License-Identifier: GPL-2.0-only
// MMIO to the VMM in A32: every size, sign extension, addressing form and register with a syndrome.
//
// T32, IT blocks, big-endian data and what has no syndrome are in aarch32/.
#include "cpu.h"
#include "exception.h"
#include "layout.h"
#include "tap.h"
#include "testdev.h"

#define WINDOW		TESTDEV_WINDOW
#define LOW		0xc4d5e6f7U
#define HIGH		0x8091a2b3U

#define LOAD(insn, addr) ({							\
	u32 v_ = 0x5a5a5a5a;							\
	asm volatile(insn : "+r"(v_) : "r"((u32)(addr)), "r"(8), "r"(2) : "memory"); \
	v_; })
#define STORE(insn, addr, v)							\
	asm volatile(insn : : "r"((u32)(v)), "r"((u32)(addr)) : "memory")

static void fill(void)
{
	mmio_write32(WINDOW, LOW);
	mmio_write32(WINDOW + 4, HIGH);
}

static enum verdict load_sizes(void)
{
	fill();
	EXPECT_EQ(LOAD("ldr %0, [%1]", WINDOW), LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1]", WINDOW + 4), HIGH);
	EXPECT_EQ(LOAD("ldrh %0, [%1]", WINDOW), 0xe6f7);
	EXPECT_EQ(LOAD("ldrh %0, [%1]", WINDOW + 6), 0x8091);
	EXPECT_EQ(LOAD("ldrb %0, [%1]", WINDOW), 0xf7);
	EXPECT_EQ(LOAD("ldrb %0, [%1]", WINDOW + 7), 0x80);
	return TEST_PASS;
}

static enum verdict load_signed(void)
{
	fill();
	EXPECT_EQ(LOAD("ldrsb %0, [%1]", WINDOW), 0xfffffff7);
	EXPECT_EQ(LOAD("ldrsh %0, [%1]", WINDOW), 0xffffe6f7);
	mmio_write32(WINDOW, 0x55667711);
	EXPECT_EQ(LOAD("ldrsb %0, [%1]", WINDOW), 0x11);
	EXPECT_EQ(LOAD("ldrsh %0, [%1]", WINDOW), 0x7711);
	return TEST_PASS;
}

static enum verdict store_sizes(void)
{
	mmio_write32(WINDOW, 0);
	STORE("strb %0, [%1]", WINDOW + 1, 0x90abcdef);
	EXPECT_EQ(mmio_read32(WINDOW), 0xef00);
	STORE("strh %0, [%1]", WINDOW + 2, 0x90abcdef);
	EXPECT_EQ(mmio_read32(WINDOW), 0xcdefef00);
	STORE("str %0, [%1]", WINDOW, 0x90abcdef);
	EXPECT_EQ(mmio_read32(WINDOW), 0x90abcdef);
	return TEST_PASS;
}

static enum verdict addressing(void)
{
	mmio_write32(WINDOW + 16, LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1, #16]", WINDOW), LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1, #-16]", WINDOW + 32), LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1, %2]", WINDOW + 8), LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1, -%2]", WINDOW + 24), LOW);
	EXPECT_EQ(LOAD("ldr %0, [%1, %3, lsl #3]", WINDOW), LOW);
	return TEST_PASS;
}

/* Acquire and release are ARMv8's; exclusives mean nothing to a device, and end in an abort of the guest's. */
static enum verdict exclusive(void)
{
	trap_arm(TRAP_SKIP);
	LOAD("ldrex %0, [%1]", WINDOW);
	EXPECT_EQ(trap_disarm(), 1);
	EXPECT(ESR_EC(trap_last()->esr) == EC_DABT, "ESR 0x%llx", trap_last()->esr);
	EXPECT_EQ(trap_last()->far, WINDOW);
	return TEST_PASS;
}

static enum verdict every_register(void)
{
	u32 v;

	mmio_write32(WINDOW, LOW);
#define ONE(n)									\
	asm volatile("ldr r" #n ", [%1]\n\tmov %0, r" #n : "=&r"(v) : "r"(WINDOW) : "r" #n, "memory"); \
	EXPECT_EQ(v, LOW)
	ONE(0); ONE(1); ONE(2); ONE(3); ONE(4); ONE(5); ONE(6); ONE(7); ONE(8); ONE(9); ONE(10); ONE(12);
#undef ONE
	asm volatile("push {r11}\n\tldr r11, [%1]\n\tmov %0, r11\n\tpop {r11}" : "=&r"(v) : "r"(WINDOW) : "memory");
	EXPECT_EQ(v, LOW);
	return TEST_PASS;
}

/* Within memory that a device's slot is not, an unaligned access is one to the VMM, or an exception: never a hang. */
static enum verdict unaligned(void)
{
	u32 v;

	mmio_write32(WINDOW + 64, LOW);
	mmio_write32(WINDOW + 68, HIGH);
	trap_arm(TRAP_SKIP);
	v = LOAD("ldr %0, [%1]", WINDOW + 65);
	if (trap_disarm())
		EXPECT(ESR_EC(trap_last()->esr) == EC_DABT, "ESR 0x%llx", trap_last()->esr);
	else
		EXPECT_EQ(v, 0xb3c4d5e6);
	return TEST_PASS;
}

const struct test devices_arch[] = {
	{ "loads of every size", load_sizes },
	{ "signed loads", load_signed },
	{ "stores of every size", store_sizes },
	{ "addressing forms with a syndrome", addressing },
	{ "exclusives abort", exclusive },
	{ "every target register", every_register },
	{ "unaligned", unaligned },
	{ }
};
