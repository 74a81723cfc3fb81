/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nothing: <linux/kvm_types.h>, which comes with eventfd's and irq's headers, wants a file of this name.
 */
