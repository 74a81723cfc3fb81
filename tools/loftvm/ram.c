// SPDX-License-Identifier: GPL-2.0-only
/* Guest RAM: how it is backed, and the one checked way from an IPA to it. */
#include <sys/mman.h>

#include "loftvm.h"

#define BLOCK (2 * MIB)

/*
 * Stage-2 blocks need the host's and the guest's address equal modulo the
 * block size, so the mapping starts at a multiple of 2 MiB, as RAM_BASE does.
 */
void *ram_map(size_t size, bool hugepages, bool thp)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	uintptr_t addr, start;
	void *map;

	map = mmap(NULL, size + BLOCK, PROT_NONE, flags, -1, 0);
	if (map == MAP_FAILED)
		die("no address space for %zu MiB of guest RAM: %m", (size_t)(size / MIB));
	addr = (uintptr_t)map;
	start = ALIGN_UP(addr, BLOCK);
	flags |= MAP_FIXED;
	if (hugepages)
		flags = (flags & ~MAP_NORESERVE) | MAP_HUGETLB;
	map = mmap((void *)start, size, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (map == MAP_FAILED && hugepages)
		die("--hugepages: raise /proc/sys/vm/nr_hugepages to %zu or more: %m",
		    (size_t)(size / BLOCK));
	if (map == MAP_FAILED)
		die("guest RAM of %zu MiB: %m", (size_t)(size / MIB));
	/* Advice only: kernels without THP answer EINVAL, and that is fine. */
	madvise(map, size, thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return map;
}

void ram_alloc(struct vm *vm)
{
	if (vm->cfg->memory > SIZE_MAX - BLOCK)
		die("--memory is more than this host can address");
	vm->ram = ram_map(vm->cfg->memory, vm->cfg->hugepages, !vm->cfg->no_thp);
}

/**
 * ram_at() - the host address of guest RAM
 * @vm: the VM
 * @ipa: guest physical address, any value
 * @len: bytes needed from there on, any value
 *
 * Return: the address, or NULL if not all of it is RAM.
 */
void *ram_at(struct vm *vm, uint64_t ipa, uint64_t len)
{
	uint64_t offset = ipa - RAM_BASE;

	if (ipa < RAM_BASE || offset > vm->cfg->memory || len > vm->cfg->memory - offset)
		return NULL;
	return vm->ram + offset;
}
