// SPDX-License-Identifier: GPL-2.0-only
/* The bus: which device answers at which guest physical address. */
#include "loftvm.h"

void mmio_add(struct vm *vm, uint64_t base, uint64_t size, mmio_fn fn, void *arg)
{
	if (vm->n_regions == ARRAY_SIZE(vm->regions))
		die("too many devices");
	vm->regions[vm->n_regions++] = (struct mmio_region){
		.base = base,
		.size = size,
		.fn = fn,
		.arg = arg,
	};
}

/* Nothing is there: all reads give 0, and the first one is worth a word. */
static void mmio_miss(struct vm *vm, uint64_t ipa, void *data, unsigned int len, bool write)
{
	if (testdev_access_memory(vm, ipa, data, len, write))
		return;
	if (!__atomic_exchange_n(&vm->reported_unmapped, true, __ATOMIC_RELAXED))
		say("the guest %s %u bytes at %#llx, where nothing is (said once)",
		    write ? "writes" : "reads", len, (unsigned long long)ipa);
	if (!write)
		memset(data, 0, len);
}

void mmio_access(struct vm *vm, uint64_t ipa, void *data, unsigned int len, bool write)
{
	struct mmio_region *region;
	unsigned int i;

	for (i = 0; i < vm->n_regions; i++) {
		region = &vm->regions[i];
		if (ipa >= region->base && ipa - region->base < region->size &&
		    len <= region->size - (ipa - region->base)) {
			region->fn(region->arg, ipa - region->base, data, len, write);
			return;
		}
	}
	mmio_miss(vm, ipa, data, len, write);
}
