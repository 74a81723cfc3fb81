// SPDX-License-Identifier: GPL-2.0-only
// A VM with an ITS that userspace programs: see its.h.
#include "its.h"

#include <string.h>

static int create(struct vm *vm, uint32_t flags)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS, .flags = flags };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &device) ? -1 : (int)device.fd;
}

bool its_have(void)
{
	struct vm vm;
	bool have;

	vm_create(&vm);
	have = create(&vm, KVM_CREATE_DEVICE_TEST) >= 0;
	vm_destroy(&vm);
	return have;
}

int its_create(struct vm *vm)
{
	int its = create(vm, 0);

	if (its < 0)
		tap_die("KVM_CREATE_DEVICE of an ITS");
	return its;
}

int its_place(int its, uint64_t base)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &base);
}

int its_get(int its, uint64_t off, uint64_t *val)
{
	return device_attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, off, val);
}

int its_set(int its, uint64_t off, uint64_t val)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, off, &val);
}

int its_ctrl(int its, uint64_t what)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, what, NULL);
}

uint32_t gic_reg(struct vm *vm, uint32_t group, uint64_t attr)
{
	uint32_t val = 0;

	if (device_attr(vm->gic, KVM_GET_DEVICE_ATTR, group, attr, &val))
		tap_die("group %u, attribute 0x%lx", group, attr);
	return val;
}

void gic_set_reg(struct vm *vm, uint32_t group, uint64_t attr, uint32_t val)
{
	if (device_attr(vm->gic, KVM_SET_DEVICE_ATTR, group, attr, &val))
		tap_die("group %u, attribute 0x%lx", group, attr);
}

static void must_set(int its, uint64_t off, uint64_t val)
{
	if (its_set(its, off, val))
		tap_die("ITS register 0x%lx", off);
}

int its_boot(struct vm *vm)
{
	int its = its_create(vm);
	uint64_t v;

	if (its_place(its, ITS_BASE) || its_ctrl(its, KVM_DEV_ARM_VGIC_CTRL_INIT))
		tap_die("ITS");
	gic_set_reg(vm, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, 2);
	for (v = 0; v < (uint64_t)vm->vcpus; v++) {
		gic_set_reg(vm, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, v << 32 | 0x70, (RAM_BASE + ITS_PROP) | 15);
		gic_set_reg(vm, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, v << 32 | 0x78, RAM_BASE + ITS_PEND(v));
		gic_set_reg(vm, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, v << 32, 1);
	}
	must_set(its, GITS_CBASER, 1UL << 63 | (RAM_BASE + ITS_QUEUE));
	must_set(its, GITS_BASER(0), 1UL << 63 | (RAM_BASE + ITS_DEVICES));
	must_set(its, GITS_BASER(1), 1UL << 63 | (RAM_BASE + ITS_COLLECTIONS));
	must_set(its, GITS_CTLR, 1);
	return its;
}

void its_command(struct vm *vm, int its, uint64_t dw0, uint64_t dw1, uint64_t dw2)
{
	uint64_t cmd[4] = { dw0, dw1, dw2, 0 }, cwriter;

	if (its_get(its, GITS_CWRITER, &cwriter))
		tap_die("GITS_CWRITER");
	memcpy((char *)vm->ram + ITS_QUEUE + cwriter, cmd, sizeof(cmd));
	must_set(its, GITS_CWRITER, (cwriter + sizeof(cmd)) % 0x1000);
}

void its_map(struct vm *vm, int its, int n)
{
	uint64_t i;

	memset((char *)vm->ram + ITS_PROP, 0xa1, n);
	for (i = 0; i < (uint64_t)vm->vcpus; i++)
		its_command(vm, its, 0x09, 0, 1UL << 63 | i << 16 | i);
	its_command(vm, its, 1UL << 32 | 0x08, 5, 1UL << 63 | (RAM_BASE + ITS_ITT));
	for (i = 0; i < (uint64_t)n; i++)
		its_command(vm, its, 1UL << 32 | 0x0a, (LPI + i) << 32 | i, i % vm->vcpus);
}

int its_signal(struct vm *vm, uint32_t device, uint32_t event)
{
	struct kvm_msi msi = {
		.address_lo = ITS_DOORBELL, .data = event, .flags = KVM_MSI_VALID_DEVID, .devid = device,
	};

	return ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
}

uint64_t its_ack(struct vm *vm, int vcpu)
{
	uint32_t reason = vcpu_run(vm, vcpu);

	if (reason != KVM_EXIT_MMIO)
		tap_die("exit reason %u", reason);
	return vcpu_mmio(vm, vcpu);
}
