// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a written-through write to the disk: which bios a call submits,
 * with what in them, and what it must not do while it gathers them.
 *
 * The contract, for a write inside EOF:
 *  - a call is one context, and each mapping is one bio as long as that can
 *    hold the folios; blocks that are written in part are read and written
 *    whole;
 *  - a bio is submitted before the next mapping is asked for, and never are
 *    two bios not submitted;
 *  - when the call returns the data is on the media and, clean, in the cache;
 *  - the device cache is not flushed;
 *  - what cannot be written through is refused, and leaves nothing behind.
 *
 * Each case names the rules it proves.
 */
#include <linux/ioprio.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

/* Two extents of two pages, with their blocks far apart. */
static const struct fkfs_conf two_extents = {
	.i_size		= 4 * PAGE_SIZE,
	.extents	= { WT_MAPPED(0, 2 * PAGE_SIZE, SZ_1M),
			    WT_MAPPED(2 * PAGE_SIZE, 2 * PAGE_SIZE, SZ_64K) },
};

/*
 * D1 (trap 1), U4, U5, D15: 1 MiB, page-aligned, one extent: one bio, just
 * SYNC|IDLE.
 */
static void one_call_one_bio(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_1M);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;

	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_1M,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_1M));
	wt_expect_media(test, fs, 0, buf, SZ_1M);

	KUNIT_EXPECT_EQ(test, 1, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_submit);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_READ));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_FLUSH));
	wt_expect_write(test, fs, 0, SZ_64K, SZ_1M);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, (__force u32)rec->opf,
			(__force u32)(REQ_OP_WRITE | REQ_SYNC | REQ_IDLE));
	wt_expect_quiet(test, fs);
}

/*
 * D1, D13, K1: the bio is submitted with the one context's dio count, no lock
 * held, and so that no allocation enters the file system.
 */
static void state_at_submission(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 4 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;

	fkfs_write(fs, FKFS_WT, 0, buf, 0, 4 * PAGE_SIZE);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->seen.dio_count, 1);
	KUNIT_EXPECT_EQ(test, rec->seen.locked, 0);
	KUNIT_EXPECT_EQ(test, rec->seen.dirty, 0);
	KUNIT_EXPECT_EQ(test, rec->seen.writeback, rec->seen.folios);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_writeback, rec->seen.folios);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_dirty, 0);
	KUNIT_EXPECT_EQ(test, rec->seen.i_size, SZ_1M);
	KUNIT_EXPECT_EQ(test, fs->begin_dio, 1);
	KUNIT_EXPECT_FALSE(test, fs->submit_fs_reclaim);
	wt_expect_quiet(test, fs);
}

/* D15: bios carry the file's write hint and the caller's priority. */
static void hint_and_priority(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;

	fs->inode->i_write_hint = WRITE_LIFE_LONG;
	fs->ioprio = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 3);
	fkfs_write(fs, FKFS_WT, 0, buf, 0, PAGE_SIZE);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->write_hint, WRITE_LIFE_LONG);
	KUNIT_EXPECT_EQ(test, rec->ioprio, fs->ioprio);
}

/* A range, and the blocks that must be written and read for it. */
struct range_param {
	const char	*desc;
	unsigned int	blkbits;
	loff_t		pos;
	size_t		len;
	loff_t		start;		/* of the blocks */
	size_t		bytes;
	unsigned int	nr_reads;
};

static const struct range_param range_params[] = {
	{ "4k: a block", 12, 8192, 4096, 8192, 4096, 0 },
	{ "4k: inside a block", 12, 4196, 10, 4096, 4096, 1 },
	{ "4k: two bytes across an edge", 12, 4095, 2, 0, 8192, 2 },
	{ "4k: one byte more than a block", 12, 4096, 4097, 4096, 8192, 1 },
	{ "4k: one byte less than two", 12, 4096, 8191, 4096, 8192, 1 },
	{ "4k: from mid-block to an edge", 12, 5000, 7288, 4096, 8192, 1 },
	{ "4k: a block's length, unaligned", 12, 100, 4096, 0, 8192, 2 },
	{ "1k: a block", 10, 9216, 1024, 9216, 1024, 0 },
	{ "1k: inside a block", 10, 1100, 10, 1024, 1024, 1 },
	{ "1k: two bytes across an edge", 10, 2047, 2, 1024, 2048, 1 },
	{ "1k: two bytes across a page edge", 10, 4095, 2, 3072, 2048, 2 },
	{ "1k: a block's length, unaligned", 10, 5000, 1024, 4096, 2048, 1 },
	{ "512: the last byte of a page", 9, 4095, 1, 3584, 512, 1 },
};

KUNIT_ARRAY_PARAM_DESC(range, range_params, desc);

/*
 * D4: the range may begin and end anywhere; its blocks, all of them (trap 6)
 * and no others, are written, with what the disk had where the user gave
 * nothing.
 */
static void any_range(struct kunit *test)
{
	const struct range_param *p = test->param_value;
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, p->pos, p->len);
	u8 *want = wt_zeros(test, SZ_64K);
	struct fkfs *fs;

	conf.blkbits = p->blkbits;
	fs = wt_fs(test, &conf);
	wt_junk_media(fs);
	memset(want, WT_JUNK, SZ_64K);
	memcpy(want + p->pos, buf, p->len);

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, buf, p->pos, p->len));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K + p->start, p->bytes);
	KUNIT_EXPECT_EQ(test, p->nr_reads, fkd_count(fs->disk, FKD_READ));
	wt_expect_media(test, fs, 0, want, SZ_64K);

	wt_expect_cached(test, fs, p->start, want + p->start, p->bytes);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/*
 * D2, D3: one bio per mapping; the first is submitted before the second mapping
 * is asked for, and while nothing of the second is under writeback.
 */
static void two_mappings_two_bios(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 4 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &two_extents);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, (ssize_t)(4 * PAGE_SIZE),
			fkfs_write(fs, FKFS_WT, 0, buf, 0, 4 * PAGE_SIZE));
	KUNIT_ASSERT_EQ(test, 2, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_1M, 2 * PAGE_SIZE);
	wt_expect_write(test, fs, 1, SZ_64K, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 2, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 0, fs->begin_writeback);
	for (i = 0; i < 2; i++) {
		const struct fkd_seen *seen =
			&fkd_nth(fs->disk, FKD_WRITE, i)->seen;

		KUNIT_EXPECT_EQ(test, seen->tag_writeback, seen->folios);
		KUNIT_EXPECT_EQ(test, seen->dio_count, 1);
	}
	wt_expect_media(test, fs, 0, buf, 2 * PAGE_SIZE);
	wt_expect_media(test, fs, 2 * PAGE_SIZE, buf + 2 * PAGE_SIZE,
			2 * PAGE_SIZE);
	wt_expect_quiet(test, fs);
}

/*
 * U4, K4 (trap 22): inside EOF both bios fly; each ends its folios, the last
 * the call.
 */
static void returns_when_all_done(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 4 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &two_extents);
	struct fkfs_io *io;

	io = wt_start_held(test, fs, buf, 0, 4 * PAGE_SIZE, 2);

	fkd_release(fs->disk, 1, BLK_STS_OK);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 2 * PAGE_SIZE).writeback);

	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, (ssize_t)(4 * PAGE_SIZE), fkfs_join(io));
	wt_expect_quiet(test, fs);
}

/*
 * D11 (trap 9): the I/O is seen by fsync, which waits for it, and writes
 * nothing.
 */
static void fsync_waits(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_io *io, *sync;

	io = wt_start_held(test, fs, buf, 0, PAGE_SIZE, 1);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_WRITEBACK));

	sync = wt_start(test, fs, FKFS_FSYNC, NULL, 0, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(sync));

	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, 0, fkfs_join(sync));
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

static void expect_no_writeback(struct fkfs *fs)
{
	struct kunit *test = fs->on_valid_data;

	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_WRITEBACK));
}

/*
 * D7: older writeback of the same blocks ends before the folio is used, and so
 * before the mapping is found valid.
 */
static void waits_for_writeback(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *new = wt_buf(test, 2, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_io *io;

	fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, PAGE_SIZE);
	fs->disk->hold = true;
	filemap_fdatawrite(fs->inode->i_mapping);
	KUNIT_ASSERT_EQ(test, 1, fkd_nr_held(fs->disk));
	fs->on_valid = expect_no_writeback;
	fs->on_valid_data = test;

	io = wt_start(test, fs, FKFS_WT, new, 0, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 2, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_media(test, fs, 0, new, PAGE_SIZE);
	wt_expect_quiet(test, fs);
}

struct stale_param {
	const char	*desc;
	unsigned int	stale_at;
	unsigned int	nr_bios;
	size_t		first;		/* bytes that go to the old place */
};

static const struct stale_param stale_params[] = {
	{ "at the first folio", 1, 1, 0 },
	{ "at the second folio", 2, 2, PAGE_SIZE },
	{ "at the last folio", 4, 2, 3 * PAGE_SIZE },
};

KUNIT_ARRAY_PARAM_DESC(stale, stale_params, desc);

/*
 * D2: each folio's mapping is validated under its lock; what was gathered under
 * one that is stale goes out first, the rest where the new one says.
 */
static void stale_mapping(struct kunit *test)
{
	static const struct fkfs_extent moved[FKFS_MAX_EXTENTS] = {
		WT_MAPPED(0, SZ_1M, SZ_2M),
	};
	const struct stale_param *p = test->param_value;
	const size_t len = 4 * PAGE_SIZE;
	u8 *buf = wt_buf(test, 1, 0, len);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fs->stale_at = p->stale_at;
	fs->stale_to = moved;
	KUNIT_EXPECT_EQ(test, (ssize_t)len,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, len));
	KUNIT_EXPECT_EQ(test, 2, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 5, fs->nr_valid);
	KUNIT_EXPECT_EQ(test, 0, fs->begin_writeback);
	KUNIT_EXPECT_EQ(test, p->nr_bios, fkd_count(fs->disk, FKD_WRITE));
	if (p->first)
		wt_expect_write(test, fs, 0, SZ_64K, p->first);
	wt_expect_write(test, fs, p->nr_bios - 1, SZ_2M + p->first,
			len - p->first);
	wt_expect_quiet(test, fs);
}

struct refuse_param {
	const char	*desc;
	u16		type;
	u16		flags;
	size_t		before;		/* bytes mapped before it */
};

static const struct refuse_param refuse_params[] = {
	{ "hole", IOMAP_HOLE, 0, 0 },
	{ "delalloc", IOMAP_DELALLOC, 0, 0 },
	{ "inline", IOMAP_INLINE, 0, 0 },
	{ "buffer heads", IOMAP_MAPPED, IOMAP_F_BUFFER_HEAD, 0 },
	{ "no block yet", IOMAP_MAPPED, IOMAP_F_ANON_WRITE, 0 },
	{ "verity", IOMAP_MAPPED, IOMAP_F_FSVERITY, 0 },
	{ "hole after a page", IOMAP_HOLE, 0, PAGE_SIZE },
	{ "delalloc after a page", IOMAP_DELALLOC, 0, PAGE_SIZE },
};

KUNIT_ARRAY_PARAM_DESC(refuse, refuse_params, desc);

/*
 * D2, D13 (trap 31): a mapping that cannot be written through ends the call,
 * which returns what came before it, and -EOPNOTSUPP if that is nothing.
 */
static void refuses_mapping(struct kunit *test)
{
	const struct refuse_param *p = test->param_value;
	const struct fkfs_conf conf = {
		.i_size		= 4 * PAGE_SIZE,
		.extents	= {
			WT_EXTENT(p->before, 2 * PAGE_SIZE, SZ_64K, p->type,
				  p->flags),
			WT_MAPPED(0, p->before, SZ_1M),
		},
	};
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &conf);

	if (p->type == IOMAP_MAPPED && !p->flags)
		kunit_skip(test, "needs CONFIG_BUFFER_HEAD");

	KUNIT_EXPECT_EQ(test, (ssize_t)(p->before ?: -EOPNOTSUPP),
			fkfs_write(fs, FKFS_WT, 0, buf, 0, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, p->before ? 1 : 0,
			fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, p->before).cached);
	wt_expect_quiet(test, fs);
}

/* U4: writing nothing is no write. */
static void nothing_to_write(struct kunit *test)
{
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	KUNIT_EXPECT_EQ(test, 0, fkfs_write(fs, FKFS_WT, 0, "", 0, 0));
	KUNIT_EXPECT_EQ(test, 0, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).cached);
	wt_expect_quiet(test, fs);
}

static struct kunit_case iomap_wt_cases[] = {
	KUNIT_CASE(one_call_one_bio),
	KUNIT_CASE(state_at_submission),
	KUNIT_CASE(hint_and_priority),
	KUNIT_CASE_PARAM(any_range, range_gen_params),
	KUNIT_CASE(two_mappings_two_bios),
	KUNIT_CASE(returns_when_all_done),
	KUNIT_CASE(fsync_waits),
	KUNIT_CASE(waits_for_writeback),
	KUNIT_CASE_PARAM(stale_mapping, stale_gen_params),
	KUNIT_CASE_PARAM(refuses_mapping, refuse_gen_params),
	KUNIT_CASE(nothing_to_write),
	{ }
};

static struct kunit_suite iomap_wt_suite = {
	.name		= "iomap_wt",
	.init		= wt_init,
	.test_cases	= iomap_wt_cases,
};

kunit_test_suite(iomap_wt_suite);
