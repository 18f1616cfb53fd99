/* SPDX-License-Identifier: GPL-2.0-only */
/* All states that came up so far, by content and marks; a hash table. */
#ifndef VNVME_EXPLORE_SEEN_H
#define VNVME_EXPLORE_SEEN_H

#include <stdbool.h>

#include "explore_cut.h"

struct xstate {
	struct xhash hash;
	uint32_t marks;
	uint32_t signature;	/* if judged */
	bool used;
	bool listed;		/* as one of its cut, by whatever shard */
	bool shown;
	bool judged;
};

struct xseen {
	struct xstate *v;
	size_t n;
	size_t room;		/* a power of two */
};

/*
 * The state's record, made where there is none; good until the next call.  NULL
 * without memory.
 */
struct xstate *xseen_get(struct xseen *s, struct xhash hash, uint32_t marks);
void xseen_free(struct xseen *s);

#endif
