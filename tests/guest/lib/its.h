/* SPDX-License-Identifier: GPL-2.0-only */
/* A GICv3's ITS and LPIs: registers, tables at fixed places in RAM, commands. */
#ifndef ITS_H
#define ITS_H

#include "types.h"

#define ITS_BASE	0x08080000
#define GITS_CTLR	0x0000
#define GITS_IIDR	0x0004
#define GITS_TYPER	0x0008
#define GITS_CBASER	0x0080
#define GITS_CWRITER	0x0088
#define GITS_CREADR	0x0090
#define GITS_BASER	0x0100
#define GITS_PIDR2	0xffe8
#define GITS_TRANSLATER	0x10040
#define GICR_PROPBASER	0x0070
#define GICR_PENDBASER	0x0078

#define LPI_BASE	8192

/* Is there one? Else nothing below may be called. */
bool its_present(void);
/* Tables, queue and LPIs at every CPU. Collection n is CPU n's. True if the ITS says that it is on. */
bool its_init(void);
void lpi_set_enabled(u32 cpu, bool on);
/* An LPI's entry in the property table; the ITS knows after its_inv(). */
void lpi_set(u32 intid, u8 priority, bool enabled);

/* Commands; each returns once the ITS has carried it out, false if that takes too long. */
bool its_command(u64 dw0, u64 dw1, u64 dw2, u64 dw3);
bool its_mapd(u32 device, u32 bits);
bool its_unmapd(u32 device);
bool its_mapc(u32 collection, u32 cpu);
bool its_mapti(u32 device, u32 event, u32 intid, u32 collection);
bool its_movi(u32 device, u32 event, u32 collection);
bool its_int(u32 device, u32 event);
bool its_clear(u32 device, u32 event);
bool its_inv(u32 device, u32 event);
bool its_invall(u32 collection);
bool its_discard(u32 device, u32 event);

#endif
