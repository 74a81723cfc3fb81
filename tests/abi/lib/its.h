/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM with an ITS that userspace itself programs, through its registers and a command queue in the VM's memory. */
#ifndef ITS_H
#define ITS_H

#include "vm.h"

#define ITS_BASE	0x08080000UL
#define ITS_DOORBELL	(ITS_BASE + 0x10040)
#define LPI		8192

/* Where its tables are, from RAM_BASE: MSI 0 to 63 of device 1 are LPIs from 8192 on. */
#define ITS_PROP	0x100000
#define ITS_PEND(n)	(0x110000 + (n) * 0x10000)
#define ITS_QUEUE	0x150000
#define ITS_DEVICES	0x160000
#define ITS_COLLECTIONS	0x170000
#define ITS_ITT		0x180000

#define GITS_CTLR	0x00
#define GITS_IIDR	0x04
#define GITS_TYPER	0x08
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_CREADR	0x90
#define GITS_BASER(n)	(0x100 + 8 * (n))

bool its_have(void);
int its_create(struct vm *vm);				/* the device's file; dies if there is none */
int its_place(int its, uint64_t base);
int its_get(int its, uint64_t off, uint64_t *val);
int its_set(int its, uint64_t off, uint64_t val);
int its_ctrl(int its, uint64_t what);
/* After vm_boot(): create, place, enable, and LPIs at every vCPU; nothing is mapped. */
int its_boot(struct vm *vm);
void its_command(struct vm *vm, int its, uint64_t dw0, uint64_t dw1, uint64_t dw2);
/* Device 1 with MSIs [0, n): MSI i is LPI + i in collection i % vCPUs, priority 0xa0, enabled. */
void its_map(struct vm *vm, int its, int n);
int its_signal(struct vm *vm, uint32_t device, uint32_t event);
/* What the vCPU acknowledges next: it is in guest_ack. */
uint64_t its_ack(struct vm *vm, int vcpu);
uint32_t gic_reg(struct vm *vm, uint32_t group, uint64_t attr);
void gic_set_reg(struct vm *vm, uint32_t group, uint64_t attr, uint32_t val);

#endif
