// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the vGIC lies in the guest's address space: KVM_DEV_ARM_VGIC_GRP_ADDR, and which
 * redistributor is where.
 *
 * Redistributors follow the vCPUs' ids: region by region, each filled up before the next.
 */
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "vgic.h"

/* KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION: count [63:52], base [51:16], flags [15:12], index [11:0] */
#define REGION_COUNT(v)		((v) >> 52)
#define REGION_BASE(v)		((v) & GENMASK_ULL(51, 16))
#define REGION_FLAGS(v)		((v) >> 12 & 0xf)
#define REGION_INDEX(v)		((v) & 0xfff)

static bool vgic_overlaps(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Size of a region; one without a count grows with the vCPUs. */
static u64 vgic_region_size(const struct loft_vm *vm, const struct vgic_region *region)
{
	return (u64)VGIC_REDIST_SIZE * (region->count ?: vm->nr_vcpus);
}

static int vgic_addr_range(const struct loft_vm *vm, u64 base, u64 size)
{
	u64 end;

	if (base % SZ_64K || check_add_overflow(base, size, &end))
		return -EINVAL;
	return end > BIT_ULL(vm->stage2.ia_bits) ? -E2BIG : 0;
}

static int vgic_set_dist(struct loft_vm *vm, u64 base)
{
	struct vgic_dist *dist = vm->vgic;
	int ret;

	if (dist->base != VGIC_ADDR_UNDEF)
		return -EEXIST;
	ret = vgic_addr_range(vm, base, VGIC_DIST_SIZE);
	if (!ret)
		dist->base = base;
	return ret;
}

static int vgic_add_region(struct loft_vm *vm, u32 index, u64 base, u32 count)
{
	struct vgic_dist *dist = vm->vgic;
	struct vgic_region new = { .base = base, .count = count };
	struct vgic_region *regions;
	u64 size = vgic_region_size(vm, &new);
	u32 i;
	int ret;

	/* One that grows stands alone. */
	if (dist->nr_regions && !count)
		return dist->regions[0].count ? -EINVAL : -EEXIST;
	if (index != dist->nr_regions || (dist->nr_regions && !dist->regions[0].count))
		return -EINVAL;
	ret = vgic_addr_range(vm, base, size);
	if (ret)
		return ret;
	if (dist->base != VGIC_ADDR_UNDEF && vgic_overlaps(base, size, dist->base, VGIC_DIST_SIZE))
		return -EINVAL;
	for (i = 0; i < dist->nr_regions; i++) {
		const struct vgic_region *other = &dist->regions[i];

		if (vgic_overlaps(base, size, other->base, vgic_region_size(vm, other)))
			return -EINVAL;
	}

	regions = krealloc(dist->regions, (dist->nr_regions + 1) * sizeof(*regions),
			   GFP_KERNEL_ACCOUNT);
	if (!regions)
		return -ENOMEM;
	regions[dist->nr_regions++] = new;
	dist->regions = regions;
	return 0;
}

/**
 * vgic_addr_set() - KVM_SET_DEVICE_ATTR on KVM_DEV_ARM_VGIC_GRP_ADDR
 * @vm: the VM, vm->lock held
 * @type: KVM_VGIC_V3_ADDR_TYPE_*
 * @val: address, or region
 *
 * Return: 0, -EEXIST if it is set already, -EINVAL misaligned or overlapping or out of sequence,
 * -E2BIG beyond the guest's addresses, -EBUSY once the VM has run, -ENXIO for other types.
 */
int vgic_addr_set(struct loft_vm *vm, u64 type, u64 val)
{
	if (type == KVM_VGIC_V3_ADDR_TYPE_DIST)
		return vgic_set_dist(vm, val);
	if (type != KVM_VGIC_V3_ADDR_TYPE_REDIST && type != KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION)
		return -ENXIO;
	if (type == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION &&
	    (!REGION_COUNT(val) || REGION_FLAGS(val)))
		return -EINVAL;
	if (vm->ran)
		return vm->vgic->regions[0].count ? -EBUSY : -EEXIST;
	if (type == KVM_VGIC_V3_ADDR_TYPE_REDIST)
		return vgic_add_region(vm, 0, val, 0);
	return vgic_add_region(vm, REGION_INDEX(val), REGION_BASE(val), REGION_COUNT(val));
}

/**
 * vgic_addr_get() - KVM_GET_DEVICE_ATTR on KVM_DEV_ARM_VGIC_GRP_ADDR
 * @vm: the VM, vm->lock held
 * @type: KVM_VGIC_V3_ADDR_TYPE_*
 * @val: in: the region index, for REDIST_REGION; out: as for vgic_addr_set()
 *
 * Return: 0, -ENOENT if there is no such region, -ENXIO for other types.
 */
int vgic_addr_get(struct loft_vm *vm, u64 type, u64 *val)
{
	const struct vgic_dist *dist = vm->vgic;
	u32 index;

	switch (type) {
	case KVM_VGIC_V3_ADDR_TYPE_DIST:
		*val = dist->base;
		return 0;
	case KVM_VGIC_V3_ADDR_TYPE_REDIST:
		*val = dist->nr_regions ? dist->regions[0].base : VGIC_ADDR_UNDEF;
		return 0;
	case KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION:
		index = REGION_INDEX(*val);
		if (index >= dist->nr_regions)
			return -ENOENT;
		*val = index | dist->regions[index].base | (u64)dist->regions[index].count << 52;
		return 0;
	default:
		return -ENXIO;
	}
}

/**
 * vgic_addr_overlaps() - is a part of the vGIC in [@base, @base + @size)?
 * @vm: the VM, vm->lock held
 * @base: guest address
 * @size: bytes
 */
bool vgic_addr_overlaps(const struct loft_vm *vm, u64 base, u64 size)
{
	const struct vgic_dist *dist = vm->vgic;
	u32 i;

	if (dist->base != VGIC_ADDR_UNDEF && vgic_overlaps(base, size, dist->base, VGIC_DIST_SIZE))
		return true;
	for (i = 0; i < dist->nr_regions; i++) {
		if (vgic_overlaps(base, size, dist->regions[i].base, vgic_region_size(vm, &dist->regions[i])))
			return true;
	}
	return false;
}

/**
 * vgic_addr_check() - is everything in its place?
 * @vm: the VM at its first run, vm->lock held
 *
 * Return: 0, -ENXIO if an address or a redistributor is missing, -EINVAL if distributor and
 * redistributors overlap.
 */
int vgic_addr_check(struct loft_vm *vm)
{
	const struct vgic_dist *dist = vm->vgic;
	u32 room = 0;
	u32 i;

	if (dist->base == VGIC_ADDR_UNDEF)
		return -ENXIO;
	for (i = 0; i < dist->nr_regions; i++) {
		const struct vgic_region *region = &dist->regions[i];
		u64 size = vgic_region_size(vm, region);

		if (vgic_addr_range(vm, region->base, size) ||
		    vgic_overlaps(dist->base, VGIC_DIST_SIZE, region->base, size))
			return -EINVAL;
		room += region->count ?: dist->nr_frames;
	}
	return room < dist->nr_frames ? -ENXIO : 0;
}

/* How many of the redistributors from @first on lie in @region. */
static __always_inline u32 vgic_region_used(const struct vgic_dist *dist, const struct vgic_region *region,
			    u32 first)
{
	u32 left = dist->nr_frames - first;

	return region->count && region->count < left ? region->count : left;
}

/**
 * vgic_addr_redist() - the vCPU whose redistributor is at an address
 * @dist: the distributor
 * @ipa: address
 * @offset: where the offset from RD_base goes
 *
 * Context: any, the switch window included.
 */
noinstr struct loft_vcpu *vgic_addr_redist(const struct vgic_dist *dist, u64 ipa, u32 *offset)
{
	u32 first = 0;
	u32 i, used;

	for (i = 0; i < dist->nr_regions; i++) {
		u64 off = ipa - dist->regions[i].base;

		used = vgic_region_used(dist, &dist->regions[i], first);
		if (off < (u64)used * VGIC_REDIST_SIZE) {
			*offset = off % VGIC_REDIST_SIZE;
			return dist->by_frame[array_index_nospec((unsigned long)(first + off / VGIC_REDIST_SIZE), dist->nr_frames)];
		}
		first += used;
	}
	return NULL;
}

/**
 * vgic_addr_is_last() - does a guest that walks redistributors have to stop here?
 * @dist: the distributor
 * @frame: index of the redistributor
 *
 * GICR_TYPER.Last: the last one in use of a series of contiguous ones.
 */
bool vgic_addr_is_last(const struct vgic_dist *dist, u32 frame)
{
	u32 first = 0;
	u32 i, used;

	for (i = 0; i < dist->nr_regions; i++, first += used) {
		const struct vgic_region *region = &dist->regions[i];

		used = vgic_region_used(dist, region, first);
		if (frame >= first + used)
			continue;
		if (frame != first + used - 1)
			return false;
		return frame == dist->nr_frames - 1 ||
		       dist->regions[i + 1].base != region->base + (u64)used * VGIC_REDIST_SIZE;
	}
	return true;
}
