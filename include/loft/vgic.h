/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual interrupt controller: what the rest of the policy code, and the list-register driver of a
 * back end, see of it.
 */
#ifndef LOFT_VGIC_H
#define LOFT_VGIC_H

#include <linux/kvm.h>
#include <linux/types.h>
#include <loft/addr.h>
#include <loft/exit.h>

struct loft_vcpu;
struct loft_vm;

#define VGIC_MAX_LRS	16
#define VGIC_NR_SGIS	16
#define VGIC_NR_PRIVATE	32
#define VGIC_MAX_SPI	1019

/* ICH_HCR_EL2: TC, TALL0, TALL1, TDIR: every access to the CPU interface traps */
#define VGIC_HCR_TRAP_ALL	(BIT(10) | BIT(11) | BIT(12) | BIT(14))

/**
 * struct vgic_lr_state - one vCPU's share of the GIC virtualisation hardware
 *
 * Written by vgic_flush() before the guest runs and read by vgic_sync() after it, on the vCPU's own
 * thread with interrupts masked; the back end's list-register driver moves it to and from the hardware.
 * Registers are in GICv3 format (ICH_*_EL2) on every back end. On a GICv2, bits [12:10] of a list register are the
 * sender (CPUID) of an SGI, @ap0r[0] is GICH_APR, and the others of @ap0r and @ap1r are not used.
 *
 * @lr: list registers
 * @used: how many of them are valid, from index 0
 * @hcr: ICH_HCR_EL2 to run with: 0 while nothing is in flight
 * @elrsr: after an exit, bit n set: list register n is empty (ICH_ELRSR_EL2)
 * @eoicount: after an exit with LRENPIE (bit 2) set in @hcr: ICH_HCR_EL2.EOIcount, which counts from 0 at each entry
 * @vmcr: ICH_VMCR_EL2, resident: valid in memory only while the vCPU is not resident
 * @ap0r: ICH_AP0Rn_EL2, resident
 * @ap1r: ICH_AP1Rn_EL2, resident
 */
struct vgic_lr_state {
	u64 lr[VGIC_MAX_LRS];
	u32 used;
	u32 hcr;
	u32 elrsr;
	u32 eoicount;
	u32 vmcr;
	u32 ap0r[4];
	u32 ap1r[4];
};

struct vgic_dist;	/* per VM, virt/vgic.h */
struct vgic_cpu;	/* per vCPU, virt/vgic.h */

/* Life: vgic_dist exists from KVM_CREATE_DEVICE on, vgic_cpu from vCPU creation on */
int vgic_vcpu_create(struct loft_vcpu *vcpu);
void vgic_vcpu_destroy(struct loft_vcpu *vcpu);
void vgic_vm_destroy(struct loft_vm *vm);
void vgic_vcpu_reset(struct loft_vcpu *vcpu);
bool vgic_present(struct loft_vm *vm);
bool vgic_initialised(struct loft_vm *vm);
int vgic_first_run(struct loft_vm *vm);	/* lazily finish what userspace left; 0 or errno */

unsigned int vgic_max_vcpus(void);
bool vgic_v2_possible(void);

/* Run path, on the vCPU's thread with IRQs off */
void vgic_flush(struct loft_vcpu *vcpu);
void vgic_sync(struct loft_vcpu *vcpu);

/* The same for single interrupts, inside the switch window: vgic_quick.c */
int vgic_quick_begin(struct loft_vcpu *vcpu, u32 intid);
void vgic_quick_end(struct loft_vcpu *vcpu, u32 intid, unsigned int slot, bool fired);
bool vgic_quick_sgis(struct loft_vcpu *vcpu, u32 *slots);
bool vgic_quick_send(struct loft_vcpu *vcpu, u64 val, struct loft_vcpu **tell);

/* Would the vCPU wake from WFI because of an interrupt? Any context. */
bool vgic_pending(struct loft_vcpu *vcpu);

/*
 * Sources. @intid: 16..31 with @vcpu, or an SPI with @vcpu NULL. Any context, IRQs on or off. vgic_inject() sets the
 * level of a level-triggered line, or latches an edge on level 1.
 */
int vgic_inject(struct loft_vm *vm, struct loft_vcpu *vcpu, u32 intid, bool level);

/*
 * Tie a private interrupt to a physical one: its list register gets the HW bit and @hwirq, the guest's
 * deactivation deactivates the physical interrupt. vgic_hw_active() says whether the physical interrupt has to be
 * kept active while the vCPU is on the CPU (pending in a list register, or active).
 */
int vgic_map_hw(struct loft_vcpu *vcpu, u32 intid, u32 hwirq);
bool vgic_hw_active(struct loft_vcpu *vcpu, u32 intid);

/* ICC_SGI1R_EL1, ICC_SGI0R_EL1, ICC_ASGI1R_EL1 written by the guest. */
void vgic_sgi_write(struct loft_vcpu *vcpu, u64 val, bool group1);
/* ICC_DIR_EL1 written by the guest: traps only while vgic_flush() asks for it (TDIR in lr.hcr). */
void vgic_dir_write(struct loft_vcpu *vcpu, u64 val);

/* Distributor and redistributors as MMIO of the in-kernel bus. True: the address was the vGIC's, done. */
bool vgic_mmio(struct loft_vcpu *vcpu, ipa_t ipa, unsigned int len, bool write, u64 *val);

/* KVM_IRQ_LINE */
int vgic_irq_line(struct loft_vm *vm, const struct kvm_irq_level *lvl);

/* vgic_v2_device.c: a GICv2 the old way. Take vm->lock */
int vgic_v2_create_irqchip(struct loft_vm *vm);
int vgic_v2_set_device_addr(struct loft_vm *vm, const struct kvm_arm_device_addr *addr);

/* vgic_lpi.c: before the vCPUs are freed */
void vgic_lpis_destroy(struct loft_vm *vm);

/* vgic_its.c: has the VM LPIs? Their messages: KVM_SIGNAL_MSI, and irqfds in any context */
bool vgic_has_its(const struct loft_vm *vm);
int vgic_msi(struct loft_vm *vm, const struct kvm_msi *msi);

/* device.c: KVM_CREATE_DEVICE; fills in cd->fd. Takes vm->lock */
int vmdev_create(struct loft_vm *vm, struct kvm_create_device *cd);

#endif /* LOFT_VGIC_H */
