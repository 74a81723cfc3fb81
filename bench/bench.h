/* SPDX-License-Identifier: GPL-2.0-only */
/* What the benchmarks' VMM and their payloads have agreed on: operations, the bench device, the form of a result. */
#ifndef BENCH_H
#define BENCH_H

/*
 * X(name, vCPUs, what one round of it is). Those without a vCPU are the VMM's own; those that no round can be said of
 * are partners of others. New ones go to the end of their group.
 */
#define BENCH_OPS(X) \
	X(null_ioctl, 0, "an ioctl that does nothing, in the program that mmio_user returns to") \
	X(hypercall_switch, 1, "SMCCC_VERSION: a hypercall that can be answered in the switch") \
	X(hypercall_runloop, 1, "PSCI MIGRATE_INFO_TYPE: a hypercall that takes the way through the run loop") \
	X(idreg_read, 1, "read of ID_AA64PFR0_EL1") \
	X(vgic_read, 1, "read of GICD_TYPER") \
	X(ipi, 2, "write of ICC_SGI1R_EL1 to the first instruction of the handler, both vCPUs running") \
	X(ipi_idle, 2, "the same, the target in WFI for 2 ms") \
	X(eoi, 1, "acknowledge and end of an interrupt that is pending") \
	X(timer, 1, "10 ms timer, lateness beyond the due time at the handler's first instruction, guest running") \
	X(mmio_kernel, 1, "write to an ioeventfd") \
	X(mmio_user, 1, "read that the VMM answers") \
	X(wfi_wake, 1, "10 ms timer, lateness as above, guest in WFI") \
	X(s2_fault_4k, 1, "first store to a page that the host has") \
	X(s2_fault_2m, 1, "first store to a huge page that the host has") \
	X(vm_switch, 1, "from a VM, through its VMM, into another VM on the same CPU") \
	X(hypercall_unknown, 1, "a hypercall that nobody knows") \
	X(hypercall_psci, 1, "PSCI_VERSION") \
	X(mmio_user_write, 1, "write that the VMM takes") \
	X(sgi_none, 1, "write of ICC_SGI1R_EL1 without a target") \
	X(timer_program, 1, "write of CNTV_CVAL_EL0 and CNTV_CTL_EL0") \
	X(ptimer_read, 1, "read of CNTP_CTL_EL0") \
	X(wfi_pending, 1, "WFI with an interrupt pending") \
	X(guest_pagetable, 1, "guest code: change of a page table entry, TLBI, access through it") \
	X(guest_context, 1, "guest code: switch of ASID, translation table and thread registers") \
	X(vm_switch_partner, 1, "")

#define BENCH_ENUM(name, vcpus, text) BENCH_##name,
enum bench_op { BENCH_OPS(BENCH_ENUM) BENCH_NR };

/* Registers of the bench device, behind those of the test device that every payload looks for. */
#define BENCH_DEVICE	0x0b001000
#define BENCH_OP	(BENCH_DEVICE + 0x00)	/* R: enum bench_op */
#define BENCH_SCRATCH	(BENCH_DEVICE + 0x04)	/* RW: nothing but an exit to the VMM */
#define BENCH_CYCLES	(BENCH_DEVICE + 0x08)	/* R64: cycles of this vCPU's thread, guest and host; 0: not known */
#define BENCH_RESULT	(BENCH_DEVICE + 0x10)	/* W64: address of a struct bench_result */
#define BENCH_YIELD	(BENCH_DEVICE + 0x18)	/* R: the VMM's thread yields */
#define BENCH_IOEVENT	(BENCH_DEVICE + 0x20)	/* W32: an ioeventfd */
#define BENCH_FAIL	(BENCH_DEVICE + 0x28)	/* W32: line of the payload at which it gives up */

/* Memory that the VMM has touched, and the guest not: in small pages, in huge pages. */
#define BENCH_SMALL		0x80000000UL
#define BENCH_SMALL_SIZE	0x00800000UL
#define BENCH_HUGE		0xc0000000UL
#define BENCH_HUGE_SIZE		0x04000000UL

#define BENCH_SAMPLES	256

/* Hints that tell a plugin of the emulator what is measured: a new operation, from here, to here. NOPs to any CPU. */
#define BENCH_HINT_OP		112
#define BENCH_HINT_BEGIN	113
#define BENCH_HINT_END		114

/* A sample is ticks of the virtual counter, or cycles, for that many rounds; base is what the same takes without them. */
struct bench_result {
	unsigned long long hz, rounds, count;
	unsigned long long base, base_cycles;
	unsigned long long ticks[BENCH_SAMPLES], cycles[BENCH_SAMPLES];
};

#endif
