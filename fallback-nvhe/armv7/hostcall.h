/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that passes between highvisor and lowvisor on ARMv7: calls, errors, and the memory both see.
 *
 * The scheme is that of arm64, see Documentation/hostcall-abi.rst: HYP's address space is a part of physical memory below
 * 4 GiB, each page at its own physical address, and every address here is one.
 */
#ifndef LOFT_ARMV7_HOSTCALL_H
#define LOFT_ARMV7_HOSTCALL_H

/* The one call that the kernel's boot stub knows, and that the lowvisor answers in its place; what others get */
#define STUB_SOFT_RESTART	1
#define STUB_ERR		0xbadca11

/* Not answered in C: give HYP back to the boot stub */
#define HOSTCALL_LEAVE		0xfff

/* Exits of the guest, in the numbers of enum loft_exit_kind */
#define HOSTCALL_SYNC		0
#define HOSTCALL_IRQ		1
#define HOSTCALL_SERROR		2

/* Branch predictor maintenance that an exit begins with: Cortex-A12, A17 and their like; Cortex-A15 */
#define HOSTCALL_BP_BPIALL	1
#define HOSTCALL_BP_ICIALLU	2

/* Offsets for assembly, asserted in C: struct hostcall_cpu */
#define CPU_HTTBR		0
#define CPU_HTCR		8
#define CPU_HMAIR0		12
#define CPU_HSCTLR		16
#define CPU_STUB_HVBAR		20
#define CPU_STUB_HSCTLR		24
#define CPU_BP			28
#define CPU_WINDOW		32
#define CPU_SERROR		36
#define CPU_PANIC_R(n)		(40 + 4 * (n))
#define CPU_PANIC_SP		CPU_PANIC_R(13)
#define CPU_PANIC_LR		CPU_PANIC_R(14)
/* The stack for an own fault ends here; the other one ends where the structure begins */
#define CPU_SIZE		4096

#ifndef __ASSEMBLY__
#include <loft/exit.h>
#include <loft/regs.h>

/**
 * enum hostcall - what the highvisor asks of the lowvisor: number in r0, arguments in r1 to r3, result in r0
 * @HOSTCALL_RUN: (struct hostcall_vcpu) enter the guest once; returns HOSTCALL_OK, the exit is in the structure
 * @HOSTCALL_TLB_VM: (VMID) invalidate everything of the VMID on all CPUs: there is no invalidation by IPA
 * @HOSTCALL_TLB_VM_LOCAL: (VMID) the same on this CPU only
 * @HOSTCALL_TLB_ALL: everything of all VMIDs, and all instruction caches
 * @HOSTCALL_UNMAP: (page) forget HYP's own translation of a page
 * @HOSTCALL_END: first number that is none
 *
 * A number outside, an address that is not mapped in HYP or not aligned, an argument out of range: refused with one
 * of the errors below, before anything has been changed.
 */
enum hostcall {
	HOSTCALL_RUN = 0x1000,
	HOSTCALL_TLB_VM,
	HOSTCALL_TLB_VM_LOCAL,
	HOSTCALL_TLB_ALL,
	HOSTCALL_UNMAP,
	HOSTCALL_END,
};

#define HOSTCALL_OK		0U
#define HOSTCALL_BAD_NUMBER	(-1U)
#define HOSTCALL_BAD_ADDRESS	(-2U)
#define HOSTCALL_BAD_ARGUMENT	(-3U)

/**
 * struct hostcall_cpu - one CPU's share of the lowvisor: parameters, then what only HYP writes
 * @httbr: HTTBR. This and the next three are read with HYP's MMU off
 * @htcr: HTCR
 * @hmair0: HMAIR0
 * @hsctlr: HSCTLR to run with
 * @stub_hvbar: the boot stub's HVBAR
 * @stub_hsctlr: HSCTLR as the boot stub had it
 * @bp: HOSTCALL_BP_* or 0
 * @window: an asynchronous abort may be taken in HYP: it is the guest's
 * @serror: one was
 * @panic_r: r0 to r12 at an own fault, SP_hyp, LR
 * @panic_hsr: HSR then. So are the next five
 * @panic_elr: ELR_hyp
 * @panic_spsr: SPSR_hyp: its mode says whose fault it was
 * @panic_hdfar: HDFAR
 * @panic_hifar: HIFAR
 * @panic_hpfar: HPFAR
 * @panic_entry: where the host's panic begins, a host virtual address
 * @vtcr: VTCR while no guest runs
 * @d32: there are 32 double-word VFP registers, not 16
 * @vcpu: the guest that runs, or NULL
 * @hcr: the host's HCR, as found. So are the next six
 * @hcptr: HCPTR
 * @hdcr: HDCR
 * @hstr: HSTR
 * @cnthctl: CNTHCTL
 * @vpidr: VPIDR
 * @vmpidr: VMPIDR
 * @host: the host's banked and CP15 registers and its FPEXC while a guest runs
 */
struct hostcall_cpu {
	u64 httbr;
	u32 htcr;
	u32 hmair0;
	u32 hsctlr;
	u32 stub_hvbar;
	u32 stub_hsctlr;
	u32 bp;
	u32 window;
	u32 serror;
	u32 panic_r[15];
	u32 panic_hsr;
	u32 panic_elr;
	u32 panic_spsr;
	u32 panic_hdfar;
	u32 panic_hifar;
	u32 panic_hpfar;
	u32 panic_entry;
	u32 vtcr;
	u32 d32;
	struct hostcall_vcpu *vcpu;
	u32 hcr;
	u32 hcptr;
	u32 hdcr;
	u32 hstr;
	u32 cnthctl;
	u32 vpidr;
	u32 vmpidr;
	struct loft_regs host;
};

#define HOSTCALL_MAGIC		0x4c4f4654U
#define HOSTCALL_NR_ANSWERS	4

/* hostcall_vcpu.flags */
#define HOSTCALL_V_FP_FREE	BIT(0)	/* the VFP registers hold nobody's state: the guest may have them */
#define HOSTCALL_V_FP_LOAD	BIT(1)	/* and will want them at once */
#define HOSTCALL_V_FLUSH	BIT(2)	/* another vCPU of the VM was here: forget what the TLB holds of it */

/**
 * struct hostcall_vcpu - a vCPU, as the lowvisor knows it; page aligned
 * @magic: HOSTCALL_MAGIC
 * @regs: its registers, page aligned
 * @flags: HOSTCALL_V_*
 * @hcr: HCR to run with; the exit leaves in it whether VA is still pending
 * @hdcr: HDCR, over the host's number of counters
 * @hcptr: HCPTR with VFP trapped, over the host's
 * @hstr: HSTR
 * @vtcr: VTCR
 * @vttbr: VTTBR
 * @cntvoff: CNTVOFF
 * @cntv_cval: CNTV_CVAL
 * @cntv_ctl: CNTV_CTL; after an exit with ISTATUS
 * @fp_loaded: the guest has the VFP registers; 0 again after the exit
 * @exit: why the guest stopped
 * @psci: bit n: the highvisor has PSCI function n
 * @unknown: answer to a hypercall that nobody knows
 * @nr_answers: how many of @answer are valid
 * @answer: hypercalls that the lowvisor answers: function, result
 */
struct hostcall_vcpu {
	u32 magic;
	struct loft_regs *regs;
	u32 flags;
	u32 hcr;
	u32 hdcr;
	u32 hcptr;
	u32 hstr;
	u32 vtcr;
	u64 vttbr;
	u64 cntvoff;
	u64 cntv_cval;
	u32 cntv_ctl;
	u32 fp_loaded;
	struct loft_exit exit;
	u32 psci;
	u32 unknown;
	u32 nr_answers;
	struct {
		u32 fn;
		u32 ret;
	} answer[HOSTCALL_NR_ANSWERS];
};
#endif /* !__ASSEMBLY__ */

#endif /* LOFT_ARMV7_HOSTCALL_H */
