/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with vCPUs and a vGICv3 for unit tests, and what of the run loop the vGIC calls.
 */
#ifndef LOFT_VGIC_FIXTURE_H
#define LOFT_VGIC_FIXTURE_H

#include <unit.h>
#include <fake_backend.h>
#include <vgic.h>

#define FIX_DIST	0x08000000ull
#define FIX_REDIST	0x080a0000ull
#define FIX_RAM		0x40000000ull
#define FIX_RAM_SIZE	0x400000

/**
 * struct fixture - the VM under test
 * @kicked: called for each vcpu_kick(), or NULL
 * @evicted: calls of vcpu_evict()
 * @kicks: calls of vcpu_kick(), by vCPU id
 * @guest_writes: calls of guest_write()
 * @ram: the guest's memory at FIX_RAM
 * @maps: calls of stage2_map(), with what, and what it returns
 */
struct fixture {
	struct loft_vm vm;
	void (*kicked)(struct loft_vcpu *vcpu);
	unsigned int evicted;
	unsigned int kicks[LOFT_MAX_VCPUS];
	unsigned int maps;
	u64 map_ipa, map_pa, map_size;
	u32 map_prot;
	int map_error;
	unsigned int guest_writes;
	u8 ram[FIX_RAM_SIZE] __attribute__((aligned(64)));
};

extern struct fixture fix;

void fix_create(const u16 *ids, unsigned int nr);		/* a VM and its vCPUs, no vGIC yet */
void fix_init(const u16 *ids, unsigned int nr, u32 nr_irqs);	/* the same with a vGIC ready to run */
void fix_destroy(void);
struct loft_vcpu *fix_vcpu(unsigned int id);

/* Guest accesses, self: id of the vCPU that makes them. -1 as the vCPU of @frame: the distributor */
u64 fix_read(unsigned int self, int frame, u32 off, unsigned int len);
void fix_write(unsigned int self, int frame, u32 off, unsigned int len, u64 val);

#endif /* LOFT_VGIC_FIXTURE_H */
