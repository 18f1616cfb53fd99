// SPDX-License-Identifier: GPL-2.0-only
/* See race.h. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"
#include "t_async.h"

/*
 * Stores to the page that EOF is in, behind EOF, while EOF moves away from it:
 * what came before is no data, what comes after is, wherever its blocks are.
 */
#define RACE_EOF	100		/* bytes, the old size */

static void *race_storer(void *arg)
{
	struct race *r = arg;
	volatile uint32_t *at = (void *)(r->buf + r->t->page - 8);
	uint32_t n = 1;

	while (!atomic_load(&r->stop)) {
		*at = n++;
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

void race_eof_mapper(struct t *t)
{
	int i;

	for (i = 0; i < 30 && !t->failed; i++) {
		int fd = t_file(t, "f", RACE_EOF), rounds;
		struct race r = { .t = t, .fd = fd };
		uint32_t stored, seen = 0;
		pthread_t thread;

		r.buf = mmap(NULL, t->page, PROT_READ | PROT_WRITE, MAP_SHARED,
			     fd, 0);
		T_MUST(r.buf != MAP_FAILED);
		thread = race_start(&r, race_storer);
		while (!r.rounds)
			sched_yield();
		T_EQ(t, "written", t->bs, t_write(t, fd, 2 * t->ps, t->bs, 2,
						  RWF_WRITETHROUGH));
		for (rounds = r.rounds; r.rounds < rounds + 2;)
			sched_yield();
		atomic_store(&r.stop, true);
		pthread_join(thread, NULL);
		memcpy(&stored, r.buf + t->page - 8, 4);
		T_MUST(!munmap(r.buf, t->page) && !fsync(fd));
		t_drop(fd);
		T_MUST(pread(fd, &seen, 4, t->page - 8) == 4);
		T_EQ(t, "the last store", stored, seen);
		T_OK(t, stored, "the last store was zeroed");
		T_READS(t, fd, 0, RACE_EOF, 1);
		T_READS(t, fd, RACE_EOF, t->page - 8 - RACE_EOF, 0);
		T_READS(t, fd, t->page, 2 * t->ps - t->page, 0);
		close(fd);
	}
}

/* Threads that append: no record is lost, or in two places, or torn. */
#define RACE_RECORD	900
#define RACE_RECORDS	40		/* of each thread */

static void *race_appender(void *arg)
{
	struct race *r = arg;
	struct iovec iov = { t_alloc(RACE_RECORD), RACE_RECORD };
	int i;

	for (i = 0; i < RACE_RECORDS; i++) {
		t_fill(r->t, iov.iov_base, RACE_RECORD, 0,
		       1 + r->nr * RACE_RECORDS + i);
		if (t_pwritev2(r->fd, &iov, 1, 5, RWF_WRITETHROUGH |
			       RWF_APPEND) != RACE_RECORD)
			atomic_fetch_add(&r->bad, 1);
	}
	free(iov.iov_base);
	return NULL;
}

static void race_records(struct t *t, int fd)
{
	const int nr = RACE_WRITERS * RACE_RECORDS;
	char *disk = t_alloc(nr * RACE_RECORD);
	int gen, i, seen;

	T_EQ(t, "size", (long long)nr * RACE_RECORD, t_size(fd));
	t_disk_read(t, fd, 0, nr * RACE_RECORD, disk);
	for (gen = 1; gen <= nr; gen++) {
		for (i = seen = 0; i < nr; i++)
			seen += t_differs(t, disk + i * RACE_RECORD,
					  RACE_RECORD, 0, gen) < 0;
		if (!T_OK(t, seen == 1, "record %d is there %d times", gen,
			  seen))
			break;
	}
	free(disk);
}

void race_append_flag(struct t *t)
{
	int fd = t_file(t, "f", 0), i;
	struct race r[RACE_WRITERS] = { 0 };
	pthread_t threads[RACE_WRITERS];

	for (i = 0; i < RACE_WRITERS; i++) {
		r[i] = (struct race){ .t = t, .fd = fd, .nr = i };
		threads[i] = race_start(&r[i], race_appender);
	}
	for (i = 0; i < RACE_WRITERS; i++) {
		pthread_join(threads[i], NULL);
		T_EQ(t, "appends that failed", 0, r[i].bad);
	}
	race_records(t, fd);
}

/*
 * A direct write far beyond EOF, in flight, moves the size when it completes,
 * without the inode lock; a WT append that ends before must not move it back.
 */
static void *race_sizes(void *arg)
{
	struct race *r = arg;
	long long size, last = 0;

	while (!atomic_load(&r->stop)) {
		size = t_size(r->fd);
		if (size < last)
			atomic_fetch_add(&r->bad, 1);
		last = size;
		atomic_fetch_add(&r->rounds, 1);
	}
	return NULL;
}

void race_direct_append(struct t *t)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int fd = t_file(t, "f", t->ps), direct, i;
	struct race r = { .t = t, .fd = fd };
	pthread_t thread = race_start(&r, race_sizes);

	direct = t_open(t, "f", O_RDWR | O_DIRECT);
	for (i = 0; i < 30 && !t->failed; i++) {
		off_t eof = t_size(fd), far = eof + 4 * t->ps;

		t_async_write(a, direct, far, t->ps, 3, 0);
		t_async_submit(a);
		T_EQ(t, "appended", t->ps, t_write(t, fd, eof, t->ps, 2,
						   RWF_WRITETHROUGH));
		T_EQ(t, "written directly", t->ps, t_async_reap(a));
		T_EQ(t, "size", far + t->ps, t_size(fd));
		T_READS(t, fd, eof, t->ps, 2);
		T_READS(t, fd, eof + t->ps, 3 * t->ps, 0);
		T_READS(t, fd, far, t->ps, 3);
	}
	race_stop(&r, thread, 1);
	T_EQ(t, "times that the size went back", 0, r.bad);
	t_async_close(a);
}
