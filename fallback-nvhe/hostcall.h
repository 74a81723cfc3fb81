/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that passes between highvisor and lowvisor: calls, errors, and the memory both see.
 *
 * Documentation/hostcall-abi.rst tells the whole of it. EL2's address space is a part of physical memory, each page at
 * its own physical address: every address here is one.
 */
#ifndef LOFT_HOSTCALL_H
#define LOFT_HOSTCALL_H

/* Calls of the kernel's own boot stub, which the lowvisor answers in its place */
#define STUB_SET_VECTORS	0
#define STUB_SOFT_RESTART	1
#define STUB_RESET_VECTORS	2
#define STUB_NR			4
#define STUB_ERR		0xbadca11

/* Exits of the guest, in the numbers of enum loft_exit_kind */
#define HOSTCALL_SYNC		0
#define HOSTCALL_IRQ		1
#define HOSTCALL_SERROR		2

/* Offsets for assembly, asserted in C: struct hostcall_cpu */
#define CPU_TTBR0		0
#define CPU_MAIR		16
#define CPU_STUB		32
#define CPU_SERROR		48
#define CPU_FW			56
#define CPU_PANIC_X(n)		(64 + 8 * (n))
#define CPU_PANIC_SP		CPU_PANIC_X(31)
/* The stack for an own fault ends here; the other one ends where the structure begins */
#define CPU_SIZE		4096

#ifndef __ASSEMBLY__
#include <loft/exit.h>
#include <loft/regs.h>

/**
 * enum hostcall - what the highvisor asks of the lowvisor: number in x0, arguments in x1 to x4, result in x0
 * @HOSTCALL_RUN: (struct hostcall_vcpu) enter the guest once; returns HOSTCALL_OK, the exit is in the structure
 * @HOSTCALL_TLB_IPA: (VMID, operand, count, step) invalidate @count stage-2 entries and all stage-1 of the VMID
 * @HOSTCALL_TLB_IPA_LOCAL: the same on this CPU only
 * @HOSTCALL_TLB_VM: (VMID) everything of the VMID
 * @HOSTCALL_TLB_ALL: everything of all VMIDs, and all instruction caches
 * @HOSTCALL_UNMAP: (page) forget EL2's own translation of a page
 * @HOSTCALL_GIC_SAVE: (struct hostcall_vcpu) read back what of its virtual CPU interface stays in the hardware
 * @HOSTCALL_ICH_VTR: returns ICH_VTR_EL2
 * @HOSTCALL_END: first number that is none
 *
 * A number outside, an address that is not mapped in EL2 or not aligned, an argument out of range: refused with one
 * of the errors below, before anything has been changed.
 */
enum hostcall {
	HOSTCALL_RUN = 0x1000,
	HOSTCALL_TLB_IPA,
	HOSTCALL_TLB_IPA_LOCAL,
	HOSTCALL_TLB_VM,
	HOSTCALL_TLB_ALL,
	HOSTCALL_UNMAP,
	HOSTCALL_GIC_SAVE,
	HOSTCALL_ICH_VTR,
	HOSTCALL_END,
};

#define HOSTCALL_OK		0ULL
#define HOSTCALL_BAD_NUMBER	(-1ULL)
#define HOSTCALL_BAD_ADDRESS	(-2ULL)
#define HOSTCALL_BAD_ARGUMENT	(-3ULL)

/* Most entries that one HOSTCALL_TLB_IPA may name */
#define HOSTCALL_TLB_MAX	512

/* hostcall_cpu.features */
#define HOSTCALL_F_GIC		BIT(0)	/* GICv3 system registers */
#define HOSTCALL_F_RAS		BIT(1)
#define HOSTCALL_F_FGT		BIT(2)
#define HOSTCALL_F_HCX		BIT(3)
#define HOSTCALL_F_SPE		BIT(4)
#define HOSTCALL_F_TRBE		BIT(5)

/* hostcall_cpu.bhb: use CLEARBHB; otherwise the number of branches, 0 for none */
#define HOSTCALL_CLEARBHB	BIT(63)

/* The host's registers at EL1 that guests use too, two by two for LDP and STP */
enum hostcall_host_reg {
	HOST_TTBR0, HOST_TTBR1,
	HOST_TCR, HOST_SCTLR,
	HOST_CPACR, HOST_CNTKCTL,
	HOST_VBAR, HOST_CONTEXTIDR,
	HOST_SP_EL1, HOST_SP_EL0,
	HOST_TPIDR_EL0, HOST_TPIDRRO_EL0,
	/* As found when the lowvisor came: these never change */
	HOST_MAIR, HOST_AMAIR,
	HOST_TPIDR_EL1, HOST_MDSCR,
	HOST_NR_REGS,
};

/**
 * struct hostcall_cpu - one CPU's share of the lowvisor: parameters, then what only EL2 writes
 * @ttbr0: TTBR0_EL2. This and the next three are read with EL2's MMU off
 * @tcr: TCR_EL2
 * @mair: MAIR_EL2
 * @sctlr: SCTLR_EL2 to run with
 * @stub_vbar: the boot stub's VBAR_EL2
 * @stub_sctlr: SCTLR_EL2 as the boot stub had it
 * @serror: ESR_EL2 of an SError that arrived while the guest left
 * @fw: firmware call that each exit makes first, or 0
 * @panic_x: x0 to x30 at an own fault, then SP
 * @panic_esr: ESR_EL2 then
 * @panic_elr: ELR_EL2
 * @panic_spsr: SPSR_EL2: its mode says whose fault it was
 * @panic_far: FAR_EL2
 * @panic_hpfar: HPFAR_EL2
 * @panic_entry: where the host's panic begins, a host virtual address
 * @features: HOSTCALL_F_*
 * @vtcr: VTCR_EL2 while no guest runs: says how wide VMIDs are
 * @bhb: branch-history sequence of an exit
 * @nr_brps: breakpoints
 * @nr_wrps: watchpoints
 * @pre_bits: preemption bits of the virtual GIC interface
 * @vcpu: the guest that runs, or NULL
 * @hcr: the host's HCR_EL2, as found. So are the following
 * @cptr: CPTR_EL2
 * @mdcr: MDCR_EL2
 * @cnthctl: CNTHCTL_EL2
 * @guest_cnthctl: CNTHCTL_EL2 while a guest runs
 * @guest_vbar: VBAR_EL2 while a guest runs
 * @vpidr: VPIDR_EL2
 * @vmpidr: VMPIDR_EL2
 * @hstr: HSTR_EL2
 * @hcrx: HCRX_EL2
 * @sre: ICC_SRE_EL2
 * @fgt: HFGRTR, HFGWTR, HFGITR, HDFGRTR, HDFGWTR
 * @pmscr: PMSCR_EL1 while a guest runs
 * @trfcr: TRFCR_EL1 while a guest runs
 * @host: the host's EL1 while a guest runs, by enum hostcall_host_reg
 * @debug_dirty: the debug registers are not the host's
 * @debug_swapped: breakpoints and watchpoints neither
 * @debug: the host's
 */
struct hostcall_cpu {
	u64 ttbr0;
	u64 tcr;
	u64 mair;
	u64 sctlr;
	u64 stub_vbar;
	u64 stub_sctlr;
	u64 serror;
	u64 fw;
	u64 panic_x[32];
	u64 panic_esr;
	u64 panic_elr;
	u64 panic_spsr;
	u64 panic_far;
	u64 panic_hpfar;
	u64 panic_entry;
	u64 features;
	u64 vtcr;
	u64 bhb;
	u32 nr_brps;
	u32 nr_wrps;
	u32 pre_bits;
	struct hostcall_vcpu *vcpu;
	u64 hcr;
	u64 cptr;
	u64 mdcr;
	u64 cnthctl;
	u64 guest_cnthctl;
	u64 guest_vbar;
	u64 vpidr;
	u64 vmpidr;
	u64 hstr;
	u64 hcrx;
	u64 sre;
	u64 fgt[5];
	u64 pmscr;
	u64 trfcr;
	u64 host[HOST_NR_REGS];
	bool debug_dirty;
	bool debug_swapped;
	struct loft_debug_regs debug;
};

#define HOSTCALL_NR_LRS		16
#define HOSTCALL_NR_ANSWERS	3

/* hostcall_vcpu.flags */
#define HOSTCALL_V_FP_FREE	BIT(0)	/* the FP registers hold nobody's state: the guest may have them */
#define HOSTCALL_V_FP_LOAD	BIT(1)	/* and will want them at once */
#define HOSTCALL_V_FLUSH	BIT(2)	/* another vCPU of the VM was here: forget what the TLB holds of it; the lowvisor clears it */
#define HOSTCALL_V_GIC_LOAD	BIT(3)	/* another vCPU's interface is in the hardware; cleared by the lowvisor */

/**
 * struct hostcall_gic - the virtual CPU interface; as struct vgic_lr_state
 * @lr: list registers
 * @used: how many of @lr are valid
 * @hcr: ICH_HCR_EL2
 * @elrsr: ICH_ELRSR_EL2 at the exit; this and the next only if @hcr is not 0
 * @hcr_exit: ICH_HCR_EL2 at the exit
 * @vmcr: ICH_VMCR_EL2. This and the following are loaded by HOSTCALL_V_GIC_LOAD and saved by HOSTCALL_GIC_SAVE
 * @ap0r: ICH_AP0Rn_EL2
 * @ap1r: ICH_AP1Rn_EL2
 */
struct hostcall_gic {
	u64 lr[HOSTCALL_NR_LRS];
	u32 used;
	u32 hcr;
	u32 elrsr;
	u32 hcr_exit;
	u32 vmcr;
	u32 ap0r[4];
	u32 ap1r[4];
};

/**
 * struct hostcall_vcpu - a vCPU, as the lowvisor knows it; page aligned
 * @self: address of this structure in EL2, by which the lowvisor knows it for one
 * @regs: its registers, page aligned
 * @flags: HOSTCALL_V_*
 * @hcr: HCR_EL2 to run with; the exit leaves in it whether VSE is still pending
 * @vsesr: VSESR_EL2, with HCR_EL2.VSE and RAS
 * @mdcr: MDCR_EL2, over the host's number of counters
 * @cptr: CPTR_EL2 with FP trapped
 * @vtcr: VTCR_EL2
 * @vttbr: VTTBR_EL2
 * @cntvoff: CNTVOFF_EL2
 * @cntv_ctl: CNTV_CTL_EL0; after an exit with ISTATUS
 * @exit: why the guest stopped
 * @fp_loaded: the guest has the FP registers; false again after the exit
 * @gic: interrupts
 * @answered: the hypercall of this exit has its answer, though an SError kept the guest from going on
 * @psci: bit n: the highvisor has PSCI function n in its 32-bit form
 * @psci64: the same for the 64-bit form
 * @psci_version: answer to PSCI_VERSION, if @psci says that there is such a function
 * @unknown: answer to a hypercall that nobody knows
 * @nr_answers: how many of @answer are valid
 * @answer: the architecture's hypercalls that the lowvisor answers: function, result
 */
struct hostcall_vcpu {
	u64 self;
	struct loft_regs *regs;
	u64 flags;
	u64 hcr;
	u64 vsesr;
	u64 mdcr;
	u64 cptr;
	u64 vtcr;
	u64 vttbr;
	u64 cntvoff;
	u64 cntv_ctl;
	struct loft_exit exit;
	bool fp_loaded;
	struct hostcall_gic gic;
	bool answered;
	u32 psci;
	u32 psci64;
	u64 psci_version;
	u64 unknown;
	u32 nr_answers;
	struct {
		u32 fn;
		u64 ret;
	} answer[HOSTCALL_NR_ANSWERS];
};
#endif /* !__ASSEMBLY__ */

#endif /* LOFT_HOSTCALL_H */
