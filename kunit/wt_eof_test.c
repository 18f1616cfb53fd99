// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes at and beyond the end of the file.
 *
 * The contract:
 *  - i_size does not move before all bytes below its new value are on the disk
 *    and the file system has done its part; then it is the user's end;
 *  - a call that extends the file has one bio in flight at a time;
 *  - past the new end the blocks that are written are zero on the disk,
 *    whatever a mapping of the file stored there;
 *  - a gap between the old end and a write beyond it reads as zeros.
 *
 * Each case names the rules it proves.
 */
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

/* An empty file with room. */
static const struct fkfs_conf empty = {
	.extents	= { WT_MAPPED(0, SZ_1M, SZ_64K) },
};

/* An empty file with room, 4k here and the rest there. */
static const struct fkfs_conf empty_two_extents = {
	.extents	= { WT_MAPPED(0, SZ_4K, SZ_2M),
			    WT_MAPPED(SZ_4K, SZ_1M, SZ_64K) },
};

/* Put @byte where a store through a mapping of the file would have put it. */
static void store(struct kunit *test, struct fkfs *fs, u8 byte, loff_t pos,
		  size_t len)
{
	struct folio *folio = filemap_get_folio(fs->inode->i_mapping,
			pos >> PAGE_SHIFT);
	u8 *addr;

	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	addr = kmap_local_folio(folio, offset_in_folio(folio, pos));
	memset(addr, byte, len);
	kunmap_local(addr);
	folio_put(folio);
}

/*
 * Are the bytes from @from to @to of a cached page zero?  The first that
 * isn't.
 */
static loff_t first_nonzero(struct kunit *test, struct fkfs *fs, loff_t from,
			    loff_t to)
{
	u8 *got = wt_zeros(test, to - from);
	u8 *zeros = wt_zeros(test, to - from);

	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, got, from, to - from));
	return from + wt_differ(got, zeros, to - from);
}

struct append_param {
	const char	*desc;
	unsigned int	blkbits;
	loff_t		i_size;
	loff_t		pos;
	size_t		len;
};

static const struct append_param append_params[] = {
	{ "to an empty file", 12, 0, 0, 8192 },
	{ "an odd number of bytes", 12, 0, 0, 5001 },
	{ "one byte", 10, 0, 0, 1 },
	{ "at EOF in mid-block", 12, 5000, 5000, 300 },
	{ "at EOF in mid-block, 1k blocks", 10, 5000, 5000, 3000 },
	{ "from inside EOF", 12, 5000, 4000, 3000 },
	{ "beyond EOF", 12, 5000, 9000, 1000 },
	{ "beyond EOF, in its page, 1k blocks", 10, 1000, 3000, 500 },
};

KUNIT_ARRAY_PARAM_DESC(append, append_params, desc);

/*
 * E1 (traps 2, 25): while the bio is held i_size is the old one; it is the
 * user's end afterwards, and moved before writeback ended.
 */
static void size_moves_at_completion(struct kunit *test)
{
	const struct append_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, p->pos, p->len);
	struct fkfs_conf conf = empty;
	const struct fkd_rec *rec;
	struct fkfs_io *io;
	struct fkfs *fs;

	conf.blkbits = p->blkbits;
	conf.i_size = p->i_size;
	fs = wt_fs(test, &conf);
	io = wt_start_held(test, fs, buf, p->pos, p->len, 1);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_EQ(test, p->i_size, i_size_read(fs->inode));
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_EXPECT_EQ(test, p->i_size, rec->seen.i_size);

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)p->len, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, p->pos + (loff_t)p->len, i_size_read(fs->inode));
	wt_expect_cached(test, fs, p->pos, buf, p->len);
	wt_expect_media(test, fs, p->pos, buf, p->len);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, p->pos).dirty);
	wt_expect_quiet(test, fs);
}

/*
 * E1, E2: of two bios that extend the file the second is not submitted before
 * the first is complete and i_size has moved over it.
 */
static void one_in_flight(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_16K);
	struct fkfs *fs = wt_fs(test, &empty_two_extents);
	struct fkfs_io *io;

	io = wt_start_held(test, fs, buf, 0, SZ_16K, 1);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_nr_held(fs->disk));

	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, 1));
	KUNIT_EXPECT_EQ(test, SZ_4K, i_size_read(fs->inode));
	KUNIT_EXPECT_EQ(test, 2, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 1, SZ_64K, SZ_16K - SZ_4K);

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_16K, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, SZ_16K, i_size_read(fs->inode));
	wt_expect_quiet(test, fs);
}

/*
 * E1 (trap 33): a size that moved further meanwhile, as direct AIO does it, is
 * not moved back.
 */
static void size_never_moves_back(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &empty);
	struct fkfs_io *io;

	io = wt_start_held(test, fs, buf, 0, SZ_4K, 1);
	i_size_write(fs->inode, SZ_64K);
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, SZ_64K, i_size_read(fs->inode));
	wt_expect_quiet(test, fs);
}

struct tail_param {
	const char	*desc;
	unsigned int	blkbits;
	loff_t		i_size;
	loff_t		pos;
	size_t		len;
	loff_t		block_end;	/* of the last block written */
};

static const struct tail_param tail_params[] = {
	{ "append", 12, 100, 100, 100, SZ_4K },
	{ "append, 1k blocks", 10, 100, 100, 100, SZ_1K },
	{ "beyond EOF, in its block", 12, 100, 600, 100, SZ_4K },
	{ "beyond EOF, in its block, 1k blocks", 10, 100, 600, 100, SZ_1K },
	{ "overwrite of the EOF block", 12, 1000, 10, 100, SZ_4K },
	{ "overwrite of the EOF block, 1k blocks", 10, 1500, 1100, 100, SZ_2K },
};

KUNIT_ARRAY_PARAM_DESC(tail, tail_params, desc);

/*
 * D5 (trap 35): what a store left past the new end reaches the disk as zeros.
 */
static void tail_is_zero_on_disk(struct kunit *test)
{
	const struct tail_param *p = test->param_value;
	u8 *old = wt_buf(test, 1, 0, p->i_size);
	u8 *new = wt_buf(test, 2, p->pos, p->len);
	loff_t end = max_t(loff_t, p->i_size, p->pos + p->len);
	struct fkfs_conf conf = empty;
	u8 *zeros = wt_zeros(test, SZ_4K);
	u8 *want = wt_zeros(test, SZ_4K);
	struct fkfs *fs;

	conf.blkbits = p->blkbits;
	conf.i_size = p->i_size;
	memcpy(want, old, p->i_size);
	memcpy(want + p->pos, new, p->len);
	fs = wt_fs(test, &conf);
	wt_junk_media(fs);
	fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, p->i_size);
	filemap_write_and_wait(fs->inode->i_mapping);
	store(test, fs, WT_JUNK, p->i_size, SZ_4K - p->i_size);

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, new, p->pos, p->len));
	wt_expect_media(test, fs, 0, want, end);
	KUNIT_EXPECT_EQ(test, (size_t)(p->block_end - end),
			wt_differ(fkfs_media(fs, end), zeros,
				  p->block_end - end));
	KUNIT_EXPECT_EQ(test, p->block_end,
			first_nonzero(test, fs, end, p->block_end));
	wt_expect_quiet(test, fs);
}

/*
 * A file of 1000 bytes, with the blocks behind them in the page cache as they
 * are when the file is mapped, and junk in them up to @end, as by a store.
 */
static struct fkfs *gap_fs(struct kunit *test, const u8 *old, loff_t end)
{
	struct fkfs_conf conf = empty;
	u8 *got = wt_zeros(test, 1000);
	struct fkfs *fs;

	conf.blkbits = 10;
	conf.i_size = 1000;
	fs = wt_fs(test, &conf);
	KUNIT_ASSERT_EQ(test, 0, fkfs_read(fs, got, 0, 1000));
	fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, 1000);
	store(test, fs, WT_JUNK, 1000, end - 1000);
	return fs;
}

/*
 * E3, E4 (trap 4): a write that begins beyond EOF makes the old EOF page's
 * tail, with whatever a store left in it, zero for readers.
 */
static void gap_is_zero(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, 1000);
	u8 *new = wt_buf(test, 2, 5000, 100);
	struct fkfs *fs = gap_fs(test, old, SZ_4K);

	KUNIT_EXPECT_EQ(test, 100, fkfs_write(fs, FKFS_WT, 0, new, 5000, 100));
	KUNIT_EXPECT_EQ(test, 5100, i_size_read(fs->inode));
	KUNIT_EXPECT_EQ(test, SZ_4K, first_nonzero(test, fs, 1000, SZ_4K));
	wt_expect_cached(test, fs, 0, old, 1000);
	wt_expect_quiet(test, fs);
}

/*
 * E3 (trap 23): the same when the write is in the old EOF page itself: only up
 * to its start, the new data stays.
 */
static void gap_ends_at_new_data(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, 1000);
	u8 *new = wt_buf(test, 2, 3000, 100);
	struct fkfs *fs = gap_fs(test, old, 3000);

	KUNIT_EXPECT_EQ(test, 100, fkfs_write(fs, FKFS_WT, 0, new, 3000, 100));
	KUNIT_EXPECT_EQ(test, 3000, first_nonzero(test, fs, 1000, 3000));
	wt_expect_cached(test, fs, 3000, new, 100);
	wt_expect_cached(test, fs, 0, old, 1000);
	wt_expect_quiet(test, fs);
}

/* E1: writeback meanwhile takes nothing that is beyond the old EOF. */
static void writeback_meanwhile(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &empty);
	struct fkfs_io *io;

	io = wt_start_held(test, fs, buf, 0, SZ_8K, 1);
	KUNIT_EXPECT_EQ(test, 0, filemap_fdatawrite(fs->inode->i_mapping));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

static struct kunit_case iomap_wt_eof_cases[] = {
	KUNIT_CASE_PARAM(size_moves_at_completion, append_gen_params),
	KUNIT_CASE(one_in_flight),
	KUNIT_CASE(size_never_moves_back),
	KUNIT_CASE_PARAM(tail_is_zero_on_disk, tail_gen_params),
	KUNIT_CASE(gap_is_zero),
	KUNIT_CASE(gap_ends_at_new_data),
	KUNIT_CASE(writeback_meanwhile),
	{ }
};

static struct kunit_suite iomap_wt_eof_suite = {
	.name		= "iomap_wt_eof",
	.init		= wt_init,
	.test_cases	= iomap_wt_eof_cases,
};

kunit_test_suite(iomap_wt_eof_suite);
