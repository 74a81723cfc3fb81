// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGIC tests' VM: see vgic_fixture.h.
 */
#include <guestmem.h>
#include <vgic_fixture.h>

struct fixture fix;

struct loft_vcpu *vm_vcpu(struct loft_vm *vm, unsigned int id)
{
	return xa_load(&vm->vcpus, id);
}

void vcpu_kick(struct loft_vcpu *vcpu)
{
	fix.kicks[vcpu->id]++;
	if (fix.kicked)
		fix.kicked(vcpu);
}

void vcpu_request(struct loft_vcpu *vcpu, int req)
{
	set_bit(req, &vcpu->requests);
	vcpu_kick(vcpu);
}

void vcpu_evict(struct loft_vcpu *vcpu)
{
	fix.evicted++;
}

int stage2_cache_fill(struct loft_s2cache *cache)
{
	cache->page[cache->nr++] = kzalloc(1, GFP_KERNEL);
	return cache->page[0] ? 0 : -ENOMEM;
}

void stage2_cache_free(struct loft_s2cache *cache)
{
	while (cache->nr)
		kfree(cache->page[--cache->nr]);
}

int stage2_map(struct loft_vm *vm, ipa_t ipa, host_pa_t pa, u64 size, u32 prot, struct loft_s2cache *cache)
{
	CHECK(spin_is_locked(&vm->stage2.lock));
	CHECK(cache->nr);
	fix.maps++;
	fix.map_ipa = ipa.val;
	fix.map_pa = pa.val;
	fix.map_size = size;
	fix.map_prot = prot;
	return fix.map_error;
}

bool guest_is_ram(struct loft_vm *vm, u64 ipa)
{
	might_sleep();
	return ipa - FIX_RAM < FIX_RAM_SIZE;
}

int guest_read(struct loft_vm *vm, u64 ipa, void *buf, size_t len)
{
	if (!guest_is_ram(vm, ipa) || !guest_is_ram(vm, ipa + len - 1))
		return -EFAULT;
	memcpy(buf, fix.ram + (ipa - FIX_RAM), len);
	return 0;
}

int guest_write(struct loft_vm *vm, u64 ipa, const void *buf, size_t len)
{
	if (!guest_is_ram(vm, ipa) || !guest_is_ram(vm, ipa + len - 1))
		return -EFAULT;
	fix.guest_writes++;
	memcpy(fix.ram + (ipa - FIX_RAM), buf, len);
	return 0;
}

struct loft_vcpu *fix_vcpu(unsigned int id)
{
	return xa_load(&fix.vm.vcpus, id);
}

void fix_create(const u16 *ids, unsigned int nr)
{
	unsigned int i;

	memset(&fix, 0, sizeof(fix));
	fake_backend_reset();
	mutex_init(&fix.vm.lock);
	mutex_init(&fix.vm.slots_lock);
	xa_init(&fix.vm.vcpus);
	spin_lock_init(&fix.vm.stage2.lock);
	fix.vm.stage2.ia_bits = 40;
	for (i = 0; i < nr; i++) {
		struct loft_vcpu *vcpu = calloc(1, sizeof(*vcpu));

		vcpu->vm = &fix.vm;
		vcpu->id = ids[i];
		vcpu->timer.v_ppi = 27;
		vcpu->timer.p_ppi = 30;
		mutex_init(&vcpu->lock);
		CHECK_EQ(vgic_vcpu_create(vcpu), 0);
		vgic_vcpu_reset(vcpu);
		xa_store(&fix.vm.vcpus, ids[i], vcpu, GFP_KERNEL);
		fix.vm.nr_vcpus++;
	}
}

void fix_init(const u16 *ids, unsigned int nr, u32 nr_irqs)
{
	fix_create(ids, nr);
	CHECK_EQ(vgic_create(&fix.vm), 0);
	fix.vm.vgic->nr_irqs = nr_irqs;
	CHECK_EQ(vgic_addr_set(&fix.vm, KVM_VGIC_V3_ADDR_TYPE_DIST, FIX_DIST), 0);
	CHECK_EQ(vgic_addr_set(&fix.vm, KVM_VGIC_V3_ADDR_TYPE_REDIST, FIX_REDIST), 0);
	CHECK_EQ(vgic_init(&fix.vm), 0);
	CHECK_EQ(vgic_first_run(&fix.vm), 0);
}

void fix_destroy(void)
{
	struct loft_vcpu *vcpu;
	unsigned long id;

	vgic_lpis_destroy(&fix.vm);
	vm_for_each_vcpu(id, vcpu, &fix.vm) {
		vgic_vcpu_destroy(vcpu);
		free(vcpu);
	}
	xa_destroy(&fix.vm.vcpus);
	vgic_vm_destroy(&fix.vm);
}

static ipa_t fix_ipa(int frame, u32 off)
{
	return IPA(frame < 0 ? FIX_DIST + off : FIX_REDIST + (u64)frame * VGIC_REDIST_SIZE + off);
}

u64 fix_read(unsigned int self, int frame, u32 off, unsigned int len)
{
	u64 val = 0xdeadbeefdeadbeefull;

	CHECK(vgic_mmio(fix_vcpu(self), fix_ipa(frame, off), len, false, &val));
	return val;
}

void fix_write(unsigned int self, int frame, u32 off, unsigned int len, u64 val)
{
	CHECK(vgic_mmio(fix_vcpu(self), fix_ipa(frame, off), len, true, &val));
}
