// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host's own page tables say about an address, read without a lock.
 *
 * Page tables are freed after an RCU grace period or an IPI, either of which waits for interrupts to come on: with them off
 * a table that was found stays one. What it says may change at any time. Who builds on it holds it against the notifier
 * sequence afterwards, see notifier.c.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include "hostwalk.h"

/* The entry for @hva that points to pages, or to a table of them, in *@val. NULL: none; *@size: the leaf above it, or 0 */
static pmd_t *walk_pmd(struct mm_struct *mm, unsigned long hva, pmd_t *val, u64 *size)
{
	pgd_t *pgdp = pgd_offset(mm, hva);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp;

	*size = 0;
	if (pgd_none(pgd))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, hva);
	p4d = READ_ONCE(*p4dp);
	if (p4d_none(p4d) || !p4d_present(p4d))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, hva);
	pud = READ_ONCE(*pudp);
	if (pud_none(pud) || !pud_present(pud))
		return NULL;
	if (pud_leaf(pud)) {
		*size = PUD_SIZE;
		return NULL;
	}
	pmdp = pmd_offset_lockless(pudp, pud, hva);
	*val = READ_ONCE(*pmdp);
	return pmd_present(*val) ? pmdp : NULL;
}

/**
 * hostwalk_size - size of the host's mapping of an address
 * @mm: address space
 * @hva: address, in a page that is or was mapped
 *
 * Context: any.
 */
u64 hostwalk_size(struct mm_struct *mm, unsigned long hva)
{
	unsigned long flags;
	u64 size;
	pmd_t pmd;

	local_irq_save(flags);
	if (walk_pmd(mm, hva, &pmd, &size) && pmd_leaf(pmd))
		size = PMD_SIZE;
	local_irq_restore(flags);
	return size ?: PAGE_SIZE;
}

/* Tables may be in high memory */
static pte_t walk_pte(pmd_t pmd, unsigned long hva)
{
	pte_t *table = kmap_local_page(pmd_page(pmd));
	pte_t pte = READ_ONCE(table[pte_index(hva)]);

	kunmap_local(table);
	return pte;
}

/*
 * A reference to the page of @pte. Between the look at the entry and the reference the page may have become somebody
 * else's: it has not if the entry is still the same.
 */
static struct page *walk_get(pmd_t *pmdp, pmd_t pmd, pte_t pte, unsigned long hva)
{
	struct page *page = pte_page(pte);
	struct folio *folio = page_folio(page);

	if (!folio_try_get(folio))
		return NULL;
	if (likely(pmd_same(pmd, READ_ONCE(*pmdp)) && pte_same(pte, walk_pte(pmd, hva)) && page_folio(page) == folio &&
		   folio_test_anon(folio)))
		return page;
	folio_put(folio);
	return NULL;
}

/**
 * hostwalk_get - the page at an address that is mapped with the rights that are asked for, if that is quick to find out
 * @mm: address space, which is current->mm
 * @hva: address
 * @write: it has to be writable
 *
 * Finds anonymous memory in single pages, which is what most guests are made of, in a sixth of the instructions of
 * get_user_pages_fast_only(), which serves the rest. What is not anonymous may be memory that the kernel has no mapping of.
 *
 * Context: any.
 * Return: the page, referenced, or NULL.
 */
struct page *hostwalk_get(struct mm_struct *mm, unsigned long hva, bool write)
{
	struct page *page = NULL;
	unsigned long flags;
	pmd_t *pmdp, pmd;
	pte_t pte;
	u64 size;

	local_irq_save(flags);
	pmdp = walk_pmd(mm, hva, &pmd, &size);
	if (likely(pmdp && !pmd_leaf(pmd))) {
		pte = walk_pte(pmd, hva);
		if (likely(pte_access_permitted(pte, write) && !pte_special(pte) && !pte_devmap(pte)))
			page = walk_get(pmdp, pmd, pte, hva);
	}
	local_irq_restore(flags);
	return page;
}
