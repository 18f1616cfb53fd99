// SPDX-License-Identifier: GPL-2.0-only
/*
 * A WT write inside EOF, on every kind of block, at every alignment.
 *
 * Contract, for each row: when the call returns, it has written what was
 * asked for; the pages are cached and clean; the range is on disk, in written
 * extents; around it nothing changed, on disk or in the cache; i_size did not
 * move.  Control: the same write without the flag is dirty and not on disk.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

enum basic_layout {
	WRITTEN,		/* written, on disk and in the cache */
	COLD,			/* the same, but not in the cache */
	HOLE,			/* one hole */
	UNWRITTEN,		/* preallocated */
};

/* The range is [pb blocks + pp pages + p bytes, + lb blocks + ... l bytes). */
struct basic_row {
	const char *desc;
	enum basic_layout layout;
	int pb, pp, p;
	int lb, lp, l;
};

#define BASIC_PAGES 16		/* the file's size */

static const struct basic_row whole_block[] = {
	{ "a block, cached",		WRITTEN, .pb = 2, .lb = 1 },
	{ "a block, not cached",	COLD, .pb = 2, .lb = 1 },
	{ "the first block",		WRITTEN, .lb = 1 },
	{ "three blocks",		WRITTEN, .pb = 3, .lb = 3 },
	{ "a page",			WRITTEN, .pp = 2, .lp = 1 },
	{ "five pages",			COLD, .pp = 2, .lp = 5 },
	{ "all of the file",		WRITTEN, .lp = BASIC_PAGES },
};

static const struct basic_row partial_block[] = {
	{ "a byte, cached",		WRITTEN, .pb = 2, .p = 1, .l = 1 },
	{ "a byte, not cached",		COLD, .pb = 2, .p = 1, .l = 1 },
	{ "inside a block",		COLD, .pb = 3, .p = 100, .l = 300 },
	{ "the start of a block",	WRITTEN, .pb = 3, .l = 100 },
	{ "the end of a block",		COLD, .pb = 3, .p = -7, .l = 7 },
};

static const struct basic_row block_edge[] = {
	{ "two bytes on an edge",	WRITTEN, .pb = 3, .p = -1, .l = 2 },
	{ "less than a block, over an edge", COLD, .pb = 3, .p = -10, .l = 20 },
	{ "a block, shifted by one",	WRITTEN, .pb = 3, .p = 1, .lb = 1 },
	{ "a block less a byte, shifted", COLD, .pb = 3, .p = 2, .lb = 1,
	  .l = -1 },
	{ "over a page edge",		COLD, .pp = 3, .p = -5, .l = 11 },
	{ "pages and both ends",	COLD, .pp = 3, .p = -5, .lp = 2,
	  .l = 11 },
};

static const struct basic_row hole[] = {
	{ "a block",			HOLE, .pb = 2, .lb = 1 },
	{ "pages",			HOLE, .pp = 2, .lp = 3 },
	{ "inside a block",		HOLE, .pb = 2, .p = 9, .l = 40 },
	{ "over a block edge",		HOLE, .pb = 5, .p = -3, .l = 8 },
	{ "over a page edge",		HOLE, .pp = 3, .p = -300, .l = 800 },
};

static const struct basic_row unwritten[] = {
	{ "a block",			UNWRITTEN, .pb = 2, .lb = 1 },
	{ "pages",			UNWRITTEN, .pp = 2, .lp = 3 },
	{ "inside a block",		UNWRITTEN, .pb = 2, .p = 9, .l = 40 },
	{ "over a block edge",		UNWRITTEN, .pb = 5, .p = -3, .l = 8 },
	{ "over a page edge",		UNWRITTEN, .pp = 3, .p = -300,
	  .l = 800 },
};

static int basic_file(struct t *t, const struct basic_row *row,
		      const char *name)
{
	long long size = BASIC_PAGES * t->ps;
	int fd;

	if (row->layout == WRITTEN || row->layout == COLD) {
		fd = t_file(t, name, size);
		if (row->layout == COLD)
			t_drop(fd);
		return fd;
	}
	fd = t_open(t, name, O_RDWR | O_CREAT | O_TRUNC);
	T_MUST(!ftruncate(fd, size));
	if (row->layout == UNWRITTEN)
		T_MUST(!fallocate(fd, 0, 0, size));
	return fd;
}

/* The blocks of the range are on disk, old bytes around the new ones. */
static void basic_disk(struct t *t, int fd, off_t pos, long long len, int old)
{
	off_t start = pos / t->bs * t->bs;
	off_t end = (pos + len + t->bs - 1) / t->bs * t->bs;
	off_t at;

	T_DISK(t, fd, pos, len, 2);
	T_DISK(t, fd, start, pos - start, old);
	T_DISK(t, fd, pos + len, end - pos - len, old);
	for (at = start; at < end; at += t->bs)
		T_EQ(t, "kind of extent (3: written)", T_WRITTEN,
		     t_extent(fd, at));
}

static void basic_row(struct t *t, const struct basic_row *row)
{
	long long size = BASIC_PAGES * t->ps;
	off_t pos = row->pb * t->bs + row->pp * t->ps + row->p;
	long long len = row->lb * t->bs + row->lp * t->ps + row->l;
	int old = row->layout == WRITTEN || row->layout == COLD;
	int fd = basic_file(t, row, "wt");
	int before = t->failed;

	T_EQ(t, "written", len,
	     t_write(t, fd, pos, len, 2, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, pos, len);
	basic_disk(t, fd, pos, len, old);
	T_EQ(t, "size", size, t_size(fd));
	T_READS(t, fd, pos, len, 2);
	T_READS(t, fd, 0, pos, old);
	T_READS(t, fd, pos + len, size - pos - len, old);
	close(fd);

	fd = basic_file(t, row, "lazy");
	T_MUST(t_write(t, fd, pos, len, 2, 0) == len);
	T_LAZY(t, fd, pos, len, 2);
	close(fd);
	if (t->failed != before)
		printf("# in row: %s (offset %lld, length %lld)\n", row->desc,
		       (long long)pos, len);
}

#define BASIC_CASE(table)						\
static void basic_##table(struct t *t)					\
{									\
	size_t i;							\
									\
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)		\
		basic_row(t, &table[i]);				\
}

BASIC_CASE(whole_block)
BASIC_CASE(partial_block)
BASIC_CASE(block_edge)
BASIC_CASE(hole)
BASIC_CASE(unwritten)

static const struct t_case cases[] = {
	{ "block-edge",		basic_block_edge },
	{ "hole",		basic_hole },
	{ "partial-block",	basic_partial_block },
	{ "unwritten",		basic_unwritten },
	{ "whole-block",	basic_whole_block },
};

T_GROUP(basic, cases)
