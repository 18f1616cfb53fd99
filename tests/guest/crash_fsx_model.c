// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the file of fsx may be after the power went: rules F1 to F7 of
 * crash_fsx.h.
 */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "crash_fsx.h"

struct crash_fsx_look {
	struct crash_fsx *x;
	int marks;		/* operations that were acknowledged */
	int begun;		/* the last that may have begun */
	const uint8_t *buf;	/* the file */
	long long size;		/* of it */
};

static bool crash_fsx_wrong(struct crash_fsx_look *l, enum crash_wrong what,
			    const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* It can only be about operations that may have begun. */
static bool crash_fsx_wrong(struct crash_fsx_look *l, enum crash_wrong what,
			    const char *fmt, ...)
{
	struct crash_failure *failure = &l->x->c->failure;
	va_list ap;

	failure->what = what;
	failure->op = l->begun;
	va_start(ap, fmt);
	vsnprintf(failure->text, sizeof(failure->text), fmt, ap);
	va_end(ap);
	return false;
}

/* The name of a shot: its operation as in the list. */
static const char *crash_fsx_name(struct crash_fsx_look *l, int shot)
{
	static char name[120];

	if (!shot)
		return "the empty file";
	snprintf(name, sizeof(name), "operation %d (%s)", shot,
		 fsx_text(&l->x->f->ops[shot]));
	return name;
}

static bool crash_fsx_within(const struct crash_fsx_shot *shot, long long pos,
			     long long unit)
{
	return pos >= fsx_down(shot->at, unit) &&
	       pos < fsx_up(shot->at + shot->len, unit);
}

/* F2: the last shot whose byte at @pos is durable. */
static int crash_fsx_durable(struct crash_fsx_look *l, long long pos)
{
	const struct crash_fsx_shot *shot;
	int i;

	for (i = l->marks; i > 0; i--) {
		shot = &l->x->shots[i];
		if ((shot->does & CRASH_FSX_RANGE &&
		     crash_fsx_within(shot, pos, 1)) ||
		    (shot->does & CRASH_FSX_PAGES &&
		     crash_fsx_within(shot, pos, l->x->c->t->page)))
			return i;
		if (shot->file >= 0)
			return shot->file;
	}
	return 0;
}

static bool crash_fsx_zeros(struct crash_fsx_look *l, long long pos,
			    long long len)
{
	const uint8_t *buf = l->buf + pos;

	return !buf[0] && !memcmp(buf, buf + 1, len - 1);
}

/* Was the byte written lazily after @shot? */
static bool crash_fsx_lazy(struct crash_fsx_look *l, int shot, long long pos)
{
	while (++shot <= l->begun)
		if (l->x->shots[shot].does & CRASH_FSX_LAZY &&
		    crash_fsx_within(&l->x->shots[shot], pos, 1))
			return true;
	return false;
}

/* F3, F4: is it as in shot @i? */
static bool crash_fsx_like(struct crash_fsx_look *l, int i, long long pos,
			   long long len)
{
	const struct crash_fsx_shot *shot = &l->x->shots[i];

	if (pos < shot->eof)
		return crash_fsx_same(shot, l->buf + pos, pos, len);
	return crash_fsx_zeros(l, pos, len) &&
	       (pos < fsx_up(shot->eof, l->x->c->t->ps) ||
		crash_fsx_lazy(l, i, pos));
}

/* F7: is that a hole that a collapse or an insertion has left for a while? */
static bool crash_fsx_between(struct crash_fsx_look *l, long long pos,
			      long long len)
{
	const struct crash_fsx_shot *shot = &l->x->shots[l->begun];

	return l->begun > l->marks && shot->does & CRASH_FSX_SHIFTS &&
	       pos >= shot->at && crash_fsx_zeros(l, pos, len);
}

static long long crash_fsx_segment(struct crash_fsx_look *l, long long pos)
{
	long long end = fsx_down(pos, CRASH_SECTOR) + CRASH_SECTOR, at;

	for (at = pos + 1; at < end && at < l->size; at++)
		if (l->x->edge[at])
			break;
	return at;
}

/* For the report, and the signature: what it is instead of shot @oldest. */
static bool crash_fsx_bad(struct crash_fsx_look *l, long long pos,
			  long long len, int oldest)
{
	enum crash_wrong what = CRASH_ALIEN;
	char want[120], seen[120];
	uint64_t word = 0;
	int i;

	snprintf(want, sizeof(want), "%s", crash_fsx_name(l, oldest));
	memcpy(&word, l->buf + pos, len < 8 ? len : 8);
	snprintf(seen, sizeof(seen), crash_fsx_zeros(l, pos, len) ?
		 "zeros" : "0x%02x of no operation", l->buf[pos]);
	if (len >= 8 && !((word ^ VNVME_POISON) >> 32)) {
		what = CRASH_POISON;
		snprintf(seen, sizeof(seen), "blocks that nobody wrote");
	}
	for (i = oldest - 1; i >= 0 && what == CRASH_ALIEN; i--)
		if (crash_fsx_like(l, i, pos, len)) {
			what = CRASH_OLD;
			snprintf(seen, sizeof(seen), "%s",
				 crash_fsx_name(l, i));
		}
	return crash_fsx_wrong(l, what,
			       "%lld bytes at 0x%llx: expected them as after %s, or later, up to operation %d; seen %s",
			       len, pos, want, l->begun, seen);
}

static bool crash_fsx_contents(struct crash_fsx_look *l)
{
	long long pos, end;
	int i, oldest;

	for (pos = 0; pos < l->size; pos = end) {
		end = crash_fsx_segment(l, pos);
		oldest = crash_fsx_durable(l, pos);
		for (i = l->begun; i >= oldest; i--)
			if (crash_fsx_like(l, i, pos, end - pos))
				break;
		if (i < oldest && !crash_fsx_between(l, pos, end - pos))
			return crash_fsx_bad(l, pos, end - pos, oldest);
	}
	return true;
}

/* F6: was the block at @pos written again by operation @i? */
static bool crash_fsx_again(struct crash_fsx_look *l, int i, long long pos)
{
	const struct crash_fsx_shot *shot = &l->x->shots[i], *before = shot - 1;
	long long end = shot->does & CRASH_FSX_SHIFTS ? FSX_MAX :
			shot->at + shot->len;
	long long block = l->x->c->t->ps;

	if (shot->does & CRASH_FSX_FOLIOS)
		return true;
	pos = fsx_down(pos, block);
	if (shot->does & CRASH_FSX_PUTS && shot->at < pos + block && end > pos)
		return true;
	/* EOF left a block, or cut it */
	return shot->eof != before->eof &&
	       pos <= (shot->eof > before->eof ? shot->eof : before->eof) &&
	       pos + block > (shot->eof < before->eof ? shot->eof : before->eof);
}

static bool crash_fsx_covered(struct crash_fsx_look *l, int i, long long pos)
{
	while (++i <= l->begun)
		if (crash_fsx_again(l, i, pos))
			return true;
	return false;
}

static bool crash_fsx_unit(struct crash_fsx_look *l, int i)
{
	const struct crash_fsx_shot *shot = &l->x->shots[i];
	long long end = shot->at + shot->len, pos, next;
	int with = 0, without = 0;

	for (pos = shot->at; pos < end && pos < l->size; pos = next) {
		next = crash_fsx_segment(l, pos);
		if (crash_fsx_covered(l, i, pos))
			continue;
		if (crash_fsx_same(shot, l->buf + pos, pos, next - pos))
			with++;
		else
			without++;
	}
	if (!with || !without)
		return true;
	return crash_fsx_wrong(l, CRASH_TORN,
			       "%s is torn: %d sectors have its data, %d have not",
			       crash_fsx_name(l, i), with, without);
}

static bool crash_fsx_units(struct crash_fsx_look *l)
{
	int i;

	for (i = 1; i <= l->begun; i++)
		if (l->x->shots[i].does & CRASH_FSX_UNIT &&
		    !crash_fsx_unit(l, i))
			return false;
	return true;
}

/* F5. */
static bool crash_fsx_size(struct crash_fsx_look *l)
{
	const struct crash_fsx_shot *shots = l->x->shots, *shot;
	int i, first = 0, who;
	long long least;
	bool fine;

	for (i = 1; i <= l->marks; i++)
		if (shots[i].file >= 0)
			first = shots[i].file;
	least = shots[first].eof;
	fine = l->size == least;
	for (i = who = first; ++i <= l->begun;) {
		shot = &shots[i];
		if (i <= l->marks && shot->does & CRASH_FSX_RANGE &&
		    shot->at + shot->len > least) {
			least = shot->at + shot->len;
			who = i;
		}
		if (shot->eof < least) {
			least = shot->eof;
			who = i;
		}
		fine |= l->size == shot->eof ||
			(shot->does & CRASH_FSX_GROWS &&
			 l->size > shots[i - 1].eof && l->size < shot->eof);
	}
	if (fine && l->size >= least)
		return true;
	return crash_fsx_wrong(l, CRASH_SIZE,
			       "expected EOF at 0x%llx as after %s, or where a later one put it, up to operation %d; seen 0x%llx",
			       least, crash_fsx_name(l, who), l->begun,
			       l->size);
}

bool crash_fsx_check(struct crash_fsx *x, int fd, int marks)
{
	struct crash_fsx_look l = {
		.x = x, .marks = marks, .buf = x->buf, .size = t_size(fd),
	};

	T_MUST(marks <= x->last);
	l.begun = marks < x->last ? marks + 1 : marks;
	if (l.size > FSX_MAX)
		return crash_fsx_wrong(&l, CRASH_SIZE,
				       "EOF is at 0x%llx, where nobody put it",
				       l.size);
	if (pread(fd, x->buf, FSX_MAX, 0) != l.size)
		return crash_fsx_wrong(&l, CRASH_GONE,
				       "the file cannot be read");
	return crash_fsx_size(&l) && crash_fsx_contents(&l) &&
	       crash_fsx_units(&l);
}
