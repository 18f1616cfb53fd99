// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "explore_cut.h"
#include "explore_pick.h"
#include "explore_seen.h"
#include "explore_shrink.h"
#include "explore_stop.h"
#include "explore_text.h"

#define EXPLORE_FEW	10	/* pieces: 1024 states */
#define EXPLORE_FEW_MAX	20
#define EXPLORE_LOTS	16
/* Draws are sorted by cut: going forward is cheap. */
#define EXPLORE_BATCH	256
/* So many draws in a row that are all known: there is little left to draw. */
#define EXPLORE_DRY	4096
/* Then the smallest so far will do. */
#define EXPLORE_TRIES	1000
#define EXPLORE_KNOWN	64	/* signatures that were made smaller */

struct explore_draw {
	size_t stop;
	uint64_t lot;		/* for the state there */
};

struct explore {
	struct vmedia *m;
	struct explore_cfg cfg;
	struct xcut cut;
	struct xseen seen;
	struct xstops stops;
	/* The next of the list: at stop @stop, state @nr there. */
	size_t stop;
	uint64_t nr;
	struct explore_draw draws[EXPLORE_BATCH];
	size_t draw;		/* the next one ... */
	size_t nr_draws;	/* ... of so many */
	uint64_t drawn;		/* before these */
	unsigned int dry;
	uint64_t listed;	/* states, of all shards */
	uint64_t skipped;
	uint64_t shown;
	/* What is in place, to be judged; NULL: nothing. */
	const struct xstop *last;
	struct xhash hash;
	bool waits;		/* @shrink does, for what comes of its try */
	struct xshrink shrink;
	unsigned int tries;
	uint32_t known[EXPLORE_KNOWN];
	size_t nr_known;
};

static void explore_free(struct explore *x)
{
	xshrink_free(&x->shrink);
	xseen_free(&x->seen);
	xstops_free(&x->stops);
	xcut_free(&x->cut);
	free(x);
}

static struct explore *explore_new(struct vmedia *m, const struct explore_cfg *cfg)
{
	struct explore *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->m = m;
	x->cfg = *cfg;
	if (!x->cfg.few)
		x->cfg.few = EXPLORE_FEW;
	if (x->cfg.few > EXPLORE_FEW_MAX)
		x->cfg.few = EXPLORE_FEW_MAX;
	if (!x->cfg.lots)
		x->cfg.lots = EXPLORE_LOTS;
	if (!x->cfg.shards)
		x->cfg.shard = x->cfg.shards = 1;
	if (xcut_init(&x->cut, m, &x->cfg.rules)) {
		free(x);
		return NULL;
	}
	if (xstops_find(&x->stops, &m->log, &x->cfg.rules)) {
		explore_free(x);
		return NULL;
	}
	return x;
}

struct explore *explore_begin(struct vmedia *m, const struct explore_cfg *cfg)
{
	struct explore *x = explore_new(m, cfg);

	if (x && xcut_go(&x->cut, x->stops.v[0].event)) {
		explore_free(x);
		return NULL;
	}
	return x;
}

void explore_end(struct explore *x)
{
	xcut_end(&x->cut);
	xcut_put(&x->cut);
	explore_free(x);
}

static int explore_by_stop(const void *a, const void *b)
{
	const struct explore_draw *x = a, *y = b;

	if (x->stop != y->stop)
		return x->stop < y->stop ? -1 : 1;
	return x->lot < y->lot ? -1 : x->lot > y->lot;
}

/*
 * As many as are wanted, and no more: those of the first cuts would be taken, and
 * the others never come.
 */
static void explore_batch(struct explore *x)
{
	uint64_t wanted = x->cfg.states - x->listed, nr;
	size_t i;

	x->drawn += x->nr_draws;
	x->nr_draws = wanted < EXPLORE_BATCH ? wanted : EXPLORE_BATCH;
	for (i = 0; i < x->nr_draws; i++) {
		nr = x->drawn + i;
		x->draws[i].stop = xcut_lot(x->cfg.seed, nr, 1) % x->stops.n;
		x->draws[i].lot = xcut_lot(x->cfg.seed, nr, 2);
	}
	qsort(x->draws, x->nr_draws, sizeof(*x->draws), explore_by_stop);
	x->draw = 0;
}

static int explore_go(struct explore *x, size_t stop)
{
	uint64_t event = x->stops.v[stop].event;

	return event == x->cut.cut.event ? 0 : xcut_go(&x->cut, event);
}

/* The cut is in the next state by lot.  1; 0: no more; -ENOMEM. */
static int explore_draw(struct explore *x)
{
	const struct explore_draw *d;

	if (x->listed == x->cfg.states || x->dry >= EXPLORE_DRY)
		return 0;
	if (x->draw == x->nr_draws)
		explore_batch(x);
	d = &x->draws[x->draw];
	if (explore_go(x, d->stop))
		return -ENOMEM;
	x->draw++;
	x->stop = d->stop;
	xpick(&x->cut, &x->cfg, xpick_draw(&x->cut, &x->cfg, d->lot));
	xcut_apply(&x->cut);
	return 1;
}

/* The same, one after the other. */
static int explore_walk(struct explore *x)
{
	if (x->stop == x->stops.n)
		return 0;
	if (explore_go(x, x->stop))
		return -ENOMEM;
	if (x->nr == xpick_count(&x->cut, &x->cfg)) {
		x->stop++;
		x->nr = 0;
		return explore_walk(x);
	}
	xpick(&x->cut, &x->cfg, x->nr++);
	xcut_apply(&x->cut);
	return 1;
}

/*
 * All shards list the same states; each shows those whose content is its own,
 * whatever else was shown in between to make a failure smaller.
 */
static bool explore_mine(const struct explore *x, const struct xstate *s)
{
	uint64_t lot = xcut_lot(s->hash.lo, s->hash.hi, s->marks);

	return (lot >> 32) % x->cfg.shards == x->cfg.shard - 1;
}

/* The cut is in the next state that is new and ours. */
static int explore_list(struct explore *x)
{
	struct xstate *s;
	int ret;

	for (;;) {
		ret = x->cfg.states ? explore_draw(x) : explore_walk(x);
		if (ret <= 0)
			return ret;
		s = xseen_get(&x->seen, x->cut.hash, x->stops.v[x->stop].marks);
		if (!s)
			return -ENOMEM;
		if (s->listed) {
			x->skipped++;
			x->dry++;
			continue;
		}
		s->listed = true;
		x->listed++;
		x->dry = 0;
		if (!explore_mine(x, s))
			continue;
		if (!s->shown)
			return 1;
		x->skipped++;
	}
}

/* What the cut is in goes into place. */
static int explore_show(struct explore *x, size_t stop, const char *what,
			uint32_t flags, struct vnvme_state *out)
{
	struct xstate *s;

	x->last = &x->stops.v[stop];
	x->hash = x->cut.hash;
	s = xseen_get(&x->seen, x->hash, x->last->marks);
	if (!s)
		return -ENOMEM;
	s->shown = true;
	xcut_put(&x->cut);
	xtext(&x->cut, x->last, what, out);
	out->flags = VNVME_STATE_VALID | flags;
	out->nr = ++x->shown;
	out->skipped = x->skipped;
	if (x->cfg.states && x->cfg.shards == 1)
		out->left = x->cfg.states - x->listed;
	return 0;
}

static int explore_lose(struct explore *x, const struct xloss *loss)
{
	if (explore_go(x, loss->stop))
		return -ENOMEM;
	xshrink_keep(loss, &x->cut);
	xcut_apply(&x->cut);
	return 0;
}

/* 1: a try is in place; 0: the smallest is. */
static int explore_smaller(struct explore *x, struct vnvme_state *out)
{
	struct xshrink *s = &x->shrink;
	const struct xstate *known;
	const char *what;
	size_t stop;

	while (x->tries < EXPLORE_TRIES && xshrink_try(s)) {
		if (explore_lose(x, &s->try))
			return -ENOMEM;
		stop = s->try.stop;
		known = xseen_get(&x->seen, x->cut.hash, x->stops.v[stop].marks);
		if (!known)
			return -ENOMEM;
		if (known->judged) {
			xshrink_tried(s, known->signature == s->signature);
			continue;
		}
		x->tries++;
		x->waits = true;
		return explore_show(x, stop, "smaller: ", VNVME_STATE_SMALLER,
				    out);
	}
	stop = s->best.stop;
	if (explore_lose(x, &s->best))
		return -ENOMEM;
	what = s->phase == XSHRINK_DONE ? "smallest: " : "tried enough: ";
	xshrink_free(s);
	return explore_show(x, stop, what, VNVME_STATE_SMALLEST, out);
}

int explore_next(struct explore *x, struct vnvme_state *out)
{
	int ret;

	*out = (struct vnvme_state){ .magic = VNVME_MAGIC };
	/* Who says nothing has seen nothing. */
	if (x->waits)
		explore_verdict(x, 0);
	x->last = NULL;
	if (x->shrink.phase != XSHRINK_IDLE)
		return explore_smaller(x, out);
	ret = explore_list(x);
	if (ret > 0)
		return explore_show(x, x->stop, "", 0, out);
	out->skipped = x->skipped;
	return ret;
}

/* Has this signature not been made smaller before? */
static bool explore_first(struct explore *x, uint32_t signature)
{
	size_t i;

	for (i = 0; i < x->nr_known; i++) {
		if (x->known[i] == signature)
			return false;
	}
	if (i == EXPLORE_KNOWN)
		return false;
	x->known[x->nr_known++] = signature;
	return true;
}

void explore_verdict(struct explore *x, uint32_t signature)
{
	struct xstate *s;

	if (!x->last)
		return;
	s = xseen_get(&x->seen, x->hash, x->last->marks);
	if (s && !s->judged) {
		s->judged = true;
		s->signature = signature;
	}
	if (x->waits) {
		x->waits = false;
		xshrink_tried(&x->shrink, signature == x->shrink.signature);
	} else if (signature && explore_first(x, signature)) {
		x->tries = 0;
		xshrink_begin(&x->shrink, &x->cut, x->stops.v,
			      x->last - x->stops.v, signature);
	}
	x->last = NULL;
}

int explore_cut(struct vmedia *m, const struct explore_cfg *cfg,
		struct vnvme_state *out)
{
	struct explore *x = explore_new(m, cfg);
	uint64_t lot;
	int ret;

	*out = (struct vnvme_state){ .magic = VNVME_MAGIC };
	if (!x)
		return -ENOMEM;
	ret = explore_go(x, x->stops.n - 1);
	if (!ret) {
		lot = xcut_lot(x->cfg.seed, 0, 0);
		xpick(&x->cut, &x->cfg, xpick_draw(&x->cut, &x->cfg, lot));
		xcut_apply(&x->cut);
		ret = explore_show(x, x->stops.n - 1, "", 0, out);
	}
	explore_free(x);
	if (ret)
		return ret;
	vmedia_forget(m);
	m->off = true;
	return 0;
}
