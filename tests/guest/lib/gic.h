/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt controller as payloads see it: one small set of calls over a GICv3. */
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
#define GICD_ICFGR	0x0c00
#define GICD_IROUTER	0x6000
#define GICD_PIDR2	0xffe8
#define GICR_CTLR	0x0000
#define GICR_IIDR	0x0004
#define GICR_TYPER	0x0008
#define GICR_WAKER	0x0014
#define GICR_SGI	0x10000	/* the SGI and PPI frame: offsets as the distributor's */

void gic_init_dist(void);
void gic_init_cpu(void);

/* The frame that holds an interrupt's registers: the distributor's, or the calling CPU's redistributor's. */
u64 gic_frame(u32 intid);
u64 gic_redist(u32 cpu);
/* One of the bit-per-interrupt registers (ISENABLER, ICPENDR, ...) of intid. */
bool gic_bit_read(u32 reg, u32 intid);
void gic_bit_write(u32 reg, u32 intid);

void gic_enable(u32 intid);
void gic_disable(u32 intid);
void gic_set_priority(u32 intid, u8 priority);
void gic_set_edge(u32 intid, bool edge);
void gic_set_route(u32 spi, u32 cpu);

u32 gic_ack(void);
void gic_eoi(u32 intid);
void gic_deactivate(u32 intid);
void gic_set_mask(u8 priority);
void gic_set_eoimode(u32 mode);

void gic_send_sgi(u32 cpu, u32 sgi);
void gic_send_sgi_others(u32 sgi);

#endif
