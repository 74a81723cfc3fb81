// SPDX-License-Identifier: GPL-2.0-only
/* How devices reach the guest's interrupts, and its doorbells reach them. */
#include <errno.h>
#include <sys/ioctl.h>

#include "loftvm.h"

int irq_set_line(struct vm *vm, unsigned int spi, bool level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT |
		       (spi + 32),
		.level = level,
	};

	if (spi >= NR_IRQS - 32)
		return -1;
	return ioctl(vm->fd, KVM_IRQ_LINE, &line);
}

/* Writing the eventfd pulses the SPI; KVM's default routing has GSI = SPI. */
int irq_bind_eventfd(struct vm *vm, int fd, unsigned int spi)
{
	struct kvm_irqfd irqfd = { .fd = fd, .gsi = spi };

	if (vm_check(vm, KVM_CAP_IRQFD) <= 0)
		return -1;
	return ioctl(vm->fd, KVM_IRQFD, &irqfd);
}

/* A 4-byte write to ipa, of @match if that is not negative, signals the fd. */
int irq_bind_ioeventfd(struct vm *vm, int fd, uint64_t ipa, int64_t match)
{
	struct kvm_ioeventfd io = {
		.addr = ipa,
		.len = 4,
		.fd = fd,
		.datamatch = match < 0 ? 0 : match,
		.flags = match < 0 ? 0 : KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	if (vm_check(vm, KVM_CAP_IOEVENTFD) <= 0)
		return -1;
	return ioctl(vm->fd, KVM_IOEVENTFD, &io);
}
