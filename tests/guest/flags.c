// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the flag goes with, and what refuses it.  Nothing ignores it: where it
 * is not supported the answer is EOPNOTSUPP, and nothing was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "flags_uring.h"
#include "t.h"

/* A write with these flags is refused, and neither cache nor size changed. */
static void flags_refused(struct t *t, int fd, int flags, const char *what)
{
	long long size = t_size(fd);
	char text[80];

	snprintf(text, sizeof(text), "write with %s", what);
	T_EQ(t, text, -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, flags | RWF_WRITETHROUGH));
	T_EQ(t, "size", size, t_size(fd));
	T_READS(t, fd, 0, size < t->ps ? size : t->ps, 1);
}

static void flags_read(struct t *t)
{
	int fd = t_file(t, "f", t->ps);
	struct iovec iov = { t_alloc(t->ps), t->ps };

	T_MUST(preadv2(fd, &iov, 1, 0, 0) == t->ps);
	T_EQ(t, "read with the flag", -1,
	     preadv2(fd, &iov, 1, 0, RWF_WRITETHROUGH));
	T_EQ(t, "its error", EOPNOTSUPP, errno);
}

static void flags_nowait(struct t *t)
{
	flags_refused(t, t_file(t, "f", t->ps), RWF_NOWAIT, "RWF_NOWAIT");
}

static void flags_dontcache(struct t *t)
{
	int fd = t_file(t, "f", t->ps);

	T_MUST(t_write(t, fd, 0, t->ps, 1, RWF_DONTCACHE) == t->ps);
	flags_refused(t, fd, RWF_DONTCACHE, "RWF_DONTCACHE");
}

static void flags_atomic(struct t *t)
{
	flags_refused(t, t_file(t, "f", t->ps), RWF_ATOMIC, "RWF_ATOMIC");
}

/* Beyond the flags there are: EOPNOTSUPP as ever. */
static void flags_unknown(struct t *t)
{
	int fd = t_file(t, "f", t->ps);

	T_EQ(t, "the next bit", -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, 0x400));
}

static void flags_tmpfs(struct t *t)
{
	int fd = open("/tmp/wt", O_RDWR | O_CREAT | O_TRUNC, 0644);

	T_MUST(fd >= 0);
	T_MUST(t_write(t, fd, 0, t->ps, 1, 0) == t->ps);
	flags_refused(t, fd, 0, "the flag on tmpfs");
}

/* A disk that is not mounted: null_blk's, whose data matters to nobody. */
static void flags_blkdev(struct t *t)
{
	int fd = open("/dev/nullb0", O_RDWR | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_EQ(t, "block device", -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, RWF_WRITETHROUGH));
	T_EQ(t, "pages dirty", 0, t_cachestat(fd, 0, t->ps).nr_dirty);
	T_MUST(t_write(t, fd, 0, t->ps, 2, 0) == t->ps);
	T_MUST(t_cachestat(fd, 0, t->ps).nr_dirty);
	T_MUST(!fsync(fd));
}

static void flags_reflink(struct t *t)
{
	int src = t_file(t, "src", 4 * t->ps);
	int fd = t_open(t, "f", O_RDWR | O_CREAT);

	if (ioctl(fd, FICLONE, src))
		t_skip("no reflink here");
	flags_refused(t, fd, 0, "the flag on a reflinked file");
}

static void flags_libaio(struct t *t)
{
	int fd = t_file(t, "f", t->ps);
	struct iocb cb = {
		.aio_fildes = fd,
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_buf = (uintptr_t)t_alloc(t->ps),
		.aio_nbytes = t->ps,
	}, *cbs = &cb;
	aio_context_t ctx = 0;
	struct io_event ev;

	T_MUST(!syscall(SYS_io_setup, 1, &ctx));
	t_fill(t, (void *)(uintptr_t)cb.aio_buf, t->ps, 0, 1);
	T_MUST(syscall(SYS_io_submit, ctx, 1L, &cbs) == 1);
	T_MUST(syscall(SYS_io_getevents, ctx, 1L, 1L, &ev, NULL) == 1);
	T_MUST((long)ev.res == t->ps);

	cb.aio_rw_flags = RWF_WRITETHROUGH;
	t_fill(t, (void *)(uintptr_t)cb.aio_buf, t->ps, 0, 2);
	if (syscall(SYS_io_submit, ctx, 1L, &cbs) == 1) {
		T_MUST(syscall(SYS_io_getevents, ctx, 1L, 1L, &ev, NULL) == 1);
		T_EQ(t, "result of the aio", -EOPNOTSUPP, (long)ev.res);
	} else {
		T_EQ(t, "error of io_submit", EOPNOTSUPP, errno);
	}
	T_READS(t, fd, 0, t->ps, 1);
}

static void flags_uring(struct t *t)
{
	int fd = t_file(t, "f", t->ps);
	void *buf = t_alloc(t->ps);

	t_fill(t, buf, t->ps, 0, 1);
	T_MUST(uring_write(fd, buf, t->ps, 0, 0) == t->ps);
	t_fill(t, buf, t->ps, 0, 2);
	T_EQ(t, "result of the io_uring write", -EOPNOTSUPP,
	     uring_write(fd, buf, t->ps, 0, RWF_WRITETHROUGH));
	T_READS(t, fd, 0, t->ps, 1);
}

/* An O_DIRECT file takes the flag: its writes are written through anyway. */
static void flags_odirect(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT);

	T_EQ(t, "written", t->ps,
	     t_write(t, direct, t->ps, t->ps, 2, RWF_WRITETHROUGH));
	T_DISK(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, t->ps, t->ps, 2);
	T_READS(t, fd, 0, t->ps, 1);
}

static const struct t_case cases[] = {
	{ "atomic",	flags_atomic },
	{ "blkdev",	flags_blkdev },
	{ "dontcache",	flags_dontcache },
	{ "libaio",	flags_libaio },
	{ "nowait",	flags_nowait },
	{ "odirect",	flags_odirect },
	{ "read",	flags_read },
	{ "reflink",	flags_reflink },
	{ "tmpfs",	flags_tmpfs },
	{ "unknown",	flags_unknown },
	{ "uring",	flags_uring },
};

T_MAIN(cases)
