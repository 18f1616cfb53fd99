// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases that the guest cannot judge itself, since it is about power failures:
 * when the guest is gone, build/host/replay (tests/replay) reads the log of what
 * the disk was given.  Only what passed in the guest is judged.  A verdict that
 * cannot be had is broken.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define JUDGE_LOG "writes.log"		/* in the boot's folder */
#define JUDGE_WHERE "tests/replay/"	/* begins a line that says what is bad */

/* Beside this program: the build folder may be another (make mutants). */
static char *judge_program(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		ut_die("/proc/self/exe: %s", strerror(errno));
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	return ut_fmt("%s/replay", self);
}

static _Noreturn void judge_exec(const struct boot *b, const struct res *r,
				 unsigned int nr, int out)
{
	const char *limits = kv_get(&b->group->prof->kv, "nvme-ns");
	char *program = judge_program();
	char *number = ut_fmt("%u", nr);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(b->log_fd, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	execl(program, program, r->name, number, limits ? limits : "",
	      (char *)NULL);
	printf("cannot run %s: %s\n", program, strerror(errno));
	fflush(stdout);
	_exit(126);
}

/* What it says, until its end, ours, or ^C; false: it did not end. */
static bool judge_read(const struct boot *b, int fd, struct ut_buf *out)
{
	double end = ut_now() + BOOT_LIMIT_JUDGE;
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = b->run->sigfd, .events = POLLIN },
	};
	char bytes[4096];
	ssize_t n;

	for (;;) {
		int ms = (end - ut_now()) * 1000;

		if (ms <= 0 || (poll(p, 2, ms) < 0 && errno != EINTR))
			return false;
		if (p[1].revents)
			return false;
		if (!p[0].revents)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return !n;
		ut_add(out, bytes, n);
	}
}

/* The program's exit status, or -1 when it has none. */
static int judge_run(const struct boot *b, const struct res *r,
		     unsigned int nr, struct ut_buf *out)
{
	int fds[2], status = 0;
	bool ended;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		ut_die("pipe: %s", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		ut_die("fork: %s", strerror(errno));
	if (!pid)
		judge_exec(b, r, nr, fds[1]);
	close(fds[1]);
	setpgid(pid, pid);
	ended = judge_read(b, fds[0], out);
	close(fds[0]);
	if (!ended)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* All of it goes to the case's text; returns the line that says why. */
static char *judge_take(struct res *r, char *text)
{
	char *reason = NULL, *last = NULL, *line;

	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		res_log(&r->log, line);
		last = line;
		if (!reason && ut_starts(line, JUDGE_WHERE))
			reason = line;
	}
	return reason ? reason : last;
}

/* Much of it: mkfs clears a journal. */
static bool judge_is_zero(const char *bytes, size_t n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

/* [at, end) of the log, at the same place of @fd; zeros become a hole. */
static bool judge_copy(const struct boot *b, int fd, off_t at, off_t end)
{
	char bytes[65536];
	size_t want;
	ssize_t n;

	for (; at < end; at += n) {
		want = end - at < (off_t)sizeof(bytes) ? (size_t)(end - at) :
							  sizeof(bytes);
		n = pread(b->log_fd, bytes, want, at);
		if (n <= 0)
			return false;
		if (!judge_is_zero(bytes, n) && pwrite(fd, bytes, n, at) != n)
			return false;
	}
	return !ftruncate(fd, end);
}

/* The log without its holes, so that a person can ask again. */
static void judge_keep(const struct boot *b)
{
	char *path = ut_fmt("%s/%s", b->dir, JUDGE_LOG);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	off_t at = 0, end;
	bool good = true;

	/* -EEXIST: of another case of this boot, and the same */
	if (fd < 0) {
		free(path);
		return;
	}
	while (good && (at = lseek(b->log_fd, at, SEEK_DATA)) >= 0) {
		end = lseek(b->log_fd, at, SEEK_HOLE);
		good = judge_copy(b, fd, at, end);
		at = end;
	}
	if (!good)
		ut_err("%s is not complete: %s", path, strerror(errno));
	close(fd);
	free(path);
}

static void judge_case(struct boot *b, struct res *r, unsigned int nr)
{
	struct ut_buf out = { 0 };
	int status = judge_run(b, r, nr, &out);
	char *why = judge_take(r, out.s);

	if (status == UT_PASS)
		goto out;
	judge_keep(b);
	r->outcome = OUT_NONE;
	if (status == UT_FAIL)
		res_set(r, OUT_FAIL, "%s", why ? why : "");
	else
		res_set(r, OUT_BROKEN, "the write log cannot be judged: %s",
			why ? why : "no word about it");
	scr_bad(&b->run->scr, r);
out:
	ut_free(&out);
}

void judge(struct boot *b)
{
	size_t i;

	if (b->log_fd < 0)
		return;
	/* the guest counts from 1, and device/profile is that */
	for (i = 0; i < b->n; i++)
		if (b->cases[i]->outcome == OUT_PASS)
			judge_case(b, b->cases[i], i + 2);
	close(b->log_fd);
	b->log_fd = -1;
}
