// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes with RWF_ATOMIC: units that are never torn.  Which sizes there are
 * is the device's and the file system's business: direct atomic writes must get
 * the same answers, and say what to expect.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "atomic.h"
#include "t_async.h"

#define ATOMIC_SMALLEST	512LL
#define ATOMIC_LARGEST	(256 * T_KIB)
/* On a busy machine the times may be due for an update again at once. */
#define ATOMIC_TRIES	100
#define ATOMIC_FILE	(4 * ATOMIC_LARGEST)

long long atomic_unit(struct t *t, int fd)
{
	long long max = t_statx_atomic(fd).atomic_write_unit_max;

	if (max < t->bs)
		t_skip("%s has no atomic writes of a block", t->profile);
	return max < 4 * t->ps ? max : 4 * t->ps;
}

bool atomic_by_device(struct t *t, long long len)
{
	return len >= t_queue(t, "atomic_write_unit_min_bytes") &&
	       len <= t_queue(t, "atomic_write_unit_max_bytes");
}

void atomic_align(struct t *t, struct t_room *room, long long unit)
{
	long long shift = (unit - room->at % unit) % unit;

	if (!shift || t->blkdev)
		return;
	T_MUST(!fallocate(room->file, FALLOC_FL_INSERT_RANGE, room->at, shift));
	room->at += shift;
}

/* [pos, pos + len) is in the cache, clean, and on disk; all around is old. */
static void atomic_expect(struct t *t, int fd, off_t pos, long long len,
			  int gen, int old)
{
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, gen);
	T_READS(t, fd, pos, len, gen);
	if (pos)
		T_READS(t, fd, 0, pos, old);
	if (pos + len < t_size(fd) && !t->blkdev)
		T_READS(t, fd, pos + len, t_size(fd) - pos - len, old);
}

/* One position and size, buffered and direct. */
static void atomic_both(struct t *t, int fd, int direct, off_t pos,
			long long len)
{
	ssize_t want = t_write(t, direct, pos, len, 2, RWF_ATOMIC), seen;

	/* the cache of a device has blocks, and units are whole ones */
	if (t->blkdev && len < t->bs && want == len)
		want = -EINVAL;
	T_MUST(!fdatasync(fd));
	seen = t_write(t, fd, pos, len, 3, ATOMIC_FLAGS);
	T_OK(t, seen == want, "%lld bytes at %lld: expected %zd as direct I/O, seen %zd",
	     len, (long long)pos, want, seen);
	if (seen != len)
		return;
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, 3);
	T_READS(t, fd, pos, len, 3);
}

static void atomic_limits(struct t *t)
{
	int fd = t_file(t, "f", ATOMIC_FILE), taken = 0;
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);
	struct wt_statx stx = t_statx_atomic(fd);
	long long len;

	printf("# units from %u to %u, by the device from %lld to %lld\n",
	       stx.atomic_write_unit_min, stx.atomic_write_unit_max,
	       t_queue(t, "atomic_write_unit_min_bytes"),
	       t_queue(t, "atomic_write_unit_max_bytes"));
	for (len = ATOMIC_SMALLEST; len <= ATOMIC_LARGEST; len *= 2) {
		bool fits = len >= stx.atomic_write_unit_min &&
			    len <= stx.atomic_write_unit_max;

		atomic_both(t, fd, direct, ATOMIC_LARGEST, len);
		atomic_both(t, fd, direct, 2 * ATOMIC_LARGEST - len, len);
		atomic_both(t, fd, direct, ATOMIC_LARGEST + len / 2, len);
		atomic_both(t, fd, direct, ATOMIC_LARGEST, 3 * len);
		taken += fits;
	}
	T_OK(t, taken || !stx.atomic_write_unit_max, "no size was taken");
	close(direct);
	close(fd);
}

/* What is not an atomic write at all, or of several buffers. */
static void atomic_refused(struct t *t)
{
	int fd = t_file(t, "f", ATOMIC_FILE);
	long long unit = atomic_unit(t, fd);
	char *buf = t_alloc(unit);
	struct iovec two[2] = { { buf, unit / 2 }, { buf + unit / 2, unit / 2 } };
	struct iovec one = { buf, unit };

	t_fill(t, buf, unit, 0, 2);
	T_EQ(t, "without the flag", -EOPNOTSUPP,
	     t_pwritev2(fd, &one, 1, 0, RWF_ATOMIC));
	T_EQ(t, "two buffers", -EINVAL,
	     t_pwritev2(fd, two, 2, 0, ATOMIC_FLAGS));
	T_EQ(t, "not a power of two", -EINVAL,
	     t_write(t, fd, 0, unit + unit / 2, 2, ATOMIC_FLAGS));
	T_EQ(t, "not aligned", -EINVAL,
	     t_write(t, fd, unit / 2, unit, 2, ATOMIC_FLAGS));
	T_READS(t, fd, 0, 4 * unit, 1);
	T_EQ(t, "as it must be", unit,
	     t_pwritev2(fd, &one, 1, 0, ATOMIC_FLAGS));
	T_READS(t, fd, 0, unit, 2);
	T_READS(t, fd, unit, 3 * unit, 1);
	free(buf);
	close(fd);
}

/* In what the range is before; each row makes it. */
static void atomic_is_written(struct t *t, int fd, off_t pos, long long len)
{
	(void)t;
	(void)fd;
	(void)pos;
	(void)len;
}

static void atomic_is_dirty(struct t *t, int fd, off_t pos, long long len)
{
	T_MUST(t_write(t, fd, pos, len, 3, 0) == len);
}

static void atomic_is_partly_dirty(struct t *t, int fd, off_t pos,
				   long long len)
{
	T_MUST(t_write(t, fd, pos + len / 2, 1, 3, 0) == 1);
}

static void atomic_is_dropped(struct t *t, int fd, off_t pos, long long len)
{
	(void)t;
	(void)pos;
	(void)len;
	t_drop(fd);
}

static void atomic_is_hole(struct t *t, int fd, off_t pos, long long len)
{
	(void)t;
	T_MUST(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, pos,
			  len));
}

static void atomic_is_half_hole(struct t *t, int fd, off_t pos, long long len)
{
	atomic_is_hole(t, fd, pos + len / 2, len / 2);
}

static void atomic_is_unwritten(struct t *t, int fd, off_t pos, long long len)
{
	(void)t;
	T_MUST(!fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, pos,
			  len));
}

static void atomic_is_delayed(struct t *t, int fd, off_t pos, long long len)
{
	atomic_is_hole(t, fd, pos, len);
	T_MUST(t_write(t, fd, pos, len, 3, 0) == len);
	T_MUST(t_extent(fd, pos) == T_DELALLOC);
}

static void atomic_is_shared(struct t *t, int fd, off_t pos, long long len)
{
	int other = t_open(t, "other", O_RDWR | O_CREAT);

	(void)pos;
	(void)len;
	T_MUST(!ioctl(other, FICLONE, fd));
	close(other);
}

static void atomic_is_half_shared(struct t *t, int fd, off_t pos,
				  long long len)
{
	int other = t_open(t, "other", O_RDWR | O_CREAT);
	struct file_clone_range range = {
		.src_fd = fd, .src_offset = pos, .src_length = len / 2,
		.dest_offset = pos,
	};

	T_MUST(!ioctl(other, FICLONERANGE, &range));
	close(other);
}

static void atomic_is_shared_dirty(struct t *t, int fd, off_t pos,
				   long long len)
{
	atomic_is_shared(t, fd, pos, len);
	atomic_is_dirty(t, fd, pos, len);
}

static const struct atomic_row {
	const char *what;
	void (*make)(struct t *t, int fd, off_t pos, long long len);
	bool reflink;
} atomic_rows[] = {
	{ "written", atomic_is_written, false },
	{ "dirty", atomic_is_dirty, false },
	{ "dirty in one byte", atomic_is_partly_dirty, false },
	{ "not cached", atomic_is_dropped, false },
	{ "a hole", atomic_is_hole, false },
	{ "a hole in its second half", atomic_is_half_hole, false },
	{ "unwritten", atomic_is_unwritten, false },
	{ "delayed", atomic_is_delayed, false },
	{ "shared", atomic_is_shared, true },
	{ "shared in its first half", atomic_is_half_shared, true },
	{ "shared and dirty", atomic_is_shared_dirty, true },
};

static void atomic_row(struct t *t, const struct atomic_row *row, int engine,
		       int flags)
{
	int fd = t_file(t, "f", ATOMIC_FILE), other;
	long long unit = atomic_unit(t, fd);
	off_t pos = 8 * unit;
	struct t_async *a = NULL;
	ssize_t n;

	row->make(t, fd, pos, unit);
	if (engine < 0) {
		n = t_write(t, fd, pos, unit, 2, ATOMIC_FLAGS | flags);
	} else {
		a = t_async_open(t, engine);
		n = t_async_one(a, fd, pos, unit, 2, ATOMIC_FLAGS | flags);
		t_async_close(a);
	}
	T_OK(t, n == unit, "%s: expected %lld, seen %zd", row->what, unit, n);
	atomic_expect(t, fd, pos, unit, 2, 1);
	T_OK(t, t_extent(fd, pos) == T_WRITTEN &&
	     t_extent(fd, pos + unit - 1) == T_WRITTEN,
	     "%s: there are other extents than written ones", row->what);
	if (row->reflink) {
		other = t_open(t, "other", O_RDWR);
		T_READS(t, other, pos, unit / 2, 1);
		t_drop(other);
		T_READS(t, other, pos, unit / 2, 1);
		close(other);
		T_MUST(!unlinkat(AT_FDCWD, "other", 0) || errno == ENOENT);
	}
	T_MUST(!fsync(fd));
	t_drop(fd);
	T_READS(t, fd, pos, unit, 2);
	close(fd);
}

static void atomic_rows_by(struct t *t, int engine, int flags)
{
	size_t i;
	int fd = t_file(t, "f", t->ps);
	bool reflink = t_has_reflink(fd);

	close(fd);
	for (i = 0; i < sizeof(atomic_rows) / sizeof(atomic_rows[0]); i++)
		if (!atomic_rows[i].reflink || reflink)
			atomic_row(t, &atomic_rows[i], engine, flags);
}

static void atomic_extents(struct t *t)
{
	atomic_rows_by(t, -1, 0);
}

static void atomic_dsync(struct t *t)
{
	atomic_rows_by(t, -1, RWF_DSYNC);
}

static void atomic_aio(struct t *t)
{
	atomic_rows_by(t, T_AIO, 0);
	atomic_rows_by(t, T_AIO, RWF_DSYNC);
}

static void atomic_uring(struct t *t)
{
	atomic_rows_by(t, T_URING, 0);
	atomic_rows_by(t, T_URING, RWF_DSYNC);
}

/* Where the device can do it, one command; with DSYNC it has FUA. */
static void atomic_commands(struct t *t)
{
	int fd = t_file(t, "f", ATOMIC_FILE);
	long long unit = atomic_unit(t, fd), len;
	struct t_trace tr;
	int dsync;

	T_MUST(t->blkdev || !syncfs(fd));
	for (len = t->bs; len <= unit; len *= 2) {
		if (!atomic_by_device(t, len))
			continue;
		for (dsync = 0; dsync < 2; dsync++) {
			if (dsync)
				t_drop(fd);
			t_trace_start(t, &tr);
			T_EQ(t, "written", len,
			     t_write(t, fd, 4 * len, len, 2 + dsync,
				     ATOMIC_FLAGS | (dsync ? RWF_DSYNC : 0)));
			t_trace_stop(t, &tr, fd);
			T_EQ(t, "commands", 1, tr.commands);
			T_EQ(t, "atomic commands", 1, tr.atomic);
			T_EQ(t, "bytes in them", len, tr.bytes);
			T_EQ(t, "with FUA", dsync, tr.fua);
			T_EQ(t, "flushes", 0, tr.flushes);
			T_CLEAN(t, fd, 4 * len, len);
			T_DISK(t, fd, 4 * len, len, 2 + dsync);
		}
	}
	close(fd);
}

/* A buffer that is not all there: nothing happens at all. */
static void atomic_fault(struct t *t)
{
	int fd = t_file(t, "f", ATOMIC_FILE);
	long long unit = atomic_unit(t, fd), half = unit / 2;
	struct iovec iov = { .iov_len = unit };
	uint8_t *map;

	if (half < t->page)
		half = t->page;
	map = mmap(NULL, 2 * half, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	T_MUST(map != MAP_FAILED && !mprotect(map + half, half, PROT_NONE));
	t_fill(t, map, half, 0, 2);
	iov.iov_base = map + half - unit / 2;
	T_EQ(t, "half of the buffer", -EFAULT,
	     t_pwritev2(fd, &iov, 1, 0, ATOMIC_FLAGS));
	T_CLEAN(t, fd, 0, unit);
	T_DISK(t, fd, 0, unit, 1);
	T_READS(t, fd, 0, unit, 1);
	T_MUST(!munmap(map, 2 * half));
	close(fd);
}

/* Beyond EOF, at it, and by O_APPEND, which says itself where it is. */
static void atomic_append(struct t *t)
{
	int fd = t_file(t, "f", 4096);
	long long unit = atomic_unit(t, fd);

	/* between blocks, if there is a place there, or it would not be tried */
	T_MUST(!ftruncate(fd, unit + (t->bs < unit ? t->bs : 100)));
	T_EQ(t, "to an EOF in mid-unit", -EINVAL,
	     t_write(t, fd, 0, unit, 2, ATOMIC_FLAGS | RWF_APPEND));
	T_MUST(!ftruncate(fd, 2 * unit));
	T_EQ(t, "to an aligned EOF", unit,
	     t_write(t, fd, 0, unit, 2, ATOMIC_FLAGS | RWF_APPEND));
	T_EQ(t, "size", 3 * unit, t_size(fd));
	T_EQ(t, "beyond EOF", unit,
	     t_write(t, fd, 8 * unit, unit, 2, ATOMIC_FLAGS));
	T_EQ(t, "size", 9 * unit, t_size(fd));
	T_READS(t, fd, 3 * unit, 5 * unit, 0);
	T_CLEAN(t, fd, 8 * unit, unit);
	T_DISK(t, fd, 8 * unit, unit, 2);
	close(fd);
}

/* NOWAIT and DONTCACHE beside it. */
static void atomic_flags(struct t *t)
{
	int fd = t_file(t, "f", ATOMIC_FILE);
	long long unit = atomic_unit(t, fd);
	ssize_t n = -EAGAIN;
	int i;

	T_EQ(t, "dontcache, cached before", unit,
	     t_write(t, fd, 0, unit, 2, ATOMIC_FLAGS | RWF_DONTCACHE));
	atomic_expect(t, fd, 0, unit, 2, 1);
	t_drop(fd);
	T_EQ(t, "dontcache", unit,
	     t_write(t, fd, 0, unit, 3, ATOMIC_FLAGS | RWF_DONTCACHE));
	T_EQ(t, "pages of it in the cache", 0,
	     t_cachestat(fd, 0, unit).nr_cache);
	T_DISK(t, fd, 0, unit, 3);

	T_READS(t, fd, 0, unit, 3);
	/* That logs the inode; with its extents, for all that XFS knows. */
	t_touch(fd);
	T_EQ(t, "nowait, not in the log", -EAGAIN,
	     t_write(t, fd, 0, unit, 4, ATOMIC_FLAGS | RWF_NOWAIT));
	for (i = 0; i < ATOMIC_TRIES && n == -EAGAIN; i++) {
		t_touch(fd);
		T_MUST(!fdatasync(fd));
		n = t_write(t, fd, 0, unit, 4, ATOMIC_FLAGS | RWF_NOWAIT);
	}
	T_OK(t, n == (atomic_by_device(t, unit) ? unit : -EAGAIN),
	     "nowait: seen %zd", n);
	T_READS(t, fd, 0, unit, n == unit ? 4 : 3);
	T_DISK(t, fd, 0, unit, n == unit ? 4 : 3);
	close(fd);
}

static const struct t_case atomic_cases[] = {
	{ "aio", atomic_aio },
	{ "append", atomic_append },
	{ "commands", atomic_commands },
	{ "control", atomic_control },
	{ "delayed", atomic_delayed },
	{ "dsync", atomic_dsync },
	{ "error", atomic_error },
	{ "extents", atomic_extents },
	{ "fault", atomic_fault },
	{ "flags", atomic_flags },
	{ "limits", atomic_limits },
	{ "readers", atomic_readers },
	{ "refused", atomic_refused },
	{ "uring", atomic_uring },
};

T_GROUP(atomic, atomic_cases)
