// SPDX-License-Identifier: GPL-2.0-only
// The other CPUs: started by PSCI, each polls a mailbox for functions to run.
#include "smp.h"
#include "boot.h"
#include "cpu.h"
#include "fdt.h"
#include "gic.h"
#include "layout.h"
#include "mmu.h"
#include "psci.h"
#include "timer.h"

struct mailbox {
	u32 online;
	u32 stop;
	smp_fn fn;
	u64 arg;
} __attribute__((aligned(256)));

static struct mailbox mailboxes[MAX_CPUS];

void spin_lock(struct spinlock *lock)
{
	/* With the MMU off exclusives may not work, and then there is only one CPU to print. */
	if (!(sysreg_read(sctlr_el1) & 1))
		return;
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		;
}

void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

u32 smp_count(void)
{
	u32 n = fdt_machine()->cpus;

	return n < MAX_CPUS ? n : MAX_CPUS;
}

void boot_secondary(u64 cpu)
{
	struct mailbox *box = &mailboxes[cpu];
	smp_fn fn;

	mmu_enable();
	gic_init_cpu();
	__atomic_store_n(&box->online, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&box->stop, __ATOMIC_ACQUIRE)) {
		fn = __atomic_load_n(&box->fn, __ATOMIC_ACQUIRE);
		if (!fn)
			continue;
		fn(box->arg);
		irq_disable();
		__atomic_store_n(&box->fn, NULL, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&box->online, 0, __ATOMIC_RELEASE);
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
}

void smp_prepare(u32 cpu)
{
	memset(&mailboxes[cpu], 0, sizeof(mailboxes[cpu]));
	dsb();
}

bool smp_start(u32 cpu)
{
	struct mailbox *box = &mailboxes[cpu];
	u64 deadline = timer_deadline();
	s64 ret;

	smp_prepare(cpu);
	ret = psci_call(PSCI_CPU_ON, cpu_mpidr(cpu), (ulong)secondary_entry, cpu);
	if (ret)
		return false;
	while (!__atomic_load_n(&box->online, __ATOMIC_ACQUIRE)) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

bool smp_stop(u32 cpu)
{
	u64 deadline = timer_deadline();

	__atomic_store_n(&mailboxes[cpu].stop, 1, __ATOMIC_RELEASE);
	while (psci_call(PSCI_AFFINITY_INFO, cpu_mpidr(cpu), 0, 0) != 1) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}

void smp_call(u32 cpu, smp_fn fn, u64 arg)
{
	mailboxes[cpu].arg = arg;
	__atomic_store_n(&mailboxes[cpu].fn, fn, __ATOMIC_RELEASE);
}

bool smp_join(u32 cpu)
{
	u64 deadline = timer_deadline();

	while (__atomic_load_n(&mailboxes[cpu].fn, __ATOMIC_ACQUIRE)) {
		if (timer_passed(deadline))
			return false;
	}
	return true;
}
