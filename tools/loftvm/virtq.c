// SPDX-License-Identifier: GPL-2.0-only
/*
 * Split virtqueues (virtio 1.2, section 2.7), seen from the device.
 *
 * The guest owns every byte of them and may change it at any time: each index,
 * address and length is read once, checked, and only then used.
 */
#include <endian.h>
#include <linux/virtio_ring.h>

#include "loftvm.h"

#define INT_VRING 1u

/* Where a ring lies, or NULL if it is not aligned, or not all in RAM. */
static void *virtq_part(struct virtio *dev, uint64_t ipa, uint64_t size, uint64_t align)
{
	return ipa & (align - 1) ? NULL : ram_at(dev->vm, ipa, size);
}

void virtq_enable(struct virtio *dev, struct virtq *vq)
{
	vq->desc = virtq_part(dev, vq->ipa[0], 16ull * vq->num, 16);
	vq->avail = virtq_part(dev, vq->ipa[1], 6 + 2ull * vq->num, 2);
	vq->used = virtq_part(dev, vq->ipa[2], 6 + 8ull * vq->num, 4);
	if (!vq->num || vq->num > VQ_MAX || vq->num & (vq->num - 1) || !vq->desc || !vq->avail ||
	    !vq->used) {
		virtio_break(dev, "queue of impossible size, or outside RAM");
		return;
	}
	vq->last_avail = 0;
	vq->used_idx = 0;
	vq->ready = true;
}

/* Acquire: the ring's entries are read after the index that covers them. */
static uint16_t virtq_avail_idx(struct virtq *vq)
{
	return le16toh(__atomic_load_n(&vq->avail->idx, __ATOMIC_ACQUIRE));
}

bool virtq_pending(struct virtq *vq)
{
	return vq->ready && virtq_avail_idx(vq) != vq->last_avail;
}

static struct vring_desc virtq_read_desc(struct virtq *vq, uint16_t index)
{
	struct vring_desc *from = &vq->desc[index];
	struct vring_desc desc = {
		.addr = le64toh(__atomic_load_n(&from->addr, __ATOMIC_RELAXED)),
		.len = le32toh(__atomic_load_n(&from->len, __ATOMIC_RELAXED)),
		.flags = le16toh(__atomic_load_n(&from->flags, __ATOMIC_RELAXED)),
		.next = le16toh(__atomic_load_n(&from->next, __ATOMIC_RELAXED)),
	};

	return desc;
}

/* Adds one descriptor; NULL or what is wrong with it. */
static const char *chain_add(struct virtio *dev, struct chain *chain, const struct vring_desc *desc)
{
	struct iovec iov = {
		.iov_base = ram_at(dev->vm, desc->addr, desc->len),
		.iov_len = desc->len,
	};

	if (!iov.iov_base)
		return "buffer outside RAM";
	if (desc->flags & VRING_DESC_F_INDIRECT)
		return "indirect descriptor, which was not negotiated";
	if (desc->flags & VRING_DESC_F_WRITE)
		chain->in[chain->n_in++] = iov;
	else if (chain->n_in)
		return "readable buffer behind a writable one";
	else
		chain->out[chain->n_out++] = iov;
	return NULL;
}

static const char *virtq_walk(struct virtio *dev, struct virtq *vq, struct chain *chain)
{
	uint16_t index = chain->head;
	struct vring_desc desc;
	const char *wrong;
	unsigned int n;

	for (n = 0; n < vq->num; n++) {
		if (index >= vq->num)
			return "descriptor index beyond the queue";
		desc = virtq_read_desc(vq, index);
		wrong = chain_add(dev, chain, &desc);
		if (wrong || !(desc.flags & VRING_DESC_F_NEXT))
			return wrong;
		index = desc.next;
	}
	return "descriptors form a loop";
}

/**
 * virtq_pop() - the next request of the guest
 * @dev: the device, locked
 * @vq: one of its queues
 * @chain: where to describe the request
 *
 * Return: false if there is none, or the guest made it wrong, which stops the
 * device.
 */
bool virtq_pop(struct virtio *dev, struct virtq *vq, struct chain *chain)
{
	uint16_t waiting, slot;
	const char *wrong;

	if (!virtio_running(dev) || !vq->ready)
		return false;
	waiting = virtq_avail_idx(vq) - vq->last_avail;
	if (!waiting)
		return false;
	if (waiting > vq->num) {
		virtio_break(dev, "more requests than the queue holds");
		return false;
	}
	slot = vq->last_avail % vq->num;
	chain->head = le16toh(__atomic_load_n(&vq->avail->ring[slot], __ATOMIC_RELAXED));
	chain->n_out = 0;
	chain->n_in = 0;
	wrong = virtq_walk(dev, vq, chain);
	if (wrong) {
		virtio_break(dev, wrong);
		return false;
	}
	vq->last_avail++;
	return true;
}

/* Gives a request back with so many bytes written into it. */
void virtq_push(struct virtio *dev, struct virtq *vq, struct chain *chain, uint64_t written)
{
	struct vring_used_elem *elem = &vq->used->ring[vq->used_idx % vq->num];
	uint16_t flags;

	elem->id = htole32(chain->head);
	elem->len = htole32(written > UINT32_MAX ? UINT32_MAX : written);
	vq->used_idx++;
	/* Release: the guest sees the element before the index covers it. */
	__atomic_store_n(&vq->used->idx, htole16(vq->used_idx), __ATOMIC_RELEASE);
	/*
	 * The guest allows interrupts, then looks at the index once more; here
	 * the index is written, then the flag read. With both orders full, one
	 * of the two sees the other.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	flags = le16toh(__atomic_load_n(&vq->avail->flags, __ATOMIC_RELAXED));
	if (!(flags & VRING_AVAIL_F_NO_INTERRUPT))
		virtio_interrupt(dev, INT_VRING);
}

uint64_t iov_length(const struct iovec *iov, unsigned int n)
{
	uint64_t sum = 0;

	while (n--)
		sum += iov++->iov_len;
	return sum;
}

/* Takes up to len bytes off the front; returns how many there were. */
size_t iov_copy(struct iovec *iov, unsigned int n, void *buf, size_t len, bool to_iov)
{
	size_t done = 0, now;
	uint8_t *at;

	for (; n && done < len; n--, iov++, done += now) {
		now = len - done < iov->iov_len ? len - done : iov->iov_len;
		at = (uint8_t *)buf + done;
		memcpy(to_iov ? iov->iov_base : at, to_iov ? at : iov->iov_base, now);
		iov->iov_base = (uint8_t *)iov->iov_base + now;
		iov->iov_len -= now;
	}
	return done;
}
