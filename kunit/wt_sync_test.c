// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data integrity of written-through writes: which I/O makes them durable.
 *
 * The contract:
 *  - a write that only overwrites, for which every mapping says so, is made
 *    durable by FUA alone, or by nothing if there is no volatile cache;
 *  - any other is followed by one sync, with nothing under writeback any more;
 *  - RWF_SYNC always is, and a plain write never.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

#define CACHE_FUA	(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA)

struct durable_param {
	const char	*desc;
	blk_features_t	features;
	int		ki_flags;
	/* of the first and the second page's mapping */
	u16		type[2];
	u16		flags[2];
	loff_t		i_size;
	unsigned int	nr_fua;		/* of two writes */
	unsigned int	nr_flushes;
	loff_t		lag;		/* of the on-disk size */
};

#define MAPPED		{ IOMAP_MAPPED, IOMAP_MAPPED }
#define SECOND(_flags)	{ 0, _flags }

static const struct durable_param durable_params[] = {
	{ "plain", CACHE_FUA, 0, MAPPED, { }, SZ_8K, 0, 0 },
	{ "dsync", CACHE_FUA, IOCB_DSYNC, MAPPED, { }, SZ_8K, 2, 0 },
	{ "dsync, no fua", BLK_FEAT_WRITE_CACHE, IOCB_DSYNC, MAPPED, { },
	  SZ_8K, 0, 1 },
	{ "dsync, no cache", 0, IOCB_DSYNC, MAPPED, { }, SZ_8K, 0, 0 },
	{ "sync", CACHE_FUA, IOCB_DSYNC | IOCB_SYNC, MAPPED, { }, SZ_8K, 0, 1 },
	{ "dsync, unwritten", CACHE_FUA, IOCB_DSYNC,
	  { IOMAP_MAPPED, IOMAP_UNWRITTEN }, { }, SZ_8K, 1, 1 },
	{ "dsync, unwritten first", CACHE_FUA, IOCB_DSYNC,
	  { IOMAP_UNWRITTEN, IOMAP_MAPPED }, { }, SZ_8K, 0, 1 },
	{ "dsync, new", CACHE_FUA, IOCB_DSYNC, MAPPED, SECOND(IOMAP_F_NEW),
	  SZ_8K, 1, 1 },
	{ "dsync, shared", CACHE_FUA, IOCB_DSYNC, MAPPED,
	  SECOND(IOMAP_F_SHARED), SZ_8K, 1, 1 },
	{ "dsync, dirty", CACHE_FUA, IOCB_DSYNC, MAPPED, SECOND(IOMAP_F_DIRTY),
	  SZ_8K, 1, 1 },
	{ "dsync, append", CACHE_FUA, IOCB_DSYNC, MAPPED, { }, 0, 0, 1 },
	{ "dsync, dirty append", CACHE_FUA, IOCB_DSYNC, MAPPED, { }, SZ_8K,
	  0, 1, SZ_8K },
	{ "dsync, no cache, dirty append", 0, IOCB_DSYNC, MAPPED, { }, SZ_8K,
	  0, 0, 1 },
};

KUNIT_ARRAY_PARAM_DESC(durable, durable_params, desc);

static struct fkfs *durable_fs(struct kunit *test)
{
	const struct durable_param *p = test->param_value;
	struct fkfs_conf conf = { .i_size = p->i_size };
	struct fkfs *fs;
	unsigned int i;

	for (i = 0; i < 2; i++)
		conf.extents[i] = (struct fkfs_extent)
			WT_EXTENT(i * SZ_4K, SZ_4K, i ? SZ_64K : SZ_1M,
				  p->type[i], p->flags[i]);
	fs = wt_fs_on(test, &conf, p->features);
	fs->disk_size -= p->lag;
	return fs;
}

static void durable_expect(struct kunit *test, struct fkfs *fs)
{
	const struct durable_param *p = test->param_value;
	const struct fkd_rec *rec;
	unsigned int i, nr_fua = 0;

	KUNIT_EXPECT_EQ(test, 2, fkd_count(fs->disk, FKD_WRITE));
	for (i = 0; (rec = fkd_nth(fs->disk, FKD_WRITE, i)); i++) {
		nr_fua += !!(rec->opf & REQ_FUA);
		KUNIT_EXPECT_FALSE(test, rec->opf & REQ_PREFLUSH);
	}
	KUNIT_EXPECT_EQ(test, p->nr_fua, nr_fua);
	KUNIT_EXPECT_EQ(test, p->nr_flushes, fkd_count(fs->disk, FKD_FLUSH));
	rec = fkd_nth(fs->disk, FKD_FLUSH, 0);
	if (rec) {
		KUNIT_EXPECT_EQ(test, 0, rec->seen.tag_writeback);
		KUNIT_EXPECT_EQ(test, 0, rec->seen.dio_count);
		KUNIT_EXPECT_FALSE(test, rec->seen.inode_locked);
	}
	KUNIT_EXPECT_EQ(test, max_t(loff_t, p->i_size, SZ_8K), fs->disk_size);
	wt_expect_quiet(test, fs);
}

/*
 * Y1, Y2, U5, Y3 (traps 16, 18): FUA on the writes before the first mapping
 * that does not qualify, and a flush if there is one.  The flush comes last,
 * with nothing under writeback (trap 5) and the inode unlocked.
 */
static void durable(struct kunit *test)
{
	const struct durable_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = durable_fs(test);

	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K,
			fkfs_write(fs, FKFS_WT, p->ki_flags, buf, 0, SZ_8K));
	durable_expect(test, fs);
}

/*
 * Y1 to Y5, E2 (traps 3, 5): the same bios for a call that does not wait, which
 * completes after the flush; in the interrupt only if there is nothing to do
 * but to tell.
 */
static void durable_async(struct kunit *test)
{
	const struct durable_param *p = test->param_value;
	bool extends = p->i_size < SZ_8K;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = durable_fs(test);
	ssize_t ret;

	fs->disk->hold = !extends;
	ret = fkfs_aio_write(fs, aio, p->ki_flags, buf, 0, SZ_8K);
	KUNIT_EXPECT_EQ(test, extends ? SZ_8K : -EIOCBQUEUED, ret);
	KUNIT_EXPECT_EQ(test, extends ? p->nr_flushes : 0,
			fkd_count(fs->disk, FKD_FLUSH));
	KUNIT_EXPECT_EQ(test, extends ? SZ_8K : 0, aio->iocb.ki_pos);
	fkd_release_all(fs->disk);
	if (!extends) {
		KUNIT_EXPECT_EQ(test, SZ_8K, fkfs_aio_wait(aio));
		KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
		KUNIT_EXPECT_EQ(test, p->nr_flushes, aio->flushes);
		KUNIT_EXPECT_FALSE(test, aio->writeback);
		KUNIT_EXPECT_EQ(test, SZ_8K, aio->iocb.ki_pos);
	}
	if (p->nr_flushes || fs->nr_ioends)
		KUNIT_EXPECT_FALSE(test, aio->in_irq);
	else
		KUNIT_EXPECT_TRUE(test, aio->in_irq);
	durable_expect(test, fs);
}

struct flush_param {
	const char	*desc;
	bool		aio;
};

static const struct flush_param flush_params[] = {
	{ "sync", false },
	{ "async", true },
};

KUNIT_ARRAY_PARAM_DESC(flush, flush_params, desc);

/* Y2, R5: a flush that fails is the result of the call. */
static void flush_fails(struct kunit *test)
{
	const struct flush_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs_on(test, &wt_one_extent, BLK_FEAT_WRITE_CACHE);
	ssize_t ret;

	fs->disk->hold = p->aio;
	fkd_fail(fs->disk, FKD_FLUSH, 0, BLK_STS_IOERR);
	if (p->aio) {
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, IOCB_DSYNC, buf, 0,
					       SZ_8K));
		fkd_release_all(fs->disk);
		ret = fkfs_aio_wait(aio);
	} else {
		ret = fkfs_write(fs, FKFS_WT, IOCB_DSYNC, buf, 0, SZ_8K);
	}
	KUNIT_EXPECT_EQ(test, -EIO, ret);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_FLUSH));
	wt_expect_media(test, fs, 0, buf, SZ_8K);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_sync_cases[] = {
	KUNIT_CASE_PARAM(durable, durable_gen_params),
	KUNIT_CASE_PARAM(durable_async, durable_gen_params),
	KUNIT_CASE_PARAM(flush_fails, flush_gen_params),
	{ }
};

static struct kunit_suite wt_sync_suite = {
	.name		= "iomap_wt_sync",
	.init		= wt_init,
	.test_cases	= wt_sync_cases,
};

kunit_test_suite(wt_sync_suite);
