// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bodies of the fake kernel's eventfds and workqueues: see shim/fake_eventfd.h.
 */
#include <unit.h>

#define FIRST_FD	3
#define MAX_FDS		32

static struct file files[MAX_FDS];
static bool open_fd[MAX_FDS];
static int borrowed[MAX_FDS];
static unsigned int contexts;

static int install(struct eventfd_ctx *ctx)
{
	int i;

	for (i = 0; i < MAX_FDS; i++) {
		if (open_fd[i])
			continue;
		open_fd[i] = true;
		files[i].private_data = ctx;
		return FIRST_FD + i;
	}
	abort();
}

int fake_eventfd(u64 count)
{
	struct eventfd_ctx *ctx = calloc(1, sizeof(*ctx));

	ctx->refs = 1;
	ctx->count = count;
	contexts++;
	return install(ctx);
}

int fake_notfd(void)
{
	return install(NULL);
}

struct file *fget(int fd)
{
	if (fd < FIRST_FD || fd >= FIRST_FD + MAX_FDS || !open_fd[fd - FIRST_FD])
		return NULL;
	borrowed[fd - FIRST_FD]++;
	return &files[fd - FIRST_FD];
}

void fput(struct file *file)
{
	borrowed[file - files]--;
}

struct eventfd_ctx *fake_eventfd_ctx(int fd)
{
	return files[fd - FIRST_FD].private_data;
}

unsigned int fake_eventfds(void)
{
	return contexts;
}

/* As the kernel calls waiters: IRQs off, with a spinlock held. */
static void wake(struct eventfd_ctx *ctx, __poll_t events)
{
	int irqs = fake_irqs_off, i;

	fake_irqs_off = 1;
	fake_atomic++;
	for (i = 0; i < FAKE_WAITERS; i++) {
		if (ctx->waiters[i])
			ctx->waiters[i]->func(ctx->waiters[i], 0, 0, (void *)(unsigned long)events);
	}
	fake_atomic--;
	fake_irqs_off = irqs;
}

void fake_close(int fd)
{
	struct eventfd_ctx *ctx = fake_eventfd_ctx(fd);

	CHECK_EQ(borrowed[fd - FIRST_FD], 0);
	open_fd[fd - FIRST_FD] = false;
	files[fd - FIRST_FD].private_data = NULL;
	if (!ctx)
		return;
	wake(ctx, EPOLLHUP);
	eventfd_ctx_put(ctx);
}

struct eventfd_ctx *eventfd_ctx_fileget(struct file *file)
{
	struct eventfd_ctx *ctx = file->private_data;

	if (!ctx)
		return ERR_PTR(-EINVAL);
	ctx->refs++;
	return ctx;
}

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	struct file *file = fget(fd);
	struct eventfd_ctx *ctx;

	if (!file)
		return ERR_PTR(-EBADF);
	ctx = eventfd_ctx_fileget(file);
	fput(file);
	return ctx;
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	int i;

	if (--ctx->refs)
		return;
	for (i = 0; i < FAKE_WAITERS; i++)
		CHECK(!ctx->waiters[i]);
	contexts--;
	free(ctx);
}

void eventfd_ctx_do_read(struct eventfd_ctx *ctx, u64 *cnt)
{
	*cnt = ctx->count;
	ctx->count = 0;
}

int eventfd_ctx_remove_wait_queue(struct eventfd_ctx *ctx, wait_queue_entry_t *wait, u64 *cnt)
{
	int i;

	for (i = 0; i < FAKE_WAITERS; i++) {
		if (ctx->waiters[i] == wait) {
			ctx->waiters[i] = NULL;
			return 0;
		}
	}
	unit_fail(__FILE__, __LINE__, "was not waiting");
	return 0;
}

void eventfd_signal(struct eventfd_ctx *ctx)
{
	ctx->count++;
	wake(ctx, EPOLLIN);
}

void add_wait_queue_priority(wait_queue_head_t *wqh, wait_queue_entry_t *wait)
{
	struct eventfd_ctx *ctx = container_of(wqh, struct eventfd_ctx, wqh);
	int i;

	for (i = 0; i < FAKE_WAITERS; i++) {
		if (!ctx->waiters[i]) {
			ctx->waiters[i] = wait;
			return;
		}
	}
	abort();
}

__poll_t vfs_poll(struct file *file, poll_table *poll)
{
	struct eventfd_ctx *ctx = file->private_data;

	poll->proc(file, &ctx->wqh, poll);
	return ctx->count ? EPOLLIN : 0;
}

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max)
{
	return calloc(1, sizeof(struct workqueue_struct));
}

void queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	wq->work[wq->nr++] = work;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	unsigned int i;

	might_sleep();
	for (i = 0; i < wq->nr; i++)
		wq->work[i]->func(wq->work[i]);
	wq->nr = 0;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
	free(wq);
}
