// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage-2 walker's tests once more, for a host with 16 KiB pages.
 *
 * Links: virt/stage2.c
 * Flags: -DFAKE_PAGE_SHIFT=14
 */
#include "test_stage2.c"
