// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units over blocks whose allocation was delayed, in ways that only the file
 * system can write without tearing: it must allocate all that is delayed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "atomic.h"

/* From here on XFS allocates more than it is asked for, behind EOF. */
#define ATOMIC_DELAYED_FAR	(128 * T_KIB)

/* More than the device can do, and of eight blocks at least */
static long long atomic_delayed_unit(struct t *t, int fd)
{
	long long max = t_queue(t, "atomic_write_unit_max_bytes");
	long long len = 8 * t->bs;

	while (len <= max)
		len *= 2;
	if (len > t_statx_atomic(fd).atomic_write_unit_max)
		t_skip("only the device has atomic writes");
	return len;
}

/*
 * A block that is delayed, many that are written, and one that is delayed and
 * goes on behind EOF, by twice as much as there is before it.
 */
static void atomic_delayed_make(struct t *t, int fd, off_t pos, long long len)
{
	long long written = len - 2 * t->bs;

	T_MUST(t_write(t, fd, pos + t->bs, written, 2, RWF_WRITETHROUGH) ==
	       written);
	T_MUST(t_write(t, fd, pos, t->bs, 2, 0) == t->bs);
	T_MUST(t_write(t, fd, pos + len - t->bs, t->bs, 2, 0) == t->bs);
	T_MUST(t_extent(fd, pos) == T_DELALLOC);
	T_MUST(t_extent(fd, pos + t->bs) == T_WRITTEN);
	T_MUST(t_extent(fd, pos + len) == T_DELALLOC);
}

/*
 * What was dirty is superseded, so nothing makes writeback allocate what is
 * behind EOF: the write has to, or direct reads fail there once EOF has moved.
 */
void atomic_delayed(struct t *t)
{
	int fd = t_file(t, "f", t->bs);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);
	long long len = atomic_delayed_unit(t, fd);
	long long pos = len < ATOMIC_DELAYED_FAR ? ATOMIC_DELAYED_FAR :
		len;
	char *buf = t_alloc(len);

	T_MUST(!ftruncate(fd, pos) && !fsync(fd));
	atomic_delayed_make(t, fd, pos, len);
	T_EQ(t, "written", len, t_write(t, fd, pos, len, 3, ATOMIC_FLAGS));
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, 3);
	T_OK(t, t_extent(fd, pos + len) != T_DELALLOC,
	     "blocks behind EOF are still delayed");
	T_EQ(t, "size", pos + len, t_size(fd));
	T_MUST(!ftruncate(fd, pos + 2 * len));
	T_EQ(t, "direct read of what was behind EOF", len,
	     pread(direct, buf, len, pos + len));
	t_drop(fd);
	T_READS(t, fd, pos, len, 3);
	free(buf);
	close(direct);
	close(fd);
}
