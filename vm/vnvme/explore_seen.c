// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "explore_seen.h"

static struct xstate *xseen_find(const struct xseen *s, struct xhash h,
				 uint32_t marks)
{
	size_t i = xcut_lot(h.lo, h.hi, marks) & (s->room - 1);

	for (; s->v[i].used; i = (i + 1) & (s->room - 1)) {
		if (s->v[i].hash.lo == h.lo && s->v[i].hash.hi == h.hi &&
		    s->v[i].marks == marks)
			break;
	}
	return &s->v[i];
}

static int xseen_grow(struct xseen *s)
{
	struct xseen more = { .n = s->n, .room = s->room ? 2 * s->room : 1024 };
	size_t i;

	more.v = calloc(more.room, sizeof(*more.v));
	if (!more.v)
		return -ENOMEM;
	for (i = 0; i < s->room; i++) {
		if (s->v[i].used)
			*xseen_find(&more, s->v[i].hash, s->v[i].marks) = s->v[i];
	}
	free(s->v);
	*s = more;
	return 0;
}

struct xstate *xseen_get(struct xseen *s, struct xhash hash, uint32_t marks)
{
	struct xstate *x;

	if (2 * s->n >= s->room && xseen_grow(s))
		return NULL;
	x = xseen_find(s, hash, marks);
	if (!x->used) {
		*x = (struct xstate){ .hash = hash, .marks = marks, .used = true };
		s->n++;
	}
	return x;
}

void xseen_free(struct xseen *s)
{
	free(s->v);
	*s = (struct xseen){ 0 };
}
