// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake kernel's bodies, and the loop that runs the test cases.
 */
#include <unit.h>

int fake_cpu;
int fake_irqs_off;
int fake_atomic;
int fake_in_srcu;
int fake_mutexes;
int fake_alloc_fail = -1;
long fake_pages;
bool fake_user_fault;
bool fake_signal;
ktime_t fake_now;
static struct mm_struct fake_mm = { .users = 1 };
struct task_struct fake_task = { .mm = &fake_mm, .pid = 1 };

static struct unit_case *unit_first, **unit_last = &unit_first;
static unsigned int unit_fails;
static const char *unit_skipped;
static u64 unit_state;

void unit_register(struct unit_case *c)
{
	*unit_last = c;
	unit_last = &c->next;
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	if (unit_fails++ >= 10)
		return;
	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

void unit_skip(const char *reason)
{
	unit_skipped = reason;
}

u64 unit_rand(void)
{
	u64 z = (unit_state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void fake_fail(const char *file, int line, const char *what)
{
	unit_fail(file, line, "%s", what);
}

int fake_printk(const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!getenv("UNIT_VERBOSE"))
		return 0;
	va_start(ap, fmt);
	n = vfprintf(stderr, fmt, ap);
	va_end(ap);
	return n;
}

void fake_may_sleep(const char *file, int line)
{
	if (fake_atomic || fake_irqs_off)
		unit_fail(file, line, "sleeps in atomic context");
}

extern char __start_fake_pcpu[] __attribute__((weak));
extern char __stop_fake_pcpu[] __attribute__((weak));

/* CPU 0 has the variables themselves; the other CPUs' copies start as zeroes, so initialisers would not be faithful. */
void *fake_percpu(const void *p, size_t size, int cpu)
{
	static char *area[NR_CPUS];
	size_t n = __stop_fake_pcpu - __start_fake_pcpu;
	const char *c = p;

	if (cpu < 0 || cpu >= NR_CPUS)
		abort();
	if (c < __start_fake_pcpu || c >= __stop_fake_pcpu)
		return (char *)c + size * cpu;
	if (!cpu)
		return (char *)c;
	if (!area[cpu]) {
		area[cpu] = calloc(1, n);
		if (!area[cpu])
			abort();
	}
	return area[cpu] + (c - __start_fake_pcpu);
}

void fake_spin_lock(spinlock_t *l, const char *file, int line)
{
	if (l->held++)
		unit_fail(file, line, "spinlock taken twice");
	fake_atomic++;
}

void fake_spin_unlock(spinlock_t *l, const char *file, int line)
{
	if (--l->held)
		unit_fail(file, line, "spinlock was not held");
	fake_atomic--;
}

void fake_mutex_lock(struct mutex *m, const char *file, int line)
{
	fake_may_sleep(file, line);
	if (m->held++)
		unit_fail(file, line, "mutex taken twice");
	fake_mutexes++;
}

void fake_mutex_unlock(struct mutex *m, const char *file, int line)
{
	if (--m->held)
		unit_fail(file, line, "mutex was not held");
	fake_mutexes--;
}

static bool alloc_fails(gfp_t gfp, const char *file, int line)
{
	if (gfp & FAKE_GFP_SLEEP)
		fake_may_sleep(file, line);
	if (fake_alloc_fail > 0)
		fake_alloc_fail--;
	return fake_alloc_fail == 0;
}

void *fake_kmalloc(size_t size, gfp_t gfp, const char *file, int line)
{
	void *p;

	if (alloc_fails(gfp, file, line))
		return NULL;
	p = malloc(size);
	if (!p)
		abort();
	memset(p, gfp & __GFP_ZERO ? 0 : 0xa5, size);
	return p;
}

void fake_kfree(const void *p)
{
	free((void *)p);
}

void *fake_get_pages(size_t size, gfp_t gfp, const char *file, int line)
{
	size_t align = PAGE_SIZE;
	void *p;

	if (alloc_fails(gfp, file, line))
		return NULL;
	while (align < size)
		align <<= 1;
	p = aligned_alloc(align, align);
	if (!p)
		abort();
	memset(p, gfp & __GFP_ZERO ? 0 : 0xa5, size);
	fake_pages++;
	return p;
}

void fake_free_pages(void *p)
{
	if (!p)
		return;
	fake_pages--;
	free(p);
}

static unsigned long xa_slot(struct xarray *xa, unsigned long index)
{
	unsigned long i = 0;

	while (i < xa->nr && xa->v[i].index < index)
		i++;
	return i;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	unsigned long i = xa_slot(xa, index);

	return i < xa->nr && xa->v[i].index == index ? xa->v[i].entry : NULL;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	unsigned long i = xa_slot(xa, index);
	void *old = xa_load(xa, index);

	if (!entry)
		return xa_erase(xa, index);
	if (!old) {
		if (alloc_fails(gfp, __FILE__, __LINE__))
			return ERR_PTR(-ENOMEM);
		xa->v = realloc(xa->v, (xa->nr + 1) * sizeof(*xa->v));
		memmove(xa->v + i + 1, xa->v + i, (xa->nr - i) * sizeof(*xa->v));
		xa->v[i].index = index;
		xa->nr++;
	}
	xa->v[i].entry = entry;
	return old;
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (xa_load(xa, index))
		return -EBUSY;
	return xa_err(xa_store(xa, index, entry, gfp));
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	unsigned long i = xa_slot(xa, index);
	void *old = xa_load(xa, index);

	if (old) {
		xa->nr--;
		memmove(xa->v + i, xa->v + i + 1, (xa->nr - i) * sizeof(*xa->v));
		if (!xa->nr)
			xa_destroy(xa);
	}
	return old;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, unsigned int filter)
{
	unsigned long i = xa_slot(xa, *index);

	if (i >= xa->nr || xa->v[i].index > max)
		return NULL;
	*index = xa->v[i].index;
	return xa->v[i].entry;
}

void xa_destroy(struct xarray *xa)
{
	free(xa->v);
	xa_init(xa);
}

void sort(void *base, size_t nr, size_t size, cmp_func_t cmp, void *swap_fn)
{
	qsort(base, nr, size, cmp);
}

static void context_check(void)
{
	if (fake_atomic || fake_irqs_off || fake_in_srcu || fake_mutexes)
		unit_fail(__FILE__, __LINE__, "left behind: %d atomic, %d irqs off, %d srcu, %d mutexes",
			  fake_atomic, fake_irqs_off, fake_in_srcu, fake_mutexes);
	fake_atomic = 0;
	fake_irqs_off = 0;
	fake_in_srcu = 0;
	fake_mutexes = 0;
	fake_cpu = 0;
	fake_alloc_fail = -1;
	fake_user_fault = false;
	fake_signal = false;
}

int main(void)
{
	unsigned int n = 0, failed = 0, skipped = 0;
	const char *seed = getenv("UNIT_SEED");
	struct unit_case *c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (c = unit_first; c; c = c->next)
		n++;
	printf("TAP version 13\n1..%u\n", n);
	n = 0;
	for (c = unit_first; c; c = c->next) {
		unit_fails = 0;
		unit_skipped = NULL;
		unit_state = seed ? strtoull(seed, NULL, 0) : 1;
		c->fn();
		context_check();
		n++;
		failed += unit_fails != 0;
		skipped += !unit_fails && unit_skipped;
		printf("%sok %u - %s%s%s\n", unit_fails ? "not " : "", n, c->name,
		       unit_skipped ? " # SKIP " : "", unit_skipped ?: "");
	}
	printf("%u passed, %u failed, %u skipped\n", n - failed - skipped, failed, skipped);
	return failed || !n;
}
