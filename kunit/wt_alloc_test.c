// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes one of whose allocations, or copies of user memory,
 * fails: each of them in its turn, whatever it is for (the context, a bio, a
 * folio, its place in the page cache, its block state, the work queue).
 *
 * The contract:
 *  - the call does without, or fails with -ENOMEM, or with -EAGAIN if it must
 *    not wait for memory; or it is short;
 *  - no count, lock, reference or writeback is left, and nothing hangs;
 *  - what it says is written is; what it does not say is, is not lost inside
 *    EOF if it is cached, and not cached beyond;
 *  - the same call works afterwards.
 *
 * Each case names the rules it proves.
 */
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "wt_fault.h"
#include "wt_test.h"

#define ALLOC_MAX	200	/* more than any call has */
#define ALLOC_FILE	SZ_64K

struct alloc_param {
	const char	*desc;
	unsigned int	blkbits;
	loff_t		i_size;
	loff_t		pos;
	size_t		len;
	int		ki_flags;
	bool		aio;
	bool		cached;		/* is the file? */
	bool		held;		/* aio: nothing is done at submission */
};

static const struct alloc_param alloc_params[] = {
	{ "a page", 12, SZ_64K, 0, SZ_4K },
	{ "pages of two mappings", 12, SZ_64K, SZ_16K, SZ_32K },
	{ "part of a page", 12, SZ_64K, 5, 100 },
	{ "1k blocks", 10, SZ_64K, SZ_1K, SZ_8K },
	{ "cached pages", 12, SZ_64K, 0, SZ_16K, .cached = true },
	{ "append", 12, 0, 0, SZ_8K },
	{ "append in mid-block", 10, 100, 100, SZ_8K },
	{ "append of two mappings", 12, SZ_16K, SZ_16K, SZ_32K },
	{ "nowait", 12, SZ_64K, 0, SZ_16K, IOCB_NOWAIT },
	{ "nowait, 1k blocks", 10, SZ_64K, 0, SZ_16K, IOCB_NOWAIT },
	{ "dontcache", 12, SZ_64K, 0, SZ_16K, IOCB_DONTCACHE },
	{ "dsync", 12, SZ_64K, 0, SZ_16K, IOCB_DSYNC },
	{ "async", 12, SZ_64K, SZ_16K, SZ_32K, .aio = true },
	{ "async, nowait", 12, SZ_64K, 0, SZ_16K, IOCB_NOWAIT, .aio = true },
	{ "async, dsync", 12, SZ_64K, SZ_16K, SZ_32K, IOCB_DSYNC,
	  .aio = true },
	{ "a unit", 12, SZ_64K, 0, SZ_16K, IOCB_ATOMIC },
	{ "a unit, cached, 1k blocks", 10, SZ_64K, 0, SZ_8K, IOCB_ATOMIC,
	  .cached = true },
	{ "a unit, nowait", 12, SZ_64K, 0, SZ_16K, IOCB_ATOMIC | IOCB_NOWAIT },
	{ "a unit, async", 12, SZ_64K, 0, SZ_16K, IOCB_ATOMIC, .aio = true },
	{ "a unit of a page", 12, SZ_64K, 0, SZ_4K, IOCB_ATOMIC },
	{ "a unit of a page, nowait", 12, SZ_64K, 0, SZ_4K,
	  IOCB_ATOMIC | IOCB_NOWAIT },
	{ "a unit, nowait, 1k blocks", 10, SZ_64K, 0, SZ_16K,
	  IOCB_ATOMIC | IOCB_NOWAIT },
	{ "a unit behind EOF", 12, SZ_16K, SZ_16K, SZ_16K, IOCB_ATOMIC },
	{ "async, sync, held", 12, SZ_64K, 0, SZ_16K, IOCB_DSYNC | IOCB_SYNC,
	  .aio = true, .held = true },
};

KUNIT_ARRAY_PARAM_DESC(alloc, alloc_params, desc);

static struct fkfs *alloc_fs(struct kunit *test, const struct alloc_param *p)
{
	const struct queue_limits lim = {
		.features	= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA |
				  BLK_FEAT_ATOMIC_WRITES,
		.atomic_write_hw_unit_min = SECTOR_SIZE,
		.atomic_write_hw_unit_max = WT_UNIT_MAX,
		.atomic_write_hw_max = WT_UNIT_MAX,
	};
	const struct fkfs_conf conf = {
		.blkbits	= p->blkbits,
		.i_size		= p->i_size,
		.extents	= { WT_MAPPED(0, SZ_32K, SZ_512K),
				    WT_MAPPED(SZ_32K, SZ_32K, SZ_64K) },
	};
	struct fkfs *fs = fkfs_alloc(&conf, SZ_1M, &lim);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fs);
	wt_junk_media(fs);
	return fs;
}

/* Expect what must be so whatever @ret was. */
static void alloc_expect(struct kunit *test, struct fkfs *fs, const u8 *buf,
			 ssize_t ret, unsigned int nth)
{
	const struct alloc_param *p = test->param_value;
	loff_t end = p->pos + max_t(ssize_t, ret, 0);
	loff_t page;

	wt_expect_quiet(test, fs);
	if (ret < 0)
		KUNIT_EXPECT_EQ_MSG(test, ret,
				    p->ki_flags & IOCB_NOWAIT ? -EAGAIN :
				    -ENOMEM, "at the %uth", nth);
	KUNIT_EXPECT_EQ(test, max(p->i_size, end), i_size_read(fs->inode));
	for (page = round_up(max(p->i_size, end), PAGE_SIZE);
	     page < ALLOC_FILE; page += PAGE_SIZE)
		KUNIT_EXPECT_FALSE(test, wt_folio(fs, page).cached);
	for (page = p->pos; page < end; page = round_up(page + 1, SZ_32K))
		wt_expect_media(test, fs, page, buf + (page - p->pos),
				min_t(loff_t, end, round_up(page + 1, SZ_32K)) -
				page);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_TOWRITE));
}

/* Expect that all that is cached inside EOF reaches the disk. */
static void alloc_expect_kept(struct kunit *test, struct fkfs *fs)
{
	loff_t size = i_size_read(fs->inode), pos;
	u8 *got = kunit_kzalloc(test, SZ_1K, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, 0, vfs_fsync(fs->file, 0));
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	for (pos = 0; pos < size; pos += SZ_1K)
		if (!fkfs_cached(fs, got, pos, SZ_1K))
			wt_expect_media(test, fs, pos, got,
					min_t(loff_t, SZ_1K, size - pos));
	kunit_kfree(test, got);
}

static ssize_t alloc_write(struct kunit *test, struct fkfs *fs,
			   struct fkfs_aio *aio, const u8 *buf,
			   unsigned int nth, bool *failed)
{
	const struct alloc_param *p = test->param_value;
	ssize_t ret;

	fs->disk->hold = p->held;
	wt_fault_arm(nth);
	if (p->aio)
		ret = fkfs_aio_write(fs, aio, p->ki_flags, buf, p->pos, p->len);
	else
		ret = fkfs_write(fs, FKFS_WT, p->ki_flags, buf, p->pos, p->len);
	*failed = wt_fault_disarm();
	fkd_release_all(fs->disk);
	if (ret == -EIOCBQUEUED)
		ret = fkfs_aio_wait(aio);
	return ret;
}

/*
 * R5, R1, R6, F1, E5, D13, S2 (traps 7, 10, 13): the first allocation of the
 * call fails, then, in another file system, the second, until there are no
 * more.
 */
static void allocation_fails(struct kunit *test)
{
	const struct alloc_param *p = test->param_value;
	u8 *old = wt_buf(test, 1, 0, ALLOC_FILE);
	u8 *buf = wt_buf(test, 2, p->pos, p->len);
	struct fkfs_aio *aio = wt_aio(test);
	unsigned int nth, nr_short = 0;
	bool failed = true;

	wt_fault_init(test);
	for (nth = 1; failed && nth < ALLOC_MAX; nth++) {
		struct fkfs *fs = alloc_fs(test, p);
		ssize_t ret;
		bool again;

		if (p->cached)
			fkfs_write(fs, FKFS_BUFFERED, 0, old, 0, p->i_size);
		ret = alloc_write(test, fs, aio, buf, nth, &failed);
		nr_short += ret != p->len;
		alloc_expect(test, fs, buf, ret, nth);
		alloc_expect_kept(test, fs);

		KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
				fkfs_write(fs, FKFS_WT, 0, buf, p->pos,
					   p->len));
		alloc_expect(test, fs, buf, p->len, nth);
		again = fs->moved_wrong;
		KUNIT_EXPECT_FALSE(test, again);
		fkfs_free(fs);
	}
	KUNIT_EXPECT_FALSE_MSG(test, failed, "there are more than %u", nth);
	KUNIT_EXPECT_GT(test, nth, 3);
	KUNIT_EXPECT_GT(test, nr_short, 0);
}

/*
 * R5, K4: a call that has no memory for its next bio waits for those that it
 * has in flight before it tries again, even if it is asynchronous.
 */
static void waits_for_memory(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, 2 * PAGE_SIZE);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct fkfs_io *io;

	fkfs_fail(fs, FKFS_GET, 2, -ENOMEM);
	fs->disk->hold = true;
	io = wt_start(test, fs, FKFS_AIO, buf, 0, 2 * PAGE_SIZE);
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, 1));
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_nr_held(fs->disk));

	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, (ssize_t)-EIOCBQUEUED, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 1, fkd_nr_held(fs->disk));
	fkd_release(fs->disk, 0, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, 2 * PAGE_SIZE, fkfs_aio_wait(&io->aio));
	wt_expect_quiet(test, fs);
}

/*
 * D17, R5, K3 (trap 36): allocations fail for a call whose buffer is in user
 * memory, and copies of it too; none of these makes the call fail.
 */
static void copy_fails(struct kunit *test)
{
	static const struct alloc_param p = {
		.blkbits = 10, .i_size = SZ_64K, .pos = 1000, .len = SZ_16K,
	};
	u8 *buf = wt_buf(test, 2, p.pos, p.len);
	unsigned int nth, nr_full = 0;
	unsigned long addr;
	bool failed = true;

	wt_fault_init(test);
	addr = kunit_vm_mmap(test, NULL, 0, SZ_16K, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, 0UL, addr);
	KUNIT_ASSERT_EQ(test, 0UL, copy_to_user((void __user *)addr, buf,
						p.len));
	for (nth = 1; failed && nth < ALLOC_MAX; nth++) {
		struct fkfs *fs = alloc_fs(test, &p);
		struct iov_iter from;
		ssize_t ret;

		iov_iter_ubuf(&from, ITER_SOURCE, (void __user *)addr, p.len);
		wt_fault_arm(nth);
		ret = fkfs_write_iter(fs, FKFS_WT, 0, &from, p.pos);
		failed = wt_fault_disarm();
		KUNIT_EXPECT_NE(test, -EFAULT, ret);
		nr_full += failed && ret == p.len;
		if (ret > 0)
			wt_expect_media(test, fs, p.pos, buf, ret);
		wt_expect_quiet(test, fs);
		alloc_expect_kept(test, fs);
		fkfs_free(fs);
	}
	KUNIT_EXPECT_FALSE(test, failed);
	/* five folios, each copied by itself */
	KUNIT_EXPECT_GE(test, nr_full, 5);
}

static struct kunit_case wt_alloc_cases[] = {
	KUNIT_CASE_PARAM(allocation_fails, alloc_gen_params),
	KUNIT_CASE(waits_for_memory),
	KUNIT_CASE(copy_fails),
	{ }
};

static struct kunit_suite wt_alloc_suite = {
	.name		= "iomap_wt_alloc",
	.init		= wt_init,
	.test_cases	= wt_alloc_cases,
};

kunit_test_suite(wt_alloc_suite);
