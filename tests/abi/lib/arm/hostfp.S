/* SPDX-License-Identifier: GPL-2.0-only */
/* The calling thread's own FP registers around one system call. */
	.arch	armv7ve
	.fpu	neon
	.syntax	unified
	.arm
	.text

#define FPSCR_MODES	0x07c00000
#define NR_IOCTL	54

/*
 * long hostfp_ioctl(int fd, unsigned long request, u64 in[34], u64 out[34])
 * Fill d0-d31 and FPSCR (flags, modes) from in, ioctl(fd, request, 0), write what they are then to out.
 */
	.globl	hostfp_ioctl
	.type	hostfp_ioctl, %function
hostfp_ioctl:
	push	{r3, r7, r8, lr}
	vpush	{d8-d15}
	mov	r8, r3
	vldmia	r2!, {d0-d15}
	vldmia	r2!, {d16-d31}
	ldr	r3, [r2]
	ldr	r7, [r2, #8]
	orr	r3, r3, r7
	vmsr	fpscr, r3
	mov	r2, #0
	mov	r7, #NR_IOCTL
	svc	#0
	vstmia	r8!, {d0-d15}
	vstmia	r8!, {d16-d31}
	mov	r3, #0
	vmrs	r1, fpscr
	and	r2, r1, #FPSCR_MODES
	bic	r1, r1, #FPSCR_MODES
	strd	r2, r3, [r8, #8]
	mov	r2, r1
	strd	r2, r3, [r8]
	vmsr	fpscr, r3
	vpop	{d8-d15}
	pop	{r3, r7, r8, pc}
	.size	hostfp_ioctl, . - hostfp_ioctl
	.section .note.GNU-stack, "", %progbits
