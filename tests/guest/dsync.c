// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes that are to be durable when they are complete.  A plain overwrite
 * is so by its own commands where the device can do that; all else takes the
 * sync path, with the log and a flush.  Each case is run synchronously and by
 * both asynchronous engines.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "t_async.h"

#define DSYNC_CALL	-1		/* pwritev2(), not an engine */
#define DSYNC_FLAGS	(RWF_WRITETHROUGH | RWF_DSYNC)

enum dsync_way {
	DSYNC_PLAIN,			/* durable by itself */
	DSYNC_LOG,			/* only after the log or a flush */
};

/*
 * How this device makes data durable, by hand in its profile: "fua", "flush",
 * or "nothing" to be done.
 */
static bool dsync_by(const char *what)
{
	const char *how = getenv("WT_DURABLE_BY");

	T_MUST(how);
	return !strcmp(how, what);
}

static long dsync_issue(struct t *t, int how, int fd, off_t pos, size_t len,
			int flags)
{
	struct t_async *a;
	long n;

	if (how == DSYNC_CALL)
		return t_write(t, fd, pos, len, 2, flags);
	a = t_async_open(t, how);
	n = t_async_one(a, fd, pos, len, 2, flags);
	t_async_close(a);
	return n;
}

/* One write, and the commands it took. */
static void dsync_write(struct t *t, int how, int fd, off_t pos, size_t len,
			int flags, enum dsync_way way)
{
	bool cache = !dsync_by("nothing");
	struct t_trace tr;

	t_trace_start(t, &tr);
	T_EQ(t, "written", (long long)len,
	     dsync_issue(t, how, fd, pos, len, flags));
	t_trace_stop(t, &tr, fd);
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, 2);
	T_READS(t, fd, pos, len, 2);
	if (!t->blkdev)
		T_OK(t, t_disk_size(fd) >= (long long)(pos + len),
		     "the on-disk size is %lld", t_disk_size(fd));
	if (way == DSYNC_PLAIN) {
		T_EQ(t, "commands with FUA", dsync_by("fua") ? tr.commands : 0,
		     tr.fua);
		T_EQ(t, "flushes", dsync_by("flush"), tr.flushes);
	} else {
		T_OK(t, cache ? tr.flushes > 0 : !tr.flushes, "flushes: %d",
		     tr.flushes);
	}
	if (!cache)
		T_EQ(t, "no cache: commands with FUA", 0, tr.fua);
}

/* In place: of one block, of some bytes, of many, with dirty data around. */
static void dsync_overwrite(struct t *t, int how)
{
	int fd = t_file(t, "f", 32 * t->ps);
	struct t_trace tr;

	T_MUST(t->blkdev || !syncfs(fd));
	t_trace_start(t, &tr);
	T_EQ(t, "written", 4096,
	     dsync_issue(t, how, fd, t->ps, 4096, DSYNC_FLAGS));
	t_trace_stop(t, &tr, fd);
	T_EQ(t, "bios", 1, tr.bios);
	T_OK(t, tr.commands == 1 || t->ps > t_queue(t, "max_sectors_kb") *
	     T_KIB, "one block took %d commands", tr.commands);

	dsync_write(t, how, fd, t->ps, 4096, DSYNC_FLAGS, DSYNC_PLAIN);
	dsync_write(t, how, fd, 3 * t->ps + 9, 100, DSYNC_FLAGS, DSYNC_PLAIN);
	dsync_write(t, how, fd, 7, 9 * t->ps, DSYNC_FLAGS, DSYNC_PLAIN);
	T_MUST(t_write(t, fd, 20 * t->ps, 4 * t->ps, 3, 0) == 4 * t->ps);
	dsync_write(t, how, fd, 20 * t->ps, 4 * t->ps, DSYNC_FLAGS,
		    DSYNC_PLAIN);
	close(fd);

	fd = t_open(t, "f", O_RDWR | O_DSYNC);
	dsync_write(t, how, fd, 2 * t->ps, t->ps, RWF_WRITETHROUGH,
		    DSYNC_PLAIN);
	close(fd);
}

/* What has to be allocated or converted is not durable without the log. */
static void dsync_alloc(struct t *t, int how)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(!fallocate(fd, 0, 4 * t->ps, 4 * t->ps));
	T_MUST(!ftruncate(fd, 16 * t->ps) && !syncfs(fd));
	dsync_write(t, how, fd, 5 * t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_EQ(t, "the unwritten extent", T_WRITTEN, t_extent(fd, 5 * t->ps));
	T_MUST(!syncfs(fd));
	dsync_write(t, how, fd, 10 * t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_EQ(t, "the hole", T_WRITTEN, t_extent(fd, 10 * t->ps));
	T_MUST(!syncfs(fd));
	T_MUST(t_write(t, fd, 13 * t->ps, t->ps, 3, 0) == t->ps);
	T_MUST(t_extent(fd, 13 * t->ps) == T_DELALLOC);
	dsync_write(t, how, fd, 13 * t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_MUST(!syncfs(fd));
	dsync_write(t, how, fd, 16 * t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	close(fd);
}

/* A call whose first mapping is a plain overwrite, and the second is not. */
static void dsync_mixed(struct t *t, int how)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(!fallocate(fd, 0, 4 * t->ps, 4 * t->ps));
	T_MUST(!ftruncate(fd, 16 * t->ps) && !syncfs(fd));
	dsync_write(t, how, fd, 3 * t->ps, 2 * t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_MUST(!syncfs(fd));
	dsync_write(t, how, fd, 3 * t->ps, 8 * t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_MUST(!syncfs(fd));
	dsync_write(t, how, fd, 3 * t->ps, 8 * t->ps, DSYNC_FLAGS,
		    DSYNC_PLAIN);
	close(fd);
}

/*
 * The block is there, but a lazy append has moved only the in-core size so far:
 * without the log a crash would lose what was written.
 */
static void dsync_size(struct t *t, int how)
{
	int fd = t_file(t, "f", 100);

	T_MUST(!syncfs(fd));
	T_MUST(t_write(t, fd, 100, 300, 3, 0) == 300);
	T_MUST(t_disk_size(fd) == 100 && t_extent(fd, 0) == T_WRITTEN);
	dsync_write(t, how, fd, 110, 50, DSYNC_FLAGS, DSYNC_LOG);
	T_EQ(t, "the on-disk size", 400, t_disk_size(fd));
	close(fd);
}

/* Changes of the inode that are not in the log yet; times do not count. */
static void dsync_metadata(struct t *t, int how)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(!syncfs(fd));
	T_MUST(t_write(t, fd, 0, t->ps, 1, RWF_WRITETHROUGH) == t->ps);
	dsync_write(t, how, fd, t->ps, t->ps, DSYNC_FLAGS, DSYNC_PLAIN);
	T_MUST(!fallocate(fd, 0, 9 * t->ps, t->ps));
	dsync_write(t, how, fd, t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	dsync_write(t, how, fd, t->ps, t->ps, DSYNC_FLAGS, DSYNC_PLAIN);
	close(fd);
}

static void dsync_shared(struct t *t, int how)
{
	int src = t_file(t, "src", 8 * t->ps);
	int fd = t_open(t, "f", O_RDWR | O_CREAT | O_TRUNC);

	t_needs_reflink(t);
	T_MUST(!ioctl(fd, FICLONE, src) && !syncfs(fd));
	dsync_write(t, how, fd, t->ps, t->ps, DSYNC_FLAGS, DSYNC_LOG);
	T_DISK(t, src, 0, 8 * t->ps, 1);
	T_MUST(!syncfs(fd));
	dsync_write(t, how, fd, t->ps, t->ps, DSYNC_FLAGS, DSYNC_PLAIN);
	close(src);
	close(fd);
}

/* RWF_SYNC is for the inode as well. */
static void dsync_sync(struct t *t, int how)
{
	int fd = t_file(t, "f", 8 * t->ps);

	dsync_write(t, how, fd, t->ps, t->ps, RWF_WRITETHROUGH | RWF_SYNC,
		    DSYNC_LOG);
	dsync_write(t, how, fd, t->ps + 5, 10, RWF_WRITETHROUGH | RWF_SYNC,
		    DSYNC_LOG);
	close(fd);
}

/* Without the flag the flush comes as it always did, for one byte as well. */
static void dsync_lazy(struct t *t, int how)
{
	int fd = t_file(t, "f", 16 * t->ps);

	dsync_write(t, how, fd, 2 * t->ps, 3 * t->ps, RWF_DSYNC, DSYNC_LOG);
	dsync_write(t, how, fd, 9 * t->ps, 1, RWF_DSYNC, DSYNC_LOG);
	dsync_write(t, how, fd, 10 * t->ps, 1, RWF_WRITETHROUGH | RWF_SYNC,
		    DSYNC_LOG);
	close(fd);
}

#define DSYNC_CASE(name)						\
static void dsync_##name##_case(struct t *t)				\
{									\
	int how;							\
									\
	for (how = DSYNC_CALL; how <= T_AIO; how++) {			\
		printf("# by %s\n", how == DSYNC_CALL ? "pwritev2" :	\
		       how == T_AIO ? "libaio" : "io_uring");		\
		dsync_##name(t, how);					\
	}								\
}

DSYNC_CASE(alloc)
DSYNC_CASE(lazy)
DSYNC_CASE(metadata)
DSYNC_CASE(mixed)
DSYNC_CASE(overwrite)
DSYNC_CASE(shared)
DSYNC_CASE(size)
DSYNC_CASE(sync)

static const struct t_case cases[] = {
	{ "alloc",	dsync_alloc_case },
	{ "lazy",	dsync_lazy_case },
	{ "metadata",	dsync_metadata_case },
	{ "mixed",	dsync_mixed_case },
	{ "overwrite",	dsync_overwrite_case },
	{ "shared",	dsync_shared_case },
	{ "size",	dsync_size_case },
	{ "sync",	dsync_sync_case },
};

T_GROUP(dsync, cases)
