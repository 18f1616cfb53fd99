// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a file may be after the power went: rules C2 to C5 of crash.h.
 *
 * A file is looked at in segments: pieces of a sector in which all bytes have
 * the same history.  The history of a segment is the operations that began
 * and put something there, and the file as it was made.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash_put.h"

/*
 * The segment that begins at @pos ends where any history changes; the ends of
 * blocks are ends of sectors.
 */
static long long crash_segment(const struct crash *c, int file, long long pos,
			       long long size)
{
	long long end = pos / CRASH_SECTOR * CRASH_SECTOR + CRASH_SECTOR;
	int op, i;

	if (end > size)
		end = size;
	if (pos < CRASH_EOF && end > CRASH_EOF)
		end = CRASH_EOF;
	for (op = 0; op < c->nr; op++) {
		const struct crash_op *o = &c->ops[op];
		long long at[] = { o->pos, o->pos + o->len, o->from, o->to };

		for (i = 0; i < 4 && o->file == file; i++)
			if (at[i] > pos && at[i] < end)
				end = at[i];
	}
	return end;
}

static bool crash_wrong(struct crash *c, enum crash_wrong what, int op,
			const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static bool crash_wrong(struct crash *c, enum crash_wrong what, int op,
			const char *fmt, ...)
{
	va_list ap;

	c->failure.what = what;
	c->failure.op = op;
	va_start(ap, fmt);
	vsnprintf(c->failure.text, sizeof(c->failure.text), fmt, ap);
	va_end(ap);
	return false;
}

static bool crash_zeros(const uint8_t *buf, long long len)
{
	return !buf[0] && !memcmp(buf, buf + 1, len - 1);
}

static bool crash_poisoned(const uint8_t *buf, long long len)
{
	uint64_t word;
	long long i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, buf + i, sizeof(word));
		if ((word ^ VNVME_POISON) >> 32)
			return false;
	}
	return len >= 8;
}

struct crash_look {
	struct crash *c;
	int file;
	int marks;
	const uint8_t *buf;	/* the file */
	long long size;		/* of it */
	/* by operation: sectors with its data, and those without */
	int with[CRASH_OPS];
	int without[CRASH_OPS];
};

/* Is that what operation @op, -1: the beginning, put there? */
static bool crash_is(struct crash_look *l, int op, enum crash_put put,
		     long long pos, long long len)
{
	if (put == CRASH_ITS_ZEROS)
		return crash_zeros(l->buf + pos, len);
	return put == CRASH_ITS_DATA &&
		t_differs(l->c->t, l->buf + pos, len, pos,
			  crash_gen(l->file, op)) < 0;
}

/* What is known of whose content a segment has: an operation, or -1. */
struct crash_find {
	long long pos;
	long long len;
	int whose;		/* -2: nobody's that may be there */
	int oldest;		/* that may be there: the last durable one */
	bool lazy;		/* something after that is not durable */
};

/* Operation @op is younger than all that were looked at before. */
static void crash_step(struct crash_look *l, struct crash_find *f, int op)
{
	const struct crash_op *o = &l->c->ops[op];
	bool durable = crash_durable(l->c, op, f->pos, l->marks);

	if (durable) {
		f->oldest = op;
		f->whose = -2;
		f->lazy = false;
	}
	f->lazy |= o->kind->does & CRASH_LAZY && !durable;
	if (crash_is(l, op, crash_puts(l->c, op, f->pos), f->pos, f->len))
		f->whose = op;
}

/*
 * C5: can zeros before the write @op be seen?  When it moved EOF, or something cut
 * the file after it.
 */
static bool crash_gap_shows(const struct crash_look *l, int op)
{
	const struct crash_op *o = &l->c->ops[op];
	int i;

	if (o->kind->does & CRASH_LAZY || l->size > o->pos)
		return true;
	for (i = op + 1; i < l->c->nr && crash_began(l->c, i, l->marks); i++)
		if (l->c->ops[i].file == l->file &&
		    l->c->ops[i].kind->does & CRASH_CUTS)
			return true;
	return false;
}

/*
 * C5: what batch @first put there, first what it zeroed, if @gaps, where there
 * was no data.  Returns the next batch.
 */
static int crash_batch_step(struct crash_look *l, struct crash_find *f,
			    int first, bool gaps)
{
	struct crash *c = l->c;
	int op;

	for (op = first; op < c->nr && c->ops[op].batch == first; op++) {
		const struct crash_op *o = &c->ops[op];
		bool gap = crash_is_gap(o, f->pos);

		if (o->file != l->file || gap != gaps ||
		    crash_puts(c, op, f->pos) == CRASH_NOTHING)
			continue;
		if (!gap || crash_gap_shows(l, op))
			crash_step(l, f, op);
	}
	return op;
}

/*
 * Which operation's content has the segment?  The oldest that may be there is the
 * last durable one: its index, or -1, goes to *@oldest.  Returns the index, -1 for
 * the beginning, or -2 if it is nothing that may be there.
 */
static int crash_whose(struct crash_look *l, long long pos, long long len,
		       int *oldest)
{
	struct crash_find f = {
		.pos = pos, .len = len, .whose = -2, .oldest = -1,
	};
	struct crash *c = l->c;
	int op = 0;

	if (crash_is(l, -1, crash_base(pos), pos, len))
		f.whose = -1;
	while (op < c->nr && crash_began(c, op, l->marks)) {
		crash_batch_step(l, &f, op, true);
		op = crash_batch_step(l, &f, op, false);
	}
	*oldest = f.oldest;
	if (f.whose == -2 && f.lazy && crash_zeros(l->buf + pos, len))
		return f.oldest;
	return f.whose;
}

/* The data of whatever operation there is, for the report. */
static int crash_owner(struct crash_look *l, long long pos, long long len)
{
	int op;

	for (op = l->c->nr - 1; op >= 0; op--)
		if (l->c->ops[op].file == l->file &&
		    crash_is(l, op, CRASH_ITS_DATA, pos, len))
			return op;
	return crash_is(l, -1, crash_base(pos), pos, len) ? -1 : -2;
}

static bool crash_bad(struct crash_look *l, long long pos, long long len,
		      int oldest)
{
	struct crash *c = l->c;
	int owner = crash_owner(l, pos, len);
	char want[100] = "the file as it was made, or later";

	if (oldest >= 0)
		snprintf(want, sizeof(want), "operation %d (%.60s), or later",
			 oldest, crash_text(&c->ops[oldest]));
	if (crash_poisoned(l->buf + pos, len))
		return crash_wrong(c, CRASH_POISON, oldest,
				   "file %d at %lld: expected %s, seen blocks that nobody wrote",
				   l->file, pos, want);
	if (owner >= -1)
		return crash_wrong(c, CRASH_OLD, oldest,
				   "file %d at %lld: expected %s, seen operation %d%s",
				   l->file, pos, want, owner,
				   owner < 0 ? ": the file as it was made" : "");
	return crash_wrong(c, CRASH_ALIEN, oldest,
			   "file %d at %lld: expected %s, seen %s", l->file, pos,
			   want, crash_zeros(l->buf + pos, len) ? "zeros" :
			   t_what(c->t, l->buf + pos, len, pos));
}

/* Does @op put something into the block that @pos is in? */
static bool crash_touches(const struct crash *c, int op, long long pos)
{
	const struct crash_op *o = &c->ops[op];
	long long end = crash_block_end(c, pos + 1);

	return crash_puts(c, op, pos) != CRASH_NOTHING ||
	       (o->kind->does & (CRASH_DATA | CRASH_ZEROS) && o->pos < end &&
		o->pos + o->len > end - c->t->ps);
}

/*
 * C3: did anything begin that writes the block again?  If only a part of it is
 * overwritten the rest is what it found there, and gets to the disk with it: such
 * blocks say nothing about the unit.
 */
static bool crash_covered(struct crash_look *l, int op, long long pos)
{
	int i;

	for (i = op + 1; i < l->c->nr && crash_began(l->c, i, l->marks); i++)
		if (l->c->ops[i].file == l->file &&
		    crash_touches(l->c, i, pos))
			return true;
	return false;
}

/*
 * C3: direct I/O of 7.3 overwrites a unit in place as soon as its blocks are
 * written ones in memory.  Where the log does not have that yet they are unwritten
 * after the power went, and read as zeros, beside others that have the new data.
 */
static bool crash_not_logged(struct crash_look *l, int op)
{
	const struct crash_op *o = &l->c->ops[op];
	long long pos;
	int i;

	if (o->kind->does & CRASH_WT)
		return false;
	for (i = 0; i < op; i++)
		for (pos = o->pos; pos < o->pos + o->len; pos += l->c->t->bs)
			if (l->c->ops[i].file == l->file &&
			    crash_touches(l->c, i, pos) &&
			    !crash_durable(l->c, i, pos, l->marks))
				return true;
	return false;
}

static void crash_count(struct crash_look *l, int whose, long long pos)
{
	int op;

	for (op = 0; op < l->c->nr && crash_began(l->c, op, l->marks); op++) {
		const struct crash_op *o = &l->c->ops[op];

		if (o->file != l->file || !(o->kind->does & CRASH_ATOMIC) ||
		    pos < o->pos || pos >= o->pos + o->len ||
		    crash_covered(l, op, pos) || crash_not_logged(l, op))
			continue;
		if (whose == op)
			l->with[op]++;
		else
			l->without[op]++;
	}
}

static bool crash_units(struct crash_look *l)
{
	int op;

	for (op = 0; op < l->c->nr; op++)
		if (l->with[op] && l->without[op])
			return crash_wrong(l->c, CRASH_TORN, op,
					   "operation %d (%s) is torn: %d sectors have its data, %d have not",
					   op, crash_text(&l->c->ops[op]),
					   l->with[op], l->without[op]);
	return true;
}

/* C4.  The least that EOF may be, and whether it may be what it is. */
static bool crash_size(struct crash_look *l)
{
	struct crash *c = l->c;
	long long least = CRASH_EOF;
	bool fine = l->size == CRASH_EOF;
	int op, oldest = -1;

	for (op = 0; op < c->nr && crash_began(c, op, l->marks); op++) {
		const struct crash_op *o = &c->ops[op];
		bool durable = crash_durable(c, op, o->pos, l->marks);

		if (o->file != l->file ||
		    !(o->kind->does & CRASH_CUTS ||
		      (o->kind->does & CRASH_DATA && o->len)))
			continue;
		if (durable && o->kind->does & CRASH_DATA &&
		    o->pos + o->len > least) {
			least = o->pos + o->len;
			oldest = op;
		}
		if (o->to < least) {
			least = o->to;
			oldest = op;
		}
		if (o->to == o->from)
			continue;
		if (durable && !(o->kind->does & CRASH_DURABLE)) {
			least = o->to;
			oldest = op;
			fine = false;
		}
		fine |= l->size == o->to;
		if (o->to > o->from && o->kind->does & CRASH_DATA)
			fine |= l->size > o->from && l->size < o->to;
	}
	if (fine && l->size >= least)
		return true;
	return crash_wrong(c, CRASH_SIZE, oldest,
			   "file %d: expected EOF at %lld or where a later operation put it, seen %lld",
			   l->file, least, l->size);
}

static bool crash_contents(struct crash_look *l)
{
	long long pos, end;
	int whose, oldest;

	for (pos = 0; pos < l->size; pos = end) {
		end = crash_segment(l->c, l->file, pos, l->size);
		whose = crash_whose(l, pos, end - pos, &oldest);
		if (whose == -2)
			return crash_bad(l, pos, end - pos, oldest);
		crash_count(l, whose, pos);
	}
	return crash_units(l);
}

bool crash_check(struct crash *c, int file, int fd, int marks)
{
	struct crash_look *l = calloc(1, sizeof(*l));
	bool good;

	T_MUST(l);
	l->c = c;
	l->file = file;
	l->marks = marks;
	l->buf = c->buf;
	l->size = t_size(fd);
	if (l->size > CRASH_MAX)
		good = crash_wrong(c, CRASH_SIZE, -1,
				   "file %d: EOF is at %lld, where nobody put it",
				   file, l->size);
	else if (pread(fd, c->buf, CRASH_MAX, 0) != l->size)
		good = crash_wrong(c, CRASH_GONE, -1,
				   "file %d cannot be read", file);
	else
		good = crash_size(l) && crash_contents(l);
	free(l);
	return good;
}
