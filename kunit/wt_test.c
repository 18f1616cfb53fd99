// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the iomap_wt suites share; see the header.
 */
#include <linux/debug_locks.h>
#include <linux/module.h>
#include <linux/mman.h>
#include <linux/pagemap.h>
#include <linux/panic.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "wt_test.h"

const struct fkfs_conf wt_one_extent = {
	.i_size		= SZ_1M,
	.extents	= { WT_MAPPED(0, SZ_1M, SZ_64K) },
};

const struct fkfs_conf wt_two_extents = {
	.i_size		= 2 * PAGE_SIZE,
	.extents	= { WT_MAPPED(0, PAGE_SIZE, WT_FIRST),
			    WT_MAPPED(PAGE_SIZE, PAGE_SIZE, WT_SECOND) },
};

struct wt_health {
	struct kunit	*test;
	int		warned;		/* TAINT_WARN set? */
	int		debug_locks;	/* lockdep still at work? */
};

static void wt_check_health(void *data)
{
	const struct wt_health *h = data;

	KUNIT_EXPECT_EQ_MSG(h->test, test_taint(TAINT_WARN), h->warned,
			    "the kernel warned, see its log");
	KUNIT_EXPECT_EQ_MSG(h->test, READ_ONCE(debug_locks), h->debug_locks,
			    "lockdep reported, see the kernel log");
}

int wt_init(struct kunit *test)
{
	struct wt_health *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);

	if (PAGE_SIZE != SZ_4K)
		kunit_skip(test, "the tables are for pages of 4 KiB");
	if (!h)
		return -ENOMEM;
	h->test = test;
	h->warned = test_taint(TAINT_WARN);
	h->debug_locks = READ_ONCE(debug_locks);
	return kunit_add_action_or_reset(test, wt_check_health, h);
}

static void wt_vfree(void *buf)
{
	vfree(buf);
}

u8 *wt_zeros(struct kunit *test, size_t len)
{
	u8 *buf = vzalloc(max_t(size_t, len, 1));

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, wt_vfree, buf));
	return buf;
}

u8 *wt_buf(struct kunit *test, unsigned int gen, loff_t pos, size_t len)
{
	u8 *buf = wt_zeros(test, len);
	size_t i;

	for (i = 0; i < len; i++) {
		u64 p = pos + i;

		buf[i] = 1 + (u32)(p * 7 + (p >> 9) * 13 + gen * 89) % 251;
	}
	return buf;
}

static void wt_fs_free(void *fs)
{
	fkfs_free(fs);
}

struct fkfs *wt_fs_limited(struct kunit *test, const struct fkfs_conf *conf,
			   size_t size, const struct queue_limits *lim)
{
	struct fkfs *fs = fkfs_alloc(conf, size, lim);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fs);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, wt_fs_free, fs));
	return fs;
}

static struct fkfs *wt_fs_new(struct kunit *test, const struct fkfs_conf *conf,
			      size_t size, blk_features_t features)
{
	struct queue_limits lim = {
		.features		= features,
	};

	if (features & BLK_FEAT_ATOMIC_WRITES) {
		lim.atomic_write_hw_unit_min = SECTOR_SIZE;
		lim.atomic_write_hw_unit_max = WT_UNIT_MAX;
		lim.atomic_write_hw_max = WT_UNIT_MAX;
	}
	return wt_fs_limited(test, conf, size, &lim);
}

struct fkfs *wt_fs_on(struct kunit *test, const struct fkfs_conf *conf,
		      blk_features_t features)
{
	return wt_fs_new(test, conf, WT_DISK_SIZE, features);
}

struct fkfs *wt_fs_sized(struct kunit *test, const struct fkfs_conf *conf,
			 size_t size)
{
	return wt_fs_new(test, conf, size,
			 BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA |
			 BLK_FEAT_ATOMIC_WRITES);
}

struct fkfs *wt_fs(struct kunit *test, const struct fkfs_conf *conf)
{
	return wt_fs_sized(test, conf, WT_DISK_SIZE);
}

void wt_junk_media(struct fkfs *fs)
{
	memset(fs->disk->media, WT_JUNK, fs->disk->size);
}

void wt_expect_quiet(struct kunit *test, struct fkfs *fs)
{
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&fs->inode->i_dio_count));
	KUNIT_EXPECT_EQ(test, 0,
			atomic_read(&fs->inode->i_mapping->i_stable_users));
	KUNIT_EXPECT_EQ(test, 0, fkd_nr_held(fs->disk));
	KUNIT_EXPECT_EQ(test, 0, wt_tagged(fs, PAGECACHE_TAG_WRITEBACK));
	KUNIT_EXPECT_EQ(test, 0, fs->early_end);
	KUNIT_EXPECT_FALSE(test, fs->moved_wrong);
	KUNIT_EXPECT_FALSE(test, fkd_unstable(fs->disk));
}

void wt_expect_write(struct kunit *test, struct fkfs *fs, unsigned int nth,
		     u64 off, size_t len)
{
	const struct fkd_rec *rec = fkd_nth(fs->disk, FKD_WRITE, nth);

	if (!rec) {
		KUNIT_FAIL(test, "there is no write %u (from 0)", nth);
		return;
	}
	KUNIT_EXPECT_EQ_MSG(test, (u64)rec->sector << SECTOR_SHIFT, off,
			    "start of write %u (from 0)", nth);
	KUNIT_EXPECT_EQ_MSG(test, rec->len, len,
			    "length of write %u (from 0)", nth);
}

void wt_expect_cached(struct kunit *test, struct fkfs *fs, loff_t pos,
		      const u8 *buf, size_t len)
{
	u8 *got = wt_zeros(test, len);

	KUNIT_EXPECT_EQ_MSG(test, 0, fkfs_cached(fs, got, pos, len),
			    "%zu bytes at %lld are not cached", len, pos);
	KUNIT_EXPECT_EQ_MSG(test, len, wt_differ(got, buf, len),
			    "cached at %lld", pos);
}

void wt_expect_media(struct kunit *test, struct fkfs *fs, loff_t pos,
		     const u8 *buf, size_t len)
{
	KUNIT_EXPECT_EQ_MSG(test, len,
			    wt_differ(fkfs_media(fs, pos), buf, len),
			    "on the disk, at %lld of the file", pos);
}

struct fkfs_io *wt_start(struct kunit *test, struct fkfs *fs,
			 enum fkfs_how how, const u8 *buf, loff_t pos,
			 size_t len)
{
	struct fkfs_io *io = fkfs_start(fs, how, 0, buf, pos, len);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, io);
	return io;
}

struct fkfs_io *wt_start_held(struct kunit *test, struct fkfs *fs,
			      const u8 *buf, loff_t pos, size_t len,
			      unsigned int nr)
{
	struct fkfs_io *io;

	fs->disk->hold = true;
	io = wt_start(test, fs, FKFS_WT, buf, pos, len);
	KUNIT_ASSERT_TRUE(test, fkd_wait_held(fs->disk, nr));
	return io;
}

unsigned long wt_map(struct kunit *test, struct fkfs *fs, size_t len)
{
	unsigned long addr = kunit_vm_mmap(test, fs->file, 0, len,
			PROT_READ | PROT_WRITE, MAP_SHARED, 0);

	if (!addr || IS_ERR_VALUE(addr))
		kunit_skip(test, "no user memory");
	return addr;
}

struct fkfs_aio *wt_aio(struct kunit *test)
{
	struct fkfs_aio *aio = kunit_kzalloc(test, sizeof(*aio), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, aio);
	return aio;
}

size_t wt_differ(const void *a, const void *b, size_t len)
{
	const u8 *x = a, *y = b;
	size_t i = 0;

	while (i < len && x[i] == y[i])
		i++;
	return i;
}

struct wt_folio wt_folio(struct fkfs *fs, loff_t pos)
{
	/* without this flag the folio would lose its mark of DONTCACHE */
	struct folio *folio = __filemap_get_folio(fs->inode->i_mapping,
			pos >> PAGE_SHIFT, FGP_DONTCACHE, 0);
	struct wt_folio state = { };

	if (IS_ERR(folio))
		return state;
	state.cached = true;
	state.uptodate = folio_test_uptodate(folio);
	state.dirty = folio_test_dirty(folio);
	state.writeback = folio_test_writeback(folio);
	state.locked = folio_test_locked(folio);
	state.has_private = folio_test_private(folio);
	state.size = folio_size(folio);
	folio_put(folio);
	return state;
}

bool wt_writeback_ends(struct fkfs *fs, loff_t pos)
{
	unsigned int ticks;

	for (ticks = 0; ticks < 5 * HZ && wt_folio(fs, pos).writeback; ticks++)
		schedule_timeout_uninterruptible(1);
	return !wt_folio(fs, pos).writeback;
}

unsigned int wt_tagged(struct fkfs *fs, xa_mark_t tag)
{
	unsigned long index;
	unsigned int nr = 0;
	void *entry;

	xa_for_each_marked(&fs->inode->i_mapping->i_pages, index, entry, tag)
		nr++;
	return nr;
}

MODULE_DESCRIPTION("KUnit tests for iomap");
MODULE_LICENSE("GPL");
