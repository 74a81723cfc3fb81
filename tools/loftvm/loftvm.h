/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contracts between loftvm's files: the machine's layout, the VM and vCPU
 * structures, and what each file offers to the others. It also includes the
 * parts of libc that most of them use.
 */
#ifndef LOFTVM_H
#define LOFTVM_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/kvm.h>

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a) (((x) + (a) - 1) & ~((uint64_t)(a) - 1))

/* The machine; Documentation/testing and the guest payloads rely on it. */
#define GICD_BASE 0x08000000ull
#define GICD_SIZE 0x10000ull
#define GICC_BASE 0x08010000ull
#define GICC_SIZE 0x10000ull
#define ITS_BASE 0x08080000ull
#define GICR_BASE 0x080a0000ull
#define GICR_BASE_MANY 0x10000000ull /* above GICR_MAX_LOW vCPUs */
#define GICR_SIZE 0x20000ull
#define GICR_MAX_LOW 123
#define UART_BASE 0x09000000ull
#define UART_SPI 1
#define VIRTIO_BASE 0x0a000000ull
#define VIRTIO_STRIDE 0x200ull
#define VIRTIO_SPI 16
#define VIRTIO_MAX 32
#define TESTDEV_BASE 0x0b000000ull
#define TESTDEV_SIZE 0x20000ull
#define TESTMEM_BASE 0x30000000ull
#define TESTMEM_SIZE (4 * MIB)
#define RAM_BASE 0x40000000ull
#define RAM_MIN (8 * MIB)
#define RAM_MAX (1ull << 46)
#define NR_IRQS 256
#define MAX_VCPUS 512
#define MAX_DEVS 16

enum slot { SLOT_RAM, SLOT_TESTMEM };

/* The exit statuses besides the guest's own; loftvm.1 lists them. */
enum status {
	STATUS_OK = 0, STATUS_ERROR = 1, STATUS_USAGE = 2,
	STATUS_REBOOT = 64, STATUS_CRASH = 65, STATUS_UNKNOWN_EXIT = 66, STATUS_TIMEOUT = 67,
	STATUS_USER = 68, STATUS_SIGNAL = 128,
};

enum end_kind { END_NONE, END_RESET, END_STATUS };

struct config {
	const char *kernel, *initrd, *append, *dump_dtb;
	struct device_list {
		const char *spec[MAX_DEVS];
		unsigned int n;
	} disks, taps;
	uint64_t memory;
	unsigned int smp, ipa_bits, gic, timeout;
	bool rng, testdev, its, no_reboot, hugepages, no_thp, stats, nisv, virtio_console;
	unsigned int affinity[MAX_VCPUS], n_affinity;
};

#define EXIT_SIGNAL 63 /* KVM_RUN returned for a signal; beyond all KVM_EXIT_* */
#define NR_EXITS 64

struct vm;

struct vcpu {
	struct vm *vm;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	unsigned int faults; /* consecutive EFAULTs forgiven */
	uint64_t exits[NR_EXITS];
};

typedef void (*mmio_fn)(void *arg, uint64_t offset, void *data, unsigned int len, bool write);

struct mmio_region {
	uint64_t base, size;
	mmio_fn fn;
	void *arg;
};

/* What a kernel's header says: where in RAM it goes, how much it takes there, and whether EL1 is to be in AArch32. */
struct image {
	uint64_t text_offset, size;
	bool aarch32;
};

struct vm {
	const struct config *cfg;
	struct image image;
	int kvm, fd, gic_fd;
	size_t run_size;
	unsigned int gic; /* the version in use, 2 or 3 */
	uint8_t *ram;
	uint64_t entry, kernel_end, dtb, initrd_start, initrd_end;
	struct vcpu *vcpus;
	struct mmio_region regions[MAX_DEVS * 2 + 8];
	unsigned int n_regions;
	struct virtio *virtio[VIRTIO_MAX];
	unsigned int n_virtio;
	struct testdev *testdev;
	int end, end_status; /* enum end_kind, the first one wins, and its status */
	bool stop, reported_unmapped;
};

#define for_each_vcpu(vm, vcpu) \
	for ((vcpu) = (vm)->vcpus; (vcpu) < (vm)->vcpus + (vm)->cfg->smp; (vcpu)++)

/* main.c */
__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);

#define die(...)                    \
	do {                        \
		say(__VA_ARGS__);   \
		exit(STATUS_ERROR); \
	} while (0)

/* options.c */
void options_parse(struct config *cfg, int argc, char **argv);

/* vm.c */
void vm_open(struct vm *vm);
void vm_create(struct vm *vm);
void vm_start(struct vm *vm);
void vm_stop(struct vm *vm);
void vm_end(struct vm *vm, enum end_kind kind, int status);
int vm_set_slot(struct vm *vm, enum slot slot, uint64_t ipa, uint64_t size, void *hva,
		uint32_t flags);
int vm_bind_ioeventfd(struct vm *vm, int fd, uint64_t ipa, int64_t match);
int vm_check(struct vm *vm, int capability);

/* ram.c */
void ram_alloc(struct vm *vm);
void *ram_map(size_t size, bool hugepages, bool thp);
void *ram_at(struct vm *vm, uint64_t ipa, uint64_t len);

/* vcpu.c */
void vcpu_create(struct vm *vm, struct vcpu *vcpu);
void vcpu_start(struct vcpu *vcpu);
void vcpu_kick(struct vcpu *vcpu);
void vcpu_stop(struct vcpu *vcpu);
void vcpu_destroy(struct vcpu *vcpu);
void vcpu_print_stats(struct vm *vm);
int vcpu_get_reg(struct vcpu *vcpu, uint64_t id, uint64_t *value);
void vcpu_set_reg(struct vcpu *vcpu, uint64_t id, uint64_t value);

/* image.c */
#define IMAGE_HEADER 64
const char *image_parse(const uint64_t *header, struct image *image);

/* arm64.c or arm.c: what depends on the host's architecture */
uint32_t arch_features(struct vm *vm);
void arch_set_entry(struct vcpu *vcpu, uint64_t entry, uint64_t dtb);
uint64_t arch_read_mpidr(struct vcpu *vcpu);
void arch_dump(struct vcpu *vcpu);

/* loader.c */
void loader_probe(struct vm *vm);
void loader_load(struct vm *vm);

/* fdt.c */
void fdt_build(struct vm *vm);

/* gic.c */
void gic_create(struct vm *vm);
void gic_init(struct vm *vm);
int gic_set_spi(struct vm *vm, unsigned int spi, bool level);
int gic_bind_irqfd(struct vm *vm, int fd, unsigned int spi);

/* mmio.c */
void mmio_add(struct vm *vm, uint64_t base, uint64_t size, mmio_fn fn, void *arg);
void mmio_access(struct vm *vm, uint64_t ipa, void *data, unsigned int len, bool write);

/* io.c */
void io_init(void);
void io_add(int fd, bool (*want)(void *arg), void (*fn)(int fd, void *arg), void *arg);
void io_remove(int fd);
void io_wake(void);
void io_run_once(void);
void io_drain(int fd);
int io_eventfd(void);
void io_signal(int eventfd);

/* term.c: the terminal; one device at a time is its sink */
void term_init(struct vm *vm);
void term_restore(void);
void term_write(const void *buf, size_t len);

struct sink {
	size_t (*room)(void *arg);
	void (*input)(void *arg, const uint8_t *buf, size_t n);
	void *arg;
};

void term_set_sink(struct sink sink);

/* pl011.c */
void pl011_create(struct vm *vm);
void pl011_reset(void);

/* virtio.c */
#define VQ_MAX 256
#define VQ_PER_DEV 2

struct virtq {
	uint32_t num;
	bool ready;
	uint64_t ipa[3]; /* of the descriptors, the available and the used ring */
	uint16_t last_avail, used_idx;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
};

/* One request: what the driver wrote (out) and left room for (in). */
struct chain {
	uint16_t head;
	unsigned int n_out, n_in;
	struct iovec out[VQ_MAX], in[VQ_MAX];
};

struct virtio;

struct virtio_ops {
	const char *name;
	uint32_t id;
	unsigned int n_queues;
	uint64_t features;
	/* The guest notified a queue; called with the device's lock held. */
	void (*notify)(struct virtio *dev, unsigned int queue);
};

struct virtio {
	struct vm *vm;
	const struct virtio_ops *ops;
	void *priv;
	unsigned int index;
	int irq_fd, notify_fd[VQ_PER_DEV];
	bool irqfd_bound;
	pthread_mutex_t lock; /* over all below */
	uint64_t features;
	uint8_t config[256];
	struct virtio_state { /* what a reset clears */
		uint64_t driver_features;
		uint32_t status, isr, feature_sel, driver_sel, queue_sel;
		struct virtq vq[VQ_PER_DEV];
	} s;
};

struct virtio *virtio_create(struct vm *vm, const struct virtio_ops *ops, void *priv);
void virtio_bind(struct vm *vm);
void virtio_break(struct virtio *dev, const char *why);
bool virtio_running(struct virtio *dev);
void virtio_interrupt(struct virtio *dev, uint32_t isr);

/* virtq.c */
void virtq_enable(struct virtio *dev, struct virtq *vq);
bool virtq_pending(struct virtq *vq);
bool virtq_pop(struct virtio *dev, struct virtq *vq, struct chain *chain);
void virtq_push(struct virtio *dev, struct virtq *vq, struct chain *chain, uint64_t written);
uint64_t iov_length(const struct iovec *iov, unsigned int n);
size_t iov_copy(struct iovec *iov, unsigned int n, void *buf, size_t len, bool to_iov);

/* blk.c, net.c, console.c, rng.c */
void blk_create(struct vm *vm, const char *spec);
void net_create(struct vm *vm, const char *ifname);
void console_create(struct vm *vm);
void rng_create(struct vm *vm);

/* test/testdev.c */
void testdev_create(struct vm *vm);
void testdev_bind(struct vm *vm);
bool testdev_forgives_fault(struct vm *vm);
bool testdev_access_memory(struct vm *vm, uint64_t ipa, void *data, unsigned int len, bool write);

#endif
