// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device: see t.h.
 */
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "t.h"

const char *t_queue_text(struct t *t, const char *attr)
{
	static char text[64];
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/block/%s/queue/%s",
		 strrchr(t->dev, '/') + 1, attr);
	f = fopen(path, "re");
	T_MUST(f && fgets(text, sizeof(text), f));
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

long long t_queue(struct t *t, const char *attr)
{
	return atoll(t_queue_text(t, attr));
}

struct wt_statx t_statx_atomic(int fd)
{
	struct wt_statx stx = { 0 };

	T_MUST(!syscall(SYS_statx, fd, "", AT_EMPTY_PATH,
			WT_STATX_WRITE_ATOMIC, &stx));
	return stx;
}

static int t_room_dev(struct t *t)
{
	int dev = open(t->dev, O_RDWR | O_DIRECT | O_CLOEXEC);

	T_MUST(dev >= 0);
	return dev;
}

struct t_room t_room(struct t *t, long long len)
{
	struct t_room room = { .dev = t_room_dev(t) };
	struct fiemap *map;

	room.file = t_open(t, "room", O_RDWR | O_CREAT);
	if (t->blkdev) {
		room.pos = room.at = len;
		return room;
	}
	T_MUST(!fallocate(room.file, 0, 0, 2 * len));
	T_MUST(!fsync(room.file));
	map = t_map(room.file);
	T_MUST(map->fm_mapped_extents == 1);
	room.pos = (map->fm_extents[0].fe_physical + len - 1) / len * len;
	room.at = room.pos - map->fm_extents[0].fe_physical;
	free(map);
	return room;
}

static void t_room_punch(int fd, off_t pos, long long len)
{
	if (len)
		T_MUST(!fallocate(fd, 1 /* KEEP_SIZE */ | 2 /* PUNCH_HOLE */,
				  pos, len));
}

/* Nearly all of the free space, in one file. */
static int t_room_all(struct t *t)
{
	int fd = t_open(t, "room", O_RDWR | O_CREAT);
	struct statvfs vfs;
	long long len;

	T_MUST(!statvfs(t->dir, &vfs));
	len = (long long)vfs.f_bavail * vfs.f_bsize;
	while (len >= T_MIB && fallocate(fd, 1 /* KEEP_SIZE */, 0, len))
		len -= T_MIB;
	T_MUST(len >= T_MIB && !fsync(fd));
	return fd;
}

struct t_room t_room_at(struct t *t, long long len, off_t at)
{
	struct t_room room = { .dev = t_room_dev(t), .pos = at / len * len };
	struct fiemap *map;
	unsigned int i;

	if (t->blkdev) {
		room.file = t_open(t, "room", O_RDWR);
		room.at = room.pos;
		return room;
	}
	room.file = t_room_all(t);
	map = t_map(room.file);
	for (i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &map->fm_extents[i];
		off_t skip = room.pos - (off_t)e->fe_physical;
		off_t from = e->fe_logical + skip;

		if (skip < 0 || skip + len > (off_t)e->fe_length)
			continue;
		room.at = from;
		t_room_punch(room.file, 0, from);
		t_room_punch(room.file, from + len, INT64_MAX / 2);
		free(map);
		return room;
	}
	t_broken(__FILE__, __LINE__, "space where the profile's sectors are");
}
