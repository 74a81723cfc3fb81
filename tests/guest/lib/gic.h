/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt controller as payloads see it: one small set of calls over GICv3 and GICv2, whichever there is. */
#ifndef GIC_H
#define GIC_H

#include "types.h"

#define GIC_PRIO	0xa0	/* what gic_init_*() gives every interrupt */
#define GIC_SPURIOUS	1023

#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_IIDR	0x0008
#define GICD_IGROUPR	0x0080
#define GICD_ISENABLER	0x0100
#define GICD_ICENABLER	0x0180
#define GICD_ISPENDR	0x0200
#define GICD_ICPENDR	0x0280
#define GICD_ISACTIVER	0x0300
#define GICD_ICACTIVER	0x0380
#define GICD_IPRIORITYR	0x0400
#define GICD_ITARGETSR	0x0800	/* GICv2 */
#define GICD_ICFGR	0x0c00
#define GICD_SGIR	0x0f00	/* this and the next two: GICv2 */
#define GICD_CPENDSGIR	0x0f10
#define GICD_SPENDSGIR	0x0f20
#define GICD_PIDR2_V2	0x0fe8
#define GICD_IROUTER	0x6000	/* this and all below: GICv3 */
#define GICD_PIDR2	0xffe8
#define GICR_CTLR	0x0000
#define GICR_IIDR	0x0004
#define GICR_TYPER	0x0008
#define GICR_WAKER	0x0014
#define GICR_SGI	0x10000	/* the SGI and PPI frame: offsets as the distributor's */
/* GICv2's CPU interface */
#define GICC_CTLR	0x0000
#define GICC_PMR	0x0004
#define GICC_BPR	0x0008
#define GICC_IAR	0x000c
#define GICC_EOIR	0x0010
#define GICC_RPR	0x0014
#define GICC_HPPIR	0x0018
#define GICC_IIDR	0x00fc
#define GICC_DIR	0x1000

/* What differs between the versions; gicv2.c and gicv3.c have one each. */
struct gic_ops {
	u32 dist_ctlr;		/* GICD_CTLR of a distributor that is on */
	u32 groups;		/* IGROUPR of interrupts that come as IRQ */
	void (*init_cpu)(void);
	u64 (*private_frame)(void);
	void (*unpend_sgi)(u32 sgi);
	void (*set_route)(u32 spi, u32 cpu);
	u32 (*ack)(void);
	void (*eoi)(u32 intid);
	void (*deactivate)(u32 intid);
	u32 (*mask)(void);
	void (*set_mask)(u8 priority);
	void (*set_eoimode)(u32 mode);
	void (*set_group)(bool on);
	u32 (*running)(void);
	u32 (*highest)(void);
	void (*send_sgi)(u32 targets, u32 sgi);
	void (*send_sgi_others)(u32 sgi);
};

extern const struct gic_ops gicv2_ops, gicv3_ops;

void gic_init_dist(void);
void gic_init_cpu(void);
u32 gic_version(void);

/* The frame that holds an interrupt's registers: the distributor's, or the calling CPU's redistributor's. */
u64 gic_frame(u32 intid);
u64 gic_redist(u32 cpu);
/* One of the bit-per-interrupt registers (ISENABLER, ICPENDR, ...) of intid. */
bool gic_bit_read(u32 reg, u32 intid);
void gic_bit_write(u32 reg, u32 intid);

void gic_enable(u32 intid);
void gic_disable(u32 intid);
/* Not pending any more, whoever sent it. */
void gic_unpend(u32 intid);
void gic_set_priority(u32 intid, u8 priority);
void gic_set_edge(u32 intid, bool edge);
void gic_set_route(u32 spi, u32 cpu);

u32 gic_ack(void);
void gic_eoi(u32 intid);
void gic_deactivate(u32 intid);
u32 gic_mask(void);
void gic_set_mask(u8 priority);
void gic_set_eoimode(u32 mode);
/* The CPU interface's enable of the group that interrupts are in. */
void gic_set_group(bool on);
/* Running priority, and what gic_ack() would return. */
u32 gic_running(void);
u32 gic_highest(void);

void gic_send_sgi(u32 cpu, u32 sgi);
/* CPUs as bits. */
void gic_send_sgi_list(u32 targets, u32 sgi);
void gic_send_sgi_others(u32 sgi);
/* GICv2: who sent the SGI that the calling CPU acknowledged last. */
u32 gicv2_source(u32 sgi);

#endif
