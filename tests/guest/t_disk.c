// SPDX-License-Identifier: GPL-2.0-only
/*
 * Below the file system: see t.h.  FIEMAP as in
 * Documentation/filesystems/fiemap.rst; without FIEMAP_FLAG_SYNC it looks and
 * touches nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "t.h"

#define T_DISK_ALIGN	4096	/* what any device accepts for O_DIRECT */

#define T_NOT_WRITTEN	(FIEMAP_EXTENT_UNWRITTEN | FIEMAP_EXTENT_DELALLOC | \
			 FIEMAP_EXTENT_UNKNOWN)

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

	T_MUST(!ioctl(fd, FS_IOC_FIEMAP, &u.map));
	if (!u.map.fm_mapped_extents)
		return false;
	*extent = u.map.fm_extents[0];
	return true;
}

int t_extents(int fd)
{
	struct fiemap map = { .fm_length = FIEMAP_MAX_OFFSET };

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

void t_disk_read(struct t *t, int fd, off_t pos, size_t len, void *buf)
{
	off_t end = pos + len;
	struct fiemap_extent e;
	int dev = open(t->dev, O_RDONLY | O_DIRECT | O_CLOEXEC);

	T_MUST(dev >= 0);
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
