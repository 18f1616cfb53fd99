// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints of WT writes: each call begins and completes, one that
 * returned before its end says that it is queued, and each bio says when it is
 * done.  That of direct writes is of the same class.
 *
 * Lines as fs/iomap/trace.h prints them:
 *	iomap_writethrough_begin: dev 259:0 ino 0x83 size 0x8000 offset 0x1000
 *	length 0x1000 flags WRITETHROUGH|WRITE aio 0
 *	iomap_writethrough_complete: dev 259:0 ino 0x83 size 0x8000 offset
 *	0x2000 flags WRITETHROUGH|WRITE aio 0 error 0 ret 4096
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "t_async.h"

#define TRACE_INSTANCES	"/sys/kernel/tracing/instances"
#define TRACE_MAX	16		/* characters of a story */
#define TRACE_TRIES	50

struct trace {
	char dir[64];
	char story[TRACE_MAX + 1];	/* a letter an event, in their order */
	long long ret;			/* of the last complete event */
};

static const struct {
	char letter;
	const char *event;
} trace_events[] = {
	{ 'b', "iomap_writethrough_begin" },
	{ 'q', "iomap_writethrough_queued" },
	{ 'd', "iomap_writethrough_ioend_done" },
	{ 'c', "iomap_writethrough_complete" },
	{ 'D', "iomap_dio_complete" },
};

#define TRACE_EVENTS	(sizeof(trace_events) / sizeof(trace_events[0]))

static void trace_enable(const struct trace *tr, const char *value)
{
	char path[160];
	size_t i;

	for (i = 0; i < TRACE_EVENTS; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/events/iomap/%s/enable",
			 tr->dir, trace_events[i].event);
		f = fopen(path, "we");
		T_MUST(f);
		fputs(value, f);
		T_MUST(!fclose(f));
	}
}

static void trace_start(struct trace *tr)
{
	*tr = (struct trace) { .ret = -1 };
	snprintf(tr->dir, sizeof(tr->dir), "%s/wt-t.%d", TRACE_INSTANCES,
		 getpid());
	T_MUST(!mkdir(tr->dir, 0755));
	trace_enable(tr, "1");
}

static bool trace_is_of(const char *line, uint64_t ino)
{
	char text[40];

	snprintf(text, sizeof(text), " ino 0x%" PRIx64 " ", ino);
	return strstr(line, text);
}

/*
 * Only what happened to this file is told: to what was opened, or to what has
 * the pages, which for a block device has the device's number.
 */
static void trace_line(struct trace *tr, const char *line,
		       const struct stat *st)
{
	uint64_t dev = (uint64_t)major(st->st_rdev) << 20 | minor(st->st_rdev);
	const char *ret = strstr(line, " ret ");
	size_t i, n = strlen(tr->story);

	if (!trace_is_of(line, st->st_ino) &&
	    !(S_ISBLK(st->st_mode) && trace_is_of(line, dev)))
		return;
	for (i = 0; i < TRACE_EVENTS; i++)
		if (strstr(line, trace_events[i].event) && n < TRACE_MAX)
			tr->story[n++] = trace_events[i].letter;
	if (ret)
		tr->ret = strtoll(ret + strlen(" ret "), NULL, 0);
}

static void trace_stop(struct trace *tr, int fd)
{
	char path[80], line[512];
	struct stat st;
	FILE *f;

	trace_enable(tr, "0");
	T_MUST(!fstat(fd, &st));
	snprintf(path, sizeof(path), "%s/trace", tr->dir);
	f = fopen(path, "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		trace_line(tr, line, &st);
	fclose(f);
	rmdir(tr->dir);
}

/*
 * Did it all happen as one of @stories says?  They have a comma on each side:
 * the end of a story is not the story.
 */
static void trace_tells(struct t *t, const struct trace *tr,
			const char *stories, long long ret)
{
	char story[TRACE_MAX + 3];

	snprintf(story, sizeof(story), ",%s,", tr->story);
	T_OK(t, strstr(stories, story), "expected one of %s seen %s", stories,
	     story);
	T_EQ(t, "the result that it tells", ret, tr->ret);
}

/* One bio, then two, since there are two mappings. */
static void trace_sync(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	struct trace tr;

	T_MUST(!ftruncate(fd, 8 * t->ps) && !fsync(fd));
	trace_start(&tr);
	T_EQ(t, "written", t->ps,
	     t_write(t, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	trace_stop(&tr, fd);
	trace_tells(t, &tr, ",bdc,", t->ps);

	trace_start(&tr);
	T_EQ(t, "written to two mappings", 2 * t->ps,
	     t_write(t, fd, 3 * t->ps, 2 * t->ps, 2, RWF_WRITETHROUGH));
	trace_stop(&tr, fd);
	trace_tells(t, &tr, ",bddc,", 2 * t->ps);
}

/*
 * The device may be done before the submitter says that the call is queued, and
 * even before it asks; but not every time.
 */
static void trace_async(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps), engine, i, queued;
	struct trace tr;

	for (engine = T_URING; engine <= T_AIO; engine++) {
		for (i = queued = 0; i < TRACE_TRIES && !queued; i++) {
			struct t_async *a = t_async_open(t, engine);

			trace_start(&tr);
			T_EQ(t, "written", t->ps,
			     t_async_one(a, fd, t->ps, t->ps, 2,
					 RWF_WRITETHROUGH));
			t_async_close(a);
			trace_stop(&tr, fd);
			trace_tells(t, &tr, ",bqdc,bdqc,bdcq,bdc,", t->ps);
			queued = !!strchr(tr.story, 'q');
		}
		T_OK(t, queued, "of %d writes none was queued", i);
	}
}

/*
 * A direct write tells what it always did, by an event of the same class, and
 * nothing else: it is written through already.
 */
static void trace_direct(struct t *t)
{
	const int flags[] = { 0, RWF_WRITETHROUGH };
	int fd = t_file(t, "f", 4 * t->ps), i;
	struct trace tr;

	close(fd);
	fd = t_open(t, "f", O_RDWR | O_DIRECT);
	for (i = 0; i < 2; i++) {
		trace_start(&tr);
		T_EQ(t, "written", t->ps,
		     t_write(t, fd, t->ps, t->ps, 2, flags[i]));
		trace_stop(&tr, fd);
		trace_tells(t, &tr, ",D,", t->ps);
	}
}

static const struct t_case cases[] = {
	{ "async",	trace_async },
	{ "direct",	trace_direct },
	{ "sync",	trace_sync },
};

T_GROUP(trace, cases)
