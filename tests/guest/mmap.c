// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes to mapped files, and from memory that faults.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "t.h"

static uint8_t *mmap_file(int fd, size_t len)
{
	void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	T_MUST(map != MAP_FAILED);
	return map;
}

/*
 * The page is write-protected: a store after the write is seen as dirty.  One
 * page, since a store dirties all of its folio, which may be a large one.
 */
static void mmap_store_after(struct t *t)
{
	int fd = t_file(t, "f", t->ps);
	uint8_t *map = mmap_file(fd, t->ps);

	t_fill(t, map, 8, 0, 2);
	T_EQ(t, "written", t->ps,
	     t_write(t, fd, 0, t->ps, 3, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, t->ps);
	T_DISK(t, fd, 0, t->ps, 3);

	t_fill(t, map + 64, 64, 64, 4);
	T_DIRTY(t, fd, 64, 64, 4);
	T_MUST(!fsync(fd));
	T_CLEAN(t, fd, 0, t->ps);
	T_DISK(t, fd, 0, 64, 3);
	T_DISK(t, fd, 64, 64, 4);
	T_DISK(t, fd, 128, t->ps - 128, 3);
}

static long mmap_faults(void)
{
	struct rusage ru;

	T_MUST(!getrusage(RUSAGE_SELF, &ru));
	return ru.ru_minflt;
}

/*
 * Also a page that keeps dirty blocks is write-protected: while the I/O lasts
 * nobody may store to it, so that the next store has to fault.
 */
static void mmap_write_protected(struct t *t)
{
	off_t pos = t->bs < t->ps ? t->bs : 0;
	int fd = t_file(t, "f", t->ps);
	uint8_t *map = mmap_file(fd, t->ps);
	long faults;

	map[0] = 'a';
	faults = mmap_faults();
	map[0] = 'b';
	T_MUST(mmap_faults() == faults);
	T_EQ(t, "written", t->bs,
	     t_write(t, fd, pos, t->bs, 2, RWF_WRITETHROUGH));
	faults = mmap_faults();
	map[pos] = 'c';
	T_EQ(t, "faults by a store after the write", 1,
	     mmap_faults() - faults);
}

/* A store before the write, in the same block: both are on disk. */
static void mmap_store_before(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	uint8_t *map = mmap_file(fd, 4 * t->ps);
	off_t pos = t->ps;

	t_fill(t, map + pos, 64, pos, 2);
	T_EQ(t, "written", 64,
	     t_write(t, fd, pos + 64, 64, 3, RWF_WRITETHROUGH));
	T_DISK(t, fd, pos, 64, 2);
	T_DISK(t, fd, pos + 64, 64, 3);
	T_DISK(t, fd, pos + 128, t->bs - 128, 1);
	T_EQ(t, "seen in the mapping", -1,
	     t_differs(t, map + pos + 64, 64, pos + 64, 3));
}

/* A store in another block, of the same page where blocks are small. */
static void mmap_store_beside(struct t *t)
{
	int fd = t_file(t, "f", 8 * t->ps);
	uint8_t *map = mmap_file(fd, 8 * t->ps);
	off_t pos = 4 * t->ps;

	t_fill(t, map + pos, 64, pos, 2);
	T_EQ(t, "written", t->bs, t_write(t, fd, pos + t->bs, t->bs, 3,
					  RWF_WRITETHROUGH));
	T_DIRTY(t, fd, pos, 64, 2);
	T_DISK(t, fd, pos + t->bs, t->bs, 3);
	T_MUST(!fsync(fd));
	T_DISK(t, fd, pos, 64, 2);
	T_DISK(t, fd, pos + 64, t->bs - 64, 1);
	T_DISK(t, fd, pos + t->bs, t->bs, 3);
}

/* The buffer is a mapping of the very range that is written, not yet there. */
static void mmap_source_itself(struct t *t)
{
	long long len = 2 * t->ps;
	int fd = t_file(t, "f", 4 * t->ps);
	struct iovec iov;

	t_drop(fd);
	iov.iov_base = mmap_file(fd, 4 * t->ps) + t->ps;
	iov.iov_len = len;
	T_EQ(t, "written", len,
	     t_pwritev2(fd, &iov, 1, t->ps, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, t->ps, len);
	T_READS(t, fd, 0, 4 * t->ps, 1);
	T_DISK(t, fd, 0, 4 * t->ps, 1);
}

/* The buffer is another part of the same file, also not in memory. */
static void mmap_source_cold(struct t *t)
{
	long long len = 3 * t->ps;
	int src = t_open(t, "src", O_RDWR | O_CREAT);
	int fd = t_file(t, "f", 8 * t->ps);
	struct iovec iov;

	T_MUST(t_write(t, src, 0, len, 2, 0) == len);
	T_MUST(!fsync(src));
	t_drop(src);
	iov.iov_base = mmap_file(src, len);
	iov.iov_len = len;
	T_EQ(t, "written", len, t_pwritev2(fd, &iov, 1, 0, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, len);
	T_DISK(t, fd, 0, len, 2);
	T_DISK(t, fd, len, 8 * t->ps - len, 1);
}

/* A buffer of two pages: the second cannot be read. */
static uint8_t *mmap_half(struct t *t)
{
	uint8_t *buf = mmap(NULL, 2 * t->ps, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	T_MUST(buf != MAP_FAILED);
	T_MUST(!mprotect(buf + t->ps, t->ps, PROT_NONE));
	return buf;
}

/*
 * The source ends in the middle of a block: a short count, that many bytes on
 * disk, and not one more changed.
 */
static void mmap_fault_short(struct t *t)
{
	uint8_t *buf = mmap_half(t);
	long long good = t->ps - 50;
	struct iovec iov = { buf + 50, t->ps };
	off_t pos = t->ps + 10;
	int fd = t_file(t, "f", 8 * t->ps);

	t_fill(t, buf + 50, good, pos, 2);
	T_EQ(t, "written", good,
	     t_pwritev2(fd, &iov, 1, pos, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, 0, 8 * t->ps);
	T_DISK(t, fd, 0, pos, 1);
	T_DISK(t, fd, pos, good, 2);
	T_DISK(t, fd, pos + good, 8 * t->ps - pos - good, 1);
	T_READS(t, fd, pos, good, 2);
	T_READS(t, fd, pos + good, 8 * t->ps - pos - good, 1);
}

/* The same where EOF would have moved farther. */
static void mmap_fault_eof(struct t *t)
{
	uint8_t *buf = mmap_half(t);
	struct iovec iov[2] = { { buf, t->ps }, { buf + t->ps, t->ps } };
	off_t pos = 3 * t->bs + 10;
	int fd = t_file(t, "f", pos);

	t_fill(t, buf, t->ps, pos, 2);
	T_EQ(t, "written", t->ps,
	     t_pwritev2(fd, iov, 2, pos, RWF_WRITETHROUGH));
	T_EQ(t, "size", pos + t->ps, t_size(fd));
	T_DISK(t, fd, pos, t->ps, 2);
	T_MUST(!ftruncate(fd, pos + 3 * t->ps));
	T_READS(t, fd, pos + t->ps, 2 * t->ps, 0);
}

/* Nothing of the source can be read: EFAULT, and nothing happened. */
static void mmap_fault_all(struct t *t)
{
	struct iovec iov = { mmap_half(t) + t->ps, t->ps };
	int fd = t_file(t, "f", 4 * t->ps);

	T_EQ(t, "written", -EFAULT,
	     t_pwritev2(fd, &iov, 1, t->ps / 2, RWF_WRITETHROUGH));
	T_EQ(t, "written behind EOF", -EFAULT,
	     t_pwritev2(fd, &iov, 1, 9 * t->ps, RWF_WRITETHROUGH));
	T_EQ(t, "size", 4 * t->ps, t_size(fd));
	T_CLEAN(t, fd, 0, 4 * t->ps);
	T_DISK(t, fd, 0, 4 * t->ps, 1);
	T_READS(t, fd, 0, 4 * t->ps, 1);
}

static const struct t_case cases[] = {
	{ "fault-all",		mmap_fault_all },
	{ "fault-eof",		mmap_fault_eof },
	{ "fault-short",	mmap_fault_short },
	{ "source-cold",	mmap_source_cold },
	{ "source-itself",	mmap_source_itself },
	{ "store-after",	mmap_store_after },
	{ "store-before",	mmap_store_before },
	{ "store-beside",	mmap_store_beside },
	{ "write-protected",	mmap_write_protected },
};

T_GROUP(mmap, cases)
