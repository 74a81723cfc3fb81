/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lowvisor's image, as bytes: it is linked alone and knows no symbol of the kernel's.
 */
	.section .rodata, "a"
	.balign	16
	.global	nvhe_image
nvhe_image:
	.incbin	LOW_IMAGE
	.global	nvhe_image_end
nvhe_image_end:
