// SPDX-License-Identifier: GPL-2.0-only
/*
 * loftvm's life: build the devices once, then a VM for each boot of the guest,
 * until the guest, the user or a time limit ends it.
 *
 * A reset closes the VM and makes a new one: the interrupt controller keeps its
 * state over a vCPU reset, so nothing short of that gives the guest a clean one.
 */
#include <signal.h>
#include <stdarg.h>
#include <sys/signalfd.h>

#include "loftvm.h"

void say(const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	fprintf(stderr, "loftvm: %s\n", buf);
}

static void main_handle_signal(int fd, void *arg)
{
	struct signalfd_siginfo info;
	struct vm *vm = arg;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGALRM)
		say("the guest did not end within %u s", vm->cfg->timeout);
	vm_end(vm, END_STATUS,
	       info.ssi_signo == SIGALRM ? STATUS_TIMEOUT : STATUS_SIGNAL + info.ssi_signo);
}

/* Threads inherit the mask: only the I/O loop ever sees these signals. */
static void main_catch_signals(struct vm *vm)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM };
	sigset_t set;
	unsigned int i;
	int fd;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd: %m");
	io_add(fd, NULL, main_handle_signal, vm);
	alarm(vm->cfg->timeout);
}

static void main_create_devices(struct vm *vm)
{
	const struct config *cfg = vm->cfg;
	unsigned int i;

	if (cfg->testdev)
		testdev_create(vm);
	pl011_create(vm);
	for (i = 0; i < cfg->disks.n; i++)
		blk_create(vm, cfg->disks.spec[i]);
	for (i = 0; i < cfg->taps.n; i++)
		net_create(vm, cfg->taps.spec[i]);
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
}

int main(int argc, char **argv)
{
	static struct config cfg;
	static struct vm vm = { .cfg = &cfg };

	options_parse(&cfg, argc, argv);
	io_init();
	loader_probe(&vm);
	vm_open(&vm);
	ram_alloc(&vm);
	main_catch_signals(&vm);
	main_create_devices(&vm);
	term_init(&vm);
	do {
		main_boot(&vm);
	} while (vm.end == END_RESET && !cfg.no_reboot);
	term_restore();
	if (cfg.stats)
		vcpu_print_stats(&vm);
	return vm.end == END_RESET ? STATUS_REBOOT : vm.end_status;
}
