// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes that run out of space or quota.  What the result counts is on disk,
 * no byte skipped or twice; and before they fail, blocks that files hold in
 * reserve are given back, and the write is tried again.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "t.h"

#define SPACE_USER	1000
#define SPACE_HOLD	(4 * T_MIB)	/* what is held in reserve */
#define SPACE_LITTLE	(32 * T_KIB)	/* so little is left that XFS looks */

/* A file that the quota is for. */
static int space_file(struct t *t, const char *name)
{
	int fd = t_open(t, name, O_RDWR | O_CREAT);

	T_MUST(!fchown(fd, SPACE_USER, SPACE_USER));
	return fd;
}

static long long space_used(struct t *t)
{
	struct fs_disk_quota q = { 0 };

	T_MUST(!quotactl(QCMD(Q_XGETQUOTA, USRQUOTA), t->dev, SPACE_USER,
			 (caddr_t)&q));
	return q.d_bcount * 512;
}

/* Room for @more bytes beyond what is used; 0: no limit. */
static void space_limit(struct t *t, long long more)
{
	struct fs_disk_quota q = {
		.d_version = FS_DQUOT_VERSION,
		.d_flags = FS_USER_QUOTA,
		.d_fieldmask = FS_DQ_BHARD,
		.d_id = SPACE_USER,
	};

	if (more)
		q.d_blk_hardlimit = (space_used(t) + more) / 512;
	T_MUST(!quotactl(QCMD(Q_XSETQLIM, USRQUOTA), t->dev, SPACE_USER,
			 (caddr_t)&q));
}

/*
 * A file with blocks in its COW fork that nobody has written to.  They are not
 * taken from an inode that is on the list of those with dirty pages, as it is
 * after fsync.
 */
static int space_hold(struct t *t)
{
	int src = space_file(t, "shared"), fd = space_file(t, "holder");
	struct fsxattr fsx;

	t_needs_reflink(t);
	T_MUST(!ioctl(fd, FS_IOC_FSGETXATTR, &fsx));
	fsx.fsx_xflags |= FS_XFLAG_COWEXTSIZE;
	fsx.fsx_cowextsize = SPACE_HOLD;
	T_MUST(!ioctl(fd, FS_IOC_FSSETXATTR, &fsx));
	T_MUST(t_write(t, src, 0, SPACE_HOLD, 1, 0) == SPACE_HOLD);
	T_MUST(!ioctl(fd, FICLONE, src) && !syncfs(fd));
	T_MUST(t_write(t, fd, 0, t->bs, 2, 0) == t->bs);
	T_MUST(!syncfs(fd));
	close(src);
	return fd;
}

/* What a write of @len bytes to a hole did, whatever its result. */
static void space_wrote(struct t *t, int fd, long long n, long long len)
{
	T_OK(t, n > 0 && n <= len, "written: %lld of %lld", n, len);
	if (n <= 0)
		return;
	T_EQ(t, "size", n, t_size(fd));
	T_EQ(t, "on-disk size", n, t_disk_size(fd));
	T_CLEAN(t, fd, 0, n);
	T_DISK(t, fd, 0, n, 2);
	T_READS(t, fd, 0, n, 2);
}

/* Quota for a part only: that part is written, and the next one fails. */
static void space_edquot(struct t *t)
{
	long long room = T_MIB, len = 4 * T_MIB, n;
	int fd = space_file(t, "f");

	space_limit(t, room);
	n = t_write(t, fd, 0, len, 2, RWF_WRITETHROUGH);
	if (n != -EDQUOT)
		space_wrote(t, fd, n, room);
	T_EQ(t, "the next one", -EDQUOT,
	     t_write(t, fd, 8 * T_MIB, len, 3, RWF_WRITETHROUGH));
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, 16 * T_MIB).nr_dirty);
	T_EQ(t, "fsync", 0, fsync(fd));
	space_limit(t, 0);
	T_MUST(!ftruncate(fd, 0));
	space_wrote(t, fd, t_write(t, fd, 0, len, 2, RWF_WRITETHROUGH), len);
}

/* One iovec is within the quota, the next not: no byte is twice in the file. */
/*
 * With data integrity a failure is the result even if a part was written; the
 * second try, after space was looked for, must begin with the first byte again.
 */
static void space_from_start(struct t *t, int fd, const struct iovec *iov,
			     long long each)
{
	long long n, at;
	char *seen = t_alloc(3 * each);

	T_MUST(!ftruncate(fd, 0) && !fallocate(fd, 1, 0, 3 * each));
	space_limit(t, 64 * T_KIB);
	n = t_pwritev2(fd, iov, 16, 0, RWF_WRITETHROUGH | RWF_DSYNC);
	T_EQ(t, "with DSYNC", -EDQUOT, n);
	space_limit(t, 0);
	T_MUST(!ftruncate(fd, 3 * each));
	T_MUST(pread(fd, seen, 3 * each, 0) == 3 * each);
	at = t_differs(t, seen, 3 * each, 0, 2);
	T_OK(t, at < 0 || t_differs(t, seen + at, 3 * each - at, at, 0) < 0,
	     "at %lld: neither what was written nor zeros", at);
	free(seen);
}

static void space_edquot_iovec(struct t *t)
{
	struct iovec iov[16];
	int fd = space_file(t, "f"), i;
	long long each = 100 * T_KIB + 100, n;
	char *buf = t_alloc(16 * each);

	t_fill(t, buf, 16 * each, 0, 2);
	for (i = 0; i < 16; i++)
		iov[i] = (struct iovec){ buf + i * each, each };
	T_MUST(!fallocate(fd, 1, 0, 3 * each));
	space_limit(t, 64 * T_KIB);
	n = t_pwritev2(fd, iov, 16, 0, RWF_WRITETHROUGH);
	space_wrote(t, fd, n, 4 * each);
	space_limit(t, 0);
	space_from_start(t, fd, iov, each);
	free(buf);
	close(fd);
}

/*
 * Quota that another file holds in reserve is given back.  With integrity asked
 * for, the part that was written before the quota ended is written once more.
 */
static void space_edquot_other(struct t *t, int flags)
{
	int holder = space_hold(t), fd = space_file(t, "f");
	long long len = SPACE_HOLD / 2, got;

	T_MUST(!fallocate(fd, 1, 0, len / 4));
	T_MUST(space_used(t) >= 2 * SPACE_HOLD);
	space_limit(t, SPACE_LITTLE);
	space_wrote(t, fd, t_write(t, fd, 0, len, 2, flags), len);
	got = t_size(fd);
	if (!(flags & RWF_DSYNC) && got < len)
		T_EQ(t, "written then", len - got,
		     t_write(t, fd, got, len - got, 2, flags));
	T_EQ(t, "size", len, t_size(fd));
	T_DISK(t, fd, 0, len, 2);
	space_limit(t, 0);
	T_READS(t, holder, 0, t->bs, 2);
	T_READS(t, holder, t->bs, SPACE_HOLD - t->bs, 1);
}

static void space_edquot_retry(struct t *t)
{
	space_edquot_other(t, RWF_WRITETHROUGH);
}

static void space_edquot_dsync(struct t *t)
{
	space_edquot_other(t, RWF_WRITETHROUGH | RWF_DSYNC);
}

/* The same, of quota that the file itself holds, which the call is busy with. */
static void space_edquot_own(struct t *t)
{
	int fd = space_hold(t);
	long long len = SPACE_HOLD / 2;

	T_MUST(space_used(t) >= 2 * SPACE_HOLD);
	space_limit(t, SPACE_LITTLE);
	T_EQ(t, "written", len, t_write(t, fd, SPACE_HOLD, len, 3,
					RWF_WRITETHROUGH));
	T_CLEAN(t, fd, SPACE_HOLD, len);
	T_DISK(t, fd, SPACE_HOLD, len, 3);
	space_limit(t, 0);
	T_READS(t, fd, 0, t->bs, 2);
	T_READS(t, fd, t->bs, SPACE_HOLD - t->bs, 1);
}

static long long space_free(struct t *t)
{
	struct statvfs vfs;

	T_MUST(!statvfs(t->dir, &vfs));
	return (long long)vfs.f_bavail * vfs.f_bsize;
}

/* What earlier cases have removed is freed in the background: freezing waits. */
static void space_settle(int fd)
{
	T_MUST(!ioctl(fd, FIFREEZE, 0) && !ioctl(fd, FITHAW, 0));
}

/* The same with the space of the whole file system. */
static void space_enospc_retry(struct t *t)
{
	int all = t_open(t, "all", O_RDWR | O_CREAT), holder, fd;
	long long len = SPACE_HOLD / 2, at = 0, leave;

	space_settle(all);
	leave = 2 * SPACE_HOLD + SPACE_HOLD / 4;
	while (space_free(t) > leave + T_MIB) {
		long long more = (space_free(t) - leave) / 2;

		T_MUST(!fallocate(all, 0, at, more));
		at += more;
	}
	holder = space_hold(t);
	T_MUST(space_free(t) < len);
	printf("# free before the write: %lld KiB of %lld\n",
	       space_free(t) / T_KIB, len / T_KIB);
	fd = t_open(t, "f", O_RDWR | O_CREAT);
	space_wrote(t, fd, t_write(t, fd, 0, len, 2, RWF_WRITETHROUGH), len);
	T_EQ(t, "written", len, t_size(fd));
	T_READS(t, holder, 0, t->bs, 2);
}

#define SPACE_PAGES	12	/* of a write, in pages */
#define SPACE_TRIES	32

/*
 * Pages that are written, unwritten, and not there, in turn; the last of these
 * are what a write to them needs space for.
 */
static int space_pieces(struct t *t, int nr)
{
	char name[16];
	int fd, i;

	snprintf(name, sizeof(name), "f%d", nr);
	fd = space_file(t, name);

	T_MUST(!ftruncate(fd, 0) && !ftruncate(fd, SPACE_PAGES * t->ps));
	for (i = 0; i < SPACE_PAGES; i += 3) {
		T_MUST(t_write(t, fd, i * t->ps, t->ps, 1, 0) == t->ps);
		T_MUST(!fallocate(fd, 0, (i + 1) * t->ps, t->ps));
	}
	T_MUST(!fsync(fd));
	return fd;
}

/*
 * What a write did that had room for a part of its blocks: what the result
 * counts is there, nothing else was touched, and nothing is dirty.  An error is
 * one of no byte, or of integrity.
 */
static void space_piecewise(struct t *t, int fd, long long n, int flags,
			    int error)
{
	long long len = SPACE_PAGES * t->ps, pos;
	long long done = n > 0 ? n : 0;

	T_OK(t, n == error || (n > 0 && n <= len), "result: %lld", n);
	T_OK(t, !(flags & RWF_DSYNC) || n == error || n == len,
	     "result with integrity: %lld", n);
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, len).nr_dirty);
	T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0);
	T_EQ(t, "size", len, t_size(fd));
	if (done) {
		T_DISK(t, fd, 0, done, 2);
		T_READS(t, fd, 0, done, 2);
	}
	if (flags & RWF_DSYNC)
		return;
	for (pos = done; pos < len; pos += t->ps) {
		int old = pos / t->ps % 3 == 0;

		T_READS(t, fd, pos, t->ps, old);
		T_DISK(t, fd, pos, t->ps, old);
	}
}

/* With integrity, what was written before it failed is there or not. */
static void space_edquot_each_with(struct t *t, int flags)
{
	long long room, n, last = -1;
	int fd, different = 0;

	for (room = 1; room <= SPACE_PAGES * t->ps / t->bs; room++) {
		fd = space_pieces(t, 0);
		space_limit(t, room * t->bs);
		n = t_write(t, fd, 0, SPACE_PAGES * t->ps, 2, flags);
		space_limit(t, 0);
		space_piecewise(t, fd, n, flags, -EDQUOT);
		different += n != last;
		last = n;
		close(fd);
	}
	printf("# different results: %d\n", different);
	T_EQ(t, "written when there was room", SPACE_PAGES * t->ps, last);
	T_OK(t, different >= (flags & RWF_DSYNC ? 2 : SPACE_PAGES / 3),
	     "only %d different results", different);
}

static void space_edquot_each(struct t *t)
{
	space_edquot_each_with(t, RWF_WRITETHROUGH);
	space_edquot_each_with(t, RWF_WRITETHROUGH | RWF_DSYNC);
}

static void space_fill(int fd, struct t *t)
{
	long long at = 0, more = space_free(t);

	while (more >= t->bs) {
		if (fallocate(fd, 0, at, more))
			more /= 2;
		else
			at += more;
	}
	T_MUST(!fsync(fd));
}

/*
 * The same with the space of the file system, all of which one file has.  Each
 * time that gives up one block more, none of them neighbours; a write might
 * need some that it gives back, so that it takes a while until any is done.
 */
static void space_enospc_each_with(struct t *t, int flags)
{
	int all = t_open(t, "all", O_RDWR | O_CREAT | O_TRUNC), i, j;
	int fds[SPACE_TRIES], different = 0;
	long long n, last = -1, len = SPACE_PAGES * t->ps, at = 0;

	for (i = 0; i < SPACE_TRIES; i++)
		fds[i] = space_pieces(t, i);
	space_fill(all, t);
	for (i = 0; i < SPACE_TRIES && last != len; i++) {
		for (j = 0; j < i; j++, at += 2 * t->bs)
			T_MUST(!fallocate(all, 1 | 2, at, t->bs));
		n = t_write(t, fds[i], 0, len, 2, flags);
		space_piecewise(t, fds[i], n, flags, -ENOSPC);
		different += n != last;
		last = n;
	}
	printf("# different results: %d, with up to %d blocks more\n",
	       different, i - 1);
	T_EQ(t, "written when there was room", len, last);
	T_OK(t, different >= 2, "only %d different results", different);
	for (i = 0; i < SPACE_TRIES; i++)
		close(fds[i]);
	T_MUST(!ftruncate(all, 0));
	close(all);
}

static void space_enospc_each(struct t *t)
{
	space_enospc_each_with(t, RWF_WRITETHROUGH);
	space_enospc_each_with(t, RWF_WRITETHROUGH | RWF_DSYNC);
}

static const struct t_case cases[] = {
	{ "edquot",		space_edquot },
	{ "edquot-dsync",	space_edquot_dsync },
	{ "edquot-each",	space_edquot_each },
	{ "edquot-iovec",	space_edquot_iovec },
	{ "edquot-own",		space_edquot_own },
	{ "edquot-retry",	space_edquot_retry },
	{ "enospc-each",	space_enospc_each },
	{ "enospc-retry",	space_enospc_retry },
};

T_GROUP(space, cases)
