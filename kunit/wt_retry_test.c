// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes that find no space, and that the file system tries
 * once more after it made some.
 *
 * The contract:
 *  - a call that fails leaves its iterator and its position where they were,
 *    and holds nothing that making space could have to wait for;
 *  - tried once more it writes all of the range, each byte once where it
 *    belongs, whatever the first try had got done;
 *  - a call that got a part done says so, and is not tried again;
 *  - there is one more try, not two.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>

#include "wt_test.h"

struct retry_param {
	const char	*desc;
	loff_t		i_size;
	int		ki_flags;
	enum fkfs_op	op;
	unsigned int	at;		/* call that gets -ENOSPC */
	unsigned int	times;
	ssize_t		ret;
	unsigned int	nr_retries;
	unsigned int	nr_writes;	/* of the last try */
};

#define BOTH	(2 * PAGE_SIZE)

static const struct retry_param retry_params[] = {
	{ "first mapping", BOTH, 0, FKFS_BEGIN, 1, 1, BOTH, 1, 2 },
	{ "first mapping, append", 0, 0, FKFS_BEGIN, 1, 1, BOTH, 1, 2 },
	{ "first mapping, twice", BOTH, 0, FKFS_BEGIN, 1, 2, -ENOSPC, 1, 0 },
	{ "second mapping", BOTH, 0, FKFS_BEGIN, 2, 1, PAGE_SIZE, 0, 1 },
	{ "second mapping, append", 0, 0, FKFS_BEGIN, 2, 1, PAGE_SIZE, 0, 1 },
	{ "second mapping, dsync", BOTH, IOCB_DSYNC, FKFS_BEGIN, 2, 1, BOTH, 1,
	  2 },
	{ "second mapping, dsync, append", 0, IOCB_DSYNC, FKFS_BEGIN, 2, 1,
	  BOTH, 1, 2 },
	{ "submission", BOTH, 0, FKFS_SUBMIT, 1, 1, BOTH, 1, 2 },
	{ "submission, append", 0, 0, FKFS_SUBMIT, 1, 1, BOTH, 1, 2 },
	{ "submission of the second, dsync", BOTH, IOCB_DSYNC, FKFS_SUBMIT, 2,
	  1, BOTH, 1, 2 },
	{ "the file system at the end", BOTH, 0, FKFS_END_IO, 1, 1, BOTH, 1,
	  2 },
};

KUNIT_ARRAY_PARAM_DESC(retry, retry_params, desc);

struct retry {
	struct kunit	*test;
	unsigned int	nr;
};

/* Making space waits for direct I/O, and for writeback of the file. */
static void retry_no_space(struct fkfs *fs)
{
	struct retry *r = fs->on_no_space_data;

	r->nr++;
	wt_expect_quiet(r->test, fs);
	KUNIT_EXPECT_FALSE(r->test, inode_is_locked(fs->inode));
	filemap_write_and_wait(fs->inode->i_mapping);
	fkd_forget(fs->disk);
}

/*
 * R4 (traps 11, 37), D13: the one retry finds the caller's data where it was,
 * and nothing of the first try in its way.
 */
static void no_space(struct kunit *test)
{
	const struct retry_param *p = test->param_value;
	struct fkfs_conf conf = wt_two_extents;
	u8 *buf = wt_buf(test, 1, 0, BOTH);
	struct retry r = { .test = test };
	struct fkfs *fs;

	conf.i_size = p->i_size;
	fs = wt_fs(test, &conf);
	fs->on_no_space = retry_no_space;
	fs->on_no_space_data = &r;
	fkfs_fail(fs, p->op, p->at, -ENOSPC);
	fs->faults[p->op].times = p->times;

	KUNIT_EXPECT_EQ(test, p->ret,
			fkfs_write(fs, FKFS_WT, p->ki_flags, buf, 0, BOTH));
	KUNIT_EXPECT_EQ(test, p->nr_retries, r.nr);
	KUNIT_EXPECT_EQ(test, p->nr_writes, fkd_count(fs->disk, FKD_WRITE));
	if (p->ret > 0) {
		wt_expect_media(test, fs, 0, buf, PAGE_SIZE);
		wt_expect_cached(test, fs, 0, buf, p->ret);
	}
	if (p->ret > (ssize_t)PAGE_SIZE)
		wt_expect_media(test, fs, PAGE_SIZE, buf + PAGE_SIZE,
				PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, max_t(loff_t, p->i_size, p->ret),
			i_size_read(fs->inode));
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/* R4, R1 (trap 11): of a short write the rest follows from where it ended. */
static void rest_follows(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, BOTH);
	struct fkfs *fs = wt_fs(test, &wt_two_extents);
	struct kvec kvec = { .iov_base = buf, .iov_len = BOTH };
	struct iov_iter from;

	iov_iter_kvec(&from, ITER_SOURCE, &kvec, 1, BOTH);
	fkfs_fail(fs, FKFS_BEGIN, 2, -ENOSPC);
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE,
			fkfs_write_iter(fs, FKFS_WT, 0, &from, 0));
	KUNIT_EXPECT_EQ(test, (ssize_t)PAGE_SIZE,
			fkfs_write_iter(fs, FKFS_WT, 0, &from, PAGE_SIZE));
	wt_expect_media(test, fs, 0, buf, PAGE_SIZE);
	wt_expect_media(test, fs, PAGE_SIZE, buf + PAGE_SIZE, PAGE_SIZE);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_retry_cases[] = {
	KUNIT_CASE_PARAM(no_space, retry_gen_params),
	KUNIT_CASE(rest_follows),
	{ }
};

static struct kunit_suite wt_retry_suite = {
	.name		= "iomap_wt_retry",
	.init		= wt_init,
	.test_cases	= wt_retry_cases,
};

kunit_test_suite(wt_retry_suite);
