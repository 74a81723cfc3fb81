// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device: what Loft's bare-metal guests need from their VMM to test
 * the hypervisor below it. The register map is part of the payloads' contract.
 */
#include <sys/mman.h>

#include "../loftvm.h"

#define TESTDEV_ID_VALUE 0x4c4f4654u
#define SCRATCH 0x08
#define SCRATCH_END 0x10
#define WINDOW 0x8000
#define WINDOW_SIZE 0x18000
#define IRQFD_FIRST 64
#define IRQFD_COUNT 8

enum testdev_reg {
	REG_ID = 0x00, REG_EXIT = 0x04, REG_IRQ_SET = 0x10, REG_IRQ_CLEAR = 0x14,
	REG_IRQFD = 0x18, REG_IOEVENTFD = 0x20, REG_IOEVENT_COUNT = 0x24, REG_REMAP = 0x28,
	REG_SLEEP = 0x2c, REG_KICK = 0x30, REG_MADV = 0x34, REG_ROMODE = 0x38,
	REG_RO_WRITES = 0x3c, REG_HAMMER = 0x40, REG_HAMMERED = 0x44,
};

static struct testdev {
	struct vm *vm;
	pthread_mutex_t lock;
	uint8_t *mem;
	uint8_t scratch[SCRATCH_END - SCRATCH], window[WINDOW_SIZE];
	int irqfds[IRQFD_COUNT], ioeventfd;
	int kick[2], hammer[2]; /* pipes to the I/O loop and the hammer thread */
	uint32_t io_events, ro_writes, hammered;
	bool readonly, hammer_used;
} dev = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void testdev_count_event(int fd, void *arg)
{
	uint64_t n = 0;

	if (read(fd, &n, sizeof(n)) == sizeof(n))
		__atomic_fetch_add(&dev.io_events, n, __ATOMIC_SEQ_CST);
}

static void testdev_kick(int fd, void *arg)
{
	struct vm *vm = arg;
	uint32_t id;

	if (read(fd, &id, sizeof(id)) == sizeof(id) && id < vm->cfg->smp)
		vcpu_kick(&vm->vcpus[id]);
}

/* Changing the read-only flag takes a new slot: KVM has no way to modify it. */
static void testdev_map(bool readonly)
{
	if (vm_set_slot(dev.vm, SLOT_TESTMEM, TESTMEM_BASE, TESTMEM_SIZE, dev.mem,
			readonly ? KVM_MEM_READONLY : 0))
		die("KVM_SET_USER_MEMORY_REGION for test memory: %m");
	dev.readonly = readonly;
}

static void testdev_unmap(void)
{
	if (vm_set_slot(dev.vm, SLOT_TESTMEM, TESTMEM_BASE, 0, dev.mem, 0))
		die("KVM_SET_USER_MEMORY_REGION to remove test memory: %m");
}

static void testdev_remap(bool readonly, bool zero)
{
	pthread_mutex_lock(&dev.lock);
	testdev_unmap();
	if (zero)
		madvise(dev.mem, TESTMEM_SIZE, MADV_DONTNEED);
	testdev_map(readonly);
	pthread_mutex_unlock(&dev.lock);
}

/* Takes the second half of the memory away and gives it back, again and again. */
static void *testdev_hammer_thread(void *arg)
{
	uint8_t *half = dev.mem + TESTMEM_SIZE / 2;
	size_t size = TESTMEM_SIZE / 2;
	uint32_t cycles;

	while (read(dev.hammer[0], &cycles, sizeof(cycles)) == sizeof(cycles))
		for (; cycles; cycles--) {
			madvise(half, size, MADV_DONTNEED);
			mprotect(half, size, PROT_READ);
			mprotect(half, size, PROT_READ | PROT_WRITE);
			__atomic_fetch_add(&dev.hammered, 1, __ATOMIC_SEQ_CST);
		}
	return NULL;
}

static void testdev_hammer(uint32_t cycles)
{
	__atomic_store_n(&dev.hammer_used, true, __ATOMIC_SEQ_CST);
	write(dev.hammer[1], &cycles, sizeof(cycles));
}

static uint32_t testdev_read(uint64_t offset)
{
	switch (offset) {
	case REG_ID: return TESTDEV_ID_VALUE;
	case REG_IOEVENT_COUNT: return __atomic_load_n(&dev.io_events, __ATOMIC_SEQ_CST);
	case REG_ROMODE: return dev.readonly;
	case REG_RO_WRITES: return dev.ro_writes;
	case REG_HAMMERED: return __atomic_load_n(&dev.hammered, __ATOMIC_SEQ_CST);
	}
	return 0;
}

static void testdev_write(uint64_t offset, uint32_t value)
{
	switch (offset) {
	case REG_EXIT:
		vm_end(dev.vm, END_STATUS, value & 0xff);
		break;
	case REG_IRQ_SET:
		gic_set_spi(dev.vm, value, true);
		break;
	case REG_IRQ_CLEAR:
		gic_set_spi(dev.vm, value, false);
		break;
	case REG_IRQFD:
		if (value - IRQFD_FIRST < IRQFD_COUNT)
			io_signal(dev.irqfds[value - IRQFD_FIRST]);
		break;
	case REG_IOEVENTFD: /* only reached where KVM has no ioeventfds */
		io_signal(dev.ioeventfd);
		break;
	case REG_REMAP:
		testdev_remap(false, true);
		break;
	case REG_SLEEP:
		usleep(value);
		break;
	case REG_KICK:
		write(dev.kick[1], &value, sizeof(value));
		break;
	case REG_MADV:
		madvise(dev.mem, TESTMEM_SIZE, MADV_DONTNEED);
		break;
	case REG_ROMODE:
		testdev_remap(value & 1, false);
		break;
	case REG_HAMMER:
		testdev_hammer(value);
		break;
	}
}

static uint8_t *testdev_storage(uint64_t offset, unsigned int len)
{
	if (offset >= SCRATCH && offset + len <= SCRATCH_END)
		return dev.scratch + offset - SCRATCH;
	if (offset >= WINDOW)
		return dev.window + offset - WINDOW;
	return NULL;
}

static void testdev_access(void *arg, uint64_t offset, void *data, unsigned int len, bool write)
{
	uint8_t *storage = testdev_storage(offset, len);
	uint32_t value = 0;

	if (storage) {
		memcpy(write ? storage : data, write ? data : storage, len);
	} else if (write) {
		memcpy(&value, data, len < 4 ? len : 4);
		testdev_write(offset, value);
	} else {
		value = testdev_read(offset);
		memset(data, 0, len);
		memcpy(data, &value, len < 4 ? len : 4);
	}
}

bool testdev_forgives_fault(struct vm *vm)
{
	return vm->testdev && __atomic_load_n(&dev.hammer_used, __ATOMIC_SEQ_CST);
}

/*
 * Test memory is reached as MMIO by writes while it is read-only, and by
 * anything while another vCPU has it remapped: that waits for the lock, and
 * then finds what the slot would have given.
 */
bool testdev_access_memory(struct vm *vm, uint64_t ipa, void *data, unsigned int len, bool write)
{
	uint8_t *at = dev.mem + (ipa - TESTMEM_BASE);

	if (!vm->testdev || ipa < TESTMEM_BASE || ipa - TESTMEM_BASE > TESTMEM_SIZE - len)
		return false;
	pthread_mutex_lock(&dev.lock);
	if (write && dev.readonly)
		dev.ro_writes++;
	else
		memcpy(write ? at : data, write ? data : at, len);
	pthread_mutex_unlock(&dev.lock);
	return true;
}

/* Each VM begins with the device as after power-on. */
void testdev_bind(struct vm *vm)
{
	unsigned int i;

	memset(dev.scratch, 0, sizeof(dev.scratch));
	memset(dev.window, 0, sizeof(dev.window));
	io_drain(dev.ioeventfd);
	dev.io_events = 0;
	dev.ro_writes = 0;
	madvise(dev.mem, TESTMEM_SIZE, MADV_DONTNEED);
	testdev_map(false);
	for (i = 0; i < IRQFD_COUNT; i++)
		if (gic_bind_irqfd(vm, dev.irqfds[i], IRQFD_FIRST + i))
			say("no irqfd for SPI %u: %s", IRQFD_FIRST + i, strerror(errno));
	if (vm_bind_ioeventfd(vm, dev.ioeventfd, TESTDEV_BASE + REG_IOEVENTFD, -1))
		say("no ioeventfd for the test device: %s", strerror(errno));
}

void testdev_create(struct vm *vm)
{
	pthread_t thread;
	unsigned int i;

	dev.vm = vm;
	dev.mem = ram_map(TESTMEM_SIZE, false, !vm->cfg->no_thp);
	for (i = 0; i < IRQFD_COUNT; i++)
		dev.irqfds[i] = io_eventfd();
	dev.ioeventfd = io_eventfd();
	if (pipe(dev.kick) || pipe(dev.hammer))
		die("pipe: %m");
	if (pthread_create(&thread, NULL, testdev_hammer_thread, NULL))
		die("no thread for the test device");
	io_add(dev.ioeventfd, NULL, testdev_count_event, NULL);
	io_add(dev.kick[0], NULL, testdev_kick, vm);
	mmio_add(vm, TESTDEV_BASE, TESTDEV_SIZE, testdev_access, NULL);
	vm->testdev = &dev;
}
