// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flag for written-through writes, and the flags of others with it: NOWAIT
 * and DONTCACHE.
 *
 * The contract:
 *  - the flag is for writes to files of file systems that know it;
 *  - with NOWAIT nothing is waited for on the way to the disk but memory that
 *    is there; what would be answers -EAGAIN, or ends the call before it; an
 *    asynchronous call has submitted nothing then;
 *  - a call that waits still waits for its own I/O;
 *  - with DONTCACHE the folios that the call brought in go once they are
 *    written, in process context, and no others.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

/* What is in the way of a write of two pages, both cached and clean. */
enum obstacle {
	NOTHING,
	LOCKED,			/* a folio is */
	WRITEBACK,		/* of a folio */
	STABLE,			/* writeback, on a device that needs it */
	STALE,			/* the mapping */
	MISSING,		/* all of the cache; whole pages need no read */
};

struct nowait_param {
	const char	*desc;
	enum obstacle	what;
	loff_t		where;
	ssize_t		sync;		/* result of a call that waits */
	bool		async;		/* does one that doesn't go through? */
};

static const struct nowait_param nowait_params[] = {
	{ "nothing", NOTHING, 0, SZ_8K, true },
	{ "first folio locked", LOCKED, 0, -EAGAIN, false },
	{ "second folio locked", LOCKED, SZ_4K, SZ_4K, false },
	{ "first folio under writeback", WRITEBACK, 0, -EAGAIN, false },
	{ "second folio under writeback", WRITEBACK, SZ_4K, SZ_4K, false },
	{ "second folio under writeback, stable", STABLE, SZ_4K, SZ_4K, false },
	{ "mapping stale at once", STALE, 0, SZ_8K, true },
	{ "mapping stale later", STALE, SZ_4K, SZ_8K, false },
	{ "not cached", MISSING, 0, SZ_8K, true },
};

KUNIT_ARRAY_PARAM_DESC(nowait, nowait_params, desc);

struct nowait {
	struct folio	*folio;		/* locked */
	bool		stable;		/* did the test set it? */
};

static void nowait_put(struct kunit *test, struct fkfs *fs, struct nowait *nw,
		       u8 *old)
{
	const struct nowait_param *p = test->param_value;
	struct address_space *mapping = fs->inode->i_mapping;

	switch (p->what) {
	case NOTHING:
		break;
	case LOCKED:
		nw->folio = filemap_lock_folio(mapping, p->where >> PAGE_SHIFT);
		KUNIT_ASSERT_FALSE(test, IS_ERR(nw->folio));
		break;
	case STABLE:
		mapping_set_stable_writes(mapping);
		fallthrough;
	case WRITEBACK:
		fkfs_write(fs, FKFS_BUFFERED, 0, old, p->where, SZ_4K);
		fs->disk->hold = true;
		filemap_fdatawrite(mapping);
		KUNIT_ASSERT_EQ(test, 1, fkd_nr_held(fs->disk));
		fs->disk->hold = false;
		break;
	case STALE:
		fs->nr_valid = 0;
		fs->stale_at = 1 + p->where / SZ_4K;
		break;
	case MISSING:
		fkfs_drop_cache(fs);
		break;
	}
	fkd_forget(fs->disk);
}

static void nowait_remove(struct kunit *test, struct fkfs *fs,
			  struct nowait *nw)
{
	if (nw->folio) {
		folio_unlock(nw->folio);
		folio_put(nw->folio);
	}
	fkd_release_all(fs->disk);
	mapping_clear_stable_writes(fs->inode->i_mapping);
}

/* F1, D7, R6: a call that waits for its own I/O gets as far as it can. */
static void nowait(struct kunit *test)
{
	const struct nowait_param *p = test->param_value;
	u8 *old = wt_buf(test, 1, 0, SZ_8K);
	u8 *buf = wt_buf(test, 2, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct nowait nw = { };
	struct fkfs_io *io;

	fkfs_write(fs, FKFS_WT, 0, old, 0, SZ_8K);
	nowait_put(test, fs, &nw, old + p->where);
	io = fkfs_start(fs, FKFS_WT, IOCB_NOWAIT, buf, 0, SZ_8K);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, io);
	KUNIT_EXPECT_FALSE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_READ));
	nowait_remove(test, fs, &nw);
	KUNIT_EXPECT_EQ(test, p->sync, fkfs_join(io));
	filemap_write_and_wait(fs->inode->i_mapping);
	if (p->sync > 0)
		wt_expect_media(test, fs, 0, buf, p->sync);
	else
		wt_expect_media(test, fs, 0, old, SZ_8K);
	wt_expect_quiet(test, fs);
}

/*
 * F1, R6, R1: one that does not wait for it submits all of its range in one
 * bio, or nothing: then it leaves what it copied to ordinary writeback.
 */
static void nowait_async(struct kunit *test)
{
	const struct nowait_param *p = test->param_value;
	u8 *old = wt_buf(test, 1, 0, SZ_8K);
	u8 *buf = wt_buf(test, 2, 0, SZ_8K);
	u8 *got = wt_zeros(test, SZ_8K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct nowait nw = { };

	fkfs_write(fs, FKFS_WT, 0, old, 0, SZ_8K);
	nowait_put(test, fs, &nw, old + p->where);
	fs->disk->hold = true;
	KUNIT_EXPECT_EQ(test, p->async ? -EIOCBQUEUED : -EAGAIN,
			fkfs_aio_write(fs, aio, IOCB_NOWAIT, buf, 0, SZ_8K));
	KUNIT_EXPECT_EQ(test, p->async ? 1 : 0, fkd_count(fs->disk, FKD_WRITE));
	nowait_remove(test, fs, &nw);
	if (p->async)
		KUNIT_EXPECT_EQ(test, SZ_8K, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, p->async ? SZ_8K : 0, aio->iocb.ki_pos);
	KUNIT_EXPECT_EQ(test, p->async, aio->nr_complete);

	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, got, 0, SZ_8K));
	wt_expect_media(test, fs, 0, got, SZ_8K);
	wt_expect_quiet(test, fs);
}

/* F1, U4: NOWAIT is about the way to the disk, not about the disk. */
static void nowait_waits_for_itself(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_io *io;

	fs->disk->hold = true;
	io = fkfs_start(fs, FKFS_WT, IOCB_NOWAIT, buf, 0, SZ_8K);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, io);
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, 1));
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K, fkfs_join(io));
	wt_expect_quiet(test, fs);
}

struct drop_param {
	const char	*desc;
	bool		cached;		/* before */
	bool		aio;
	blk_status_t	status;
	bool		stays;
};

static const struct drop_param drop_params[] = {
	{ "new", false, false, BLK_STS_OK, false },
	{ "new, async", false, true, BLK_STS_OK, false },
	{ "cached before", true, false, BLK_STS_OK, true },
	{ "cached before, async", true, true, BLK_STS_OK, true },
	{ "new, and fails", false, false, BLK_STS_IOERR, false },
	{ "new, and fails, async", false, true, BLK_STS_IOERR, false },
};

KUNIT_ARRAY_PARAM_DESC(drop, drop_params, desc);

/*
 * F2, R3: what the call brought in goes with the end of writeback, which is in
 * process context; what was there stays; no flusher is woken.
 */
static void dontcache(struct kunit *test)
{
	const struct drop_param *p = test->param_value;
	ssize_t want = p->status ? -EIO : SZ_8K;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	if (p->cached)
		fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_8K);
	fkd_fail(fs->disk, FKD_WRITE, SZ_64K, p->status);
	if (p->aio) {
		fs->disk->hold = true;
		KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
				fkfs_aio_write(fs, aio, IOCB_DONTCACHE, buf, 0,
					       SZ_8K));
		KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).cached);
		fkd_release_all(fs->disk);
		KUNIT_EXPECT_EQ(test, want, fkfs_aio_wait(aio));
	} else {
		KUNIT_EXPECT_EQ(test, want, fkfs_write(fs, FKFS_WT,
						       IOCB_DONTCACHE, buf, 0,
						       SZ_8K));
	}
	KUNIT_EXPECT_FALSE(test, fs->need_sync);
	KUNIT_EXPECT_EQ(test, p->stays, wt_folio(fs, 0).cached);
	KUNIT_EXPECT_EQ(test, p->stays, wt_folio(fs, SZ_4K).cached);
	if (!p->status)
		wt_expect_media(test, fs, 0, buf, SZ_8K);
	wt_expect_quiet(test, fs);
}

/* F2: a folio that others have dirty data in, or mapped, stays. */
static void dontcache_in_use(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	fkfs_write(fs, FKFS_BUFFERED, IOCB_DONTCACHE, buf, 0, SZ_1K);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_1K,
			fkfs_write(fs, FKFS_WT, IOCB_DONTCACHE, buf + SZ_1K,
				   SZ_1K, SZ_1K));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_EQ(test, 0, filemap_write_and_wait(fs->inode->i_mapping));
	wt_expect_media(test, fs, 0, buf, SZ_2K);
	wt_expect_quiet(test, fs);
}

struct rw_param {
	const char	*desc;
	__kernel_rwf_t	flags;
	int		type;
	fop_flags_t	fop_flags;
	int		ret;
	int		ki_flags;
};

static const struct rw_param rw_params[] = {
	{ "write", RWF_WRITETHROUGH, WRITE, FOP_WRITETHROUGH, 0,
	  IOCB_WRITETHROUGH },
	{ "read", RWF_WRITETHROUGH, READ, FOP_WRITETHROUGH, -EOPNOTSUPP },
	{ "no file system's", RWF_WRITETHROUGH, WRITE, 0, -EOPNOTSUPP },
	{ "another's", RWF_WRITETHROUGH, WRITE,
	  (__force fop_flags_t)~(__force u32)FOP_WRITETHROUGH, -EOPNOTSUPP },
	{ "with dsync", RWF_WRITETHROUGH | RWF_DSYNC, WRITE, FOP_WRITETHROUGH,
	  0, IOCB_WRITETHROUGH | IOCB_DSYNC },
	{ "with sync", RWF_WRITETHROUGH | RWF_SYNC, WRITE, FOP_WRITETHROUGH,
	  0, IOCB_WRITETHROUGH | IOCB_DSYNC | IOCB_SYNC },
	{ "with append", RWF_WRITETHROUGH | RWF_APPEND, WRITE,
	  FOP_WRITETHROUGH, 0, IOCB_WRITETHROUGH | IOCB_APPEND },
	{ "with hipri", RWF_WRITETHROUGH | RWF_HIPRI, WRITE, FOP_WRITETHROUGH,
	  0, IOCB_WRITETHROUGH | IOCB_HIPRI },
	{ "with atomic", RWF_WRITETHROUGH | RWF_ATOMIC, WRITE,
	  FOP_WRITETHROUGH, -EOPNOTSUPP },
	{ "the next bit", (__force __kernel_rwf_t)0x400, WRITE,
	  FOP_WRITETHROUGH, -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(rw, rw_params, desc);

/*
 * U1, U2, F3, F4: who may use the flag, on what; it is the same bit in the
 * kiocb.  Who may not is told so, and the kiocb has nothing of it.
 */
static void flag_is_accepted(struct kunit *test)
{
	const struct rw_param *p = test->param_value;
	const struct file_operations fops = { .fop_flags = p->fop_flags };
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	const struct file_operations *old = fs->file->f_op;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, fs->file);
	iocb.ki_flags = 0;
	fs->file->f_op = &fops;
	KUNIT_EXPECT_EQ(test, p->ret,
			kiocb_set_rw_flags(&iocb, p->flags, p->type));
	fs->file->f_op = old;
	KUNIT_EXPECT_EQ(test, p->ki_flags, iocb.ki_flags);
	KUNIT_EXPECT_EQ(test, 0x200, IOCB_WRITETHROUGH);
}

static struct kunit_case wt_flag_cases[] = {
	KUNIT_CASE_PARAM(flag_is_accepted, rw_gen_params),
	KUNIT_CASE_PARAM(nowait, nowait_gen_params),
	KUNIT_CASE_PARAM(nowait_async, nowait_gen_params),
	KUNIT_CASE(nowait_waits_for_itself),
	KUNIT_CASE_PARAM(dontcache, drop_gen_params),
	KUNIT_CASE(dontcache_in_use),
	{ }
};

static struct kunit_suite wt_flag_suite = {
	.name		= "iomap_wt_flag",
	.init		= wt_init,
	.test_cases	= wt_flag_cases,
};

kunit_test_suite(wt_flag_suite);
