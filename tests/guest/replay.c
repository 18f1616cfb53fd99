// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units that power failures are to find whole.  What the cases do is judged by
 * the host, from the device's write log: see replay.h and tests/replay.
 *
 * All units are written in place.  Those that XFS writes elsewhere and remaps are
 * whole after the recovery of its log, which nobody runs here.
 */
#include <stdlib.h>
#include <unistd.h>

#include "replay.h"
#include "t_async.h"

#define REPLAY_LARGEST	(64 * T_KIB)
#define REPLAY_WRITES	8	/* to each unit, one after the other */
#define REPLAY_THREADS	4
#define REPLAY_BATCHES	6
#define REPLAY_BATCH	12	/* units */
#define REPLAY_TWICE	8	/* of them, in flight twice */

bool replay_fits(struct replay *r, long long len)
{
	struct wt_statx stx = t_statx_atomic(r->room.file);

	return len >= r->t->bs && len >= stx.atomic_write_unit_min &&
	       len <= stx.atomic_write_unit_max && atomic_by_device(r->t, len);
}

long long replay_max(struct replay *r)
{
	long long len = REPLAY_LARGEST;

	while (len && !replay_fits(r, len))
		len /= 2;
	return len;
}

/* The next length above @len that is one command, or 0; the first with 0. */
static long long replay_next(struct replay *r, long long len)
{
	long long max = replay_max(r);

	for (len = len ? 2 * len : r->t->bs; len <= max; len *= 2)
		if (replay_fits(r, len))
			return len;
	return 0;
}

/* One after the other; cached, and not. */
static void replay_one_by_one(struct t *t, int flags)
{
	struct replay_unit u[2];
	struct replay r;
	long long len;
	int i;

	replay_begin(&r, t);
	for (len = replay_next(&r, 0); len; len = replay_next(&r, len)) {
		u[0] = replay_unit(&r, len);
		u[1] = replay_unit(&r, len);
		for (i = 0; i < 2 * REPLAY_WRITES; i++) {
			if (i % 4 == 3)
				t_drop(r.room.file);
			replay_write(&r, &u[i % 2], flags);
		}
	}
	replay_end(&r);
}

static void replay_sync(struct t *t)
{
	replay_one_by_one(t, ATOMIC_FLAGS);
}

static void replay_dsync(struct t *t)
{
	replay_one_by_one(t, ATOMIC_FLAGS | RWF_DSYNC);
}

struct replay_thread {
	struct replay *r;
	const struct replay_unit *u;
	int nr_units;
	unsigned int seed;
	pthread_t thread;
};

static void *replay_writer(void *arg)
{
	struct replay_thread *th = arg;
	int i;

	for (i = 0; i < 4 * REPLAY_WRITES; i++) {
		int which = rand_r(&th->seed) % th->nr_units;
		int flags = rand_r(&th->seed) % 2 ? RWF_DSYNC : 0;

		replay_write(th->r, &th->u[which], ATOMIC_FLAGS | flags);
	}
	return NULL;
}

/* Neighbours, and the same unit, by many at once. */
static void replay_threads(struct t *t)
{
	struct replay_thread th[REPLAY_THREADS];
	struct replay_unit u[3];
	struct replay r;
	long long len;
	int i;

	replay_begin(&r, t);
	len = replay_max(&r);
	for (i = 0; i < 3; i++)
		u[i] = replay_unit(&r, len);
	for (i = 0; i < REPLAY_THREADS; i++) {
		th[i] = (struct replay_thread) {
			.r = &r, .u = u, .nr_units = 3, .seed = t->seed + i,
		};
		T_MUST(!pthread_create(&th[i].thread, NULL, replay_writer,
				       &th[i]));
	}
	for (i = 0; i < REPLAY_THREADS; i++)
		T_MUST(!pthread_join(th[i].thread, NULL));
	replay_end(&r);
}

/* All of them at once, and some of them twice. */
static void replay_batch(struct replay *r, struct t_async *a,
			 const struct replay_unit *u, int flags)
{
	uint32_t writes[REPLAY_BATCH + REPLAY_TWICE];
	int n = REPLAY_BATCH + REPLAY_TWICE, failed = 0, i;

	for (i = 0; i < n; i++) {
		const struct replay_unit *one = &u[i % REPLAY_BATCH];
		void *buf = t_async_write(a, one->fd, one->pos, one->len, 0,
					  ATOMIC_FLAGS | flags);

		writes[i] = replay_submit(r, one, buf);
	}
	t_async_submit(a);
	for (i = 0; i < n; i++)
		failed += !T_EQ(r->t, "written", u->len, t_async_reap(a));
	for (i = 0; !failed && i < n; i++)
		replay_ack(r, writes[i]);
}

/*
 * Neighbours may be merged, up to all that the device promises.  Where that is
 * no power of two the largest unit is less; and the NVMe driver (7.3.4,
 * nvme_valid_atomic_write()) refuses a command that is more than the largest
 * unit, direct writes' too.  So there are no neighbours there.
 */
static void replay_neighbours(struct replay *r, struct replay_unit *u,
			      long long len)
{
	bool apart = t_queue(r->t, "atomic_write_max_bytes") >
		     t_queue(r->t, "atomic_write_unit_max_bytes");
	int i;

	for (i = 0; i < REPLAY_BATCH; i++) {
		u[i] = replay_unit(r, len);
		if (apart)
			r->used += len;
	}
}

static void replay_async(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	struct replay_unit u[REPLAY_BATCH];
	struct replay r;
	long long len;
	int i;

	replay_begin(&r, t);
	for (len = replay_next(&r, 0); len; len = replay_next(&r, len)) {
		replay_neighbours(&r, u, len);
		for (i = 0; i < REPLAY_BATCHES; i++)
			replay_batch(&r, a, u, i % 2 ? RWF_DSYNC : 0);
	}
	t_async_close(a);
	replay_end(&r);
}

static void replay_uring(struct t *t)
{
	replay_async(t, T_URING);
}

static void replay_aio(struct t *t)
{
	replay_async(t, T_AIO);
}

static const struct t_case replay_cases[] = {
	{ "aio", replay_aio },
	{ "dsync", replay_dsync },
	{ "sync", replay_sync },
	{ "threads", replay_threads },
	{ "uring", replay_uring },
};

T_GROUP(replay, replay_cases)
