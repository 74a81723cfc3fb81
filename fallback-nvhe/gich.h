/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtualisation hardware of a GICv2, which the host itself reaches: memory-mapped, and banked by CPU.
 */
#ifndef LOFT_GICH_H
#define LOFT_GICH_H

#include <loft/vgic.h>

int gich_probe(void);
void gich_exit(void);
void gich_cpu_up(void);
void gich_cpu_down(void);
void gich_load(const struct vgic_lr_state *lr);
void gich_save(struct vgic_lr_state *lr);
void gich_enter(const struct vgic_lr_state *lr);
void gich_leave(struct vgic_lr_state *lr);

#endif /* LOFT_GICH_H */
