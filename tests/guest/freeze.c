// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freezing the file system: it waits for asynchronous WT writes in flight, and
 * those that come then wait for the thaw.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t_async.h"

#define FREEZE_DEPTH	8
#define FREEZE_SIZE	(4 * T_MIB)

/* Is the process asleep where no signal wakes it? */
static bool freeze_blocked(pid_t pid)
{
	char path[40], text[256], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	T_MUST(f && fgets(text, sizeof(text), f));
	fclose(f);
	at = strrchr(text, ')');
	return at && at[2] == 'D';
}

/*
 * What is in flight completes, frozen or not; a writer waits.  What io_uring
 * has given to a worker of its own might not have started, and waits as well.
 */
static void freeze_in_flight(struct t *t, enum t_engine engine)
{
	struct t_async *a = t_async_open(t, engine);
	int fd = t_file(t, "f", FREEZE_SIZE), i, status = -1;
	pid_t pid;

	for (i = 1; i <= FREEZE_DEPTH; i++)
		t_async_write(a, fd, i * 4 * t->ps, t->ps, 2,
			      RWF_WRITETHROUGH);
	t_async_submit(a);
	T_MUST(!ioctl(fd, FIFREEZE, 0));
	for (i = 0; i < FREEZE_DEPTH && engine == T_AIO; i++)
		T_EQ(t, "written", t->ps, t_async_reap(a));
	T_CLEAN(t, fd, 0, FREEZE_SIZE);
	pid = fork();
	T_MUST(pid >= 0);
	if (!pid)
		_exit(t_write(t, fd, 0, t->ps, 3, RWF_WRITETHROUGH) != t->ps);
	while (!freeze_blocked(pid) && waitpid(pid, &status, WNOHANG) == 0)
		usleep(1000);
	T_EQ(t, "the writer's end while frozen", -1, status);
	T_MUST(!ioctl(fd, FITHAW, 0));
	T_MUST(status != -1 || waitpid(pid, &status, 0) == pid);
	T_EQ(t, "the writer's end after thaw", 0, status);
	for (i = 0; i < FREEZE_DEPTH && engine == T_URING; i++)
		T_EQ(t, "written", t->ps, t_async_reap(a));
	T_DISK(t, fd, 0, t->ps, 3);
	for (i = 1; i <= FREEZE_DEPTH; i++)
		T_DISK(t, fd, i * 4 * t->ps, t->ps, 2);
	t_async_close(a);
}

/* Shared with the process that makes the load. */
struct freeze_load {
	atomic_int done;		/* writes */
	atomic_int bad;
	atomic_bool stop;
};

static void freeze_writer(struct t *t, enum t_engine engine, int fd,
			  struct freeze_load *load)
{
	struct t_async *a = t_async_open(t, engine);
	int i = 0, in_flight = 0;

	while (in_flight || !load->stop) {
		for (; in_flight < FREEZE_DEPTH && !load->stop; in_flight++) {
			t_async_write(a, fd, (i++ % 32) * t->ps, t->ps, 2,
				      RWF_WRITETHROUGH);
			t_async_submit(a);
		}
		if (!in_flight)
			break;
		load->bad += t_async_reap(a) != t->ps;
		load->done++;
		in_flight--;
	}
	t_async_close(a);
	_exit(0);
}

/* Let @nr more writes complete; how long did that take, in ns? */
static long long freeze_let(struct freeze_load *load, int nr)
{
	long long begin = t_now();
	int from = load->done;

	while (load->done < from + nr)
		usleep(100);
	return t_now() - begin;
}

/*
 * Under load, again and again.  While frozen no more complete than were in
 * flight, in the time that four times as many take otherwise.
 */
static void freeze_under_load(struct t *t, enum t_engine engine)
{
	struct freeze_load *load = mmap(NULL, sizeof(*load),
					PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = t_file(t, "f", 32 * t->ps), round, status, from;
	long long usual, begin;
	pid_t pid;

	T_MUST(load != MAP_FAILED);
	pid = fork();
	T_MUST(pid >= 0);
	if (!pid)
		freeze_writer(t, engine, fd, load);
	for (round = 0; round < 10; round++) {
		usual = freeze_let(load, 4 * FREEZE_DEPTH);
		T_MUST(!ioctl(fd, FIFREEZE, 0));
		from = load->done;
		for (begin = t_now(); t_now() - begin < usual;)
			usleep(100);
		T_OK(t, load->done - from <= FREEZE_DEPTH,
		     "%d writes completed while frozen", load->done - from);
		T_MUST(!ioctl(fd, FITHAW, 0));
	}
	freeze_let(load, 4 * FREEZE_DEPTH);
	load->stop = true;
	T_MUST(waitpid(pid, &status, 0) == pid);
	T_EQ(t, "the writer's end", 0, status);
	T_EQ(t, "writes that failed", 0, load->bad);
	T_CLEAN(t, fd, 0, 32 * t->ps);
	T_DISK(t, fd, 0, 32 * t->ps, 2);
}

static void freeze_aio(struct t *t)
{
	freeze_in_flight(t, T_AIO);
}

static void freeze_uring(struct t *t)
{
	freeze_in_flight(t, T_URING);
}

static void freeze_aio_load(struct t *t)
{
	freeze_under_load(t, T_AIO);
}

static void freeze_uring_load(struct t *t)
{
	freeze_under_load(t, T_URING);
}

static const struct t_case cases[] = {
	{ "aio",	freeze_aio },
	{ "aio-load",	freeze_aio_load },
	{ "uring",	freeze_uring },
	{ "uring-load",	freeze_uring_load },
};

T_GROUP(freeze, cases)
