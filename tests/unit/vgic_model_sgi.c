// SPDX-License-Identifier: GPL-2.0-only
/*
 * SGIs of the vGIC's model: sent from inside the switch or not.
 */
#include <vgic_model.h>

/* Sent inside the switch, if it may be and if the dice say so: to one other vCPU that is awake, whose lock is free */
static bool quick_send(int v, int to, u64 val)
{
	struct loft_vcpu *target = to < NR_VCPUS ? fix_vcpu(to) : NULL, *tell;
	bool simple = target && to != v, sent;

	if (!hw[v].running || unit_below(4) == 0)
		return false;
	if (simple) {
		int obstacle = unit_below(8);

		target->cpu = obstacle == 1 ? -1 : to;
		target->wait.task = obstacle == 2 ? target : NULL;
		if (obstacle == 3)
			raw_spin_lock(&target->vgic->lock);
		sent = vgic_quick_send(fix_vcpu(v), val, &tell);
		if (obstacle == 3)
			raw_spin_unlock(&target->vgic->lock);
		simple = !obstacle || obstacle > 3;
	} else {
		sent = vgic_quick_send(fix_vcpu(v), val, &tell);
	}
	CHECK_EQ(sent, simple);
	CHECK(!tell || (sent && tell == target));
	model_quick.sent += sent;
	if (tell)
		bounce(tell);
	return sent;
}

void guest_sgi(int v)
{
	int intid = unit_below(16), to = unit_below(NR_VCPUS + 1), i;
	u64 val = (u64)intid << 24 | (to == NR_VCPUS ? BIT_ULL(40) : BIT_ULL(to));

	if (!quick_send(v, to, val)) {
		leave(v);
		vgic_sgi_write(fix_vcpu(v), val, true);
		enter(v);
	}
	for (i = 0; i < NR_VCPUS; i++) {
		if (to == NR_VCPUS ? i != v : i == to)
			ref(i, intid)->latch = true;
	}
}
