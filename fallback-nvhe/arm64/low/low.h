/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lowvisor's files share. They see no kernel: the lowvisor is linked alone.
 */
#ifndef LOFT_LOW_H
#define LOFT_LOW_H

#include "../../hostcall.h"

#define low_read(reg) ({						\
	u64 val_;							\
	asm volatile("mrs %0, " reg : "=r" (val_));			\
	val_;								\
})
#define low_write(val, reg) do {					\
	u64 val_ = (val);						\
	asm volatile("msr " reg ", %x0" : : "rZ" (val_));		\
} while (0)
/* Two registers to or from two neighbours in memory, the first of them @base[@n] */
#define low_save_pair(base, n, a, b) do {				\
	u64 a_, b_;							\
	asm volatile("mrs %0, " a "\n\tmrs %1, " b "\n\tstp %0, %1, [%2, %3]" \
		     : "=&r" (a_), "=&r" (b_) : "r" (base), "i" ((n) * 8) : "memory"); \
} while (0)
#define low_load_pair(base, n, a, b) do {				\
	u64 a_, b_;							\
	asm volatile("ldp %0, %1, [%2, %3]\n\tmsr " a ", %0\n\tmsr " b ", %1" \
		     : "=&r" (a_), "=&r" (b_) : "r" (base), "i" ((n) * 8) : "memory"); \
} while (0)

#define low_isb()	asm volatile("isb" : : : "memory")
#define low_dsb(domain)	asm volatile("dsb " #domain : : : "memory")
#define low_tlbi(op)	asm volatile("tlbi " #op : : : "memory")
#define low_tlbi_arg(op, arg) asm volatile("tlbi " #op ", %0" : : "r" (arg) : "memory")

/* Names that assemblers learn only with the extension */
#define DISR_EL1	"S3_0_C12_C1_1"
#define VDISR_EL2	"S3_4_C12_C1_1"
#define VSESR_EL2	"S3_4_C5_C2_3"
#define HCRX_EL2	"S3_4_C1_C2_2"
#define HFGRTR_EL2	"S3_4_C1_C1_4"
#define HFGWTR_EL2	"S3_4_C1_C1_5"
#define HFGITR_EL2	"S3_4_C1_C1_6"
#define HDFGRTR_EL2	"S3_4_C3_C1_4"
#define HDFGWTR_EL2	"S3_4_C3_C1_5"
#define PMSCR_EL1	"S3_0_C9_C9_0"
#define TRFCR_EL1	"S3_0_C1_C2_1"

#define SCTLR_M		BIT(0)
/* TCR_EL1: no walks for either half: EPDn, and PDn of AArch32's short descriptors, which is T0SZ in AArch64 */
#define TCR_EPD		(BIT(7) | BIT(23))
#define TCR_PD		(BIT(4) | BIT(5))
#define HCR_VSE		BIT(8)
#define HCR_RW		BIT(31)
#define PAR_F		BIT(0)
/* With F: the fault was at stage 2; fault status without its level */
#define PAR_S		BIT(9)
#define PAR_FST_TYPE(par) ((par) >> 1 & 0x3c)
#define ISR_A		BIT(8)
#define DISR_A		BIT(31)

/* SPSR_EL2.M: 0 for user code, in both states */
#define PSR_MODE_EL	0xf

/* ESR_EL2 */
#define ESR_EC(esr)	((esr) >> 26 & 0x3f)
#define EC_FP		0x07
#define EC_HVC32	0x12
#define EC_HVC64	0x16
#define EC_IABT_LOW	0x20
#define EC_DABT_LOW	0x24
/* Breakpoints and watchpoints, 0x30 and 0x34, come with an address too: aborts but for these bits */
#define EC_KIND		0x14
#define ESR_S1PTW	BIT(7)
#define ESR_ISV		BIT(24)
/* Fault status without its level: permission fault */
#define FSC_TYPE(esr)	((esr) & 0x3c)
#define FSC_PERM	0x0c

/* vectors.S */
extern char low_vectors_host[], low_vectors_guest[], low_vectors_guest_fw[];
/* Can the word at a page's start be read and written? It keeps its value */
u64 low_probe(void *page);
u64 low_enter(struct loft_regs *regs, struct hostcall_vcpu *vcpu, u64 bhb);
u64 low_call(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4);
u64 low_fast(struct hostcall_vcpu *vcpu, struct loft_regs *regs, u64 esr);
void low_cpu_init(struct hostcall_cpu *cpu);
void low_panic(struct hostcall_cpu *cpu);
/* fp.S */
void fp_save(struct user_fpsimd_state *fp);
void fp_load(const struct user_fpsimd_state *fp);
/* switch.c */
void switch_run(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu);
void switch_to_host(struct hostcall_cpu *cpu);
void switch_fp_open(struct hostcall_vcpu *vcpu, struct loft_regs *regs);
/* gic.c */
void gic_enter(const struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu);
void gic_leave(const struct hostcall_cpu *cpu, struct hostcall_gic *gic);
void gic_save(const struct hostcall_cpu *cpu, struct hostcall_gic *gic);
/* debug.c */
void debug_enter(struct hostcall_cpu *cpu, const struct loft_regs *regs);
void debug_leave(struct hostcall_cpu *cpu);
/* aarch32.c */
void aarch32_enter(const struct loft_regs *regs);
void aarch32_leave(const struct hostcall_cpu *cpu, const struct hostcall_vcpu *vcpu, struct loft_regs *regs);
/* tlb.c */
u64 tlb_call(u64 nr, u64 vmid, u64 operand, u64 count, u64 step);

/* Is the guest's EL1 in AArch32? */
static inline bool low_is_aarch32(const struct hostcall_vcpu *vcpu)
{
	return !(vcpu->hcr & HCR_RW);
}

static inline struct hostcall_cpu *low_cpu(void)
{
	return (struct hostcall_cpu *)low_read("tpidr_el2");
}

#endif /* LOFT_LOW_H */
