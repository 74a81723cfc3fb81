// SPDX-License-Identifier: GPL-2.0-only
/* The guest's device tree, as libfdt writes it. */
#include <libfdt.h>
#include <stdarg.h>
#include <sys/random.h>

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
	fdt32_t cells[12];
	unsigned int i;
	va_list ap;

	va_start(ap, n);
	for (i = 0; i < n; i++)
		cells[i] = cpu_to_fdt32(va_arg(ap, uint32_t));
	va_end(ap);
	put(fdt, name, cells, n * sizeof(*cells));
}

#define CELLS(x) (uint32_t)((uint64_t)(x) >> 32), (uint32_t)(x)

/* @strings: the compatible ones, and len their bytes; or NULL */
static void begin(void *fdt, const char *name, const char *strings, size_t len)
{
	check(fdt_begin_node(fdt, name), name);
	if (strings)
		put(fdt, "compatible", strings, len);
}

#define BEGIN(fdt, name, strings) begin(fdt, name, strings, sizeof(strings))

static void begin_at(void *fdt, const char *name, uint64_t base, uint64_t size)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)base);
	begin(fdt, full, NULL, 0);
	put_cells(fdt, "reg", 4, CELLS(base), CELLS(size));
}

static void end(void *fdt)
{
	check(fdt_end_node(fdt), "end of node");
}

static void fdt_put_seeds(void *fdt)
{
	uint8_t seed[72];

	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		die("getrandom: %m");
	put(fdt, "kaslr-seed", seed, 8);
	put(fdt, "rng-seed", seed + 8, sizeof(seed) - 8);
}

/* Without a word about the console the guest gets the one that loftvm shows. */
static void fdt_put_bootargs(void *fdt, const struct config *cfg)
{
	const char *append = cfg->append ? cfg->append : "";
	bool add = cfg->virtio_console && !strstr(append, "console=");
	char *args;

	if (asprintf(&args, "%s%s", append, add ? " console=hvc0" : "") < 0)
		die("bootargs: %m");
	put_string(fdt, "bootargs", args);
	free(args);
}

static void fdt_put_chosen(void *fdt, struct vm *vm)
{
	begin(fdt, "chosen", NULL, 0);
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
	struct vcpu *vcpu;
	uint64_t mpidr;
	char name[32];
	/* AArch32 has no Aff3. */
	bool wide = !vm->image.aarch32;

	begin(fdt, "cpus", NULL, 0);
	put_cells(fdt, "#address-cells", 1, 1 + wide);
	put_cells(fdt, "#size-cells", 1, 0);
	for_each_vcpu(vm, vcpu) {
		mpidr = arch_read_mpidr(vcpu);
		snprintf(name, sizeof(name), "cpu@%llx", (unsigned long long)mpidr);
		BEGIN(fdt, name, "arm,armv8");
		put_string(fdt, "device_type", "cpu");
		if (wide)
			put_cells(fdt, "reg", 2, CELLS(mpidr));
		else
			put_cells(fdt, "reg", 1, (uint32_t)mpidr);
		if (vm->cfg->smp > 1)
			put_string(fdt, "enable-method", "psci");
		end(fdt);
	}
	end(fdt);
}

/* Secure, physical, virtual and EL2 timer, in the binding's order. */
static void fdt_put_timer(void *fdt, struct vm *vm)
{
	/* GICv2 wants the mask of the CPUs that have the interrupt. */
	uint32_t mask = vm->gic == 2 ? (1u << vm->cfg->smp) - 1 : 0;
	uint32_t flags = IRQ_LEVEL_LOW | mask << 8;

	BEGIN(fdt, "timer", "arm,armv8-timer\0arm,armv7-timer");
	put_cells(fdt, "interrupts", 12, IRQ_PPI, 13, flags, IRQ_PPI, 14, flags, IRQ_PPI, 11, flags,
		  IRQ_PPI, 10, flags);
	put(fdt, "always-on", NULL, 0);
	end(fdt);
}

static void fdt_put_gic(void *fdt, struct vm *vm)
{
	uint64_t gicr = vm->cfg->smp > GICR_MAX_LOW ? GICR_BASE_MANY : GICR_BASE;
	bool v3 = vm->gic == 3;

	begin(fdt, "intc@8000000", NULL, 0);
	put_string(fdt, "compatible", v3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
	put_cells(fdt, "reg", 8, CELLS(GICD_BASE), CELLS(GICD_SIZE), CELLS(v3 ? gicr : GICC_BASE),
		  CELLS(v3 ? GICR_SIZE * vm->cfg->smp : GICC_SIZE));
	put_cells(fdt, "#interrupt-cells", 1, 3);
	put(fdt, "interrupt-controller", NULL, 0);
	put_cells(fdt, "phandle", 1, PHANDLE_GIC);
	end(fdt);
}

static void fdt_put_uart(void *fdt)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char names[] = "uartclk\0apb_pclk";

	BEGIN(fdt, "apb-pclk", "fixed-clock");
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
	BEGIN(fdt, "", "loft,loftvm");
	put_string(fdt, "model", "loftvm");
	put_cells(fdt, "#address-cells", 1, 2);
	put_cells(fdt, "#size-cells", 1, 2);
	put_cells(fdt, "interrupt-parent", 1, PHANDLE_GIC);
	fdt_put_chosen(fdt, vm);
	begin_at(fdt, "memory", RAM_BASE, vm->cfg->memory);
	put_string(fdt, "device_type", "memory");
	end(fdt);
	fdt_put_cpus(fdt, vm);
	BEGIN(fdt, "psci", "arm,psci-1.0\0arm,psci-0.2");
	put_string(fdt, "method", "hvc");
	end(fdt);
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
