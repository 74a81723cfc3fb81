// SPDX-License-Identifier: GPL-2.0-only
// The Test Anything Protocol: each test in a child process, so that a crash or a hang is only its own.
#include "tap.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char *tap_reason;	/* shared with the child */
#define REASON_SIZE 256

void tap_note(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	printf("# %s\n", line);
	fflush(stdout);
}

enum verdict tap_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tap_reason, REASON_SIZE, fmt, ap);
	va_end(ap);
	return TEST_SKIP;
}

void tap_die(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	tap_note("%s: errno %d (%s)", line, errno, strerror(errno));
	exit(TEST_FAIL);
}

static enum verdict tap_run_one(const struct test *test)
{
	int status;
	pid_t pid;

	tap_reason[0] = 0;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return TEST_FAIL;
	if (!pid) {
		setpgid(0, 0);
		alarm(test->seconds ? test->seconds : 30);
		exit(test->run());
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* What the test started itself goes with it. */
	kill(-pid, SIGKILL);
	if (WIFEXITED(status) && WEXITSTATUS(status) <= TEST_SKIP)
		return WEXITSTATUS(status);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		tap_note("time limit of %u s", test->seconds ? test->seconds : 30);
	else
		tap_note("died: status 0x%x", status);
	return TEST_FAIL;
}

int tap_run(const struct test *tests, size_t count)
{
	unsigned int passed = 0, failed = 0, skipped = 0, i;

	tap_reason = mmap(NULL, REASON_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	printf("TAP version 13\n1..%zu\n", count);
	for (i = 0; i < count; i++) {
		switch (tap_run_one(&tests[i])) {
		case TEST_PASS:
			printf("ok %u %s\n", i + 1, tests[i].name);
			passed++;
			break;
		case TEST_SKIP:
			printf("ok %u %s # SKIP %s\n", i + 1, tests[i].name, tap_reason);
			skipped++;
			break;
		case TEST_FAIL:
			printf("not ok %u %s\n", i + 1, tests[i].name);
			failed++;
			break;
		}
		fflush(stdout);
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed ? 1 : 0;
}
