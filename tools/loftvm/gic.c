// SPDX-License-Identifier: GPL-2.0-only
/* The in-kernel interrupt controller: making it, and the devices' way into it. */
#include "loftvm.h"

static int gic_try(struct vm *vm, unsigned int version)
{
	struct kvm_create_device dev = {
		.type = version == 3 ? KVM_DEV_TYPE_ARM_VGIC_V3 : KVM_DEV_TYPE_ARM_VGIC_V2,
	};

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &dev))
		return -1;
	vm->gic = version;
	return dev.fd;
}

void gic_create(struct vm *vm)
{
	unsigned int asked = vm->cfg->gic;

	vm->gic_fd = gic_try(vm, asked ? asked : 3);
	if (vm->gic_fd < 0 && !asked)
		vm->gic_fd = gic_try(vm, 2);
	if (vm->gic_fd < 0 && asked)
		die("--gic %u: KVM_CREATE_DEVICE (try --gic auto): %m", asked);
	if (vm->gic_fd < 0)
		die("this host offers neither GICv3 nor GICv2: %m");
	if (vm->gic == 2 && vm->cfg->smp > 8)
		die("--smp %u: GICv2 serves at most 8 vCPUs", vm->cfg->smp);
}

static void gic_set(struct vm *vm, uint32_t group, uint64_t attr, void *value, const char *what)
{
	struct kvm_device_attr request = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)value,
	};

	if (ioctl(vm->gic_fd, KVM_SET_DEVICE_ATTR, &request))
		die("GICv%u: %s: %m", vm->gic, what);
}

/* For payloads, which know where it is. */
static void gic_add_its(struct vm *vm)
{
	struct kvm_create_device dev = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };
	uint64_t base = ITS_BASE;
	struct kvm_device_attr request = { .attr = KVM_VGIC_ITS_ADDR_TYPE, .addr = (uintptr_t)&base };

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &dev) || ioctl(dev.fd, KVM_SET_DEVICE_ATTR, &request))
		die("--its: %m");
}

/* All vCPUs exist: the controller sizes itself by them. */
void gic_init(struct vm *vm)
{
	uint64_t gicd = GICD_BASE, gicc = GICC_BASE;
	uint64_t gicr = vm->cfg->smp > GICR_MAX_LOW ? GICR_BASE_MANY : GICR_BASE;
	uint32_t nr_irqs = NR_IRQS, addr = KVM_DEV_ARM_VGIC_GRP_ADDR;

	gic_set(vm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr_irqs, "NR_IRQS");
	if (vm->gic == 3) {
		gic_set(vm, addr, KVM_VGIC_V3_ADDR_TYPE_DIST, &gicd, "distributor address");
		gic_set(vm, addr, KVM_VGIC_V3_ADDR_TYPE_REDIST, &gicr, "redistributor address");
	} else {
		gic_set(vm, addr, KVM_VGIC_V2_ADDR_TYPE_DIST, &gicd, "distributor address");
		gic_set(vm, addr, KVM_VGIC_V2_ADDR_TYPE_CPU, &gicc, "CPU interface address");
	}
	gic_set(vm, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "CTRL_INIT");
	if (vm->cfg->its && vm->gic == 3)
		gic_add_its(vm);
}

int gic_set_spi(struct vm *vm, unsigned int spi, bool level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (spi + 32),
		.level = level,
	};

	if (spi >= NR_IRQS - 32)
		return -1;
	return ioctl(vm->fd, KVM_IRQ_LINE, &line);
}

/* Writing the eventfd pulses the SPI; KVM's default routing has GSI = SPI. */
int gic_bind_irqfd(struct vm *vm, int fd, unsigned int spi)
{
	struct kvm_irqfd irqfd = { .fd = fd, .gsi = spi };

	if (vm_check(vm, KVM_CAP_IRQFD) <= 0)
		return -1;
	return ioctl(vm->fd, KVM_IRQFD, &irqfd);
}
