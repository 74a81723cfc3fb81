// SPDX-License-Identifier: GPL-2.0-only
// KVM_SET_GUEST_DEBUG: steps, breakpoints and watchpoints of the VMM's, and the guest's own beside them.
#include <string.h>

#include "vm.h"

#define EC(esr)		((esr) >> 26 & 0x3f)
#define EC_BREAKPT	0x30
#define EC_BREAKPT_CUR	0x31
#define EC_STEP		0x32
#define EC_WATCHPT	0x34
#define EC_BRK		0x3c
#define BCR_EL1_EL0	0x1e7		/* enabled, EL1 and EL0, four bytes */
#define WCR_STORES	(0xffUL << 5 | 2 << 3 | 3 << 1 | 1)
#define PSTATE_SS	(1UL << 21)
#define MDSCR_REG	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | 2 << 14 | 2 << 3 | 2)
#define BVR_REG(n)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | 2 << 14 | (n) << 3 | 4)

/* Offsets of guest_debug's instructions */
enum { AT_ADD = 0, AT_STORE = 4, AT_MMIO = 8, AT_MRS = 12, AT_BRK = 16, AT_ADD2 = 20, AT_LOAD = 24, AT_BACK = 28 };

#define MEMORY		(RAM_BASE + 0x100000)

static struct kvm_guest_debug dbg;

static uint64_t address(unsigned int offset)
{
	return RAM_BASE + (guest_debug - guest_code) + offset;
}

static int debug(struct vm *vm, uint32_t control)
{
	dbg.control = control;
	return ioctl(vm->vcpu[0], KVM_SET_GUEST_DEBUG, &dbg);
}

static void start(struct vm *vm)
{
	memset(&dbg, 0, sizeof(dbg));
	vm_boot(vm, 1);
	vm_start(vm, 0, guest_debug, 0, MMIO_BASE, MEMORY, 0);
}

static enum verdict refused(void)
{
	struct vm vm;

	vm_create(&vm);
	vm_add_vcpu(&vm, false);
	EXPECT_ERRNO(debug(&vm, KVM_GUESTDBG_ENABLE), ENOEXEC);
	EXPECT_EQ(vcpu_init(&vm, 0, 0), 0);
	EXPECT_ERRNO(debug(&vm, KVM_GUESTDBG_ENABLE | 1 << 18), EINVAL);
	EXPECT_ERRNO(debug(&vm, 1U << 31), EINVAL);
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_SET_GUEST_DEBUG, NULL), EFAULT);
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE));
	EXPECT_OK(debug(&vm, 0));
	EXPECT_OK(debug(&vm, 0));
	return TEST_PASS;
}

/* Run, and expect a debug exit of this class at this instruction of guest_debug. */
static enum verdict stops(struct vm *vm, unsigned int ec, unsigned int offset)
{
	EXPECT_EQ(vcpu_run(vm, 0), KVM_EXIT_DEBUG);
	EXPECT_EQ(EC(vm->run[0]->debug.arch.hsr), ec);
	EXPECT_EQ(vcpu_reg(vm, 0, PC_REG), address(offset));
	return TEST_PASS;
}

#define EXPECT_STOP(ec, offset) do { if (stops(&vm, ec, offset)) return TEST_FAIL; } while (0)

static enum verdict steps(void)
{
	struct vm vm;
	int i;

	start(&vm);
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG) & PSTATE_SS, 0);
		EXPECT_STOP(EC_STEP, AT_STORE);
		EXPECT_STOP(EC_STEP, AT_MMIO);
		/* An access that the VMM carries out is one step, too */
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_STOP(EC_STEP, AT_MRS);
		EXPECT_STOP(EC_STEP, AT_BRK);
		EXPECT_STOP(EC_BRK, AT_BRK);
		vcpu_set_reg(&vm, 0, PC_REG, address(AT_ADD2));
		EXPECT_STOP(EC_STEP, AT_LOAD);
		EXPECT_STOP(EC_STEP, AT_BACK);
		EXPECT_STOP(EC_STEP, AT_ADD);
	}
	EXPECT_OK(debug(&vm, 0));
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

/* KVM_RUN that does not come to the instruction leaves the step to be made; one that did it has only to say so. */
static enum verdict step_survives(void)
{
	struct vm vm;

	start(&vm);
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP));
	vm.run[0]->immediate_exit = 1;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	vm.run[0]->immediate_exit = 0;
	EXPECT_STOP(EC_STEP, AT_STORE);
	EXPECT_STOP(EC_STEP, AT_MMIO);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	vm.run[0]->immediate_exit = 1;
	EXPECT_ERRNO(ioctl(vm.vcpu[0], KVM_RUN, 0), EINTR);
	vm.run[0]->immediate_exit = 0;
	EXPECT_STOP(EC_STEP, AT_MRS);
	return TEST_PASS;
}

static enum verdict breakpoints(void)
{
	struct vm vm;

	start(&vm);
	dbg.arch.dbg_bvr[1] = address(AT_MMIO);
	dbg.arch.dbg_bcr[1] = BCR_EL1_EL0;
	dbg.arch.dbg_wvr[0] = MEMORY;
	dbg.arch.dbg_wcr[0] = WCR_STORES;
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW));
	EXPECT_STOP(EC_WATCHPT, AT_STORE);
	EXPECT_EQ(vm.run[0]->debug.arch.far, MEMORY);
	EXPECT_STOP(EC_WATCHPT, AT_STORE);
	dbg.arch.dbg_wcr[0] = 0;
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW));
	EXPECT_STOP(EC_BREAKPT, AT_MMIO);
	/* The guest's registers do not show it */
	EXPECT_EQ(vcpu_reg(&vm, 0, BVR_REG(1)), 0);
	EXPECT_EQ(vcpu_reg(&vm, 0, MDSCR_REG), 0);
	EXPECT_OK(debug(&vm, 0));
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

/* The guest's own breakpoint and BRK reach the guest, also while the VMM debugs with what they do not need. */
static enum verdict own(uint32_t control, bool own_hits)
{
	struct vm vm;

	start(&vm);
	vm_start(&vm, 0, guest_debug_own, 0, MMIO_BASE, 0, 0);
	EXPECT_OK(debug(&vm, control));
	if (own_hits) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(EC(vcpu_mmio(&vm, 0)), EC_BREAKPT_CUR);
	}
	if (control & KVM_GUESTDBG_USE_SW_BP) {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_DEBUG);
		EXPECT_EQ(EC(vm.run[0]->debug.arch.hsr), EC_BRK);
		EXPECT_EQ(vm.run[0]->debug.arch.hsr & 0xffff, 9);
		vcpu_set_reg(&vm, 0, PC_REG, vcpu_reg(&vm, 0, PC_REG) + 4);
	} else {
		EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
		EXPECT_EQ(EC(vcpu_mmio(&vm, 0)), EC_BRK);
	}
	/* It reads back what it wrote */
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 0xa000);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_mmio(&vm, 0), 0);
	EXPECT_EQ(vcpu_reg(&vm, 0, MDSCR_REG), 0xa000);
	return TEST_PASS;
}

static enum verdict own_alone(void)
{
	return own(0, true);
}

static enum verdict own_beside_idle(void)
{
	return own(KVM_GUESTDBG_ENABLE, true);
}

static enum verdict own_beside_brk(void)
{
	return own(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP, true);
}

static enum verdict own_beside_hardware(void)
{
	return own(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW, false);
}

static enum verdict reset_while_debugged(void)
{
	struct vm vm;

	start(&vm);
	EXPECT_OK(debug(&vm, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP));
	EXPECT_STOP(EC_STEP, AT_STORE);
	EXPECT_EQ(vcpu_init(&vm, 0, 1 << KVM_ARM_VCPU_PSCI_0_2), 0);
	vm_start(&vm, 0, guest_debug, 0, MMIO_BASE, MEMORY, 0);
	EXPECT_EQ(vcpu_reg(&vm, 0, PSTATE_REG) & PSTATE_SS, 0);
	EXPECT_STOP(EC_STEP, AT_STORE);
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "nonsense is refused", refused },
	{ "single steps over all kinds of instructions", steps },
	{ "a step survives KVM_RUN's EINTR", step_survives },
	{ "breakpoint and watchpoint", breakpoints },
	{ "the guest's own, nobody debugs", own_alone },
	{ "the guest's own, KVM_GUESTDBG_ENABLE alone", own_beside_idle },
	{ "the guest's own, beside KVM_GUESTDBG_USE_SW_BP", own_beside_brk },
	{ "the guest's own registers, beside KVM_GUESTDBG_USE_HW", own_beside_hardware },
	{ "reset while being debugged", reset_while_debugged },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
