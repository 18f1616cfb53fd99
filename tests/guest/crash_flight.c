// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the operations of a workload, one after the other or some at once.  See
 * crash.h.
 *
 * Those that are in flight at once are a batch, with the last of them called: one
 * after the other in the list, which all began before the first was reaped.
 * Where an operation is alone it is a batch of its own.
 */
#include "crash.h"

static int crash_fd(const struct crash *c, const struct crash_op *op)
{
	return op->kind->does & CRASH_ALIGNED ? c->direct[op->file] :
		c->fd[op->file];
}

static struct t_async *crash_engine(struct crash *c, enum crash_way way)
{
	enum t_engine engine = way == CRASH_AIO ? T_AIO : T_URING;

	if (!c->engines[engine])
		c->engines[engine] = t_async_open(c->t, engine);
	return c->engines[engine];
}

void crash_ground(struct crash *c)
{
	int i;

	for (i = 0; i < 2; i++)
		if (c->engines[i])
			t_async_close(c->engines[i]);
}

/*
 * May two writes of a file not be in flight at once?  Direct I/O removes folios from
 * the cache, and if it cannot, as they are dirty beside what it wrote, the next
 * fsync tells of an error.
 */
static bool crash_meets(const struct crash *c, const struct crash_op *a,
			const struct crash_op *b)
{
	long long block = c->t->ps;

	if ((a->kind->does ^ b->kind->does) & CRASH_ALIGNED)
		return true;
	return a->len && b->len &&
	       a->pos / block <= (b->pos + b->len - 1) / block &&
	       b->pos / block <= (a->pos + a->len - 1) / block;
}

/* Must @op wait for those in flight, from @first on? */
static bool crash_waits(const struct crash *c, int first,
			const struct crash_op *op)
{
	const struct crash_op *o = &c->ops[first];
	unsigned int does = op->kind->does;

	if (does & CRASH_WAITS || op - o >= CRASH_FLIGHT ||
	    (op->way && op->way != o->way))
		return true;
	for (; o < op; o++) {
		if (o->file != op->file)
			continue;
		if (does & (CRASH_CUTS | CRASH_ZEROS | CRASH_MAPPED))
			return true;
		if (does & CRASH_DATA && crash_meets(c, o, op))
			return true;
	}
	return false;
}

/* It returned @seen, or was reaped with it: the mark. */
static void crash_done(struct crash *c, struct crash_op *op, long long seen)
{
	long long want = op->kind->does & CRASH_DATA ? op->len : 0;
	int nr = op - c->ops;

	if (seen != want)
		printf("# operation %d, %s: expected %lld, seen %lld\n", nr,
		       crash_text(op), want, seen);
	T_MUST(seen == want);
	op->mark = c->marks++;
	t_vnvme(c->v, VNVME_MARK, 1, nr, 0);
}

/* Where EOF was before these operations, and where it is after them. */
static void crash_ends(struct crash *c, int first, int end)
{
	struct crash_op *op, *last = &c->ops[end];

	for (op = &c->ops[first]; op < last; op++)
		op->from = c->eof[op->file];
	for (op = &c->ops[first]; op < last; op++) {
		long long *eof = &c->eof[op->file];

		if (op->kind->does & CRASH_CUTS)
			*eof = op->pos;
		else if (op->kind->does & CRASH_DATA && op->len &&
			 op->pos + op->len > *eof)
			*eof = op->pos + op->len;
	}
	for (op = &c->ops[first]; op < last; op++)
		op->to = c->eof[op->file];
}

static void crash_queue(struct crash *c, struct crash_op *op)
{
	op->buf = t_async_write(crash_engine(c, op->way), crash_fd(c, op),
				op->pos, op->len,
				crash_gen(op->file, op - c->ops),
				op->kind->flags);
}

/* Reap those that are in flight of a batch, as they come. */
static void crash_reap(struct crash *c, int first, int end)
{
	const void *buf;
	int i, left = 0;
	long seen;

	for (i = first; i < end; i++)
		left += !!c->ops[i].way;
	for (; left; left--) {
		seen = t_async_take(crash_engine(c, c->ops[first].way), &buf);
		for (i = first; i < end; i++)
			if (c->ops[i].way && c->ops[i].buf == buf)
				break;
		T_MUST(i < end);
		c->ops[i].buf = NULL;
		crash_done(c, &c->ops[i], seen);
	}
}

/* What a store would put behind EOF is left out. */
static void crash_clip(const struct crash *c, struct crash_op *op)
{
	long long room = c->eof[op->file] - op->pos;

	if (op->len > room)
		op->len = room > 0 ? room : 0;
}

static void crash_call(struct crash *c, struct crash_op *op)
{
	if (op->kind->does & CRASH_MAPPED)
		crash_clip(c, op);
	crash_done(c, op, op->kind->exec(c, op,
					 crash_gen(op->file, op - c->ops)));
}

/* Those from @first to before @end, of which the last may be one that is called. */
static void crash_batch(struct crash *c, int first, int end)
{
	int i;

	for (i = first; i < end; i++) {
		c->ops[i].batch = first;
		if (c->ops[i].way)
			crash_queue(c, &c->ops[i]);
	}
	if (c->ops[first].way)
		t_async_submit(crash_engine(c, c->ops[first].way));
	if (!c->ops[end - 1].way)
		crash_call(c, &c->ops[end - 1]);
	crash_reap(c, first, end);
	crash_ends(c, first, end);
}

void crash_do(struct crash *c)
{
	int first, end;

	c->marks = 0;
	for (first = 0; first < c->nr; first = end) {
		end = first + 1;
		while (end < c->nr && c->ops[end - 1].way &&
		       !crash_waits(c, first, &c->ops[end]))
			end++;
		crash_batch(c, first, end);
	}
}
