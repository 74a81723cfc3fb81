// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 virtual CPU interface, which only EL2 can reach.
 *
 * List registers are empty whenever the host runs, and the interface is off (ICH_HCR_EL2). What is left has no effect then:
 * VMCR and the active priorities stay in the hardware from one entry of a vCPU to the next, until the highvisor asks for them.
 */
#include "low.h"

/* ICC_SRE_EL2: no trap of ICC_SRE_EL1 */
#define SRE_ENABLE	BIT(3)

#define LR_CASES(op) \
	op(15) op(14) op(13) op(12) op(11) op(10) op(9) op(8) \
	op(7) op(6) op(5) op(4) op(3) op(2) op(1) op(0)

#define LR_WRITE_CASE(n)					\
	case n + 1:						\
		low_write(gic->lr[n], "ich_lr" #n "_el2");	\
		fallthrough;
#define LR_READ_CASE(n)						\
	case n + 1:						\
		gic->lr[n] = low_read("ich_lr" #n "_el2");	\
		low_write(0, "ich_lr" #n "_el2");		\
		fallthrough;

/* How many active priority registers there are follows from the preemption bits: one of each group, two, or four */
#define APR_MOVE(op, gic, pre_bits) do {	\
	op(gic, 0)				\
	if ((pre_bits) >= 6) {			\
		op(gic, 1)			\
	}					\
	if ((pre_bits) >= 7) {			\
		op(gic, 2) op(gic, 3)		\
	}					\
} while (0)

#define APR_LOAD(gic, n)					\
	low_write(gic->ap0r[n], "ich_ap0r" #n "_el2");		\
	low_write(gic->ap1r[n], "ich_ap1r" #n "_el2");
#define APR_SAVE(gic, n)					\
	gic->ap0r[n] = low_read("ich_ap0r" #n "_el2");		\
	gic->ap1r[n] = low_read("ich_ap1r" #n "_el2");

static void lrs_load(const struct hostcall_gic *gic)
{
	switch (gic->used) {
	LR_CASES(LR_WRITE_CASE)
	default:
		break;
	}
}

static void lrs_save(struct hostcall_gic *gic)
{
	switch (gic->used) {
	LR_CASES(LR_READ_CASE)
	default:
		break;
	}
}

/**
 * gic_enter - put a vCPU's interrupts into the hardware
 * @cpu: this CPU
 * @vcpu: the vCPU
 */
void gic_enter(const struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu)
{
	const struct hostcall_gic *gic = &vcpu->gic;

	/* ICC_SRE_EL1 is one register for host and guest, and some GICs let it switch to the GICv2 interface */
	low_write(cpu->sre & ~SRE_ENABLE, "icc_sre_el2");
	if (vcpu->flags & HOSTCALL_V_GIC_LOAD) {
		vcpu->flags &= ~HOSTCALL_V_GIC_LOAD;
		low_write(gic->vmcr, "ich_vmcr_el2");
		APR_MOVE(APR_LOAD, gic, cpu->pre_bits);
	}
	if (!gic->hcr)
		return;
	if (gic->used)
		lrs_load(gic);
	/* The ERET synchronises */
	low_write(gic->hcr, "ich_hcr_el2");
}

/**
 * gic_leave - read the list registers back, and switch the virtual CPU interface off
 * @cpu: this CPU
 * @gic: as given to gic_enter()
 */
void gic_leave(const struct hostcall_cpu *cpu, struct hostcall_gic *gic)
{
	low_write(cpu->sre, "icc_sre_el2");
	if (!gic->hcr)
		return;
	gic->elrsr = low_read("ich_elrsr_el2");
	gic->hcr_exit = low_read("ich_hcr_el2");
	low_write(0, "ich_hcr_el2");
	if (gic->used)
		lrs_save(gic);
}

/**
 * gic_save - HOSTCALL_GIC_SAVE: read back what stays in the hardware between entries
 * @cpu: this CPU
 * @gic: of the vCPU that ran here last
 */
void gic_save(const struct hostcall_cpu *cpu, struct hostcall_gic *gic)
{
	gic->vmcr = low_read("ich_vmcr_el2");
	APR_MOVE(APR_SAVE, gic, cpu->pre_bits);
}
