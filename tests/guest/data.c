// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes beside other data in the same file: lazy data around and under
 * the range, many buffers, large ranges, and what comes after the write.
 */
#include <fcntl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "t.h"

/*
 * Blocks around the range keep their dirty data: neither written with it nor
 * marked clean.  With blocks smaller than the page they share its folio.
 */
static void data_dirty_around(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(t_write(t, fd, 0, t->bs, 2, 0) == t->bs);
	T_MUST(t_write(t, fd, 3 * t->bs, t->bs, 2, 0) == t->bs);
	T_LAZY(t, fd, 0, t->bs, 2);
	T_LAZY(t, fd, 3 * t->bs, t->bs, 2);
	T_EQ(t, "written", t->bs - 200,
	     t_write(t, fd, t->bs + 100, t->bs - 200, 3, RWF_WRITETHROUGH));
	T_DIRTY(t, fd, 0, t->bs, 2);
	T_DIRTY(t, fd, 3 * t->bs, t->bs, 2);
	T_DISK(t, fd, t->bs + 100, t->bs - 200, 3);
	T_DISK(t, fd, 2 * t->bs, t->bs, 1);

	T_MUST(!fsync(fd));
	T_CLEAN(t, fd, 0, 4 * t->ps);
	T_DISK(t, fd, 0, t->bs, 2);
	T_DISK(t, fd, t->bs, 100, 1);
	T_DISK(t, fd, t->bs + 100, t->bs - 200, 3);
	T_DISK(t, fd, 3 * t->bs, t->bs, 2);
}

/* Dirty data in the rounded range goes out with it, and is clean then. */
static void data_dirty_under(struct t *t)
{
	off_t pos = 2 * t->ps + t->bs / 2;
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(t_write(t, fd, 2 * t->ps, t->bs, 2, 0) == t->bs);
	T_LAZY(t, fd, 2 * t->ps, t->bs, 2);
	T_EQ(t, "written", 100, t_write(t, fd, pos, 100, 3, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 2 * t->ps, t->bs);
	T_DISK(t, fd, 2 * t->ps, t->bs / 2, 2);
	T_DISK(t, fd, pos, 100, 3);
	T_DISK(t, fd, pos + 100, t->bs / 2 - 100, 2);
}

/* A lazy write after the WT write is lazy again, and not lost. */
static void data_lazy_after(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_EQ(t, "written", t->ps,
	     t_write(t, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_MUST(t_write(t, fd, t->ps + 5, 90, 3, 0) == 90);
	T_DIRTY(t, fd, t->ps + 5, 90, 3);
	T_MUST(!fsync(fd));
	T_CLEAN(t, fd, t->ps, t->ps);
	T_DISK(t, fd, t->ps, 5, 2);
	T_DISK(t, fd, t->ps + 5, 90, 3);
	T_DISK(t, fd, t->ps + 95, t->ps - 95, 2);
}

/*
 * Blocks that only exist in the cache yet: those of the range are allocated
 * and written, the others stay delayed until their own writeback.
 */
static void data_delalloc(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT);
	off_t pos = 5 * t->ps - 10, end = 8 * t->ps + 10;

	T_MUST(t_write(t, fd, 0, 16 * t->ps, 2, 0) == 16 * t->ps);
	T_MUST(t_extent(fd, 0) == T_DELALLOC);
	T_EQ(t, "written", end - pos,
	     t_write(t, fd, pos, end - pos, 3, RWF_WRITETHROUGH));
	T_EQ(t, "size", 16 * t->ps, t_size(fd));
	T_DISK(t, fd, pos / t->bs * t->bs, pos % t->bs, 2);
	T_DISK(t, fd, pos, end - pos, 3);
	T_DISK(t, fd, end, t->bs - end % t->bs, 2);
	T_DIRTY(t, fd, 0, t->ps, 2);
	T_DIRTY(t, fd, 15 * t->ps, t->ps, 2);
	T_READS(t, fd, 0, pos, 2);
	T_READS(t, fd, end, 16 * t->ps - end, 2);

	T_MUST(!fsync(fd));
	T_CLEAN(t, fd, 0, 16 * t->ps);
	T_DISK(t, fd, 0, pos, 2);
	T_DISK(t, fd, pos, end - pos, 3);
	T_DISK(t, fd, end, 16 * t->ps - end, 2);
}

/* One call over written, unwritten and missing blocks in turn. */
static void data_mixed_extents(struct t *t)
{
	long long size = 24 * t->ps, len = size - 200;
	int fd = t_file(t, "f", size), i;

	for (i = 0; i < 24; i += 6) {
		T_MUST(!fallocate(fd, 1 | 2, i * t->ps, 4 * t->ps));
		T_MUST(!fallocate(fd, 1, i * t->ps, 2 * t->ps));
	}
	T_MUST(!fsync(fd));
	T_EQ(t, "written", len,
	     t_write(t, fd, 100, len, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 100, len);
	T_DISK(t, fd, 0, 100, 0);
	T_DISK(t, fd, 100, len, 2);
	T_DISK(t, fd, 100 + len, 100, 1);
	for (i = 0; i < 24; i++)
		T_EQ(t, "kind of extent (3: written)", T_WRITTEN,
		     t_extent(fd, i * t->ps));
}

/* Many buffers of odd lengths are one write. */
static void data_iovec(struct t *t)
{
	size_t lens[] = { 1, t->bs - 1, 300, 0, 2 * t->ps + 5, 7, t->bs };
	struct iovec iov[7];
	off_t pos = t->ps - 3;
	size_t len = 0, i;
	int fd = t_file(t, "f", 16 * t->ps);

	for (i = 0; i < 7; i++) {
		iov[i].iov_base = t_alloc(lens[i]);
		iov[i].iov_len = lens[i];
		t_fill(t, iov[i].iov_base, lens[i], pos + len, 2);
		len += lens[i];
	}
	T_EQ(t, "written", len,
	     t_pwritev2(fd, iov, 7, pos, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, 2);
	T_DISK(t, fd, 0, pos, 1);
	T_DISK(t, fd, pos + len, 16 * t->ps - pos - len, 1);
}

static void data_empty(struct t *t)
{
	int fd = t_file(t, "f", t->ps);

	T_EQ(t, "written", 0, t_write(t, fd, 5, 0, 2, RWF_WRITETHROUGH));
	T_EQ(t, "written behind EOF", 0,
	     t_write(t, fd, 9 * t->ps, 0, 2, RWF_WRITETHROUGH));
	T_EQ(t, "size", t->ps, t_size(fd));
	T_CLEAN(t, fd, 0, t->ps);
}

/* One folio a page: more of them than a bio holds. */
static void data_small_folios(struct t *t)
{
	long long size = 3 * T_MIB + 5 * t->ps, pos;
	int fd = t_open(t, "f", O_RDWR | O_CREAT);

	for (pos = 0; pos < size; pos += t->ps)
		T_MUST(t_write(t, fd, pos, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd));
	T_EQ(t, "written", size - 20,
	     t_write(t, fd, 10, size - 20, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, size);
	T_DISK(t, fd, 0, 10, 1);
	T_DISK(t, fd, 10, size - 20, 2);
	T_DISK(t, fd, size - 10, 10, 1);
}

/* Folios as large as the page cache makes them, over their edges. */
static void data_large_folios(struct t *t)
{
	long long size = 8 * T_MIB;
	off_t pos = T_MIB - 4097;
	int fd = t_file(t, "f", size);

	T_EQ(t, "written", 5 * T_MIB + 9,
	     t_write(t, fd, pos, 5 * T_MIB + 9, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, pos, 5 * T_MIB + 9);
	T_DISK(t, fd, 0, pos, 1);
	T_DISK(t, fd, pos, 5 * T_MIB + 9, 2);
	T_DISK(t, fd, pos + 5 * T_MIB + 9, size - pos - 5 * T_MIB - 9, 1);
}

/* The cache can be dropped at once, and what is read back is the data. */
static void data_drop(struct t *t)
{
	int fd = t_file(t, "f", 8 * t->ps);

	T_EQ(t, "written", 3 * t->ps + 50,
	     t_write(t, fd, t->ps + 10, 3 * t->ps + 50, 2, RWF_WRITETHROUGH));
	t_drop(fd);
	T_EQ(t, "pages cached", 0, t_cachestat(fd, 0, 8 * t->ps).nr_cache);
	T_READS(t, fd, 0, t->ps + 10, 1);
	T_READS(t, fd, t->ps + 10, 3 * t->ps + 50, 2);
	T_READS(t, fd, 4 * t->ps + 60, 4 * t->ps - 60, 1);
}

/* Truncation right behind the write: zeros past it, for ever. */
static void data_truncate(struct t *t)
{
	off_t cut = 2 * t->ps + 77;
	int fd = t_file(t, "f", 8 * t->ps);

	T_EQ(t, "written", 4 * t->ps,
	     t_write(t, fd, t->ps, 4 * t->ps, 2, RWF_WRITETHROUGH));
	T_MUST(!ftruncate(fd, cut));
	T_MUST(!ftruncate(fd, 8 * t->ps));
	T_READS(t, fd, t->ps, cut - t->ps, 2);
	T_READS(t, fd, cut, 8 * t->ps - cut, 0);
	T_MUST(!fsync(fd));
	T_DISK(t, fd, t->ps, cut - t->ps, 2);
	T_DISK(t, fd, cut, 8 * t->ps - cut, 0);
}

static void data_punch(struct t *t)
{
	int fd = t_file(t, "f", 8 * t->ps);

	T_EQ(t, "written", 4 * t->ps,
	     t_write(t, fd, t->ps, 4 * t->ps, 2, RWF_WRITETHROUGH));
	T_MUST(!fallocate(fd, 1 /* KEEP_SIZE */ | 2 /* PUNCH_HOLE */,
			  2 * t->ps, t->ps));
	T_READS(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, 2 * t->ps, t->ps, 0);
	T_READS(t, fd, 3 * t->ps, 2 * t->ps, 2);
	T_EQ(t, "written into the new hole", t->bs,
	     t_write(t, fd, 2 * t->ps, t->bs, 3, RWF_WRITETHROUGH));
	T_DISK(t, fd, 2 * t->ps, t->bs, 3);
	T_READS(t, fd, 2 * t->ps + t->bs, t->ps - t->bs, 0);
}

/* All of the space there is goes to one preallocation. */
static void data_fill_fs(struct t *t)
{
	int fd = t_open(t, "filler", O_RDWR | O_CREAT);
	struct statvfs vfs;
	long long step, at = 0;

	T_MUST(!statvfs(t->dir, &vfs));
	for (step = (long long)vfs.f_bavail * t->bs; step >= t->bs; ) {
		if (fallocate(fd, 0, at, step))
			step = step / 2 / t->bs * t->bs;
		else
			at += step;
	}
	close(fd);
}

/*
 * No space for all of the range: an error or a short count, and what the
 * count says is on disk.  Data that was there is not touched.
 */
static void data_enospc(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	ssize_t n;

	T_MUST(!ftruncate(fd, 64 * T_MIB));
	data_fill_fs(t);
	n = t_write(t, fd, 2 * t->ps, 32 * T_MIB, 2, RWF_WRITETHROUGH);
	T_OK(t, n == -ENOSPC || (n > 0 && n < 32 * T_MIB),
	     "expected ENOSPC or a short write, seen %zd", n);
	T_OK(t, n == -ENOSPC || n >= 2 * t->ps,
	     "blocks that exist were not written: %zd", n);
	if (n > 0) {
		T_CLEAN(t, fd, 2 * t->ps, n);
		T_DISK(t, fd, 2 * t->ps, n, 2);
	}
	T_READS(t, fd, 0, 2 * t->ps, 1);
	T_DISK(t, fd, 0, 2 * t->ps, 1);
	T_EQ(t, "written where there is space", t->ps,
	     t_write(t, fd, 0, t->ps, 3, RWF_WRITETHROUGH));
	T_DISK(t, fd, 0, t->ps, 3);
}

static const struct t_case cases[] = {
	{ "delalloc",		data_delalloc },
	{ "dirty-around",	data_dirty_around },
	{ "dirty-under",	data_dirty_under },
	{ "drop",		data_drop },
	{ "empty",		data_empty },
	{ "enospc",		data_enospc },
	{ "iovec",		data_iovec },
	{ "large-folios",	data_large_folios },
	{ "lazy-after",		data_lazy_after },
	{ "mixed-extents",	data_mixed_extents },
	{ "punch",		data_punch },
	{ "small-folios",	data_small_folios },
	{ "truncate",		data_truncate },
};

T_GROUP(data, cases)
