/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash_fsx: what fsx draws (fsx.h), and the power goes.  Prefix crash_fsx_.
 *
 * A list of fsx runs on one file, with all checks that fsx has, between BEGIN and
 * END of a recording, with a mark behind each operation.  The model as it was
 * after operation i is kept: shot i, content and EOF.  Shot 0 is the empty file,
 * which is durable.  What the power may have left behind m marks:
 *
 * F1  Operations 1 to m were acknowledged, m + 1 may have begun.
 * F2  Something that was acknowledged made a byte durable: fsync, fdatasync, a
 *     freeze, an unmount all of the file; msync its pages; a write with DSYNC or
 *     SYNC its own bytes.  Let d be the last such shot.  That the device has a
 *     byte, which is what fsx knows of it, is no promise: it has a cache.
 * F3  A segment, a piece of a sector in which no operation began or ended, is as
 *     in one of the shots d to m + 1.  So each write to the disk takes what is in
 *     the cache of the file then; a block that is not rewritten has what was
 *     there; and neither extents nor EOF come ahead of the data that they are for.
 * F4  Beyond EOF of a shot there is nothing.  Zeros that should have been data:
 *     in the block of EOF, which is zeroed when EOF leaves it, and where a lazy
 *     write came later: EOF may be on disk before it is.
 * F5  EOF is that of a shot from the last on that was durable as a whole, or,
 *     while a write moves it up, anywhere between; but no lower than the end of a
 *     DSYNC write, unless something cut the file after it.
 * F6  What one write with RWF_ATOMIC put there is there in whole or not at all,
 *     but for blocks that something wrote again since (C3 of crash.h).  A store
 *     to a mapping writes again all that is in the folio: whatever there is.
 * F7  Blocks that move to another place of the file (collapse, insert, reflink,
 *     dedupe, copy) are written in place there, whether the log has the move or
 *     not: XFS promises nothing about the order of these two.  So each of these
 *     operations ends with an fsync here, before its mark, and d is its shot.
 *     While a collapse or an insertion is under way, what it moves is at the old
 *     place, at the new one, or at none: there are zeros.
 *
 * What else is legal in 7.3.4 follows from F2: what is zeroed in the block of the
 * old EOF is there only when all of the file is durable; a write with DSYNC
 * beyond it does not say so.  An extension that is lazy may be lost behind msync
 * of a page that it is not about, so that msync says nothing of EOF.
 *
 * A freeze or an unmount writes metadata.  XFS does not recover where a block of it is
 * torn (README.md), so the disk has blocks as large as these.
 *
 * Not here: reclaim (`pressure`) wakes a flusher, which writes when it likes, and
 * no list would be the same twice.  Forgetting clean pages (drop, drop-caches)
 * and mounting again are as good as anywhere: the log has commands only.
 */
#ifndef CRASH_FSX_H
#define CRASH_FSX_H

#include "crash.h"
#include "fsx.h"

#define CRASH_FSX_PAGE	(4 * T_KIB)

/* What a kind of operation means when the power goes. */
enum crash_fsx_does {
	CRASH_FSX_PUTS = 1,	/* data, or zeros, where fsx says it did */
	CRASH_FSX_LAZY = 2,	/* the disk gets it some time later */
	CRASH_FSX_GROWS = 4,	/* moves EOF up with the data */
	CRASH_FSX_UNIT = 8,
	CRASH_FSX_RANGE = 16,	/* its bytes are durable then, and EOF */
	CRASH_FSX_PAGES = 32,	/* its pages, without EOF */
	CRASH_FSX_FILE = 64,	/* all of the file */
	CRASH_FSX_MOVES = 128,	/* F7 */
	CRASH_FSX_SHIFTS = 256,	/* the same, all behind its begin */
	CRASH_FSX_FOLIOS = 512,	/* who knows which blocks are written again */
	CRASH_FSX_MANY = 1024,	/* fsx_queue.c knows what of it is durable */
};

/* The file after an operation. */
struct crash_fsx_shot {
	unsigned int does;	/* the operation; enum crash_fsx_does */
	long long at;		/* what it was about, by fsx's model */
	long long len;
	int file;		/* shot that is durable as a whole, or -1 */
	long long eof;
	/* content; pages that are equal are one; NULL: zeros */
	uint8_t *pages[FSX_MAX / CRASH_FSX_PAGE];
};

struct crash_fsx {
	struct crash *c;
	struct fsx_op *list;	/* from 1; FSX_LAST more */
	int nr;
	struct fsx *f;		/* the last run */
	struct crash_fsx_shot *shots;	/* from 0 */
	int last;		/* shot */
	bool edge[FSX_MAX + 1];	/* something began or ended there */
	uint8_t *buf;		/* FSX_MAX bytes */
	/* A control: what WT writes do beside what they do. */
	unsigned int promised;
};

/*
 * crash_fsx_shot.c: what is kept of a run.
 */
/* Forget all, and keep the file as @f->m has it: shot 0. */
void crash_fsx_first(struct crash_fsx *x);
/* Operation @op was done: one more shot. */
void crash_fsx_shoot(struct crash_fsx *x, const struct fsx_op *op);
void crash_fsx_forget(struct crash_fsx *x);
/* Has the shot these bytes?  They are in one page, and below its EOF. */
bool crash_fsx_same(const struct crash_fsx_shot *shot, const uint8_t *buf,
		    long long pos, long long len);
/* What it means; a kind that nobody thought about breaks the case. */
unsigned int crash_fsx_does(const struct fsx_kind *kind);

/*
 * crash_fsx_model.c: F1 to F7.
 */
/* False, and @x->c->failure: the file @fd cannot be that behind @marks. */
bool crash_fsx_check(struct crash_fsx *x, int fd, int marks);

/*
 * crash_fsx.c: lists as workloads, and the cases.
 */
/* @list is from 1, has room for FSX_LAST more, and is ours from now on. */
struct crash_fsx *crash_fsx_new(struct t *t, struct fsx_op *list, int nr);
void crash_fsx_free(struct crash_fsx *x);
void crash_fsx_case(struct t *t);
void crash_fsx_replay(struct t *t);

/*
 * crash_fsx_control.c: what must be noticed.
 */
void crash_fsx_control(struct t *t);

#endif
