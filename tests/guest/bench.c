// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a 4 KiB overwrite costs, done in each way there is: for vm/bench, which
 * starts this in a guest whose time stamp counts instructions.  The file lies
 * in one written extent, and in the cache, clean and in small folios, unless
 * it is written directly.  The NVMe disk writes 16 KiB without tearing, the other
 * one does not, so that atomic writes go out of place there.
 *
 * Prints one line of JSON for each device and way:
 *	"instructions"	of one operation: of BENCH_ROUNDS times BENCH_OPS of
 *			them "least", "median", "mean"
 *	"bios", "commands", "flushes", "fua"	of BENCH_TRACED operations
 * or "refused": the errno, where the kernel does not know the flag.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define BENCH_LEN	4096
#define BENCH_OPS	256
#define BENCH_ROUNDS	9		/* of which the first is warm-up */
#define BENCH_TRACED	64
#define BENCH_TIMES	(BENCH_OPS * (BENCH_ROUNDS - 1))

struct bench_way {
	const char *name;
	int open;		/* flags of open(2) */
	int flags;		/* of pwritev2(2) */
	bool fsync;		/* after each write */
};

static const struct bench_way bench_ways[] = {
	{ "buffered", 0, 0, false },
	{ "buffered + DSYNC", 0, RWF_DSYNC, false },
	{ "buffered + fsync", 0, 0, true },
	{ "direct", O_DIRECT, 0, false },
	{ "direct + DSYNC", O_DIRECT, RWF_DSYNC, false },
	{ "direct + ATOMIC", O_DIRECT, RWF_ATOMIC, false },
	{ "WRITETHROUGH", 0, RWF_WRITETHROUGH, false },
	{ "WRITETHROUGH + DSYNC", 0, RWF_WRITETHROUGH | RWF_DSYNC, false },
	{ "WRITETHROUGH + ATOMIC", 0, RWF_WRITETHROUGH | RWF_ATOMIC, false },
	{ "WRITETHROUGH + ATOMIC + DSYNC", 0,
	  RWF_WRITETHROUGH | RWF_ATOMIC | RWF_DSYNC, false },
};

struct bench {
	struct t *t;
	struct bench_count *count;
	const struct bench_way *way;
	void *buf;
	int fd;
	uint64_t cost;			/* of the measurement itself */
	uint64_t v[BENCH_TIMES];
};

/* The next page each time, so that a round meets clean ones only. */
static ssize_t bench_op(const struct bench *b, int i)
{
	struct iovec iov = { .iov_base = b->buf, .iov_len = BENCH_LEN };
	ssize_t n = pwritev2(b->fd, &iov, 1, (off_t)i * BENCH_LEN,
			     b->way->flags);

	if (n == BENCH_LEN && b->way->fsync && fsync(b->fd))
		return -1;
	return n;
}

/* Small folios in the cache: written one by one. */
static void bench_file(struct bench *b)
{
	struct t *t = b->t;
	int fd = t_open(t, "bench", O_RDWR | O_CREAT | O_TRUNC);
	int i;

	T_MUST(!fallocate(fd, 0, 0, BENCH_OPS * BENCH_LEN));
	for (i = 0; i < BENCH_OPS; i++)
		T_MUST(t_write(t, fd, (off_t)i * BENCH_LEN, BENCH_LEN, 1, 0) ==
		       BENCH_LEN);
	T_MUST(!fsync(fd) && t_extents(fd) == 1);
	if (b->way->open & O_DIRECT)
		t_drop(fd);
	close(fd);
	b->fd = t_open(t, "bench", O_RDWR | b->way->open);
}

static void bench_round(struct bench *b, uint64_t *v)
{
	uint64_t before;
	int i;

	T_MUST(!syncfs(b->fd));
	for (i = 0; i < BENCH_OPS; i++) {
		before = bench_count_now(b->count);
		T_MUST(bench_op(b, i) == BENCH_LEN);
		v[i] = bench_count_now(b->count) - before - b->cost;
	}
}

static int bench_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void bench_instructions(struct bench *b)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < BENCH_ROUNDS; i++)
		bench_round(b, b->v + (i ? i - 1 : 0) * BENCH_OPS);
	for (i = 0; i < BENCH_TIMES; i++)
		sum += b->v[i];
	qsort(b->v, BENCH_TIMES, sizeof(*b->v), bench_compare);
	printf(", \"least\": %llu, \"median\": %llu, \"mean\": %.1f",
	       (unsigned long long)b->v[0],
	       (unsigned long long)b->v[BENCH_TIMES / 2],
	       (double)sum / BENCH_TIMES);
}

static void bench_commands(struct bench *b)
{
	struct t_trace tr;
	int i;

	T_MUST(!syncfs(b->fd));
	t_trace_start(b->t, &tr);
	for (i = 0; i < BENCH_TRACED; i++)
		T_MUST(bench_op(b, i) == BENCH_LEN);
	t_trace_stop(b->t, &tr, b->fd);
	printf(", \"operations\": %d, \"bios\": %d, \"commands\": %d, "
	       "\"flushes\": %d, \"fua\": %d", BENCH_TRACED, tr.bios,
	       tr.commands, tr.flushes, tr.fua);
}

static void bench_one(struct bench *b, const char *device)
{
	bench_file(b);
	printf("{\"device\": \"%s\", \"way\": \"%s\"", device, b->way->name);
	if (bench_op(b, 0) < 0) {
		printf(", \"refused\": %d}\n", errno);
	} else {
		bench_instructions(b);
		bench_commands(b);
		printf("}\n");
	}
	close(b->fd);
}

static void bench_device(struct t *t, const char *device)
{
	struct bench b = { .t = t, .buf = t_alloc(BENCH_LEN) };
	size_t i;

	t_fill(t, b.buf, BENCH_LEN, 0, 2);
	b.count = bench_count_begin();
	b.cost = bench_count_cost(b.count);
	for (i = 0; i < sizeof(bench_ways) / sizeof(*bench_ways); i++) {
		b.way = &bench_ways[i];
		bench_one(&b, device);
	}
	bench_count_end(b.count);
	free(b.buf);
}

/* No writeback but what is asked for. */
static void bench_quiet(void)
{
	FILE *f = fopen("/proc/sys/vm/dirty_writeback_centisecs", "we");

	T_MUST(f && fputs("0", f) >= 0 && !fclose(f));
}

static void bench_all(struct t *t)
{
	struct t null = *t;

	bench_quiet();
	bench_device(t, "nvme");
	t_null_begin(&null, 0);
	bench_device(&null, "null");
	t_null_end();
}

static const struct t_case cases[] = {
	{ "all", bench_all },
};

T_GROUP(bench, cases)
