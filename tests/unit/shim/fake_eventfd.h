/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake kernel's eventfds, their wait queues, and workqueues that run when flushed.
 */
#ifndef LOFT_FAKE_EVENTFD_H
#define LOFT_FAKE_EVENTFD_H

#define FAKE_WAITERS	8

typedef unsigned int __poll_t;
#define EPOLLIN			1u
#define EPOLLHUP		16u
#define key_to_poll(k)		((__poll_t)(unsigned long)(k))

typedef struct wait_queue_entry {
	int (*func)(struct wait_queue_entry *wait, unsigned int mode, int sync, void *key);
} wait_queue_entry_t;

struct eventfd_ctx {
	int refs;
	u64 count;
	wait_queue_head_t wqh;
	wait_queue_entry_t *waiters[FAKE_WAITERS];
};

typedef struct poll_table_struct {
	void (*proc)(struct file *file, wait_queue_head_t *wqh, struct poll_table_struct *poll);
} poll_table;

struct workqueue_struct {
	struct work_struct *work[64];
	unsigned int nr;
};

#define init_waitqueue_func_entry(w, f)	((w)->func = (f))
#define init_poll_funcptr(p, f)		((p)->proc = (f))
#define INIT_WORK(w, f)			((w)->func = (f))

/* File descriptors 3 and up; fake_notfd() is a file that is no eventfd */
int fake_eventfd(u64 count);
int fake_notfd(void);
void fake_close(int fd);
struct eventfd_ctx *fake_eventfd_ctx(int fd);
unsigned int fake_eventfds(void);	/* contexts alive */

struct file *fget(int fd);
void fput(struct file *file);
struct eventfd_ctx *eventfd_ctx_fileget(struct file *file);
struct eventfd_ctx *eventfd_ctx_fdget(int fd);
void eventfd_ctx_put(struct eventfd_ctx *ctx);
void eventfd_ctx_do_read(struct eventfd_ctx *ctx, u64 *cnt);
int eventfd_ctx_remove_wait_queue(struct eventfd_ctx *ctx, wait_queue_entry_t *wait, u64 *cnt);
void eventfd_signal(struct eventfd_ctx *ctx);
void add_wait_queue_priority(wait_queue_head_t *wqh, wait_queue_entry_t *wait);
__poll_t vfs_poll(struct file *file, poll_table *poll);
struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max);
void queue_work(struct workqueue_struct *wq, struct work_struct *work);
void flush_workqueue(struct workqueue_struct *wq);
void destroy_workqueue(struct workqueue_struct *wq);

#endif /* LOFT_FAKE_EVENTFD_H */
