// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a written-through write does to the folios it goes through.
 *
 * The contract:
 *  - blocks that the call wrote are clean when it returns, and were not
 *    dirtied on the way; blocks of the same folio that it did not write keep
 *    their state, dirty or not up to date;
 *  - a folio that stays dirty keeps its tags, one that does not loses them;
 *  - a folio of several blocks has a state per block, also when all of it is
 *    overwritten at once;
 *  - folios of all sizes do.
 *
 * Each case names the rules it proves.
 */
#include <linux/backing-dev.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/writeback.h>

#include "wt_test.h"

#define MAX_REST	2

/* A range of a dirty 4k folio of 1k blocks, and what is written when. */
struct partial_param {
	const char	*desc;
	loff_t		pos;
	size_t		len;
	loff_t		start;		/* of what is written through */
	size_t		bytes;
	struct {
		loff_t	start;
		size_t	bytes;
	} rest[MAX_REST];		/* what writeback finds afterwards */
};

static const struct partial_param partial_params[] = {
	{ "first block", 0, 1024, 0, 1024, { { 1024, 3072 } } },
	{ "a block in the middle", 1024, 1024, 1024, 1024,
	  { { 0, 1024 }, { 2048, 2048 } } },
	{ "ten bytes of a block", 1100, 10, 1024, 1024,
	  { { 0, 1024 }, { 2048, 2048 } } },
	{ "two bytes across an edge", 2047, 2, 1024, 2048,
	  { { 0, 1024 }, { 3072, 1024 } } },
	{ "last byte", 4095, 1, 3072, 1024, { { 0, 3072 } } },
	{ "all of it", 0, 4096, 0, 4096, },
	{ "all but its first and last byte", 1, 4094, 0, 4096, },
};

KUNIT_ARRAY_PARAM_DESC(partial, partial_params, desc);

/*
 * D9 (trap 26), D12: exactly the blocks of the range become clean; the others
 * are still dirty, and go out with the next writeback, and they alone.
 */
static void others_stay_dirty(struct kunit *test)
{
	const struct partial_param *p = test->param_value;
	struct fkfs_conf conf = wt_one_extent;
	u8 *old = wt_buf(test, 1, 0, SZ_4K);
	u8 *new = wt_buf(test, 2, p->pos, p->len);
	struct fkfs *fs;
	unsigned int i;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	KUNIT_ASSERT_EQ(test, (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, SZ_4K));
	memcpy(old + p->pos, new, p->len);

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, new, p->pos, p->len));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K + p->start, p->bytes);
	KUNIT_EXPECT_EQ(test, p->rest[0].bytes > 0, wt_folio(fs, 0).dirty);

	fkd_forget(fs->disk);
	KUNIT_EXPECT_EQ(test, 0, filemap_write_and_wait(fs->inode->i_mapping));
	for (i = 0; i < MAX_REST && p->rest[i].bytes; i++)
		wt_expect_write(test, fs, i, SZ_64K + p->rest[i].start,
				p->rest[i].bytes);
	KUNIT_EXPECT_EQ(test, i, fkd_count(fs->disk, FKD_WRITE));

	wt_expect_media(test, fs, 0, old, SZ_4K);
	wt_expect_cached(test, fs, 0, old, SZ_4K);
	wt_expect_quiet(test, fs);
}

/*
 * D9, D18 (trap 19): the tags of a folio that stays dirty stay, that of TOWRITE
 * included.
 */
static void tags_of_dirty_folio(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	const struct fkd_rec *rec;
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	fkfs_write(fs, FKFS_BUFFERED, 0, buf, 0, SZ_4K);
	tag_pages_for_writeback(fs->inode->i_mapping, 0, -1);
	KUNIT_ASSERT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_TOWRITE));

	fkfs_write(fs, FKFS_WT, 0, buf + SZ_1K, SZ_1K, SZ_1K);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->seen.writeback, 1);
	KUNIT_EXPECT_EQ(test, rec->seen.dirty, 1);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_dirty, 1);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_towrite, 1);
	KUNIT_EXPECT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_TOWRITE));
	KUNIT_EXPECT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/* D9, D12, D18: a folio that is clean now has lost its tags, and is cached. */
static void tags_of_clean_folio(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;
	struct wt_folio state;

	fkfs_write(fs, FKFS_BUFFERED, 0, buf, 0, PAGE_SIZE);
	tag_pages_for_writeback(fs->inode->i_mapping, 0, -1);

	fkfs_write(fs, FKFS_WT, 0, buf, 0, PAGE_SIZE);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->seen.dirty, 0);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_dirty, 0);
	KUNIT_EXPECT_EQ(test, rec->seen.tag_towrite, 0);
	state = wt_folio(fs, 0);
	KUNIT_EXPECT_TRUE(test, state.cached);
	KUNIT_EXPECT_TRUE(test, state.uptodate);
	KUNIT_EXPECT_FALSE(test, state.dirty);

	/* Superseded: there is nothing left for fsync to write. */
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

/*
 * D9: a clean folio is never dirtied: nothing is accounted as that.  D18 (trap
 * 20): an inode that never was dirty has no wb before.
 */
static void never_dirtied(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_64K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct bdi_writeback *wb = &inode_to_bdi(fs->inode)->wb;

#ifdef CONFIG_CGROUP_WRITEBACK
	KUNIT_ASSERT_NULL(test, fs->inode->i_wb);
#endif
	fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_64K);
	KUNIT_EXPECT_EQ(test, 0, wb_stat_sum(wb, WB_DIRTIED));
	KUNIT_EXPECT_EQ(test, SZ_64K / PAGE_SIZE, wb_stat_sum(wb, WB_WRITTEN));

	/* The control: an ordinary write is. */
	fkfs_write(fs, FKFS_BUFFERED, 0, buf, 0, SZ_64K);
	KUNIT_EXPECT_EQ(test, SZ_64K / PAGE_SIZE, wb_stat_sum(wb, WB_DIRTIED));
}

/* D4, D9: blocks that were not cached stay so, and are read when asked for. */
static void others_stay_not_uptodate(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, SZ_1K, SZ_1K);
	u8 *got = wt_zeros(test, SZ_4K);
	u8 *want = wt_zeros(test, SZ_4K);
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	wt_junk_media(fs);
	memset(want, WT_JUNK, SZ_4K);
	memcpy(want + SZ_1K, buf, SZ_1K);

	fkfs_write(fs, FKFS_WT, 0, buf, SZ_1K, SZ_1K);
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_READ));
	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, got, SZ_1K, SZ_1K));
	KUNIT_EXPECT_EQ(test, -ENOENT, fkfs_cached(fs, got, 0, SZ_1K));
	KUNIT_EXPECT_EQ(test, -ENOENT, fkfs_cached(fs, got, SZ_2K, SZ_2K));
	KUNIT_EXPECT_EQ(test, 0, fkfs_read(fs, got, 0, SZ_4K));
	KUNIT_EXPECT_EQ(test, SZ_4K, wt_differ(got, want, SZ_4K));
	wt_expect_quiet(test, fs);
}

/*
 * D19: overwriting all of a folio of several blocks gives it its block state.
 */
static void full_overwrite_has_state(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_io *io;
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	io = wt_start_held(test, fs, buf, 0, SZ_8K, 1);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).has_private);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, SZ_4K).has_private);
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K, fkfs_join(io));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).dirty);
	wt_expect_quiet(test, fs);
}

/*
 * D6 (trap 8): an unwritten extent is written, and converted before writeback
 * ends.
 */
static void unwritten_is_converted(struct kunit *test)
{
	static const struct fkfs_conf conf = {
		.i_size		= SZ_8K,
		.extents	= { WT_EXTENT(0, SZ_8K, SZ_64K,
					      IOMAP_UNWRITTEN, 0) },
	};
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &conf);

	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	KUNIT_EXPECT_EQ(test, IOMAP_MAPPED, fs->extents[0].type);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	wt_expect_media(test, fs, 0, buf, SZ_8K);
	wt_expect_quiet(test, fs);
}

/* D4: what an unwritten extent has where the user gave nothing is zeros. */
static void unwritten_is_zeroed(struct kunit *test)
{
	static const struct fkfs_conf conf = {
		.i_size		= SZ_8K,
		.extents	= { WT_EXTENT(0, SZ_4K, SZ_64K,
					      IOMAP_UNWRITTEN, 0) },
	};
	u8 *buf = wt_buf(test, 1, 100, 10);
	u8 *want = wt_zeros(test, SZ_4K);
	struct fkfs *fs = wt_fs(test, &conf);

	wt_junk_media(fs);
	memcpy(want + 100, buf, 10);
	KUNIT_EXPECT_EQ(test, 10, fkfs_write(fs, FKFS_WT, 0, buf, 100, 10));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_READ));
	wt_expect_media(test, fs, 0, want, SZ_4K);
	wt_expect_quiet(test, fs);
}

struct large_param {
	const char	*desc;
	unsigned int	blkbits;
	unsigned int	min_order;
	loff_t		pos;
	size_t		len;
	loff_t		start;		/* of the blocks written */
	size_t		bytes;
};

static const struct large_param large_params[] = {
	{ "all of large folios", 12, 0, 0, SZ_256K, 0, SZ_256K },
	{ "pages of large folios", 12, 0, SZ_16K, SZ_8K, SZ_16K, SZ_8K },
	{ "ten bytes of large folios", 12, 0, SZ_16K + 5, 10, SZ_16K, SZ_4K },
	{ "1k blocks of large folios", 10, 0, SZ_16K + 5, SZ_1K, SZ_16K,
	  SZ_2K },
	{ "a 16k block", 14, 2, SZ_16K, SZ_16K, SZ_16K, SZ_16K },
	{ "ten bytes of a 16k block", 14, 2, SZ_16K + 5, 10, SZ_16K, SZ_16K },
	{ "two bytes across 16k blocks", 14, 2, SZ_32K - 1, 2, SZ_16K, SZ_32K },
};

KUNIT_ARRAY_PARAM_DESC(large, large_params, desc);

/* D1, D9, D14: large folios, dirty before, and blocks larger than a page. */
static void large_folios(struct kunit *test)
{
	const struct large_param *p = test->param_value;
	struct fkfs_conf conf = wt_one_extent;
	u8 *old = wt_buf(test, 1, 0, SZ_256K);
	u8 *new = wt_buf(test, 2, p->pos, p->len);
	struct fkfs *fs;

	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		kunit_skip(test, "needs CONFIG_TRANSPARENT_HUGEPAGE");

	conf.blkbits = p->blkbits;
	conf.min_order = p->min_order;
	conf.max_order = MAX_PAGECACHE_ORDER;
	fs = wt_fs(test, &conf);
	fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, SZ_256K);
	KUNIT_ASSERT_GT(test, wt_folio(fs, SZ_16K).size, PAGE_SIZE);
	memcpy(old + p->pos, new, p->len);

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, new, p->pos, p->len));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K + p->start, p->bytes);
	wt_expect_media(test, fs, p->pos, new, p->len);

	KUNIT_EXPECT_EQ(test, 0, filemap_write_and_wait(fs->inode->i_mapping));
	wt_expect_media(test, fs, 0, old, SZ_256K);
	wt_expect_quiet(test, fs);
}

static struct kunit_case iomap_wt_folio_cases[] = {
	KUNIT_CASE_PARAM(others_stay_dirty, partial_gen_params),
	KUNIT_CASE(tags_of_dirty_folio),
	KUNIT_CASE(tags_of_clean_folio),
	KUNIT_CASE(never_dirtied),
	KUNIT_CASE(others_stay_not_uptodate),
	KUNIT_CASE(full_overwrite_has_state),
	KUNIT_CASE(unwritten_is_converted),
	KUNIT_CASE(unwritten_is_zeroed),
	KUNIT_CASE_PARAM(large_folios, large_gen_params),
	{ }
};

static struct kunit_suite iomap_wt_folio_suite = {
	.name		= "iomap_wt_folio",
	.init		= wt_init,
	.test_cases	= iomap_wt_folio_cases,
};

kunit_test_suite(iomap_wt_folio_suite);
