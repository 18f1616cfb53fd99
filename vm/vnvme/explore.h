/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every state that the media may be in after the power went, one after the
 * other: of each cut of a recorded log, by the rules of power.h, put in place
 * without copying more than what differs.
 *
 * A state is a cut, and of the pieces that are undecided there those that are
 * kept.  Cuts are made where anything can have changed: before the first
 * command, after each arrival of a write, after each completion that may make
 * something durable, after each mark.
 *
 * Which of a cut's states are listed?  All, if it has few pieces.  Else those
 * that tell most: nothing kept, everything kept, each command alone lost, each
 * alone kept, each beginning of the order of arrival, each command torn in four
 * ways; then some by lot.  With a limit (@states) they are drawn from all cuts
 * alike; without, they come cut by cut.
 *
 * Two states are the same if the media's content is and as many marks came
 * before: the second is skipped.  With more marks the same content is another
 * state, since more has been promised by then.
 *
 * When a state has failed, smaller ones are tried: less is lost of the commands,
 * then of their blocks, until each piece that is still lost is needed to fail in
 * the same way; then the earliest cut that will do.
 */
#ifndef VNVME_EXPLORE_H
#define VNVME_EXPLORE_H

#include "media.h"
#include "power.h"
#include "vendor.h"

struct explore_cfg {
	struct power_rules rules;
	uint64_t seed;
	uint64_t states;	/* of all shards, at most; 0: all that are listed */
	unsigned int few;	/* pieces of which all sets are tried; 0: 10 */
	unsigned int lots;	/* states by lot at other cuts; 0: 16 */
	unsigned int shard;	/* from 1 ... */
	unsigned int shards;	/* ... of so many; each state is in one */
};

struct explore;

/*
 * Of @m's log and base, which stay as they are until explore_end(); m->now must be
 * what they make, and vmedia_stop() have been called.  NULL without memory.
 */
struct explore *explore_begin(struct vmedia *m, const struct explore_cfg *cfg);
/*
 * Put the next state into m->now, whatever was written there since the last, and
 * describe it.  Without VNVME_STATE_VALID in @out->flags there is none left.
 * 0 or -ENOMEM: then there may be more.
 */
int explore_next(struct explore *x, struct vnvme_state *out);
/*
 * Of the last state: 0 good, else what is wrong with it.  Of each signature only
 * the first state is made smaller, which may take a hundred tries.
 */
void explore_verdict(struct explore *x, uint32_t signature);
/* m->now is again as it was at explore_begin(). */
void explore_end(struct explore *x);

/*
 * The power goes now, at the end of the log: one state by lot is put into m->now
 * and is all that there is; nothing works until m->off is false again.  0 or
 * -ENOMEM: then nothing happened.
 */
int explore_cut(struct vmedia *m, const struct explore_cfg *cfg,
		struct vnvme_state *out);

#endif
