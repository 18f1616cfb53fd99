// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written-through writes whose mappings are not simply one after the other,
 * each of many folios.
 *
 * The contract:
 *  - mappings smaller than a folio meet in it, one bio after the other;
 *  - a mapping's flags are not taken for those of the call;
 *  - a bio and what a call has in flight have their limits;
 *  - the file system learns where the data ends that it may count as written.
 *
 * Each case names the rules it proves.
 */
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/uio.h>

#include "wt_test.h"

/* A folio of four blocks, each with its own mapping. */
static const struct fkfs_conf four_in_a_folio = {
	.blkbits	= 10,
	.i_size		= SZ_4K,
	.extents	= { WT_MAPPED(0, SZ_1K, SZ_1M),
			    WT_MAPPED(SZ_1K, SZ_1K, SZ_64K),
			    WT_MAPPED(SZ_2K, SZ_1K, SZ_2M),
			    WT_EXTENT(SZ_2K + SZ_1K, SZ_1K, SZ_128K,
				      IOMAP_UNWRITTEN, 0) },
};

/*
 * D7, D10, D3 (trap 12): the folio of one bio is needed for the next; the call
 * has submitted it by then, and waits for it as anybody else does.
 */
static void share_a_folio(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, SZ_4K);
	struct fkfs *fs = wt_fs(test, &four_in_a_folio);
	struct fkfs_io *io;
	unsigned int i;

	io = wt_start_held(test, fs, buf, 0, SZ_4K, 1);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_TRUE(test, fkd_wait_held(fs->disk, 1));
		KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
		KUNIT_EXPECT_EQ(test, 1, fkd_nr_held(fs->disk));
		KUNIT_EXPECT_EQ(test, i + 1, fkd_count(fs->disk, FKD_WRITE));
		fkd_release(fs->disk, 0, BLK_STS_OK);
	}
	KUNIT_EXPECT_EQ(test, (ssize_t)SZ_4K, fkfs_join(io));
	for (i = 0; i < SZ_4K; i += SZ_1K)
		wt_expect_media(test, fs, i, buf + i, SZ_1K);
	KUNIT_EXPECT_EQ(test, IOMAP_MAPPED, fs->extents[3].type);
	KUNIT_EXPECT_FALSE(test, wt_folio(fs, 0).dirty);
	KUNIT_EXPECT_TRUE(test, wt_folio(fs, 0).uptodate);
	wt_expect_quiet(test, fs);
}

#define LOCK_FOLIOS	4

static void expect_one_lock(struct fkfs *fs)
{
	struct kunit *test = fs->on_valid_data;
	unsigned int i;

	for (i = 0; i < LOCK_FOLIOS; i++)
		KUNIT_EXPECT_EQ_MSG(test, i == fs->nr_valid - 1,
				    wt_folio(fs, i * SZ_4K).locked,
				    "folio %u, at folio %u", i,
				    fs->nr_valid - 1);
}

/* K2, D2: folios are locked one at a time, the lowest first. */
static void one_lock_at_a_time(struct kunit *test)
{
	u8 *buf = wt_buf(test, 1, 0, LOCK_FOLIOS * SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);

	fkfs_write(fs, FKFS_WT, 0, buf, 0, LOCK_FOLIOS * SZ_4K);
	fkd_forget(fs->disk);
	fs->nr_valid = 0;
	fs->on_valid = expect_one_lock;
	fs->on_valid_data = test;
	KUNIT_EXPECT_EQ(test, LOCK_FOLIOS * (ssize_t)SZ_4K,
			fkfs_write(fs, FKFS_WT, 0, buf, 0,
				   LOCK_FOLIOS * SZ_4K));
	KUNIT_EXPECT_EQ(test, LOCK_FOLIOS, fs->nr_valid);
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_quiet(test, fs);
}

struct flag_param {
	const char	*desc;
	u16		flags;		/* of the mapping */
	loff_t		pos;
	size_t		len;
	unsigned int	nr_reads;
};

/* Their bits are those of IOMAP_NOWAIT, _OVERWRITE_ONLY, _DAX, _DONTCACHE. */
static const struct flag_param flag_params[] = {
	{ "xattr", IOMAP_F_XATTR, 10, 100, 1 },
	{ "boundary", IOMAP_F_BOUNDARY, 10, 100, 1 },
	{ "atomic bio", IOMAP_F_ATOMIC_BIO, 10, 100, 1 },
	{ "zero tail", IOMAP_F_ZERO_TAIL, 0, SZ_4K, 0 },
	{ "merged, private", IOMAP_F_MERGED | IOMAP_F_PRIVATE, 10, 100, 1 },
};

KUNIT_ARRAY_PARAM_DESC(flag, flag_params, desc);

/* D2, F1, F2 (trap 17): a mapping's flags are not the call's. */
static void foreign_flags(struct kunit *test)
{
	const struct flag_param *p = test->param_value;
	const struct fkfs_conf conf = {
		.i_size		= SZ_4K,
		.extents	= { WT_EXTENT(0, SZ_4K, SZ_64K, IOMAP_MAPPED,
					      p->flags) },
	};
	u8 *buf = wt_buf(test, 1, p->pos, p->len);
	struct fkfs *fs = wt_fs(test, &conf);
	const struct fkd_rec *rec;

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, buf, p->pos, p->len));
	KUNIT_EXPECT_EQ(test, p->nr_reads, fkd_count(fs->disk, FKD_READ));
	wt_expect_media(test, fs, p->pos, buf, p->len);
	wt_expect_cached(test, fs, p->pos, buf, p->len);
	wt_expect_quiet(test, fs);
	rec = fkd_nth(fs->disk, FKD_WRITE, 0);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_FALSE(test, rec->opf & (REQ_NOWAIT | REQ_ATOMIC));
}

#define LIMIT_BIO	SZ_8M
#define LIMIT_FLIGHT	SZ_16M
#define LIMIT_FILE	(LIMIT_FLIGHT + LIMIT_BIO + SZ_1M)

/*
 * D1, K4: a bio has as many folios as it can (more if pages are neighbours in
 * memory), but no more than a small memory cgroup may have; nor has a call in
 * flight.  What is more waits for what is before.
 */
static void limits(struct kunit *test)
{
	static const struct fkfs_conf conf = {
		.i_size		= LIMIT_FILE,
		.extents	= { WT_MAPPED(0, LIMIT_FILE, SZ_64K) },
	};
	u8 *buf = wt_buf(test, 1, 0, LIMIT_FILE);
	struct fkfs *fs = wt_fs_sized(test, &conf, LIMIT_FILE + SZ_64K);
	const struct fkd_rec *rec;
	struct fkfs_io *io;
	size_t flight = 0;
	unsigned int i;

	io = wt_start_held(test, fs, buf, 0, LIMIT_FILE, 2);
	KUNIT_EXPECT_TRUE(test, fkfs_wait_blocked(io));
	for (i = 0; (rec = fkd_nth(fs->disk, FKD_WRITE, i)); i++) {
		KUNIT_EXPECT_LE(test, rec->len, LIMIT_BIO);
		KUNIT_EXPECT_GE(test, rec->len, BIO_MAX_VECS * PAGE_SIZE);
		flight += rec->len;
	}
	KUNIT_EXPECT_EQ(test, i, fkd_nr_held(fs->disk));
	KUNIT_EXPECT_GE(test, flight, LIMIT_FLIGHT);
	KUNIT_EXPECT_LT(test, flight, LIMIT_FLIGHT + LIMIT_BIO);

	fkd_release_all(fs->disk);
	KUNIT_EXPECT_EQ(test, (ssize_t)LIMIT_FILE, fkfs_join(io));
	wt_expect_media(test, fs, 0, buf, LIMIT_FILE);
	wt_expect_quiet(test, fs);
}

/* D1, D17: many small pieces of a buffer are one bio, with all of them. */
static void pieces(struct kunit *test)
{
	static const size_t lens[] = { 1, 0, 4095, 4097, 100, 3995, 0 };
	struct kvec kvec[ARRAY_SIZE(lens)];
	u8 *buf = wt_buf(test, 1, 0, 3 * SZ_4K);
	struct fkfs *fs = wt_fs(test, &wt_one_extent);
	struct iov_iter from;
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < ARRAY_SIZE(lens); len += lens[i++])
		kvec[i] = (struct kvec){ buf + len, lens[i] };
	iov_iter_kvec(&from, ITER_SOURCE, kvec, ARRAY_SIZE(lens), len);
	KUNIT_EXPECT_EQ(test, (ssize_t)len,
			fkfs_write_iter(fs, FKFS_WT, 0, &from, 0));
	KUNIT_EXPECT_EQ(test, 1, fkd_count(fs->disk, FKD_WRITE));
	wt_expect_media(test, fs, 0, buf, len);
	wt_expect_quiet(test, fs);
}

struct size_param {
	const char	*desc;
	loff_t		i_size;
	loff_t		disk_size;	/* before: behind, for dirty data */
	loff_t		pos;
	size_t		len;
	loff_t		new_disk_size;
};

static const struct size_param size_params[] = {
	{ "overwrite", SZ_16K, SZ_16K, 0, SZ_4K, SZ_16K },
	{ "append", 0, 0, 0, 5000, 5000 },
	{ "append in mid-block", 5000, 5000, 5000, 100, 5100 },
	{ "dirty append, all of it", SZ_8K, 0, 0, SZ_8K, SZ_8K },
	{ "dirty append, all of it, EOF in mid-block", 5000, 0, 0, 5000, 5000 },
	{ "dirty append, its end in mid-block", 5000, SZ_4K, 4096, 100, 5000 },
	{ "dirty append, below it", SZ_16K, SZ_8K, 0, SZ_4K, SZ_8K },
	{ "dirty append, part of it", SZ_16K, 0, 0, SZ_4K, SZ_4K },
};

KUNIT_ARRAY_PARAM_DESC(size, size_params, desc);

/*
 * D6, E1 (trap 18): the on-disk size moves to the end of the blocks that were
 * written, or to EOF if that is before it, also when EOF does not move.
 */
static void disk_size(struct kunit *test)
{
	const struct size_param *p = test->param_value;
	u8 *old = wt_buf(test, 1, 0, SZ_16K);
	u8 *buf = wt_buf(test, 2, p->pos, p->len);
	struct fkfs_conf conf = wt_one_extent;
	struct fkfs *fs;

	conf.i_size = p->disk_size;
	fs = wt_fs(test, &conf);
	fkfs_write(fs, FKFS_BUFFERED, 0, old, p->disk_size,
		   p->i_size - p->disk_size);
	KUNIT_ASSERT_EQ(test, p->i_size, i_size_read(fs->inode));
	KUNIT_ASSERT_EQ(test, p->disk_size, fs->disk_size);

	KUNIT_EXPECT_EQ(test, (ssize_t)p->len,
			fkfs_write(fs, FKFS_WT, 0, buf, p->pos, p->len));
	KUNIT_EXPECT_EQ(test, p->new_disk_size, fs->disk_size);
	KUNIT_EXPECT_EQ(test, max(p->i_size, p->pos + (loff_t)p->len),
			i_size_read(fs->inode));
	wt_expect_quiet(test, fs);
}

static struct kunit_case wt_mapping_cases[] = {
	KUNIT_CASE(share_a_folio),
	KUNIT_CASE(one_lock_at_a_time),
	KUNIT_CASE_PARAM(foreign_flags, flag_gen_params),
	KUNIT_CASE(limits),
	KUNIT_CASE(pieces),
	KUNIT_CASE_PARAM(disk_size, size_gen_params),
	{ }
};

static struct kunit_suite wt_mapping_suite = {
	.name		= "iomap_wt_mapping",
	.init		= wt_init,
	.test_cases	= wt_mapping_cases,
};

kunit_test_suite(wt_mapping_suite);
