/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the highvisor's side of split mode share.
 */
#ifndef LOFT_NVHE_H
#define LOFT_NVHE_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <clocksource/arm_arch_timer.h>
#include <loft/backend.h>
#include <loft/nvhe.h>
#include <loft/vcpu.h>
#include <loft/vm.h>
#include "../../el2map.h"
#include "../../hostcall.h"
#include "../../timer.h"

/**
 * struct nvhe_cpu - what the highvisor keeps per CPU; touched on its own CPU only, IRQs off
 * @low: the lowvisor's share of this CPU, mapped in EL2
 * @installed: EL2 is the lowvisor's
 * @online: installed, and not about to go down: guests may run
 * @resident: the vCPU whose timer, GIC and trap state is in its struct hostcall_vcpu, or NULL
 */
struct nvhe_cpu {
	struct hostcall_cpu *low;
	bool installed;
	bool online;
	struct loft_vcpu *resident;
};

DECLARE_PER_CPU(struct nvhe_cpu, nvhe_cpu);

/**
 * nvhe_hvc - call EL2: the boot stub or the lowvisor, whichever is there
 *
 * Either may clobber x0 to x17.
 */
static __always_inline u64 nvhe_hvc(u64 nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	register u64 x0 asm("x0") = nr;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;
	register u64 x4 asm("x4") = a4;

	asm volatile("hvc #0"
		     : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3), "+r" (x4)
		     : : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
		     "cc", "memory");
	return x0;
}

/* image.S: the lowvisor as it was linked */
extern const char nvhe_image[], nvhe_image_end[];

/* bootmode.c */
bool bootmode_is_el2(void);
/* cpu.c */
int nvhe_cpus_init(void);
int nvhe_cpus_start(void);
void nvhe_cpus_stop(void);
void nvhe_cpus_free(void);
u64 nvhe_cpu_call(enum hostcall nr, u64 a1, u64 a2, u64 a3, u64 a4);
/* context.c */
bool nvhe_load(struct nvhe_cpu *cpu, struct loft_vcpu *vcpu);
void nvhe_evict(struct nvhe_cpu *cpu);
/* gic.c */
int nvhe_gic_probe(void);
void nvhe_gic_exit(void);
int nvhe_gic_features(void);
bool nvhe_gic_cpu_up(void);
void nvhe_gic_cpu_down(void);
void nvhe_gic_enter(const struct vgic_lr_state *lr, struct hostcall_gic *gic);
void nvhe_gic_leave(struct vgic_lr_state *lr, const struct hostcall_gic *gic);

#endif /* LOFT_NVHE_H */
