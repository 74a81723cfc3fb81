/* SPDX-License-Identifier: GPL-2.0-only */
/* The calling thread's own FP registers around one system call. */
	.arch	armv8-a+fp+simd
	.text
	.balign	4

/*
 * long hostfp_ioctl(int fd, unsigned long request, uint64_t in[66], uint64_t out[66])
 * Fill v0-v31, FPSR and FPCR from in, ioctl(fd, request, 0), write what they are then to out.
 */
	.globl	hostfp_ioctl
	.type	hostfp_ioctl, %function
hostfp_ioctl:
	stp	x29, x30, [sp, #-96]!
	stp	d8, d9, [sp, #16]
	stp	d10, d11, [sp, #32]
	stp	d12, d13, [sp, #48]
	stp	d14, d15, [sp, #64]
	str	x3, [sp, #80]
	ld1	{v0.2d-v3.2d}, [x2], #64
	ld1	{v4.2d-v7.2d}, [x2], #64
	ld1	{v8.2d-v11.2d}, [x2], #64
	ld1	{v12.2d-v15.2d}, [x2], #64
	ld1	{v16.2d-v19.2d}, [x2], #64
	ld1	{v20.2d-v23.2d}, [x2], #64
	ld1	{v24.2d-v27.2d}, [x2], #64
	ld1	{v28.2d-v31.2d}, [x2], #64
	ldp	x9, x10, [x2]
	msr	fpsr, x9
	msr	fpcr, x10
	mov	x2, #0
	mov	x8, #29			/* ioctl */
	svc	#0
	ldr	x3, [sp, #80]
	mov	x2, x3
	st1	{v0.2d-v3.2d}, [x2], #64
	st1	{v4.2d-v7.2d}, [x2], #64
	st1	{v8.2d-v11.2d}, [x2], #64
	st1	{v12.2d-v15.2d}, [x2], #64
	st1	{v16.2d-v19.2d}, [x2], #64
	st1	{v20.2d-v23.2d}, [x2], #64
	st1	{v24.2d-v27.2d}, [x2], #64
	st1	{v28.2d-v31.2d}, [x2], #64
	mrs	x9, fpsr
	mrs	x10, fpcr
	stp	x9, x10, [x2]
	msr	fpcr, xzr
	ldp	d8, d9, [sp, #16]
	ldp	d10, d11, [sp, #32]
	ldp	d12, d13, [sp, #48]
	ldp	d14, d15, [sp, #64]
	ldp	x29, x30, [sp], #96
	ret
	.size	hostfp_ioctl, . - hostfp_ioctl
	.section .note.GNU-stack, "", %progbits
