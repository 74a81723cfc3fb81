/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake kernel: what policy code uses of Linux, on a C library, with checks where misuse would hurt in a real one.
 *
 * Everything lives in this one header; the Makefile makes linux/slab.h and the like as one-line includes of it.
 * Misuse (sleeping under a spinlock, unbalanced locks, WARN_ON) fails the test case that is running.
 */
#ifndef LOFT_FAKE_H
#define LOFT_FAKE_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm-generic/errno.h>

/* --- Types, attributes, compiler --- */
typedef signed char s8, __s8;
typedef unsigned char u8, __u8;
typedef short s16, __s16;
typedef unsigned short u16, __u16;
typedef int s32, __s32;
typedef unsigned int u32, __u32;
typedef long long s64, __s64;
typedef unsigned long long u64, __u64;
typedef __u16 __le16, __be16;
typedef __u32 __le32, __be32;
typedef __u64 __le64, __be64, __aligned_u64 __attribute__((aligned(8)));
typedef __int128 __s128;
typedef unsigned __int128 __u128;
typedef u64 phys_addr_t, resource_size_t, dma_addr_t;
typedef unsigned int gfp_t, fmode_t;
typedef s64 ktime_t;
typedef int (*cmp_func_t)(const void *, const void *);

#define __user
#define __kernel
#define __iomem
#define __rcu
#define __percpu
#define __force
#define __bitwise
#define __init
#define __exit
#define __read_mostly
#define __ro_after_init
#define __must_check		__attribute__((warn_unused_result))
#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __maybe_unused		__attribute__((unused))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define asmlinkage
#undef noinline
#define noinline		__attribute__((noinline))
#define __counted_by(m)
#define __must_hold(l)
#define __acquires(l)
#define __releases(l)
#define __compiletime_error(m)
#define __compiletime_warning(m)
#define __diag_push()
#define __diag_pop()
#define __diag_ignore(...)
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define __DECLARE_FLEX_ARRAY(T, n) struct { struct { } empty_##n; T n[]; }
#define ____cacheline_aligned_in_smp
#define __cacheline_aligned
#define noinstr
#define notrace
#define fallthrough		__attribute__((fallthrough))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" ::: "memory")
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))
#define data_race(x)		(x)
#define ACCESS_PRIVATE(p, m)	((p)->m)
#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))
#define __stringify_1(x...)	#x
#define __stringify(x...)	__stringify_1(x)
#define BUILD_BUG_ON(c)		((void)sizeof(char[1 - 2 * !!(c)]))
#define BUILD_BUG_ON_ZERO(c)	((int)sizeof(struct { int:(-!!(c)); }))
#define BUILD_BUG_ON_MSG(c, m)	BUILD_BUG_ON(c)
#define static_assert		_Static_assert
#define __BUILD_BUG_ON_NOT_POWER_OF_2(n) ((void)(n))
#define offsetofend(T, m)	(offsetof(T, m) + sizeof(((T *)0)->m))
#define sizeof_field(T, m)	sizeof(((T *)0)->m)
#define container_of(p, T, m)	((T *)((char *)(p) - offsetof(T, m)))
#define struct_size(p, m, n)	(sizeof(*(p)) + sizeof((p)->m[0]) * (size_t)(n))
#define IS_ENABLED(x)		0
#define EXPORT_SYMBOL_GPL(x)	struct fake_export_##x
#define MODULE_LICENSE(x)	struct fake_module

/* What the kernel's own pure headers (asm/esr.h, linux/kvm.h) want from less pure ones */
#define CFI_BRK_IMM_MASK	0
#define CFI_BRK_IMM_BASE	0
#define UBSAN_BRK_MASK		0
#define UBSAN_BRK_IMM		0
#define KVM_STATS_NAME_SIZE	48

/* --- Numbers and bits --- */
#define _AC(x, y)		_AC2(x, y)
#define _AC2(x, y)		(x##y)
#define _UL(x)			_AC(x, UL)
#define _ULL(x)			_AC(x, ULL)
#define UL(x)			_UL(x)
#define ULL(x)			_ULL(x)
#define BITS_PER_LONG		64
#define BITS_PER_BYTE		8
#define BITS_PER_LONG_LONG	64
#define __BITS_PER_LONG		64
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define BIT_MASK(n)		(1UL << ((n) % 64))
#define BIT_WORD(n)		((n) / 64)
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define DECLARE_BITMAP(n, b)	unsigned long n[BITS_TO_LONGS(b)]
#define __bf_shf(m)		__builtin_ctzll(m)
#define FIELD_GET(m, r)		((typeof(m))(((r) & (m)) >> __bf_shf(m)))
#define FIELD_PREP(m, v)	(((typeof(m))(v) << __bf_shf(m)) & (m))
#define FIELD_MAX(m)		((typeof(m))((m) >> __bf_shf(m)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define PTR_ALIGN(p, a)		((typeof(p))ALIGN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)
#define round_up(x, a)		ALIGN(x, a)
#define round_down(x, a)	ALIGN_DOWN(x, a)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP(n, d)
#define min(a, b)		({ typeof(a) a_ = (a); typeof(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b)		({ typeof(a) a_ = (a); typeof(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(T, a, b)		min((T)(a), (T)(b))
#define max_t(T, a, b)		max((T)(a), (T)(b))
#define clamp(v, l, h)		min(max(v, l), h)
#define swap(a, b)		do { typeof(a) t_ = (a); (a) = (b); (b) = t_; } while (0)
#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)(n))
#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)
#define U64_MAX			((u64)~0ULL)
#define S32_MAX			INT_MAX
#define S64_MAX			LLONG_MAX
#define S64_MIN			LLONG_MIN
#define KTIME_MAX		S64_MAX
#define NSEC_PER_SEC		1000000000L
#define SZ_1K			0x400
#define SZ_4K			0x1000
#define SZ_16K			0x4000
#define SZ_32K			0x8000
#define SZ_64K			0x10000
#define SZ_128K			0x20000
#define SZ_1M			0x100000
#define SZ_2M			0x200000
#define SZ_1G			0x40000000
#define check_add_overflow(a, b, d)	__builtin_add_overflow(a, b, d)
#define check_mul_overflow(a, b, d)	__builtin_mul_overflow(a, b, d)
#define check_sub_overflow(a, b, d)	__builtin_sub_overflow(a, b, d)
#define array_size(a, b)	((size_t)(a) * (b))
#define array_index_nospec(i, n)	(i)
#define ilog2(n)		(63 - __builtin_clzll(n))
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define hweight8(x)		__builtin_popcount((u8)(x))
static inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}

#define hweight16(x)		__builtin_popcount((u16)(x))
#define hweight32(x)		__builtin_popcount((u32)(x))
#define hweight64(x)		__builtin_popcountll(x)
#define hweight_long(x)		__builtin_popcountl(x)
#define __ffs(x)		((unsigned long)__builtin_ctzl(x))
#define __fls(x)		((unsigned long)(63 - __builtin_clzl(x)))
#define ffs(x)			__builtin_ffs(x)
#define fls(x)			((x) ? 32 - __builtin_clz(x) : 0)
#define ror32(w, n)		((u32)(w) >> ((n) & 31) | (u32)(w) << (-(n) & 31))
#define fls64(x)		((x) ? 64 - __builtin_clzll(x) : 0)
#define ffz(x)			__ffs(~(x))
#define swab16(x)		__builtin_bswap16(x)
#define swab32(x)		__builtin_bswap32(x)
#define swab64(x)		__builtin_bswap64(x)
#define cpu_to_le16(x)		(x)
#define cpu_to_le32(x)		(x)
#define cpu_to_le64(x)		(x)
#define le16_to_cpu(x)		(x)
#define le32_to_cpu(x)		(x)
#define le64_to_cpu(x)		(x)
#define cpu_to_be16(x)		swab16(x)
#define cpu_to_be32(x)		swab32(x)
#define cpu_to_be64(x)		swab64(x)
#define be16_to_cpu(x)		swab16(x)
#define be32_to_cpu(x)		swab32(x)
#define be64_to_cpu(x)		swab64(x)

static inline s64 sign_extend64(u64 v, int bit)
{
	return (s64)(v << (63 - bit)) >> (63 - bit);
}

static inline s32 sign_extend32(u32 v, int bit)
{
	return (s32)(v << (31 - bit)) >> (31 - bit);
}

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)(((__u128)a * mul) >> shift);
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	return (u64)((__u128)a * b / c);
}

static inline u64 div_u64(u64 a, u32 b)
{
	return a / b;
}

static inline u64 div64_u64(u64 a, u64 b)
{
	return a / b;
}

/* Bitmaps and single bits; "atomic" ones are: a test may use threads. */
#define BITW(nr, p)	((unsigned long *)(p) + (nr) / 64)
#define test_bit(nr, p)	(!!(__atomic_load_n(BITW(nr, (unsigned long *)(p)), __ATOMIC_RELAXED) & BIT_MASK(nr)))
#define set_bit(nr, p)	((void)__atomic_fetch_or(BITW(nr, p), BIT_MASK(nr), __ATOMIC_RELAXED))
#define arch_set_bit		set_bit
#define clear_bit(nr, p) ((void)__atomic_fetch_and(BITW(nr, p), ~BIT_MASK(nr), __ATOMIC_RELAXED))
#define test_and_set_bit(nr, p)	(!!(__atomic_fetch_or(BITW(nr, p), BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)))
#define test_and_clear_bit(nr, p) (!!(__atomic_fetch_and(BITW(nr, p), ~BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)))
#define __set_bit(nr, p)	set_bit(nr, p)
#define __clear_bit(nr, p)	clear_bit(nr, p)
#define __test_and_set_bit(nr, p)	test_and_set_bit(nr, p)
#define __test_and_clear_bit(nr, p)	test_and_clear_bit(nr, p)
#define assign_bit(nr, p, v)	((v) ? set_bit(nr, p) : clear_bit(nr, p))
#define __assign_bit(nr, p, v)	assign_bit(nr, p, v)
#define find_first_bit(p, n)	find_next_bit(p, n, 0)
#define find_first_zero_bit(p, n) find_next_zero_bit(p, n, 0)
#define for_each_set_bit(b, p, n) \
	for ((b) = find_first_bit(p, n); (b) < (n); (b) = find_next_bit(p, n, (b) + 1))
#define bitmap_zero(p, n)	memset(p, 0, BITS_TO_LONGS(n) * sizeof(long))
#define bitmap_alloc(n, gfp)	((unsigned long *)kmalloc(BITS_TO_LONGS(n) * sizeof(long), gfp))
#define bitmap_zalloc(n, gfp)	((unsigned long *)kzalloc(BITS_TO_LONGS(n) * sizeof(long), gfp))
#define bitmap_free(p)		kfree(p)

static inline unsigned long find_next_bit(const unsigned long *p, unsigned long n, unsigned long i)
{
	while (i < n && !test_bit(i, p))
		i++;
	return i < n ? i : n;
}

static inline unsigned long find_next_zero_bit(const unsigned long *p, unsigned long n, unsigned long i)
{
	while (i < n && test_bit(i, p))
		i++;
	return i < n ? i : n;
}

static inline void bitmap_copy(unsigned long *d, const unsigned long *s, unsigned int n)
{
	memcpy(d, s, BITS_TO_LONGS(n) * sizeof(long));
}

static inline bool bitmap_empty(const unsigned long *p, unsigned int n)
{
	return find_next_bit(p, n, 0) >= n;
}

static inline void bitmap_set(unsigned long *p, unsigned int start, unsigned int n)
{
	while (n--)
		set_bit(start + n, p);
}

static inline void bitmap_clear(unsigned long *p, unsigned int start, unsigned int n)
{
	while (n--)
		clear_bit(start + n, p);
}

/* --- Errors, messages, assertions --- */
#define ERESTARTSYS		512
#define MAX_ERRNO		4095
#define IS_ERR_VALUE(x)		((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
#define ERR_PTR(e)		((void *)(long)(e))
#define PTR_ERR(p)		((long)(p))
#define IS_ERR(p)		IS_ERR_VALUE((unsigned long)(p))
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define ERR_CAST(p)		((void *)(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? (int)PTR_ERR(p) : 0)

void fake_fail(const char *file, int line, const char *what);	/* fails the running test case */
#define FAKE_ASSERT(c, what)	((c) ? (void)0 : fake_fail(__FILE__, __LINE__, what))
#define WARN_ON(c)	({ bool w_ = !!(c); if (w_) fake_fail(__FILE__, __LINE__, "WARN_ON(" #c ")"); w_; })
#define WARN_ON_ONCE(c)	WARN_ON(c)
#define WARN(c, ...)	WARN_ON(c)
#define WARN_ONCE(c, ...) WARN_ON(c)
#define BUG_ON(c)	do { if (c) abort(); } while (0)
#define BUG()		abort()
int fake_printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define pr_fmt(fmt)	fmt
#define pr_err(...)	fake_printk(__VA_ARGS__)
#define pr_warn(...)	fake_printk(__VA_ARGS__)
#define pr_info(...)	fake_printk(__VA_ARGS__)
#define pr_debug(...)	fake_printk(__VA_ARGS__)
#define pr_err_once(...) fake_printk(__VA_ARGS__)
#define pr_warn_once(...) fake_printk(__VA_ARGS__)
#define pr_err_ratelimited(...) fake_printk(__VA_ARGS__)
#define pr_warn_ratelimited(...) fake_printk(__VA_ARGS__)

/* --- Context: CPUs, interrupts, preemption. Tests move between CPUs by writing fake_cpu --- */
#define NR_CPUS			8
#define nr_cpu_ids		NR_CPUS
extern int fake_cpu;		/* the CPU that the code "runs on" */
extern int fake_irqs_off;	/* nesting */
extern int fake_atomic;		/* spinlocks held and preemption disabled */
extern int fake_in_srcu;	/* SRCU read sections entered */
void fake_may_sleep(const char *file, int line);
#define might_sleep()		fake_may_sleep(__FILE__, __LINE__)
#define cond_resched()		({ fake_may_sleep(__FILE__, __LINE__); 0; })
#define need_resched()		false
#define spin_needbreak(l)	((void)(l), 0)
#define cond_resched_lock(l)	((void)(l), 0)
#define smp_processor_id()	fake_cpu
#define raw_smp_processor_id()	fake_cpu
#define num_possible_cpus()	NR_CPUS
#define num_online_cpus()	NR_CPUS
#define for_each_possible_cpu(c) for ((c) = 0; (c) < NR_CPUS; (c)++)
#define for_each_online_cpu(c)	for_each_possible_cpu(c)
#define get_cpu()		(fake_atomic++, fake_cpu)
#define put_cpu()		((void)fake_atomic--)
#define preempt_disable()	((void)fake_atomic++)
#define preempt_enable()	((void)fake_atomic--)
#define local_irq_disable()	((void)(fake_irqs_off = 1))
#define local_irq_enable()	((void)(fake_irqs_off = 0))
#define local_irq_save(f)	((f) = fake_irqs_off, fake_irqs_off = 1)
#define local_irq_restore(f)	((void)(fake_irqs_off = (f)))
#define irqs_disabled()		(fake_irqs_off != 0)
#define lockdep_assert_irqs_disabled() FAKE_ASSERT(fake_irqs_off, "interrupts are on")
#define lockdep_assert_irqs_enabled() FAKE_ASSERT(!fake_irqs_off, "interrupts are off")
#define cpu_relax()		barrier()

/* Per-CPU variables lie in a section of their own, copied for CPUs 1.. on first use. */
void *fake_percpu(const void *p, size_t size, int cpu);
#define DEFINE_PER_CPU(T, n)	__attribute__((section("fake_pcpu"))) typeof(T) n
#define DECLARE_PER_CPU(T, n)	extern typeof(T) n
#define per_cpu_ptr(p, cpu)	((typeof(&*(p)))fake_percpu(p, sizeof(*(p)), cpu))
#define per_cpu(n, cpu)		(*per_cpu_ptr(&(n), cpu))
#define this_cpu_ptr(p)		per_cpu_ptr(p, fake_cpu)
#define raw_cpu_ptr(p)		this_cpu_ptr(p)
#define this_cpu_read(n)	READ_ONCE(*this_cpu_ptr(&(n)))
#define this_cpu_write(n, v)	WRITE_ONCE(*this_cpu_ptr(&(n)), v)
#define __this_cpu_read(n)	this_cpu_read(n)
#define __this_cpu_write(n, v)	this_cpu_write(n, v)
#define this_cpu_inc(n)		((*this_cpu_ptr(&(n)))++)
#define alloc_percpu(T)		((T *)kzalloc(sizeof(T) * NR_CPUS, GFP_KERNEL))
#define alloc_percpu_gfp(T, g)	((T *)kzalloc(sizeof(T) * NR_CPUS, g))
#define free_percpu(p)		kfree((void *)(p))

/* --- Atomics and barriers --- */
typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef atomic64_t atomic_long_t;
typedef struct { atomic_t refs; } refcount_t;
#define ATOMIC_INIT(v)		{ (v) }
#define ATOMIC64_INIT(v)	{ (v) }
#define FA_LOAD(v, o)		__atomic_load_n(&(v)->counter, o)
#define FA_STORE(v, x, o)	__atomic_store_n(&(v)->counter, x, o)
#define atomic_read(v)		FA_LOAD(v, __ATOMIC_RELAXED)
#define atomic_read_acquire(v)	FA_LOAD(v, __ATOMIC_ACQUIRE)
#define atomic_set(v, x)	FA_STORE(v, x, __ATOMIC_RELAXED)
#define atomic_inc(v)		((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED))
#define atomic_dec(v)		((void)__atomic_fetch_sub(&(v)->counter, 1, __ATOMIC_RELAXED))
#define atomic_add(x, v)	((void)__atomic_fetch_add(&(v)->counter, x, __ATOMIC_RELAXED))
#define atomic_inc_return(v)	__atomic_add_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST)
#define atomic_dec_and_test(v)	(__atomic_sub_fetch(&(v)->counter, 1, __ATOMIC_SEQ_CST) == 0)
#define atomic_xchg(v, x)	__atomic_exchange_n(&(v)->counter, x, __ATOMIC_SEQ_CST)
#define atomic64_read(v)	FA_LOAD(v, __ATOMIC_RELAXED)
#define atomic64_read_acquire(v) FA_LOAD(v, __ATOMIC_ACQUIRE)
#define atomic64_set(v, x)	FA_STORE(v, x, __ATOMIC_RELAXED)
#define atomic64_set_release(v, x) FA_STORE(v, x, __ATOMIC_RELEASE)
#define atomic64_inc(v)		((void)__atomic_fetch_add(&(v)->counter, 1, __ATOMIC_RELAXED))
#define atomic64_add_return(x, v) __atomic_add_fetch(&(v)->counter, x, __ATOMIC_SEQ_CST)
#define atomic64_add_return_relaxed(x, v) atomic64_add_return(x, v)
#define atomic64_xchg(v, x)	__atomic_exchange_n(&(v)->counter, x, __ATOMIC_SEQ_CST)
#define atomic64_xchg_relaxed(v, x) atomic64_xchg(v, x)
#define atomic64_cmpxchg(v, o, n) cmpxchg(&(v)->counter, (s64)(o), (s64)(n))
#define atomic64_try_cmpxchg(v, o, n) try_cmpxchg(&(v)->counter, o, (s64)(n))
#define atomic64_cmpxchg_relaxed(v, o, n) atomic64_cmpxchg(v, o, n)
#define cmpxchg(p, o, n)	({ typeof(*(p)) o_ = (o); \
	__atomic_compare_exchange_n(p, &o_, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); o_; })
#define cmpxchg_relaxed(p, o, n) cmpxchg(p, o, n)
#define cmpxchg64(p, o, n)	cmpxchg(p, o, n)
#define try_cmpxchg(p, o, n)	__atomic_compare_exchange_n(p, o, n, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define xchg(p, v)		__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb__after_atomic()	smp_mb()
#define smp_mb__before_atomic()	smp_mb()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_store_mb(v, x)	do { WRITE_ONCE(v, x); smp_mb(); } while (0)

typedef struct cpumask { unsigned long bits[1]; } cpumask_t;
#define cpumask_set_cpu(c, m)	set_bit(c, (m)->bits)
#define cpumask_clear_cpu(c, m)	clear_bit(c, (m)->bits)
#define cpumask_test_cpu(c, m)	test_bit(c, (m)->bits)
#define cpumask_test_and_clear_cpu(c, m) test_and_clear_bit(c, (m)->bits)
#define cpumask_setall(m)	((m)->bits[0] = (1UL << NR_CPUS) - 1)
#define cpumask_clear(m)	((m)->bits[0] = 0)

struct kref { atomic_t refs; };
#define kref_init(k)		atomic_set(&(k)->refs, 1)
#define kref_get(k)		atomic_inc(&(k)->refs)
#define kref_put(k, fn)		(atomic_dec_and_test(&(k)->refs) ? ((fn)(k), 1) : 0)
#define kref_read(k)		((unsigned int)atomic_read(&(k)->refs))

/* --- Locks: counted, so that a case which leaves one held fails --- */
typedef struct { int held; } arch_spinlock_t;
typedef struct { union { int held; arch_spinlock_t raw_lock; }; } spinlock_t, raw_spinlock_t, rwlock_t;
struct mutex { int held; };
extern int fake_mutexes;	/* mutexes held */
void fake_spin_lock(spinlock_t *l, const char *file, int line);
void fake_spin_unlock(spinlock_t *l, const char *file, int line);
void fake_mutex_lock(struct mutex *m, const char *file, int line);
void fake_mutex_unlock(struct mutex *m, const char *file, int line);
#define __SPIN_LOCK_UNLOCKED(n)	{ 0 }
#define DEFINE_SPINLOCK(n)	spinlock_t n
#define DEFINE_RAW_SPINLOCK(n)	raw_spinlock_t n
#define DEFINE_MUTEX(n)		struct mutex n
#define spin_lock_init(l)	((l)->held = 0)
#define spin_lock(l)		fake_spin_lock(l, __FILE__, __LINE__)
#define spin_unlock(l)		fake_spin_unlock(l, __FILE__, __LINE__)
#define spin_trylock(l)		((l)->held ? 0 : (spin_lock(l), 1))
#define arch_spin_trylock(l)	spin_trylock((spinlock_t *)(l))
#define arch_spin_unlock(l)	spin_unlock((spinlock_t *)(l))
#define spin_lock_irq(l)	do { local_irq_disable(); spin_lock(l); } while (0)
#define spin_unlock_irq(l)	do { spin_unlock(l); local_irq_enable(); } while (0)
#define spin_lock_irqsave(l, f)	do { local_irq_save(f); spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, f) do { spin_unlock(l); local_irq_restore(f); } while (0)
#define spin_is_locked(l)	((l)->held != 0)
#define raw_spin_lock_init	spin_lock_init
#define raw_spin_lock		spin_lock
#define raw_spin_unlock		spin_unlock
#define raw_spin_trylock	spin_trylock
#define raw_spin_lock_irq	spin_lock_irq
#define raw_spin_unlock_irq	spin_unlock_irq
#define raw_spin_lock_irqsave	spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define mutex_init(m)		((m)->held = 0)
#define mutex_destroy(m)	((void)(m))
#define mutex_lock(m)		fake_mutex_lock(m, __FILE__, __LINE__)
#define mutex_lock_nested(m, n)	mutex_lock(m)
#define mutex_unlock(m)		fake_mutex_unlock(m, __FILE__, __LINE__)
#define mutex_trylock(m)	((m)->held ? 0 : (mutex_lock(m), 1))
#define mutex_lock_killable(m)	(mutex_lock(m), 0)
#define mutex_lock_interruptible(m) (mutex_lock(m), 0)
#define mutex_is_locked(m)	((m)->held != 0)
#define lockdep_assert_held(l)	FAKE_ASSERT((l)->held, "lock not held: " #l)
#define lockdep_is_held(l)	((l)->held)

/* --- RCU and SRCU: grace periods end at once; waiting for one inside a reader fails --- */
struct rcu_head { void (*func)(struct rcu_head *head); };
struct srcu_struct { int readers; };
#define rcu_read_lock()		((void)fake_atomic++)
#define rcu_read_unlock()	((void)fake_atomic--)
#define rcu_dereference(p)	READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_protected(p, c) ({ FAKE_ASSERT(c, "not held: " #c); (p); })
#define rcu_dereference_raw(p)	READ_ONCE(p)
#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define rcu_replace_pointer(p, v, c) ({ typeof(p) o_ = (p); FAKE_ASSERT(c, "not held: " #c); rcu_assign_pointer(p, v); o_; })
#define RCU_INIT_POINTER(p, v)	((p) = (v))
#define synchronize_rcu()	might_sleep()

static inline void synchronize_rcu_expedited(void)
{
	might_sleep();
}

#define call_rcu(h, f)		(f)(h)
#define kfree_rcu(p, m)		kfree(p)
#define kvfree_rcu(p, m)	kvfree(p)
#define init_srcu_struct(s)	((s)->readers = 0, 0)
#define cleanup_srcu_struct(s)	FAKE_ASSERT(!(s)->readers, "SRCU readers left")
#define srcu_read_lock(s)	((s)->readers++, fake_in_srcu++, 0)
#define srcu_read_unlock(s, i)	((void)((s)->readers--, fake_in_srcu--, (i)))
#define srcu_read_lock_held(s)	((s)->readers > 0)
#define srcu_dereference(p, s)	({ FAKE_ASSERT((s)->readers, "outside SRCU"); READ_ONCE(p); })
#define srcu_dereference_check(p, s, c) ({ FAKE_ASSERT((s)->readers || (c), "outside SRCU"); READ_ONCE(p); })
#define synchronize_srcu(s)	do { might_sleep(); FAKE_ASSERT(!(s)->readers, "grace period inside a reader"); } while (0)
#define synchronize_srcu_expedited(s) synchronize_srcu(s)

/* --- Memory. fake_alloc_fail: -1 never, n: the n-th allocation from now fails, and all after it --- */
#define FAKE_GFP_SLEEP		1u
#define GFP_KERNEL		FAKE_GFP_SLEEP
#define GFP_KERNEL_ACCOUNT	FAKE_GFP_SLEEP
#define GFP_ATOMIC		0u
#define GFP_NOWAIT		0u
#define __GFP_ZERO		2u
#define __GFP_NOWARN		0u
#define __GFP_ACCOUNT		0u
extern int fake_alloc_fail;
extern long fake_pages;		/* page allocations outstanding */
void *fake_kmalloc(size_t size, gfp_t gfp, const char *file, int line);
void fake_kfree(const void *p);
void *fake_get_pages(size_t size, gfp_t gfp, const char *file, int line);
void fake_free_pages(void *p);
#define kmalloc(n, g)		fake_kmalloc(n, g, __FILE__, __LINE__)
#define kzalloc(n, g)		kmalloc(n, (g) | __GFP_ZERO)
#define kcalloc(n, s, g)	kzalloc((size_t)(n) * (s), g)
#define kmalloc_array(n, s, g)	kmalloc((size_t)(n) * (s), g)
#define krealloc(p, n, g)	(fake_alloc_fail == 0 ? NULL : realloc((void *)(p), n))
#define kvmalloc(n, g)		kmalloc(n, g)
#define kvzalloc(n, g)		kzalloc(n, g)
#define kvcalloc(n, s, g)	kcalloc(n, s, g)
#define kvmalloc_array(n, s, g)	kmalloc_array(n, s, g)
#define vzalloc(n)		kzalloc(n, GFP_KERNEL)
#define __vcalloc(n, s, g)	kcalloc(n, s, g)
#define vfree(p)		kfree(p)
#define kfree(p)		fake_kfree(p)
#define kvfree(p)		fake_kfree(p)
#define kmemdup(p, n, g)	({ void *d_ = kmalloc(n, g); if (d_) memcpy(d_, p, n); d_; })
#define memdup_user(p, n)	({ void *d_ = kmemdup((const void *)(p), n, GFP_KERNEL); d_ ? d_ : ERR_PTR(-ENOMEM); })
#define vmemdup_user(p, n)	memdup_user(p, n)
#ifndef FAKE_PAGE_SHIFT
#define FAKE_PAGE_SHIFT		12
#endif
#define PAGE_SHIFT		FAKE_PAGE_SHIFT
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)		ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGNED(x)		IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define PMD_SHIFT		(2 * PAGE_SHIFT - 3)
#define PMD_SIZE		(1UL << PMD_SHIFT)
#define PUD_SHIFT		(3 * PAGE_SHIFT - 6)
#define PUD_SIZE		(1UL << PUD_SHIFT)
#define TASK_SIZE		(1UL << 48)
#define __get_free_page(g)	((unsigned long)fake_get_pages(PAGE_SIZE, g, __FILE__, __LINE__))
#define get_zeroed_page(g)	((unsigned long)fake_get_pages(PAGE_SIZE, (g) | __GFP_ZERO, __FILE__, __LINE__))
#define free_page(p)		fake_free_pages((void *)(p))
#define alloc_pages_exact(n, g)	fake_get_pages(n, g, __FILE__, __LINE__)
#define free_pages_exact(p, n)	((void)(n), fake_free_pages(p))
/* Physical addresses are this process's own addresses. */
#define virt_to_phys(p)		((phys_addr_t)(unsigned long)(p))
#define phys_to_virt(pa)	((void *)(unsigned long)(pa))
#define __pa(p)			virt_to_phys(p)
#define __va(pa)		phys_to_virt(pa)

struct mm_struct { int users; };
struct page { int unused; };
struct vm_area_struct { unsigned long vm_start, vm_end, vm_flags; };
struct mmu_notifier { const struct mmu_notifier_ops *ops; struct mm_struct *mm; };
struct mmu_notifier_range { struct mm_struct *mm; unsigned long start, end; unsigned int flags; };
#define MMU_NOTIFIER_RANGE_BLOCKABLE	1
#define mmu_notifier_range_blockable(r)	((r)->flags & MMU_NOTIFIER_RANGE_BLOCKABLE)
struct mmu_notifier_ops {
	void (*release)(struct mmu_notifier *mn, struct mm_struct *mm);
	int (*clear_flush_young)(struct mmu_notifier *mn, struct mm_struct *mm, unsigned long start, unsigned long end);
	int (*clear_young)(struct mmu_notifier *mn, struct mm_struct *mm, unsigned long start, unsigned long end);
	int (*test_young)(struct mmu_notifier *mn, struct mm_struct *mm, unsigned long addr);
	int (*invalidate_range_start)(struct mmu_notifier *mn, const struct mmu_notifier_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *mn, const struct mmu_notifier_range *range);
};
#define mmu_notifier_register(mn, m)	((mn)->mm = (m), 0)
#define mmu_notifier_unregister(mn, m)	((mn)->mm = NULL)
#define mmgrab(mm)		((mm)->users++)
#define mmdrop(mm)		((mm)->users--)
#define untagged_addr(a)	(a)

/* User memory is this process's memory; fake_user_fault makes every access fail. */
extern bool fake_user_fault;
#define access_ok(p, n)		((unsigned long)(n) <= TASK_SIZE && (unsigned long)(p) <= TASK_SIZE - (unsigned long)(n))
#define copy_from_user(d, s, n)	(fake_user_fault ? (unsigned long)(n) : (memcpy(d, (const void *)(s), n), 0UL))
#define copy_to_user(d, s, n)	(fake_user_fault ? (unsigned long)(n) : (memcpy((void *)(d), s, n), 0UL))
#define clear_user(d, n)	(fake_user_fault ? (unsigned long)(n) : (memset((void *)(d), 0, n), 0UL))
#define get_user(x, p)		(fake_user_fault ? -EFAULT : ((x) = *(p), 0))
#define put_user(x, p)		(fake_user_fault ? -EFAULT : (*(p) = (x), 0))
#define u64_to_user_ptr(x)	((void *)(unsigned long)(x))

/* --- Tasks, waiting, time --- */
struct pid { int unused; };
struct task_struct { struct mm_struct *mm; int pid; };
extern struct task_struct fake_task;
extern bool fake_signal;	/* a signal is pending */
extern ktime_t fake_now;	/* ktime_get() */
#define current			(&fake_task)
#define signal_pending(t)	fake_signal
#define fatal_signal_pending(t)	fake_signal
#define ktime_get()		fake_now
#define ktime_get_ns()		((u64)fake_now)
#define ktime_add_ns(t, n)	((t) + (s64)(n))
#define ktime_sub(a, b)		((a) - (b))
#define ktime_to_ns(t)		(t)
#define ns_to_ktime(n)		((ktime_t)(n))
struct rcuwait { void *task; int wakes; };
#define rcuwait_init(w)		((w)->wakes = 0)
#define rcuwait_wake_up(w)	((w)->wakes++, 1)
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_ABS, HRTIMER_MODE_REL, HRTIMER_MODE_ABS_HARD };
struct hrtimer { enum hrtimer_restart (*function)(struct hrtimer *t); ktime_t expires; bool armed; };
#define CLOCK_MONOTONIC		1
#define hrtimer_init(t, c, m)	((t)->armed = false, (t)->function = NULL)
#define hrtimer_setup(t, f, c, m) ((t)->armed = false, (t)->function = (f))
#define hrtimer_start(t, e, m)	((t)->expires = (e), (t)->armed = true)
#define hrtimer_cancel(t)	((t)->armed ? ((t)->armed = false, 1) : 0)
#define hrtimer_try_to_cancel(t) hrtimer_cancel(t)
#define hrtimer_active(t)	((t)->armed)
struct work_struct { void (*func)(struct work_struct *w); };
typedef struct { int unused; } wait_queue_head_t;
struct file { void *private_data; };

#include <fake_list.h>

void sort(void *base, size_t nr, size_t size, cmp_func_t cmp, void *swap_fn);

#include <fake_eventfd.h>

#endif /* LOFT_FAKE_H */
