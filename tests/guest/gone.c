// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disk is pulled out, while WT writes are in flight or between them: each
 * write ends, with an error; whoever asks is told of it, once; nothing is left
 * behind that would keep the file system, or the disk, busy; and when the disk
 * is back each block has the old or the new data.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t_async.h"
#include "t_nbd.h"

#define GONE_DEPTH	8	/* writes in flight */

enum gone_how { GONE_AIO, GONE_URING, GONE_SYNC };

/* They are of one page, every other one. */
static off_t gone_pos(struct t *t, int i)
{
	return 2 * i * t->ps;
}

/* A write waits for those before it to its folio, so folios are small. */
static int gone_file(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT), i;

	t_drop(fd);
	for (i = 0; i < 2 * GONE_DEPTH; i++)
		T_MUST(t_write(t, fd, i * t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd) && (t->blkdev || !syncfs(fd)));
	return fd;
}

/* Who asks without asking the disk: only what was recorded in the mapping. */
static int gone_told(int fd)
{
	return sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) ?
		-errno : 0;
}

static void gone_told_once(struct t *t, int fd)
{
	T_EQ(t, "told first", -EIO, gone_told(fd));
	T_EQ(t, "told again", 0, gone_told(fd));
}

/* Each of them by a process of its own; the results are exit codes. */
static void gone_start_sync(struct t *t, int fd, int flags, pid_t *pids)
{
	int i;

	for (i = 0; i < GONE_DEPTH; i++) {
		pids[i] = fork();
		T_MUST(pids[i] >= 0);
		if (!pids[i])
			_exit(t_write(t, fd, gone_pos(t, i), t->ps, 2,
				      flags) != -EIO);
	}
}

static void gone_end_sync(struct t *t, const pid_t *pids)
{
	int i, status;

	for (i = 0; i < GONE_DEPTH; i++) {
		T_MUST(waitpid(pids[i], &status, 0) == pids[i]);
		T_EQ(t, "a writer's end", 0, status);
	}
}

static void gone_start(struct t *t, struct t_async *a, int fd, int flags)
{
	int i;

	for (i = 0; i < GONE_DEPTH; i++)
		t_async_write(a, fd, gone_pos(t, i), t->ps, 2, flags);
	t_async_submit(a);
}

static void gone_end(struct t *t, struct t_async *a)
{
	int i;

	for (i = 0; i < GONE_DEPTH; i++)
		T_EQ(t, "written", -EIO, t_async_reap(a));
}

/* What is asked of a disk that is not there. */
static void gone_after(struct t *t, int fd, int flags)
{
	struct wt_cachestat cs = t_cachestat(fd, 0, 2 * GONE_DEPTH * t->ps);

	T_EQ(t, "pages dirty", 0, cs.nr_dirty);
	T_EQ(t, "pages under writeback", 0, cs.nr_writeback);
	T_EQ(t, "a call after", -EIO, t_write(t, fd, 0, t->ps, 3, flags));
	T_EQ(t, "another", -EIO,
	     t_write(t, fd, t->ps / 2, 2 * t->ps, 3, flags));
	if (!t->blkdev)
		T_EQ(t, "an append after", -EIO,
		     t_write(t, fd, gone_pos(t, GONE_DEPTH), t->ps, 3, flags));
}

/* The disk is back: what was in flight never came to it. */
static void gone_back(struct t *t)
{
	int fd;

	T_EQ(t, "unmount", 0, t_nbd_unmount(t));
	t_nbd_again(t);
	fd = t_open(t, "f", O_RDWR);
	T_READS(t, fd, 0, 2 * GONE_DEPTH * t->ps, 1);
	T_EQ(t, "written then", 2 * t->ps,
	     t_write(t, fd, t->ps, 2 * t->ps, 4, RWF_WRITETHROUGH));
	T_DISK(t, fd, t->ps, 2 * t->ps, 4);
	T_EQ(t, "fsync then", 0, fsync(fd) ? -errno : 0);
	close(fd);
	t_nbd_end(t);
}

static void gone_in_flight(struct t t, struct t *result, enum gone_how how,
			   int flags)
{
	struct t_async *a;
	pid_t pids[GONE_DEPTH];
	int fd, other;

	t_nbd_begin(&t);
	fd = gone_file(&t);
	other = t_open(&t, "f", O_RDONLY);
	a = how == GONE_SYNC ? NULL :
		t_async_open(&t, how == GONE_AIO ? T_AIO : T_URING);
	t_nbd_hold(T_NBD_WRITE);
	if (a)
		gone_start(&t, a, fd, flags);
	else
		gone_start_sync(&t, fd, flags, pids);
	/* others might wait for the inode lock, or for the one in flight */
	t_nbd_wait_held(&t, a ? GONE_DEPTH : 1);
	t_nbd_pull();
	if (a)
		gone_end(&t, a);
	else
		gone_end_sync(&t, pids);
	gone_told_once(&t, fd);
	gone_told_once(&t, other);
	gone_after(&t, fd, flags);
	if (a)
		t_async_close(a);
	close(fd);
	close(other);
	gone_back(&t);
	result->failed += t.failed;
}

static void gone_with(struct t *t, enum gone_how how)
{
	gone_in_flight(*t, t, how, RWF_WRITETHROUGH);
	gone_in_flight(*t, t, how, RWF_WRITETHROUGH | RWF_DSYNC);
}

static void gone_aio(struct t *t)
{
	gone_with(t, GONE_AIO);
}

static void gone_uring(struct t *t)
{
	gone_with(t, GONE_URING);
}

static void gone_sync(struct t *t)
{
	gone_with(t, GONE_SYNC);
}

/* Nothing is in flight when it is pulled out, and the cache knew the file. */
static void gone_between(struct t *t)
{
	static const int flags[] = {
		RWF_WRITETHROUGH,
		RWF_WRITETHROUGH | RWF_DSYNC,
		RWF_WRITETHROUGH | RWF_SYNC,
	};
	enum t_engine engine;
	struct t_async *a;
	int fd, i;

	t_nbd_begin(t);
	fd = gone_file(t);
	T_EQ(t, "before", t->ps,
	     t_write(t, fd, 0, t->ps, 1, RWF_WRITETHROUGH | RWF_DSYNC));
	t_nbd_pull();
	for (i = 0; i < 3; i++) {
		gone_after(t, fd, flags[i]);
		for (engine = T_URING; engine <= T_AIO; engine++) {
			a = t_async_open(t, engine);
			gone_start(t, a, fd, flags[i]);
			gone_end(t, a);
			t_async_close(a);
		}
	}
	gone_after(t, fd, flags[0]);
	T_EQ(t, "fsync", -EIO, fsync(fd) ? -errno : 0);
	close(fd);
	gone_back(t);
}

static const struct t_case cases[] = {
	{ "aio",	gone_aio },
	{ "between",	gone_between },
	{ "sync",	gone_sync },
	{ "uring",	gone_uring },
};

T_GROUP(gone, cases)
