// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the flag goes with, and what refuses it.  Nothing ignores it: where it
 * is not supported the answer is EOPNOTSUPP, and nothing was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

/* A write with these flags is refused, and neither cache nor size changed. */
static void flags_refused(struct t *t, int fd, int flags, const char *what)
{
	long long size = t_size(fd);
	char text[80];

	snprintf(text, sizeof(text), "write with %s", what);
	T_EQ(t, text, -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, flags | RWF_WRITETHROUGH));
	T_EQ(t, "size", size, t_size(fd));
	T_READS(t, fd, 0, size < t->ps ? size : t->ps, 1);
}

static void flags_read(struct t *t)
{
	int fd = t_file(t, "f", t->ps);
	struct iovec iov = { t_alloc(t->ps), t->ps };

	T_MUST(preadv2(fd, &iov, 1, 0, 0) == t->ps);
	T_EQ(t, "read with the flag", -1,
	     preadv2(fd, &iov, 1, 0, RWF_WRITETHROUGH));
	T_EQ(t, "its error", EOPNOTSUPP, errno);
}

#define FLAGS_TRIES	100

static ssize_t flags_write_nowait(struct t *t, int fd, off_t pos, size_t len,
				  int gen)
{
	t_touch(fd);
	return t_write(t, fd, pos, len, gen, RWF_WRITETHROUGH | RWF_NOWAIT);
}

static void flags_nowait_refused(struct t *t, int fd, off_t pos, size_t len,
				 const char *what)
{
	int i;

	for (i = 0; i < FLAGS_TRIES && !t->failed; i++) {
		t_drop(fd);
		T_EQ(t, what, -EAGAIN, flags_write_nowait(t, fd, pos, len, 3));
	}
}

/* What is there to be overwritten is, at once; all else would have to wait. */
static void flags_nowait(struct t *t)
{
	int fd = t_file(t, "f", 8 * t->ps), i;
	ssize_t n = -EAGAIN;

	for (i = 0; i < FLAGS_TRIES && n == -EAGAIN; i++)
		n = flags_write_nowait(t, fd, t->ps, 2 * t->ps, 2);
	T_EQ(t, "aligned and cached", 2 * t->ps, n);
	T_CLEAN(t, fd, 0, 8 * t->ps);
	T_DISK(t, fd, t->ps, 2 * t->ps, 2);

	flags_nowait_refused(t, fd, t->ps + 5, 20, "a block has to be read");
	T_MUST(!fallocate(fd, 1 | 2, 4 * t->ps, t->ps));
	flags_nowait_refused(t, fd, 4 * t->ps, t->ps, "a hole");
	T_DISK(t, fd, t->ps, 2 * t->ps, 2);
	T_READS(t, fd, t->ps, 2 * t->ps, 2);
	T_READS(t, fd, 4 * t->ps, t->ps, 0);
}

/* The rest of the file stays lazy: nobody kicks the flusher for this write. */
static void flags_dontcache_kick(struct t *t, int fd)
{
	int i;

	T_MUST(t_write(t, fd, 0, t->ps, 3, 0) == t->ps);
	for (i = 0; i < FLAGS_TRIES; i++)
		T_EQ(t, "written", t->ps,
		     t_write(t, fd, 2 * t->ps, t->ps, 2,
			     RWF_WRITETHROUGH | RWF_DONTCACHE));
	T_DIRTY(t, fd, 0, t->ps, 3);
	/* the control */
	T_MUST(t_write(t, fd, 4 * t->ps, t->ps, 2, RWF_DONTCACHE) == t->ps);
	while (t_cachestat(fd, 0, t->ps).nr_dirty)
		usleep(1000);
}

/* Written through and dropped, unless it was there before. */
static void flags_dontcache(struct t *t)
{
	int fd = t_file(t, "f", 8 * t->ps);

	T_EQ(t, "written, cached", t->ps,
	     t_write(t, fd, 0, t->ps, 2, RWF_WRITETHROUGH | RWF_DONTCACHE));
	T_CLEAN(t, fd, 0, 8 * t->ps);
	T_DISK(t, fd, 0, t->ps, 2);

	t_drop(fd);
	T_EQ(t, "written, not cached", 2 * t->ps,
	     t_write(t, fd, t->ps, 2 * t->ps, 2,
		     RWF_WRITETHROUGH | RWF_DONTCACHE));
	T_EQ(t, "pages left in the cache", 0,
	     t_cachestat(fd, t->ps, 2 * t->ps).nr_cache);
	T_DISK(t, fd, t->ps, 2 * t->ps, 2);
	T_READS(t, fd, t->ps, 2 * t->ps, 2);

	t_drop(fd);
	T_MUST(t_write(t, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH) == t->ps);
	T_CLEAN(t, fd, t->ps, t->ps);
	flags_dontcache_kick(t, fd);
}

/* Polling for completion is asked of io_uring only: here it means nothing. */
static void flags_hipri(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_EQ(t, "written", t->ps,
	     t_write(t, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH | RWF_HIPRI));
	T_CLEAN(t, fd, 0, 4 * t->ps);
	T_DISK(t, fd, t->ps, t->ps, 2);
}

/* Beyond the flags there are: EOPNOTSUPP as ever. */
static void flags_unknown(struct t *t)
{
	int fd = t_file(t, "f", t->ps);

	T_EQ(t, "the next bit", -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, 0x400));
}

static void flags_tmpfs(struct t *t)
{
	int fd = open("/tmp/wt", O_RDWR | O_CREAT | O_TRUNC, 0644);

	T_MUST(fd >= 0);
	T_MUST(t_write(t, fd, 0, t->ps, 1, 0) == t->ps);
	flags_refused(t, fd, 0, "the flag on tmpfs");
}

/* A disk that is not mounted. */
static void flags_blkdev(struct t *t)
{
	int fd = t_null_add();

	T_MUST(t_write(t, fd, 0, t->ps, 2, 0) == t->ps);
	T_MUST(t_cachestat(fd, 0, t->ps).nr_dirty);
	T_EQ(t, "block device", t->ps,
	     t_write(t, fd, 0, t->ps, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, t->ps);
	T_MUST(!fsync(fd));
	t_null_remove(fd);
}

/* RWF_NOAPPEND undoes O_APPEND for one write. */
static void flags_noappend(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	int append = t_open(t, "f", O_RDWR | O_APPEND);

	T_EQ(t, "written", t->ps,
	     t_write(t, append, t->ps, t->ps, 2,
		     RWF_WRITETHROUGH | RWF_NOAPPEND));
	T_EQ(t, "size", 4 * t->ps, t_size(fd));
	T_CLEAN(t, fd, 0, 4 * t->ps);
	T_DISK(t, fd, t->ps, t->ps, 2);
}

/* An O_DIRECT file takes the flag: its writes are written through anyway. */
static void flags_odirect(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);

	T_EQ(t, "written", t->ps,
	     t_write(t, direct, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_DISK(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, 0, t->ps, 1);
}

static const struct t_case cases[] = {
	{ "blkdev",	flags_blkdev },
	{ "dontcache",	flags_dontcache },
	{ "hipri",	flags_hipri },
	{ "noappend",	flags_noappend },
	{ "nowait",	flags_nowait },
	{ "odirect",	flags_odirect },
	{ "read",	flags_read },
	{ "tmpfs",	flags_tmpfs },
	{ "unknown",	flags_unknown },
};

T_GROUP(flags, cases)
