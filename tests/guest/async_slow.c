// SPDX-License-Identifier: GPL-2.0-only
/* See async.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "async.h"
#include "t_async.h"

#define ASYNC_SLOW_NS	20000000LL	/* a write of the slow profile */

static int async_by_value(const void *x, const void *y)
{
	long long a = *(const long long *)x, b = *(const long long *)y;

	return (a > b) - (a < b);
}

/* A write to a folio waits for those before it, so there must be many. */
static int async_small_folios(struct t *t, long long size)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT);
	off_t pos;

	for (pos = 0; pos < size; pos += t->ps)
		T_MUST(t_write(t, fd, pos, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd));
	return fd;
}

/* All of them are written.  How long did each submission take, by the median? */
static long long async_one_by_one(struct t *t, struct t_async *a, int fd,
				  int flags)
{
	long long ns[T_ASYNC_DEPTH];
	int i;

	for (i = 0; i < T_ASYNC_DEPTH; i++) {
		t_async_write(a, fd, i * 4 * t->ps, t->ps, 2, flags);
		ns[i] = t_async_submit(a);
	}
	T_OK(t, t_async_ready(a) < T_ASYNC_DEPTH,
	     "all %d writes were done when the last was submitted",
	     T_ASYNC_DEPTH);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		T_EQ(t, "written", t->ps, t_async_reap(a));
	qsort(ns, T_ASYNC_DEPTH, sizeof(ns[0]), async_by_value);
	return ns[T_ASYNC_DEPTH / 2];
}

/* How many of them has the device at once, when they are submitted together? */
static int async_together(struct t *t, struct t_async *a, int fd, int flags)
{
	struct t_trace tr;
	int i;

	t_trace_start(t, &tr);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		t_async_write(a, fd, i * 4 * t->ps, t->ps, 3, flags);
	t_async_submit(a);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		T_EQ(t, "written", t->ps, t_async_reap(a));
	t_trace_stop(t, &tr, fd);
	return tr.deepest;
}

/*
 * On a device that takes 20 ms for each write, submission takes less than a
 * tenth of that, by the median of many; and the device has 32 of them, or
 * nearly, at the same time.
 */
static void async_slow_with(struct t *t, enum t_engine engine, int flags)
{
	struct t_async *a = t_async_open(t, engine);
	long long size = 4 * T_ASYNC_DEPTH * t->ps, ns;
	int fd = async_small_folios(t, size), deepest;

	ns = async_one_by_one(t, a, fd, flags);
	deepest = async_together(t, a, fd, flags);
	printf("# submission %lld us (median), %d of %d at once\n", ns / 1000,
	       deepest, T_ASYNC_DEPTH);
	T_OK(t, ns < ASYNC_SLOW_NS / 10,
	     "submission took %lld us (median), a write takes %lld us",
	     ns / 1000, ASYNC_SLOW_NS / 1000);
	T_OK(t, deepest > T_ASYNC_DEPTH / 2,
	     "the device never had more than %d of %d writes", deepest,
	     T_ASYNC_DEPTH);
	T_CLEAN(t, fd, 0, size);
	t_async_close(a);
}

void async_slow(struct t *t, enum t_engine engine)
{
	async_slow_with(t, engine, RWF_WRITETHROUGH);
}

void async_slow_dsync(struct t *t, enum t_engine engine)
{
	async_slow_with(t, engine, RWF_WRITETHROUGH | RWF_DSYNC);
}

/*
 * What moves EOF waits, where the caller submits by itself: complete when
 * submitted, and not before the device is.
 */
void async_slow_extend(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", t->ps);
	long long ns;

	t_async_write(a, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH);
	ns = t_async_submit(a);
	T_EQ(t, "completions at once", 1, t_async_ready(a));
	T_OK(t, ns >= ASYNC_SLOW_NS, "it took only %lld us", ns / 1000);
	T_EQ(t, "size", 2 * t->ps, t_size(fd));
	T_EQ(t, "appended", t->ps, t_async_reap(a));
	T_DISK(t, fd, t->ps, t->ps, 2);
	t_async_close(a);
}
