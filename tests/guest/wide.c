// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only the kernel of lane `wide` has: block devices with buffer heads and
 * files without a page cache, which refuse; XFS that writes nothing in place;
 * allocations that fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t_async.h"

#define WIDE_NULL	"/dev/nullb0"	/* null_blk, which keeps its data here */
#define WIDE_PMEM	"/dev/pmem0"
#define WIDE_MNT	"/tmp/wide"
#define WIDE_COW	"/sys/fs/xfs/debug/always_cow"

static void wide_put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	T_MUST(f && fputs(text, f) >= 0);
	T_MUST(!fclose(f));
}

/* Nothing takes the flag, nothing was written. */
static void wide_refused(struct t *t, int fd)
{
	struct t_async *a = t_async_open(t, T_URING);

	T_EQ(t, "the flag", -EOPNOTSUPP,
	     t_write(t, fd, 0, 4096, 2, RWF_WRITETHROUGH));
	T_EQ(t, "with RWF_DSYNC", -EOPNOTSUPP,
	     t_write(t, fd, 5, 100, 2, RWF_WRITETHROUGH | RWF_DSYNC));
	T_EQ(t, "by io_uring", -EOPNOTSUPP,
	     t_async_one(a, fd, 0, 4096, 2, RWF_WRITETHROUGH));
	t_async_close(a);
}

/* The pages of a block device have buffer heads, no state of blocks. */
static void wide_buffer_heads(struct t *t)
{
	int fd = open(WIDE_NULL, O_RDWR | O_CLOEXEC);
	int direct = open(WIDE_NULL, O_RDWR | O_DIRECT | O_CLOEXEC);

	T_MUST(fd >= 0 && direct >= 0);
	T_MUST(t_write(t, fd, 0, 4096, 1, 0) == 4096 && !fsync(fd));
	wide_refused(t, fd);
	wide_refused(t, direct);
	T_CLEAN(t, fd, 0, 4096);
	T_READS(t, fd, 0, 4096, 1);
}

/* A file system of our own on @dev, and the case's in place of the other. */
static void wide_mount(struct t *t, const char *dev, const char *options)
{
	char command[120];

	snprintf(command, sizeof(command),
		 "mkfs.xfs -q -f -b size=4096 %s %s",
		 strcmp(dev, WIDE_PMEM) ? "" : "-m reflink=0", dev);
	T_MUST(!system(command));
	mkdir(WIDE_MNT, 0755);
	T_MUST(!mount(dev, WIDE_MNT, "xfs", 0, options));
	t->dev = dev;
	t->dir = WIDE_MNT;
	t->bs = t->ps = 4096;
}

#define WIDE_STATX_DAX	0x200000	/* STATX_ATTR_DAX */

/* No page cache, so nothing to write through, also if asked for directly. */
static void wide_dax(struct t *t)
{
	int fd, direct;
	struct statx stx;

	wide_mount(t, WIDE_PMEM, "dax=always");
	fd = t_file(t, "f", 4096);
	direct = t_open(t, "f", O_RDWR | O_DIRECT);
	T_MUST(!statx(fd, "", AT_EMPTY_PATH, 0, &stx));
	T_MUST(stx.stx_attributes & WIDE_STATX_DAX);
	wide_refused(t, fd);
	wide_refused(t, direct);
	T_EQ(t, "size", 4096, t_size(fd));
	T_READS(t, fd, 0, 4096, 1);
	close(fd);
	close(direct);
	T_MUST(!umount(WIDE_MNT));
}

static bool wide_same_blocks(const struct fiemap *a, const struct fiemap *b)
{
	return a->fm_mapped_extents == b->fm_mapped_extents &&
	       !memcmp(a->fm_extents, b->fm_extents,
		       a->fm_mapped_extents * sizeof(a->fm_extents[0]));
}

/* An overwrite goes to other blocks, and the file has those then. */
static void wide_cow_write(struct t *t, struct t_async *a, int fd, off_t pos,
			   size_t len, int gen, int flags)
{
	struct fiemap *before = t_map(fd), *after;
	long n;

	n = a ? t_async_one(a, fd, pos, len, gen, flags) :
		t_write(t, fd, pos, len, gen, flags);
	T_EQ(t, "written", (long long)len, n);
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, gen);
	T_READS(t, fd, pos, len, gen);
	after = t_map(fd);
	T_OK(t, !wide_same_blocks(before, after),
	     "at %lld: the file has the same blocks", (long long)pos);
	free(before);
	free(after);
}

static void wide_always_cow(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd;

	wide_put(WIDE_COW, "1");
	wide_mount(t, WIDE_NULL, "");
	wide_put(WIDE_COW, "0");
	fd = t_file(t, "f", 32 * t->ps);
	wide_cow_write(t, NULL, fd, 2 * t->ps, t->ps, 2, RWF_WRITETHROUGH);
	wide_cow_write(t, NULL, fd, 2 * t->ps + 9, 8 * t->ps, 3,
		       RWF_WRITETHROUGH);
	wide_cow_write(t, NULL, fd, 4 * t->ps, t->ps, 4,
		       RWF_WRITETHROUGH | RWF_DSYNC);
	wide_cow_write(t, a, fd, 5 * t->ps, 4 * t->ps, 5, RWF_WRITETHROUGH);
	wide_cow_write(t, a, fd, 7 * t->ps, 4 * t->ps, 6,
		       RWF_WRITETHROUGH | RWF_DSYNC);
	T_EQ(t, "NOWAIT", -EAGAIN, t_write(t, fd, 0, t->ps, 2, RWF_NOWAIT |
					   RWF_WRITETHROUGH));
	T_MUST(!fsync(fd));
	t_drop(fd);
	T_READS(t, fd, 0, 2 * t->ps, 1);
	T_READS(t, fd, 2 * t->ps, 9, 2);
	T_READS(t, fd, 2 * t->ps + 9, 2 * t->ps - 9, 3);
	T_READS(t, fd, 4 * t->ps, t->ps, 4);
	T_READS(t, fd, 5 * t->ps, 2 * t->ps, 5);
	T_READS(t, fd, 7 * t->ps, 4 * t->ps, 6);
	T_READS(t, fd, 11 * t->ps, 21 * t->ps, 1);
	t_async_close(a);
	close(fd);
	T_MUST(!umount(WIDE_MNT));
	T_MUST(!system("xfs_repair -n " WIDE_NULL " >/dev/null 2>&1"));
}

/*
 * Let three in ten allocations fail, of those that may, in tasks that ask for
 * it: the filter has to be there before the first can fail.
 */
static void wide_faults(const char *which)
{
	static const struct {
		const char *attr, *value;
	} attrs[] = {
		{ "task-filter",	"Y" },
		{ "verbose",		"0" },
		{ "ignore-gfp-wait",	"N" },
		{ "interval",		"1" },
		{ "times",		"-1" },
		{ "probability",	"30" },
	};
	char path[100];
	size_t i;

	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", which,
			 attrs[i].attr);
		wide_put(path, attrs[i].value);
	}
}

static long wide_write_failing(struct t *t, struct t_async *a, int fd,
			       off_t pos, size_t len, int gen, int flags)
{
	int fail = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);
	struct iovec iov = { t_alloc(len), len };
	long n;

	t_fill(t, iov.iov_base, len, pos, gen);
	if (a)
		t_async_write(a, fd, pos, len, gen, flags);
	T_MUST(write(fail, "1", 1) == 1);
	if (a)
		t_async_submit(a);
	else
		n = t_pwritev2(fd, &iov, 1, pos, flags);
	T_MUST(write(fail, "0", 1) == 1);
	close(fail);
	if (a)
		n = t_async_reap(a);
	free(iov.iov_base);
	return n;
}

/*
 * What a write says was written is on disk; when it says that memory was short,
 * the file is as good as before, in the cache and on the disk alike.
 */
static void wide_fail(struct t *t, const char *which)
{
	long long size = 64 * t->ps, len = 3 * t->ps;
	int fd = t_file(t, "f", size), i, failed = 0;
	struct t_async *a = t_async_open(t, T_AIO);
	char *cache = t_alloc(size), *disk = t_alloc(size);

	wide_faults(which);
	for (i = 0; i < 300 && !t->failed; i++) {
		off_t pos = i * 7919LL % (size - len);
		long n;

		if (!(i % 5))
			t_drop(fd);
		if (!(i % 7))
			T_MUST(!fallocate(fd, 1 | 2, i % 60 * t->ps,
					  2 * t->ps));
		n = wide_write_failing(t, i % 2 ? a : NULL, fd, pos, len,
				       2 + i % 5, RWF_WRITETHROUGH |
				       (i % 3 ? 0 : RWF_DSYNC));
		failed += n < len;
		T_OK(t, n == -ENOMEM || n == -EAGAIN || n > 0,
		     "write %d: result %ld", i, n);
		if (n > 0)
			T_DISK(t, fd, pos, n, 2 + i % 5);
	}
	printf("# writes that failed: %d of %d\n", failed, i);
	T_MUST(t->failed || failed);
	T_EQ(t, "size", size, t_size(fd));
	T_EQ(t, "fsync", 0, fsync(fd));
	T_MUST(pread(fd, cache, size, 0) == size);
	t_disk_read(t, fd, 0, size, disk);
	T_OK(t, !memcmp(cache, disk, size), "the cache is not what is on disk");
	t_async_close(a);
	T_MUST(!ftruncate(fd, 0));
}

static void wide_fail_page(struct t *t)
{
	wide_put("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	wide_put("/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N");
	wide_fail(t, "fail_page_alloc");
}

static void wide_fail_slab(struct t *t)
{
	wide_fail(t, "failslab");
}

static const struct t_case cases[] = {
	{ "always-cow",		wide_always_cow },
	{ "buffer-heads",	wide_buffer_heads },
	{ "dax",		wide_dax },
	{ "fail-page",		wide_fail_page },
	{ "fail-slab",		wide_fail_slab },
};

T_GROUP(wide, cases)
