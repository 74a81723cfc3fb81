// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGICv2 tests' VM: see vgicv2_fixture.h.
 */
#include <vgicv2_fixture.h>

static const u16 eight[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static int v2_attr(int (*op)(void *owner, const struct kvm_device_attr *attr), u32 group, u64 what, u64 *val)
{
	struct kvm_device_attr a = { .group = group, .attr = what, .addr = (unsigned long)val };

	return op(&fix.vm, &a);
}

int v2_set(u32 group, u64 what, u64 val)
{
	return v2_attr(vgic_v2_ops.set, group, what, &val);
}

int v2_get(u32 group, u64 what, u64 *val)
{
	*val = 0;
	return v2_attr(vgic_v2_ops.get, group, what, val);
}

int v2_has(u32 group, u64 what)
{
	return v2_attr(vgic_v2_ops.has, group, what, NULL);
}

int v2_init(void)
{
	return v2_set(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

void v2_host(unsigned int nr)
{
	unsigned int i;

	fix_create(eight, nr);
	loft_caps.gic = 2;
	loft_caps.gicv_pa = GICV;
	loft_caps.gicv_size = 0x2000;
	for (i = 0; i < nr; i++)
		vgic_vcpu_reset(fix_vcpu(i));
}

void v2_start(unsigned int nr)
{
	v2_host(nr);
	CHECK_EQ(vgic_v2_ops.create(&fix.vm), 0);
	CHECK_EQ(v2_set(ADDR, ADDR_DIST, FIX_DIST), 0);
	CHECK_EQ(v2_set(ADDR, ADDR_CPU, GICC), 0);
}

void v2_run(unsigned int nr)
{
	v2_start(nr);
	CHECK_EQ(v2_init(), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
	fix_write(0, -1, 0, 4, 1);
}
