// SPDX-License-Identifier: GPL-2.0-only
/* See replay.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "replay.h"

struct replay_slot {
	const struct story_slot *story;
	uint32_t nr;
	uint8_t *image;		/* of its parts, one after the other */
	uint64_t acked;		/* last submission of a write that succeeded */
	uint64_t torn;		/* cuts at which it was */
	bool said;		/* what is wrong with it now */
};

struct replay_write {
	unsigned int commands;	/* that had some of it */
};

/* Where an entry and a part of a slot overlap. */
struct replay_range {
	uint64_t from;		/* in the entry */
	uint64_t to;		/* in the slot's image */
	uint64_t len;
};

#define REPLAY_BAD(r, ...) replay_bad(r, __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5)))
static void replay_bad(struct replay *r, const char *file, int line,
		       const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (r->bad++ >= REPLAY_SAID)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ut_addf(r->out, "%s:%d: %s\n", file, line, text);
}

/* "unit 3 (8192 bytes at 1048576), entry 17 of 900" */
static const char *replay_where(const struct replay *r,
				const struct replay_slot *slot)
{
	static char text[120];

	snprintf(text, sizeof(text), "unit %u (%llu bytes at %llu), entry %llu",
		 slot->nr, (unsigned long long)slot->story->len,
		 (unsigned long long)slot->story->part[0].pos,
		 (unsigned long long)r->now);
	return text;
}

/* The one write that all of it is of, or -1; *@other: where it is another's. */
static int64_t replay_stamp(const struct replay *r,
			    const struct replay_slot *slot, uint64_t *other)
{
	int64_t first = -1, write;
	uint64_t i;

	for (i = 0; i < slot->story->len / STAMP_SECTOR; i++) {
		write = stamp_read(slot->image + i * STAMP_SECTOR,
				   r->story->run, slot->nr, i);
		*other = i * STAMP_SECTOR;
		if (write < 0 || (i && write != first))
			return -1;
		first = write;
	}
	return first;
}

/* Had it begun, and did it not end before one that succeeded? */
static bool replay_allowed(const struct replay *r,
			   const struct replay_slot *slot, uint64_t write)
{
	const struct story_write *w = &r->story->writes[write];

	if (!write)
		return !slot->acked;
	return write < r->story->nr_writes && w->slot == slot->nr &&
	       w->submit < r->now && w->ack >= slot->acked;
}

/* Power fails now. */
static void replay_cut(struct replay *r, struct replay_slot *slot)
{
	uint64_t other = 0;
	int64_t write = replay_stamp(r, slot, &other);
	bool bad = write < 0 || !replay_allowed(r, slot, write);

	slot->torn += write < 0;
	if (bad && !slot->said && !slot->story->control) {
		if (write < 0)
			REPLAY_BAD(r, "%s: torn: expected one write, seen another at byte %llu",
				   replay_where(r, slot),
				   (unsigned long long)other);
		else
			REPLAY_BAD(r, "%s: expected what was acknowledged, or is under way; seen write %lld",
				   replay_where(r, slot), (long long)write);
	}
	slot->said = bad;
}

static bool replay_overlap(const struct wlog_entry *e,
			   const struct replay_slot *slot, size_t part,
			   struct replay_range *range)
{
	const struct mark_part *p = &slot->story->part[part];
	uint64_t start = e->pos > p->pos ? e->pos : p->pos;
	uint64_t end = e->pos + e->len < p->pos + p->len ?
		       e->pos + e->len : p->pos + p->len;

	if (start >= end)
		return false;
	range->from = start - e->pos;
	range->to = start - p->pos + (part ? slot->story->part[0].len : 0);
	range->len = end - start;
	return true;
}

static void replay_apply(struct replay_slot *slot, const struct wlog_entry *e,
			 const struct replay_range *range)
{
	if (e->data)
		memcpy(slot->image + range->to, e->data + range->from,
		       range->len);
	else
		memset(slot->image + range->to, 0, range->len);
}

/* The device may stop behind each block of it; behind the last is the next cut. */
static void replay_inside(struct replay *r, struct replay_slot *slot,
			  const struct wlog_entry *e,
			  const struct replay_range *range)
{
	uint64_t block = r->limits->block;
	struct replay_range some = *range;

	some.len = block - range->from % block;
	while (some.len < range->len) {
		replay_apply(slot, e, &some);
		replay_cut(r, slot);
		r->inside++;
		some.len += block;
	}
}

/* What the command has of writes to the slot: is it all, and is it safe? */
static void replay_command(struct replay *r, struct replay_slot *slot,
			   const struct wlog_entry *e,
			   const struct replay_range *range)
{
	int64_t last = -1, write;
	uint64_t at;

	for (at = 0; at < range->len; at += STAMP_SECTOR) {
		write = stamp_read(e->data + range->from + at, r->story->run,
				   slot->nr, (range->to + at) / STAMP_SECTOR);
		if (write <= 0 || write == last ||
		    write >= (int64_t)r->story->nr_writes)
			continue;
		last = write;
		r->writes[write].commands++;
		if (range->len != slot->story->len)
			REPLAY_BAD(r, "%s: write %lld: expected a command with %llu bytes of it, seen %llu",
				   replay_where(r, slot), (long long)write,
				   (unsigned long long)slot->story->len,
				   (unsigned long long)range->len);
		else if (!limits_promise(r->limits, e->pos, e->len))
			REPLAY_BAD(r, "%s: write %lld: expected a command that the device does not tear, seen %llu bytes at %llu",
				   replay_where(r, slot), (long long)write,
				   (unsigned long long)e->len,
				   (unsigned long long)e->pos);
		else
			r->merged += e->len > range->len;
	}
}

static void replay_slot_entry(struct replay *r, struct replay_slot *slot,
			      const struct wlog_entry *e)
{
	bool known = slot->story->since < r->now;
	bool whole = limits_promise(r->limits, e->pos, e->len);
	struct replay_range range;
	size_t i;

	for (i = 0; i < MARK_PARTS; i++) {
		if (!replay_overlap(e, slot, i, &range))
			continue;
		if (known && e->data && !slot->story->control)
			replay_command(r, slot, e, &range);
		if (known && !whole)
			replay_inside(r, slot, e, &range);
		replay_apply(slot, e, &range);
		if (known) {
			replay_cut(r, slot);
			r->cuts++;
		}
	}
}

static void replay_mark(struct replay *r, const struct mark *m)
{
	struct replay_slot *slot;
	uint64_t submit;

	if (m->kind == MARK_UNIT) {
		replay_cut(r, &r->slots[m->slot]);
	} else if (m->kind == MARK_ACK) {
		slot = &r->slots[r->story->writes[m->write].slot];
		submit = r->story->writes[m->write].submit;
		if (submit > slot->acked)
			slot->acked = submit;
		replay_cut(r, slot);
	}
}

/* Each write that succeeded was exactly one command. */
static void replay_counts(struct replay *r)
{
	size_t i;

	for (i = 1; i < r->story->nr_writes; i++) {
		const struct story_write *w = &r->story->writes[i];
		const struct replay_slot *slot = &r->slots[w->slot];

		if (slot->story->control || w->ack == STORY_NEVER)
			continue;
		r->units++;
		if (r->writes[i].commands != 1)
			REPLAY_BAD(r, "unit %u (%llu bytes at %llu): write %zu: expected 1 command, seen %u",
				   slot->nr,
				   (unsigned long long)slot->story->len,
				   (unsigned long long)slot->story->part[0].pos,
				   i, r->writes[i].commands);
	}
}

static void replay_controls(struct replay *r)
{
	size_t i, controls = 0;

	for (i = 0; i < r->story->nr_slots; i++) {
		const struct replay_slot *slot = &r->slots[i];

		if (!slot->story->control)
			continue;
		controls++;
		ut_addf(r->out, "control %u (%llu bytes): torn at %llu cuts\n",
			slot->nr, (unsigned long long)slot->story->len,
			(unsigned long long)slot->torn);
		if (!slot->torn)
			REPLAY_BAD(r, "control %u (%llu bytes at %llu): expected it torn, seen it whole at every cut: the detector is blind",
				   slot->nr,
				   (unsigned long long)slot->story->len,
				   (unsigned long long)slot->story->part[0].pos);
	}
	if (!controls)
		REPLAY_BAD(r, "expected a control, seen none: the detector may be blind");
}

static void replay_setup(struct replay *r)
{
	size_t i;

	r->slots = ut_zalloc((r->story->nr_slots + 1) * sizeof(*r->slots));
	r->writes = ut_zalloc(r->story->nr_writes * sizeof(*r->writes));
	for (i = 0; i < r->story->nr_slots; i++) {
		r->slots[i].story = &r->story->slots[i];
		r->slots[i].nr = i;
		r->slots[i].image = ut_zalloc(r->story->slots[i].len);
	}
}

static void replay_free(struct replay *r)
{
	size_t i;

	for (i = 0; i < r->story->nr_slots; i++)
		free(r->slots[i].image);
	free(r->slots);
	free(r->writes);
}

static int replay_verdict(struct replay *r)
{
	ut_addf(r->out, "%llu writes of units, cut at %llu places between commands and %llu within; %llu commands had neighbours too\n",
		(unsigned long long)r->units, (unsigned long long)r->cuts,
		(unsigned long long)r->inside, (unsigned long long)r->merged);
	if (r->bad > REPLAY_SAID)
		ut_addf(r->out, "and %llu more\n",
			(unsigned long long)r->bad - REPLAY_SAID);
	if (r->bad)
		return UT_FAIL;
	if (r->units)
		return UT_PASS;
	ut_addf(r->out, "no unit was written\n");
	return UT_BROKEN;
}

int replay_run(struct replay *r, struct wlog *log, const struct limits *limits,
	       const struct story *story, struct ut_buf *out)
{
	const char *why = NULL;
	struct wlog_entry e;
	const struct mark *m;
	size_t i;
	int ret;

	*r = (struct replay) {
		.log = log, .limits = limits, .story = story, .out = out,
	};
	replay_setup(r);
	wlog_rewind(log);
	while ((ret = wlog_next(log, &e, &why)) > 0 && e.nr <= story->end) {
		r->now = e.nr;
		m = story_mark(&e, story->run);
		if (m)
			replay_mark(r, m);
		for (i = 0; e.len && i < story->nr_slots; i++)
			replay_slot_entry(r, &r->slots[i], &e);
	}
	if (ret < 0) {
		ut_addf(out, "%s\n", why);
		ret = UT_BROKEN;
	} else {
		replay_counts(r);
		replay_controls(r);
		ret = replay_verdict(r);
	}
	replay_free(r);
	return ret;
}
