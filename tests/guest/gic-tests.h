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

#endif
