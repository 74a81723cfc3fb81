// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-mmio transport, version 2 (virtio 1.2, section 4.2). */
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>

#include "loftvm.h"

#define MAGIC 0x74726976
#define INT_VRING 1u
#define INT_CONFIG 2u
#define F_VERSION_1 (1ull << VIRTIO_F_VERSION_1)

/* An eventfd where KVM turns it into an interrupt, else the line itself. */
void virtio_interrupt(struct virtio *dev, uint32_t isr)
{
	unsigned int spi = VIRTIO_SPI + dev->index;

	__atomic_fetch_or(&dev->s.isr, isr, __ATOMIC_SEQ_CST);
	if (dev->irqfd_bound) {
		io_signal(dev->irq_fd);
		return;
	}
	gic_set_spi(dev->vm, spi, true);
	gic_set_spi(dev->vm, spi, false);
}

/* The guest broke the rules: the device stops until the guest resets it. */
void virtio_break(struct virtio *dev, const char *why)
{
	if (dev->s.status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	say("%s %u: %s: stopped until the guest resets it", dev->ops->name, dev->index, why);
	dev->s.status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	virtio_interrupt(dev, INT_CONFIG);
}

bool virtio_running(struct virtio *dev)
{
	return dev->s.status & VIRTIO_CONFIG_S_DRIVER_OK &&
	       !(dev->s.status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void virtio_set_status(struct virtio *dev, uint32_t value)
{
	if (!value) {
		memset(&dev->s, 0, sizeof(dev->s));
		return;
	}
	/* FEATURES_OK does not stick if the driver wants what is not there. */
	if (dev->s.driver_features & ~dev->features || !(dev->s.driver_features & F_VERSION_1))
		value &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	value &= 0xff & ~VIRTIO_CONFIG_S_NEEDS_RESET;
	dev->s.status = value | (dev->s.status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void set_half(uint64_t *whole, uint32_t value, bool high)
{
	unsigned int shift = high ? 32 : 0;

	*whole = (*whole & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

static void virtio_write_queue(struct virtio *dev, uint64_t offset, uint32_t value)
{
	struct virtq *vq = &dev->s.vq[dev->s.queue_sel];

	if (dev->s.queue_sel >= dev->ops->n_queues)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY && !value)
		vq->ready = false;
	if (vq->ready)
		return;
	if (offset == VIRTIO_MMIO_QUEUE_READY && value)
		virtq_enable(dev, vq);
	else if (offset == VIRTIO_MMIO_QUEUE_NUM)
		vq->num = value;
	else if (offset >= VIRTIO_MMIO_QUEUE_DESC_LOW && offset <= VIRTIO_MMIO_QUEUE_USED_HIGH &&
		 !(offset & 8))
		set_half(&vq->ipa[(offset - VIRTIO_MMIO_QUEUE_DESC_LOW) / 16], value, offset & 4);
}

static void virtio_write(struct virtio *dev, uint64_t offset, uint32_t value)
{
	if (offset == VIRTIO_MMIO_DEVICE_FEATURES_SEL)
		dev->s.feature_sel = value;
	else if (offset == VIRTIO_MMIO_DRIVER_FEATURES_SEL)
		dev->s.driver_sel = value;
	else if (offset == VIRTIO_MMIO_QUEUE_SEL)
		dev->s.queue_sel = value;
	else if (offset == VIRTIO_MMIO_INTERRUPT_ACK)
		__atomic_fetch_and(&dev->s.isr, ~value, __ATOMIC_SEQ_CST);
	else if (offset == VIRTIO_MMIO_STATUS)
		virtio_set_status(dev, value);
	else if (offset == VIRTIO_MMIO_DRIVER_FEATURES && dev->s.driver_sel < 2 &&
		 !(dev->s.status & VIRTIO_CONFIG_S_FEATURES_OK))
		set_half(&dev->s.driver_features, value, dev->s.driver_sel);
	else if (offset == VIRTIO_MMIO_QUEUE_NOTIFY && value < dev->ops->n_queues)
		io_signal(dev->notify_fd[value]); /* only where KVM has no ioeventfds */
	else
		virtio_write_queue(dev, offset, value);
}

static uint32_t virtio_read(struct virtio *dev, uint64_t offset)
{
	bool queue = dev->s.queue_sel < dev->ops->n_queues;

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE: return MAGIC;
	case VIRTIO_MMIO_VERSION: return 2;
	case VIRTIO_MMIO_DEVICE_ID: return dev->ops->id;
	case VIRTIO_MMIO_VENDOR_ID: return 0x54464f4c; /* LOFT */
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return dev->s.feature_sel < 2 ? dev->features >> (32 * dev->s.feature_sel) : 0;
	case VIRTIO_MMIO_QUEUE_NUM_MAX: return queue ? VQ_MAX : 0;
	case VIRTIO_MMIO_QUEUE_READY: return queue && dev->s.vq[dev->s.queue_sel].ready;
	case VIRTIO_MMIO_INTERRUPT_STATUS: return __atomic_load_n(&dev->s.isr, __ATOMIC_SEQ_CST);
	case VIRTIO_MMIO_STATUS: return dev->s.status;
	/* No shared memory region: a length of all ones. */
	case VIRTIO_MMIO_SHM_LEN_LOW: return ~0u;
	case VIRTIO_MMIO_SHM_LEN_HIGH: return ~0u;
	}
	return 0;
}

static void virtio_read_config(struct virtio *dev, uint64_t offset, void *data, unsigned int len)
{
	memset(data, 0, len);
	if (offset < sizeof(dev->config) && len <= sizeof(dev->config) - offset)
		memcpy(data, dev->config + offset, len);
}

/* No device has a writable configuration; registers are 4 bytes, aligned. */
static void virtio_access(void *arg, uint64_t offset, void *data, unsigned int len, bool write)
{
	struct virtio *dev = arg;
	uint32_t value = 0;

	pthread_mutex_lock(&dev->lock);
	if (offset >= VIRTIO_MMIO_CONFIG) {
		if (!write)
			virtio_read_config(dev, offset - VIRTIO_MMIO_CONFIG, data, len);
	} else if (len != sizeof(value) || offset & 3) {
		if (!write)
			memset(data, 0, len);
	} else if (write) {
		memcpy(&value, data, sizeof(value));
		virtio_write(dev, offset, value);
	} else {
		value = virtio_read(dev, offset);
		memcpy(data, &value, sizeof(value));
	}
	pthread_mutex_unlock(&dev->lock);
}

/* Each queue has a doorbell of its own. */
static void virtio_handle_notify(int fd, void *arg)
{
	struct virtio *dev = arg;
	unsigned int queue = fd == dev->notify_fd[0] ? 0 : 1;

	io_drain(fd);
	pthread_mutex_lock(&dev->lock);
	if (virtio_running(dev) && dev->s.vq[queue].ready)
		dev->ops->notify(dev, queue);
	pthread_mutex_unlock(&dev->lock);
}

/**
 * virtio_create() - put a device on the next virtio-mmio slot
 * @vm: the VM
 * @ops: what kind of device
 * @priv: for its functions
 *
 * The caller fills in the configuration space, and features of its own.
 */
struct virtio *virtio_create(struct vm *vm, const struct virtio_ops *ops, void *priv)
{
	struct virtio *dev = calloc(1, sizeof(*dev));
	unsigned int i;

	if (!dev)
		die("%s: %m", ops->name);
	if (vm->n_virtio == VIRTIO_MAX)
		die("more than %u virtio devices", VIRTIO_MAX);
	dev->vm = vm;
	dev->ops = ops;
	dev->priv = priv;
	dev->index = vm->n_virtio;
	dev->features = ops->features | F_VERSION_1;
	dev->irq_fd = io_eventfd();
	pthread_mutex_init(&dev->lock, NULL);
	for (i = 0; i < ops->n_queues; i++) {
		dev->notify_fd[i] = io_eventfd();
		io_add(dev->notify_fd[i], NULL, virtio_handle_notify, dev);
	}
	mmio_add(vm, VIRTIO_BASE + dev->index * VIRTIO_STRIDE, VIRTIO_STRIDE, virtio_access, dev);
	vm->virtio[vm->n_virtio++] = dev;
	return dev;
}

/* Resets the devices and connects their event files with a new VM. */
void virtio_bind(struct vm *vm)
{
	struct virtio *dev;
	unsigned int i, q;
	uint64_t bell;

	for (i = 0; i < vm->n_virtio; i++) {
		dev = vm->virtio[i];
		bell = VIRTIO_BASE + i * VIRTIO_STRIDE + VIRTIO_MMIO_QUEUE_NOTIFY;
		pthread_mutex_lock(&dev->lock);
		memset(&dev->s, 0, sizeof(dev->s));
		pthread_mutex_unlock(&dev->lock);
		io_drain(dev->irq_fd);
		dev->irqfd_bound = !gic_bind_irqfd(vm, dev->irq_fd, VIRTIO_SPI + i);
		for (q = 0; q < dev->ops->n_queues; q++)
			vm_bind_ioeventfd(vm, dev->notify_fd[q], bell, q);
	}
}
