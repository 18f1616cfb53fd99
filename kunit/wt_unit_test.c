// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units (see wt_atomic_test.c) that are too small or too large for a bio, that
 * take more bios than they have mappings, or end before or while these are
 * submitted.
 *
 * The contract:
 *  - one bio is for a unit within all limits: the disk's, those of its
 *    protection information, and of a bio;
 *  - bios of a unit that is written out of place are as large as these limits
 *    allow, and each has its own protection information;
 *  - whatever ends the call, cache and disk have all of the unit or nothing.
 *
 * Each case names the rules it proves.
 */
#include <linux/bio-integrity.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "wt_test.h"

#define UNIT		SZ_64K
#define UNIT_BIO	SZ_8K	/* all that has room for its information */
#define UNIT_LARGE	SZ_2M	/* more pages than a bio has vectors */
#define UNIT_CMD	SZ_16M	/* what the disk takes at once */

/* A disk with protection information: a CRC of each block of 512 bytes. */
static struct queue_limits unit_limits(unsigned int unit_min,
				       unsigned int unit_max, bool integrity)
{
	struct queue_limits lim = {
		.features	= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA |
				  BLK_FEAT_ATOMIC_WRITES,
		.max_hw_sectors	= UNIT_CMD >> SECTOR_SHIFT,
		.max_segments	= USHRT_MAX,
		.atomic_write_hw_unit_min = unit_min,
		.atomic_write_hw_unit_max = unit_max,
		.atomic_write_hw_max = unit_max,
	};

	if (integrity) {
		lim.integrity = (struct blk_integrity) {
			.csum_type	= BLK_INTEGRITY_CSUM_CRC,
			.metadata_size	= 8,
			.pi_tuple_size	= 8,
			.interval_exp	= SECTOR_SHIFT,
		};
		lim.max_segment_size = UNIT_BIO;
	}
	return lim;
}

static struct fkfs *unit_fs(struct kunit *test, size_t len, unsigned int blkbits,
			    u16 flags, const struct queue_limits *lim)
{
	const struct fkfs_conf conf = {
		.blkbits	= blkbits,
		.i_size		= len,
		.extents	= { WT_EXTENT(0, len, SZ_64K, IOMAP_MAPPED,
					      flags) },
	};

	if (lim->integrity.metadata_size &&
	    !IS_ENABLED(CONFIG_BLK_DEV_INTEGRITY))
		kunit_skip(test, "needs CONFIG_BLK_DEV_INTEGRITY");
	return wt_fs_limited(test, &conf, SZ_64K + len, lim);
}

struct limit_param {
	const char	*desc;
	size_t		len;
	unsigned int	blkbits;
	unsigned int	unit_min;	/* of the disk */
	unsigned int	unit_max;
	u16		flags;		/* of the extent */
	ssize_t		ret;
};

static const struct limit_param limit_params[] = {
	{ "as small as the disk takes", SZ_4K, 10, SZ_4K, SZ_16K, 0, SZ_4K },
	{ "smaller", SZ_2K, 10, SZ_4K, SZ_16K, 0, -EINVAL },
	{ "as large as the disk takes", SZ_16K, 10, SZ_4K, SZ_16K, 0, SZ_16K },
	{ "larger", SZ_32K, 10, SZ_4K, SZ_16K, 0, -EINVAL },
	{ "as large as its protection information", UNIT_BIO, 12, SZ_4K, SZ_64K,
	  IOMAP_F_INTEGRITY, UNIT_BIO },
	{ "larger than its protection information", 2 * UNIT_BIO, 12, SZ_4K,
	  SZ_64K, IOMAP_F_INTEGRITY, -EINVAL },
	{ "as large as any disk takes", SZ_512K, 12, SZ_4K, SZ_4M, 0, SZ_512K },
	{ "larger than that", SZ_1M, 12, SZ_4K, SZ_4M, 0, -EINVAL },
	{ "as large as can be, out of place", SZ_8M, 12, SZ_4K, SZ_4M,
	  IOMAP_F_SHARED, SZ_8M },
	{ "larger, out of place", SZ_16M, 12, SZ_4K, SZ_4M,
	  IOMAP_F_SHARED, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(limit, limit_params, desc);

/* A6, A1: a unit is taken, or refused and nothing has changed. */
static void limits(struct kunit *test)
{
	const struct limit_param *p = test->param_value;
	struct queue_limits lim = unit_limits(p->unit_min, p->unit_max,
					      p->flags & IOMAP_F_INTEGRITY);
	u8 *buf = wt_buf(test, 2, 0, p->len);
	struct fkfs *fs = unit_fs(test, p->len, p->blkbits, p->flags, &lim);

	KUNIT_EXPECT_EQ(test, p->ret,
			fkfs_write(fs, FKFS_WT, IOCB_ATOMIC, buf, 0, p->len));
	if (p->ret > 0) {
		wt_expect_cached(test, fs, 0, buf, p->len);
		wt_expect_media(test, fs, 0, buf, p->len);
	} else {
		KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
		KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).cached);
	}
	if (!(p->flags & IOMAP_F_SHARED) && p->ret > 0)
		KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

/* Cache the file, page by page, so that no two are neighbours in memory. */
static void unit_scatter(struct kunit *test, struct fkfs *fs, size_t len)
{
	unsigned int nr = len >> PAGE_SHIFT, i;
	u8 *page = wt_zeros(test, PAGE_SIZE);

	for (i = 0; i < nr; i++) {
		loff_t pos = (loff_t)(i * 37 % nr) << PAGE_SHIFT;

		KUNIT_ASSERT_EQ(test, 0, fkfs_read(fs, page, pos, PAGE_SIZE));
		fkd_forget(fs->disk);
	}
}

struct bios_param {
	const char	*desc;
	size_t		len;
	u16		flags;		/* of the extent */
	unsigned int	max;		/* bytes of a bio */
	unsigned int	min;		/* and of all but the last */
	int		bad;		/* the first one that fails, or none */
	unsigned int	more_bad;	/* how many behind it, with other errors */
};

static const struct bios_param bios_params[] = {
	{ "by protection information", UNIT, IOMAP_F_INTEGRITY, UNIT_BIO,
	  UNIT_BIO, -1 },
	{ "by protection information, first one fails", UNIT, IOMAP_F_INTEGRITY,
	  UNIT_BIO, UNIT_BIO, 0 },
	{ "by protection information, second one fails", UNIT,
	  IOMAP_F_INTEGRITY, UNIT_BIO, UNIT_BIO, 1 },
	{ "by protection information, two fail", UNIT, IOMAP_F_INTEGRITY,
	  UNIT_BIO, UNIT_BIO, 3, 1 },
	{ "by vectors", UNIT_LARGE, 0, UNIT_LARGE - 1,
	  BIO_MAX_VECS << PAGE_SHIFT, -1 },
	{ "by vectors, second one fails", UNIT_LARGE, 0, UNIT_LARGE - 1,
	  BIO_MAX_VECS << PAGE_SHIFT, 1 },
};

KUNIT_ARRAY_PARAM_DESC(bios, bios_params, desc);

/* Expect bios in order, of all of the unit, none of them small. */
static void unit_expect_bios(struct kunit *test, struct fkfs *fs,
			     const struct bios_param *p)
{
	unsigned int nr = fkd_count(fs->disk, FKD_WRITE), i;
	bool integrity = p->flags & IOMAP_F_INTEGRITY;
	u64 covered = 0;

	KUNIT_EXPECT_GT(test, nr, 1);
	/* the first is submitted last, by the file system */
	for (i = 0; i < nr; i++) {
		const struct fkd_rec *rec = fkd_nth(fs->disk, FKD_WRITE, i);

		covered += rec->len;
		KUNIT_EXPECT_LE(test, rec->len, p->max);
		if (i != nr - 2)
			KUNIT_EXPECT_GE(test, rec->len, p->min);
		KUNIT_EXPECT_EQ(test, integrity, !!(rec->opf & REQ_INTEGRITY));
		KUNIT_EXPECT_EQ(test, rec->seen.folios, rec->seen.writeback);
		KUNIT_EXPECT_FALSE(test, rec->opf & REQ_ATOMIC);
	}
	KUNIT_EXPECT_EQ(test, p->len, covered);
	KUNIT_EXPECT_EQ(test, SZ_64K >> SECTOR_SHIFT,
			fkd_nth(fs->disk, FKD_WRITE, nr - 1)->sector);
}

/*
 * A2, A7, R1: more bios than mappings are one ioend: it is complete when the
 * last one is, in whatever order, and fails if one of them does, with the first
 * error.
 */
static void many_bios(struct kunit *test)
{
	const struct bios_param *p = test->param_value;
	struct queue_limits lim = unit_limits(SZ_4K, SZ_4K,
					      p->flags & IOMAP_F_INTEGRITY);
	u8 *buf = wt_buf(test, 2, 0, p->len), *old = wt_buf(test, 1, 0, p->len);
	struct fkfs *fs = unit_fs(test, p->len, 0, IOMAP_F_SHARED, &lim);
	struct fkfs_aio *aio = wt_aio(test);
	ssize_t want = p->bad < 0 ? p->len : -EIO;
	unsigned int i;

	memcpy(fs->disk->media + SZ_64K, old, p->len);
	unit_scatter(test, fs, p->len);
	/* the cache was read without, which the disk does not have */
	fs->extents[0].flags |= p->flags;

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_ATOMIC, buf, 0, p->len));
	KUNIT_EXPECT_EQ(test, 1, fs->nr_submit);
	unit_expect_bios(test, fs, p);
	if (p->bad >= 0)
		fkd_release(fs->disk, p->bad, BLK_STS_IOERR);
	for (i = 0; i < p->more_bad; i++)
		fkd_release(fs->disk, p->bad, BLK_STS_TIMEOUT);
	while (fkd_nr_held(fs->disk)) {
		KUNIT_EXPECT_EQ(test, 0, fs->nr_ioends);
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, p->len - 1).writeback);
		fkd_release(fs->disk, fkd_nr_held(fs->disk) - 1, BLK_STS_OK);
		flush_work(&fs->work);
	}
	KUNIT_EXPECT_EQ(test, want, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	wt_expect_cached(test, fs, 0, p->bad < 0 ? buf : old, p->len);
	if (p->bad < 0)
		wt_expect_media(test, fs, 0, buf, p->len);
	wt_expect_quiet(test, fs);
}

/*
 * A7, R5, R6: the file system refuses the ioend when other bios of it are in
 * flight: they are awaited, and the old data comes back.
 */
static void refused_late(struct kunit *test)
{
	struct queue_limits lim = unit_limits(SZ_4K, SZ_4K, true);
	u8 *buf = wt_buf(test, 2, 0, UNIT), *old = wt_buf(test, 1, 0, UNIT);
	struct fkfs *fs = unit_fs(test, UNIT, 0, IOMAP_F_SHARED, &lim);
	struct fkfs_aio *aio = wt_aio(test);

	memcpy(fs->disk->media + SZ_64K, old, UNIT);
	unit_scatter(test, fs, UNIT);
	fs->extents[0].flags |= IOMAP_F_INTEGRITY;

	fkfs_fail(fs, FKFS_SUBMIT, 1, -EIO);
	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_ATOMIC, buf, 0, UNIT));
	KUNIT_EXPECT_EQ(test, UNIT / UNIT_BIO - 1, fkd_nr_held(fs->disk));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_EQ(test, 0, aio->nr_complete);
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, -EIO, fkfs_aio_wait(aio));
	wt_expect_cached(test, fs, 0, old, UNIT);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/* R5, A7: a task that is killed before it has all folios writes nothing. */
static void killed(struct kunit *test)
{
	struct queue_limits lim = unit_limits(SZ_4K, UNIT, false);
	u8 *buf = wt_buf(test, 2, 0, UNIT), *old = wt_buf(test, 1, 0, UNIT);
	struct fkfs *fs = unit_fs(test, UNIT, 0, 0, &lim);
	ssize_t ret;

	fkfs_write(fs, FKFS_WT, 0, old, 0, UNIT);
	fkd_forget(fs->disk);
	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	ret = fkfs_write(fs, FKFS_WT, IOCB_ATOMIC, buf, 0, UNIT);
	disallow_signal(SIGKILL);
	flush_signals(current);

	KUNIT_EXPECT_EQ(test, -EINTR, ret);
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).locked);
	wt_expect_cached(test, fs, 0, old, UNIT);
	wt_expect_quiet(test, fs);
	KUNIT_EXPECT_EQ(test, (ssize_t)UNIT,
			fkfs_write(fs, FKFS_WT, IOCB_ATOMIC, buf, 0, UNIT));
	wt_expect_media(test, fs, 0, buf, UNIT);
}

/* D2: a file system may have mappings that are always valid, or no callbacks. */
static void always_valid(struct kunit *test)
{
	struct iomap_write_ops write_ops = {
		.get_folio	= fkfs_write_ops.get_folio,
	};
	struct iomap_writethrough_ops ops = {
		.submit_ioend	= fkfs_writethrough_ops.submit_ioend,
	};
	struct queue_limits lim = unit_limits(SZ_4K, UNIT, false);
	u8 *buf = wt_buf(test, 2, 0, UNIT);
	struct fkfs *fs = unit_fs(test, UNIT, 0, 0, &lim);
	struct kvec kvec = { .iov_base = buf, .iov_len = UNIT };
	bool need_sync;
	int i;

	fs->stale_at = 1;
	for (i = 0; i < 2; i++) {
		struct iov_iter from;
		struct kiocb iocb;

		fkfs_drop_cache(fs);
		memset(fs->disk->media, 0, fs->disk->size);
		init_sync_kiocb(&iocb, fs->file);
		iocb.ki_flags |= IOCB_WRITETHROUGH | IOCB_ATOMIC;
		iov_iter_kvec(&from, ITER_SOURCE, &kvec, 1, UNIT);
		KUNIT_EXPECT_EQ(test, (ssize_t)UNIT,
				iomap_file_writethrough(&iocb, &from,
							&fkfs_iomap_ops, &ops,
							0, NULL, &need_sync));
		wt_expect_media(test, fs, 0, buf, UNIT);
		wt_expect_quiet(test, fs);
		ops.write_ops = &write_ops;
	}
	KUNIT_EXPECT_EQ(test, 0, fs->nr_valid);
}

static struct kunit_case wt_unit_cases[] = {
	KUNIT_CASE_PARAM(limits, limit_gen_params),
	KUNIT_CASE_PARAM(many_bios, bios_gen_params),
	KUNIT_CASE(refused_late),
	KUNIT_CASE(killed),
	KUNIT_CASE(always_valid),
	{ }
};

static struct kunit_suite wt_unit_suite = {
	.name		= "iomap_wt_unit",
	.init		= wt_init,
	.test_cases	= wt_unit_cases,
};

kunit_test_suite(wt_unit_suite);
