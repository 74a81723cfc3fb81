/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt controller payload's tests that need a device or other vCPUs. */
#ifndef GIC_TESTS_H
#define GIC_TESTS_H

#include "tap.h"

void gic_test_begin(void);
void gic_test_settle(void);

enum verdict level_again(void);
enum verdict level_withdrawn(void);
enum verdict level_disabled(void);
enum verdict irqfd_edges(void);
enum verdict sgi_other(void);
enum verdict sgi_broadcast(void);
enum verdict sgi_list(void);
enum verdict spi_routed(void);
enum verdict spi_rerouted(void);
enum verdict ppi_of_other(void);
enum verdict storm_of_all(void);

/* gic-v2.c; they skip on a GICv3 */
enum verdict v2_targets(void);
enum verdict v2_banked(void);
enum verdict v2_two_targets(void);
enum verdict v2_senders(void);
enum verdict v2_pending_senders(void);
enum verdict v2_gicc_widths(void);
enum verdict v2_gicc_ids(void);
enum verdict v2_gicc_own(void);

/* gic-lines.c: the other vCPUs take interrupts until told otherwise. */
bool listeners_start(void);
bool listeners_stop(void);

#endif
