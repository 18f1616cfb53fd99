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
