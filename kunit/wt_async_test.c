// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous written-through writes.
 *
 * The contract:
 *  - inside EOF the call submits and returns -EIOCBQUEUED; ->ki_complete is
 *    called once, when all I/O and what has to follow it are done, and after
 *    everything that the call held was given back;
 *  - what has to sleep is done by another task than the one that completes the
 *    bio, and only that is;
 *  - a call that moves i_size waits;
 *  - a failure before anything was submitted is returned; after that it is
 *    reported to ->ki_complete, and never as something to try again.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

#include "wt_test.h"

/*
 * U4, Y4, D13: the call returns before the I/O is done, and is completed once
 * it is, with writeback ended and the dio count given back.  Y5: a mere
 * overwrite is completed by whoever completes the bio.
 */
static void returns_after_submission(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct fkfs_aio *aio = wt_aio(test);

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, buf, 0, 2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 2, fkd_nr_held(fs->disk));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&fs->inode->i_dio_count));
	KUNIT_EXPECT_EQ(test, 0, aio->iocb.ki_pos);

	fkd_release(fs->disk, 1, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, 0, aio->nr_complete);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&fs->inode->i_dio_count));

	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
	KUNIT_EXPECT_TRUE(test, aio->in_irq);
	KUNIT_EXPECT_FALSE(test, aio->writeback);
	KUNIT_EXPECT_EQ(test, 0, aio->dio_count);
	KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE, aio->iocb.ki_pos);
	wt_expect_quiet(test, fs);
}

/* U4, R5: I/O that is done before the call returns is not queued. */
static void done_at_once(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *aio = wt_aio(test);

	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE,
			fkfs_aio_write(fs, aio, 0, buf, 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, aio->nr_complete);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, aio->iocb.ki_pos);
	wt_expect_quiet(test, fs);
}

/* E2, E1 (trap 3): a call that moves i_size waits for its I/O. */
static void extending_waits(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs_conf conf = wt_two_extents;
	struct fkfs_io *io;
	struct fkfs *fs;

	conf.i_size = 100;
	fs = wt_fs(test, &conf);
	fs->disk->hold = true;
	io = wt_start(test, fs, FKFS_AIO, buf, 0, PAGE_SIZE);
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, 1));
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_TRUE(test, inode_is_locked(fs->inode));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 0, io->aio.nr_complete);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, io->aio.iocb.ki_pos);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, i_size_read(fs->inode));
	wt_expect_quiet(test, fs);
}

/* E2, F1: ... and if it must not wait, nothing happens. */
static void extending_nowait(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs_conf conf = wt_two_extents;
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs;

	conf.i_size = 100;
	fs = wt_fs(test, &conf);
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			fkfs_aio_write(fs, aio, IOCB_NOWAIT, buf, 0,
				       PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).cached);
	wt_expect_quiet(test, fs);
}

/* Y5, D6: unwritten extents are converted before the call completes. */
static void unwritten(struct kunit *test)
{
	static const struct fkfs_conf conf = {
		.i_size		= PAGE_SIZE,
		.extents	= { WT_EXTENT(0, PAGE_SIZE, SZ_1M,
					      IOMAP_UNWRITTEN, 0) },
	};
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &conf);

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, buf, 0, PAGE_SIZE));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, IOMAP_MAPPED, fs->extents[0].type);
	KUNIT_EXPECT_EQ(test, 1, fs->nr_ioends);
	wt_expect_quiet(test, fs);
}

/*
 * Y4, Y2, K5 (trap 5): the flush is done by another task, with writeback
 * ended, and before the call completes.
 */
static void dsync(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs_on(test, &wt_one_extent, BLK_FEAT_WRITE_CACHE);
	struct fkfs_aio *aio = wt_aio(test);

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_DSYNC, buf, 0,
				       PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_FLUSH));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_FALSE(test, aio->in_irq);
	KUNIT_EXPECT_EQ(test, 1, aio->flushes);
	KUNIT_EXPECT_FALSE(test, aio->writeback);
	wt_expect_quiet(test, fs);
}

struct io_error_param {
	const char	*desc;
	u64		fail_pos;	/* on the disk */
	blk_status_t	status;
	int		ki_flags;
	long		ret;
};

static const struct io_error_param io_error_params[] = {
	{ "first", WT_FIRST, BLK_STS_IOERR, 0, -EIO },
	{ "second", WT_SECOND, BLK_STS_IOERR, 0, PAGE_SIZE },
	{ "second, dsync", WT_SECOND, BLK_STS_IOERR, IOCB_DSYNC, -EIO },
	{ "again", WT_FIRST, BLK_STS_AGAIN, 0, -EIO },
	{ "not supported", WT_FIRST, BLK_STS_NOTSUPP, 0, -EIO },
	{ "no space", WT_FIRST, BLK_STS_NOSPC, 0, -ENOSPC },
};

KUNIT_ARRAY_PARAM_DESC(io_error, io_error_params, desc);

/*
 * R1, R2, R5: ->ki_complete gets the result, in process context; the mapping
 * has the error, once; nothing leaks.
 */
static void io_error(struct kunit *test)
{
	const struct io_error_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct fkfs_aio *aio = wt_aio(test);
	unsigned int bad = p->fail_pos == WT_FIRST ? 0 : 1;

	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, p->ki_flags, buf, 0,
				       2 * PAGE_SIZE));
	fkd_release(fs->disk, bad, p->status);
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, p->ret, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
	KUNIT_EXPECT_FALSE(test, aio->in_irq);
	KUNIT_EXPECT_NE(test, 0, file_check_and_advance_wb_err(fs->file));
	KUNIT_EXPECT_EQ(test, 0, file_check_and_advance_wb_err(fs->file));
	wt_expect_quiet(test, fs);
}

/* Work that keeps a work queue busy until it is let go. */
struct stopper {
	struct work_struct	*works;		/* one per CPU */
	struct completion	go;
};

static struct stopper stopper;

static void stopper_work(struct work_struct *work)
{
	wait_for_completion(&stopper.go);
}

static void stopper_start(struct kunit *test, struct workqueue_struct *wq)
{
	unsigned int cpu;

	stopper.works = kunit_kcalloc(test, nr_cpu_ids, sizeof(*stopper.works),
				      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stopper.works);
	init_completion(&stopper.go);
	workqueue_set_max_active(wq, 1);
	for_each_online_cpu(cpu) {
		INIT_WORK(&stopper.works[cpu], stopper_work);
		queue_work_on(cpu, wq, &stopper.works[cpu]);
	}
}

static void stopper_end(struct workqueue_struct *wq)
{
	complete_all(&stopper.go);
	flush_workqueue(wq);
}

struct stuck_param {
	const char	*desc;
	u16		type;
	int		ki_flags;
	blk_status_t	status;
	bool		completes;	/* without the work queue? */
};

static const struct stuck_param stuck_params[] = {
	{ "plain", IOMAP_MAPPED, 0, BLK_STS_OK, true },
	{ "dsync", IOMAP_MAPPED, IOCB_DSYNC, BLK_STS_OK, false },
	{ "unwritten", IOMAP_UNWRITTEN, 0, BLK_STS_OK, true },
	{ "unwritten, dsync", IOMAP_UNWRITTEN, IOCB_DSYNC, BLK_STS_OK, false },
	{ "error", IOMAP_MAPPED, 0, BLK_STS_IOERR, false },
	{ "unwritten, error", IOMAP_UNWRITTEN, 0, BLK_STS_IOERR, false },
};

KUNIT_ARRAY_PARAM_DESC(stuck, stuck_params, desc);

/*
 * K5 (trap 29), Y5: what ends writeback does not queue behind the work that
 * waits for it, which is that of data integrity: with its queue stuck
 * writeback ends, and the call completes later.
 */
static void writeback_ends_anyway(struct kunit *test)
{
	const struct stuck_param *p = test->param_value;
	const struct fkfs_conf conf = {
		.i_size		= SZ_8K,
		.extents	= { WT_EXTENT(0, SZ_4K, SZ_1M, p->type, 0),
				    WT_MAPPED(SZ_4K, SZ_4K, SZ_64K) },
	};
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs_on(test, &conf, BLK_FEAT_WRITE_CACHE);
	struct workqueue_struct *wq;

	/* The first asynchronous call of a file system makes the queue. */
	fkfs_aio_write(fs, aio, 0, buf, SZ_4K, SZ_4K);
	wq = fs->mnt->mnt_sb->s_dio_done_wq;
	KUNIT_ASSERT_NOT_NULL(test, wq);
	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, p->ki_flags, buf, 0, SZ_4K));
	stopper_start(test, wq);
	fkd_release(fs->disk, 0, p->status);
	KUNIT_EXPECT_TRUE(test, wt_writeback_ends(fs, 0));
	if (p->completes)
		KUNIT_EXPECT_EQ(test, SZ_4K, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, p->completes, aio->nr_complete);
	stopper_end(wq);
	KUNIT_EXPECT_EQ(test, p->status ? -EIO : SZ_4K, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
	wt_expect_quiet(test, fs);
}

struct submit_error_param {
	const char	*desc;
	unsigned int	at;
	int		error;
	int		ki_flags;
	bool		queued;
	long		ret;
	bool		at_once;	/* the disk is done when it is given a bio */
};

static const struct submit_error_param submit_error_params[] = {
	{ "first mapping", 1, -ENOSPC, 0, false, -ENOSPC },
	{ "first mapping, again", 1, -EAGAIN, 0, false, -EAGAIN },
	{ "second mapping", 2, -ENOSPC, 0, true, PAGE_SIZE },
	{ "second mapping, dsync", 2, -ENOSPC, IOCB_DSYNC, true, -ENOSPC },
	{ "second mapping, dsync, again", 2, -EAGAIN, IOCB_DSYNC, true, -EIO },
	{ "second mapping, dsync, again, all done", 2, -EAGAIN, IOCB_DSYNC, false,
	  -EIO, true },
};

KUNIT_ARRAY_PARAM_DESC(submit_error, submit_error_params, desc);

/*
 * R1 (trap 28): an error is returned if nothing was submitted.  Afterwards the
 * call is queued, or all done, and never ends with an error that asks to try
 * again: a part of it is written.
 */
static void submit_error(struct kunit *test)
{
	const struct submit_error_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct fkfs_aio *aio = wt_aio(test);
	ssize_t ret;

	fs->disk->hold = !p->at_once;
	fkfs_fail(fs, FKFS_BEGIN, p->at, p->error);
	ret = fkfs_aio_write(fs, aio, p->ki_flags, buf, 0, 2 * PAGE_SIZE);
	if (p->queued) {
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED, ret);
		fkd_release_all(fs->disk);
		ret = fkfs_aio_wait(aio);
	}
	KUNIT_EXPECT_EQ(test, p->ret, ret);
	KUNIT_EXPECT_EQ(test, p->queued, aio->nr_complete);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_async_cases[] = {
	KUNIT_CASE(returns_after_submission),
	KUNIT_CASE(done_at_once),
	KUNIT_CASE(extending_waits),
	KUNIT_CASE(extending_nowait),
	KUNIT_CASE(unwritten),
	KUNIT_CASE(dsync),
	KUNIT_CASE_PARAM(io_error, io_error_gen_params),
	KUNIT_CASE_PARAM(writeback_ends_anyway, stuck_gen_params),
	KUNIT_CASE_PARAM(submit_error, submit_error_gen_params),
	{ }
};

static struct kunit_suite wt_async_suite = {
	.name		= "iomap_wt_async",
	.init		= wt_init,
	.test_cases	= wt_async_cases,
};

kunit_test_suite(wt_async_suite);
