/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cut of the log, and one state at it.  No content is copied to get from one
 * to the next: per block it is only known which entry's it is.  As the later
 * arrival wins (P5) that is the largest index of those that are there.
 */
#ifndef VNVME_EXPLORE_CUT_H
#define VNVME_EXPLORE_CUT_H

#include "media.h"
#include "power.h"

/* 128 bits: the sum (xor) over blocks that differ from @base. */
struct xhash {
	uint64_t lo;
	uint64_t hi;
};

/* The pieces of one command. */
struct xcommand {
	size_t first;		/* in cut.v */
	size_t n;
};

struct xcut {
	struct vmedia *m;
	struct power_rules rules;
	/* The pieces that can be seen: not those that something durable covers. */
	struct power_cut cut;
	uint8_t *keep;		/* of each, for xcut_apply(): is it there? */
	struct xcommand *commands;
	size_t nr_commands;
	struct xhash hash;	/* of the state */

	/* Per block: entry + 1 whose content it has; 0: that of @base. */
	uint32_t *floor;	/* if nothing is kept */
	uint32_t *top;		/* in the state; elsewhere as @floor */
	uint64_t *stale;	/* bitmap: m->now may have something else */
	size_t blocks;
	struct xhash floor_hash;
	struct xhash **sums;	/* per entry: of its blocks; NULL: not a write */
	size_t arrived;		/* entries before the cut */
	size_t *open;		/* of which undecided, seen or not */
	size_t nr_open;
};

/* @m->log must not change until xcut_free().  0 or -ENOMEM. */
int xcut_init(struct xcut *c, struct vmedia *m, const struct power_rules *r);
void xcut_free(struct xcut *c);
/*
 * To the cut at @event: all is kept, but not applied.  Forward costs what changed
 * between the cuts, back as much as from the beginning.  0 or -ENOMEM.
 */
int xcut_go(struct xcut *c, uint64_t event);
/* To the state that all of the log makes, whatever is durable of it. */
void xcut_end(struct xcut *c);
/* The state that c->keep says: @top and @hash. */
void xcut_apply(struct xcut *c);
/* Make m->now that state. */
void xcut_put(struct xcut *c);
/* A number that depends on all three, and on nothing else. */
uint64_t xcut_lot(uint64_t seed, uint64_t a, uint64_t b);

#endif
