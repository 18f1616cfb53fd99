// SPDX-License-Identifier: GPL-2.0-only
/*
 * See child.h.
 *
 * The child is awaited through a pidfd beside its output pipe, and not by the
 * pipe's end alone: a process that it left behind may hold that open for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define CHILD_WORDS	64

static _Noreturn void child_exec(char *const argv[], int out)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	if (null >= 0)
		dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execvp(argv[0], argv);
	printf("# BROKEN %s: %s\n", argv[0], strerror(errno));
	fflush(stdout);
	_exit(CHILD_BROKEN);
}

/* Copy what there is.  Returns 0 at the end of the pipe. */
static int child_copy(int in, struct port_sink *sink)
{
	char buf[4096];
	ssize_t n = read(in, buf, sizeof(buf));

	if (n > 0)
		port_sink_add(sink, buf, n);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void child_follow(int pidfd, int in, struct port_sink *sink)
{
	struct pollfd fds[2] = {
		{ .fd = in, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[0].revents && !child_copy(in, sink))
			fds[0].fd = -1;
		if (fds[1].revents)
			break;
	}
}

int child_run(char *const argv[], struct port_sink *sink)
{
	int pipefd[2], pidfd, status = 0, s;
	pid_t pid, p;

	if (pipe2(pipefd, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0) {
		close(pipefd[0]);
		close(pipefd[1]);
		return -errno;
	}
	if (!pid)
		child_exec(argv, pipefd[1]);
	close(pipefd[1]);

	pidfd = syscall(SYS_pidfd_open, pid, 0);
	child_follow(pidfd, pipefd[0], sink);
	close(pidfd);
	kill(-1, SIGKILL);
	while ((p = waitpid(-1, &s, 0)) > 0 || errno == EINTR)
		if (p == pid)
			status = s;
	while (child_copy(pipefd[0], sink))
		;
	port_sink_end(sink);
	close(pipefd[0]);
	return status;
}

int child_command(const char *command, const char *last,
		  struct port_sink *sink)
{
	char text[512];
	char *argv[CHILD_WORDS + 2];
	char *save, *word;
	int n = 0;

	snprintf(text, sizeof(text), "%s %s", command, last);
	for (word = strtok_r(text, " \t", &save); word && n < CHILD_WORDS;
	     word = strtok_r(NULL, " \t", &save))
		argv[n++] = word;
	argv[n] = NULL;
	return n ? child_run(argv, sink) : -EINVAL;
}

int child_outcome(int status, struct port_sink *sink)
{
	char *reason = sink->reason;
	size_t size = sizeof(sink->reason);
	int code;

	if (status < 0) {
		snprintf(reason, size, "cannot start: %s", strerror(-status));
		return CHILD_BROKEN;
	}
	if (WIFSIGNALED(status)) {
		snprintf(reason, size, "killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
		return CHILD_BROKEN;
	}
	code = WEXITSTATUS(status);
	switch (code) {
	case CHILD_PASS:
	case CHILD_FAIL:
		return code;
	case CHILD_BROKEN:
	case CHILD_SKIP:
		if (!*reason)
			snprintf(reason, size, "no reason given");
		return code;
	}
	snprintf(reason, size, "exit code %d", code);
	return CHILD_BROKEN;
}
