/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that the VHE back end's assembly and C agree on.
 */
#ifndef LOFT_VHE_ASM_H
#define LOFT_VHE_ASM_H

/* The frame that vhe_enter() leaves on the host's stack */
#define FRAME_VCPU	0
#define FRAME_CURRENT	8
#define FRAME_BHB	16
#define FRAME_X18	24
#define FRAME_X19	32
#define FRAME_SIZE	128

/* struct vhe_cpu; cpu.c asserts them */
#define CPU_HOST_VBAR	0
#define CPU_HOST_HCR	8
#define CPU_HOST_CPTR	16
#define CPU_CURRENT	24
#define CPU_PANIC_SP	32
#define CPU_SERROR	40

/* What vhe_enter() returns */
#define VHE_EXIT_SYNC	0
#define VHE_EXIT_IRQ	1
#define VHE_EXIT_SERROR	2

#endif /* LOFT_VHE_ASM_H */
