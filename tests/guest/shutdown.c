// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system that is shut down while WT writes are in flight: each ends, well
 * or with EIO, later ones all with EIO, and it can be unmounted.  It is one of
 * our own, on null_blk, which keeps its data in memory here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shutdown_told.h"
#include "t_async.h"

#define SHUTDOWN_DEV	"/dev/nullb0"
#define SHUTDOWN_MNT	"/tmp/shutdown"
#define SHUTDOWN_DEPTH	16

/* XFS_IOC_GOINGDOWN of fs/xfs/libxfs/xfs_fs.h, and how: the log is lost. */
#define SHUTDOWN_IOC	_IOR('X', 125, uint32_t)
#define SHUTDOWN_NOLOG	2

static void shutdown_mount(struct t *t)
{
	umount(SHUTDOWN_MNT);
	T_MUST(!system("mkfs.xfs -q -f " SHUTDOWN_DEV));
	mkdir(SHUTDOWN_MNT, 0755);
	T_MUST(!mount(SHUTDOWN_DEV, SHUTDOWN_MNT, "xfs", 0, ""));
	t->dev = SHUTDOWN_DEV;
	t->dir = SHUTDOWN_MNT;
}

static void shutdown_queue(struct t *t, struct t_async *a, int fd, off_t at,
			   int flags)
{
	int i;

	for (i = 0; i < SHUTDOWN_DEPTH; i++)
		t_async_write(a, fd, at + i * t->ps, t->ps, 2, flags);
	t_async_submit(a);
}

/* How many of them failed, by EIO and nothing else? */
static int shutdown_reap(struct t *t, struct t_async *a)
{
	int i, bad = 0;

	for (i = 0; i < SHUTDOWN_DEPTH; i++) {
		long n = t_async_reap(a);

		T_OK(t, n == t->ps || n == -EIO, "result: %ld", n);
		bad += n != t->ps;
	}
	return bad;
}

/* Written blocks, and from page 64 on unwritten ones. */
static int shutdown_file(struct t *t)
{
	int fd = t_file(t, "f", 64 * t->ps);

	T_MUST(!fallocate(fd, 0, 64 * t->ps, 64 * t->ps));
	T_MUST(!fsync(fd));
	return fd;
}

static void shutdown_run(struct t *t, enum t_engine engine, int flags)
{
	struct t_async *a = t_async_open(t, engine);
	uint32_t how = SHUTDOWN_NOLOG;
	int fd;

	shutdown_mount(t);
	fd = shutdown_file(t);
	shutdown_queue(t, a, fd, 0, flags);
	T_EQ(t, "failed before", 0, shutdown_reap(t, a));
	shutdown_queue(t, a, fd, 56 * t->ps, flags);
	T_MUST(!ioctl(fd, SHUTDOWN_IOC, &how));
	printf("# failed meanwhile: %d of %d\n", shutdown_reap(t, a),
	       SHUTDOWN_DEPTH);
	shutdown_queue(t, a, fd, 0, flags);
	T_EQ(t, "failed after", SHUTDOWN_DEPTH, shutdown_reap(t, a));
	T_EQ(t, "a call after", -EIO, t_write(t, fd, 0, t->ps, 2, flags));
	T_EQ(t, "an append after", -EIO,
	     t_write(t, fd, 128 * t->ps, t->ps, 2, flags));
	t_async_close(a);
	close(fd);
	T_EQ(t, "unmount", 0, umount(SHUTDOWN_MNT) ? -errno : 0);
}

static void shutdown_aio(struct t *t)
{
	shutdown_run(t, T_AIO, RWF_WRITETHROUGH);
	shutdown_run(t, T_AIO, RWF_WRITETHROUGH | RWF_DSYNC);
}

static void shutdown_uring(struct t *t)
{
	shutdown_run(t, T_URING, RWF_WRITETHROUGH);
	shutdown_run(t, T_URING, RWF_WRITETHROUGH | RWF_DSYNC);
}

static const struct t_case cases[] = {
	{ "aio",	shutdown_aio },
	{ "told",	shutdown_told },
	{ "uring",	shutdown_uring },
};

T_GROUP(shutdown, cases)
