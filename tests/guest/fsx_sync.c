// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that bring all of the file to the disk, or out of memory: see
 * fsx_op.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fsx_op.h"

#define FSX_DROP_CACHES	"/proc/sys/vm/drop_caches"

/*
 * A flusher that memory pressure has woken is done when this returns: it does
 * what was asked of it one after the other, and looks for such a call between.
 */
static void fsx_settle(struct fsx *f)
{
	int i;

	for (i = 0; i < 2 && f->unsettled; i++)
		T_MUST(!syncfs(f->fd));
	f->unsettled = false;
}

long long fsx_fsync(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->lie == FSX_NO_FSYNC)
		return 0;
	fsx_settle(f);
	return fsync(f->fd) ? -errno : 0;
}

long long fsx_fdatasync(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->lie == FSX_NO_FSYNC)
		return 0;
	fsx_settle(f);
	return fdatasync(f->fd) ? -errno : 0;
}

long long fsx_fsync_effect(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	fsx_model_sync(f);
	return 0;
}

void fsx_fsync_check(struct fsx *f, const struct fsx_op *op)
{
	struct wt_cachestat cs = t_cachestat(f->fd, 0, FSX_MAX);

	(void)op;
	FSX_OK(f, FSX_CLEAN, !cs.nr_dirty && !cs.nr_writeback,
	       "pages of the file dirty or under writeback: expected 0, seen %lld",
	       (long long)(cs.nr_dirty + cs.nr_writeback));
	fsx_check_disk(f, 0, f->m.eof);
}

/* Freezing writes all there is.  Nothing may fail while it lasts. */
long long fsx_freeze(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->lie == FSX_NO_FSYNC)
		return 0;
	fsx_settle(f);
	if (ioctl(f->fd, FIFREEZE, 0))
		return -errno;
	return ioctl(f->fd, FITHAW, 0) ? -errno : 0;
}

long long fsx_mount_again(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	fsx_settle(f);
	fsx_remount(f);
	return 0;
}

/*
 * All of the file leaves memory, its inode too: what comes back is what the
 * file system has on disk, the size included.
 */
long long fsx_reopen(struct fsx *f, const struct fsx_op *op)
{
	long long ret = fsx_fsync(f, op);

	if (ret)
		return ret;
	if (FSX_OK(f, FSX_CACHED, fsx_forget_all(f),
		   "pages in the cache after fsync and drop: expected 0, seen %lld",
		   (long long)t_cachestat(f->fd, 0, FSX_MAX).nr_cache))
		fsx_evict(f);
	return 0;
}

long long fsx_drop(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	fsx_forget(f);
	return 0;
}

/* Of all files, whatever is clean and in no mapping. */
long long fsx_drop_caches(struct fsx *f, const struct fsx_op *op)
{
	int fd = open(FSX_DROP_CACHES, O_WRONLY | O_CLOEXEC);

	(void)f;
	(void)op;
	T_MUST(fd >= 0 && write(fd, "1", 1) == 1);
	close(fd);
	return 0;
}

/* Reclaim that meets dirty pages wakes the flusher. */
long long fsx_pressure(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	f->unsettled |= t_cachestat(f->fd, 0, FSX_MAX).nr_dirty > 0;
	fsx_reclaim(f);
	return 0;
}

long long fsx_no_effect(struct fsx *f, const struct fsx_op *op)
{
	(void)f;
	(void)op;
	return 0;
}

/* The disk first, since nothing there touches the file. */
void fsx_verify_check(struct fsx *f, const struct fsx_op *op)
{
	ssize_t n;

	(void)op;
	fsx_check_disk(f, 0, f->m.eof);
	n = pread(f->fd, f->buf, FSX_MAX, 0);
	if (n < 0)
		n = -errno;
	if (FSX_OK(f, FSX_DATA, n == f->m.eof,
		   "bytes read: expected %lld, seen %lld", f->m.eof,
		   (long long)n))
		fsx_check_data(f, "read", f->buf, 0, n);
}
