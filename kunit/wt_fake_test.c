// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proof of the fake disk and the fake file system, over the ordinary buffered
 * write path and writeback.
 *
 * The other suites believe what the fakes say, so here each of these is shown
 * to be true, with code that is known to work under it:
 *  - every bio is recorded, with its operation, flags, place and length;
 *  - the media has the data of completed writes, and of these only;
 *  - a held write keeps its folios under writeback, and can be overtaken;
 *  - an error reaches the mapping, and no media;
 *  - data that changes in flight is noticed;
 *  - the extent table, its validity and the conversion of unwritten extents do
 *    what the table says.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

static const struct fkfs_conf small_blocks = {
	.blkbits	= 10,
	.i_size		= SZ_1M,
	.extents	= { WT_MAPPED(0, SZ_1M, SZ_64K) },
};

static void wt_buffered(struct kunit *test, struct fkfs *fs, const u8 *buf,
			loff_t pos, size_t len)
{
	KUNIT_ASSERT_EQ(test, (ssize_t)len,
			fkfs_write(fs, FKFS_BUFFERED, 0, buf, pos, len));
}

/* A write of the file system is one record: what, where, how much. */
static void fake_records_write(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, SZ_8K, SZ_64K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;

	wt_buffered(test, fs, buf, SZ_8K, SZ_64K);
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_ASSERT_EQ(test, 0, filemap_write_and_wait(fs->inode->i_mapping));

	KUNIT_ASSERT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_EXPECT_EQ(test, rec->len, SZ_64K);
	KUNIT_EXPECT_EQ(test, rec->sector, (SZ_64K + SZ_8K) >> SECTOR_SHIFT);
	KUNIT_EXPECT_TRUE(test, rec->opf & REQ_SYNC);
	KUNIT_EXPECT_FALSE(test, rec->opf & (REQ_FUA | REQ_PREFLUSH));
	KUNIT_EXPECT_TRUE(test, rec->done);
	KUNIT_EXPECT_FALSE(test, fkd_unstable(fs->disk));
}

/* What the folios and the file looked like is part of the record. */
static void fake_records_state(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_seen *seen;

	wt_buffered(test, fs, buf, 0, 2 * PAGE_SIZE);
	atomic_inc(&fs->inode->i_dio_count);
	filemap_write_and_wait(fs->inode->i_mapping);
	atomic_dec(&fs->inode->i_dio_count);

	KUNIT_ASSERT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	seen = &fkd_nth(fs->disk, FKD_WRITE, 0)->seen;
	KUNIT_EXPECT_EQ(test, seen->folios, 2);
	KUNIT_EXPECT_EQ(test, seen->writeback, 2);
	KUNIT_EXPECT_EQ(test, seen->tag_writeback, 2);
	KUNIT_EXPECT_EQ(test, seen->tag_dirty, 0);
	KUNIT_EXPECT_EQ(test, seen->dirty, 0);
	KUNIT_EXPECT_EQ(test, seen->dio_count, 1);
	KUNIT_EXPECT_EQ(test, seen->i_size, SZ_1M);
}

/* The flags of a bio are recorded as the disk got them. */
static void fake_records_flags(struct kunit *test)
{
	void *data = kunit_kzalloc(test, SECTOR_SIZE, GFP_KERNEL);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct bio_vec bv;
	struct bio bio;

	KUNIT_ASSERT_NOT_NULL(test, data);
	bio_init(&bio, fkd_bdev(fs->disk), &bv, 1, REQ_OP_WRITE | REQ_FUA);
	bio_add_virt_nofail(&bio, data, SECTOR_SIZE);
	KUNIT_EXPECT_EQ(test, 0, submit_bio_wait(&bio));
	bio_uninit(&bio);
	KUNIT_ASSERT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_TRUE(test,
			  fkd_nth(fs->disk, FKD_WRITE, 0)->opf & REQ_FUA);
}

/* fsync is a flush after the data, and counted as one. */
static void fake_records_flush(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	wt_buffered(test, fs, buf, 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_FLUSH));
}

/* Data arrives where the extents say, and comes back from there. */
static void fake_media(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	u8 *back = wt_zeros(test, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	u8 *media = fs->disk->media;

	wt_buffered(test, fs, buf, 0, 2 * PAGE_SIZE);
	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(media + SZ_1M, buf, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(media + SZ_64K, buf + PAGE_SIZE, PAGE_SIZE));

	fkfs_drop_cache(fs);
	KUNIT_EXPECT_EQ(test, -ENOENT, fkfs_cached(fs, back, 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, fkfs_read(fs, back, 0, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE,
			wt_differ(back, buf, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, back, 0, PAGE_SIZE));
}

/* A held write stays under writeback and off the media until released. */
static void fake_holds(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *zeros = wt_zeros(test, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	wt_buffered(test, fs, buf, 0, PAGE_SIZE);
	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, 0, filemap_fdatawrite(fs->inode->i_mapping));
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, 1));

	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_WRITEBACK));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(fkfs_media(fs, 0), zeros, PAGE_SIZE));

	KUNIT_EXPECT_TRUE(test, fkd_release(fs->disk, 0, BLK_STS_OK));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_WRITEBACK));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(fkfs_media(fs, 0), buf, PAGE_SIZE));
}

/* Of two held writes the second can complete first. */
static void fake_reorders(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);

	wt_buffered(test, fs, buf, 0, 2 * PAGE_SIZE);
	fs->disk->hold = true;
	filemap_fdatawrite(fs->inode->i_mapping);
	KUNIT_ASSERT_EQ(test, 2, fkd_nr_held(fs->disk));

	KUNIT_EXPECT_TRUE(test, fkd_release(fs->disk, 1, BLK_STS_OK));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, PAGE_SIZE).writeback);
	KUNIT_EXPECT_EQ(test, 1, fkd_nr_held(fs->disk));
	KUNIT_EXPECT_FALSE(test, fkd_nth(fs->disk, FKD_WRITE, 0)->done);
	KUNIT_EXPECT_TRUE(test, fkd_nth(fs->disk, FKD_WRITE, 1)->done);
}

/*
 * A failed write changes nothing on the media, and the mapping has the error.
 */
static void fake_fails(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	u8 *zeros = wt_zeros(test, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);

	fkd_fail(fs->disk, FKD_WRITE, SZ_64K, BLK_STS_NOSPC);
	wt_buffered(test, fs, buf, 0, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			filemap_write_and_wait(fs->inode->i_mapping));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(fkfs_media(fs, 0), buf, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE,
			wt_differ(fkfs_media(fs, PAGE_SIZE), zeros, PAGE_SIZE));
}

/* A byte that changes between submission and completion is noticed. */
static void fake_sees_change(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	wt_buffered(test, fs, buf, 0, PAGE_SIZE);
	fs->disk->hold = true;
	filemap_fdatawrite(fs->inode->i_mapping);
	KUNIT_ASSERT_EQ(test, 1, fkd_nr_held(fs->disk));
	wt_buffered(test, fs, buf + 1, 0, 1);
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_TRUE(test, fkd_unstable(fs->disk));
}

/* Blocks smaller than a page: only the dirty one is written. */
static void fake_small_blocks(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, SZ_1K, SZ_1K);
	struct fkfs *fs = wt_fs(test, &small_blocks);

	wt_buffered(test, fs, buf, SZ_1K, SZ_1K);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).has_private);
	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_ASSERT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, fkd_nth(fs->disk, FKD_WRITE, 0)->len, SZ_1K);
	KUNIT_EXPECT_EQ(test, SZ_1K,
			wt_differ(fkfs_media(fs, SZ_1K), buf, SZ_1K));
}

/* An unwritten extent is one until written, while still under writeback. */
static void fake_converts(struct kunit *test)
{
	static const struct fkfs_conf conf = {
		.i_size		= PAGE_SIZE,
		.extents	= { { .length = PAGE_SIZE, .addr = SZ_64K,
				      .type = IOMAP_UNWRITTEN } },
	};
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &conf);

	wt_buffered(test, fs, buf, 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, IOMAP_UNWRITTEN, fs->extents[0].type);
	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, IOMAP_MAPPED, fs->extents[0].type);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	KUNIT_EXPECT_EQ(test, 0, fs->early_end);
}

/* A mapping that went stale is looked up again, in the new table. */
static void fake_goes_stale(struct kunit *test)
{
	static const struct fkfs_extent moved[FKFS_MAX_EXTENTS] = {
		WT_MAPPED(0, SZ_1M, SZ_2M),
	};
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fs->stale_at = 2;
	fs->stale_to = moved;
	wt_buffered(test, fs, buf, 0, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 2, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 3, fs->nr_valid);
	KUNIT_EXPECT_EQ(test, SZ_2M, fs->extents[0].addr);
}

/* A write in a thread of its own ends by itself and gives its result. */
static void fake_threads(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *back = wt_zeros(test, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_io *io;

	io = fkfs_start(fs, FKFS_BUFFERED, 0, buf, 0, PAGE_SIZE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, io);
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, back, 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, wt_differ(back, buf, PAGE_SIZE));
}

static struct kunit_case iomap_wt_fake_cases[] = {
	KUNIT_CASE(fake_records_write),
	KUNIT_CASE(fake_records_state),
	KUNIT_CASE(fake_records_flags),
	KUNIT_CASE(fake_records_flush),
	KUNIT_CASE(fake_media),
	KUNIT_CASE(fake_holds),
	KUNIT_CASE(fake_reorders),
	KUNIT_CASE(fake_fails),
	KUNIT_CASE(fake_sees_change),
	KUNIT_CASE(fake_small_blocks),
	KUNIT_CASE(fake_converts),
	KUNIT_CASE(fake_goes_stale),
	KUNIT_CASE(fake_threads),
	{ }
};

static struct kunit_suite iomap_wt_fake_suite = {
	.name		= "iomap_wt_fake",
	.init		= wt_init,
	.test_cases	= iomap_wt_fake_cases,
};

kunit_test_suite(iomap_wt_fake_suite);
