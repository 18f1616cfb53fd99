// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that read, those on memory that is the file, and those that write
 * a range of it back: see fsx_op.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fsx_op.h"

long long fsx_read(struct fsx *f, const struct fsx_op *op)
{
	ssize_t n = pread(f->fd, f->buf, op->len, op->pos);

	return n < 0 ? -errno : n;
}

long long fsx_read_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.len = fsx_model_inside(f, op);
	fsx_did(f, &at);
	return at.len;
}

void fsx_read_check(struct fsx *f, const struct fsx_op *op)
{
	fsx_check_data(f, "read", f->buf, op->pos, fsx_model_inside(f, op));
}

static struct fsx_op fsx_whole_blocks(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.pos = fsx_down(op->pos, f->m.bs);
	at.len = fsx_up(op->pos + op->len, f->m.bs) - at.pos;
	return at;
}

long long fsx_direct_read(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_whole_blocks(f, op);
	ssize_t n = pread(fsx_direct_fd(f), f->buf, at.len, at.pos);

	return n < 0 ? -errno : n;
}

/* What was dirty there is written first.  Behind EOF nobody looks. */
long long fsx_direct_read_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_whole_blocks(f, op);
	long long len = fsx_model_inside(f, &at);

	fsx_did(f, &at);
	f->idle = !len;
	if (len)
		fsx_model_sync_range(f, at.pos, len);
	return len;
}

void fsx_direct_read_check(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_whole_blocks(f, op);

	fsx_check_data(f, "direct read", f->buf, at.pos,
		       fsx_model_inside(f, &at));
}

long long fsx_mread(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_mapped(f, op);

	return len ? fsx_map_copy(f, op->pos, len, false) : 0;
}

long long fsx_map_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.len = fsx_model_mapped(f, op);
	fsx_did(f, &at);
	return at.len;
}

/* What a mapping shows behind EOF is nobody's business. */
void fsx_mread_check(struct fsx *f, const struct fsx_op *op)
{
	fsx_check_data(f, "the mapping", f->buf, op->pos,
		       fsx_model_inside(f, op));
}

static long long fsx_store(struct fsx *f, long long pos, long long len)
{
	if (!len)
		return 0;
	fsx_fill(f, f->buf, pos, len, f->nr);
	if (f->lie == FSX_BAD_STORE)
		f->buf[0] ^= 0x80;
	return fsx_map_copy(f, pos, len, true);
}

static long long fsx_store_effect(struct fsx *f, long long pos, long long len)
{
	f->idle = !len;
	f->at = pos;
	f->wrote = len;
	if (len)
		fsx_model_store(f, pos, len);
	return len;
}

long long fsx_mwrite(struct fsx *f, const struct fsx_op *op)
{
	return fsx_store(f, op->pos, fsx_model_mapped(f, op));
}

long long fsx_mwrite_effect(struct fsx *f, const struct fsx_op *op)
{
	return fsx_store_effect(f, op->pos, fsx_model_mapped(f, op));
}

/* Only behind EOF, in the rest of its page: this never becomes data. */
static long long fsx_past(struct fsx *f, const struct fsx_op *op)
{
	long long room = fsx_up(f->m.eof, f->t->page) - f->m.eof;

	return op->len < room ? op->len : room;
}

long long fsx_mpast(struct fsx *f, const struct fsx_op *op)
{
	return fsx_store(f, f->m.eof, fsx_past(f, op));
}

long long fsx_mpast_effect(struct fsx *f, const struct fsx_op *op)
{
	return fsx_store_effect(f, f->m.eof, fsx_past(f, op));
}

void fsx_mwrite_check(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->idle)
		return;
	FSX_OK(f, FSX_FAULT, f->faults || !f->must_fault,
	       "faults by a store where a WT write was: expected 1 or more, seen 0");
	fsx_check_dirty(f, f->at, f->wrote);
}

long long fsx_msync(struct fsx *f, const struct fsx_op *op)
{
	long long pos = fsx_down(op->pos, f->t->page);
	long long len = fsx_model_inside(f, op);

	if (!len || f->lie == FSX_NO_FSYNC)
		return 0;
	return msync(fsx_map(f) + pos, op->pos + len - pos, MS_SYNC) ?
	       -errno : 0;
}

long long fsx_sync_range(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_inside(f, op);

	if (!len || f->lie == FSX_NO_FSYNC)
		return 0;
	return sync_file_range(f->fd, op->pos, len,
			       SYNC_FILE_RANGE_WAIT_BEFORE |
			       SYNC_FILE_RANGE_WRITE |
			       SYNC_FILE_RANGE_WAIT_AFTER) ? -errno : 0;
}

long long fsx_sync_range_effect(struct fsx *f, const struct fsx_op *op)
{
	long long len = fsx_model_inside(f, op);

	f->idle = !len;
	f->at = op->pos;
	f->wrote = len;
	if (len)
		fsx_model_sync_range(f, op->pos, len);
	return 0;
}

void fsx_sync_range_check(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	if (f->idle)
		return;
	fsx_check_settled(f, f->at, f->wrote);
	fsx_check_disk(f, f->at, f->wrote);
}
