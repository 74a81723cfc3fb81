/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with a few vCPUs and a machine below it, for tests of what a guest sees of its CPU.
 *
 * fake_guest.c stands in for the run loop, the vGIC and the timers: it records what they were asked.
 */
#ifndef LOFT_FAKE_GUEST_H
#define LOFT_FAKE_GUEST_H

#include <asm/sysreg.h>
#include <fake_backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>

#define GUEST_VCPUS	4

/**
 * struct fake_guest - the guest, and what was done to it
 * @hw: sanitised ID registers of the machine, by CRm * 8 + Op2 of op0=3 op1=0 CRn=0
 * @ctr: CTR_EL0
 * @caps: cpus_have_final_cap()
 * @vgic: it has an interrupt controller
 * @evicts, @kicks, @requests, @blocks, @flushes: calls, those with a vCPU by its index
 * @sgi, @sgi_group1, @sgis: the last vgic_sgi_write(), and how many
 * @counter_p: what vtimer_count_p() says
 */
struct fake_guest {
	u64 hw[8 * 8];
	u64 ctr;
	bool caps[ARM64_NCAPS];
	bool vgic;
	unsigned int evicts[GUEST_VCPUS];
	unsigned int kicks[GUEST_VCPUS];
	unsigned int blocks;
	unsigned int resets;
	unsigned int flushes;
	u64 sgi;
	bool sgi_group1;
	unsigned int sgis;
	u64 counter_p;
	struct loft_vm vm;
	struct loft_vcpu vcpu[GUEST_VCPUS];
	struct kvm_run run[GUEST_VCPUS];
};

extern struct fake_guest guest;

#define GUEST_HW(name)	guest.hw[((SYS_##name - sys_reg(3, 0, 0, 0, 0)) >> Op2_shift)]

void guest_init(void);		/* 4 vCPUs on a Neoverse-N1-like machine; vCPU 0 on, the others off */
void guest_make_32bit(void);	/* then: EL1 in AArch32, on a Cortex-A72 */
void guest_exit(void);

#endif /* LOFT_FAKE_GUEST_H */
