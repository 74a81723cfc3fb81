// SPDX-License-Identifier: GPL-2.0-only
/* Cycles of a vCPU's thread, host and guest, where the CPU has a PMU and the kernel gives it. */
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm.h"

bool cycles_wanted;
static __thread int cycles_fd = -1;

void cycles_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_CPU_CYCLES, .size = sizeof(attr), .pinned = 1,
	};

	if (!cycles_wanted)
		return;
	cycles_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (cycles_fd < 0)
		die("no cycles: perf_event_open: %m");
}

uint64_t cycles_read(void)
{
	uint64_t v = 0;

	if (cycles_fd >= 0 && read(cycles_fd, &v, sizeof(v)) != sizeof(v))
		die("no cycles: the counter cannot be read: %m");
	return v;
}
