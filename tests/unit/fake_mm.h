/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake host's memory management: what a fault asks of it, answered by the one page a test has laid out.
 */
#ifndef LOFT_FAKE_MM_H
#define LOFT_FAKE_MM_H

#include <fake.h>

#define FOLL_WRITE		1
#define FOLL_HWPOISON		2
#define FOLL_INTERRUPTIBLE	4
#define FAULT_FLAG_WRITE	1
#define VM_READ			1
#define VM_WRITE		2
#define VM_PFNMAP		4
#define VM_IO			8
#define BUS_MCEERR_AR		4

/* A page's attributes stand in the address space that struct page pointers are made of: its physical address. */
typedef struct { u64 val; } pgprot_t;
enum { FAKE_PROT_CACHED, FAKE_PROT_DEVICE, FAKE_PROT_NONCACHED, FAKE_PROT_WC };
#define pgprot_val(p)		((p).val)
#define pgprot_writecombine(p)	((pgprot_t){ FAKE_PROT_WC })
#define pgprot_noncached(p)	((pgprot_t){ FAKE_PROT_NONCACHED })
#define pgprot_device(p)	((pgprot_t){ FAKE_PROT_DEVICE })

/**
 * struct fake_host - what the host's tables say about the address that faults
 * @pa: physical address of the page
 * @fast_writable: the page is writable by now
 * @anon: it is anonymous memory, which hostwalk.c finds
 * @slow: what get_user_pages_unlocked() returns: 1 or an errno
 * @size: size of the host's mapping
 * @ram: pfn_is_map_memory()
 * @vm_flags: of the VMA, 0 for none
 * @pfnmap: follow_pfnmap_start() finds something, with @prot
 * @fixup: what fixup_user_fault() returns
 * @hook: called once the host's tables have been read
 * @hva, @flags: last request
 * @refs: references taken and not given back
 * @walks: pages that hostwalk.c found
 * @dirty, @accessed, @signals, @fixups: counters
 */
struct fake_host {
	u64 pa;
	bool fast_writable;
	bool anon;
	long slow;
	u64 size;
	bool ram;
	unsigned int vm_flags;
	bool pfnmap;
	bool pfnmap_writable;
	u64 prot;
	int fixup;
	void (*hook)(void);
	unsigned long hva;
	unsigned int flags;
	int refs;
	unsigned int walks;
	unsigned int dirty;
	unsigned int accessed;
	unsigned int signals;
	unsigned int fixups;
	int mmap_locks;
};

extern struct fake_host fake_host;
extern struct page fake_page;
extern struct vm_area_struct fake_vma;

static inline long fake_gup(unsigned long hva, struct page **page, unsigned int flags, long ret)
{
	might_sleep();
	fake_host.hva = hva;
	fake_host.flags = flags;
	if (fake_host.hook)
		fake_host.hook();
	if (ret == 1) {
		*page = &fake_page;
		fake_host.refs++;
	}
	return ret;
}

#define get_user_pages_fast_only(a, n, f, p)	((int)(fake_host.fast_writable ? fake_gup(a, p, f, 1) : 0))
#define get_user_pages_unlocked(a, n, p, f)	fake_gup(a, p, f, fake_host.slow)
#define put_page(p)		((void)(fake_host.refs--, (p)))
#define page_to_phys(p)		((void)(p), fake_host.pa)
#define pfn_to_page(pfn)	((void)(pfn), (struct page *)NULL)
#define PageHighMem(p)		((void)(p), 0)
#define kmap_local_page(p)	((void *)(p))
#define kunmap_local(va)	((void)(va))
#define PageCompound(p)		((void)(p), fake_host.size > PAGE_SIZE)
#define PageReserved(p)		((void)(p), 0)
#define SetPageDirty(p)		((void)(fake_host.dirty++, (p)))
#define mark_page_accessed(p)	((void)(fake_host.accessed++, (p)))
#define pfn_is_map_memory(pfn)	((void)(pfn), fake_host.ram)
#define mmap_read_lock(mm)	((void)(fake_host.mmap_locks++, (mm)))
#define mmap_read_unlock(mm)	((void)(fake_host.mmap_locks--, (mm)))
#define vma_lookup(mm, a)	\
	((void)(mm), (void)(a), fake_vma.vm_flags = fake_host.vm_flags, fake_host.vm_flags ? &fake_vma : NULL)
#define fixup_user_fault(mm, a, f, u) \
	((void)(mm), (void)(a), (void)(u), fake_host.flags = (f), fake_host.fixups++, fake_host.fixup)
#define send_sig_mceerr(c, a, s, t) ((void)(a), (void)(t), fake_host.signals++)

struct follow_pfnmap_args {
	struct vm_area_struct *vma;
	unsigned long address;
	unsigned long pfn;
	pgprot_t pgprot;
	bool writable;
};

static inline int follow_pfnmap_start(struct follow_pfnmap_args *args)
{
	FAKE_ASSERT(fake_host.mmap_locks == 1, "no mmap_lock");
	if (!fake_host.pfnmap)
		return -EINVAL;
	args->pfn = fake_host.pa >> PAGE_SHIFT;
	args->pgprot = (pgprot_t){ fake_host.prot };
	args->writable = fake_host.pfnmap_writable;
	fake_atomic++;	/* the page-table lock */
	return 0;
}

static inline void follow_pfnmap_end(struct follow_pfnmap_args *args)
{
	(void)args;
	fake_atomic--;
}

#endif /* LOFT_FAKE_MM_H */
