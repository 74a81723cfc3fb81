/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread has to leave its guest for.
 */
#ifndef LOFT_WORK_H
#define LOFT_WORK_H

#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>
#include <loft/vcpu.h>

#define WORK_TIF	(_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL | _TIF_NEED_RESCHED)

/**
 * work_waits() - does anybody want something of this vCPU, or of the thread that runs it?
 * @vcpu: the vCPU
 *
 * Context: its thread, interrupts off. The switch window too.
 */
static __always_inline bool work_waits(const struct loft_vcpu *vcpu)
{
	return READ_ONCE(vcpu->requests) || (READ_ONCE(current_thread_info()->flags) & WORK_TIF) ||
	       task_work_pending(current);
}

#endif /* LOFT_WORK_H */
