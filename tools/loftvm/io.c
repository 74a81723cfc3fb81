// SPDX-License-Identifier: GPL-2.0-only
/* The I/O loop: one thread, main(), that serves every file loftvm waits on. */
#include <poll.h>
#include <sys/eventfd.h>

#include "loftvm.h"

#define IO_MAX 128

static struct io_source {
	int fd;
	bool (*want)(void *arg);
	void (*fn)(int fd, void *arg);
	void *arg;
} sources[IO_MAX];

static unsigned int n_sources;
static int wake_fd;

int io_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		die("eventfd: %m");
	return fd;
}

/* A full counter means that the signal is there already. */
void io_signal(int fd)
{
	uint64_t one = 1;

	write(fd, &one, sizeof(one));
}

/* Whatever is read, the event has been seen. */
void io_drain(int fd)
{
	uint64_t value;

	read(fd, &value, sizeof(value));
}

static void io_handle_wake(int fd, void *arg)
{
	io_drain(fd);
}

void io_init(void)
{
	wake_fd = io_eventfd();
	io_add(wake_fd, NULL, io_handle_wake, NULL);
}

/* Makes the loop look again at what its sources want. */
void io_wake(void)
{
	io_signal(wake_fd);
}

/**
 * io_add() - serve a file; only before the first VM starts
 * @fd: the file, polled for input
 * @want: whether input could be used now; NULL is always
 * @fn: called by the I/O loop when there is some
 * @arg: for both
 */
void io_add(int fd, bool (*want)(void *arg), void (*fn)(int fd, void *arg), void *arg)
{
	if (n_sources == IO_MAX)
		die("too many devices for the I/O loop");
	sources[n_sources++] = (struct io_source){ fd, want, fn, arg };
}

void io_remove(int fd)
{
	unsigned int i;

	for (i = 0; i < n_sources; i++)
		if (sources[i].fd == fd)
			sources[i].fd = -1;
}

void io_run_once(void)
{
	struct pollfd polls[IO_MAX];
	struct io_source *source;
	unsigned int i;

	for (i = 0; i < n_sources; i++) {
		source = &sources[i];
		polls[i].fd = !source->want || source->want(source->arg) ? source->fd : -1;
		polls[i].events = POLLIN;
		polls[i].revents = 0;
	}
	if (poll(polls, n_sources, -1) < 0)
		return;
	for (i = 0; i < n_sources; i++)
		if (polls[i].revents && sources[i].fd >= 0)
			sources[i].fn(sources[i].fd, sources[i].arg);
}
