// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that programs an ITS: see its_fixture.h.
 */
#include <its_fixture.h>

struct vgic_its *its;
static u32 written;

u64 *its_ram(u64 ipa)
{
	return (u64 *)(fix.ram + (ipa - FIX_RAM));
}

u64 its_read(u32 off)
{
	u64 val = 0xdead;

	CHECK(vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + off), off < 8 || off >= 0xffd0 ? 4 : 8, false, &val));
	return val;
}

void its_write(u32 off, u64 val)
{
	CHECK(vgic_mmio(fix_vcpu(0), IPA(ITS_BASE + off), off < 8 || off >= 0xffd0 ? 4 : 8, true, &val));
}

void its_prop(u32 intid, u8 val)
{
	fix.ram[PROP - FIX_RAM + intid - 8192] = val;
}

void its_cmd(u64 dw0, u64 dw1, u64 dw2, u64 dw3)
{
	u64 *slot = its_ram(QUEUE + written);

	slot[0] = dw0;
	slot[1] = dw1;
	slot[2] = dw2;
	slot[3] = dw3;
	written = (written + 32) % 0x1000;
	its_write(0x88, written);
	CHECK_EQ(its_read(0x90), written);
}

int its_msi(u32 dev, u32 event)
{
	struct kvm_msi msi = {
		.address_lo = (u32)DOORBELL, .address_hi = DOORBELL >> 32, .data = event,
		.flags = KVM_MSI_VALID_DEVID, .devid = dev,
	};
	int ret;

	/* As from an interrupt handler */
	fake_irqs_off++;
	ret = vgic_msi(&fix.vm, &msi);
	fake_irqs_off--;
	return ret;
}

u32 its_take(unsigned int v)
{
	struct loft_vcpu *vcpu = fix_vcpu(v);
	u32 intid = 0;

	fake_irqs_off++;
	vgic_flush(vcpu);
	if (vcpu->lr.used && vcpu->lr.lr[0] & VGIC_LR_PENDING) {
		intid = vgic_lr_intid(vcpu->lr.lr[0]);
		/* Some CPU interfaces show an active state, some do not. */
		vcpu->lr.lr[0] ^= unit_below(2) ? VGIC_LR_STATE : VGIC_LR_PENDING;
	}
	vcpu->lr.elrsr = 0;
	vgic_sync(vcpu);
	fake_irqs_off--;
	return intid;
}

bool its_pending_bit(unsigned int v, u32 intid)
{
	return fix.ram[PEND(v) - FIX_RAM + intid / 8] >> intid % 8 & 1;
}

void its_guest_registers(void)
{
	unsigned int v;

	fix_write(0, -1, 0, 4, 3);
	for (v = 0; v < fix.vm.nr_vcpus; v++) {
		fix_write(0, v, 0x70, 8, PROP | 15);
		fix_write(0, v, 0x78, 8, PEND(v));
	}
	its_write(0x80, BIT_ULL(63) | QUEUE);
	its_write(0x100, BASER(DEVICES));
	its_write(0x108, BASER(COLLECTIONS));
	written = 0;
}

void its_guest_enable(void)
{
	unsigned int v;

	for (v = 0; v < fix.vm.nr_vcpus; v++)
		fix_write(0, v, 0, 4, 1);
	its_write(0, 1);
	CHECK_EQ(its_read(0), BIT(31) | 1);
}

void its_guest_start(unsigned int vcpus)
{
	static const u16 ids[] = { 0, 1, 2 };

	fix_init(ids, vcpus, 128);
	its = vgic_its_create(&fix.vm);
	CHECK(!IS_ERR(its));
	its->base = ITS_BASE;
	its_guest_registers();
	its_guest_enable();
}

void its_guest_map(u32 events)
{
	u32 i;

	its_guest_start(2);
	MAPC(0, 0);
	MAPC(1, 1);
	MAPD(5, 5, ITT(0));
	for (i = 0; i < events; i++) {
		its_prop(LPI + i, ON);
		MAPTI(5, i, LPI + i, i % 2);
	}
}
