// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations: see fsx.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fsx.h"

static long long fsx_pwrite(struct fsx *f, const struct fsx_op *op, int flags)
{
	struct iovec iov = { .iov_base = f->buf, .iov_len = op->len };

	iov.iov_len -= f->lie == FSX_SHORT;
	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	if (f->lie == FSX_BAD_WRITE)
		f->buf[op->len / 2] ^= 0x80;
	return t_pwritev2(f->fd, &iov, 1, op->pos, flags);
}

static long long fsx_write(struct fsx *f, const struct fsx_op *op)
{
	return fsx_pwrite(f, op, 0);
}

static long long fsx_write_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_write(f, op->pos, op->len, false);
	return op->len;
}

static long long fsx_wt(struct fsx *f, const struct fsx_op *op)
{
	return fsx_pwrite(f, op, f->lie == FSX_LAZY ? 0 : RWF_WRITETHROUGH);
}

static long long fsx_wt_dsync(struct fsx *f, const struct fsx_op *op)
{
	return fsx_pwrite(f, op, RWF_WRITETHROUGH | RWF_DSYNC);
}

/* The same by an engine, with nothing else in flight. */
static long long fsx_wt_async(struct fsx *f, const struct fsx_op *op,
			      enum t_engine engine)
{
	long long len = op->len - (f->lie == FSX_SHORT);
	void *buf;

	if (!f->engines[engine])
		f->engines[engine] = t_async_open(f->t, engine);
	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	buf = t_async_write(f->engines[engine], f->fd, op->pos, len, 0,
			    f->lie == FSX_LAZY ? 0 : RWF_WRITETHROUGH);
	memcpy(buf, f->buf, len);
	if (f->lie == FSX_BAD_WRITE)
		*(char *)buf ^= 0x80;
	t_async_submit(f->engines[engine]);
	return t_async_reap(f->engines[engine]);
}

static long long fsx_wt_aio(struct fsx *f, const struct fsx_op *op)
{
	return fsx_wt_async(f, op, T_AIO);
}

static long long fsx_wt_uring(struct fsx *f, const struct fsx_op *op)
{
	return fsx_wt_async(f, op, T_URING);
}

static long long fsx_wt_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_write(f, op->pos, op->len, true);
	return op->len;
}

/* A read that must not do I/O: what it brings was in the cache. */
static void fsx_check_cached(struct fsx *f, const struct fsx_op *op)
{
	struct iovec iov = { .iov_base = f->buf, .iov_len = op->len };
	ssize_t n = preadv2(f->fd, &iov, 1, op->pos, RWF_NOWAIT);

	if (n < 0)
		n = -errno;
	if (FSX_OK(f, FSX_CACHED, n == op->len,
		   "bytes read from the cache: expected %lld, seen %lld",
		   op->len, (long long)n))
		fsx_check_data(f, "read from the cache", f->buf, op->pos, n);
}

/* The order matters: whatever reads the file could bring it in order. */
static void fsx_wt_check(struct fsx *f, const struct fsx_op *op)
{
	fsx_check_clean(f, op->pos, op->len);
	fsx_check_disk(f, op->pos, op->len);
	fsx_check_cached(f, op);
	f->disk_checks++;
	f->disk_bytes += op->len;
}

static long long fsx_read(struct fsx *f, const struct fsx_op *op)
{
	ssize_t n = pread(f->fd, f->buf, op->len, op->pos);

	return n < 0 ? -errno : n;
}

static long long fsx_read_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = !fsx_model_inside(f, op);
	return fsx_model_inside(f, op);
}

static void fsx_read_check(struct fsx *f, const struct fsx_op *op)
{
	fsx_check_data(f, "read", f->buf, op->pos, fsx_model_inside(f, op));
}

static long long fsx_mread(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_mapped(f, op);

	return len ? fsx_map_copy(f, op->pos, len, false) : 0;
}

static long long fsx_map_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = !fsx_model_mapped(f, op);
	return fsx_model_mapped(f, op);
}

/* What a mapping shows behind EOF is nobody's business. */
static void fsx_mread_check(struct fsx *f, const struct fsx_op *op)
{
	fsx_check_data(f, "the mapping", f->buf, op->pos,
		       fsx_model_inside(f, op));
}

static long long fsx_mwrite(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_mapped(f, op);

	if (!len)
		return 0;
	fsx_fill(f, f->buf, op->pos, len, f->nr);
	if (f->lie == FSX_BAD_STORE)
		f->buf[0] ^= 0x80;
	return fsx_map_copy(f, op->pos, len, true);
}

static long long fsx_mwrite_effect(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_mapped(f, op);

	f->idle = !len;
	if (len)
		fsx_model_store(f, op->pos, len);
	return len;
}

static void fsx_mwrite_check(struct fsx *f, const struct fsx_op *op)
{
	if (f->idle)
		return;
	FSX_OK(f, FSX_FAULT, f->faults || !f->must_fault,
	       "faults by a store where a WT write was: expected 1 or more, seen 0");
	fsx_check_dirty(f, op->pos, fsx_model_mapped(f, op));
}

static long long fsx_truncate(struct fsx *f, const struct fsx_op *op)
{
	long long size = op->pos + (f->lie == FSX_BAD_SIZE);

	return ftruncate(f->fd, size) ? -errno : 0;
}

static long long fsx_truncate_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = op->pos == f->m.eof;
	fsx_model_truncate(f, op->pos);
	return 0;
}

static long long fsx_punch(struct fsx *f, const struct fsx_op *op)
{
	if (f->lie == FSX_NO_PUNCH)
		return 0;
	return fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 op->pos, op->len) ? -errno : 0;
}

static long long fsx_punch_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = !fsx_model_inside(f, op);
	fsx_model_punch(f, op->pos, op->len);
	return 0;
}

static long long fsx_fsync(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->lie == FSX_NO_FSYNC)
		return 0;
	return fsync(f->fd) ? -errno : 0;
}

static long long fsx_fsync_effect(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	fsx_model_sync(f);
	return 0;
}

static void fsx_fsync_check(struct fsx *f, const struct fsx_op *op)
{
	struct wt_cachestat cs = t_cachestat(f->fd, 0, FSX_MAX);

	(void)op;
	FSX_OK(f, FSX_CLEAN, !cs.nr_dirty && !cs.nr_writeback,
	       "pages of the file dirty or under writeback: expected 0, seen %lld",
	       (long long)(cs.nr_dirty + cs.nr_writeback));
	fsx_check_disk(f, 0, f->m.eof);
}

static long long fsx_drop(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	fsx_forget(f);
	return 0;
}

static long long fsx_no_effect(struct fsx *f, const struct fsx_op *op)
{
	(void)f;
	(void)op;
	return 0;
}

/*
 * All of the file leaves memory, its inode too: what comes back is what the
 * file system has on disk, the size included.
 */
static long long fsx_reopen(struct fsx *f, const struct fsx_op *op)
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

/* The disk first, since nothing there touches the file. */
static void fsx_verify_check(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op all = { .len = f->m.eof };
	long long n;

	(void)op;
	fsx_check_disk(f, 0, f->m.eof);
	n = fsx_read(f, &all);
	if (FSX_OK(f, FSX_DATA, n == f->m.eof,
		   "bytes read: expected %lld, seen %lld", f->m.eof, n))
		fsx_check_data(f, "read", f->buf, 0, n);
}

const struct fsx_kind fsx_kinds[] = {
	{ "drop",	6,  0, NULL, fsx_drop, fsx_no_effect, NULL },
	{ "fsync",	6,  0, NULL, fsx_fsync, fsx_fsync_effect,
	  fsx_fsync_check },
	{ "mread",	10, 2, fsx_gen_inside, fsx_mread, fsx_map_effect,
	  fsx_mread_check },
	{ "mwrite",	30, 2, fsx_gen_inside, fsx_mwrite, fsx_mwrite_effect,
	  fsx_mwrite_check },
	{ "punch",	12, 2, fsx_gen_inside, fsx_punch, fsx_punch_effect,
	  NULL },
	{ "read",	16, 2, fsx_gen_inside, fsx_read, fsx_read_effect,
	  fsx_read_check },
	{ "reopen",	4,  0, NULL, fsx_reopen, fsx_fsync_effect,
	  fsx_fsync_check },
	{ "truncate",	14, 1, fsx_gen_size, fsx_truncate, fsx_truncate_effect,
	  NULL },
	{ "verify",	6,  0, NULL, fsx_no_effect, fsx_no_effect,
	  fsx_verify_check },
	{ "write",	30, 2, fsx_gen_write, fsx_write, fsx_write_effect,
	  NULL },
	{ "wt",		46, 2, fsx_gen_write, fsx_wt, fsx_wt_effect,
	  fsx_wt_check },
	{ "wt-aio",	16, 2, fsx_gen_write, fsx_wt_aio, fsx_wt_effect,
	  fsx_wt_check },
	{ "wt-dsync",	20, 2, fsx_gen_write, fsx_wt_dsync, fsx_wt_effect,
	  fsx_wt_check },
	{ "wt-uring",	16, 2, fsx_gen_write, fsx_wt_uring, fsx_wt_effect,
	  fsx_wt_check },
};

const int fsx_nr_kinds = sizeof(fsx_kinds) / sizeof(fsx_kinds[0]);

const struct fsx_kind *fsx_kind(const char *name)
{
	int k;

	for (k = 0; k < fsx_nr_kinds; k++)
		if (!strcmp(fsx_kinds[k].name, name))
			return &fsx_kinds[k];
	return NULL;
}
