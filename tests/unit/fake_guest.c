// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake guest's machine: ID registers, and stand-ins for the parts of policy that these tests do not test.
 */
#include <asm/cpufeature.h>
#include <asm/ptrace.h>
#include <unit.h>
#include <fake_guest.h>

struct fake_guest guest;

u64 read_sanitised_ftr_reg(u32 enc)
{
	if (enc == SYS_CTR_EL0)
		return guest.ctr;
	/* The kernel warns about, and BUGs on, registers it does not track: these are the ones of 6.12. */
	if (enc < sys_reg(3, 0, 0, 1, 0) || enc > SYS_ID_AA64MMFR4_EL1 || enc == SYS_ID_AFR0_EL1 ||
	    enc == sys_reg(3, 0, 0, 3, 3) || enc == sys_reg(3, 0, 0, 3, 7) || enc == sys_reg(3, 0, 0, 4, 3) ||
	    enc == sys_reg(3, 0, 0, 4, 6) || (enc > SYS_ID_AA64DFR1_EL1 && enc < SYS_ID_AA64ISAR0_EL1) ||
	    (enc > SYS_ID_AA64ISAR3_EL1 && enc < SYS_ID_AA64MMFR0_EL1))
		unit_fail(__FILE__, __LINE__, "sanitised value of %x does not exist", enc);
	return guest.hw[(enc - sys_reg(3, 0, 0, 0, 0)) >> Op2_shift];
}

bool fake_has_cap(unsigned int cap)
{
	return guest.caps[cap];
}

void vcpu_evict(struct loft_vcpu *vcpu)
{
	might_sleep();
	guest.evicts[vcpu->id]++;
}

void vcpu_kick(struct loft_vcpu *vcpu)
{
	guest.kicks[vcpu->id]++;
}

void vcpu_request(struct loft_vcpu *vcpu, int req)
{
	set_bit(req, &vcpu->requests);
	vcpu_kick(vcpu);
}

void vcpu_block(struct loft_vcpu *vcpu)
{
	might_sleep();
	guest.blocks++;
}

void vcpu_reset(struct loft_vcpu *vcpu)
{
	guest.resets++;
	vcpu_evict(vcpu);
	memset(vcpu->regs.x, 0, sizeof(vcpu->regs.x));
	vcpu->regs.pc = 0;
	vcpu->regs.pstate = vcpu_is_32bit(vcpu) ? 0x1d3 : 0x3c5;
	sysreg_reset(vcpu);
	sysreg_traps_update(vcpu);
}

bool vgic_present(struct loft_vm *vm)
{
	return guest.vgic;
}

void vgic_sgi_write(struct loft_vcpu *vcpu, u64 val, bool group1)
{
	guest.sgi = val;
	guest.sgi_group1 = group1;
	guest.sgis++;
}

void fault_flush_vm(struct loft_vm *vm)
{
	might_sleep();
	guest.flushes++;
}

u64 vtimer_counter(void)
{
	return backend_counter();
}

u64 vtimer_count_v(struct loft_vcpu *vcpu)
{
	return vtimer_counter() - vcpu->vm->cntvoff;
}

u64 vtimer_count_p(struct loft_vcpu *vcpu)
{
	return guest.counter_p;
}

u64 vtimer_p_read_ctl(struct loft_vcpu *vcpu)
{
	return vcpu->timer.p.ctl;
}

void vtimer_p_write(struct loft_vcpu *vcpu, u64 ctl, u64 cval)
{
	vcpu->timer.p.ctl = ctl & 3;
	vcpu->timer.p.cval = cval;
}

/* As a Neoverse N1 has them, with GICv3: what the fields mean is the Arm ARM's to say */
static void machine_init(void)
{
	GUEST_HW(ID_PFR0_EL1) = 0x10010131;
	GUEST_HW(ID_PFR1_EL1) = 0x10010000;
	GUEST_HW(ID_PFR2_EL1) = 0x00000011;
	GUEST_HW(ID_DFR0_EL1) = 0x04010088;
	GUEST_HW(ID_MMFR0_EL1) = 0x10201105;
	GUEST_HW(ID_MMFR3_EL1) = 0x02122211;
	GUEST_HW(ID_MMFR4_EL1) = 0x00021110;
	GUEST_HW(ID_ISAR0_EL1) = 0x02101110;
	GUEST_HW(ID_ISAR5_EL1) = 0x01011121;
	GUEST_HW(MVFR0_EL1) = 0x10110222;
	GUEST_HW(ID_AA64PFR0_EL1) = 0x1100000010111112;
	GUEST_HW(ID_AA64PFR1_EL1) = 0x0000000000000020;
	GUEST_HW(ID_AA64DFR0_EL1) = 0x0000000110305408;
	GUEST_HW(ID_AA64ISAR0_EL1) = 0x0000100010211120;
	GUEST_HW(ID_AA64ISAR1_EL1) = 0x0000000000100001;
	GUEST_HW(ID_AA64MMFR0_EL1) = 0x0000000000101125;
	GUEST_HW(ID_AA64MMFR1_EL1) = 0x0000000010212122;
	GUEST_HW(ID_AA64MMFR2_EL1) = 0x0000000000001011;
	guest.ctr = 0x8444c004;
	guest.caps[ARM64_SPECTRE_V4] = true;
	guest.caps[ARM64_SPECTRE_BHB] = true;
}

void guest_init(void)
{
	unsigned int i;

	guest = (struct fake_guest){ .vgic = true };
	fake_backend_reset();
	loft_caps.ras = true;
	machine_init();
	xa_init(&guest.vm.vcpus);
	guest.vm.stage2.ia_bits = 40;
	for (i = 0; i < GUEST_VCPUS; i++) {
		struct loft_vcpu *vcpu = &guest.vcpu[i];

		vcpu->vm = &guest.vm;
		vcpu->id = i;
		vcpu->cpu = -1;
		vcpu->run = &guest.run[i];
		vcpu->features = BIT(KVM_ARM_VCPU_PSCI_0_2);
		spin_lock_init(&vcpu->psci_lock);
		vcpu_reset(vcpu);
		vcpu->init = true;
		vcpu->powered_off = i > 0;
		xa_store(&guest.vm.vcpus, i, vcpu, GFP_KERNEL);
	}
	guest.resets = 0;
	memset(guest.evicts, 0, sizeof(guest.evicts));
}

/* Before anything has run: all vCPUs become 32-bit ones, on a machine like a Cortex-A72 */
void guest_make_32bit(void)
{
	unsigned int i;

	loft_caps.el1_32bit = true;
	guest.vm.el1_width = 32;
	GUEST_HW(ID_PFR1_EL1) = 0x10011011;
	GUEST_HW(ID_AA64PFR0_EL1) = 0x0000000001002222;
	GUEST_HW(ID_AA64DFR0_EL1) = 0x0000000010305106;
	for (i = 0; i < GUEST_VCPUS; i++) {
		guest.vcpu[i].features |= BIT(KVM_ARM_VCPU_EL1_32BIT);
		vcpu_reset(&guest.vcpu[i]);
	}
	guest.resets = 0;
	memset(guest.evicts, 0, sizeof(guest.evicts));
}

void guest_exit(void)
{
	xa_destroy(&guest.vm.vcpus);
}
