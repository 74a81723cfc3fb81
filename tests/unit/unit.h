/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unit tests' harness: cases that register themselves, checks, TAP output.
 */
#ifndef LOFT_UNIT_H
#define LOFT_UNIT_H

#include <fake.h>

struct unit_case {
	const char *name;
	void (*fn)(void);
	struct unit_case *next;
};

void unit_register(struct unit_case *c);
void unit_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void unit_skip(const char *reason);

/* Deterministic random numbers: the same sequence for every case, unless UNIT_SEED says otherwise. */
u64 unit_rand(void);
static inline u64 unit_below(u64 n)
{
	return unit_rand() % n;
}

/* TEST(words_with_underscores) { ... }: one line of TAP. Run in the order of the source. */
#define TEST(id) \
	static void test_##id(void); \
	static struct unit_case unit_case_##id = { .name = #id, .fn = test_##id }; \
	static void __attribute__((constructor)) unit_ctor_##id(void) { unit_register(&unit_case_##id); } \
	static void test_##id(void)

#define CHECK(cond) \
	((cond) ? (void)0 : unit_fail(__FILE__, __LINE__, "%s", #cond))

#define CHECK_EQ(a, b) do { \
	u64 unit_a = (u64)(a), unit_b = (u64)(b); \
	if (unit_a != unit_b) \
		unit_fail(__FILE__, __LINE__, "%s is %#llx, %s is %#llx", #a, unit_a, #b, unit_b); \
} while (0)

#endif /* LOFT_UNIT_H */
