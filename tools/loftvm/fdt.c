// SPDX-License-Identifier: GPL-2.0-only
/* The guest's device tree, as libfdt writes it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "loftvm.h"

#define DTB_SIZE (2 * MIB) /* the most that arm64 Linux maps */
#define PHANDLE_GIC 1
#define PHANDLE_CLOCK 2
#define IRQ_SPI 0
#define IRQ_PPI 1
#define IRQ_EDGE 1
#define IRQ_LEVEL_HIGH 4
#define IRQ_LEVEL_LOW 8

static void check(int err, const char *what)
{
	if (err < 0)
		die("device tree: %s: %s", what, fdt_strerror(err));
}

static void put(void *fdt, const char *name, const void *value, int len)
{
	check(fdt_property(fdt, name, value, len), name);
}

static void put_string(void *fdt, const char *name, const char *value)
{
	put(fdt, name, value, strlen(value) + 1);
}

/* n cells of 32 bits. */
static void put_cells(void *fdt, const char *name, unsigned int n, ...)
{
	fdt32_t cells[8];
	unsigned int i;
	va_list ap;

	va_start(ap, n);
	for (i = 0; i < n; i++)
		cells[i] = cpu_to_fdt32(va_arg(ap, uint32_t));
	va_end(ap);
	put(fdt, name, cells, n * sizeof(*cells));
}

#define CELLS(x) (uint32_t)((uint64_t)(x) >> 32), (uint32_t)(x)

static void begin(void *fdt, const char *name)
{
	check(fdt_begin_node(fdt, name), name);
}

static void begin_at(void *fdt, const char *name, uint64_t base, uint64_t size)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)base);
	begin(fdt, full);
	put_cells(fdt, "reg", 4, CELLS(base), CELLS(size));
}

static void end(void *fdt)
{
	check(fdt_end_node(fdt), "end of node");
}

static void fdt_put_seeds(void *fdt)
{
	uint8_t seed[64];
	uint64_t kaslr;

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed) ||
	    getrandom(&kaslr, sizeof(kaslr), 0) != sizeof(kaslr))
		die("getrandom: %m");
	put(fdt, "rng-seed", seed, sizeof(seed));
	put_cells(fdt, "kaslr-seed", 2, CELLS(kaslr));
}

/* Without a word about the console the guest gets the one that loftvm shows. */
static void fdt_put_bootargs(void *fdt, const struct config *cfg)
{
	const char *append = cfg->append ? cfg->append : "";
	const char *console = "";
	char *args;

	if (cfg->virtio_console && !strstr(append, "console="))
		console = *append ? " console=hvc0" : "console=hvc0";
	if (asprintf(&args, "%s%s", append, console) < 0)
		die("bootargs: %m");
	put_string(fdt, "bootargs", args);
	free(args);
}

static void fdt_put_chosen(void *fdt, struct vm *vm)
{
	begin(fdt, "chosen");
	fdt_put_bootargs(fdt, vm->cfg);
	put_string(fdt, "stdout-path", "/pl011@9000000");
	if (vm->cfg->initrd) {
		put_cells(fdt, "linux,initrd-start", 2, CELLS(vm->initrd_start));
		put_cells(fdt, "linux,initrd-end", 2, CELLS(vm->initrd_end));
	}
	fdt_put_seeds(fdt);
	end(fdt);
}

static void fdt_put_cpus(void *fdt, struct vm *vm)
{
	uint64_t mpidr;
	unsigned int i;
	char name[32];

	begin(fdt, "cpus");
	put_cells(fdt, "#address-cells", 1, 2);
	put_cells(fdt, "#size-cells", 1, 0);
	for (i = 0; i < vm->cfg->smp; i++) {
		mpidr = arch_read_mpidr(&vm->vcpus[i]);
		snprintf(name, sizeof(name), "cpu@%llx", (unsigned long long)mpidr);
		begin(fdt, name);
		put_string(fdt, "device_type", "cpu");
		put_string(fdt, "compatible", "arm,armv8");
		put_cells(fdt, "reg", 2, CELLS(mpidr));
		if (vm->cfg->smp > 1)
			put_string(fdt, "enable-method", "psci");
		end(fdt);
	}
	end(fdt);
}

static void fdt_put_psci(void *fdt)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	begin(fdt, "psci");
	put(fdt, "compatible", compatible, sizeof(compatible));
	put_string(fdt, "method", "hvc");
	end(fdt);
}

static void fdt_put_timer(void *fdt, struct vm *vm)
{
	static const uint8_t ppis[] = { 13, 14, 11, 10 }; /* secure, physical, virtual, EL2 */
	uint32_t flags = IRQ_LEVEL_LOW;
	fdt32_t cells[3 * ARRAY_SIZE(ppis)];
	size_t i;

	/* GICv2 wants the mask of the CPUs that have the interrupt. */
	if (vm->gic == 2)
		flags |= ((1u << vm->cfg->smp) - 1) << 8;
	for (i = 0; i < ARRAY_SIZE(ppis); i++) {
		cells[3 * i] = cpu_to_fdt32(IRQ_PPI);
		cells[3 * i + 1] = cpu_to_fdt32(ppis[i]);
		cells[3 * i + 2] = cpu_to_fdt32(flags);
	}
	begin(fdt, "timer");
	put_string(fdt, "compatible", "arm,armv8-timer");
	put(fdt, "interrupts", cells, sizeof(cells));
	put(fdt, "always-on", NULL, 0);
	end(fdt);
}

static void fdt_put_gic(void *fdt, struct vm *vm)
{
	uint64_t gicr = vm->cfg->smp > GICR_MAX_LOW ? GICR_BASE_MANY : GICR_BASE;

	begin(fdt, "intc@8000000");
	if (vm->gic == 3) {
		put_string(fdt, "compatible", "arm,gic-v3");
		put_cells(fdt, "reg", 8, CELLS(GICD_BASE), CELLS(GICD_SIZE), CELLS(gicr),
			  CELLS(GICR_SIZE * vm->cfg->smp));
	} else {
		put_string(fdt, "compatible", "arm,cortex-a15-gic");
		put_cells(fdt, "reg", 8, CELLS(GICD_BASE), CELLS(GICD_SIZE), CELLS(GICC_BASE),
			  CELLS(GICC_SIZE));
	}
	put_cells(fdt, "#interrupt-cells", 1, 3);
	put(fdt, "interrupt-controller", NULL, 0);
	put_cells(fdt, "phandle", 1, PHANDLE_GIC);
	end(fdt);
}

static void fdt_put_uart(void *fdt)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char names[] = "uartclk\0apb_pclk";

	begin(fdt, "apb-pclk");
	put_string(fdt, "compatible", "fixed-clock");
	put_cells(fdt, "#clock-cells", 1, 0);
	put_cells(fdt, "clock-frequency", 1, 24000000);
	put_cells(fdt, "phandle", 1, PHANDLE_CLOCK);
	end(fdt);
	begin_at(fdt, "pl011", UART_BASE, 0x1000);
	put(fdt, "compatible", compatible, sizeof(compatible));
	put_cells(fdt, "interrupts", 3, IRQ_SPI, UART_SPI, IRQ_LEVEL_HIGH);
	put_cells(fdt, "clocks", 2, PHANDLE_CLOCK, PHANDLE_CLOCK);
	put(fdt, "clock-names", names, sizeof(names));
	end(fdt);
}

static void fdt_put_devices(void *fdt, struct vm *vm)
{
	unsigned int i;

	fdt_put_uart(fdt);
	for (i = 0; i < vm->n_virtio; i++) {
		begin_at(fdt, "virtio_mmio", VIRTIO_BASE + i * VIRTIO_STRIDE, VIRTIO_STRIDE);
		put_string(fdt, "compatible", "virtio,mmio");
		put_cells(fdt, "interrupts", 3, IRQ_SPI, VIRTIO_SPI + i, IRQ_EDGE);
		put(fdt, "dma-coherent", NULL, 0);
		end(fdt);
	}
	if (vm->cfg->testdev) {
		begin_at(fdt, "testdev", TESTDEV_BASE, TESTDEV_SIZE);
		put_string(fdt, "compatible", "loft,testdev");
		end(fdt);
	}
}

static void fdt_put_root(void *fdt, struct vm *vm)
{
	begin(fdt, "");
	put_string(fdt, "compatible", "loft,loftvm");
	put_string(fdt, "model", "loftvm");
	put_cells(fdt, "#address-cells", 1, 2);
	put_cells(fdt, "#size-cells", 1, 2);
	put_cells(fdt, "interrupt-parent", 1, PHANDLE_GIC);
	fdt_put_chosen(fdt, vm);
	begin_at(fdt, "memory", RAM_BASE, vm->cfg->memory);
	put_string(fdt, "device_type", "memory");
	end(fdt);
	fdt_put_cpus(fdt, vm);
	fdt_put_psci(fdt);
	fdt_put_timer(fdt, vm);
	fdt_put_gic(fdt, vm);
	fdt_put_devices(fdt, vm);
	end(fdt);
}

static void fdt_dump(const char *path, const void *fdt)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t size = fdt_totalsize(fdt);

	if (fd < 0 || write(fd, fdt, size) != size || close(fd))
		die("--dump-dtb %s: %m", path);
}

/* Boot CPU, initrd and vm->dtb are settled by now. */
void fdt_build(struct vm *vm)
{
	void *fdt = ram_at(vm, vm->dtb, DTB_SIZE);

	if (!fdt)
		die("kernel and device tree need more --memory than %llu MiB",
		    (unsigned long long)(vm->cfg->memory / MIB));
	check(fdt_create(fdt, DTB_SIZE), "create");
	check(fdt_finish_reservemap(fdt), "reserve map");
	fdt_put_root(fdt, vm);
	check(fdt_finish(fdt), "finish");
	if (vm->cfg->dump_dtb)
		fdt_dump(vm->cfg->dump_dtb, fdt);
}
