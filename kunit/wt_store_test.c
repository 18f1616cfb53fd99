// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores through a mapping of the file while a written-through write of it is
 * in flight.
 *
 * The contract:
 *  - a store to a folio in flight waits for the end of the I/O, one to another
 *    folio does not;
 *  - the completion of the write never waits for such a store, which holds the
 *    lock of its folio meanwhile;
 *  - after a write that began beyond EOF the old EOF page faults again.
 *
 * The mappings are those of the test's mm, which the storing thread borrows.
 * Each case names the rules it proves.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "wt_test.h"

static const u8 store_byte = WT_JUNK;

static const struct fkfs_conf small_blocks = {
	.blkbits	= 10,
	.i_size		= 1000,
	.extents	= { WT_MAPPED(0, SZ_1M, SZ_64K) },
};

static void store(struct kunit *test, unsigned long addr)
{
	KUNIT_ASSERT_EQ(test, 0, put_user(store_byte, (u8 __user *)addr));
}

struct store_param {
	const char	*desc;
	loff_t		pos;		/* of the store; the write is at 0 */
	bool		before;		/* and of one before the write? */
	bool		waits;
};

static const struct store_param store_params[] = {
	{ "to the folio", 100, false, true },
	{ "to the folio, dirty before", 100, true, true },
	{ "to another folio", SZ_8K, false, false },
	{ "to another folio, dirty before", SZ_8K, true, false },
};

KUNIT_ARRAY_PARAM_DESC(store, store_params, desc);

/*
 * S1, D8: a store to a folio in flight waits; what the disk gets is what the
 * caller wrote, and the store is dirty afterwards.
 */
static void store_waits(struct kunit *test)
{
	const struct store_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	unsigned long addr = wt_map(test, fs, SZ_16K);
	struct fkfs_io *io, *storing;

	if (p->before)
		store(test, addr + p->pos);
	io = wt_start_held(test, fs, buf, 0, SZ_4K, 1);
	storing = wt_start(test, fs, FKFS_STORE, &store_byte, addr + p->pos, 1);
	if (p->waits)
		KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(storing));
	else
		KUNIT_EXPECT_EQ(test, 1, fkfs_join(storing));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 1, fkfs_join(storing));
	wt_expect_media(test, fs, 0, buf, SZ_4K);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, p->pos).dirty);

	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, WT_JUNK, *fkfs_media(fs, p->pos));
	vm_munmap(addr, SZ_16K);
	wt_expect_quiet(test, fs);
}

/*
 * E3 (trap 24), K4: the store holds the lock of the old EOF page while it waits
 * for the write, which began beyond EOF and has that page locked at its end:
 * after writeback, or both wait for ever.
 */
static void store_meanwhile(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 3000, 100);
	struct fkfs *fs = wt_fs(test, &small_blocks);
	unsigned long addr = wt_map(test, fs, SZ_16K);
	struct fkfs_io *io, *storing;

	io = wt_start_held(test, fs, buf, 3000, 100, 1);
	storing = wt_start(test, fs, FKFS_STORE, &store_byte, addr, 1);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(storing));
	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, 100, fkfs_join(io));
	KUNIT_EXPECT_EQ(test, 1, fkfs_join(storing));
	KUNIT_EXPECT_EQ(test, 3100, i_size_read(fs->inode));
	wt_expect_cached(test, fs, 3000, buf, 100);
	vm_munmap(addr, SZ_16K);
	wt_expect_quiet(test, fs);
}

struct refault_param {
	const char	*desc;
	loff_t		pos;		/* of the write */
	unsigned int	nr_mkwrite;	/* with the store after it */
};

static const struct refault_param refault_params[] = {
	{ "beyond EOF, in its page", 3000, 2 },
	{ "beyond EOF, in the next page", 5000, 2 },
	{ "inside EOF, in another page", SZ_8K, 1 },
};

KUNIT_ARRAY_PARAM_DESC(refault, refault_params, desc);

/*
 * E3 (trap 4): a store to the old EOF page faults again once EOF has moved on,
 * or the blocks that are inside EOF now would get none.  The control: elsewhere
 * it does not.
 */
static void old_eof_faults_again(struct kunit *test)
{
	const struct refault_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, p->pos, 100);
	struct fkfs_conf conf = small_blocks;
	unsigned long addr;
	struct fkfs *fs;

	if (p->nr_mkwrite == 1)
		conf.i_size = SZ_16K;
	fs = wt_fs(test, &conf);
	addr = wt_map(test, fs, SZ_16K);
	store(test, addr);
	KUNIT_ASSERT_EQ(test, 1, fs->nr_mkwrite);
	KUNIT_EXPECT_EQ(test, 100,
			fkfs_write(fs, FKFS_WT, 0, buf, p->pos, 100));
	store(test, addr + 10);
	KUNIT_EXPECT_EQ(test, p->nr_mkwrite, fs->nr_mkwrite);
	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, WT_JUNK, *fkfs_media(fs, 10));
	wt_expect_media(test, fs, p->pos, buf, 100);
	vm_munmap(addr, SZ_16K);
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_store_cases[] = {
	KUNIT_CASE_PARAM(store_waits, store_gen_params),
	KUNIT_CASE(store_meanwhile),
	KUNIT_CASE_PARAM(old_eof_faults_again, refault_gen_params),
	{ }
};

static struct kunit_suite wt_store_suite = {
	.name		= "iomap_wt_store",
	.init		= wt_init,
	.test_cases	= wt_store_cases,
};

kunit_test_suite(wt_store_suite);
