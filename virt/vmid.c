// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMID allocation: generations of VMIDs, and what happens when a generation has handed out its last.
 *
 * vm->vmid holds a generation in its upper bits and the VMID in the lower ones; 0 is a VM that never ran. VMID 0 is
 * what VTTBR_EL2 holds while nobody is resident, and is nobody's. A VMID is good for as long as its generation is the
 * current one. When none is left a new generation starts, and every TLB is emptied of all VMIDs at once.
 *
 * A vCPU may stay resident on its CPU for many generations without coming through vmid_load(): the VMID that each
 * CPU last loaded stays reserved over the rollover, and the VM keeps that number in the new generation.
 *
 * Ordering. "active" is written by its CPU by a compare-and-swap on the fast path, and set to 0 by the rollover with an
 * atomic exchange. The two are ordered by being atomic on one word: either the exchange comes second and finds the
 * VMID, which is then reserved, or it comes first and the swap fails on the 0, which leads to the lock. So does a 0
 * found to begin with, whatever the generation, read without order, looked like. Nothing else is published by the fast
 * path: relaxed accesses do. On the slow path all is under the lock. The invalidation is
 * complete (a broadcast that waits) before the lock is dropped, hence before anybody loads a number of the new
 * generation; what CPUs refill meanwhile carries reserved numbers.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <loft/backend.h>
#include <loft/vm.h>

static DEFINE_PER_CPU(atomic64_t, vmid_active);	/* last loaded here; 0 since a rollover */
static DEFINE_PER_CPU(u64, vmid_reserved);	/* loaded here when the last rollover came. Under vmid_lock */
static DEFINE_RAW_SPINLOCK(vmid_lock);		/* innermost; IRQs off */
static atomic64_t vmid_generation;		/* in the position it has in vm->vmid. Written under vmid_lock */
static unsigned long *vmid_map;			/* numbers taken in this generation. Under vmid_lock */
static unsigned long vmid_next;			/* where to look for a free one. Under vmid_lock */
static unsigned int vmid_bits;

static u64 vmid_number(u64 vmid)
{
	return vmid & GENMASK_ULL(vmid_bits - 1, 0);
}

static bool vmid_current(u64 vmid)
{
	return vmid && vmid - vmid_number(vmid) == (u64)atomic64_read(&vmid_generation);
}

/* If some CPU may be running with @old, it stays the VM's in the new generation: every CPU's note is brought up to date. */
static bool vmid_keep(u64 old, u64 new)
{
	bool kept = false;
	int cpu;

	for_each_possible_cpu(cpu) {
		if (per_cpu(vmid_reserved, cpu) != old)
			continue;
		per_cpu(vmid_reserved, cpu) = new;
		kept = true;
	}
	return kept;
}

static void vmid_rollover(void)
{
	int cpu;

	atomic64_add_return(1LL << vmid_bits, &vmid_generation);
	bitmap_zero(vmid_map, 1U << vmid_bits);
	__set_bit(0, vmid_map);
	vmid_next = 1;
	for_each_possible_cpu(cpu) {
		u64 vmid = atomic64_xchg(&per_cpu(vmid_active, cpu), 0);

		/* 0: nothing was loaded since the rollover before, what was there then still is */
		if (!vmid)
			vmid = per_cpu(vmid_reserved, cpu);
		__set_bit(vmid_number(vmid), vmid_map);
		per_cpu(vmid_reserved, cpu) = vmid;
	}
	backend_tlb_flush(NULL, LOFT_TLB_ALL, IPA(0), 0, -1);
}

static u64 vmid_new(u64 old)
{
	u64 gen = atomic64_read(&vmid_generation);
	unsigned long nr;

	if (old && vmid_keep(old, gen | vmid_number(old)))
		return gen | vmid_number(old);
	/* The old number, if nobody took it yet: what the TLBs hold of other generations is gone anyway */
	if (old && !__test_and_set_bit(vmid_number(old), vmid_map))
		return gen | vmid_number(old);
	nr = find_next_zero_bit(vmid_map, 1U << vmid_bits, vmid_next);
	if (nr == 1U << vmid_bits) {
		vmid_rollover();
		gen = atomic64_read(&vmid_generation);
		/* vmid_init() made sure that there are more numbers than CPUs to reserve them */
		nr = find_next_zero_bit(vmid_map, 1U << vmid_bits, vmid_next);
	}
	__set_bit(nr, vmid_map);
	vmid_next = nr + 1;
	return gen | nr;
}

/**
 * vmid_load - the VMID to run a VM with on this CPU, from now until the next call here
 * @vm: the VM
 *
 * Context: interrupts off, right before VTTBR_EL2 is written. No lock unless the VM's VMID is of an old generation.
 * Return: the VMID, never 0.
 */
u64 vmid_load(struct loft_vm *vm)
{
	atomic64_t *active = this_cpu_ptr(&vmid_active);
	s64 old = atomic64_read(active);
	u64 vmid = atomic64_read(&vm->vmid);

	if (old && vmid_current(vmid) && atomic64_cmpxchg_relaxed(active, old, vmid) == old)
		return vmid_number(vmid);

	raw_spin_lock(&vmid_lock);
	vmid = atomic64_read(&vm->vmid);
	if (!vmid_current(vmid)) {
		vmid = vmid_new(vmid);
		atomic64_set(&vm->vmid, vmid);
	}
	atomic64_set(active, vmid);
	raw_spin_unlock(&vmid_lock);
	return vmid_number(vmid);
}

/**
 * vmid_cpu_down - nothing is resident on this CPU any more, and its VTTBR_EL2 holds VMID 0
 *
 * Context: interrupts off.
 */
void vmid_cpu_down(void)
{
	raw_spin_lock(&vmid_lock);
	atomic64_set(this_cpu_ptr(&vmid_active), 0);
	*this_cpu_ptr(&vmid_reserved) = 0;
	raw_spin_unlock(&vmid_lock);
}

/**
 * vmid_init - start the first generation
 * @bits: 8 or 16
 *
 * Return: 0, -ENOSPC where CPUs alone could hold all VMIDs, -ENOMEM.
 */
int vmid_init(unsigned int bits)
{
	if (num_possible_cpus() >= (1U << bits) - 1)
		return -ENOSPC;
	vmid_map = bitmap_zalloc(1U << bits, GFP_KERNEL);
	if (!vmid_map)
		return -ENOMEM;
	vmid_bits = bits;
	vmid_next = 1;
	__set_bit(0, vmid_map);
	/* Never 0, so that no VMID is; whatever the TLBs hold from before is not Loft's to reason about */
	atomic64_set(&vmid_generation, 1LL << bits);
	backend_tlb_flush(NULL, LOFT_TLB_ALL, IPA(0), 0, -1);
	return 0;
}

/**
 * vmid_exit - free what vmid_init() took
 */
void vmid_exit(void)
{
	bitmap_free(vmid_map);
	vmid_map = NULL;
}
