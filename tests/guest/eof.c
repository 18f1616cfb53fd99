// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes that move EOF.  After the call: the size, the data on disk, zeros
 * from the new end to the end of its block, and zeros between an old EOF and a
 * write that began behind it, whatever a mapping stored there.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "t.h"

static off_t eof_round_up(struct t *t, off_t pos)
{
	return (pos + t->bs - 1) / t->bs * t->bs;
}

/*
 * The zeros behind an old EOF may be lazy (E4), and the page is dirty then, in
 * which the write may begin as well.
 */
static bool eof_same_page(struct t *t, long long old, off_t pos)
{
	return pos > old && old % t->ps && pos / t->ps == old / t->ps;
}

/* Write at @pos in a file of @old bytes, and see all of it. */
static void eof_extend(struct t *t, long long old, off_t pos, long long len)
{
	long long end = pos + len;
	int fd = t_file(t, "wt", old);

	T_EQ(t, "written", len,
	     t_write(t, fd, pos, len, 2, RWF_WRITETHROUGH));
	if (!eof_same_page(t, old, pos))
		T_CLEAN(t, fd, pos, len);
	T_EQ(t, "size", end, t_size(fd));
	T_EQ(t, "on-disk size", end, t_disk_size(fd));
	T_DISK(t, fd, pos, len, 2);
	T_DISK(t, fd, end, eof_round_up(t, end) - end, 0);
	T_READS(t, fd, 0, old < pos ? old : pos, 1);
	if (pos > old)
		T_READS(t, fd, old, pos - old, 0);
	T_READS(t, fd, pos, len, 2);
	T_MUST(!fsync(fd));
	if (pos > old)
		T_DISK(t, fd, old, pos - old, 0);
	t_drop(fd);
	T_READS(t, fd, pos, len, 2);
	close(fd);

	fd = t_file(t, "lazy", old);
	T_MUST(t_write(t, fd, pos, len, 2, 0) == len);
	T_LAZY(t, fd, pos, len, 2);
	T_MUST(t_disk_size(fd) == old);
	close(fd);
}

static void eof_new_file(struct t *t)
{
	eof_extend(t, 0, 0, t->bs);
	eof_extend(t, 0, 0, 3 * t->ps + 5);
	eof_extend(t, 0, 0, 1);
}

static void eof_append(struct t *t)
{
	eof_extend(t, 2 * t->bs, 2 * t->bs, t->bs);
	eof_extend(t, 4 * t->ps, 4 * t->ps, 3 * t->ps);
	eof_extend(t, 2 * t->bs + 100, 2 * t->bs + 100, 50);
	eof_extend(t, 2 * t->bs + 100, 2 * t->bs + 100, 2 * t->ps);
}

/* The range begins inside the file and ends behind it. */
static void eof_across(struct t *t)
{
	eof_extend(t, 3 * t->bs, t->bs + 7, 4 * t->bs);
	eof_extend(t, 2 * t->bs + 100, 2 * t->bs + 10, 200);
	eof_extend(t, 2 * t->ps + 100, t->ps - 1, 3 * t->ps);
}

static void eof_beyond(struct t *t)
{
	eof_extend(t, 100, t->bs, t->bs);
	eof_extend(t, 2 * t->bs + 100, 2 * t->bs + 300, 20);
	eof_extend(t, 100, 3 * t->ps + 10, 20);
	eof_extend(t, 0, 5 * t->ps, t->bs);
	eof_extend(t, t->ps, 40 * t->ps, 2 * t->ps);
}

/* Appends one after the other, none of which ends on a block. */
static void eof_append_many(struct t *t)
{
	const int nr = 40, len = 777;
	int fd = t_file(t, "f", 0), i;

	for (i = 0; i < nr; i++) {
		T_EQ(t, "written", len, t_write(t, fd, (off_t)i * len, len, 2,
						RWF_WRITETHROUGH));
		T_EQ(t, "size", (i + 1) * len, t_size(fd));
	}
	T_CLEAN(t, fd, 0, nr * len);
	T_DISK(t, fd, 0, nr * len, 2);
}

/* 600 bytes for the end of the file, with another position: 5. */
static ssize_t eof_append_at_5(struct t *t, int fd, int flags)
{
	struct iovec iov = { t_alloc(600), 600 };

	t_fill(t, iov.iov_base, 600, t_size(fd), 2);
	return t_pwritev2(fd, &iov, 1, 5, RWF_WRITETHROUGH | flags);
}

/* Whatever position the caller names, an append goes to the end. */
static void eof_append_flag(struct t *t)
{
	int fd = t_file(t, "f", t->bs + 9), afd;

	T_EQ(t, "written with RWF_APPEND", 600,
	     eof_append_at_5(t, fd, RWF_APPEND));
	T_EQ(t, "size", t->bs + 609, t_size(fd));
	afd = t_open(t, "f", O_RDWR | O_APPEND);
	T_EQ(t, "written with O_APPEND", 600, eof_append_at_5(t, afd, 0));
	T_EQ(t, "size", t->bs + 1209, t_size(fd));
	T_CLEAN(t, fd, t->bs, 1209);
	T_DISK(t, fd, 0, t->bs + 9, 1);
	T_DISK(t, fd, t->bs + 9, 1200, 2);
}

/*
 * A lazy append shares its block with the WT write: it goes out as well, and
 * nobody else would tell the disk of its size.
 */
static void eof_dirty_append_to(struct t *t, off_t pos)
{
	int fd = t_file(t, "f", pos);

	T_MUST(t_write(t, fd, pos, 300, 2, 0) == 300);
	T_LAZY(t, fd, pos, 300, 2);
	T_MUST(t_disk_size(fd) == pos);
	T_EQ(t, "written", 50,
	     t_write(t, fd, pos + 100, 50, 3, RWF_WRITETHROUGH));
	T_CLEAN(t, fd, pos, 300);
	T_EQ(t, "size", pos + 300, t_size(fd));
	T_EQ(t, "on-disk size", pos + 300, t_disk_size(fd));
	T_DISK(t, fd, pos, 100, 2);
	T_DISK(t, fd, pos + 100, 50, 3);
	T_DISK(t, fd, pos + 150, 150, 2);
	T_DISK(t, fd, pos + 300, eof_round_up(t, pos + 300) - pos - 300, 0);
	close(fd);
}

/* In a new block, whose conversion updates the size anyway, and in an old. */
static void eof_dirty_append(struct t *t)
{
	eof_dirty_append_to(t, 2 * t->bs);
	eof_dirty_append_to(t, 2 * t->bs + 100);
}

/*
 * A lazy append has delayed blocks, some of them behind EOF in advance.  A WT
 * write to one of them leaves none behind EOF: no dirty page is there that would
 * have them allocated later, and a direct read that meets one fails.
 */
static void eof_delayed(struct t *t)
{
	long long end = 21 * t->ps - 700;
	int fd = t_file(t, "f", 16 * t->ps);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);
	char *buf = t_alloc(4 * t->ps);

	T_MUST(t_write(t, fd, 16 * t->ps, end - 16 * t->ps, 2, 0) > 0);
	T_LAZY(t, fd, 16 * t->ps, end - 16 * t->ps, 2);
	T_MUST(t_extent(fd, 21 * t->ps) == T_DELALLOC);
	t_touch(fd);
	T_EQ(t, "not without waiting", -EAGAIN,
	     t_write(t, fd, 20 * t->ps, 1, 3, RWF_WRITETHROUGH | RWF_NOWAIT));
	T_MUST(t_extent(fd, 21 * t->ps) == T_DELALLOC);
	T_EQ(t, "written", 1,
	     t_write(t, fd, 20 * t->ps, 1, 3, RWF_WRITETHROUGH));
	T_OK(t, t_extent(fd, 21 * t->ps) != T_DELALLOC,
	     "blocks behind EOF are still delayed");
	T_EQ(t, "direct read across EOF", end - 20 * t->ps,
	     pread(direct, buf, 4 * t->ps, 20 * t->ps));
	T_EQ(t, "size", end, t_size(fd));
	T_DISK(t, fd, 20 * t->ps, 1, 3);
	T_MUST(!fsync(fd));
	t_drop(fd);
	T_READS(t, fd, 0, 16 * t->ps, 1);
	T_READS(t, fd, 16 * t->ps, 4 * t->ps, 2);
	T_READS(t, fd, 20 * t->ps, 1, 3);
	T_READS(t, fd, 20 * t->ps + 1, end - 20 * t->ps - 1, 2);
	free(buf);
	close(direct);
	close(fd);
}

/* The first page: a store behind the one with EOF would be SIGBUS. */
static char *eof_map(struct t *t, int fd)
{
	char *map = mmap(NULL, t->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 0);

	T_MUST(map != MAP_FAILED);
	return map;
}

/* Bytes that a mapping stored behind EOF are not data when EOF comes there. */
static void eof_mmap_append(struct t *t)
{
	int fd = t_file(t, "f", 100);
	char *map = eof_map(t, fd);

	memset(map + 100, 0x5a, t->page - 100);
	T_EQ(t, "written", 50, t_write(t, fd, 100, 50, 2, RWF_WRITETHROUGH));
	T_DISK(t, fd, 0, 100, 1);
	T_DISK(t, fd, 100, 50, 2);
	T_DISK(t, fd, 150, t->bs - 150, 0);
	T_MUST(!ftruncate(fd, t->ps));
	T_READS(t, fd, 100, 50, 2);
	T_READS(t, fd, 150, t->ps - 150, 0);
}

static void eof_mmap_beyond(struct t *t)
{
	int fd = t_file(t, "f", 100);
	char *map = eof_map(t, fd);

	memset(map + 100, 0x5a, t->page - 100);
	T_EQ(t, "written", t->bs,
	     t_write(t, fd, 3 * t->ps, t->bs, 2, RWF_WRITETHROUGH));
	T_READS(t, fd, 0, 100, 1);
	T_READS(t, fd, 100, 3 * t->ps - 100, 0);
	T_MUST(!fsync(fd));
	T_DISK(t, fd, 0, 100, 1);
	T_DISK(t, fd, 100, 3 * t->ps - 100, 0);
	T_DISK(t, fd, 3 * t->ps, t->bs, 2);
}

struct eof_storer {
	volatile char *map;
	atomic_bool ready;
	atomic_bool stop;
	atomic_bool stored;
};

/* As soon as somebody zeroes the byte, store to it again, once. */
static void *eof_store(void *arg)
{
	struct eof_storer *s = arg;

	s->map[300] = 0x5a;
	atomic_store(&s->ready, true);
	while (s->map[300] && !atomic_load(&s->stop))
		;
	if (!s->map[300]) {
		s->map[300] = 0x5a;
		atomic_store(&s->stored, true);
	}
	return NULL;
}

/*
 * 20 bytes for 600, from a page that has to be read first: it is faulted in
 * after the file system's zeroing, and meanwhile there is time for a store.
 */
static ssize_t eof_write_cold(struct t *t, int fd)
{
	int src = t_open(t, "src", O_RDWR | O_CREAT);
	struct iovec iov = { .iov_len = 20 };
	ssize_t n;

	T_MUST(t_write(t, src, 0, t->page, 2, 0) == t->page);
	T_MUST(!fsync(src));
	t_drop(src);
	iov.iov_base = eof_map(t, src) + 600;
	n = t_pwritev2(fd, &iov, 1, 600, RWF_WRITETHROUGH);
	T_MUST(!munmap((char *)iov.iov_base - 600, t->page));
	close(src);
	return n;
}

/*
 * Did the store come before the page was write-protected?  One that came later
 * has dirtied it again, and it is data if EOF had moved already.  Where other
 * blocks of the page are dirty that says nothing, but a byte that is zero again
 * does.  (There a kernel that forgets the zeroing never gets a hit: broken.)
 */
static bool eof_gap_hit(struct t *t, int fd)
{
	struct eof_storer s = { .map = eof_map(t, fd) };
	pthread_t thread;
	bool hit;

	T_MUST(!pthread_create(&thread, NULL, eof_store, &s));
	while (!atomic_load(&s.ready))
		sched_yield();
	T_EQ(t, "written", 20, eof_write_cold(t, fd));
	atomic_store(&s.stop, true);
	pthread_join(thread, NULL);
	hit = s.stored &&
	      (!t_cachestat(fd, 0, t->page).nr_dirty || !s.map[300]);
	T_MUST(!munmap((void *)s.map, t->page));
	return hit;
}

/*
 * The gap is in the block that is written.  The file system zeroes it before,
 * but that does not keep anybody from storing there again.  What came in time
 * is not data, neither in the cache nor on the disk.
 */
static void eof_mmap_gap(struct t *t)
{
	int hits = 0, i, fd;

	for (i = 0; i < 200 && hits < 5 && !t->failed; i++) {
		fd = t_file(t, "f", 100);
		if (eof_gap_hit(t, fd)) {
			hits++;
			T_READS(t, fd, 100, 500, 0);
			T_MUST(!fsync(fd));
			T_DISK(t, fd, 0, 100, 1);
			T_DISK(t, fd, 100, 500, 0);
			T_DISK(t, fd, 600, 20, 2);
		}
		close(fd);
	}
	printf("# stores that came in time: %d of %d\n", hits, i);
	T_MUST(t->failed || hits);
}

/*
 * A page that is mapped writable when EOF leaves it has blocks that nobody
 * allocated: a store there must fault again, or it is lost.
 */
static void eof_mmap_refault(struct t *t)
{
	int fd = t_file(t, "f", 100);
	char *map = eof_map(t, fd), seen = 0;
	off_t last = t->page - 1;

	map[0] = 'a';
	T_EQ(t, "written", t->bs,
	     t_write(t, fd, 2 * t->ps, t->bs, 2, RWF_WRITETHROUGH));
	map[last] = 'z';
	T_MUST(!fsync(fd));
	T_MUST(!munmap(map, t->page));
	t_drop(fd);
	T_MUST(pread(fd, &seen, 1, 0) == 1);
	T_EQ(t, "the store before", 'a', seen);
	T_MUST(pread(fd, &seen, 1, last) == 1);
	T_EQ(t, "the store after EOF moved", 'z', seen);
}

static const struct t_case cases[] = {
	{ "across",		eof_across },
	{ "append",		eof_append },
	{ "append-flag",	eof_append_flag },
	{ "append-many",	eof_append_many },
	{ "beyond",		eof_beyond },
	{ "delayed",		eof_delayed },
	{ "dirty-append",	eof_dirty_append },
	{ "mmap-append",	eof_mmap_append },
	{ "mmap-beyond",	eof_mmap_beyond },
	{ "mmap-gap",		eof_mmap_gap },
	{ "mmap-refault",	eof_mmap_refault },
	{ "new-file",		eof_new_file },
};

T_GROUP(eof, cases)
