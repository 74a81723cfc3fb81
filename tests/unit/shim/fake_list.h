/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake kernel's lists and XArrays; part of fake.h.
 */
#ifndef LOFT_FAKE_LIST_H
#define LOFT_FAKE_LIST_H

/* --- Lists --- */
struct list_head { struct list_head *next, *prev; };
struct hlist_head { void *first; };
#define LIST_HEAD_INIT(n)	{ &(n), &(n) }
#define LIST_HEAD(n)		struct list_head n = LIST_HEAD_INIT(n)
static inline void INIT_LIST_HEAD(struct list_head *h)
{
	h->next = h;
	h->prev = h;
}

static inline void fake_list_add(struct list_head *n, struct list_head *prev, struct list_head *next)
{
	n->prev = prev;
	n->next = next;
	prev->next = n;
	next->prev = n;
}

static inline void list_add(struct list_head *n, struct list_head *h)
{
	fake_list_add(n, h, h->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *h)
{
	fake_list_add(n, h->prev, h);
}

static inline void list_del(struct list_head *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->next = (void *)0x100;
	n->prev = (void *)0x122;
}

static inline void list_del_init(struct list_head *n)
{
	list_del(n);
	INIT_LIST_HEAD(n);
}

static inline void list_move_tail(struct list_head *n, struct list_head *h)
{
	list_del(n);
	list_add_tail(n, h);
}

static inline bool list_empty(const struct list_head *h)
{
	return h->next == h;
}

/* @to is empty */
static inline void list_splice_init_rcu(struct list_head *from, struct list_head *to, void (*sync)(void))
{
	struct list_head *first = from->next, *last = from->prev;

	if (list_empty(from))
		return;
	INIT_LIST_HEAD(from);
	sync();
	to->next = first;
	to->prev = last;
	first->prev = to;
	last->next = to;
}

#define list_add_rcu		list_add
#define list_add_tail_rcu	list_add_tail
#define list_del_rcu		list_del
#define list_entry(p, T, m)	container_of(p, T, m)
#define list_first_entry(h, T, m) list_entry((h)->next, T, m)
#define list_last_entry(h, T, m) list_entry((h)->prev, T, m)
#define list_first_entry_or_null(h, T, m) (list_empty(h) ? NULL : list_first_entry(h, T, m))
#define list_next_entry(p, m)	list_entry((p)->m.next, typeof(*(p)), m)
#define list_is_last(n, h)	((n)->next == (h))
#define list_for_each(p, h)	for ((p) = (h)->next; (p) != (h); (p) = (p)->next)
#define list_for_each_entry(p, h, m) \
	for ((p) = list_entry((h)->next, typeof(*(p)), m); &(p)->m != (h); (p) = list_next_entry(p, m))
#define list_for_each_entry_safe(p, n, h, m) \
	for ((p) = list_entry((h)->next, typeof(*(p)), m), (n) = list_next_entry(p, m); &(p)->m != (h); \
	     (p) = (n), (n) = list_next_entry(n, m))
#define list_for_each_entry_rcu(p, h, m, ...) \
	FAKE_ASSERT(fake_atomic, "outside RCU"); list_for_each_entry(p, h, m)
#define list_for_each_entry_srcu(p, h, m, ...) list_for_each_entry(p, h, m)

/* --- XArray: a small sorted vector --- */
struct xarray { struct { unsigned long index; void *entry; } *v; unsigned long nr; };
#define XA_FLAGS_ALLOC		0
#define DEFINE_XARRAY(n)	struct xarray n
#define xa_init(xa)		((xa)->v = NULL, (xa)->nr = 0)
#define xa_init_flags(xa, f)	xa_init(xa)
#define xa_is_err(p)		IS_ERR(p)
#define xa_err(p)		((int)PTR_ERR_OR_ZERO(p))
#define xa_empty(xa)		((xa)->nr == 0)
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, unsigned int filter);
void xa_destroy(struct xarray *xa);
#define XA_PRESENT		0
#define xa_mk_value(v)		((void *)((unsigned long)(v) << 1 | 1))
#define xa_to_value(p)		((unsigned long)(p) >> 1)
#define xa_for_each(xa, i, e) \
	for ((i) = 0, (e) = xa_find(xa, &(i), ULONG_MAX, 0); (e); (i)++, (e) = xa_find(xa, &(i), ULONG_MAX, 0))

/* --- CPU features: a test that needs them links fake_guest.c --- */
u64 read_sanitised_ftr_reg(u32 id);
bool fake_has_cap(unsigned int cap);
#define cpus_have_final_cap(c)	fake_has_cap(c)
#define read_cpuid_id()		0x413fd0c1u
#define MPIDR_HWID_BITMASK	0xff00ffffffULL
#include <asm/cpucap-defs.h>

/* Of asm/ptrace.h and asm/debug-monitors.h, what is not in the user API (Arm ARM C5.2.19, SPSR_EL2) */
#define PSR_IL_BIT		(1 << 20)
#define DBG_SPSR_SS		(1 << 21)
#define PSR_AA32_MODE_MASK	0x1f
#define PSR_AA32_MODE_USR	0x10
#define PSR_AA32_MODE_FIQ	0x11
#define PSR_AA32_MODE_IRQ	0x12
#define PSR_AA32_MODE_SVC	0x13
#define PSR_AA32_MODE_ABT	0x17
#define PSR_AA32_MODE_UND	0x1b
#define PSR_AA32_MODE_SYS	0x1f
#define PSR_AA32_T_BIT		0x20
#define PSR_AA32_F_BIT		0x40
#define PSR_AA32_I_BIT		0x80
#define PSR_AA32_A_BIT		0x100
#define PSR_AA32_E_BIT		0x200
#define PSR_AA32_GE_MASK	0x000f0000
#define PSR_AA32_PAN_BIT	0x00400000
#define PSR_AA32_SSBS_BIT	0x00800000
#define PSR_AA32_DIT_BIT	0x01000000
#define PSR_AA32_Q_BIT		0x08000000
#define PSR_AA32_V_BIT		0x10000000
#define PSR_AA32_C_BIT		0x20000000
#define PSR_AA32_Z_BIT		0x40000000
#define PSR_AA32_N_BIT		0x80000000
#define PSR_AA32_IT_MASK	0x0600fc00

#endif /* LOFT_FAKE_LIST_H */
