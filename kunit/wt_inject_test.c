// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes for which something fails before their bios do: the
 * lookup of a mapping, a folio, the submission, what the file system does last;
 * or a signal comes.
 *
 * One table says what fails and how far the call came until then.  What follows
 * from that is the same for all rows, and differs between an overwrite, one for
 * data integrity, an append, and an asynchronous overwrite: a suite's case
 * each.
 *
 * The contract:
 *  - what was submitted before the failure is written and counts; nothing is
 *    submitted after it, but for memory that was short while folios were held;
 *  - a call that waits returns the failure if nothing counts; one that does not
 *    returns it if nothing was submitted, and completes with it if nothing
 *    counts, but never with one that asks to try again;
 *  - data that was copied and not submitted is dirty inside EOF, gone beyond;
 *  - no count, lock, reference or writeback is left.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "wt_test.h"

#define INJECT_LEN	SZ_16K

/* Four pages, the upper two elsewhere. */
static const struct fkfs_conf inject_conf = {
	.i_size		= INJECT_LEN,
	.extents	= { WT_MAPPED(0, SZ_8K, SZ_1M),
			    WT_MAPPED(SZ_8K, SZ_8K, SZ_64K) },
};

#define INJECT_SIGNAL	FKFS_NR_OPS	/* before this folio but the first */

struct inject_param {
	const char	*desc;
	int		op;		/* enum fkfs_op, or INJECT_SIGNAL */
	unsigned int	at;
	int		error;
	unsigned int	times;
	size_t		done;		/* bytes submitted before it */
	unsigned int	nr_writes;
	unsigned int	nr_dirty;	/* folios, of an overwrite */
	bool		all_done;	/* comes when all I/O is done? */
	size_t		append;		/* bytes of an append, if fewer */
};

static const struct inject_param inject_params[] = {
	{ "first mapping", FKFS_BEGIN, 1, -EIO, 1, 0, 0, 0 },
	{ "first mapping, again", FKFS_BEGIN, 1, -EAGAIN, 1, 0, 0, 0 },
	{ "second mapping", FKFS_BEGIN, 2, -EIO, 1, SZ_8K, 1, 0 },
	{ "second mapping, again", FKFS_BEGIN, 2, -EAGAIN, 1, SZ_8K, 1, 0 },
	{ "second mapping, no space", FKFS_BEGIN, 2, -ENOSPC, 1, SZ_8K, 1, 0 },
	{ "end of a mapping", FKFS_END, 1, -EIO, 1, INJECT_LEN, 2, 0 },
	{ "first folio", FKFS_GET, 1, -EIO, 1, 0, 0, 0 },
	{ "second folio", FKFS_GET, 2, -EIO, 1, SZ_4K, 1, 0 },
	{ "third folio", FKFS_GET, 3, -EIO, 1, SZ_8K, 1, 0 },
	{ "last folio", FKFS_GET, 4, -EIO, 1, SZ_8K + SZ_4K, 2, 0 },
	{ "memory of the first folio", FKFS_GET, 1, -ENOMEM, 1, 0, 0, 0 },
	{ "memory, one folio held", FKFS_GET, 2, -ENOMEM, 1, INJECT_LEN, 3, 0 },
	{ "memory, twice, one folio held", FKFS_GET, 2, -ENOMEM, 2, INJECT_LEN,
	  3, 0, .append = SZ_4K },
	{ "memory, more often, one folio held", FKFS_GET, 2, -ENOMEM, 3, SZ_4K,
	  1, 0 },
	{ "memory, nothing held", FKFS_GET, 3, -ENOMEM, 1, INJECT_LEN, 2, 0,
	  .append = SZ_8K },
	{ "memory, twice, nothing held", FKFS_GET, 3, -ENOMEM, 2, SZ_8K, 1, 0 },
	{ "first bio", FKFS_SUBMIT, 1, -EIO, 1, 0, 0, 2 },
	{ "first bio, again", FKFS_SUBMIT, 1, -EAGAIN, 1, 0, 0, 2 },
	{ "second bio", FKFS_SUBMIT, 2, -EIO, 1, SZ_8K, 1, 2 },
	{ "second bio, not supported", FKFS_SUBMIT, 2, -EOPNOTSUPP, 1, SZ_8K, 1,
	  2 },
	{ "the file system at the end", FKFS_END_IO, 1, -EIO, 1, 0, 2, 0,
	  true },
	{ "a signal before all", INJECT_SIGNAL, 0, -EINTR, 1, 0, 0, 0 },
	{ "a signal before the second folio", INJECT_SIGNAL, 1, -EINTR, 1,
	  SZ_4K, 1, 0 },
	{ "a signal before the second bio", INJECT_SIGNAL, 2, -EINTR, 1, SZ_8K,
	  1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(inject, inject_params, desc);

static void inject_kill(struct fkfs *fs)
{
	const struct inject_param *p = fs->on_valid_data;

	if (fs->nr_valid == p->at)
		send_sig(SIGKILL, current, 1);
}

static void inject_arm(struct fkfs *fs, const struct inject_param *p)
{
	if (p->op != INJECT_SIGNAL) {
		fkfs_fail(fs, p->op, p->at, p->error);
		fs->faults[p->op].times = p->times;
		return;
	}
	allow_signal(SIGKILL);
	fs->on_valid = inject_kill;
	fs->on_valid_data = (void *)p;
	inject_kill(fs);
}

static void inject_disarm(struct fkfs *fs, const struct inject_param *p)
{
	if (p->op != INJECT_SIGNAL) {
		fs->faults[p->op].error = 0;
		return;
	}
	fs->on_valid = NULL;
	disallow_signal(SIGKILL);
	flush_signals(current);
}

/* What a call that waits returns. */
static ssize_t inject_want(const struct inject_param *p, int ki_flags)
{
	if (p->done == INJECT_LEN && !p->all_done)
		return INJECT_LEN;
	if (!p->done || (ki_flags & IOCB_DSYNC))
		return p->error;
	return p->done;
}

/* Inside EOF all that was copied is written now or by the next writeback. */
static void inject_expect_inside(struct kunit *test, struct fkfs *fs,
				 const u8 *buf)
{
	const struct inject_param *p = test->param_value;
	size_t kept = p->all_done ? INJECT_LEN :
		p->done + p->nr_dirty * PAGE_SIZE;

	KUNIT_EXPECT_EQ(test, p->nr_writes, fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, p->nr_dirty,
			wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	KUNIT_EXPECT_EQ(test, INJECT_LEN, i_size_read(fs->inode));
	wt_expect_quiet(test, fs);

	filemap_write_and_wait(fs->inode->i_mapping);
	wt_expect_cached(test, fs, 0, buf, kept);
	for (; kept; kept -= SZ_4K)
		wt_expect_media(test, fs, kept - SZ_4K, buf + kept - SZ_4K,
				SZ_4K);
}

static void inject_overwrite(struct kunit *test, int ki_flags)
{
	const struct inject_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, INJECT_LEN);
	struct fkfs *fs = wt_fs(test, &inject_conf);

	inject_arm(fs, p);
	KUNIT_EXPECT_EQ(test, inject_want(p, ki_flags),
			fkfs_write(fs, FKFS_WT, ki_flags, buf, 0, INJECT_LEN));
	inject_disarm(fs, p);
	inject_expect_inside(test, fs, buf);

	KUNIT_EXPECT_EQ(test, (ssize_t)INJECT_LEN,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, INJECT_LEN));
	wt_expect_quiet(test, fs);
}

/* R1, R5, R6, D10, D13, K1 (traps 10, 12, 13): an overwrite that waits. */
static void overwrite(struct kunit *test)
{
	inject_overwrite(test, 0);
}

/* R1, R5, Y2: the same for data integrity: any failure is the result. */
static void dsync(struct kunit *test)
{
	inject_overwrite(test, IOCB_DSYNC);
}

/*
 * R1, R5, R6, E1, E5, D10 (traps 13, 27, 32): an append; i_size is at the end
 * of what was written, and beyond it nothing is cached.  It never has anything
 * in flight that could be waited for to get memory.
 */
static void append(struct kunit *test)
{
	const struct inject_param *p = test->param_value;
	ssize_t want = p->append ?: inject_want(p, 0);
	u8 *buf = wt_buf(test, 1, 0, INJECT_LEN);
	struct fkfs_conf conf = inject_conf;
	struct fkfs *fs;
	size_t end;

	conf.i_size = 0;
	fs = wt_fs(test, &conf);
	inject_arm(fs, p);
	KUNIT_EXPECT_EQ(test, want,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, INJECT_LEN));
	inject_disarm(fs, p);

	end = p->all_done ? INJECT_LEN : max_t(ssize_t, want, 0);
	KUNIT_EXPECT_EQ(test, end, i_size_read(fs->inode));
	KUNIT_EXPECT_EQ(test, end, fs->disk_size);
	KUNIT_EXPECT_EQ(test, p->append ? 1 : p->nr_writes,
			fkd_count(fs->disk, FKD_WRITE));
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_cached(test, fs, 0, buf, end);
	for (; end < INJECT_LEN; end += SZ_4K)
		KUNIT_EXPECT_FALSE(test, wt_folio(fs, end).cached);
	wt_expect_quiet(test, fs);
}

static void inject_aio(struct kunit *test, int ki_flags)
{
	const struct inject_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, INJECT_LEN);
	struct fkfs_aio *aio = wt_aio(test);
	struct fkfs *fs = wt_fs(test, &inject_conf);
	ssize_t want = inject_want(p, ki_flags), ret;

	/* The first one makes a work queue, which a signal would stop. */
	fkfs_aio_write(fs, aio, 0, buf, 0, SZ_4K);
	fkfs_drop_cache(fs);
	fkd_forget(fs->disk);
	fs->nr_valid = 0;

	/* A call that is short of memory waits for what it has in flight. */
	fs->disk->hold = p->error != -ENOMEM;
	inject_arm(fs, p);
	ret = fkfs_aio_write(fs, aio, ki_flags, buf, 0, INJECT_LEN);
	if (fkd_nr_held(fs->disk))
		KUNIT_EXPECT_EQ(test, -EIOCBQUEUED, ret);
	else if (p->op != FKFS_SUBMIT)
		KUNIT_EXPECT_NE(test, -EIOCBQUEUED, ret);
	fkd_release_all(fs->disk);
	if (ret == -EIOCBQUEUED) {
		if (want == -EAGAIN || want == -EOPNOTSUPP)
			want = -EIO;
		ret = fkfs_aio_wait(aio);
		KUNIT_EXPECT_EQ(test, 1, aio->nr_complete);
		KUNIT_EXPECT_FALSE(test, aio->writeback);
		KUNIT_EXPECT_EQ(test, 0, aio->dio_count);
	}
	inject_disarm(fs, p);
	KUNIT_EXPECT_EQ(test, want, ret);
	KUNIT_EXPECT_EQ(test, max_t(loff_t, want, 0), aio->iocb.ki_pos);
	inject_expect_inside(test, fs, buf);
}

/*
 * R1, R5, R6, D13 (traps 13, 28): an asynchronous overwrite, with its bios held
 * until it returned.  What is submitted is awaited by nobody.
 */
static void async(struct kunit *test)
{
	inject_aio(test, 0);
}

/* R1, R5, Y4: the same for data integrity. */
static void async_dsync(struct kunit *test)
{
	inject_aio(test, IOCB_DSYNC);
}

static struct kunit_case wt_inject_cases[] = {
	KUNIT_CASE_PARAM(overwrite, inject_gen_params),
	KUNIT_CASE_PARAM(dsync, inject_gen_params),
	KUNIT_CASE_PARAM(append, inject_gen_params),
	KUNIT_CASE_PARAM(async, inject_gen_params),
	KUNIT_CASE_PARAM(async_dsync, inject_gen_params),
	{ }
};

static struct kunit_suite wt_inject_suite = {
	.name		= "iomap_wt_inject",
	.init		= wt_init,
	.test_cases	= wt_inject_cases,
};

kunit_test_suite(wt_inject_suite);
