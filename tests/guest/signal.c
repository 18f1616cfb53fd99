// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that waits in a WT write gets a signal, one that it handles or one that
 * kills it.  The disk holds what must be waited for, so that the task is known
 * to wait, and where.  A signal that it handles changes nothing; one that was
 * killed has written each block or not.  Nothing is left behind: the file can
 * be truncated and written to, and the file system unmounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t_nbd.h"

#define SIGNAL_PAGES	16	/* of the file */
#define SIGNAL_LIMIT	10000000000LL	/* ns until something must be */
#define SIGNAL_DIRTY	64	/* pages: more than a task may dirty unasked, and no more
				   than the disk can hold, one a command */
#define SIGNAL_AT	64	/* their place: one folio, where folios can be large */

/* Shared with the task that waits. */
struct signal_task {
	pid_t pid;
	long ret;			/* of its write */
	atomic_int handled;		/* signals */
	atomic_int step;
};

static struct signal_task *signal_self;

static void signal_handler(int sig)
{
	(void)sig;
	signal_self->handled++;
}

static struct signal_task *signal_new(void)
{
	struct signal_task *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	T_MUST(s != MAP_FAILED);
	return s;
}

/* In the child: true.  System calls that are interrupted are not restarted. */
static bool signal_fork(struct signal_task *s)
{
	struct sigaction act = { .sa_handler = signal_handler };
	pid_t pid = fork();

	T_MUST(pid >= 0);
	if (pid) {
		s->pid = pid;
		return false;
	}
	signal_self = s;
	T_MUST(!sigaction(SIGUSR1, &act, NULL));
	return true;
}

static struct signal_task *signal_write(struct t *t, int fd, off_t pos,
					size_t len, int gen, int flags)
{
	struct signal_task *s = signal_new();

	if (signal_fork(s)) {
		s->ret = t_write(t, fd, pos, len, gen, flags);
		_exit(0);
	}
	return s;
}

/* Where it waits in the kernel, from the innermost function on. */
static void signal_stack(const struct signal_task *s, char *text, size_t size)
{
	char path[40];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stack", s->pid);
	f = fopen(path, "re");
	T_MUST(f);
	n = fread(text, 1, size - 1, f);
	fclose(f);
	text[n] = '\0';
}

static bool signal_is_in(const struct signal_task *s, const char *function)
{
	char text[4096];

	signal_stack(s, text, sizeof(text));
	return strstr(text, function);
}

/* It can be waited for still. */
static bool signal_ended(const struct signal_task *s)
{
	siginfo_t info = { 0 };

	T_MUST(!waitid(P_PID, s->pid, &info, WEXITED | WNOHANG | WNOWAIT));
	return info.si_pid;
}

static void signal_elsewhere(struct t *t, const struct signal_task *s,
			     const char *function)
{
	char text[4096], *line, *save;

	signal_stack(s, text, sizeof(text));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		printf("# %s\n", line);
	T_OK(t, false, "it does not wait in %s", function);
}

/* Until it waits there: the kernel's function is on its stack. */
static void signal_wait_in(struct t *t, struct signal_task *s,
			   const char *function)
{
	long long begin = t_now();

	while (!signal_is_in(s, function)) {
		if (t_now() - begin > SIGNAL_LIMIT || signal_ended(s)) {
			signal_elsewhere(t, s, function);
			return;
		}
		sched_yield();
	}
}

static void signal_send(struct t *t, struct signal_task *s, int sig)
{
	T_MUST(!kill(s->pid, sig));
	T_OK(t, !signal_ended(s), "it ended, while it must wait");
}

/* The write was completed; who was not killed knows. */
static void signal_end(struct t *t, struct signal_task *s, int sig, long ret)
{
	int status;

	T_MUST(waitpid(s->pid, &status, 0) == s->pid);
	if (sig == SIGKILL) {
		T_OK(t, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		     "killed: wait status %#x", status);
	} else {
		T_EQ(t, "wait status", 0, status);
		T_EQ(t, "written", ret, s->ret);
		T_EQ(t, "signals handled", sig ? 1 : 0, s->handled);
	}
	munmap(s, sizeof(*s));
}

/* Small folios, since a write waits for those before it to its folio. */
static int signal_file(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT | O_TRUNC), i;

	t_drop(fd);
	for (i = 0; i < SIGNAL_PAGES; i++)
		T_MUST(t_write(t, fd, i * t->ps, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd) && (t->blkdev || !syncfs(fd)));
	return fd;
}

/*
 * The pages are the same in the cache, clean, and on the disk.  They have @gen;
 * or, of a task that was killed before it copied them, one from before.
 */
static void signal_pages(struct t *t, int fd, off_t pos, int sig, int gen)
{
	int i, seen = gen;
	char *buf = t_alloc(t->ps);

	T_CLEAN(t, fd, pos, 2 * t->ps);
	for (i = 0; i < 2; i++, pos += t->ps) {
		T_MUST(pread(fd, buf, t->ps, pos) == t->ps);
		for (seen = gen; sig == SIGKILL && seen > 1; seen--)
			if (t_differs(t, buf, t->ps, pos, seen) < 0)
				break;
		T_READS(t, fd, pos, t->ps, seen);
		T_DISK(t, fd, pos, t->ps, seen);
	}
	free(buf);
}

/* All counts are back: nobody waits for ever. */
static void signal_left(struct t *t, int fd)
{
	T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0);
	if (!t->blkdev)
		T_EQ(t, "truncate", 0, ftruncate(fd, t->ps) ? -errno : 0);
	T_EQ(t, "written then", t->ps,
	     t_write(t, fd, 0, t->ps, 6, RWF_WRITETHROUGH));
	T_DISK(t, fd, 0, t->ps, 6);
	close(fd);
}

/* It waits for its own I/O. */
static void signal_own_with(struct t *t, int sig)
{
	int fd = signal_file(t);
	struct signal_task *s;

	t_nbd_hold(T_NBD_WRITE);
	s = signal_write(t, fd, t->ps, 2 * t->ps, 2, RWF_WRITETHROUGH);
	t_nbd_wait_held(t, 1);
	signal_wait_in(t, s, "iomap_file_writethrough");
	signal_send(t, s, sig);
	t_nbd_hold(0);
	signal_end(t, s, sig, 2 * t->ps);
	signal_pages(t, fd, t->ps, 0, 2);
	signal_left(t, fd);
}

/* It waits for the inode's lock, which has somebody whose I/O is held. */
static void signal_lock_with(struct t *t, int sig)
{
	struct signal_task *first, *s;
	int fd = signal_file(t);

	t_nbd_hold(T_NBD_WRITE);
	first = signal_write(t, fd, SIGNAL_PAGES * t->ps, t->ps, 2,
			     RWF_WRITETHROUGH);
	t_nbd_wait_held(t, 1);
	s = signal_write(t, fd, t->ps, 2 * t->ps, 2, RWF_WRITETHROUGH);
	signal_wait_in(t, s, "xfs_ilock");
	signal_send(t, s, sig);
	t_nbd_hold(0);
	signal_end(t, first, 0, t->ps);
	signal_end(t, s, sig, 2 * t->ps);
	T_DISK(t, fd, SIGNAL_PAGES * t->ps, t->ps, 2);
	signal_pages(t, fd, t->ps, sig, 2);
	signal_left(t, fd);
}

/* It waits for writeback that was there before it. */
static void signal_older_with(struct t *t, int sig)
{
	int fd = signal_file(t);
	struct signal_task *s;

	T_MUST(t_write(t, fd, t->ps, t->ps, 2, 0) == t->ps);
	t_nbd_hold(T_NBD_WRITE);
	T_MUST(!sync_file_range(fd, t->ps, t->ps, SYNC_FILE_RANGE_WRITE));
	t_nbd_wait_held(t, 1);
	s = signal_write(t, fd, t->ps, 2 * t->ps, 3, RWF_WRITETHROUGH);
	signal_wait_in(t, s, "folio_wait");
	signal_send(t, s, sig);
	t_nbd_hold(0);
	signal_end(t, s, sig, 2 * t->ps);
	signal_pages(t, fd, t->ps, sig, 3);
	signal_left(t, fd);
}

/* The data is written, and it waits for the flush behind it. */
static void signal_flush_with(struct t *t, int sig)
{
	int fd = signal_file(t);
	struct signal_task *s;

	t_nbd_hold(T_NBD_FLUSH);
	s = signal_write(t, fd, t->ps, 2 * t->ps, 2,
			 RWF_WRITETHROUGH | RWF_SYNC);
	t_nbd_wait_held(t, 1);
	signal_wait_in(t, s, t->blkdev ? "blkdev_fsync" : "xfs_file_fsync");
	signal_send(t, s, sig);
	t_nbd_hold(0);
	signal_end(t, s, sig, 2 * t->ps);
	signal_pages(t, fd, t->ps, 0, 2);
	signal_left(t, fd);
}

static void signal_vm(const char *name, long value)
{
	char path[60];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	f = fopen(path, "we");
	T_MUST(f && fprintf(f, "%ld", value) > 0 && !fclose(f));
}

/* What Linux begins with; that also takes back what was set in bytes. */
static void signal_vm_usual(void)
{
	signal_vm("dirty_ratio", 20);
	signal_vm("dirty_background_ratio", 10);
}

/*
 * Dirties so many pages that it is asked about them at its next write.  Linux counts
 * them for the processor, too, which therefore must stay the same: what the task
 * itself has is asked about, and forgotten, before its last folio.
 */
static struct signal_task *signal_dirty_then_write(struct t *t, int fd)
{
	struct signal_task *s = signal_new();
	cpu_set_t cpu;

	if (!signal_fork(s))
		return s;
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	T_MUST(!sched_setaffinity(0, sizeof(cpu), &cpu));
	T_MUST(t_write(t, fd, SIGNAL_AT * t->ps, SIGNAL_DIRTY * t->ps, 2,
		       0) == SIGNAL_DIRTY * t->ps);
	s->step = 1;
	while (s->step != 2)
		sched_yield();
	s->ret = t_write(t, fd, t->ps, 2 * t->ps, 2, RWF_WRITETHROUGH);
	_exit(0);
}

/*
 * It waits until there are less dirty pages, which there will not be while the
 * disk holds them.  That wait is the one that can be killed.
 */
static void signal_throttled_with(struct t *t, int sig)
{
	int fd = signal_file(t);
	struct signal_task *s;

	t_nbd_hold(T_NBD_WRITE);
	s = signal_dirty_then_write(t, fd);
	while (s->step != 1)
		sched_yield();
	signal_vm("dirty_background_bytes", 2 * t->page);
	signal_vm("dirty_bytes", 4 * t->page);
	s->step = 2;
	signal_wait_in(t, s, "balance_dirty_pages");
	T_MUST(!kill(s->pid, sig));
	if (t->failed)
		t_nbd_hold(0);
	if (sig == SIGKILL)
		signal_end(t, s, sig, 0);
	signal_vm_usual();
	if (sig != SIGKILL && !t->failed)
		signal_wait_in(t, s, "iomap_wt_wait");
	t_nbd_hold(0);
	if (sig != SIGKILL)
		signal_end(t, s, sig, 2 * t->ps);
	T_EQ(t, "fsync", 0, fsync(fd) ? -errno : 0);
	T_DISK(t, fd, SIGNAL_AT * t->ps, SIGNAL_DIRTY * t->ps, 2);
	signal_pages(t, fd, t->ps, sig, 2);
	signal_left(t, fd);
}

static void signal_both(struct t *t, void (*with)(struct t *t, int sig))
{
	t_nbd_begin(t);
	with(t, SIGUSR1);
	if (!t->failed)
		with(t, SIGKILL);
	t_nbd_end(t);
}

static void signal_flush(struct t *t)
{
	signal_both(t, signal_flush_with);
}

static void signal_lock(struct t *t)
{
	signal_both(t, signal_lock_with);
}

static void signal_older(struct t *t)
{
	signal_both(t, signal_older_with);
}

static void signal_own(struct t *t)
{
	signal_both(t, signal_own_with);
}

static void signal_throttled(struct t *t)
{
	T_MUST(!atexit(signal_vm_usual));
	signal_both(t, signal_throttled_with);
}

static const struct t_case cases[] = {
	{ "flush",	signal_flush },
	{ "lock",	signal_lock },
	{ "older",	signal_older },
	{ "own",	signal_own },
	{ "throttled",	signal_throttled },
};

T_GROUP(signal, cases)
