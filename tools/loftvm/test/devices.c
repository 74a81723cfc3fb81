// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of loftvm's devices without KVM: a driver of a few lines, honest and
 * dishonest, on the machine that builds it, under sanitizers. Prints TAP.
 */
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../loftvm.h"

#define RAM_SIZE (1 * MIB)
#define SECTOR 512
#define DISK_SECTORS 64
#define QSIZE 8
#define DESC 0x1000ull /* offsets in RAM; each queue has 4 KiB from here on */
#define AVAIL 0x400ull
#define USED 0x800ull
#define DATA 0x10000ull
#define INT_CONFIG 2

static struct config cfg = { .smp = 1, .memory = RAM_SIZE };
static struct vm vm = { .cfg = &cfg };
static unsigned int passed, failed, irqs, line;
static char out[256], said[256];
static size_t n_out;
static struct sink sink;

/* What the devices use of the rest of loftvm, as seen from here. */
void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
}

int gic_set_spi(struct vm *v, unsigned int spi, bool level)
{
	irqs += level;
	if (spi == UART_SPI)
		line = level;
	return 0;
}

int gic_bind_irqfd(struct vm *v, int fd, unsigned int spi)
{
	return -1;
}

int vm_bind_ioeventfd(struct vm *v, int fd, uint64_t ipa, int64_t match)
{
	return -1;
}

bool testdev_access_memory(struct vm *v, uint64_t ipa, void *data, unsigned int len, bool write)
{
	return false;
}

void term_write(const void *buf, size_t len)
{
	if (len > sizeof(out) - n_out)
		len = sizeof(out) - n_out;
	memcpy(out + n_out, buf, len);
	n_out += len;
}

void term_set_sink(struct sink s)
{
	sink = s;
}

static void check(bool ok, const char *what)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", passed + failed + 1, what);
	passed += ok;
	failed += !ok;
}

static uint64_t access_bus(uint64_t ipa, unsigned int len, bool write, uint64_t value)
{
	mmio_access(&vm, ipa, &value, len, write);
	return value;
}

static uint32_t reg(unsigned int index, unsigned int offset)
{
	return access_bus(VIRTIO_BASE + index * VIRTIO_STRIDE + offset, 4, false, 0);
}

static void set(unsigned int index, unsigned int offset, uint32_t value)
{
	access_bus(VIRTIO_BASE + index * VIRTIO_STRIDE + offset, 4, true, value);
}

/* One pass of the I/O loop, which never blocks as it was woken. */
static void serve(void)
{
	io_wake();
	io_run_once();
}

static struct vring_desc *desc_of(unsigned int queue)
{
	return (void *)(vm.ram + DESC * (queue + 1));
}

static struct vring_avail *avail_of(unsigned int queue)
{
	return (void *)(vm.ram + DESC * (queue + 1) + AVAIL);
}

static struct vring_used *used_of(unsigned int queue)
{
	return (void *)(vm.ram + DESC * (queue + 1) + USED);
}

static void setup_queue(unsigned int index, unsigned int queue)
{
	uint64_t base = RAM_BASE + DESC * (queue + 1);

	memset(vm.ram + DESC * (queue + 1), 0, DESC);
	set(index, VIRTIO_MMIO_QUEUE_SEL, queue);
	set(index, VIRTIO_MMIO_QUEUE_NUM, QSIZE);
	set(index, VIRTIO_MMIO_QUEUE_DESC_LOW, base);
	set(index, VIRTIO_MMIO_QUEUE_AVAIL_LOW, base + AVAIL);
	set(index, VIRTIO_MMIO_QUEUE_USED_LOW, base + USED);
	set(index, VIRTIO_MMIO_QUEUE_READY, 1);
}

static void setup(unsigned int index)
{
	unsigned int queue;

	set(index, VIRTIO_MMIO_STATUS, 0);
	set(index, VIRTIO_MMIO_STATUS, 3);
	set(index, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	set(index, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	set(index, VIRTIO_MMIO_STATUS, 3 | VIRTIO_CONFIG_S_FEATURES_OK);
	for (queue = 0; queue < vm.virtio[index]->ops->n_queues; queue++)
		setup_queue(index, queue);
	set(index, VIRTIO_MMIO_STATUS,
	    3 | VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK);
}

static void put_desc(unsigned int queue, unsigned int n, uint64_t ipa, uint32_t len,
		     uint16_t flags, uint16_t next)
{
	desc_of(queue)[n] = (struct vring_desc){ ipa, len, flags, next };
}

static void submit(unsigned int index, unsigned int queue, uint16_t head)
{
	struct vring_avail *avail = avail_of(queue);

	avail->ring[avail->idx % QSIZE] = head;
	avail->idx++;
	set(index, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
	serve();
}

/* A disk request of three descriptors; the status it ended with. */
static uint8_t disk_request(unsigned int index, uint32_t type, uint64_t sector, uint32_t len)
{
	struct virtio_blk_outhdr *header = (void *)(vm.ram + DATA);
	uint8_t *status = vm.ram + DATA + 0x100;
	bool in = type != VIRTIO_BLK_T_OUT;

	*header = (struct virtio_blk_outhdr){ .type = type, .sector = sector };
	*status = 0xee;
	put_desc(0, 0, RAM_BASE + DATA, sizeof(*header), VRING_DESC_F_NEXT, 1);
	put_desc(0, 1, RAM_BASE + DATA + 0x1000, len,
		 VRING_DESC_F_NEXT | (in ? VRING_DESC_F_WRITE : 0), 2);
	put_desc(0, 2, RAM_BASE + DATA + 0x100, 1, VRING_DESC_F_WRITE, 0);
	submit(index, 0, 0);
	return *status;
}

static bool needs_reset(unsigned int index)
{
	return reg(index, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET &&
	       reg(index, VIRTIO_MMIO_INTERRUPT_STATUS) & INT_CONFIG;
}

static void test_transport(void)
{
	check(reg(0, 0) == 0x74726976 && reg(0, 4) == 2 && reg(0, 8) == 2,
	      "transport: magic, version and device ID");
	set(0, VIRTIO_MMIO_STATUS, 0);
	set(0, VIRTIO_MMIO_STATUS, 3 | VIRTIO_CONFIG_S_FEATURES_OK);
	check(reg(0, VIRTIO_MMIO_STATUS) == 3, "transport: FEATURES_OK refused without VERSION_1");
	set(0, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	set(0, VIRTIO_MMIO_DRIVER_FEATURES, 0x81);
	set(0, VIRTIO_MMIO_STATUS, 3 | VIRTIO_CONFIG_S_FEATURES_OK);
	check(reg(0, VIRTIO_MMIO_STATUS) == 3, "transport: FEATURES_OK refused for what is not offered");
	setup(0);
	check(reg(0, VIRTIO_MMIO_STATUS) == 15, "transport: an honest driver gets to DRIVER_OK");
	check(access_bus(VIRTIO_BASE + VIRTIO_MMIO_CONFIG, 8, false, 0) == DISK_SECTORS,
	      "transport: configuration space has the capacity");
	check(access_bus(VIRTIO_BASE + VIRTIO_STRIDE - 4, 8, false, ~0ull) == 0,
	      "transport: a read across the end gives 0");
}

static void test_disk(void)
{
	uint8_t *data = vm.ram + DATA + 0x1000;
	uint8_t expect[2 * SECTOR];
	unsigned int before;

	setup(0);
	memset(data, 0x5a, 2 * SECTOR);
	memset(expect, 0x5a, 2 * SECTOR);
	before = irqs;
	check(disk_request(0, VIRTIO_BLK_T_OUT, 3, 2 * SECTOR) == VIRTIO_BLK_S_OK,
	      "disk: write");
	check(irqs == before + 1 && used_of(0)->idx == 1 && used_of(0)->ring[0].id == 0,
	      "disk: used ring and interrupt");
	memset(data, 0, 2 * SECTOR);
	check(disk_request(0, VIRTIO_BLK_T_IN, 3, 2 * SECTOR) == VIRTIO_BLK_S_OK &&
	      !memcmp(data, expect, sizeof(expect)), "disk: read gives what was written");
	check(used_of(0)->ring[1].len == 2 * SECTOR + 1, "disk: used length");
	check(disk_request(0, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK, "disk: flush");
	check(disk_request(0, VIRTIO_BLK_T_GET_ID, 0, 20) == VIRTIO_BLK_S_OK &&
	      !strcmp((char *)data, "loftvm-0"), "disk: serial");
	check(disk_request(0, VIRTIO_BLK_T_OUT, DISK_SECTORS - 1, 2 * SECTOR) ==
	      VIRTIO_BLK_S_IOERR, "disk: write beyond the end fails");
	check(disk_request(0, VIRTIO_BLK_T_OUT, ~0ull, SECTOR) == VIRTIO_BLK_S_IOERR,
	      "disk: a sector that overflows fails");
	check(disk_request(0, VIRTIO_BLK_T_IN, 0, 100) == VIRTIO_BLK_S_IOERR,
	      "disk: half a sector fails");
	check(disk_request(0, 0x99, 0, 0) == VIRTIO_BLK_S_UNSUPP, "disk: unknown request");
	avail_of(0)->flags = VRING_AVAIL_F_NO_INTERRUPT;
	before = irqs;
	disk_request(0, VIRTIO_BLK_T_FLUSH, 0, 0);
	check(irqs == before, "disk: no interrupt where the driver wants none");
	setup(1);
	check(disk_request(1, VIRTIO_BLK_T_OUT, 0, SECTOR) == VIRTIO_BLK_S_IOERR,
	      "disk: a read-only one refuses writes");
}

static void test_rng(void)
{
	uint8_t zero[64] = { 0 };

	setup(2);
	memset(vm.ram + DATA, 0, 64);
	put_desc(0, 0, RAM_BASE + DATA, 64, VRING_DESC_F_WRITE, 0);
	submit(2, 0, 0);
	check(used_of(0)->ring[0].len == 64 && memcmp(vm.ram + DATA, zero, 64),
	      "rng: fills the buffer");
}

static void test_console(void)
{
	setup(3);
	n_out = 0;
	memcpy(vm.ram + DATA, "hello", 5);
	put_desc(1, 0, RAM_BASE + DATA, 5, 0, 0);
	submit(3, 1, 0);
	check(n_out == 5 && !memcmp(out, "hello", 5), "console: output");
	check(!sink.room(sink.arg), "console: no room without a buffer");
	put_desc(0, 0, RAM_BASE + DATA + 64, 4, VRING_DESC_F_WRITE, 0);
	submit(3, 0, 0);
	check(sink.room(sink.arg) == 1, "console: room with one");
	sink.input(sink.arg, (const uint8_t *)"x", 1);
	check(vm.ram[DATA + 64] == 'x' && used_of(0)->ring[0].len == 1, "console: input");
}

/* Each makes the ring wrong in one way and leaves the rest to submit(). */
static void break_loop(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, VRING_DESC_F_NEXT, 0);
}

static void break_next(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, VRING_DESC_F_NEXT, QSIZE);
}

static void break_address(void)
{
	put_desc(0, 0, RAM_BASE + RAM_SIZE - 8, 16, 0, 0);
}

static void break_wrap(void)
{
	put_desc(0, 0, ~0ull - 7, 16, 0, 0);
}

static void break_indirect(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, VRING_DESC_F_INDIRECT, 0);
}

static void break_order(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1);
	put_desc(0, 1, RAM_BASE + DATA, 16, 0, 0);
}

static void break_index(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, VRING_DESC_F_WRITE, 0);
	avail_of(0)->idx += QSIZE;
}

static void break_status(void)
{
	put_desc(0, 0, RAM_BASE + DATA, 16, 0, 0);
}

static void test_broken_rings(void)
{
	static const struct {
		const char *what, *said;
		void (*fn)(void);
	} cases[] = {
		{ "broken: descriptors in a loop", "loop", break_loop },
		{ "broken: next beyond the queue", "beyond the queue", break_next },
		{ "broken: buffer across the end of RAM", "buffer outside RAM", break_address },
		{ "broken: buffer that wraps around", "buffer outside RAM", break_wrap },
		{ "broken: indirect descriptor", "indirect", break_indirect },
		{ "broken: readable behind writable", "behind a writable", break_order },
		{ "broken: index ahead of the queue", "more requests", break_index },
		{ "broken: no room for a status", "without room for a status", break_status },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(0);
		cases[i].fn();
		said[0] = '\0';
		submit(0, 0, 0);
		check(needs_reset(0) && strstr(said, cases[i].said), cases[i].what);
	}
	setup(0);
	submit(0, 0, 0xffff);
	check(needs_reset(0), "broken: head beyond the queue");
	check(disk_request(0, VIRTIO_BLK_T_FLUSH, 0, 0) == 0xee, "broken: the device stays stopped");
	set(0, VIRTIO_MMIO_STATUS, 0);
	set(0, VIRTIO_MMIO_QUEUE_NUM, QSIZE);
	set(0, VIRTIO_MMIO_QUEUE_USED_LOW, RAM_BASE + RAM_SIZE - 16);
	set(0, VIRTIO_MMIO_QUEUE_READY, 1);
	check(needs_reset(0) && !reg(0, VIRTIO_MMIO_QUEUE_READY), "broken: ring outside RAM");
	setup(0);
	check(disk_request(0, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK,
	      "broken: a reset repairs the device");
}

static uint32_t uart(unsigned int offset)
{
	return access_bus(UART_BASE + offset, 4, false, 0);
}

static void test_uart(void)
{
	pl011_create(&vm);
	pl011_reset();
	access_bus(UART_BASE + 0x38, 4, true, 0x50);
	check(uart(0x18) == 0x90 && !line, "uart: empty at first");
	check(sink.room(sink.arg) == 1, "uart: room for one byte without FIFOs");
	access_bus(UART_BASE + 0x2c, 4, true, 0x10);
	check(sink.room(sink.arg) == 32, "uart: room for 32 with them");
	sink.input(sink.arg, (const uint8_t *)"ab", 2);
	check(line && !(uart(0x18) & 0x10), "uart: input raises the line");
	check(uart(0) == 'a' && line && uart(0) == 'b' && !line, "uart: reading it lowers the line");
	n_out = 0;
	access_bus(UART_BASE, 1, true, 'z');
	check(n_out == 1 && out[0] == 'z' && uart(0x3c) & 0x20, "uart: output");
	access_bus(UART_BASE + 0x38, 4, true, 0x20);
	check(line, "uart: transmit interrupt once enabled");
	access_bus(UART_BASE + 0x44, 4, true, 0x20);
	check(!line, "uart: and cleared");
	check(uart(0xfe0) == 0x11 && uart(0xffc) == 0xb1, "uart: ID registers");
}

/* A fixed generator: the same run on each machine. */
static uint32_t rnd(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return state >> 33;
}

static void fuzz_step(void)
{
	unsigned int index = rnd() % 4, queue = rnd() % 2;
	uint64_t at;

	switch (rnd() % 8) {
	case 0:
		access_bus(VIRTIO_BASE + rnd() % (5 * VIRTIO_STRIDE), 1 << rnd() % 4, rnd() & 1,
			   rnd());
		break;
	case 1:
		access_bus(UART_BASE + rnd() % 0x1010, 1 << rnd() % 4, rnd() & 1, rnd());
		break;
	case 2:
		at = rnd() % 4 ? RAM_BASE + DATA + rnd() % 4096 : RAM_BASE + rnd() % (2 * RAM_SIZE);
		put_desc(queue, rnd() % QSIZE, at, rnd() % 5 ? rnd() % 2048 : rnd(),
			 rnd() % 4 ? rnd() % 4 : rnd(), rnd() % (QSIZE + 1));
		break;
	case 3:
		vm.ram[rnd() % RAM_SIZE] = rnd();
		break;
	case 4:
		if (rnd() % 4 == 0)
			setup(index);
		break;
	case 5:
		sink.input(sink.arg, (const uint8_t *)"fuzz", 1 + rnd() % 4);
		break;
	default:
		submit(index, queue, rnd() % (QSIZE + (rnd() % 16 == 0)));
		break;
	}
}

static void test_fuzz(void)
{
	unsigned int i, done = 0;

	for (i = 0; i < 200000; i++) {
		fuzz_step();
		done += used_of(0)->idx != 0;
		n_out = 0;
	}
	check(done > 1000, "fuzz: 200000 hostile steps, some of which were requests served");
	setup(0);
	check(disk_request(0, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK,
	      "fuzz: the disk works after them");
}

int main(void)
{
	char path[] = "/tmp/loftvm-test-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, DISK_SECTORS * SECTOR)) {
		printf("Bail out! no temporary file\n");
		return 1;
	}
	close(fd);
	vm.ram = calloc(1, RAM_SIZE);
	io_init();
	blk_create(&vm, path);
	blk_create(&vm, "/proc/self/exe,ro");
	rng_create(&vm);
	console_create(&vm);
	virtio_bind(&vm);
	test_transport();
	test_disk();
	test_rng();
	test_console();
	test_broken_rings();
	test_uart();
	test_fuzz();
	unlink(path);
	free(vm.ram);
	printf("1..%u\n%u passed, %u failed, 0 skipped\n", passed + failed, passed, failed);
	return failed != 0;
}
