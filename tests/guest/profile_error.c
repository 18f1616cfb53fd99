// SPDX-License-Identifier: GPL-2.0-only
/*
 * See profile.h.  A medium that fails is ENODATA, a read through the page cache
 * makes it EIO.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile.h"
#include "t.h"

static ssize_t error_read(int fd, off_t pos, size_t len)
{
	void *buf = t_alloc(len);
	ssize_t n = pread(fd, buf, len, pos);

	free(buf);
	return n < 0 ? -errno : n;
}

static int error_fsync(int fd)
{
	return fsync(fd) ? -errno : 0;
}

void profile_error_read(struct t *t)
{
	off_t bad;
	struct t_room room = t_flaky_room(t, &bad);

	T_EQ(t, "quiet: read", 4096, error_read(room.dev, bad, 4096));
	t_flaky(t, &room, T_FLAKY_SECTOR);
	T_EQ(t, "read of the bad sector", -ENODATA,
	     error_read(room.dev, bad, 4096));
	T_EQ(t, "read around it", -ENODATA,
	     error_read(room.dev, bad - 8192, 16384));
	T_EQ(t, "read before it", 4096, error_read(room.dev, bad - 4096, 4096));
	T_EQ(t, "read behind it", 4096, error_read(room.dev, bad + 4096, 4096));
	T_EQ(t, "read through the cache", -EIO,
	     error_read(room.file, room.at + bad - room.pos, 100));
	t_flaky(t, &room, T_FLAKY_QUIET);
	T_EQ(t, "quiet again: read", 4096, error_read(room.dev, bad, 4096));
}

void profile_error_write(struct t *t)
{
	off_t bad, at;
	struct t_room room = t_flaky_room(t, &bad);

	at = (room.at + bad - room.pos) / t->ps * t->ps;
	t_flaky(t, &room, T_FLAKY_SECTOR);
	T_EQ(t, "write to the bad sector", -ENODATA,
	     t_write(t, room.dev, bad, 4096, 2, 0));
	T_EQ(t, "write before it", 4096,
	     t_write(t, room.dev, bad - 4096, 4096, 2, 0));
	T_EQ(t, "write behind it", 4096,
	     t_write(t, room.dev, bad + 4096, 4096, 2, 0));
	T_EQ(t, "fsync", 0, error_fsync(room.dev));
	T_EQ(t, "write through the cache", t->ps,
	     t_write(t, room.file, at, t->ps, 3, 0));
	T_EQ(t, "its fsync", -ENODATA, error_fsync(room.file));
	T_EQ(t, "the next fsync", 0, error_fsync(room.file));
	t_flaky(t, &room, T_FLAKY_QUIET);
	T_EQ(t, "quiet again: write", 4096,
	     t_write(t, room.dev, bad, 4096, 4, 0));
}

/* Of the device only: a file system that cannot flush its log is finished. */
void profile_error_flush(struct t *t)
{
	off_t bad;
	struct t_room room = t_flaky_room(t, &bad);

	T_EQ(t, "quiet: flush", 0, error_fsync(room.dev));
	t_flaky(t, &room, T_FLAKY_FLUSH);
	T_EQ(t, "flush", -ENODATA, error_fsync(room.dev));
	T_EQ(t, "flush once more", -ENODATA, error_fsync(room.dev));
	T_EQ(t, "write to the bad sector", 4096,
	     t_write(t, room.dev, bad, 4096, 2, 0));
	t_flaky(t, &room, T_FLAKY_QUIET);
	T_EQ(t, "quiet again: flush", 0, error_fsync(room.dev));
}
