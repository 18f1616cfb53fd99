/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the iomap_wt suites share: a file system that goes away with the test,
 * buffers with a pattern, and the check that the kernel did not complain.
 */
#ifndef IOMAP_TEST_WT_TEST_H
#define IOMAP_TEST_WT_TEST_H

#include <kunit/test.h>

#include "fake_fs.h"

#define WT_DISK_SIZE	SZ_8M
#define WT_UNIT_MAX	SZ_16K	/* that the disk writes without tearing */

/* A row of an extent table. */
#define WT_EXTENT(_offset, _length, _addr, _type, _flags) \
	{ .offset = (_offset), .length = (_length), .addr = (_addr), \
	  .type = (_type), .flags = (_flags) }
#define WT_MAPPED(_offset, _length, _addr) \
	WT_EXTENT(_offset, _length, _addr, IOMAP_MAPPED, 0)

/* One extent that holds a file of 1 MiB, not at the start of the disk. */
extern const struct fkfs_conf wt_one_extent;

/* A file of two pages with their blocks far apart, the second one first. */
extern const struct fkfs_conf wt_two_extents;
#define WT_FIRST	SZ_1M		/* where on the disk they are */
#define WT_SECOND	SZ_64K

/*
 * .init of every suite.  A WARN or a lockdep report up to the end of the test's
 * clean-up then fails the test.
 */
int wt_init(struct kunit *test);

/*
 * @len bytes of a pattern that depends on @gen (not 0) and on the position in
 * the file, and has no zero byte.  Make what a thread writes before its file
 * system: things go away in reverse order.
 */
u8 *wt_buf(struct kunit *test, unsigned int gen, loff_t pos, size_t len);

/* @len zeros. */
u8 *wt_zeros(struct kunit *test, size_t len);

/* A file system on a disk of WT_DISK_SIZE bytes; fails the test if it can't. */
struct fkfs *wt_fs(struct kunit *test, const struct fkfs_conf *conf);

/* The same on a disk with the BLK_FEAT_ of @features and no others. */
struct fkfs *wt_fs_on(struct kunit *test, const struct fkfs_conf *conf,
		      blk_features_t features);

/* The same on a disk of @size bytes. */
struct fkfs *wt_fs_sized(struct kunit *test, const struct fkfs_conf *conf,
			 size_t size);

/* The same on one with the limits and features of @lim. */
struct fkfs *wt_fs_limited(struct kunit *test, const struct fkfs_conf *conf,
			   size_t size, const struct queue_limits *lim);

/* Fill the media of the disk with a byte that is in no pattern. */
#define WT_JUNK		0xfe
void wt_junk_media(struct fkfs *fs);

/* Expect that nothing of the file is in flight or in use by a write. */
void wt_expect_quiet(struct kunit *test, struct fkfs *fs);

/* Expect that the @nth write went to the @len bytes at @off of the disk. */
void wt_expect_write(struct kunit *test, struct fkfs *fs, unsigned int nth,
		     u64 off, size_t len);

/*
 * Expect that the cache, or the media, has the @len bytes of @buf at @pos of
 * the file.
 */
void wt_expect_cached(struct kunit *test, struct fkfs *fs, loff_t pos,
		      const u8 *buf, size_t len);
void wt_expect_media(struct kunit *test, struct fkfs *fs, loff_t pos,
		     const u8 *buf, size_t len);

/* Start a write in a thread; fails the test if it can't. */
struct fkfs_io *wt_start(struct kunit *test, struct fkfs *fs,
			 enum fkfs_how how, const u8 *buf, loff_t pos,
			 size_t len);

/* The same through, on a disk that holds, until @nr bios are held. */
struct fkfs_io *wt_start_held(struct kunit *test, struct fkfs *fs,
			      const u8 *buf, loff_t pos, size_t len,
			      unsigned int nr);

/*
 * Map @len bytes of the file into the test's user memory, shared; skips the test
 * where there is none.  It goes away with the test.
 */
unsigned long wt_map(struct kunit *test, struct fkfs *fs, size_t len);

/* An asynchronous write, not yet started; goes away after the test's @fs. */
struct fkfs_aio *wt_aio(struct kunit *test);

/* Where do @a and @b first differ?  @len if nowhere. */
size_t wt_differ(const void *a, const void *b, size_t len);

/* The state of the folio that caches @pos. */
struct wt_folio {
	bool	cached;
	bool	uptodate;
	bool	dirty;
	bool	writeback;
	bool	locked;
	bool	has_private;
	size_t	size;
};

struct wt_folio wt_folio(struct fkfs *fs, loff_t pos);

/* Does writeback of the folio that caches @pos end, within seconds? */
bool wt_writeback_ends(struct fkfs *fs, loff_t pos);

/* How many folios of the file carry @tag? */
unsigned int wt_tagged(struct fkfs *fs, xa_mark_t tag);

#endif /* IOMAP_TEST_WT_TEST_H */
