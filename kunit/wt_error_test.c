// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes that fail, in all the places where they can.
 *
 * The contract:
 *  - the result is the bytes before the lowest failed one, or its error if
 *    there are none; for data integrity writes any failure is the error;
 *  - the error is in the mapping, once;
 *  - after failed I/O the data is cached and clean; if it was not issued the
 *    data inside EOF is dirty; data past EOF is gone in both cases;
 *  - nothing is issued after an error, and nothing leaks.
 *
 * Each case names the rules it proves.
 */
#include <linux/file.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

struct io_error_param {
	const char	*desc;
	loff_t		i_size;
	u64		fail_pos;	/* on the disk */
	blk_status_t	status;
	int		ki_flags;
	ssize_t		ret;
	loff_t		new_size;
	unsigned int	nr_writes;	/* 0: that depends on timing */
};

static const struct io_error_param io_error_params[] = {
	{ "overwrite, first", SZ_8K, WT_FIRST, BLK_STS_IOERR, 0, -EIO, SZ_8K,
	  0 },
	{ "overwrite, second", SZ_8K, WT_SECOND, BLK_STS_IOERR, 0, SZ_4K, SZ_8K,
	  0 },
	{ "overwrite, dsync, first", SZ_8K, WT_FIRST, BLK_STS_IOERR, IOCB_DSYNC,
	  -EIO, SZ_8K, 0 },
	{ "overwrite, dsync, second", SZ_8K, WT_SECOND, BLK_STS_IOERR,
	  IOCB_DSYNC, -EIO, SZ_8K, 0 },
	{ "append, first", 0, WT_FIRST, BLK_STS_IOERR, 0, -EIO, 0, 1 },
	{ "append, second", 0, WT_SECOND, BLK_STS_IOERR, 0, SZ_4K, SZ_4K, 2 },
	{ "append, dsync, second", 0, WT_SECOND, BLK_STS_IOERR, IOCB_DSYNC,
	  -EIO, SZ_4K, 2 },
	{ "append in mid-block, first", 100, WT_FIRST, BLK_STS_IOERR, 0, -EIO,
	  100, 1 },
	{ "no space", SZ_8K, WT_FIRST, BLK_STS_NOSPC, 0, -ENOSPC, SZ_8K, 0 },
	{ "again", SZ_8K, WT_FIRST, BLK_STS_AGAIN, 0, -EIO, SZ_8K, 0 },
	{ "not supported", SZ_8K, WT_FIRST, BLK_STS_NOTSUPP, 0, -EIO, SZ_8K,
	  0 },
};

KUNIT_ARRAY_PARAM_DESC(io_error, io_error_params, desc);

/*
 * R1: the caller gets the error, or what came before; a status that would make
 * it try again becomes -EIO.  R2: the mapping has it, once.  E1, E5: i_size is
 * the end of what was written.  D13, S2: the counts are back.
 */
static void io_error(struct kunit *test)
{
	const struct io_error_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_conf conf = wt_two_extents;
	errseq_t since;
	struct fkfs *fs;

	conf.i_size = p->i_size;
	fs = wt_fs(test, &conf);
	fkd_fail(fs->disk, FKD_WRITE, p->fail_pos, p->status);
	since = filemap_sample_wb_err(fs->inode->i_mapping);

	KUNIT_EXPECT_EQ(test, p->ret,
			fkfs_write(fs, FKFS_WT, p->ki_flags, buf, 0, SZ_8K));
	KUNIT_EXPECT_EQ(test, p->new_size, i_size_read(fs->inode));
	if (p->nr_writes)
		KUNIT_EXPECT_EQ(test, p->nr_writes,
				fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_NE(test, 0,
			filemap_check_wb_err(fs->inode->i_mapping, since));
	KUNIT_EXPECT_NE(test, 0, file_check_and_advance_wb_err(fs->file));
	KUNIT_EXPECT_EQ(test, 0, file_check_and_advance_wb_err(fs->file));
	wt_expect_quiet(test, fs);
}

/*
 * R3, D12: inside EOF the data of a failed write is cached, up to date, clean.
 */
static void overwrite_stays_cached(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fkd_fail(fs->disk, FKD_WRITE, WT_SECOND, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_4K));
	wt_expect_cached(test, fs, 0, buf, SZ_4K);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
}

/*
 * E5 (trap 32): after a failed append the cache has nothing past EOF, so that a
 * later truncate-up does not bring the data back.
 */
static void append_is_dropped(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 100, SZ_16K);
	u8 *zeros = wt_zeros(test, SZ_32K);
	u8 *got = wt_zeros(test, SZ_32K);
	struct fkfs_conf conf = wt_one_extent;
	struct fkfs *fs;

	conf.i_size = 100;
	fs = wt_fs(test, &conf);
	fkd_fail(fs->disk, FKD_WRITE, WT_SECOND, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO,
			fkfs_write(fs, FKFS_WT, 0, buf, 100, SZ_16K));
	KUNIT_EXPECT_EQ(test, 100, i_size_read(fs->inode));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, SZ_4K).cached);

	i_size_write(fs->inode, SZ_1M);
	KUNIT_EXPECT_EQ(test, 0, fkfs_read(fs, got, 0, SZ_32K));
	KUNIT_EXPECT_EQ(test, SZ_32K - 100,
			wt_differ(got + 100, zeros, SZ_32K - 100));
	wt_expect_quiet(test, fs);
}

/*
 * E5: of a short append the part past the final EOF is dropped, and only that.
 */
static void short_append_is_cut(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_conf conf = wt_two_extents;
	struct fkfs *fs;

	conf.i_size = 0;
	fs = wt_fs(test, &conf);
	fkd_fail(fs->disk, FKD_WRITE, WT_SECOND, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	wt_expect_cached(test, fs, 0, buf, SZ_4K);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, SZ_4K).cached);
	wt_expect_quiet(test, fs);
}

/*
 * R2: every descriptor that was open hears of the failure once, that of the
 * caller too, and one that was opened after that does not.
 */
static void each_descriptor_once(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct file *other = fkfs_open(fs), *later;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	fkd_fail(fs->disk, FKD_WRITE, SZ_64K, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_4K));
	KUNIT_EXPECT_EQ(test, -EIO, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	later = fkfs_open(fs);
	KUNIT_EXPECT_EQ(test, -EIO, vfs_fsync(other, 0));
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(other, 0));
	KUNIT_EXPECT_FALSE(test, IS_ERR(later));
	if (!IS_ERR(later)) {
		KUNIT_EXPECT_EQ(test, 0, vfs_fsync(later, 0));
		__fput_sync(later);
	}
	__fput_sync(other);
	wt_expect_quiet(test, fs);
}

/* R1: of two errors the one lower in the file counts, whichever came first. */
static void lowest_error_counts(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct fkfs_io *io;

	io = wt_start_held(test, fs, buf, 0, SZ_8K, 2);
	fkd_release(fs->disk, 1, BLK_STS_IOERR);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	fkd_release(fs->disk, 0, BLK_STS_NOSPC);
	KUNIT_EXPECT_EQ(test, -ENOSPC, fkfs_join(io));
	wt_expect_quiet(test, fs);
}

/*
 * R6 (traps 10, 15): refused after the copy, as when a copy on write can't be
 * prepared, data inside EOF is dirty, not lost.
 */
static void refused_is_dirty(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, SZ_1K, SZ_1K);
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	fkfs_fail(fs, FKFS_SUBMIT, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			fkfs_write(fs, FKFS_WT, 0, buf, SZ_1K, SZ_1K));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);
	wt_expect_cached(test, fs, SZ_1K, buf, SZ_1K);
	wt_expect_quiet(test, fs);

	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K + SZ_1K, SZ_1K);
	wt_expect_media(test, fs, SZ_1K, buf, SZ_1K);
}

/*
 * R6, E5: refused after the copy, the part inside EOF is dirty, the rest gone.
 */
static void refused_append_is_dropped(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_16K);
	struct fkfs_conf conf = wt_one_extent;
	struct fkfs *fs;

	conf.i_size = SZ_4K;
	fs = wt_fs(test, &conf);
	fkfs_fail(fs, FKFS_SUBMIT, 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_16K));
	KUNIT_EXPECT_EQ(test, SZ_4K, i_size_read(fs->inode));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, SZ_4K).cached);
	KUNIT_EXPECT_EQ(test, 1, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/*
 * R5, D10: a failed lookup of the second mapping ends the call with the first.
 */
static void lookup_fails(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);

	fkfs_fail(fs, FKFS_BEGIN, 2, -ENOSPC);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);

	fkfs_fail(fs, FKFS_BEGIN, 1, -ENOSPC);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	wt_expect_quiet(test, fs);
}

/*
 * R5, D10: a partial block that can't be read ends the call; what is held
 * goes.
 */
static void read_fails(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fkd_fail(fs->disk, FKD_READ, SZ_64K + SZ_4K, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_4K + 10));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K, SZ_4K);
	wt_expect_quiet(test, fs);

	KUNIT_EXPECT_EQ(test, -EIO,
			fkfs_write(fs, FKFS_WT, 0, buf, SZ_4K, 10));
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

struct clean_up_param {
	const char	*desc;
	u16		type;
	u16		flags;
	loff_t		disk_size;
	bool		aio;
};

static const struct clean_up_param clean_up_params[] = {
	{ "unwritten", IOMAP_UNWRITTEN, 0, SZ_4K, false },
	{ "unwritten, async", IOMAP_UNWRITTEN, 0, SZ_4K, true },
	{ "shared", IOMAP_MAPPED, IOMAP_F_SHARED, SZ_4K, false },
	{ "shared, async", IOMAP_MAPPED, IOMAP_F_SHARED, SZ_4K, true },
	{ "dirty append", IOMAP_MAPPED, 0, 0, false },
};

KUNIT_ARRAY_PARAM_DESC(clean_up, clean_up_params, desc);

/*
 * D6, R2 (trap 30): the completion of writeback is that of the failed write
 * too: the file system hears of it, with the folios still under writeback, and
 * can cancel what it had reserved for it.  No extent is converted, no size
 * moves.
 */
static void file_system_cleans_up(struct kunit *test)
{
	const struct clean_up_param *p = test->param_value;
	const struct fkfs_conf conf = {
		.i_size		= SZ_4K,
		.extents	= { WT_EXTENT(0, SZ_4K, SZ_64K, p->type,
					      p->flags) },
	};
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &conf);
	ssize_t ret;

	fs->disk_size = p->disk_size;
	fkd_fail(fs->disk, FKD_WRITE, SZ_64K, BLK_STS_IOERR);
	if (p->aio)
		ret = fkfs_aio_write(fs, aio, 0, buf, 0, SZ_4K);
	else
		ret = fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_4K);
	if (ret == -EIOCBQUEUED)
		ret = fkfs_aio_wait(aio);
	KUNIT_EXPECT_EQ(test, -EIO, ret);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	KUNIT_EXPECT_EQ(test, p->type, fs->extents[0].type);
	KUNIT_EXPECT_EQ(test, p->disk_size, fs->disk_size);
	KUNIT_EXPECT_NE(test, 0, file_check_and_advance_wb_err(fs->file));
	wt_expect_quiet(test, fs);
}

/* R1, R5: a failed call does not keep the next one from working. */
static void works_again(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);

	fkd_fail(fs->disk, FKD_WRITE, WT_FIRST, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	fkd_fail(fs->disk, FKD_WRITE, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K));
	wt_expect_media(test, fs, 0, buf, SZ_4K);
	wt_expect_quiet(test, fs);
}

static struct kunit_case iomap_wt_error_cases[] = {
	KUNIT_CASE_PARAM(io_error, io_error_gen_params),
	KUNIT_CASE(overwrite_stays_cached),
	KUNIT_CASE(append_is_dropped),
	KUNIT_CASE(short_append_is_cut),
	KUNIT_CASE(each_descriptor_once),
	KUNIT_CASE(lowest_error_counts),
	KUNIT_CASE(refused_is_dirty),
	KUNIT_CASE(refused_append_is_dropped),
	KUNIT_CASE(lookup_fails),
	KUNIT_CASE(read_fails),
	KUNIT_CASE_PARAM(file_system_cleans_up, clean_up_gen_params),
	KUNIT_CASE(works_again),
	{ }
};

static struct kunit_suite iomap_wt_error_suite = {
	.name		= "iomap_wt_error",
	.init		= wt_init,
	.test_cases	= iomap_wt_error_cases,
};

kunit_test_suite(iomap_wt_error_suite);
