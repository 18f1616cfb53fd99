/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk under test, and whether it is what the profile says.
 */
#ifndef WT_DEV_H
#define WT_DEV_H

#include "plan.h"
#include "port.h"

struct dev {
	char name[32];		/* below /sys/block */
	char node[64];		/* below /dev */
};

/*
 * Find the disk and give it the cache mode that the plan wants.  Returns 0
 * or a negative errno; -EEXIST when there is more than one disk.
 */
int dev_open(struct dev *dev, const struct plan *plan);

/*
 * Compare the device with what the plan expects; each value goes to @sink.
 * Returns the number of mismatches.
 */
int dev_check(const struct dev *dev, const struct plan *plan,
	      struct port_sink *sink);

#endif
