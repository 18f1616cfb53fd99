// SPDX-License-Identifier: GPL-2.0-only
/* See own.h and ask.c: the other side of own.sock. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "out.h"
#include "tty.h"

/* A core is as large as the guest's memory (-m), and some. */
#define CLIENT_CORE_MIB 1100

static int client_try(const char *dir)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* The way in may be long, the name never is. */
	if (fd >= 0 && !chdir(dir)) {
		strcpy(addr.sun_path, OWN_SOCKET);
		if (!connect(fd, (void *)&addr, sizeof(addr)))
			return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The newest run that can be asked; its folder becomes the current one. */
static int client_connect(const char *build, char **dir)
{
	size_t n;
	char **dirs = out_runs(build, &n);

	while (n--) {
		int fd = client_try(dirs[n]);

		if (fd >= 0) {
			*dir = dirs[n];
			return fd;
		}
	}
	ut_err("no guest is held: make vm-test HOLD=1 keeps one that failed, "
	       "make vm-shell has one as well");
	return -1;
}

/* The answer's line; what comes with it goes to @passed. */
static char *client_ask(int fd, const char *request, int *passed)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char line[4200];
	struct iovec iov = { .iov_base = line, .iov_len = sizeof(line) - 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	ssize_t n;

	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return ut_strdup(strerror(errno));
	n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return ut_strdup("the guest is gone");
	line[n] = '\0';
	if (passed && msg.msg_controllen &&
	    control.head.cmsg_type == SCM_RIGHTS)
		memcpy(passed, CMSG_DATA(&control.head), sizeof(*passed));
	return ut_strdup(ut_trim(line));
}

int client_attach(const char *build)
{
	char *dir, *answer;
	int fd = client_connect(build, &dir);
	int shell = -1;

	if (fd < 0)
		return UT_BROKEN;
	answer = client_ask(fd, "shell\n", &shell);
	if (shell < 0) {
		ut_err("%s", answer);
		return UT_BROKEN;
	}
	fprintf(stderr, "attached to %s; ^] leaves it as it is\n", dir);
	tty_join(shell);
	fprintf(stderr, "\n");
	return UT_PASS;
}

/* Zeroes need no room on disk. It is no matter when this fails. */
static void client_shrink(const char *path)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("fallocate", "fallocate", "-d", path, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

int client_dump(const char *build)
{
	char *dir, *answer, *path, *request;
	int fd = client_connect(build, &dir);
	struct statvfs vfs;

	if (fd < 0)
		return UT_BROKEN;
	if (!statvfs(".", &vfs) && vfs.f_bavail * vfs.f_frsize >> 20 <
	    CLIENT_CORE_MIB) {
		ut_err("no space for a core: %s needs %d MiB", dir,
		       CLIENT_CORE_MIB);
		return UT_BROKEN;
	}
	path = ut_fmt("%s/vmcore", dir);
	request = ut_fmt("dump %s\n", path);
	answer = client_ask(fd, request, NULL);
	if (!ut_starts(answer, "ok ")) {
		unlink(path);
		ut_err("%s", answer);
		return UT_BROKEN;
	}
	client_shrink(path);
	printf("%s\n    gdb %s %s\n", path, answer + 3, path);
	return UT_PASS;
}
