// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bare device (FS=blkdev), through its own page cache: what is written
 * through is in it, clean, and on the disk.  Asynchronous writes and what
 * makes them durable are those of the groups async and dsync.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define BLKDEV_PAGES	16

/* The first bytes of the device: generation 1, on disk and in the cache. */
static int blkdev_open(struct t *t)
{
	return t_file(t, "dev", BLKDEV_PAGES * t->ps);
}

/* On disk and in the cache, clean, to the byte. */
static void blkdev_write_at(struct t *t, int fd, off_t pos, size_t len,
			    int flags)
{
	long long end = pos + len;

	T_EQ(t, "written", (long long)len,
	     t_write(t, fd, pos, len, 2, flags | RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, BLKDEV_PAGES * t->ps);
	T_DISK(t, fd, 0, pos, 1);
	T_DISK(t, fd, pos, len, 2);
	T_DISK(t, fd, end, BLKDEV_PAGES * t->ps - end, 1);
	T_READS(t, fd, 0, pos, 1);
	T_READS(t, fd, pos, len, 2);
	T_READS(t, fd, end, BLKDEV_PAGES * t->ps - end, 1);
	close(fd);
}

static void blkdev_write(struct t *t)
{
	static const int flags[] = { 0, RWF_DSYNC, RWF_SYNC, RWF_HIPRI };
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		blkdev_write_at(t, blkdev_open(t), t->ps, 3 * t->ps, flags[i]);
		blkdev_write_at(t, blkdev_open(t), 2 * t->ps - 5, 100,
				flags[i]);
		blkdev_write_at(t, blkdev_open(t), 513, 7 * t->ps, flags[i]);
	}
}

/* From blocks that are not in the cache: those at the ends are read first. */
static void blkdev_cold(struct t *t)
{
	int fd = blkdev_open(t);

	t_drop(fd);
	T_EQ(t, "written", 2 * t->ps,
	     t_write(t, fd, t->ps + 5, 2 * t->ps, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, t->ps, 3 * t->ps);
	T_DISK(t, fd, 0, t->ps + 5, 1);
	T_DISK(t, fd, t->ps + 5, 2 * t->ps, 2);
	T_DISK(t, fd, 3 * t->ps + 5, t->ps - 5, 1);
}

/* Not the flag's fault: nothing buffered is NOWAIT here. */
static void blkdev_refused(struct t *t)
{
	int fd = blkdev_open(t);

	T_EQ(t, "write", -EOPNOTSUPP,
	     t_write(t, fd, t->ps, t->ps, 2, RWF_NOWAIT | RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, BLKDEV_PAGES * t->ps);
	T_DISK(t, fd, 0, BLKDEV_PAGES * t->ps, 1);
	T_READS(t, fd, 0, BLKDEV_PAGES * t->ps, 1);
}

/* A direct write is written through by itself. */
static void blkdev_direct(struct t *t)
{
	int fd = blkdev_open(t);
	int direct = t_open(t, "dev", O_RDWR | O_DIRECT);

	T_EQ(t, "the flag with O_DIRECT", t->ps,
	     t_write(t, direct, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_DISK(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, 0, t->ps, 1);
	T_READS(t, fd, t->ps, t->ps, 2);
}

/* The end of the device is an end of all writes. */
static void blkdev_end(struct t *t)
{
	int fd = blkdev_open(t);
	off_t end = lseek(fd, 0, SEEK_END);

	T_MUST(end > 0);
	T_MUST(t_write(t, fd, end - t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd));
	T_EQ(t, "written across the end", 100,
	     t_write(t, fd, end - 100, 300, 2, RWF_WRITETHROUGH));
	T_EQ(t, "written behind it", -ENOSPC,
	     t_write(t, fd, end, 300, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, end - t->ps, t->ps);
	T_DISK(t, fd, end - t->ps, t->ps - 100, 1);
	T_DISK(t, fd, end - 100, 100, 2);
}

static void blkdev_read(struct t *t)
{
	int fd = blkdev_open(t);
	struct iovec iov = { t_alloc(t->ps), t->ps };

	T_MUST(preadv2(fd, &iov, 1, 0, 0) == t->ps);
	T_EQ(t, "read with the flag", -1,
	     preadv2(fd, &iov, 1, 0, RWF_WRITETHROUGH));
	T_EQ(t, "its error", EOPNOTSUPP, errno);
}

/* The control: lazy writes are seen lazy here, and fsync ends that. */
static void blkdev_lazy(struct t *t)
{
	int fd = blkdev_open(t);

	T_EQ(t, "written", 3 * t->ps,
	     t_write(t, fd, 2 * t->ps, 3 * t->ps, 2, 0));
	T_LAZY(t, fd, 2 * t->ps, 3 * t->ps, 2);
	T_EQ(t, "fsync", 0, fsync(fd));
	T_CLEAN(t, fd, 0, BLKDEV_PAGES * t->ps);
	T_DISK(t, fd, 0, 2 * t->ps, 1);
	T_DISK(t, fd, 2 * t->ps, 3 * t->ps, 2);
	T_DISK(t, fd, 5 * t->ps, 11 * t->ps, 1);
}

static const struct t_case cases[] = {
	{ "cold",	blkdev_cold },
	{ "direct",	blkdev_direct },
	{ "end",	blkdev_end },
	{ "lazy",	blkdev_lazy },
	{ "read",	blkdev_read },
	{ "refused",	blkdev_refused },
	{ "write",	blkdev_write },
};

T_GROUP(blkdev, cases)
