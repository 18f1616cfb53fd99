// SPDX-License-Identifier: GPL-2.0-only
/*
 * A unit that the device refuses to write leaves the old data, in the cache and
 * on disk, and nothing of the new one comes up later: not when another byte of
 * it is written and synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "atomic.h"

#define ATOMIC_BYTE	100	/* in the unit, written afterwards */

enum atomic_state { ATOMIC_CLEAN, ATOMIC_DIRTY, ATOMIC_DROPPED };

/* What the block layer makes of the device's error, or the page cache of that. */
static bool atomic_is_error(ssize_t n)
{
	return n == -EIO || n == -ENODATA;
}

static int atomic_fsync(int fd)
{
	return fsync(fd) ? -errno : 0;
}

/* The unit is @old, but for one byte of generation 4. */
static void atomic_expect_old(struct t *t, const char *where, uint8_t *seen,
			      off_t pos, long long unit, int old)
{
	uint8_t byte;

	t_fill(t, &byte, 1, pos + ATOMIC_BYTE, 4);
	T_EQ(t, where, byte, seen[ATOMIC_BYTE]);
	t_fill(t, seen + ATOMIC_BYTE, 1, pos + ATOMIC_BYTE, old);
	T_OK(t, t_differs(t, seen, unit, pos, old) < 0,
	     "%s: expected generation %d, seen %s", where, old,
	     t_what(t, seen, unit, pos));
}

static void atomic_fails(struct t *t, const struct t_room *room, off_t pos,
			 long long unit, enum atomic_state state)
{
	int fd = room->file, old = state == ATOMIC_DIRTY ? 3 : 1;
	uint8_t *seen = t_alloc(unit);
	ssize_t n;

	T_MUST(t_write(t, fd, pos, unit, 1, 0) == unit && !fsync(fd));
	if (state == ATOMIC_DIRTY)
		T_MUST(t_write(t, fd, pos, unit, 3, 0) == unit);
	if (state == ATOMIC_DROPPED)
		t_drop(fd);

	t_flaky(t, room, T_FLAKY_SECTOR);
	n = t_write(t, fd, pos, unit, 2, ATOMIC_FLAGS);
	t_flaky(t, room, T_FLAKY_QUIET);
	T_OK(t, atomic_is_error(n), "the write: seen %zd", n);
	T_READS(t, fd, pos, unit, old);
	/* the device may have been synced when it was made to fail */
	T_OK(t, t_disk_has(t, fd, pos, unit, 1) ||
	     t_disk_has(t, fd, pos, unit, old),
	     "there is something else than old data on disk");

	T_EQ(t, "one byte", 1, t_write(t, fd, pos + ATOMIC_BYTE, 1, 4, 0));
	n = atomic_fsync(fd);
	T_OK(t, atomic_is_error(n), "first fsync: seen %zd", n);
	T_EQ(t, "next fsync", 0, atomic_fsync(fd));
	t_disk_read(t, fd, pos, unit, seen);
	atomic_expect_old(t, "on disk", seen, pos, unit, old);
	T_MUST(pread(fd, seen, unit, pos) == unit);
	atomic_expect_old(t, "in the cache", seen, pos, unit, old);
	free(seen);
}

void atomic_error(struct t *t)
{
	off_t bad, pos;
	struct t_room room = t_flaky_room(t, &bad);
	long long unit = atomic_unit(t, room.file);

	T_MUST(atomic_by_device(t, unit));
	atomic_align(t, &room, unit);
	pos = room.at + (bad - room.pos) / unit * unit;
	atomic_fails(t, &room, pos, unit, ATOMIC_CLEAN);
	atomic_fails(t, &room, pos, unit, ATOMIC_DIRTY);
	atomic_fails(t, &room, pos, unit, ATOMIC_DROPPED);
}
