// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI: the power states of vCPUs, and what the VM as a whole is told.
 *
 * Links: tests/unit/fake_guest.c virt/sysreg.c virt/sysreg_table.c virt/sysreg_cp15.c virt/cpreg.c virt/cond.c virt/debug.c
 * Links: virt/cacheid.c virt/idreg.c
 * Links: virt/onereg.c virt/onereg_common.c virt/psci.c virt/smccc.c virt/smccc_host.c virt/inject.c virt/inject32.c
 */
#include <unit.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <fake_guest.h>
#include <loft/smccc.h>

#define ENTRY	0x40200000ull
#define CTX	0x1122334455667788ull

#define CPU_SUSPEND	0xc4000001
#define CPU_OFF		0x84000002
#define CPU_ON_32	0x84000003
#define CPU_ON		0xc4000003
#define AFFINITY_INFO	0xc4000004

static enum loft_verdict verdict;

static s64 psci(unsigned int cpu, u32 fn, u64 x1, u64 x2, u64 x3)
{
	struct loft_vcpu *vcpu = &guest.vcpu[cpu];

	vcpu->regs.x[0] = fn;
	vcpu->regs.x[1] = x1;
	vcpu->regs.x[2] = x2;
	vcpu->regs.x[3] = x3;
	vcpu->exit.kind = LOFT_EXIT_SYNC;
	vcpu->exit.esr = (u64)ESR_ELx_EC_HVC64 << ESR_ELx_EC_SHIFT | ESR_ELx_IL;
	verdict = smccc_call(vcpu, NULL);
	return vcpu->regs.x[0];
}

/* What the run loop does with a request of its vCPU */
static bool take_reset(unsigned int cpu)
{
	if (!test_and_clear_bit(LOFT_REQ_RESET, &guest.vcpu[cpu].requests))
		return false;
	psci_take_reset(&guest.vcpu[cpu]);
	return true;
}

TEST(cpu_on)
{
	struct loft_vcpu *target = &guest.vcpu[2];

	guest_init();
	target->regs.x[5] = 99;
	target->regs.sys[LOFT_TTBR0_EL1] = 0x1000;
	CHECK_EQ(psci(0, CPU_ON, 2, ENTRY, CTX), 0);
	CHECK_EQ(verdict, LOFT_RESUME);
	CHECK(!target->powered_off);
	CHECK_EQ(guest.kicks[2], 1);
	CHECK(take_reset(2));
	CHECK_EQ(target->regs.pc, ENTRY);
	CHECK_EQ(target->regs.x[0], CTX);
	CHECK_EQ(target->regs.x[5], 0);
	CHECK_EQ(target->regs.pstate, PSR_MODE_EL1h | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT);
	CHECK_EQ(target->regs.sys[LOFT_TTBR0_EL1], 0);
	CHECK_EQ(target->regs.sys[LOFT_SCTLR_EL1] & (SCTLR_ELx_EE | SCTLR_ELx_M), 0);
	CHECK_EQ(target->regs.sys[LOFT_MPIDR_EL1], 0x80000002);
	CHECK(guest.vcpu[1].powered_off && guest.vcpu[3].powered_off);
	guest_exit();
}

TEST(cpu_on_32_truncates)
{
	guest_init();
	CHECK_EQ(psci(0, CPU_ON_32, 0xffffffff00000001ull, 0xffff000040200000ull, CTX), 0);
	CHECK(take_reset(1));
	CHECK_EQ(guest.vcpu[1].regs.pc, ENTRY);
	CHECK_EQ(guest.vcpu[1].regs.x[0], (u32)CTX);
	guest_exit();
}

TEST(cpu_on_inherits_endianness)
{
	guest_init();
	guest.vcpu[0].regs.sys[LOFT_SCTLR_EL1] |= SCTLR_ELx_EE;
	CHECK_EQ(psci(0, CPU_ON, 1, ENTRY, CTX), 0);
	/* It lives in the hardware: somebody must have fetched it. */
	CHECK(guest.evicts[0] > 0);
	CHECK(take_reset(1));
	CHECK(guest.vcpu[1].regs.sys[LOFT_SCTLR_EL1] & SCTLR_ELx_EE);
	guest_exit();
}

TEST(cpu_on_bad_targets)
{
	guest_init();
	CHECK_EQ(psci(0, CPU_ON, 4, ENTRY, CTX), -2);
	CHECK_EQ(psci(0, CPU_ON, 0x100, ENTRY, CTX), -2);
	CHECK_EQ(psci(0, CPU_ON, 0x100000001ull, ENTRY, CTX), -2);
	CHECK_EQ(psci(0, CPU_ON, 0, ENTRY, CTX), -4);
	guest.vcpu[3].init = false;
	CHECK_EQ(psci(0, CPU_ON, 3, ENTRY, CTX), -2);
	CHECK(guest.vcpu[3].powered_off);
	guest_exit();
}

/* Two CPUs turn on the same target; at each point between, the second must not change what the first set up. */
TEST(cpu_on_race)
{
	struct loft_vcpu *target = &guest.vcpu[2];

	guest_init();
	CHECK_EQ(psci(0, CPU_ON, 2, ENTRY, CTX), 0);
	CHECK_EQ(psci(1, CPU_ON, 2, 0xbad0000, 0xbad), -5);
	CHECK_EQ(psci(0, AFFINITY_INFO, 2, 0, 0), 0);
	CHECK(take_reset(2));
	CHECK_EQ(target->regs.pc, ENTRY);
	CHECK_EQ(target->regs.x[0], CTX);
	CHECK_EQ(psci(1, CPU_ON, 2, 0xbad0000, 0xbad), -4);
	CHECK(!take_reset(2));
	CHECK_EQ(psci(0, AFFINITY_INFO, 2, 0, 0), 0);

	/* Off and on again, from another CPU */
	psci(2, CPU_OFF, 0, 0, 0);
	CHECK_EQ(psci(0, AFFINITY_INFO, 2, 0, 0), 1);
	CHECK_EQ(psci(1, CPU_ON, 2, ENTRY + 4, CTX + 1), 0);
	CHECK_EQ(psci(0, CPU_ON, 2, 0xbad0000, 0xbad), -5);
	CHECK(take_reset(2));
	CHECK_EQ(target->regs.pc, ENTRY + 4);
	CHECK_EQ(target->regs.x[0], CTX + 1);
	guest_exit();
}

/* A target that was turned on and is stopped before it ran comes up neither now nor after its next start. */
TEST(stop_cancels_a_pending_cpu_on)
{
	struct kvm_mp_state mp = { .mp_state = KVM_MP_STATE_STOPPED };

	guest_init();
	CHECK_EQ(psci(0, CPU_ON, 2, ENTRY, CTX), 0);
	CHECK_EQ(psci_set_mp_state(&guest.vcpu[2], &mp), 0);
	CHECK(!take_reset(2));
	CHECK(guest.vcpu[2].powered_off);
	CHECK_EQ(psci(0, CPU_ON, 2, ENTRY, CTX), 0);
	psci(0, 0x84000009, 0, 0, 0);
	CHECK(!take_reset(2));
	CHECK(guest.vcpu[2].powered_off);
	guest_exit();
}

TEST(cpu_off)
{
	guest_init();
	psci(0, CPU_OFF, 0, 0, 0);
	CHECK_EQ(verdict, LOFT_RESUME);
	CHECK(guest.vcpu[0].powered_off);
	CHECK(test_bit(LOFT_REQ_SLEEP, &guest.vcpu[0].requests));
	guest_exit();
}

TEST(cpu_suspend_waits)
{
	guest_init();
	CHECK_EQ(psci(0, CPU_SUSPEND, 0x10000, ENTRY, CTX), 0);
	CHECK_EQ(guest.blocks, 1);
	CHECK_EQ(verdict, LOFT_RESUME);
	CHECK_EQ(psci(0, 0x84000001, 0, 0, 0), 0);
	CHECK_EQ(guest.blocks, 2);
	guest_exit();
}

TEST(affinity_info)
{
	static const u64 mpidr[] = { 0x80000000, 0x80000001, 0x80000100, 0x180000000 };
	unsigned int i;

	guest_init();
	for (i = 0; i < GUEST_VCPUS; i++)
		guest.vcpu[i].regs.sys[LOFT_MPIDR_EL1] = mpidr[i];
	CHECK_EQ(psci(0, AFFINITY_INFO, 0, 0, 0), 0);
	CHECK_EQ(psci(0, AFFINITY_INFO, 1, 0, 0), 1);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x100, 0, 0), 1);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x100000000ull, 0, 0), 1);
	CHECK_EQ(psci(0, AFFINITY_INFO, 2, 0, 0), -2);
	/* Level 1: clusters; the low byte does not count */
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x07, 1, 0), 0);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x107, 1, 0), 1);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x200, 1, 0), -2);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0xffff, 2, 0), 0);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x10000, 2, 0), -2);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0xffffff, 3, 0), 0);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x100ffffffull, 3, 0), 1);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0, 4, 0), -2);
	CHECK_EQ(psci(0, AFFINITY_INFO, 0, ~0ull, 0), -2);
	/* A vCPU that userspace has not initialised is not there. */
	guest.vcpu[2].init = false;
	CHECK_EQ(psci(0, AFFINITY_INFO, 0x100, 1, 0), -2);
	/* A 32-bit call has no Aff3. */
	CHECK_EQ(psci(0, 0x84000004, 0x100000000ull, 0x100000000ull, 0), 0);
	guest_exit();
}

TEST(migrate_info)
{
	guest_init();
	CHECK_EQ(psci(0, 0x84000006, 0, 0, 0), 2);
	CHECK_EQ(psci(0, 0x84000005, 0, 0, 0), -1);
	guest_exit();
}

static void check_stopped(u32 type, u64 flags)
{
	unsigned int i;

	CHECK_EQ(verdict, LOFT_USER);
	CHECK_EQ(guest.run[0].exit_reason, KVM_EXIT_SYSTEM_EVENT);
	CHECK_EQ(guest.run[0].system_event.type, type);
	CHECK_EQ(guest.run[0].system_event.ndata, 1);
	CHECK_EQ(guest.run[0].system_event.data[0], flags);
	CHECK_EQ(guest.vcpu[0].regs.x[0], (u64)-6ll);
	for (i = 0; i < GUEST_VCPUS; i++) {
		CHECK(guest.vcpu[i].powered_off);
		CHECK(test_bit(LOFT_REQ_SLEEP, &guest.vcpu[i].requests));
		CHECK(guest.kicks[i]);
	}
}

TEST(system_off)
{
	guest_init();
	guest.vcpu[1].powered_off = false;
	psci(0, 0x84000008, 0, 0, 0);
	check_stopped(KVM_SYSTEM_EVENT_SHUTDOWN, 0);
	guest_exit();
}

TEST(system_reset)
{
	guest_init();
	memset(&guest.run[0].system_event, 0xff, sizeof(guest.run[0].system_event));
	psci(0, 0x84000009, 0, 0, 0);
	check_stopped(KVM_SYSTEM_EVENT_RESET, 0);
	guest_exit();
}

TEST(system_reset2)
{
	guest_init();
	CHECK_EQ(psci(0, 0xc4000012, 1, 0, 0), -2);
	CHECK_EQ(verdict, LOFT_RESUME);
	CHECK_EQ(psci(0, 0xc4000012, 0x7fffffff, 0, 0), -2);
	CHECK(!guest.vcpu[0].powered_off);
	psci(0, 0xc4000012, 0x80000001, 0x42, 0);
	check_stopped(KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
	guest_exit();
	guest_init();
	psci(0, 0x84000012, 0, 0, 0);
	check_stopped(KVM_SYSTEM_EVENT_RESET, KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
	guest_exit();
}

TEST(system_suspend)
{
	guest_init();
	CHECK_EQ(psci(0, 0xc400000e, ENTRY, CTX, 0), -1);
	guest.vm.system_suspend = true;
	psci_fns_update(&guest.vcpu[0]);
	psci(0, 0xc400000e, ENTRY, CTX, 0);
	CHECK_EQ(verdict, LOFT_USER);
	CHECK_EQ(guest.run[0].exit_reason, KVM_EXIT_SYSTEM_EVENT);
	CHECK_EQ(guest.run[0].system_event.type, KVM_SYSTEM_EVENT_SUSPEND);
	CHECK(!guest.vcpu[0].powered_off);
	CHECK_EQ(guest.vcpu[0].regs.x[1], ENTRY);
	CHECK_EQ(guest.vcpu[0].regs.x[2], CTX);
	guest_exit();
}

TEST(mp_state)
{
	struct loft_vcpu *vcpu = &guest.vcpu[1];
	struct kvm_mp_state mp;
	unsigned int i;

	guest_init();
	psci_get_mp_state(vcpu, &mp);
	CHECK_EQ(mp.mp_state, KVM_MP_STATE_STOPPED);
	mp.mp_state = KVM_MP_STATE_RUNNABLE;
	CHECK_EQ(psci_set_mp_state(vcpu, &mp), 0);
	CHECK(!vcpu->powered_off);
	CHECK(guest.kicks[1]);
	psci_get_mp_state(vcpu, &mp);
	CHECK_EQ(mp.mp_state, KVM_MP_STATE_RUNNABLE);
	for (i = 0; i < 16; i++) {
		mp.mp_state = i;
		if (i != KVM_MP_STATE_RUNNABLE && i != KVM_MP_STATE_STOPPED)
			CHECK_EQ(psci_set_mp_state(vcpu, &mp), -EINVAL);
	}
	CHECK(!vcpu->powered_off);
	guest.vm.system_suspend = true;
	mp.mp_state = KVM_MP_STATE_SUSPENDED;
	CHECK_EQ(psci_set_mp_state(vcpu, &mp), 0);
	CHECK(test_bit(LOFT_REQ_SUSPEND, &vcpu->requests));
	psci_get_mp_state(vcpu, &mp);
	CHECK_EQ(mp.mp_state, KVM_MP_STATE_SUSPENDED);
	mp.mp_state = KVM_MP_STATE_STOPPED;
	CHECK_EQ(psci_set_mp_state(vcpu, &mp), 0);
	psci_get_mp_state(vcpu, &mp);
	CHECK_EQ(mp.mp_state, KVM_MP_STATE_STOPPED);
	CHECK(test_bit(LOFT_REQ_SLEEP, &vcpu->requests));
	guest_exit();
}

TEST(versions_userspace_may_choose)
{
	struct loft_vcpu *vcpu = &guest.vcpu[0];

	guest_init();
	CHECK_EQ(vcpu->psci_version, PSCI_VERSION(1, 1));
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(0, 2)), 0);
	CHECK_EQ(psci(0, 0x8400000a, 0x84000000, 0, 0), -1);
	CHECK_EQ(psci(0, 0x84000012, 0, 0, 0), -1);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(1, 0)), 0);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(0, 1)), -EINVAL);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(1, 2)), -EINVAL);
	CHECK_EQ(psci_set_version(vcpu, 0), -EINVAL);
	CHECK_EQ(psci_set_version(vcpu, 0x100010001ull), -EINVAL);
	/* The choice survives a second KVM_ARM_VCPU_INIT. */
	psci_vcpu_init(vcpu);
	CHECK_EQ(vcpu->psci_version, PSCI_VERSION(1, 0));
	vcpu->features = 0;
	psci_vcpu_init(vcpu);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(1, 1)), -EINVAL);
	CHECK_EQ(psci_set_version(vcpu, PSCI_VERSION(0, 1)), 0);
	guest_exit();
}
