// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for written-through writes in flight, and which of them must not
 * wait themselves.
 *
 * The contract:
 *  - nobody changes a folio between the copy and the end of the I/O, whatever
 *    the device needs; who must not wait gets -EAGAIN;
 *  - the need is counted, not stored: it ends with the last user, and neither
 *    the first one to end nor a device's own need changes that;
 *  - a write that must not wait does not, and if it is asynchronous submits
 *    all of its range or nothing.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

static struct fkfs_aio *start_aio(struct kunit *test, struct fkfs *fs, u8 *buf,
				  loff_t pos)
{
	struct fkfs_aio *aio = wt_aio(test);

	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, 0, buf, pos, PAGE_SIZE));
	return aio;
}

/*
 * S1: a lazy writer to a folio in flight waits, on a device that does not care.
 * S2 (trap 7): also when another user of the mapping has ended.
 */
static void lazy_writer_waits(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *new = wt_buf(test, 2, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *one, *two;
	struct fkfs_io *io;

	fs->disk->hold = true;
	one = start_aio(test, fs, buf, 0);
	two = start_aio(test, fs, buf, SZ_64K);
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(one));

	io = wt_start(test, fs, FKFS_BUFFERED, new, SZ_64K, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(two));
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE, fkfs_join(io));
	wt_expect_quiet(test, fs);
}

struct wait_param {
	const char	*desc;
	enum fkfs_how	how;
	loff_t		pos;		/* the write in flight is at 0 */
	ssize_t		ret;
	bool		waits;
	bool		drops;		/* the folio, from the cache? */
};

static const struct wait_param wait_params[] = {
	{ "fsync", FKFS_FSYNC, 0, 0, true, false },
	{ "waiting for writeback", FKFS_WAIT, 0, 0, true, false },
	{ "truncation", FKFS_TRUNCATE, 0, 0, true, true },
	{ "invalidation", FKFS_INVALIDATE, 0, 0, true, true },
	{ "a lazy write", FKFS_BUFFERED, 0, SZ_4K, true, false },
	{ "a write through", FKFS_WT, 0, SZ_4K, true, false },
	{ "what changes extents", FKFS_DIO_WAIT, 0, 0, true, false },
	{ "fsync elsewhere", FKFS_FSYNC, SZ_64K, 0, false, false },
	{ "truncation elsewhere", FKFS_TRUNCATE, SZ_64K, 0, false, false },
	{ "a lazy write elsewhere", FKFS_BUFFERED, SZ_64K, SZ_4K, false,
	  false },
};

KUNIT_ARRAY_PARAM_DESC(wait, wait_params, desc);

/*
 * D11, S1, D7, L3 (trap 9): who needs the end of the I/O waits for it, and who
 * does not, does not.  Hole punching and the like wait twice, for the file's
 * I/O in flight and for writeback, and must not rely on the one or the other.
 * Reclaim passes the folio by.
 */
static void others_wait(struct kunit *test)
{
	const struct wait_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *new = wt_buf(test, 2, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *aio;
	struct fkfs_io *io;

	fs->disk->hold = true;
	aio = start_aio(test, fs, buf, 0);
	KUNIT_EXPECT_EQ(test, 0,
			invalidate_mapping_pages(fs->inode->i_mapping, 0, -1));
	io = wt_start(test, fs, p->how, new, p->pos, PAGE_SIZE);
	if (p->waits)
		KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	else
		KUNIT_EXPECT_EQ(test, p->ret, fkfs_join(io));
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).writeback);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, p->ret, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, !p->drops, wt_folio(fs, 0).cached);
	wt_expect_quiet(test, fs);
}

/* S1, F1: the same writer with NOWAIT does not wait, and changes nothing. */
static void lazy_nowait(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	u8 *new = wt_buf(test, 2, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *aio;

	fs->disk->hold = true;
	aio = start_aio(test, fs, buf, 0);
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			fkfs_write(fs, FKFS_BUFFERED, IOCB_NOWAIT, new, 0,
				   PAGE_SIZE));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	wt_expect_quiet(test, fs);
}

static void expect_a_user(struct fkfs *fs)
{
	struct kunit *test = fs->on_valid_data;

	KUNIT_EXPECT_EQ(test, 1,
			atomic_read(&fs->inode->i_mapping->i_stable_users));
}

/*
 * S2: a call counts from before its first folio to after its last one, and
 * not any more when it completes; calls add up.
 */
static void users_are_counted(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	atomic_t *users = &fs->inode->i_mapping->i_stable_users;
	struct fkfs_aio *one, *two;

	fs->disk->hold = true;
	fs->on_valid = expect_a_user;
	fs->on_valid_data = test;
	one = start_aio(test, fs, buf, 0);
	fs->on_valid = NULL;
	two = start_aio(test, fs, buf, SZ_64K);
	KUNIT_EXPECT_EQ(test, 2, atomic_read(users));
	fkd_release(fs->disk, 1, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(two));
	KUNIT_EXPECT_EQ(test, 1, two->stable_users);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(users));
	fkd_release(fs->disk, 0, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, -EIO, fkfs_aio_wait(one));
	KUNIT_EXPECT_EQ(test, 0, one->stable_users);
	wt_expect_quiet(test, fs);
}

/*
 * S3, S2 (trap 7): direct I/O decides by the device alone, whose own need stays
 * as it was.
 */
static void not_the_device(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct address_space *mapping = fs->inode->i_mapping;
	struct fkfs_aio *aio;

	fs->disk->hold = true;
	aio = start_aio(test, fs, buf, 0);
	KUNIT_EXPECT_FALSE(test, mapping_stable_writes(mapping));
	mapping_set_stable_writes(mapping);
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_TRUE(test, mapping_stable_writes(mapping));
	mapping_clear_stable_writes(mapping);
	wt_expect_quiet(test, fs);
}

/*
 * F1: an overwrite of what is cached needs to wait for nothing.  D15: its bio
 * is as any other, and may wait.
 */
static void nowait_cached(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, SZ_64K);
	u8 *buf = wt_buf(test, 2, 0, SZ_64K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *aio = wt_aio(test);

	fkfs_write(fs, FKFS_WT, 0, old, 0, SZ_64K);
	fs->disk->hold = true;
	KUNIT_ASSERT_EQ(test, -EIOCBQUEUED,
			fkfs_aio_write(fs, aio, IOCB_NOWAIT, buf, 0, SZ_64K));
	KUNIT_EXPECT_EQ(test, (__force u32)fkd_nth(fs->disk, FKD_WRITE, 1)->opf,
			(__force u32)(REQ_OP_WRITE | REQ_SYNC | REQ_IDLE));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, SZ_64K, fkfs_aio_wait(aio));
	wt_expect_media(test, fs, 0, buf, SZ_64K);
	wt_expect_quiet(test, fs);
}

/* F1: the rest of a block that is not cached would have to be read. */
static void nowait_partial(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 100);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	KUNIT_EXPECT_EQ(test, -EAGAIN,
			fkfs_write(fs, FKFS_WT, IOCB_NOWAIT, buf, 10, 100));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_READ));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

/*
 * F1, R6: what meets older writeback in mid-range submits nothing, and the data
 * that it had copied already is left to ordinary writeback.
 */
static void nowait_all_or_nothing(struct kunit *test)
{
	u8 *old = wt_buf(test, 1, 0, 3 * PAGE_SIZE);
	u8 *new = wt_buf(test, 2, 0, 3 * PAGE_SIZE);
	u8 *got = wt_zeros(test, PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct fkfs_aio *aio, *late = wt_aio(test);

	fkfs_write(fs, FKFS_WT, 0, old, 0, 3 * PAGE_SIZE);
	fkd_forget(fs->disk);
	fs->disk->hold = true;
	aio = start_aio(test, fs, old + PAGE_SIZE, PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, -EAGAIN,
			fkfs_aio_write(fs, late, IOCB_NOWAIT, new, 0,
				       3 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, 0, late->nr_complete);
	KUNIT_EXPECT_EQ(test, 0, late->iocb.ki_pos);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).writeback);

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, PAGE_SIZE, fkfs_aio_wait(aio));
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 0, fkfs_cached(fs, got, 0, PAGE_SIZE));
	wt_expect_media(test, fs, 0, got, PAGE_SIZE);
	wt_expect_quiet(test, fs);
}

/* F1: a range of more than one mapping cannot be all or nothing. */
static void nowait_two_mappings(struct kunit *test)
{
	struct fkfs_aio *aio = wt_aio(test);
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);

	KUNIT_EXPECT_EQ(test, -EAGAIN,
			fkfs_aio_write(fs, aio, IOCB_NOWAIT, buf, 0,
				       2 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).cached);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_wait_cases[] = {
	KUNIT_CASE(lazy_writer_waits),
	KUNIT_CASE_PARAM(others_wait, wait_gen_params),
	KUNIT_CASE(lazy_nowait),
	KUNIT_CASE(users_are_counted),
	KUNIT_CASE(not_the_device),
	KUNIT_CASE(nowait_cached),
	KUNIT_CASE(nowait_partial),
	KUNIT_CASE(nowait_all_or_nothing),
	KUNIT_CASE(nowait_two_mappings),
	{ }
};

static struct kunit_suite wt_wait_suite = {
	.name		= "iomap_wt_wait",
	.init		= wt_init,
	.test_cases	= wt_wait_cases,
};

kunit_test_suite(wt_wait_suite);
