// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that are asynchronous WT writes: see fsx_op.h.
 *
 * Of many at once the pieces meet anywhere, so that blocks and folios belong to
 * two that are in flight.  They are submitted in an order, and with something
 * beside them, that depend on nothing but the line of the list; they complete in
 * whatever order they do, and are reaped before the operation ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fsx_op.h"

uint64_t fsx_hash(const struct fsx_op *op, int salt)
{
	uint64_t x = ((uint64_t)op->pos << 40) ^ ((uint64_t)op->len << 16) ^
		     ((uint64_t)op->arg << 8) ^ (uint64_t)salt;

	x = (x ^ (x >> 33)) * 0xc2b2ae3d27d4eb4fULL;
	x = (x ^ (x >> 29)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

void fsx_cut(const struct fsx_op *op, long long cuts[FSX_PIECES + 1])
{
	long long cut;
	int i, j;

	cuts[0] = 0;
	for (i = 1; i < op->arg; i++) {
		cut = fsx_hash(op, i) % (uint64_t)(op->len + 1);
		for (j = i; j > 1 && cuts[j - 1] > cut; j--)
			cuts[j] = cuts[j - 1];
		cuts[j] = cut;
	}
	cuts[op->arg] = op->len;
}

static struct t_async *fsx_engine(struct fsx *f, enum t_engine engine)
{
	if (!f->engines[engine])
		f->engines[engine] = t_async_open(f->t, engine);
	return f->engines[engine];
}

static int fsx_queue_flags(struct fsx *f, int flags)
{
	return fsx_lazy(f, flags) ? 0 : RWF_WRITETHROUGH | flags;
}

/* With nothing else in flight. */
static long long fsx_one(struct fsx *f, const struct fsx_op *op,
			 enum t_engine engine)
{
	struct t_async *a = fsx_engine(f, engine);
	int flags = op->kind->flags;
	long long len = op->len - (f->lie == FSX_SHORT);
	void *buf;

	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	buf = t_async_write(a, f->fd, op->pos, len, 0, fsx_queue_flags(f, flags));
	memcpy(buf, f->buf, len);
	if (f->lie == FSX_BAD_WRITE)
		*(char *)buf ^= 0x80;
	if (flags & RWF_NOWAIT)
		t_touch(f->fd);
	t_async_submit(a);
	return t_async_reap(a);
}

long long fsx_wt_aio(struct fsx *f, const struct fsx_op *op)
{
	return fsx_one(f, op, T_AIO);
}

long long fsx_wt_uring(struct fsx *f, const struct fsx_op *op)
{
	return fsx_one(f, op, T_URING);
}

/* How many bytes from the first on are those of the write that was refused? */
static long long fsx_left_behind(struct fsx *f, const struct fsx_op *op)
{
	ssize_t n = pread(f->fd, f->seen, op->len, op->pos);
	long long i;

	for (i = 0; i < n && f->seen[i] == f->buf[i]; i++)
		;
	return i;
}

long long fsx_wt_aio_nowait(struct fsx *f, const struct fsx_op *op)
{
	long long ret = fsx_one(f, op, T_AIO);

	f->left_behind = 0;
	if (ret == -EAGAIN && op->pos + op->len <= f->m.eof)
		f->left_behind = fsx_left_behind(f, op);
	return ret;
}

/*
 * All of it is submitted or nothing, and never if it extends the file.  What had
 * been copied when that turned out to be impossible stays in the cache, dirty
 * (R6): as much as there is, the model takes for written.
 */
long long fsx_wt_aio_nowait_effect(struct fsx *f, const struct fsx_op *op)
{
	f->again = op->pos + op->len > f->m.eof;
	if (!f->again && f->result != -EAGAIN)
		return fsx_nowait_done(f);
	f->again = true;
	f->wrote = 0;
	if (f->left_behind)
		fsx_model_write(f, op->pos, f->left_behind, false);
	return -EAGAIN;
}

bool fsx_many_dsync(const struct fsx_op *op)
{
	return !(fsx_hash(op, 100) % 4);
}

static int fsx_beside_what(const struct fsx_op *op)
{
	return fsx_hash(op, 101) % 4;
}

bool fsx_many_synced(const struct fsx_op *op)
{
	return !fsx_beside_what(op);
}

/* Queue all pieces that are not empty.  Returns how many. */
static int fsx_queue(struct fsx *f, const struct fsx_op *op,
		     struct t_async *a)
{
	int order[FSX_PIECES], i, j, k, n = 0;
	int flags = fsx_many_dsync(op) ? RWF_DSYNC : 0;
	long long cuts[FSX_PIECES + 1], len;
	void *buf;

	fsx_cut(op, cuts);
	for (i = 0; i < op->arg; i++) {
		j = fsx_hash(op, 200 + i) % (uint64_t)(i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	fsx_fill(f, f->buf, op->pos, op->len, f->nr);
	for (i = 0; i < op->arg; i++) {
		k = order[i];
		len = cuts[k + 1] - cuts[k];
		if (!len)
			continue;
		buf = t_async_write(a, f->fd, op->pos + cuts[k], len, 0,
				    fsx_queue_flags(f, flags));
		memcpy(buf, f->buf + cuts[k], len);
		if (f->lie == FSX_BAD_WRITE)
			*(char *)buf ^= 0x80;
		n++;
	}
	return n;
}

/* What else happens while they are in flight.  Nobody knows what is read. */
static void fsx_beside(struct fsx *f, const struct fsx_op *op)
{
	switch (fsx_beside_what(op)) {
	case 0:
		T_MUST(!fdatasync(f->fd));
		break;
	case 1:
		T_MUST(pread(f->fd, f->seen, op->len, op->pos) >= 0);
		break;
	case 2:
		T_MUST(!sync_file_range(f->fd, op->pos, op->len,
					SYNC_FILE_RANGE_WRITE |
					SYNC_FILE_RANGE_WAIT_AFTER));
		break;
	}
}

static long long fsx_many(struct fsx *f, const struct fsx_op *op,
			  enum t_engine engine)
{
	struct t_async *a = fsx_engine(f, engine);
	long long n, total = 0, error = 0;
	int nr = fsx_queue(f, op, a);

	t_async_submit(a);
	fsx_beside(f, op);
	while (nr--) {
		n = t_async_reap(a);
		if (n < 0)
			error = n;
		else
			total += n;
	}
	return error ? error : total;
}

long long fsx_wt_aio_many(struct fsx *f, const struct fsx_op *op)
{
	return fsx_many(f, op, T_AIO);
}

long long fsx_wt_uring_many(struct fsx *f, const struct fsx_op *op)
{
	return fsx_many(f, op, T_URING);
}
