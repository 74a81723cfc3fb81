// SPDX-License-Identifier: GPL-2.0-only
/* The virtio entropy source: what the host's getrandom() gives. */
#include <linux/virtio_ids.h>
#include <sys/random.h>

#include "loftvm.h"

/* At most so many bytes a request, so that no guest keeps the loop busy. */
#define RNG_MAX 256

static void rng_notify(struct virtio *dev, unsigned int queue)
{
	static struct chain chain;
	uint8_t bytes[RNG_MAX];
	size_t n;

	while (virtq_pop(dev, &dev->s.vq[queue], &chain)) {
		n = getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes)
			    ? iov_copy(chain.in, chain.n_in, bytes, sizeof(bytes), true)
			    : 0;
		virtq_push(dev, &dev->s.vq[queue], &chain, n);
	}
}

static const struct virtio_ops rng_ops = {
	.name = "rng",
	.id = VIRTIO_ID_RNG,
	.n_queues = 1,
	.notify = rng_notify,
};

void rng_create(struct vm *vm)
{
	virtio_create(vm, &rng_ops, NULL);
}
