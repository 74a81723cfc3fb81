/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam between policy and the code that touches the hardware: all that virt/ knows of a back end.
 */
#ifndef LOFT_BACKEND_H
#define LOFT_BACKEND_H

#include <linux/types.h>
#include <loft/addr.h>

struct loft_vcpu;
struct loft_vm;

/**
 * struct loft_caps - what the machine offers, the same on every CPU, filled in by backend_probe()
 * @mode: "vhe", "nvhe", "armv7"
 * @pa_bits: physical address bits
 * @ipa_bits_max: largest IPA width offered to a VM
 * @vmid_bits: 8 or 16
 * @vtcr: the VTCR_EL2 bits that do not depend on the VM (memory attributes, PS, VS, granule, RES1)
 * @fwb: FEAT_S2FWB: guest memory needs no cleaning to the point of coherency
 * @dic: CTR_EL0.DIC: no instruction cache invalidation needed
 * @ras: FEAT_RAS: virtual SErrors carry a syndrome
 * @el1_32bit: the back end runs guests whose EL1 is in AArch32
 * @gic: 3, 2, or 0 without virtual interrupt hardware
 * @gicv_pa: with @gic 2: physical address of the virtual CPU interface (GICV)
 * @gicv_size: its size
 * @nr_lrs: list registers
 * @pri_bits: implemented priority bits of the virtual interface
 * @pre_bits: preemption bits: how many active priority registers there are
 * @timer_hwirq: INTID of the host's virtual timer PPI
 * @timer_always_on: the virtual timer does not stop in idle states
 * @timer_hz: counter frequency
 * @nr_brps: hardware breakpoints
 * @nr_wrps: hardware watchpoints
 */
struct loft_caps {
	const char *mode;
	unsigned int pa_bits;
	unsigned int ipa_bits_max;
	unsigned int vmid_bits;
	u64 vtcr;
	bool fwb;
	bool dic;
	bool ras;
	bool el1_32bit;
	unsigned int gic;
	u64 gicv_pa;
	u64 gicv_size;
	unsigned int nr_lrs;
	unsigned int pri_bits;
	unsigned int pre_bits;
	u32 timer_hwirq;
	bool timer_always_on;
	u32 timer_hz;
	unsigned int nr_brps;
	unsigned int nr_wrps;
};

extern struct loft_caps loft_caps;

/**
 * enum loft_tlb_scope - what backend_tlb_flush() invalidates
 * @LOFT_TLB_VM: everything of the VM, stages 1 and 2, all CPUs
 * @LOFT_TLB_IPA: stage-2 entries of [ipa, ipa + size) and the combined entries made from them, all CPUs
 * @LOFT_TLB_IPA_LOCAL: the same on this CPU only: for changes that only relax permissions
 * @LOFT_TLB_ALL: all VMIDs, all CPUs: VMID rollover; @vm is NULL
 */
enum loft_tlb_scope {
	LOFT_TLB_VM,
	LOFT_TLB_IPA,
	LOFT_TLB_IPA_LOCAL,
	LOFT_TLB_ALL,
};

/**
 * enum loft_cache_op - maintenance on host memory the guest is about to see
 * @LOFT_CACHE_POC: clean and invalidate data to the point of coherency
 * @LOFT_CACHE_EXEC: make instruction fetches see what was written
 */
enum loft_cache_op {
	LOFT_CACHE_POC,
	LOFT_CACHE_EXEC,
};

/* Fill in loft_caps and take the hardware; 0, or an errno after one line in the kernel log that says what to do. */
int backend_init(void);
void backend_exit(void);

/* What the back end needs of a vCPU, whose memory is whole pages; 0 or -ENOMEM. Undone when the vCPU is put for good. */
int backend_vcpu_create(struct loft_vcpu *vcpu);
void backend_vcpu_destroy(struct loft_vcpu *vcpu);

/* Enter the guest once and fill in vcpu->exit. vCPU's thread, IRQs off; loads the vCPU if it is not resident here. */
void backend_vcpu_run(struct loft_vcpu *vcpu);

/* Bring the vCPU's state to memory wherever it is resident. IRQs on, vCPU not running. */
void backend_vcpu_put(struct loft_vcpu *vcpu);

/* Orders the table update before the invalidation and returns when it is complete. @ipa/@size page aligned, @level: level
 * of the leaf entries that changed (TTL hint), or -1 if unknown or if tables were freed too. Any context. */
void backend_tlb_flush(struct loft_vm *vm, enum loft_tlb_scope scope, ipa_t ipa, u64 size, int level);

/* Make a store to a live table visible to walkers before what follows; completes an invalid->valid change. */
void backend_table_sync(void);

void backend_cache(enum loft_cache_op op, void *va, size_t size);

/* The counter, in ticks; ordered as a self-synchronising read. */
u64 backend_counter(void);

#endif /* LOFT_BACKEND_H */
