/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that programs an ITS: tables, a command queue, and what it finds in its list registers.
 */
#ifndef LOFT_ITS_FIXTURE_H
#define LOFT_ITS_FIXTURE_H

#include <vgic_fixture.h>
#include <vgic_its.h>

#define ITS_BASE	0x0a000000ull
#define DOORBELL	(ITS_BASE + VGIC_ITS_DOORBELL)

/* Where the guest has what */
#define PROP		(FIX_RAM + 0x000000)
#define PEND(n)		(FIX_RAM + 0x010000 + (n) * 0x10000)
#define QUEUE		(FIX_RAM + 0x040000)
#define DEVICES		(FIX_RAM + 0x050000)
#define COLLECTIONS	(FIX_RAM + 0x060000)
#define ITT(n)		(FIX_RAM + 0x100000 + (n) * 0x1000)

#define LPI		8192
#define ON		0xa1	/* priority 0xa0, enabled */

#define BASER(addr)	(BIT_ULL(63) | (addr))
#define MAPD(dev, bits, itt) its_cmd((u64)(dev) << 32 | 0x08, (bits) - 1, BIT_ULL(63) | (itt), 0)
#define UNMAPD(dev)	its_cmd((u64)(dev) << 32 | 0x08, 0, 0, 0)
#define MAPC(ic, rd)	its_cmd(0x09, 0, BIT_ULL(63) | (u64)(rd) << 16 | (ic), 0)
#define UNMAPC(ic)	its_cmd(0x09, 0, (ic), 0)
#define MAPTI(dev, ev, intid, ic) its_cmd((u64)(dev) << 32 | 0x0a, (u64)(intid) << 32 | (ev), (ic), 0)
#define MAPI(dev, ev, ic) its_cmd((u64)(dev) << 32 | 0x0b, (ev), (ic), 0)
#define MOVI(dev, ev, ic) its_cmd((u64)(dev) << 32 | 0x01, (ev), (ic), 0)
#define INT(dev, ev)	its_cmd((u64)(dev) << 32 | 0x03, (ev), 0, 0)
#define CLEAR(dev, ev)	its_cmd((u64)(dev) << 32 | 0x04, (ev), 0, 0)
#define INV(dev, ev)	its_cmd((u64)(dev) << 32 | 0x0c, (ev), 0, 0)
#define INVALL(ic)	its_cmd(0x0d, 0, (ic), 0)
#define MOVALL(a, b)	its_cmd(0x0e, 0, (u64)(a) << 16, (u64)(b) << 16)
#define DISCARD(dev, ev) its_cmd((u64)(dev) << 32 | 0x0f, (ev), 0, 0)

extern struct vgic_its *its;

void its_guest_start(unsigned int vcpus);	/* a VM whose guest has set everything up but mapped nothing */
/* The same with device 5 of 32 EventIDs, of which n is LPI 8192 + n for n < events, and collection n % 2 vCPU n % 2's */
void its_guest_map(u32 events);
void its_guest_enable(void);			/* its part after the registers: LPIs on, ITS on */
void its_guest_registers(void);
void its_cmd(u64 dw0, u64 dw1, u64 dw2, u64 dw3);	/* queued and done by vCPU 0 */
void its_prop(u32 intid, u8 val);
u64 its_read(u32 off);
void its_write(u32 off, u64 val);
u64 *its_ram(u64 ipa);
int its_msi(u32 dev, u32 event);
/* Enter and leave: the first list register, LPI or not, is what the guest acknowledges; 0: nothing */
u32 its_take(unsigned int vcpu);
bool its_pending_bit(unsigned int vcpu, u32 intid);

#endif /* LOFT_ITS_FIXTURE_H */
