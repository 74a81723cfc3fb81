// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vGIC's model, and random devices and guests to drive both: see vgic_model.h.
 */
#include <vgic_model.h>

static struct ref_irq ref_priv[NR_VCPUS][32];
struct ref_irq ref_spi[NR_IRQS];
struct hw hw[NR_VCPUS];
struct model_quick model_quick;
static u32 ref_ctlr;

static bool eoimode1;

struct ref_irq *ref(int v, int intid)
{
	return intid < 32 ? &ref_priv[v][intid] : &ref_spi[intid];
}

static bool ref_is_hw(int intid)
{
	return intid == HW_PPI;
}

static bool ref_pending(int v, int intid)
{
	const struct ref_irq *r = ref(v, intid);

	if (ref_is_hw(intid) && hw[v].phys_line)
		return true;
	return r->latch || (!r->edge && r->line);
}

static bool ref_deliverable(int v, int intid)
{
	const struct ref_irq *r = ref(v, intid);

	if (!ref_pending(v, intid) || !r->enabled || r->active)
		return false;
	if (!(ref_ctlr & (r->group1 ? 2 : 1)))
		return false;
	return intid < 32 || r->target == v;
}

void enter(int v)
{
	struct loft_vcpu *vcpu = fix_vcpu(v);
	struct hw *h = &hw[v];

	fake_irqs_off = 1;
	vgic_flush(vcpu);
	fake_irqs_off = 0;
	/*
	 * The back end: the guest, or userspace, deactivated it by other means than a list
	 * register.
	 */
	if (h->phys_active && !vgic_hw_active(vcpu, HW_PPI))
		h->phys_active = false;
	h->used = vcpu->lr.used;
	h->hcr = vcpu->lr.hcr;
	h->eoicount = 0;
	memcpy(h->lr, vcpu->lr.lr, sizeof(h->lr));
	h->running = true;
	CHECK(h->used <= loft_caps.nr_lrs);
	CHECK_EQ(!!(h->hcr & VGIC_HCR_EN), h->used != 0);
}

/*
 * State of the list register that carries the physical interrupt; in none: pending, as far as the
 * back end knows.
 */
static u64 hw_state(const struct hw *h)
{
	u32 i;

	for (i = 0; i < h->used; i++) {
		if (h->lr[i] & VGIC_LR_HW)
			return h->lr[i] & VGIC_LR_STATE;
	}
	return VGIC_LR_PENDING;
}

void leave(int v)
{
	struct loft_vcpu *vcpu = fix_vcpu(v);
	struct hw *h = &hw[v];
	u32 i;

	if (!h->running)
		return;
	h->running = false;
	vcpu->lr.elrsr = 0;
	vcpu->lr.eoicount = h->eoicount;
	for (i = 0; i < h->used; i++) {
		u64 lr = h->lr[i];

		/* What is empty need not be read back: then it still looks as it did at entry. */
		if (!(lr & VGIC_LR_STATE) && (lr & VGIC_LR_HW || !(lr & VGIC_LR_EOI)))
			vcpu->lr.elrsr |= BIT(i);
		else
			vcpu->lr.lr[i] = lr;
	}
	fake_irqs_off = 1;
	/* The back end: did the line of the physical interrupt drop before the guest took it? */
	if (h->phys_active && !h->phys_line && hw_state(h) == VGIC_LR_PENDING) {
		h->phys_active = false;
		vgic_inject(&fix.vm, vcpu, HW_PPI, false);
	}
	vgic_sync(vcpu);
	fake_irqs_off = 0;
	CHECK_EQ(vcpu->lr.used, 0);
}

/* What the back end shows the vGIC of list registers that stay loaded, and what it takes from there */
static void quick_look(struct loft_vcpu *vcpu)
{
	struct hw *h = &hw[vcpu->id];
	u32 i;

	vcpu->lr.elrsr = ~0U << h->used;
	for (i = 0; i < h->used; i++) {
		if (!(h->lr[i] & VGIC_LR_STATE) && (h->lr[i] & VGIC_LR_HW || !(h->lr[i] & VGIC_LR_EOI)))
			vcpu->lr.elrsr |= BIT(i);
		else
			vcpu->lr.lr[i] = h->lr[i];
	}
}

static void quick_add(struct loft_vcpu *vcpu, u32 slots)
{
	struct hw *h = &hw[vcpu->id];

	for (; slots; slots &= slots - 1)
		h->lr[__ffs(slots)] = vcpu->lr.lr[__ffs(slots)];
	h->used = vcpu->lr.used;
	h->hcr = vcpu->lr.hcr;
}

/* A kick, answered inside the switch, if it may be and if the dice say so. It may also find that there is more to do */
static bool quick_kick(struct loft_vcpu *vcpu)
{
	bool all;
	u32 slots;

	if (vcpu->requests || unit_below(4) == 0)
		return false;
	quick_look(vcpu);
	all = vgic_quick_sgis(vcpu, &slots);
	if (slots)
		quick_add(vcpu, slots);
	model_quick.sgis += slots && all;
	return all;
}

static bool quick_fire(struct loft_vcpu *vcpu)
{
	bool taken = unit_below(8);
	int slot;

	if (!hw[vcpu->id].running || unit_below(4) == 0)
		return false;
	quick_look(vcpu);
	slot = vgic_quick_begin(vcpu, HW_PPI);
	if (slot < 0)
		return false;
	CHECK(spin_is_locked(&vcpu->vgic->lock));
	vgic_quick_end(vcpu, HW_PPI, slot, taken);
	if (taken)
		quick_add(vcpu, BIT(slot));
	model_quick.fired += taken;
	return taken;
}

void bounce(struct loft_vcpu *vcpu)
{
	if (!hw[vcpu->id].running)
		return;
	if (quick_kick(vcpu))
		return;
	vcpu->requests = 0;
	leave(vcpu->id);
	enter(vcpu->id);
}

/* The physical interrupt fires while its line is up and it is not active. */
static void phys_update(int v)
{
	struct hw *h = &hw[v];

	if (!h->phys_line || h->phys_active)
		return;
	h->phys_active = true;
	if (quick_fire(fix_vcpu(v)))
		return;
	leave(v);
	vgic_inject(&fix.vm, fix_vcpu(v), HW_PPI, true);
	enter(v);
}

bool maintenance(const struct hw *h)
{
	u64 any = 0;
	u32 i;

	if (!(h->hcr & VGIC_HCR_EN))
		return false;
	for (i = 0; i < h->used; i++) {
		any |= h->lr[i];
		if (!(h->lr[i] & VGIC_LR_STATE) && !(h->lr[i] & VGIC_LR_HW) && h->lr[i] & VGIC_LR_EOI)
			return true;
	}
	if (h->hcr & VGIC_HCR_NPIE && !(any & VGIC_LR_PENDING))
		return true;
	return h->hcr & VGIC_HCR_LRENPIE && h->eoicount;
}

void settle(int v)
{
	int n;

	phys_update(v);
	for (n = 0; maintenance(&hw[v]) && n < 4; n++) {
		leave(v);
		enter(v);
		phys_update(v);
	}
	CHECK(n < 4);	/* an exit storm */
}

int hw_find(const struct hw *h, int intid, u64 state)
{
	u32 i;

	for (i = 0; i < h->used; i++) {
		if ((int)vgic_lr_intid(h->lr[i]) == intid && h->lr[i] & state)
			return i;
	}
	return NONE;
}

/* The list register that the CPU interface would signal. */
int hw_top(const struct hw *h)
{
	int best = NONE;
	u32 i;

	for (i = 0; i < h->used; i++) {
		if ((h->lr[i] & VGIC_LR_STATE) != VGIC_LR_PENDING)
			continue;
		if (best == NONE || (h->lr[i] >> 48 & 0xff) < (h->lr[best] >> 48 & 0xff))
			best = i;
	}
	return best;
}

static void check_vcpu(int v)
{
	struct hw *h = &hw[v];
	int top = hw_top(h), intid, best = NONE;
	u32 i, j;

	for (intid = 0; intid < NR_IRQS; intid++) {
		if (ref_deliverable(v, intid) && (best == NONE || ref(v, intid)->prio < ref(v, best)->prio))
			best = intid;
	}
	if (best == NONE) {
		CHECK_EQ(top, NONE);
	} else {
		CHECK(top != NONE);
		if (top != NONE)
			CHECK_EQ(h->lr[top] >> 48 & 0xff, ref(v, best)->prio);
	}
	for (i = 0; i < h->used; i++) {
		intid = vgic_lr_intid(h->lr[i]);
		if ((h->lr[i] & VGIC_LR_STATE) == VGIC_LR_PENDING) {
			CHECK(ref_deliverable(v, intid));
			CHECK_EQ(!!(h->lr[i] & VGIC_LR_GROUP1), ref(v, intid)->group1);
			CHECK_EQ(h->lr[i] >> 48 & 0xff, ref(v, intid)->prio);
		}
		if (h->lr[i] & VGIC_LR_ACTIVE)
			CHECK(ref(v, intid)->active);
		if (h->lr[i] & VGIC_LR_HW) {
			CHECK(ref_is_hw(intid));
			CHECK((h->lr[i] & VGIC_LR_STATE) != VGIC_LR_STATE);
		}
		for (j = 0; j < i; j++)
			CHECK(h->lr[j] % BIT_ULL(32) != h->lr[i] % BIT_ULL(32));
	}
	if (best != NONE)
		CHECK(vgic_pending(fix_vcpu(v)) || hw_find(h, best, VGIC_LR_PENDING) != NONE);
}

void model_check(void)
{
	int v;

	for (v = 0; v < NR_VCPUS; v++)
		settle(v);
	for (v = 0; v < NR_VCPUS; v++)
		check_vcpu(v);
}

/* What guests do in their hardware */

void guest_ack(int v)
{
	struct hw *h = &hw[v];
	int top = hw_top(h), intid;
	struct ref_irq *r;
	u8 prio;

	if (top == NONE || h->depth == 60)
		return;
	intid = vgic_lr_intid(h->lr[top]);
	prio = h->lr[top] >> 48;
	if (h->depth && prio >= h->stack_prio[h->depth - 1])
		return;
	h->lr[top] ^= VGIC_LR_STATE;
	h->stack[h->depth] = intid;
	h->stack_prio[h->depth++] = prio;
	r = ref(v, intid);
	CHECK(ref_deliverable(v, intid));
	r->latch = false;
	r->active = true;
	r->owner = v;
}

static void ref_deactivate(int v, int intid)
{
	struct ref_irq *r = ref(v, intid);

	if (r->active && r->resample && !r->edge)
		r->line = false;
	r->active = false;
}

static void hw_deactivate(int v, int intid)
{
	struct hw *h = &hw[v];
	int lr = hw_find(h, intid, VGIC_LR_ACTIVE);

	ref_deactivate(v, intid);
	if (lr == NONE) {
		h->eoicount++;
		return;
	}
	h->lr[lr] &= ~VGIC_LR_ACTIVE;
	if (h->lr[lr] & VGIC_LR_HW)
		h->phys_active = false;
}

void guest_eoi(int v)
{
	struct hw *h = &hw[v];
	int intid;

	if (!h->depth)
		return;
	intid = h->stack[--h->depth];
	if (eoimode1) {
		h->dropped[h->nr_dropped++] = intid;
		return;
	}
	hw_deactivate(v, intid);
}

static void guest_dir(int v)
{
	struct hw *h = &hw[v];
	int n, intid;

	if (!h->nr_dropped)
		return;
	n = unit_below(h->nr_dropped);
	intid = h->dropped[n];
	h->dropped[n] = h->dropped[--h->nr_dropped];
	if (!(h->hcr & VGIC_HCR_TDIR)) {
		hw_deactivate(v, intid);
		return;
	}
	leave(v);
	ref_deactivate(v, intid);
	vgic_dir_write(fix_vcpu(v), intid);
	enter(v);
}

/* A line of the guest's devices */

static int random_source(int *v)
{
	int intid = unit_below(8) ? 16 + unit_below(NR_IRQS - 16) : HW_PPI;

	*v = unit_below(NR_VCPUS);
	return intid;
}

static void device_line(void)
{
	int v, intid = random_source(&v);
	bool level = unit_below(2);
	struct ref_irq *r = ref(v, intid);

	if (ref_is_hw(intid)) {
		hw[v].phys_line = level;
		if (!level)
			bounce(fix_vcpu(v));
		return;
	}
	r->line = level;
	if (r->edge && level)
		r->latch = true;
	CHECK_EQ(vgic_inject(&fix.vm, intid < 32 ? fix_vcpu(v) : NULL, intid, level), 0);
}

void irqfd_acked(struct loft_vm *vm, u32 intid)
{
	/* A guest that deactivates twice, or resets, is nothing to tell. */
	CHECK(ref_spi[intid].resample);
	ref_spi[intid].line = false;
	vgic_inject(vm, NULL, intid, false);
}

/* Register accesses, made by vCPU @v about an interrupt of @rd if it is private */

static u32 reg_base(int intid, int *frame, int rd)
{
	*frame = intid < 32 ? rd : -1;
	return intid < 32 ? VGIC_SGI_FRAME : 0;
}

void reg_bit(int v, int rd, int intid, u32 reg)
{
	int frame;
	u32 base = reg_base(intid, &frame, rd);

	leave(v);
	fix_write(v, frame, base + reg + intid / 32 * 4, 4, BIT(intid % 32));
	enter(v);
}

static bool reg_read(int v, int rd, int intid, u32 reg)
{
	int frame;
	u32 base = reg_base(intid, &frame, rd);
	bool set;

	leave(v);
	set = fix_read(v, frame, base + reg + intid / 32 * 4, 4) & BIT(intid % 32);
	enter(v);
	return set;
}

static void guest_prio(int v, int rd, int intid)
{
	u8 prio = unit_below(32) << 3;
	int frame;
	u32 base = reg_base(intid, &frame, rd);

	/* An EOI without list register goes by priority. */
	if (!eoimode1 && ref(rd, intid)->active)
		return;
	leave(v);
	fix_write(v, frame, base + 0x400 + intid, 1, prio | unit_below(8));
	enter(v);
	ref(rd, intid)->prio = prio;
}

static void guest_cfg(int v, int rd, int intid)
{
	u32 base, off, val, bit = BIT(intid % 16 * 2 + 1);
	bool edge = unit_below(2);
	int frame;

	if (intid < 16 || ref_is_hw(intid))
		return;
	base = reg_base(intid, &frame, rd);
	off = base + 0xc00 + intid / 16 * 4;
	leave(v);
	val = fix_read(v, frame, off, 4);
	CHECK_EQ(!!(val & bit), ref(rd, intid)->edge);
	fix_write(v, frame, off, 4, edge ? val | bit : val & ~bit);
	enter(v);
	ref(rd, intid)->edge = edge;
}

static void guest_route(int v, int intid)
{
	int target = unit_below(NR_VCPUS + 1);

	if (intid < 32)
		return;
	leave(v);
	/* One of them does not exist. */
	fix_write(v, -1, 0x6000 + intid * 8, 8, target);
	CHECK_EQ(fix_read(v, -1, 0x6000 + intid * 8, 8), target);
	enter(v);
	ref_spi[intid].target = target;
}

static void guest_group(int v, int rd, int intid)
{
	int frame;
	u32 off = reg_base(intid, &frame, rd) + 0x80 + intid / 32 * 4, val;

	leave(v);
	val = fix_read(v, frame, off, 4) ^ BIT(intid % 32);
	fix_write(v, frame, off, 4, val);
	enter(v);
	ref(rd, intid)->group1 = val & BIT(intid % 32);
}

static void guest_ctlr(int v)
{
	ref_ctlr = unit_below(8) ? 3 : unit_below(4);
	leave(v);
	fix_write(v, -1, 0, 4, ref_ctlr);
	enter(v);
}

static void guest_active(int v, int rd, int intid)
{
	struct ref_irq *r = ref(rd, intid);
	bool set = unit_below(2);

	/* Without INTIDs in EOIs the vGIC has to trust that those active were acknowledged. */
	if (!eoimode1 || ref_is_hw(intid))
		return;
	reg_bit(v, rd, intid, set ? 0x300 : 0x380);
	if (set && !r->active)
		r->owner = NONE;
	r->active = set;
	CHECK_EQ(reg_read(v, rd, intid, 0x300), set);
}

static void guest_pend(int v, int rd, int intid)
{
	struct ref_irq *r = ref(rd, intid);

	if (ref_is_hw(intid))
		return;
	if (unit_below(3)) {
		reg_bit(v, rd, intid, 0x200);
		r->latch = true;
	} else {
		reg_bit(v, rd, intid, 0x280);
		r->latch = false;
	}
}

static void guest_reads(int v, int rd, int intid)
{
	struct ref_irq *r = ref(rd, intid);

	CHECK_EQ(reg_read(v, rd, intid, 0x100), r->enabled);
	CHECK_EQ(reg_read(v, rd, intid, 0x300), r->active);
	if (!ref_is_hw(intid))
		CHECK_EQ(reg_read(v, rd, intid, 0x200), ref_pending(rd, intid));
}

void guest_enable(int v, int rd, int intid)
{
	bool on = unit_below(4);

	reg_bit(v, rd, intid, on ? 0x100 : 0x180);
	ref(rd, intid)->enabled = on;
}

static void toggle_resample(void)
{
	int intid = 32 + unit_below(NR_IRQS - 32);

	/* From the start of an interrupt's life in a list register, or it would not be seen. */
	if (ref_spi[intid].active || ref_pending(0, intid))
		return;
	ref_spi[intid].resample ^= 1;
	CHECK_EQ(vgic_set_resample(&fix.vm, intid, ref_spi[intid].resample), 0);
}

static void random_register(int v)
{
	int rd = unit_below(NR_VCPUS);
	int intid = unit_below(NR_IRQS);

	/* Interrupts in flight are where it matters. */
	if (hw[rd].used && unit_below(2))
		intid = vgic_lr_intid(hw[rd].lr[unit_below(hw[rd].used)]);
	switch (unit_below(10)) {
	case 0:
		guest_prio(v, rd, intid);
		break;
	case 1:
		guest_cfg(v, rd, intid);
		break;
	case 2:
		guest_route(v, intid);
		break;
	case 3:
		guest_group(v, rd, intid);
		break;
	case 4:
		guest_active(v, rd, intid);
		break;
	case 5:
	case 6:
		guest_pend(v, rd, intid);
		break;
	case 7:
		guest_reads(v, rd, intid);
		break;
	case 8:
		guest_enable(v, rd, intid);
		break;
	default:
		if (!unit_below(8))
			guest_ctlr(v);
		else
			toggle_resample();
		break;
	}
}

void model_step(void)
{
	int v = unit_below(NR_VCPUS);

	switch (unit_below(12)) {
	case 0 ... 1:
		device_line();
		break;
	case 2 ... 4:
		guest_ack(v);
		break;
	case 5 ... 6:
		guest_eoi(v);
		break;
	case 7 ... 8:
		guest_dir(v);
		break;
	case 9:
		guest_sgi(v);
		break;
	case 10:
		random_register(v);
		break;
	default:
		leave(v);
		CHECK(!hw[v].phys_active || vgic_hw_active(fix_vcpu(v), HW_PPI));
		CHECK(vgic_hw_active(fix_vcpu(v), HW_PPI) || !ref_priv[v][HW_PPI].active);
		enter(v);
		break;
	}
}

void model_start(unsigned int nr_lrs, bool mode1)
{
	static const u16 ids[NR_VCPUS] = { 0, 1, 2 };
	int v, i;

	fix_init(ids, NR_VCPUS, NR_IRQS);
	loft_caps.nr_lrs = nr_lrs;
	eoimode1 = mode1;
	memset(hw, 0, sizeof(hw));
	memset(&model_quick, 0, sizeof(model_quick));
	memset(ref_priv, 0, sizeof(ref_priv));
	memset(ref_spi, 0, sizeof(ref_spi));
	for (i = 0; i < NR_IRQS; i++) {
		for (v = 0; v < NR_VCPUS; v++) {
			ref(v, i)->group1 = true;
			ref(v, i)->edge = i < 16;
			ref(v, i)->enabled = i < 16;
		}
	}
	fix.kicked = bounce;
	ref_ctlr = 3;
	fix_write(0, -1, 0, 4, 3);
	for (v = 0; v < NR_VCPUS; v++) {
		CHECK_EQ(vgic_map_hw(fix_vcpu(v), HW_PPI, 26), 0);
		enter(v);
		for (i = v ? 31 : NR_IRQS - 1; i >= 0; i--) {
			if (unit_below(4))
				guest_enable(0, v, i);
			guest_prio(0, v, i);
		}
	}
}
