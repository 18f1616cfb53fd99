// SPDX-License-Identifier: GPL-2.0-only
/* See server.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define SERVER_LOG "vnvme.log"
#define SERVER_CMD "vnvme.cmd"
#define SERVER_NAME "vnvme.socket"	/* in the boot's folder, for a moment */
#define SERVER_QUEUE 4

/* What the program finds open. */
enum { SERVER_FD_LISTEN = 3, SERVER_FD_IMAGE };

void server_init(struct server *s)
{
	s->pid = 0;
	s->pidfd = -1;
}

static void server_push(struct qemu_args *a, char *word)
{
	a->v = ut_grow(a->v, a->n, sizeof(*a->v));
	a->v[a->n++] = word;
	a->v = ut_grow(a->v, a->n, sizeof(*a->v));
	a->v[a->n] = NULL;
}

/* It was built beside us, unless somebody names another (VNVME=). */
static char *server_program(const struct prof *p)
{
	const char *own = getenv("VNVME");
	char self[PATH_MAX], *slash;
	ssize_t n;

	if (own && *own)
		return ut_strdup(own);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0)
		ut_die("/proc/self/exe: %s", strerror(errno));
	self[n] = '\0';
	slash = strrchr(self, '/');
	return ut_fmt("%.*s/%s", (int)(slash - self), self,
		      p->backend->program);
}

/* SEED= is the device's too, unless the profile has its own. */
static void server_words(struct qemu_args *a, const struct prof *p,
			 uint64_t seed)
{
	const char *words = kv_get(&p->kv, p->backend->program);
	char *rest = ut_strdup(words ? words : ""), *word;

	server_push(a, ut_fmt("size=%llu", (unsigned long long)p->size));
	server_push(a, ut_fmt("seed=%llu", (unsigned long long)seed));
	while ((word = ut_word(&rest)))
		server_push(a, word);
}

int server_check(const struct prof *p, char **why)
{
	struct qemu_args a = { 0 };
	char *quoted, *command, *said;
	char line[512] = "";
	int status;
	FILE *f;

	server_push(&a, server_program(p));
	if (!ut_exists(a.v[0]))
		return 0;
	server_push(&a, ut_strdup("--check"));
	server_words(&a, p, 1);
	quoted = qemu_quote(a.v);
	command = ut_fmt("%.*s 2>&1 </dev/null", (int)strlen(quoted) - 1,
			 quoted);
	f = popen(command, "re");
	if (!f)
		ut_die("popen: %s", strerror(errno));
	said = fgets(line, sizeof(line), f);
	status = pclose(f);
	free(command);
	free(quoted);
	if (!status)
		return 0;
	*why = ut_fmt("profile %s: %s", p->name, said ? ut_trim(line) :
		      "its device cannot be made");
	return -EINVAL;
}

/*
 * xfs_repair of the userland's root, which is the guest's own, by its own ld.so.
 * Without that root there is none.
 */
static void server_repair(struct qemu_args *a, const char *cache)
{
	char *root = ut_fmt("%s/roots/userland", cache);
	char *ld = ut_fmt("%s/usr/lib64/ld-linux-x86-64.so.2", root);

	if (ut_exists(ld)) {
		server_push(a, ut_fmt("--repair=%s", ld));
		server_push(a, ut_strdup("--repair=--library-path"));
		server_push(a, ut_fmt("--repair=%s/usr/lib/x86_64-linux-gnu",
				      root));
		server_push(a, ut_fmt("--repair=%s/usr/sbin/xfs_repair", root));
		server_push(a, ut_strdup("--repair=-n"));
		server_push(a, ut_strdup("--repair=-f"));
	}
	free(ld);
	free(root);
}

static char **server_argv(const struct boot *b)
{
	const struct prof *p = b->group->prof;
	struct qemu_args a = { 0 };
	char *path = ut_fmt("%s/" SERVER_CMD, b->dir);
	char *text;

	server_push(&a, server_program(p));
	server_push(&a, ut_fmt("--listen=%d", SERVER_FD_LISTEN));
	server_push(&a, ut_fmt("--image=%d", SERVER_FD_IMAGE));
	server_repair(&a, b->run->cache);
	server_words(&a, p, b->run->args.seed);
	text = qemu_quote(a.v);
	ut_write(path, text);
	free(text);
	free(path);
	return a.v;
}

/* A socket that listens; *@name is what stands for its name, which is gone. */
static int server_listen(const char *dir, int *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask = umask(077);
	int ret = 0;

	/* By a descriptor: the folder's own path may be too long for this. */
	snprintf(addr.sun_path, sizeof(addr.sun_path),
		 "/proc/self/fd/%d/" SERVER_NAME, at);
	if (at < 0 || fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    listen(fd, SERVER_QUEUE))
		ret = -errno;
	umask(mask);
	*name = -1;
	if (!ret) {
		*name = openat(at, SERVER_NAME, O_PATH | O_CLOEXEC);
		ret = *name < 0 ? -errno : 0;
		unlinkat(at, SERVER_NAME, 0);
	}
	if (at >= 0)
		close(at);
	if (!ret)
		return fd;
	if (fd >= 0)
		close(fd);
	return ret;
}

static bool server_spawn(struct server *s, struct boot *b, int listen,
			 int image)
{
	char *path = ut_fmt("%s/" SERVER_LOG, b->dir);
	int fds[QEMU_FD_END];
	int log;

	log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		   0666);
	if (log < 0)
		ut_die("%s: %s", path, strerror(errno));
	qemu_no_fds(fds);
	fds[SERVER_FD_LISTEN] = listen;
	fds[SERVER_FD_IMAGE] = image;
	s->pid = qemu_spawn(server_argv(b), fds, log);
	close(log);
	free(path);
	if (s->pid < 0) {
		b->why = ut_fmt("fork: %s", strerror(-s->pid));
		s->pid = 0;
		return false;
	}
	s->pidfd = syscall(SYS_pidfd_open, s->pid, 0);
	if (s->pidfd < 0)
		ut_die("pidfd_open: %s", strerror(errno));
	return true;
}

int server_start(struct server *s, struct boot *b, int image)
{
	int name, listen = server_listen(b->dir, &name);

	if (listen < 0) {
		b->why = ut_fmt("%s: no socket there: %s", b->dir,
				strerror(-listen));
		return -1;
	}
	if (!server_spawn(s, b, listen, image)) {
		close(name);
		name = -1;
	}
	close(listen);
	return name;
}

bool server_died(const struct server *s, int ms)
{
	struct pollfd p = { .fd = s->pidfd, .events = POLLIN };

	return s->pid && poll(&p, 1, ms) > 0;
}

char *server_last_words(const char *dir)
{
	char *path = ut_fmt("%s/" SERVER_LOG, dir);
	char *text = ut_read(path, NULL);
	char *last = text ? ut_trim(text) : NULL;
	char *line = last ? strrchr(last, '\n') : NULL;
	size_t i;

	if (line)
		last = line + 1;
	for (i = 0; last && last[i]; i++)
		if (last[i] < ' ' || last[i] > '~')
			last[i] = ' ';
	last = last && *last ? ut_fmt("%.300s", last) : NULL;
	free(text);
	free(path);
	return last;
}

char *server_death(struct server *s, const char *dir)
{
	char *last = server_last_words(dir);
	char *why, *how;
	int status = 0;

	waitpid(s->pid, &status, 0);
	close(s->pidfd);
	server_init(s);
	how = WIFSIGNALED(status) ?
		ut_fmt("was killed by signal %d (%s)", WTERMSIG(status),
		       strsignal(WTERMSIG(status))) :
		ut_fmt("ended with status %d", WEXITSTATUS(status));
	why = ut_fmt("the device's program %s%s%s", how, last ? ": " : "",
		     last ? last : "");
	free(how);
	free(last);
	return why;
}

void server_end(struct server *s)
{
	if (!s->pid)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->pidfd);
	server_init(s);
}
