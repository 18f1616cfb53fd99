// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explore_text.h"

/* So many are named; the others are counted. */
#define XTEXT_COMMANDS	24
#define XTEXT_RANGES	8

struct xtext_out {
	char *s;
	size_t size;
	size_t len;
};

/* What does not fit is left out. */
static void __attribute__((format(printf, 2, 3)))
xtext_add(struct xtext_out *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->s + t->len, t->size - t->len, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	t->len += n;
	if (t->len >= t->size)
		t->len = t->size - 1;
}

/* "write fua 800+8 (done, cached)" */
static void xtext_command(struct xtext_out *t, const struct xcut *c, size_t entry)
{
	const struct vlog_entry *e = &c->m->log.v[entry];
	const char *kind = e->kind == VLOG_WRITE ? "write" :
			   e->kind == VLOG_ZEROES ? "zeroes" : "discard";

	xtext_add(t, "#%" PRIu64 " %s%s %" PRIu64 "+%" PRIu32 " (%s)",
		  e->arrived, kind, e->fua ? " fua" : "", e->lba, e->blocks,
		  e->done < c->cut.event ? "done, cached" : "in flight");
}

static size_t xtext_lost(const struct xcut *c, const struct xcommand *d)
{
	size_t i, n = 0;

	for (i = d->first; i < d->first + d->n; i++)
		n += !c->keep[i];
	return n;
}

/* Blocks of the command that are lost: runs of pieces. */
static void xtext_ranges(struct xtext_out *t, const struct xcut *c,
			 const struct xcommand *d)
{
	const struct power_piece *v = c->cut.v;
	size_t i, j, end = d->first + d->n, n = 0;
	uint32_t last;

	xtext_add(t, " without blocks");
	for (i = d->first; i < end; i = j) {
		j = i + 1;
		if (c->keep[i])
			continue;
		while (j < end && !c->keep[j])
			j++;
		last = v[j - 1].first + v[j - 1].blocks - 1;
		if (n++ == XTEXT_RANGES) {
			xtext_add(t, ", ...");
			return;
		}
		if (last == v[i].first)
			xtext_add(t, "%s %" PRIu32, n > 1 ? "," : "", last);
		else
			xtext_add(t, "%s %" PRIu32 "..%" PRIu32,
				  n > 1 ? "," : "", v[i].first, last);
	}
}

static void xtext_list(struct xtext_out *t, const struct xcut *c, bool torn,
		       uint32_t count)
{
	uint32_t n = 0;
	size_t i;

	xtext_add(t, torn ? "; torn: " : "; lost: ");
	for (i = 0; i < c->nr_commands; i++) {
		const struct xcommand *d = &c->commands[i];
		size_t lost = xtext_lost(c, d);

		if (!lost || torn != (lost < d->n))
			continue;
		if (n++ == XTEXT_COMMANDS) {
			xtext_add(t, " and %" PRIu32 " more", count - n + 1);
			return;
		}
		xtext_add(t, "%s", n > 1 ? ", " : "");
		xtext_command(t, c, c->cut.v[d->first].entry);
		if (torn)
			xtext_ranges(t, c, d);
	}
}

static void xtext_cut(struct xtext_out *t, const struct xcut *c,
		      const struct xstop *stop)
{
	const struct vlog_entry *mark = c->m->log.v + stop->mark;

	if (stop->event)
		xtext_add(t, "cut after event %" PRIu64, stop->event - 1);
	else
		xtext_add(t, "cut before everything");
	xtext_add(t, ", %" PRIu32 " mark%s", stop->marks,
		  stop->marks == 1 ? "" : "s");
	if (stop->mark)
		xtext_add(t, " (last: %" PRIu32 " %" PRIu32 ")",
			  mark[-1].mark_kind, mark[-1].mark_id);
}

void xtext(const struct xcut *c, const struct xstop *stop,
	   const char *what, struct vnvme_state *out)
{
	struct xtext_out t = { .s = out->text, .size = sizeof(out->text) };
	size_t i, lost;

	out->event = stop->event;
	out->marks = stop->marks;
	out->hash = c->hash.lo;
	for (i = 0; i < c->nr_commands; i++) {
		lost = xtext_lost(c, &c->commands[i]);
		if (!lost)
			out->kept++;
		else if (lost == c->commands[i].n)
			out->lost++;
		else
			out->torn++;
	}
	xtext_add(&t, "%s", what);
	xtext_cut(&t, c, stop);
	xtext_add(&t, "; of %zu undecided command%s %" PRIu32 " lost, %" PRIu32
		  " torn", c->nr_commands, c->nr_commands == 1 ? "" : "s",
		  out->lost, out->torn);
	if (out->lost)
		xtext_list(&t, c, false, out->lost);
	if (out->torn)
		xtext_list(&t, c, true, out->torn);
}
