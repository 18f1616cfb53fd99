// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes against everything else that touches the same file.  The other
 * side runs in a thread until the writer has done its rounds; then what each
 * side is promised must hold.  A hang is for the supervisor to see.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "race.h"
#include "t.h"

#define RACE_PAGES	16

pthread_t race_start(struct race *r, void *(*fn)(void *))
{
	pthread_t thread;

	T_MUST(!pthread_create(&thread, NULL, fn, r));
	return thread;
}

void race_stop(struct race *r, pthread_t thread, int min)
{
	while (atomic_load(&r->rounds) < min && !atomic_load(&r->bad))
		sched_yield();
	atomic_store(&r->stop, true);
	pthread_join(thread, NULL);
	printf("# rounds of the other side: %d\n", r->rounds);
}

/*
 * A lazy write and fsync in block 0: what fsync was given is on disk, although
 * the folio's other blocks are written through all the time.
 */
static void *race_fsyncer(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;
	int gen = 2;

	while (!atomic_load(&r->stop)) {
		gen = gen == 7 ? 2 : gen + 1;
		T_MUST(t_write(t, r->fd, 0, t->bs, gen, 0) == t->bs);
		T_MUST(!fsync(r->fd));
		if (!T_DISK(t, r->fd, 0, t->bs, gen))
			atomic_fetch_add(&r->bad, 1);
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

static void race_fsync(struct t *t)
{
	int fd = t_file(t, "f", RACE_PAGES * t->ps), i;
	struct race r = { .t = t, .fd = fd };
	pthread_t thread = race_start(&r, race_fsyncer);

	for (i = 0; i < 300 && !r.bad; i++)
		T_EQ(t, "written", t->bs,
		     t_write(t, fd, t->bs * (1 + i % 3), t->bs, 2 + i % 5,
			     RWF_WRITETHROUGH));
	race_stop(&r, thread, 20);
	T_EQ(t, "lazy writes that fsync lost", 0, r.bad);
	for (i = 297; i < 300; i++)
		T_DISK(t, fd, t->bs * (1 + i % 3), t->bs, 2 + i % 5);
}

/* Whoever sees the size sees the data: no zeros below it, ever. */
static void *race_reader(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;

	while (!atomic_load(&r->stop)) {
		long long size = t_size(r->fd);
		long long from = size > t->ps ? size - t->ps : 0;

		if (!T_READS(t, r->fd, from, size - from, 2))
			atomic_fetch_add(&r->bad, 1);
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

static void race_append(struct t *t)
{
	const int nr = 300, len = 1111;
	int fd = t_file(t, "f", 0), i;
	struct race r = { .t = t, .fd = fd };
	pthread_t thread = race_start(&r, race_reader);

	for (i = 0; i < nr && !r.bad; i++)
		T_EQ(t, "written", len, t_write(t, fd, (off_t)i * len, len, 2,
						RWF_WRITETHROUGH));
	race_stop(&r, thread, 20);
	T_EQ(t, "reads that saw less than the size promised", 0, r.bad);
	T_DISK(t, fd, 0, (off_t)i * len, 2);
}

/* Stores through mappings that come and go, in blocks of their own. */
static void *race_mapper(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;
	size_t len = RACE_PAGES * t->ps;

	while (!atomic_load(&r->stop)) {
		uint8_t *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
				    MAP_SHARED, r->fd, 0);
		int page;

		T_MUST(map != MAP_FAILED);
		for (page = 0; page < RACE_PAGES; page++)
			t_fill(t, map + page * t->ps, 64, page * t->ps, 3);
		T_MUST(!munmap(map, len));
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

static void race_mmap(struct t *t)
{
	int fd = t_file(t, "f", RACE_PAGES * t->ps), i, page;
	struct race r = { .t = t, .fd = fd };
	pthread_t thread = race_start(&r, race_mapper);

	for (i = 0; i < 300; i++) {
		off_t pos = (i % RACE_PAGES) * t->ps + t->ps / 2;

		T_EQ(t, "written", t->ps / 2,
		     t_write(t, fd, pos, t->ps / 2, 2, RWF_WRITETHROUGH));
	}
	race_stop(&r, thread, 20);
	T_MUST(!fsync(fd));
	for (page = 0; page < RACE_PAGES; page++) {
		off_t pos = page * t->ps;

		T_DISK(t, fd, pos, 64, 3);
		T_DISK(t, fd, pos + 64, t->ps / 2 - 64, 1);
		T_DISK(t, fd, pos + t->ps / 2, t->ps / 2, 2);
	}
}

/* Truncate, punch, drop: no write is lost behind them, none comes back. */
static void *race_truncater(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;

	while (!atomic_load(&r->stop)) {
		T_MUST(!ftruncate(r->fd, t->ps + 100));
		T_MUST(!ftruncate(r->fd, RACE_PAGES * t->ps));
		T_MUST(!fallocate(r->fd, 1 | 2, 3 * t->ps, 2 * t->ps));
		t_drop(r->fd);
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

static void race_truncate(struct t *t)
{
	int fd = t_file(t, "f", RACE_PAGES * t->ps), i;
	struct race r = { .t = t, .fd = fd };
	pthread_t thread = race_start(&r, race_truncater);
	uint8_t *buf = t_alloc(RACE_PAGES * t->ps);
	long long at;

	for (i = 0; i < 200; i++)
		T_EQ(t, "written", 3 * t->ps,
		     t_write(t, fd, (2 + i % 4) * t->ps - 7, 3 * t->ps, 2,
			     RWF_WRITETHROUGH));
	race_stop(&r, thread, 20);
	T_EQ(t, "size", RACE_PAGES * t->ps, t_size(fd));
	T_MUST(pread(fd, buf, RACE_PAGES * t->ps, 0) == RACE_PAGES * t->ps);
	for (at = 2 * t->ps; at < RACE_PAGES * t->ps; at++)
		if (!T_OK(t, !buf[at] || t_differs(t, buf + at, 1, at, 2) < 0,
			  "at %lld: neither zero nor generation 2", at))
			break;
	T_EQ(t, "written", t->ps, t_write(t, fd, 4 * t->ps, t->ps, 3,
					  RWF_WRITETHROUGH));
	T_DISK(t, fd, 4 * t->ps, t->ps, 3);
}

/* Many writers whose ranges share blocks but no byte. */
#define RACE_SLICE	300

static void *race_writer(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;
	long long size = RACE_PAGES * t->ps;
	off_t pos = r->nr * RACE_SLICE;
	int round;

	for (round = 2; round < 5; round++)
		for (pos = r->nr * RACE_SLICE; pos + RACE_SLICE <= size;
		     pos += RACE_WRITERS * RACE_SLICE)
			if (t_write(t, r->fd, pos, RACE_SLICE, round,
				    RWF_WRITETHROUGH) != RACE_SLICE)
				atomic_fetch_add(&r->bad, 1);
	return NULL;
}

static void race_writers(struct t *t)
{
	int fd = t_file(t, "f", RACE_PAGES * t->ps), i;
	long long end = RACE_PAGES * t->ps / RACE_SLICE * RACE_SLICE;
	struct race r[RACE_WRITERS] = { 0 };
	pthread_t threads[RACE_WRITERS];

	for (i = 0; i < RACE_WRITERS; i++) {
		r[i].t = t;
		r[i].fd = fd;
		r[i].nr = i;
		threads[i] = race_start(&r[i], race_writer);
	}
	for (i = 0; i < RACE_WRITERS; i++) {
		pthread_join(threads[i], NULL);
		T_EQ(t, "writes that failed", 0, r[i].bad);
	}
	T_CLEAN(t, fd, 0, end);
	T_DISK(t, fd, 0, end, 4);
	T_DISK(t, fd, end, RACE_PAGES * t->ps - end, 1);
}

/*
 * The buffer's second page goes away and comes back, also between the look
 * whether it is there and the copy.  The position makes the copy stop in
 * mid-block, in a block that is not in the cache.
 */
#define RACE_SOURCE_OFF	100

static void *race_protecter(void *arg)
{
	struct race *r = arg;
	uint8_t *page = r->buf + r->t->ps;

	while (!atomic_load(&r->stop)) {
		T_MUST(!mprotect(page, r->t->ps, PROT_NONE));
		T_MUST(!mprotect(page, r->t->ps, PROT_READ | PROT_WRITE));
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

static void race_source(struct t *t)
{
	long long size = 4 * t->ps, len = 2 * t->ps;
	off_t pos = t->ps + RACE_SOURCE_OFF;
	struct race r = { .t = t, .buf = t_alloc(len) };
	struct iovec iov = { r.buf, len };
	pthread_t thread;
	int i, fd, was_short = 0;

	t_fill(t, r.buf, len, pos, 2);
	thread = race_start(&r, race_protecter);
	for (i = 0; i < 100 && !t->failed; i++) {
		ssize_t n;

		fd = t_file(t, "f", size);
		t_drop(fd);
		n = t_pwritev2(fd, &iov, 1, pos, RWF_WRITETHROUGH);
		was_short += n < len;
		if (!T_OK(t, n >= t->ps && n <= len, "written: %zd", n))
			break;
		T_DISK(t, fd, 0, pos, 1);
		T_DISK(t, fd, pos, n, 2);
		T_DISK(t, fd, pos + n, size - pos - n, 1);
		T_READS(t, fd, pos + n, size - pos - n, 1);
		close(fd);
	}
	race_stop(&r, thread, 1);
	T_MUST(!mprotect(r.buf, len, PROT_READ | PROT_WRITE));
	printf("# short writes: %d of %d\n", was_short, i);
}

/* One write of more than the memory that the task may have. */
static void race_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

#define RACE_CGROUP "/sys/fs/cgroup/wt"

/*
 * The buffer is one page, mapped over and over, so that the write's own pages
 * are all that is charged.
 */
static void race_memcg(struct t *t)
{
	const int nr = 1000, chunk = 128 * T_KIB;
	int fd = t_open(t, "f", O_RDWR | O_CREAT), i;
	uint8_t *buf = t_alloc(chunk);
	struct iovec iov[nr];
	long long len = (long long)nr * chunk;

	mkdir(RACE_CGROUP, 0755);
	race_put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	race_put(RACE_CGROUP "/memory.max", "40M");
	race_put(RACE_CGROUP "/cgroup.procs", "0");
	memset(buf, 0x77, chunk);
	for (i = 0; i < nr; i++)
		iov[i] = (struct iovec){ buf, chunk };
	T_EQ(t, "written", len, t_pwritev2(fd, iov, nr, 0, RWF_WRITETHROUGH));
	race_put("/sys/fs/cgroup/cgroup.procs", "0");
	T_EQ(t, "size", len, t_size(fd));
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, len).nr_dirty);
}

/*
 * Unwritten blocks are converted before writeback of their folio ends: who saw
 * the data, drops the folio and reads it back never sees zeros.
 */
static void *race_dropper(void *arg)
{
	struct race *r = arg;
	struct t *t = r->t;
	bool seen[RACE_PAGES] = { false };
	uint8_t *buf = t_alloc(t->bs);
	int page;

	while (!atomic_load(&r->stop)) {
		for (page = 0; page < RACE_PAGES; page++) {
			off_t pos = page * t->ps;

			T_MUST(pread(r->fd, buf, t->bs, pos) == t->bs);
			if (t_differs(t, buf, t->bs, pos, 2) < 0)
				seen[page] = true;
			else if (seen[page])
				atomic_fetch_add(&r->bad, 1);
		}
		t_drop(r->fd);
		atomic_fetch_add(&r->rounds, 1);
	}
	free(buf);
	return NULL;
}

static void race_unwritten(struct t *t)
{
	int round, page;

	for (round = 0; round < 10 && !t->failed; round++) {
		int fd = t_open(t, "f", O_RDWR | O_CREAT | O_TRUNC);
		struct race r = { .t = t, .fd = fd };
		pthread_t thread;

		T_MUST(!fallocate(fd, 0, 0, RACE_PAGES * t->ps));
		T_MUST(!fsync(fd));
		thread = race_start(&r, race_dropper);
		for (page = 0; page < RACE_PAGES; page++) {
			T_EQ(t, "written", t->bs,
			     t_write(t, fd, page * t->ps, t->bs, 2,
				     RWF_WRITETHROUGH));
			T_READS(t, fd, page * t->ps, t->bs, 2);
		}
		race_stop(&r, thread, 3);
		T_EQ(t, "reads of zeros where there was data", 0, r.bad);
		close(fd);
	}
}

static const struct t_case cases[] = {
	{ "append",	race_append },
	{ "append-flag", race_append_flag },
	{ "direct-append", race_direct_append },
	{ "eof-mapper",	race_eof_mapper },
	{ "fsync",	race_fsync },
	{ "memcg",	race_memcg },
	{ "mmap",	race_mmap },
	{ "source",	race_source },
	{ "truncate",	race_truncate },
	{ "unwritten",	race_unwritten },
	{ "writers",	race_writers },
};

T_GROUP(race, cases)
