// SPDX-License-Identifier: GPL-2.0-only
/*
 * GSIs: the numbers by which irqfds name interrupts, and the table that leads from them to SPIs and to MSIs.
 *
 * Without a table GSI n is SPI n, INTID 32 + n.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <loft/irqfd.h>
#include <loft/vgic.h>
#include <loft/vm.h>

#define IRQROUTE_PINS	(VGIC_MAX_SPI + 1 - VGIC_NR_PRIVATE)
#define IRQROUTE_NONE	0xffff
#define IRQROUTE_MSI	0x8000	/* the rest is an index */

/**
 * struct irqroute_table - replaced as a whole under vm->irqfds.lock, read under RCU
 * @rcu: to free it
 * @nr: size of @pin
 * @msi: the messages
 * @pin: by GSI: an SPI, IRQROUTE_MSI with an index of @msi, or IRQROUTE_NONE
 */
struct irqroute_table {
	struct rcu_head rcu;
	u32 nr;
	struct kvm_msi *msi;
	u16 pin[] __counted_by(nr);
};

static bool irqroute_valid(const struct kvm_irq_routing_entry *e)
{
	if (e->gsi >= IRQROUTE_MAX)
		return false;
	switch (e->type) {
	case KVM_IRQ_ROUTING_IRQCHIP:
		return !e->flags && !e->u.irqchip.irqchip && e->u.irqchip.pin < IRQROUTE_PINS;
	case KVM_IRQ_ROUTING_MSI:
		return !(e->flags & ~KVM_MSI_VALID_DEVID);
	default:
		return false;
	}
}

static int irqroute_check(const struct kvm_irq_routing_entry *entries, u32 nr, u32 *nr_gsis, u32 *nr_msis)
{
	u32 i;

	*nr_gsis = 0;
	*nr_msis = 0;
	for (i = 0; i < nr; i++) {
		if (!irqroute_valid(&entries[i]))
			return -EINVAL;
		*nr_gsis = max(*nr_gsis, entries[i].gsi + 1);
		*nr_msis += entries[i].type == KVM_IRQ_ROUTING_MSI;
	}
	return 0;
}

static void irqroute_fill_msi(struct kvm_msi *msi, const struct kvm_irq_routing_entry *e)
{
	msi->address_lo = e->u.msi.address_lo;
	msi->address_hi = e->u.msi.address_hi;
	msi->data = e->u.msi.data;
	msi->flags = e->flags;
	msi->devid = e->u.msi.devid;
}

static int irqroute_fill(struct irqroute_table *table, const struct kvm_irq_routing_entry *entries,
			 u32 nr)
{
	u32 msi = 0;
	u32 i;

	for (i = 0; i < table->nr; i++)
		table->pin[i] = IRQROUTE_NONE;
	for (i = 0; i < nr; i++) {
		const struct kvm_irq_routing_entry *e = &entries[i];

		/* One GSI is one pin of the one irqchip, or one message. */
		if (table->pin[e->gsi] != IRQROUTE_NONE)
			return -EINVAL;
		if (e->type == KVM_IRQ_ROUTING_MSI) {
			irqroute_fill_msi(&table->msi[msi], e);
			table->pin[e->gsi] = IRQROUTE_MSI | msi++;
		} else {
			table->pin[e->gsi] = e->u.irqchip.pin;
		}
	}
	return 0;
}

static struct irqroute_table *irqroute_build(const struct kvm_irq_routing_entry *entries, u32 nr)
{
	struct irqroute_table *table;
	u32 nr_gsis, nr_msis;
	size_t msis;
	int ret = irqroute_check(entries, nr, &nr_gsis, &nr_msis);

	if (ret)
		return ERR_PTR(ret);
	/* In one piece: the messages behind the pins */
	msis = ALIGN(struct_size(table, pin, nr_gsis), sizeof(u32));
	table = kvmalloc(msis + nr_msis * sizeof(*table->msi), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->nr = nr_gsis;
	table->msi = (void *)table + msis;
	ret = irqroute_fill(table, entries, nr);
	if (!ret)
		return table;
	kvfree(table);
	return ERR_PTR(ret);
}

/**
 * irqroute_set() - KVM_SET_GSI_ROUTING
 * @vm: the VM
 * @args: number of entries and flags
 * @entries: userspace's array of them
 *
 * May sleep, at any time. Return: 0; -EINVAL for flags, for more than 4096 entries, for entries that are neither a pin of the
 * vGIC nor an MSI, and for a GSI that has two; -EFAULT; -ENOMEM.
 */
int irqroute_set(struct loft_vm *vm, const struct kvm_irq_routing *args,
		 const struct kvm_irq_routing_entry __user *entries)
{
	struct kvm_irq_routing_entry *copy = NULL;
	struct irqroute_table *table;

	if (args->nr > IRQROUTE_MAX || args->flags)
		return -EINVAL;
	if (args->nr)
		copy = vmemdup_user(entries, array_size(args->nr, sizeof(*entries)));
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	table = irqroute_build(copy, args->nr);
	kvfree(copy);
	if (IS_ERR(table))
		return PTR_ERR(table);

	spin_lock_irq(&vm->irqfds.lock);
	table = rcu_replace_pointer(vm->irqfds.routes, table, lockdep_is_held(&vm->irqfds.lock));
	spin_unlock_irq(&vm->irqfds.lock);
	if (table)
		kvfree_rcu(table, rcu);
	return 0;
}

/* Under RCU. Without a table the pin is the GSI, as far as there are pins. */
static u32 irqroute_pin(const struct irqroute_table *table, u32 gsi)
{
	if (!table)
		return gsi < IRQROUTE_PINS ? gsi : IRQROUTE_NONE;
	return gsi < table->nr ? table->pin[gsi] : IRQROUTE_NONE;
}

/**
 * irqroute_intid() - the SPI that a GSI leads to
 * @vm: the VM
 * @gsi: the GSI
 *
 * Any context. Return: INTID of an SPI, or -EINVAL if it leads nowhere, or to an MSI.
 */
int irqroute_intid(struct loft_vm *vm, u32 gsi)
{
	u32 pin;

	rcu_read_lock();
	pin = irqroute_pin(rcu_dereference(vm->irqfds.routes), gsi);
	rcu_read_unlock();
	return pin < IRQROUTE_PINS ? pin + VGIC_NR_PRIVATE : -EINVAL;
}

/**
 * irqroute_msi() - the message that a GSI stands for
 * @vm: the VM
 * @gsi: the GSI
 * @msi: where it goes
 *
 * Any context. Return: true if it is one.
 */
bool irqroute_msi(struct loft_vm *vm, u32 gsi, struct kvm_msi *msi)
{
	const struct irqroute_table *table;
	bool found;
	u32 pin;

	rcu_read_lock();
	table = rcu_dereference(vm->irqfds.routes);
	pin = irqroute_pin(table, gsi);
	found = pin & IRQROUTE_MSI && pin != IRQROUTE_NONE;
	if (found)
		*msi = table->msi[pin & ~IRQROUTE_MSI];
	rcu_read_unlock();
	return found;
}

void irqroute_destroy(struct loft_vm *vm)
{
	kvfree(rcu_dereference_protected(vm->irqfds.routes, 1));
	RCU_INIT_POINTER(vm->irqfds.routes, NULL);
}
