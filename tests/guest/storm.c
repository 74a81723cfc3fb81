// SPDX-License-Identifier: GPL-2.0-only
// Guests that never rest: a timer for ever, SGIs and MMIO without end. The VMM must be able to end them.
#include "cpu.h"
#include "gic.h"
#include "irq.h"
#include "layout.h"
#include "psci.h"
#include "smp.h"
#include "tap.h"
#include "testdev.h"
#include "timer.h"

static void timer_for_ever(u64 arg)
{
	gic_enable(TIMER_PPI_VIRT);
	gic_enable(TIMER_PPI_PHYS);
	sysreg_write(cntv_cval_el0, 0);
	sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
	timer_phys_start(0);
	for (;;) {
		irq_enable();
		wfi();
	}
}

static void send_again(u32 intid)
{
	if (intid < 16) {
		gic_send_sgi(cpu_self(), intid);
		gic_send_sgi_others(intid);
	}
}

static void sgi_for_ever(u64 arg)
{
	irq_enable();
	gic_send_sgi(cpu_self(), 1);
	for (;;)
		wfi();
}

static void mmio_for_ever(u64 arg)
{
	irq_enable();
	for (;;) {
		mmio_write64(TESTDEV_SCRATCH, 1);
		mmio_read32(GICD_BASE + GICD_TYPER);
		psci_call(PSCI_VERSION, 0, 0, 0);
		mmio_write32(TESTDEV_MADV, 1);
		if (testdev_present())
			mmio_read64(TESTMEM_BASE);
	}
}

int main(void)
{
	static const smp_fn storms[] = { mmio_for_ever, timer_for_ever, sgi_for_ever };
	u32 cpu, n = smp_count();

	console_printf("# %u vCPUs storm\n", n);
	irq_hook = send_again;
	for (cpu = 1; cpu < n; cpu++) {
		if (!smp_start(cpu))
			tap_bail("CPU %u does not start", cpu);
		smp_call(cpu, storms[cpu % ARRAY_SIZE(storms)], 0);
	}
	storms[0](0);
	return 0;
}
