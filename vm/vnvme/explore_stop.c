// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "explore_stop.h"

/*
 * A read changes nothing, the arrival of a flush neither, nor does the completion
 * of a write that stays in the cache: it was undecided before and still is.  What
 * makes something durable only takes states away; but then all sets of those that
 * are left may be few enough to be tried.
 */
static bool xstops_arrival(const struct vlog_entry *e)
{
	return power_writes(e) || e->kind == VLOG_MARK;
}

static bool xstops_completion(const struct vlog_entry *e,
			      const struct power_rules *r)
{
	if (e->failed || e->done == VLOG_NEVER)
		return false;
	return e->kind == VLOG_FLUSH || (power_writes(e) && (e->fua || !r->cache));
}

static int xstops_by_event(const void *a, const void *b)
{
	const struct xstop *x = a, *y = b;

	return x->event < y->event ? -1 : x->event > y->event;
}

/* Every mark's own stop says which it is; the others take it from there. */
static void xstops_marks(struct xstops *s)
{
	uint32_t marks = 0, mark = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (s->v[i].mark) {
			marks++;
			mark = s->v[i].mark;
		}
		s->v[i].marks = marks;
		s->v[i].mark = mark;
	}
}

int xstops_find(struct xstops *s, const struct vlog *log,
		const struct power_rules *r)
{
	size_t i;

	*s = (struct xstops){ .v = calloc(2 * log->n + 1, sizeof(*s->v)) };
	if (!s->v)
		return -ENOMEM;
	s->v[s->n++].event = log->n ? log->v[0].arrived : log->events;
	for (i = 0; i < log->n; i++) {
		const struct vlog_entry *e = &log->v[i];

		if (xstops_arrival(e))
			s->v[s->n++] = (struct xstop){
				.event = e->arrived + 1,
				.mark = e->kind == VLOG_MARK ? i + 1 : 0,
			};
		if (xstops_completion(e, r))
			s->v[s->n++].event = e->done + 1;
	}
	qsort(s->v, s->n, sizeof(*s->v), xstops_by_event);
	xstops_marks(s);
	return 0;
}

void xstops_free(struct xstops *s)
{
	free(s->v);
	*s = (struct xstops){ 0 };
}
