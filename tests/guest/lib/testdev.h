/* SPDX-License-Identifier: GPL-2.0-only */
/* The VMM's test device: its registers, and whether there is one. */
#ifndef TESTDEV_H
#define TESTDEV_H

#include "cpu.h"
#include "layout.h"

#define TESTDEV_ID		(TESTDEV_BASE + 0x00)
#define TESTDEV_EXIT		(TESTDEV_BASE + 0x04)
#define TESTDEV_SCRATCH		(TESTDEV_BASE + 0x08)
#define TESTDEV_IRQ_SET		(TESTDEV_BASE + 0x10)
#define TESTDEV_IRQ_CLEAR	(TESTDEV_BASE + 0x14)
#define TESTDEV_IRQFD		(TESTDEV_BASE + 0x18)
#define TESTDEV_IOEVENTFD	(TESTDEV_BASE + 0x20)
#define TESTDEV_IOEVENTS	(TESTDEV_BASE + 0x24)
#define TESTDEV_REMAP		(TESTDEV_BASE + 0x28)
#define TESTDEV_SLEEP		(TESTDEV_BASE + 0x2c)
#define TESTDEV_KICK		(TESTDEV_BASE + 0x30)
#define TESTDEV_MADV		(TESTDEV_BASE + 0x34)
#define TESTDEV_ROMODE		(TESTDEV_BASE + 0x38)
#define TESTDEV_ROWRITES	(TESTDEV_BASE + 0x3c)
#define TESTDEV_HAMMER		(TESTDEV_BASE + 0x40)
#define TESTDEV_HAMMERED	(TESTDEV_BASE + 0x44)
#define TESTDEV_WINDOW		(TESTDEV_BASE + 0x8000)

#define TESTDEV_MAGIC		0x4c4f4654

bool testdev_present(void);

#endif
