// SPDX-License-Identifier: GPL-2.0-only
/* See child.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

void child_init(struct child *c, void (*done)(void *, int, const char *),
		void *ctx)
{
	memset(c, 0, sizeof(*c));
	c->pidfd = -1;
	c->out = -1;
	c->done = done;
	c->ctx = ctx;
}

/* Only async-signal-safe calls from here to exec. */
static void child_exec(char *const *argv, int file, int out, pid_t parent)
{
	static char *const env[] = { "LC_ALL=C", NULL };
	int in;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(CHILD_FAILED);
	setpgid(0, 0);
	/* Out of the way first, so that no dup2 runs over another. */
	file = fcntl(file, F_DUPFD_CLOEXEC, 16);
	out = fcntl(out, F_DUPFD_CLOEXEC, 16);
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (file < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0 || dup2(file, CHILD_FILE) < 0 ||
	    close_range(CHILD_FILE + 1, ~0u, 0))
		_exit(CHILD_FAILED);
	execve(argv[0], argv, env);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(CHILD_FAILED);
}

int child_start(struct child *c, char *const *argv, int file, uint64_t now,
		uint64_t limit)
{
	pid_t parent = getpid();
	int pipes[2], ret;

	if (c->pid)
		return -EBUSY;
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	fcntl(pipes[1], F_SETFL, O_WRONLY);
	c->pid = fork();
	if (!c->pid)
		child_exec(argv, file, pipes[1], parent);
	ret = -errno;
	close(pipes[1]);
	c->out = pipes[0];
	c->len = 0;
	c->late = false;
	c->deadline = now + limit;
	if (c->pid < 0) {
		c->pid = 0;
		close(c->out);
		c->out = -1;
		return ret;
	}
	c->pidfd = syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd >= 0)
		return 0;
	ret = -errno;
	child_kill(c);
	return ret;
}

/* The group, if it is one already: its own children too. */
static void child_signal(const struct child *c)
{
	if (kill(-c->pid, SIGKILL))
		kill(c->pid, SIGKILL);
}

static int child_reap(struct child *c)
{
	int status = 0;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (c->pidfd >= 0)
		close(c->pidfd);
	if (c->out >= 0)
		close(c->out);
	c->pid = 0;
	c->pidfd = -1;
	c->out = -1;
	return status;
}

void child_kill(struct child *c)
{
	if (!c->pid)
		return;
	child_signal(c);
	child_reap(c);
}

void child_poll(const struct child *c, struct pollfd p[CHILD_FDS])
{
	p[0] = (struct pollfd) { .fd = c->pid ? c->pidfd : -1,
				 .events = POLLIN };
	p[1] = (struct pollfd) { .fd = c->out, .events = POLLIN };
}

static void child_keep(struct child *c, const char *text, size_t n)
{
	size_t drop = c->len + n > CHILD_TAIL ? c->len + n - CHILD_TAIL : 0;

	memmove(c->tail, c->tail + drop, c->len - drop);
	c->len -= drop;
	memcpy(c->tail + c->len, text, n);
	c->len += n;
}

/*
 * A child that never stops talking does not keep us from anything else; when it
 * has ended, all that a pipe holds is more than its last words.
 */
#define CHILD_READS	16
#define CHILD_READS_END	1024

static void child_read(struct child *c, int reads)
{
	char text[1024];
	ssize_t n = 0;
	int i;

	for (i = 0; c->out >= 0 && i < reads; i++) {
		n = read(c->out, text, sizeof(text));
		if (n <= 0)
			break;
		child_keep(c, text, n);
	}
	if (c->out >= 0 && !n) {
		close(c->out);
		c->out = -1;
	}
}

static void child_end(struct child *c)
{
	int status = child_reap(c);
	bool fine = WIFEXITED(status) && !c->late;

	/* The guest gets it as text. */
	c->tail[c->len] = '\0';
	if (!fine && c->len < CHILD_TAIL - 40)
		snprintf(c->tail + c->len, 40, "\n%s\n", c->late ?
			 "killed: it took too long" : "killed by a signal");
	c->done(c->ctx, fine ? WEXITSTATUS(status) : CHILD_FAILED, c->tail);
}

uint64_t child_tick(struct child *c, uint64_t now)
{
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };

	if (!c->pid)
		return UINT64_MAX;
	if (now >= c->deadline && !c->late) {
		c->late = true;
		child_signal(c);
	}
	/* First: what it said before it ended is in the pipe then. */
	poll(&p, 1, 0);
	child_read(c, p.revents ? CHILD_READS_END : CHILD_READS);
	if (p.revents)
		child_end(c);
	return c->pid && !c->late ? c->deadline : UINT64_MAX;
}
