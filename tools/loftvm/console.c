// SPDX-License-Identifier: GPL-2.0-only
/* The virtio console, one port on loftvm's terminal. */
#include <linux/virtio_ids.h>

#include "loftvm.h"

#define RX 0
#define TX 1

static void console_send(struct virtio *dev)
{
	static struct chain chain;
	unsigned int i;

	while (virtq_pop(dev, &dev->s.vq[TX], &chain)) {
		for (i = 0; i < chain.n_out; i++)
			term_write(chain.out[i].iov_base, chain.out[i].iov_len);
		virtq_push(dev, &dev->s.vq[TX], &chain, 0);
	}
}

static void console_notify(struct virtio *dev, unsigned int queue)
{
	if (queue == TX)
		console_send(dev);
}

/* A buffer of the guest's holds at least one byte. */
static size_t console_room(void *arg)
{
	struct virtio *dev = arg;
	size_t room;

	pthread_mutex_lock(&dev->lock);
	room = virtio_running(dev) && virtq_pending(&dev->s.vq[RX]);
	pthread_mutex_unlock(&dev->lock);
	return room;
}

static void console_input(void *arg, const uint8_t *buf, size_t n)
{
	static struct chain chain;
	struct virtio *dev = arg;

	pthread_mutex_lock(&dev->lock);
	if (virtq_pop(dev, &dev->s.vq[RX], &chain)) {
		n = iov_copy(chain.in, chain.n_in, (void *)buf, n, true);
		virtq_push(dev, &dev->s.vq[RX], &chain, n);
	}
	pthread_mutex_unlock(&dev->lock);
}

static const struct virtio_ops console_ops = {
	.name = "console",
	.id = VIRTIO_ID_CONSOLE,
	.n_queues = 2,
	.notify = console_notify,
};

void console_create(struct vm *vm)
{
	struct virtio *dev = virtio_create(vm, &console_ops, NULL);

	term_set_sink((struct sink){ console_room, console_input, dev });
}
