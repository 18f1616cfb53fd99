// SPDX-License-Identifier: GPL-2.0-only
/*
 * A WT write needs many commands of the disk: for its extents, and the log and
 * flushes where integrity is asked for.  The first of them fails, then the
 * second, and so on until none did.  Each time the result counts what is on the
 * disk and nothing else, fsync tells of the error once, the cache is clean, and
 * each block has the old data or the new one.  If the file system has shut
 * itself down, that is so after it was mounted again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t_async.h"
#include "t_nbd.h"

#define NTH_BLOCKS	12	/* pages of the file */
#define NTH_FROM	1	/* the first page that is written, */
#define NTH_LEN		9	/* and how many */
#define NTH_LIMIT	64	/* more commands than any write needs */

enum nth_how { NTH_SYNC, NTH_AIO, NTH_URING };

struct nth {
	struct t *t;
	enum nth_how how;
	int flags;
	long long pos;			/* of the write, whole pages */
	long long len;
	long long size;			/* of the file before */
	int shut_down;			/* how often did that happen? */
};

/* Pages that are written, unwritten, and not there, in turn. */
static void nth_file(struct nth *n)
{
	struct t *t = n->t;
	int fd = t_open(t, "f", O_RDWR | O_CREAT), i;

	for (i = 0; i < NTH_BLOCKS; i++)
		if (t->blkdev || !(i % 3))
			T_MUST(t_write(t, fd, i * t->ps, t->ps, 1, 0) ==
			       t->ps);
		else if (i % 3 == 1)
			T_MUST(!fallocate(fd, 0, i * t->ps, t->ps));
	if (!t->blkdev)
		T_MUST(!ftruncate(fd, n->size));
	T_MUST(!fsync(fd));
	close(fd);
}

/* What a page of the file has before, or would have if the file were larger. */
static int nth_old(const struct nth *n, off_t pos)
{
	return n->t->blkdev || (pos < n->size && !(pos / n->t->ps % 3));
}

/* Each page that is there has all of the old, or all of the new. */
static void nth_pages(const struct nth *n, int fd, bool disk, const char *where)
{
	long long size = NTH_BLOCKS * n->t->ps;
	char *buf = t_alloc(n->t->ps);
	off_t pos;

	if (!n->t->blkdev && t_size(fd) < size)
		size = t_size(fd);
	for (pos = 0; pos + n->t->ps <= size; pos += n->t->ps) {
		bool in = pos >= n->pos && pos < n->pos + n->len;

		if (disk)
			t_disk_read(n->t, fd, pos, n->t->ps, buf);
		else
			T_MUST(pread(fd, buf, n->t->ps, pos) == n->t->ps);
		T_OK(n->t,
		     t_differs(n->t, buf, n->t->ps, pos, nth_old(n, pos)) < 0 ||
		     (in && t_differs(n->t, buf, n->t->ps, pos, 2) < 0),
		     "%s: page %lld has %s", where, (long long)pos / n->t->ps,
		     t_what(n->t, buf, n->t->ps, pos));
	}
	free(buf);
}

static long nth_write(const struct nth *n, int fd)
{
	struct t_async *a;
	long ret;

	if (n->how == NTH_SYNC)
		return t_write(n->t, fd, n->pos, n->len, 2, n->flags);
	a = t_async_open(n->t, n->how == NTH_AIO ? T_AIO : T_URING);
	ret = t_async_one(a, fd, n->pos, n->len, 2, n->flags);
	t_async_close(a);
	return ret;
}

/* Has the file system given up? */
static bool nth_is_shut_down(const struct nth *n, int fd)
{
	struct stat st;

	return !n->t->blkdev && fstat(fd, &st) && errno == EIO;
}

/* What the result says, when command @nr failed. */
static void nth_result(const struct nth *n, int nr, long ret)
{
	bool part = ret > 0 && ret < n->len && !(n->flags & RWF_DSYNC);

	T_OK(n->t, ret == -EIO || part, "command %d failed: result %ld", nr,
	     ret);
}

/* The file system goes on: whoever has the file open is told, once. */
static void nth_goes_on(const struct nth *n, int fd, int other, long ret)
{
	long long size = t_size(fd), done = ret > 0 ? ret : 0;
	struct t *t = n->t;

	T_EQ(t, "pages dirty", 0,
	     t_cachestat(fd, 0, NTH_BLOCKS * t->ps).nr_dirty);
	if (!t->blkdev)
		T_EQ(t, "size", n->pos + done > n->size ? n->pos + done :
		     n->size, size);
	if (done)
		T_DISK(t, fd, n->pos, done, 2);
	if (done)
		T_READS(t, fd, n->pos, done, 2);
	nth_pages(n, fd, false, "in the cache");
	nth_pages(n, fd, true, "on the disk");
	T_EQ(t, "fsync", -EIO, fsync(fd) ? -errno : 0);
	T_EQ(t, "another's fsync", -EIO, fsync(other) ? -errno : 0);
	T_EQ(t, "the next fsync", 0, fsync(fd) ? -errno : 0);
	T_EQ(t, "another's next", 0, fsync(other) ? -errno : 0);
	if (t->blkdev)
		return;
	/* what failed beyond EOF does not come back */
	T_EQ(t, "truncate", 0,
	     ftruncate(fd, (NTH_BLOCKS + 1) * t->ps) ? -errno : 0);
	if (size < n->pos + n->len)
		T_READS(t, fd, size, n->pos + n->len - size, 0);
}

/* After recovery, or all was well: what does the next one see? */
static void nth_again(const struct nth *n, long ret)
{
	struct t *t = n->t;
	int fd;

	t_nbd_mount(t);
	fd = t_open(t, "f", O_RDWR);
	t_drop(fd);
	nth_pages(n, fd, false, "mounted again");
	if (ret == n->len)
		T_READS(t, fd, n->pos, n->len, 2);
	close(fd);
	T_EQ(t, "unmount", 0, t_nbd_unmount(t));
	T_OK(t, t_nbd_sound(t), "xfs_repair does not like the file system");
}

/* False when there is no command of that number. */
static bool nth_try(struct nth *n, int nr)
{
	struct t *t = n->t;
	int fd, other, shut_down = n->shut_down;
	bool failed;
	long ret;

	t_nbd_back();
	t_nbd_mount(t);
	fd = t_open(t, "f", O_RDWR);
	other = t_open(t, "f", O_RDONLY);
	t_drop(fd);
	t_nbd_fail(nr);
	ret = nth_write(n, fd);
	failed = t_nbd_failed();
	printf("# command %d%s: result %ld, commands %d\n", nr,
	       failed ? "" : " (there is none)", ret, t_nbd_commands());
	t_nbd_fail(0);
	if (!failed) {
		T_EQ(t, "written", n->len, ret);
		T_DISK(t, fd, n->pos, n->len, 2);
	} else {
		nth_result(n, nr, ret);
		if (nth_is_shut_down(n, fd))
			n->shut_down++;
		else
			nth_goes_on(n, fd, other, ret);
	}
	close(fd);
	close(other);
	T_EQ(t, "unmount", 0, t_nbd_unmount(t));
	if (!failed || n->shut_down > shut_down)
		nth_again(n, ret);
	return failed;
}

static void nth_queue(struct t *t, const char *attr, long long value)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/block/%s/queue/%s",
		 strrchr(t->dev, '/') + 1, attr);
	f = fopen(path, "we");
	T_MUST(f && fprintf(f, "%lld", value) > 0 && !fclose(f));
}

static void nth_run(struct t *t, enum nth_how how, int flags, bool append)
{
	struct nth n = {
		.t = t, .how = how, .flags = RWF_WRITETHROUGH | flags,
		.pos = NTH_FROM * t->ps, .len = NTH_LEN * t->ps,
		.size = NTH_BLOCKS * t->ps,
	};
	int nr = 1;

	if (append)
		n.size = (NTH_FROM + 2) * t->ps;
	t_nbd_begin(t);
	/* commands of one page, so that even the bare disk needs many */
	nth_queue(t, "max_sectors_kb", t->ps / T_KIB);
	nth_queue(t, "nomerges", 2);
	nth_file(&n);
	T_EQ(t, "unmount", 0, t_nbd_unmount(t));
	t_nbd_mark();
	while (nr < NTH_LIMIT && !t->failed && nth_try(&n, nr))
		nr++;
	printf("# commands that failed: %d, shut down: %d\n", nr - 1,
	       n.shut_down);
	T_OK(t, t->failed || nr > NTH_LEN, "the write needed %d commands only",
	     nr - 1);
	T_OK(t, nr < NTH_LIMIT, "some command always fails");
	if (flags && !t->blkdev && !t->failed)
		T_OK(t, n.shut_down, "no command was one of the log");
	t_nbd_mount(t);
	t_nbd_end(t);
}

static void nth_aio(struct t *t)
{
	nth_run(t, NTH_AIO, 0, false);
}

static void nth_aio_dsync(struct t *t)
{
	nth_run(t, NTH_AIO, RWF_DSYNC, false);
}

static void nth_append(struct t *t)
{
	nth_run(t, NTH_SYNC, 0, true);
}

static void nth_append_dsync(struct t *t)
{
	nth_run(t, NTH_SYNC, RWF_DSYNC, true);
}

static void nth_sync(struct t *t)
{
	nth_run(t, NTH_SYNC, 0, false);
}

static void nth_sync_dsync(struct t *t)
{
	nth_run(t, NTH_SYNC, RWF_DSYNC, false);
}

static void nth_uring(struct t *t)
{
	nth_run(t, NTH_URING, 0, false);
}

static void nth_uring_dsync(struct t *t)
{
	nth_run(t, NTH_URING, RWF_DSYNC, false);
}

static const struct t_case cases[] = {
	{ "aio",	nth_aio },
	{ "aio-dsync",	nth_aio_dsync },
	{ "append",	nth_append },
	{ "append-dsync", nth_append_dsync },
	{ "sync",	nth_sync },
	{ "sync-dsync",	nth_sync_dsync },
	{ "uring",	nth_uring },
	{ "uring-dsync", nth_uring_dsync },
};

T_GROUP(nth, cases)
