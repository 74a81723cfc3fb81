/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the 32-bit payload share. It runs with its MMU off: all memory is strongly ordered. */
#ifndef AARCH32_H
#define AARCH32_H

#include "../lib/layout.h"
#include "../lib/types.h"

#define cp_read(cp, op1, crn, crm, op2) ({				\
	u32 val_;							\
	asm volatile("mrc " #cp ", " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r"(val_) : : "memory"); \
	val_; })
#define cp_write(v, cp, op1, crn, crm, op2)				\
	asm volatile("mcr " #cp ", " #op1 ", %0, " #crn ", " #crm ", " #op2 : : "r"((u32)(v)) : "memory")
#define cp_read64(cp, op1, crm) ({					\
	u64 val_;							\
	asm volatile("mrrc " #cp ", " #op1 ", %Q0, %R0, " #crm : "=r"(val_) : : "memory"); \
	val_; })
#define cp_write64(v, cp, op1, crm)					\
	asm volatile("mcrr " #cp ", " #op1 ", %Q0, %R0, " #crm : : "r"((u64)(v)) : "memory")
#define isb()	asm volatile("isb" : : : "memory")
#define dsb()	asm volatile("dsb sy" : : : "memory")

/* Not through LR, which the compiler may choose: see mmio_banked() */
static inline u32 mmio_read(u32 addr)
{
	register u32 v asm("r1");

	asm volatile("ldr %0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void mmio_write(u32 addr, u32 v)
{
	register u32 r1 asm("r1") = v;

	asm volatile("str %0, [%1]" : : "r"(r1), "r"(addr) : "memory");
}

/* start.S */
extern u32 boot_state[5];	/* r0, r1, r2, CPSR and SCTLR as found */
extern char secondary_arm[], secondary_thumb[], do_jump_back[];
u32 call_hvc(u32 fn, u32 a, u32 b, u32 c);
u32 call_smc(u32 fn, u32 a, u32 b, u32 c);
u32 call_hvc_thumb(u32 fn, u32 a, u32 b, u32 c);
u32 call_smc_never(u32 fn);
#define BANKED_WORDS	20
void banked_put(const u32 *from);
void banked_get(u32 *to);
#define FP_WORDS	65
void fp_put(const u32 *from);
void fp_get(u32 *to);
u32 fp_touch(void);
void fpexc_write(u32 v);
u32 fpexc_read(void);
u32 mvfr0_read(void);
u32 do_ldr(u32 addr);
u32 do_ldrb(u32 addr);
u32 do_ldrh(u32 addr);
u32 do_ldrsb(u32 addr);
u32 do_ldrsh(u32 addr);
void do_str(u32 addr, u32 v);
void do_strb(u32 addr, u32 v);
void do_strh(u32 addr, u32 v);
u32 do_ldr_lr(u32 addr);
void do_str_lr(u32 addr, u32 v);
u32 do_ldr_thumb(u32 addr);
u32 do_ldr_it(u32 addr);
u32 do_ldr_be(u32 addr);
u32 do_ldrh_be(u32 addr);
void do_str_be(u32 addr, u32 v);
u32 do_ldm(u32 addr);
void do_stm(u32 addr, u32 a, u32 b);
void do_jump(u32 addr);
void decode_run(u32 *regs, u32 code);
enum verdict decode_a32(void);
enum verdict decode_t32(void);
bool cpu_is_armv7(void);
u32 cond_reads(u32 a, u32 b);
u32 cond_reads_thumb(u32 a, u32 b);
u32 undef_thumb(u32 a);
u32 undef_arm(u32 a);
u32 undef_c15(u32 a);
void undef_user(void);

/* trap.c */
enum trap_kind { TRAP_UNDEF, TRAP_SVC, TRAP_PABT, TRAP_DABT, TRAP_IRQ, TRAP_FIQ, TRAP_NONE };

struct trap {
	u32 kind, spsr, lr, hits;
	u32 mode;		/* the exception's own */
	u32 irq, irqs;
};

extern volatile struct trap trap;
void trap_arm(u32 resume);	/* 0: go on behind the instruction */
void trap_arm_as(u32 cpsr);	/* the instruction is in T32, or in user mode */
u32 trap_disarm(void);		/* how many */
u32 trap_handle(u32 kind, u32 spsr, u32 lr, u32 *regs);

bool gic_is_v2(void);		/* else a GICv3 */

/* tap.c */
enum verdict { TEST_FAIL, TEST_PASS, TEST_SKIP };

struct test {
	const char *name;
	enum verdict (*run)(void);
};

enum verdict tap_skip(const char *reason);
void tap_run(const struct test *tests, u32 count) __attribute__((noreturn));
void tap_bail(const char *what, u32 a, u32 b, u32 c) __attribute__((noreturn));
bool tap_compare(const char *what, u32 line, u32 is, u32 want);
bool tap_check(const char *what, u32 line, bool good);

#define EXPECT(cond) do {						\
	if (!tap_check(#cond, __LINE__, cond))				\
		return TEST_FAIL;					\
} while (0)
#define EXPECT_EQ(is, want) do {					\
	if (!tap_compare(#is, __LINE__, is, want))			\
		return TEST_FAIL;					\
} while (0)

int main(void);
void main_secondary(u32 arg, u32 cpsr);

#endif
