/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual CPU.
 */
#ifndef LOFT_VCPU_H
#define LOFT_VCPU_H

#include <linux/kvm.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/signal_types.h>
#include <loft/exit.h>
#include <loft/ldst.h>
#include <loft/regs.h>
#include <loft/stage2.h>
#include <loft/vgic.h>
#include <loft/vtimer.h>

struct loft_guest_debug;
struct loft_vm;

/**
 * struct loft_traps - trap configuration, computed when configuration changes, only written at entry
 * @hcr: HCR_EL2
 * @mdcr: MDCR_EL2 bits to set over the host's HPMN
 * @cptr: CPACR_EL1-format CPTR_EL2 with FP trapped
 */
struct loft_traps {
	u64 hcr;
	u64 mdcr;
	u64 cptr;
};

/* vcpu->requests, set by anybody, consumed by the run loop before entry */
#define LOFT_REQ_EXIT		0	/* leave KVM_RUN's inner loop once: re-evaluate everything */
#define LOFT_REQ_IRQ		1	/* what is in the list registers is not up to date: fold them */
#define LOFT_REQ_RESET		2	/* PSCI CPU_ON: take reset_state over */
#define LOFT_REQ_SLEEP		3	/* powered off or suspended: block */
#define LOFT_REQ_SUSPEND	4	/* PSCI SYSTEM_SUSPEND went to userspace */
#define LOFT_REQ_KICK		5	/* its own: vcpu->kickee went to sleep while an SGI was sent to it; kick it */

/**
 * struct loft_reset_state - what PSCI CPU_ON hands to the CPU it starts
 * @pc: entry point
 * @x0: context id
 * @be: the caller's data accesses were big-endian
 */
struct loft_reset_state {
	u64 pc;
	u64 x0;
	bool be;
};

/**
 * struct loft_mmio - a load or store of one general register on its way through devices
 * @pending: userspace has it, or an access of @ldst
 * @decoded: not this one: vcpu->ldst
 * @write: it is a store
 * @sext: sign-extend what is loaded
 * @sf: to 64 bits
 * @be: memory is big-endian
 * @len: bytes
 * @rt: the register
 * @hole: address over 4 KiB where the last such access found neither memory nor the vGIC. The vGIC's addresses
 *	are fixed by the time a vCPU runs; slots are not
 * @hole_gen: vm->slots_gen for which that holds, or 0
 * @slots_gen: vm->slots_gen at this exit, if no slot backs its address, else 0
 */
struct loft_mmio {
	bool pending;
	bool decoded;
	bool write;
	bool sext;
	bool sf;
	bool be;
	u8 len;
	u8 rt;
	u64 hole;
	unsigned long hole_gen;
	unsigned long slots_gen;
};

/* Frames of a GICv2 are aligned to no more, whatever the size of the host's pages */
#define LOFT_MMIO_HOLE_SHIFT	12

/**
 * struct loft_vcpu - a virtual CPU
 * @regs: register file; first, assembly knows its offsets
 * @traps: trap registers
 * @exit: how the last entry ended
 * @fp_loaded: the hardware holds the guest's FP registers. Owner: the switch, IRQs off
 * @fp_want: the guest asked for FP: load it at the next entry instead of trapping again
 * @fp_cpu: CPU on which the host's FP state was last saved and unbound for this vCPU
 * @fp_switches: the thread's context switches at that moment: while they stand, nobody else used FP there
 * @psci_version: what PSCI_VERSION answers, 0 if PSCI is off for this vCPU
 * @psci_fns: bit n: PSCI function n of that version is there; see psci_fns_update()
 * @psci_fns64: those of them that this vCPU may call in the 64-bit form
 * @cpu: CPU this vCPU is resident on, or -1. Written with IRQs off on that CPU, cleared with release
 * @backend: the back end's own share of it
 * @vm: the VM
 * @id: index; userspace's vCPU id
 * @lock: the vCPU's ioctls, KVM_RUN among them. Outermost
 * @run: page shared with userspace
 * @pid: thread that last entered KVM_RUN, for kicks
 * @requests: LOFT_REQ_* bits
 * @wait: where a blocked vCPU sleeps
 * @kickee: see LOFT_REQ_KICK
 * @poll: how long WFI may wait inside the switch, in ticks of the counter. Written by its thread, outside
 * @lr: GIC virtualisation hardware
 * @vgic: the vGIC's per-vCPU state
 * @timer: generic timers
 * @s2cache: table pages for faults
 * @slot_hint: where in the memory slots the last fault was
 * @debug: KVM_SET_GUEST_DEBUG is in force: see debug.c; else NULL. Under @lock
 * @init: KVM_ARM_VCPU_INIT done
 * @ran: went through its first run
 * @sigset_active: KVM_SET_SIGNAL_MASK gave @sigset
 * @sigset: signals blocked during KVM_RUN
 * @features: bits of KVM_ARM_VCPU_*
 * @powered_off: PSCI says off. Under psci_lock
 * @psci_lock: guards @powered_off, @reset and the requests that go with them
 * @reset: pending PSCI CPU_ON
 * @mmio: the load or store that devices are busy with
 * @ldst: the same, where the syndrome did not describe it
 * @suspended: KVM_MP_STATE_SUSPENDED
 * @serror_pending: a virtual SError waits for the guest to unmask it
 * @serror_esr: its syndrome
 */
struct loft_vcpu {
	struct loft_regs regs;
	struct loft_traps traps;
	struct loft_exit exit;
	bool fp_loaded;
	bool fp_want;
	int fp_cpu;
	unsigned long fp_switches;
	u32 psci_version;
	u32 psci_fns;
	u32 psci_fns64;
	int cpu;
	void *backend;
	struct loft_vm *vm;
	u32 id;
	struct mutex lock;
	struct kvm_run *run;
	struct pid __rcu *pid;
	unsigned long requests;
	struct rcuwait wait;
	struct loft_vcpu *kickee;
	u64 poll;
	struct vgic_lr_state lr;
	struct vgic_cpu *vgic;
	struct loft_vtimer timer;
	struct loft_s2cache s2cache;
	unsigned int slot_hint;
	struct loft_guest_debug *debug;
	bool init;
	bool ran;
	bool sigset_active;
	sigset_t sigset;
	unsigned long features;
	bool powered_off;
	bool suspended;
	spinlock_t psci_lock;
	struct loft_reset_state reset;
	struct loft_mmio mmio;
	struct loft_ldst ldst;
	bool serror_pending;
	u64 serror_esr;
};

/* vcpu.c */
int vcpu_create(struct loft_vm *vm, u32 id);		/* file descriptor or errno */
void vcpu_free(struct loft_vcpu *vcpu);
int vcpu_set_target(struct loft_vcpu *vcpu, const struct kvm_vcpu_init *init);
void vcpu_reset(struct loft_vcpu *vcpu);

/*
 * Bring all register state to memory. Caller holds vcpu->lock, IRQs on. After it, regs.sys[], lr.vmcr.. and timer.v are
 * the truth until the vCPU runs again.
 */
void vcpu_evict(struct loft_vcpu *vcpu);

/* run.c: any context, unless said otherwise */
void vcpu_kick(struct loft_vcpu *vcpu);			/* wake it if blocked, make it exit if it runs */
void vcpu_request(struct loft_vcpu *vcpu, int req);	/* set the bit, then kick */
int vcpu_run(struct loft_vcpu *vcpu);			/* KVM_RUN; vcpu->lock held */
void vcpu_block(struct loft_vcpu *vcpu);		/* WFI: sleep until something is pending */

static __always_inline u64 vcpu_get_reg(const struct loft_vcpu *vcpu, unsigned int n)
{
	return regs_read(&vcpu->regs, n);
}

static __always_inline void vcpu_set_reg(struct loft_vcpu *vcpu, unsigned int n, u64 val)
{
	regs_write(&vcpu->regs, n, val);
}

/*
 * Is the vCPU resident somewhere, and its thread not asleep in vcpu_block()? Then an interrupt to that CPU tells it what a
 * kick would. Only a hint, unless a full barrier comes before it
 */
static __always_inline bool vcpu_is_awake(const struct loft_vcpu *vcpu)
{
	return READ_ONCE(vcpu->cpu) >= 0 && !rcu_access_pointer(vcpu->wait.task);
}

/* Is EL1 in AArch32? Chosen by KVM_ARM_VCPU_INIT, the same for all vCPUs of a VM */
static inline bool vcpu_is_32bit(const struct loft_vcpu *vcpu)
{
	return regs_is_32bit(vcpu->features);
}

/* cond.c: may the trapped instruction be executed, or is it AArch32's with a condition that fails: a NOP? */
bool cond_passed(const struct loft_vcpu *vcpu);

void vcpu_skip_insn(struct loft_vcpu *vcpu);	/* past the trapped instruction; A64, A32, T32, IT state, SS */

/* inject.c: exceptions for the guest; evicts the vCPU's state to memory first. vCPU's own thread, IRQs on */
void inject_undef(struct loft_vcpu *vcpu);
void inject_dabt(struct loft_vcpu *vcpu, guest_va_t far);	/* synchronous external abort on a data access */
void inject_dabt_status(struct loft_vcpu *vcpu, guest_va_t far, u8 status, bool write);	/* any data abort */
void inject_iabt(struct loft_vcpu *vcpu, guest_va_t far);	/* synchronous external abort on an instruction fetch */
void inject_abt_walk(struct loft_vcpu *vcpu, bool iabt, guest_va_t far, unsigned int level); /* external abort on a table walk */
void inject_debug(struct loft_vcpu *vcpu, u64 esr, guest_va_t far);	/* a debug exception that EL2 took */
void inject_size_fault(struct loft_vcpu *vcpu, bool iabt, guest_va_t far); /* address size fault, level 0 */

/*
 * debug.c: vcpu->lock held, vCPU evicted. Withdraw and apply stand around whatever looks at the guest's own debug registers;
 * nothing to do, and to pay, without KVM_SET_GUEST_DEBUG.
 */
void debug_withdraw(struct loft_vcpu *vcpu);
void debug_apply(struct loft_vcpu *vcpu);
void debug_reset(struct loft_vcpu *vcpu);
int debug_set(struct loft_vcpu *vcpu, const struct kvm_guest_debug *dbg);
void debug_free(struct loft_vcpu *vcpu);
u64 debug_traps(const struct loft_vcpu *vcpu);
u64 debug_pstate_get(const struct loft_vcpu *vcpu);
void debug_pstate_set(struct loft_vcpu *vcpu, u64 pstate);
enum loft_verdict debug_handle(struct loft_vcpu *vcpu, int *err);

/* sysreg.c */
enum loft_verdict sysreg_trap(struct loft_vcpu *vcpu, int *err);	/* EC 0x18 */
enum loft_verdict sysreg_trap_cp(struct loft_vcpu *vcpu, int *err);	/* EC 0x03..0x06, 0x08, 0x0c: AArch32 */
void sysreg_reset(struct loft_vcpu *vcpu);		/* architectural reset values of vcpu->regs */
unsigned long sysreg_features(void);			/* bits of KVM_ARM_VCPU_* */
u32 sysreg_target(void);				/* the KVM_ARM_VCPU_INIT target of this machine */
void sysreg_traps_update(struct loft_vcpu *vcpu);	/* compute vcpu->traps */
void sysreg_freeze(struct loft_vm *vm);			/* before the first run: what cannot change any more; vm->lock held */
int sysreg_init(void);
/* onereg.c: vcpu evicted by the callee; documented errnos of KVM_GET/SET_ONE_REG */
int onereg_get(struct loft_vcpu *vcpu, const struct kvm_one_reg *reg);
int onereg_set(struct loft_vcpu *vcpu, const struct kvm_one_reg *reg);
int onereg_list(struct loft_vcpu *vcpu, struct kvm_reg_list __user *list);
/* smccc.c / psci.c: an HVC (or trapped SMC) from the guest that was not answered in the switch */
enum loft_verdict smccc_call(struct loft_vcpu *vcpu, int *err);
enum loft_verdict psci_call(struct loft_vcpu *vcpu, u32 fn);
int psci_set_mp_state(struct loft_vcpu *vcpu, const struct kvm_mp_state *mp);
void psci_get_mp_state(struct loft_vcpu *vcpu, struct kvm_mp_state *mp);
void psci_vcpu_init(struct loft_vcpu *vcpu);		/* vcpu->features is set: choose psci_version */
int psci_set_version(struct loft_vcpu *vcpu, u64 version);
void psci_fns_update(struct loft_vcpu *vcpu);
void psci_take_reset(struct loft_vcpu *vcpu);		/* consume LOFT_REQ_RESET */

/* exit.c: *err is 0 or an errno for KVM_RUN (then the verdict is USER) */
enum loft_verdict exit_handle(struct loft_vcpu *vcpu, int *err);

/* fault.c: a stage-2 abort; mmio.c: an abort outside every slot */
enum loft_verdict fault_handle(struct loft_vcpu *vcpu, int *err);
enum loft_verdict mmio_handle(struct loft_vcpu *vcpu, int *err);
enum loft_verdict mmio_hole(struct loft_vcpu *vcpu);
enum loft_verdict mmio_complete(struct loft_vcpu *vcpu, int *err);	/* at KVM_RUN: userspace is done with an access */

#endif /* LOFT_VCPU_H */
