// SPDX-License-Identifier: GPL-2.0-only
/*
 * See profile.h.  vnvme changes its atomic limits while it runs, and says so by an
 * event: Linux looks again, and takes them over.  From then on nothing above them
 * reaches the device as one command that is expected to be whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "atomic.h"
#include "profile.h"
#include "t_vnvme.h"

#define LIMITS_ROOM	(256 * T_KIB)
#define LIMITS_UNIT	(16 * T_KIB)	/* as the profile has it */
#define LIMITS_WAIT	20000000000LL	/* ns, for the event */
#define LIMITS_AGAIN	20		/* writes after the first that is refused */

struct limits {
	struct t *t;
	struct t_vnvme *v;
	struct t_room room;
	int gen;		/* of what is in the room's first unit */
};

/* The device does @bytes without tearing, or 0: a block. */
static void limits_set(struct limits *l, long long bytes)
{
	uint32_t most = bytes ? bytes / t_queue(l->t, "logical_block_size") - 1 : 0;

	t_vnvme(l->v, VNVME_LIMITS, most << 16 | most, 0,
		bytes ? 0 : VNVME_LIMITS_NONE);
}

static long long limits_queue(struct limits *l)
{
	return t_queue(l->t, "atomic_write_unit_max_bytes");
}

/* The same, and Linux has heard of it. */
static void limits_change(struct limits *l, long long bytes)
{
	long long end = t_now() + LIMITS_WAIT;
	long long want = bytes ? bytes : t_queue(l->t, "logical_block_size");

	limits_set(l, bytes);
	while (limits_queue(l) != want && t_now() < end)
		sched_yield();
	T_EQ(l->t, "largest unit of the queue", want, limits_queue(l));
	T_EQ(l->t, "largest unit of the device", want,
	     t_statx_atomic(l->room.dev).atomic_write_unit_max);
}

/* The unit is on disk and in the cache as it was written last, and clean. */
static void limits_whole(struct limits *l)
{
	struct t *t = l->t;

	T_CLEAN(t, l->room.file, l->room.at, LIMITS_UNIT);
	T_DISK(t, l->room.file, l->room.at, LIMITS_UNIT, l->gen);
	T_READS(t, l->room.file, l->room.at, LIMITS_UNIT, l->gen);
}

/* A unit of LIMITS_UNIT, written through: its result, and atomic commands. */
static void limits_write(struct limits *l, long long expected, int atomic)
{
	struct t *t = l->t;
	struct t_trace tr;

	t_trace_start(t, &tr);
	T_EQ(t, "a unit", expected,
	     t_write(t, l->room.file, l->room.at, LIMITS_UNIT, l->gen + 1,
		     ATOMIC_FLAGS));
	t_trace_stop(t, &tr, l->room.file);
	T_EQ(t, "atomic commands", atomic, tr.atomic);
	if (expected > 0)
		l->gen++;
	else
		T_EQ(t, "commands", 0, tr.commands);
	limits_whole(l);
}

/* There is nothing to tell. */
static void limits_synced(struct limits *l)
{
	T_EQ(l->t, "fsync", 0, fsync(l->room.file) ? -errno : 0);
}

/* Half a unit, as one command. */
static void limits_half(struct limits *l)
{
	struct t *t = l->t;
	off_t at = l->room.at + LIMITS_UNIT;
	struct t_trace tr;

	t_trace_start(t, &tr);
	T_EQ(t, "half a unit", LIMITS_UNIT / 2,
	     t_write(t, l->room.file, at, LIMITS_UNIT / 2, 2, ATOMIC_FLAGS));
	t_trace_stop(t, &tr, l->room.file);
	T_EQ(t, "atomic commands of half a unit", 1, tr.atomic);
	T_DISK(t, l->room.file, at, LIMITS_UNIT / 2, 2);
}

static void limits_open(struct limits *l, struct t *t)
{
	*l = (struct limits){ .t = t, .v = t_vnvme_open(t), .gen = 1 };
	l->room = t_room(t, LIMITS_ROOM);
	atomic_align(t, &l->room, LIMITS_UNIT);
	T_EQ(t, "the room", LIMITS_ROOM,
	     t_write(t, l->room.file, l->room.at, LIMITS_ROOM, 1, 0));
	T_MUST(!fsync(l->room.file));
	T_MUST(limits_queue(l) == LIMITS_UNIT);
}

static void limits_close(struct limits *l)
{
	limits_change(l, LIMITS_UNIT);
	t_vnvme_close(l->v);
}

/* Mounted anew: XFS asks the device for its limits then, and only then. */
static void limits_mount(struct limits *l)
{
	struct t_mount mnt = t_mounted();

	close(l->room.file);
	T_MUST(!chdir("/"));
	t_umount(&mnt);
	T_MUST(!t_mount(&mnt));
	l->room.file = t_open(l->t, "room", O_RDWR);
}

/*
 * Lower, none, as before.  Above the limits the block layer refuses with EINVAL, on
 * XFS as well, which goes by what the limits were when it was mounted; mounted anew
 * it writes such units out of place.
 */
void profile_limits(struct t *t)
{
	struct limits l;

	limits_open(&l, t);
	limits_write(&l, LIMITS_UNIT, 1);
	limits_change(&l, LIMITS_UNIT / 2);
	limits_write(&l, -EINVAL, 0);
	limits_synced(&l);
	limits_half(&l);
	limits_change(&l, 0);
	limits_write(&l, -EINVAL, 0);
	if (!t->blkdev) {
		limits_mount(&l);
		limits_write(&l, LIMITS_UNIT, 0);
	}
	limits_change(&l, LIMITS_UNIT);
	if (!t->blkdev) {
		limits_write(&l, LIMITS_UNIT, 0);
		limits_mount(&l);
	}
	limits_write(&l, LIMITS_UNIT, 1);
	limits_close(&l);
}

/*
 * A unit that was on its way while the queue was frozen is refused by the block
 * layer: an error like others (R2), which fsync tells once.  One that came later was
 * refused before anything was done, and there is nothing to tell.
 */
static void limits_error(struct limits *l)
{
	int first = fsync(l->room.file) ? errno : 0;

	T_OK(l->t, !first || first == EINVAL, "first fsync: seen %d", first);
	limits_synced(l);
}

/*
 * While units are being written, one after the other: each is whole or refused, and
 * the first that is refused is so because the queue has the lower limit by then.
 */
void profile_limits_running(struct t *t)
{
	long long end, n = 0;
	struct limits l;
	int i;

	limits_open(&l, t);
	end = t_now() + LIMITS_WAIT;
	limits_set(&l, LIMITS_UNIT / 2);
	while (t_now() < end) {
		n = t_write(t, l.room.file, l.room.at, LIMITS_UNIT, l.gen + 1,
			    ATOMIC_FLAGS);
		if (n != LIMITS_UNIT)
			break;
		l.gen++;
	}
	T_EQ(t, "a unit, in the end", -EINVAL, n);
	T_EQ(t, "largest unit of the queue", LIMITS_UNIT / 2, limits_queue(&l));
	printf("# %d units before Linux knew\n", l.gen - 1);
	limits_whole(&l);
	for (i = 0; i < LIMITS_AGAIN; i++)
		T_EQ(t, "a unit, again", -EINVAL,
		     t_write(t, l.room.file, l.room.at, LIMITS_UNIT, l.gen + 1,
			     ATOMIC_FLAGS));
	limits_whole(&l);
	limits_error(&l);
	limits_close(&l);
}
