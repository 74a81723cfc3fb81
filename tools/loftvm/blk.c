// SPDX-License-Identifier: GPL-2.0-only
/* The virtio disk: a raw image, read and written by the I/O loop itself. */
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <sys/file.h>

#include "loftvm.h"

#define SECTOR 512

struct blk {
	const char *path;
	int fd;
	bool readonly;
	uint64_t sectors;
	char serial[VIRTIO_BLK_ID_BYTES];
};

/* All of it or nothing: a short transfer goes on where it ended. */
static bool blk_transfer(struct blk *blk, struct iovec iov, off_t offset, bool write)
{
	ssize_t n;

	while (iov.iov_len) {
		n = write ? pwrite(blk->fd, iov.iov_base, iov.iov_len, offset)
			  : pread(blk->fd, iov.iov_base, iov.iov_len, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		iov.iov_base = (uint8_t *)iov.iov_base + n;
		iov.iov_len -= n;
		offset += n;
	}
	return true;
}

static uint8_t blk_move(struct blk *blk, struct iovec *iov, unsigned int n, uint64_t sector,
			bool write)
{
	uint64_t bytes = iov_length(iov, n);

	if (bytes % SECTOR || sector > blk->sectors || bytes / SECTOR > blk->sectors - sector ||
	    (write && blk->readonly))
		return VIRTIO_BLK_S_IOERR;
	for (sector *= SECTOR; n--; sector += iov++->iov_len)
		if (!blk_transfer(blk, *iov, sector, write))
			return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

static uint8_t blk_serve(struct blk *blk, struct chain *chain)
{
	struct virtio_blk_outhdr header;

	if (iov_copy(chain->out, chain->n_out, &header, sizeof(header), false) != sizeof(header))
		return VIRTIO_BLK_S_IOERR;
	switch (header.type) {
	case VIRTIO_BLK_T_IN: return blk_move(blk, chain->in, chain->n_in, header.sector, false);
	case VIRTIO_BLK_T_OUT: return blk_move(blk, chain->out, chain->n_out, header.sector, true);
	case VIRTIO_BLK_T_FLUSH: return fdatasync(blk->fd) ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_GET_ID:
		iov_copy(chain->in, chain->n_in, blk->serial, sizeof(blk->serial), true);
		return VIRTIO_BLK_S_OK;
	}
	return VIRTIO_BLK_S_UNSUPP;
}

/* The status is the last writable byte; NULL if the guest left none. */
static uint8_t *blk_take_status(struct chain *chain)
{
	struct iovec *last;

	while (chain->n_in) {
		last = &chain->in[chain->n_in - 1];
		if (last->iov_len)
			return (uint8_t *)last->iov_base + --last->iov_len;
		chain->n_in--;
	}
	return NULL;
}

static void blk_notify(struct virtio *dev, unsigned int queue)
{
	static struct chain chain; /* large, and only the I/O loop is here */
	uint8_t *status, result;
	uint64_t room;

	while (virtq_pop(dev, &dev->s.vq[queue], &chain)) {
		status = blk_take_status(&chain);
		if (!status) {
			virtio_break(dev, "request without room for a status");
			return;
		}
		room = iov_length(chain.in, chain.n_in);
		result = blk_serve(dev->priv, &chain);
		*status = result;
		virtq_push(dev, &dev->s.vq[queue], &chain,
			   result == VIRTIO_BLK_S_OK ? room + 1 : 1);
	}
}

static const struct virtio_ops blk_ops = {
	.name = "disk",
	.id = VIRTIO_ID_BLOCK,
	.n_queues = 1,
	.features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_SEG_MAX,
	.notify = blk_notify,
};

static void blk_open(struct blk *blk)
{
	off_t size;

	blk->fd = open(blk->path, (blk->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (blk->fd < 0)
		die("--disk %s%s: %m", blk->path,
		    errno == EACCES || errno == EROFS ? " (try ',ro' behind it)" : "");
	if (flock(blk->fd, (blk->readonly ? LOCK_SH : LOCK_EX) | LOCK_NB) && errno == EWOULDBLOCK)
		die("--disk %s is in use by another VM", blk->path);
	size = lseek(blk->fd, 0, SEEK_END);
	if (size < SECTOR)
		die("--disk %s is not a file of at least %d bytes", blk->path, SECTOR);
	blk->sectors = size / SECTOR;
}

/* @spec is PATH or PATH,ro */
void blk_create(struct vm *vm, const char *spec)
{
	struct blk *blk = calloc(1, sizeof(*blk));
	struct virtio_blk_config config = { 0 };
	char *path = strdup(spec), *comma;
	struct virtio *dev;

	if (!blk || !path)
		die("--disk %s: %m", spec);
	comma = strrchr(path, ',');
	if (comma && !strcmp(comma, ",ro")) {
		*comma = '\0';
		blk->readonly = true;
	}
	blk->path = path;
	blk_open(blk);
	dev = virtio_create(vm, &blk_ops, blk);
	snprintf(blk->serial, sizeof(blk->serial), "loftvm-%u", dev->index);
	if (blk->readonly)
		dev->features |= 1ull << VIRTIO_BLK_F_RO;
	config.capacity = blk->sectors;
	config.seg_max = VQ_MAX - 2; /* beside header and status */
	memcpy(dev->config, &config, sizeof(config));
}
