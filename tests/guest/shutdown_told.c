// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system that is shut down while a WT write is on its way: the device
 * has the data, and the log will never have what belongs to it.  The caller is
 * told, as one of a direct write is, which is the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shutdown_told.h"
#include "t_async.h"

/* fs/xfs/libxfs/xfs_fs.h, which is not part of the interface headers */
#define TOLD_GOINGDOWN	_IOR('X', 125, uint32_t)
#define TOLD_NO_FLUSH	2

#define TOLD_DELAY		100000000LL	/* ns that a request takes */
#define TOLD_DELAY_MAX	800000000LL

/* Another task may be the one that sends it. */
static void told_wait_sent(struct t *t, struct t_async *a)
{
	int reads, writes;
	char path[80];

	snprintf(path, sizeof(path), "/sys/block/%s/inflight",
		 strrchr(t->dev, '/') + 1);
	do {
		FILE *f = fopen(path, "re");

		T_MUST(f && fscanf(f, "%d %d", &reads, &writes) == 2);
		fclose(f);
	} while (!writes && !t_async_ready(a));
}

/*
 * What does a write say that was sent before, and is done after?  False if it
 * was done before, because a request takes only @delay ns.
 */
static bool told_try(struct t *t, long long delay, int open_flags,
			 int flags, long *ret)
{
	uint32_t how = TOLD_NO_FLUSH;
	struct t null = *t;
	struct t_async *a;
	bool good;
	int fd;

	t_null_begin(&null, delay);
	close(t_file(&null, "f", 4 * t->ps));
	fd = t_open(&null, "f", O_RDWR | open_flags);
	T_MUST(!syncfs(fd));
	a = t_async_open(&null, T_URING);
	t_async_write(a, fd, t->ps, t->ps, 2, flags);
	t_async_submit(a);
	told_wait_sent(&null, a);
	T_MUST(!ioctl(fd, TOLD_GOINGDOWN, &how));
	good = !t_async_ready(a);
	*ret = t_async_reap(a);
	t_async_close(a);
	close(fd);
	t_null_end();
	return good;
}

static long told_write(struct t *t, int open_flags, int flags)
{
	long long delay = TOLD_DELAY;
	long ret;

	while (!told_try(t, delay, open_flags, flags, &ret)) {
		delay *= 2;
		T_MUST(delay <= TOLD_DELAY_MAX);
	}
	return ret;
}

void shutdown_told(struct t *t)
{
	T_MUST(told_write(t, O_DIRECT, 0) == -EIO);
	T_EQ(t, "written", -EIO, told_write(t, 0, RWF_WRITETHROUGH));
}
