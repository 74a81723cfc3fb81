/* SPDX-License-Identifier: GPL-2.0-only */
/* The Test Anything Protocol: a program is a table of tests, each run in a child process of its own. */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

/* The UAPI's own, which is printed with %ll on every architecture */
typedef unsigned long long u64;
/* As wide as a guest's registers */
typedef unsigned long ulong;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum verdict { TEST_PASS, TEST_FAIL, TEST_SKIP };

struct test {
	const char *name;
	enum verdict (*run)(void);
	unsigned int seconds;	/* the test's time limit; 0 is 30 */
};

void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum verdict tap_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tap_run(const struct test *tests, size_t count);
/* End the test that runs: something that it takes for granted is not so. */
void tap_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#define EXPECT(cond, ...) do {						\
	if (!(cond)) {							\
		tap_note("line %d: %s", __LINE__, #cond);		\
		tap_note(__VA_ARGS__);					\
		return TEST_FAIL;					\
	}								\
} while (0)

#define EXPECT_EQ(is, want) do {					\
	u64 is_ = (is), want_ = (want);				\
									\
	if (is_ != want_) {						\
		tap_note("line %d: %s is 0x%llx, not 0x%llx", __LINE__, #is, is_, want_); \
		return TEST_FAIL;					\
	}								\
} while (0)

/* The call succeeds (returns 0 or more). */
#define EXPECT_OK(call) do {						\
	if ((call) < 0) {						\
		tap_note("line %d: %s: errno %d", __LINE__, #call, errno); \
		return TEST_FAIL;					\
	}								\
} while (0)

/* The call fails with this errno, or with one of two. */
#define EXPECT_FAILS(call, text, want, or_want) do {			\
	int ret_ = (call);						\
									\
	if (ret_ >= 0 || (errno != (want) && errno != (or_want))) {	\
		tap_note("line %d: %s: returns %d, errno %d, not %d", __LINE__, text, ret_, \
			 ret_ < 0 ? errno : 0, want);			\
		return TEST_FAIL;					\
	}								\
} while (0)
#define EXPECT_ERRNO(call, want) EXPECT_FAILS(call, #call, want, want)
#define EXPECT_ERRNO2(call, want, or_want) EXPECT_FAILS(call, #call, want, or_want)

#endif
