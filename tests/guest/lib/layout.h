/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers that assembly and C share: the machine's address map, and stacks. */
#ifndef LAYOUT_H
#define LAYOUT_H

#define MAX_CPUS	8
#define STACK_SIZE	16384

#define GICD_BASE	0x08000000
#define GICC_BASE	0x08010000
#define GICR_BASE	0x080a0000
#define GICR_STRIDE	0x20000
#define UART_BASE	0x09000000
#define TESTDEV_BASE	0x0b000000
#define HOLE_BASE	0x0c000000	/* nothing behind it, up to TESTMEM_BASE */
#define TESTMEM_BASE	0x30000000	/* only with the test device */
#define TESTMEM_SIZE	0x400000
#define RAM_BASE	0x40000000

#endif
