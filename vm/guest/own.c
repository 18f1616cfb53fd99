// SPDX-License-Identifier: GPL-2.0-only
/*
 * See own.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "own.h"

#define OWN_TTY		"/dev/hvc0"
#define OWN_WAIT_MS	10000
#define OWN_WORDS	64

/* The console comes up beside the other ports, a little later or earlier. */
static int own_tty(void)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	int fd = -1;
	int i;

	for (i = 0; i < OWN_WAIT_MS / 2 && fd < 0; i++) {
		fd = open(OWN_TTY, O_RDWR | O_NOCTTY);
		if (fd < 0)
			nanosleep(&tick, NULL);
	}
	return fd;
}

static void own_tty_size(const struct plan *plan, int fd)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char term[40];

	if (plan->tty && sscanf(plan->tty, "%hu %hu %39s", &size.ws_row,
				&size.ws_col, term) == 3)
		setenv("TERM", term, 1);
	ioctl(fd, TIOCSWINSZ, &size);
}

static _Noreturn void own_shell_exec(const struct plan *plan, const char *dir)
{
	char *argv[] = { "sh", NULL };
	int fd;

	setsid();
	fd = own_tty();
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 1))
		_exit(CHILD_BROKEN);
	own_tty_size(plan, fd);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
	if (chdir(dir) && chdir("/"))
		_exit(CHILD_BROKEN);
	setenv("PS1", "wt:\\w# ", 1);
	execv("/bin/sh", argv);
	printf("/bin/sh: %s\n", strerror(errno));
	fflush(stdout);
	_exit(CHILD_BROKEN);
}

pid_t own_shell_start(const struct plan *plan, const char *dir)
{
	pid_t pid = fork();

	if (!pid)
		own_shell_exec(plan, dir);
	return pid < 0 ? -errno : pid;
}

/* Wait for @pid, then end and reap everything else. */
static int own_wait(pid_t pid)
{
	int status = 0, s;
	pid_t p;

	while ((p = waitpid(-1, &s, 0)) > 0 || errno == EINTR) {
		if (p != pid)
			continue;
		status = s;
		kill(-1, SIGKILL);
	}
	return status;
}

int own_shell(const struct plan *plan, const char *dir,
	      struct port_sink *sink)
{
	pid_t pid = own_shell_start(plan, dir);

	if (pid > 0) {
		own_wait(pid);
		return CHILD_PASS;
	}
	snprintf(sink->reason, sizeof(sink->reason), "no shell: %s",
		 strerror(-pid));
	return CHILD_BROKEN;
}

static _Noreturn void own_exec(char **argv, const char *dir, int out, int err)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	close(null);
	close(out);
	close(err);
	if (chdir(dir) && chdir("/"))
		_exit(CHILD_BROKEN);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int own_argv(const struct plan *plan, char **argv, int max)
{
	char *copy = strdup(plan->run_argv ? plan->run_argv : "");
	char *save, *word;
	int n = 0;

	if (!copy)
		return 0;
	for (word = strtok_r(copy, " ", &save); word && n < max;
	     word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	argv[n] = NULL;
	return n;
}

int own_program(const struct plan *plan, const char *dir, int nr,
		struct port_sink *sink)
{
	char *argv[OWN_WORDS + 1];
	int out = port_find("wt.out"), err = port_find("wt.err");
	int status;
	pid_t pid;

	if (out < 0 || err < 0 || !own_argv(plan, argv, OWN_WORDS)) {
		snprintf(sink->reason, sizeof(sink->reason),
			 "no program, or no ports for its output");
		return CHILD_BROKEN;
	}
	pid = fork();
	if (!pid)
		own_exec(argv, dir, out, err);
	status = pid < 0 ? 126 << 8 : own_wait(pid);
	close(out);
	close(err);
	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
		WEXITSTATUS(status);
	port_printf("# wt-exit %d %d\n", nr, status);
	if (!status)
		return CHILD_PASS;
	snprintf(sink->reason, sizeof(sink->reason), "exit status %d",
		 status);
	return CHILD_FAIL;
}

void own_hold(const struct plan *plan, const char *dir, int nr)
{
	pid_t pid = own_shell_start(plan, dir);

	if (pid < 0)
		return;
	port_printf("# wt-hold %d\n", nr);
	own_wait(pid);
	port_printf("# wt-resume %d\n", nr);
}

unsigned long own_taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");
	unsigned long taint = 0;

	if (f) {
		if (fscanf(f, "%lu", &taint) != 1)
			taint = 0;
		fclose(f);
	}
	return taint;
}
