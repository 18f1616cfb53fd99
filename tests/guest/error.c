// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes to a sector that fails: the call says so, and fsync once more to
 * those who did not ask; what is in the cache afterwards is as documented.
 * Control: a lazy write there is accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "error.h"
#include "t_async.h"

struct error {
	struct t_room room;
	int fd;			/* a file with the sector in it */
	off_t at;		/* the bad sector's block */
};

static struct error error_begin(struct t *t, bool behind)
{
	struct error e;
	off_t bad;

	e.room = behind ? t_flaky_room_behind(t, &bad) :
		t_flaky_room(t, &bad);
	e.fd = e.room.file;
	e.at = (e.room.at + bad - e.room.pos) / t->ps * t->ps;
	return e;
}

bool error_is(long long n)
{
	return n == -EIO || n == -ENODATA;
}

long long error_fsync(int fd)
{
	return fsync(fd) ? -errno : 0;
}

static void error_write(struct t *t)
{
	struct error e = error_begin(t, false);
	long long n;

	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	n = t_write(t, e.fd, e.at, t->ps, 2, RWF_WRITETHROUGH);
	T_OK(t, error_is(n), "write to the bad sector: %lld", n);
	T_CLEAN(t, e.fd, e.at, t->ps);
	T_READS(t, e.fd, e.at, t->ps, 2);
	n = error_fsync(e.fd);
	T_OK(t, error_is(n), "fsync behind it: %lld", n);
	T_EQ(t, "the next fsync", 0, error_fsync(e.fd));
	T_EQ(t, "written before the bad sector", t->ps,
	     t_write(t, e.fd, e.at - t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_EQ(t, "fsync", 0, error_fsync(e.fd));

	t_flaky(t, &e.room, T_FLAKY_QUIET);
	T_DISK(t, e.fd, e.at - t->ps, t->ps, 2);
	T_DISK(t, e.fd, e.at, t->ps, 1);
	T_EQ(t, "written once more", t->ps,
	     t_write(t, e.fd, e.at, t->ps, 3, RWF_WRITETHROUGH));
	T_DISK(t, e.fd, e.at, t->ps, 3);

	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	T_MUST(t_write(t, e.fd, e.at, t->ps, 4, 0) == t->ps);
	T_MUST(error_is(error_fsync(e.fd)));
}

/* What the result counts is on disk, and it counts nothing that failed. */
static void error_middle(struct t *t)
{
	struct error e = error_begin(t, false);
	off_t pos = e.at - 6 * t->ps;
	long long n;

	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	n = t_write(t, e.fd, pos, 12 * t->ps, 2, RWF_WRITETHROUGH);
	T_OK(t, error_is(n) || (n > 0 && n <= 6 * t->ps),
	     "expected an error or at most %lld, seen %lld", 6 * t->ps, n);
	t_flaky(t, &e.room, T_FLAKY_QUIET);
	if (n > 0)
		T_DISK(t, e.fd, pos, n, 2);
	T_OK(t, error_is(error_fsync(e.fd)), "fsync does not report it");
}

/* EOF does not move, and what failed is not brought back by a larger file. */
static void error_extend(struct t *t)
{
	struct error e = error_begin(t, true);
	long long n;

	T_MUST(t_write(t, e.fd, e.at - t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(e.fd));
	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	n = t_write(t, e.fd, e.at, 2 * t->ps, 2, RWF_WRITETHROUGH);
	T_OK(t, error_is(n), "write behind EOF: %lld", n);
	T_EQ(t, "size", e.at, t_size(e.fd));
	t_flaky(t, &e.room, T_FLAKY_QUIET);
	T_MUST(!ftruncate(e.fd, e.at + 4 * t->ps));
	T_READS(t, e.fd, e.at, 4 * t->ps, 0);
	T_READS(t, e.fd, e.at - t->ps, t->ps, 1);
}

/* With integrity asked for, a part that failed is the whole call. */
static void error_dsync(struct t *t)
{
	struct error e = error_begin(t, false);
	off_t pos = e.at - 6 * t->ps;
	long long n;

	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	n = t_write(t, e.fd, pos, 12 * t->ps, 2, RWF_WRITETHROUGH | RWF_DSYNC);
	T_OK(t, error_is(n), "write across the bad sector: %lld", n);
	n = t_write(t, e.fd, pos, 2 * t->ps, 3, RWF_WRITETHROUGH | RWF_DSYNC);
	T_EQ(t, "written before it", 2 * t->ps, n);
	t_flaky(t, &e.room, T_FLAKY_QUIET);
	T_DISK(t, e.fd, pos, 2 * t->ps, 3);
	T_OK(t, error_is(error_fsync(e.fd)), "fsync does not report it");
}

#define ERROR_DEPTH	8

/*
 * Many in flight, one of which is for the bad sector: it fails, and no other.
 * Each is told its own result, and fsync that there was an error.
 */
static void error_async(struct t *t, enum t_engine engine, int flags)
{
	struct error e = error_begin(t, false);
	struct t_async *a = t_async_open(t, engine);
	off_t pos = e.at - 10 * t->ps;
	int i, bad = 0;
	long n;

	t_flaky(t, &e.room, T_FLAKY_SECTOR);
	for (i = 0; i < ERROR_DEPTH; i++)
		t_async_write(a, e.fd, pos + i * 2 * t->ps, t->ps, 2, flags);
	t_async_submit(a);
	for (i = 0; i < ERROR_DEPTH; i++) {
		n = t_async_reap(a);
		bad += error_is(n);
		T_OK(t, n == t->ps || error_is(n), "result: %ld", n);
	}
	T_EQ(t, "writes that failed", 1, bad);
	T_CLEAN(t, e.fd, e.at, t->ps);
	T_READS(t, e.fd, e.at, t->ps, 2);
	T_OK(t, error_is(error_fsync(e.fd)), "fsync does not report it");
	T_EQ(t, "the next fsync", 0, error_fsync(e.fd));
	t_flaky(t, &e.room, T_FLAKY_QUIET);
	for (i = 0; i < ERROR_DEPTH; i++)
		T_DISK(t, e.fd, pos + i * 2 * t->ps, t->ps, i == 5 ? 1 : 2);
	t_async_close(a);
}

static void error_aio(struct t *t)
{
	error_async(t, T_AIO, RWF_WRITETHROUGH);
}

static void error_aio_dsync(struct t *t)
{
	error_async(t, T_AIO, RWF_WRITETHROUGH | RWF_DSYNC);
}

static void error_uring(struct t *t)
{
	error_async(t, T_URING, RWF_WRITETHROUGH);
}

static void error_uring_dsync(struct t *t)
{
	error_async(t, T_URING, RWF_WRITETHROUGH | RWF_DSYNC);
}

/*
 * The data is written, but the flush behind it fails.  Of the bare device only:
 * a file system that cannot flush its log is finished.
 */
static void error_flush(struct t *t)
{
	struct error e = error_begin(t, false);
	struct t_async *a = t_async_open(t, T_AIO);
	int flags = RWF_WRITETHROUGH | RWF_SYNC, i;
	long long n;

	t_flaky(t, &e.room, T_FLAKY_FLUSH);
	n = t_write(t, e.fd, e.at, t->ps, 2, flags);
	T_OK(t, error_is(n), "write and flush: %lld", n);
	for (i = 0; i < ERROR_DEPTH; i++) {
		n = t_async_one(a, e.fd, e.at, t->ps, 2, flags);
		T_OK(t, error_is(n), "asynchronous: %lld", n);
	}
	T_EQ(t, "write without a flush", t->ps,
	     t_write(t, e.fd, e.at, t->ps, 3, RWF_WRITETHROUGH));
	t_flaky(t, &e.room, T_FLAKY_QUIET);
	T_EQ(t, "quiet: write and flush", t->ps,
	     t_write(t, e.fd, e.at, t->ps, 4, flags));
	t_async_close(a);
}

static const struct t_case cases[] = {
	{ "aio",	error_aio },
	{ "aio-dsync",	error_aio_dsync },
	{ "dsync",	error_dsync },
	{ "extend",	error_extend },
	{ "flush",	error_flush },
	{ "middle",	error_middle },
	{ "read",	error_read },
	{ "shared",	error_shared },
	{ "shared-unit", error_shared_unit },
	{ "uring",	error_uring },
	{ "uring-dsync", error_uring_dsync },
	{ "write",	error_write },
};

T_GROUP(error, cases)
