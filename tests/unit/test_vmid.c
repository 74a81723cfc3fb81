// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMID allocation against the only thing that matters of it: no two VMs meet in a TLB under one number.
 *
 * Links: virt/vmid.c
 */
#include <unit.h>
#include <fake_backend.h>
#include <loft/vm.h>

#define NR_VMS	600

static struct loft_vm *vms[NR_VMS];
static u64 serial[NR_VMS];		/* tells a VM from the one that had its place before */
static u64 next_serial;
static int resident[NR_CPUS];		/* index into vms, or -1 */
static u64 loaded[NR_CPUS];		/* what VTTBR holds */
static u64 tag[NR_CPUS][1 << 16];	/* whose translations a CPU's TLB may hold under a number: a serial, or 0 */
static unsigned int rollovers;
static unsigned int bits;

static void flush_hook(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level)
{
	int cpu;

	CHECK_EQ(scope, LOFT_TLB_ALL);
	rollovers++;
	memset(tag, 0, sizeof(tag));
	/* Residents go on walking their tables */
	for (cpu = 0; cpu < NR_CPUS; cpu++)
		if (resident[cpu] >= 0)
			tag[cpu][loaded[cpu]] = serial[resident[cpu]];
}

static void evict(int cpu)
{
	resident[cpu] = -1;
}

static u64 load(int cpu, int i)
{
	u64 nr;

	evict(cpu);
	fake_cpu = cpu;
	local_irq_disable();
	nr = vmid_load(vms[i]);
	local_irq_enable();

	CHECK(nr && nr < 1ULL << bits);
	if (tag[cpu][nr] && tag[cpu][nr] != serial[i])
		unit_fail(__FILE__, __LINE__, "CPU %d may hold another VM's translations under VMID %llu", cpu, nr);
	tag[cpu][nr] = serial[i];
	resident[cpu] = i;
	loaded[cpu] = nr;
	return nr;
}

static void check_residents(void)
{
	int a, b;

	for (a = 0; a < NR_CPUS; a++) {
		if (resident[a] < 0)
			continue;
		/* TLB maintenance takes the number from here */
		CHECK_EQ(atomic64_read(&vms[resident[a]]->vmid) & ((1ULL << bits) - 1), loaded[a]);
		for (b = 0; b < a; b++)
			if (resident[b] >= 0)
				CHECK_EQ(resident[a] == resident[b], loaded[a] == loaded[b]);
	}
}

static void vm_new(int i)
{
	kfree(vms[i]);
	vms[i] = kzalloc(sizeof(*vms[i]), GFP_KERNEL);
	serial[i] = ++next_serial;
}

static void setup(unsigned int vmid_bits)
{
	int i;

	fake_backend_reset();
	fake_backend.tlb_flush = flush_hook;
	bits = vmid_bits;
	for (i = 0; i < NR_VMS; i++)
		vm_new(i);
	for (i = 0; i < NR_CPUS; i++)
		evict(i);
	CHECK_EQ(vmid_init(bits), 0);
	memset(tag, 0, sizeof(tag));
	rollovers = 0;
}

static void teardown(void)
{
	int i;

	for (fake_cpu = 0; fake_cpu < NR_CPUS; fake_cpu++) {
		local_irq_disable();
		vmid_cpu_down();
		local_irq_enable();
	}
	fake_cpu = 0;
	vmid_exit();
	for (i = 0; i < NR_VMS; i++) {
		kfree(vms[i]);
		vms[i] = NULL;
	}
}

TEST(vmid_init_arguments)
{
	fake_backend_reset();
	/* 8 CPUs could hold all 7 numbers, and the eighth would wait for ever */
	CHECK_EQ(vmid_init(3), -ENOSPC);
	fake_alloc_fail = 1;
	CHECK_EQ(vmid_init(8), -ENOMEM);
	fake_alloc_fail = -1;
	CHECK_EQ(vmid_init(8), 0);
	CHECK_EQ(fake_backend.flushes, 1);
	vmid_exit();
}

TEST(vmid_all_numbers_before_rollover)
{
	bool seen[256] = { false };
	int i;

	setup(8);
	for (i = 0; i < 255; i++) {
		u64 nr = load(i % NR_CPUS, i);

		CHECK(!seen[nr]);
		seen[nr] = true;
	}
	CHECK_EQ(rollovers, 0);
	load(0, 255);
	CHECK_EQ(rollovers, 1);
	check_residents();
	teardown();
}

TEST(vmid_stays_within_a_generation)
{
	u64 nr;
	int i;

	setup(8);
	nr = load(0, 0);
	for (i = 1; i < 200; i++)
		load(i % NR_CPUS, i);
	for (i = 0; i < NR_CPUS; i++)
		CHECK_EQ(load(i, 0), nr);
	CHECK_EQ(rollovers, 0);
	teardown();
}

TEST(vmid_resident_across_rollovers)
{
	u64 nr;
	int i;

	setup(8);
	nr = load(0, 0);
	load(3, 1);
	for (i = 0; i < 5000; i++) {
		load(1 + i % 2, 2 + i % (NR_VMS - 2));
		check_residents();
	}
	CHECK(rollovers > 10);
	/* Its sibling on another CPU meets the same number, though many generations later */
	CHECK_EQ(load(5, 0), nr);
	check_residents();
	for (i = 0; i < 2000; i++)
		load(1, 2 + i % (NR_VMS - 2));
	CHECK_EQ(load(6, 0), nr);
	check_residents();
	teardown();
}

TEST(vmid_number_of_a_gone_cpu_is_free_again)
{
	u64 nr;
	int i;

	setup(4);
	nr = load(0, 0);
	for (i = 1; i < 40; i++)
		load(1, i);
	CHECK(rollovers > 1);
	evict(0);
	fake_cpu = 0;
	local_irq_disable();
	vmid_cpu_down();
	local_irq_enable();
	for (i = 40; i < 100; i++)
		if (load(1, i) == nr)
			break;
	CHECK(i < 100);
	teardown();
}

static void random_loads(unsigned int vmid_bits, int nr_vms, int n)
{
	setup(vmid_bits);
	while (n--) {
		int cpu = unit_below(NR_CPUS), i = unit_below(nr_vms), c;

		switch (unit_below(32)) {
		case 0:
			evict(cpu);
			fake_cpu = cpu;
			local_irq_disable();
			vmid_cpu_down();
			local_irq_enable();
			break;
		case 1:
			/* A VM dies; another comes to lie in its place */
			for (c = 0; c < NR_CPUS; c++)
				if (resident[c] == i)
					evict(c);
			vm_new(i);
			break;
		case 2 ... 12:
			/* A few VMs stay where they are for long */
			load(cpu, unit_below(NR_CPUS));
			break;
		default:
			load(cpu & 3, i);
		}
		check_residents();
	}
	CHECK(rollovers > 5);
	teardown();
}

TEST(vmid_random_8_bits)
{
	random_loads(8, NR_VMS, 200000);
}

TEST(vmid_random_barely_enough)
{
	random_loads(4, 40, 200000);
}

TEST(vmid_random_16_bits)
{
	int i;

	setup(16);
	for (i = 0; i < 500000; i++) {
		int vm = unit_below(NR_VMS), cpu = unit_below(NR_CPUS), c;

		for (c = 0; c < NR_CPUS; c++)
			if (resident[c] == vm)
				evict(c);
		vm_new(vm);
		load(cpu, vm);
		check_residents();
	}
	CHECK(rollovers >= 5);
	teardown();
}
