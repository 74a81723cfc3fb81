/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with a vGICv2 for unit tests.
 */
#ifndef LOFT_VGICV2_FIXTURE_H
#define LOFT_VGICV2_FIXTURE_H

#include <vgic_fixture.h>
#include <device.h>

#define GICC		0x08010000ull
#define GICV		0x2c02f000ull

#define ADDR		KVM_DEV_ARM_VGIC_GRP_ADDR
#define REGS		KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define CPU_REGS	KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define ADDR_DIST	KVM_VGIC_V2_ADDR_TYPE_DIST
#define ADDR_CPU	KVM_VGIC_V2_ADDR_TYPE_CPU
#define CPU(id)		((u64)(id) << KVM_DEV_ARM_VGIC_CPUID_SHIFT)

#define SGIR(filter, list, intid)	((filter) << 24 | (list) << 16 | (intid))

void v2_host(unsigned int nr);	/* vCPUs on a GICv2 host */
void v2_start(unsigned int nr);	/* and a vGICv2 with addresses */
void v2_run(unsigned int nr);	/* and ready to run, group 0 on */

/* The device's attributes */
int v2_set(u32 group, u64 what, u64 val);
int v2_get(u32 group, u64 what, u64 *val);
int v2_has(u32 group, u64 what);
int v2_init(void);

#endif /* LOFT_VGICV2_FIXTURE_H */
