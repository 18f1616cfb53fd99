// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of fsx after each operation of a run: see crash_fsx.h.
 */
#include <stdlib.h>
#include <string.h>

#include "crash_fsx.h"
#include "fsx_op.h"

#define CRASH_FSX_PAGES_NR	((int)(FSX_MAX / CRASH_FSX_PAGE))
#define CRASH_FSX_DATA	(CRASH_FSX_PUTS | CRASH_FSX_GROWS)
#define CRASH_FSX_DSYNC	(CRASH_FSX_DATA | CRASH_FSX_RANGE)
#define CRASH_FSX_COPY	(CRASH_FSX_DATA | CRASH_FSX_LAZY | CRASH_FSX_MOVES)
/* The last piece may be there, and EOF behind it, before the first. */
#define CRASH_FSX_PIECES	(CRASH_FSX_DATA | CRASH_FSX_LAZY | CRASH_FSX_MANY)
#define CRASH_FSX_STORE	(CRASH_FSX_PUTS | CRASH_FSX_LAZY | CRASH_FSX_FOLIOS)
#define CRASH_FSX_SHIFT	(CRASH_FSX_PUTS | CRASH_FSX_MOVES | CRASH_FSX_SHIFTS)

/* All kinds, so that none is forgotten. */
static const struct {
	const char *name;
	unsigned int does;
} crash_fsx_rows[] = {
	{ "collapse", CRASH_FSX_SHIFT },
	{ "copy", CRASH_FSX_COPY },
	{ "dedupe", CRASH_FSX_COPY },
	{ "direct", CRASH_FSX_DATA },
	{ "direct-dsync", CRASH_FSX_DSYNC },
	{ "direct-read", 0 },
	{ "drop", 0 },
	{ "drop-caches", 0 },
	{ "dsync", CRASH_FSX_DSYNC | CRASH_FSX_LAZY },
	{ "fdatasync", CRASH_FSX_FILE },
	{ "freeze", CRASH_FSX_FILE },
	{ "fsync", CRASH_FSX_FILE },
	{ "insert", CRASH_FSX_SHIFT },
	{ "mpast", CRASH_FSX_FOLIOS },
	{ "mread", 0 },
	{ "msync", CRASH_FSX_PAGES },
	{ "mwrite", CRASH_FSX_STORE },
	{ "prealloc", 0 },
	{ "prealloc-keep", 0 },
	{ "pressure", 0 },
	{ "punch", CRASH_FSX_PUTS },
	{ "read", 0 },
	{ "reflink", CRASH_FSX_PUTS | CRASH_FSX_MOVES },
	{ "remount", CRASH_FSX_FILE },
	{ "reopen", CRASH_FSX_FILE },
	{ "sync-range", 0 },
	{ "truncate", 0 },
	{ "unshare", CRASH_FSX_PUTS },	/* the same, to other blocks */
	{ "verify", 0 },
	{ "write", CRASH_FSX_DATA | CRASH_FSX_LAZY },
	{ "wt", CRASH_FSX_DATA },
	{ "wt-aio", CRASH_FSX_DATA },
	{ "wt-aio-dsync", CRASH_FSX_DSYNC },
	{ "wt-aio-many", CRASH_FSX_PIECES },
	{ "wt-aio-nowait", CRASH_FSX_DATA },
	{ "wt-append", CRASH_FSX_DATA },
	{ "wt-append-dsync", CRASH_FSX_DSYNC },
	{ "wt-atomic", CRASH_FSX_DATA | CRASH_FSX_UNIT },
	{ "wt-atomic-dsync", CRASH_FSX_DSYNC | CRASH_FSX_UNIT },
	{ "wt-direct", CRASH_FSX_DATA },
	{ "wt-dontcache", CRASH_FSX_DATA },
	{ "wt-dsync", CRASH_FSX_DSYNC },
	{ "wt-nowait", CRASH_FSX_DATA },
	{ "wt-sync", CRASH_FSX_DSYNC },
	{ "wt-uring", CRASH_FSX_DATA },
	{ "wt-uring-dsync", CRASH_FSX_DSYNC },
	{ "wt-uring-many", CRASH_FSX_PIECES },
	{ "wt-vec", CRASH_FSX_DATA },
	{ "zero", CRASH_FSX_PUTS },
	{ "zero-keep", CRASH_FSX_PUTS },
};

unsigned int crash_fsx_does(const struct fsx_kind *kind)
{
	size_t i, nr = sizeof(crash_fsx_rows) / sizeof(crash_fsx_rows[0]);

	for (i = 0; i < nr; i++)
		if (!strcmp(crash_fsx_rows[i].name, kind->name))
			return crash_fsx_rows[i].does;
	printf("# what is %s when the power goes?\n", kind->name);
	T_MUST(i < nr);
	return 0;
}

/* Pages are shared with the shot before, where they are equal. */
static void crash_fsx_content(struct crash_fsx *x,
			      struct crash_fsx_shot *shot)
{
	const struct crash_fsx_shot *before = shot > x->shots ? shot - 1 : NULL;
	const uint8_t *data = x->f->m.data;
	uint8_t *page;
	int i;

	for (i = 0; i < CRASH_FSX_PAGES_NR; i++, data += CRASH_FSX_PAGE) {
		page = before ? before->pages[i] : NULL;
		if (page ? memcmp(page, data, CRASH_FSX_PAGE) :
		    *data || memcmp(data, data + 1, CRASH_FSX_PAGE - 1)) {
			page = t_alloc(CRASH_FSX_PAGE);
			memcpy(page, data, CRASH_FSX_PAGE);
		}
		shot->pages[i] = page;
	}
}

static void crash_fsx_edges(struct crash_fsx *x,
			    const struct crash_fsx_shot *shot)
{
	long long end = shot->at + shot->len;

	x->edge[shot->at < FSX_MAX ? shot->at : FSX_MAX] = true;
	x->edge[end < FSX_MAX ? end : FSX_MAX] = true;
	x->edge[shot->eof] = true;
}

/* Of many writes each may be there or not. */
static void crash_fsx_pieces(struct crash_fsx *x, const struct fsx_op *op)
{
	long long cuts[FSX_PIECES + 1];
	int i;

	fsx_cut(op, cuts);
	for (i = 1; i < op->arg; i++)
		x->edge[op->pos + cuts[i]] = true;
}

void crash_fsx_forget(struct crash_fsx *x)
{
	int i, page;

	for (i = x->shots ? x->last : -1; i >= 0; i--)
		for (page = 0; page < CRASH_FSX_PAGES_NR; page++)
			if (!i || x->shots[i].pages[page] !=
			    x->shots[i - 1].pages[page])
				free(x->shots[i].pages[page]);
	free(x->shots);
	x->shots = NULL;
	x->last = 0;
}

void crash_fsx_first(struct crash_fsx *x)
{
	crash_fsx_forget(x);
	memset(x->edge, 0, sizeof(x->edge));
	x->shots = calloc(x->nr + FSX_LAST + 1, sizeof(*x->shots));
	T_MUST(x->shots);
	x->shots->eof = x->f->m.eof;
	crash_fsx_content(x, x->shots);
	crash_fsx_edges(x, x->shots);
}

/* Which shot is all of the file, durable, when the operation has returned? */
static int crash_fsx_file(const struct crash_fsx *x, const struct fsx_op *op,
			  unsigned int does)
{
	if (does & (CRASH_FSX_FILE | CRASH_FSX_MOVES))
		return x->last;
	return does & CRASH_FSX_MANY && fsx_many_synced(op) ? x->last - 1 : -1;
}

void crash_fsx_shoot(struct crash_fsx *x, const struct fsx_op *op)
{
	struct crash_fsx_shot *shot = &x->shots[++x->last];
	struct fsx *f = x->f;
	unsigned int does = f->idle ? 0 : crash_fsx_does(op->kind);

	if (does & CRASH_FSX_MANY)
		crash_fsx_pieces(x, op);
	if (does & CRASH_FSX_MANY && fsx_many_dsync(op))
		does |= CRASH_FSX_RANGE;
	shot->at = f->at;
	shot->len = f->wrote;
	/* refused, and a part of it is in the cache: see fsx_queue.c */
	if (f->again && op->kind->exec == fsx_wt_aio_nowait && f->left_behind) {
		does = CRASH_FSX_PUTS | CRASH_FSX_LAZY;
		shot->len = f->left_behind;
	}
	if (does & CRASH_FSX_PUTS && !strncmp(op->kind->name, "wt", 2))
		does |= x->promised;
	shot->does = does;
	shot->file = crash_fsx_file(x, op, does);
	shot->eof = f->m.eof;
	crash_fsx_content(x, shot);
	crash_fsx_edges(x, shot);
}

bool crash_fsx_same(const struct crash_fsx_shot *shot, const uint8_t *buf,
		    long long pos, long long len)
{
	const uint8_t *page = shot->pages[pos / CRASH_FSX_PAGE];

	if (!page)
		return !buf[0] && !memcmp(buf, buf + 1, len - 1);
	return !memcmp(page + pos % CRASH_FSX_PAGE, buf, len);
}
