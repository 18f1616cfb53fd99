// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of the device on demand: see t.h.  The order of writes that changes
 * what fails, and what tells which it is, are those of vm/profiles/flaky.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "t.h"

#define T_FLAKY_ROOM	T_MIB
#define T_FLAKY_SWITCH	4096	/* bytes at the room's end, to write to */
#define T_FLAKY_TRIES	20

/* What is to be made quiet at exit. */
static struct {
	struct t *t;
	struct t_room room;
} t_flaky_left;

static off_t t_flaky_pos(const char *name)
{
	const char *sector = getenv(name);

	T_MUST(sector);
	return atoll(sector) * 512;
}

/* An error that nobody was told of yet is not for the next case's syncfs. */
static void t_flaky_end(void)
{
	t_flaky(t_flaky_left.t, &t_flaky_left.room, T_FLAKY_QUIET);
	syncfs(t_flaky_left.room.file);
}

struct t_room t_flaky_room_behind(struct t *t, off_t *bad)
{
	*bad = t_flaky_pos("WT_BAD_SECTOR");
	t_flaky_left.t = t;
	t_flaky_left.room = t_room_at(t, T_FLAKY_ROOM, *bad);
	T_MUST(!atexit(t_flaky_end));
	return t_flaky_left.room;
}

/* Written blocks, or the file system would not ask the device. */
struct t_room t_flaky_room(struct t *t, off_t *bad)
{
	struct t_room room = t_flaky_room_behind(t, bad);

	T_MUST(t_write(t, room.file, room.at, T_FLAKY_ROOM, 1, 0) ==
	       T_FLAKY_ROOM);
	T_MUST(!fsync(room.file));
	t_drop(room.file);
	return room;
}

static bool t_flaky_reads(const struct t_room *room, const char *name)
{
	char *buf = t_alloc(T_FLAKY_SWITCH);
	bool reads = pread(room->dev, buf, T_FLAKY_SWITCH,
			   t_flaky_pos(name)) == T_FLAKY_SWITCH;

	free(buf);
	return reads;
}

static enum t_flaky t_flaky_now(const struct t_room *room)
{
	if (!t_flaky_reads(room, "WT_BAD_SECTOR"))
		return T_FLAKY_SECTOR;
	return t_flaky_reads(room, "WT_BAD_FLUSH_SECTOR") ? T_FLAKY_QUIET :
		T_FLAKY_FLUSH;
}

static void t_flaky_zeroes(off_t pos)
{
	uint64_t range[] = { pos, T_FLAKY_SWITCH };

	T_MUST(!ioctl(t_flaky_left.room.dev, BLKZEROOUT, range));
}

static void t_flaky_data(off_t pos)
{
	char *buf = t_alloc(T_FLAKY_SWITCH);

	memset(buf, 0, T_FLAKY_SWITCH);
	T_MUST(pwrite(t_flaky_left.room.dev, buf, T_FLAKY_SWITCH, pos) ==
	       T_FLAKY_SWITCH);
	free(buf);
}

/* One step, which somebody else's write may spoil. */
void t_flaky(struct t *t, const struct t_room *room, enum t_flaky what)
{
	off_t pos = room->pos + T_FLAKY_ROOM - T_FLAKY_SWITCH;
	enum t_flaky now = t_flaky_now(room);
	int i, j;

	(void)t;
	for (i = 0; i < T_FLAKY_TRIES && now != what; i++) {
		for (j = 0; now == T_FLAKY_QUIET && j < 2; j++) {
			t_flaky_zeroes(pos);
			t_flaky_data(pos);
		}
		t_flaky_zeroes(pos);
		now = t_flaky_now(room);
	}
	T_MUST(now == what);
}
