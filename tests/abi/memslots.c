// SPDX-License-Identifier: GPL-2.0-only
// Memory slots: what is refused, and that creation, deletion and moves show in the guest.
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

#define GPA	0x80000000UL
#define SIZE	0x100000UL
#define PAGE	4096ULL
#define SLOTS	32767

static void *memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		tap_die("mmap");
	return p;
}

static enum verdict nonsense(void)
{
	struct kvm_userspace_memory_region region = { .guest_phys_addr = GPA, .memory_size = SIZE };
	struct vm vm;
	char *p;

	vm_create(&vm);
	p = memory(SIZE);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, SIZE - 1, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, 100, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA + 8, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, SIZE, p + 1), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0x80000000, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0x10, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, SLOTS, 0, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0xffff, 0, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0x10000, 0, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0xffffffff, 0, GPA, SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, ~0ULL & -PAGE, 2 * PAGE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, ~0ULL & -PAGE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, SIZE, (void *)KERNEL_ADDRESS), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, SIZE, (void *)(ulong)(~0UL & -PAGE)), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 0, 0, GPA, 0, p), EINVAL);
	/* Numbers that a 32-bit host might shorten */
	region.userspace_addr = (uintptr_t)p | 1ULL << 60;
	EXPECT_ERRNO(ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, &region), EINVAL);
	region.userspace_addr = (uintptr_t)p;
	region.memory_size = (1ULL << 60) + SIZE;
	EXPECT_ERRNO(ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, &region), EINVAL);
	region.memory_size = (1ULL << 32) + SIZE;
	if (sizeof(void *) == 4)
		EXPECT_ERRNO(ioctl(vm.fd, KVM_SET_USER_MEMORY_REGION, &region), EINVAL);
	/* None of this left anything behind. */
	EXPECT_OK(slot_set(vm.fd, 0, 0, GPA, SIZE, p));
	return TEST_PASS;
}

/* Newer than the headers of Debian 12 */
#define USER_MEMORY_REGION2	_IOW(KVMIO, 0x49, struct region2)
#define CAP_USER_MEMORY2	231
#define MEM_GUEST_MEMFD		4

struct region2 {
	uint32_t slot, flags;
	uint64_t gpa, size, hva;
	uint64_t memfd_offset;
	uint32_t memfd, pad1;
	uint64_t pad2[14];
};

static enum verdict second_form(void)
{
	struct region2 mem = { .slot = 3, .gpa = GPA, .size = SIZE };
	struct vm vm;

	vm_create(&vm);
	EXPECT_EQ(ioctl(vm.kvm, KVM_CHECK_EXTENSION, CAP_USER_MEMORY2), 1);
	mem.hva = (uintptr_t)memory(SIZE);
	mem.flags = MEM_GUEST_MEMFD;
	EXPECT_ERRNO(ioctl(vm.fd, USER_MEMORY_REGION2, &mem), EINVAL);
	mem.flags = 0;
	mem.size = 1;
	EXPECT_ERRNO(ioctl(vm.fd, USER_MEMORY_REGION2, &mem), EINVAL);
	mem.size = SIZE;
	EXPECT_OK(ioctl(vm.fd, USER_MEMORY_REGION2, &mem));
	/* It is the same slot for both forms */
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA, SIZE, (void *)(uintptr_t)mem.hva), EEXIST);
	EXPECT_OK(slot_set(vm.fd, 3, 0, GPA, 0, NULL));
	EXPECT_ERRNO(ioctl(vm.fd, USER_MEMORY_REGION2, NULL), EFAULT);
	return TEST_PASS;
}

static enum verdict beyond_ipa(void)
{
	struct vm vm;
	void *p = memory(2 * PAGE);
	int i, ret;

	static const u64 gpas[] = { (1ULL << 40) - PAGE, 1ULL << 40, 1ULL << 47, 1ULL << 52, 1ULL << 62 };

	vm_create(&vm);
	for (i = 0; i < (int)ARRAY_SIZE(gpas); i++) {
		ret = slot_set(vm.fd, i, 0, gpas[i], 2 * PAGE, p);
		EXPECT(ret < 0 && (errno == EFAULT || errno == EINVAL || errno == E2BIG), "0x%llx: %d, errno %d", gpas[i],
		       ret, errno);
	}
	EXPECT_OK(slot_set(vm.fd, 0, 0, (1ULL << 40) - 2 * PAGE, 2 * PAGE, p));
	return TEST_PASS;
}

static enum verdict overlap(void)
{
	struct vm vm;
	char *p = memory(4 * SIZE);

	vm_create(&vm);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, 2 * SIZE, p));
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA, 2 * SIZE, p), EEXIST);
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA - SIZE, SIZE + PAGE, p), EEXIST);
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA + 2 * SIZE - PAGE, SIZE, p), EEXIST);
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA + PAGE, PAGE, p), EEXIST);
	EXPECT_ERRNO(slot_set(vm.fd, 2, 0, GPA - SIZE, 4 * SIZE, p), EEXIST);
	EXPECT_OK(slot_set(vm.fd, 2, 0, GPA - SIZE, SIZE, p));
	EXPECT_OK(slot_set(vm.fd, 3, 0, GPA + 2 * SIZE, SIZE, p));
	/* A slot may be moved, but not onto another. */
	EXPECT_ERRNO(slot_set(vm.fd, 3, 0, GPA, SIZE, p), EEXIST);
	EXPECT_OK(slot_set(vm.fd, 3, 0, GPA + 3 * SIZE, SIZE, p));
	EXPECT_OK(slot_set(vm.fd, 4, 0, GPA + 2 * SIZE, SIZE, p));
	return TEST_PASS;
}

static enum verdict changes(void)
{
	struct vm vm;
	char *p = memory(4 * SIZE);

	vm_create(&vm);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT_ERRNO(slot_set(vm.fd, 1, 0, GPA, 2 * SIZE, p), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 1, 0, GPA, SIZE, p + SIZE), EINVAL);
	EXPECT_ERRNO(slot_set(vm.fd, 1, KVM_MEM_READONLY, GPA, SIZE, p), EINVAL);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, 0, p));
	EXPECT_ERRNO(slot_set(vm.fd, 1, 0, GPA, 0, p), EINVAL);
	EXPECT_OK(slot_set(vm.fd, 1, KVM_MEM_READONLY, GPA, 2 * SIZE, p));
	EXPECT_OK(slot_set(vm.fd, 1, 0, 0, 0, NULL));
	return TEST_PASS;
}

static enum verdict many_slots(void)
{
	char *p = memory(PAGE);
	struct vm vm;
	u64 i;

	vm_create(&vm);
	EXPECT_OK(slot_set(vm.fd, SLOTS - 1, 0, 0x1000000000, PAGE, p));
	/* From both ends, so that no order is the lucky one. */
	for (i = 0; i < 500; i++)
		EXPECT_OK(slot_set(vm.fd, i, 0, GPA + (i & 1 ? i : 1000 - i) * 2 * PAGE, PAGE, p));
	for (i = 0; i < 500; i++)
		EXPECT_ERRNO(slot_set(vm.fd, 1000, 0, GPA + (i & 1 ? i : 1000 - i) * 2 * PAGE, PAGE, p), EEXIST);
	for (i = 0; i < 500; i += 3)
		EXPECT_OK(slot_set(vm.fd, i, 0, 0, 0, p));
	for (i = 0; i < 500; i += 3)
		EXPECT_OK(slot_set(vm.fd, i, 0, GPA + (i & 1 ? i : 1000 - i) * 2 * PAGE, PAGE, p));
	return TEST_PASS;
}

/* The guest writes and verifies a pattern over an area; the report is the seed. */
static bool pattern_holds(struct vm *vm, const char *guest, u64 from, u64 to, u64 seed)
{
	vm_start(vm, 0, guest, from, to, seed, MMIO_BASE);
	return vcpu_run(vm, 0) == KVM_EXIT_MMIO && vm->run[0]->mmio.phys_addr == MMIO_BASE && vcpu_mmio(vm, 0) == seed;
}

static enum verdict seen_by_guest(void)
{
	struct vm vm;
	u64 *p = memory(2 * SIZE);

	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 0x1234), "pattern");
	EXPECT_EQ(p[0], GPA + 0x1234);
	EXPECT_EQ(p[(SIZE - PAGE) / 8], GPA + SIZE - PAGE + 0x1234);

	/* Deleted: the next access exits. */
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, 0, p));
	vm_start(&vm, 0, guest_peek, GPA + PAGE, 0, 0, MMIO_BASE);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vm.run[0]->mmio.phys_addr, GPA + PAGE);
	EXPECT_EQ(vm.run[0]->mmio.len, sizeof(ulong));
	EXPECT_EQ(vm.run[0]->mmio.is_write, 0);

	/* Back, with what it had; then other memory at the same place. */
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT(pattern_holds(&vm, guest_verify, GPA, GPA + SIZE, 0x1234), "after delete and create");
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, 0, p));
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, (char *)p + SIZE));
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 0x4321), "other memory");
	EXPECT_EQ(p[0], GPA + 0x1234);
	EXPECT_EQ(p[SIZE / 8], GPA + 0x4321);
	return TEST_PASS;
}

static enum verdict moved(void)
{
	struct vm vm;
	u64 *p = memory(SIZE);
	int i;

	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 5), "pattern");
	for (i = 1; i < 10; i++) {
		EXPECT_OK(slot_set(vm.fd, 1, 0, GPA + i * SIZE, SIZE, p));
		/* The page's content is address + seed of where it was written. */
		EXPECT(pattern_holds(&vm, guest_verify, GPA + i * SIZE, GPA + (i + 1) * SIZE, 5 - i * SIZE),
		       "move %d", i);
		vm_start(&vm, 0, guest_peek, GPA + (i - 1) * SIZE, 0, 0, MMIO_BASE);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vm.run[0]->mmio.phys_addr, GPA + (i - 1) * SIZE);
	}
	return TEST_PASS;
}

static enum verdict read_only(void)
{
	struct vm vm;
	u64 *p = memory(SIZE);

	vm_boot(&vm, 1);
	p[0] = 77;
	EXPECT_OK(slot_set(vm.fd, 1, KVM_MEM_READONLY, GPA, SIZE, p));
	/* The guest reads memory, and its write is MMIO. */
	vm_start(&vm, 0, guest_mmio_read, GPA, 0, 0, 0);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vm.run[0]->mmio.is_write, 1);
	EXPECT_EQ(vm.run[0]->mmio.phys_addr, GPA + 8);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 77);
	EXPECT_EQ(p[1], 0);
	return TEST_PASS;
}

/* Memory that the VMM has no right to either. */
static enum verdict no_access(void)
{
	struct vm vm;
	char *p = memory(SIZE);
	int ret;

	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	munmap(p, SIZE);
	vm_start(&vm, 0, guest_peek, GPA, 0, 0, MMIO_BASE);
	do {
		ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
	} while (ret < 0 && errno == EINTR);
	EXPECT(ret < 0 && errno == EFAULT, "returns %d, errno %d", ret, errno);
	/* And goes on when the memory is there. */
	if (mmap(p, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p)
		tap_die("mmap");
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 9), "after mmap");
	return TEST_PASS;
}

static enum verdict taken_away(void)
{
	struct vm vm;
	char *p = memory(SIZE);
	int i;

	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	for (i = 0; i < 50; i++) {
		EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, i * 16), "round %d", i);
		if (i & 1) {
			madvise(p, SIZE, MADV_DONTNEED);
		} else {
			munmap(p, SIZE);
			mmap(p, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
		vm_start(&vm, 0, guest_peek, GPA + PAGE, 0, 0, MMIO_BASE);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vcpu_mmio(&vm, 0), 0);
	}
	return TEST_PASS;
}

/* A child's copy-on-write must not let the guest write to the page that the child has. */
static enum verdict forked(void)
{
	struct vm vm;
	u64 *p = memory(SIZE);
	int pipes[2], status;
	char c = 0;

	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, SIZE, p));
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 1), "before the fork");
	if (pipe(pipes))
		tap_die("pipe");
	if (!fork()) {
		read(pipes[0], &c, 1);
		_exit(p[0] == GPA + 1 ? 0 : 1);
	}
	EXPECT(pattern_holds(&vm, guest_pattern, GPA, GPA + SIZE, 2), "after the fork");
	EXPECT_EQ(p[0], GPA + 2);
	if (write(pipes[1], &c, 1) != 1)
		tap_die("pipe");
	if (wait(&status) < 0)
		tap_die("wait");
	EXPECT(!status, "the child's copy changed");
	return TEST_PASS;
}

#define BLOCK		0x200000UL
#define ROUNDS		300
#define ROUNDS_SECONDS	8	/* at most, on slow hosts */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

static char *block;
static volatile bool stirring;

/*
 * Puts the content of the guest's memory elsewhere: pages into a huge page, and, on the first write after a fork, each page
 * into another.
 */
static void *stir(void *arg)
{
	unsigned long *moves = arg;

	while (stirring) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child)
			tap_die("fork");
		*moves += !madvise(block, BLOCK, MADV_COLLAPSE);
	}
	return NULL;
}

/* A fault that comes between the look at the host's tables and their change must not map what was there before. */
static enum verdict moved_while_faulting(void)
{
	struct vm vm;
	pthread_t thread;
	unsigned long moves = 0, off;
	time_t end = time(NULL) + ROUNDS_SECONDS;
	int i, bad = 0;

	block = memory(2 * BLOCK);
	block += -(uintptr_t)block % BLOCK;
	vm_boot(&vm, 1);
	EXPECT_OK(slot_set(vm.fd, 1, 0, GPA, BLOCK, block));
	stirring = true;
	if (pthread_create(&thread, NULL, stir, &moves))
		tap_die("pthread_create");
	for (i = 1; i <= ROUNDS && time(NULL) < end && !bad; i++) {
		bad = !pattern_holds(&vm, guest_pattern, GPA, GPA + BLOCK, i);
		for (off = 0; off < BLOCK && !bad; off += PAGE)
			bad = *(volatile uint64_t *)(block + off) != GPA + off + i;
	}
	stirring = false;
	pthread_join(thread, NULL);
	tap_note("%d rounds, collapsed %lu times", i - 1, moves);
	EXPECT(!bad, "round %d: what the guest wrote is elsewhere", i - 1);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "nonsense is refused", nonsense },
	{ "KVM_SET_USER_MEMORY_REGION2", second_form },
	{ "beyond the IPA space", beyond_ipa },
	{ "overlap and neighbours", overlap },
	{ "what may change, and what not", changes },
	{ "500 slots", many_slots },
	{ "created, deleted, replaced under a guest", seen_by_guest },
	{ "moved under a guest", moved },
	{ "read-only", read_only },
	{ "memory that is not there: EFAULT, and on again", no_access },
	{ "memory taken away, 50 times", taken_away },
	{ "copy-on-write after a fork", forked },
	{ "memory moved about while the guest faults", moved_while_faulting },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
