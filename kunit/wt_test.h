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

/* A row of an extent table. */
#define WT_EXTENT(_offset, _length, _addr, _type, _flags) \
	{ .offset = (_offset), .length = (_length), .addr = (_addr), \
	  .type = (_type), .flags = (_flags) }
#define WT_MAPPED(_offset, _length, _addr) \
	WT_EXTENT(_offset, _length, _addr, IOMAP_MAPPED, 0)

/* One extent that holds a file of 1 MiB, not at the start of the disk. */
extern const struct fkfs_conf wt_one_extent;

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

/* Fill the media of the disk with a byte that is in no pattern. */
#define WT_JUNK		0xfe
void wt_junk_media(struct fkfs *fs);

/* Expect that nothing of the file is in flight or in use by a write. */
void wt_expect_quiet(struct kunit *test, struct fkfs *fs);

/* Expect that the @nth write went to the @len bytes at @off of the disk. */
void wt_expect_write(struct kunit *test, struct fkfs *fs, unsigned int nth,
		     u64 off, size_t len);

/* Where do @a and @b first differ?  @len if nowhere. */
size_t wt_differ(const void *a, const void *b, size_t len);

/* The state of the folio that caches @pos. */
struct wt_folio {
	bool	cached;
	bool	uptodate;
	bool	dirty;
	bool	writeback;
	bool	has_private;
	size_t	size;
};

struct wt_folio wt_folio(struct fkfs *fs, loff_t pos);

/* How many folios of the file carry @tag? */
unsigned int wt_tagged(struct fkfs *fs, xa_mark_t tag);

#endif /* IOMAP_TEST_WT_TEST_H */
