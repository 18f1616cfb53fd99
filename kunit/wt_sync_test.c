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
	{ "dsync, append", CACHE_FUA, IOCB_DSYNC, MAPPED,
	  { IOMAP_F_DIRTY, IOMAP_F_DIRTY }, 0, 0, 1 },
};

KUNIT_ARRAY_PARAM_DESC(durable, durable_params, desc);

/*
 * Y1, Y2, U5, Y3 (trap 16): FUA on the writes before the first mapping that
 * does not qualify, and a flush if there is one.  The flush comes last, with
 * nothing under writeback (trap 5).
 */
static void durable(struct kunit *test)
{
	const struct durable_param *p = test->param_value;
	struct fkfs_conf conf = { .i_size = p->i_size };
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	const struct fkd_rec *rec;
	unsigned int i, nr_fua = 0;
	struct fkfs *fs;

	for (i = 0; i < 2; i++)
		conf.extents[i] = (struct fkfs_extent)
			WT_EXTENT(i * SZ_4K, SZ_4K, i ? SZ_64K : SZ_1M,
				  p->type[i], p->flags[i]);
	fs = wt_fs_on(test, &conf, p->features);

	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K,
			fkfs_write(fs, FKFS_WT, p->ki_flags, buf, 0, SZ_8K));
	KUNIT_EXPECT_EQ(test, 2, fkd_count(fs->disk, FKD_WRITE));
	for (i = 0; (rec = fkd_nth(fs->disk, FKD_WRITE, i)); i++)
		nr_fua += !!(rec->opf & REQ_FUA);
	KUNIT_EXPECT_EQ(test, p->nr_fua, nr_fua);
	KUNIT_EXPECT_EQ(test, p->nr_flushes, fkd_count(fs->disk, FKD_FLUSH));
	KUNIT_EXPECT_EQ(test, p->nr_flushes, fs->need_sync);
	rec = fkd_nth(fs->disk, FKD_FLUSH, 0);
	if (rec)
		KUNIT_EXPECT_EQ(test, 0, rec->seen.tag_writeback);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_sync_cases[] = {
	KUNIT_CASE_PARAM(durable, durable_gen_params),
	{ }
};

static struct kunit_suite wt_sync_suite = {
	.name		= "iomap_wt_sync",
	.init		= wt_init,
	.test_cases	= wt_sync_cases,
};

kunit_test_suite(wt_sync_suite);
