// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on sizes, blocks, and on whose blocks they are: see fsx_op.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fsx_op.h"

long long fsx_truncate(struct fsx *f, const struct fsx_op *op)
{
	long long size = op->pos + (f->lie == FSX_BAD_SIZE);

	return ftruncate(f->fd, size) ? -errno : 0;
}

long long fsx_truncate_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = op->pos == f->m.eof;
	fsx_model_truncate(f, op->pos);
	return 0;
}

/* Whatever of it the row's flags say. */
long long fsx_allocate(struct fsx *f, const struct fsx_op *op)
{
	if (f->lie == FSX_NO_FALLOCATE)
		return 0;
	return fallocate(f->fd, op->kind->flags, op->pos, op->len) ? -errno : 0;
}

long long fsx_punch_effect(struct fsx *f, const struct fsx_op *op)
{
	f->idle = !fsx_model_inside(f, op);
	fsx_model_punch(f, op->pos, op->len);
	return 0;
}

long long fsx_zero_keep_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_punch(f, op->pos, op->len);
	return 0;
}

long long fsx_zero_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_model_punch(f, op->pos, op->len);
	return fsx_prealloc_effect(f, op);
}

long long fsx_prealloc_effect(struct fsx *f, const struct fsx_op *op)
{
	if (op->pos + op->len > f->m.eof)
		fsx_model_truncate(f, op->pos + op->len);
	return 0;
}

/* In whole blocks, and less than to the end: else it is a truncate. */
static struct fsx_op fsx_collapse_op(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.pos = fsx_down(op->pos, f->m.bs);
	at.len = fsx_up(op->len, f->m.bs);
	if (at.pos + at.len >= f->m.eof)
		at.len = 0;
	return at;
}

long long fsx_collapse(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_collapse_op(f, op);

	return at.len ? fsx_allocate(f, &at) : 0;
}

long long fsx_collapse_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_collapse_op(f, op);

	fsx_did(f, &at);
	if (at.len)
		fsx_model_collapse(f, at.pos, at.len);
	return 0;
}

/* In whole blocks, before EOF, and up to the largest size. */
static struct fsx_op fsx_insert_op(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = *op;

	at.pos = fsx_down(op->pos, f->m.bs);
	at.len = fsx_up(op->len, f->m.bs);
	if (at.pos >= f->m.eof || f->m.eof + at.len > FSX_MAX)
		at.len = 0;
	return at;
}

long long fsx_insert(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_insert_op(f, op);

	return at.len ? fsx_allocate(f, &at) : 0;
}

long long fsx_insert_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_insert_op(f, op);

	fsx_did(f, &at);
	if (at.len)
		fsx_model_insert(f, at.pos, at.len);
	return 0;
}

/*
 * From @arg, where the file ends before it or the two meet: less.  @unit: only
 * whole ones of them, and none that moves EOF; 1: whatever.
 */
static struct fsx_op fsx_copy_op(struct fsx *f, const struct fsx_op *op,
				 long long unit)
{
	struct fsx_op at = *op;
	long long eof = fsx_down(f->m.eof, unit), apart;

	at.pos = fsx_down(op->pos, unit);
	at.arg = fsx_down(op->arg, unit);
	at.len = fsx_up(op->len, unit);
	apart = at.pos < at.arg ? at.arg - at.pos : at.pos - at.arg;
	if (at.len > apart)
		at.len = apart;
	if (at.arg + at.len > eof)
		at.len = eof - at.arg;
	if (unit > 1 && at.pos + at.len > eof)
		at.len = eof - at.pos;
	if (at.pos + at.len > FSX_MAX)
		at.len = FSX_MAX - at.pos;
	if (at.len < 0)
		at.len = 0;
	return at;
}

/* It may do a part at a time. */
long long fsx_copy(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, 1);
	loff_t in = at.arg, out = at.pos;
	long long done = 0;
	ssize_t n;

	while (done < at.len) {
		n = copy_file_range(f->fd, &in, f->fd, &out, at.len - done, 0);
		if (n <= 0)
			return n ? -errno : done;
		done += n;
	}
	return done;
}

long long fsx_copy_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, 1);

	fsx_did(f, &at);
	if (at.len)
		fsx_model_copy(f, at.arg, at.pos, at.len, false);
	return at.len;
}

long long fsx_reflink(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, f->m.bs);
	struct file_clone_range range = {
		.src_fd = f->fd,
		.src_offset = at.arg,
		.src_length = at.len,
		.dest_offset = at.pos,
	};

	if (!at.len || f->lie == FSX_NO_FALLOCATE)
		return 0;
	return ioctl(f->fd, FICLONERANGE, &range) ? -errno : 0;
}

long long fsx_reflink_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, f->m.bs);

	fsx_did(f, &at);
	if (at.len)
		fsx_model_copy(f, at.arg, at.pos, at.len, true);
	return 0;
}

/* Make them equal first?  Chance does not do that. */
static bool fsx_dedupe_equal(struct fsx *f, const struct fsx_op *op)
{
	return op->pos / f->m.bs % 4;
}

/* How many bytes are shared then: all or none. */
long long fsx_dedupe(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, f->m.bs);
	struct iovec iov = { .iov_base = f->m.data + at.arg };
	union {
		struct file_dedupe_range range;
		char space[sizeof(struct file_dedupe_range) +
			   sizeof(struct file_dedupe_range_info)];
	} u = {
		.range = {
			.src_offset = at.arg,
			.src_length = at.len,
			.dest_count = 1,
		},
	};

	iov.iov_len = at.len;
	if (!at.len)
		return 0;
	if (fsx_dedupe_equal(f, op))
		T_MUST(t_pwritev2(f->fd, &iov, 1, at.pos, 0) == at.len);
	u.range.info[0].dest_fd = f->fd;
	u.range.info[0].dest_offset = at.pos;
	if (ioctl(f->fd, FIDEDUPERANGE, &u.range))
		return -errno;
	if (u.range.info[0].status < 0)
		return u.range.info[0].status;
	return u.range.info[0].status == FILE_DEDUPE_RANGE_SAME ?
	       (long long)u.range.info[0].bytes_deduped : 0;
}

long long fsx_dedupe_effect(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op at = fsx_copy_op(f, op, f->m.bs);

	fsx_did(f, &at);
	if (!at.len)
		return 0;
	if (fsx_dedupe_equal(f, op))
		fsx_model_copy(f, at.arg, at.pos, at.len, false);
	if (memcmp(f->m.data + at.arg, f->m.data + at.pos, at.len))
		return 0;
	fsx_model_copy(f, at.arg, at.pos, at.len, true);
	return at.len;
}
