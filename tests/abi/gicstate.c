// SPDX-License-Identifier: GPL-2.0-only
// A GICv3's whole state, saved and restored into another VM as a migration does it; and VMs of many redistributor regions.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "its.h"

#define DIST_REGS	KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define REDIST_REGS	KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define SYSREGS		KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define LEVEL		KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO
#define GIC_CTRL	KVM_DEV_ARM_VGIC_GRP_CTRL
#define ADDR		KVM_DEV_ARM_VGIC_GRP_ADDR
#define LINES		((uint64_t)VGIC_LEVEL_INFO_LINE_LEVEL << KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT)
#define OF_CPU(n)	((uint64_t)((n) & 0xf) << 32 | (uint64_t)((n) >> 4) << 40)
#define ICC(crn, crm, op2)	(3 << 14 | (crn) << 7 | (crm) << 3 | (op2))
#define SGI_FRAME	0x10000
#define VCPUS		2

/* One value of a GIC's state, by its attribute. */
struct state {
	uint32_t group;
	uint64_t attr;
	uint64_t val;
};

static struct state saved[2000];
static unsigned int count;

static int state_get(struct vm *vm, struct state *s)
{
	s->val = 0;
	return device_attr(vm->gic, KVM_GET_DEVICE_ATTR, s->group, s->attr, &s->val);
}

static void save(struct vm *vm, uint32_t group, uint64_t attr)
{
	struct state *s = &saved[count++];

	s->group = group;
	s->attr = attr;
	if (state_get(vm, s))
		tap_die("group %u, attribute 0x%lx", group, attr);
}

static void save_words(struct vm *vm, uint32_t group, uint64_t attr, unsigned int words)
{
	while (words--) {
		save(vm, group, attr);
		attr += 4;
	}
}

/* In the order in which it is restored: what was enabled comes last, LPIs after their tables' addresses. */
static void save_redist(struct vm *vm, uint64_t cpu)
{
	save_words(vm, REDIST_REGS, cpu | 0x70, 2);			/* PROPBASER */
	save_words(vm, REDIST_REGS, cpu | 0x78, 2);			/* PENDBASER */
	save_words(vm, REDIST_REGS, cpu | 0x0, 1);			/* CTLR */
	save_words(vm, REDIST_REGS, cpu | 0x14, 1);			/* WAKER */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0x80), 1);	/* IGROUPR0 */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0xc00), 2);	/* ICFGR0, 1 */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0x400), 8);	/* IPRIORITYR */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0x200), 1);	/* ISPENDR0 */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0x300), 1);	/* ISACTIVER0 */
	save_words(vm, REDIST_REGS, cpu | (SGI_FRAME + 0x100), 1);	/* ISENABLER0 */
	save(vm, LEVEL, cpu | LINES);
}

static void save_cpu(struct vm *vm, uint64_t cpu)
{
	static const uint32_t regs[] = {
		ICC(12, 12, 5), ICC(12, 12, 4), ICC(12, 12, 6), ICC(12, 12, 7), ICC(4, 6, 0), ICC(12, 8, 3), ICC(12, 12, 3),
		ICC(12, 8, 4), ICC(12, 9, 0),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs); i++)
		save(vm, SYSREGS, cpu | regs[i]);
}

static void save_gic(struct vm *vm)
{
	unsigned int i;

	count = 0;
	for (i = 0; i < VCPUS; i++)
		save_redist(vm, OF_CPU(i));
	save_words(vm, DIST_REGS, 0x8, 1);		/* IIDR */
	save_words(vm, DIST_REGS, 0x84, 3);		/* IGROUPR */
	save_words(vm, DIST_REGS, 0xc08, 6);		/* ICFGR */
	save_words(vm, DIST_REGS, 0x420, 24);		/* IPRIORITYR */
	save_words(vm, DIST_REGS, 0x6100, 192);		/* IROUTER */
	save_words(vm, DIST_REGS, 0x204, 3);		/* ISPENDR */
	save_words(vm, DIST_REGS, 0x304, 3);		/* ISACTIVER */
	save_words(vm, DIST_REGS, 0x104, 3);		/* ISENABLER */
	for (i = 32; i < 128; i += 32)
		save(vm, LEVEL, LINES | i);
	save_words(vm, DIST_REGS, 0x0, 1);		/* CTLR */
	for (i = 0; i < VCPUS; i++)
		save_cpu(vm, OF_CPU(i));
}

static void restore_gic(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (device_attr(vm->gic, KVM_SET_DEVICE_ATTR, saved[i].group, saved[i].attr, &saved[i].val))
			tap_die("group %u, attribute 0x%lx", saved[i].group, saved[i].attr);
	}
}

/* Does the other VM say the same? Returns how many values differ. */
static unsigned int differences(struct vm *vm)
{
	unsigned int i, n = 0;

	for (i = 0; i < count; i++) {
		struct state now = saved[i];

		if (!state_get(vm, &now) && now.val == saved[i].val)
			continue;
		tap_note("group %u, attribute 0x%lx: 0x%lx, was 0x%lx", now.group, now.attr, now.val, saved[i].val);
		n++;
	}
	return n;
}

/* GITS registers in the order of the KVM API document, and the tables. */
static const uint16_t its_regs[] = { GITS_CBASER, GITS_IIDR, GITS_CWRITER, GITS_CREADR, GITS_BASER(0), GITS_BASER(1), GITS_CTLR };
static uint64_t its_saved[ARRAY_SIZE(its_regs)];

static void save_its(struct vm *vm, int its)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(its_regs); i++) {
		if (its_get(its, its_regs[i], &its_saved[i]))
			tap_die("GITS register 0x%x", its_regs[i]);
	}
	if (its_ctrl(its, KVM_DEV_ARM_ITS_SAVE_TABLES))
		tap_die("SAVE_TABLES");
	if (device_attr(vm->gic, KVM_SET_DEVICE_ATTR, GIC_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL))
		tap_die("SAVE_PENDING_TABLES");
}

static void restore_its(int its)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(its_regs); i++) {
		if (its_regs[i] == GITS_CTLR && its_ctrl(its, KVM_DEV_ARM_ITS_RESTORE_TABLES))
			tap_die("RESTORE_TABLES");
		if (its_set(its, its_regs[i], its_saved[i]))
			tap_die("GITS register 0x%x", its_regs[i]);
	}
}

static void copy_vcpu(struct vm *to, struct vm *from, int vcpu)
{
	unsigned int i;

	/* The access that it stands at is over. */
	from->run[vcpu]->immediate_exit = 1;
	ioctl(from->vcpu[vcpu], KVM_RUN, 0);
	from->run[vcpu]->immediate_exit = 0;
	for (i = 0; i < 31; i++)
		vcpu_set_reg(to, vcpu, X_REG(i), vcpu_reg(from, vcpu, X_REG(i)));
	vcpu_set_reg(to, vcpu, PC_REG, vcpu_reg(from, vcpu, PC_REG));
	vcpu_set_reg(to, vcpu, PSTATE_REG, vcpu_reg(from, vcpu, PSTATE_REG));
}

/* Another VM that goes on where @from stood. */
static int migrate(struct vm *to, struct vm *from, int its)
{
	int i, new;

	vm_boot(to, VCPUS);
	for (i = 0; i < VCPUS; i++)
		copy_vcpu(to, from, i);
	save_gic(from);
	save_its(from, its);
	memcpy(to->ram, from->ram, from->ram_size);
	new = its_create(to);
	restore_gic(to);
	if (its_place(new, ITS_BASE))
		tap_die("ITS");
	restore_its(new);
	return new;
}

static void set_up_lines(struct vm *vm)
{
	struct kvm_irq_level high = { .irq = KVM_ARM_IRQ_TYPE_SPI << 24 | 41, .level = 1 };

	gic_set_reg(vm, DIST_REGS, 0x84, ~0u);
	gic_set_reg(vm, DIST_REGS, 0xc08, 2 << 16);		/* 40 is an edge */
	gic_set_reg(vm, DIST_REGS, 0x428, 0x60c02080);		/* priorities: 40 0x80, 41 0x20, 42 0xc0 */
	gic_set_reg(vm, DIST_REGS, 0x104, 0x300);
	gic_set_reg(vm, DIST_REGS, 0x204, 0x100);
	gic_set_reg(vm, DIST_REGS, 0x304, 0x400);		/* 42 is active */
	gic_set_reg(vm, REDIST_REGS, SGI_FRAME + 0x80, ~0u);
	gic_set_reg(vm, REDIST_REGS, SGI_FRAME + 0x200, 1 << 3);
	gic_set_reg(vm, REDIST_REGS, SGI_FRAME + 0x400, 0xb0000000);
	gic_set_reg(vm, REDIST_REGS, SGI_FRAME + 0x100, 1 << 3);
	if (ioctl(vm->fd, KVM_IRQ_LINE, &high))
		tap_die("KVM_IRQ_LINE");
}

/* After each of its steps the guest goes on in another VM. What it acknowledges, and when, is what the first would have. */
static enum verdict round_trip(void)
{
	/* 41 stays up: it comes until its line drops, after the second time. */
	static const uint64_t acks[] = { 41, 41, 40, LPI, LPI + 2, 3, 1023 };
	struct vm vms[2];
	unsigned int i;
	int its;

	if (!its_have())
		return tap_skip("no ITS");
	vm_boot(&vms[0], VCPUS);
	set_up_lines(&vms[0]);
	its = its_boot(&vms[0]);
	its_map(&vms[0], its, 4);
	EXPECT_EQ(its_signal(&vms[0], 1, 0), 1);
	EXPECT_EQ(its_signal(&vms[0], 1, 2), 1);
	EXPECT_EQ(its_signal(&vms[0], 1, 1), 1);
	for (i = 0; i < VCPUS; i++)
		vm_start(&vms[0], i, guest_ack, 0, 0, 0, MMIO_BASE);
	for (i = 0; i < ARRAY_SIZE(acks); i++) {
		struct kvm_irq_level low = { .irq = KVM_ARM_IRQ_TYPE_SPI << 24 | 41 };
		struct vm *vm = &vms[i % 2], *next = &vms[(i + 1) % 2];
		uint64_t is = its_ack(vm, 0);

		EXPECT(is == acks[i], "step %u acknowledges %lu, not %lu", i, is, acks[i]);
		if (i == 1)
			EXPECT_OK(ioctl(vm->fd, KVM_IRQ_LINE, &low));
		its = migrate(next, vm, its);
		EXPECT_EQ(differences(next), 0);
		EXPECT_EQ(gic_reg(next, DIST_REGS, 0x304) & 0x400, 0x400);
		vm_destroy(vm);
	}
	/* The other vCPU has slept all the way with its own. */
	EXPECT_EQ(its_ack(&vms[1], 1), LPI + 1);
	EXPECT_EQ(its_ack(&vms[1], 1), 1023);
	EXPECT_EQ(its_signal(&vms[1], 1, 3), 1);
	EXPECT_EQ(its_ack(&vms[1], 1), LPI + 3);
	return TEST_PASS;
}

static enum verdict levels(void)
{
	struct vm vm;
	uint32_t v;

	vm_boot(&vm, 1);
	if (vm.gic_version != 3)
		return tap_skip("no GICv3");
	gic_set_reg(&vm, LEVEL, LINES, ~0u);
	EXPECT_EQ(gic_reg(&vm, LEVEL, LINES), 0xffff0000);	/* SGIs have no line */
	gic_set_reg(&vm, LEVEL, LINES | 32, 0x12345678);
	EXPECT_EQ(gic_reg(&vm, LEVEL, LINES | 32), 0x12345678);
	gic_set_reg(&vm, LEVEL, LINES | 128, ~0u);		/* beyond the last one: RAZ/WI */
	EXPECT_EQ(gic_reg(&vm, LEVEL, LINES | 128), 0);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, LEVEL, LINES | 33, &v), EINVAL);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, LEVEL, LINES | 1 << 10 | 32, &v), EINVAL);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, LEVEL, OF_CPU(5) | LINES, &v), EINVAL);
	return TEST_PASS;
}

/* Redistributor regions */

#define REGION(count, base, index)	((uint64_t)(count) << 52 | (base) | (index))
#define MANY	200

static int add_region(int gic, uint64_t region)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &region);
}

static int make_gic(struct vm *vm)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t dist = GICD_BASE;

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		return -1;
	vm->gic = device.fd;
	return device_attr(vm->gic, KVM_SET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &dist);
}

/* 200 vCPUs in three regions: which redistributor is whose, and the first vCPU sees them where they should be. */
static enum verdict many_regions(void)
{
	static const struct { uint32_t first; uint64_t base; } regions[] = {
		{ 0, GICR_BASE }, { 100, 0x10000000 }, { 150, 0x20000000 },
	};
	struct kvm_vcpu_init init = {};
	static int vcpus[MANY];
	uint64_t region;
	struct vm vm;
	unsigned int i;

	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	if (ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS) < MANY || make_gic(&vm))
		return tap_skip("no GICv3");
	vm_add_vcpu(&vm, true);
	EXPECT_OK(ioctl(vm.fd, KVM_ARM_PREFERRED_TARGET, &init));
	init.features[0] = 1 << KVM_ARM_VCPU_PSCI_0_2 | 1 << KVM_ARM_VCPU_POWER_OFF;
	for (i = 1; i < MANY; i++) {
		vcpus[i] = ioctl(vm.fd, KVM_CREATE_VCPU, (unsigned long)i);
		EXPECT_OK(vcpus[i]);
		EXPECT_OK(ioctl(vcpus[i], KVM_ARM_VCPU_INIT, &init));
	}
	EXPECT_OK(add_region(vm.gic, REGION(100, GICR_BASE, 0)));
	EXPECT_OK(add_region(vm.gic, REGION(50, 0x10000000, 1)));
	EXPECT_OK(add_region(vm.gic, REGION(60, 0x20000000, 2)));
	EXPECT_OK(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, GIC_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL));
	region = 1;
	EXPECT_OK(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &region));
	EXPECT_EQ(region, REGION(50, 0x10000000, 1));
	/* TYPER: affinity [63:32], number [23:8], Last [4] */
	for (i = 0; i < MANY; i++) {
		EXPECT_EQ(gic_reg(&vm, REDIST_REGS, OF_CPU(i) | 0x8) & 0xffff10,
			  i << 8 | (i == 99 || i == 149 || i == 199) << 4);
		EXPECT_EQ(gic_reg(&vm, REDIST_REGS, OF_CPU(i) | 0xc), (i & 0xf) | i >> 4 << 8);
	}
	for (i = 0; i < ARRAY_SIZE(regions); i++) {
		vm_start(&vm, 0, guest_peek, regions[i].base + 0x20000 * 7 + 8, 0, 0, MMIO_BASE);
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(vcpu_mmio(&vm, 0) >> 8 & 0xffff, regions[i].first + 7);
	}
	/* There is no 201st. */
	vm_start(&vm, 0, guest_peek, 0x20000000 + 0x20000 * 50 + 8, 0, 0, MMIO_BASE);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vm.run[0]->mmio.phys_addr, 0x20000000 + 0x20000 * 50 + 8);
	return TEST_PASS;
}

static enum verdict bad_regions(void)
{
	uint64_t v = GICR_BASE;
	struct vm vm;

	vm_create(&vm);
	vm_create_ram(&vm, RAM_SIZE);
	vm_add_vcpu(&vm, true);
	if (make_gic(&vm))
		return tap_skip("no GICv3");
	vm_add_vcpu(&vm, true);
	vm_add_vcpu(&vm, true);
	EXPECT_ERRNO(add_region(vm.gic, REGION(0, GICR_BASE, 0)), EINVAL);
	EXPECT_ERRNO(add_region(vm.gic, REGION(2, GICR_BASE, 0) | 1 << 12), EINVAL);
	EXPECT_ERRNO(add_region(vm.gic, REGION(2, GICR_BASE, 1)), EINVAL);
	EXPECT_ERRNO(add_region(vm.gic, REGION(2, 1UL << 40, 0)), E2BIG);
	EXPECT_ERRNO(add_region(vm.gic, REGION(2, GICD_BASE, 0)), EINVAL);
	EXPECT_OK(add_region(vm.gic, REGION(2, GICR_BASE, 0)));
	EXPECT_ERRNO2(add_region(vm.gic, REGION(2, GICR_BASE, 0)), EINVAL, EEXIST);
	EXPECT_ERRNO(add_region(vm.gic, REGION(2, GICR_BASE + 0x20000, 1)), EINVAL);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &v), EINVAL);
	v = 1;
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &v), ENOENT);
	/* The third vCPU has no redistributor. */
	EXPECT_OK(device_attr(vm.gic, KVM_SET_DEVICE_ATTR, GIC_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL));
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	EXPECT(ioctl(vm.vcpu[0], KVM_RUN, 0) < 0 && (errno == ENXIO || errno == EINVAL || errno == EBUSY), "errno %d", errno);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "a guest that moves on between any two interrupts", round_trip, 60 },
	{ "levels of lines", levels },
	{ "200 vCPUs in three redistributor regions", many_regions, 60 },
	{ "redistributor regions that are refused", bad_regions },
};

int main(void)
{
	struct rlimit files = { 1024, 1024 };

	setrlimit(RLIMIT_NOFILE, &files);
	return tap_run(tests, ARRAY_SIZE(tests));
}
