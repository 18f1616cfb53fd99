/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Make the nth allocation, or copy of user memory, of the test's own task fail.
 *
 * This is task_struct's fail_nth, which counts whatever the fault injection of
 * the kernel is asked about.  By default that ignores allocations that may
 * wait, which wt_fault_init() changes for good; nobody
 * else sees it, because the probability stays 0.
 *
 * Context: the test's task.
 */
#ifndef IOMAP_TEST_WT_FAULT_H
#define IOMAP_TEST_WT_FAULT_H

#include <kunit/test.h>
#include <linux/sched.h>

/* Prepare; skips the test on a kernel without. */
void wt_fault_init(struct kunit *test);

#ifdef CONFIG_FAULT_INJECTION
/* Let the @nth (from 1) from now on fail. */
static inline void wt_fault_arm(unsigned int nth)
{
	current->fail_nth = nth;
}

/* Stop that.  Did one fail? */
static inline bool wt_fault_disarm(void)
{
	bool failed = !current->fail_nth;

	current->fail_nth = 0;
	return failed;
}

#else
static inline void wt_fault_arm(unsigned int nth)
{
}

static inline bool wt_fault_disarm(void)
{
	return false;
}
#endif

#endif /* IOMAP_TEST_WT_FAULT_H */
