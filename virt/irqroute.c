// SPDX-License-Identifier: GPL-2.0-only
/*
 * GSIs: the numbers by which irqfds name interrupts, and the table that leads from them to SPIs.
 *
 * Without a table GSI n is SPI n, INTID 32 + n. Message-signalled routes need the ITS and are
 * refused.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <loft/irqfd.h>
#include <loft/vgic.h>
#include <loft/vm.h>

#define IRQROUTE_PINS	(VGIC_MAX_SPI + 1 - VGIC_NR_PRIVATE)
#define IRQROUTE_NONE	0xffff

/**
 * struct irqroute_table - replaced as a whole under vm->irqfds.lock, read under RCU
 * @rcu: to free it
 * @nr: size of @pin
 * @pin: SPI by GSI, or IRQROUTE_NONE
 */
struct irqroute_table {
	struct rcu_head rcu;
	u32 nr;
	u16 pin[] __counted_by(nr);
};

static int irqroute_check(const struct kvm_irq_routing_entry *entries, u32 nr, u32 *nr_gsis)
{
	u32 i;

	*nr_gsis = 0;
	for (i = 0; i < nr; i++) {
		const struct kvm_irq_routing_entry *e = &entries[i];

		if (e->type != KVM_IRQ_ROUTING_IRQCHIP || e->flags || e->gsi >= IRQROUTE_MAX)
			return -EINVAL;
		if (e->u.irqchip.irqchip || e->u.irqchip.pin >= IRQROUTE_PINS)
			return -EINVAL;
		*nr_gsis = max(*nr_gsis, e->gsi + 1);
	}
	return 0;
}

static int irqroute_fill(struct irqroute_table *table, const struct kvm_irq_routing_entry *entries,
			 u32 nr)
{
	u32 i;

	for (i = 0; i < table->nr; i++)
		table->pin[i] = IRQROUTE_NONE;
	for (i = 0; i < nr; i++) {
		/* One GSI cannot be two pins of the one irqchip. */
		if (table->pin[entries[i].gsi] != IRQROUTE_NONE)
			return -EINVAL;
		table->pin[entries[i].gsi] = entries[i].u.irqchip.pin;
	}
	return 0;
}

static struct irqroute_table *irqroute_build(const struct kvm_irq_routing_entry *entries, u32 nr)
{
	struct irqroute_table *table;
	u32 nr_gsis;
	int ret = irqroute_check(entries, nr, &nr_gsis);

	if (ret)
		return ERR_PTR(ret);
	table = kmalloc(struct_size(table, pin, nr_gsis), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->nr = nr_gsis;
	ret = irqroute_fill(table, entries, nr);
	if (!ret)
		return table;
	kfree(table);
	return ERR_PTR(ret);
}

/**
 * irqroute_set() - KVM_SET_GSI_ROUTING
 * @vm: the VM
 * @args: number of entries and flags
 * @entries: userspace's array of them
 *
 * May sleep. Return: 0; -EINVAL without an initialised vGIC, for flags, for more than 4096
 * entries, and for entries that are not a pin of the vGIC; -EFAULT; -ENOMEM.
 */
int irqroute_set(struct loft_vm *vm, const struct kvm_irq_routing *args,
		 const struct kvm_irq_routing_entry __user *entries)
{
	struct kvm_irq_routing_entry *copy = NULL;
	struct irqroute_table *table;

	if (!vgic_initialised(vm) || args->nr > IRQROUTE_MAX || args->flags)
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
		kfree_rcu(table, rcu);
	return 0;
}

/**
 * irqroute_intid() - where a GSI leads
 * @vm: the VM
 * @gsi: the GSI
 *
 * Any context. Return: INTID of an SPI, or -EINVAL if it leads nowhere.
 */
int irqroute_intid(struct loft_vm *vm, u32 gsi)
{
	const struct irqroute_table *table;
	u32 pin = gsi;

	rcu_read_lock();
	table = rcu_dereference(vm->irqfds.routes);
	if (table)
		pin = gsi < table->nr ? table->pin[gsi] : IRQROUTE_NONE;
	rcu_read_unlock();
	return pin < IRQROUTE_PINS ? pin + VGIC_NR_PRIVATE : -EINVAL;
}

void irqroute_destroy(struct loft_vm *vm)
{
	kfree(rcu_dereference_protected(vm->irqfds.routes, 1));
	RCU_INIT_POINTER(vm->irqfds.routes, NULL);
}
