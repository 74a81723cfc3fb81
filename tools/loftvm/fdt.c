// SPDX-License-Identifier: GPL-2.0-only
/* The guest's device tree, as libfdt writes it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
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

static void put_u32(void *fdt, const char *name, uint32_t value)
{
	check(fdt_property_u32(fdt, name, value), name);
}

static void put_u64s(void *fdt, const char *name, const uint64_t *values,
		     unsigned int n)
{
	fdt64_t cells[4];
	unsigned int i;

	for (i = 0; i < n; i++)
		cells[i] = cpu_to_fdt64(values[i]);
	put(fdt, name, cells, n * sizeof(*cells));
}

static void put_irq(void *fdt, uint32_t kind, uint32_t number, uint32_t flags)
{
	fdt32_t cells[] = {
		cpu_to_fdt32(kind), cpu_to_fdt32(number), cpu_to_fdt32(flags)
	};

	put(fdt, "interrupts", cells, sizeof(cells));
}

static void begin(void *fdt, const char *name)
{
	check(fdt_begin_node(fdt, name), name);
}

static void begin_at(void *fdt, const char *name, uint64_t base, uint64_t size)
{
	uint64_t reg[] = { base, size };
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)base);
	begin(fdt, full);
	put_u64s(fdt, "reg", reg, 2);
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
		die_errno("getrandom");
	put(fdt, "rng-seed", seed, sizeof(seed));
	put_u64s(fdt, "kaslr-seed", &kaslr, 1);
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
		die_errno("bootargs");
	put_string(fdt, "bootargs", args);
	free(args);
}

static void fdt_put_chosen(void *fdt, struct vm *vm)
{
	begin(fdt, "chosen");
	fdt_put_bootargs(fdt, vm->cfg);
	put_string(fdt, "stdout-path", "/pl011@9000000");
	if (vm->cfg->initrd) {
		put_u64s(fdt, "linux,initrd-start", &vm->initrd_start, 1);
		put_u64s(fdt, "linux,initrd-end", &vm->initrd_end, 1);
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
	put_u32(fdt, "#address-cells", 2);
	put_u32(fdt, "#size-cells", 0);
	for (i = 0; i < vm->cfg->smp; i++) {
		mpidr = arch_read_mpidr(&vm->vcpus[i]);
		snprintf(name, sizeof(name), "cpu@%llx",
			 (unsigned long long)mpidr);
		begin(fdt, name);
		put_string(fdt, "device_type", "cpu");
		put_string(fdt, "compatible", "arm,armv8");
		put_u64s(fdt, "reg", &mpidr, 1);
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

/* Secure, non-secure, virtual and hypervisor timer, in the binding's order. */
static void fdt_put_timer(void *fdt, struct vm *vm)
{
	static const uint32_t ppis[] = { 13, 14, 11, 10 };
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
	bool many = vm->cfg->smp > GICR_MAX_LOW;
	uint64_t v2[] = { GICD_BASE, GICD_SIZE, GICC_BASE, GICC_SIZE };
	uint64_t v3[] = { GICD_BASE, GICD_SIZE,
			  many ? GICR_BASE_MANY : GICR_BASE,
			  GICR_SIZE * vm->cfg->smp };

	begin(fdt, "intc@8000000");
	put_string(fdt, "compatible",
		   vm->gic == 3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
	put_u64s(fdt, "reg", vm->gic == 3 ? v3 : v2, 4);
	put_u32(fdt, "#interrupt-cells", 3);
	put(fdt, "interrupt-controller", NULL, 0);
	put_u32(fdt, "phandle", PHANDLE_GIC);
	end(fdt);
}

static void fdt_put_uart(void *fdt)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char names[] = "uartclk\0apb_pclk";
	fdt32_t clocks[] = {
		cpu_to_fdt32(PHANDLE_CLOCK), cpu_to_fdt32(PHANDLE_CLOCK)
	};

	begin(fdt, "apb-pclk");
	put_string(fdt, "compatible", "fixed-clock");
	put_u32(fdt, "#clock-cells", 0);
	put_u32(fdt, "clock-frequency", 24000000);
	put_u32(fdt, "phandle", PHANDLE_CLOCK);
	end(fdt);
	begin_at(fdt, "pl011", UART_BASE, 0x1000);
	put(fdt, "compatible", compatible, sizeof(compatible));
	put_irq(fdt, IRQ_SPI, UART_SPI, IRQ_LEVEL_HIGH);
	put(fdt, "clocks", clocks, sizeof(clocks));
	put(fdt, "clock-names", names, sizeof(names));
	end(fdt);
}

static void fdt_put_devices(void *fdt, struct vm *vm)
{
	unsigned int i;

	fdt_put_uart(fdt);
	for (i = 0; i < vm->n_virtio; i++) {
		begin_at(fdt, "virtio_mmio", VIRTIO_BASE + i * VIRTIO_STRIDE,
			 VIRTIO_STRIDE);
		put_string(fdt, "compatible", "virtio,mmio");
		put_irq(fdt, IRQ_SPI, VIRTIO_SPI + i, IRQ_EDGE);
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
	put_u32(fdt, "#address-cells", 2);
	put_u32(fdt, "#size-cells", 2);
	put_u32(fdt, "interrupt-parent", PHANDLE_GIC);
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
		die_errno("--dump-dtb %s", path);
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
