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

/* Bytes of a block of the bare device's page cache, or a negative errno. */
int dev_blocksize(const struct dev *dev);

/*
 * Find the disk, and change its queue's attributes and its contents where the
 * plan wants that.  Returns 0 or a negative errno; -EEXIST when there is more
 * than one disk.
 */
int dev_open(struct dev *dev, const struct plan *plan);

/*
 * Compare the device with what the plan expects; each value goes to @sink.
 * Returns the number of mismatches.
 */
int dev_check(const struct dev *dev, const struct plan *plan,
	      struct port_sink *sink);

#endif
