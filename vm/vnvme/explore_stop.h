/* SPDX-License-Identifier: GPL-2.0-only */
/* The places in a log where the power may go, and it makes a difference. */
#ifndef VNVME_EXPLORE_STOP_H
#define VNVME_EXPLORE_STOP_H

#include "explore_shrink.h"
#include "power.h"

struct xstops {
	struct xstop *v;	/* in the order of events; the first: at the begin */
	size_t n;
};

/* 0 or -ENOMEM. */
int xstops_find(struct xstops *s, const struct vlog *log,
		const struct power_rules *r);
void xstops_free(struct xstops *s);

#endif
