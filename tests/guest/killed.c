// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task is killed while its asynchronous writes are in flight, for certain: the
 * disk holds them.  What was in flight is then done, or fails, as if somebody
 * still asked; those who have the file open are told of errors; and nothing is
 * left behind: the file can be truncated and written to, and the file system
 * unmounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t_async.h"
#include "t_nbd.h"

#define KILLED_DEPTH	8	/* writes in flight, of every other page */

/* Small folios, since a write waits for those before it to its folio. */
static int killed_file(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT | O_TRUNC), i;

	t_drop(fd);
	for (i = 0; i < 2 * KILLED_DEPTH; i++)
		T_MUST(t_write(t, fd, i * t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd) && (t->blkdev || !syncfs(fd)));
	return fd;
}

static pid_t killed_submit(struct t *t, enum t_engine engine, int fd)
{
	struct t_async *a;
	pid_t pid = fork();
	int i;

	T_MUST(pid >= 0);
	if (pid)
		return pid;
	a = t_async_open(t, engine);
	for (i = 0; i < KILLED_DEPTH; i++)
		t_async_write(a, fd, 2 * i * t->ps, t->ps, 2,
			      RWF_WRITETHROUGH | (i % 2 ? RWF_DSYNC : 0));
	t_async_submit(a);
	for (;;)
		pause();
}

/* Either all of them are done in the end, or, if @fails, none. */
static void killed_with(struct t *t, enum t_engine engine, bool fails)
{
	int fd = killed_file(t), i, status;
	pid_t pid;

	t_nbd_hold(T_NBD_WRITE);
	t_nbd_fail(fails ? T_NBD_ALL : 0);
	pid = killed_submit(t, engine, fd);
	t_nbd_wait_held(t, KILLED_DEPTH);
	T_MUST(!kill(pid, SIGKILL));
	t_nbd_hold(0);
	T_MUST(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	/* nobody has asked for them any more, and they are waited for even so */
	T_EQ(t, "waited for", fails ? -EIO : 0,
	     sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) ? -errno :
	     0);
	t_nbd_fail(0);
	T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0);
	T_CLEAN(t, fd, 0, 2 * KILLED_DEPTH * t->ps);
	for (i = 0; i < KILLED_DEPTH; i++) {
		T_READS(t, fd, 2 * i * t->ps, t->ps, 2);
		T_DISK(t, fd, 2 * i * t->ps, t->ps, fails ? 1 : 2);
		T_DISK(t, fd, (2 * i + 1) * t->ps, t->ps, 1);
	}
	if (!t->blkdev)
		T_EQ(t, "truncate", 0, ftruncate(fd, t->ps) ? -errno : 0);
	T_EQ(t, "written then", t->ps,
	     t_write(t, fd, 0, t->ps, 3, RWF_WRITETHROUGH));
	T_DISK(t, fd, 0, t->ps, 3);
	close(fd);
}

static void killed_both(struct t *t, enum t_engine engine)
{
	t_nbd_begin(t);
	killed_with(t, engine, false);
	killed_with(t, engine, true);
	t_nbd_end(t);
}

static void killed_aio(struct t *t)
{
	killed_both(t, T_AIO);
}

static void killed_uring(struct t *t)
{
	killed_both(t, T_URING);
}

static const struct t_case cases[] = {
	{ "aio",	killed_aio },
	{ "uring",	killed_uring },
};

T_GROUP(killed, cases)
