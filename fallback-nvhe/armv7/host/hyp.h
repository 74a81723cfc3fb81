/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the highvisor's side of split mode on ARMv7 share.
 */
#ifndef LOFT_HYP_H
#define LOFT_HYP_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <asm/opcodes-virt.h>
#include <loft/backend.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "../../el2map.h"
#include "../../gich.h"
#include "../../timer.h"
#include "../hostcall.h"

/**
 * struct hyp_cpu - what the highvisor keeps per CPU; touched on its own CPU only, IRQs off
 * @low: the lowvisor's share of this CPU, mapped in HYP
 * @installed: HYP is the lowvisor's
 * @online: installed, and not about to go down: guests may run
 * @resident: the vCPU whose timer, GIC and trap state is in its struct hostcall_vcpu, or NULL
 */
struct hyp_cpu {
	struct hostcall_cpu *low;
	bool installed;
	bool online;
	struct loft_vcpu *resident;
};

DECLARE_PER_CPU(struct hyp_cpu, hyp_cpu);

/**
 * hyp_hvc - call HYP: the boot stub or the lowvisor, whichever is there
 *
 * Either may clobber r0 to r3 and r12.
 */
static __always_inline u32 hyp_hvc(u32 nr, u32 a1, u32 a2)
{
	register u32 r0 asm("r0") = nr;
	register u32 r1 asm("r1") = a1;
	register u32 r2 asm("r2") = a2;

	asm volatile(__HVC(0) : "+r" (r0), "+r" (r1), "+r" (r2) : : "r3", "r12", "cc", "memory");
	return r0;
}

/* image.S: the lowvisor as it was linked */
extern const char nvhe_image[], nvhe_image_end[];

/* cpu.c */
int hyp_cpus_init(void);
int hyp_cpus_start(void);
void hyp_cpus_stop(void);
void hyp_cpus_free(void);
u32 hyp_cpu_call(enum hostcall nr, u32 a1);
/* context.c */
bool hyp_load(struct hyp_cpu *cpu, struct loft_vcpu *vcpu);
void hyp_evict(struct hyp_cpu *cpu);

#endif /* LOFT_HYP_H */
