// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake back end: backend.h without hardware, counting its calls and passing them to the test's hooks.
 */
#include <fake_backend.h>

struct fake_backend fake_backend;
struct loft_caps loft_caps;

void fake_backend_reset(void)
{
	fake_backend = (struct fake_backend){ 0 };
	loft_caps = (struct loft_caps){
		.mode = "fake", .pa_bits = 48, .ipa_bits_max = 48, .vmid_bits = 16, .gic = 3,
		.nr_lrs = 4, .pri_bits = 5, .pre_bits = 5, .timer_hwirq = 27, .timer_always_on = true,
		.timer_hz = 62500000, .nr_brps = 6, .nr_wrps = 4,
	};
}

int backend_init(void)
{
	return 0;
}

void backend_exit(void)
{
}

void backend_vcpu_run(struct loft_vcpu *vcpu)
{
	if (fake_backend.vcpu_run)
		fake_backend.vcpu_run(vcpu);
}

void backend_vcpu_put(struct loft_vcpu *vcpu)
{
	if (fake_backend.vcpu_put)
		fake_backend.vcpu_put(vcpu);
}

void backend_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	fake_backend.flushes++;
	if (fake_backend.tlb_flush)
		fake_backend.tlb_flush(vm, scope, ipa, size, level);
}

void backend_table_sync(void)
{
	fake_backend.syncs++;
	if (fake_backend.table_sync)
		fake_backend.table_sync();
}

void backend_cache(enum loft_cache_op op, void *va, size_t size)
{
	fake_backend.caches++;
	if (fake_backend.cache)
		fake_backend.cache(op, va, size);
}

u64 backend_counter(void)
{
	return fake_backend.counter;
}
