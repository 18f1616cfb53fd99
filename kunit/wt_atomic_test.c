// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: written-through writes that must not be torn (IOCB_ATOMIC).
 *
 * The contract:
 *  - a unit is one bio that the device does not tear, or any number of bios of
 *    one ioend, if the file system remaps all of it at the end;
 *  - it is refused, with nothing changed, where neither is possible;
 *  - nothing but the caller's data is in it, whatever was dirty before;
 *  - if it fails, cache and disk are what they were: old data comes back before
 *    writeback ends, dirty where it was, and a store that waited adds to it;
 *  - blocks that had no data have none until the I/O was a success.
 *
 * Each case names the rules it proves.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "wt_test.h"

#define UNIT	SZ_16K

static const u8 store_byte = WT_JUNK;

/* 1k blocks, in two folios and more. */
static const struct fkfs_conf atomic_small_blocks = {
	.blkbits	= 10,
	.i_size		= SZ_1M,
	.extents	= { WT_MAPPED(0, SZ_1M, SZ_64K) },
};

/* To be remapped: three extents that are not in order. */
static const struct fkfs_conf atomic_out_of_place = {
	.i_size		= UNIT,
	.extents	= { WT_EXTENT(0, SZ_4K, SZ_1M, IOMAP_MAPPED,
				      IOMAP_F_SHARED),
			    WT_EXTENT(SZ_4K, SZ_8K, SZ_64K, IOMAP_MAPPED,
				      IOMAP_F_SHARED),
			    WT_EXTENT(SZ_4K + SZ_8K, SZ_4K, SZ_512K,
				      IOMAP_MAPPED, IOMAP_F_SHARED) },
};

static ssize_t atomic_write(struct fkfs *fs, const u8 *buf, loff_t pos,
			    size_t len, int ki_flags)
{
	return fkfs_write(fs, FKFS_WT, IOCB_ATOMIC | ki_flags, buf, pos, len);
}

/* The file's first bytes get pattern 1, in cache and on disk. */
static u8 *atomic_old(struct kunit *test, struct fkfs *fs, size_t len)
{
	u8 *old = wt_buf(test, 1, 0, len);

	KUNIT_ASSERT_EQ(test, (ssize_t)len,
			fkfs_write(fs, FKFS_WT, 0, old, 0, len));
	fkd_forget(fs->disk);
	return old;
}

/* A2, A5, Y1: one bio, atomic, and with FUA if it is to be durable. */
static void one_bio(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, UNIT, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct fkd_rec *rec;
	int dsync;

	for (dsync = 0; dsync < 2; dsync++) {
		fkd_forget(fs->disk);
		KUNIT_EXPECT_EQ(test, (ssize_t)UNIT,
				atomic_write(fs, buf, UNIT, UNIT,
					     dsync ? IOCB_DSYNC : 0));
		KUNIT_ASSERT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
		rec = fkd_nth(fs->disk, FKD_WRITE, 0);
		KUNIT_EXPECT_EQ(test, UNIT, rec->len);
		KUNIT_EXPECT_TRUE(test, rec->opf & REQ_ATOMIC);
		KUNIT_EXPECT_EQ(test, dsync, !!(rec->opf & REQ_FUA));
		KUNIT_EXPECT_EQ(test, rec->seen.folios, rec->seen.writeback);
		KUNIT_EXPECT_EQ(test, 0, rec->seen.dirty);
		KUNIT_EXPECT_EQ(test, 1, rec->seen.dio_count);
		KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_FLUSH));
		KUNIT_EXPECT_FALSE(test, fs->need_sync);
	}
	KUNIT_EXPECT_FALSE(test, fs->submit_fs_reclaim);
	wt_expect_cached(test, fs, UNIT, buf, UNIT);
	wt_expect_media(test, fs, UNIT, buf, UNIT);
	wt_expect_quiet(test, fs);
}

/*
 * A2, A5, D3: three extents take three bios, but are completed as one, and the
 * sync comes after that.
 */
static void out_of_place(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &atomic_out_of_place);
	struct fkfs_aio *aio = wt_aio(test);
	unsigned int i;

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_ATOMIC | IOCB_DSYNC, buf,
				       0, UNIT));
	KUNIT_ASSERT_EQ(test, 3, fkd_nr_held(fs->disk));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, fkd_nth(fs->disk, FKD_WRITE, i)->opf &
				   (REQ_ATOMIC | REQ_FUA));
	KUNIT_EXPECT_EQ(test, 1, fs->nr_submit);

	/* in whatever order: nothing has happened before the last one */
	fkd_release(fs->disk, 1, BLK_STS_OK);
	fkd_release(fs->disk, 1, BLK_STS_OK);
	flush_work(&fs->work);
	KUNIT_EXPECT_EQ(test, 0, fs->nr_ioends);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, SZ_4K).writeback);
	fkd_release(fs->disk, 0, BLK_STS_OK);

	KUNIT_EXPECT_EQ(test, UNIT, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, aio->flushes);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	wt_expect_cached(test, fs, 0, buf, UNIT);
	wt_expect_media(test, fs, 0, buf, SZ_4K);
	wt_expect_media(test, fs, SZ_4K, buf + SZ_4K, SZ_8K);
	wt_expect_quiet(test, fs);
}

/* R1, A7: one of the three fails, and with it all of them. */
static void out_of_place_fails(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &atomic_out_of_place);
	struct fkfs_aio *aio;
	unsigned int bad;

	for (bad = 0; bad < 3; bad++) {
		u8 *old = atomic_old(test, fs, UNIT);

		aio = wt_aio(test);
		fs->disk->hold = true;
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, IOCB_ATOMIC, buf, 0,
					       UNIT));
		fkd_release(fs->disk, bad, BLK_STS_IOERR);
		KUNIT_EXPECT_EQ(test, 0, aio->nr_complete);
		fkd_release_all(fs->disk);
		KUNIT_EXPECT_EQ(test, -EIO, fkfs_aio_wait(aio));
		wt_expect_cached(test, fs, 0, old, UNIT);
		KUNIT_EXPECT_EQ(test, -EIO, vfs_fsync(fs->file, 0));
		wt_expect_quiet(test, fs);
	}
}

struct refused_param {
	const char	*desc;
	loff_t		pos;
	size_t		len;
	bool		no_limits;	/* has the disk none? */
	u16		flags;		/* of the extent */
	ssize_t		ret;
	u16		type;		/* of the extent, if not mapped */
};

static const struct refused_param refused_params[] = {
	{ "by a disk that tears", 0, SZ_8K, true, 0, -EINVAL },
	{ "larger than the disk takes", 0, 2 * WT_UNIT_MAX, false, 0, -EINVAL },
	{ "not aligned", SZ_4K, SZ_8K, false, 0, -EINVAL },
	{ "not whole blocks", 0, SZ_2K, false, 0, -EINVAL },
	{ "buffer heads", 0, SZ_8K, false, IOMAP_F_BUFFER_HEAD, -EOPNOTSUPP },
	{ "verity", 0, SZ_8K, false, IOMAP_F_FSVERITY, -EOPNOTSUPP },
	{ "delalloc", 0, SZ_8K, false, 0, -EOPNOTSUPP, IOMAP_DELALLOC },
};

KUNIT_ARRAY_PARAM_DESC(refused, refused_params, desc);

/* A6, A1: what cannot be done is refused, and nothing has changed. */
static void refused(struct kunit *test)
{
	const struct refused_param *p = test->param_value;
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 2, p->pos, p->len), *old;
	struct fkfs *fs;

	if (p->ret == -EOPNOTSUPP && !p->flags && !p->type)
		kunit_skip(test, "needs CONFIG_BUFFER_HEAD");
	fs = p->no_limits ? wt_fs_on(test, &conf, BLK_FEAT_WRITE_CACHE) :
		wt_fs(test, &conf);
	old = atomic_old(test, fs, 2 * WT_UNIT_MAX);
	fs->extents[0].flags = p->flags;
	fs->extents[0].type = p->type ?: IOMAP_MAPPED;
	KUNIT_EXPECT_EQ(test, p->ret,
			atomic_write(fs, buf, p->pos, p->len, 0));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, fs->moved_wrong);
	wt_expect_cached(test, fs, 0, old, 2 * WT_UNIT_MAX);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	wt_expect_quiet(test, fs);
}

/* A6: several bios, and nobody to remap the blocks of one of them. */
static void in_pieces(struct kunit *test)
{
	struct fkfs_conf conf = atomic_out_of_place;
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs;

	conf.extents[1].flags = 0;
	fs = wt_fs(test, &conf);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			atomic_write(fs, buf, 0, UNIT, 0));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).cached);
	wt_expect_quiet(test, fs);
}

/* D2: a mapping that is not valid any more is asked for again, all of them. */
static void stale(struct kunit *test)
{
	static const struct fkfs_extent moved[FKFS_MAX_EXTENTS] = {
		WT_MAPPED(0, SZ_1M, SZ_2M),
	};
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fs->stale_at = 1;
	fs->stale_to = moved;
	KUNIT_EXPECT_EQ(test, (ssize_t)UNIT, atomic_write(fs, buf, 0, UNIT, 0));
	KUNIT_EXPECT_EQ(test, 2, fs->nr_begin);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_2M, UNIT);
	wt_expect_cached(test, fs, 0, buf, UNIT);
	wt_expect_quiet(test, fs);
}

/* A3, D9: older dirty data goes nowhere, and what is beside stays dirty. */
static void supersedes(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, SZ_8K);
	u8 *buf = wt_buf(test, 2, SZ_2K, SZ_2K);
	struct fkfs *fs = wt_fs(test, &atomic_small_blocks);

	fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, SZ_8K);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_2K,
			atomic_write(fs, buf, SZ_2K, SZ_2K, 0));
	wt_expect_write(test, fs, 0, SZ_64K + SZ_2K, SZ_2K);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);
	fkd_forget(fs->disk);

	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	wt_expect_write(test, fs, 0, SZ_64K, SZ_2K);
	wt_expect_media(test, fs, 0, old, SZ_2K);
	wt_expect_media(test, fs, SZ_2K, buf, SZ_2K);
	wt_expect_media(test, fs, SZ_4K, old + SZ_4K, SZ_4K);
	wt_expect_quiet(test, fs);
}

struct failed_param {
	const char	*desc;
	unsigned int	dirty;		/* 1k blocks from the unit's start */
	bool		dsync;
	bool		aio;
};

static const struct failed_param failed_params[] = {
	{ "clean", 0 },
	{ "dirty in part", 3 },
	{ "dirty", 16 },
	{ "clean, dsync", 0, true },
	{ "clean, async", 0, false, true },
	{ "dirty in part, async and dsync", 3, true, true },
};

KUNIT_ARRAY_PARAM_DESC(failed, failed_params, desc);

/*
 * A7, R1, R2: the old data comes back, as dirty as it was; the error is
 * reported once; fsync and writeback never write any of the new data.
 */
static void failed(struct kunit *test)
{
	const struct failed_param *p = test->param_value;
	size_t dirty = p->dirty * SZ_1K;
	u8 *buf = wt_buf(test, 2, 0, UNIT), *lazy = wt_buf(test, 3, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &atomic_small_blocks);
	int ki_flags = p->dsync ? IOCB_DSYNC : 0;
	struct fkfs_aio *aio = wt_aio(test);
	u8 *old = atomic_old(test, fs, UNIT);

	if (dirty)
		fkfs_write(fs, FKFS_BUFFERED, 0, lazy, 0, dirty);
	fkd_fail(fs->disk, FKD_WRITE, SZ_64K + UNIT - 1, BLK_STS_IOERR);
	if (p->aio) {
		fs->disk->hold = true;
		KUNIT_EXPECT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, IOCB_ATOMIC | ki_flags,
					       buf, 0, UNIT));
		fkd_release_all(fs->disk);
		KUNIT_EXPECT_EQ(test, -EIO, fkfs_aio_wait(aio));
	} else {
		KUNIT_EXPECT_EQ(test, -EIO,
				atomic_write(fs, buf, 0, UNIT, ki_flags));
	}
	wt_expect_quiet(test, fs);
	if (dirty)
		wt_expect_cached(test, fs, 0, lazy, dirty);
	if (dirty < UNIT)
		wt_expect_cached(test, fs, dirty, old + dirty, UNIT - dirty);
	KUNIT_EXPECT_EQ(test, p->dirty > 0, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_EQ(test, 1, fkfs_nr_reports(fs));

	fkd_fail(fs->disk, FKD_WRITE, SZ_64K + UNIT - 1, BLK_STS_OK);
	fkd_forget(fs->disk);
	KUNIT_EXPECT_EQ(test, -EIO, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, dirty > 0, fkd_count(fs->disk, FKD_WRITE));
	if (dirty) {
		wt_expect_write(test, fs, 0, SZ_64K, dirty);
		wt_expect_media(test, fs, 0, lazy, dirty);
	}
	if (dirty < UNIT)
		wt_expect_media(test, fs, dirty, old + dirty, UNIT - dirty);
}

/* A7, R6: so it is if the file system fails before the I/O is issued. */
static void not_submitted(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	u8 *old = atomic_old(test, fs, UNIT);

	fkfs_fail(fs, FKFS_SUBMIT, 1, -EIO);
	KUNIT_EXPECT_EQ(test, -EIO, atomic_write(fs, buf, 0, UNIT, 0));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_cached(test, fs, 0, old, UNIT);
	wt_expect_media(test, fs, 0, old, UNIT);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/*
 * A7, R3: blocks that were not cached have no data until the I/O was a success:
 * who looks meanwhile finds a locked folio, and after a failure the disk's data.
 */
static void nothing_cached(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, 0, UNIT), *got = wt_zeros(test, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	u8 *old = atomic_old(test, fs, UNIT);
	blk_status_t status = BLK_STS_IOERR;
	struct fkfs_aio *aio;

	for (;;) {
		aio = wt_aio(test);
		fkfs_drop_cache(fs);
		fs->disk->hold = true;
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, IOCB_ATOMIC, buf, 0,
					       UNIT));
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).locked);
		KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).uptodate);
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, UNIT - 1).locked);
		fkd_release(fs->disk, 0, status);
		KUNIT_EXPECT_EQ(test, status ? -EIO : UNIT,
				fkfs_aio_wait(aio));
		KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).locked);
		KUNIT_EXPECT_EQ(test, !status, wt_folio(fs, 0).uptodate);
		KUNIT_EXPECT_EQ(test, 0, fkfs_read(fs, got, 0, UNIT));
		KUNIT_EXPECT_EQ(test, UNIT,
				wt_differ(status ? old : buf, got, UNIT));
		KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
		wt_expect_quiet(test, fs);
		if (!status)
			break;
		status = BLK_STS_OK;
	}
	wt_expect_media(test, fs, 0, buf, UNIT);
}

/* E1, E5, R5: a unit behind EOF that fails leaves nothing there. */
static void extend_fails(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, UNIT, UNIT);
	struct fkfs_conf conf = wt_one_extent;
	struct fkfs *fs;

	conf.i_size = 100;
	fs = wt_fs(test, &conf);
	fkd_fail(fs->disk, FKD_WRITE, conf.extents[0].addr + UNIT,
		 BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO, atomic_write(fs, buf, UNIT, UNIT, 0));
	KUNIT_EXPECT_EQ(test, 100, i_size_read(fs->inode));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, UNIT).cached);
	fkd_fail(fs->disk, FKD_WRITE, conf.extents[0].addr + UNIT, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, (ssize_t)UNIT,
			atomic_write(fs, buf, UNIT, UNIT, 0));
	KUNIT_EXPECT_EQ(test, 2 * UNIT, i_size_read(fs->inode));
	wt_expect_cached(test, fs, UNIT, buf, UNIT);
	wt_expect_quiet(test, fs);
}

struct store_param {
	const char	*desc;
	bool		before;		/* a store before the write as well? */
	bool		fails;
};

static const struct store_param store_params[] = {
	{ "success", false, false },
	{ "success, dirty before", true, false },
	{ "failure", false, true },
	{ "failure, dirty before", true, true },
};

KUNIT_ARRAY_PARAM_DESC(store, store_params, desc);

/*
 * A3, A7, S1: a store waits for the unit's end, is not in its I/O, and adds to
 * what is there then: the new data, or the old.
 */
static void store_waits(struct kunit *test)
{
	const struct store_param *p = test->param_value;
	u8 *buf = wt_buf(test, 2, 0, UNIT), *want = wt_zeros(test, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	u8 *old = atomic_old(test, fs, UNIT);
	unsigned long addr = wt_map(test, fs, UNIT);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs_io *storing;

	memcpy(want, p->fails ? old : buf, UNIT);
	if (p->before) {
		KUNIT_ASSERT_EQ(test, 0, put_user(store_byte,
						  (u8 __user *)addr + 7));
		if (p->fails)
			want[7] = store_byte;
	}
	want[SZ_4K + 5] = store_byte;

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_ATOMIC, buf, 0, UNIT));
	storing = wt_start(test, fs, FKFS_STORE, &store_byte, addr + SZ_4K + 5,
			   1);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(storing));
	fkd_release(fs->disk, 0, p->fails ? BLK_STS_IOERR : BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, p->fails ? -EIO : UNIT, fkfs_aio_wait(aio));
	KUNIT_EXPECT_FALSE(test, fkd_unstable(fs->disk));
	if (!p->fails)
		wt_expect_media(test, fs, 0, buf, SZ_4K);

	KUNIT_EXPECT_EQ(test, 1, fkfs_join(storing));
	fs->disk->hold = false;
	filemap_write_and_wait(fs->inode->i_mapping);
	wt_expect_cached(test, fs, 0, want, UNIT);
	wt_expect_media(test, fs, 0, want, UNIT);
	vm_munmap(addr, UNIT);
	wt_expect_quiet(test, fs);
}

/* F1: with NOWAIT it does not wait for older writeback, and changes nothing. */
static void nowait(struct kunit *test)
{
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	u8 *old = atomic_old(test, fs, UNIT);
	struct fkfs_aio *aio = wt_aio(test);

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, old + SZ_8K, SZ_8K, SZ_4K));
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			atomic_write(fs, buf, 0, UNIT, IOCB_NOWAIT));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).locked);
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, SZ_4K, fkfs_aio_wait(aio));
	wt_expect_cached(test, fs, 0, old, UNIT);
	KUNIT_EXPECT_EQ(test, (ssize_t)UNIT,
			atomic_write(fs, buf, 0, UNIT, IOCB_NOWAIT));
	wt_expect_cached(test, fs, 0, buf, UNIT);
	wt_expect_media(test, fs, 0, buf, UNIT);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_atomic_cases[] = {
	KUNIT_CASE(one_bio),
	KUNIT_CASE(out_of_place),
	KUNIT_CASE(out_of_place_fails),
	KUNIT_CASE_PARAM(refused, refused_gen_params),
	KUNIT_CASE(in_pieces),
	KUNIT_CASE(stale),
	KUNIT_CASE(supersedes),
	KUNIT_CASE_PARAM(failed, failed_gen_params),
	KUNIT_CASE(not_submitted),
	KUNIT_CASE(nothing_cached),
	KUNIT_CASE(extend_fails),
	KUNIT_CASE_PARAM(store_waits, store_gen_params),
	KUNIT_CASE(nowait),
	{ }
};

static struct kunit_suite wt_atomic_suite = {
	.name		= "iomap_wt_atomic",
	.init		= wt_init,
	.test_cases	= wt_atomic_cases,
};

kunit_test_suite(wt_atomic_suite);
