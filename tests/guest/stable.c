// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody changes what is being written: what the device gets is what the caller
 * wrote.  On PROFILE=slow a write is in flight for long enough to try, and the
 * device takes the data from memory only at the end of that time.
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

#include "t_async.h"

#define STABLE_PAGES	8
#define STABLE_TRIES	20

/* Page 1, of generation 2, is on its way: true if it still is on return. */
static bool stable_begin(struct t *t, struct t_async *a, int fd)
{
	t_async_write(a, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH);
	t_async_submit(a);
	return !t_async_ready(a);
}

static void stable_end(struct t *t, struct t_async *a, int fd)
{
	T_EQ(t, "written", t->ps, t_async_reap(a));
	T_DISK(t, fd, t->ps, t->ps, 2);
}

/* A lazy writer waits; what it wrote is cached and dirty then. */
static void stable_lazy(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int i, seen = 0;

	for (i = 0; i < STABLE_TRIES && seen < 5; i++) {
		int fd = t_file(t, "f", STABLE_PAGES * t->ps);

		seen += stable_begin(t, a, fd);
		T_MUST(t_write(t, fd, t->ps + 64, 200, 3, 0) == 200);
		stable_end(t, a, fd);
		T_READS(t, fd, t->ps + 64, 200, 3);
		T_DIRTY(t, fd, t->ps, t->ps, 3);
		T_MUST(!fsync(fd));
		T_DISK(t, fd, t->ps, 64, 2);
		T_DISK(t, fd, t->ps + 64, 200, 3);
		close(fd);
	}
	T_MUST(seen);
	t_async_close(a);
}

/* A store through a mapping that was writable before waits as well. */
static void stable_mmap(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd = t_file(t, "f", STABLE_PAGES * t->ps), i, seen = 0;
	char *map = mmap(NULL, STABLE_PAGES * t->ps, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);

	T_MUST(map != MAP_FAILED);
	for (i = 0; i < STABLE_TRIES && seen < 5; i++) {
		memset(map + t->ps, 'x', 100);
		seen += stable_begin(t, a, fd);
		t_fill(t, map + t->ps + 64, 64, t->ps + 64, 3);
		stable_end(t, a, fd);
		T_READS(t, fd, t->ps, 64, 2);
		T_READS(t, fd, t->ps + 64, 64, 3);
		T_MUST(!fsync(fd));
		T_DISK(t, fd, t->ps + 64, 64, 3);
	}
	T_MUST(seen);
	T_MUST(!munmap(map, STABLE_PAGES * t->ps));
	t_async_close(a);
}

/* Who does not want to wait is told so, and at once. */
static void stable_nowait(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd = t_file(t, "f", STABLE_PAGES * t->ps), i, seen = 0;
	ssize_t n = -EAGAIN;

	for (i = 0; i < STABLE_TRIES && n == -EAGAIN; i++) {
		t_touch(fd);
		n = t_write(t, fd, t->ps + 64, 200, 3, RWF_NOWAIT);
	}
	T_MUST(n == 200);
	for (i = 0; i < STABLE_TRIES; i++) {
		T_MUST(!fsync(fd) && stable_begin(t, a, fd));
		t_touch(fd);
		T_EQ(t, "lazy, with RWF_NOWAIT", -EAGAIN,
		     t_write(t, fd, t->ps + 64, 200, 3, RWF_NOWAIT));
		seen += !t_async_ready(a);
		stable_end(t, a, fd);
	}
	T_OK(t, seen, "it was never told before the write was complete");
	t_async_close(a);
}

/* Two in flight: the end of the first is not the end of it. */
static void stable_nested(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd = t_file(t, "f", STABLE_PAGES * t->ps), i;

	T_EQ(t, "written", t->ps,
	     t_async_one(a, fd, 4 * t->ps, t->ps, 2, RWF_WRITETHROUGH));
	for (i = 0; i < STABLE_TRIES; i++) {
		t_async_write(a, fd, 4 * t->ps, t->ps, 2, RWF_WRITETHROUGH);
		t_async_submit(a);
		usleep(1000 * i);
		t_async_write(a, fd, t->ps, t->ps, 2, RWF_WRITETHROUGH);
		t_async_submit(a);
		T_EQ(t, "written", t->ps, t_async_reap(a));
		T_MUST(t_write(t, fd, t->ps + 64, 200, 3, 0) == 200);
		stable_end(t, a, fd);
		T_MUST(!fsync(fd));
	}
	t_async_close(a);
}

/*
 * Direct I/O from a buffer that its owner changes meanwhile: beside WT as
 * without it, the device sees the change, because nobody made a copy.
 */
static bool stable_direct_try(struct t *t, struct t_async *a, int fd,
			      int direct)
{
	struct t_async *d = t_async_open(t, T_AIO);
	void *buf;
	bool in_flight, changed;

	T_MUST(t_write(t, fd, 4 * t->ps, t->ps, 1, RWF_WRITETHROUGH) == t->ps);
	in_flight = stable_begin(t, a, fd);
	buf = t_async_write(d, direct, 4 * t->ps, t->ps, 3, 0);
	t_async_submit(d);
	t_fill(t, buf, t->ps, 4 * t->ps, 4);
	in_flight &= !t_async_ready(a);
	T_MUST(t_async_reap(d) == t->ps);
	stable_end(t, a, fd);
	changed = t_disk_has(t, fd, 4 * t->ps, t->ps, 4);
	t_async_close(d);
	return in_flight && changed;
}

static void stable_direct(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd = t_file(t, "f", STABLE_PAGES * t->ps), i, seen = 0;
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);

	for (i = 0; i < STABLE_TRIES && seen < 3; i++)
		seen += stable_direct_try(t, a, fd, direct);
	printf("# changed on the way: %d of %d\n", seen, i);
	T_OK(t, seen, "direct I/O beside WT writes from a copy");
	t_async_close(a);
}

/* PROFILE=pi: stores by the clock, from a thread. */
struct stable_storer {
	struct t *t;
	char *map;
	atomic_bool stop;
	atomic_int rounds;
};

static void *stable_store(void *arg)
{
	struct stable_storer *s = arg;
	int round = 0, page;

	while (!atomic_load(&s->stop)) {
		for (page = 0; page < STABLE_PAGES; page++)
			memset(s->map + page * s->t->ps, round, 600);
		round++;
		atomic_fetch_add(&s->rounds, 1);
	}
	return NULL;
}

/*
 * A device that needs stable pages by itself still gets them when WT writes are
 * over: no checksum of lazy data is ever wrong, for all the stores.
 */
static void stable_device(struct t *t)
{
	int fd = t_file(t, "f", STABLE_PAGES * t->ps), i;
	struct stable_storer s = { .t = t };
	pthread_t thread;

	for (i = 0; i < STABLE_PAGES; i++)
		T_EQ(t, "written", t->ps,
		     t_write(t, fd, i * t->ps, t->ps, 2, RWF_WRITETHROUGH));
	s.map = mmap(NULL, STABLE_PAGES * t->ps, PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	T_MUST(s.map != MAP_FAILED);
	T_MUST(!pthread_create(&thread, NULL, stable_store, &s));
	for (i = 0; i < 100 || s.rounds < 100; i++) {
		T_MUST(t_write(t, fd, (i % STABLE_PAGES) * t->ps + 700, 300,
			       3, 0) == 300);
		if (!T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0))
			break;
	}
	atomic_store(&s.stop, true);
	pthread_join(thread, NULL);
	printf("# fsyncs %d, rounds of stores %d\n", i, s.rounds);
	T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0);
}

static const struct t_case cases[] = {
	{ "device",	stable_device },
	{ "direct",	stable_direct },
	{ "lazy",	stable_lazy },
	{ "mmap",	stable_mmap },
	{ "nested",	stable_nested },
	{ "nowait",	stable_nowait },
};

T_GROUP(stable, cases)
