// SPDX-License-Identifier: GPL-2.0-only
/* The terminal: raw while the guest runs, restored however loftvm ends. */
#include <signal.h>
#include <termios.h>

#include "loftvm.h"

#define ESCAPE 1 /* Ctrl-A */
#define PENDING_MAX 4096

static struct {
	struct vm *vm;
	struct termios saved;
	bool raw, escaped;
	uint8_t pending[PENDING_MAX];
	size_t n_pending;
	struct sink sink;
} term;

void term_restore(void)
{
	if (term.raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &term.saved);
}

static void term_die(int signo)
{
	term_restore();
	signal(signo, SIG_DFL);
	raise(signo);
}

void term_write(const void *buf, size_t len)
{
	const char *p = buf;
	ssize_t n;

	for (; len; p += n, len -= n) {
		n = write(STDOUT_FILENO, p, len);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n < 0) {
			usleep(1000);
			n = 0;
		}
	}
}

void term_set_sink(struct sink sink)
{
	term.sink = sink;
}

/* The byte for the guest, or -1 if the escape keys took it. */
static int term_filter(uint8_t byte)
{
	if (!term.raw)
		return byte;
	if (!term.escaped) {
		term.escaped = byte == ESCAPE;
		return term.escaped ? -1 : byte;
	}
	term.escaped = false;
	if (byte == 'x' || byte == 'X') {
		term_write("\r\n", 2);
		vm_end(term.vm, END_STATUS, STATUS_USER);
	}
	return byte == 'a' || byte == ESCAPE ? ESCAPE : -1;
}

/* The sink wakes the I/O loop when it has room, and the loop asks term_want. */
static void term_feed(void)
{
	size_t n = term.sink.room(term.sink.arg);

	if (n > term.n_pending)
		n = term.n_pending;
	if (!n)
		return;
	term.sink.input(term.sink.arg, term.pending, n);
	term.n_pending -= n;
	memmove(term.pending, term.pending + n, term.n_pending);
}

/* On a terminal input is read even if there is no room: it may be an escape. */
static bool term_want(void *arg)
{
	term_feed();
	return term.raw || term.n_pending < PENDING_MAX;
}

static void term_handle_input(int fd, void *arg)
{
	uint8_t in[256];
	size_t free = PENDING_MAX - term.n_pending;
	ssize_t i, n;
	int byte;

	n = read(fd, in, free && free < sizeof(in) ? free : sizeof(in));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		io_remove(fd);
		return;
	}
	for (i = 0; i < n; i++) {
		byte = term_filter(in[i]);
		if (byte >= 0 && term.n_pending < PENDING_MAX)
			term.pending[term.n_pending++] = byte;
	}
}

static void term_go_raw(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &term.saved))
		return;
	raw = term.saved;
	raw.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(IXON | ICRNL | INLCR | ISTRIP);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return;
	term.raw = true;
	atexit(term_restore);
	signal(SIGSEGV, term_die);
	signal(SIGBUS, term_die);
	signal(SIGABRT, term_die);
}

void term_init(struct vm *vm)
{
	term.vm = vm;
	term_go_raw();
	io_add(STDIN_FILENO, term_want, term_handle_input, NULL);
}
