// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes of three bios that complete in any order, and of which
 * any fail.
 *
 * The contract:
 *  - the result is the bytes before the failed one that is lowest in the file,
 *    whichever of them failed first; if there are none, or for data integrity,
 *    it is that one's error;
 *  - each bio ends the writeback of its own folios, at once if it did not fail,
 *    and in process context if it did;
 *  - each folio that failed is reported once, and the file has an error, once.
 *
 * Each case names the rules it proves.
 */
#include <linux/fs.h>
#include <linux/fserror.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

#define ORDER_BIOS	3
#define ORDER_LEN	(ORDER_BIOS * SZ_4K)

static const struct fkfs_conf order_conf = {
	.i_size		= ORDER_LEN,
	.extents	= { WT_MAPPED(0, SZ_4K, SZ_1M),
			    WT_MAPPED(SZ_4K, SZ_4K, SZ_64K),
			    WT_MAPPED(SZ_8K, SZ_4K, SZ_2M) },
};

/* What the bios fail with, by their place in the file. */
static const struct {
	blk_status_t	status;
	int		error;
} order_errors[ORDER_BIOS] = {
	{ BLK_STS_IOERR, -EIO },
	{ BLK_STS_NOSPC, -ENOSPC },
	{ BLK_STS_TARGET, -EREMOTEIO },
};

struct order_param {
	const char	*desc;
	unsigned int	nth[ORDER_BIOS]; /* of those held, to complete next */
};

static const struct order_param order_params[] = {
	{ "0 1 2", { 0, 0, 0 } },
	{ "0 2 1", { 0, 1, 0 } },
	{ "1 0 2", { 1, 0, 0 } },
	{ "1 2 0", { 1, 1, 0 } },
	{ "2 0 1", { 2, 0, 0 } },
	{ "2 1 0", { 2, 1, 0 } },
};

KUNIT_ARRAY_PARAM_DESC(order, order_params, desc);

/* The result when the bios of @mask fail. */
static ssize_t order_want(unsigned int mask, int ki_flags)
{
	unsigned int low;

	if (!mask)
		return ORDER_LEN;
	low = __ffs(mask);
	if (!low || (ki_flags & IOCB_DSYNC))
		return order_errors[low].error;
	return low * SZ_4K;
}

/* Complete the bios that are held, those of @mask with errors. */
static void order_release(struct kunit *test, struct fkfs *fs,
			  unsigned int mask)
{
	const struct order_param *p = test->param_value;
	unsigned int left[ORDER_BIOS] = { 0, 1, 2 }, i, bio;
	loff_t pos;

	for (i = 0; i < ORDER_BIOS; i++) {
		bio = left[p->nth[i]];
		memmove(&left[p->nth[i]], &left[p->nth[i] + 1],
			(ORDER_BIOS - 1 - p->nth[i]) * sizeof(*left));
		pos = bio * SZ_4K;
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, pos).writeback);
		fkd_release(fs->disk, p->nth[i], mask & BIT(bio) ?
			    order_errors[bio].status : BLK_STS_OK);
		if (!(mask & BIT(bio)))
			KUNIT_EXPECT_FALSE(test, wt_folio(fs, pos).writeback);
		else
			KUNIT_EXPECT_TRUE(test, wt_writeback_ends(fs, pos));
	}
}

/* What is left of a call whose bios of @mask failed. */
static void order_expect(struct kunit *test, struct fkfs *fs, const u8 *buf,
			 unsigned int mask)
{
	int error = file_check_and_advance_wb_err(fs->file);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, !mask, !error);
	KUNIT_EXPECT_EQ(test, 0, file_check_and_advance_wb_err(fs->file));
	KUNIT_EXPECT_EQ(test, hweight32(mask), fkfs_nr_reports(fs));
	if (mask)
		KUNIT_EXPECT_EQ(test, (int)FSERR_BUFFERED_WRITE,
				fs->report_type);
	for (i = 0; i < ORDER_BIOS; i++)
		if (!(mask & BIT(i)))
			wt_expect_media(test, fs, i * SZ_4K, buf + i * SZ_4K,
					SZ_4K);
	wt_expect_cached(test, fs, 0, buf, ORDER_LEN);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
	fs->nr_reports = 0;
}

static void order_sync(struct kunit *test, int ki_flags)
{
	u8 *buf = wt_buf(test, 1, 0, ORDER_LEN);
	struct fkfs *fs = wt_fs(test, &order_conf);
	struct fkfs_io *io;
	unsigned int mask;

	for (mask = 0; mask < BIT(ORDER_BIOS); mask++) {
		fs->disk->hold = true;
		io = fkfs_start(fs, FKFS_WT, ki_flags, buf, 0, ORDER_LEN);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, io);
		KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, ORDER_BIOS));
		order_release(test, fs, mask);
		KUNIT_EXPECT_EQ_MSG(test, order_want(mask, ki_flags),
				    fkfs_join(io), "bios %#x failed", mask);
		order_expect(test, fs, buf, mask);
	}
}

/* R1, R2, R3, R5, K4 (trap 22): a call that waits. */
static void sync(struct kunit *test)
{
	order_sync(test, 0);
}

/* R1, R2, R5: the same for data integrity: any failure is the result. */
static void dsync(struct kunit *test)
{
	order_sync(test, IOCB_DSYNC);
}

/*
 * R1, R2, R3, R5, Y5, K4: a call that nobody waits for; with an error it is
 * completed in process context, without one by the last bio.
 */
static void async(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, ORDER_LEN);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &order_conf);
	unsigned int mask;

	for (mask = 0; mask < BIT(ORDER_BIOS); mask++) {
		fs->disk->hold = true;
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, 0, buf, 0, ORDER_LEN));
		order_release(test, fs, mask);
		KUNIT_EXPECT_EQ_MSG(test, order_want(mask, 0),
				    fkfs_aio_wait(aio), "bios %#x failed",
				    mask);
		KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
		KUNIT_EXPECT_EQ(test, !mask, aio->in_irq);
		order_expect(test, fs, buf, mask);
	}
}

/*
 * R2 (trap 34): a bio that fails does nothing in interrupt context: its folio
 * is still under writeback then, and nothing is reported yet.
 */
static void not_in_irq(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, ORDER_LEN);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &order_conf);

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, buf, 0, SZ_4K));
	fkd_release(fs->disk, 0, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, 1, fkd_after(fs->disk));
	KUNIT_EXPECT_EQ(test, -EIO, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, fkfs_nr_reports(fs));
	KUNIT_EXPECT_EQ(test, -EIO, fs->report_error);

	/* The control: one that does not fail ends it there. */
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, buf, 0, SZ_4K));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, 0, fkd_after(fs->disk));
	KUNIT_EXPECT_EQ(test, SZ_4K, fkfs_aio_wait(aio));
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_order_cases[] = {
	KUNIT_CASE_PARAM(sync, order_gen_params),
	KUNIT_CASE_PARAM(dsync, order_gen_params),
	KUNIT_CASE_PARAM(async, order_gen_params),
	KUNIT_CASE(not_in_irq),
	{ }
};

static struct kunit_suite wt_order_suite = {
	.name		= "iomap_wt_order",
	.init		= wt_init,
	.test_cases	= wt_order_cases,
};

kunit_test_suite(wt_order_suite);
