/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of interrupts as the architecture has them, and fake vCPU hardware to hold the vGIC against it.
 *
 * A vCPU "runs" on its list registers until it is kicked, a maintenance interrupt fires, or it
 * accesses a register. After each step what its hardware would deliver has to be what the model
 * says, to the interrupt and its priority: nothing lost, nothing twice, nothing late.
 */
#ifndef LOFT_VGIC_MODEL_H
#define LOFT_VGIC_MODEL_H

#include <vgic_fixture.h>

#define NR_VCPUS	3
#define NR_IRQS		96
#define HW_PPI		27
#define NONE		(-1)

/* The architecture's view of an interrupt. Private ones: one per vCPU. */
struct ref_irq {
	bool enabled, group1, edge, line, latch, active, resample;
	u8 prio;
	int target;
	int owner;	/* while active */
};

/* A vCPU's hardware: list registers, and the priorities it has acknowledged and not dropped. */
struct hw {
	bool running;
	u64 lr[VGIC_MAX_LRS];
	u32 used, hcr, eoicount;
	int stack[64];
	u8 stack_prio[64];
	int depth;
	int dropped[128];	/* EOImode 1: dropped, not deactivated */
	int nr_dropped;
	bool phys_line, phys_active;
};

/* What was answered as the switch would, the vCPU still on its list registers: kicks with SGIs, physical interrupts, SGIs sent */
struct model_quick {
	unsigned int sgis, fired, sent;
};

extern struct model_quick model_quick;
extern struct hw hw[NR_VCPUS];
extern struct ref_irq ref_spi[NR_IRQS];

struct ref_irq *ref(int v, int intid);

/* A VM with all vCPUs in the guest; random enables and priorities */
void model_start(unsigned int nr_lrs, bool eoimode1);
void model_step(void);		/* something happens */
void model_check(void);		/* maintenance interrupts are served, then everything is compared */

void enter(int v);
void leave(int v);
void bounce(struct loft_vcpu *vcpu);
void settle(int v);
bool maintenance(const struct hw *h);
int hw_find(const struct hw *h, int intid, u64 state);
int hw_top(const struct hw *h);
void guest_ack(int v);
void guest_eoi(int v);
void guest_sgi(int v);
void guest_enable(int v, int rd, int intid);
void reg_bit(int v, int rd, int intid, u32 reg);

#endif /* LOFT_VGIC_MODEL_H */
