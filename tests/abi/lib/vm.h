/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual machines for the tests: creation in one call, registers, and runs until an exit. */
#ifndef VM_H
#define VM_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "arch.h"
#include "tap.h"

#define RAM_BASE	0x40000000ULL
#define RAM_SIZE	0x200000ULL
#define MMIO_BASE	0x0b000000ULL	/* nothing there: every access exits */
#define GICD_BASE	0x08000000ULL
#define GICR_BASE	0x080a0000ULL
#define GICC_BASE	0x08010000ULL	/* GICv2; the guests know it lies 64 KiB behind GICD_BASE */
#define MAX_VCPUS	8

struct vm {
	int kvm, fd, gic;
	int gic_version;	/* 3, 2, or 0 */
	int vcpus;
	int vcpu[MAX_VCPUS];
	struct kvm_run *run[MAX_VCPUS];
	size_t run_size;
	void *ram;
	size_t ram_size;
};

/* The tiny guests of guest.S, position-independent: copied to the start of RAM. */
extern const char guest_code[], guest_code_end[];
extern const char guest_mmio_loop[], guest_off[], guest_reset[], guest_spin[], guest_pattern[], guest_verify[];
extern const char guest_exceptions[], guest_timer_storm[], guest_sgi_storm[], guest_mmio_read[], guest_counter[];
extern const char guest_wfi[], guest_registers[], guest_timer_once[], guest_fault_storm[], guest_idle[], guest_peek[];
extern const char guest_debug[], guest_debug_own[], guest_cpu_on[];
extern const char guest_gicc_check[], guest_gic_state[], guest_ack[];

int kvm_open(void);
/* All die when something fails: they are no tests. */
void vm_create(struct vm *vm);
void vm_create_ram(struct vm *vm, size_t size);
void vm_add_vcpu(struct vm *vm, bool init);
/* A GICv3 where the host has it, else a GICv2. */
void vm_add_gic(struct vm *vm);
/* Where the guests find the registers of private interrupts: their x0. */
u64 vm_gic_frame(const struct vm *vm);
void vm_destroy(struct vm *vm);
/* RAM, GIC when the host has one, and initialised vCPUs. */
void vm_boot(struct vm *vm, int vcpus);
/* Let a vCPU start at one of the guests, with x0 to x3. */
void vm_start(struct vm *vm, int vcpu, const char *guest, u64 x0, u64 x1, u64 x2, u64 x3);

int vcpu_init(struct vm *vm, int vcpu, uint32_t features);
int vcpu_get(struct vm *vm, int vcpu, u64 id, void *value);
int vcpu_set(struct vm *vm, int vcpu, u64 id, const void *value);
u64 vcpu_reg(struct vm *vm, int vcpu, u64 id);
void vcpu_set_reg(struct vm *vm, int vcpu, u64 id, u64 value);
/* KVM_RUN, again when a signal came: the exit reason. */
uint32_t vcpu_run(struct vm *vm, int vcpu);
/* An MMIO exit's data. */
u64 vcpu_mmio(struct vm *vm, int vcpu);
int slot_set(int vm_fd, uint32_t slot, uint32_t flags, u64 gpa, u64 size, void *hva);
int device_attr(int fd, unsigned long request, uint32_t group, u64 attr, void *addr);

#endif
