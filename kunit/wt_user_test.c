// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes from user memory, and of a file that is mapped.
 *
 * The contract:
 *  - user memory is faulted in with nothing held; what is missing when it is
 *    copied ends the bio, the rest follows;
 *  - a block that both parts touch is written again after the first I/O only;
 *  - the pages that are written are write-protected first, and a store that
 *    came before counts for all blocks that the call does not write;
 *  - the buffer may be a mapping of the range that is written.
 *
 * Each case names the rules it proves.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "wt_test.h"

/* A user address range of the test's own mm; NULL is anonymous memory. */
static unsigned long user_map(struct kunit *test, struct file *file, size_t len)
{
	unsigned long addr = kunit_vm_mmap(test, file, 0, len,
			PROT_READ | PROT_WRITE,
			file ? MAP_SHARED : MAP_ANONYMOUS | MAP_PRIVATE, 0);

	if (!addr || IS_ERR_VALUE(addr))
		kunit_skip(test, "no user memory");
	return addr;
}

static void user_fill(struct kunit *test, unsigned long addr, const u8 *buf,
		      size_t len)
{
	KUNIT_ASSERT_EQ(test, 0UL, copy_to_user((void __user *)addr, buf, len));
}

static ssize_t user_write(struct fkfs *fs, unsigned long addr, loff_t pos,
			  size_t len)
{
	struct iov_iter from;

	iov_iter_ubuf(&from, ITER_SOURCE, (void __user *)addr, len);
	return fkfs_write_iter(fs, FKFS_WT, 0, &from, pos);
}

/* K3: memory that is there is copied; one bio, as from the kernel. */
static void user_memory(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_16K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	unsigned long addr = user_map(test, NULL, SZ_16K);

	user_fill(test, addr, buf, SZ_16K);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_16K,
			user_write(fs, addr, 0, SZ_16K));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_media(test, fs, 0, buf, SZ_16K);
	wt_expect_quiet(test, fs);
}

struct missing_param {
	const char	*desc;
	size_t		have;		/* bytes of the buffer that are there */
	size_t		len;
	ssize_t		ret;
	size_t		bytes;		/* written, from 0 */
};

static const struct missing_param missing_params[] = {
	{ "all", 0, SZ_4K, -EFAULT, 0 },
	{ "from a page edge on", SZ_4K, SZ_8K, SZ_4K, SZ_4K },
	{ "from mid-block on", 1000, SZ_4K, 1000, SZ_4K },
	{ "from mid-block of the second page on", SZ_4K + 1000, SZ_8K,
	  SZ_4K + 1000, SZ_8K },
};

KUNIT_ARRAY_PARAM_DESC(missing, missing_params, desc);

/* D17, R1: of a buffer that ends early what is there is written. */
static void missing_memory(struct kunit *test)
{
	const struct missing_param *p = test->param_value;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	u8 *want = wt_zeros(test, SZ_16K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	unsigned long base = user_map(test, NULL, SZ_16K);
	unsigned long addr = base + SZ_8K - p->have;

	wt_junk_media(fs);
	memset(want, WT_JUNK, SZ_16K);
	memcpy(want, buf, p->have);
	user_fill(test, addr, buf, p->have);
	vm_munmap(base + SZ_8K, SZ_8K);

	KUNIT_EXPECT_EQ(test, p->ret, user_write(fs, addr, 0, p->len));
	KUNIT_EXPECT_EQ(test, p->bytes ? 1 : 0,
			fkd_count(fs->disk, FKD_WRITE));
	if (p->bytes)
		wt_expect_write(test, fs, 0, SZ_64K, p->bytes);
	wt_expect_media(test, fs, 0, want, SZ_16K);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/* What happens to the second page of a buffer, between fault-in and copy. */
struct vanish_param {
	const char	*desc;
	unsigned int	blkbits;
	size_t		skip;		/* bytes of the buffer not used */
	size_t		len;
	unsigned int	at;		/* before which folio is copied */
	bool		again;		/* map new, zeroed memory there? */
	ssize_t		ret;
	unsigned int	nr_writes;
	size_t		first;		/* bytes of the first of these */
	loff_t		second;		/* where the second starts */
};

static const struct vanish_param vanish_params[] = {
	{ "gone, at a page edge", 12, 0, SZ_8K, 2, false, SZ_4K, 1, SZ_4K, 0 },
	{ "gone, in mid-block", 12, 1000, SZ_4K, 1, false, 3096, 1, SZ_4K, 0 },
	{ "gone, in mid-block of 1k", 10, 1000, SZ_4K, 1, false, 3096, 2, 3072,
	  3072 },
	{ "not present, at a page edge", 12, 0, SZ_8K, 2, true, SZ_8K, 2, SZ_4K,
	  SZ_4K },
	{ "not present, in mid-block", 12, 1000, SZ_4K, 1, true, SZ_4K, 2,
	  SZ_4K, 0 },
	{ "not present, in mid-block of 1k", 10, 1000, SZ_4K, 1, true, SZ_4K, 2,
	  3072, 3072 },
};

KUNIT_ARRAY_PARAM_DESC(vanish, vanish_params, desc);

struct vanish {
	struct kunit			*test;
	const struct vanish_param	*p;
	unsigned long			addr;
};

static void vanish_on_valid(struct fkfs *fs)
{
	const struct vanish *v = fs->on_valid_data;

	if (fs->nr_valid != v->p->at)
		return;
	vm_munmap(v->addr, PAGE_SIZE);
	if (!v->p->again)
		return;
	KUNIT_EXPECT_EQ(v->test, v->addr,
			vm_mmap(NULL, v->addr, PAGE_SIZE,
				PROT_READ | PROT_WRITE,
				MAP_ANONYMOUS | MAP_PRIVATE | MAP_FIXED, 0));
}

/*
 * D17 (trap 36), K3: memory that vanishes after it was faulted in makes the
 * copy short.  What was copied goes out, the memory is asked for with nothing
 * held, and a block that is touched twice is written twice (that the second
 * waits for the first is D7, iomap_wt.waits_for_writeback).
 */
static void vanishing_memory(struct kunit *test)
{
	const struct vanish_param *p = test->param_value;
	const size_t first = PAGE_SIZE - p->skip;
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, 0, SZ_8K);
	u8 *want = wt_zeros(test, SZ_16K);
	struct vanish v = { .test = test, .p = p };
	unsigned long base;
	struct fkfs *fs;

	conf.blkbits = p->blkbits;
	fs = wt_fs(test, &conf);
	base = user_map(test, NULL, SZ_8K);
	wt_junk_media(fs);
	user_fill(test, base + p->skip, buf, SZ_8K - p->skip);
	memset(want, WT_JUNK, SZ_16K);
	memcpy(want, buf, first);
	if (p->again)
		memset(want + first, 0, p->len - first);

	v.addr = base + PAGE_SIZE;
	fs->on_valid = vanish_on_valid;
	fs->on_valid_data = &v;
	KUNIT_EXPECT_EQ(test, p->ret,
			user_write(fs, base + p->skip, 0, p->len));
	KUNIT_EXPECT_EQ(test, p->nr_writes, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_write(test, fs, 0, SZ_64K, p->first);
	if (p->nr_writes == 2)
		wt_expect_write(test, fs, 1, SZ_64K + p->second,
				round_up(p->ret, 1 << p->blkbits) - p->second);
	wt_expect_media(test, fs, 0, want, SZ_16K);
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_DIRTY));
	wt_expect_quiet(test, fs);
}

/*
 * D8: the pages that are written are write-protected: the next store faults.
 * D9: the store that came before keeps the blocks outside the range dirty.
 */
static void mapped_file(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, SZ_1K, SZ_1K);
	u8 __user *map;
	struct fkfs *fs;

	conf.blkbits = 10;
	fs = wt_fs(test, &conf);
	map = (u8 __user *)user_map(test, fs->file, SZ_4K);
	KUNIT_ASSERT_EQ(test, 0, put_user(WT_JUNK, map));
	KUNIT_ASSERT_EQ(test, 1, fs->nr_mkwrite);

	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_1K,
			fkfs_write(fs, FKFS_WT, 0, buf, SZ_1K, SZ_1K));
	wt_expect_write(test, fs, 0, SZ_64K + SZ_1K, SZ_1K);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);

	KUNIT_EXPECT_EQ(test, 0, put_user(WT_JUNK, map + SZ_2K));
	KUNIT_EXPECT_EQ(test, 2, fs->nr_mkwrite);

	filemap_write_and_wait(fs->inode->i_mapping);
	KUNIT_EXPECT_EQ(test, WT_JUNK, *fkfs_media(fs, 0));
	KUNIT_EXPECT_EQ(test, WT_JUNK, *fkfs_media(fs, SZ_2K));
	wt_expect_media(test, fs, SZ_1K, buf, SZ_1K);
	vm_munmap((unsigned long)map, SZ_4K);
	wt_expect_quiet(test, fs);
}

/* D8, D9: with nothing left outside the range the mapped folio is clean. */
static void mapped_file_is_clean(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	u8 __user *map = (u8 __user *)user_map(test, fs->file, SZ_4K);

	KUNIT_ASSERT_EQ(test, 0, put_user(WT_JUNK, map));
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0, SZ_4K));
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_EQ(test, 0, put_user(WT_JUNK, map));
	KUNIT_EXPECT_EQ(test, 2, fs->nr_mkwrite);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).dirty);
	vm_munmap((unsigned long)map, SZ_4K);
	wt_expect_quiet(test, fs);
}

/* D5 (trap 35): a store past EOF through a mapping does not reach the disk. */
static void mapped_tail(struct kunit *test)
{
	struct fkfs_conf conf = wt_one_extent;
	u8 *buf = wt_buf(test, 1, 0, 100);
	u8 *zeros = wt_zeros(test, SZ_4K);
	struct fkfs *fs;
	u8 __user *map;

	conf.i_size = 100;
	fs = wt_fs(test, &conf);
	map = (u8 __user *)user_map(test, fs->file, SZ_4K);
	KUNIT_ASSERT_EQ(test, 0, put_user(WT_JUNK, map + 100));
	KUNIT_ASSERT_EQ(test, 0, put_user(WT_JUNK, map + SZ_4K - 1));
	KUNIT_EXPECT_EQ(test, 100, fkfs_write(fs, FKFS_WT, 0, buf, 0, 100));
	wt_expect_media(test, fs, 100, zeros, SZ_4K - 100);
	vm_munmap((unsigned long)map, SZ_4K);
	wt_expect_quiet(test, fs);
}

/* K3 (trap 21): the buffer is a mapping of the range, not even present. */
static void buffer_is_the_range(struct kunit *test)
{
	u8 *want = wt_zeros(test, SZ_8K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	unsigned long addr;

	memcpy(fkfs_media(fs, SZ_4K), wt_buf(test, 1, 0, SZ_8K), SZ_8K);
	memcpy(want, fkfs_media(fs, SZ_4K), SZ_8K);
	addr = user_map(test, fs->file, SZ_16K);
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_8K,
			user_write(fs, addr + SZ_4K, SZ_4K, SZ_8K));
	wt_expect_media(test, fs, SZ_4K, want, SZ_8K);
	vm_munmap(addr, SZ_16K);
	wt_expect_quiet(test, fs);
}

static struct kunit_case iomap_wt_user_cases[] = {
	KUNIT_CASE(user_memory),
	KUNIT_CASE_PARAM(missing_memory, missing_gen_params),
	KUNIT_CASE_PARAM(vanishing_memory, vanish_gen_params),
	KUNIT_CASE(mapped_file),
	KUNIT_CASE(mapped_file_is_clean),
	KUNIT_CASE(mapped_tail),
	KUNIT_CASE(buffer_is_the_range),
	{ }
};

static struct kunit_suite iomap_wt_user_suite = {
	.name		= "iomap_wt_user",
	.init		= wt_init,
	.test_cases	= iomap_wt_user_cases,
};

kunit_test_suite(iomap_wt_user_suite);
