// SPDX-License-Identifier: GPL-2.0-only
// The vGICv2: creation old and new, attributes, initialisation by the first run, and its state saved and restored.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm.h"

#define ADDR	KVM_DEV_ARM_VGIC_GRP_ADDR
#define NR	KVM_DEV_ARM_VGIC_GRP_NR_IRQS
#define GIC_CTRL	KVM_DEV_ARM_VGIC_GRP_CTRL
#define DIST_REGS	KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define CPU_REGS	KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define LEVEL	KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO
#define DIST	KVM_VGIC_V2_ADDR_TYPE_DIST
#define CPU	KVM_VGIC_V2_ADDR_TYPE_CPU
#define INIT	KVM_DEV_ARM_VGIC_CTRL_INIT
#define OLD_ID(type)	((u64)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | (type))
#define LINES	((u64)VGIC_LEVEL_INFO_LINE_LEVEL << KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT)
#define OF_CPU(n)	((u64)(n) << KVM_DEV_ARM_VGIC_CPUID_SHIFT)

#define SKIP_WITHOUT() do { if (!have_v2()) return tap_skip("no GICv2 for guests on this host"); } while (0)

static int create(struct vm *vm, uint32_t flags)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V2, .flags = flags };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &device) ? -1 : (int)device.fd;
}

static bool have_v2(void)
{
	struct vm vm;
	bool have;

	vm_create(&vm);
	have = create(&vm, KVM_CREATE_DEVICE_TEST) >= 0;
	vm_destroy(&vm);
	return have;
}

static int set(int gic, uint32_t group, u64 attr, u64 value)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, group, attr, &value);
}

static int has(int gic, uint32_t group, u64 attr)
{
	return device_attr(gic, KVM_HAS_DEVICE_ATTR, group, attr, NULL);
}

static uint32_t get(int gic, uint32_t group, u64 attr)
{
	uint32_t v = 0;

	if (device_attr(gic, KVM_GET_DEVICE_ATTR, group, attr, &v))
		tap_die("group %u, attribute 0x%llx", group, attr);
	return v;
}

static int old_addr(struct vm *vm, u64 id, u64 addr)
{
	struct kvm_arm_device_addr a = { .id = id, .addr = addr };

	return ioctl(vm->fd, KVM_ARM_SET_DEVICE_ADDR, &a);
}

static void vm_bare(struct vm *vm, int vcpus)
{
	vm_create(vm);
	vm_create_ram(vm, RAM_SIZE);
	while (vcpus--)
		vm_add_vcpu(vm, true);
}

/* A VM with a vGICv2, though the host may have GICv3 for guests as well. */
static void vm_boot_v2(struct vm *vm, int vcpus)
{
	vm_bare(vm, vcpus);
	vm->gic = create(vm, 0);
	vm->gic_version = 2;
	if (vm->gic < 0 || set(vm->gic, NR, 0, 128) || set(vm->gic, ADDR, DIST, GICD_BASE) ||
	    set(vm->gic, ADDR, CPU, GICC_BASE) || set(vm->gic, GIC_CTRL, INIT, 0))
		tap_die("vGICv2");
}

static enum verdict absent(void)
{
	struct vm vm;

	if (have_v2())
		return tap_skip("this host has GICv2 for guests");
	vm_create(&vm);
	EXPECT_ERRNO(create(&vm, 0), ENODEV);
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), ENODEV);
	EXPECT(old_addr(&vm, OLD_ID(DIST), GICD_BASE) < 0, "an address for what is not there");
	EXPECT_EQ(ioctl(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_SET_DEVICE_ADDR), 0);
	return TEST_PASS;
}

/* As VMMs before KVM_CREATE_DEVICE did: nothing but these ioctls, and the guest takes its timer's interrupt. */
static enum verdict old_way(void)
{
	u64 freq;
	struct vm vm;

	SKIP_WITHOUT();
	freq = arch_frequency();
	vm_bare(&vm, 1);
	EXPECT(ioctl(vm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_SET_DEVICE_ADDR) > 0, "not advertised");
	EXPECT(old_addr(&vm, OLD_ID(DIST), GICD_BASE) < 0 && (errno == ENXIO || errno == ENODEV), "errno %d", errno);
	EXPECT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EEXIST);
	EXPECT_ERRNO(create(&vm, 0), EEXIST);
	EXPECT_ERRNO(old_addr(&vm, OLD_ID(DIST) | 5ULL << KVM_ARM_DEVICE_ID_SHIFT, GICD_BASE), ENODEV);
	EXPECT_ERRNO2(old_addr(&vm, OLD_ID(KVM_VGIC_V3_ADDR_TYPE_REDIST), GICD_BASE), ENXIO, ENODEV);
	EXPECT_ERRNO(old_addr(&vm, OLD_ID(DIST), GICD_BASE + 0x100), EINVAL);
	EXPECT_OK(old_addr(&vm, OLD_ID(DIST), GICD_BASE));
	EXPECT_ERRNO(old_addr(&vm, OLD_ID(DIST), GICD_BASE), EEXIST);
	EXPECT_OK(old_addr(&vm, OLD_ID(CPU), GICC_BASE));
	vm_start(&vm, 0, guest_timer_once, GICD_BASE, GICD_BASE, freq / 50, MMIO_BASE);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu_run(&vm, 0), KVM_EXIT_MMIO);
	return TEST_PASS;
}

static enum verdict attributes(void)
{
	struct vm vm;
	u64 v;
	int gic;

	SKIP_WITHOUT();
	vm_bare(&vm, 2);
	gic = create(&vm, 0);
	EXPECT_OK(gic);
	EXPECT_OK(has(gic, ADDR, DIST));
	EXPECT_OK(has(gic, ADDR, CPU));
	EXPECT_OK(has(gic, NR, 0));
	EXPECT_OK(has(gic, GIC_CTRL, INIT));
	EXPECT_OK(has(gic, DIST_REGS, 0x100));
	EXPECT_OK(has(gic, CPU_REGS, OF_CPU(1) | 4));
	EXPECT_ERRNO(has(gic, ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST), ENXIO);
	EXPECT_ERRNO(has(gic, ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST), ENXIO);
	EXPECT_ERRNO(has(gic, GIC_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), ENXIO);
	EXPECT_ERRNO(has(gic, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0), ENXIO);
	EXPECT_ERRNO(has(gic, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, 0), ENXIO);
	EXPECT_ERRNO(has(gic, 77, 0), ENXIO);
	EXPECT_ERRNO(has(gic, DIST_REGS, 0xffe0), ENXIO);
	EXPECT_ERRNO(has(gic, CPU_REGS, 0x20), ENXIO);
	EXPECT_ERRNO(has(gic, CPU_REGS, OF_CPU(2) | 4), EINVAL);
	EXPECT_ERRNO(set(gic, 77, 0, 0), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_GET_DEVICE_ATTR, 77, 0, &v), ENXIO);
	EXPECT_ERRNO(device_attr(gic, KVM_SET_DEVICE_ATTR, ADDR, DIST, (void *)16), EFAULT);
	EXPECT_ERRNO(device_attr(gic, KVM_SET_DEVICE_ATTR, DIST_REGS, 0x100, (void *)16), EFAULT);
	return TEST_PASS;
}

static enum verdict addresses(void)
{
	u64 v = 0;
	struct vm vm;
	int gic;

	SKIP_WITHOUT();
	vm_bare(&vm, 1);
	gic = create(&vm, 0);
	EXPECT_ERRNO(set(gic, ADDR, DIST, GICD_BASE + 0x800), EINVAL);
	EXPECT_ERRNO(set(gic, ADDR, CPU, GICC_BASE + 4), EINVAL);
	EXPECT_ERRNO2(set(gic, ADDR, CPU, 1ULL << 40), E2BIG, EINVAL);
	EXPECT_ERRNO2(set(gic, ADDR, CPU, (1ULL << 40) - 0x1000), E2BIG, EINVAL);
	EXPECT_ERRNO2(set(gic, ADDR, CPU, ~0xfffULL), E2BIG, EINVAL);
	EXPECT_OK(set(gic, ADDR, DIST, GICD_BASE));
	EXPECT_OK(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR, DIST, &v));
	EXPECT_EQ(v, GICD_BASE);
	EXPECT_ERRNO(set(gic, ADDR, DIST, GICD_BASE), EEXIST);
	/* Without the CPU interface's the guest must not run. */
	vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
	EXPECT_ERRNO2(ioctl(vm.vcpu[0], KVM_RUN, 0), ENXIO, EINVAL);
	return TEST_PASS;
}

/* The page that is mapped into the guest would hide the distributor. */
static enum verdict overlapping(void)
{
	struct vm vm;
	int gic, ret;

	SKIP_WITHOUT();
	vm_bare(&vm, 1);
	gic = create(&vm, 0);
	EXPECT_OK(set(gic, ADDR, DIST, GICD_BASE));
	ret = set(gic, ADDR, CPU, GICD_BASE - 0x1000);
	if (!ret) {
		vm_start(&vm, 0, guest_mmio_loop, MMIO_BASE, 0, 0, 0);
		ret = ioctl(vm.vcpu[0], KVM_RUN, 0);
	}
	EXPECT(ret < 0 && errno == EINVAL, "returns %d, errno %d", ret, errno);
	return TEST_PASS;
}

static enum verdict limits(void)
{
	struct vm vm;
	int gic;

	SKIP_WITHOUT();
	vm_bare(&vm, 1);
	gic = create(&vm, 0);
	EXPECT_ERRNO(set(gic, NR, 0, 32), EINVAL);
	EXPECT_ERRNO(set(gic, NR, 0, 1025), EINVAL);
	EXPECT_ERRNO(set(gic, NR, 0, 1056), EINVAL);
	EXPECT_OK(set(gic, NR, 0, 96));
	EXPECT_ERRNO(set(gic, NR, 0, 128), EBUSY);
	EXPECT_EQ(get(gic, NR, 0), 96);
	EXPECT_OK(set(gic, GIC_CTRL, INIT, 0));
	EXPECT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 1UL), EBUSY);
	EXPECT_EQ(get(gic, DIST_REGS, 4) & 0xff, 96 / 32 - 1);
	vm_destroy(&vm);

	vm_boot_v2(&vm, MAX_VCPUS);
	EXPECT_EQ(get(vm.gic, DIST_REGS, 4) >> 5 & 7, MAX_VCPUS - 1);
	EXPECT_EQ(get(vm.gic, DIST_REGS, OF_CPU(7) | 0x800), 0x80808080);
	return TEST_PASS;
}

static int irq_line(struct vm *vm, uint32_t type, uint32_t vcpu, uint32_t num, uint32_t level)
{
	struct kvm_irq_level irq = { .irq = type << 24 | vcpu << 16 | num, .level = level };

	return ioctl(vm->fd, KVM_IRQ_LINE, &irq);
}

static enum verdict lines(void)
{
	struct vm vm;
	uint32_t v;

	SKIP_WITHOUT();
	vm_boot_v2(&vm, 2);
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1));
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x204), 0x100);
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 0));
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x204), 0);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 128, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_SPI, 0, 31, 1), EINVAL);
	EXPECT_OK(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 1, 20, 1));
	EXPECT_EQ(get(vm.gic, DIST_REGS, OF_CPU(1) | 0x200), 0x100000);
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x200), 0);
	/* The lines themselves are GICv3's to tell. */
	EXPECT_ERRNO(has(vm.gic, LEVEL, LINES), ENXIO);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, LEVEL, OF_CPU(1) | LINES, &v), ENXIO);
	EXPECT_ERRNO(irq_line(&vm, KVM_ARM_IRQ_TYPE_PPI, 2, 20, 1), EINVAL);
	EXPECT_ERRNO(irq_line(&vm, 3, 0, 40, 1), EINVAL);
	return TEST_PASS;
}

static enum verdict dist_registers(void)
{
	struct vm vm;

	SKIP_WITHOUT();
	vm_boot_v2(&vm, 2);
	EXPECT_OK(set(vm.gic, DIST_REGS, 0x104, 0x12345678));
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x104), 0x12345678);
	EXPECT_EQ(get(vm.gic, DIST_REGS, OF_CPU(1) | 0x104), 0x12345678);
	/* Of private interrupts each vCPU has its own. */
	EXPECT_OK(set(vm.gic, DIST_REGS, OF_CPU(1) | 0x410, 0x08101820));
	EXPECT_EQ(get(vm.gic, DIST_REGS, OF_CPU(1) | 0x410), 0x08101820);
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x410), 0);
	EXPECT_OK(set(vm.gic, DIST_REGS, 0x840, 0x02010203));
	EXPECT_EQ(get(vm.gic, DIST_REGS, 0x840), 0x02010203);
	EXPECT_ERRNO(set(vm.gic, DIST_REGS, OF_CPU(2) | 0x104, 0), EINVAL);
	EXPECT_ERRNO(set(vm.gic, DIST_REGS, 0xffe0, 0), ENXIO);
	EXPECT_ERRNO2(set(vm.gic, DIST_REGS, 0x102, 0), ENXIO, EINVAL);
	return TEST_PASS;
}

static enum verdict cpu_registers(void)
{
	static const struct {
		uint32_t offset, value, back;
	} regs[] = {
		{ 0x00, 0x201, 0x201 }, { 0x04, 0x15, 0x15 }, { 0x04, 0xff, 0x1f }, { 0x08, 5, 5 }, { 0x1c, 6, 6 },
		{ 0xd0, 0x80000400, 0x80000400 },
	};
	struct vm vm;
	unsigned int i;

	SKIP_WITHOUT();
	vm_boot_v2(&vm, 2);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		EXPECT_OK(set(vm.gic, CPU_REGS, OF_CPU(1) | regs[i].offset, regs[i].value));
		EXPECT_EQ(get(vm.gic, CPU_REGS, OF_CPU(1) | regs[i].offset), regs[i].back);
		EXPECT(get(vm.gic, CPU_REGS, regs[i].offset) != regs[i].back, "offset 0x%x: vCPU 0's changed too",
		       regs[i].offset);
	}
	EXPECT_EQ(get(vm.gic, CPU_REGS, 0xfc) >> 16 & 0xf, 2);
	EXPECT_ERRNO(set(vm.gic, CPU_REGS, 0x0c, 0), ENXIO);
	EXPECT_ERRNO(set(vm.gic, CPU_REGS, 0x1000, 0), ENXIO);
	EXPECT_ERRNO2(set(vm.gic, CPU_REGS, 0x06, 0), ENXIO, EINVAL);
	EXPECT_ERRNO(set(vm.gic, CPU_REGS, OF_CPU(2) | 4, 0), EINVAL);
	return TEST_PASS;
}

static void on_signal(int sig)
{
}

static volatile int stop;

static void *run_until_stop(void *arg)
{
	struct vm *vm = arg;

	while (!stop)
		ioctl(vm->vcpu[0], KVM_RUN, 0);
	return NULL;
}

/* Nothing of a vCPU that runs is given out or changed. */
static enum verdict busy(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t thread;
	struct vm vm;
	uint32_t v;
	int i;

	SKIP_WITHOUT();
	sigaction(SIGUSR1, &action, NULL);
	vm_boot_v2(&vm, 1);
	vm_start(&vm, 0, guest_spin, 0, 0, 0, 0);
	pthread_create(&thread, NULL, run_until_stop, &vm);
	/* Until the thread has come that far. */
	while (!device_attr(vm.gic, KVM_GET_DEVICE_ATTR, CPU_REGS, 4, &v))
		usleep(10000);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, CPU_REGS, 4, &v), EBUSY);
	EXPECT_ERRNO(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, DIST_REGS, 4, &v), EBUSY);
	EXPECT_ERRNO(set(vm.gic, CPU_REGS, 4, 0), EBUSY);
	stop = 1;
	for (i = 0; i < 20; i++) {
		pthread_kill(thread, SIGUSR1);
		usleep(5000);
	}
	pthread_join(thread, NULL);
	EXPECT_OK(device_attr(vm.gic, KVM_GET_DEVICE_ATTR, CPU_REGS, 4, &v));
	return TEST_PASS;
}

/* What a snapshot holds of the GIC, in the order in which it may be put back. */
static const struct {
	uint32_t group, from, end;
	uint32_t clear;		/* register to write all ones to first */
} state[] = {
	{ DIST_REGS, 0x080, 0x090 },			/* IGROUPR */
	{ DIST_REGS, 0x400, 0x480 },			/* IPRIORITYR */
	{ DIST_REGS, 0x800, 0x880 },			/* ITARGETSR */
	{ DIST_REGS, 0xc00, 0xc20 },			/* ICFGR */
	{ DIST_REGS, 0x100, 0x110, 0x180 },		/* ISENABLER */
	{ DIST_REGS, 0x200, 0x210, 0x280 },		/* ISPENDR */
	{ DIST_REGS, 0x300, 0x310, 0x380 },		/* ISACTIVER */
	{ DIST_REGS, 0xf20, 0xf30, 0xf10 },		/* SPENDSGIR */
	{ CPU_REGS, 0x00, 0x0c }, { CPU_REGS, 0x1c, 0x20 }, { CPU_REGS, 0xd0, 0xd4 },
	{ DIST_REGS, 0x000, 0x004 },			/* GICD_CTLR, last */
};

static void gic_copy(struct vm *to, struct vm *from)
{
	uint32_t off;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(state); i++) {
		for (off = state[i].from; off < state[i].end; off += 4) {
			if (state[i].clear && set(to->gic, state[i].group, state[i].clear + off - state[i].from, ~0U))
				tap_die("clear 0x%x", off);
			if (set(to->gic, state[i].group, off, get(from->gic, state[i].group, off)))
				tap_die("set 0x%x", off);
		}
	}
}

/* The VM's other half: memory and general registers, of an exit that is completed. */
static void vcpu_copy(struct vm *to, struct vm *from)
{
	int i;

	from->run[0]->immediate_exit = 1;
	ioctl(from->vcpu[0], KVM_RUN, 0);
	memcpy(to->ram, from->ram, RAM_SIZE);
	for (i = 0; i < 31; i++)
		vcpu_set_reg(to, 0, X_REG(i), vcpu_reg(from, 0, X_REG(i)));
	vcpu_set_reg(to, 0, PC_REG, vcpu_reg(from, 0, PC_REG));
	vcpu_set_reg(to, 0, PSTATE_REG, vcpu_reg(from, 0, PSTATE_REG));
}

/*
 * guest_gic_state goes on in another VM after every of its reports: an interrupt active, one of each kind pending, the
 * priority mask and the running priority go along.
 */
static enum verdict restored(void)
{
	static const u64 reports[] = { 40, 0xf0, 0x50, 3, 20, 1023, 1023 };
	struct vm vms[2];
	unsigned int i;

	SKIP_WITHOUT();
	vm_boot_v2(&vms[0], 2);
	vm_start(&vms[0], 0, guest_gic_state, GICD_BASE, GICD_BASE, 0, MMIO_BASE);
	for (i = 0; i < ARRAY_SIZE(reports); i++) {
		struct vm *vm = &vms[i % 2], *next = &vms[(i + 1) % 2];

		EXPECT_EQ(vcpu_run(vm, 0), KVM_EXIT_MMIO);
		EXPECT(vcpu_mmio(vm, 0) == reports[i], "report %u is 0x%llx, not 0x%llx", i, vcpu_mmio(vm, 0), reports[i]);
		vm_boot_v2(next, 2);
		vcpu_copy(next, vm);
		gic_copy(next, vm);
		vm_destroy(vm);
	}
	return TEST_PASS;
}

#define CHECKED 4

static struct vm checked;
static volatile u64 rounds[CHECKED];
static volatile int wrong;

static void *run_checked(void *arg)
{
	long i = (long)arg;

	while (!stop && vcpu_run(&checked, i) == KVM_EXIT_MMIO && vcpu_mmio(&checked, i) == rounds[i] + 1)
		rounds[i]++;
	wrong |= !stop;
	return NULL;
}

/* The priority mask is in the hardware and nowhere else while its vCPU runs: it goes along from CPU to CPU. */
static enum verdict migrated(void)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	pthread_t threads[CHECKED];
	cpu_set_t mask;
	long k;

	SKIP_WITHOUT();
	vm_boot_v2(&checked, CHECKED);
	for (k = 0; k < CHECKED; k++) {
		vm_start(&checked, k, guest_gicc_check, MMIO_BASE, GICC_BASE, 0x40 + 8 * k, 0);
		pthread_create(&threads[k], NULL, run_checked, (void *)k);
	}
	for (i = 0; i < 300; i++) {
		for (k = 0; k < CHECKED; k++) {
			CPU_ZERO(&mask);
			CPU_SET(rand() % cpus, &mask);
			pthread_setaffinity_np(threads[k], sizeof(mask), &mask);
		}
		usleep(rand() % 10000);
	}
	stop = 1;
	for (k = 0; k < CHECKED; k++)
		pthread_join(threads[k], NULL);
	tap_note("%llu, %llu, %llu and %llu rounds", rounds[0], rounds[1], rounds[2], rounds[3]);
	EXPECT(!wrong, "a priority mask changed");
	for (k = 0; k < CHECKED; k++) {
		EXPECT(rounds[k] > 3, "vCPU %ld: %llu rounds", k, rounds[k]);
		EXPECT_EQ(get(checked.gic, CPU_REGS, OF_CPU(k) | 4), 8UL + k);
	}
	return TEST_PASS;
}

static const struct test tests[] = {
	{ "a host without", absent },
	{ "KVM_CREATE_IRQCHIP, KVM_ARM_SET_DEVICE_ADDR", old_way },
	{ "which attributes there are", attributes },
	{ "addresses", addresses },
	{ "distributor and CPU interface overlap", overlapping },
	{ "number of interrupts and of vCPUs", limits },
	{ "KVM_IRQ_LINE", lines },
	{ "distributor registers", dist_registers },
	{ "CPU interface registers", cpu_registers },
	{ "state of a vCPU that runs", busy },
	{ "state saved and restored under a guest", restored, 60 },
	{ "the CPU interface goes along from CPU to CPU", migrated, 60 },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
