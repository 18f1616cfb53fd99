// SPDX-License-Identifier: GPL-2.0-only
/*
 * Below the file system: see t.h.  FIEMAP as in
 * Documentation/filesystems/fiemap.rst; without FIEMAP_FLAG_SYNC it looks and
 * touches nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

#define T_DISK_ALIGN	4096	/* what any device accepts for O_DIRECT */

#define T_EXTENTS	1024	/* that t_map() can take */
#define T_NOT_WRITTEN	(FIEMAP_EXTENT_UNWRITTEN | FIEMAP_EXTENT_DELALLOC | \
			 FIEMAP_EXTENT_UNKNOWN)

/* A block device is one extent of itself, as far as anybody may ask. */
static bool t_is_dev(int fd, struct fiemap_extent *extent)
{
	struct stat st;

	T_MUST(!fstat(fd, &st));
	*extent = (struct fiemap_extent) { .fe_length = INT64_MAX };
	return S_ISBLK(st.st_mode);
}

struct fiemap *t_map(int fd)
{
	struct fiemap *map = calloc(1, sizeof(*map) + T_EXTENTS *
				    sizeof(map->fm_extents[0]));

	T_MUST(map);
	if (t_is_dev(fd, &map->fm_extents[0])) {
		map->fm_mapped_extents = 1;
		return map;
	}
	map->fm_length = FIEMAP_MAX_OFFSET;
	map->fm_extent_count = T_EXTENTS;
	T_MUST(!ioctl(fd, FS_IOC_FIEMAP, map));
	T_MUST(map->fm_mapped_extents < T_EXTENTS);
	return map;
}

/* The first extent at or behind @pos.  False: there is none. */
static bool t_fiemap(int fd, off_t pos, struct fiemap_extent *extent)
{
	union {
		struct fiemap map;
		char space[sizeof(struct fiemap) +
			   sizeof(struct fiemap_extent)];
	} u = {
		.map = {
			.fm_start = pos,
			.fm_length = FIEMAP_MAX_OFFSET - pos,
			.fm_extent_count = 1,
		},
	};

	if (t_is_dev(fd, extent))
		return true;
	T_MUST(!ioctl(fd, FS_IOC_FIEMAP, &u.map));
	if (!u.map.fm_mapped_extents)
		return false;
	*extent = u.map.fm_extents[0];
	return true;
}

int t_extents(int fd)
{
	struct fiemap map = { .fm_length = FIEMAP_MAX_OFFSET };
	struct fiemap_extent e;

	if (t_is_dev(fd, &e))
		return 1;
	T_MUST(!ioctl(fd, FS_IOC_FIEMAP, &map));
	return map.fm_mapped_extents;
}

enum t_extent t_extent(int fd, off_t pos)
{
	struct fiemap_extent e;

	if (!t_fiemap(fd, pos, &e) || (off_t)e.fe_logical > pos)
		return T_HOLE;
	if (e.fe_flags & (FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_UNKNOWN))
		return T_DELALLOC;
	return e.fe_flags & FIEMAP_EXTENT_UNWRITTEN ? T_UNWRITTEN : T_WRITTEN;
}

/* Any bytes of the device, whatever their alignment. */
static void t_dev_read(int dev, off_t pos, size_t len, uint8_t *buf)
{
	off_t start = pos / T_DISK_ALIGN * T_DISK_ALIGN;
	size_t size = (pos + len - start + T_DISK_ALIGN - 1) /
		      T_DISK_ALIGN * T_DISK_ALIGN;
	uint8_t *whole = t_alloc(size);

	T_MUST(pread(dev, whole, size, start) == (ssize_t)size);
	memcpy(buf, whole + (pos - start), len);
	free(whole);
}

/*
 * What is under test has the page cache of the bare device, which a direct read
 * would flush.  A partition as large as the disk has a cache of its own; it is
 * in the kernel's memory only.
 */
static int t_disk_beside(struct t *t)
{
	int dev = open(t->dev, O_RDONLY | O_CLOEXEC), fd;
	struct blkpg_partition part = { .pno = 1 };
	struct blkpg_ioctl_arg arg = {
		.op = BLKPG_ADD_PARTITION,
		.datalen = sizeof(part),
		.data = &part,
	};
	char path[80];
	size_t len = strlen(t->dev);

	T_MUST(dev >= 0);
	T_MUST(!ioctl(dev, BLKGETSIZE64, &part.length));
	snprintf(path, sizeof(path), "%.70s%s1", t->dev,
		 t->dev[len - 1] >= '0' && t->dev[len - 1] <= '9' ? "p" : "");
	if (access(path, F_OK))
		T_MUST(!ioctl(dev, BLKPG, &arg));
	close(dev);
	fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	T_MUST(fd >= 0);
	return fd;
}

static int t_disk_open(struct t *t)
{
	int dev;

	if (t->blkdev)
		return t_disk_beside(t);
	dev = open(t->dev, O_RDONLY | O_DIRECT | O_CLOEXEC);
	T_MUST(dev >= 0);
	return dev;
}

void t_disk_read(struct t *t, int fd, off_t pos, size_t len, void *buf)
{
	off_t end = pos + len;
	struct fiemap_extent e;
	int dev = t_disk_open(t);

	memset(buf, 0, len);
	while (pos < end && t_fiemap(fd, pos, &e) &&
	       (off_t)e.fe_logical < end) {
		off_t start = e.fe_logical, to = start + e.fe_length;
		off_t from = pos > start ? pos : start;

		if (to > end)
			to = end;
		if (!(e.fe_flags & T_NOT_WRITTEN))
			t_dev_read(dev, e.fe_physical + from - start,
				   to - from,
				   (uint8_t *)buf + len - (end - from));
		pos = to;
	}
	close(dev);
}

bool t_disk_has(struct t *t, int fd, off_t pos, size_t len, int gen)
{
	void *buf = t_alloc(len);
	bool has;

	t_disk_read(t, fd, pos, len, buf);
	has = t_differs(t, buf, len, pos, gen) < 0;
	free(buf);
	return has;
}

bool t_disk(struct t *t, const char *file, int line, int fd, off_t pos,
	    size_t len, int gen)
{
	static const char *const kinds[] = {
		"a hole", "a delayed extent", "an unwritten extent",
		"a written extent",
	};
	uint8_t *buf = t_alloc(len);
	long long at;
	bool ok = true;

	t_disk_read(t, fd, pos, len, buf);
	at = t_differs(t, buf, len, pos, gen);
	if (at >= 0)
		ok = t_ok(t, file, line, false,
			  "on disk at %lld: expected generation %d, seen %s in %s",
			  (long long)pos + at, gen,
			  t_what(t, buf + at, len - at, pos + at),
			  kinds[t_extent(fd, pos + at)]);
	free(buf);
	return ok;
}
