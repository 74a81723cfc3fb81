// SPDX-License-Identifier: GPL-2.0-only
/*
 * loftvm's life: build the devices once, then a VM for each boot of the guest,
 * until the guest, the user or a time limit ends it.
 *
 * A reset closes the VM and makes a new one: the interrupt controller keeps its
 * state over a vCPU reset, so nothing short of that gives the guest a clean one.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "loftvm.h"

static void vsay(const char *fmt, va_list ap, int err)
{
	char buf[512];
	int n = vsnprintf(buf, sizeof(buf), fmt, ap);

	if (err && n >= 0 && n < (int)sizeof(buf))
		snprintf(buf + n, sizeof(buf) - n, ": %s", strerror(err));
	fprintf(stderr, "loftvm: %s\n", buf);
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, 0);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, 0);
	va_end(ap);
	exit(STATUS_ERROR);
}

void die_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, err);
	va_end(ap);
	exit(STATUS_ERROR);
}

struct end_source {
	struct vm *vm;
	int fd;
};

static void main_handle_signal(void *arg)
{
	struct end_source *source = arg;
	struct signalfd_siginfo info;

	if (read(source->fd, &info, sizeof(info)) != sizeof(info))
		return;
	vm_end(source->vm, END_STATUS, STATUS_SIGNAL + info.ssi_signo);
}

/* Threads inherit the mask: only the I/O loop ever sees these signals. */
static void main_catch_signals(struct vm *vm)
{
	static struct end_source source;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	source.vm = vm;
	source.fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (source.fd < 0)
		die_errno("signalfd");
	io_add(source.fd, NULL, main_handle_signal, &source);
}

static void main_handle_timeout(void *arg)
{
	struct end_source *source = arg;

	io_drain(source->fd);
	say("the guest did not end within %u s", source->vm->cfg->timeout);
	vm_end(source->vm, END_STATUS, STATUS_TIMEOUT);
}

static void main_arm_timeout(struct vm *vm)
{
	static struct end_source source;
	struct itimerspec when = { .it_value.tv_sec = vm->cfg->timeout };

	source.vm = vm;
	source.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (source.fd < 0 || timerfd_settime(source.fd, 0, &when, NULL))
		die_errno("timerfd");
	io_add(source.fd, NULL, main_handle_timeout, &source);
}

static void main_create_devices(struct vm *vm)
{
	const struct config *cfg = vm->cfg;
	unsigned int i;

	if (cfg->testdev)
		testdev_create(vm);
	pl011_create(vm);
	for (i = 0; i < cfg->n_disks; i++)
		blk_create(vm, cfg->disks[i]);
	for (i = 0; i < cfg->n_taps; i++)
		net_create(vm, cfg->taps[i]);
	if (cfg->virtio_console)
		console_create(vm);
	if (cfg->rng)
		rng_create(vm);
}

static void main_boot(struct vm *vm)
{
	vm->end = END_NONE;
	vm_create(vm);
	loader_load(vm);
	fdt_build(vm);
	vm_start(vm);
	while (__atomic_load_n(&vm->end, __ATOMIC_ACQUIRE) == END_NONE)
		io_run_once();
	vm_stop(vm);
	vm_destroy(vm);
}

int main(int argc, char **argv)
{
	static struct config cfg;
	static struct vm vm = { .cfg = &cfg };

	options_parse(&cfg, argc, argv);
	io_init();
	vm_open(&vm);
	ram_alloc(&vm);
	main_catch_signals(&vm);
	main_create_devices(&vm);
	if (cfg.timeout)
		main_arm_timeout(&vm);
	term_init(&vm);
	for (;;) {
		main_boot(&vm);
		if (vm.end != END_RESET)
			break;
		if (cfg.no_reboot) {
			vm.end_status = STATUS_REBOOT;
			break;
		}
	}
	term_restore();
	if (cfg.stats)
		vcpu_print_stats(&vm);
	return vm.end_status;
}
