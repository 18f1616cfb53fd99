// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands in flight: a heap by the time at which each completes.
 *
 * Held back is what completes later than it could, so that others overtake it
 * ("Command Ordering Requirements": there is no order between commands).  At
 * most cfg.hold are, and each for SCHED_HOLD at most: a completion never waits
 * for another command to come.  With cfg.reorder each is held for a time drawn by
 * lot.
 */
#include <stdlib.h>

#include "core.h"

#define SCHED_HOLD	2000000		/* ns */
#define SCHED_REORDER	4		/* held for cfg.reorder without cfg.hold */

/* Room for all that queue_fetch() lets in, so that adding cannot fail. */
int sched_init(struct ctrl *c)
{
	c->room_heap = CTRL_QUEUES * CTRL_SQ_BUSY;
	c->heap = calloc(c->room_heap, sizeof(*c->heap));
	return c->heap ? 0 : -1;
}

static bool sched_before(const struct req *a, const struct req *b)
{
	return a->due != b->due ? a->due < b->due : a->nr < b->nr;
}

static void sched_place(struct ctrl *c, struct req *r, size_t at)
{
	c->heap[at] = r;
	r->at = at;
}

/* @r's place is free, or it is in it: find the right one. */
static void sched_sift(struct ctrl *c, struct req *r, size_t at)
{
	size_t child;

	for (; at && sched_before(r, c->heap[(at - 1) / 2]); at = (at - 1) / 2)
		sched_place(c, c->heap[(at - 1) / 2], at);
	for (;; at = child) {
		child = 2 * at + 1;
		if (child + 1 < c->nr_heap &&
		    sched_before(c->heap[child + 1], c->heap[child]))
			child++;
		if (child >= c->nr_heap || !sched_before(c->heap[child], r))
			break;
		sched_place(c, c->heap[child], at);
	}
	sched_place(c, r, at);
}

static void sched_remove(struct ctrl *c, struct req *r)
{
	struct req *last = c->heap[--c->nr_heap];

	if (last != r)
		sched_sift(c, last, r->at);
	c->held -= r->held;
	r->held = false;
}

void sched_now(struct ctrl *c, struct req *r)
{
	c->held -= r->held;
	r->held = false;
	r->due = 0;
	sched_sift(c, r, r->at);
}

/*
 * One held back too many: the next goes now.  With cfg.reorder that is as good as
 * a lot, and as its time was drawn when it came, the same seed gives the same
 * order.
 */
static void sched_release(struct ctrl *c)
{
	struct req *next = NULL;
	size_t i;

	for (i = 0; i < c->nr_heap; i++)
		if (c->heap[i]->held &&
		    (!next || sched_before(c->heap[i], next)))
			next = c->heap[i];
	sched_now(c, next);
}

void sched_add(struct ctrl *c, struct req *r, uint64_t delay)
{
	bool reorder = c->cfg->reorder;
	unsigned int hold = c->cfg->hold || !reorder ? c->cfg->hold :
			    SCHED_REORDER;

	r->due = delay == UINT64_MAX ? UINT64_MAX : c->now + delay;
	if (hold && r->io) {
		r->held = true;
		r->due += reorder ? fault_random(&c->rng_order) % SCHED_HOLD :
			  SCHED_HOLD;
		c->held++;
	}
	sched_sift(c, r, c->nr_heap++);
	if (c->held > hold)
		sched_release(c);
}

struct req *sched_next(struct ctrl *c)
{
	struct req *r;

	if (!c->nr_heap || c->heap[0]->due > c->now)
		return NULL;
	r = c->heap[0];
	sched_remove(c, r);
	return r;
}

uint64_t sched_due(const struct ctrl *c)
{
	return c->nr_heap ? c->heap[0]->due : UINT64_MAX;
}

struct req *sched_find(const struct ctrl *c, unsigned int sq, uint16_t cid)
{
	size_t i;

	for (i = 0; i < c->nr_heap; i++)
		if (c->heap[i]->sq == sq && c->heap[i]->cid == cid)
			return c->heap[i];
	return NULL;
}

struct req *sched_find_token(const struct ctrl *c, uint32_t token)
{
	size_t i;

	for (i = 0; i < c->nr_heap; i++)
		if (c->heap[i]->later && (uint32_t)c->heap[i]->nr == token)
			return c->heap[i];
	return NULL;
}

struct req *sched_find_event(const struct ctrl *c)
{
	struct req *oldest = NULL;
	size_t i;

	for (i = 0; i < c->nr_heap; i++) {
		struct req *r = c->heap[i];

		if (r->event && r->due == UINT64_MAX &&
		    (!oldest || r->nr < oldest->nr))
			oldest = r;
	}
	return oldest;
}

void sched_flush(struct ctrl *c, unsigned int sq)
{
	size_t i;

	/* Out of the heap one by one: removing moves the others about. */
	for (i = 0; i < c->nr_heap;) {
		struct req *r = c->heap[i];

		if (r->sq != sq) {
			i++;
			continue;
		}
		sched_remove(c, r);
		queue_complete(c, r);
		i = 0;
	}
}

void sched_power(struct ctrl *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->nr_heap; i++) {
		struct req *r = c->heap[i];

		if (!r->io || !r->tickets)
			continue;
		r->tickets = 0;
		r->status = NVME_SC_NS_NOT_READY | NVME_SC_DNR;
		r->due = 0;
		r->held = false;
		n++;
	}
	if (!n)
		return;
	c->held = 0;
	/* Any order that is one: sort by inserting again. */
	n = c->nr_heap;
	for (c->nr_heap = 0; c->nr_heap < n;) {
		struct req *r = c->heap[c->nr_heap];

		sched_sift(c, r, c->nr_heap++);
	}
}

void sched_clear(struct ctrl *c)
{
	while (c->nr_heap)
		free(c->heap[--c->nr_heap]);
	c->held = 0;
	c->writes = 0;
	c->events = 0;
}
