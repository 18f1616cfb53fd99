/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the power leaves of the media when it goes.  The rules, in the order in
 * which they apply to a command that arrived before the cut:
 *
 * P1  A write that was done before the cut is durable if it had FUA, if there is
 *     no volatile cache, or if it was done before a flush arrived that itself
 *     was done before the cut.
 * P2  Any other write may have been lost, kept or torn, whether it was done
 *     (then it was in the cache) or in flight.
 * P3  It is not torn if it does not exceed the atomic power-fail limit and lies
 *     within one boundary window (NAWUPF, NABSPF, NABO; AWUPF where the
 *     namespace has none of its own): all of it is there or nothing.  With
 *     multiple atomicity mode that is true of each of its parts between two
 *     boundaries, if the part does not exceed the limit.
 * P4  Otherwise it is torn between any two blocks; a block never is.
 * P5  Of what is there of two writes to one block, the later is read: they are
 *     laid over each other in the order of arrival.
 * P6  A command that failed changed nothing, nor did a flush that failed make
 *     anything durable.  Write zeroes is a write.  A deallocation is one too, but
 *     for P3: it may have happened or not, block by block.
 *
 * power.c is these rules, in this order.  What they leave out is in README.md.
 */
#ifndef VNVME_POWER_H
#define VNVME_POWER_H

#include "log.h"

struct power_rules {
	bool cache;		/* volatile */
	uint32_t unit;		/* P3's limit, blocks (not counted from zero) */
	uint32_t boundary;	/* blocks; 0: none */
	uint32_t offset;	/* of the first boundary window's begin, blocks */
	bool multiple;		/* multiple atomicity mode */
	uint32_t lies;		/* enum vnvme_lie: rules that do not hold */
};

/* A piece of a command that is there or not, as a whole. */
struct power_piece {
	uint32_t entry;		/* index in the log */
	uint32_t first;		/* block of the command */
	uint32_t blocks;
};

/* All that is undecided at a cut. */
struct power_cut {
	uint64_t event;
	struct power_piece *v;	/* in the order of arrival */
	size_t n;
	size_t commands;	/* that the pieces are of */
	/*
	 * All entries before this one are durable, or change nothing.  What was
	 * found for one cut helps with later ones, which need not look at them
	 * again; 0 for the first, and for an earlier one.
	 */
	size_t from;
};

/* P6: does it change blocks at all? */
bool power_writes(const struct vlog_entry *e);
/* P1: is entry @index durable at the cut? */
bool power_durable(const struct vlog *log, const struct power_rules *r,
		   size_t index, uint64_t event);
/*
 * P1 to P4, P6: all pieces that are undecided at @event, 0 or -ENOMEM.  @cut is
 * zeroed at first; it can be used again for another event.
 */
int power_cut(const struct vlog *log, const struct power_rules *r,
	      uint64_t event, struct power_cut *cut);
void power_cut_free(struct power_cut *cut);

#endif
