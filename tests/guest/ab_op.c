// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of the comparison: see ab.h.  Each returns what the call
 * returned, or a negative errno; there is no model, and nothing is judged here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ab.h"

#define AB_TRIES	100	/* of a NOWAIT write whose file's times are old */

static struct ab *ab_of(struct fsx *f)
{
	return (struct ab *)f;
}

uint64_t ab_hash(const void *buf, size_t len)
{
	const uint8_t *p = buf;
	uint64_t h = len, word;
	size_t n;

	for (; len; len -= n, p += n) {
		n = len < sizeof(word) ? len : sizeof(word);
		word = 0;
		memcpy(&word, p, n);
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h;
}

/* No write may make the file larger than the buffers are. */
static long long ab_room(const struct fsx_op *op, long long pos)
{
	return op->len < FSX_MAX - pos ? op->len : FSX_MAX - pos;
}

static long long ab_write(struct fsx *f, const struct fsx_op *op)
{
	int flags = op->kind->flags;
	long long pos = flags & RWF_APPEND ? t_size(f->fd) : op->pos;
	struct iovec iov = { f->buf, ab_room(op, pos) };

	fsx_fill(f, f->buf, pos, iov.iov_len, f->nr);
	return t_pwritev2(f->fd, &iov, 1, op->pos, flags);
}

/* A file whose times are due to be updated refuses as well: try again. */
static long long ab_nowait(struct fsx *f, const struct fsx_op *op)
{
	long long ret = -EAGAIN;
	int i;

	for (i = 0; i < AB_TRIES && ret == -EAGAIN; i++) {
		t_touch(f->fd);
		ret = ab_write(f, op);
	}
	return ret;
}

void ab_forget(struct fsx *f)
{
	T_MUST(fsx_forget_all(f));
}

/* Writeback is started, not awaited, and what was written is dropped then. */
static long long ab_dontcache(struct fsx *f, const struct fsx_op *op)
{
	long long ret = ab_write(f, op);

	T_MUST(!fsync(f->fd));
	ab_forget(f);
	return ret;
}

/* From a buffer whose second half is not there: short, or EFAULT */
static long long ab_fault(struct fsx *f, const struct fsx_op *op)
{
	long long half = fsx_up(ab_room(op, op->pos), 2 * f->t->page) / 2;
	struct iovec iov;
	long long ret;
	uint8_t *map;

	map = mmap(NULL, 2 * half, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	T_MUST(map != MAP_FAILED);
	T_MUST(!mprotect(map + half, half, PROT_NONE));
	fsx_fill(f, map, op->pos, half, f->nr);
	iov = (struct iovec) { map, ab_room(op, op->pos) };
	ret = t_pwritev2(f->fd, &iov, 1, op->pos, 0);
	T_MUST(!munmap(map, 2 * half));
	return ret;
}

static long long ab_async(struct fsx *f, const struct fsx_op *op,
			  enum t_engine engine)
{
	long long len = ab_room(op, op->pos);
	void *buf;

	if (!f->engines[engine])
		f->engines[engine] = t_async_open(f->t, engine);
	buf = t_async_write(f->engines[engine], f->fd, op->pos, len, 0,
			    op->kind->flags);
	fsx_fill(f, buf, op->pos, len, f->nr);
	t_async_submit(f->engines[engine]);
	return t_async_reap(f->engines[engine]);
}

static long long ab_aio(struct fsx *f, const struct fsx_op *op)
{
	return ab_async(f, op, T_AIO);
}

static long long ab_uring(struct fsx *f, const struct fsx_op *op)
{
	return ab_async(f, op, T_URING);
}

/* As it is: what is not aligned may be refused. */
static long long ab_direct_odd(struct fsx *f, const struct fsx_op *op)
{
	struct iovec iov = { f->buf, ab_room(op, op->pos) };

	fsx_fill(f, f->buf, op->pos, iov.iov_len, f->nr);
	return t_pwritev2(ab_of(f)->direct, &iov, 1, op->pos, 0);
}

/* Whole blocks around it */
static long long ab_direct(struct fsx *f, const struct fsx_op *op)
{
	long long unit = f->m.bs > 4096 ? f->m.bs : 4096;
	long long pos = fsx_down(op->pos, unit);
	long long len = fsx_up(op->pos + ab_room(op, op->pos), unit) - pos;
	struct iovec iov = { f->buf, len };

	fsx_fill(f, f->buf, pos, len, f->nr);
	return t_pwritev2(ab_of(f)->direct, &iov, 1, pos, op->kind->flags);
}

static long long ab_read(struct fsx *f, const struct fsx_op *op)
{
	ssize_t n = pread(f->fd, f->buf, op->len, op->pos);

	if (n < 0)
		return -errno;
	ab_of(f)->data = ab_hash(f->buf, n);
	return n;
}

static long long ab_verify(struct fsx *f, const struct fsx_op *op)
{
	struct fsx_op all = { .kind = op->kind, .len = FSX_MAX };

	return ab_read(f, &all);
}

static long long ab_mread(struct fsx *f, const struct fsx_op *op)
{
	long long n = fsx_model_mapped(f, op);

	if (n)
		n = fsx_map_copy(f, op->pos, n, false);
	if (n > 0)
		ab_of(f)->data = ab_hash(f->buf, n);
	return n;
}

static long long ab_mwrite(struct fsx *f, const struct fsx_op *op)
{
	long long n = fsx_model_mapped(f, op);

	if (!n)
		return 0;
	fsx_fill(f, f->buf, op->pos, n, f->nr);
	return fsx_map_copy(f, op->pos, n, true);
}

static long long ab_truncate(struct fsx *f, const struct fsx_op *op)
{
	return ftruncate(f->fd, op->pos) ? -errno : 0;
}

static long long ab_fallocate(struct fsx *f, const struct fsx_op *op)
{
	return fallocate(f->fd, op->kind->flags, op->pos, op->len) ? -errno : 0;
}

static long long ab_fsync(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	return fsync(f->fd) ? -errno : 0;
}

static long long ab_fdatasync(struct fsx *f, const struct fsx_op *op)
{
	(void)op;
	return fdatasync(f->fd) ? -errno : 0;
}

static long long ab_range(struct fsx *f, const struct fsx_op *op)
{
	return sync_file_range(f->fd, op->pos, op->len,
			       SYNC_FILE_RANGE_WAIT_BEFORE |
			       SYNC_FILE_RANGE_WRITE |
			       SYNC_FILE_RANGE_WAIT_AFTER) ? -errno : 0;
}

static long long ab_drop(struct fsx *f, const struct fsx_op *op)
{
	long long ret = ab_fsync(f, op);

	ab_forget(f);
	return ret;
}

static long long ab_reopen(struct fsx *f, const struct fsx_op *op)
{
	long long ret = ab_drop(f, op);

	if (!f->t->blkdev)
		fsx_evict(f);
	return ret;
}

/* From here on all blocks there are now are shared. */
static long long ab_clone(struct fsx *f, const struct fsx_op *op)
{
	long long ret;
	int fd;

	(void)op;
	if (f->t->blkdev)
		return -EOPNOTSUPP;
	fd = t_open(f->t, "clone", O_RDWR | O_CREAT);
	ret = ioctl(fd, FICLONE, f->fd) ? -errno : 0;
	close(fd);
	return ret;
}

/* The bit behind the last one there is, with the series or without */
#define AB_UNKNOWN	0x400

/* No model is asked: two kernels are compared. */
#define AB(n, c, a, g, e, f) \
	{ .name = n, .cards = c, .args = a, .gen = g, .exec = e, .flags = f }

const struct fsx_kind ab_kinds[] = {
	AB("aio",	6, 2, fsx_gen_write, ab_aio, 0),
	AB("aio-dsync", 3, 2, fsx_gen_write, ab_aio, RWF_DSYNC),
	AB("alloc",	4, 2, fsx_gen_write, ab_fallocate, FALLOC_FL_KEEP_SIZE),
	AB("append",	5, 2, fsx_gen_write, ab_write, RWF_APPEND),
	AB("atomic",	0, 2, fsx_gen_write, ab_write, RWF_ATOMIC),
	AB("clone",	3, 0, NULL, ab_clone, 0),
	AB("direct",	8, 2, fsx_gen_write, ab_direct, 0),
	AB("direct-dsync", 4, 2, fsx_gen_write, ab_direct, RWF_DSYNC),
	AB("direct-odd", 2, 2, fsx_gen_write, ab_direct_odd, 0),
	AB("dontcache", 4, 2, fsx_gen_write, ab_dontcache, RWF_DONTCACHE),
	AB("drop",	4, 0, NULL, ab_drop, 0),
	AB("dsync",	10, 2, fsx_gen_write, ab_write, RWF_DSYNC),
	AB("fault",	3, 2, fsx_gen_write, ab_fault, 0),
	AB("fdatasync", 3, 0, NULL, ab_fdatasync, 0),
	AB("fsync",	4, 0, NULL, ab_fsync, 0),
	AB("hipri",	0, 2, fsx_gen_write, ab_write, RWF_HIPRI),
	AB("mread",	6, 2, fsx_gen_inside, ab_mread, 0),
	AB("mwrite",	12, 2, fsx_gen_inside, ab_mwrite, 0),
	AB("nowait",	4, 2, fsx_gen_write, ab_nowait, RWF_NOWAIT),
	AB("punch",	6, 2, fsx_gen_inside, ab_fallocate,
	   FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE),
	AB("range",	3, 2, fsx_gen_inside, ab_range, 0),
	AB("read",	8, 2, fsx_gen_inside, ab_read, 0),
	AB("reopen",	3, 0, NULL, ab_reopen, 0),
	AB("sync",	4, 2, fsx_gen_write, ab_write, RWF_SYNC),
	AB("truncate", 8, 1, fsx_gen_size, ab_truncate, 0),
	AB("unknown",	0, 2, fsx_gen_write, ab_write, AB_UNKNOWN),
	AB("uring",	6, 2, fsx_gen_write, ab_uring, 0),
	AB("uring-dsync", 3, 2, fsx_gen_write, ab_uring, RWF_DSYNC),
	AB("verify",	3, 0, NULL, ab_verify, 0),
	AB("write",	24, 2, fsx_gen_write, ab_write, 0),
	AB("wt",	0, 2, fsx_gen_write, ab_write, RWF_WRITETHROUGH),
	AB("wt-aio",	0, 2, fsx_gen_write, ab_aio, RWF_WRITETHROUGH),
	AB("wt-append", 0, 2, fsx_gen_write, ab_write,
	   RWF_WRITETHROUGH | RWF_APPEND),
	AB("wt-atomic", 0, 2, fsx_gen_write, ab_write,
	   RWF_WRITETHROUGH | RWF_ATOMIC),
	AB("wt-direct", 0, 2, fsx_gen_write, ab_direct, RWF_WRITETHROUGH),
	AB("wt-dontcache", 0, 2, fsx_gen_write, ab_write,
	   RWF_WRITETHROUGH | RWF_DONTCACHE),
	AB("wt-dsync", 0, 2, fsx_gen_write, ab_write,
	   RWF_WRITETHROUGH | RWF_DSYNC),
	AB("wt-nowait", 0, 2, fsx_gen_write, ab_nowait,
	   RWF_WRITETHROUGH | RWF_NOWAIT),
	AB("wt-uring", 0, 2, fsx_gen_write, ab_uring, RWF_WRITETHROUGH),
	AB("zero",	3, 2, fsx_gen_inside, ab_fallocate,
	   FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE),
};

const int ab_nr_kinds = sizeof(ab_kinds) / sizeof(ab_kinds[0]);
