/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a cut's states are listed, by number (explore.h has the idea): each
 * number says which pieces are kept.
 */
#ifndef VNVME_EXPLORE_PICK_H
#define VNVME_EXPLORE_PICK_H

#include "explore.h"
#include "explore_cut.h"

/* How many there are at the cut, those by lot included. */
uint64_t xpick_count(const struct xcut *c, const struct explore_cfg *cfg);
/*
 * State @nr: sets c->keep.  Numbers beyond the count are more by lot, where not
 * all sets are listed anyway.
 */
void xpick(struct xcut *c, const struct explore_cfg *cfg, uint64_t nr);
/* A state's number from @lot: one that tells much, or one by lot. */
uint64_t xpick_draw(const struct xcut *c, const struct explore_cfg *cfg,
		    uint64_t lot);

#endif
