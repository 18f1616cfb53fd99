/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every state that the media may be in after the power went, one after the
 * other: of each cut of a recorded log, by the rules of power.h, put in place
 * without copying more than what differs.
 */
#ifndef VNVME_EXPLORE_H
#define VNVME_EXPLORE_H

#include "media.h"
#include "power.h"
#include "vendor.h"

struct explore_cfg {
	struct power_rules rules;
	uint64_t seed;
	uint64_t states;	/* at most; 0: all that can be enumerated */
	unsigned int shard;	/* from 1 ... */
	unsigned int shards;	/* ... of so many */
};

struct explore;

/* Of @m's log and base, which stay as they are.  NULL without memory. */
struct explore *explore_begin(struct vmedia *m, const struct explore_cfg *cfg);
/*
 * Put the next state into m->now, whatever was written there since the last, and
 * describe it.  Without VNVME_STATE_VALID in @out->flags there is none left.
 */
void explore_next(struct explore *x, struct vnvme_state *out);
/* Of the last state: 0 good, else what is wrong with it.  See vendor.h. */
void explore_verdict(struct explore *x, uint32_t signature);
/* m->now is again as it was at explore_begin(). */
void explore_end(struct explore *x);

#endif
