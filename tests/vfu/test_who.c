// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may connect: the process that started the server, and those that it
 * started besides; nobody else, of the same user or not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vf.h"

/* A server in a process of its own, and where to connect. */
struct who {
	pid_t pid;
	struct sockaddr_un addr;
	socklen_t len;
};

static void who_serve(int listen)
{
	struct pollfd p;
	struct vf v;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	vf_new(&v, false);
	vfu_close(&v.u);
	v.u.listen = listen;
	fcntl(listen, F_SETFL, O_NONBLOCK);
	for (;;) {
		vfu_poll(&v.u, &p);
		poll(&p, 1, -1);
		vfu_ready(&v.u, 1);
	}
}

static void who_start(struct who *w)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	w->addr = (struct sockaddr_un) { .sun_family = AF_UNIX };
	w->len = sizeof(w->addr.sun_family);
	/* The kernel finds a name that nobody has. */
	if (bind(fd, (void *)&w->addr, w->len) || listen(fd, 4))
		abort();
	w->len = sizeof(w->addr);
	if (getsockname(fd, (void *)&w->addr, &w->len))
		abort();
	fflush(NULL);
	w->pid = fork();
	if (!w->pid)
		who_serve(fd);
	close(fd);
}

static void who_stop(struct who *w)
{
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
}

/* Is the version answered? */
static bool who_ask(const struct who *w)
{
	struct vfu_head head = { .command = VFU_VERSION, .size = 20 };
	unsigned char message[20] = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool good;

	memcpy(message, &head, sizeof(head));
	good = !connect(fd, (void *)&w->addr, w->len) &&
		send(fd, message, sizeof(message), MSG_NOSIGNAL) ==
			sizeof(message) &&
		recv(fd, &head, sizeof(head), MSG_WAITALL) == sizeof(head) &&
		head.flags == VFU_REPLY;
	close(fd);
	return good;
}

/* The same by a child of ours, or by a child of its (@generations 2). */
static bool who_child_asks(const struct who *w, int generations, uid_t uid)
{
	int status = 1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid && generations > 1)
		_exit(!who_child_asks(w, generations - 1, uid));
	if (!pid)
		_exit(setresuid(uid, uid, uid) || !who_ask(w));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool who_relatives(void)
{
	struct who w;

	who_start(&w);
	TH_CHECK(who_ask(&w));
	TH_CHECK(who_child_asks(&w, 1, getuid()));
	TH_CHECK(!who_child_asks(&w, 2, getuid()));
	/* And then it serves as before. */
	TH_CHECK(who_ask(&w));
	who_stop(&w);
	return true;
}

/* Only root can be somebody else; who is not has shown it above, in part. */
static bool who_others(void)
{
	struct who w;

	if (getuid())
		return true;
	who_start(&w);
	TH_CHECK(!who_child_asks(&w, 1, 65534));
	TH_CHECK(who_ask(&w));
	who_stop(&w);
	return true;
}

const struct th_test vf_who[] = {
	{ "others", who_others },
	{ "relatives", who_relatives },
	{ }
};
