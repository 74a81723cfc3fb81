/* SPDX-License-Identifier: GPL-2.0-only */
/* The Test Anything Protocol on the console: a payload is a table of tests, run one after another. */
#ifndef TAP_H
#define TAP_H

#include "console.h"

enum verdict { TEST_FAIL, TEST_PASS, TEST_SKIP };

struct test {
	const char *name;
	enum verdict (*run)(void);
};

void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum verdict tap_skip(const char *reason);
void tap_run(const struct test *tests, size_t count);
void tap_bail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void tap_finish(void) __attribute__((noreturn));
void payload_exit(u32 status) __attribute__((noreturn));

/* In a function that returns a verdict: note what was wrong and fail. */
#define EXPECT(cond, ...) do {						\
	if (!(cond)) {							\
		tap_note("line %d: %s", __LINE__, #cond);		\
		tap_note(__VA_ARGS__);					\
		return TEST_FAIL;					\
	}								\
} while (0)

#define EXPECT_EQ(is, want) do {					\
	u64 is_ = (is), want_ = (want);					\
									\
	if (is_ != want_) {						\
		tap_note("line %d: %s is 0x%llx, not 0x%llx", __LINE__, #is, is_, want_); \
		return TEST_FAIL;					\
	}								\
} while (0)

#endif
