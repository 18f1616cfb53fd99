// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes to blocks that files share: the writer gets blocks of its own, and
 * the others keep their data.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "t_async.h"

#define REFLINK_PAGES	8

struct reflink {
	int src, fd;			/* generation 1, all of it shared */
};

static struct reflink reflink_begin(struct t *t)
{
	struct reflink r = {
		.src = t_file(t, "src", REFLINK_PAGES * t->ps),
		.fd = t_open(t, "f", O_RDWR | O_CREAT | O_TRUNC),
	};

	t_needs_reflink(t);
	T_MUST(!ioctl(r.fd, FICLONE, r.src) && !syncfs(r.fd));
	return r;
}

/* Only these bytes of the file are of generation @gen, on disk as well. */
static void reflink_holds(struct t *t, int fd, off_t pos, long long len,
			  int gen)
{
	long long end = pos + len;

	T_DISK(t, fd, 0, pos, 1);
	T_DISK(t, fd, pos, len, gen);
	T_DISK(t, fd, end, REFLINK_PAGES * t->ps - end, 1);
	T_READS(t, fd, 0, pos, 1);
	T_READS(t, fd, pos, len, gen);
	T_READS(t, fd, end, REFLINK_PAGES * t->ps - end, 1);
}

/* One file is written, then the other, then both are read from the disk. */
static void reflink_write(struct t *t, off_t pos, long long len)
{
	struct reflink r = reflink_begin(t);

	T_EQ(t, "written", len, t_write(t, r.fd, pos, len, 2,
					RWF_WRITETHROUGH));
	T_CLEAN(t, r.fd, pos, len);
	reflink_holds(t, r.fd, pos, len, 2);
	reflink_holds(t, r.src, 0, 0, 1);
	T_EQ(t, "written to the other", len,
	     t_write(t, r.src, pos, len, 3, RWF_WRITETHROUGH));
	T_CLEAN(t, r.src, pos, len);
	T_EQ(t, "written once more", len,
	     t_write(t, r.fd, pos, len, 4, RWF_WRITETHROUGH));
	t_drop(r.src);
	t_drop(r.fd);
	reflink_holds(t, r.src, pos, len, 3);
	reflink_holds(t, r.fd, pos, len, 4);
	close(r.src);
	close(r.fd);
}

static void reflink_shared(struct t *t)
{
	reflink_write(t, t->ps, t->ps);
	reflink_write(t, t->ps / 2, 3 * t->ps);
	reflink_write(t, 2 * t->ps + 77, 10);
	reflink_write(t, 0, REFLINK_PAGES * t->ps);
}

/* Where nothing is in the cache, a partial block is read from what is shared. */
static void reflink_cold(struct t *t)
{
	struct reflink r = reflink_begin(t);

	t_drop(r.src);
	t_drop(r.fd);
	T_EQ(t, "written", 100,
	     t_write(t, r.fd, 3 * t->ps - 50, 100, 2, RWF_WRITETHROUGH));
	reflink_holds(t, r.fd, 3 * t->ps - 50, 100, 2);
	reflink_holds(t, r.src, 0, 0, 1);
}

/* A call over shared blocks, blocks of its own, unwritten ones and a hole. */
static void reflink_mixed(struct t *t)
{
	struct reflink r = reflink_begin(t);

	T_MUST(t_write(t, r.fd, t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fallocate(r.fd, 1 | 2, 3 * t->ps, t->ps));
	T_MUST(!fallocate(r.fd, 0x10 | 1 /* ZERO_RANGE */, 5 * t->ps, t->ps));
	T_MUST(!fsync(r.fd));
	T_EQ(t, "written", 6 * t->ps,
	     t_write(t, r.fd, t->ps / 2, 6 * t->ps, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, r.fd, 0, 6 * t->ps + t->ps / 2);
	reflink_holds(t, r.fd, t->ps / 2, 6 * t->ps, 2);
	reflink_holds(t, r.src, 0, 0, 1);
}

/* Lazy data on its way to blocks of its own, written through in part. */
static void reflink_dirty(struct t *t)
{
	struct reflink r = reflink_begin(t);

	T_MUST(t_write(t, r.fd, t->ps, 4 * t->ps, 3, 0) == 4 * t->ps);
	T_LAZY(t, r.fd, t->ps, 4 * t->ps, 3);
	T_EQ(t, "written", t->ps,
	     t_write(t, r.fd, 2 * t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_DISK(t, r.fd, 2 * t->ps, t->ps, 2);
	T_DIRTY(t, r.fd, 4 * t->ps, t->ps, 3);
	T_MUST(!fsync(r.fd));
	T_DISK(t, r.fd, 0, t->ps, 1);
	T_DISK(t, r.fd, t->ps, t->ps, 3);
	T_DISK(t, r.fd, 2 * t->ps, t->ps, 2);
	T_DISK(t, r.fd, 3 * t->ps, 2 * t->ps, 3);
	reflink_holds(t, r.src, 0, 0, 1);
}

static void reflink_async(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	struct reflink r = reflink_begin(t);
	int i;

	for (i = 0; i < REFLINK_PAGES; i++)
		t_async_write(a, r.fd, i * t->ps, t->ps, 2, RWF_WRITETHROUGH);
	t_async_submit(a);
	for (i = 0; i < REFLINK_PAGES; i++)
		T_EQ(t, "written", t->ps, t_async_reap(a));
	T_CLEAN(t, r.fd, 0, REFLINK_PAGES * t->ps);
	reflink_holds(t, r.fd, 0, REFLINK_PAGES * t->ps, 2);
	reflink_holds(t, r.src, 0, 0, 1);
	t_async_close(a);
}

static void reflink_aio(struct t *t)
{
	reflink_async(t, T_AIO);
}

static void reflink_uring(struct t *t)
{
	reflink_async(t, T_URING);
}

/*
 * A direct write that is not aligned to blocks falls back to a buffered one
 * where blocks are shared: still written through.
 */
static void reflink_fallback(struct t *t)
{
	struct reflink r = reflink_begin(t);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);
	long long lba = t_queue(t, "logical_block_size");

	if (lba == t->bs)
		t_skip("all that the device takes is aligned to blocks");
	T_EQ(t, "written", lba,
	     t_write(t, direct, t->ps + lba, lba, 2, RWF_WRITETHROUGH));
	T_EQ(t, "pages dirty", 0,
	     t_cachestat(r.fd, 0, REFLINK_PAGES * t->ps).nr_dirty);
	reflink_holds(t, r.fd, t->ps + lba, lba, 2);
	reflink_holds(t, r.src, 0, 0, 1);
}

/* How our allocations are limited: PF_MEMALLOC_* of the kernel's sched.h */
#define REFLINK_LIMITS	(0x00040000UL | 0x00080000UL)

static unsigned long reflink_limits(void)
{
	FILE *f = fopen("/proc/self/stat", "re");
	unsigned long flags = 0;
	int n;

	T_MUST(f);
	n = fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %lu", &flags);
	fclose(f);
	T_MUST(n == 1 && flags);
	return flags & REFLINK_LIMITS;
}

/* What holds while blocks are converted holds no longer. */
static void reflink_task(struct t *t)
{
	struct reflink r = reflink_begin(t);

	T_EQ(t, "limits before", 0, reflink_limits());
	T_MUST(t_write(t, r.fd, 0, t->ps, 2, RWF_WRITETHROUGH) == t->ps);
	T_EQ(t, "limits after WT", 0, reflink_limits());
	T_MUST(t_write(t, r.fd, t->ps, t->ps, 2, 0) == t->ps);
	T_MUST(!fsync(r.fd));
	T_EQ(t, "limits after writeback", 0, reflink_limits());
	reflink_holds(t, r.fd, 0, 2 * t->ps, 2);
}

static const struct t_case cases[] = {
	{ "aio",	reflink_aio },
	{ "cold",	reflink_cold },
	{ "dirty",	reflink_dirty },
	{ "fallback",	reflink_fallback },
	{ "mixed",	reflink_mixed },
	{ "shared",	reflink_shared },
	{ "task",	reflink_task },
	{ "uring",	reflink_uring },
};

T_GROUP(reflink, cases)
