// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous WT writes: what has completed is on the disk, in the cache, and
 * clean; what has been submitted need not be, and the submission did not wait
 * for it.  Each case is run with io_uring and with libaio.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async.h"
#include "t_async.h"

/* What has completed is where it should be, unlike what was written lazily. */
static void async_overwrite(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	long long size = 64 * t->ps, len = 4 * t->ps;
	int fd = t_file(t, "f", size), i;

	for (i = 0; i < 8; i++)
		t_async_write(a, fd, i * 8 * t->ps, len, 2, RWF_WRITETHROUGH);
	t_async_submit(a);
	for (i = 0; i < 8; i++)
		T_EQ(t, "written", len, t_async_reap(a));
	T_CLEAN(t, fd, 0, size);
	for (i = 0; i < 8; i++)
		T_DISK(t, fd, i * 8 * t->ps, len, 2);
	T_READS(t, fd, 0, len, 2);
	T_READS(t, fd, len, len, 1);

	T_MUST(t_async_one(a, fd, 0, len, 3, 0) == len);
	T_LAZY(t, fd, 0, len, 3);
	t_async_close(a);
}

/* Of bytes that nothing is aligned to, some in blocks that must be read. */
static void async_unaligned(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	long long size = 16 * t->ps, len = 2 * t->ps + 33;
	int fd = t_file(t, "f", size);

	t_drop(fd);
	T_EQ(t, "written", len,
	     t_async_one(a, fd, t->ps - 7, len, 2, RWF_WRITETHROUGH));
	T_DISK(t, fd, 0, t->ps - 7, 1);
	T_DISK(t, fd, t->ps - 7, len, 2);
	T_DISK(t, fd, t->ps - 7 + len, size - t->ps + 7 - len, 1);
	T_READS(t, fd, t->ps - 7, len, 2);
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, size).nr_dirty);
	t_async_close(a);
}

/* A file that grows: the size covers what is on the disk, from any offset. */
static void async_append(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", t->ps / 2);
	long long len = 2 * t->ps + 100, at = t->ps / 2;

	T_EQ(t, "appended", len,
	     t_async_one(a, fd, at, len, 2, RWF_WRITETHROUGH));
	T_EQ(t, "size", at + len, t_size(fd));
	T_CLEAN(t, fd, 0, at + len);
	T_DISK(t, fd, at, len, 2);
	T_DISK(t, fd, 0, at, 1);
	T_EQ(t, "size on the disk", at + len, t_disk_size(fd));

	T_EQ(t, "written beyond", t->ps,
	     t_async_one(a, fd, 9 * t->ps, t->ps, 3, RWF_WRITETHROUGH));
	T_READS(t, fd, at + len, 9 * t->ps - at - len, 0);
	T_DISK(t, fd, 9 * t->ps, t->ps, 3);
	t_async_close(a);
}

#define ASYNC_RECORD	777	/* bytes */

/* Appends in flight together: each record is there once, and whole. */
static void async_append_many(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", 0), i, gen, seen;
	char *buf = t_alloc(ASYNC_RECORD);

	for (i = 0; i < T_ASYNC_DEPTH; i++)
		t_async_write(a, fd, 5, ASYNC_RECORD, 2 + i,
			      RWF_WRITETHROUGH | RWF_APPEND);
	t_async_submit(a);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		T_EQ(t, "appended", ASYNC_RECORD, t_async_reap(a));
	T_EQ(t, "size", T_ASYNC_DEPTH * ASYNC_RECORD, t_size(fd));
	for (gen = 2; gen < 2 + T_ASYNC_DEPTH; gen++) {
		for (i = seen = 0; i < T_ASYNC_DEPTH; i++) {
			t_disk_read(t, fd, i * ASYNC_RECORD, ASYNC_RECORD,
				    buf);
			seen += t_differs(t, buf, ASYNC_RECORD, 0, gen) < 0;
		}
		T_EQ(t, "copies of a record on disk", 1, seen);
	}
	T_CLEAN(t, fd, 0, T_ASYNC_DEPTH * ASYNC_RECORD);
	t_async_close(a);
}

/* Many that touch the same blocks, in flight together: some order, no mix. */
static void async_overlapping(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", 8 * t->ps), i, gen, same = 0;
	char *cache = t_alloc(8 * t->ps), *disk = t_alloc(8 * t->ps);

	for (i = 0; i < 16; i++)
		t_async_write(a, fd, t->ps / 2, 4 * t->ps, 2 + i % 4,
			      RWF_WRITETHROUGH);
	t_async_submit(a);
	for (i = 0; i < 16; i++)
		T_EQ(t, "written", 4 * t->ps, t_async_reap(a));
	T_CLEAN(t, fd, 0, 8 * t->ps);
	t_disk_read(t, fd, 0, 8 * t->ps, disk);
	T_MUST(pread(fd, cache, 8 * t->ps, 0) == 8 * t->ps);
	T_OK(t, !memcmp(cache, disk, 8 * t->ps),
	     "the cache is not what is on the disk");
	for (gen = 2; gen < 6; gen++)
		same += t_differs(t, disk + t->ps / 2, 4 * t->ps, t->ps / 2,
				  gen) < 0;
	T_EQ(t, "writes that the range holds alone", 1, same);
	t_async_close(a);
}

/* Dropped when complete, where the pages were not cached before. */
static void async_dontcache(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", 8 * t->ps);

	t_drop(fd);
	T_EQ(t, "written", 2 * t->ps,
	     t_async_one(a, fd, t->ps, 2 * t->ps, 2,
			 RWF_WRITETHROUGH | RWF_DONTCACHE));
	T_EQ(t, "pages left in the cache", 0,
	     t_cachestat(fd, t->ps, 2 * t->ps).nr_cache);
	T_DISK(t, fd, t->ps, 2 * t->ps, 2);
	T_READS(t, fd, t->ps, 2 * t->ps, 2);
	t_async_close(a);
}

/* Polling is answered as for any buffered write, whatever that is. */
static void async_hipri(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", 8 * t->ps);
	long plain = t_async_one(a, fd, 0, t->ps, 2, RWF_HIPRI);

	T_MUST(!fsync(fd));
	T_EQ(t, "result of a write with RWF_HIPRI", plain,
	     t_async_one(a, fd, 0, t->ps, 3, RWF_HIPRI | RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, 8 * t->ps);
	T_DISK(t, fd, 0, t->ps, plain < 0 ? 1 : 3);
	t_async_close(a);
}

#define ASYNC_TRIES	100

/* Not refused because of the file's times. */
static long async_write_nowait(struct t_async *a, int fd, off_t pos,
			       size_t len)
{
	t_touch(fd);
	return t_async_one(a, fd, pos, len, 2, RWF_WRITETHROUGH | RWF_NOWAIT);
}

/* All of it at once, or nothing. */
static void async_nowait(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", 8 * t->ps), i;
	long n = -EAGAIN;

	for (i = 0; i < ASYNC_TRIES && n == -EAGAIN; i++)
		n = async_write_nowait(a, fd, t->ps, 2 * t->ps);
	T_EQ(t, "aligned and cached", 2 * t->ps, n);
	T_CLEAN(t, fd, 0, 8 * t->ps);
	T_DISK(t, fd, t->ps, 2 * t->ps, 2);

	T_MUST(!fallocate(fd, 1 | 2, 5 * t->ps, t->ps) && !fsync(fd));
	for (i = 0; i < ASYNC_TRIES && !t->failed; i++) {
		T_EQ(t, "the second half is a hole", -EAGAIN,
		     async_write_nowait(a, fd, 4 * t->ps, 2 * t->ps));
		T_EQ(t, "beyond EOF", -EAGAIN,
		     async_write_nowait(a, fd, 8 * t->ps, t->ps));
	}
	T_EQ(t, "size", 8 * t->ps, t_size(fd));
	T_DISK(t, fd, 4 * t->ps, t->ps, 1);
	T_READS(t, fd, 4 * t->ps, t->ps, 1);

	/* the block is there, and cached: only EOF stands in the way */
	T_MUST(!ftruncate(fd, 8 * t->ps - 100) && !fsync(fd));
	for (i = 0; i < ASYNC_TRIES && !t->failed; i++)
		T_EQ(t, "across EOF", -EAGAIN,
		     async_write_nowait(a, fd, 7 * t->ps, t->ps));
	T_EQ(t, "size", 8 * t->ps - 100, t_size(fd));
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, 8 * t->ps).nr_dirty);
	t_async_close(a);
}

#define ASYNC_IN_FLIGHT	16

static void async_die(struct t *t, enum t_engine engine, int fd)
{
	struct t_async *a = t_async_open(t, engine);
	int i;

	for (i = 0; i < ASYNC_IN_FLIGHT; i++)
		t_async_write(a, fd, i * 2 * t->ps, t->ps, 2,
			      RWF_WRITETHROUGH | (i % 2 ? RWF_DSYNC : 0));
	t_async_submit(a);
	raise(SIGKILL);
}

/*
 * Who submitted is killed: each write happens or not, and nothing of it is left
 * behind, for which truncation or a writer would wait.
 */
static void async_killed(struct t *t, enum t_engine engine)
{
	long long size = 2 * ASYNC_IN_FLIGHT * t->ps;
	int fd = t_file(t, "f", size), i, done = 0;
	char *cache = t_alloc(t->ps);
	pid_t pid = fork();

	T_MUST(pid >= 0);
	if (!pid)
		async_die(t, engine, fd);
	T_MUST(waitpid(pid, &i, 0) == pid && WIFSIGNALED(i));
	T_EQ(t, "fsync", 0, fsync(fd));
	for (i = 0; i < ASYNC_IN_FLIGHT; i++) {
		off_t pos = i * 2 * t->ps;
		int gen;

		T_MUST(pread(fd, cache, t->ps, pos) == t->ps);
		gen = t_differs(t, cache, t->ps, pos, 2) < 0 ? 2 : 1;
		done += gen == 2;
		T_READS(t, fd, pos, t->ps, gen);
		T_DISK(t, fd, pos, t->ps, gen);
		T_DISK(t, fd, pos + t->ps, t->ps, 1);
	}
	printf("# done: %d of %d\n", done, ASYNC_IN_FLIGHT);
	T_MUST(t->blkdev || !ftruncate(fd, t->ps));
	T_EQ(t, "written then", t->ps,
	     t_write(t, fd, 0, t->ps, 3, RWF_WRITETHROUGH));
	free(cache);
}

#define ASYNC_AIO(name)							\
static void async_aio_##name(struct t *t)				\
{									\
	async_##name(t, T_AIO);						\
}
#define ASYNC_BOTH(name)						\
ASYNC_AIO(name)								\
static void async_uring_##name(struct t *t)				\
{									\
	async_##name(t, T_URING);					\
}

ASYNC_BOTH(append)
ASYNC_BOTH(append_many)
ASYNC_BOTH(dontcache)
ASYNC_BOTH(hipri)
ASYNC_BOTH(killed)
ASYNC_BOTH(nowait)
ASYNC_BOTH(overlapping)
ASYNC_BOTH(overwrite)
ASYNC_BOTH(slow)
ASYNC_BOTH(slow_dsync)
ASYNC_AIO(slow_extend)
ASYNC_BOTH(unaligned)

static const struct t_case cases[] = {
	{ "aio-append",		async_aio_append },
	{ "aio-append-many",	async_aio_append_many },
	{ "aio-dontcache",	async_aio_dontcache },
	{ "aio-hipri",		async_aio_hipri },
	{ "aio-killed",		async_aio_killed },
	{ "aio-nowait",		async_aio_nowait },
	{ "aio-overlapping",	async_aio_overlapping },
	{ "aio-overwrite",	async_aio_overwrite },
	{ "aio-slow",		async_aio_slow },
	{ "aio-slow-dsync",	async_aio_slow_dsync },
	{ "aio-slow-extend",	async_aio_slow_extend },
	{ "aio-unaligned",	async_aio_unaligned },
	{ "uring-append",	async_uring_append },
	{ "uring-append-many",	async_uring_append_many },
	{ "uring-dontcache",	async_uring_dontcache },
	{ "uring-hipri",	async_uring_hipri },
	{ "uring-killed",	async_uring_killed },
	{ "uring-nowait",	async_uring_nowait },
	{ "uring-overlapping",	async_uring_overlapping },
	{ "uring-overwrite",	async_uring_overwrite },
	{ "uring-slow",		async_uring_slow },
	{ "uring-slow-dsync",	async_uring_slow_dsync },
	{ "uring-unaligned",	async_uring_unaligned },
};

T_GROUP(async, cases)
