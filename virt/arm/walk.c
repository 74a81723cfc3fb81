// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is not walked in software: AArch32's translation. It has no pages that only execute, and device accesses that run into
 * another page are left to abort.
 */
#include <loft/vcpu.h>
#include "../walk.h"

enum walk_result walk_stage1(struct loft_vcpu *vcpu, struct walk *walk)
{
	return WALK_UNKNOWN;
}
