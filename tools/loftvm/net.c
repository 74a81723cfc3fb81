// SPDX-License-Identifier: GPL-2.0-only
/* The virtio network card: frames go one by one through a tap interface. */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "loftvm.h"

#define RX 0
#define TX 1
#define HEADER sizeof(struct virtio_net_hdr_v1)
#define FRAME_MAX 65536

struct net {
	int tap;
	uint8_t frame[HEADER + FRAME_MAX];
	struct chain chain;
};

static void net_send(struct virtio *dev)
{
	struct net *net = dev->priv;
	struct chain *chain = &net->chain;
	size_t n;

	while (virtq_pop(dev, &dev->s.vq[TX], chain)) {
		n = iov_copy(chain->out, chain->n_out, net->frame, sizeof(net->frame), false);
		/* A full tap drops the frame, as a wire would. */
		if (n > HEADER)
			write(net->tap, net->frame + HEADER, n - HEADER);
		virtq_push(dev, &dev->s.vq[TX], chain, 0);
	}
}

/* Without room in the guest the frame waits in the tap. */
static bool net_want_frame(void *arg)
{
	struct virtio *dev = arg;
	bool want;

	pthread_mutex_lock(&dev->lock);
	want = virtio_running(dev) && virtq_pending(&dev->s.vq[RX]);
	pthread_mutex_unlock(&dev->lock);
	return want;
}

static void net_receive(struct virtio *dev)
{
	struct net *net = dev->priv;
	struct virtio_net_hdr_v1 header = { .num_buffers = 1 };
	struct chain *chain = &net->chain;
	ssize_t n;

	if (!virtio_running(dev) || !virtq_pending(&dev->s.vq[RX]))
		return;
	n = read(net->tap, net->frame + HEADER, FRAME_MAX);
	if (n <= 0 || !virtq_pop(dev, &dev->s.vq[RX], chain))
		return;
	memcpy(net->frame, &header, HEADER);
	n = iov_copy(chain->in, chain->n_in, net->frame, HEADER + n, true);
	virtq_push(dev, &dev->s.vq[RX], chain, n);
}

static void net_handle_frame(int fd, void *arg)
{
	struct virtio *dev = arg;

	pthread_mutex_lock(&dev->lock);
	net_receive(dev);
	pthread_mutex_unlock(&dev->lock);
}

/* For the receive queue, coming through the I/O loop is all that is needed. */
static void net_notify(struct virtio *dev, unsigned int queue)
{
	if (queue == TX)
		net_send(dev);
}

static const struct virtio_ops net_ops = {
	.name = "network card",
	.id = VIRTIO_ID_NET,
	.n_queues = 2,
	.features = 1ull << VIRTIO_NET_F_MAC,
	.notify = net_notify,
};

static int net_open_tap(const char *ifname)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd;

	if (!*ifname || strlen(ifname) >= IFNAMSIZ)
		die("--tap '%s' is not an interface name", ifname);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		die("--tap: /dev/net/tun (try 'modprobe tun'): %m");
	strcpy(request.ifr_name, ifname);
	if (ioctl(fd, TUNSETIFF, &request))
		die("--tap %s: %m%s", ifname, errno == EPERM ?
		    ": run as root, or first 'ip tuntap add NAME mode tap user $USER'" : "");
	if (strcmp(request.ifr_name, ifname))
		die("--tap %s: the kernel made it %s", ifname, request.ifr_name);
	return fd;
}

void net_create(struct vm *vm, const char *ifname)
{
	struct net *net = calloc(1, sizeof(*net));
	uint8_t mac[6] = { 0x02, 'L', 'O', 'F', 'T', vm->n_virtio };
	struct virtio *dev;

	if (!net)
		die("--tap %s: %m", ifname);
	net->tap = net_open_tap(ifname);
	dev = virtio_create(vm, &net_ops, net);
	memcpy(dev->config, mac, sizeof(mac));
	io_add(net->tap, net_want_frame, net_handle_frame, dev);
}
