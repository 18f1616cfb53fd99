// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bare device (FS=blkdev): the flag is refused on all ways to it, and
 * nothing was written; what the tests look at works there as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flags_uring.h"
#include "t.h"

/* The first bytes of the device: generation 1, on disk and in the cache. */
static int blkdev_open(struct t *t)
{
	return t_file(t, "dev", 16 * t->ps);
}

static void blkdev_unchanged(struct t *t, int fd)
{
	T_CLEAN(t, fd, 0, 16 * t->ps);
	T_DISK(t, fd, 0, 16 * t->ps, 1);
	T_READS(t, fd, 0, 16 * t->ps, 1);
}

static void blkdev_refused(struct t *t)
{
	static const struct {
		const char *what;
		int flags;
	} rows[] = {
		{ "the flag",		0 },
		{ "RWF_DSYNC",		RWF_DSYNC },
		{ "RWF_SYNC",		RWF_SYNC },
		{ "RWF_APPEND",		RWF_APPEND },
		{ "RWF_NOWAIT",		RWF_NOWAIT },
		{ "RWF_ATOMIC",		RWF_ATOMIC },
	};
	int fd = blkdev_open(t);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		T_EQ(t, rows[i].what, -EOPNOTSUPP,
		     t_write(t, fd, t->ps, t->ps, 2,
			     rows[i].flags | RWF_WRITETHROUGH));
		T_EQ(t, "some bytes", -EOPNOTSUPP,
		     t_write(t, fd, t->ps + 5, 100, 2,
			     rows[i].flags | RWF_WRITETHROUGH));
		blkdev_unchanged(t, fd);
	}
}

static void blkdev_direct(struct t *t)
{
	int fd = blkdev_open(t);
	int direct = t_open(t, "dev", O_RDWR | O_DIRECT);

	T_EQ(t, "the flag with O_DIRECT", -EOPNOTSUPP,
	     t_write(t, direct, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	blkdev_unchanged(t, fd);
	T_MUST(t_write(t, direct, t->ps, t->ps, 2, 0) == t->ps);
	T_MUST(t_disk_has(t, fd, t->ps, t->ps, 2));
}

static void blkdev_uring(struct t *t)
{
	int fd = blkdev_open(t);
	void *buf = t_alloc(t->ps);

	t_fill(t, buf, t->ps, 0, 1);
	T_MUST(uring_write(fd, buf, t->ps, 0, 0) == t->ps);
	T_MUST(!fsync(fd));
	t_fill(t, buf, t->ps, 0, 2);
	T_EQ(t, "result of the io_uring write", -EOPNOTSUPP,
	     uring_write(fd, buf, t->ps, 0, RWF_WRITETHROUGH));
	blkdev_unchanged(t, fd);
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
	T_CLEAN(t, fd, 0, 16 * t->ps);
	T_DISK(t, fd, 0, 2 * t->ps, 1);
	T_DISK(t, fd, 2 * t->ps, 3 * t->ps, 2);
	T_DISK(t, fd, 5 * t->ps, 11 * t->ps, 1);
}

static const struct t_case cases[] = {
	{ "direct",	blkdev_direct },
	{ "lazy",	blkdev_lazy },
	{ "read",	blkdev_read },
	{ "refused",	blkdev_refused },
	{ "uring",	blkdev_uring },
};

T_MAIN(cases)
