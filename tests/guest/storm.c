// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous WT writes, many at a time and by both engines, against all else
 * that files are used for.  Each case has another side.  When all have ended
 * the cache is what the disk is, every granule of the file is something that
 * somebody wrote there, and pages that only WT wrote to are clean.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "t_async.h"

#define STORM_PAGES	32
#define STORM_GRAIN	64	/* bytes; all positions and sizes are multiples */
#define STORM_BATCHES	40
#define STORM_DEPTH	8
#define STORM_OTHER	6	/* generation of the other side */

struct storm {
	struct t *t;
	int fd;
	int nr;				/* of the writer */
	atomic_bool stop;
	atomic_int rounds;		/* of the other side */
	atomic_int bad;			/* writes that failed */
};

struct storm_side {
	void (*fn)(struct storm *s, int round);	/* NULL: no other side */
	bool shrinks;			/* writes may end anywhere, zeros be */
};

static uint64_t storm_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

/* Anywhere but in the first page, of any size up to four. */
static void *storm_writer(void *arg)
{
	struct storm *s = arg;
	struct t *t = s->t;
	struct t_async *a = t_async_open(t, s->nr % 2 ? T_AIO : T_URING);
	uint64_t state = t->seed + s->nr;
	int batch, i;

	for (batch = 0; batch < STORM_BATCHES; batch++) {
		long long want = 0, got = 0;

		for (i = 0; i < STORM_DEPTH; i++) {
			long long len = (1 + storm_random(&state) %
					 (4 * t->ps / STORM_GRAIN)) *
					STORM_GRAIN;
			off_t pos = t->ps + storm_random(&state) %
				    ((STORM_PAGES - 6) * t->ps / STORM_GRAIN) *
				    STORM_GRAIN;

			t_async_write(a, s->fd, pos, len, 2 + s->nr,
				      RWF_WRITETHROUGH |
				      (i == 3 ? RWF_DSYNC : 0));
			want += len;
		}
		t_async_submit(a);
		for (i = 0; i < STORM_DEPTH; i++)
			got += t_async_reap(a);
		atomic_fetch_add(&s->bad, got != want);
	}
	t_async_close(a);
	return NULL;
}

struct storm_other {
	struct storm *s;
	const struct storm_side *side;
};

static void *storm_other(void *arg)
{
	struct storm_other *o = arg;
	int round;

	for (round = 0; !atomic_load(&o->s->stop) || round < 10; round++)
		o->side->fn(o->s, round);
	o->s->rounds = round;
	return NULL;
}

/* Is this granule of a generation that may be there? */
static bool storm_known(struct t *t, const char *buf, off_t pos, bool zeros)
{
	int gen;

	for (gen = zeros ? 0 : 1; gen <= STORM_OTHER; gen++)
		if (t_differs(t, buf, STORM_GRAIN, pos, gen) < 0)
			return true;
	return false;
}

static void storm_check(struct t *t, int fd, bool zeros)
{
	long long size = STORM_PAGES * t->ps, at;
	char *cache = t_alloc(size), *disk = t_alloc(size);

	if (!t->blkdev)
		T_EQ(t, "size", size, t_size(fd));
	T_MUST(pread(fd, cache, size, 0) == size);
	t_disk_read(t, fd, 0, size, disk);
	for (at = 0; at < size; at += STORM_GRAIN)
		if (memcmp(cache + at, disk + at, STORM_GRAIN))
			break;
	T_OK(t, at == size, "at %lld: %s in the cache, %s on the disk", at,
	     t_what(t, cache + at, STORM_GRAIN, at),
	     t_what(t, disk + at, STORM_GRAIN, at));
	for (at = 0; at < size; at += STORM_GRAIN)
		if (!T_OK(t, storm_known(t, disk + at, at, zeros),
			  "at %lld: nobody wrote this", at))
			break;
	T_DISK(t, fd, 0, t->ps, 1);
	T_DISK(t, fd, size - t->ps, t->ps, 1);
	free(cache);
	free(disk);
}

/*
 * XFS_DEBUG: mappings get stale while the writer, or writeback, sleeps.  The one
 * XFS that is mounted has the tags, below the name of its data device.
 */
static void storm_delay(const char *ms)
{
	size_t i;
	glob_t g;

	T_MUST(!glob("/sys/fs/xfs/*/errortag/w*_delay_ms", 0, NULL, &g));
	T_MUST(g.gl_pathc == 2);	/* write_, wb_ */
	for (i = 0; i < g.gl_pathc; i++) {
		FILE *f = fopen(g.gl_pathv[i], "we");

		T_MUST(f && fputs(ms, f) >= 0);
		T_MUST(!fclose(f));
	}
	globfree(&g);
}

static void storm_run(struct t *t, const struct storm_side *side)
{
	int fd = t_file(t, "f", STORM_PAGES * t->ps), i;
	struct storm w[2] = {
		{ .t = t, .fd = fd, .nr = 0 }, { .t = t, .fd = fd, .nr = 1 },
	};
	struct storm_other o = { .s = &w[0], .side = side };
	pthread_t writers[2], other;

	if (!strncmp(t->name, "delayed-", 8))
		storm_delay("2");
	for (i = 0; i < 2; i++)
		T_MUST(!pthread_create(&writers[i], NULL, storm_writer,
				       &w[i]));
	if (side->fn)
		T_MUST(!pthread_create(&other, NULL, storm_other, &o));
	for (i = 0; i < 2; i++)
		pthread_join(writers[i], NULL);
	atomic_store(&w[0].stop, true);
	if (side->fn)
		pthread_join(other, NULL);
	if (!strncmp(t->name, "delayed-", 8))
		storm_delay("0");
	printf("# rounds of the other side: %d\n", w[0].rounds);
	for (i = 0; i < 2; i++)
		T_EQ(t, "batches with writes that failed", 0, w[i].bad);
	if (!side->fn)
		T_CLEAN(t, fd, 0, STORM_PAGES * t->ps);
	T_EQ(t, "fsync", 0, fsync(fd));
	storm_check(t, fd, side->shrinks);
}

/* Where the other side works: some pages in the middle. */
static off_t storm_at(struct storm *s, int round)
{
	return (2 + round % (STORM_PAGES - 8)) * s->t->ps;
}

static void storm_do_direct(struct storm *s, int round)
{
	int fd = t_open(s->t, "f", O_RDWR | O_DIRECT);

	T_MUST(t_write(s->t, fd, storm_at(s, round), 2 * s->t->ps, STORM_OTHER,
		       0) == 2 * s->t->ps);
	close(fd);
}

static void storm_do_fsync(struct storm *s, int round)
{
	T_MUST(t_write(s->t, s->fd, storm_at(s, round) + STORM_GRAIN,
		       STORM_GRAIN, STORM_OTHER, 0) == STORM_GRAIN);
	T_MUST(!fsync(s->fd));
}

static void storm_do_mmap(struct storm *s, int round)
{
	long long size = STORM_PAGES * s->t->ps;
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 s->fd, 0);
	off_t at;

	T_MUST(map != MAP_FAILED);
	for (at = 2 * s->t->ps; at < size - 6 * s->t->ps; at += s->t->ps)
		t_fill(s->t, map + at + round % 4 * STORM_GRAIN, STORM_GRAIN,
		       at + round % 4 * STORM_GRAIN, STORM_OTHER);
	T_MUST(!munmap(map, size));
}

static void storm_do_punch(struct storm *s, int round)
{
	T_MUST(!fallocate(s->fd, 1 | 2, storm_at(s, round), s->t->ps));
	if (!(round % 4))
		t_drop(s->fd);
}

/* Others get what the file holds, while it is written. */
static void storm_do_reflink(struct storm *s, int round)
{
	int fd = t_open(s->t, round % 2 ? "clone1" : "clone2",
			O_RDWR | O_CREAT);
	struct file_clone_range range = {
		.src_fd = s->fd, .src_offset = storm_at(s, round),
		.src_length = 4 * s->t->ps, .dest_offset = 0,
	};

	T_MUST(!ioctl(fd, FICLONERANGE, &range));
	close(fd);
}

/* The last page is put back by who cut it off. */
static void storm_do_truncate(struct storm *s, int round)
{
	long long size = STORM_PAGES * s->t->ps;

	T_MUST(!ftruncate(s->fd, storm_at(s, round) + 2 * STORM_GRAIN));
	T_MUST(!ftruncate(s->fd, size));
	T_MUST(t_write(s->t, s->fd, size - s->t->ps, s->t->ps, 1,
		       RWF_WRITETHROUGH) == s->t->ps);
}

#define STORM_CASE(name, shrinks_)					\
static void storm_##name(struct t *t)					\
{									\
	static const struct storm_side side = {				\
		.fn = storm_do_##name, .shrinks = shrinks_,		\
	};								\
									\
	storm_run(t, &side);						\
}

STORM_CASE(direct, false)
STORM_CASE(fsync, false)
STORM_CASE(mmap, false)
STORM_CASE(punch, true)
STORM_CASE(truncate, true)

static void storm_reflink(struct t *t)
{
	static const struct storm_side side = { .fn = storm_do_reflink };

	t_needs_reflink(t);
	storm_run(t, &side);
}

static void storm_writers(struct t *t)
{
	static const struct storm_side none = { 0 };

	storm_run(t, &none);
}

static const struct t_case cases[] = {
	{ "delayed-fsync", storm_fsync },
	{ "delayed-mmap", storm_mmap },
	{ "delayed-punch", storm_punch },
	{ "delayed-reflink", storm_reflink },
	{ "delayed-truncate", storm_truncate },
	{ "direct",	storm_direct },
	{ "fsync",	storm_fsync },
	{ "mmap",	storm_mmap },
	{ "punch",	storm_punch },
	{ "reflink",	storm_reflink },
	{ "truncate",	storm_truncate },
	{ "writers",	storm_writers },
};

T_GROUP(storm, cases)
