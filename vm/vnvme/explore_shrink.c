// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore_shrink.h"

int xshrink_begin(struct xshrink *s, const struct xcut *c,
		  const struct xstop *stops, size_t stop, uint32_t signature)
{
	size_t i, n = c->cut.n + 1;

	*s = (struct xshrink){
		.log = &c->m->log,
		.stops = stops,
		.signature = signature,
		.best.stop = stop,
		.best.v = calloc(n, sizeof(*s->best.v)),
		.try.v = calloc(n, sizeof(*s->try.v)),
		.unit = calloc(n, sizeof(*s->unit)),
	};
	if (!s->best.v || !s->try.v || !s->unit) {
		xshrink_free(s);
		return -ENOMEM;
	}
	for (i = 0; i < c->cut.n; i++) {
		if (!c->keep[i])
			s->best.v[s->best.n++] = c->cut.v[i];
	}
	s->phase = XSHRINK_NOTHING;
	return 0;
}

void xshrink_free(struct xshrink *s)
{
	free(s->best.v);
	free(s->try.v);
	free(s->unit);
	*s = (struct xshrink){ .phase = XSHRINK_IDLE };
}

/* What goes as one: a command's pieces, or each piece. */
static void xshrink_units(struct xshrink *s)
{
	const struct xloss *b = &s->best;
	size_t i;

	s->units = 0;
	s->nr = 0;
	for (i = 0; i < b->n; i++) {
		if (!i || s->phase == XSHRINK_PIECES ||
		    b->v[i].entry != b->v[i - 1].entry)
			s->units++;
		s->unit[i] = s->units - 1;
	}
}

/* All cuts from the last arrival of what is lost on leave it undecided. */
static void xshrink_range(struct xshrink *s)
{
	const struct xloss *b = &s->best;
	uint64_t arrived;

	s->low = 0;
	if (!b->n)
		return;
	arrived = s->log->v[b->v[b->n - 1].entry].arrived;
	while (s->low < b->stop && s->stops[s->low].event <= arrived)
		s->low++;
}

static void xshrink_phase(struct xshrink *s, enum xshrink_phase phase)
{
	s->phase = phase;
	s->nr = 0;
	s->parts = 2;
	if (phase == XSHRINK_EARLIEST)
		xshrink_range(s);
	else
		xshrink_units(s);
}

/*
 * Of the units, dealt out: each part alone is lost, then each part alone is not.
 * False when all of that was tried.
 */
static bool xshrink_part(struct xshrink *s)
{
	bool rest = s->nr >= s->parts;
	size_t part = rest ? s->nr - s->parts : s->nr, i;

	/* Of two parts each is what the other is not. */
	if (s->units < 2 || s->nr >= (s->parts == 2 ? 2 : 2 * s->parts))
		return false;
	s->nr++;
	s->try.stop = s->best.stop;
	s->try.n = 0;
	for (i = 0; i < s->best.n; i++) {
		size_t of = (size_t)s->unit[i] * s->parts / s->units;

		if ((of == part) != rest)
			s->try.v[s->try.n++] = s->best.v[i];
	}
	return true;
}

static bool xshrink_parts(struct xshrink *s)
{
	while (!xshrink_part(s)) {
		if (s->parts >= s->units)
			return false;
		s->parts = 2 * s->parts < s->units ? 2 * s->parts : s->units;
		s->nr = 0;
	}
	return true;
}

/* The earliest possible at once, then by halves: who fails here fails later. */
static bool xshrink_earlier(struct xshrink *s)
{
	if (s->low >= s->best.stop)
		return false;
	s->try.n = s->best.n;
	memcpy(s->try.v, s->best.v, s->best.n * sizeof(*s->best.v));
	s->try.stop = s->nr++ ? s->low + (s->best.stop - s->low) / 2 : s->low;
	return true;
}

bool xshrink_try(struct xshrink *s)
{
	switch (s->phase) {
	case XSHRINK_NOTHING:
		if (s->best.n) {
			s->try.stop = s->best.stop;
			s->try.n = 0;
			return true;
		}
		xshrink_phase(s, XSHRINK_EARLIEST);
		return xshrink_try(s);
	case XSHRINK_COMMANDS:
	case XSHRINK_PIECES:
		if (xshrink_parts(s))
			return true;
		xshrink_phase(s, s->phase + 1);
		return xshrink_try(s);
	case XSHRINK_EARLIEST:
		if (xshrink_earlier(s))
			return true;
		s->phase = XSHRINK_DONE;
		/* fall through */
	default:
		return false;
	}
}

/* Fewer parts than before, or two if one of them was enough. */
static void xshrink_deal(struct xshrink *s)
{
	bool rest = s->nr > s->parts;

	xshrink_units(s);
	s->parts = rest && s->parts > 2 ? s->parts - 1 : 2;
}

void xshrink_tried(struct xshrink *s, bool failed)
{
	if (failed) {
		s->best.stop = s->try.stop;
		s->best.n = s->try.n;
		memcpy(s->best.v, s->try.v, s->try.n * sizeof(*s->try.v));
	}
	if (s->phase == XSHRINK_NOTHING)
		xshrink_phase(s, failed ? XSHRINK_EARLIEST : XSHRINK_COMMANDS);
	else if (s->phase == XSHRINK_EARLIEST && !failed)
		s->low = s->try.stop + 1;
	else if (s->phase != XSHRINK_EARLIEST && failed)
		xshrink_deal(s);
}

void xshrink_keep(const struct xloss *loss, struct xcut *c)
{
	size_t i, j = 0;

	for (i = 0; i < c->cut.n; i++) {
		const struct power_piece *p = &c->cut.v[i];

		c->keep[i] = j >= loss->n || loss->v[j].entry != p->entry ||
			     loss->v[j].first != p->first;
		j += !c->keep[i];
	}
}
