/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a state that failed to one that loses as little as possible and still
 * fails (delta debugging, as Zeller and Hildebrandt describe it in "Simplifying
 * and Isolating Failure-Inducing Input").  It tries nothing itself: it says what
 * to try, and is told what came of it.
 */
#ifndef VNVME_EXPLORE_SHRINK_H
#define VNVME_EXPLORE_SHRINK_H

#include <stdbool.h>

#include "explore_cut.h"

/* A place in the log where the power may go. */
struct xstop {
	uint64_t event;		/* the cut */
	uint32_t marks;		/* before it */
	uint32_t mark;		/* entry + 1 of the last of them; 0: none */
};

enum xshrink_phase {
	XSHRINK_IDLE,
	XSHRINK_NOTHING,	/* need anything be lost at all? */
	XSHRINK_COMMANDS,	/* which commands? */
	XSHRINK_PIECES,		/* which pieces? */
	XSHRINK_EARLIEST,	/* since when? */
	XSHRINK_DONE,
};

/* Pieces that are lost, of those that are undecided at a stop. */
struct xloss {
	size_t stop;		/* index */
	struct power_piece *v;	/* in the order of arrival */
	size_t n;
};

struct xshrink {
	enum xshrink_phase phase;
	const struct vlog *log;
	const struct xstop *stops;
	uint32_t signature;	/* of the failure */
	struct xloss best;	/* the smallest that is known to fail */
	struct xloss try;	/* after xshrink_try() */
	uint32_t *unit;		/* of each piece of @best: goes as one with others */
	size_t units;
	size_t parts;		/* the units are dealt out into so many */
	size_t nr;		/* of the next try in this deal */
	size_t low;		/* no stop before this one can be the earliest */
};

/*
 * The state of @c, at @stop, failed with @signature.  0 or -ENOMEM: then it stays
 * idle.
 */
int xshrink_begin(struct xshrink *s, const struct xcut *c,
		  const struct xstop *stops, size_t stop, uint32_t signature);
/* The next to try is in @try; false: none, @best is the result. */
bool xshrink_try(struct xshrink *s);
/* Did @try fail in the same way? */
void xshrink_tried(struct xshrink *s, bool failed);
/* Sets c->keep, at the right cut. */
void xshrink_keep(const struct xloss *loss, struct xcut *c);
/* It is idle again. */
void xshrink_free(struct xshrink *s);

#endif
