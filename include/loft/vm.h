/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual machine: what its vCPUs share.
 */
#ifndef LOFT_VM_H
#define LOFT_VM_H

#include <linux/kref.h>
#include <linux/kvm.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/xarray.h>
#include <loft/addr.h>
#include <loft/stage2.h>

struct loft_vcpu;
struct vgic_dist;
struct vgic_lpis;
struct irqroute_table;

#define LOFT_MAX_VCPUS		512
#define LOFT_MAX_MEMSLOTS	32767

/* The ID space of AArch64: Op0=3 Op1=0 CRn=0, CRm 1 to 7, eight of each */
#define LOFT_NR_IDREGS		56

/**
 * struct loft_memslot - one KVM_SET_USER_MEMORY_REGION
 * @id: slot number as userspace gave it
 * @base_gfn: first guest frame
 * @npages: length in pages
 * @hva: userspace address of the first byte
 * @flags: KVM_MEM_READONLY, KVM_MEM_LOG_DIRTY_PAGES, LOFT_SLOT_INVALID
 * @dirty: log of written pages, then room of the same size to collect it in; NULL unless logging
 */
struct loft_memslot {
	u32 id;
	u32 flags;
	u64 base_gfn;
	u64 npages;
	unsigned long hva;
	unsigned long *dirty;
};

/**
 * struct loft_memslots - the VM's slots; replaced as a whole under vm->slots_lock, read under vm->srcu
 * @nr: how many
 * @slot: sorted by base_gfn
 */
struct loft_memslots {
	unsigned int nr;
	struct loft_memslot slot[] __counted_by(nr);
};

/**
 * struct loft_vm - a virtual machine
 * @refs: one for the VM's file, one for each vCPU's and device's file and each irqfd
 * @mm: the address space that owns the guest's memory; vCPUs run in no other
 * @lock: configuration: vCPU creation, device creation, first run. Inside vcpu->lock
 * @slots_lock: writers of @memslots. Inside @lock
 * @srcu: readers of @memslots
 * @memslots: current slots
 * @slots_gen: moves on with each new @memslots, never 0. Written under @slots_lock
 * @mn: MMU notifier on @mm
 * @mn_seq: sequence of invalidations; a fault that raced with one retries. Under stage2.lock
 * @mn_active: invalidations under way. Under stage2.lock
 * @mn_start: start of the range under invalidation (host virtual), valid while @mn_active
 * @mn_end: its end
 * @stage2: the stage-2 table
 * @vmid: generation and VMID, see vmid.c
 * @last_vcpu: per CPU: index of the vCPU of this VM that last ran there, or -1
 * @vcpus: by index (KVM vCPU id)
 * @nr_vcpus: created so far. Under @lock
 * @vgic: interrupt controller, NULL without. Set once under @lock
 * @lpis: LPIs and ITSs, NULL without. Set once under @lock, release/acquire
 * @cntvoff: virtual counter offset from vtimer_counter(), in ticks
 * @ran: first run done: configuration is frozen. Under @lock
 * @idregs: the ID space as guests read it, CRm and Op2; written before @ran
 * @nisv_to_user: KVM_CAP_ARM_NISV_TO_USER enabled
 * @irqfds: see irqfd.c
 * @ioeventfds: see ioeventfd.c, read under RCU
 * @system_suspend: KVM_CAP_ARM_SYSTEM_SUSPEND enabled
 * @el1_width: 32 or 64, as the first KVM_ARM_VCPU_INIT chose; 0 before. Under @lock
 */
struct loft_vm {
	struct kref refs;
	struct mm_struct *mm;
	struct mutex lock;
	struct mutex slots_lock;
	struct srcu_struct srcu;
	struct loft_memslots __rcu *memslots;
	unsigned long slots_gen;
	struct mmu_notifier mn;
	unsigned long mn_seq;
	unsigned long mn_active;
	unsigned long mn_start;
	unsigned long mn_end;
	struct loft_stage2 stage2;
	atomic64_t vmid;
	int __percpu *last_vcpu;
	struct xarray vcpus;
	unsigned int nr_vcpus;
	struct vgic_dist *vgic;
	struct vgic_lpis *lpis;
	u64 cntvoff;
	bool ran;
	u64 idregs[LOFT_NR_IDREGS];
	bool nisv_to_user;
	bool system_suspend;
	u8 el1_width;
	struct {
		spinlock_t lock;
		struct list_head items;
		struct irqroute_table __rcu *routes;
	} irqfds;
	struct list_head ioeventfds;
};

void vm_get(struct loft_vm *vm);
void vm_put(struct loft_vm *vm);
struct loft_vcpu *vm_vcpu(struct loft_vm *vm, unsigned int id);

#define vm_for_each_vcpu(i, vcpu, vm) xa_for_each(&(vm)->vcpus, i, vcpu)

/* memslot.c */
int memslot_set(struct loft_vm *vm, const struct kvm_userspace_memory_region *mem);
struct loft_memslot *memslot_find(struct loft_memslots *slots, u64 gfn);
struct loft_memslot *memslot_find_near(struct loft_memslots *slots, u64 gfn, unsigned int *hint);
int memslots_init(struct loft_vm *vm);
void memslots_destroy(struct loft_vm *vm);

/* fault.c */
void fault_flush_vm(struct loft_vm *vm);	/* all mapped memory to the point of coherency; may sleep */

/* vmid.c */
int vmid_init(unsigned int bits);
void vmid_exit(void);
u64 vmid_load(struct loft_vm *vm);	/* IRQs off: the VMID to run with on this CPU */
void vmid_cpu_down(void);

#endif /* LOFT_VM_H */
