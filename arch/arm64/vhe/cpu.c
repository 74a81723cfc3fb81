// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs come and go: hotplug, power states, suspend; and the end of a CPU that broke Loft's rules.
 */
#include <linux/arm-smccc.h>
#include <linux/cpuhotplug.h>
#include <linux/cpu_pm.h>
#include <linux/gfp.h>
#include <linux/panic.h>
#include <asm/kvm_arm.h>
#include <asm/virt.h>
#include <loft/host.h>
#include <loft/hostirq.h>
#include "vhe.h"

#define PANIC_STACK_ORDER	2

DEFINE_PER_CPU(struct vhe_cpu, vhe_cpu);

static_assert(offsetof(struct vhe_cpu, host_vbar) == CPU_HOST_VBAR);
static_assert(offsetof(struct vhe_cpu, host_hcr) == CPU_HOST_HCR);
static_assert(offsetof(struct vhe_cpu, host_cptr) == CPU_HOST_CPTR);
static_assert(offsetof(struct vhe_cpu, current_task) == CPU_CURRENT);
static_assert(offsetof(struct vhe_cpu, panic_sp) == CPU_PANIC_SP);
static_assert(offsetof(struct vhe_cpu, serror) == CPU_SERROR);

static enum cpuhp_state cpu_state;

/**
 * vhe_panic - an exception came from EL2 while a guest's world was loaded
 * @sp: the stack pointer it came with
 *
 * Context: from the vector, on this CPU's panic stack, with the host's world restored. Does not return.
 */
asmlinkage __noreturn void vhe_panic(u64 sp)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);

	pr_emerg("loft: exception in the switch window, CPU %d, vCPU %d\n", smp_processor_id(),
		 cpu->resident ? (int)cpu->resident->id : -1);
	pr_emerg("loft: ESR %016llx ELR %016llx SPSR %016llx FAR %016llx HPFAR %016llx SP %016llx\n",
		 read_sysreg(esr_el2), read_sysreg(elr_el2), read_sysreg(spsr_el2), read_sysreg(far_el2),
		 read_sysreg(hpfar_el2), sp);
	pr_emerg("loft: at %pS\n", (void *)read_sysreg(elr_el2));
	panic("loft: the world switch failed");
}

/* The registers a guest needs, on a CPU that just came up or woke */
static void cpu_enable(struct vhe_cpu *cpu)
{
	/* The kernel sets these two at boot and leaves them alone */
	cpu->host_hcr = read_sysreg(hcr_el2);
	cpu->mdcr = read_sysreg(mdcr_el2);
	cpu->mdcr_guest = cpu->mdcr & MDCR_EL2_HPMN_MASK;
	write_sysreg(0, vttbr_el2);
	isb();
}

static void cpu_mitigate(struct vhe_cpu *cpu)
{
	struct loft_mitigation m = mitigate_this_cpu();

	cpu->bhb = m.bhb;
	cpu->vectors = (unsigned long)vhe_vectors;
	if (m.fw == ARM_SMCCC_ARCH_WORKAROUND_1)
		cpu->vectors = (unsigned long)vhe_vectors_wa1;
	else if (m.fw == ARM_SMCCC_ARCH_WORKAROUND_3)
		cpu->vectors = (unsigned long)vhe_vectors_wa3;
}

static int cpu_up_online(unsigned int n)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);
	unsigned long flags;

	if (!is_kernel_in_hyp_mode()) {
		pr_err("loft: CPU %u entered the kernel at another exception level than the rest\n", n);
		return -EINVAL;
	}
	local_irq_save(flags);
	cpu_enable(cpu);
	cpu_mitigate(cpu);
	hostirq_cpu_up();
	cpu->online = gic_cpu_up();
	if (cpu->online)
		timer_cpu_up();
	local_irq_restore(flags);
	if (!cpu->online) {
		pr_err("loft: CPU %u has fewer list registers or priority bits than the others: it stays off\n", n);
		return -EINVAL;
	}
	return 0;
}

static int cpu_down_prepare(unsigned int n)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);
	unsigned long flags;

	local_irq_save(flags);
	/* A vCPU thread may still be running here, and come back before the scheduler has moved it */
	cpu->online = false;
	context_evict(cpu);
	timer_cpu_down();
	gic_cpu_down();
	vmid_cpu_down();
	local_irq_restore(flags);
	return 0;
}

/*
 * A power state may lose every register of EL1; what it keeps of EL2 is firmware's business and the host's. After
 * hibernation the machine is a fresh one, on which the kernel before has enabled its own interrupts, not Loft's.
 */
static int cpu_pm_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct vhe_cpu *cpu = this_cpu_ptr(&vhe_cpu);

	switch (event) {
	case CPU_PM_ENTER:
		context_evict(cpu);
		vtimer_cpu_sleep();
		break;
	case CPU_PM_ENTER_FAILED:
	case CPU_PM_EXIT:
		vtimer_cpu_wake();
		if (!cpu->online)
			break;
		cpu_enable(cpu);
		timer_cpu_wake();
		gic_cpu_wake();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block cpu_pm_nb = {
	.notifier_call = cpu_pm_event,
};

static void cpu_stacks_free(void)
{
	int n;

	for_each_possible_cpu(n) {
		u64 top = per_cpu(vhe_cpu, n).panic_sp;

		if (top)
			free_pages(top - (PAGE_SIZE << PANIC_STACK_ORDER), PANIC_STACK_ORDER);
		per_cpu(vhe_cpu, n).panic_sp = 0;
	}
}

static int cpu_stacks_alloc(void)
{
	unsigned long base;
	int n;

	for_each_possible_cpu(n) {
		base = __get_free_pages(GFP_KERNEL, PANIC_STACK_ORDER);
		if (!base) {
			cpu_stacks_free();
			return -ENOMEM;
		}
		per_cpu(vhe_cpu, n).panic_sp = base + (PAGE_SIZE << PANIC_STACK_ORDER);
	}
	return 0;
}

/**
 * cpus_init - take every CPU, and follow those that come and go
 *
 * Return: 0 or an errno.
 */
int cpus_init(void)
{
	int ret;

	ret = cpu_stacks_alloc();
	if (ret)
		return ret;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "loft:online", cpu_up_online, cpu_down_prepare);
	if (ret < 0) {
		cpu_stacks_free();
		return ret;
	}
	cpu_state = ret;
	cpu_pm_register_notifier(&cpu_pm_nb);
	return 0;
}

void cpus_exit(void)
{
	cpu_pm_unregister_notifier(&cpu_pm_nb);
	cpuhp_remove_state(cpu_state);
	cpu_stacks_free();
}
