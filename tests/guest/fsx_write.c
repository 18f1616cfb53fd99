// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that are one call that writes: see fsx_op.h.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fsx_op.h"

/* Not one that may be refused: a lazy one is not where it must be. */
bool fsx_lazy(const struct fsx *f, int flags)
{
	return f->lie == FSX_LAZY && !(flags & RWF_NOWAIT);
}

/* Of the row: who is to write lazily keeps the place only. */
static int fsx_flags(struct fsx *f, const struct fsx_op *op)
{
	if (fsx_lazy(f, op->kind->flags))
		return op->kind->flags & RWF_APPEND;
	return op->kind->flags;
}

/* In @op->arg pieces, or in one. */
long long fsx_write(struct fsx *f, const struct fsx_op *op)
{
	int flags = fsx_flags(f, op);
	long long cuts[FSX_PIECES + 1];
	struct iovec iov[FSX_PIECES];
	struct fsx_op whole = *op;
	int i;

	if (op->kind->args < 3)
		whole.arg = 1;
	fsx_cut(&whole, cuts);
	for (i = 0; i < whole.arg; i++)
		iov[i] = (struct iovec) {
			.iov_base = f->buf + cuts[i],
			.iov_len = cuts[i + 1] - cuts[i],
		};
	iov[whole.arg - 1].iov_len -= f->lie == FSX_SHORT;
	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	if (f->lie == FSX_BAD_WRITE)
		f->buf[op->len / 2] ^= 0x80;
	/* Times that are due for an update are a reason to refuse. */
	if (flags & RWF_NOWAIT)
		t_touch(f->fd);
	return t_pwritev2(f->fd, iov, whole.arg, op->pos, flags);
}

long long fsx_write_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_write(f, op->pos, op->len, false);
	return op->len;
}

/* It is lazy, and its pages are written back then. */
long long fsx_dsync_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_write(f, op->pos, op->len, false);
	fsx_model_sync_range(f, op->pos, op->len);
	return op->len;
}

static long long fsx_wt_range(struct fsx *f, long long pos, long long len)
{
	f->at = pos;
	f->wrote = len;
	if (len)
		fsx_model_write(f, pos, len, true);
	return len;
}

long long fsx_wt_effect(struct fsx *f, const struct fsx_op *op)
{
	return fsx_wt_range(f, op->pos, op->len);
}

/* What fsx_did() says, or nothing if it was refused. */
long long fsx_nowait_done(struct fsx *f)
{
	f->again = f->result == -EAGAIN;
	if (!f->again)
		return fsx_wt_range(f, f->at, f->wrote);
	f->wrote = 0;
	return -EAGAIN;
}

/* A read that must not do I/O: what it brings was in the cache. */
static void fsx_check_cached(struct fsx *f, long long pos, long long len)
{
	struct iovec iov = { .iov_base = f->buf, .iov_len = len };
	ssize_t n = preadv2(f->fd, &iov, 1, pos, RWF_NOWAIT);

	if (n < 0)
		n = -errno;
	if (FSX_OK(f, FSX_CACHED, n == len,
		   "bytes read from the cache: expected %lld, seen %lld",
		   len, (long long)n))
		fsx_check_data(f, "read from the cache", f->buf, pos, n);
}

/* The order matters: whatever reads the file could bring it in order. */
void fsx_wt_check(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (!f->wrote)
		return;
	fsx_check_clean(f, f->at, f->wrote);
	fsx_check_disk(f, f->at, f->wrote);
	fsx_check_cached(f, f->at, f->wrote);
	f->disk_checks++;
	f->disk_bytes += f->wrote;
}

/* The same where nothing is said of the cache. */
void fsx_wt_disk_check(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (!f->wrote)
		return;
	fsx_check_disk(f, f->at, f->wrote);
	f->disk_checks++;
	f->disk_bytes += f->wrote;
}

/* At EOF, whatever the position says; as far as the largest size allows. */
static struct fsx_op fsx_append_op(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.pos = f->m.eof;
	if (at.pos + at.len > FSX_MAX)
		at.len = FSX_MAX - at.pos;
	return at;
}

long long fsx_wt_append(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_append_op(f, op);
	struct iovec iov = { .iov_base = f->buf, .iov_len = at.len };

	if (!at.len)
		return 0;
	fsx_fill(f, f->buf, at.pos, at.len, f->nr);
	return t_pwritev2(f->fd, &iov, 1, op->pos, fsx_flags(f, op));
}

long long fsx_wt_append_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_append_op(f, op);

	f->idle = !at.len;
	return fsx_wt_range(f, at.pos, at.len);
}

/*
 * A unit: a power of two of bytes, of whole blocks and aligned to its size.
 * Inside EOF, because not all file systems can do it.
 */
static struct fsx_op fsx_unit(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	for (at.len = f->m.bs; at.len < op->len && at.len < FSX_UNIT;)
		at.len *= 2;
	at.pos = fsx_down(op->pos, at.len);
	if (at.pos + at.len > f->m.eof)
		at.len = 0;
	return at;
}

long long fsx_wt_atomic(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_unit(f, op);

	return at.len ? fsx_write(f, &at) : 0;
}

long long fsx_wt_atomic_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_unit(f, op);

	f->idle = !at.len;
	return fsx_wt_range(f, at.pos, at.len);
}

/* Inside EOF, or else EOF would depend on what the kernel says. */
static struct fsx_op fsx_nowait_op(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.len = fsx_model_inside(f, op);
	return at;
}

long long fsx_wt_nowait(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_nowait_op(f, op);

	return at.len ? fsx_write(f, &at) : 0;
}

/* It is done, in part perhaps, or refused: then nothing has happened. */
long long fsx_wt_nowait_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_nowait_op(f, op);

	if (f->result > 0 && f->result < at.len)
		at.len = f->result;
	fsx_did(f, &at);
	return f->idle ? 0 : fsx_nowait_done(f);
}

/* @unit divides FSX_MAX. */
static struct fsx_op fsx_round(const struct fsx_op *op, long long unit)
{
	struct fsx_op at = *op;

	at.pos = fsx_down(op->pos, unit);
	at.len = fsx_up(op->pos + op->len, unit) - at.pos;
	return at;
}

static long long fsx_pwrite_direct(struct fsx *f, const struct fsx_op *op)
{
	struct iovec iov = { .iov_base = f->buf, .iov_len = op->len };

	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	if (f->lie == FSX_BAD_WRITE)
		f->buf[op->len / 2] ^= 0x80;
	return t_pwritev2(fsx_direct_fd(f), &iov, 1, op->pos,
			  fsx_flags(f, op));
}

/*
 * Whole blocks.  With blocks smaller than a page not from beyond EOF: the rest
 * of the old last page becomes part of the file with what a store has left
 * there.  The kernel does that without the series, too (7.3.4).
 */
static struct fsx_op fsx_direct_op(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_round(op, f->m.bs);

	if (f->m.bs < f->t->page && at.pos > f->m.eof)
		at.len = 0;
	return at;
}

long long fsx_direct(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_direct_op(f, op);

	return at.len ? fsx_pwrite_direct(f, &at) : 0;
}

long long fsx_direct_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_direct_op(f, op);

	f->idle = !at.len;
	return fsx_wt_range(f, at.pos, at.len);
}

/* Blocks in part: where they are shared, the page cache has to help. */
static struct fsx_op fsx_sectors(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_round(op, FSX_SECTOR);
	long long end = fsx_down(f->m.eof, FSX_SECTOR);

	if (at.pos + at.len > end)
		at.len = at.pos < end ? end - at.pos : 0;
	return at;
}

long long fsx_wt_direct(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_sectors(f, op);

	return at.len ? fsx_pwrite_direct(f, &at) : 0;
}

long long fsx_wt_direct_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_sectors(f, op);

	f->idle = !at.len;
	return fsx_wt_range(f, at.pos, at.len);
}
