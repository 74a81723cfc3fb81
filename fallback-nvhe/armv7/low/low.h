/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lowvisor's files share. They see no kernel: the lowvisor is linked alone.
 */
#ifndef LOFT_ARMV7_LOW_H
#define LOFT_ARMV7_LOW_H

#include "../hostcall.h"

/* CP15 registers by opc1, CRn, CRm, opc2, those of 64 bits by opc1, CRm */
#define cp15_read(op1, crn, crm, op2) ({						\
	u32 val_;									\
	asm volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : "=r" (val_));	\
	val_;										\
})
#define cp15_write(val, op1, crn, crm, op2)						\
	asm volatile("mcr p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 : : "r" ((u32)(val)) : "memory")
#define cp15_read64(op1, crm) ({							\
	u64 val_;									\
	asm volatile("mrrc p15, " #op1 ", %Q0, %R0, " #crm : "=r" (val_));		\
	val_;										\
})
#define cp15_write64(val, op1, crm)							\
	asm volatile("mcrr p15, " #op1 ", %Q0, %R0, " #crm : : "r" ((u64)(val)) : "memory")

/* By name: the macro's arguments are found in the name */
#define low_read(...)		cp15_read(__VA_ARGS__)
#define low_write(val, ...)	cp15_write(val, __VA_ARGS__)
#define low_read64(...)		cp15_read64(__VA_ARGS__)
#define low_write64(val, ...)	cp15_write64(val, __VA_ARGS__)

/* A banked register, SPSR, or ELR_hyp */
#define low_read_banked(reg) ({						\
	u32 val_;							\
	asm volatile("mrs %0, " reg : "=r" (val_));			\
	val_;								\
})
#define low_write_banked(val, reg) asm volatile("msr " reg ", %0" : : "r" ((u32)(val)))

#define low_isb()	asm volatile("isb" : : : "memory")
#define low_dsb(domain)	asm volatile("dsb " #domain : : : "memory")

#define SCTLR		0, c1, c0, 0
#define CPACR		0, c1, c0, 2
#define TTBCR		0, c2, c0, 2
#define DACR		0, c3, c0, 0
#define DFSR		0, c5, c0, 0
#define IFSR		0, c5, c0, 1
#define ADFSR		0, c5, c1, 0
#define AIFSR		0, c5, c1, 1
#define DFAR		0, c6, c0, 0
#define IFAR		0, c6, c0, 2
#define MAIR0		0, c10, c2, 0
#define MAIR1		0, c10, c2, 1
#define AMAIR0		0, c10, c3, 0
#define AMAIR1		0, c10, c3, 1
#define VBAR		0, c12, c0, 0
#define ISR		0, c12, c1, 0
#define CONTEXTIDR	0, c13, c0, 1
#define TPIDRURW	0, c13, c0, 2
#define TPIDRURO	0, c13, c0, 3
#define TPIDRPRW	0, c13, c0, 4
#define CNTKCTL		0, c14, c1, 0
#define CNTV_CTL	0, c14, c3, 1
#define TTBR0		0, c2
#define TTBR1		1, c2
#define PAR		0, c7
#define CNTV_CVAL	3, c14

#define VPIDR		4, c0, c0, 0
#define VMPIDR		4, c0, c0, 5
#define HCR		4, c1, c1, 0
#define HDCR		4, c1, c1, 1
#define HCPTR		4, c1, c1, 2
#define HSTR		4, c1, c1, 3
#define VTCR		4, c2, c1, 2
#define HSR		4, c5, c2, 0
#define HDFAR		4, c6, c0, 0
#define HIFAR		4, c6, c0, 2
#define HPFAR		4, c6, c0, 4
#define HTPIDR		4, c13, c0, 2
#define CNTHCTL		4, c14, c1, 0
#define CNTVOFF		4, c14
#define VTTBR		6, c2

/* Operations; the value is ignored but by those that take an address */
#define ICIALLUIS	0, c7, c1, 0
#define ICIALLU		0, c7, c5, 0
#define BPIALL		0, c7, c5, 6
#define ATS1CPR		0, c7, c8, 0
#define ATS1CUR		0, c7, c8, 2
#define ATS1HW		4, c7, c8, 1
#define TLBIALLIS	0, c8, c3, 0
#define TLBIALL		0, c8, c7, 0
#define TLBIMVAHIS	4, c8, c3, 1
#define TLBIALLNSNHIS	4, c8, c3, 4

#define HCR_VA		BIT(8)
#define HCPTR_VFP	(BIT(10) | BIT(11))
#define HDCR_HPMN	0x1f
#define CNTHCTL_PL1PCTEN	BIT(0)
#define CNTHCTL_PL1PCEN	BIT(1)
#define PAR_F		BIT(0)
#define ISR_A		BIT(8)
#define CPSR_IS_USER(cpsr)	(((cpsr) & 0x1f) == 0x10)
/* SVC mode, all masked */
#define CPSR_SVC_MASKED	0x1d3

/* HSR */
#define HSR_EC(hsr)	((hsr) >> 26)
#define EC_FP		0x07
#define EC_HVC		0x12
#define EC_IABT_LOW	0x20
#define EC_DABT_LOW	0x24
#define HSR_ISV		BIT(24)
#define HSR_S1PTW	BIT(7)
#define HSR_FSC(hsr)	((hsr) & 0x3f)
#define FSC_ASYNC	0x11
/* Fault status without its level: permission fault */
#define FSC_TYPE(hsr)	((hsr) & 0x3c)
#define FSC_PERM	0x0c
/* Which coprocessor, in a trap by HCPTR: VFP is 10, Advanced SIMD says so */
#define HSR_COPROC(hsr)	((hsr) & 0xf)
#define HSR_SIMD	BIT(5)

/* vectors.S */
u32 low_enter(struct loft_regs *regs, struct hostcall_vcpu *vcpu);
void low_vectors_set_host(void);
void low_vectors_set_guest(void);
void low_vfp_save(struct loft_vfp *fp, u32 d32);
void low_vfp_load(const struct loft_vfp *fp, u32 d32, u32 fpexc);
u32 low_vfp_fpexc(void);
void low_vfp_set_fpexc(u32 fpexc);
/* call.c */
u32 low_call(u32 nr, u32 a1);
void low_cpu_init(struct hostcall_cpu *cpu);
void low_panic(struct hostcall_cpu *cpu);
/* fast.c */
u32 low_fast(struct hostcall_vcpu *vcpu, struct loft_regs *regs);
/* switch.c */
void switch_run(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu);
void switch_to_host(struct hostcall_cpu *cpu);
void switch_fp_open(struct hostcall_cpu *cpu, struct hostcall_vcpu *vcpu, struct loft_regs *regs);
/* tlb.c */
u32 tlb_call(u32 nr, u32 vmid);

static inline struct hostcall_cpu *low_cpu(void)
{
	return (struct hostcall_cpu *)low_read(HTPIDR);
}

#endif /* LOFT_ARMV7_LOW_H */
