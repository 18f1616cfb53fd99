// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a workload is made of.  See crash.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "crash.h"

static long long crash_errno(long long ret)
{
	return ret < 0 ? -errno : ret;
}

static long long crash_write(struct crash *c, const struct crash_op *op,
			     int gen)
{
	return t_write(c->t, c->fd[op->file], op->pos, op->len, gen,
		       op->kind->flags);
}

static long long crash_direct(struct crash *c, const struct crash_op *op,
			      int gen)
{
	return t_write(c->t, c->direct[op->file], op->pos, op->len, gen,
		       op->kind->flags);
}

static long long crash_fsync(struct crash *c, const struct crash_op *op,
			     int gen)
{
	(void)gen;
	return crash_errno(fsync(c->fd[op->file]));
}

static long long crash_fdatasync(struct crash *c, const struct crash_op *op,
				 int gen)
{
	(void)gen;
	return crash_errno(fdatasync(c->fd[op->file]));
}

/*
 * XFS (7.3) writes all back and forces its log, which sends a flush to the disk if
 * there is something to log.  Where only blocks were written over there is
 * nothing, and they stay in the disk's cache: this makes nothing durable.
 */
static long long crash_syncfs(struct crash *c, const struct crash_op *op,
			      int gen)
{
	(void)gen;
	return crash_errno(syncfs(c->fd[op->file]));
}

static long long crash_truncate(struct crash *c, const struct crash_op *op,
				int gen)
{
	(void)gen;
	return crash_errno(ftruncate(c->fd[op->file], op->pos));
}

static long long crash_fallocate(struct crash *c, const struct crash_op *op,
				 int gen)
{
	(void)gen;
	return crash_errno(fallocate(c->fd[op->file], op->kind->flags, op->pos,
				     op->len));
}

/* Its blocks are another file's too, so that writes go elsewhere. */
static long long crash_share(struct crash *c, const struct crash_op *op,
			     int gen)
{
	char name[16];
	long long ret;
	int fd;

	(void)gen;
	snprintf(name, sizeof(name), "s%d", op->file);
	fd = t_open(c->t, name, O_RDWR | O_CREAT | O_TRUNC);
	ret = crash_errno(ioctl(fd, FICLONE, c->fd[op->file]));
	close(fd);
	return ret;
}

static long long crash_drop(struct crash *c, const struct crash_op *op,
			    int gen)
{
	(void)gen;
	t_drop(c->fd[op->file]);
	return 0;
}

static long long crash_nothing(struct crash *c, const struct crash_op *op,
			       int gen)
{
	(void)c;
	(void)op;
	(void)gen;
	return 0;
}

#define CRASH_INSIDE	(CRASH_DATA | CRASH_ALIGNED)
#define CRASH_UNITS	(CRASH_DATA | CRASH_ATOMIC)
#define CRASH_FITS	(CRASH_UNITS | CRASH_ALIGNED)
#define CRASH_PUNCH	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)
#define CRASH_ZERO	(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE)

const struct crash_kind crash_kinds[] = {
	{ "write", CRASH_DATA | CRASH_LAZY, 0, crash_write },
	{ "dsync", CRASH_DATA | CRASH_LAZY | CRASH_DURABLE, RWF_DSYNC,
	  crash_write },
	{ "sync", CRASH_DATA | CRASH_LAZY | CRASH_DURABLE, RWF_SYNC,
	  crash_write },
	{ "wt", CRASH_DATA | CRASH_WT, RWF_WRITETHROUGH, crash_write },
	{ "wt-dsync", CRASH_DATA | CRASH_WT | CRASH_DURABLE,
	  RWF_WRITETHROUGH | RWF_DSYNC, crash_write },
	{ "wt-sync", CRASH_DATA | CRASH_WT | CRASH_DURABLE,
	  RWF_WRITETHROUGH | RWF_SYNC, crash_write },
	{ "wt-atomic", CRASH_UNITS | CRASH_WT,
	  RWF_WRITETHROUGH | RWF_ATOMIC, crash_write },
	{ "wt-atomic-dsync", CRASH_UNITS | CRASH_WT | CRASH_DURABLE,
	  RWF_WRITETHROUGH | RWF_ATOMIC | RWF_DSYNC, crash_write },
	{ "direct", CRASH_INSIDE, 0, crash_direct },
	{ "direct-dsync", CRASH_INSIDE | CRASH_DURABLE, RWF_DSYNC,
	  crash_direct },
	{ "direct-atomic", CRASH_FITS, RWF_ATOMIC, crash_direct },
	{ "direct-atomic-dsync", CRASH_FITS | CRASH_DURABLE,
	  RWF_ATOMIC | RWF_DSYNC, crash_direct },
	{ "mwrite", CRASH_DATA | CRASH_LAZY | CRASH_MAPPED, 0, crash_store },
	{ "truncate", CRASH_CUTS, 0, crash_truncate },
	{ "punch", CRASH_ZEROS, CRASH_PUNCH, crash_fallocate },
	{ "zero", CRASH_ZEROS, CRASH_ZERO, crash_fallocate },
	{ "share", CRASH_KEEPS, 0, crash_share },
	{ "drop", CRASH_KEEPS, 0, crash_drop },
	{ "fsync", CRASH_SYNCS, 0, crash_fsync },
	{ "fdatasync", CRASH_SYNCS, 0, crash_fdatasync },
	{ "msync", CRASH_SYNCS, 0, crash_msync },
	{ "syncfs", CRASH_KEEPS, 0, crash_syncfs },
	{ "reap", CRASH_KEEPS | CRASH_WAITS, 0, crash_nothing },
};

const int crash_nr_kinds = sizeof(crash_kinds) / sizeof(crash_kinds[0]);

const struct crash_kind *crash_kind(const char *name)
{
	int i;

	for (i = 0; i < crash_nr_kinds; i++)
		if (!strcmp(crash_kinds[i].name, name))
			return &crash_kinds[i];
	return NULL;
}

bool crash_can_fly(const struct crash_kind *kind)
{
	return kind->does & CRASH_DATA && !(kind->does & CRASH_MAPPED);
}

bool crash_can(struct crash *c, const struct crash_kind *kind)
{
	int fd = t_open(c->t, "can", O_RDWR | O_CREAT);
	bool can = true;

	T_MUST(!posix_fallocate(fd, 0, CRASH_UNIT));
	if (kind->does & CRASH_WT)
		can = t_write(c->t, fd, 0, c->t->bs, 1, kind->flags) !=
		      -EOPNOTSUPP;
	if (kind->does & CRASH_ATOMIC)
		can &= t_statx_atomic(fd).atomic_write_unit_max >= c->t->bs;
	if (kind->exec == crash_share)
		can = t_has_reflink(fd);
	close(fd);
	return can;
}

/* Whole blocks that were in the file at first, or the unit around it. */
static void crash_fit(struct crash *c, struct crash_op *op)
{
	long long unit = c->t->bs, most = CRASH_EOF / unit * unit;

	if (op->kind->does & CRASH_ATOMIC) {
		while (2 * unit <= op->len && 2 * unit <= CRASH_UNIT)
			unit *= 2;
		op->len = unit;
		most = CRASH_TAIL;
	}
	op->pos = op->pos / unit * unit;
	op->len = (op->len + unit - 1) / unit * unit;
	if (op->pos + op->len > most)
		op->pos = (most - op->len) / unit * unit;
}

struct crash_op crash_op(struct crash *c, const struct crash_kind *kind,
			 int file, long long pos, long long len)
{
	struct crash_op op = {
		.kind = kind, .file = file, .pos = pos, .len = len,
	};

	T_MUST(kind && file >= 0 && file < CRASH_FILES);
	T_MUST(pos >= 0 && len >= 0 && pos + len <= CRASH_MAX);
	if (kind->does & (CRASH_ALIGNED | CRASH_ATOMIC))
		crash_fit(c, &op);
	return op;
}

void crash_push(struct crash *c, const struct crash_op *op)
{
	T_MUST(c->nr < CRASH_OPS);
	c->ops[c->nr++] = *op;
	if (op->file >= c->files)
		c->files = op->file + 1;
}

struct crash_op *crash_add(struct crash *c, const char *kind, int file,
			   long long pos, long long len)
{
	struct crash_op op = crash_op(c, crash_kind(kind), file, pos, len);

	crash_push(c, &op);
	return &c->ops[c->nr - 1];
}
